// SPDX-License-Identifier: BSD-3-Clause
/*
 * Times bursts. The NIC acts between them and is not timed; in "cross" it does so on the
 * other core, asked by a word of shared memory. What an empty burst costs is subtracted.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include <onepath/order.h>

#include "ticks.h"

#define BURSTS_WARM  32
#define BURSTS_TIMED 256
#define EMPTY_TIMED  2001
#define ROUND_TRIPS  501

/* What the other core is to do. One word a line, as both cores write them. */
static struct {
	_Alignas(64) void (*job)(void *argument);
	void *argument;
	_Alignas(64) uint64_t asked;
	_Alignas(64) uint64_t done;
	_Alignas(64) struct lane *companion; /* to be driver and NIC for, in a loop */
	_Alignas(64) struct lane *driven; /* what it was, when last looked at */
	bool stop;
} other;

static pthread_t thread;
static uint64_t empty_ticks;

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int ticks_cpu(unsigned int which)
{
	static cpu_set_t allowed; /* before anybody chose one of them */

	if (!CPU_COUNT(&allowed))
		sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && !which--)
			return cpu;
	return -1;
}

/* Puts the calling thread on one core for ever. */
static bool pin(unsigned int which)
{
	int cpu = ticks_cpu(which);
	cpu_set_t one;

	CPU_ZERO(&one);
	if (cpu >= 0)
		CPU_SET(cpu, &one);
	return cpu >= 0 && !pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

static void nic_step(struct lane *lane)
{
	bench_nic_send(&lane->nic);
	bench_nic_receive(&lane->nic, lane_arrivals(lane));
	__builtin_ia32_mfence(); /* a device's writes do not wait in this core's store buffer */
}

static void drive(struct lane *lane)
{
	for (unsigned int n = 0; n < BURSTS_WARM; n++) {
		nic_step(lane);
		lane->burst(lane, BENCH_BATCH);
	}
}

static void *other_core(void *unused)
{
	uint64_t done = 0;

	if (!pin(1))
		bench_die("the second core cannot be had");
	dpdk_thread_begin();
	while (!__atomic_load_n(&other.stop, __ATOMIC_RELAXED)) {
		struct lane *companion = __atomic_load_n(&other.companion, __ATOMIC_ACQUIRE);

		__atomic_store_n(&other.driven, companion, __ATOMIC_RELEASE);
		if (companion) {
			drive(companion);
		} else if (__atomic_load_n(&other.asked, __ATOMIC_ACQUIRE) != done) {
			other.job(other.argument);
			__atomic_store_n(&other.done, ++done, __ATOMIC_RELEASE);
		} else {
			onepath_relax();
		}
	}
	return NULL;
}

void ticks_ask(void (*job)(void *argument), void *argument)
{
	other.job = job;
	other.argument = argument;
	__atomic_store_n(&other.asked, other.asked + 1, __ATOMIC_RELEASE);
}

bool ticks_is_done(void)
{
	return __atomic_load_n(&other.done, __ATOMIC_ACQUIRE) == other.asked;
}

static void nic_step_there(void *lane)
{
	nic_step(lane);
}

static void ask_and_wait(void (*job)(void *argument), void *argument)
{
	ticks_ask(job, argument);
	while (!ticks_is_done())
		onepath_relax();
}

static void do_nothing(void *argument)
{
}

double ticks_round_trip(void)
{
	uint64_t samples[ROUND_TRIPS];

	for (unsigned int i = 0; i < ROUND_TRIPS; i++) {
		uint64_t start = ticks_now();

		ask_and_wait(do_nothing, NULL);
		samples[i] = ticks_now() - start;
	}
	qsort(samples, ROUND_TRIPS, sizeof(samples[0]), by_value);
	return (double)samples[ROUND_TRIPS / 2];
}

void ticks_companion(struct lane *lane)
{
	__atomic_store_n(&other.companion, lane, __ATOMIC_RELEASE);
	while (__atomic_load_n(&other.driven, __ATOMIC_ACQUIRE) != lane)
		onepath_relax();
}

static unsigned int empty_burst(struct lane *lane, unsigned int max)
{
	return 0;
}

static uint64_t time_burst(burst_function *burst, struct lane *lane, uint64_t *frames)
{
	uint64_t start = ticks_now();

	*frames += burst(lane, BENCH_BATCH);
	return ticks_now() - start;
}

static uint64_t median_of_empty(void)
{
	static uint64_t samples[EMPTY_TIMED];
	burst_function *volatile burst = empty_burst;
	uint64_t frames = 0;

	for (unsigned int i = 0; i < EMPTY_TIMED; i++)
		samples[i] = time_burst(burst, NULL, &frames);
	qsort(samples, EMPTY_TIMED, sizeof(samples[0]), by_value);
	return samples[EMPTY_TIMED / 2];
}

double ticks_of(struct lane *lane, enum ticks_mode mode)
{
	uint64_t frames = 0, ticks = 0, not_counted = 0;

	for (unsigned int i = 0; i < BURSTS_WARM + BURSTS_TIMED; i++) {
		bool warm = i >= BURSTS_WARM;

		if (mode == TICKS_CROSS)
			ask_and_wait(nic_step_there, lane);
		else
			nic_step(lane);
		if (warm)
			ticks += time_burst(lane->burst, lane, &frames) - empty_ticks;
		else
			time_burst(lane->burst, lane, &not_counted);
	}
	if (!frames)
		bench_die("%s took no frame", driver_names[lane->driver]);
	return (double)ticks / (double)frames;
}

bool ticks_begin(void)
{
	if (ticks_cpu(1) < 0 || !pin(0))
		return false;
	empty_ticks = median_of_empty();
	return !pthread_create(&thread, NULL, other_core, NULL);
}

void ticks_end(void)
{
	__atomic_store_n(&other.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}
