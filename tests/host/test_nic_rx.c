// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's receive path: what is written into descriptors and buffers, at
 * every length, around the ring, and when there is no descriptor.
 */
#include "nic_driver.h"

#define RX_EOP (1ull << 33)
#define RX_VP  (1ull << 35)
#define RX_RXE (1ull << 40)

/* Descriptor @i holds @len bytes equal to @frame, and nothing else is set than @flags. */
static void assert_received(struct machine *m, unsigned int i, const uint8_t *frame, size_t len,
			    uint64_t flags)
{
	assert_int_equal(rx_descriptor(m, i)[1], flags | len);
	assert_int_equal(rx_descriptor(m, i)[0], MEMORY_IOVA + RX_BUFFERS_AT + BUFFER * i);
	assert_memory_equal(rx_buffer(m, i), frame, len);
}

static void every_length_is_stored(void **state)
{
	struct machine *m = *state;
	uint8_t frame[2048];
	unsigned int i = 0;

	for (size_t len = 60; len <= 1514; len++) {
		make_frame(frame, len);
		memset(rx_buffer(m, i), 0xEE, BUFFER);
		assert_true(nic_receive(m->nic, frame, len, 0));
		assert_received(m, i, frame, len, D_DD | RX_EOP);
		assert_int_equal(rx_buffer(m, i)[len], 0xEE);
		assert_int_equal(rd(m, D_RX(0, D_RDH)), (i + 1) % RING);
		wr(m, D_RX(0, D_RDT), i);
		i = (i + 1) % RING;
	}
	assert_int_equal(nic_counters(m->nic)->stored, 1514 - 60 + 1);
	assert_no_rule_broken(m);
}

static void pieces_of_memory_are_joined(void **state)
{
	struct machine *m = *state;
	uint8_t frame[1514];

	m->dma_granule = 64;
	make_frame(frame, sizeof(frame));
	rx_descriptor(m, 0)[0] += 13;
	assert_true(nic_receive(m->nic, frame, sizeof(frame), 0));
	assert_memory_equal(rx_buffer(m, 0) + 13, frame, sizeof(frame));
}

static void one_descriptor_stays_free(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < RING - 1; i++) {
		assert_true(nic_can_receive(m->nic));
		assert_true(arrive(m, 60, 0));
	}
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dropped_descriptor, 1);
	assert_int_equal(rx_descriptor(m, RING - 1)[1], 0);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), RING - 1);
	/* One given back, one more comes. */
	wr(m, D_RX(0, D_RDT), 0);
	assert_true(arrive(m, 60, 0));
	assert_false(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static void without_drop_en_frames_wait(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	clear_bits(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN);
	for (unsigned int i = 0; i < RING - 1; i++)
		assert_true(arrive(m, 60, 0));
	for (unsigned int i = 0; i < 3; i++) {
		make_frame(frame, 60);
		frame[20] = i;
		assert_true(nic_receive(m->nic, frame, 60, 0));
	}
	assert_int_equal(nic_counters(m->nic)->stored, RING - 1);
	assert_false(nic_can_receive(m->nic));
	wr(m, D_RX(0, D_RDT), 1);
	assert_int_equal(nic_counters(m->nic)->stored, RING + 1);
	assert_int_equal(rx_buffer(m, RING - 1)[20], 0);
	assert_int_equal(rx_buffer(m, 0)[20], 1);
	wr(m, D_RX(0, D_RDT), 2);
	assert_int_equal(rx_buffer(m, 1)[20], 2);
	/* Nothing waits any more; the next ones do, and come in their turn. */
	for (unsigned int i = 0; i < 2; i++) {
		frame[20] = 3 + i;
		assert_true(nic_receive(m->nic, frame, 60, 0));
	}
	wr(m, D_RX(0, D_RDT), 4);
	assert_int_equal(rx_buffer(m, 2)[20], 3);
	assert_int_equal(rx_buffer(m, 3)[20], 4);
	assert_int_equal(nic_counters(m->nic)->stored, RING + 4);
	assert_no_rule_broken(m);
}

static void a_full_packet_buffer_misses_packets(void **state)
{
	struct machine *m = *state;
	unsigned int held = 0;

	clear_bits(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN);
	for (unsigned int i = 0; i < RING - 1; i++)
		assert_true(arrive(m, 1514, 0));
	while (arrive(m, 1514, 0))
		held++;
	assert_int_equal(held, 512 * 1024 / 1514);
	assert_int_equal(rd(m, 0x03FA0), 1);
	/* What waited is gone with a reset, and does not come back. */
	driver_init(m);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	assert_no_rule_broken(m);
}

static void a_frame_may_take_several_buffers(void **state)
{
	struct machine *m = *state;
	uint8_t frame[5000];

	driver_halt_receive(m);
	set_bits(m, D_HLREG0, D_HLREG0_JUMBOEN);
	wr(m, D_MAXFRS, 9018u << 16);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	make_frame(frame, sizeof(frame));
	assert_true(nic_receive(m->nic, frame, sizeof(frame), 0));
	assert_received(m, 0, frame, 2048, D_DD);
	assert_received(m, 1, frame + 2048, 2048, D_DD);
	assert_received(m, 2, frame + 4096, 904, D_DD | RX_EOP);
	/* It is stored whole or not at all. */
	wr(m, D_RX(0, D_RDT), 5);
	assert_false(nic_receive(m->nic, frame, sizeof(frame), 0));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 3);
	assert_no_rule_broken(m);
}

static void crc_is_kept_if_not_stripped(void **state)
{
	struct machine *m = *state;
	/* CRC-32 of "123456789" and 51 zeros after it, by an independent program. */
	static const uint8_t crc[4] = { 0xdb, 0x69, 0x59, 0x28 };
	uint8_t frame[64] = "123456789";

	driver_halt_receive(m);
	clear_bits(m, D_RXCTRL, 1);
	clear_bits(m, D_HLREG0, D_HLREG0_RXCRCSTRP);
	clear_bits(m, D_RDRXCTL, D_RDRXCTL_CRCSTRIP);
	wr(m, D_FCTRL, D_FCTRL_UPE | D_FCTRL_MPE | D_FCTRL_BAM);
	driver_enable_receive(m);
	assert_true(nic_receive(m->nic, frame, 60, 0));
	memcpy(frame + 60, crc, 4);
	assert_received(m, 0, frame, 64, D_DD | RX_EOP);
	assert_no_rule_broken(m);
}

static void vlan_tag_is_kept_or_taken_out(void **state)
{
	struct machine *m = *state;
	uint8_t frame[64], expected[60];

	make_frame(frame, 64);
	memcpy(frame + 12, "\x81\x00\x20\x05\x88\xb5", 6);
	assert_true(nic_receive(m->nic, frame, 64, 0));
	assert_received(m, 0, frame, 64, D_DD | RX_EOP);
	set_bits(m, D_RX(0, D_RXDCTL), D_RXDCTL_VME);
	assert_true(nic_receive(m->nic, frame, 64, 0));
	memcpy(expected, frame, 12);
	memcpy(expected + 12, frame + 16, 48);
	assert_received(m, 1, expected, 60, D_DD | RX_EOP | RX_VP | 0x2005ull << 48);
	assert_true(arrive(m, 64, 0));
	make_frame(frame, 64);
	assert_received(m, 2, frame, 64, D_DD | RX_EOP);
	assert_int_equal(nic_counters(m->nic)->tags_removed, 1);
	assert_no_rule_broken(m);
}

static void bad_frames_are_stored_only_if_wanted(void **state)
{
	struct machine *m = *state;
	uint8_t frame[60];

	assert_false(arrive(m, 60, NIC_WIRE_CRC_ERROR));
	assert_false(arrive(m, 60, NIC_WIRE_SYMBOL_ERROR));
	assert_false(arrive(m, 59, 0));
	assert_false(arrive(m, 1515, 0));
	assert_false(arrive(m, 0, 0));
	assert_int_equal(nic_counters(m->nic)->dropped_error, 5);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	driver_halt_receive(m);
	set_bits(m, D_FCTRL, D_FCTRL_SBP);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	make_frame(frame, 60);
	assert_true(arrive(m, 60, NIC_WIRE_CRC_ERROR));
	assert_received(m, 0, frame, 60, D_DD | RX_EOP | RX_RXE);
	assert_true(arrive(m, 30, 0));
	assert_false(arrive(m, 1515, 0));
	assert_no_rule_broken(m);
}

static void largest_frame(void **state)
{
	struct machine *m = *state;
	uint8_t frame[NIC_FRAME_MAX];

	make_frame(frame, sizeof(frame));
	assert_true(nic_receive(m->nic, frame, 1514, 0));
	assert_false(nic_receive(m->nic, frame, 1515, 0));
	memcpy(frame + 12, "\x81\x00", 2);
	assert_true(nic_receive(m->nic, frame, 1518, 0));
	assert_false(nic_receive(m->nic, frame, 1519, 0));
	driver_halt_receive(m);
	wr(m, D_MAXFRS, 3000u << 16);
	assert_int_equal(rd(m, D_HLREG0) & D_HLREG0_JUMBOEN, 0);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	make_frame(frame, sizeof(frame));
	assert_false(nic_receive(m->nic, frame, 2996, 0));
	driver_halt_receive(m);
	set_bits(m, D_HLREG0, D_HLREG0_JUMBOEN);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	assert_true(nic_receive(m->nic, frame, 2996, 0));
	assert_false(nic_receive(m->nic, frame, 2997, 0));
	assert_no_rule_broken(m);
}

static void nothing_comes_while_off(void **state)
{
	struct machine *m = *state;

	driver_halt_receive(m);
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive(m, 60, 0));
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	clear_bits(m, D_RXCTRL, 1);
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dropped_link, 2);
	driver_enable_receive(m);
	assert_true(arrive(m, 60, 0));
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dropped_descriptor, 1);
	assert_no_rule_broken(m);
}

static void dma_faults_move_no_byte(void **state)
{
	struct machine *m = *state;
	uint8_t before[BUFFER];

	/* An address outside of memory: the frame is lost, its descriptor is used. */
	rx_descriptor(m, 0)[0] = 0x1000;
	assert_true(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dma_faults, 1);
	assert_int_equal(rx_descriptor(m, 0)[1], D_DD | RX_EOP | 60);
	assert_int_equal(nic_counters(m->nic)->stored, 0);
	/* Bus mastering off: not even the descriptor. */
	memcpy(before, rx_buffer(m, 1), BUFFER);
	nic_set_bus_master(m->nic, false);
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dma_faults, 2);
	assert_int_equal(rx_descriptor(m, 1)[1], 0);
	assert_memory_equal(rx_buffer(m, 1), before, BUFFER);
	nic_set_bus_master(m->nic, true);
	assert_true(arrive(m, 60, 0));
	/* Master disable: the port does not ask at all. */
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dma_faults, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_length_is_stored),
		TEST(pieces_of_memory_are_joined),
		TEST(one_descriptor_stays_free),
		TEST(without_drop_en_frames_wait),
		TEST(a_full_packet_buffer_misses_packets),
		TEST(a_frame_may_take_several_buffers),
		TEST(crc_is_kept_if_not_stripped),
		TEST(vlan_tag_is_kept_or_taken_out),
		TEST(bad_frames_are_stored_only_if_wanted),
		TEST(largest_frame),
		TEST(nothing_comes_while_off),
		TEST(dma_faults_move_no_byte),
	};

	return cmocka_run_group_tests_name("nic: receive", tests, NULL, NULL);
}
