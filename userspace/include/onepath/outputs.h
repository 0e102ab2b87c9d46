/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Outputs that cannot send: the cold side of run.h. The kernel takes an output out
 * of service when its port's link is down or its queue stands still, so that the
 * path's other outputs go on, and brings it back by itself (struct onepath_head is
 * the protocol). An output that is away is not waited for and its doorbell is not
 * rung; frames for it are counted as lost. It is back when the loop stands at the
 * descriptor with which its queue was started.
 *
 * The kernel may take it out at any moment, also while the loop is about to ring its
 * doorbell. So it does not bring it back before the loop has said that it saw it go
 * (seen): no doorbell is on its way to the new queue then.
 */
#ifndef ONEPATH_OUTPUTS_H
#define ONEPATH_OUTPUTS_H

#include <onepath/path.h>

/* Counts the frames that were meant for output @k in descriptors @from..@next - 1. */
static inline void onepath_count_lost(struct onepath_path *path, unsigned int k, uint32_t from)
{
	const struct onepath_output *output = &path->output[k];
	uint64_t lost = 0;

	for (uint32_t i = from; i != path->next; i = (i + 1) & path->mask)
		lost += output->ring[i].length != 0;
	__atomic_store_n(&output->head->lost, output->head->lost + lost, __ATOMIC_RELAXED);
}

/* Counts what was handled since the last time. To be done before it is given back. */
static inline void onepath_count_away(struct onepath_path *path)
{
	for (unsigned int k = 0; k < path->outputs; k++)
		if (path->away >> k & 1)
			onepath_count_lost(path, k, path->counted);
	path->counted = path->next;
}

/* What was in the queue when it was stopped is the kernel's to count, what came after it is not. */
static inline void onepath_output_leaves(struct onepath_path *path, unsigned int k, uint32_t epoch)
{
	struct onepath_output *output = &path->output[k];
	uint32_t stopped_at = onepath_read_shared(&output->head->resume_at) & path->mask;

	path->away |= 1u << k;
	output->epoch = ONEPATH_EPOCH_NONE;
	onepath_count_lost(path, k, stopped_at);
	onepath_write_seen(&output->head->seen, epoch);
}

/*
 * Output @k is not in the epoch in which the loop knew it: it is not to be waited for.
 * All that was handled is complete in its ring, and nothing of it was given back, as an
 * output in service holds what it has not sent. Returns how far behind it counts: not at all.
 */
ONEPATH_COLD uint32_t onepath_output_changed(struct onepath_path *path, unsigned int k)
{
	onepath_count_away(path);
	if (!(path->away >> k & 1))
		onepath_output_leaves(path, k, onepath_read_shared(&path->output[k].head->epoch));
	return 0;
}

/*
 * Before a burst while outputs are away: those whose queue was started where the loop
 * stands are in service again. Returns how many frames may be taken, @max at most, so
 * that the loop comes to stand where another one's was.
 */
ONEPATH_COLD unsigned int onepath_outputs_return(struct onepath_path *path, unsigned int max)
{
	for (unsigned int k = 0; k < path->outputs; k++) {
		struct onepath_output *output = &path->output[k];
		uint32_t epoch, resume_at, distance;

		if (!(path->away >> k & 1))
			continue;
		epoch = onepath_read_shared(&output->head->epoch);
		resume_at = onepath_read_shared(&output->head->resume_at);
		distance = (resume_at - path->next) & path->mask;
		onepath_write_seen(&output->head->seen, epoch);
		if (epoch & 1)
			continue;
		if (!distance) {
			path->away &= ~(1u << k);
			output->epoch = epoch;
		} else if (distance < max) {
			max = distance;
		}
	}
	return max;
}

/* After a burst while outputs are away: rings the others' doorbells. */
ONEPATH_COLD void onepath_ring_some(struct onepath_path *path)
{
	onepath_count_away(path);
	for (unsigned int k = 0; k < path->outputs; k++)
		if (!(path->away >> k & 1))
			onepath_ring_doorbell(path->output[k].tdt, path->next);
}

/*
 * To be called whenever the kernel has started the path: all but the last descriptor are
 * to be received into, and outputs whose link is down begin away.
 */
static inline void onepath_rewind(struct onepath_path *path)
{
	uint32_t size = path->mask + 1;

	path->next = 0;
	path->given = path->mask;
	path->period = size / 4 < 64 ? size / 4 : 64;
	path->end = path->period;
	path->away = 0;
	path->counted = 0;
	for (unsigned int k = 0; k < path->outputs; k++) {
		struct onepath_output *output = &path->output[k];
		uint32_t epoch = onepath_read_shared(&output->head->epoch);

		output->epoch = epoch;
		if (epoch & 1) {
			path->away |= 1u << k;
			output->epoch = ONEPATH_EPOCH_NONE;
		}
		onepath_write_seen(&output->head->seen, epoch);
	}
}

#endif
