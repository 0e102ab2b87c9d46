// SPDX-License-Identifier: BSD-3-Clause
/*
 * Each fault that the model can suffer, at the level of registers and memory:
 * what a driver sees while it is on, and that all is well when it is off. A
 * test is called by its fault's name.
 */
#include "nic_driver.h"

#define ALWAYS		  NIC_FAULT_ALWAYS
#define ALL		  128
#define D_EICR_PCI	  0x00040000
#define D_EICR_ECC	  0x10000000
#define D_PICAUSE	  0x110B0
#define D_PIENA		  0x110B8
#define D_PICAUSE_TIMEOUT 0x00000008
#define D_CRCERRS	  0x04000
#define D_ILLERRC	  0x04004

static size_t fault(const char *name)
{
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(faults[i].name, name))
			return i;
	}
	fail_msg("no fault is called %s", name);
	return 0;
}

static bool set(struct machine *m, const char *name, uint64_t times, uint32_t number,
		unsigned int choice)
{
	const struct nic_fault_setting setting = { times, number, choice };

	return nic_fault_set(m->nic, fault(name), &setting);
}

static void on(struct machine *m, const char *name)
{
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	assert_true(set(m, name, ALWAYS, faults[fault(name)].initial, 0));
}

static void off(struct machine *m, const char *name)
{
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	assert_true(set(m, name, 0, faults[fault(name)].initial, 0));
}

static uint64_t hits(struct machine *m, const char *name)
{
	uint64_t number;

	nic_fault_get(m->nic, fault(name), &number);
	return number;
}

static uint64_t left(struct machine *m, const char *name)
{
	uint64_t number;

	return nic_fault_get(m->nic, fault(name), &number).times;
}

static bool link_is_up(struct machine *m)
{
	return rd(m, D_LINKS) & D_LINKS_UP;
}

static void link_down(void **state)
{
	struct machine *m = *state;

	on(m, "link-down");
	assert_false(link_is_up(m));
	assert_false(nic_sends_light(m->nic)); /* the far end's link goes, too */
	assert_false(arrive(m, 60, 0));
	/* Neither another carrier nor the driver can bring it up. */
	nic_set_carrier(m->nic, false);
	nic_set_carrier(m->nic, true);
	set_bits(m, D_AUTOC, D_AUTOC_RESTART_AN);
	sleep_ns(m, 1000 * MS);
	assert_false(link_is_up(m));
	off(m, "link-down");
	assert_true(nic_sends_light(m->nic));
	sleep_ns(m, MS);
	assert_true(link_is_up(m));
	assert_true(arrive(m, 60, 0));
}

/* Three times down for 10 ms and up for 10 ms, the link's delay of 0.5 ms included. */
static void link_flap(void **state)
{
	struct machine *m = *state;
	unsigned int changes = 0, down_ms = 0, dark_ms = 0;
	bool up = true;

	assert_true(set(m, "link-flap", 3, 10, 0));
	for (unsigned int i = 0; i < 100; i++) {
		nic_poll(m->nic);
		changes += link_is_up(m) != up;
		up = link_is_up(m);
		down_ms += !up;
		dark_ms += !nic_sends_light(m->nic);
		sleep_ns(m, MS);
	}
	assert_true(up);
	assert_int_equal(changes, 6);
	assert_in_range(down_ms, 30, 36);
	assert_int_equal(dark_ms, 30);
	assert_int_equal(hits(m, "link-flap"), 3);
	assert_int_equal(left(m, "link-flap"), 0);
	assert_true(nic_poll(m->nic) == UINT64_MAX);
}

static void pause_storm(void **state)
{
	struct machine *m = *state;
	uint64_t before = nic_counters(m->nic)->wire_in, end = m->now_ns + 100 * MS;
	unsigned int looks = 0;

	wr(m, D_MFLCN, D_MFLCN_RFCE);
	on(m, "pause-storm");
	nic_poll(m->nic);
	transmit(m, 0, 60, D_EOP | D_IFCS | D_RS);
	while (m->now_ns < end) {
		uint64_t next = nic_poll(m->nic);

		/* A pause of the longest kind, 65535 times 51.2 ns, never ends before the next. */
		assert_in_range(next - m->now_ns, 1, 65535 * 512 / 10);
		m->now_ns = next;
		/* Nor if the host looks late. */
		if (++looks % 8 == 0)
			m->now_ns += 5 * MS;
	}
	assert_in_range(nic_counters(m->nic)->wire_in - before, 25, 40);
	assert_int_equal(m->sent, 0);
	off(m, "pause-storm");
	before = nic_counters(m->nic)->wire_in;
	sleep_ns(m, 4 * MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 1);
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	assert_int_equal(nic_counters(m->nic)->wire_in, before);
}

static void rx_error(void **state)
{
	struct machine *m = *state;
	unsigned int stored = 0;

	assert_true(set(m, "rx-error", ALWAYS, 3, 0));
	for (unsigned int i = 0; i < 9; i++)
		stored += arrive(m, 60, 0);
	assert_int_equal(stored, 6);
	assert_int_equal(rd(m, D_CRCERRS), 3);
	assert_int_equal(nic_counters(m->nic)->dropped_error, 3);
	assert_true(set(m, "rx-error", 2, 1, 1));
	for (unsigned int i = 0; i < 9; i++)
		stored += arrive(m, 60, 0);
	assert_int_equal(stored, 13);
	assert_int_equal(rd(m, D_ILLERRC), 2);
	assert_int_equal(rd(m, D_CRCERRS), 0);
	assert_no_rule_broken(m);
}

/* A queue that does not stop still receives or sends; it stops when the fault ends. */
static void rx_queue_stuck(void **state)
{
	struct machine *m = *state;

	on(m, "rx-queue-stuck");
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	sleep_ns(m, 1000 * MS);
	assert_true(rd(m, D_RX(0, D_RXDCTL)) & D_ENABLE);
	assert_true(arrive(m, 60, 0));
	/* One that does not run is not stuck, nor is transmit. */
	assert_false(rd(m, D_RX(1, D_RXDCTL)) & D_ENABLE);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	assert_false(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE);
	off(m, "rx-queue-stuck");
	assert_false(rd(m, D_RX(0, D_RXDCTL)) & D_ENABLE);
	assert_false(arrive(m, 60, 0));
	/* A driver that has thought better of it keeps its queue. */
	set_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	on(m, "rx-queue-stuck");
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	set_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	off(m, "rx-queue-stuck");
	assert_true(rd(m, D_RX(0, D_RXDCTL)) & D_ENABLE);
	/* Who has tried may reset the port. */
	on(m, "rx-queue-stuck");
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST);
	assert_int_equal(broken(m, "reset-queue-enabled"), 0);
}

static void tx_queue_stuck(void **state)
{
	struct machine *m = *state;

	/* Another queue's fault. */
	assert_true(set(m, "tx-queue-stuck", ALWAYS, 1, 0));
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	assert_false(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE);
	driver_start_tx_queue(m, 0);
	assert_true(set(m, "tx-queue-stuck", ALWAYS, 0, 0));
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	sleep_ns(m, 1000 * MS);
	assert_true(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE);
	transmit(m, 0, 60, D_EOP | D_IFCS | D_RS);
	assert_int_equal(m->sent, 1);
	/* A reset stops it for all that. */
	set_bits(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 20 * MS);
	assert_false(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE);
	off(m, "tx-queue-stuck");
}

static void master_disable_stuck(void **state)
{
	struct machine *m = *state;

	on(m, "master-disable-stuck");
	assert_true(rd(m, D_STATUS) & D_STATUS_MASTER);
	assert_int_equal(hits(m, "master-disable-stuck"), 0);
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	sleep_ns(m, 1000 * MS);
	assert_true(rd(m, D_STATUS) & D_STATUS_MASTER);
	assert_true(hits(m, "master-disable-stuck") > 0);
	off(m, "master-disable-stuck");
	assert_false(rd(m, D_STATUS) & D_STATUS_MASTER);
	/* The two resets of 5.2.5.3.2, with or without what one reset needs in between. */
	on(m, "master-disable-stuck");
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	rd(m, D_STATUS);
	for (unsigned int i = 0; i < 2; i++) {
		set_bits(m, D_CTRL, D_CTRL_RST);
		sleep_ns(m, 20 * MS);
	}
	assert_no_rule_broken(m);
	/* No third one. */
	set_bits(m, D_CTRL, D_CTRL_RST);
	assert_int_equal(broken(m, "reset-master-disable"), 1);
}

static void reset_stuck(void **state)
{
	struct machine *m = *state;

	on(m, "reset-stuck");
	assert_false(rd(m, D_CTRL) & D_CTRL_RST);
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 1000 * MS);
	assert_true(rd(m, D_CTRL) & D_CTRL_RST);
	/* A function-level reset is another thing. */
	nic_reset_function(m->nic);
	assert_false(rd(m, D_CTRL) & D_CTRL_RST);
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 1000 * MS);
	assert_true(rd(m, D_CTRL) & D_CTRL_RST);
	off(m, "reset-stuck");
	assert_false(rd(m, D_CTRL) & D_CTRL_RST);
}

static void dma_init_stuck(void **state)
{
	struct machine *m = *state;

	on(m, "dma-init-stuck");
	sleep_ns(m, 1000 * MS);
	assert_false(rd(m, D_RDRXCTL) & D_RDRXCTL_DMAIDONE);
	off(m, "dma-init-stuck");
	assert_true(rd(m, D_RDRXCTL) & D_RDRXCTL_DMAIDONE);
}

static void rxen_stall(void **state)
{
	struct machine *m = *state;

	on(m, "rxen-stall");
	set_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	sleep_ns(m, 1000 * MS);
	assert_false(rd(m, D_SECRXSTAT) & 1);
	/* The receive path is not known to be empty: now to change a filter breaks a rule. */
	wr(m, D_FCTRL, D_FCTRL_UPE);
	assert_int_equal(broken(m, "filter-running"), 1);
	off(m, "rxen-stall");
	assert_true(rd(m, D_SECRXSTAT) & 1);
	wr(m, D_FCTRL, D_FCTRL_BAM);
	assert_int_equal(broken(m, "filter-running"), 1);
}

static void semaphore_stuck(void **state)
{
	struct machine *m = *state;

	on(m, "semaphore-stuck");
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(rd(m, D_SWSM) & 1, 1);
	/* Freeing what one does not hold does not help. */
	wr(m, D_SWSM, 0);
	assert_int_equal(rd(m, D_SWSM) & 1, 1);
	off(m, "semaphore-stuck");
	assert_int_equal(rd(m, D_SWSM) & 1, 0);
	assert_int_equal(rd(m, D_SWSM) & 1, 1);
	wr(m, D_SWSM, 2);

	assert_true(set(m, "semaphore-stuck", ALWAYS, 0, 1));
	assert_int_equal(rd(m, D_SW_FW_SYNC) & 0x3E0, 0x3E0);
	wr(m, D_SW_FW_SYNC, rd(m, D_SW_FW_SYNC) | 1);
	assert_int_equal(rd(m, D_SW_FW_SYNC), 0x3E1);
	off(m, "semaphore-stuck");
	assert_int_equal(rd(m, D_SW_FW_SYNC), 1);
	assert_no_rule_broken(m);
	/* Firmware has nothing to do with SWSM, and who holds that frees it. */
	assert_int_equal(rd(m, D_SWSM) & 1, 0);
	assert_true(set(m, "semaphore-stuck", ALWAYS, 0, 1));
	assert_int_equal(rd(m, D_SWSM) & 1, 1);
	wr(m, D_SWSM, 2);
	assert_int_equal(rd(m, D_SWSM) & 1, 0);
	/* So does who held it when others took it for ever, written back as read or not. */
	assert_true(set(m, "semaphore-stuck", ALWAYS, 0, 0));
	wr(m, D_SWSM, rd(m, D_SWSM));
	off(m, "semaphore-stuck");
	assert_int_equal(rd(m, D_SWSM) & 1, 0);
}

static uint16_t eeprom_word(struct machine *m, uint32_t word)
{
	wr(m, D_EERD, word << 2 | 1);
	assert_true(rd(m, D_EERD) & 2);
	return rd(m, D_EERD) >> 16;
}

static void eeprom_bad_checksum(void **state)
{
	struct machine *m = *state;
	uint16_t good = eeprom_word(m, 0x3F);

	on(m, "eeprom-bad-checksum");
	on(m, "eeprom-bad-checksum");
	assert_int_not_equal(eeprom_word(m, 0x3F), good);
	off(m, "eeprom-bad-checksum");
	assert_int_equal(eeprom_word(m, 0x3F), good);
}

static void send(struct machine *m, unsigned int i)
{
	transmit(m, i, 60, D_EOP | D_IFCS | D_RS);
	assert_int_equal(m->sent, i + 1);
}

static void tx_head_lost(void **state)
{
	struct machine *m = *state;

	assert_true(set(m, "tx-head-lost", 2, 1, 0));
	send(m, 0);
	send(m, 1);
	assert_int_equal(head_in_memory(m), 0);
	/* The next that arrives makes up for them. */
	send(m, 2);
	assert_int_equal(head_in_memory(m), 3);
	assert_true(set(m, "tx-head-lost", ALWAYS, 2, 0));
	send(m, 3);
	assert_int_equal(head_in_memory(m), 4);
	send(m, 4);
	assert_int_equal(head_in_memory(m), 4);
	/* DD bits are no better off. */
	driver_init_on(m, 0, 0, false);
	m->sent = 0;
	on(m, "tx-head-lost");
	send(m, 0);
	assert_false(tx_descriptor(m, 0)[1] & D_DD);
}

static void tx_head_delayed(void **state)
{
	struct machine *m = *state;

	assert_true(set(m, "tx-head-delayed", ALWAYS, 10, 0));
	send(m, 0);
	/* In between one without RS. */
	transmit(m, 1, 60, D_EOP | D_IFCS);
	sleep_ns(m, 5 * MS);
	send(m, 2);
	assert_int_equal(nic_poll(m->nic), m->now_ns + 5 * MS);
	assert_int_equal(head_in_memory(m), 0);
	sleep_ns(m, 5 * MS - 1);
	nic_poll(m->nic);
	assert_int_equal(head_in_memory(m), 0);
	sleep_ns(m, 1);
	nic_poll(m->nic);
	assert_int_equal(head_in_memory(m), 3);
	/* Switched off, nothing waits any longer. */
	send(m, 3);
	assert_int_equal(head_in_memory(m), 3);
	off(m, "tx-head-delayed");
	assert_int_equal(head_in_memory(m), 4);
	/* The last of a count: what comes after it may not overtake it. */
	assert_true(set(m, "tx-head-delayed", 1, 10, 0));
	send(m, 4);
	send(m, 5);
	assert_int_equal(head_in_memory(m), 4);
	sleep_ns(m, 10 * MS);
	nic_poll(m->nic);
	assert_int_equal(head_in_memory(m), 6);
	/* A queue that was stopped meanwhile gets nothing written. */
	on(m, "tx-head-delayed");
	send(m, 6);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	assert_int_equal(head_in_memory(m), 6);
	driver_start_tx_queue(m, 0);
	transmit(m, 7, 60, D_EOP | D_IFCS | D_RS);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	driver_start_tx_queue(m, 0);
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	assert_int_equal(head_in_memory(m), 6);
}

/* Transmit queues 0 and 1 with heads of their own, each over half of the ring's memory. */
static void two_queues(struct machine *m)
{
	for (unsigned int q = 0; q < 2; q++) {
		clear_bits(m, D_TX(q, D_TXDCTL), D_ENABLE);
		driver_setup_tx_queue(m, q, true);
		wr(m, D_TX(q, D_TDBAL), (uint32_t)(MEMORY_IOVA + TX_RING_AT + q * 512));
		wr(m, D_TX(q, D_TDLEN), 512);
		wr(m, D_TX(q, D_TDWBAL), (uint32_t)(MEMORY_IOVA + HEAD_AT + q * 64) | 1);
		driver_start_tx_queue(m, q);
	}
}

static uint32_t head_of(struct machine *m, unsigned int queue)
{
	uint32_t head;

	memcpy(&head, m->memory + HEAD_AT + 64 * queue, sizeof(head));
	return head;
}

static void writeback_reorder(void **state)
{
	struct machine *m = *state;
	unsigned int orders[2] = { 0 }, received = 0;
	uint32_t heads[2] = { 0 };

	two_queues(m);
	on(m, "writeback-reorder");
	for (unsigned int round = 0; round < 20; round++) {
		uint32_t before[2] = { head_of(m, 0), head_of(m, 1) };

		for (unsigned int q = 0; q < 2; q++) {
			make_frame(tx_buffer(m, 0), 60);
			put_tx(m, 32 * q + round, 60, D_EOP | D_IFCS | D_RS);
			tx_descriptor(m, 32 * q + round)[0] = MEMORY_IOVA + TX_BUFFERS_AT;
			wr(m, D_TX(q, D_TDT), round + 1);
		}
		arrive(m, 60 + round, 0);
		/* Which is written first? Neither goes back, and within 2 ms all are there. */
		for (unsigned int i = 0, first = 2; i < 40; i++) {
			sleep_ns(m, MS / 20);
			nic_poll(m->nic);
			for (unsigned int q = 0; q < 2; q++) {
				assert_true(head_of(m, q) >= heads[q]);
				heads[q] = head_of(m, q);
				if (first == 2 && heads[q] != before[q])
					orders[first = q]++;
			}
		}
		assert_int_equal(head_of(m, 0), round + 1);
		assert_int_equal(head_of(m, 1), round + 1);
		while (rx_descriptor(m, received)[1] & D_DD)
			received++;
		assert_int_equal(received, round + 1);
		assert_int_equal(rx_descriptor(m, round)[1] & 0xFFFF, 60 + round);
	}
	assert_true(orders[0] > 2 && orders[1] > 2);
	/* Frames of one queue that wait together stay in order, however many. */
	for (unsigned int i = 0; i < 40; i++) {
		arrive(m, 100 + i, 0);
		if (i % 10 == 9 && i < 30)
			sleep_ns(m, MS);
		nic_poll(m->nic);
	}
	assert_false(rx_descriptor(m, received + 39)[1] & D_DD);
	/* They have taken descriptors: the wire is not to bring more than there are. */
	assert_true(nic_can_receive(m->nic));
	wr(m, D_RX(0, D_RDT), (received + 40) % RING);
	assert_false(nic_can_receive(m->nic));
	off(m, "writeback-reorder");
	assert_false(nic_can_receive(m->nic));
	for (unsigned int i = 0; i < 40; i++)
		assert_int_equal(rx_descriptor(m, received + i)[1] & 0xFFFF, 100 + i);
	assert_no_rule_broken(m);
}

static void dma_fault(void **state)
{
	struct machine *m = *state;

	assert_true(set(m, "dma-fault", 1, 1, 1));
	/* The descriptor cannot be read; the next doorbell tries again. */
	transmit(m, 0, 60, D_EOP | D_IFCS | D_RS);
	assert_int_equal(m->sent, 0);
	assert_int_equal(nic_counters(m->nic)->dma_faults, 1);
	transmit(m, 1, 60, D_EOP | D_IFCS | D_RS);
	assert_int_equal(m->sent, 2);
	/* A write that is refused is lost without the port's knowledge: it goes on behind it. */
	assert_true(set(m, "dma-fault", ALWAYS, 1, 2));
	arrive(m, 60, 0);
	assert_int_equal(nic_counters(m->nic)->dma_faults, 3);
	assert_int_equal(nic_counters(m->nic)->stored, 0);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 1);
	assert_false(rx_descriptor(m, 0)[1] & D_DD);
	send(m, 2);
	assert_int_equal(head_in_memory(m), 2);
	off(m, "dma-fault");
	assert_true(arrive(m, 60, 0));
	assert_false(rx_descriptor(m, 0)[1] & D_DD);
	assert_true(rx_descriptor(m, 1)[1] & D_DD);
	/* Without its descriptor it does not know where to put a frame. */
	assert_true(set(m, "dma-fault", ALWAYS, 1, 1));
	assert_false(arrive(m, 60, 0));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 2);
	off(m, "dma-fault");
	assert_true(arrive(m, 60, 0));
	assert_true(rx_descriptor(m, 2)[1] & D_DD);
	assert_true(set(m, "dma-fault", ALWAYS, 5, 0));
	for (unsigned int i = 0; i < 10; i++)
		arrive(m, 60, 0);
	assert_true(hits(m, "dma-fault") >= 4);
}

/* Vector 0 for receive queue 0 and for the rest. */
static void interrupts_on(struct machine *m)
{
	wr(m, D_GPIE, D_GPIE_MULTIPLE_MSIX | D_GPIE_PBA_SUPPORT);
	wr(m, D_IVAR(0), 0x80);
	wr(m, D_IVAR_MISC, 0x8000);
	wr(m, D_EIMS, 0x1000FFFF | D_EICR_PCI);
	memset(m->fired, 0, sizeof(m->fired));
}

static void interrupt_lost(void **state)
{
	struct machine *m = *state;

	interrupts_on(m);
	assert_true(set(m, "interrupt-lost", ALWAYS, 2, 0));
	for (unsigned int i = 0; i < 10; i++) {
		arrive(m, 60, 0);
		wr(m, D_EICR, 0xFFFFFFFF);
	}
	assert_int_equal(m->fired[0], 5);
	off(m, "interrupt-lost");
	arrive(m, 60, 0);
	assert_int_equal(m->fired[0], 6);
}

static void ecc(void **state)
{
	struct machine *m = *state;

	interrupts_on(m);
	assert_true(set(m, "ecc", 2, 0, 0));
	assert_int_equal(m->fired[0], 1);
	assert_true(rd(m, D_EICR) & D_EICR_ECC);
	/* Nothing moves, and switching it off does not mend it. */
	assert_false(arrive(m, 60, 0));
	transmit(m, 0, 60, D_EOP | D_IFCS | D_RS);
	off(m, "ecc");
	assert_int_equal(m->sent, 0);
	/* STATUS tells nothing of it. */
	assert_true(rd(m, D_STATUS) & D_STATUS_MASTER);
	/* A reset does, for a while. */
	assert_true(set(m, "ecc", 1, 0, 0));
	assert_int_equal(left(m, "ecc"), 0);
	assert_true(set(m, "ecc", 2, 0, 0));
	driver_init(m);
	interrupts_on(m);
	assert_true(arrive(m, 60, 0));
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	assert_int_equal(m->fired[0], 2);
	assert_true(rd(m, D_EICR) & D_EICR_ECC);
	assert_false(arrive(m, 60, 0));
	driver_init(m);
	sleep_ns(m, 1000 * MS);
	assert_true(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static void pci_exception(void **state)
{
	struct machine *m = *state;

	interrupts_on(m);
	assert_true(set(m, "pci-exception", 1, 0, 0));
	assert_int_equal(m->fired[0], 0);
	assert_int_equal(rd(m, D_PICAUSE), D_PICAUSE_TIMEOUT);
	wr(m, D_PICAUSE, D_PICAUSE_TIMEOUT);
	wr(m, D_PIENA, D_PICAUSE_TIMEOUT);
	assert_true(set(m, "pci-exception", 1, 0, 0));
	assert_int_equal(m->fired[0], 1);
	assert_true(rd(m, D_EICR) & D_EICR_PCI);
	assert_true(arrive(m, 60, 0));
}

static void surprise_removal(void **state)
{
	struct machine *m = *state;
	uint32_t filter = rd(m, D_FCTRL);

	interrupts_on(m);
	on(m, "surprise-removal");
	assert_true(nic_is_gone(m->nic));
	assert_false(nic_sends_light(m->nic));
	assert_int_equal(rd(m, D_STATUS), UINT32_MAX);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), UINT32_MAX);
	wr(m, D_FCTRL, 0);
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive(m, 60, 0));
	transmit(m, 0, 60, D_EOP | D_IFCS | D_RS);
	nic_set_carrier(m->nic, false);
	nic_set_carrier(m->nic, true);
	sleep_ns(m, 100 * MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 0);
	assert_int_equal(m->fired[0], 0);
	/* Nobody asks for memory that is not mapped any more. */
	assert_int_equal(nic_counters(m->nic)->dma_faults, 0);
	off(m, "surprise-removal");
	/* It is as after power-on: nothing runs, nothing may use the bus. */
	assert_true(nic_sends_light(m->nic));
	assert_int_not_equal(rd(m, D_FCTRL), filter);
	assert_false(arrive(m, 60, 0));
	nic_set_bus_master(m->nic, true);
	driver_init(m);
	assert_true(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static void settings(void **state)
{
	struct machine *m = *state;
	const struct nic_fault_setting setting = { .times = 1 };
	size_t count;

	nic_faults(&count);
	assert_false(nic_fault_set(m->nic, count, &setting));
	/* Lasting ones are on or off; numbers and kinds are those of the table. */
	assert_false(set(m, "link-down", 1, 0, 0));
	assert_false(set(m, "link-flap", ALWAYS, 0, 0));
	assert_false(set(m, "tx-queue-stuck", ALWAYS, 129, 0));
	assert_false(set(m, "rx-error", ALWAYS, 1, 2));
	assert_false(set(m, "rx-error", ALWAYS, 1, 3));
	assert_false(set(m, "ecc", 1, 0, 1));
	assert_true(arrive(m, 60, 0));
}

/* A port that had all of them at once, and has none any more, is as good as new. */
static void all_at_once(void **state)
{
	struct machine *m = *state;
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	for (unsigned int round = 0; round < 2; round++) {
		for (size_t i = 0; i < count; i++)
			on(m, faults[i].name);
		for (unsigned int i = 0; i < 100; i++) {
			arrive(m, 60 + i, 0);
			transmit(m, i % RING, 60, D_EOP | D_IFCS | D_RS);
			rd(m, 4 * i);
			sleep_ns(m, 7 * MS);
			nic_poll(m->nic);
		}
		for (size_t i = 0; i < count; i++)
			off(m, faults[(i + 3 * round) % count].name);
		nic_set_bus_master(m->nic, true);
		driver_init(m);
		assert_true(arrive(m, 60, 0));
		m->sent = 0;
		send(m, 0);
		assert_int_equal(head_in_memory(m), 1);
	}
}

/* Called by the name that the table of faults has. */
#define FAULT(name, test) { name, test, driver_setup, machine_teardown, NULL }

static const struct CMUnitTest tests[] = {
	FAULT("link-down", link_down),
	FAULT("link-flap", link_flap),
	FAULT("pause-storm", pause_storm),
	FAULT("rx-error", rx_error),
	FAULT("rx-queue-stuck", rx_queue_stuck),
	FAULT("tx-queue-stuck", tx_queue_stuck),
	FAULT("master-disable-stuck", master_disable_stuck),
	FAULT("reset-stuck", reset_stuck),
	FAULT("dma-init-stuck", dma_init_stuck),
	FAULT("rxen-stall", rxen_stall),
	FAULT("semaphore-stuck", semaphore_stuck),
	FAULT("eeprom-bad-checksum", eeprom_bad_checksum),
	FAULT("tx-head-lost", tx_head_lost),
	FAULT("tx-head-delayed", tx_head_delayed),
	FAULT("writeback-reorder", writeback_reorder),
	FAULT("dma-fault", dma_fault),
	FAULT("interrupt-lost", interrupt_lost),
	FAULT("ecc", ecc),
	FAULT("pci-exception", pci_exception),
	FAULT("surprise-removal", surprise_removal),
};

static void every_fault_has_a_test(void **state)
{
	size_t count;
	const struct nic_fault *faults = nic_faults(&count);

	for (size_t i = 0; i < count; i++) {
		size_t n = 0;

		while (n < sizeof(tests) / sizeof(tests[0]) &&
		       strcmp(tests[n].name, faults[i].name))
			n++;
		if (n == sizeof(tests) / sizeof(tests[0]))
			fail_msg("fault %s has no test", faults[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_fault_has_a_test),
		cmocka_unit_test_setup_teardown(settings, driver_setup, machine_teardown),
		cmocka_unit_test_setup_teardown(all_at_once, driver_setup, machine_teardown),
	};

	return cmocka_run_group_tests_name("nic: faults", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("nic: faults, settings", others, NULL, NULL);
}
