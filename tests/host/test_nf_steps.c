// SPDX-License-Identifier: BSD-3-Clause
/*
 * NFs whose logic is in steps (nf_steps.h): a burst does to frames what the handler does to one,
 * whatever they are, and no step reads past the end of a frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../bench/bench.h"
#include "../bench/handlers.h"
#include "guarded.h"

#define FRAMES	  200000
#define BYTES_MAX 128

/* Without DPDK here. */
burst_function *const dpdk_bursts[BURST_COUNT];

bool dpdk_lane_set_up(struct lane *lane, const struct bench_case *what, unsigned int thread)
{
	return false;
}

/* Whose case it is, and its two forms. */
struct steps {
	enum burst_number number;
	onepath_handler *handler;
	onepath_burst_handler *burst;
};

#define STEPS_FORMS(name, outputs, handler) { BURST_##name, handler, name##_burst },

static const struct steps all[] = { STEPS(STEPS_FORMS) };

/* The state of an NF's first case, as the bench has it. NULL: it has none. */
static struct lane *lane_of(enum burst_number number)
{
	for (size_t i = 0; i < bench_case_count; i++)
		if (bench_cases[i].burst == number)
			return lane_new(ONEPATH, &bench_cases[i], 0);
	return NULL;
}

/* A frame of one of a few flows, in most cases spoilt somewhere. Returns its length. */
static uint16_t make_frame(const struct flows *flows, uint8_t *frame, uint64_t *seed)
{
	const struct flows some = { 64, flows->to };
	uint16_t length = (uint16_t)(60 + (guarded_random(seed) >> 32) % (BYTES_MAX - 60));

	flows_write(&some, frame, length, guarded_random(seed) >> 32);
	while (guarded_random(seed) >> 63)
		frame[(guarded_random(seed) >> 32) % 60] = (uint8_t)(guarded_random(seed) >> 32);
	if (guarded_random(seed) >> 62 == 0)
		put16(frame + 12, TYPE_IPV6);
	if (guarded_random(seed) >> 62 == 0)
		length = (uint16_t)(14 + (guarded_random(seed) >> 32) % (length - 14u));
	return length;
}

/* One frame at the end of its memory. Returns what a handler would have returned. */
static uint32_t burst_of_one(const struct steps *steps, struct lane *lane, uint8_t *frame,
			     uint16_t length)
{
	struct onepath_descriptor descriptor = { .length = htole16(length) };
	struct onepath_burst burst = { frame, &descriptor, BYTES_MAX, 1, { 0 } };

	steps->burst(&burst, lane->state);
	return le16toh(descriptor.length) | (uint32_t)burst.except[0] << 16;
}

static void compare_one(const struct steps *steps, struct lane *lanes[2], uint64_t *seed)
{
	uint8_t frame[2048] = { 0 }, roomy[2048] = { 0 }, *guarded;
	uint16_t length = make_frame(&lanes[0]->nic.flows, frame, seed);
	uint32_t out, other;

	/* What is written behind the frame, as answers are, is in the buffer: memory beside the guarded. */
	guarded = guarded_copy(frame, length);
	out = steps->handler(frame, length, lanes[0]->state);
	if ((out & 0xffff) > length)
		guarded = memcpy(roomy, guarded, length);
	other = burst_of_one(steps, lanes[1], guarded, length);
	assert_int_equal(other & 0xffff, out & 0xffff);
	if (!(out & 0xffff))
		return;
	assert_int_equal(other >> 16, out >> 16);
	assert_memory_equal(guarded, frame, out & 0xffff);
}

/* The state of both lanes goes the same way, so what comes later is compared as well. */
static void burst_is_handler(void **unused)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct lane *lanes[2] = { lane_of(all[i].number), lane_of(all[i].number) };
		uint64_t seed = 1 + i;

		if (!lanes[0])
			continue;
		for (unsigned int n = 0; n < FRAMES; n++)
			compare_one(&all[i], lanes, &seed);
		lane_free(lanes[0]);
		lane_free(lanes[1]);
	}
}

/* Frames of a burst change the state one after the other. */
static void bursts_of_many(void **unused)
{
	static uint8_t frames[2][ONEPATH_BURST][2048];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct lane *lanes[2] = { lane_of(all[i].number), lane_of(all[i].number) };
		uint64_t seed = 1 + i;

		for (unsigned int turn = 0; lanes[0] && turn < FRAMES / ONEPATH_BURST; turn++) {
			struct onepath_descriptor descriptors[ONEPATH_BURST] = { 0 };
			struct onepath_burst burst = {
				frames[1][0], descriptors, 2048, ONEPATH_BURST, { 0 }
			};
			uint32_t out[ONEPATH_BURST];

			for (unsigned int n = 0; n < ONEPATH_BURST; n++) {
				uint16_t length =
					make_frame(&lanes[0]->nic.flows, frames[0][n], &seed);

				memcpy(frames[1][n], frames[0][n], 2048);
				descriptors[n].length = htole16(length);
				out[n] = all[i].handler(frames[0][n], length, lanes[0]->state);
			}
			all[i].burst(&burst, lanes[1]->state);
			for (unsigned int n = 0; n < ONEPATH_BURST; n++) {
				uint16_t length = le16toh(descriptors[n].length);

				assert_int_equal(length, out[n] & 0xffff);
				assert_true(!length || burst.except[n] == out[n] >> 16);
				assert_memory_equal(frames[1][n], frames[0][n], length);
			}
		}
		lane_free(lanes[0]);
		lane_free(lanes[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_is_handler),
		cmocka_unit_test(bursts_of_many),
	};

	return cmocka_run_group_tests_name("logic in steps", tests, NULL, NULL);
}
