// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bringing a port and its queues up and down, whatever registers read: the order of writes.
 * One of STEP's functions is called, from any state of the port that allows it.
 */
#include "hw_machine.h"

static void init(void)
{
	int rc;

	initialising = true;
	rc = onepath_hw_init(&io);

	prove(rc || (did.eeprom_read && did.dma_ready),
	      "4.6.3: the EEPROM was read and the DMA unit is ready");
	prove(!did.receiving, "receive is not enabled before there is a queue");
	prove(rc || (did.transmit_unit && !did.arbiter_off), "4.6.8: the transmit unit is enabled");
}

static void rx_start(void)
{
	u32 size = 64u << any_between(0, 6);
	u64 ring = nondet_u64() & ~(u64)127;
	int rc;

	queue = any_between(0, ONEPATH_HW_QUEUES - 1);
	did.receiving = nondet_bool();
	rc = onepath_hw_rx_start(&io, queue, ring, size, 1024 * any_between(1, 16));
	prove(rc || (did.rx_on && did.rx_tail), "4.6.7: the queue is enabled and has descriptors");
	prove(!did.held, "frames are let in again");
}

static void rx_stop(void)
{
	uint32_t slept_us;
	int rc;

	queue = any_between(0, ONEPATH_HW_QUEUES - 1);
	did.rx_base = did.rx_length = did.rx_buffer = did.rx_on = true;
	slept_us = did.slept_us;
	rc = onepath_hw_rx_stop(&io, queue);
	prove(rc || !did.rx_on, "the queue does not run");
	prove(did.slept_us - slept_us >= 100, "4.6.7.1.2: its memory is in use for 100 us more");
}

static void tx_start(void)
{
	u32 size = 64u << any_between(0, 6);
	u64 ring = nondet_u64() & ~(u64)127, head = nondet_u64() & ~(u64)15;
	int rc;

	queue = any_between(0, ONEPATH_HW_QUEUES - 1);
	rc = onepath_hw_tx_start(&io, queue, ring, size, head, any_between(0, size - 1));
	prove(rc || did.tx_on, "4.6.8: the queue is enabled");
}

static void tx_stop(void)
{
	u32 drain_us = any_between(0, ONEPATH_HW_DRAIN_US), left_us = drain_us;
	int rc;

	queue = any_between(0, ONEPATH_HW_QUEUES - 1);
	did.tx_base = did.tx_length = did.tx_order = did.tx_head = did.tx_on = true;
	rc = onepath_hw_tx_stop(&io, queue, &left_us);
	prove(rc || !did.tx_on, "the queue does not run");
	prove(left_us <= drain_us, "no more time is spent than there is");
}

static void settings(void)
{
	static u8 addresses[6 * ONEPATH_HW_ADDRESSES_MAX];
	static u32 ids[ONEPATH_HW_VLAN_WORDS];
	static u8 key[ONEPATH_HW_RSS_KEY_BYTES], table[ONEPATH_HW_RSS_TABLE_ENTRIES];

	did.receiving = true;
	switch (any_between(0, 4)) {
	case 0:
		onepath_hw_filter_set(&io, nondet_u32());
		break;
	case 1:
		onepath_hw_mtu_set(&io, any_between(68, 9706));
		break;
	case 2:
		onepath_hw_addresses_set(&io, addresses, any_between(0, ONEPATH_HW_ADDRESSES_MAX));
		break;
	case 3:
		onepath_hw_vlans_set(&io, nondet_bool(), ids);
		break;
	case 4:
		onepath_hw_rss_set(&io, nondet_u32(), key, table);
		break;
	}
	prove(!did.held, "frames are let in again");
}

int main(void)
{
	STEP();
	return 0;
}
