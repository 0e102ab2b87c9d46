// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's link: its delay, its carrier, its speed.
 */
#include "nic_driver.h"

static bool up(struct machine *m)
{
	bool links = rd(m, D_LINKS) & D_LINKS_UP;

	/* STATUS says the same in its bit 7. */
	assert_int_equal(links, !!(rd(m, D_STATUS) & 0x80));
	return links;
}

static int slow_link(void **state)
{
	*state = machine_create(700);
	return 0;
}

static void comes_up_after_its_delay(void **state)
{
	struct machine *m = *state;

	assert_false(up(m));
	assert_int_equal(nic_poll(m->nic), m->now_ns + 700000);
	sleep_ns(m, 699999);
	assert_false(up(m));
	sleep_ns(m, 1);
	assert_true(up(m));
	assert_true(nic_poll(m->nic) == UINT64_MAX);
	assert_no_rule_broken(m);
}

static void restarting_takes_it_down(void **state)
{
	struct machine *m = *state;

	sleep_ns(m, MS);
	assert_true(up(m));
	set_bits(m, D_AUTOC, D_AUTOC_RESTART_AN);
	assert_int_equal(rd(m, D_AUTOC) & D_AUTOC_RESTART_AN, 0);
	assert_false(up(m));
	/* Again, before it was up: the delay starts anew. */
	sleep_ns(m, 500000);
	set_bits(m, D_AUTOC, D_AUTOC_RESTART_AN);
	sleep_ns(m, 500000);
	assert_false(up(m));
	sleep_ns(m, 200000);
	assert_true(up(m));
	assert_no_rule_broken(m);
}

static void needs_a_carrier(void **state)
{
	struct machine *m = *state;

	sleep_ns(m, MS);
	assert_true(up(m));
	nic_set_carrier(m->nic, false);
	assert_false(up(m));
	sleep_ns(m, 1000 * MS);
	assert_false(up(m));
	nic_set_carrier(m->nic, true);
	assert_false(up(m));
	/* Plugging in what is plugged in changes nothing. */
	sleep_ns(m, 400000);
	nic_set_carrier(m->nic, true);
	sleep_ns(m, 300000);
	assert_true(up(m));
}

static void link_mode_gives_the_speed(void **state)
{
	struct machine *m = *state;

	sleep_ns(m, MS);
	assert_int_equal(rd(m, D_LINKS) >> 28 & 3, 3);
	wr(m, D_AUTOC, (rd(m, D_AUTOC) & ~0xE000u) | D_AUTOC_RESTART_AN);
	assert_int_equal(rd(m, D_LINKS) >> 28 & 3, 0);
	sleep_ns(m, MS);
	assert_int_equal(rd(m, D_LINKS) >> 28 & 3, 2);
}

static void can_be_forced_up(void **state)
{
	struct machine *m = *state;

	nic_set_carrier(m->nic, false);
	assert_false(up(m));
	set_bits(m, D_AUTOC, 1);
	assert_true(up(m));
}

/* What waits in a ring for the link goes with the write that brings it, not with the next tail. */
static void forced_up_it_sends_what_waits(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	nic_set_carrier(m->nic, false);
	rd(m, D_EICR);
	transmit(m, 0, 60, D_EOP | D_IFCS);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 0);
	set_bits(m, D_AUTOC, 1);
	assert_int_equal(m->sent, 1);
	assert_int_equal(rd(m, D_EICR) & D_LSC, D_LSC);
	clear_bits(m, D_AUTOC, 1);
	assert_false(up(m));
	assert_int_equal(rd(m, D_EICR) & D_LSC, D_LSC);
	transmit(m, 1, 60, D_EOP | D_IFCS);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 1);
	set_bits(m, D_HLREG0, D_HLREG0_LPBK);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 2);
	assert_int_equal(m->sent, 1);
	assert_no_rule_broken(m);
}

static void frames_need_it(void **state)
{
	struct machine *m = *state;

	driver_init(m);
	assert_true(arrive(m, 60, 0));
	nic_set_carrier(m->nic, false);
	assert_false(nic_can_receive(m->nic));
	assert_false(arrive(m, 60, 0));
	assert_int_equal(nic_counters(m->nic)->dropped_link, 1);
	assert_int_equal(nic_counters(m->nic)->wire_in, 2);
	nic_set_carrier(m->nic, true);
	assert_false(arrive(m, 60, 0));
	sleep_ns(m, MS);
	assert_true(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, slow_link, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(comes_up_after_its_delay), TEST(restarting_takes_it_down),
		TEST(needs_a_carrier),		TEST(link_mode_gives_the_speed),
		TEST(can_be_forced_up),		TEST(forced_up_it_sends_what_waits),
		TEST(frames_need_it),
	};

	return cmocka_run_group_tests_name("nic: link", tests, NULL, NULL);
}
