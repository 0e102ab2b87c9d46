/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * make bench: drivers side by side over the same bench NIC. A lane is one driver's input with
 * its outputs; a case is what a lane has to do; a metric is what is measured of it.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <onepath/burst.h>

#include "bench_nic.h"
#include "reference.h"

#define BENCH_BATCH 32 /* frames for one burst */

enum bench_driver {
	ONEPATH,
	REFERENCE,
	DPDK_VECTOR,
	DPDK_FULL,
	DPDK_SINGLE, /* DPDK_FULL's functions with a burst of one frame; of NFs only */
	DRIVERS
};

extern const char *const driver_names[DRIVERS];

struct lane;

/* Takes what waits, @max frames at most, and sends it on. Returns how many there were. */
typedef unsigned int burst_function(struct lane *lane, unsigned int max);

/* What a burst does: NAME(name, number of outputs, handler), see handlers.h. */
#define BURSTS(NAME)                            \
	NAME(noop, 1, noop)                     \
	NAME(noop_two, 2, noop)                 \
	NAME(noop_four, 4, noop)                \
	NAME(noop_any, lane->nic.outputs, noop) \
	NAME(header, 1, header)                 \
	NAME(header_two, 2, header)             \
	NAME(header_four, 4, header)            \
	NAME(call, 1, lane->handler)            \
	NAME(pointer, 1, lane->handler)         \
	NAME(nop, 1, nop_forward)               \
	NAME(broadcast, lane->nic.outputs, broadcast_forward)

/*
 * NFs whose logic is in steps (nf_steps.h): NAME(name, number of outputs, handler), which choose
 * among their outputs. The reference and DPDK_SINGLE have the handler for one frame at a time,
 * the others take each step for all of a burst.
 */
#define STEPS(NAME)                                 \
	NAME(bridge, 1, bridge_handle)              \
	NAME(firewall_out, 1, firewall_from_inside) \
	NAME(firewall_in, 1, firewall_from_outside) \
	NAME(lb, 2, lb_handle)                      \
	NAME(nat_out, 2, nat_from_inside)           \
	NAME(nat_in, 2, nat_from_outside)           \
	NAME(policer, 1, policer_handle)            \
	NAME(router, 2, router_handle)

#define BURST_NUMBER(name, outputs, handler) BURST_##name,
enum burst_number {
	BURSTS(BURST_NUMBER) STEPS(BURST_NUMBER) BURST_COUNT
};

/* Each driver's functions. Those of DPDK are the same code over other queues. */
burst_function *onepath_burst(enum burst_number number);
extern burst_function *const reference_bursts[BURST_COUNT];
extern burst_function *const dpdk_bursts[BURST_COUNT];

struct bench_case {
	const char *name;
	enum burst_number burst;
	unsigned int outputs;
	uint32_t ring_size;
	uint16_t length; /* of frames, without CRC */
	bool random; /* 1..BENCH_BATCH frames arrive between bursts, else BENCH_BATCH */
	unsigned int threads;
	void *(*begin)(struct lane *lane); /* an NF with a state: makes it; see nfs.h */
	uint32_t flows; /* that it gets, a power of two */
};

extern const struct bench_case bench_cases[];
extern const size_t bench_case_count;

#define LANE_KEPT 16

struct lane {
	enum bench_driver driver;
	burst_function *burst, *single; /* @single: what @burst does to one frame, of DPDK_SINGLE */
	struct bench_nic nic;
	reference_handler *handler; /* for BURST_call */
	onepath_burst_handler *burst_handler; /* for BURST_pointer, of onepath's own form */
	void *state; /* the handler's */
	void *kept[LANE_KEPT]; /* to be freed with the lane */
	bool random;
	uint32_t seed;
	union {
		struct onepath_path path;
		struct {
			uint16_t in, out[BENCH_NIC_OUTPUTS];
		} dpdk; /* port numbers */
	};
	struct reference reference; /* of @path */
};

/* Makes the lane of one driver for a case; @thread: 0 or 1, lanes of which run at once. NULL: none. */
struct lane *lane_new(enum bench_driver driver, const struct bench_case *what, unsigned int thread);
void lane_free(struct lane *lane);

/* Zeroed memory that is freed with the lane, and memory of malloc() that is to be. */
void *lane_memory(struct lane *lane, size_t bytes);
void lane_keep(struct lane *lane, void *memory);

/* One of onepath or the reference, and one of DPDK's: what lane_new() calls. */
void path_lane_set_up(struct lane *lane, const struct bench_case *what);
void path_lane_free(struct lane *lane);
bool dpdk_lane_set_up(struct lane *lane, const struct bench_case *what, unsigned int thread);

/* A thread that is to run bursts of DPDK's; nothing without DPDK. */
void dpdk_thread_begin(void);

/* How many frames arrive before the lane's next burst. */
unsigned int lane_arrivals(struct lane *lane);

/* An exit with a message: the benchmark has no use for half of a result. */
void bench_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
