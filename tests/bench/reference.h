/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The algorithm of the paper from which the model comes ("A Simpler and Faster NIC Driver
 * Model for Network Functions", OSDI 2020), one packet at a time, in a form as plain as can
 * be: what run.h is compared with, in speed (tests/bench) and in what it does (as the
 * oracle of its property tests). Written after the paper's description, over the same
 * struct onepath_path, so one device fits both.
 *
 * Outputs that are out of service are not in the paper: path->away stays zero here.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <onepath/order.h>
#include <onepath/path.h>
#include <stdbool.h>
#include <string.h>

#define REFERENCE_FLUSH 8 /* frames for one doorbell, unless the next poll finds none */

/**
 * struct reference - a path as the reference drives it
 * @path: begins as onepath_rewind() leaves it
 * @unrung: frames handled since the last doorbell
 */
struct reference {
	struct onepath_path *path;
	unsigned int unrung;
};

/* The same as a onepath_handler: the length, 0 to drop, bit 16 + k to leave output k out. */
typedef uint32_t reference_handler(uint8_t *frame, uint16_t length, void *state);

/* Tells all outputs of the frames that were handled. */
ONEPATH_INLINE void reference_flush(struct reference *r, unsigned int outputs)
{
	for (unsigned int k = 0; k < outputs; k++)
		onepath_ring_doorbell(r->path->output[k].tdt, r->path->next);
	r->unrung = 0;
}

/*
 * Gives back the buffers that all outputs have sent: those before the oldest head. How old a
 * head is counts from the frame handled last, the only point that all of them are behind.
 */
ONEPATH_INLINE void reference_recycle(struct reference *r, unsigned int outputs)
{
	struct onepath_path *path = r->path;
	uint32_t oldest = path->next;

	for (unsigned int k = 0; k < outputs; k++) {
		uint32_t head = onepath_read_head(&path->output[k].head->head);

		if (((path->next - head) & path->mask) > ((path->next - oldest) & path->mask))
			oldest = head;
	}
	/* All but one: RDT == RDH is an empty queue. */
	oldest = (oldest - 1) & path->mask;
	if (oldest != path->given)
		onepath_ring_doorbell(path->rdt, oldest);
	path->given = oldest;
}

/* Writes a descriptor's second half: length, command, and no status. */
ONEPATH_INLINE void reference_put(struct onepath_descriptor *d, uint16_t length, uint8_t command)
{
	uint64_t half = htole64(length | (uint64_t)command << 24);

	memcpy(&d->length, &half, sizeof(half));
}

/* One frame, if there is one: from its receive descriptor to all of its transmit descriptors. */
ONEPATH_INLINE unsigned int reference_one(struct reference *r, unsigned int outputs,
					  reference_handler *handler, void *state)
{
	struct onepath_path *path = r->path;
	uint32_t i = path->next;
	struct onepath_descriptor *d = &path->output[0].ring[i];
	uint8_t command = ONEPATH_TX_EOP | ONEPATH_TX_IFCS;
	bool last = (i & (path->period - 1)) == path->period - 1;
	uint32_t out;

	if (!(onepath_read_status(&d->status) & ONEPATH_RX_DD))
		return 0;
	out = handler(path->buffers + (size_t)i * path->stride, le16toh(d->length), state);
	if (last)
		command |= ONEPATH_TX_RS;
	for (unsigned int k = 0; k < outputs; k++)
		reference_put(&path->output[k].ring[i],
			      out >> (16 + k) & 1 ? 0 : (uint16_t)(out & 0xffff), command);
	path->next = (i + 1) & path->mask;
	if (++r->unrung == REFERENCE_FLUSH)
		reference_flush(r, outputs);
	if (last)
		reference_recycle(r, outputs);
	return 1;
}

/**
 * reference_run() - forwards the frames that wait, up to @max
 * @r: a path
 * @outputs: r->path->outputs, or the same as a constant
 * @handler: the NF
 * @state: handed to @handler
 * @max: most frames to take
 *
 * Returns how many there were. If it found fewer than @max, their doorbells are rung and
 * what can be given back is, so that nothing waits for a frame that may not come.
 */
ONEPATH_INLINE unsigned int reference_run(struct reference *r, unsigned int outputs,
					  reference_handler *handler, void *state, unsigned int max)
{
	unsigned int count = 0;

	while (count < max && reference_one(r, outputs, handler, state))
		count++;
	if (count < max) {
		if (r->unrung)
			reference_flush(r, outputs);
		else if (!count)
			reference_recycle(r, outputs);
	}
	return count;
}

#endif
