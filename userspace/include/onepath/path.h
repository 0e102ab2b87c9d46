/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A path as the hot loop sees it: what run.h and outputs.h work on.
 */
#ifndef ONEPATH_PATH_H
#define ONEPATH_PATH_H

#include <onepath_ring.h>
#include <onepath/order.h>
#include <stddef.h>
#include <stdint.h>

#define ONEPATH_PATH_OUTPUTS 16 /* most outputs of a path */

#define ONEPATH_INLINE static inline __attribute__((always_inline))
#define ONEPATH_COLD   static __attribute__((noinline, cold, unused))

#define ONEPATH_RARE(condition) __builtin_expect(!!(condition), 0)

/**
 * struct onepath_output - one output's transmit queue
 * @ring: its descriptors; ring 0 is the receive queue's as well
 * @head: how far it is, and whether it is in service
 * @tdt: its doorbell
 * @epoch: that in which it is in service for the loop, or ONEPATH_EPOCH_NONE
 */
struct onepath_output {
	struct onepath_descriptor *ring;
	struct onepath_head *head;
	volatile uint32_t *tdt;
	uint32_t epoch;
};

/* No epoch that the kernel comes to: four thousand million changes, each takes a millisecond. */
#define ONEPATH_EPOCH_NONE 0xffffffffu

/**
 * struct onepath_path - a path, as the loop sees it
 * @buffers: buffer i at @buffers + i * @stride
 * @rdt: doorbell of the receive queue
 * @stride: bytes from one buffer to the next
 * @next: the descriptor whose frame comes next, 0..@mask
 * @given: what was last written to @rdt: descriptors @next..@given - 1 may be received into
 * @mask: ring size - 1
 * @period: a head is asked for, and buffers given back, every so many descriptors
 *	(a power of two, a quarter of the ring at most)
 * @end: where the period that @next is in ends, @period..@mask + 1
 * @away: bit k: output k is out of service; normally zero
 * @counted: frames up to here were counted as lost for outputs that are away
 * @outputs: how many of @output are in use
 * @buffer_bytes: largest frame that a buffer holds, received or to be sent
 * @fd: the path's descriptor: onepath_path_*() and poll()
 * @area: buffers, rings and doorbells, as onepath_path_destroy() unmaps them
 *
 * Made by onepath_path_create(). An NF reads @outputs, @buffer_bytes and @fd, the rest
 * is the loop's own.
 */
struct onepath_path {
	uint8_t *buffers;
	volatile uint32_t *rdt;
	uint32_t stride, next, given, mask, period, end, away, counted;
	unsigned int outputs;
	uint32_t buffer_bytes;
	int fd;
	struct onepath_output output[ONEPATH_PATH_OUTPUTS];
	struct onepath_area {
		void *start;
		size_t bytes;
	} area[3];
};

#endif
