// SPDX-License-Identifier: BSD-3-Clause
/*
 * A register access by the table: finds the register, applies its masks, calls
 * its hook. Between a front end's nic_read() or nic_write() and the hooks of
 * the other files.
 */
#include <assert.h>
#include <string.h>

#include "core.h"

static unsigned int instances(const struct nic_register *reg)
{
	return reg->count ? reg->count : 1;
}

void nic_registers_index(struct nic *nic)
{
	for (size_t i = 0; i < nic_register_count; i++) {
		const struct nic_register *reg = &nic_register_table[i];

		for (unsigned int n = 0; n < instances(reg); n++) {
			uint32_t word = (reg->offset + n * reg->stride) / 4;

			assert(word < NIC_REGISTER_SPACE / 4 && !nic->lookup[word]);
			nic->lookup[word] = i + 1;
		}
	}
}

void nic_registers_reset(struct nic *nic, bool power_on)
{
	for (size_t i = 0; i < nic_register_count; i++) {
		const struct nic_register *reg = &nic_register_table[i];

		if (reg->alias || (reg->keep && !power_on))
			continue;
		for (unsigned int n = 0; n < instances(reg); n++)
			nic_reg_set(nic, reg->offset + n * reg->stride, reg->reset);
	}
}

/* The register at @offset, an alias resolved; @index is its number in the array. */
static const struct nic_register *find(const struct nic *nic, uint32_t *offset, unsigned int *index)
{
	unsigned int entry = nic->lookup[*offset / 4];
	const struct nic_register *reg;

	if (!entry)
		return NULL;
	reg = &nic_register_table[entry - 1];
	if (reg->alias) {
		if (reg->count)
			*offset = reg->alias +
				  (*offset - reg->offset) / reg->stride * reg->alias_stride;
		else
			*offset = reg->alias;
		reg = &nic_register_table[nic->lookup[*offset / 4] - 1];
	}
	*index = reg->first + (reg->count ? (*offset - reg->offset) / reg->stride : 0);
	return reg;
}

static bool addressable(struct nic *nic, uint32_t offset, uint32_t value)
{
	if (offset % 4 == 0 && offset < NIC_BAR0_SIZE) {
		if (offset < NIC_REGISTER_SPACE && nic->lookup[offset / 4])
			return true;
		nic_break(nic, RULE_UNKNOWN_REGISTER, offset, value);
	} else {
		nic_break(nic, RULE_MISALIGNED_ACCESS, offset, value);
	}
	return false;
}

/* 8.2.3.1.1, 4.6.3.2: what may be accessed how soon after a reset. */
static void check_reset_window(struct nic *nic, uint32_t offset, uint32_t value, bool write)
{
	uint64_t since;
	bool again = write && offset == CTRL && (value & (CTRL_RST | CTRL_LRST));

	nic_advance(nic);
	if (!nic->in_reset || again)
		return;
	since = nic->host.now_ns(nic->host.opaque) - nic->reset_ns;
	if (since < NIC_RESET_ACCESS_NS)
		nic_break(nic, RULE_RESET_ACCESS, offset, value);
	else if (write && offset != EIMC && offset != EIMC_EX && offset != EIMC_EX + 4)
		nic_break(nic, RULE_RESET_WAIT, offset, value);
}

static uint32_t register_read(struct nic *nic, uint32_t offset)
{
	const struct nic_register *reg;
	unsigned int index;
	uint32_t value;

	if (!addressable(nic, offset, 0))
		return 0;
	if (nic->next_event_ns != NIC_NEVER)
		check_reset_window(nic, offset, 0, false);
	reg = find(nic, &offset, &index);
	value = nic_reg(nic, offset);
	if (reg->on_read)
		value = reg->on_read(nic, index, value);
	if (reg->read_clear)
		nic_reg_set(nic, offset, nic_reg(nic, offset) & ~reg->read_clear);
	return value;
}

static void register_write(struct nic *nic, uint32_t offset, uint32_t value)
{
	const struct nic_register *reg;
	unsigned int index;
	uint32_t old, kept;

	if (!addressable(nic, offset, value))
		return;
	if (nic->next_event_ns != NIC_NEVER)
		check_reset_window(nic, offset, value, true);
	reg = find(nic, &offset, &index);
	if (reg->read_only == UINT32_MAX) {
		nic_break(nic, RULE_READ_ONLY_REGISTER, offset, value);
		return;
	}
	old = nic_reg(nic, offset);
	if ((old ^ value) & reg->reserved)
		nic_break(nic, RULE_RESERVED_BITS, offset, value);
	kept = reg->read_only | reg->reserved;
	value = (value & ~kept) | (old & kept);
	if (reg->write_1_clear)
		nic_reg_set(nic, offset, old & ~(value & reg->write_1_clear));
	else
		nic_reg_set(nic, offset, value & ~reg->self_clear);
	if (reg->on_write)
		reg->on_write(nic, index, old, value);
}

/* What is stored for the register at @offset; 0 if there is none. */
static uint32_t stored(const struct nic *nic, uint32_t offset)
{
	unsigned int index;

	if (offset % 4 || offset >= NIC_REGISTER_SPACE || !find(nic, &offset, &index))
		return 0;
	return nic_reg(nic, offset);
}

void nic_observe(struct nic *nic)
{
	nic->observed = nic->trace.to || nic->faults.on;
}

static uint32_t observed_read(struct nic *nic, uint32_t offset)
{
	uint32_t before = stored(nic, offset);
	uint32_t value = UINT32_MAX;

	if (!nic_is_gone(nic)) {
		value = register_read(nic, offset);
		if (nic->faults.on)
			value = nic_fault_read(nic, offset, before, value);
	}
	if (nic->trace.to)
		nic_trace_access(nic, false, offset, value, before, stored(nic, offset));
	return value;
}

static void observed_write(struct nic *nic, uint32_t offset, uint32_t value)
{
	uint32_t before = stored(nic, offset);

	if (!nic_is_gone(nic))
		register_write(nic, offset,
			       nic->faults.on ? nic_fault_write(nic, offset, value) : value);
	if (nic->trace.to)
		nic_trace_access(nic, true, offset, value, before, stored(nic, offset));
}

/* A port that nobody watches pays one branch for it. */
uint32_t nic_read(struct nic *nic, uint32_t offset)
{
	return nic->observed ? observed_read(nic, offset) : register_read(nic, offset);
}

void nic_write(struct nic *nic, uint32_t offset, uint32_t value)
{
	if (nic->observed)
		observed_write(nic, offset, value);
	else
		register_write(nic, offset, value);
}

const char *nic_register_name(uint32_t offset, char *buf, size_t size)
{
	for (size_t i = 0; i < nic_register_count; i++) {
		const struct nic_register *reg = &nic_register_table[i];
		uint32_t n = reg->stride ? (offset - reg->offset) / reg->stride : 0;

		if (offset < reg->offset || n >= instances(reg) ||
		    reg->offset + n * reg->stride != offset)
			continue;
		if (reg->count)
			snprintf(buf, size, "%s[%u]", reg->name, reg->first + n);
		else
			snprintf(buf, size, "%s", reg->name);
		return buf;
	}
	snprintf(buf, size, "?");
	return buf;
}
