// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's link flow control, 3.7.7.3: PAUSE frames that come stop
 * transmission, and a filling packet buffer sends them.
 */
#include "nic_driver.h"

/* Quanta are 512 bit times: 51.2 ns. */
#define QUANTA_NS(quanta) ((quanta) * 512ull / 10)

static const uint8_t other_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };

static size_t make_pause(uint8_t *frame, uint16_t opcode, uint16_t quanta)
{
	memset(frame, 0, 60);
	memcpy(frame, "\x01\x80\xc2\x00\x00\x01", 6);
	memcpy(frame + 6, other_mac, 6);
	frame[12] = 0x88;
	frame[13] = 0x08;
	frame[14] = opcode >> 8;
	frame[15] = opcode & 0xFF;
	frame[16] = quanta >> 8;
	frame[17] = quanta & 0xFF;
	return 60;
}

static bool pause_arrives(struct machine *m, uint16_t quanta)
{
	uint8_t frame[60];

	return nic_receive(m->nic, frame, make_pause(frame, 1, quanta), 0);
}

static int honour_setup(void **state)
{
	struct machine *m;

	driver_setup(state);
	m = *state;
	wr(m, D_MFLCN, D_MFLCN_RFCE | D_MFLCN_DPF);
	return 0;
}

static void a_pause_stops_for_its_time(void **state)
{
	struct machine *m = *state;
	uint64_t start = m->now_ns;

	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	assert_false(pause_arrives(m, 1000));
	assert_int_equal(rd(m, D_TFCS) & 1, 0);
	transmit(m, 0, 100, D_EOP | D_IFCS | D_RS);
	transmit(m, 1, 200, D_EOP | D_IFCS | D_RS);
	assert_int_equal(m->sent, 0);
	assert_int_equal(head_in_memory(m), 0);
	assert_true(nic_poll(m->nic) == start + QUANTA_NS(1000));
	sleep_ns(m, QUANTA_NS(1000) - 1);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 0);
	sleep_ns(m, 1);
	assert_true(nic_poll(m->nic) == UINT64_MAX);
	assert_int_equal(m->sent, 2);
	assert_int_equal(m->sent_len[1], 200);
	assert_int_equal(head_in_memory(m), 2);
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	/* Not in memory, counted once, and no packet. */
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	assert_int_equal(rd(m, D_LXOFFRXCNT), 1);
	assert_int_equal(rd(m, D_LXOFFRXCNT), 0);
	assert_int_equal(rd(m, D_LXONRXCNT), 0);
	assert_int_equal(rd(m, 0x04074), 0); /* GPRC */
	assert_no_rule_broken(m);
}

static void a_new_pause_replaces_the_time(void **state)
{
	struct machine *m = *state;

	pause_arrives(m, 0xFFFF);
	sleep_ns(m, 1000);
	pause_arrives(m, 100);
	assert_true(nic_poll(m->nic) == m->now_ns + QUANTA_NS(100));
	transmit(m, 0, 100, D_EOP | D_IFCS);
	pause_arrives(m, 0xFFFF);
	sleep_ns(m, QUANTA_NS(100));
	nic_poll(m->nic);
	assert_int_equal(m->sent, 0);
	/* XON */
	assert_false(pause_arrives(m, 0));
	assert_true(nic_due(m->nic) <= m->now_ns);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 1);
	assert_int_equal(rd(m, D_LXOFFRXCNT), 3);
	assert_int_equal(rd(m, D_LXONRXCNT), 1);
	/* One that stops nothing wakes nobody. */
	pause_arrives(m, 0);
	assert_true(nic_due(m->nic) == UINT64_MAX);
}

static void quanta_are_longer_at_1g(void **state)
{
	struct machine *m = *state;

	wr(m, D_AUTOC, rd(m, D_AUTOC) & ~0xE000u);
	pause_arrives(m, 100);
	assert_true(nic_poll(m->nic) == m->now_ns + 10 * QUANTA_NS(100));
}

/* What is no PAUSE frame: nothing stops, and it goes where other frames go. */
static void others_stop_nothing(void **state)
{
	struct machine *m = *state;
	uint8_t frame[64];

	make_pause(frame, 1, 1000);
	assert_false(nic_receive(m->nic, frame, 60, NIC_WIRE_CRC_ERROR));
	assert_false(nic_receive(m->nic, frame, 59, 0));
	frame[5] = 2; /* another group */
	nic_receive(m->nic, frame, 60, 0);
	make_pause(frame, 1, 1000);
	frame[12] = 0x08; /* IPv4 */
	frame[13] = 0x00;
	nic_receive(m->nic, frame, 60, 0);
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	assert_int_equal(rd(m, D_LXOFFRXCNT), 0);
	/* To the port's own address it is one. */
	make_pause(frame, 1, 1000);
	memcpy(frame, driver_mac, 6);
	assert_false(nic_receive(m->nic, frame, 60, 0));
	assert_int_equal(rd(m, D_TFCS) & 1, 0);
}

/* 8.2.3.22.34: DPF, PMCF and the filters decide what memory sees. */
static void what_reaches_memory(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	driver_halt_receive(m);
	wr(m, D_FCTRL, D_FCTRL_BAM | D_FCTRL_MPE);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	wr(m, D_MFLCN, D_MFLCN_RFCE);
	assert_true(pause_arrives(m, 10));
	assert_int_equal(rd(m, D_TFCS) & 1, 0);
	sleep_ns(m, MS);
	/* Without RFCE it is a frame like others, whatever DPF says. */
	wr(m, D_MFLCN, D_MFLCN_DPF);
	assert_true(pause_arrives(m, 10));
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	assert_int_equal(rd(m, D_LXOFFRXCNT), 1);
	/* Other MAC control frames, the priority kind among them. */
	make_pause(frame, 0x0101, 10);
	assert_false(nic_receive(m->nic, frame, 60, 0));
	wr(m, D_MFLCN, D_MFLCN_RFCE | D_MFLCN_DPF | D_MFLCN_PMCF);
	assert_true(nic_receive(m->nic, frame, 60, 0));
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 3);
	assert_no_rule_broken(m);
}

static void pause_at_once(struct machine *m)
{
	m->on_send = NULL;
	pause_arrives(m, 1000);
}

/* The far end may answer a frame while it is being sent. */
static void a_pause_between_two_frames(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3; i++) {
		make_frame(tx_buffer(m, i), 100 + i);
		put_tx(m, i, 100 + i, D_EOP | D_IFCS | D_RS);
	}
	m->on_send = pause_at_once;
	wr(m, D_TX(0, D_TDT), 3);
	assert_int_equal(m->sent, 1);
	assert_int_equal(head_in_memory(m), 1);
	sleep_ns(m, QUANTA_NS(1000));
	/* And again, from within the end of the first. */
	m->on_send = pause_at_once;
	nic_poll(m->nic);
	assert_int_equal(m->sent, 2);
	sleep_ns(m, QUANTA_NS(1000));
	nic_poll(m->nic);
	assert_int_equal(m->sent, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(m->sent_len[i], 100 + i);
	assert_int_equal(head_in_memory(m), 3);
}

static void pause_and_over(struct machine *m)
{
	m->on_send = NULL;
	pause_arrives(m, 10);
	sleep_ns(m, QUANTA_NS(1000));
	arrive(m, 60, 0); /* anything that makes the port look at its clock */
}

/* A slow far end: its pause is over before the frame that it answers has left. */
static void a_pause_is_over_too_early(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3; i++) {
		make_frame(tx_buffer(m, i), 100 + i);
		put_tx(m, i, 100 + i, D_EOP | D_IFCS | D_RS);
	}
	m->on_send = pause_and_over;
	wr(m, D_TX(0, D_TDT), 3);
	assert_int_equal(m->sent, 1);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(m->sent_len[i], 100 + i);
	assert_int_equal(head_in_memory(m), 3);
}

static void a_reset_ends_it(void **state)
{
	struct machine *m = *state;

	pause_arrives(m, 0xFFFF);
	driver_init(m);
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	transmit(m, 0, 100, D_EOP | D_IFCS);
	assert_int_equal(m->sent, 1);
	wr(m, D_MFLCN, D_MFLCN_RFCE);
	pause_arrives(m, 0xFFFF);
	nic_reset_function(m->nic);
	assert_int_equal(rd(m, D_TFCS) & 1, 1);
	assert_true(nic_poll(m->nic) == UINT64_MAX || nic_due(m->nic) > m->now_ns);
}

/* Frames wait for descriptors; thresholds of 4096 and 2048 bytes. */
static int send_setup(void **state)
{
	struct machine *m;

	driver_setup(state);
	m = *state;
	clear_bits(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN);
	wr(m, D_FCCFG, D_FCCFG_TFCE_LINK);
	wr(m, D_FCRTH0, 4096 | D_FCRTH_FCEN);
	wr(m, D_FCRTL0, 2048 | D_FCRTL_XONE);
	wr(m, D_FCTTV0, 0x12345678);
	wr(m, D_FCRTV, 0x5600);
	return 0;
}

/* The ring takes its 63, then @held frames of 1000 bytes wait. */
static void fill(struct machine *m, unsigned int held)
{
	for (unsigned int i = 0; i < RING - 1 + held; i++)
		assert_true(arrive(m, 1000, 0));
}

/* Software gives @count descriptors back. */
static void give(struct machine *m, unsigned int count)
{
	wr(m, D_RX(0, D_RDT), (rd(m, D_RX(0, D_RDT)) + count) % RING);
}

static void assert_pause_sent(struct machine *m, unsigned int i, uint16_t quanta)
{
	uint8_t expect[60];

	make_pause(expect, 1, quanta);
	memcpy(expect + 6, driver_mac, 6);
	assert_int_equal(m->sent_len[i], 60);
	assert_memory_equal(m->sent_frame[i], expect, 60);
}

static void a_full_buffer_tells(void **state)
{
	struct machine *m = *state;

	fill(m, 4);
	assert_int_equal(m->sent, 0);
	assert_true(nic_poll(m->nic) == UINT64_MAX);
	arrive(m, 1000, 0);
	assert_int_equal(m->sent, 1);
	assert_pause_sent(m, 0, 0x5678);
	/* Once: more of them change nothing. */
	arrive(m, 1000, 0);
	assert_int_equal(m->sent, 1);
	/* 6000 bytes wait; the low threshold is what ends it. */
	give(m, 3);
	assert_int_equal(m->sent, 1);
	give(m, 1);
	assert_int_equal(m->sent, 2);
	assert_pause_sent(m, 1, 0);
	assert_true(nic_poll(m->nic) == UINT64_MAX || nic_due(m->nic) > m->now_ns);
	sleep_ns(m, 10 * MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 2);
	assert_true(nic_due(m->nic) == UINT64_MAX);
	/* Both kinds of counter: drivers subtract the one from the other. */
	assert_int_equal(rd(m, D_LXOFFTXC), 1);
	assert_int_equal(rd(m, D_LXONTXC), 1);
	assert_int_equal(rd(m, D_GPTC), 2);
	assert_int_equal(rd(m, D_PTC64), 2);
	assert_no_rule_broken(m);
}

/* FCTTV - FCRTV is 0x78 quanta: so often it is said again, while it lasts. */
static void it_is_refreshed(void **state)
{
	struct machine *m = *state;
	uint64_t start = m->now_ns;

	fill(m, 5);
	assert_true(nic_poll(m->nic) == start + QUANTA_NS(0x78));
	for (unsigned int i = 1; i < 4; i++) {
		sleep_ns(m, QUANTA_NS(0x78));
		assert_true(nic_poll(m->nic) == start + (i + 1) * QUANTA_NS(0x78));
		assert_int_equal(m->sent, 1 + i);
		assert_pause_sent(m, i, 0x5678);
	}
	give(m, 5);
	assert_int_equal(m->sent, 5);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 5);
	assert_true(nic_due(m->nic) == UINT64_MAX);
	assert_int_equal(rd(m, D_LXOFFTXC), 4);
}

static void no_refresh_and_no_xon(void **state)
{
	struct machine *m = *state;

	wr(m, D_FCRTV, 0);
	wr(m, D_FCRTL0, 2048);
	fill(m, 5);
	assert_int_equal(m->sent, 1);
	assert_true(nic_poll(m->nic) == UINT64_MAX);
	give(m, 5);
	assert_int_equal(m->sent, 1);
	/* It starts over when it fills again. */
	for (unsigned int i = 0; i < 5; i++)
		arrive(m, 1000, 0);
	assert_int_equal(m->sent, 2);
}

static void nobody_is_told(void **state)
{
	struct machine *m = *state;

	wr(m, D_FCRTH0, 4096);
	fill(m, 5);
	wr(m, D_FCRTH0, 4096 | D_FCRTH_FCEN);
	wr(m, D_FCCFG, 2 << 3); /* by priority: not known here */
	arrive(m, 1000, 0);
	wr(m, D_FCCFG, 0);
	arrive(m, 1000, 0);
	assert_int_equal(m->sent, 0);
	wr(m, D_FCCFG, D_FCCFG_TFCE_LINK);
	arrive(m, 1000, 0);
	assert_int_equal(m->sent, 1);
	/* Turned off in between, it is not repeated. */
	wr(m, D_FCCFG, 0);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 1);
	assert_true(nic_due(m->nic) == UINT64_MAX);
	wr(m, D_FCCFG, D_FCCFG_TFCE_LINK);
	arrive(m, 1000, 0);
	assert_int_equal(m->sent, 2);
}

/* A port that may not send packets may still say so. */
static void stopped_itself_it_tells(void **state)
{
	struct machine *m = *state;

	wr(m, D_MFLCN, D_MFLCN_RFCE | D_MFLCN_DPF);
	pause_arrives(m, 0xFFFF);
	transmit(m, 0, 100, D_EOP | D_IFCS);
	fill(m, 5);
	assert_int_equal(m->sent, 1);
	assert_pause_sent(m, 0, 0x5678);
}

#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pause_stops_for_its_time, honour_setup),
		TEST(a_new_pause_replaces_the_time, honour_setup),
		TEST(quanta_are_longer_at_1g, honour_setup),
		TEST(others_stop_nothing, honour_setup),
		TEST(what_reaches_memory, honour_setup),
		TEST(a_pause_between_two_frames, honour_setup),
		TEST(a_pause_is_over_too_early, honour_setup),
		TEST(a_reset_ends_it, honour_setup),
		TEST(a_full_buffer_tells, send_setup),
		TEST(it_is_refreshed, send_setup),
		TEST(no_refresh_and_no_xon, send_setup),
		TEST(nobody_is_told, send_setup),
		TEST(stopped_itself_it_tells, send_setup),
	};

	return cmocka_run_group_tests_name("nic: flow control", tests, NULL, NULL);
}
