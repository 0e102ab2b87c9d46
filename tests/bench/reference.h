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

/* What does not change while a path runs: read once for a burst, as the paper's are constants. */
struct reference_constants {
	uint8_t *buffers;
	size_t stride;
	uint32_t mask, period;
	struct onepath_descriptor *ring;
};

/* One frame, if there is one: from its receive descriptor to all of its transmit descriptors. */
ONEPATH_INLINE unsigned int reference_one(struct reference *r, struct reference_constants c,
					  unsigned int outputs, reference_handler *handler,
					  void *state)
{
	uint32_t i = r->path->next;
	uint8_t command = ONEPATH_TX_EOP | ONEPATH_TX_IFCS;
	bool last = (i & (c.period - 1)) == c.period - 1;
	uint32_t out;

	if (!(onepath_read_status(&c.ring[i].status) & ONEPATH_RX_DD))
		return 0;
	out = handler(c.buffers + i * c.stride, le16toh(c.ring[i].length), state);
	if (last)
		command |= ONEPATH_TX_RS;
	reference_put(&c.ring[i], out >> 16 & 1 ? 0 : (uint16_t)(out & 0xffff), command);
	for (unsigned int k = 1; k < outputs; k++)
		reference_put(&r->path->output[k].ring[i],
			      out >> (16 + k) & 1 ? 0 : (uint16_t)(out & 0xffff), command);
	r->path->next = (i + 1) & c.mask;
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
	const struct onepath_path *path = r->path;
	struct reference_constants c = { path->buffers, path->stride, path->mask, path->period,
					 path->output[0].ring };
	unsigned int count = 0;

	while (count < max && reference_one(r, c, outputs, handler, state))
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
