/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A turn of the hot loop, but for the NF: how far it may go, how descriptors are made ready
 * to be sent, the doorbells at its end, and the buffers that are given back. What happens
 * when an output cannot send is in outputs.h; here it is two tests of path->away.
 *
 * A turn ends where a period of the ring does, so that the ring's end and the heads are
 * looked at once a turn and not for each frame.
 */
#ifndef ONEPATH_TURN_H
#define ONEPATH_TURN_H

#include <onepath/outputs.h>
#include <stdbool.h>
#include <string.h>

#define ONEPATH_BURST 32 /* frames for one turn: one doorbell each */
#define ONEPATH_GROUP 8 /* frames that are looked for at once; divides every period */

/*
 * Gives back the buffers that every output has sent. The output that is furthest
 * behind counts: a buffer still in its queue is not to be received into. A head
 * counts for as long as its queue is the one that the loop knows: hence the epoch,
 * read after it.
 */
ONEPATH_INLINE void onepath_recycle(struct onepath_path *path, unsigned int outputs)
{
	uint32_t furthest = 0, given;

	for (unsigned int k = 0; k < outputs; k++) {
		const struct onepath_output *output = &path->output[k];
		uint32_t head = onepath_read_head(&output->head->head);
		uint32_t behind = (path->next - head) & path->mask;

		if (ONEPATH_RARE(onepath_read_shared(&output->head->epoch) != output->epoch))
			behind = onepath_output_changed(path, k);
		if (behind > furthest)
			furthest = behind;
	}
	/* One stays back: RDT == RDH is an empty queue, never a full one. */
	given = (path->next - furthest - 1) & path->mask;
	if (given != path->given) {
		path->given = given;
		onepath_ring_doorbell(path->rdt, given);
	}
}

/* How many frames from path->next on may be handled in this turn. */
ONEPATH_INLINE uint32_t onepath_turn_room(struct onepath_path *path, uint32_t max)
{
	uint32_t room = path->end - path->next;

	if (ONEPATH_RARE(path->away))
		max = onepath_outputs_return(path, max);
	return max < room ? max : room;
}

/* The last descriptor of a period is handled: the next one is that of the next period. */
ONEPATH_INLINE void onepath_turn_period(struct onepath_path *path, unsigned int outputs)
{
	for (unsigned int k = 0; k < outputs; k++)
		path->output[k].ring[path->next - 1].cmd |= ONEPATH_TX_RS;
	path->next &= path->mask;
	path->end = path->next + path->period;
}

/*
 * Sends the @count frames that were handled, at once, and looks for buffers to give back: at the
 * end of a period, which is marked (RS) for the outputs to tell when they are done with it, and
 * when no frame was there.
 */
ONEPATH_INLINE void onepath_turn_end(struct onepath_path *path, unsigned int outputs,
				     uint32_t count)
{
	bool period_ends = path->next + count == path->end;

	if (count) {
		path->next += count;
		if (period_ends)
			onepath_turn_period(path, outputs);
		if (ONEPATH_RARE(path->away))
			onepath_ring_some(path);
		else
			for (unsigned int k = 0; k < outputs; k++)
				onepath_ring_doorbell(path->output[k].tdt, path->next);
	}
	if (!count || period_ends)
		onepath_recycle(path, outputs);
}

/*
 * Whether the device has received into @d, and so into all before it: it writes descriptors
 * back in order, and no write may overtake another (DCA_RXCTRL, relaxed ordering off).
 */
ONEPATH_INLINE bool onepath_is_received(const struct onepath_descriptor *d)
{
	return onepath_read_status(&d->status) & ONEPATH_RX_DD;
}

/*
 * Ring 0's descriptor, as received, becomes one to be sent. Its length is there already; CSO,
 * CMD, STA (which clears DD) and CSS are one store.
 */
ONEPATH_INLINE void onepath_send_received(struct onepath_descriptor *d)
{
	uint32_t word = htole32((uint32_t)(ONEPATH_TX_EOP | ONEPATH_TX_IFCS) << 8);

	memcpy(&d->cso, &word, sizeof(word));
}

/* Another ring's: @length, and the same. */
ONEPATH_INLINE void onepath_send(struct onepath_descriptor *d, uint16_t length)
{
	uint64_t word = htole64(length | (uint64_t)(ONEPATH_TX_EOP | ONEPATH_TX_IFCS) << 24);

	memcpy(&d->length, &word, sizeof(word));
}

#endif
