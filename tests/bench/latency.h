/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LATENCY_H
#define LATENCY_H

#include "bench.h"

/**
 * struct latency - from a frame's arrival in memory to the doorbell that sends it, in ticks
 * @frames_per_kilotick: how many came through, per 1000 ticks
 */
struct latency {
	double p50, p99, p999, frames_per_kilotick;
};

/*
 * Frames arrive at random from the other core, on average one in @gap ticks (0: as fast as they
 * can), while this core polls.
 */
struct latency latency_of(struct lane *lane, double gap);

#endif
