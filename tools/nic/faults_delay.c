// SPDX-License-Identifier: BSD-3-Clause
/*
 * Faults of write-backs: lost, late, or out of order across queues. A transmit
 * queue has one write-back that is held back, and what follows joins it; frames
 * wait in a list, and leave it queue by queue. So a queue's own order is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "rx.h"

#define FRAMES_MAX 256u /* that wait; with more of them all are written */

/* A received frame that is not written to its descriptors yet. */
struct nic_fault_frame {
	struct nic_fault_frame *next;
	uint64_t due_ns;
	struct nic_rx_info info;
	uint8_t data[];
};

/* A number below @limit, the same ones in each run. */
static uint64_t random_below(struct nic *nic, uint64_t limit)
{
	nic->faults.random = nic->faults.random * 6364136223846793005ull + 1442695040888963407ull;
	return (nic->faults.random >> 33) % limit;
}

/* When a write-back that is due now shall happen; 0: now. */
static uint64_t due(struct nic *nic, bool transmit)
{
	const struct nic_fault_setting *settings = nic->faults.settings;
	uint64_t ns = 0;

	if (transmit && nic_fault_strikes(nic, FAULT_TX_HEAD_DELAYED))
		ns = settings[FAULT_TX_HEAD_DELAYED].number * 1000000ull;
	if (nic_fault_strikes(nic, FAULT_WRITEBACK_REORDER))
		ns += 1 + random_below(nic, settings[FAULT_WRITEBACK_REORDER].number * 1000000ull);
	return ns ? nic->host.now_ns(nic->host.opaque) + ns : 0;
}

static void wake_at(struct nic *nic, uint64_t when)
{
	if (when < nic->faults.delayed_ns) {
		nic->faults.delayed_ns = when;
		nic_schedule(nic);
	}
}

bool nic_fault_holds_tx(struct nic *nic, unsigned int index, uint32_t first, uint32_t count,
			bool all)
{
	struct nic_fault_write_back *held = &nic->faults.tx[index];
	uint32_t size = nic->tx[index].size;
	uint64_t when;

	if (nic_fault_strikes(nic, FAULT_TX_HEAD_LOST))
		return true;
	if (held->due_ns != NIC_NEVER) {
		held->count = (first + count + size - held->first) % size;
		held->all |= all;
		return true;
	}
	when = due(nic, true);
	if (!when)
		return false;
	*held = (struct nic_fault_write_back){ when, first, count, all };
	wake_at(nic, when);
	return true;
}

/* The frames of a queue come at the time of its first one that waits. */
static uint64_t due_of_queue(struct nic *nic, unsigned int queue)
{
	for (struct nic_fault_frame *frame = nic->faults.frames; frame; frame = frame->next) {
		if (frame->info.queue == queue)
			return frame->due_ns;
	}
	return due(nic, false);
}

bool nic_fault_holds_rx(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info)
{
	struct nic_faults *all = &nic->faults;
	struct nic_fault_frame *frame;
	uint64_t when;

	if (all->frame_count == FRAMES_MAX)
		nic_fault_write_back(nic, NIC_NEVER);
	when = due_of_queue(nic, info->queue);
	if (!when)
		return false;
	frame = malloc(sizeof(*frame) + info->len);
	if (!frame) {
		nic_fault_write_back(nic, NIC_NEVER); /* this one comes after them */
		return false;
	}
	*frame = (struct nic_fault_frame){ .due_ns = when, .info = *info };
	memcpy(frame->data, data, info->len);
	*all->frames_end = frame;
	all->frames_end = &frame->next;
	all->frame_count++;
	wake_at(nic, when);
	return true;
}

/* Takes the list's first frame that is due at @now. */
static struct nic_fault_frame *take_frame(struct nic_faults *all, uint64_t now)
{
	for (struct nic_fault_frame **link = &all->frames; *link; link = &(*link)->next) {
		struct nic_fault_frame *frame = *link;

		if (frame->due_ns > now)
			continue;
		*link = frame->next;
		if (!frame->next)
			all->frames_end = link;
		all->frame_count--;
		return frame;
	}
	return NULL;
}

void nic_fault_write_back(struct nic *nic, uint64_t now)
{
	struct nic_faults *all = &nic->faults;
	struct nic_fault_frame *frame;

	all->delayed_ns = NIC_NEVER;
	for (unsigned int i = 0; i < NIC_FAULT_QUEUES; i++) {
		struct nic_fault_write_back held = all->tx[i];

		if (held.due_ns == NIC_NEVER)
			continue;
		if (held.due_ns > now) {
			wake_at(nic, held.due_ns);
			continue;
		}
		all->tx[i].due_ns = NIC_NEVER;
		nic_tx_write_back(nic, i, held.first, held.count, held.all);
	}
	while ((frame = take_frame(all, now))) {
		nic_rx_deliver(nic, frame->data, &frame->info);
		free(frame);
	}
	for (frame = all->frames; frame; frame = frame->next)
		wake_at(nic, frame->due_ns);
}

void nic_fault_forget(struct nic *nic)
{
	struct nic_faults *all = &nic->faults;
	struct nic_fault_frame *frame;

	for (unsigned int i = 0; i < NIC_FAULT_QUEUES; i++)
		all->tx[i].due_ns = NIC_NEVER;
	while ((frame = take_frame(all, NIC_NEVER)))
		free(frame);
	all->delayed_ns = NIC_NEVER;
}
