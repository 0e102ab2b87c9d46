/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device under the hot loop, see run_device.h. It believes nothing: each
 * descriptor and buffer is checked when it changes hands, and a frame's bytes
 * follow from its number, so that none can be lost, doubled, swapped or changed
 * without a test failing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "run_device.h"

#include <cmocka.h>

static struct run_device *current;

static uint8_t *buffer_of(struct run_device *d, uint32_t i)
{
	return d->path.buffers + (size_t)i * d->path.stride;
}

static void check_frame(const uint8_t *frame, const struct run_slot *slot, bool marked)
{
	const char *fault = run_frame_fault(frame, slot->number, slot->length, marked);

	if (fault)
		fail_msg("frame %ju: %s", (uintmax_t)slot->number, fault);
}

static void *zeroed(size_t alignment, size_t bytes)
{
	void *memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);

	assert_non_null(memory);
	return memset(memory, 0, bytes);
}

struct run_device *run_device_new(uint32_t size, unsigned int outputs, uint32_t start,
				  run_verdict *verdict)
{
	struct run_device *d = zeroed(64, sizeof(*d));
	struct onepath_path *path = &d->path;

	d->size = size;
	d->mask = size - 1;
	d->period = size / 4 < 64 ? size / 4 : 64;
	d->outputs = outputs;
	d->verdict = verdict;
	d->head_odds = 2;
	d->slots = zeroed(64, size * sizeof(*d->slots));
	d->tails = zeroed(64, (1 + outputs) * sizeof(*d->tails));

	/* the usual stride, for which the loop has code of its own, or another */
	path->stride = ONEPATH_BUFFER_STRIDE + (run_random(2) ? 0 : 1024);
	path->buffers = zeroed(4096, (size_t)size * path->stride);
	path->rdt = &d->tails[0];
	path->buffer_bytes = RUN_BUFFER_BYTES;
	path->mask = d->mask;
	path->outputs = outputs;
	for (unsigned int k = 0; k < outputs; k++) {
		path->output[k].ring = zeroed(128, size * sizeof(*path->output[k].ring));
		path->output[k].head = zeroed(ONEPATH_HEAD_STRIDE, ONEPATH_HEAD_STRIDE);
		path->output[k].tdt = &d->tails[1 + k];
		d->taken[k] = zeroed(128, size * sizeof(*d->taken[k]));
	}
	run_device_start(d, start, 0);
	return d;
}

static void start_output(struct run_device *d, unsigned int k, uint32_t start)
{
	struct onepath_output *output = &d->path.output[k];

	memset(output->ring, 0, d->size * sizeof(*output->ring));
	for (uint32_t i = 0; i < d->size; i++)
		output->ring[i].address = htole64(run_buffer_address(i));
	d->service[k] = d->service[k] == SERVICE_IN ? SERVICE_IN : SERVICE_OUT;
	*output->head = (struct onepath_head){ .head = htole32(start),
					       .epoch = d->service[k] == SERVICE_OUT };
	d->tails[1 + k] = htole32(start);
	d->tdh[k] = start;
	d->tdt[k] = start;
	d->meant[k] = 0;
	d->left[k] = 0;
	d->cut[k] = 0;
	d->back_at[k] = 0;
	d->digest[k] = 0;
	d->sent[k] = d->received;
}

void run_device_start(struct run_device *d, uint32_t start, uint64_t number)
{
	struct onepath_path *path = &d->path;

	current = d;
	memset(d->slots, 0, d->size * sizeof(*d->slots));
	d->received = number;
	d->handled = number;
	d->waiting = 0;
	d->head_due = 0;
	for (unsigned int k = 0; k < d->outputs; k++)
		start_output(d, k, start);

	onepath_rewind(path);
	assert_int_equal(path->next, 0);
	assert_int_equal(path->given, d->mask);
	path->next = start;
	path->end = start / d->period * d->period + d->period;
	path->counted = start;
	path->given = (start + d->mask) & d->mask;
	d->was_away = path->away;
	d->start = (uint32_t)(start - number) & d->mask;
	d->rdh = start;
	d->rdt = path->given;
	d->given = d->mask;
	d->tails[0] = htole32(d->rdt);
	d->slots[d->rdt].owner = OWNER_FREE;
}

void run_device_use(struct run_device *d)
{
	current = d;
}

void run_device_free(struct run_device *d)
{
	for (unsigned int k = 0; k < d->outputs; k++) {
		free(d->path.output[k].head);
		free(d->path.output[k].ring);
		free(d->taken[k]);
	}
	free(d->path.buffers);
	free((void *)(uintptr_t)d->tails);
	free(d->slots);
	free(d);
	if (current == d)
		current = NULL;
}

bool run_device_receive(struct run_device *d)
{
	struct onepath_descriptor *descriptor = &d->path.output[0].ring[d->rdh];
	struct run_slot *slot = &d->slots[d->rdh];
	uint8_t *frame = buffer_of(d, d->rdh);

	if (!d->given || !d->waiting)
		return false;
	if (slot->owner != OWNER_RECEIVE)
		fail_msg("RDH %u: the buffer was not given back", d->rdh);

	slot->number = d->received++;
	slot->length = run_frame_length(slot->number);
	slot->owner = OWNER_NF;
	run_frame_write(frame, slot->number, slot->length);

	descriptor->length = htole16(slot->length);
	descriptor->cso = (uint8_t)run_random(256);
	descriptor->cmd = (uint8_t)run_random(256);
	descriptor->errors = 0;
	descriptor->vlan = htole16((uint16_t)run_random(65536));
	descriptor->status = (uint8_t)(ONEPATH_RX_DD | ONEPATH_RX_EOP | run_random(64) << 2);
	d->rdh = (d->rdh + 1) & d->mask;
	d->given--;
	d->waiting--;
	return true;
}

bool run_device_write_head(struct run_device *d, unsigned int k)
{
	if (!(d->head_due >> k & 1))
		return false;
	d->head_due &= (uint16_t)~(1u << k);
	d->path.output[k].head->head = htole32(d->tdh[k]);
	return true;
}

bool run_device_is_running(const struct run_device *d, unsigned int k)
{
	return d->service[k] <= SERVICE_SILENT || d->service[k] == SERVICE_STARTED;
}

void run_slot_done(struct run_slot *slot, unsigned int k)
{
	slot->unsent &= (uint16_t)~(1u << k);
	if (!slot->unsent)
		slot->owner = OWNER_FREE;
}

bool run_device_transmit(struct run_device *d, unsigned int k)
{
	uint32_t i = d->tdh[k];
	struct run_slot *slot = &d->slots[i];

	if (!run_device_is_running(d, k) || i == d->tdt[k] || d->stalled >> k & 1)
		return false;
	if (slot->owner != OWNER_OUTPUTS || !(slot->unsent >> k & 1))
		fail_msg("output %u, TDH %u: the buffer is not its own", k, i);
	if (slot->number < d->sent[k] || (!d->outages && slot->number != d->sent[k]))
		fail_msg("output %u, TDH %u: frame %ju, not %ju", k, i, (uintmax_t)slot->number,
			 (uintmax_t)d->sent[k]);
	assert_memory_equal(&d->path.output[k].ring[i], &d->taken[k][i], sizeof(*d->taken[k]));
	check_frame(buffer_of(d, i), slot, true);

	d->sent[k] = slot->number + 1;
	d->left[k] += d->taken[k][i].length != 0;
	d->digest[k] =
		(d->digest[k] ^ (slot->number << 16 | d->taken[k][i].length)) * 0x9e3779b97f4a7c15u;
	run_slot_done(slot, k);
	d->tdh[k] = (i + 1) & d->mask;
	if (d->taken[k][i].cmd & ONEPATH_TX_RS)
		d->head_due |= (uint16_t)(1u << k);
	return true;
}

void run_device_settle(struct run_device *d)
{
	while (run_device_receive(d))
		;
	for (unsigned int k = 0; k < d->outputs; k++) {
		while (run_device_transmit(d, k))
			if (run_random(2))
				run_device_write_head(d, k);
		run_device_write_head(d, k);
	}
}

void run_device_moves(void)
{
	struct run_device *d = current;
	uint32_t frames, first;

	for (unsigned int k = 0; k < d->outputs; k++)
		if ((d->was_away & ~d->path.away) >> k & 1)
			d->back_at[k] = d->handled;
	d->was_away = d->path.away;
	if (d->kernel_moves)
		run_kernel_moves(d);
	if (!d->moves || run_random(3 + d->outputs))
		return;
	for (frames = run_random(8); frames && run_device_receive(d); frames--)
		;
	first = run_random(d->outputs);
	for (unsigned int n = 0; n < d->outputs; n++) {
		unsigned int k = n < first ? n + d->outputs - first : n - first;

		for (frames = run_random(12); frames && run_device_transmit(d, k); frames--)
			;
		if (!run_random(d->head_odds))
			run_device_write_head(d, k);
	}
}

/*
 * Outputs that are away for the loop do not hold a buffer, and those that are back none of
 * before, unless their queue may read it.
 */
static void slot_given_up(struct run_device *d, uint32_t i)
{
	struct run_slot *slot = &d->slots[i];

	if (slot->owner != OWNER_OUTPUTS)
		return;
	for (unsigned int k = 0; k < d->outputs; k++) {
		bool in_queue = run_device_is_running(d, k) &&
				((i - d->tdh[k]) & d->mask) < ((d->tdt[k] - d->tdh[k]) & d->mask);

		if (!in_queue && (d->path.away >> k & 1 || slot->number < d->back_at[k]))
			run_slot_done(slot, k);
	}
}

static void rdt_rung(struct run_device *d, uint32_t value)
{
	d->rdt_writes++;
	if (value == d->rdt)
		fail_msg("RDT rung for nothing: it was %u before", value);
	for (; d->rdt != value; d->rdt = (d->rdt + 1) & d->mask) {
		struct run_slot *slot = &d->slots[d->rdt];

		slot_given_up(d, d->rdt);
		if (slot->owner != OWNER_FREE)
			fail_msg("RDT %u: buffer %u given back, but owner is %d, unsent %#x", value,
				 d->rdt, (int)slot->owner, slot->unsent);
		if (d->path.output[0].ring[d->rdt].status)
			fail_msg("RDT %u: status of %u is not zero", value, d->rdt);
		slot->owner = OWNER_RECEIVE;
		d->given++;
	}
	if (d->given > d->mask)
		fail_msg("RDT %u: the ring is full, which the device takes for empty", value);
}

/* A descriptor that output @k may send from now on. */
static void check_descriptor(struct run_device *d, unsigned int k, uint32_t i)
{
	const struct onepath_descriptor *descriptor = &d->path.output[k].ring[i];
	const struct run_slot *slot = &d->slots[i];
	uint32_t verdict = d->verdict(slot->number, slot->length);
	uint16_t length = verdict >> (16 + k) & 1 ? 0 : verdict & 0xffff;
	bool last = !((i + 1) % d->period);
	uint8_t cmd = ONEPATH_TX_EOP | ONEPATH_TX_IFCS | (last ? ONEPATH_TX_RS : 0);

	if (slot->owner != OWNER_OUTPUTS || !(slot->unrung >> k & 1))
		fail_msg("output %u: TDT passed %u, owner is %d", k, i, (int)slot->owner);
	if (le64toh(descriptor->address) != run_buffer_address(i))
		fail_msg("output %u: the address in %u changed", k, i);
	if (le16toh(descriptor->length) != length)
		fail_msg("output %u: length of %u is %u, not %u", k, i, le16toh(descriptor->length),
			 length);
	if (descriptor->cmd != cmd || descriptor->cso || descriptor->status || descriptor->errors)
		fail_msg("output %u: CMD of %u is %#x, not %#x, CSO %#x, STA %#x, CSS %#x", k, i,
			 descriptor->cmd, cmd, descriptor->cso, descriptor->status,
			 descriptor->errors);
}

static void tdt_rung(struct run_device *d, unsigned int k, uint32_t value)
{
	d->tdt_writes++;
	if (d->service[k] != SERVICE_IN && d->service[k] != SERVICE_STARTED)
		return;
	if (value == d->tdt[k] && !d->outages)
		fail_msg("output %u: TDT rung for nothing: it was %u before", k, value);
	for (; d->tdt[k] != value; d->tdt[k] = (d->tdt[k] + 1) & d->mask) {
		uint32_t i = d->tdt[k];

		check_descriptor(d, k, i);
		d->slots[i].unrung &= (uint16_t)~(1u << k);
		d->taken[k][i] = d->path.output[k].ring[i];
	}
}

void run_device_doorbell(volatile uint32_t *tail, uint32_t value)
{
	struct run_device *d = current;

	if (value > d->mask)
		fail_msg("tail %u of a ring of %u", value, d->size);
	if (tail == d->tails)
		rdt_rung(d, value);
	else
		tdt_rung(d, (unsigned int)(tail - d->tails - 1), value);
	run_device_moves();
}

uint32_t run_handler(uint8_t *frame, uint16_t length, void *state)
{
	struct run_device *d = state;
	uint32_t i = (uint32_t)(d->start + d->handled) & d->mask;
	struct run_slot *slot = &d->slots[i];
	uint32_t verdict;

	if (frame != buffer_of(d, i))
		fail_msg("frame %ju: not in buffer %u", (uintmax_t)d->handled, i);
	if (slot->owner != OWNER_NF || slot->number != d->handled || slot->length != length)
		fail_msg("frame %ju: buffer %u holds frame %ju, length %u (given %u), owner %d",
			 (uintmax_t)d->handled, i, (uintmax_t)slot->number, slot->length, length,
			 (int)slot->owner);
	check_frame(frame, slot, false);
	run_frame_mark(frame, slot->number);

	d->handled++;
	slot->owner = OWNER_OUTPUTS;
	slot->unsent = (uint16_t)((1u << d->outputs) - 1);
	slot->unrung = slot->unsent;
	verdict = d->verdict(slot->number, length);
	for (unsigned int k = 0; k < d->outputs; k++)
		d->meant[k] += (verdict & 0xffff) && !(verdict >> (16 + k) & 1);
	return verdict;
}

uint64_t run_device_done(const struct run_device *d)
{
	uint64_t least = d->sent[0];

	for (unsigned int k = 1; k < d->outputs; k++)
		if (d->sent[k] < least)
			least = d->sent[k];
	return least;
}
