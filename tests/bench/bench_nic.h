/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench NIC: what a lane's rings are filled and emptied by while it is timed. It does to
 * memory what an 82599 does: writes frames and receive descriptors, reads transmit
 * descriptors and frames, writes heads or DD back where RS asks for it. Its speed is not
 * measured, so it knows no registers but the tails, which are plain memory.
 */
#ifndef BENCH_NIC_H
#define BENCH_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "flows.h"

#define BENCH_NIC_OUTPUTS 4

/**
 * struct bench_queue - a receive or transmit queue
 * @ring: descriptors of 16 bytes; bus addresses are virtual ones
 * @tail: its doorbell
 * @head: the next descriptor
 * @mask: ring size - 1
 * @head_write_back: transmit: where the head is written; NULL: DD is written to descriptors
 */
struct bench_queue {
	uint8_t *ring;
	volatile uint32_t *tail;
	uint32_t head, mask;
	uint32_t *head_write_back;
};

/**
 * struct bench_nic - one receive queue, and the transmit queues to which its frames go
 * @advanced: the descriptors' form; else legacy
 * @length: of the frames that arrive
 * @flows: of what flows they are
 * @received, @sent: frames, of all outputs together; null descriptors do not count
 */
struct bench_nic {
	struct bench_queue rx, tx[BENCH_NIC_OUTPUTS];
	unsigned int outputs;
	bool advanced;
	uint16_t length;
	struct flows flows;
	uint64_t received, sent;
};

/* Up to @count frames arrive, as far as there are descriptors. Returns how many. */
unsigned int bench_nic_receive(struct bench_nic *nic, unsigned int count);

/* What a queue's doorbell says now. */
uint32_t bench_nic_tail(const struct bench_queue *queue);

/* Sends what is before descriptor @tail. */
void bench_nic_send_until(struct bench_nic *nic, struct bench_queue *tx, uint32_t tail);

/* Sends all that the tails allow. */
void bench_nic_send(struct bench_nic *nic);

#endif
