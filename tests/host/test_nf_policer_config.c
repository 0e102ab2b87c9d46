// SPDX-License-Identifier: BSD-3-Clause
/* The policer's configuration: mistakes that are its own, and what stays when it is read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "nf_config.h"
#include "policer/config.h"

static char file[] = "/tmp/test_nf_policer.XXXXXX";

/* Loads a configuration with these limits. Returns the tables, or NULL, and then @error is told. */
static void *load(const char *limits, char *error)
{
	struct nf_config config;
	FILE *to = fopen(file, "w");
	void *tables;

	assert_non_null(to);
	fprintf(to, "{\"limits\": [%s]}", limits);
	assert_int_equal(fclose(to), 0);
	nf_config_open(&config, file);
	tables = policer_tables.load(NULL, &config);
	if (error)
		snprintf(error, NF_CONFIG_ERROR_BYTES, "%s", config.error + strlen(file));
	else
		assert_string_equal(config.error, "");
	nf_config_close(&config);
	return tables;
}

static void check_mistake(const char *limits, const char *message)
{
	char error[NF_CONFIG_ERROR_BYTES];

	policer_tables.release(load(limits, error));
	assert_string_equal(error, message);
}

static void take(const char *limits)
{
	policer_tables.release(policer_tables.adopt(NULL, load(limits, NULL)));
}

#define LIMIT(prefix, more) "{\"prefix\": \"" prefix "\", \"rate\": 1000, \"burst\": 2000" more "}"

static void mistakes(void **state)
{
	static char many[4 << 20];
	size_t used = 0;

	check_mistake(
		"{\"prefix\": \"::/0\", \"burst\": 2000}",
		":1: limits[0].rate: missing; wanted a whole number, 1..125000000000, also in B/s, "
		"kB/s, MB/s, GB/s, kbit/s, Mbit/s, Gbit/s");
	check_mistake(
		"{\"prefix\": \"::/0\", \"rate\": 1, \"burst\": 1499}",
		":1: limits[0].burst: \"1499\"; wanted a whole number, 1500..4294967295, also in B, "
		"kB, MB, GB, KiB, MiB, GiB");
	check_mistake(LIMIT("::/0", ", \"per\": 1"),
		      ":1: limits[0].per: unknown field; known are prefix, rate, burst, each");
	check_mistake(LIMIT("10.0.0.0/8", "") "," LIMIT("::/0", "") ",\n" LIMIT("10.0.0.0/8", ""),
		      ":2: limits[2].prefix: given before, as limits[0]");
	for (unsigned int i = 0; i <= POLICER_LIMITS_MAX; i++)
		used += (size_t)sprintf(many + used, "%s{}", i ? "," : "");
	check_mistake(many, ":1: limits: 65537 limits; there may be 65536");
}

/* Whether a packet of @bytes to IPv4 @address passes now. */
static bool passes(uint32_t address, uint32_t bytes)
{
	struct policer_look look = { .bytes = (uint16_t)bytes };
	uint8_t raw[4];

	put32(raw, address);
	policer_look_up(&look, &policer, raw, false);
	return policer_judge(&look, raw, 1, &policer);
}

#define TEN 0x0a000001u
#define OLD 0x0b000001u

static void buckets_stay(void **state)
{
	take(LIMIT("8.0.0.0/8", "") "," LIMIT("10.0.0.0/8", "") "," LIMIT("11.0.0.0/8",
									  ", \"each\": true"));
	assert_true(passes(TEN, 1900));
	assert_true(passes(OLD, 1900));
	/* They stay as long as their prefixes do, whatever is around them. */
	for (unsigned int i = 0; i < 5; i++) {
		take(LIMIT("9.0.0.0/8", "") "," LIMIT("::/0", "") "," LIMIT(
			"11.0.0.0/8",
			", \"each\": true") "," LIMIT("10.0.0.0/8",
						      "") "," LIMIT("10.0.0.0/9",
								    ", \"each\": true"));
		take(LIMIT("8.0.0.0/8", "") "," LIMIT("10.0.0.0/8", "") "," LIMIT(
			"11.0.0.0/8", ", \"each\": true"));
	}
	assert_false(passes(TEN, 101));
	assert_true(passes(TEN, 100));
	assert_false(passes(OLD, 101));
	/* One that went and came again is new. */
	take(LIMIT("11.0.0.0/8", ", \"each\": true"));
	assert_true(passes(TEN, 60000));
	take(LIMIT("8.0.0.0/8", "") "," LIMIT("10.0.0.0/8", "") "," LIMIT("11.0.0.0/8",
									  ", \"each\": true"));
	assert_true(passes(TEN, 2000));
	assert_false(passes(TEN, 1));
	/* A smaller burst counts at once. */
	take("{\"prefix\": \"10.0.0.0/8\", \"rate\": 1000, \"burst\": 3000}");
	policer_set_time(&policer, 10000000);
	assert_true(passes(TEN, 1));
	take("{\"prefix\": \"10.0.0.0/8\", \"rate\": 1000, \"burst\": 1500}");
	assert_false(passes(TEN, 1501));
	assert_true(passes(TEN, 1500));
}

static void no_two_share(void **state)
{
	static char many[8 << 20];
	size_t used = 0;

	for (unsigned int i = 0; i < 3000; i++)
		used += (size_t)sprintf(
			many + used, "%s{\"prefix\": \"10.1.%u.%u\", \"rate\": 1, \"burst\": 1500}",
			i ? "," : "", i / 250, i % 250);
	for (unsigned int turn = 0; turn < 3; turn++) {
		take(many + (turn == 1 ? strchr(many, '}') + 2 - many : 0));
		for (unsigned int i = turn == 1; i < 3000; i++)
			assert_int_equal(passes(0x0a010000u + i / 250 * 256 + i % 250, 1000),
					 !turn || (turn == 2 && !i));
	}
}

/* What the table of addresses was made with cannot change. */
static void addresses_are_fixed(void **state)
{
	/* What follows is a comment then. */
	check_mistake("], \"addresses\": 100} #",
		      ":1: addresses: 100; it cannot change from 65536 while the NF runs");
	check_mistake("], \"addresses\": 0} #",
		      ":1: addresses: \"0\"; wanted a whole number, 1..16777216");
}

static int make_file(void **state)
{
	int fd = mkstemp(file);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes),
		cmocka_unit_test(buckets_stay),
		cmocka_unit_test(no_two_share),
		cmocka_unit_test(addresses_are_fixed),
	};

	return cmocka_run_group_tests_name("the policer's configuration", tests, make_file,
					   remove_file);
}
