// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit suites of kmod/hw_*.c: those of the host (tests/host/test_hw*.c), as they are, with the
 * kernel's compiler flags, types and checkers under them. One suite for each file; they run when
 * the module is loaded.
 */
#include <cmocka.h>

#include <linux/module.h>
#include <linux/slab.h>

#define SUITES_MAX 32

/* PROGRAMS is the list of each main(): see the Kbuild file */
typedef int program(void);

program PROGRAMS;
static program *const programs[] = { PROGRAMS };

static struct kunit_suite *suites[SUITES_MAX];
static struct CMUnitTest *suite_tests[SUITES_MAX];
static unsigned int suite_count;

void suites_int_in_range(u64 value, u64 min, u64 max, bool wanted, const char *what)
{
	if ((value >= min && value <= max) == wanted)
		return;
	if (min == max)
		fail_msg("%s: %#llx, %s%#llx", what, value, wanted ? "" : "not ", min);
	fail_msg("%s: %#llx is not in %#llx..%#llx", what, value, min, max);
}

/* The one function of all cases: which one it is, is told by its name. */
static void suites_run_case(struct kunit *test)
{
	const struct CMUnitTest *each;
	void *state = NULL;
	unsigned int n;

	for (n = 0; n < suite_count; n++)
		for (each = suite_tests[n]; each->name; each++)
			if (!strcmp(each->name, test->name))
				return each->function(&state);
	KUNIT_FAIL_AND_ABORT(test, "no such test");
}

/* What cmocka does at the end of a test program's main(). */
int suites_add(const char *name, const struct CMUnitTest *tests, size_t count)
{
	struct kunit_suite *suite = kzalloc(sizeof(*suite), GFP_KERNEL);
	struct kunit_case *cases = kcalloc(count + 1, sizeof(*cases), GFP_KERNEL);
	struct CMUnitTest *copy = kcalloc(count + 1, sizeof(*copy), GFP_KERNEL);
	size_t n;

	if (!suite || !cases || !copy || suite_count == SUITES_MAX) {
		kfree(suite);
		kfree(cases);
		kfree(copy);
		return -ENOMEM;
	}
	for (n = 0; n < count; n++) {
		copy[n] = tests[n];
		cases[n].name = tests[n].name;
		cases[n].run_case = suites_run_case;
	}
	/* a name of words there, of a file here */
	strscpy((char *)suite->name, name, sizeof(suite->name));
	strreplace((char *)suite->name, ' ', '_');
	suite->test_cases = cases;
	suite_tests[suite_count] = copy;
	suites[suite_count++] = suite;
	return 0;
}

static void suites_free(void)
{
	while (suite_count) {
		suite_count--;
		kfree(suites[suite_count]->test_cases);
		kfree(suites[suite_count]);
		kfree(suite_tests[suite_count]);
	}
}

static int __init suites_init(void)
{
	unsigned int n;
	int rc = 0;

	for (n = 0; n < ARRAY_SIZE(programs) && !rc; n++)
		rc = programs[n]();
	if (!rc)
		rc = __kunit_test_suites_init(suites, suite_count);
	if (rc)
		suites_free();
	return rc;
}

static void __exit suites_exit(void)
{
	__kunit_test_suites_exit(suites, suite_count);
	suites_free();
}

module_init(suites_init);
module_exit(suites_exit);
MODULE_DESCRIPTION("KUnit suites of onepath's hw_*.c");
MODULE_LICENSE("GPL");
