// SPDX-License-Identifier: BSD-3-Clause
/*
 * The longest-prefix match against the definition: of all prefixes that cover a key, the
 * longest; of equal ones, the last given.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "routes.h"

#define KEYS 3000

static uint64_t seed = 1;

static unsigned int random_below(unsigned int below)
{
	return (unsigned int)(routes_random(&seed) % below);
}

static bool covers(const struct lpm_prefix *prefix, const uint8_t *key)
{
	unsigned int bytes = prefix->length / 8, bits = prefix->length % 8;

	return !memcmp(prefix->key, key, bytes) &&
	       !(bits && (prefix->key[bytes] ^ key[bytes]) >> (8 - bits));
}

static uint32_t find_slowly(const struct lpm_prefix *prefixes, size_t count, const uint8_t *key)
{
	const struct lpm_prefix *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (covers(&prefixes[i], key) && (!best || prefixes[i].length >= best->length))
			best = &prefixes[i];
	return best ? best->value : LPM_NONE;
}

static uint32_t find(const struct lpm *lpm, unsigned int bits, const uint8_t *key)
{
	return bits == LPM_IPV4_BITS ? lpm_find_ipv4(lpm, key) : lpm_find_ipv6(lpm, key);
}

/* A key in or just beside one of the prefixes, or anywhere. */
static void pick_key(uint8_t *key, const struct lpm_prefix *prefixes, size_t count)
{
	routes_scramble(key, 0, &seed);
	if (count && random_below(8)) {
		const struct lpm_prefix *prefix = &prefixes[random_below((unsigned int)count)];
		unsigned int bit = random_below(prefix->length + 1u);

		memcpy(key, prefix->key, 16);
		if (random_below(4))
			bit = prefix->length;
		routes_scramble(key, bit, &seed);
	}
}

static void shuffle(struct lpm_prefix *prefixes, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = random_below((unsigned int)i);
		struct lpm_prefix was = prefixes[i - 1];

		prefixes[i - 1] = prefixes[other];
		prefixes[other] = was;
	}
}

static void check(const struct lpm_prefix *prefixes, size_t count, unsigned int bits,
		  unsigned int keys)
{
	struct lpm_prefix *given = malloc((count + 1) * sizeof(*given));
	struct lpm lpm;

	assert_non_null(given);
	memcpy(given, prefixes, count * sizeof(*given));
	assert_int_equal(lpm_build(&lpm, bits, given, count), 0);
	assert_int_equal(lpm.used, lpm.capacity);
	for (unsigned int i = 0; i < keys; i++) {
		uint8_t key[16];

		pick_key(key, prefixes, count);
		assert_int_equal(find(&lpm, bits, key), find_slowly(prefixes, count, key));
	}
	lpm_free(&lpm);
	free(given);
}

/* Few prefixes close together: every way in which they can lie in each other. */
static void test_random(void **state)
{
	for (unsigned int round = 0; round < 300; round++) {
		unsigned int bits = round % 2 ? LPM_IPV4_BITS : LPM_IPV6_BITS;
		struct lpm_prefix prefixes[40];
		size_t count = random_below(41);

		memset(prefixes, 0, sizeof(prefixes));
		for (size_t i = 0; i < count; i++) {
			if (i && random_below(4))
				memcpy(prefixes[i].key, prefixes[random_below(i)].key, 16);
			routes_scramble(prefixes[i].key, random_below(bits + 1), &seed);
			prefixes[i].length = random_below(bits + 1);
			if (random_below(4) == 0)
				prefixes[i].length = random_below(3) * 8 + 16;
			prefixes[i].value = 1 + random_below(LPM_VALUE_MAX);
		}
		check(prefixes, count, bits, 200);
	}
}

static void test_routes(void **state)
{
	static struct lpm_prefix routes[100001];
	static const unsigned int families[] = { LPM_IPV4_BITS, LPM_IPV6_BITS };

	for (unsigned int i = 0; i < 2; i++) {
		const size_t count = sizeof(routes) / sizeof(*routes);
		struct lpm lpm;

		routes_make(routes, count - 1, families[i], 1000, 7 + i);
		routes[count - 1] = (struct lpm_prefix){ .value = 4711 }; /* default route */
		shuffle(routes, count);
		check(routes, count, families[i], KEYS / 10);
		shuffle(routes, 2000);
		check(routes, 2000, families[i], KEYS);
		assert_int_equal(lpm_build(&lpm, families[i], routes, count), 0);
		printf("IPv%u: 100001 routes in %zu KB\n", i ? 6 : 4,
		       lpm.capacity * sizeof(*lpm.slot) / 1024);
		lpm_free(&lpm);
	}
}

static void test_order_and_equal_ones(void **state)
{
	struct lpm_prefix prefixes[] = {
		{ { 10, 1, 2, 3 }, 32, 1 },   { { 10, 1, 2, 0 }, 24, 2 },
		{ { 10, 1, 2, 77 }, 24, 3 },  { { 10, 1, 0, 0 }, 16, 4 },
		{ { 1, 2, 3, 4 }, 0, 5 },     { { 10, 1, 2, 3 }, 32, 6 },
		{ { 10, 1, 2, 128 }, 25, 7 }, { { 10, 0, 0, 0 }, 15, 8 },
		{ { 10, 1, 128, 0 }, 17, 9 },
	};
	const size_t count = sizeof(prefixes) / sizeof(*prefixes);
	struct lpm lpm;

	assert_int_equal(find_slowly(prefixes, count, (uint8_t[4]){ 10, 1, 2, 3 }), 6);
	assert_int_equal(find_slowly(prefixes, count, (uint8_t[4]){ 10, 1, 2, 4 }), 3);
	assert_int_equal(find_slowly(prefixes, count, (uint8_t[4]){ 192, 0, 2, 1 }), 5);
	for (unsigned int round = 0; round < 50; round++) {
		check(prefixes, count, LPM_IPV4_BITS, 500);
		shuffle(prefixes, count);
	}
	assert_int_equal(lpm_build(&lpm, LPM_IPV4_BITS, NULL, 0), 0);
	assert_int_equal(lpm_find_ipv4(&lpm, (uint8_t[4]){ 10, 1, 2, 3 }), LPM_NONE);
	lpm_free(&lpm);
}

/* No room: refused, and what there is stays as it is. */
static void test_full(void **state)
{
	struct lpm_prefix prefix = { { 10, 1, 0, 0 }, 16, 5 }, longer = { { 10, 1, 7, 1 }, 32, 6 };
	struct lpm lpm;
	uint32_t used;

	assert_int_equal(lpm_build(&lpm, LPM_IPV4_BITS, &prefix, 1), 0);
	used = lpm.used;
	assert_false(lpm_insert(&lpm, &longer));
	assert_int_equal(lpm.used, used);
	assert_int_equal(lpm_find_ipv4(&lpm, longer.key), 5);
	assert_true(lpm_insert(&lpm, &(struct lpm_prefix){ { 10, 1 }, 16, 7 }));
	assert_int_equal(lpm_find_ipv4(&lpm, longer.key), 7);
	lpm_free(&lpm);

	assert_int_equal(lpm_build(&lpm, LPM_IPV4_BITS, &longer, 1), 0);
	assert_false(lpm_insert(&lpm, &(struct lpm_prefix){ { 10, 2, 3, 4 }, 25, 9 }));
	assert_int_equal(lpm_find_ipv4(&lpm, (uint8_t[4]){ 10, 2, 3, 4 }), LPM_NONE);
	assert_int_equal(lpm_find_ipv4(&lpm, longer.key), 6);
	lpm_free(&lpm);
}

static void test_wrong_prefixes(void **state)
{
	struct lpm lpm;

	assert_int_equal(lpm_build(&lpm, 32, &(struct lpm_prefix){ { 0 }, 33, 1 }, 1), -EINVAL);
	assert_int_equal(lpm_build(&lpm, 128, &(struct lpm_prefix){ { 0 }, 129, 1 }, 1), -EINVAL);
	assert_int_equal(lpm_build(&lpm, 32, &(struct lpm_prefix){ { 0 }, 8, 0 }, 1), -EINVAL);
	assert_int_equal(lpm_build(&lpm, 32, &(struct lpm_prefix){ { 0 }, 8, LPM_NODE }, 1),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_order_and_equal_ones),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_wrong_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
