/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device of several threads, see run_threads.h. It reads nothing in a descriptor or
 * frame before a tail told it to, and tells of what it wrote by a status or a head, so that
 * a barrier that the loop leaves out is a race here. Counters that are only there to be
 * checked are relaxed: they order nothing.
 */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "run_threads.h"

#define PASSED_ALL UINT64_MAX /* out of service: it reads nothing */

void threads_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", stderr);
	vfprintf(stderr, format, args);
	fputs("\n", stderr);
	va_end(args);
	abort();
}

static uint64_t peek(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void publish(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

static bool is_over(struct threads_device *d)
{
	return __atomic_load_n(&d->over, __ATOMIC_ACQUIRE);
}

static uint32_t read_tail(const volatile uint32_t *tail, uint32_t mask)
{
	uint32_t value = le32toh(__atomic_load_n(tail, __ATOMIC_ACQUIRE));

	if (value > mask)
		threads_fail("tail %u of a ring of %u", value, mask + 1);
	return value;
}

/* Now and then a thread is not there for a while. */
static void linger(void)
{
	uint32_t turns = run_random(8) ? 0 : run_random(20);

	while (turns--)
		sched_yield();
}

static uint8_t *buffer_of(struct threads_device *d, uint32_t i)
{
	return d->path.buffers + (size_t)i * RUN_STRIDE;
}

/* Receiving */

static void check_free(struct threads_device *d, uint64_t number)
{
	uint64_t held = number - d->size; /* the frame that was in this buffer before */

	if (number < d->size)
		return;
	for (unsigned int k = 0; k < d->path.outputs; k++)
		if (peek(&d->output[k].passed) <= held)
			threads_fail("frame %ju: output %u has yet to send what is in its buffer",
				     (uintmax_t)number, k);
}

static void receive(struct threads_device *d, uint64_t number)
{
	uint32_t i = (uint32_t)number & d->mask;
	struct onepath_descriptor *descriptor = &d->path.output[0].ring[i];
	uint16_t length = run_frame_length(number);
	uint8_t status = (uint8_t)(ONEPATH_RX_DD | ONEPATH_RX_EOP | run_random(64) << 2);

	check_free(d, number);
	run_frame_write(buffer_of(d, i), number, length);
	descriptor->length = htole16(length);
	descriptor->cso = (uint8_t)run_random(256);
	descriptor->cmd = (uint8_t)run_random(256);
	descriptor->errors = 0;
	descriptor->vlan = htole16((uint16_t)run_random(65536));
	__atomic_store_n(&descriptor->status, status, __ATOMIC_RELEASE);
	publish(&d->received, number + 1);
}

static void *receiver(void *argument)
{
	struct threads_device *d = argument;
	uint64_t number = 0;

	run_random_seed(d->seed);
	while (number < d->frames) {
		uint32_t burst = 1 + run_random(run_random(4) ? 32 : d->size);
		uint32_t rdt = read_tail(&d->tails[0], d->mask);

		if (rdt == (number & d->mask))
			sched_yield();
		for (; burst && number < d->frames && rdt != (number & d->mask); burst--)
			receive(d, number++);
		linger();
	}
	return NULL;
}

/* Sending */

static void check_descriptor(struct threads_output *o, const struct onepath_descriptor *descriptor)
{
	const struct threads_device *d = o->device;
	uint32_t verdict = d->verdict(o->next, run_frame_length(o->next));
	uint16_t length = verdict >> (16 + o->k) & 1 ? 0 : verdict & 0xffff;

	if (le64toh(descriptor->address) != run_buffer_address(o->tdh))
		threads_fail("output %u: the address in %u changed", o->k, o->tdh);
	if (le16toh(descriptor->length) != length)
		threads_fail("output %u, frame %ju: length %u, not %u", o->k, (uintmax_t)o->next,
			     le16toh(descriptor->length), length);
	if ((descriptor->cmd & ~ONEPATH_TX_RS) != (ONEPATH_TX_EOP | ONEPATH_TX_IFCS) ||
	    descriptor->cso || descriptor->status || descriptor->errors)
		threads_fail("output %u, frame %ju: CMD %#x, CSO %#x, STA %#x, CSS %#x", o->k,
			     (uintmax_t)o->next, descriptor->cmd, descriptor->cso,
			     descriptor->status, descriptor->errors);
}

/* The first frame since the queue was started: of the lap in which the loop stood at TDH. */
static void join_loop(struct threads_output *o)
{
	uint64_t number;

	memcpy(&number, buffer_of(o->device, o->tdh), sizeof(number));
	if (number < o->next || (number & o->device->mask) != o->tdh)
		threads_fail("output %u: frame %ju comes first at %u, not before %ju", o->k,
			     (uintmax_t)number, o->tdh, (uintmax_t)o->next);
	o->next = number;
	o->joins = false;
}

/* Returns whether it was asked for the head. */
static bool transmit(struct threads_output *o)
{
	struct threads_device *d = o->device;
	struct onepath_descriptor descriptor = d->path.output[o->k].ring[o->tdh];
	const char *fault;

	if (o->joins)
		join_loop(o);
	fault = run_frame_fault(buffer_of(d, o->tdh), o->next, run_frame_length(o->next), true);
	if (fault)
		threads_fail("output %u, frame %ju: %s", o->k, (uintmax_t)o->next, fault);
	check_descriptor(o, &descriptor);
	o->left += descriptor.length != 0;
	o->tdh = (o->tdh + 1) & d->mask;
	o->next++;
	publish(&o->passed, o->next);
	return descriptor.cmd & ONEPATH_TX_RS;
}

/* For those who wait for the end, and before a head tells of it. */
static void publish_place(struct threads_output *o)
{
	__atomic_store_n(&o->at, o->tdh, __ATOMIC_RELAXED);
}

static void write_head(struct threads_output *o)
{
	struct onepath_head *head = o->device->path.output[o->k].head;

	publish_place(o);
	__atomic_store_n(&head->head, htole32(o->tdh), __ATOMIC_RELEASE);
}

/* Sends what there is, or some of it; heads are written at once, or later for several. */
static void send_some(struct threads_output *o)
{
	struct threads_device *d = o->device;
	uint32_t tdt = read_tail(&d->tails[1 + o->k], d->mask);
	uint32_t burst = 1 + run_random(run_random(4) ? 32 : d->size);
	bool late = run_random(2), due = false;

	if (o->tdh == tdt)
		sched_yield();
	for (; burst && o->tdh != tdt; burst--) {
		due |= transmit(o);
		if (due && !late) {
			write_head(o);
			due = false;
		}
	}
	if (due)
		write_head(o);
	publish_place(o);
}

/* What the kernel tells the loop of output @k. */
static void change_epoch(struct threads_output *o, uint32_t where)
{
	struct onepath_head *head = o->device->path.output[o->k].head;

	__atomic_store_n(&head->resume_at, where, __ATOMIC_RELAXED);
	__atomic_store_n(&head->epoch, head->epoch + 1, __ATOMIC_RELEASE);
}

static void stop_queue(struct threads_output *o)
{
	struct threads_device *d = o->device;
	uint32_t tdt = read_tail(&d->tails[1 + o->k], d->mask);

	for (; o->tdh != tdt; o->tdh = (o->tdh + 1) & d->mask)
		o->cut += d->path.output[o->k].ring[o->tdh].length != 0;
	publish(&o->passed, PASSED_ALL);
	linger();
	change_epoch(o, tdt);
}

static void start_queue(struct threads_output *o)
{
	struct threads_device *d = o->device;

	o->tdh = (uint32_t)peek(&d->received) & d->mask;
	o->joins = true;
	d->tails[1 + o->k] = htole32(o->tdh); /* plainly: no doorbell is on its way */
	write_head(o);
	linger();
	change_epoch(o, o->tdh);
}

static void outage(struct threads_output *o)
{
	const struct onepath_head *head = o->device->path.output[o->k].head;

	stop_queue(o);
	linger();
	while (__atomic_load_n(&head->seen, __ATOMIC_ACQUIRE) != head->epoch) {
		if (is_over(o->device))
			return;
		sched_yield();
	}
	start_queue(o);
	o->outages++;
}

static void *sender(void *argument)
{
	struct threads_output *o = argument;

	run_random_seed(o->device->seed + 1 + o->k);
	while (!is_over(o->device)) {
		send_some(o);
		linger();
		if (o->device->outages && !run_random(100))
			outage(o);
	}
	return NULL;
}

bool threads_output_done(const struct threads_output *output)
{
	const struct threads_device *d = output->device;
	bool away = d->path.away >> output->k & 1;

	return away || __atomic_load_n(&output->at, __ATOMIC_RELAXED) == (d->frames & d->mask);
}

/* Life */

static void *zeroed(size_t alignment, size_t bytes)
{
	size_t whole = (bytes + alignment - 1) / alignment * alignment;
	void *memory = aligned_alloc(alignment, whole);

	if (!memory)
		threads_fail("no memory");
	return memset(memory, 0, whole);
}

static void make_output(struct threads_device *d, unsigned int k)
{
	struct onepath_output *output = &d->path.output[k];

	output->ring = zeroed(128, d->size * sizeof(*output->ring));
	for (uint32_t i = 0; i < d->size; i++)
		output->ring[i].address = htole64(run_buffer_address(i));
	output->head = zeroed(ONEPATH_HEAD_STRIDE, ONEPATH_HEAD_STRIDE);
	output->tdt = &d->tails[1 + k];
	d->output[k].device = d;
	d->output[k].k = k;
}

static void start_thread(pthread_t *thread, void *(*function)(void *), void *argument)
{
	if (pthread_create(thread, NULL, function, argument))
		threads_fail("no thread");
}

struct threads_device *threads_device_start(uint32_t size, unsigned int outputs, uint64_t frames,
					    run_verdict *verdict, bool outages)
{
	struct threads_device *d = zeroed(64, sizeof(*d));

	d->size = size;
	d->mask = size - 1;
	d->frames = frames;
	d->verdict = verdict;
	d->outages = outages;
	d->seed = (uint64_t)run_random(UINT32_MAX) << 16;
	d->tails = zeroed(64, (1 + outputs) * sizeof(*d->tails));
	d->tails[0] = htole32(d->mask);
	d->path = (struct onepath_path){
		.buffers = zeroed(4096, (size_t)size * RUN_STRIDE),
		.rdt = &d->tails[0],
		.stride = RUN_STRIDE,
		.buffer_bytes = RUN_BUFFER_BYTES,
		.mask = d->mask,
		.outputs = outputs,
	};
	for (unsigned int k = 0; k < outputs; k++)
		make_output(d, k);
	onepath_rewind(&d->path);
	start_thread(&d->receiver, receiver, d);
	for (unsigned int k = 0; k < outputs; k++)
		start_thread(&d->output[k].thread, sender, &d->output[k]);
	return d;
}

void threads_device_stop(struct threads_device *d)
{
	__atomic_store_n(&d->over, true, __ATOMIC_RELEASE);
	pthread_join(d->receiver, NULL);
	for (unsigned int k = 0; k < d->path.outputs; k++)
		pthread_join(d->output[k].thread, NULL);
}

void threads_device_free(struct threads_device *d)
{
	for (unsigned int k = 0; k < d->path.outputs; k++) {
		free(d->path.output[k].ring);
		free(d->path.output[k].head);
	}
	free(d->path.buffers);
	free((void *)(uintptr_t)d->tails);
	free(d);
}
