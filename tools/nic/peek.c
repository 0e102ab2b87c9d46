// SPDX-License-Identifier: BSD-3-Clause
/*
 * Registers read by somebody who is not the driver: as the driver would read
 * them, but without what reading does (clearing, taking a semaphore, telling
 * that a bit was seen). For that the hooks of a read work on a copy of the
 * port, which is cut off from the world.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

static void *no_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	return NULL;
}

static void no_send(void *opaque, const uint8_t *frame, size_t len)
{
}

static void copy_port(struct nic *copy, const struct nic *nic)
{
	*copy = *nic;
	copy->host.dma = no_dma;
	copy->host.send = no_send;
	copy->host.interrupt = NULL;
	copy->host.intx = NULL;
	copy->log = NULL;
	copy->trace.to = NULL;
	copy->observed = false;
	copy->faults.on = 0;
	copy->held_first = NULL;
	copy->held_last = &copy->held_first;
}

/* @name is the register's, with or without its index. */
static bool is_named(const struct nic_register *reg, unsigned int index, const char *name)
{
	size_t len = strlen(reg->name);
	char with_index[16];

	if (!name)
		return true;
	if (strncmp(reg->name, name, len))
		return false;
	snprintf(with_index, sizeof(with_index), "[%u]", index);
	return !name[len] || (reg->count && !strcmp(name + len, with_index));
}

size_t nic_registers_peek(const struct nic *nic, const char *name,
			  void (*each)(void *opaque, const char *name, uint32_t value),
			  void *opaque)
{
	struct nic *copy = malloc(sizeof(*copy));
	size_t found = 0;

	if (!copy)
		return 0;
	for (size_t i = 0; i < nic_register_count; i++) {
		const struct nic_register *reg = &nic_register_table[i];

		/* One copy for an array: what reading one does, it does not to its neighbours. */
		if (reg->on_read)
			copy_port(copy, nic);
		for (unsigned int n = 0; n < (reg->count ? reg->count : 1); n++) {
			uint32_t offset = reg->offset + n * reg->stride;
			uint32_t value = nic_reg(nic, offset);
			char text[32];

			if (reg->alias || !is_named(reg, reg->first + n, name))
				continue;
			if (reg->on_read)
				value = reg->on_read(copy, reg->first + n, value);
			each(opaque, nic_register_name(offset, text, sizeof(text)), value);
			found++;
		}
	}
	free(copy);
	return found;
}
