// SPDX-License-Identifier: BSD-3-Clause
/* Lanes of any driver. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "handlers.h"
#include "nf_memory.h"

const char *const driver_names[DRIVERS] = { "onepath", "reference", "dpdk-vector", "dpdk-full",
					    "dpdk-batch-1" };

static bool is_dpdk(enum bench_driver driver)
{
	return driver >= DPDK_VECTOR;
}

/* Bursts of one frame. */
static unsigned int one_by_one(struct lane *lane, unsigned int max)
{
	unsigned int count = 0;

	while (count < max && lane->single(lane, 1))
		count++;
	return count;
}

/* All flows come, so that none is new later: see flows_of(). */
static void see_all_flows(struct lane *lane)
{
	while (lane->nic.received < 3ull * lane->nic.flows.count) {
		bench_nic_send(&lane->nic);
		bench_nic_receive(&lane->nic, BENCH_BATCH);
		lane->burst(lane, BENCH_BATCH);
	}
	bench_nic_send(&lane->nic);
	if (lane->nic.sent + 2 * BENCH_BATCH < lane->nic.received)
		bench_die("%s lets out %lu of %lu frames", driver_names[lane->driver],
			  lane->nic.sent, lane->nic.received);
}

struct lane *lane_new(enum bench_driver driver, const struct bench_case *what, unsigned int thread)
{
	struct lane *lane;

	if (driver == DPDK_SINGLE && !what->begin)
		return NULL;
	lane = aligned_alloc(64, (sizeof(*lane) + 63) / 64 * 64);
	if (!lane)
		bench_die("no memory");
	memset(lane, 0, sizeof(*lane));
	lane->driver = driver;
	lane->nic.outputs = what->outputs;
	lane->nic.length = what->length;
	lane->nic.advanced = is_dpdk(driver);
	lane->random = what->random;
	lane->seed = 1;
	lane->state = MACS;
	lane->handler = noop;
	lane->burst_handler = noop_burst;
	lane->nic.flows.count = what->flows;
	if (is_dpdk(driver)) {
		if (!dpdk_lane_set_up(lane, what, thread)) {
			free(lane);
			return NULL;
		}
		lane->burst = dpdk_bursts[what->burst];
		if (driver == DPDK_SINGLE) {
			lane->single = lane->burst;
			lane->burst = one_by_one;
		}
	} else {
		path_lane_set_up(lane, what);
		lane->burst = driver == ONEPATH ? onepath_burst(what->burst)
						: reference_bursts[what->burst];
	}
	if (what->begin) {
		lane->state = what->begin(lane);
		see_all_flows(lane);
	}
	return lane;
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	if (!is_dpdk(lane->driver))
		path_lane_free(lane);
	for (unsigned int i = 0; i < LANE_KEPT; i++)
		free(lane->kept[i]);
	free(lane);
}

void lane_keep(struct lane *lane, void *memory)
{
	unsigned int i = 0;

	while (i < LANE_KEPT && lane->kept[i])
		i++;
	if (i == LANE_KEPT)
		bench_die("a lane keeps too much");
	lane->kept[i] = memory;
}

void *lane_memory(struct lane *lane, size_t bytes)
{
	void *memory = nf_memory(bytes);

	if (!memory)
		bench_die("no memory");
	lane_keep(lane, memory);
	return memory;
}

unsigned int lane_arrivals(struct lane *lane)
{
	if (!lane->random)
		return BENCH_BATCH;
	lane->seed ^= lane->seed << 13;
	lane->seed ^= lane->seed >> 17;
	lane->seed ^= lane->seed << 5;
	return 1 + lane->seed % BENCH_BATCH;
}

void bench_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}
