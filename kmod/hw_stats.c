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

#define SETS	    ONEPATH_HW_STATS_SETS
#define PAUSE_BYTES 64 /* of a PAUSE frame, with CRC */

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

/* The low half is read first: that latches the high one. */
static u64 onepath_hw_stats_read64(struct onepath_io *io, u32 low, u32 high)
{
	u64 value = onepath_read(io, low);

	return value | (u64)onepath_read(io, high) << 32;
}

/*
 * Bytes are counted with frames: a set without frames has none to be read. So that a port whose
 * NF dies does not wait for 16 sets of counters that nothing was counted in.
 */
static u64 onepath_hw_stats_bytes(struct onepath_io *io, u64 frames, u32 low, u32 high)
{
	return frames ? onepath_hw_stats_read64(io, low, high) : 0;
}

static void onepath_hw_stats_add_sets(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	struct onepath_hw_queue_stats now;
	u32 n;

	for (n = 0; n < SETS; n++) {
		now.rx_frames = onepath_read(io, REG_QPRC(n));
		now.rx_bytes =
			onepath_hw_stats_bytes(io, now.rx_frames, REG_QBRC_L(n), REG_QBRC_H(n));
		now.rx_missed = onepath_read(io, REG_QPRDC(n));
		now.tx_frames = onepath_read(io, REG_QPTC(n));
		now.tx_bytes =
			onepath_hw_stats_bytes(io, now.tx_frames, REG_QBTC_L(n), REG_QBTC_H(n));
		sum->set[n].rx_frames += now.rx_frames;
		sum->set[n].rx_bytes += now.rx_bytes;
		sum->set[n].rx_missed += now.rx_missed;
		sum->set[n].tx_frames += now.tx_frames;
		sum->set[n].tx_bytes += now.tx_bytes;
		sum->rx_frames += now.rx_frames;
		sum->rx_bytes += now.rx_bytes;
		sum->rx_missed += now.rx_missed;
	}
}

static void onepath_hw_stats_add_errors(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	u32 n;

	for (n = 0; n < 8; n++)
		sum->rx_missed += onepath_read(io, REG_RXMPC(n));
	sum->rx_oversize += onepath_read(io, REG_ROC);
	sum->rx_crc_errors += onepath_read(io, REG_CRCERRS);
	sum->rx_length_errors += onepath_read(io, REG_RLEC);
	sum->rx_length_errors += onepath_read(io, REG_RUC);
	sum->rx_length_errors += onepath_read(io, REG_RFC);
	sum->rx_length_errors += onepath_read(io, REG_RJC);
	sum->rx_other_errors += onepath_read(io, REG_ILLERRC);
	sum->rx_other_errors += onepath_read(io, REG_ERRBC);
}

/* A difference of sums whose counters are not read at one moment; it does not go back. */
static u64 onepath_hw_stats_less(u64 before, u64 all, u64 part)
{
	return all > part && all - part > before ? all - part : before;
}

/*
 * What frames with PAUSE frames among them are, without these. The larger counter of each
 * difference is read first: a frame in between makes it too small for now, never too large.
 * MISSING: whether RXNFGPC and GPTC count PAUSE frames; both are taken to.
 */
static void onepath_hw_stats_add_differences(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	u32 off;

	sum->rx_unfiltered += onepath_read(io, REG_RXNFGPC);
	sum->rx_taken += onepath_read(io, REG_GPRC);
	sum->rx_taken += onepath_read(io, REG_LXONRXCNT);
	off = onepath_read(io, REG_LXOFFRXCNT);
	sum->rx_taken += off;
	sum->rx_pause += off;
	sum->rx_filtered =
		onepath_hw_stats_less(sum->rx_filtered, sum->rx_unfiltered, sum->rx_taken);

	sum->tx_frames_all += onepath_read(io, REG_GPTC);
	sum->tx_bytes_all += onepath_hw_stats_read64(io, REG_GOTCL, REG_GOTCH);
	sum->tx_pause_all += onepath_read(io, REG_LXONTXC);
	off = onepath_read(io, REG_LXOFFTXC);
	sum->tx_pause_all += off;
	sum->tx_pause += off;
	sum->tx_frames =
		onepath_hw_stats_less(sum->tx_frames, sum->tx_frames_all, sum->tx_pause_all);
	sum->tx_bytes = onepath_hw_stats_less(sum->tx_bytes, sum->tx_bytes_all,
					      sum->tx_pause_all * PAUSE_BYTES);
}

static void onepath_hw_stats_read(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	onepath_hw_stats_add_sets(io, sum);
	onepath_hw_stats_add_errors(io, sum);
	onepath_hw_stats_add_differences(io, sum);
}

/* 8.2.3.23.71, 8.2.3.23.73. What a former driver counted is dropped. */
void onepath_hw_stats_init(struct onepath_io *io)
{
	struct onepath_hw_stats unused = { 0 };
	u32 n;

	onepath_hw_stats_map(io, REG_RQSMR(0));
	onepath_hw_stats_map(io, REG_TQSM(0));
	/* also bytes of frames that the former driver did read */
	for (n = 0; n < SETS; n++) {
		onepath_hw_stats_read64(io, REG_QBRC_L(n), REG_QBRC_H(n));
		onepath_hw_stats_read64(io, REG_QBTC_L(n), REG_QBTC_H(n));
	}
	onepath_hw_stats_read(io, &unused);
}

/**
 * onepath_hw_stats_add() - adds what was counted since the last call
 * @io: the port
 * @sum: to be added to; unchanged if the device is gone
 *
 * To be called twice a second: frames are counted with 32 bits (4.8 minutes at 14.88 million
 * a second), bytes with 36 (55 s), and a counter that is full stays so (8.2.3.23).
 */
int onepath_hw_stats_add(struct onepath_io *io, struct onepath_hw_stats *sum)
{
	struct onepath_hw_stats now = *sum;

	onepath_hw_stats_read(io, &now);
	/* read last: if it is there, so was every counter */
	if (onepath_hw_gone(io))
		return -ENODEV;
	*sum = now;
	return 0;
}
