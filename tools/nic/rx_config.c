// SPDX-License-Identifier: BSD-3-Clause
/*
 * Setting up receive, 4.6.7: what happens at writes to the registers of the
 * receive queues and of the receive path, and the rules on their order. rx.c
 * moves frames once all this is done.
 */
#include "core.h"

bool nic_rx_running(const struct nic *nic)
{
	return (nic_reg(nic, RXCTRL) & RXCTRL_RXEN) &&
	       !(nic_reg(nic, SECRXCTRL) & SECRXCTRL_RX_DIS) && !nic->resetting;
}

/* No frame can come: receive is off, or its path is halted and known to be empty. */
bool nic_rx_settled(const struct nic *nic)
{
	return !(nic_reg(nic, RXCTRL) & RXCTRL_RXEN) || nic->secrx_ready_seen;
}

void nic_secrxctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (!(value & SECRXCTRL_RX_DIS))
		nic->secrx_ready_seen = false;
}

uint32_t nic_secrxstat_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (!(nic_reg(nic, SECRXCTRL) & SECRXCTRL_RX_DIS))
		return value;
	nic->secrx_ready_seen = true;
	return value | SECRXSTAT_SECRX_RDY;
}

uint32_t nic_rdrxctl_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic->dma_init_pending ? value : value | RDRXCTL_DMAIDONE;
}

/* What must be so when receive is enabled. */
static void check_receive_enable(struct nic *nic, uint32_t value)
{
	uint32_t control = nic_reg(nic, RDRXCTL);
	uint32_t tables = NIC_TABLE_MTA | NIC_TABLE_PFUTA | NIC_TABLE_PFVLVF | NIC_TABLE_PFVLVFB;

	if (nic_reg(nic, VLNCTRL) & VLNCTRL_VFE)
		tables |= NIC_TABLE_VFTA;
	if (nic->dma_init_pending)
		nic_break(nic, RULE_DMA_INIT, RXCTRL, value);
	if (!nic->secrx_ready_seen)
		nic_break(nic, RULE_RXEN_PATH_HALTED, RXCTRL, value);
	if ((nic->tables_written & tables) != tables)
		nic_break(nic, RULE_TABLES, RXCTRL, value);
	if (!(control & RDRXCTL_CRCSTRIP) != !(nic_reg(nic, HLREG0) & HLREG0_RXCRCSTRP))
		nic_break(nic, RULE_CRC_STRIP, RDRXCTL, control);
	if (control & RDRXCTL_RSCFRSTSIZE)
		nic_break(nic, RULE_RSCFRSTSIZE, RDRXCTL, control);
	if (~control & (RDRXCTL_RSCACKC | RDRXCTL_FCOE_WRFIX))
		nic_break(nic, RULE_RDRXCTL_FIXED, RDRXCTL, control);
}

void nic_rxctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (~old & value & RXCTRL_RXEN)
		check_receive_enable(nic, value);
}

/* A setting of the whole receive path, made before RXEN. */
static void setting_written(struct nic *nic, uint32_t offset, uint32_t old, uint32_t value)
{
	if (old != value && !nic_rx_settled(nic))
		nic_break(nic, RULE_RXEN_LAST, offset, value);
}

void nic_maxfrs_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	setting_written(nic, MAXFRS, old, value);
}

void nic_rxpbsize_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	setting_written(nic, RXPBSIZE + index * 4, old, value);
}

/* LPBK apart: flushing the data path sets it while receive is on (5.2.5.3.2). */
void nic_hlreg0_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	setting_written(nic, HLREG0, old | HLREG0_LPBK, value | HLREG0_LPBK);
	if (~old & value & HLREG0_LPBK)
		nic_tx_run_all(nic); /* it needs no link */
}

void nic_rdbal_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_base_written(nic, &nic->rx[index], nic_rx_offset(index, RDBAL), old, value);
}

void nic_rdbah_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_written(nic, &nic->rx[index], nic_rx_offset(index, RDBAH), old, value);
}

void nic_rdlen_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_length_written(nic, &nic->rx[index], nic_rx_offset(index, RDLEN), old, value);
}

void nic_rdh_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_head_written(nic, &nic->rx[index], nic_rx_offset(index, RDH), old, value);
}

void nic_rdt_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_queue_tail_written(nic, &nic->rx[index], nic_rx_offset(index, RDT), old, value);
	nic_rx_run_held(nic);
}

void nic_srrctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (nic->rx[index].enabled && ((old ^ value) & ~SRRCTL_DROP_EN))
		nic_break(nic, RULE_SRRCTL_RUNNING, nic_rx_offset(index, SRRCTL), value);
	nic_rx_run_held(nic);
}

/* What SRRCTL says of an enabled queue's buffers. */
static void check_buffers(struct nic *nic, unsigned int index)
{
	uint32_t offset = nic_rx_offset(index, SRRCTL);
	uint32_t control = nic_reg(nic, offset);
	uint32_t kilobytes = control & SRRCTL_BSIZEPACKET;
	uint32_t header = control >> SRRCTL_BSIZEHEADER_SHIFT & SRRCTL_BSIZEHEADER;

	if (kilobytes < 1 || kilobytes > 16)
		nic_break(nic, RULE_RX_BUFFER_SIZE, offset, kilobytes);
	switch (control >> SRRCTL_DESCTYPE_SHIFT & SRRCTL_DESCTYPE) {
	case SRRCTL_LEGACY:
	case SRRCTL_ONE_BUFFER:
		break;
	case SRRCTL_SPLIT:
	case SRRCTL_SPLIT_ALWAYS:
		if (header < 1 || header > 16)
			nic_break(nic, RULE_RX_HEADER_SIZE, offset, control);
		break;
	default:
		nic_break(nic, RULE_RX_DESCRIPTOR_TYPE, offset, control);
	}
}

static void count_queues(struct nic *nic)
{
	nic->rx_queues = NIC_QUEUES;
	while (nic->rx_queues && !nic->rx[nic->rx_queues - 1].enabled)
		nic->rx_queues--;
}

void nic_rxdctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	struct nic_queue *queue = &nic->rx[index];

	if (!(value & RXDCTL_ENABLE)) {
		nic_queue_stop(queue);
		count_queues(nic);
		nic_rx_run_held(nic);
		return;
	}
	if (queue->enabled)
		return;
	check_buffers(nic, index);
	nic_queue_start(nic, queue, nic_rx_offset(index, 0));
	count_queues(nic);
}

uint32_t nic_rxdctl_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (value & RXDCTL_ENABLE)
		nic->rx[index].seen_enabled = true;
	return value;
}
