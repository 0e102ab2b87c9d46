// SPDX-License-Identifier: BSD-3-Clause
/*
 * Setting up transmit, 4.6.8: what happens at writes to the registers of the
 * transmit queues and of the transmit path, and the rules on their order. tx.c
 * sends what the tails give.
 */
#include "core.h"

#define HEAD_WB_UNIT 16u /* bytes, see RULE_HEAD_WB_ALIGNMENT */

void nic_tdbal_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_base_written(nic, &nic->tx[index], nic_tx_offset(index, TDBAL), old, value);
}

void nic_tdbah_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_written(nic, &nic->tx[index], nic_tx_offset(index, TDBAH), old, value);
}

void nic_tdlen_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_length_written(nic, &nic->tx[index], nic_tx_offset(index, TDLEN), old, value);
}

void nic_tdh_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_head_written(nic, &nic->tx[index], nic_tx_offset(index, TDH), old, value);
}

void nic_tdt_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_tail_written(nic, &nic->tx[index], nic_tx_offset(index, TDT), old, value);
	nic_tx_run(nic, index);
}

static void check_queue_enable(struct nic *nic, unsigned int index, uint32_t value)
{
	uint32_t head_wb = nic_reg(nic, nic_tx_offset(index, TDWBAL));
	uint32_t offset = nic_tx_offset(index, TXDCTL);

	if (!(nic_reg(nic, DMATXCTL) & DMATXCTL_TE))
		nic_break(nic, RULE_TX_ENABLE_ORDER, offset, value);
	if ((value & TXDCTL_PTHRESH) && !(value & TXDCTL_HTHRESH))
		nic_break(nic, RULE_TX_THRESHOLDS, offset, value);
	if (!(head_wb & TDWBAL_HEAD_WB_EN))
		return;
	if (value & TXDCTL_WTHRESH)
		nic_break(nic, RULE_HEAD_WB_WTHRESH, offset, value);
	if ((head_wb & ~3u) % HEAD_WB_UNIT)
		nic_break(nic, RULE_HEAD_WB_ALIGNMENT, nic_tx_offset(index, TDWBAL), head_wb);
	if (nic_reg(nic, nic_tx_offset(index, DCA_TXCTRL)) & DCA_TXCTRL_WB_RO_EN)
		nic_break(nic, RULE_HEAD_WB_ORDERING, nic_tx_offset(index, DCA_TXCTRL), value);
}

void nic_txdctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	struct nic_queue *queue = &nic->tx[index];

	/* MISSING: what becomes of write-backs that wait when ENABLE is cleared. Later is too late. */
	if ((value & TXDCTL_SWFLSH) || !(value & TXDCTL_ENABLE))
		nic_tx_flush(nic, index);
	if (!(value & TXDCTL_ENABLE)) {
		nic_queue_stop(queue);
		nic_tx_state_clear(nic, index);
		return;
	}
	if (queue->enabled)
		return;
	check_queue_enable(nic, index, value);
	nic_tx_state_clear(nic, index);
	nic_queue_start(nic, queue, nic_tx_offset(index, 0));
}

/* ENABLE reads as set once the whole transmit path is enabled. */
uint32_t nic_txdctl_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (!(nic_reg(nic, DMATXCTL) & DMATXCTL_TE))
		return value & ~TXDCTL_ENABLE;
	if (value & TXDCTL_ENABLE)
		nic->tx[index].seen_enabled = true;
	return value;
}

void nic_dmatxctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (!(~old & value & DMATXCTL_TE))
		return;
	if (nic->dma_init_pending)
		nic_break(nic, RULE_DMA_INIT, DMATXCTL, value);
	nic_tx_run_all(nic);
}

void nic_mtqc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (old != value && !(nic_reg(nic, RTTDCS) & RTTDCS_ARBDIS))
		nic_break(nic, RULE_MTQC_ARBITER, MTQC, value);
}

/* With the arbiter disabled no descriptor is processed. */
void nic_rttdcs_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (old & ~value & RTTDCS_ARBDIS)
		nic_tx_run_all(nic);
}
