/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the NFs of the benchmark do with a frame. Each driver's file compiles them anew, so
 * that all of them can inline them. The state is a number: the MAC addresses to write.
 */
#ifndef HANDLERS_H
#define HANDLERS_H

#include <endian.h>
#include <onepath/burst.h>
#include <stdint.h>
#include <string.h>

#include "bridge/bridge.h"
#include "firewall/steps.h"
#include "lb/lb.h"
#include "nat/steps.h"
#include "policer/policer.h"
#include "router/router.h"

#define MACS ((void *)0x0202020202020202)

/* Overwrites both MAC addresses: 8 bytes and 4. */
static inline uint32_t noop(uint8_t *frame, uint16_t length, void *state)
{
	uint64_t macs = (uintptr_t)state;
	uint32_t rest = (uint32_t)macs;

	memcpy(frame, &macs, 8);
	memcpy(frame + 8, &rest, 4);
	return length;
}

/* The same for IPv4 packets with time to live that are not to 0.0.0.0; others are dropped. */
static inline uint32_t header(uint8_t *frame, uint16_t length, void *state)
{
	uint16_t type;
	uint32_t destination;

	memcpy(&type, frame + 12, 2);
	memcpy(&destination, frame + 30, 4);
	if (type != htobe16(0x0800) || frame[22] < 2 || !destination)
		return 0;
	return noop(frame, length, state);
}

/* The first one, for many frames at a time. */
static inline void noop_burst(struct onepath_burst *burst, void *state)
{
	const size_t stride = burst->stride;
	const uint8_t *end = burst->frame + burst->count * stride;

	for (uint8_t *frame = burst->frame; frame < end; frame += stride)
		noop(frame, 0, state);
}

/* The NFs as they are; their main() is left out. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-declaration"
#define main	__attribute__((unused)) static nop_main
#define forward nop_forward
#include "../../userspace/nf/nop.c"
#undef main
#undef forward
#define main	__attribute__((unused)) static broadcast_main
#define forward broadcast_forward
#include "../../userspace/nf/broadcast.c"
#undef main
#undef forward
#pragma GCC diagnostic pop

#endif
