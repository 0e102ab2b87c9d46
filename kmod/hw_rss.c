// SPDX-License-Identifier: GPL-2.0
/*
 * Receive-side scaling: which queue a frame is received into, by a Toeplitz hash over
 * its addresses and ports, so that the frames of a flow stay together. Datasheet 7.1.2.8.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define FIELDS 6

/* ONEPATH_HW_RSS_*, by bit, as MRQC has them (8.2.3.7.12). */
static const u32 onepath_hw_rss_fields[FIELDS] = { MRQC_IPV4, MRQC_TCP_IPV4, MRQC_UDP_IPV4,
						   MRQC_IPV6, MRQC_TCP_IPV6, MRQC_UDP_IPV6 };

/* The registers from @first on, as bytes, the first one lowest (8.2.3.7.14, 8.2.3.7.15). */
static void onepath_hw_rss_write(struct onepath_io *io, u32 first, const u8 *bytes, u32 count)
{
	u32 n;

	for (n = 0; n < count; n += 4)
		onepath_write(io, first + n,
			      bytes[n] | bytes[n + 1] << 8 | bytes[n + 2] << 16 |
				      (u32)bytes[n + 3] << 24);
}

static void onepath_hw_rss_read(struct onepath_io *io, u32 first, u8 *bytes, u32 count)
{
	u32 n, value = 0;

	for (n = 0; n < count; n++) {
		if (n % 4 == 0)
			value = onepath_read(io, first + n);
		bytes[n] = value >> 8 * (n % 4);
	}
}

/* All frames to queue 0. */
void onepath_hw_rss_init(struct onepath_io *io)
{
	static const u8 zero[ONEPATH_HW_RSS_TABLE_ENTRIES];

	onepath_write(io, REG_MRQC, 0);
	onepath_hw_rss_write(io, REG_RSSRK(0), zero, ONEPATH_HW_RSS_KEY_BYTES);
	onepath_hw_rss_write(io, REG_RETA(0), zero, ONEPATH_HW_RSS_TABLE_ENTRIES);
}

/**
 * onepath_hw_rss_set() - how frames are spread over receive queues
 * @io: the port
 * @hash: ONEPATH_HW_RSS_*: what is hashed of which packets; all others go to queue 0
 * @key: of the hash
 * @table: the queue, 0..15, for the low seven bits of the hash
 *
 * MISSING: whether it may change while frames come. Nothing is received meanwhile, so that no
 * frame is hashed with half of a key.
 */
int onepath_hw_rss_set(struct onepath_io *io, u32 hash, const u8 key[ONEPATH_HW_RSS_KEY_BYTES],
		       const u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES])
{
	u32 mrqc = hash ? MRQC_MRQE_RSS : 0;
	int rc = onepath_hw_rx_hold(io);
	u32 n;

	for (n = 0; n < FIELDS; n++)
		mrqc |= hash & BIT(n) ? onepath_hw_rss_fields[n] : 0;
	if (!rc) {
		onepath_hw_rss_write(io, REG_RSSRK(0), key, ONEPATH_HW_RSS_KEY_BYTES);
		onepath_hw_rss_write(io, REG_RETA(0), table, ONEPATH_HW_RSS_TABLE_ENTRIES);
		onepath_write(io, REG_MRQC, mrqc);
	}
	onepath_hw_rx_release(io);
	return rc;
}

/* Reads them back; returns ONEPATH_HW_RSS_*. */
u32 onepath_hw_rss_get(struct onepath_io *io, u8 key[ONEPATH_HW_RSS_KEY_BYTES],
		       u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES])
{
	u32 mrqc = onepath_read(io, REG_MRQC), hash = 0, n;

	onepath_hw_rss_read(io, REG_RSSRK(0), key, ONEPATH_HW_RSS_KEY_BYTES);
	onepath_hw_rss_read(io, REG_RETA(0), table, ONEPATH_HW_RSS_TABLE_ENTRIES);
	if ((mrqc & MRQC_MRQE) != MRQC_MRQE_RSS)
		return 0;
	for (n = 0; n < FIELDS; n++)
		hash |= mrqc & onepath_hw_rss_fields[n] ? BIT(n) : 0;
	return hash;
}
