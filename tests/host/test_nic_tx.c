// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's transmit path: what leaves on the wire for which descriptors,
 * and how completion is told, by head write-back or by DD.
 */
#include "nic_driver.h"

#define WHOLE (D_EOP | D_IFCS | D_RS)

static void assert_sent(struct machine *m, unsigned int number, const uint8_t *frame, size_t len)
{
	assert_true(m->sent > number);
	assert_int_equal(m->sent_len[number % MAX_SENT], len);
	assert_memory_equal(m->sent_frame[number % MAX_SENT], frame, len);
}

static void every_length_is_sent(void **state)
{
	struct machine *m = *state;
	uint8_t expected[1514];
	unsigned int i = 0, number = 0;

	for (size_t len = 14; len <= 1514; len++) {
		transmit(m, i, len, WHOLE);
		memset(expected, 0, sizeof(expected));
		make_frame(expected, len);
		assert_sent(m, number++, expected, len < 60 ? 60 : len);
		i = (i + 1) % RING;
		assert_int_equal(head_in_memory(m), i);
		assert_int_equal(rd(m, D_TX(0, D_TDH)), i);
	}
	assert_int_equal(nic_counters(m->nic)->wire_out, 1514 - 14 + 1);
	assert_no_rule_broken(m);
}

static void descriptors_are_not_written_with_head_write_back(void **state)
{
	struct machine *m = *state;

	transmit(m, 0, 60, WHOLE);
	assert_int_equal(tx_descriptor(m, 0)[1], WHOLE | 60);
	assert_int_equal(head_in_memory(m), 1);
}

static void the_head_is_written_for_rs_only(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 8; i++) {
		make_frame(tx_buffer(m, i), 60);
		put_tx(m, i, 60, D_EOP | D_IFCS | (i == 4 ? D_RS : 0));
	}
	wr(m, D_TX(0, D_TDT), 4);
	assert_int_equal(m->sent, 4);
	assert_int_equal(head_in_memory(m), 0);
	wr(m, D_TX(0, D_TDT), 8);
	assert_int_equal(m->sent, 8);
	assert_int_equal(head_in_memory(m), 5);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 8);
}

static void four_bytes_of_head_are_written(void **state)
{
	struct machine *m = *state;

	memset(m->memory + HEAD_AT - 16, 0xEE, 48);
	transmit(m, 0, 60, WHOLE);
	assert_int_equal(head_in_memory(m), 1);
	for (int i = -16; i < 32; i++) {
		if (i < 0 || i >= 4)
			assert_int_equal(m->memory[HEAD_AT + i], 0xEE);
	}
}

static void dd_is_written_without_head_write_back(void **state)
{
	struct machine *m = *state;

	driver_init_on(m, 0, 0, false);
	m->sent = 0;
	make_frame(tx_buffer(m, 0), 60);
	put_tx(m, 0, 60, D_EOP | D_IFCS);
	wr(m, D_TX(0, D_TDT), 1);
	transmit(m, 1, 60, WHOLE);
	assert_int_equal(m->sent, 2);
	assert_int_equal(tx_descriptor(m, 0)[1], D_EOP | D_IFCS | 60);
	assert_int_equal(tx_descriptor(m, 1)[1], WHOLE | D_DD | 60);
	assert_int_equal(head_in_memory(m), 0);
	assert_no_rule_broken(m);
}

static void null_descriptors_send_nothing(void **state)
{
	struct machine *m = *state;

	put_tx(m, 0, 0, WHOLE);
	wr(m, D_TX(0, D_TDT), 1);
	assert_int_equal(m->sent, 0);
	assert_int_equal(head_in_memory(m), 1);
	transmit(m, 1, 60, WHOLE);
	assert_int_equal(m->sent, 1);
	assert_int_equal(nic_counters(m->nic)->null_descriptors, 1);
	assert_no_rule_broken(m);
}

static void a_packet_may_have_several_descriptors(void **state)
{
	struct machine *m = *state;
	uint8_t frame[300];

	make_frame(frame, sizeof(frame));
	/* The last three descriptors of the ring and its first. */
	for (unsigned int i = 0; i < RING - 3; i++)
		put_tx(m, i, 0, D_EOP | D_IFCS);
	wr(m, D_TX(0, D_TDT), RING - 3);
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int at = (RING - 3 + i) % RING;

		memcpy(tx_buffer(m, at), frame + 75 * i, 75);
		put_tx(m, at, 75, D_IFCS | (i == 3 ? D_EOP | D_RS : 0));
	}
	/* Without its end it waits. */
	wr(m, D_TX(0, D_TDT), RING - 1);
	wr(m, D_TX(0, D_TDT), 0);
	assert_int_equal(m->sent, 0);
	wr(m, D_TX(0, D_TDT), 1);
	assert_sent(m, 0, frame, 300);
	assert_int_equal(head_in_memory(m), 1);
	assert_no_rule_broken(m);
}

static void pieces_of_memory_are_joined(void **state)
{
	struct machine *m = *state;
	uint8_t frame[1514];

	m->dma_granule = 64;
	for (unsigned int i = 0; i < 20; i++)
		transmit(m, i, 1514, WHOLE);
	make_frame(frame, 1514);
	assert_sent(m, 19, frame, 1514);
	/* The descriptor's buffer is as it was: padding is the port's own. */
	m->dma_granule = 4096;
	memset(tx_buffer(m, 20), 0xEE, 64);
	transmit(m, 20, 20, WHOLE);
	assert_int_equal(tx_buffer(m, 20)[20], 0xEE);
	assert_int_equal(m->sent_frame[20][20], 0);
	assert_int_equal(m->sent_len[20], 60);
}

static void the_longest_packet_is_sent(void **state)
{
	struct machine *m = *state;
	uint8_t frame[NIC_FRAME_MAX];

	make_frame(frame, sizeof(frame));
	memcpy(m->memory + BIG_AT, frame, sizeof(frame));
	tx_descriptor(m, 0)[0] = MEMORY_IOVA + BIG_AT;
	tx_descriptor(m, 0)[1] = WHOLE | NIC_FRAME_MAX;
	wr(m, D_TX(0, D_TDT), 1);
	assert_sent(m, 0, frame, NIC_FRAME_MAX);
	assert_no_rule_broken(m);
}

static void padding_needs_txpaden(void **state)
{
	struct machine *m = *state;

	driver_halt_receive(m);
	clear_bits(m, D_HLREG0, D_HLREG0_TXPADEN);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	transmit(m, 0, 42, WHOLE);
	assert_int_equal(m->sent_len[0], 42);
	/* Without IFCS, 17 bytes are no frame with CRC. */
	transmit(m, 1, 17, D_EOP | D_RS);
	assert_int_equal(m->sent, 1);
	assert_no_rule_broken(m);
}

static void without_ifcs_software_brings_the_crc(void **state)
{
	struct machine *m = *state;
	static const uint8_t crc[4] = { 0xdb, 0x69, 0x59, 0x28 };

	/* "123456789", 51 zeros, and their CRC. */
	memset(tx_buffer(m, 0), 0, 64);
	memcpy(tx_buffer(m, 0), "123456789", 9);
	memcpy(tx_buffer(m, 0) + 60, crc, 4);
	memcpy(tx_buffer(m, 1), tx_buffer(m, 0), 64);
	tx_buffer(m, 1)[20] = 1;
	put_tx(m, 0, 64, D_EOP | D_RS);
	put_tx(m, 1, 64, D_EOP | D_RS);
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(m->sent, 1);
	assert_sent(m, 0, tx_buffer(m, 0), 60);
	assert_int_equal(head_in_memory(m), 2);
	assert_no_rule_broken(m);
}

static void tags_and_checksums_are_inserted(void **state)
{
	struct machine *m = *state;
	uint8_t expected[64];

	make_frame(tx_buffer(m, 0), 60);
	memcpy(expected, tx_buffer(m, 0), 12);
	memcpy(expected + 12, "\x81\x00\x20\x05", 4);
	memcpy(expected + 16, tx_buffer(m, 0) + 12, 48);
	put_tx(m, 0, 60, WHOLE | D_VLE | 0x2005ull << 48);
	wr(m, D_TX(0, D_TDT), 1);
	assert_sent(m, 0, expected, 64);
	/* RFC 1071's example: the sum of 00 01 f2 03 f4 f5 f6 f7 is ddf2. */
	memset(tx_buffer(m, 1), 0, 60);
	memcpy(tx_buffer(m, 1) + 52, "\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8);
	put_tx(m, 1, 60, WHOLE | D_IC | 20 << 16 | 50ull << 40);
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(m->sent_frame[1][20], 0xFF & ~0xdd);
	assert_int_equal(m->sent_frame[1][21], 0xFF & ~0xf2);
}

static void nothing_leaves_while_stopped(void **state)
{
	struct machine *m = *state;

	set_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	transmit(m, 0, 60, WHOLE);
	assert_int_equal(m->sent, 0);
	clear_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	assert_int_equal(m->sent, 1);

	nic_set_carrier(m->nic, false);
	transmit(m, 1, 60, WHOLE);
	assert_int_equal(m->sent, 1);
	assert_int_equal(head_in_memory(m), 1);
	nic_set_carrier(m->nic, true);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_int_equal(m->sent, 2);
	assert_int_equal(head_in_memory(m), 2);

	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	transmit(m, 2, 60, WHOLE);
	assert_int_equal(m->sent, 2);
	clear_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_int_equal(m->sent, 3);

	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	put_tx(m, 3, 60, WHOLE);
	assert_int_equal(m->sent, 3);
	assert_no_rule_broken(m);
}

static void queues_are_independent(void **state)
{
	struct machine *m = *state;

	driver_init_on(m, 0, 127, true);
	m->sent = 0;
	make_frame(tx_buffer(m, 0), 60);
	put_tx(m, 0, 60, WHOLE);
	wr(m, D_TX(127, D_TDT), 1);
	assert_int_equal(m->sent, 1);
	assert_int_equal(rd(m, D_TX(127, D_TDH)), 1);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 0);
	assert_no_rule_broken(m);
}

static void loopback_comes_back(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	set_bits(m, D_HLREG0, D_HLREG0_LPBK);
	make_frame(frame, 60);
	transmit(m, 0, 60, WHOLE);
	assert_int_equal(m->sent, 0);
	assert_int_equal(rx_descriptor(m, 0)[1] & 0xFFFF, 60);
	assert_memory_equal(rx_buffer(m, 0), frame, 60);
	/* Meanwhile the MAC does not listen to the wire. */
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->stored, 1);
	assert_int_equal(nic_counters(m->nic)->dropped_link, 1);
	clear_bits(m, D_HLREG0, D_HLREG0_LPBK);
	assert_true(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static void dma_faults_send_no_byte(void **state)
{
	struct machine *m = *state;

	put_tx(m, 0, 60, WHOLE);
	tx_descriptor(m, 0)[0] = 0x1000;
	put_tx(m, 1, 60, WHOLE);
	tx_descriptor(m, 1)[0] = MEMORY_IOVA + MEMORY_BYTES - 30;
	wr(m, D_TX(0, D_TDT), 2);
	assert_int_equal(m->sent, 0);
	assert_int_equal(nic_counters(m->nic)->dma_faults, 2);
	assert_int_equal(head_in_memory(m), 2);
	/* Descriptors that cannot be read stop the queue. */
	nic_set_bus_master(m->nic, false);
	transmit(m, 2, 60, WHOLE);
	assert_int_equal(m->sent, 0);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 2);
	assert_true(nic_counters(m->nic)->dma_faults > 2);
}

static void what_is_no_descriptor_sends_nothing(void **state)
{
	struct machine *m = *state;

	transmit(m, 0, 60, WHOLE | D_DEXT);
	assert_int_equal(m->sent, 0);
	assert_int_equal(nic_counters(m->nic)->unsupported, 1);
	assert_int_equal(broken(m, "tx-format"), 1);
	assert_int_equal(head_in_memory(m), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_length_is_sent),
		TEST(descriptors_are_not_written_with_head_write_back),
		TEST(the_head_is_written_for_rs_only),
		TEST(four_bytes_of_head_are_written),
		TEST(dd_is_written_without_head_write_back),
		TEST(null_descriptors_send_nothing),
		TEST(a_packet_may_have_several_descriptors),
		TEST(pieces_of_memory_are_joined),
		TEST(the_longest_packet_is_sent),
		TEST(padding_needs_txpaden),
		TEST(without_ifcs_software_brings_the_crc),
		TEST(tags_and_checksums_are_inserted),
		TEST(nothing_leaves_while_stopped),
		TEST(queues_are_independent),
		TEST(loopback_comes_back),
		TEST(dma_faults_send_no_byte),
		TEST(what_is_no_descriptor_sends_nothing),
	};

	return cmocka_run_group_tests_name("nic: transmit", tests, NULL, NULL);
}
