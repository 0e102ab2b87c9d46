/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop: takes the frames that wait in a path, hands each to the NF and
 * sends it on. A buffer follows its descriptor: received, handled, transmitted
 * by every output, received into again, always in ring order, so that there is
 * nothing to allocate, free or look up.
 *
 * Read onepath_handle() first, then onepath_take(), onepath_run(), and what is around it in
 * turn.h. burst.h has the form for handlers that cannot be inlined.
 */
#ifndef ONEPATH_RUN_H
#define ONEPATH_RUN_H

#include <assert.h>
#include <onepath/turn.h>

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

/**
 * struct onepath_loop - what onepath_run() was called with
 * @outputs: how many
 * @most: bytes that a buffer holds
 * @handler: the NF
 * @state: handed to @handler
 * @ring: k >= 1: from ring 0 to output k's ring, in descriptors
 */
struct onepath_loop {
	unsigned int outputs;
	uint32_t most;
	onepath_handler *handler;
	void *state;
	ptrdiff_t ring[ONEPATH_PATH_OUTPUTS];
};

/* Hands a received frame to the NF and makes ring 0's descriptor ready. Returns what the NF returned. */
ONEPATH_INLINE uint32_t onepath_handle(const struct onepath_loop *loop,
				       struct onepath_descriptor *d, uint8_t *frame)
{
	uint16_t in = le16toh(d->length);
	uint32_t out = loop->handler(frame, in, loop->state);
	uint16_t length = out & 0xffff, first = out >> 16 & 1 ? 0 : length;

#ifdef ONEPATH_DEBUG
	assert(!length || (length >= 14 && length <= loop->most));
#endif
	if (first != in)
		d->length = htole16(first);
	onepath_send_received(d);
	return out;
}

/* Handles @count frames, 1 or ONEPATH_GROUP: ring 0 frame by frame, then each other ring. */
ONEPATH_INLINE void onepath_handle_group(const struct onepath_loop *loop,
					 struct onepath_descriptor *d, uint8_t *frame,
					 size_t stride, unsigned int count)
{
	uint32_t out[ONEPATH_GROUP];

#pragma GCC unroll 8
	for (unsigned int n = 0; n < count; n++, frame += stride) {
		if (count > 1)
			__builtin_prefetch(frame + ONEPATH_GROUP * stride, 1);
		out[n] = onepath_handle(loop, d + n, frame);
	}
	for (unsigned int k = 1; k < loop->outputs; k++) {
#pragma GCC unroll 8
		for (unsigned int n = 0; n < count; n++)
			onepath_send(d + loop->ring[k] + n,
				     out[n] >> (16 + k) & 1 ? 0 : out[n] & 0xffff);
	}
}

/*
 * Handles the frames that wait from @d on, @room at most, eight at a time and the rest one by
 * one. Returns how many there were.
 */
ONEPATH_INLINE uint32_t onepath_take(const struct onepath_loop *loop, struct onepath_descriptor *d,
				     uint8_t *frame, size_t stride, uint32_t room)
{
	uint32_t left = room;

	while (left >= ONEPATH_GROUP && onepath_is_received(d + ONEPATH_GROUP - 1)) {
		onepath_handle_group(loop, d, frame, stride, ONEPATH_GROUP);
		d += ONEPATH_GROUP;
		frame += ONEPATH_GROUP * stride;
		left -= ONEPATH_GROUP;
	}
	while (left && onepath_is_received(d)) {
		onepath_handle_group(loop, d, frame, stride, 1);
		d++;
		frame += stride;
		left--;
	}
	return room - left;
}

/**
 * onepath_run() - forwards the frames that wait, up to @max
 * @path: a started path; one thread at a time
 * @outputs: path->outputs, or the same as a constant, which makes a faster loop
 * @handler: the NF; inlined where the compiler sees it
 * @state: handed to @handler; what it points at stays in registers if it is a local
 *	variable of the caller
 * @max: most frames to take, 1..ONEPATH_BURST as a rule
 *
 * Returns how many there were: all that waited, unless there were more than @max or the end
 * of a period came before. Never blocks, has no errors. Rings each output's doorbell once,
 * or none if no frame was there; then it looks for buffers to give back, so an output that
 * lagged is caught up with also when nothing arrives.
 */
ONEPATH_INLINE unsigned int onepath_run(struct onepath_path *path, unsigned int outputs,
					onepath_handler *handler, void *state, unsigned int max)
{
	struct onepath_loop loop;
	uint32_t room = onepath_turn_room(path, max), count;
	struct onepath_descriptor *d = path->output[0].ring + path->next;
	uint8_t *frame = path->buffers + (size_t)path->next * path->stride;

	loop.outputs = outputs;
	loop.most = path->buffer_bytes;
	loop.handler = handler;
	loop.state = state;
	for (unsigned int k = 1; k < outputs; k++)
		loop.ring[k] = path->output[k].ring - path->output[0].ring;
	/* the usual stride as a constant: frames are at constant displacements then */
	if (path->stride == ONEPATH_BUFFER_STRIDE)
		count = onepath_take(&loop, d, frame, ONEPATH_BUFFER_STRIDE, room);
	else
		count = onepath_take(&loop, d, frame, path->stride, room);
	onepath_turn_end(path, outputs, count);
	return count;
}

#endif
