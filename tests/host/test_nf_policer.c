// SPDX-License-Identifier: BSD-3-Clause
/*
 * The policer: its bucket against the definition in RFC 2697, and frames against limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "guarded.h"
#include "nf_memory.h"
#include "policer/policer.h"

#define STEPS	   300000
#define PACKET_MAX 9000

/* The definition, in numbers that hold everything: what accrued since the start, and no more than full. */
struct model {
	unsigned __int128 level; /* millionths of a byte */
	uint64_t then_us;
};

static bool model_conforms(struct model *model, uint64_t rate, uint32_t burst, uint32_t bytes,
			   uint64_t now_us)
{
	const unsigned __int128 full = (unsigned __int128)burst * 1000000;

	model->level += (unsigned __int128)(now_us - model->then_us) * rate;
	model->then_us = now_us;
	if (model->level > full)
		model->level = full;
	if (model->level < (unsigned __int128)bytes * 1000000)
		return false;
	model->level -= (unsigned __int128)bytes * 1000000;
	return true;
}

/* Waits of all sizes: none, a few microseconds, about as long as a fill takes, years. */
static uint64_t random_wait(uint64_t *seed, const struct policer_limit *limit)
{
	switch (guarded_random(seed) >> 32 & 7) {
	case 0:
	case 1:
	case 2:
		return 0;
	case 3:
	case 4:
		return (guarded_random(seed) >> 32) % 100;
	case 5:
		return (guarded_random(seed) >> 8) % (limit->fill_us / 16 + 1);
	case 6:
		return limit->fill_us - 1 + (guarded_random(seed) >> 32) % 3;
	default:
		return guarded_random(seed) >> 40 ? 1000 : UINT64_MAX >> 20;
	}
}

static void run_bucket(uint64_t rate, uint32_t burst, uint64_t seed)
{
	struct policer_limit limit = policer_limit(rate, burst, 0);
	struct policer_bucket bucket = { .level = limit.full };
	struct model model = { .level = limit.full };
	uint64_t now = 0, sent = 0, passed = 0;

	for (unsigned int i = 0; i < STEPS; i++) {
		uint32_t bytes = 20 + (guarded_random(&seed) >> 32) % PACKET_MAX;
		bool conforms;

		now += random_wait(&seed, &limit);
		conforms = policer_conforms(&limit, &bucket, bytes, now);
		if (conforms != model_conforms(&model, rate, burst, bytes, now))
			fail_msg("rate %lu, burst %u, step %u: %d", rate, burst, i, conforms);
		assert_true(bucket.level == model.level);
		sent += bytes;
		passed += conforms ? bytes : 0;
		assert_true(passed <=
			    (unsigned __int128)burst + (unsigned __int128)now * rate / 1000000);
	}
	assert_true(burst < 20 || (passed > 0 && passed <= sent));
}

static void bucket_is_the_definition(void **state)
{
	static const uint64_t rates[] = { 1, 3, 999, 125000, 999983, 1250000000, POLICER_RATE_MAX };
	static const uint32_t bursts[] = { 1, 1499, 1500, 65536, 1000003, UINT32_MAX };
	uint64_t seed = 1;

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (size_t j = 0; j < sizeof(bursts) / sizeof(bursts[0]); j++)
			run_bucket(rates[i], bursts[j], seed++);
}

/*
 * RFC 2697, 3, word by word: a counter that is incremented by one CIR times a second, if it is less
 * than CBS. Where a token comes at every so many whole microseconds, both are the same for as long
 * as packets come with the tokens; what is between two tokens is all that a full counter loses.
 */
static void counter_of_tokens(void **state)
{
	const uint32_t period = 4, burst = 3000;
	struct policer_limit limit = policer_limit(1000000 / period, burst, 0);
	struct policer_bucket bucket = { .level = limit.full };
	uint64_t seed = 3, passed = 0;
	uint32_t tokens = burst;

	for (uint64_t now = 0; now < 4000000; now += period) {
		uint32_t bytes = 40 + (guarded_random(&seed) >> 32) % 1460;
		bool conforms = tokens >= bytes;

		if (guarded_random(&seed) >> 60 == 0) {
			tokens -= conforms ? bytes : 0;
			passed += conforms;
			assert_int_equal(policer_conforms(&limit, &bucket, bytes, now), conforms);
		}
		tokens += tokens < burst;
	}
	assert_true(passed > 1000);
}

/* A steady stream at just the rate passes whole, for ever; one at a millionth more loses its share. */
static void no_drift(void **state)
{
	struct policer_limit limit = policer_limit(1000000, 2500, 0);
	struct policer_bucket bucket = { .level = limit.full };
	uint64_t lost = 0, now = 0;

	for (unsigned int i = 0; i < 20000000; i++, now += 1000)
		assert_true(policer_conforms(&limit, &bucket, 1000, now));
	limit = policer_limit(999999, 2500, 0);
	for (unsigned int i = 0; i < 20000000; i++, now += 1000)
		lost += !policer_conforms(&limit, &bucket, 1000, now);
	assert_in_range(lost, 18, 19); /* 20000 bytes too many, less 1500 to begin with */
}

/* A policer with limits for 10.0.0.0/8 as a whole (1), 10.1.0.0/16 and 2001:db8::/32 for each (2, 3). */
#define ADDRESSES 64

struct world {
	struct policer policer;
	struct policer_rules rules;
	struct policer_limit limit[4];
	struct policer_bucket bucket[1];
};

static void begin(struct world *world)
{
	struct lpm_prefix ipv4[] = { { { 10 }, 8, 1 }, { { 10, 1 }, 16, 2 } };
	struct lpm_prefix ipv6[] = { { { 0x20, 0x01, 0x0d, 0xb8 }, 32, 3 } };
	struct flow_secret secret;

	memset(world, 0, sizeof(*world));
	world->limit[1] = policer_limit(1000, 3000, 0);
	world->limit[2] = policer_limit(1000, 2000, POLICER_EACH);
	world->limit[3] = policer_limit(1000, 2000, POLICER_EACH);
	world->bucket[0].level = world->limit[1].full;
	world->rules.limit = world->limit;
	assert_int_equal(lpm_build(&world->rules.ipv4, LPM_IPV4_BITS, ipv4, 2), 0);
	assert_int_equal(lpm_build(&world->rules.ipv6, LPM_IPV6_BITS, ipv6, 1), 0);
	world->policer.rules = &world->rules;
	world->policer.bucket = world->bucket;
	memset(&secret, 0x5a, sizeof(secret));
	flow_table_init(&world->policer.addresses, POLICER_ADDRESSES,
			nf_memory(flow_table_bytes(POLICER_ADDRESSES, ADDRESSES)), ADDRESSES,
			&secret);
	world->policer.addresses.timeout[0] = 4;
	policer_set_time(&world->policer, 0);
}

static void end(struct world *world)
{
	lpm_free(&world->rules.ipv4);
	lpm_free(&world->rules.ipv6);
	nf_memory_free(world->policer.addresses.bucket);
}

/* An IP packet of @bytes in a frame, padded to @length; IPv6 if @is_ipv6. */
static uint32_t send_packet(struct world *world, bool is_ipv6, uint32_t destination, uint16_t bytes,
			    uint16_t length)
{
	uint8_t frame[2048] = { 0 };
	uint8_t *ip = frame + ETHERNET_BYTES, *copy;
	uint32_t result;

	put16(frame + 12, is_ipv6 ? TYPE_IPV6 : TYPE_IPV4);
	if (is_ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, bytes - IPV6_BYTES);
		ip[6] = PROTOCOL_NONE;
		put32(ip + 24, 0x20010db8);
		put32(ip + 36, destination);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, bytes);
		ip[8] = 64;
		ip[9] = 253;
		put32(ip + 16, destination);
	}
	copy = guarded_copy(frame, length);
	result = policer_handle(copy, length, &world->policer);
	assert_memory_equal(copy, frame, length);
	assert_true(result == 0 || result == length);
	return result;
}

#define TEN(last)     (0x0a000000u + (last))
#define TEN_ONE(last) (0x0a010000u + (last))

static void prefix_as_a_whole(void **state)
{
	struct world world;

	begin(&world);
	/* Padding does not count: 3000 bytes are 75 packets of 40 bytes, to whatever addresses. */
	for (unsigned int i = 0; i < 75; i++)
		assert_int_equal(send_packet(&world, false, TEN(i), 40, 60), 60);
	assert_int_equal(send_packet(&world, false, TEN(1), 20, 60), 0);
	policer_set_time(&world.policer, 19999);
	assert_int_equal(send_packet(&world, false, TEN(1), 20, 60), 0);
	policer_set_time(&world.policer, 20000);
	assert_int_equal(send_packet(&world, false, TEN(1), 20, 60), 60);
	assert_int_equal(send_packet(&world, false, 0x0b000001, 1400, 1414), 1414);
	assert_int_equal(world.policer.counts.passed, 76);
	assert_int_equal(world.policer.counts.over_limit, 2);
	assert_int_equal(world.policer.counts.unlimited, 1);
	end(&world);
}

static void each_address(void **state)
{
	struct world world;

	begin(&world);
	for (unsigned int family = 0; family < 2; family++)
		for (unsigned int i = 0; i < ADDRESSES / 2; i++)
			for (unsigned int n = 0; n < 3; n++)
				assert_int_equal(send_packet(&world, family, TEN_ONE(i), 1000,
							     1014),
						 n < 2 ? 1014 : 0);
	/* The table is full: no more addresses, and those in it are unharmed. */
	assert_int_equal(world.policer.counts.table_full, 0);
	assert_int_equal(send_packet(&world, false, TEN_ONE(1000), 100, 114), 0);
	assert_int_equal(world.policer.counts.table_full, 1);
	policer_set_time(&world.policer, 1000000);
	for (unsigned int i = 0; i < ADDRESSES / 2; i++) {
		assert_int_equal(send_packet(&world, true, TEN_ONE(i), 1000, 1014), 1014);
		assert_int_equal(send_packet(&world, true, TEN_ONE(i), 100, 114), 0);
	}
	/* IPv4's have not been used for 5 seconds: their places are given to others. */
	policer_set_time(&world.policer, 5000000);
	for (unsigned int i = 0; i < ADDRESSES / 2; i++)
		assert_int_equal(send_packet(&world, false, TEN_ONE(2000 + i), 100, 114), 114);
	assert_int_equal(send_packet(&world, false, TEN_ONE(3000), 100, 114), 0);
	assert_int_equal(world.policer.counts.table_full, 2);
	assert_int_equal(world.policer.addresses.count, ADDRESSES);
	end(&world);
}

static void what_is_no_packet(void **state)
{
	uint8_t frame[128] = { 0 }, *copy;
	struct world world;

	begin(&world);
	put16(frame + 12, TYPE_ARP);
	copy = guarded_copy(frame, 60);
	assert_int_equal(policer_handle(copy, 60, &world.policer), 60);
	put16(frame + 12, 0x88cc);
	copy = guarded_copy(frame, 60);
	assert_int_equal(policer_handle(copy, 60, &world.policer), 60);
	assert_int_equal(world.policer.counts.not_ip, 2);
	/* All that is too short or says that it is longer than it is. */
	assert_int_equal(send_packet(&world, false, TEN(1), 47, 60), 0);
	assert_int_equal(send_packet(&world, false, TEN(1), 19, 60), 0);
	assert_int_equal(send_packet(&world, true, 1, 47, 60), 0);
	assert_int_equal(send_packet(&world, false, TEN(1), 20, 33), 0);
	copy = guarded_copy(frame, 13);
	assert_int_equal(policer_handle(copy, 13, &world.policer), 0);
	assert_int_equal(world.policer.counts.malformed, 5);
	/* A wrong transport header is no way past the limit. */
	memset(frame, 0, sizeof(frame));
	put16(frame + 12, TYPE_IPV4);
	memcpy(frame + 14, (uint8_t[]){ 0x45, 0, 0, 24, 0, 0, 0, 0, 64, PROTOCOL_TCP }, 10);
	put32(frame + 30, TEN(1));
	copy = guarded_copy(frame, 60);
	for (unsigned int i = 0; i < 126; i++)
		assert_int_equal(policer_handle(copy, 60, &world.policer), i < 125 ? 60 : 0);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_is_the_definition),
		cmocka_unit_test(counter_of_tokens),
		cmocka_unit_test(no_drift),
		cmocka_unit_test(prefix_as_a_whole),
		cmocka_unit_test(each_address),
		cmocka_unit_test(what_is_no_packet),
	};

	return cmocka_run_group_tests_name("the policer", tests, NULL, NULL);
}
