/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of the router's packet logic share: its state, what it counts, and a frame on
 * its way through it.
 */
#ifndef ROUTER_STATE_H
#define ROUTER_STATE_H

#include <onepath/run.h>

#include "answers.h"
#include "neighbour.h"
#include "nf_steps.h"
#include "tables.h"

/* What is counted. Each frame is counted once. */
#define ROUTER_COUNTERS(X)                                                    \
	X(forwarded)                                                          \
	X(arp_answered) /* requests for own addresses */                      \
	X(nd_answered) /* solicitations of own addresses */                   \
	X(echo_answered) /* pings of own addresses */                         \
	X(asked) /* became a question for a neighbour */                      \
	X(time_exceeded) /* became this ICMP error, */                        \
	X(unreachable) /* this, */                                            \
	X(too_big) /* or this */                                              \
	X(not_answered) /* dropped: no error is for them, or too many were */ \
	X(waiting) /* dropped: the neighbour was asked just now */            \
	X(neighbours_full) /* dropped */                                      \
	X(learnt) /* what others on the link say of themselves */             \
	X(not_for_us) /* dropped: to other hosts of the link */               \
	X(not_routed) /* dropped: groups, broadcast, tagged, not IP */        \
	X(local) /* dropped: to an own address, where nothing listens */      \
	X(blackhole) /* dropped by a route */                                 \
	X(malformed) /* dropped: also no valid source or destination */

struct router_counters {
#define X(name) uint64_t name;
	ROUTER_COUNTERS(X)
#undef X
};

static const char *const router_counter_names[] __attribute__((unused)) = {
#define X(name) #name,
	ROUTER_COUNTERS(X)
#undef X
		NULL
};

/**
 * struct router - what all paths share
 * @tables: of the configuration in force
 * @neighbours: who is where; and what time it is
 * @icmp_interval_us: one ICMP error of a port per so much time (RFC 1812, 4.3.2.8), 0: none at all
 * @icmp_burst_us: and what may be saved up for a burst
 * @count: counters
 */
struct router {
	const struct router_tables *tables;
	struct neighbours neighbours;
	uint64_t icmp_interval_us, icmp_burst_us;
	struct router_counters count;
};

/**
 * struct router_path - one input port; its path's output k is port k
 * @router: what is shared
 * @input: the port
 * @icmp_from_us: the time from which on credit for ICMP errors was not used
 */
struct router_path {
	struct router *router;
	unsigned int input;
	uint64_t icmp_from_us;
};

/**
 * struct router_look - what is known of a frame before its next hop is looked for
 * @packet: where its headers are
 * @hop: where its destination leads, NULL if it has none that is looked up
 * @next: the next hop of HOP_VIA and HOP_CONNECTED
 * @hash: of @next
 */
struct router_look {
	struct packet packet;
	const struct router_hop *hop;
	struct neighbour_key next;
	uint32_t hash;
};

/* A frame that is being handled. */
struct router_frame {
	uint8_t *bytes;
	uint16_t length;
	struct router_path *path;
	struct router *router;
	struct packet packet;
	const struct router_look *look;
};

/* Once a burst. */
NF_INLINE void router_set_time(struct router *router, uint64_t now_us)
{
	router->neighbours.now_us = now_us;
	router->neighbours.now_s = (uint32_t)(now_us / 1000000);
}

NF_INLINE const struct router_port *router_input(const struct router_frame *frame)
{
	return &frame->router->tables->port[frame->path->input];
}

/* Drops the frame, and counts it. */
NF_INLINE uint32_t router_drop(uint64_t *counter)
{
	++*counter;
	return 0;
}

NF_INLINE bool router_is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

/* The frame has become an answer to whoever sent it: leaves by the port that it came from. */
NF_INLINE uint32_t router_answer(const struct router_frame *frame, uint16_t length)
{
	return onepath_only(length, (uint16_t)(1u << frame->path->input));
}

#endif
