// SPDX-License-Identifier: BSD-3-Clause
/* Lanes of any driver. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "handlers.h"

const char *const driver_names[DRIVERS] = { "onepath", "reference", "dpdk-vector", "dpdk-full" };

static bool is_dpdk(enum bench_driver driver)
{
	return driver == DPDK_VECTOR || driver == DPDK_FULL;
}

struct lane *lane_new(enum bench_driver driver, const struct bench_case *what, unsigned int thread)
{
	struct lane *lane = aligned_alloc(64, (sizeof(*lane) + 63) / 64 * 64);

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
	if (is_dpdk(driver)) {
		if (!dpdk_lane_set_up(lane, what, thread)) {
			free(lane);
			return NULL;
		}
		lane->burst = dpdk_bursts[what->burst];
	} else {
		path_lane_set_up(lane, what);
		lane->burst = driver == ONEPATH ? onepath_burst(what->burst)
						: reference_bursts[what->burst];
	}
	return lane;
}

void lane_free(struct lane *lane)
{
	if (lane && !is_dpdk(lane->driver))
		path_lane_free(lane);
	free(lane);
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
