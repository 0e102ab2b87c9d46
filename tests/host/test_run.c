/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop of run.h over the device of run_device.c: every frame leaves every
 * output once, in order and unchanged, or is a null descriptor there; each buffer
 * has one owner; and whatever stands still goes on by itself.
 *
 * ONEPATH_TEST_SEED repeats a run, ONEPATH_TEST_FRAMES sets how long the random
 * one is; below 100000 the large rings are left out (for test_run_mutants.sh).
 */
#include <setjmp.h>
#include <stdarg.h>

#include "run_device.h"
#include "run_forms.h"

#include <cmocka.h>

#define PATIENCE 100000 /* turns without progress until the loop counts as stuck */

static const uint32_t sizes[] = { 64, 128, 256, 1024, 4096 };
static size_t size_count = sizeof(sizes) / sizeof(sizes[0]);
static uint64_t random_frames = 1000000;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int run_once(struct run_device *d, enum run_form form, unsigned int max)
{
	uint64_t rdt_writes = d->rdt_writes, tdt_writes = d->tdt_writes, handled = d->handled;
	unsigned int count = run_form(&d->path, form, run_handler, d, max);

	assert_int_equal(count, d->handled - handled);
	assert_true(count <= max);
	assert_int_equal(d->tdt_writes - tdt_writes, count ? d->outputs : 0);
	assert_true(d->rdt_writes - rdt_writes <= 1);
	return count;
}

/* Nothing arrives and all was sent: only what came since the last RS may be kept. */
static void check_all_given_back(struct run_device *d)
{
	uint32_t kept = d->path.next & (d->period - 1);

	for (unsigned int turn = 0; turn < 3; turn++) {
		run_device_settle(d);
		assert_int_equal(run_once(d, RUN_VARIABLE, ONEPATH_BURST), 0);
	}
	if (kept > d->handled)
		kept = (uint32_t)d->handled;
	assert_true(d->given >= d->mask - kept);
	assert_int_equal(d->received, d->handled);
	assert_int_equal(run_device_done(d), d->handled);
}

/* Random arrivals, outputs of changing pace, random batches, until @frames are through. */
static void run_random_schedule(struct run_device *d, enum run_form form, uint64_t frames,
				unsigned int max)
{
	uint64_t progress = 0;
	unsigned int still = 0;

	d->moves = true;
	while (run_device_done(d) < frames) {
		uint64_t now = d->received + d->handled + run_device_done(d);

		if (!run_random(200))
			d->stalled = run_random(3) ? 0 : (uint16_t)run_random(1 << 16);
		if (d->received + d->waiting < frames && !run_random(3))
			d->waiting += run_random(run_random(4) ? 16 : 2 * d->size);
		if (d->received + d->waiting > frames)
			d->waiting = frames - d->received;
		run_once(d, form, max ? max : 1 + run_random(64));
		run_device_moves();
		still = now == progress ? still + 1 : 0;
		progress = now;
		if (still > PATIENCE)
			fail_msg("stuck: %ju received, %ju handled, %ju sent, RDH %u, RDT %u",
				 (uintmax_t)d->received, (uintmax_t)d->handled,
				 (uintmax_t)run_device_done(d), d->rdh, d->rdt);
	}
	d->moves = false;
	d->stalled = 0;
	check_all_given_back(d);
	assert_int_equal(d->handled, frames);
}

static void test_empty_poll_touches_nothing(void **state)
{
	struct run_device *d = run_device_new(64, 4, 0, run_forward_all);

	(void)state;
	for (unsigned int turn = 0; turn < 10; turn++)
		assert_int_equal(run_once(d, RUN_VARIABLE, ONEPATH_BURST), 0);
	assert_int_equal(d->rdt_writes + d->tdt_writes, 0);
	run_device_free(d);
}

/* One frame at low load leaves at once: no doorbell waits for more. */
static void test_single_frame_leaves_at_once(void **state)
{
	struct run_device *d = run_device_new(256, 3, 0, run_forward_all);

	(void)state;
	for (uint64_t n = 1; n <= 1000; n++) {
		d->waiting = 1;
		run_device_settle(d);
		assert_int_equal(run_once(d, RUN_VARIABLE, ONEPATH_BURST), 1);
		run_device_settle(d);
		assert_int_equal(run_device_done(d), n);
	}
	check_all_given_back(d);
	run_device_free(d);
}

/* Every descriptor as the first one, so that every wrap meets every alignment. */
static void test_every_alignment(void **state)
{
	(void)state;
	for (size_t s = 0; s < size_count; s++) {
		uint32_t size = sizes[s], near = size <= 256 ? size : 70;

		for (uint32_t start = 0; start < size; start += start < size - near ? 61 : 1) {
			struct run_device *d = run_device_new(size, 1 + start % 4, start,
							      run_verdicts[start % RUN_VERDICTS]);
			uint64_t frames = size + d->period + 1;

			for (unsigned int turn = 0; d->handled < frames; turn++) {
				assert_in_range(turn, 0, PATIENCE);
				d->waiting = frames - d->received;
				run_device_settle(d);
				run_once(d, start % RUN_FORMS, 1 + start % 64);
			}
			check_all_given_back(d);
			run_device_free(d);
		}
	}
}

static void test_every_batch(void **state)
{
	(void)state;
	for (unsigned int max = 1; max <= 64; max++) {
		struct run_device *d = run_device_new(max & 1 ? 64 : 256, 2, 0, run_forward_all);

		run_random_schedule(d, max % RUN_FORMS, random_frames / 640, max);
		run_device_free(d);
	}
}

/* The design's case: N 256, 128 handled, heads 128 and 64. RDT may become 63, not 127. */
static void test_lagging_output_holds_its_buffers(void **state)
{
	(void)state;
	for (unsigned int late = 0; late < 2; late++) {
		struct run_device *d = run_device_new(256, 2, 0, run_forward_all);

		d->waiting = 128;
		run_device_settle(d);
		d->stalled = 3;
		while (run_once(d, RUN_CONSTANT, ONEPATH_BURST))
			;
		for (unsigned int n = 0; n < 128; n++) {
			d->stalled = (uint16_t)(n < 64 ? 0 : 1u << late);
			for (unsigned int k = 0; k < 2; k++)
				if (run_device_transmit(d, k))
					run_device_write_head(d, k);
		}
		assert_int_equal(d->path.output[late].head->head, htole32(64));
		assert_int_equal(d->path.output[!late].head->head, htole32(128));
		run_once(d, RUN_CONSTANT, ONEPATH_BURST);
		assert_int_equal(d->rdt, 63);

		d->stalled = 0;
		run_device_settle(d);
		run_once(d, RUN_CONSTANT, ONEPATH_BURST);
		assert_int_equal(d->rdt, 127);
		run_device_free(d);
	}
}

/* Output @stalled holds all buffers; the others send theirs; then nothing arrives any more. */
static void check_back_pressure(uint32_t size, unsigned int outputs, uint16_t stalled)
{
	struct run_device *d = run_device_new(size, outputs, 5, run_forward_all);

	d->stalled = stalled;
	d->waiting = 3 * size;
	do
		run_device_settle(d);
	while (run_once(d, RUN_VARIABLE, ONEPATH_BURST));
	assert_int_equal(d->given, 0);
	assert_int_equal(d->handled, size - 1);
	for (unsigned int k = 0; k < outputs; k++)
		assert_int_equal(d->sent[k], stalled >> k & 1 ? 0 : size - 1);
	for (unsigned int turn = 0; turn < 100; turn++)
		assert_int_equal(run_once(d, RUN_VARIABLE, ONEPATH_BURST), 0);
	assert_int_equal(d->rdt_writes, 0);

	d->waiting = 0;
	d->stalled = 0;
	check_all_given_back(d);
	d->waiting = 3 * size;
	do
		run_device_settle(d);
	while (run_once(d, RUN_VARIABLE, ONEPATH_BURST));
	check_all_given_back(d);
	assert_int_equal(d->handled, 4 * size - 1);
	run_device_free(d);
}

static void test_back_pressure(void **state)
{
	(void)state;
	for (size_t s = 0; s < size_count; s++) {
		for (unsigned int outputs = 1; outputs <= 4; outputs++)
			for (uint16_t stalled = 1; stalled < 1 << outputs; stalled++)
				check_back_pressure(sizes[s], outputs, stalled);
		check_back_pressure(sizes[s], 16, 0x8000);
	}
}

/* Every ring size, number of outputs, verdict, and every form of the loop. */
static void test_random_schedules(void **state)
{
	static const unsigned int outputs[] = { 1, 2, 3, 4, 16 };
	uint64_t cases = size_count * COUNT(outputs) * RUN_VERDICTS * RUN_FORMS;

	(void)state;
	for (size_t n = 0; n < cases; n++) {
		size_t o = n / RUN_FORMS % COUNT(outputs),
		       s = n / RUN_FORMS / COUNT(outputs) % size_count;
		size_t v = n / RUN_FORMS / COUNT(outputs) / size_count;
		struct run_device *d =
			run_device_new(sizes[s], outputs[o], run_random(sizes[s]), run_verdicts[v]);

		run_random_schedule(d, n % RUN_FORMS, random_frames / cases + 1, 0);
		run_device_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_poll_touches_nothing),
		cmocka_unit_test(test_single_frame_leaves_at_once),
		cmocka_unit_test(test_lagging_output_holds_its_buffers),
		cmocka_unit_test(test_back_pressure),
		cmocka_unit_test(test_every_alignment),
		cmocka_unit_test(test_every_batch),
		cmocka_unit_test(test_random_schedules),
	};

	random_frames = run_begin(random_frames);
	if (random_frames < 100000)
		size_count = 3;
	return cmocka_run_group_tests_name("hot loop", tests, NULL, NULL);
}
