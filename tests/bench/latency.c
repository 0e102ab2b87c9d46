// SPDX-License-Identifier: BSD-3-Clause
/*
 * Latency: the other core writes frames at random times, and watches the first output's
 * doorbell. Both ends of the time are taken there, so what its own looks take is in it.
 */
#include <math.h>
#include <stdlib.h>

#include <onepath/order.h>

#include "latency.h"
#include "ticks.h"

#define FRAMES	  10000 /* that are measured */
#define WARM_UP	  1000 /* and some before */
#define TOTAL	  (FRAMES + WARM_UP)
#define WINDOW	  250 /* frames over which the rate is taken */
#define IN_FLIGHT 128 /* fewer than fill a ring: a driver drops what it finds no room for */
#define AWAY	  100000 /* so many ticks late, this core was away: not made up for */

static struct watch {
	struct lane *lane;
	double gap;
	uint64_t arrived[TOTAL], rung[TOTAL];
	unsigned int in, out;
} watch;

/* The next arrival's distance, as of independent arrivals: exponential. */
static uint64_t random_gap(double mean, uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint64_t)(-mean * log((double)((*state >> 11) + 1) / 9007199254740993.0));
}

/* Frames leave in the order in which they came: the tail says how many have. */
static void look_at_doorbell(struct watch *w)
{
	struct bench_queue *tx = &w->lane->nic.tx[0];
	uint32_t tail = bench_nic_tail(tx);
	uint32_t count = (tail - tx->head) & tx->mask;
	uint64_t now;

	if (!count)
		return;
	now = __builtin_ia32_rdtsc();
	while (count-- && w->out < TOTAL)
		w->rung[w->out++] = now;
	bench_nic_send_until(&w->lane->nic, tx, tail);
}

static void play_nic(void *argument)
{
	struct watch *w = argument;
	uint64_t state = 88172645463325252u, due = __builtin_ia32_rdtsc();

	while (w->out < TOTAL) {
		uint64_t now = __builtin_ia32_rdtsc();

		look_at_doorbell(w);
		if (w->in == TOTAL || now < due || w->in - w->out == IN_FLIGHT)
			continue;
		if (now - due > AWAY)
			due = now;
		if (!bench_nic_receive(&w->lane->nic, 1))
			continue;
		w->arrived[w->in++] = __builtin_ia32_rdtsc();
		due += random_gap(w->gap, &state);
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Nothing of before is to be seen as of this run. */
static void drain(struct lane *lane)
{
	unsigned int idle = 0;

	while (idle < 4) {
		idle = lane->burst(lane, BENCH_BATCH) ? 0 : idle + 1;
		bench_nic_send(&lane->nic);
	}
}

/* Of most windows, as a core that is away for a while would spoil a mean. */
static double frames_per_kilotick(const struct watch *w)
{
	uint64_t took[FRAMES / WINDOW];

	for (unsigned int i = 0; i < FRAMES / WINDOW; i++) {
		const uint64_t *first = w->rung + WARM_UP - 1 + (size_t)i * WINDOW;

		took[i] = first[WINDOW] - first[0];
	}
	qsort(took, FRAMES / WINDOW, sizeof(took[0]), by_value);
	return WINDOW * 1000.0 / (double)took[FRAMES / WINDOW / 2];
}

struct latency latency_of(struct lane *lane, double gap)
{
	static uint64_t waited[FRAMES];

	drain(lane);
	watch.lane = lane;
	watch.gap = gap;
	watch.in = 0;
	watch.out = 0;
	ticks_ask(play_nic, &watch);
	while (!ticks_is_done())
		if (!lane->burst(lane, BENCH_BATCH))
			onepath_relax();
	for (unsigned int i = 0; i < FRAMES; i++)
		waited[i] = watch.rung[WARM_UP + i] - watch.arrived[WARM_UP + i];
	qsort(waited, FRAMES, sizeof(waited[0]), by_value);
	return (struct latency){ (double)waited[FRAMES / 2], (double)waited[FRAMES / 100 * 99],
				 (double)waited[FRAMES / 1000 * 999], frames_per_kilotick(&watch) };
}
