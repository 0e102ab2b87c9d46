/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A firewall between A and B for its tests. Every frame is checked to be as it was, and lies
 * at the end of a page.
 */
#ifndef FIREWALL_WORLD_H
#define FIREWALL_WORLD_H

#include "firewall/firewall.h"
#include "guarded.h"
#include "nf_frames.h"

#define CAPACITY 64
#define A	 "10.0.0.2" /* inside */
#define B	 "192.0.2.1" /* outside */
#define C	 "192.0.2.2" /* outside */
#define A6	 "2001:db8::2"
#define B6	 "2001:db8:1::1"

static struct firewall firewall;
static struct firewall_settings settings;

static inline int setup(void **state)
{
	static uint8_t memory[65536] __attribute__((aligned(64)));
	struct flow_secret secret;
	uint64_t seed = 42;

	for (unsigned int i = 0; i < sizeof(secret) / 8; i++)
		secret.word[i] = guarded_random(&seed);
	settings = (struct firewall_settings){ .timeout = { 240, 7440, 300, 60, 30 } };
	assert_true(firewall_bytes(CAPACITY) <= sizeof(memory));
	firewall_init(&firewall, memory, CAPACITY, &secret, &settings);
	firewall_set_time(&firewall, 1000000000);
	return 0;
}

static inline void wait_seconds(uint64_t seconds)
{
	firewall_set_time(&firewall, (firewall.now + seconds) * 1000000);
}

/* Does a frame pass? It has to be as it was, in any case. */
static inline bool pass(struct frame frame, bool from_inside)
{
	uint8_t *copy = guarded_copy(frame.bytes, frame.length);
	uint32_t length = from_inside ? firewall_from_inside(copy, frame.length, &firewall)
				      : firewall_from_outside(copy, frame.length, &firewall);

	assert_memory_equal(copy, frame.bytes, frame.length);
	assert_true(length == 0 || length == frame.length);
	return length;
}

static inline bool out(struct frame frame)
{
	return pass(frame, true);
}

static inline bool in(struct frame frame)
{
	return pass(frame, false);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)

#endif
