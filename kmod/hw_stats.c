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

#define SETS 16 /* of counters for queues */

/* RQSMR and TQSM, a byte for each queue: queues 0..14 have a set each, all others the last one. */
static void onepath_hw_stats_map(struct onepath_io *io, u32 first)
{
	u32 n, q, sets;

	for (n = 0; n < 32; n++) {
		sets = 0;
		for (q = 4 * n; q < 4 * n + 4; q++)
			sets |= (q < SETS ? q : SETS - 1) << 8 * (q % 4);
		onepath_write(io, first + 4 * n, sets);
	}
}

/* 8.2.3.23.71, 8.2.3.23.73. What a former driver counted is dropped. */
void onepath_hw_stats_init(struct onepath_io *io)
{
	struct onepath_hw_stats unused = { 0 };

	onepath_hw_stats_map(io, REG_RQSMR(0));
	onepath_hw_stats_map(io, REG_TQSM(0));
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

	for (n = 0; n < SETS; n++) {
		now.rx_frames += onepath_read(io, REG_QPRC(n));
		now.rx_bytes += onepath_hw_stats_read64(io, REG_QBRC_L(n), REG_QBRC_H(n));
		now.rx_missed += onepath_read(io, REG_QPRDC(n));
	}
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
