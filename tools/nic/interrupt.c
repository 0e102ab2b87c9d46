// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts, 7.3: a cause sets its bit, IVAR says whose it is, the mask and
 * EITR's moderation say when it may leave. What is held back, by either, goes
 * out when the mask opens or the interval ends. interrupt_config.c has the
 * registers; nic_advance() brings the time.
 */
#include <string.h>

#include "core.h"

#define EITR_UNIT_NS 2000ull /* of the interval, at 10 Gb/s and 1 Gb/s */

static uint64_t bit(unsigned int vector)
{
	return 1ull << vector;
}

/* Each vector has its causes; else all causes share one interrupt: INTx, MSI, or vector 0. */
static bool is_multiple(const struct nic *nic)
{
	return nic_reg(nic, GPIE) & GPIE_MULTIPLE_MSIX;
}

/* IVAR and IVAR_MISC have a byte for each cause: where it goes, and a valid bit. */
static bool maps_to(uint32_t allocation, unsigned int vector)
{
	return (allocation & IVAR_VALID) && (allocation & IVAR_ALLOCATION) == vector;
}

/* Causes other than queues' that @vector is there for. */
static uint32_t misc_causes(const struct nic *nic, unsigned int vector)
{
	uint32_t ivar = nic_reg(nic, IVAR_MISC);

	return (maps_to(ivar >> IVAR_MISC_OTHER_SHIFT, vector) ? EICR_OTHERS : 0) |
	       (maps_to(ivar, vector) ? EICR_TCP_TIMER : 0);
}

/* There is a cause, and it is not masked. */
static bool is_asserted(const struct nic *nic, unsigned int vector)
{
	uint32_t open = nic_reg(nic, EICR) & nic_reg(nic, EIMS);
	uint64_t high = nic->interrupt.high_causes & nic_interrupt_mask(nic);

	if (!is_multiple(nic))
		return !vector && open;
	if (vector < EICR_VECTORS && (open & bit(vector)))
		return true;
	return (high & bit(vector)) || (open & misc_causes(nic, vector));
}

static void set_line(struct nic *nic, bool asserted)
{
	if (asserted == nic->interrupt.line)
		return;
	nic->interrupt.line = asserted;
	if (nic->host.intx)
		nic->host.intx(nic->host.opaque, asserted);
}

/*
 * 7.3.1.6 and 8.2.3.5.18: the message's own causes are cleared (EIAC) and masked (EIAM).
 * MISSING: what clears the causes of vectors 16 to 63, which no register shows: their message.
 */
static void sent(struct nic *nic, unsigned int vector)
{
	uint32_t causes = misc_causes(nic, vector);

	if (vector < EICR_VECTORS)
		causes |= bit(vector);
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) & ~(causes & nic_reg(nic, EIAC)));
	nic->interrupt.high_causes &= ~bit(vector);
	if (nic_reg(nic, GPIE) & GPIE_EIAME)
		nic_interrupt_close(nic, causes & nic_reg(nic, EIAM),
				    bit(vector) & nic_interrupt_auto_mask(nic));
}

static void send(struct nic *nic, unsigned int vector, uint64_t now)
{
	uint32_t interval = nic_reg(nic, nic_eitr_offset(vector)) & EITR_INTERVAL;
	bool lost = nic->faults.on && nic_fault_loses_interrupt(nic);

	nic->interrupt.pending &= ~bit(vector);
	nic->interrupt.ready_ns[vector] =
		interval ? now + (interval >> EITR_INTERVAL_SHIFT) * EITR_UNIT_NS : 0;
	if (is_multiple(nic))
		sent(nic, vector);
	else if (!lost)
		set_line(nic, true);
	if (nic->host.interrupt && !lost)
		nic->host.interrupt(nic->host.opaque, vector);
}

/* @vector has news: it leaves now, or when it may. */
static void raise(struct nic *nic, unsigned int vector)
{
	uint64_t ready_ns = nic->interrupt.ready_ns[vector], now = 0;

	if ((nic->interrupt.pending & bit(vector)) || !is_asserted(nic, vector))
		return;
	if (ready_ns || (nic_reg(nic, nic_eitr_offset(vector)) & EITR_INTERVAL))
		now = nic->host.now_ns(nic->host.opaque);
	if (now >= ready_ns) {
		send(nic, vector, now);
		return;
	}
	nic->interrupt.pending |= bit(vector);
	nic_schedule(nic);
}

/* A cause of a queue, or of software that plays one (EICS). */
static void raise_vector(struct nic *nic, unsigned int vector)
{
	if (vector < EICR_VECTORS)
		nic_reg_set(nic, EICR, nic_reg(nic, EICR) | bit(vector));
	else
		nic->interrupt.high_causes |= bit(vector);
	raise(nic, vector);
}

static void raise_queue(struct nic *nic, unsigned int allocation)
{
	unsigned int vector = allocation & IVAR_ALLOCATION;

	if (!(allocation & IVAR_VALID))
		return;
	if (is_multiple(nic)) {
		raise_vector(nic, vector);
		return;
	}
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) | bit(vector % EICR_VECTORS));
	raise(nic, 0);
}

/* A register of IVAR is for two queues: receive and transmit of the even one, then of the odd. */
static uint32_t queue_allocations(const struct nic *nic, unsigned int queue)
{
	return nic_reg(nic, IVAR + queue / 2 * 4) >> queue % 2 * 16;
}

void nic_interrupt_rx(struct nic *nic, unsigned int queue)
{
	raise_queue(nic, queue_allocations(nic, queue) & 0xFF);
}

void nic_interrupt_tx(struct nic *nic, unsigned int queue)
{
	raise_queue(nic, queue_allocations(nic, queue) >> 8 & 0xFF);
}

void nic_interrupt_cause(struct nic *nic, uint32_t causes)
{
	/* 8.2.3.5.18: a general-purpose pin interrupts if GPIE says so. */
	uint32_t pins = (nic_reg(nic, GPIE) & GPIE_SDP_GPIEN) << EICR_GPI_SDP_SHIFT;

	nic_interrupt_set(nic, causes & (pins | ~EICR_GPI_SDP), 0, false);
}

/* Every vector that these bits of EICR and vectors' bits have to do with. */
static void raise_all(struct nic *nic, uint32_t causes, uint64_t vectors)
{
	if (!is_multiple(nic)) {
		raise(nic, 0);
		return;
	}
	for (unsigned int i = 0; i < NIC_VECTORS; i++) {
		if ((vectors & bit(i)) || (causes & misc_causes(nic, i)))
			raise(nic, i);
	}
}

void nic_interrupt_set(struct nic *nic, uint32_t causes, uint64_t vectors, bool at_once)
{
	/* MISSING: bit 31, "other cause" of the 82598, is reserved here; it is never set. */
	causes = (causes & ~EICR_RESERVED) | (vectors & EICR_RTXQ);
	vectors |= causes & EICR_RTXQ;
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) | causes);
	nic->interrupt.high_causes |= vectors & ~(uint64_t)EICR_RTXQ;
	for (unsigned int i = 0; at_once && i < NIC_VECTORS; i++) {
		if (!is_multiple(nic) || (vectors & bit(i)) || (causes & misc_causes(nic, i)))
			nic_interrupt_hurry(nic, i, 0);
	}
	raise_all(nic, causes, vectors);
}

/* What no longer has a cause is no longer asserted, and need not leave. */
static void settle(struct nic *nic)
{
	for (uint64_t left = nic->interrupt.pending; left; left &= left - 1) {
		unsigned int vector = __builtin_ctzll(left);

		if (!is_asserted(nic, vector))
			nic->interrupt.pending &= ~bit(vector);
	}
	if (nic->interrupt.line && !is_asserted(nic, 0))
		set_line(nic, false);
}

void nic_interrupt_clear(struct nic *nic, uint32_t causes)
{
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) & ~causes);
	settle(nic);
}

/* The mask as 64 vectors; the first 16 are in EIMS as well. */
uint64_t nic_interrupt_mask(const struct nic *nic)
{
	return (uint64_t)nic_reg(nic, EIMS_EX + 4) << 32 | nic_reg(nic, EIMS_EX);
}

static void set_mask(struct nic *nic, uint32_t causes, uint64_t vectors)
{
	nic_reg_set(nic, EIMS, (causes & ~EICR_RTXQ) | (vectors & EICR_RTXQ));
	nic_reg_set(nic, EIMS_EX, vectors);
	nic_reg_set(nic, EIMS_EX + 4, vectors >> 32);
}

void nic_interrupt_open(struct nic *nic, uint32_t causes, uint64_t vectors)
{
	uint32_t opened = causes & ~nic_reg(nic, EIMS);
	uint64_t mask = nic_interrupt_mask(nic);

	vectors |= causes & EICR_RTXQ;
	set_mask(nic, nic_reg(nic, EIMS) | causes, mask | vectors);
	raise_all(nic, opened, vectors & ~mask);
}

void nic_interrupt_close(struct nic *nic, uint32_t causes, uint64_t vectors)
{
	vectors |= causes & EICR_RTXQ;
	set_mask(nic, nic_reg(nic, EIMS) & ~causes, nic_interrupt_mask(nic) & ~vectors);
	settle(nic);
}

void nic_interrupt_hurry(struct nic *nic, unsigned int vector, uint64_t ready_ns)
{
	nic->interrupt.ready_ns[vector] = ready_ns;
	if (nic->interrupt.pending & bit(vector)) {
		nic->interrupt.pending &= ~bit(vector);
		raise(nic, vector);
	}
}

void nic_interrupt_mode_changed(struct nic *nic)
{
	nic->interrupt.pending = 0;
	set_line(nic, false);
	raise_all(nic, UINT32_MAX, UINT64_MAX);
}

uint64_t nic_interrupt_due(const struct nic *nic)
{
	uint64_t due = NIC_NEVER;

	for (uint64_t left = nic->interrupt.pending; left; left &= left - 1) {
		uint64_t ready_ns = nic->interrupt.ready_ns[__builtin_ctzll(left)];

		if (ready_ns < due)
			due = ready_ns;
	}
	return due;
}

void nic_interrupt_advance(struct nic *nic, uint64_t now)
{
	for (uint64_t left = nic->interrupt.pending; left; left &= left - 1) {
		unsigned int vector = __builtin_ctzll(left);

		if (now >= nic->interrupt.ready_ns[vector])
			send(nic, vector, now);
	}
}

void nic_interrupt_reset(struct nic *nic)
{
	set_line(nic, false);
	memset(&nic->interrupt, 0, sizeof(nic->interrupt));
}
