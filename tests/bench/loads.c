// SPDX-License-Identifier: BSD-3-Clause
/*
 * Latency against load. Full load is what the reference carries between both cores; the other
 * drivers get the same loads, so one that carries less is shown with full queues there.
 */
#include <stdio.h>

#include "latency.h"
#include "loads.h"
#include "report.h"

#define TURNS_MAX 101

static const unsigned int loads[] = { 10, 25, 50, 75, 90, 100 };

#define LOADS (sizeof(loads) / sizeof(loads[0]))

/* Each is taken once a turn. */
enum value {
	P50,
	P99,
	P999,
	FRAMES_PER_KILOTICK,
	VALUES
};

static double samples[DRIVERS][VALUES][TURNS_MAX];

static void take_turn(struct lane **lanes, double gap, unsigned int turn)
{
	for (unsigned int d = 0; d < DRIVERS; d++) {
		struct latency latency;

		if (!lanes[d])
			continue;
		latency = latency_of(lanes[d], gap);
		samples[d][P50][turn] = latency.p50;
		samples[d][P99][turn] = latency.p99;
		samples[d][P999][turn] = latency.p999;
		samples[d][FRAMES_PER_KILOTICK][turn] = latency.frames_per_kilotick;
	}
}

static void show(const struct bench_case *what, unsigned int load, enum bench_driver driver,
		 unsigned int turns)
{
	static const char *const names[VALUES] = { "latency_p50_ticks", "latency_p99_ticks",
						   "latency_p99.9_ticks", "frames_per_kilotick" };
	char name[64];

	snprintf(name, sizeof(name), "%s, load %u %%", what->name, loads[load]);
	printf("  %-12s", driver_names[driver]);
	for (unsigned int value = 0; value < VALUES; value++) {
		struct quartiles q = quartiles_of(samples[driver][value], turns);

		report_quartiles(name, driver, names[value], q);
		if (value == FRAMES_PER_KILOTICK)
			printf(" %8.2f", q.median);
		else
			printf(" %6.0f (%6.0f..%6.0f)", q.median, q.low, q.high);
	}
	putchar('\n');
}

/* The best of some, as whatever else the machine does only takes away from it. */
static double full_load(struct lane *lane)
{
	double best = 0;

	for (unsigned int i = 0; i < 5; i++) {
		double carried = latency_of(lane, 0).frames_per_kilotick;

		best = carried > best ? carried : best;
	}
	return best;
}

void loads_run(const struct bench_case *what, unsigned int turns)
{
	struct lane *lanes[DRIVERS];
	double full;

	if (turns > TURNS_MAX)
		turns = TURNS_MAX;
	for (unsigned int d = 0; d < DRIVERS; d++)
		lanes[d] = lane_new(d, what, 0);
	full = full_load(lanes[REFERENCE]);
	printf("\n%s: ticks from arrival to doorbell; full load is %.2f frames per 1000 ticks\n",
	       what->name, full);
	printf("  %-12s %-23s %-23s %-23s %s\n", "", "p50 (quartiles)", "p99", "p99.9",
	       "frames per 1000 ticks");
	for (unsigned int load = 0; load < LOADS; load++) {
		printf("load %u %%\n", loads[load]);
		for (unsigned int turn = 0; turn < turns; turn++)
			take_turn(lanes, 1000 / full * 100 / loads[load], turn);
		for (unsigned int d = 0; d < DRIVERS; d++)
			if (lanes[d])
				show(what, load, d, turns);
	}
	for (unsigned int d = 0; d < DRIVERS; d++)
		lane_free(lanes[d]);
}
