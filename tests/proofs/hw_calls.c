// SPDX-License-Identifier: BSD-3-Clause
/*
 * What kmod/hw_*.c hand to their caller, whatever registers read: it fits the memory that the
 * caller has for it, which is as long as hw.h says and not a byte longer, and is one of the
 * values that hw.h names.
 */
#include <stdlib.h>
#include "hw_machine.h"

static void addresses(void)
{
	u8 *bytes = malloc(6 * ONEPATH_HW_ADDRESSES_MAX), *mac = malloc(6);

	assume(bytes && mac);
	prove(onepath_hw_addresses_get(&io, bytes) <= ONEPATH_HW_ADDRESSES_MAX,
	      "no more addresses than there is room for");
	onepath_hw_filter_mac(&io, mac);
}

static void tables(void)
{
	u8 *key = malloc(ONEPATH_HW_RSS_KEY_BYTES), *table = malloc(ONEPATH_HW_RSS_TABLE_ENTRIES);
	u32 *ids = malloc(ONEPATH_HW_VLAN_WORDS * sizeof(*ids));

	assume(key && table && ids);
	prove(onepath_hw_rss_get(&io, key, table) < 1u << 6, "kinds of packets that hw.h names");
	onepath_hw_vlans_get(&io, ids);
}

static void stats(void)
{
	struct onepath_hw_stats *sum = malloc(sizeof(*sum)), before;
	int rc;

	assume(sum);
	before = *sum;
	rc = onepath_hw_stats_add(&io, sum);
	prove(rc == 0 || rc == -ENODEV, "it ends as hw.h says");
	prove(!rc || (sum->rx_frames == before.rx_frames && sum->tx_bytes == before.tx_bytes),
	      "a device that is gone counts nothing");
	prove(sum->rx_filtered >= before.rx_filtered && sum->tx_frames >= before.tx_frames &&
		      sum->tx_bytes >= before.tx_bytes,
	      "differences do not go back");
}

static void state(void)
{
	u32 speed = onepath_hw_link_speed_mbps(&io), head, tail;

	prove(speed == 0 || speed == 100 || speed == 1000 || speed == 10000,
	      "a speed that there is");
	prove(onepath_hw_speeds_get(&io) - 1 < 3, "at least one speed, of those that hw.h names");
	prove(onepath_hw_pause_get(&io) < 4 && onepath_hw_filter_get(&io) < 4,
	      "bits that hw.h names");
	prove(onepath_hw_irq_other(&io) < 4 && onepath_hw_errors(&io) < 4,
	      "causes that hw.h names");
	onepath_hw_tx_position(&io, any_between(0, ONEPATH_HW_QUEUES - 1), &head, &tail);
}

int main(void)
{
	STEP();
	return 0;
}
