/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop: takes the frames that wait in a path, hands each to the NF and
 * sends it on. A buffer follows its descriptor: received, handled, transmitted
 * by every output, received into again, always in ring order, so that there is
 * nothing to allocate, free or look up.
 *
 * Read onepath_handle() first, then onepath_run(), then onepath_recycle(). What happens
 * when an output cannot send is in outputs.h; here it is two tests of path->away.
 */
#ifndef ONEPATH_RUN_H
#define ONEPATH_RUN_H

#include <assert.h>
#include <onepath/outputs.h>
#include <string.h>

#define ONEPATH_BURST 32 /* frames for one onepath_run(): one doorbell each */

/**
 * onepath_handler - what an NF does with a frame
 * @frame: the frame's bytes, without CRC; may be changed
 * @length: how many, 60..path->buffer_bytes unless the wire brought less
 * @state: as given to onepath_run()
 *
 * Returns how many bytes to send, 14..path->buffer_bytes, or 0 to drop the frame:
 * to all outputs, or to some (onepath_only(), onepath_except()).
 */
typedef uint32_t onepath_handler(uint8_t *frame, uint16_t length, void *state);

/* Send to all outputs but those whose bits are set in @outputs. */
ONEPATH_INLINE uint32_t onepath_except(uint16_t length, uint16_t outputs)
{
	return length | (uint32_t)outputs << 16;
}

/* Send only to the outputs whose bits are set in @outputs. */
ONEPATH_INLINE uint32_t onepath_only(uint16_t length, uint16_t outputs)
{
	return onepath_except(length, (uint16_t)~outputs);
}

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

/* Writes what follows the length: CSO, CMD, STA (which clears DD) and CSS, in one store. */
ONEPATH_INLINE void onepath_put_command(struct onepath_descriptor *d, uint8_t command)
{
	uint32_t word = htole32((uint32_t)command << 8);

	memcpy(&d->cso, &word, sizeof(word));
}

/* Hands a received frame to the NF and makes its descriptors ready to be sent. */
ONEPATH_INLINE void onepath_handle(struct onepath_path *path, unsigned int outputs, uint32_t i,
				   onepath_handler *handler, void *state)
{
	struct onepath_descriptor *d = path->output[0].ring + i;
	uint16_t in = le16toh(d->length);
	uint32_t out = handler(path->buffers + (size_t)i * path->stride, in, state);
	uint16_t length = out & 0xffff, first = out >> 16 & 1 ? 0 : length;

#ifdef ONEPATH_DEBUG
	assert(!length || (length >= 14 && length <= path->buffer_bytes));
#endif
	if (first != in)
		d->length = htole16(first);
	onepath_put_command(d, ONEPATH_TX_EOP | ONEPATH_TX_IFCS);
	for (unsigned int k = 1; k < outputs; k++) {
		d = path->output[k].ring + i;
		d->length = htole16(out >> (16 + k) & 1 ? 0 : length);
		onepath_put_command(d, ONEPATH_TX_EOP | ONEPATH_TX_IFCS);
	}
}

/**
 * onepath_run() - forwards the frames that wait, up to @max
 * @path: a started path; one thread at a time
 * @outputs: path->outputs, or the same as a constant, which makes a faster loop
 * @handler: the NF; inlined where the compiler sees it
 * @state: handed to @handler
 * @max: most frames to take, 1..ONEPATH_BURST as a rule
 *
 * Returns how many there were. Never blocks, has no errors. Rings each output's
 * doorbell once, or none if no frame was there; then it looks for buffers to give
 * back, so an output that lagged is caught up with also when nothing arrives.
 */
ONEPATH_INLINE unsigned int onepath_run(struct onepath_path *path, unsigned int outputs,
					onepath_handler *handler, void *state, unsigned int max)
{
	const struct onepath_descriptor *ring = path->output[0].ring;
	unsigned int count = 0;

	if (ONEPATH_RARE(path->away))
		max = onepath_outputs_return(path, max);
	while (count < max && onepath_read_status(&ring[path->next].status) & ONEPATH_RX_DD) {
		uint32_t i = path->next;

		onepath_handle(path, outputs, i, handler, state);
		path->next = (i + 1) & path->mask;
		count++;
		if (path->next & (path->period - 1))
			continue;
		for (unsigned int k = 0; k < outputs; k++)
			path->output[k].ring[i].cmd |= ONEPATH_TX_RS;
		onepath_recycle(path, outputs);
	}
	if (!count) {
		onepath_recycle(path, outputs);
		return 0;
	}
	if (ONEPATH_RARE(path->away)) {
		onepath_ring_some(path);
		return count;
	}
	for (unsigned int k = 0; k < outputs; k++)
		onepath_ring_doorbell(path->output[k].tdt, path->next);
	return count;
}

#endif
