// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's receive filters: which destinations and which VLANs pass.
 */
#include "nic_driver.h"

static const uint8_t own[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x42 };
static const uint8_t other[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x43 };
static const uint8_t multicast[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Sends to @to, and gives the descriptor back. */
static bool passes(struct machine *m, const uint8_t to[6])
{
	uint8_t frame[60];
	uint32_t head = rd(m, D_RX(0, D_RDH));
	bool passed;

	make_frame(frame, sizeof(frame));
	memcpy(frame, to, 6);
	passed = nic_receive(m->nic, frame, sizeof(frame), 0);
	wr(m, D_RX(0, D_RDT), (head + RING / 2) % RING);
	return passed;
}

static bool passes_vlan(struct machine *m, uint16_t tag)
{
	uint8_t frame[64];
	uint32_t head = rd(m, D_RX(0, D_RDH));
	bool passed;

	make_frame(frame, sizeof(frame));
	memcpy(frame + 12, "\x81\x00", 2);
	frame[14] = tag >> 8;
	frame[15] = tag;
	passed = nic_receive(m->nic, frame, sizeof(frame), 0);
	wr(m, D_RX(0, D_RDT), (head + RING / 2) % RING);
	return passed;
}

/* Changes a register with the receive path halted. */
static void change(struct machine *m, uint32_t offset, uint32_t value)
{
	driver_halt_receive(m);
	wr(m, offset, value);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
}

static void promiscuous_bits_each_pass_their_kind(void **state)
{
	struct machine *m = *state;

	change(m, D_FCTRL, 0);
	assert_true(passes(m, own));
	assert_false(passes(m, other));
	assert_false(passes(m, multicast));
	assert_false(passes(m, broadcast));
	change(m, D_FCTRL, D_FCTRL_BAM);
	assert_false(passes(m, other));
	assert_false(passes(m, multicast));
	assert_true(passes(m, broadcast));
	change(m, D_FCTRL, D_FCTRL_UPE);
	assert_true(passes(m, other));
	assert_false(passes(m, multicast));
	assert_false(passes(m, broadcast));
	change(m, D_FCTRL, D_FCTRL_MPE);
	assert_true(passes(m, own));
	assert_false(passes(m, other));
	assert_true(passes(m, multicast));
	assert_int_equal(nic_counters(m->nic)->dropped_filter, 8);
	assert_no_rule_broken(m);
}

static void any_receive_address_matches_if_valid(void **state)
{
	struct machine *m = *state;

	wr(m, D_RAL(127), 0x00000002);
	wr(m, D_RAH(127), 0x4300);
	assert_false(passes(m, other));
	wr(m, D_RAH(127), 0x80004300);
	assert_true(passes(m, other));
	wr(m, D_RAH(0), 0x4200);
	assert_false(passes(m, own));
	/* A multicast address may stand there too. */
	wr(m, D_RAL(1), 0x015e0001);
	wr(m, D_RAH(1), 0x80000302);
	assert_true(passes(m, multicast));
}

static void the_multicast_table_is_indexed_by_12_bits(void **state)
{
	struct machine *m = *state;
	/* Bits 47:36, 46:35, 45:34, 43:32 of ..:02:03, the last byte being the highest. */
	static const unsigned int bits[] = { 0x030, 0x060, 0x0c0, 0x302 };

	for (unsigned int offset = 0; offset < 4; offset++) {
		change(m, D_MCSTCTRL, 4 | offset);
		assert_false(passes(m, multicast));
		wr(m, D_MTA(bits[offset] / 32), 1u << bits[offset] % 32);
		assert_true(passes(m, multicast));
		/* Off again: the table does not count. */
		change(m, D_MCSTCTRL, offset);
		assert_false(passes(m, multicast));
		wr(m, D_MTA(bits[offset] / 32), 0);
	}
	assert_no_rule_broken(m);
}

static void only_the_hash_is_inexact(void **state)
{
	struct machine *m = *state;

	change(m, D_MCSTCTRL, 4);
	wr(m, D_MTA(0x030 / 32), 1u << 0x030 % 32);
	assert_true(passes(m, multicast));
	assert_int_equal(rx_descriptor(m, 0)[1] >> 32 & 0xFF, 0x83);
	assert_true(passes(m, own));
	assert_int_equal(rx_descriptor(m, 1)[1] >> 32 & 0xFF, 0x03);
}

static void vlans_are_filtered_only_if_wanted(void **state)
{
	struct machine *m = *state;

	assert_true(passes_vlan(m, 5));
	change(m, D_VLNCTRL, 0x40008100);
	assert_false(passes_vlan(m, 5));
	wr(m, D_VFTA(0), 1u << 5);
	assert_true(passes_vlan(m, 5));
	assert_true(passes_vlan(m, 0xE005));
	assert_false(passes_vlan(m, 6));
	assert_true(passes(m, own));
	/* The CFI bit, if it is to be looked at. */
	change(m, D_VLNCTRL, 0x60008100);
	assert_true(passes_vlan(m, 5));
	assert_false(passes_vlan(m, 0x1005));
	change(m, D_VLNCTRL, 0x70008100);
	assert_false(passes_vlan(m, 5));
	assert_true(passes_vlan(m, 0x1005));
	/* Another Ethertype is not a tag. */
	change(m, D_VLNCTRL, 0x400088a8);
	assert_true(passes_vlan(m, 6));
	assert_no_rule_broken(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(promiscuous_bits_each_pass_their_kind),
		TEST(any_receive_address_matches_if_valid),
		TEST(the_multicast_table_is_indexed_by_12_bits),
		TEST(only_the_hash_is_inexact),
		TEST(vlans_are_filtered_only_if_wanted),
	};

	return cmocka_run_group_tests_name("nic: filters", tests, NULL, NULL);
}
