// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the hot loop costs, in instructions and tail writes for a frame: exact numbers, the same
 * on any machine with this compiler. `make bench` has the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/count.h"

/* Without DPDK here. */
burst_function *const dpdk_bursts[BURST_COUNT];

bool dpdk_lane_set_up(struct lane *lane, const struct bench_case *what, unsigned int thread)
{
	return false;
}

static const struct bench_case *case_named(const char *name)
{
	for (size_t i = 0; i < bench_case_count; i++)
		if (!strcmp(bench_cases[i].name, name))
			return &bench_cases[i];
	fail_msg("there is no case '%s'", name);
	return NULL;
}

static struct count count_of(enum bench_driver driver, const char *name)
{
	struct lane *lane = lane_new(driver, case_named(name), 0);
	struct count count = count_lane(lane);

	printf("# %s, %s: %.2f instructions, %.4f tail writes for a frame\n", driver_names[driver],
	       name, count.instructions, count.tail_writes);
	/* All that came left by every output, but for what waits for its doorbell. */
	assert_in_range(lane->nic.received * lane->nic.outputs - lane->nic.sent, 0,
			(uint64_t)lane->nic.outputs * 2 * BENCH_BATCH);
	lane_free(lane);
	return count;
}

static void check(const char *name, double instructions)
{
	struct count count = count_of(ONEPATH, name);

	if (count.instructions > instructions)
		fail_msg("%s: %.2f instructions for a frame, not %.0f", name, count.instructions,
			 instructions);
	/* Fewer than what no loop can do without: nothing was counted. */
	assert_true(count.instructions >= 3);
}

static void test_noop(void **state)
{
	check("noop", 8);
}

static void test_random_arrivals(void **state)
{
	check("noop random arrivals", 10);
}

static void test_two_outputs(void **state)
{
	check("noop 2 outputs", 14);
}

static void test_outputs_at_run_time(void **state)
{
	check("noop outputs at run time", 16);
}

static void test_behind_a_pointer(void **state)
{
	check("noop behind a pointer", 12);
}

static void test_tail_writes(void **state)
{
	struct count count = count_of(ONEPATH, "noop");

	/* One for 32 frames, and RDT for 64: not one more, and not one less. */
	assert_true(count.tail_writes > 0.04 && count.tail_writes < 0.05);
}

/* The paper's: one for 8 frames, and RDT for 64. Else the comparison is with something else. */
static void test_reference(void **state)
{
	struct count count = count_of(REFERENCE, "noop");

	assert_true(count.instructions > 20 && count.instructions < 40);
	assert_true(count.tail_writes > 0.140 && count.tail_writes < 0.141);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noop),
		cmocka_unit_test(test_random_arrivals),
		cmocka_unit_test(test_two_outputs),
		cmocka_unit_test(test_outputs_at_run_time),
		cmocka_unit_test(test_behind_a_pointer),
		cmocka_unit_test(test_tail_writes),
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests_name("the hot loop's cost", tests, NULL, NULL);
}
