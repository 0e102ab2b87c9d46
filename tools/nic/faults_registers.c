// SPDX-License-Identifier: BSD-3-Clause
/*
 * Faults that show in registers: bits that never change as the driver waits
 * for them to. registers.c asks here, while faults are on, around each access;
 * the registers' own hooks know nothing of it.
 */
#include "core.h"

#define SW_FW_SYNC_FW (0x1Fu << 5) /* what firmware holds */

static bool is_stuck(const struct nic *nic, enum nic_fault_id id, unsigned int queue)
{
	uint32_t number = nic->faults.settings[id].number;

	return nic_fault_on(nic, id) && (number == queue || number >= NIC_FAULT_QUEUES);
}

/* One of two kinds: by firmware in SW_FW_SYNC, or by other software in SWSM. */
static bool is_semaphore_stuck(const struct nic *nic, bool firmware)
{
	return nic_fault_on(nic, FAULT_SEMAPHORE_STUCK) &&
	       !!nic->faults.settings[FAULT_SEMAPHORE_STUCK].choice == firmware;
}

/* The queue's ENABLE, and whether it is a receive queue's. */
static bool is_queue_control(uint32_t offset, unsigned int *queue, bool *receive)
{
	for (*queue = 0; *queue < NIC_QUEUES; ++*queue) {
		*receive = offset == nic_rx_offset(*queue, RXDCTL);
		if (*receive || offset == nic_tx_offset(*queue, TXDCTL))
			return true;
	}
	return false;
}

/* A running queue that is to stop and does not: remembered, so that it can later. */
static uint32_t write_queue_control(struct nic *nic, unsigned int queue, bool receive,
				    uint32_t value)
{
	struct nic_faults *all = &nic->faults;
	uint64_t *ignored = (receive ? all->rx_ignored : all->tx_ignored) + queue / 64;
	enum nic_fault_id id = receive ? FAULT_RX_QUEUE_STUCK : FAULT_TX_QUEUE_STUCK;
	bool running = receive ? nic->rx[queue].enabled : nic->tx[queue].enabled;

	if (!running || !is_stuck(nic, id, queue))
		return value;
	if (value & RXDCTL_ENABLE) {
		*ignored &= ~(1ull << queue % 64);
		return value;
	}
	*ignored |= 1ull << queue % 64;
	nic_fault_strikes(nic, id);
	return value | RXDCTL_ENABLE;
}

uint32_t nic_fault_write(struct nic *nic, uint32_t offset, uint32_t value)
{
	unsigned int queue;
	bool receive;

	/* What was read as taken, and is written back so, is not the writer's. */
	if (offset == SWSM && is_semaphore_stuck(nic, false))
		return value & ~SWSM_SMBI;
	if (offset == SW_FW_SYNC && is_semaphore_stuck(nic, true))
		return (value & ~SW_FW_SYNC_FW) | (nic_reg(nic, SW_FW_SYNC) & SW_FW_SYNC_FW);
	if (is_queue_control(offset, &queue, &receive))
		return write_queue_control(nic, queue, receive, value);
	return value;
}

bool nic_fault_ignored(const struct nic *nic, unsigned int queue, bool receive)
{
	const uint64_t *ignored = receive ? nic->faults.rx_ignored : nic->faults.tx_ignored;

	return ignored[queue / 64] >> queue % 64 & 1;
}

void nic_fault_release_queues(struct nic *nic, bool receive)
{
	uint64_t *ignored = receive ? nic->faults.rx_ignored : nic->faults.tx_ignored;

	for (unsigned int i = 0; i < NIC_QUEUES; i++) {
		uint32_t offset = receive ? nic_rx_offset(i, RXDCTL) : nic_tx_offset(i, TXDCTL);

		if (!nic_fault_ignored(nic, i, receive))
			continue;
		ignored[i / 64] &= ~(1ull << i % 64);
		nic_write(nic, offset, nic_reg(nic, offset) & ~RXDCTL_ENABLE);
	}
}

static bool strikes_if(struct nic *nic, enum nic_fault_id id, bool condition)
{
	return condition && nic_fault_strikes(nic, id);
}

/* @stored: what the register held before it was read. */
uint32_t nic_fault_read(struct nic *nic, uint32_t offset, uint32_t stored, uint32_t value)
{
	switch (offset) {
	case CTRL:
		return nic->faults.reset_stuck ? value | CTRL_RST : value;
	case STATUS:
		if (strikes_if(nic, FAULT_MASTER_DISABLE_STUCK,
			       nic_reg(nic, CTRL) & CTRL_MASTER_DISABLE))
			value |= STATUS_MASTER_ENABLE;
		return value;
	case RDRXCTL:
		if (strikes_if(nic, FAULT_DMA_INIT_STUCK, value & RDRXCTL_DMAIDONE))
			value &= ~RDRXCTL_DMAIDONE;
		return value;
	case SECRXSTAT:
		if (strikes_if(nic, FAULT_RXEN_STALL, value & SECRXSTAT_SECRX_RDY)) {
			nic->secrx_ready_seen = false;
			value &= ~SECRXSTAT_SECRX_RDY;
		}
		return value;
	case SWSM:
		if (strikes_if(nic, FAULT_SEMAPHORE_STUCK, is_semaphore_stuck(nic, false))) {
			nic_reg_set(nic, SWSM, stored); /* the reader did not get it */
			value |= SWSM_SMBI;
		}
		return value;
	case SW_FW_SYNC:
		if (strikes_if(nic, FAULT_SEMAPHORE_STUCK, is_semaphore_stuck(nic, true)))
			value |= SW_FW_SYNC_FW;
		return value;
	default:
		return value;
	}
}
