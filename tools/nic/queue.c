// SPDX-License-Identifier: BSD-3-Clause
/*
 * What receive and transmit queues have in common: a ring fixed by base and
 * length while the queue is disabled, and a head and a tail in it. Both kinds
 * have these registers at the same offsets within a queue.
 */
#include "core.h"

#define RING_UNIT 128u /* bytes */
#define RING_MAX  (128u * 1024) /* bytes: "validated lengths up to 128K" */
#define RING_BITS 0x000FFF80u /* what the length register holds */

/* A part of the base or the length was written. */
void nic_queue_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
		       uint32_t old, uint32_t value)
{
	if (queue->enabled && old != value)
		nic_break(nic, RULE_RING_RUNNING, offset, value);
}

void nic_queue_base_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value)
{
	if (value % RING_UNIT)
		nic_break(nic, RULE_RING_BASE, offset, value);
	nic_reg_set(nic, offset, value - value % RING_UNIT);
	nic_queue_written(nic, queue, offset, old, value);
}

void nic_queue_length_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			      uint32_t old, uint32_t value)
{
	if (value % RING_UNIT)
		nic_break(nic, RULE_RING_LENGTH, offset, value);
	nic_reg_set(nic, offset, value & RING_BITS);
	nic_queue_written(nic, queue, offset, old, value);
}

void nic_queue_head_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value)
{
	if (queue->enabled && old != value)
		nic_break(nic, RULE_HEAD_RUNNING, offset, value);
}

/*
 * "Not bumped until the queue is enabled" (4.6.8): a tail that is given the head's value gives
 * nothing, and writing the value that it has does not move it: drivers clear it before they
 * enable. A tail outside of the ring stays as written; the ring then holds nothing to receive into or to send.
 */
void nic_queue_tail_written(struct nic *nic, const struct nic_queue *queue, uint32_t offset,
			    uint32_t old, uint32_t value)
{
	nic->counters.tail_writes++;
	if (value && old != value && value != nic_reg(nic, offset - RDT + RDH) &&
	    !queue->seen_enabled)
		nic_break(nic, RULE_TAIL_BEFORE_ENABLE, offset, value);
	if (queue->enabled && value >= queue->size)
		nic_break(nic, RULE_TAIL_RANGE, offset, value);
}

/* @first_offset: the queue's first register, its base. */
void nic_queue_start(struct nic *nic, struct nic_queue *queue, uint32_t first_offset)
{
	uint32_t bytes = nic_reg(nic, first_offset + RDLEN);
	uint64_t high = nic_reg(nic, first_offset + RDBAH);

	if (!bytes || bytes > RING_MAX)
		nic_break(nic, RULE_RING_LENGTH, first_offset + RDLEN, bytes);
	if (nic->dma_init_pending)
		nic_break(nic, RULE_DMA_INIT, first_offset + RXDCTL, bytes);
	queue->size = bytes <= RING_MAX ? bytes / NIC_DESCRIPTOR_BYTES : 0;
	queue->base_iova = high << 32 | nic_reg(nic, first_offset + RDBAL);
	queue->enabled = true;
	queue->seen_enabled = false;
}

void nic_queue_stop(struct nic_queue *queue)
{
	queue->enabled = false;
	queue->seen_enabled = false;
}
