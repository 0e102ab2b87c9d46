/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device for the hot loop that runs while the loop does: a thread receives, and one for
 * each output sends, plays the kernel for it, and checks what it sends. As on PCI Express,
 * only a descriptor's status, heads, tails and what the kernel shares are atomic here; all
 * else is read and written plainly, and ordered by these or not at all.
 */
#ifndef RUN_THREADS_H
#define RUN_THREADS_H

#include <onepath/run.h>
#include <pthread.h>

#include "run_frames.h"

struct threads_output {
	struct threads_device *device;
	unsigned int k;
	pthread_t thread;
	uint32_t tdh;
	uint32_t at; /* the same, for others to see */
	uint64_t next; /* number of the frame that it sends next, */
	bool joins; /* or not known yet, as the loop comes to stand at TDH in some lap */
	uint64_t passed; /* frames that it will not read any more, for others to see */
	uint64_t left, cut; /* frames sent, and those in the queue when it was stopped */
	uint64_t outages;
};

struct threads_device {
	struct onepath_path path;
	uint32_t size, mask;
	uint64_t frames; /* so many arrive */
	run_verdict *verdict;
	bool outages; /* outputs go out of service, and come back */
	uint64_t seed;

	volatile uint32_t *tails; /* RDT, then each TDT */
	uint64_t received; /* for others to see */
	bool over;
	pthread_t receiver;
	struct threads_output output[ONEPATH_PATH_OUTPUTS];
};

/* Makes a device and the path over it, and starts both. */
struct threads_device *threads_device_start(uint32_t size, unsigned int outputs, uint64_t frames,
					    run_verdict *verdict, bool outages);
void threads_device_free(struct threads_device *d);

/* Once the loop has handled all frames: whether they were sent. */
bool threads_output_done(const struct threads_output *output);

/* Ends its threads. Counts are there to be read then. */
void threads_device_stop(struct threads_device *d);

/* Says what is wrong, and ends the program: it may be any thread that found it. */
_Noreturn void threads_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
