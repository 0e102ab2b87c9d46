/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop while the device and the kernel run on other threads. `make test` builds it
 * with ThreadSanitizer (O=tsan), to which each missing barrier is a race, also where this
 * machine's processor would forgive it: order.h has no other judge.
 *
 * ONEPATH_TEST_SEED repeats the schedules, as far as threads can be repeated,
 * ONEPATH_TEST_FRAMES sets the frames of each configuration.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "run_forms.h"
#include "run_threads.h"

#include <cmocka.h>

#define PATIENCE     100000000 /* turns without progress until the loop counts as stuck */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t sizes[] = { 64, 256, 1024, 4096 };
static const unsigned int output_counts[] = { 1, 2, 4 };
static uint64_t frames_each = 10000;

/* The NF: what it was given, and what its verdicts meant for each output. */
struct nf {
	struct threads_device *device;
	enum run_form form;
	uint64_t handled;
	uint64_t meant[ONEPATH_PATH_OUTPUTS];
};

static uint32_t handle(uint8_t *frame, uint16_t length, void *state)
{
	struct nf *nf = state;
	uint64_t number = nf->handled++;
	const char *fault = run_frame_fault(frame, number, run_frame_length(number), false);
	uint32_t verdict = nf->device->verdict(number, length);

	if (length != run_frame_length(number))
		threads_fail("frame %ju: received length %u", (uintmax_t)number, length);
	if (fault)
		threads_fail("frame %ju, as received: %s", (uintmax_t)number, fault);
	run_frame_mark(frame, number);
	for (unsigned int k = 0; k < nf->device->path.outputs; k++)
		nf->meant[k] += (verdict & 0xffff) && !(verdict >> (16 + k) & 1);
	return verdict;
}

static unsigned int run_once(struct nf *nf, unsigned int max)
{
	return run_form(&nf->device->path, nf->form, handle, nf, max);
}

static bool is_done(const struct nf *nf)
{
	if (nf->handled < nf->device->frames)
		return false;
	for (unsigned int k = 0; k < nf->device->path.outputs; k++)
		if (!threads_output_done(&nf->device->output[k]))
			return false;
	return true;
}

/* The paths of @count NFs, in turn. */
static void run_all(struct nf *nfs, unsigned int count)
{
	unsigned int done = 0, still = 0;

	for (unsigned int n = 0; done < count; n = (n + 1) % count) {
		done = is_done(&nfs[n]) ? done + 1 : 0;
		if (run_once(&nfs[n], run_random(4) ? ONEPATH_BURST : 1 + run_random(64))) {
			still = 0;
			continue;
		}
		sched_yield();
		if (++still > PATIENCE)
			threads_fail("stuck: %ju of %ju frames handled", (uintmax_t)nfs[n].handled,
				     (uintmax_t)nfs[n].device->frames);
	}
}

/* Each frame was sent, or counted: by the NF, or by the kernel, if it was in the queue. */
static void check_counts(const struct nf *nf)
{
	for (unsigned int k = 0; k < nf->device->path.outputs; k++) {
		const struct threads_output *output = &nf->device->output[k];
		uint64_t lost = nf->device->path.output[k].head->lost;

		if (output->left + output->cut + lost != nf->meant[k])
			fail_msg("output %u: %ju frames, but %ju sent, %ju cut off, %ju lost", k,
				 (uintmax_t)nf->meant[k], (uintmax_t)output->left,
				 (uintmax_t)output->cut, (uintmax_t)lost);
		if (!nf->device->outages)
			assert_int_equal(output->left, nf->meant[k]);
	}
}

static struct nf start(uint32_t size, unsigned int outputs, enum run_form form, bool outages)
{
	return (struct nf){
		.device =
			threads_device_start(size, outputs, frames_each, run_do_anything, outages),
		.form = form,
	};
}

/* Returns how many outages there were. */
static uint64_t finish(struct nf *nf)
{
	uint64_t count = 0;

	threads_device_stop(nf->device);
	run_once(nf, ONEPATH_BURST); /* what an outage at the very end has lost */
	assert_int_equal(nf->handled, frames_each);
	check_counts(nf);
	for (unsigned int k = 0; k < nf->device->path.outputs; k++)
		count += nf->device->output[k].outages;
	threads_device_free(nf->device);
	return count;
}

static void check_configuration(uint32_t size, unsigned int outputs, enum run_form form,
				bool outages)
{
	time_t begin = time(NULL);
	struct nf nf = start(size, outputs, form, outages);
	uint64_t count;

	run_all(&nf, 1);
	count = finish(&nf);
	if (frames_each >= 1000000)
		run_say("ring of %u, outputs %u (%s): %ju frames, %ju outages, %ju s", size,
			outputs, run_form_names[form], (uintmax_t)frames_each, (uintmax_t)count,
			(uintmax_t)(time(NULL) - begin));
}

static void check_all(bool outages)
{
	for (size_t o = 0; o < COUNT(output_counts); o++)
		for (size_t s = 0; s < COUNT(sizes); s++)
			check_configuration(sizes[s], output_counts[o], (o + s) % RUN_FORMS,
					    outages);
}

static void test_device_on_other_threads(void **state)
{
	(void)state;
	check_all(false);
}

static void test_kernel_on_other_threads(void **state)
{
	(void)state;
	check_all(true);
}

static void test_many_outputs(void **state)
{
	(void)state;
	check_configuration(256, 16, RUN_VARIABLE, false);
	check_configuration(256, 16, RUN_VARIABLE, true);
}

/* As an NF between two ports does it: both directions in one thread. */
static void test_two_paths_in_one_thread(void **state)
{
	struct nf nfs[] = { start(64, 1, RUN_CONSTANT, true), start(256, 2, RUN_CONSTANT, true) };

	(void)state;
	run_all(nfs, 2);
	finish(&nfs[0]);
	finish(&nfs[1]);
}

static void *run_one(void *nf)
{
	run_all(nf, 1);
	return NULL;
}

/* As with RSS: each thread has a path of its own, and they share nothing. */
static void test_two_threads(void **state)
{
	struct nf nfs[] = { start(256, 1, RUN_CONSTANT, true), start(256, 1, RUN_BURST, true) };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, run_one, &nfs[1]), 0);
	run_all(nfs, 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	finish(&nfs[0]);
	finish(&nfs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_on_other_threads),
		cmocka_unit_test(test_kernel_on_other_threads),
		cmocka_unit_test(test_many_outputs),
		cmocka_unit_test(test_two_paths_in_one_thread),
		cmocka_unit_test(test_two_threads),
	};

	frames_each = run_begin(frames_each);
	return cmocka_run_group_tests_name("hot loop, threads", tests, NULL, NULL);
}
