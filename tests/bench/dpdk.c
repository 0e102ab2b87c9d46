// SPDX-License-Identifier: BSD-3-Clause
/* Lanes over DPDK: what its own examples do, a burst received, handled and sent. */
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "bench.h"
#include "dpdk_port.h"
#include "handlers.h"

#define UNUSED_RING 64 /* an output receives nothing */

/* Sends to one output; what it does not take is freed. */
static inline void send_to(uint16_t port, struct rte_mbuf **frames, uint16_t count)
{
	uint16_t sent = rte_eth_tx_burst(port, 0, frames, count);

	for (; unlikely(sent < count); sent++)
		rte_pktmbuf_free(frames[sent]);
}

/* Each output has the same buffer, so it counts who has it. */
static inline unsigned int forward(struct lane *lane, unsigned int outputs,
				   reference_handler *handler, void *state, unsigned int max)
{
	struct rte_mbuf *frames[BENCH_BATCH];
	uint16_t count = rte_eth_rx_burst(lane->dpdk.in, 0, frames, (uint16_t)max), kept = 0;

	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *frame = frames[i];
		uint16_t length = rte_pktmbuf_data_len(frame);
		uint32_t out = handler(rte_pktmbuf_mtod(frame, uint8_t *), length, state);

		if (unlikely(!out)) {
			rte_pktmbuf_free(frame);
			continue;
		}
		if (unlikely(out != length))
			rte_pktmbuf_data_len(frame) = rte_pktmbuf_pkt_len(frame) = (uint16_t)out;
		if (outputs > 1)
			rte_mbuf_refcnt_update(frame, (int16_t)(outputs - 1));
		frames[kept++] = frame;
	}
	for (unsigned int k = 0; k < outputs && kept; k++)
		send_to(lane->dpdk.out[k], frames, kept);
	return count;
}

#define DPDK_FUNCTION(name, outputs, handler)                                \
	static unsigned int dpdk_##name(struct lane *lane, unsigned int max) \
	{                                                                    \
		return forward(lane, outputs, handler, lane->state, max);    \
	}
BURSTS(DPDK_FUNCTION)

/* Sends each frame by the outputs that @out chose: each output has a list of its own. */
static inline void send_chosen(struct lane *lane, unsigned int outputs, struct rte_mbuf **frames,
			       const uint32_t *out, uint16_t count)
{
	struct rte_mbuf *chosen[BENCH_NIC_OUTPUTS][BENCH_BATCH];
	uint16_t kept[BENCH_NIC_OUTPUTS] = { 0 };

	for (uint16_t i = 0; i < count; i++) {
		struct rte_mbuf *frame = frames[i];
		uint16_t length = (uint16_t)(out[i] & 0xffff);
		uint32_t mask = ~(out[i] >> 16) & ((1u << outputs) - 1);

		if (unlikely(!length || !mask)) {
			rte_pktmbuf_free(frame);
			continue;
		}
		if (unlikely(length != rte_pktmbuf_data_len(frame)))
			rte_pktmbuf_data_len(frame) = rte_pktmbuf_pkt_len(frame) = length;
		if (unlikely(mask & (mask - 1)))
			rte_mbuf_refcnt_update(frame, (int16_t)(__builtin_popcount(mask) - 1));
		for (unsigned int k = 0; k < outputs; k++)
			if (mask >> k & 1)
				chosen[k][kept[k]++] = frame;
	}
	for (unsigned int k = 0; k < outputs; k++)
		if (kept[k])
			send_to(lane->dpdk.out[k], chosen[k], kept[k]);
}

static inline uint8_t *bytes_of(struct rte_mbuf *frame)
{
	return rte_pktmbuf_mtod(frame, uint8_t *);
}

/* Logic in steps; a single frame is just handled. */
#define DPDK_STEPS(name, outputs, handler)                                                      \
	static unsigned int dpdk_##name(struct lane *lane, unsigned int max)                    \
	{                                                                                       \
		struct rte_mbuf *frames[BENCH_BATCH];                                           \
		struct name##_look look[BENCH_BATCH];                                           \
		uint32_t out[BENCH_BATCH];                                                      \
		uint16_t count = rte_eth_rx_burst(lane->dpdk.in, 0, frames, (uint16_t)max);     \
                                                                                                \
		if (max == 1) {                                                                 \
			if (count)                                                              \
				out[0] = handler(bytes_of(frames[0]),                           \
						 rte_pktmbuf_data_len(frames[0]), lane->state); \
			send_chosen(lane, outputs, frames, out, count);                         \
			return count;                                                           \
		}                                                                               \
		for (uint16_t i = 0; i < count; i++)                                            \
			rte_prefetch0(bytes_of(frames[i]));                                     \
		for (uint16_t i = 0; i < count; i++)                                            \
			name##_look(&look[i], bytes_of(frames[i]),                              \
				    rte_pktmbuf_data_len(frames[i]), lane->state);              \
		for (uint16_t i = 0; i < count; i++)                                            \
			name##_fetch(&look[i], lane->state);                                    \
		for (uint16_t i = 0; i < count; i++)                                            \
			out[i] = name##_judge(&look[i], bytes_of(frames[i]),                    \
					      rte_pktmbuf_data_len(frames[i]), lane->state);    \
		send_chosen(lane, outputs, frames, out, count);                                 \
		return count;                                                                   \
	}
STEPS(DPDK_STEPS)

#define DPDK_ENTRY(name, outputs, handler) [BURST_##name] = dpdk_##name,
burst_function *const dpdk_bursts[BURST_COUNT] = { BURSTS(DPDK_ENTRY) STEPS(DPDK_ENTRY) };

/* A lane's ports, made when they are needed first: one to receive, then the outputs. */
static uint16_t port_of(const struct dpdk_queues *queues, unsigned int number)
{
	static uint16_t made[DPDK_KINDS][2][1 + BENCH_NIC_OUTPUTS];
	uint16_t *port = &made[queues->kind][queues->thread][number];

	if (!*port)
		*port = (uint16_t)(1 + dpdk_port_new());
	return (uint16_t)(*port - 1);
}

static enum {
	UNKNOWN,
	THERE,
	MISSING
} dpdk;

void dpdk_thread_begin(void)
{
	if (dpdk == THERE && rte_thread_register())
		bench_die("DPDK does not take a second thread");
}

bool dpdk_lane_set_up(struct lane *lane, const struct bench_case *what, unsigned int thread)
{
	struct dpdk_queues queues = { .rx_size = (uint16_t)what->ring_size,
				      .tx_size = (uint16_t)what->ring_size,
				      .kind = lane->driver - DPDK_VECTOR,
				      .vector = lane->driver == DPDK_VECTOR,
				      .thread = thread };
	struct bench_queue unused;

	if (dpdk == UNKNOWN)
		dpdk = dpdk_begin() ? THERE : MISSING;
	if (dpdk == MISSING)
		return false;
	lane->dpdk.in = port_of(&queues, 0);
	dpdk_port_start(lane->dpdk.in, &queues, &lane->nic.rx, &unused);
	queues.rx_size = UNUSED_RING;
	for (unsigned int k = 0; k < what->outputs; k++) {
		lane->dpdk.out[k] = port_of(&queues, 1 + k);
		dpdk_port_start(lane->dpdk.out[k], &queues, &unused, &lane->nic.tx[k]);
	}
	return true;
}
