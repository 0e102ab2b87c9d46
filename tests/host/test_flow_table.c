// SPDX-License-Identifier: BSD-3-Clause
/*
 * The flow table against a simple model: an array of flows, each with when it was used, by
 * millions of random operations. Tables that are roomy as they are made, tables with no more
 * places than flows, and tables whose hash is always the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "flow_table.h"
#include "guarded.h"

#define CAPACITY   120
#define KEYS	   250
#define OPERATIONS 1500000
#define BIG	   65536

struct thing {
	struct flow flow;
	uint32_t number; /* what the caller keeps */
	uint64_t key[2];
};

static const struct flow_type things = { sizeof(struct thing), offsetof(struct thing, key), 2 };

/* What is known of key k: in the table as flow @n, of @class, used at @seen as the @turn-th of all. */
struct known {
	bool in;
	uint32_t n, class, seen, number;
	uint64_t turn;
};

struct world {
	struct flow_table table;
	struct known known[KEYS];
	uint64_t key[KEYS][2];
	uint32_t hash[KEYS];
	uint32_t now, count;
	uint64_t turn, seed;
	unsigned int refused; /* adds to a table that was not full */
};

static struct flow_secret make_secret(uint64_t seed)
{
	struct flow_secret secret;

	seed *= 0x9e3779b97f4a7c15; /* small ones would be alike */
	for (unsigned int i = 0; i < sizeof(secret) / 8; i++)
		secret.word[i] = guarded_random(&seed);
	return secret;
}

static void *make_table(struct flow_table *table, uint32_t capacity,
			const struct flow_secret *secret)
{
	size_t bytes = flow_table_bytes(things, capacity);
	void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);

	assert_non_null(memory);
	memset(memory, 0xa5, bytes);
	flow_table_init(table, things, memory, capacity, secret);
	return memory;
}

static bool is_alive(const struct world *world, const struct known *known)
{
	return known->in && world->now - known->seen <= world->table.timeout[known->class];
}

static void check_find(struct world *world, unsigned int k)
{
	const struct known *known = &world->known[k];
	uint32_t n = flow_find(&world->table, things, world->key[k], world->hash[k], world->now);

	if (!is_alive(world, known)) {
		assert_int_equal(n, FLOW_NONE);
		return;
	}
	assert_int_equal(n, known->n);
	assert_int_equal(((struct thing *)flow_at(&world->table, things, n))->number,
			 known->number);
}

static void use(struct world *world, struct known *known, uint32_t class)
{
	if (known->seen != world->now || known->class != class)
		known->turn = ++world->turn;
	known->seen = world->now;
	known->class = class;
}

/* Removes the flow of key @k, alive or not. */
static void take_out(struct world *world, unsigned int k)
{
	flow_remove(&world->table, things, world->known[k].n);
	world->known[k].in = false;
	world->count--;
}

static void add(struct world *world, unsigned int k, uint32_t class)
{
	struct known *known = &world->known[k];
	struct thing *thing;

	if (known->in) /* expired */
		take_out(world, k);
	known->n =
		flow_add(&world->table, things, world->key[k], world->hash[k], class, world->now);
	if (known->n == FLOW_NONE) {
		world->refused += world->count < world->table.capacity;
		return;
	}
	assert_true(world->count < world->table.capacity);
	assert_true(known->n < world->table.capacity);
	known->in = true;
	known->number = (uint32_t)guarded_random(&world->seed);
	known->seen = world->now - 1; /* another turn */
	use(world, known, class);
	world->count++;
	thing = flow_at(&world->table, things, known->n);
	thing->number = known->number;
}

/* The flow that is due has expired, and no other of its class before it. */
static void check_due(struct world *world, bool remove)
{
	uint32_t n = flow_due(&world->table, things, world->now);
	unsigned int expired = 0, due = KEYS;

	for (unsigned int k = 0; k < KEYS; k++) {
		expired += world->known[k].in && !is_alive(world, &world->known[k]);
		if (world->known[k].in && world->known[k].n == n)
			due = k;
	}
	if (n == FLOW_NONE) {
		assert_int_equal(expired, 0);
		return;
	}
	assert_in_range(due, 0, KEYS - 1);
	assert_false(is_alive(world, &world->known[due]));
	for (unsigned int k = 0; k < KEYS; k++)
		if (world->known[k].in && world->known[k].class == world->known[due].class)
			assert_true(world->known[k].turn >= world->known[due].turn);
	if (remove)
		take_out(world, due);
}

static void do_something(struct world *world)
{
	unsigned int k = guarded_random(&world->seed) % KEYS;
	unsigned int what = guarded_random(&world->seed) % 100;
	uint32_t class = guarded_random(&world->seed) % FLOW_CLASSES;
	struct known *known = &world->known[k];

	check_find(world, k);
	if (what < 40 && !is_alive(world, known)) {
		add(world, k, class);
	} else if (what < 75 && is_alive(world, known)) {
		if (what % 4)
			class = known->class;
		flow_use(&world->table, things, known->n, class, world->now);
		use(world, known, class);
	} else if (what < 80 && known->in) {
		take_out(world, k);
	} else if (what < 90) {
		check_due(world, what < 88);
	} else if (what < 93) {
		world->now += guarded_random(&world->seed) % 3;
	} else if (what == 99 && guarded_random(&world->seed) % 100 == 0) {
		world->table.timeout[class] = guarded_random(&world->seed) % 30;
	}
	assert_int_equal(world->table.count, world->count);
}

/* What is in the buckets, counted anew. */
static void check_buckets(const struct world *world)
{
	const struct flow_table *table = &world->table;
	unsigned int found = 0, elsewhere = 0, spilled = 0;

	for (uint32_t b = 0; b <= table->bucket_mask; b++) {
		for (unsigned int slot = 0; slot < FLOW_SLOTS; slot++) {
			const struct flow *flow =
				flow_at(table, things, table->bucket[b].flow[slot]);

			if (!(table->bucket[b].tags >> 8 * slot & 0xff))
				continue;
			found++;
			elsewhere += flow_home(table, flow->hash) != &table->bucket[b];
		}
		spilled += table->bucket[b].spilled;
	}
	assert_int_equal(found, world->count);
	assert_int_equal(elsewhere, spilled);
}

/* Returns how many adds were refused though the table was not full. */
static unsigned int run_against_model(struct flow_secret secret, uint32_t buckets)
{
	static struct world world;
	void *memory;

	world = (struct world){ .seed = 1, .now = 1000 };
	memory = make_table(&world.table, CAPACITY, &secret);
	world.table.bucket_mask = buckets - 1;
	for (unsigned int i = 0; i < FLOW_CLASSES; i++)
		world.table.timeout[i] = 1 + 10 * i;
	for (unsigned int k = 0; k < KEYS; k++) {
		world.key[k][0] = k % 20 | (uint64_t)(k / 20 % 5) << 32; /* as alike as can be */
		world.key[k][1] = k / 100;
		world.hash[k] = flow_hash(&world.table, things, world.key[k]);
	}
	for (unsigned int i = 0; i < OPERATIONS; i++) {
		do_something(&world);
		if (i % 1000 == 0)
			check_buckets(&world);
	}
	free(memory);
	return world.refused;
}

static void test_the_table_is_what_the_model_is(void **state)
{
	assert_int_equal(flow_buckets(CAPACITY), 32);
	assert_int_equal(run_against_model(make_secret(1), 32), 0);
}

/* 128 places for 120 flows: flows have to be moved, and now and then there is no room. */
static void test_the_same_with_fewer_places(void **state)
{
	assert_in_range(run_against_model(make_secret(2), 16), 1, OPERATIONS / 1000);
}

/* The hash of all keys is 0: eight flows fit, no others are harmed. */
static void test_the_same_with_the_worst_hash(void **state)
{
	assert_in_range(run_against_model((struct flow_secret){ 0 }, 32), OPERATIONS / 10,
			OPERATIONS);
}

/* As real ones: addresses and ports that count up, @hosts of them. */
static void make_key(uint64_t key[2], uint32_t n, uint32_t hosts)
{
	key[0] = (uint64_t)(0x0a000000 + n % hosts) << 32 | 0xc0a80001;
	key[1] = (uint64_t)(1024 + n / hosts) << 48 | (uint64_t)443 << 32 | 6;
}

/* Adds as many as fit, finds all of them, and no more. Returns how many are not at home. */
static unsigned int fill(uint32_t capacity, uint64_t seed, uint32_t hosts)
{
	struct flow_secret secret = make_secret(seed);
	unsigned int spilled = 0;
	struct flow_table table;
	void *memory = make_table(&table, capacity, &secret);
	uint64_t key[2];

	for (uint32_t n = 0; n < capacity; n++) {
		make_key(key, n, hosts);
		assert_int_not_equal(flow_add(&table, things, key, flow_hash(&table, things, key),
					      0, 5),
				     FLOW_NONE);
	}
	for (uint32_t n = 0; n <= capacity; n++) {
		make_key(key, n, hosts);
		assert_int_equal(flow_find(&table, things, key, flow_hash(&table, things, key),
					   5) != FLOW_NONE,
				 n < capacity);
	}
	assert_int_equal(flow_add(&table, things, key, flow_hash(&table, things, key), 0, 5),
			 FLOW_NONE);
	for (uint32_t b = 0; b <= table.bucket_mask; b++)
		spilled += table.bucket[b].spilled;
	free(memory);
	return spilled;
}

static void test_a_table_takes_as_many_flows_as_it_was_made_for(void **state)
{
	for (uint64_t seed = 1; seed <= 16; seed++)
		assert_in_range(fill(BIG, seed, 1 << seed), 0, BIG / 60);
	for (uint32_t capacity = 1; capacity <= 300; capacity++)
		fill(capacity, capacity, 3);
}

/* Two keys agree in the bucket with a chance of 1 of as many as there are: whatever they differ in. */
static void test_keys_collide_by_chance_only(void **state)
{
	const unsigned int rounds = 200000;
	struct flow_table table = { .bucket_mask = 255 };
	uint64_t a[2] = { 1, 2 };

	for (unsigned int bit = 0; bit < 128; bit += 7) {
		uint64_t b[2] = { 1, 2 };
		unsigned int same = 0;

		b[bit / 64] ^= (uint64_t)1 << bit % 64;
		for (unsigned int round = 1; round <= rounds; round++) {
			table.secret = make_secret(round);
			same += !((flow_hash(&table, things, a) ^ flow_hash(&table, things, b)) &
				  255);
		}
		assert_in_range(same, rounds / 256 * 4 / 5, rounds / 256 * 6 / 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_is_what_the_model_is),
		cmocka_unit_test(test_the_same_with_fewer_places),
		cmocka_unit_test(test_the_same_with_the_worst_hash),
		cmocka_unit_test(test_a_table_takes_as_many_flows_as_it_was_made_for),
		cmocka_unit_test(test_keys_collide_by_chance_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
