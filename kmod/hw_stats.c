// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics: the hardware's counters clear when they are read, so each read is
 * added to a sum that lives as long as the port. Datasheet 8.2.3.23.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

/* All queues count in set 0 (8.2.3.23.71); what a former driver counted is dropped. */
void onepath_hw_stats_init(struct onepath_io *io)
{
	struct onepath_hw_stats unused = { 0 };
	u32 n;

	for (n = 0; n < 32; n++)
		onepath_write(io, REG_RQSMR(n), 0);
	onepath_hw_stats_add(io, &unused);
}

/* The low half is read first: that latches the high one. */
static u64 onepath_hw_stats_read64(struct onepath_io *io, u32 low, u32 high)
{
	u64 value = onepath_read(io, low);

	return value | (u64)onepath_read(io, high) << 32;
}

/**
 * onepath_hw_stats_add() - adds what was counted since the last call
 * @io: the port
 * @sum: to be added to; unchanged if the device is gone
 */
int onepath_hw_stats_add(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	struct onepath_hw_stats now = *sum;
	u32 n;

	now.rx_frames += onepath_read(io, REG_QPRC(0));
	now.rx_bytes += onepath_hw_stats_read64(io, REG_QBRC_L(0), REG_QBRC_H(0));
	now.rx_missed += onepath_read(io, REG_QPRDC(0));
	for (n = 0; n < 8; n++)
		now.rx_missed += onepath_read(io, REG_RXMPC(n));
	now.rx_crc_errors += onepath_read(io, REG_CRCERRS);
	now.rx_length_errors += onepath_read(io, REG_RLEC);
	now.rx_length_errors += onepath_read(io, REG_RUC);
	now.rx_length_errors += onepath_read(io, REG_RFC);
	now.rx_length_errors += onepath_read(io, REG_ROC);
	now.rx_length_errors += onepath_read(io, REG_RJC);
	now.rx_other_errors += onepath_read(io, REG_ILLERRC);
	now.rx_other_errors += onepath_read(io, REG_ERRBC);
	now.tx_frames += onepath_read(io, REG_GPTC);
	now.tx_bytes += onepath_hw_stats_read64(io, REG_GOTCL, REG_GOTCH);
	/* read last: if it is there, so was every counter */
	if (onepath_hw_gone(io))
		return -ENODEV;
	*sum = now;
	return 0;
}
