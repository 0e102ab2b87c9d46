// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's registers as storage, its resets, its EEPROM and its semaphores.
 */
#include "nic_driver.h"

static void assert_name(uint32_t offset, const char *name)
{
	char buf[32];

	assert_ptr_equal(nic_register_name(offset, buf, sizeof(buf)), buf);
	assert_string_equal(buf, name);
}

static void registers_have_names(void **state)
{
	assert_name(0x00000, "CTRL");
	assert_name(0x01018, "RDT[0]");
	assert_name(0x01FD8, "RDT[63]");
	assert_name(0x0D018, "RDT[64]");
	assert_name(0x0DFD8, "RDT[127]");
	assert_name(0x06018 + 3 * 0x40, "TDT[3]");
	assert_name(0x02104, "SRRCTL[1]");
	assert_name(0x0A204 + 8 * 127, "RAH[127]");
	assert_name(0x00004, "?");
	assert_name(0x7FFFC, "?");
}

static void tables_are_not_cleared_by_a_reset(void **state)
{
	struct machine *m = *state;

	assert_int_not_equal(rd(m, D_MTA(0)), 0);
	assert_int_not_equal(rd(m, D_PFVLVFB(127)), 0);
	wr(m, D_PFUTA(5), 0x12345678);
	driver_reset(m);
	assert_int_equal(rd(m, D_PFUTA(5)), 0x12345678);
	assert_no_rule_broken(m);
}

static void some_reset_values(void **state)
{
	struct machine *m = *state;

	assert_int_equal(rd(m, D_HLREG0) & 0xC07,
			 D_HLREG0_TXCRCEN | D_HLREG0_RXCRCSTRP | D_HLREG0_TXPADEN);
	assert_int_equal(rd(m, D_RDRXCTL) & D_RDRXCTL_RSCFRSTSIZE, 8 << 17);
	assert_int_equal(rd(m, D_RX(127, D_SRRCTL)), 0x402);
	assert_int_equal(rd(m, D_VLNCTRL), 0x8100);
	assert_int_equal(rd(m, D_MAXFRS) >> 16, 1518);
	assert_int_equal(rd(m, 0x03C00), 512 << 10);
	assert_int_equal(rd(m, 0x0CC00), 160 << 10);
	assert_int_equal(rd(m, D_STATUS) & D_STATUS_MASTER, D_STATUS_MASTER);
	assert_int_equal(rd(m, D_FCTRL), 0);
	assert_no_rule_broken(m);
}

/* A self-test writes patterns and reads back what the fields of the register hold. */
static void assert_holds(struct machine *m, uint32_t offset, uint32_t mask)
{
	static const uint32_t patterns[] = { 0x5A5A5A5A, 0xA5A5A5A5, 0x00000000, 0xFFFFFFFF };

	for (size_t i = 0; i < 4; i++) {
		wr(m, offset, patterns[i]);
		assert_int_equal(rd(m, offset), patterns[i] & mask);
	}
}

static void registers_hold_what_they_have_bits_for(void **state)
{
	struct machine *m = *state;

	assert_holds(m, D_RX(3, D_RDBAL), 0xFFFFFF80);
	assert_holds(m, D_RX(3, D_RDBAH), 0xFFFFFFFF);
	assert_holds(m, D_RX(3, D_RDLEN), 0x000FFF80);
	assert_holds(m, D_RX(3, D_RDT), 0x0000FFFF);
	assert_holds(m, D_TX(3, D_TDBAL), 0xFFFFFF80);
	assert_holds(m, D_TX(3, D_TDLEN), 0x000FFF80);
	assert_holds(m, D_RAH(9), 0x8000FFFF);
	assert_holds(m, D_MTA(100), 0xFFFFFFFF);
}

/* A tail outside of the ring stays as written; nothing is received into such a ring. */
static void a_tail_outside_of_the_ring_stays(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	wr(m, D_RX(0, D_RDT), 0xA5A5);
	assert_int_equal(rd(m, D_RX(0, D_RDT)), 0xA5A5);
	assert_int_equal(broken(m, "tail-range"), 1);
	assert_false(nic_can_receive(m->nic));
	wr(m, D_RX(0, D_RDT), 1);
	assert_true(arrive(m, 60, 0));
}

static void arrays_have_two_addresses(void **state)
{
	struct machine *m = *state;

	wr(m, 0x02100 + 4 * 5, 3);
	assert_int_equal(rd(m, D_RX(5, D_SRRCTL)), 3);
	wr(m, 0x05400 + 8 * 15, 0x12345678);
	assert_int_equal(rd(m, D_RAL(15)), 0x12345678);
	wr(m, 0x05818, 1);
	assert_int_equal(rd(m, 0x0EC80), 1);
	/* QPTC has one address per queue register block, and one in a row. */
	assert_int_equal(rd(m, 0x06030 + 0x40 * 15), 0);
	assert_no_rule_broken(m);
}

static void interrupt_masks_set_and_clear(void **state)
{
	struct machine *m = *state;

	wr(m, D_EIMS, 0x0F);
	wr(m, D_EIMS, 0xF0);
	assert_int_equal(rd(m, D_EIMS), 0xFF);
	wr(m, D_EIMC, 0x3C);
	assert_int_equal(rd(m, D_EIMS), 0xC3);
	assert_int_equal(rd(m, D_EIMC), 0xC3);
	wr(m, 0x00AA4, 0xFFFFFFFF);
	wr(m, 0x00AB4, 0x0000FFFF);
	assert_int_equal(rd(m, 0x00AA4), 0xFFFF0000);
	/* The first 16 vectors are the same bits in both. */
	assert_int_equal(rd(m, 0x00AA0), 0xC3);
	wr(m, 0x00AA0, 0x80000004);
	assert_int_equal(rd(m, D_EIMS), 0xC7);
	wr(m, 0x00AB0, 0x80000004);
	assert_int_equal(rd(m, D_EIMS), 0xC3);
	/* EICS sets causes; EICR clears by writing ones, and by reading. */
	rd(m, D_EICR);
	wr(m, D_EICS, 0x30);
	wr(m, D_EICR, 0x10);
	assert_int_equal(rd(m, D_EICR), 0x20);
	assert_int_equal(rd(m, D_EICR), 0);
	assert_no_rule_broken(m);
}

static void a_reset_takes_its_time(void **state)
{
	struct machine *m = *state;
	uint64_t start, next;

	wr(m, D_FCTRL, D_FCTRL_BAM);
	wr(m, D_RAL(0), 0);
	wr(m, D_RAL(1), 1);
	driver_quiesce(m);
	start = m->now_ns;
	wr(m, D_CTRL, D_CTRL_RST);
	assert_int_equal(nic_poll(m->nic), start + 2000);
	/* Reading is allowed after 1 ms, masking interrupts too. */
	sleep_ns(m, MS);
	assert_int_equal(rd(m, D_CTRL), 0);
	wr(m, D_EIMC, 0x7FFFFFFF);
	sleep_ns(m, 9 * MS);
	assert_int_equal(rd(m, D_EEC) & D_EEC_AUTO_RD, 0);
	assert_int_equal(rd(m, D_RAL(0)), 0);
	sleep_ns(m, 2 * MS);
	assert_int_equal(rd(m, D_EEC) & D_EEC_AUTO_RD, D_EEC_AUTO_RD);
	assert_int_equal(rd(m, D_RDRXCTL) & D_RDRXCTL_DMAIDONE, 0);
	assert_int_equal(rd(m, D_RAL(0)), 0x00000002);
	assert_int_equal(rd(m, D_RAH(0)), 0x80004200);
	sleep_ns(m, MS);
	assert_int_equal(rd(m, D_RDRXCTL) & D_RDRXCTL_DMAIDONE, D_RDRXCTL_DMAIDONE);
	next = nic_poll(m->nic);
	assert_true(next == UINT64_MAX);
	/* It is as new, and master disable is over. */
	assert_int_equal(rd(m, D_FCTRL), 0);
	assert_int_equal(rd(m, D_RAL(1)), 0);
	assert_int_equal(rd(m, D_STATUS) & D_STATUS_MASTER, D_STATUS_MASTER);
	assert_int_equal(nic_counters(m->nic)->resets, 1);
	assert_no_rule_broken(m);
}

static void a_reset_stops_everything(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	assert_true(arrive(m, 60, 0));
	driver_quiesce(m);
	wr(m, D_CTRL, D_CTRL_RST);
	assert_false(arrive(m, 60, 0));
	sleep_ns(m, 20 * MS);
	assert_false(arrive(m, 60, 0));
	assert_int_equal(rd(m, D_RX(0, D_RXDCTL)), 0);
	assert_int_equal(rd(m, D_RX(0, D_RDT)), 0);
	assert_int_equal(rd(m, D_TX(0, D_TDWBAL)), 0);
	assert_int_equal(rd(m, D_RXCTRL), 0);
	assert_no_rule_broken(m);
}

static void only_a_link_reset_drops_the_link(void **state)
{
	struct machine *m = *state;

	driver_reset(m);
	assert_int_equal(rd(m, D_LINKS) & D_LINKS_UP, D_LINKS_UP);
	nic_set_carrier(m->nic, false);
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST | D_CTRL_LRST);
	sleep_ns(m, 10 * MS);
	assert_int_equal(rd(m, D_CTRL), 0);
	assert_int_equal(rd(m, D_LINKS) & D_LINKS_UP, 0);
	assert_no_rule_broken(m);
}

static void two_resets_may_follow_each_other(void **state)
{
	struct machine *m = *state;

	driver_quiesce(m);
	wr(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 1001);
	wr(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 10 * MS);
	assert_int_equal(rd(m, D_CTRL), 0);
	assert_int_equal(nic_counters(m->nic)->resets, 2);
	assert_no_rule_broken(m);
}

static void function_reset_is_a_power_on(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	wr(m, D_SWSM, 2);
	nic_reset_function(m->nic);
	assert_int_equal(rd(m, D_RX(0, D_RXDCTL)), 0);
	assert_int_equal(rd(m, D_SWSM), 0);
	assert_int_equal(rd(m, D_RAH(0)), 0x80004200);
	assert_false(arrive(m, 60, 0));
	/* It ends a software reset too. */
	driver_quiesce(m);
	wr(m, D_CTRL, D_CTRL_RST);
	nic_reset_function(m->nic);
	assert_int_equal(rd(m, D_CTRL), 0);
	assert_int_equal(rd(m, D_EEC) & D_EEC_AUTO_RD, D_EEC_AUTO_RD);
	/* Bus mastering is off with it. */
	nic_set_bus_master(m->nic, true);
	driver_init(m);
	assert_true(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static uint16_t eeprom_word(struct machine *m, unsigned int word)
{
	uint32_t value;

	wr(m, D_EERD, word << 2 | 1);
	value = rd(m, D_EERD);
	assert_int_equal(value & 2, 2);
	return value >> 16;
}

static void eeprom_has_a_valid_checksum(void **state)
{
	struct machine *m = *state;
	uint16_t sum = 0;

	for (unsigned int word = 0; word <= 0x3F; word++)
		sum += eeprom_word(m, word);
	for (unsigned int word = 0x03; word <= 0x0E; word++) {
		uint16_t section = eeprom_word(m, word), len;

		if (section == 0xFFFF || !section)
			continue;
		len = eeprom_word(m, section);
		for (unsigned int i = 1; i <= len; i++)
			sum += eeprom_word(m, section + i);
	}
	assert_int_equal(sum, 0xBABA);
	assert_int_equal(eeprom_word(m, 0x3FFF), 0xFFFF);
	assert_no_rule_broken(m);
}

static void semaphores_are_taken_once(void **state)
{
	struct machine *m = *state;

	assert_int_equal(rd(m, D_SWSM) & 1, 0);
	assert_int_equal(rd(m, D_SWSM) & 1, 1);
	set_bits(m, D_SWSM, 2);
	assert_int_equal(rd(m, D_SWSM) & 3, 3);
	wr(m, D_SW_FW_SYNC, 1);
	assert_int_equal(rd(m, D_SW_FW_SYNC), 1);
	wr(m, D_SWSM, 0);
	assert_int_equal(rd(m, D_SWSM) & 3, 0);
	assert_no_rule_broken(m);
}

static void offsets_outside_are_harmless(void **state)
{
	struct machine *m = *state;
	static const uint32_t offsets[] = { 1,	     2,	      3,	  0x1FFFC,   0x20000,
					    0x7FFFC, 0x80000, 0xFFFFFFFC, 0xFFFFFFFF };

	for (unsigned int i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		assert_int_equal(rd(m, offsets[i]), 0);
		wr(m, offsets[i], 0xFFFFFFFF);
	}
	assert_int_equal(broken(m, "misaligned-access"), 12);
	assert_int_equal(broken(m, "unknown-register"), 6);
}

/* Whatever is written anywhere, in whatever order: no crash, and a reset brings it back. */
static void random_accesses_are_harmless(void **state)
{
	struct machine *m = *state;
	uint32_t seed = 1;

	driver_init(m);
	/* Descriptors of all kinds, most of which name memory. */
	for (unsigned int i = 0; i < 0x4000; i += 4) {
		uint32_t word = seed = seed * 1664525 + 1013904223;

		if (i % 16 == 0)
			word %= MEMORY_BYTES;
		if (i % 16 == 4 && i % 256 != 4)
			word = MEMORY_IOVA >> 32;
		memcpy(m->memory + i, &word, 4);
	}
	for (unsigned int i = 0; i < 300000; i++) {
		uint32_t offset, value;

		seed = seed * 1664525 + 1013904223;
		offset = seed >> 13 & 0x1FFFC;
		if (i % 3)
			offset = D_RX(seed >> 9 & 7, seed >> 20 & 0x3C);
		if (i % 3 == 2)
			offset = D_TX(seed >> 9 & 7, seed >> 20 & 0x3C);
		seed = seed * 1664525 + 1013904223;
		value = i % 5 ? seed >> 16 & 0xFFF : seed;
		if (offset == D_CTRL && i % 64)
			continue;
		if (seed & 0x400)
			rd(m, offset);
		else
			wr(m, offset, value);
		if (i % 16 == 0)
			arrive(m, 14 + (seed >> 8) % 1600, 0);
		sleep_ns(m, 1000);
	}
	nic_reset_function(m->nic);
	nic_set_bus_master(m->nic, true);
	driver_init(m);
	assert_true(arrive(m, 60, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_have_names),
		TEST(some_reset_values),
		TEST(tables_are_not_cleared_by_a_reset),
		TEST(registers_hold_what_they_have_bits_for),
		TEST(a_tail_outside_of_the_ring_stays),
		TEST(arrays_have_two_addresses),
		TEST(interrupt_masks_set_and_clear),
		TEST(a_reset_takes_its_time),
		TEST(a_reset_stops_everything),
		TEST(only_a_link_reset_drops_the_link),
		TEST(two_resets_may_follow_each_other),
		TEST(function_reset_is_a_power_on),
		TEST(eeprom_has_a_valid_checksum),
		TEST(semaphores_are_taken_once),
		TEST(offsets_outside_are_harmless),
		TEST(random_accesses_are_harmless),
	};

	return cmocka_run_group_tests_name("nic: registers and reset", tests, NULL, NULL);
}
