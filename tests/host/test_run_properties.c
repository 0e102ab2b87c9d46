/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop against the paper's algorithm (tests/bench/reference.h): each over a device
 * of its own, both with the same random schedule of arrivals, lags, verdicts, stalls and
 * restarts. What each output sent must be the same, frame by frame, and either device
 * judges each step by itself, so that a mistake of both is noticed, too. What the loop
 * promises is all that is asked of it, not how it does it.
 *
 * ONEPATH_TEST_SEED repeats a run, ONEPATH_TEST_FRAMES sets the frames of each
 * configuration (`make test-run-long`: ten million).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "run_device.h"
#include "run_forms.h"

#include "../bench/reference.h"

#include <cmocka.h>

#define PATIENCE     100000 /* turns without progress until a loop counts as stuck */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 2048, 4096 };
static const unsigned int output_counts[] = { 1, 2, 4, 16 };
static uint64_t frames_each = 20000;

/* One configuration: the loop, the reference, and what each has done. */
struct race {
	struct run_device *loop, *paper;
	struct reference reference;
	enum run_form form;
	uint64_t handled, restarts;
};

/* The outputs know of all frames but the last few; of all, if nothing was there to do. */
static void check_doorbells(const struct run_device *d, unsigned int count)
{
	uint32_t next = (uint32_t)(d->start + d->handled) & d->mask;

	for (unsigned int k = 0; k < d->outputs; k++) {
		uint32_t unrung = (next - d->tdt[k]) & d->mask;

		if (unrung > (count ? ONEPATH_BURST : 0))
			fail_msg("output %u was not told of %u frames", k, unrung);
	}
}

static void run_loop(struct race *race, unsigned int max)
{
	struct run_device *d = race->loop;
	uint64_t handled = d->handled;
	unsigned int count;

	run_device_use(d);
	count = run_form(&d->path, race->form, run_handler, d, max);
	assert_int_equal(count, d->handled - handled);
	assert_true(count <= max);
	race->handled += count;
	check_doorbells(d, count);
	run_device_moves();
}

static void run_paper(struct race *race, unsigned int max)
{
	run_device_use(race->paper);
	reference_run(&race->reference, race->paper->outputs, run_handler, race->paper, max);
	run_device_moves();
}

typedef void runner(struct race *race, unsigned int max);

/* Nothing arrives any more: what is there leaves, and all comes back but what no head tells of. */
static void drain(struct race *race, struct run_device *d, runner *run)
{
	uint64_t arrived = d->received + d->waiting, progress = 0;
	unsigned int still = 0;

	d->stalled = 0;
	while (run_device_done(d) < arrived) {
		uint64_t now = d->received + d->handled + run_device_done(d);

		run(race, 1 + run_random(64));
		still = now == progress ? still + 1 : 0;
		progress = now;
		if (still > PATIENCE)
			fail_msg("stuck: %ju received, %ju handled, %ju sent, RDH %u, RDT %u",
				 (uintmax_t)d->received, (uintmax_t)d->handled,
				 (uintmax_t)run_device_done(d), d->rdh, d->rdt);
	}
	for (unsigned int turn = 0; turn < 3; turn++) {
		run_device_settle(d);
		run(race, ONEPATH_BURST);
	}
	assert_int_equal(d->handled, arrived);
	assert_true(d->given >= d->mask - (d->period - 1));
}

static void check_same(const struct race *race)
{
	const struct run_device *loop = race->loop, *paper = race->paper;

	for (unsigned int k = 0; k < loop->outputs; k++) {
		assert_int_equal(loop->sent[k], paper->sent[k]);
		assert_int_equal(loop->left[k], paper->left[k]);
		assert_int_equal(loop->left[k], loop->meant[k]);
		if (loop->digest[k] != paper->digest[k])
			fail_msg("output %u: not the reference's frames, up to frame %ju", k,
				 (uintmax_t)loop->sent[k]);
	}
}

static void restart(struct race *race)
{
	uint64_t arrived = race->loop->received + race->loop->waiting;
	uint32_t start = run_random(race->loop->size);

	run_device_start(race->loop, start, arrived);
	run_device_start(race->paper, start, arrived);
	race->reference = (struct reference){ .path = &race->paper->path };
	race->restarts++;
}

/* A stretch of the schedule: @frames of one kind, at ever changing pace. */
static void run_stretch(struct race *race, uint64_t frames)
{
	run_verdict *verdict = run_verdicts[run_random(RUN_VERDICTS)];
	uint32_t most = 1 + run_random(run_random(4) ? 16 : 2 * race->loop->size);
	struct run_device *both[] = { race->loop, race->paper };

	for (unsigned int n = 0; n < 2; n++) {
		both[n]->verdict = verdict;
		both[n]->head_odds = 1 + (most & 7);
	}
	while (frames) {
		uint64_t arrive = run_random(3) ? run_random(most + 1) : 0;
		bool change = !run_random(100);
		uint16_t stalled = run_random(3) ? 0 : (uint16_t)run_random(1 << 16);
		unsigned int max = run_random(4) ? ONEPATH_BURST : 1 + run_random(64);

		arrive = arrive < frames ? arrive : frames;
		frames -= arrive;
		for (unsigned int n = 0; n < 2; n++) {
			both[n]->waiting += arrive;
			if (change)
				both[n]->stalled = stalled;
		}
		run_loop(race, max);
		run_paper(race, max);
	}
}

static void run_race(struct race *race, uint64_t frames)
{
	race->loop->moves = true;
	race->paper->moves = true;
	while (race->handled < frames) {
		run_stretch(race, 1 + run_random(6 * race->loop->size));
		if (!run_random(4)) {
			restart(race); /* in the midst of it */
			continue;
		}
		drain(race, race->loop, run_loop);
		drain(race, race->paper, run_paper);
		check_same(race);
		if (!run_random(4))
			restart(race);
	}
}

static void check_configuration(uint32_t size, unsigned int outputs, enum run_form form)
{
	struct race race = { .form = form };
	time_t begin = time(NULL);

	race.loop = run_device_new(size, outputs, 0, run_forward_all);
	race.paper = run_device_new(size, outputs, 0, run_forward_all);
	race.reference.path = &race.paper->path;
	run_race(&race, frames_each);
	if (frames_each >= 1000000) {
		run_say("ring of %u, outputs %u (%s): %ju frames, %ju restarts, %ju s", size,
			outputs, run_form_names[form], (uintmax_t)race.handled,
			(uintmax_t)race.restarts, (uintmax_t)(time(NULL) - begin));
	}
	run_device_free(race.loop);
	run_device_free(race.paper);
}

static void check_form(enum run_form form)
{
	for (size_t o = 0; o < COUNT(output_counts); o++)
		for (size_t s = 0; s < COUNT(sizes); s++)
			check_configuration(sizes[s], output_counts[o], form);
}

static void test_constant_outputs(void **state)
{
	(void)state;
	check_form(RUN_CONSTANT);
}

static void test_variable_outputs(void **state)
{
	(void)state;
	check_form(RUN_VARIABLE);
}

static void test_bursts(void **state)
{
	(void)state;
	check_form(RUN_BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant_outputs),
		cmocka_unit_test(test_variable_outputs),
		cmocka_unit_test(test_bursts),
	};

	frames_each = run_begin(frames_each);
	return cmocka_run_group_tests_name("hot loop and reference", tests, NULL, NULL);
}
