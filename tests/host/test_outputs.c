/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Outputs out of service (outputs.h) over the device and kernel of run_device.c: the
 * others go on, what is lost is counted exactly and nothing else is, the output comes
 * back where its queue stands, and whatever the kernel does between any two reads of
 * the loop, no buffer is given back that a queue may read, and no frame has another's
 * bytes. ONEPATH_TEST_SEED and ONEPATH_TEST_FRAMES as in test_run.c.
 */
#include <setjmp.h>
#include <stdarg.h>

#include "run_device.h"
#include "run_forms.h"

#include <cmocka.h>

#define PATIENCE     100000 /* turns without progress until the loop counts as stuck */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t random_frames = 1000000;
static enum run_form form;

static unsigned int run(struct run_device *d, unsigned int max)
{
	uint64_t handled = d->handled;
	unsigned int count = run_form(&d->path, form, run_handler, d, max);

	assert_int_equal(count, d->handled - handled);
	assert_true(count <= max);
	return count;
}

/* Brings @frames and lets them through, until nothing moves any more. */
static void pass(struct run_device *d, uint64_t frames)
{
	d->waiting += frames;
	for (unsigned int turn = 0; d->waiting || d->handled < d->received; turn++) {
		assert_in_range(turn, 0, PATIENCE);
		run_device_settle(d);
		run(d, ONEPATH_BURST);
	}
	for (unsigned int turn = 0; turn < 3; turn++) {
		run_device_settle(d);
		assert_int_equal(run(d, ONEPATH_BURST), 0);
	}
}

static uint64_t lost(const struct run_device *d, unsigned int k)
{
	return d->path.output[k].head->lost;
}

/* Each frame was sent, or counted: by the NF, or by the kernel, if it was in the queue. */
static void check_counts(const struct run_device *d)
{
	for (unsigned int k = 0; k < d->outputs; k++)
		if (d->left[k] + d->cut[k] + lost(d, k) != d->meant[k])
			fail_msg("output %u: %ju frames, but %ju sent, %ju cut off, %ju lost", k,
				 (uintmax_t)d->meant[k], (uintmax_t)d->left[k],
				 (uintmax_t)d->cut[k], (uintmax_t)lost(d, k));
}

/* Nothing arrives and all was sent: only what came since the last RS may be kept. */
static void check_all_given_back(const struct run_device *d)
{
	assert_true(d->given >= d->mask - (d->period - 1));
	assert_int_equal(d->received, d->handled);
}

static void test_others_go_on(void **state)
{
	(void)state;
	for (unsigned int away = 0; away < 3; away++) {
		struct run_device *d = run_device_new(64, 3, 7, run_forward_all);

		pass(d, 10);
		run_device_serve(d, away, SERVICE_OUT);
		pass(d, 1000);
		for (unsigned int k = 0; k < 3; k++) {
			assert_int_equal(d->left[k], k == away ? 10 : 1010);
			assert_int_equal(lost(d, k), k == away ? 1000 : 0);
		}
		check_all_given_back(d);

		run_device_serve(d, away, SERVICE_IN);
		pass(d, 5); /* the loop stood where the queue was started */
		assert_int_equal(d->left[away], 15);
		assert_int_equal(d->path.away, 0);
		check_counts(d);
		run_device_free(d);
	}
}

/* The queue held frames when it was stopped: they are the kernel's to count, and no longer held. */
static void test_queue_is_cut_off(void **state)
{
	struct run_device *d = run_device_new(64, 2, 0, run_forward_all);

	(void)state;
	d->stalled = 2;
	d->waiting = 63;
	run_device_settle(d);
	while (run(d, ONEPATH_BURST))
		;
	run_device_settle(d);
	run(d, ONEPATH_BURST);
	assert_int_equal(d->given, 0);
	run_device_serve(d, 1, SERVICE_OUT);
	pass(d, 100);
	assert_int_equal(d->cut[1], 63);
	assert_int_equal(lost(d, 1), 100);
	check_all_given_back(d);
	check_counts(d);
	run_device_free(d);
}

/* Frames whose doorbell led nowhere before the loop looked were lost, too. */
static void test_rung_in_vain(void **state)
{
	struct run_device *d = run_device_new(256, 2, 100, run_forward_all);

	(void)state;
	pass(d, 3);
	run_device_serve(d, 1, SERVICE_OUT);
	d->waiting = 20;
	run_device_settle(d);
	assert_int_equal(run(d, ONEPATH_BURST), 20);
	assert_int_equal(lost(d, 1), 0);
	assert_int_equal(run(d, ONEPATH_BURST), 0);
	assert_int_equal(lost(d, 1), 20);
	assert_int_equal(d->path.output[1].head->seen, 1);
	run_device_free(d);
}

/* The NF sleeps perhaps: an output that it did not see go does not come back under its hands. */
static void test_comes_back_after_it_was_seen(void **state)
{
	struct run_device *d = run_device_new(64, 2, 50, run_forward_all);

	(void)state;
	pass(d, 30);
	run_device_serve(d, 0, SERVICE_IN + 1);
	run_device_serve(d, 0, SERVICE_IN);
	assert_int_equal(d->service[0], SERVICE_OUT);
	pass(d, 10);
	run_device_serve(d, 0, SERVICE_IN);
	assert_int_equal(d->service[0], SERVICE_IN);
	pass(d, 10);
	assert_int_equal(d->left[0], 40);
	assert_int_equal(lost(d, 0), 10);
	check_counts(d);
	check_all_given_back(d);
	run_device_free(d);
}

/* Frames wait already when the queue is started behind them: the loop comes to stand just there. */
static void test_back_under_load(void **state)
{
	(void)state;
	for (unsigned int max = 1; max <= 64; max++) {
		struct run_device *d = run_device_new(256, 2, 200, run_forward_all);

		pass(d, 10);
		run_device_serve(d, 1, SERVICE_OUT);
		run(d, max);
		d->waiting = 100;
		run_device_settle(d);
		run_device_serve(d, 1, SERVICE_IN);
		d->waiting = 100;
		run_device_settle(d);
		for (unsigned int turn = 0; d->handled < 210; turn++) {
			assert_in_range(turn, 0, PATIENCE);
			run(d, max);
			if (d->handled < 110)
				assert_int_equal(lost(d, 1), d->handled - 10);
		}
		pass(d, 1);
		assert_int_equal(lost(d, 1), 100);
		assert_int_equal(d->left[1], 111);
		check_counts(d);
		run_device_free(d);
	}
}

static void test_all_away(void **state)
{
	struct run_device *d = run_device_new(64, 2, 0, run_forward_all);

	(void)state;
	run_device_serve(d, 0, SERVICE_OUT);
	run_device_serve(d, 1, SERVICE_OUT);
	d->waiting = 1000;
	for (unsigned int turn = 0; d->handled < 1000; turn++) {
		assert_in_range(turn, 0, PATIENCE);
		run_device_settle(d);
		run(d, 1 + turn % 64);
	}
	pass(d, 0);
	assert_int_equal(lost(d, 0), 1000);
	assert_int_equal(lost(d, 1), 1000);
	check_all_given_back(d);
	run_device_serve(d, 0, SERVICE_IN);
	pass(d, 10);
	assert_int_equal(d->left[0], 10);
	assert_int_equal(lost(d, 1), 1010);
	check_counts(d);
	run_device_free(d);
}

/* A link that is down when the path is started. */
static void test_begins_away(void **state)
{
	struct run_device *d = run_device_new(64, 2, 0, run_forward_all);

	(void)state;
	run_device_serve(d, 1, SERVICE_OUT);
	onepath_rewind(&d->path);
	assert_int_equal(d->path.away, 2);
	pass(d, 100);
	assert_int_equal(d->left[0], 100);
	assert_int_equal(lost(d, 1), 100);
	run_device_serve(d, 1, SERVICE_IN);
	pass(d, 1);
	assert_int_equal(d->left[1], 1);
	check_counts(d);
	run_device_free(d);
}

/* What the NF drops is lost by no output. */
static void test_dropped_are_not_lost(void **state)
{
	(void)state;
	for (unsigned int v = 0; v < RUN_VERDICTS; v++) {
		struct run_device *d = run_device_new(64, 4, 1, run_verdicts[v]);

		pass(d, 33);
		for (unsigned int k = 0; k < 4; k++)
			run_device_serve(d, k, SERVICE_OUT);
		pass(d, 500);
		check_counts(d);
		run_device_free(d);
	}
}

/* The kernel leaves the outputs alone: all are back within a lap, and nothing is missing. */
static void check_recovers(struct run_device *d)
{
	uint64_t until = d->received + 2 * d->size;
	bool out;

	d->moves = false;
	d->kernel_moves = false;
	d->stalled = 0;
	do {
		out = false;
		for (unsigned int k = 0; k < d->outputs; k++) {
			run_device_serve(d, k, SERVICE_IN);
			out |= d->service[k] != SERVICE_IN;
		}
		pass(d, 1);
	} while ((out || d->path.away) && d->handled < until);
	assert_int_equal(d->path.away, 0);
	check_counts(d);
	check_all_given_back(d);
	for (unsigned int k = 0; k < d->outputs; k++) {
		uint64_t left = d->left[k], was_lost = lost(d, k), meant = d->meant[k];

		pass(d, 20);
		assert_int_equal(lost(d, k), was_lost);
		assert_int_equal(d->left[k] - left, d->meant[k] - meant);
	}
}

static void run_random_outages(struct run_device *d, uint64_t frames)
{
	uint64_t progress = 0, until = d->handled + frames;
	unsigned int still = 0;

	d->moves = true;
	d->kernel_moves = true;
	while (d->handled < until) {
		uint64_t now = d->received + d->handled;

		if (!run_random(200))
			d->stalled = run_random(3) ? 0 : (uint16_t)run_random(1 << 16);
		if (!run_random(3))
			d->waiting += run_random(run_random(4) ? 16 : d->size);
		run(d, 1 + run_random(64));
		run_device_moves();
		still = now == progress ? still + 1 : 0;
		progress = now;
		if (still > PATIENCE)
			fail_msg("stuck: %ju received, %ju handled, RDH %u, RDT %u, away %#x",
				 (uintmax_t)d->received, (uintmax_t)d->handled, d->rdh, d->rdt,
				 d->path.away);
	}
	d->waiting = 0;
}

/* Nothing moves any more; what was away still is, and the loop knows it. */
static void check_away(struct run_device *d)
{
	d->moves = false;
	d->kernel_moves = false;
	d->stalled = 0;
	for (unsigned int k = 0; k < d->outputs; k++)
		if (d->service[k] == SERVICE_SILENT || d->service[k] == SERVICE_STOPPED)
			run_device_serve(d, k, SERVICE_OUT);
	pass(d, 1);
	check_counts(d);
	check_all_given_back(d);
}

/* A path's lives, of any form and verdict: each begins with the outputs that are away when the one before ends. */
static void run_lives(struct run_device *d, uint64_t frames)
{
	while (d->handled < frames) {
		form = run_random(RUN_FORMS);
		d->verdict = run_verdicts[run_random(RUN_VERDICTS)];
		run_random_outages(d, 1 + run_random(20 * d->size));
		if (run_random(2))
			check_recovers(d);
		else
			check_away(d);
		if (run_random(2))
			run_device_start(d, run_random(d->size), d->received);
	}
}

/* ONEPATH_TEST_FRAMES are for all configurations together. */
static void test_random_outages(void **state)
{
	static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 2048, 4096 };
	static const unsigned int outputs[] = { 1, 2, 4, 16 };
	unsigned int cases = COUNT(sizes) * COUNT(outputs);

	(void)state;
	for (unsigned int n = 0; n < cases; n++) {
		uint32_t size = sizes[n % COUNT(sizes)];
		unsigned int count = outputs[n / COUNT(sizes)];
		struct run_device *d = run_device_new(size, count, 0, run_forward_all);

		run_lives(d, random_frames / cases + 1);
		if (random_frames / cases >= 1000000)
			run_say("ring of %u, outputs %u: %ju frames, %ju outages", size, count,
				(uintmax_t)d->handled, (uintmax_t)d->outages);
		run_device_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_others_go_on),
		cmocka_unit_test(test_queue_is_cut_off),
		cmocka_unit_test(test_rung_in_vain),
		cmocka_unit_test(test_comes_back_after_it_was_seen),
		cmocka_unit_test(test_back_under_load),
		cmocka_unit_test(test_all_away),
		cmocka_unit_test(test_begins_away),
		cmocka_unit_test(test_dropped_are_not_lost),
		cmocka_unit_test(test_random_outages),
	};

	random_frames = run_begin(random_frames);
	return cmocka_run_group_tests_name("outputs out of service", tests, NULL, NULL);
}
