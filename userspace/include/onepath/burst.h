/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hot loop for handlers that are not inlined: behind a pointer, in another library or
 * in another language. A call costs more than all that run.h does for a frame, so the
 * handler is called once for many frames, which it finds as arrays.
 */
#ifndef ONEPATH_BURST_H
#define ONEPATH_BURST_H

#include <onepath/turn.h>

/**
 * struct onepath_burst - frames that wait in a path
 * @frame: the first one's bytes, without CRC; may be changed. The next one's begin @stride
 *	bytes later, and so on.
 * @descriptor: their descriptors, of which the handler reads and writes the lengths only:
 *	onepath_burst_length() and onepath_burst_set_length()
 * @stride: bytes
 * @count: how many, 1..ONEPATH_BURST
 * @except: of a path with several outputs: frame by frame, those by which it is not to leave,
 *	bit k is output k's. All zero at first. With one output, length 0 says it all.
 *
 * The layout is fixed, for other languages: pointers, then the numbers, then the array.
 */
struct onepath_burst {
	uint8_t *frame;
	struct onepath_descriptor *descriptor;
	uint32_t stride;
	uint32_t count;
	uint16_t except[ONEPATH_BURST];
};

/* Handles all frames of @burst. @state: as given to onepath_run_burst(). */
typedef void onepath_burst_handler(struct onepath_burst *burst, void *state);

/* Frame @n's bytes, 0 <= @n < burst->count. */
ONEPATH_INLINE uint8_t *onepath_burst_frame(const struct onepath_burst *burst, unsigned int n)
{
	return burst->frame + (size_t)n * burst->stride;
}

/* How many bytes of frame @n were received, 60..path->buffer_bytes unless the wire brought less. */
ONEPATH_INLINE uint16_t onepath_burst_length(const struct onepath_burst *burst, unsigned int n)
{
	return le16toh(burst->descriptor[n].length);
}

/* Sends @length bytes of frame @n instead, 14..path->buffer_bytes, or drops it: 0. */
ONEPATH_INLINE void onepath_burst_set_length(struct onepath_burst *burst, unsigned int n,
					     uint16_t length)
{
	burst->descriptor[n].length = htole16(length);
}

/* How many frames wait from @first on, @room at most. */
ONEPATH_INLINE uint32_t onepath_burst_find(const struct onepath_descriptor *first, uint32_t room)
{
	const struct onepath_descriptor *d = first, *const end = first + room;

	while (d + ONEPATH_GROUP <= end && onepath_is_received(d + ONEPATH_GROUP - 1))
		d += ONEPATH_GROUP;
	while (d < end && onepath_is_received(d))
		d++;
	return d - first;
}

/* Rings 1 and up, and the frames that are not to leave by output 0. */
ONEPATH_INLINE void onepath_burst_choose(const struct onepath_path *path, unsigned int outputs,
					 const struct onepath_burst *burst)
{
	for (unsigned int k = 1; k < outputs; k++)
		for (unsigned int n = 0; n < burst->count; n++)
			onepath_send(path->output[k].ring + path->next + n,
				     burst->except[n] >> k & 1 ? 0
							       : onepath_burst_length(burst, n));
	for (unsigned int n = 0; n < burst->count; n++)
		if (burst->except[n] & 1)
			burst->descriptor[n].length = 0;
}

/* Ring 0: the lengths are there. */
ONEPATH_INLINE void onepath_burst_send(struct onepath_descriptor *d, uint32_t count)
{
	const struct onepath_descriptor *const end = d + count;

	for (; d + ONEPATH_GROUP <= end; d += ONEPATH_GROUP)
#pragma GCC unroll 8
		for (unsigned int n = 0; n < ONEPATH_GROUP; n++)
			onepath_send_received(d + n);
	for (; d < end; d++)
		onepath_send_received(d);
}

/**
 * onepath_run_burst() - onepath_run() with a handler that takes many frames at once
 * @path: a started path; one thread at a time
 * @outputs: path->outputs, or the same as a constant
 * @handler: the NF; not called if no frame waits
 * @state: handed to @handler
 * @max: most frames to take, 1..ONEPATH_BURST
 *
 * Returns how many there were.
 */
ONEPATH_INLINE unsigned int onepath_run_burst(struct onepath_path *path, unsigned int outputs,
					      onepath_burst_handler *handler, void *state,
					      unsigned int max)
{
	uint32_t room = onepath_turn_room(path, max < ONEPATH_BURST ? max : ONEPATH_BURST);
	struct onepath_descriptor *d = path->output[0].ring + path->next;
	uint32_t count = onepath_burst_find(d, room);
	struct onepath_burst burst = {
		path->buffers + (size_t)path->next * path->stride, d, path->stride, count, { 0 }
	};

	if (count) {
		handler(&burst, state);
		if (outputs > 1)
			onepath_burst_choose(path, outputs, &burst);
		onepath_burst_send(d, count);
	}
	onepath_turn_end(path, outputs, count);
	return count;
}

#endif
