/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A path and its device for the proofs of the hot loop: one turn from ANY state that the
 * invariants allow. If the state after it satisfies them again, they hold for ever.
 *
 * Frames and descriptors are numbered without wrapping: number i is descriptor i % SIZE, lap
 * i / SIZE. What holds for all descriptors, or all frames, is proved for one of each, `other`
 * and `watched`, which are any of them.
 *
 * The device moves whenever the loop looks: it receives into what it was given, sends what was
 * rung, and reports any head that it had. Of the datasheet: descriptors are used in order
 * (7.1.5, 7.2.3), up to and without the tail; DD is written after length and frame; a head written
 * back never runs ahead of what was sent, and does not go back (relaxed ordering off, 7.2.3.5.2).
 */
#ifndef LOOP_DEVICE_H
#define LOOP_DEVICE_H

#include <stdlib.h>
#include <onepath/run.h>
#include <onepath/burst.h>
#include "proof.h"

#ifndef OUTPUTS
#define OUTPUTS 2
#endif
#ifndef FRAMES
#define FRAMES 3 /* most frames of the turn */
#endif
#ifndef SIZE
#define SIZE 64 /* of the ring */
#endif
#ifndef STRIDE
#define STRIDE ONEPATH_BUFFER_STRIDE /* bytes from one buffer to the next */
#endif

static struct onepath_descriptor rings[OUTPUTS * SIZE]; /* one after the other */
static struct onepath_head heads[OUTPUTS];
static volatile uint32_t rdt, tdt[OUTPUTS];
static struct onepath_path path;
static uint8_t *next_frame; /* the buffer whose turn it is */

/* Numbers of frames; whatever is left out in between is at its place in the ring. */
static struct {
	uint32_t first; /* of the turn */
	uint32_t handled; /* the NF has seen all before it */
	uint32_t received; /* the device has received all before it: RDH */
	uint32_t given; /* the device may receive into all before it: RDT */
	uint32_t rung[OUTPUTS]; /* the outputs may send all before it: TDT */
	uint32_t sent[OUTPUTS]; /* they have sent all before it: TDH */
	uint32_t reported[OUTPUTS]; /* the head that was last written to memory */
} at;

static struct {
	uint32_t number, slot; /* any frame of the turn, and where its descriptors are */
	uint16_t received; /* its length */
	uint32_t answer; /* what the NF said of it */
	bool doorbell[OUTPUTS]; /* it was rung for */
} watched;

static struct {
	unsigned int output, slot; /* any descriptor */
	struct onepath_descriptor before; /* what it was when the turn began */
} other;

/* a is b, or before it */
static bool in_order(uint32_t a, uint32_t b)
{
	return a <= b;
}

static bool between(uint32_t number, uint32_t from, uint32_t to)
{
	return number >= from && number < to;
}

/* Any number below the ring's size; its upper bits are known to be 0, which is quicker to prove. */
static uint32_t any_distance(void)
{
	return nondet_u32() & (SIZE - 1);
}

/* Any number that the device may have come to, which was at @from and may go to @to. */
static uint32_t moves(uint32_t from, uint32_t to)
{
	uint32_t now = from + any_distance();

	assume(now <= to);
	return now;
}

/* The invariants, of numbers. Between turns all that was handled was rung for. */
static bool numbers_are_sound(void)
{
	if (!in_order(at.handled, at.received) || !in_order(at.received, at.given))
		return false;
	for (unsigned int k = 0; k < OUTPUTS; k++) {
		if (at.rung[k] != at.handled || !in_order(at.sent[k], at.rung[k]) ||
		    !in_order(at.reported[k], at.sent[k]))
			return false;
		/* what was given was sent by every output, one lap before, and one stays back */
		if (!in_order(at.given, at.reported[k] + SIZE - 1))
			return false;
	}
	return true;
}

/* The invariants, of what the loop remembers. */
static bool path_is_sound(void)
{
	return path.next == (at.handled & path.mask) && path.given == (at.given & path.mask) &&
	       path.end == (path.next & ~(path.period - 1)) + path.period && !path.away &&
	       path.period == (SIZE / 4 < 64 ? SIZE / 4 : 64);
}

/* Any ring, in any state between two turns, with any frames. */
static void any_state(void)
{
	path.mask = SIZE - 1;
	path.outputs = OUTPUTS;
	path.period = SIZE / 4 < 64 ? SIZE / 4 : 64;
#ifdef NEXT
	path.next =
		NEXT; /* a constant makes a proof faster; what it stands for must hold for any */
#else
	path.next = any_distance();
#endif
	path.end = (path.next & ~(path.period - 1)) + path.period;
	path.counted = nondet_u32();
	path.buffer_bytes = any_between(14, 0xffff);
	path.stride = STRIDE;
	path.rdt = &rdt;
	at.handled = 2 * SIZE + path.next; /* the lap makes no difference */
	at.received = at.handled + any_distance();
	at.given = at.handled + any_distance();
	path.given = at.given & path.mask;
	for (unsigned int k = 0; k < OUTPUTS; k++) {
		at.rung[k] = at.handled;
		at.sent[k] = at.handled - any_distance();
		at.reported[k] = at.handled - any_distance();
	}
	assume(numbers_are_sound() && path_is_sound());
	at.first = at.handled;

	__CPROVER_havoc_object(rings);
	for (unsigned int k = 0; k < OUTPUTS; k++) {
		path.output[k].ring = rings + k * SIZE;
		path.output[k].head = &heads[k];
		path.output[k].tdt = &tdt[k];
	}
	path.buffers = malloc(SIZE * STRIDE);
	assume(path.buffers);
	next_frame = path.buffers + (size_t)path.next * path.stride;

	watched.number = at.first + any_between(0, FRAMES - 1);
	watched.slot = watched.number & path.mask;
	watched.received = le16toh(rings[watched.slot].length);
	other.output = any_between(0, OUTPUTS - 1);
	other.slot = any_distance();
	other.before = rings[other.output * SIZE + other.slot];
}

/* The NF: any answer to any frame, or what NF() says. */
#ifndef NF
#define NF(frame, length, state) nondet_u32()
#endif
static uint32_t any_handler(uint8_t *frame, uint16_t length, void *state)
{
	uint32_t answer = NF(frame, length, state), bytes = answer & 0xffff;

	assume(!bytes || (bytes >= 14 && bytes <= path.buffer_bytes));
	prove(between(at.handled, at.first, at.received),
	      "a frame is handled after it was received");
	prove(frame == next_frame, "frames are handled in order, each in its own buffer, once");
	prove(state == &path, "the NF's state is handed on");
	if (at.handled == watched.number) {
		prove(length == watched.received, "the NF is told the length that was received");
		watched.answer = answer;
	}
	at.handled++;
	next_frame += path.stride;
	return answer;
}

/* What the NF said of the watched frame, for output @k. */
static uint16_t answered(unsigned int k)
{
	return watched.answer >> 16 >> k & 1 ? 0 : watched.answer & 0xffff;
}

/* The watched frame's descriptor of ring @k may be sent: all that 7.2.3.2.2 has of it is as the NF said. */
static void prove_complete(unsigned int k)
{
	const struct onepath_descriptor d = rings[k * SIZE + watched.slot];

	prove(watched.number - at.first < at.handled - at.first, "only handled frames are sent");
	prove(le16toh(d.length) == answered(k), "the length that the NF said is sent, or none");
	prove((d.cmd & ~ONEPATH_TX_RS) == (ONEPATH_TX_EOP | ONEPATH_TX_IFCS) && !d.cso &&
		      !d.status && !d.errors,
	      "a descriptor is complete when its doorbell is rung");
}

uint8_t onepath_read_status(const uint8_t *status)
{
	size_t offset = status - (const uint8_t *)rings;
	uint32_t slot = offset / sizeof(struct onepath_descriptor);
	uint32_t number = at.first + slot - path.next;
	uint8_t value = nondet_u8();

	prove(offset % sizeof(struct onepath_descriptor) ==
			      offsetof(struct onepath_descriptor, status) &&
		      slot >= path.next && slot < path.end,
	      "DD is looked at in this period's descriptors of ring 0");
	at.received = moves(at.received, at.given);
	/* DD of descriptors that were received and not handled, of no others: an invariant, too */
	assume((value & ONEPATH_RX_DD) == between(number, at.handled, at.received));
	return value;
}

uint32_t onepath_read_head(const uint32_t *head)
{
	unsigned int k = (const struct onepath_head *)head - heads;

	prove(head == &heads[k].head && k < OUTPUTS, "a head is read where the device writes it");
	at.sent[k] = moves(at.sent[k], at.rung[k]);
	at.reported[k] = moves(at.reported[k], at.sent[k]);
	return at.reported[k] & path.mask;
}

uint32_t onepath_read_shared(const uint32_t *word)
{
	return *word;
}

void onepath_write_seen(uint32_t *seen, uint32_t epoch)
{
	prove(false, "with all outputs in service there is nothing to be told to the kernel");
}

static void ring_rdt(uint32_t value)
{
	uint32_t given = at.given + ((value - at.given) & path.mask);

	at.received = moves(at.received, at.given);
	prove(given != at.given, "RDT is written only when there is something to be given back");
	prove(in_order(given, at.received + SIZE - 1),
	      "RDT never meets RDH: a full ring is not an empty one");
	for (unsigned int k = 0; k < OUTPUTS; k++)
		prove(in_order(given, at.sent[k] + SIZE),
		      "a buffer is given back only when EVERY output's head has passed it");
	at.given = given;
}

static void ring_tdt(unsigned int k, uint32_t value)
{
	uint32_t rung = at.rung[k] + ((value - at.rung[k]) & path.mask);
	bool period_ends = !((watched.number + 1) & (path.period - 1));

	at.sent[k] = moves(at.sent[k], at.rung[k]);
	prove(in_order(rung, at.handled), "a doorbell covers no frame that was not handled");
	prove(rung - at.sent[k] <= path.mask, "at most N-1 descriptors wait in a transmit queue");
	if (between(watched.number, at.rung[k], rung)) {
		prove(!watched.doorbell[k], "each frame is sent once by each output");
		prove_complete(k);
		prove(!(rings[k * SIZE + watched.slot].cmd & ONEPATH_TX_RS) == !period_ends,
		      "a head is asked for at the end of each period");
		watched.doorbell[k] = true;
	}
	at.rung[k] = rung;
}

void onepath_ring_doorbell(volatile uint32_t *tail, uint32_t value)
{
	prove(value <= path.mask, "a doorbell is a place in the ring");
	if (tail == &rdt) {
		ring_rdt(value);
		return;
	}
	prove(tail >= &tdt[0] && tail < &tdt[OUTPUTS], "a doorbell is one of this path's");
	ring_tdt(tail - tdt, value);
}

/* No descriptor but those of the frames handled has changed, nor the address of any. */
static void prove_nothing_else_is_touched(void)
{
	const struct onepath_descriptor now = rings[other.output * SIZE + other.slot],
					then = other.before;
	uint32_t number = at.first + ((other.slot - at.first) & path.mask);

	prove(now.address == then.address, "descriptor i points at buffer i for ever");
	prove(between(number, at.first, at.handled) ||
		      (now.length == then.length && now.cso == then.cso && now.cmd == then.cmd &&
		       now.status == then.status && now.errors == then.errors &&
		       now.vlan == then.vlan),
	      "no descriptor is written that was not received");
}

/* After a turn that returned @count. */
static void prove_turn(unsigned int count, unsigned int max)
{
	bool looked = !count || !(at.handled & (path.period - 1));

	prove(count == at.handled - at.first && count <= max,
	      "the loop says how many frames it took");
	prove(numbers_are_sound() && path_is_sound(), "the invariants hold again");
	prove_nothing_else_is_touched();
	for (unsigned int k = 0; k < OUTPUTS; k++)
		if (between(watched.number, at.first, at.handled))
			prove(watched.doorbell[k], "what was handled is sent by every output");
	if (between(watched.number, at.first, at.handled))
		prove(!(rings[watched.slot].status & ONEPATH_RX_DD),
		      "DD is clear when a buffer may be received into again");
	if (looked) {
		uint32_t oldest = 0;

		for (unsigned int k = 0; k < OUTPUTS; k++)
			if (at.handled - at.reported[k] > oldest)
				oldest = at.handled - at.reported[k];
		prove(at.given == at.handled - oldest + path.mask,
		      "what every head has passed is given back, all of it: nothing leaks");
	}
}

#endif
