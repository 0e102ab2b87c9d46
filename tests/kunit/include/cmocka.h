/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmocka, as far as the host's tests need it, over KUnit: the same test functions run in both. A
 * program's main(), renamed by the Kbuild file, makes a suite of its group of tests (suites.c).
 */
#ifndef SHIM_CMOCKA_H
#define SHIM_CMOCKA_H

#include <kunit/test.h>
#include <kunit/test-bug.h>

#define fail_msg(format, ...) \
	KUNIT_FAIL_AND_ABORT(kunit_get_current_test(), format "\n", ##__VA_ARGS__)
#define print_message(format, ...) kunit_info(kunit_get_current_test(), format, ##__VA_ARGS__)

#define assert_true(condition)                                \
	do {                                                  \
		if (!(condition))                             \
			fail_msg("%s is not so", #condition); \
	} while (0)
#define assert_false(condition)		 assert_true(!(condition))
#define assert_non_null(pointer)	 assert_true(pointer)
#define assert_null(pointer)		 assert_true(!(pointer))
#define assert_memory_equal(a, b, bytes) assert_true(!memcmp(a, b, bytes))

/* One function for all types of integers, as in cmocka; what they are called is told when it fails. */
void suites_int_in_range(u64 value, u64 min, u64 max, bool wanted, const char *what);

#define assert_int_equal(a, b)                                                      \
	({                                                                          \
		u64 wanted_ = (b);                                                  \
		suites_int_in_range(a, wanted_, wanted_, true, #a ", wanted: " #b); \
	})
#define assert_int_not_equal(a, b)                                                       \
	({                                                                               \
		u64 wanted_ = (b);                                                       \
		suites_int_in_range(a, wanted_, wanted_, false, #a ", not wanted: " #b); \
	})
#define assert_in_range(value, min, max) suites_int_in_range(value, min, max, true, #value)

struct CMUnitTest {
	const char *name;
	void (*function)(void **state);
};

#define cmocka_unit_test(function) { #function, function }

#define cmocka_run_group_tests_name(name, tests, setup, teardown) \
	suites_add(name, tests, ARRAY_SIZE(tests))

int suites_add(const char *name, const struct CMUnitTest *tests, size_t count);

#endif
