// SPDX-License-Identifier: BSD-3-Clause
/* Lanes over a struct onepath_path: onepath's loop, and the reference's. */
#include <stdlib.h>
#include <sys/mman.h>

#include <onepath/run.h>

#include "bench.h"
#include "handlers.h"

#define ONEPATH_FUNCTION(name, outputs, handler)                                     \
	static unsigned int onepath_##name(struct lane *lane, unsigned int max)      \
	{                                                                            \
		return onepath_run(&lane->path, outputs, handler, lane->state, max); \
	}
BURSTS(ONEPATH_FUNCTION)

/* What an NF behind a pointer is to use. The others have no such form. */
static unsigned int onepath_burst_form(struct lane *lane, unsigned int max)
{
	return onepath_run_burst(&lane->path, 1, lane->burst_handler, lane->state, max);
}

#define ONEPATH_STEPS(name, outputs, handler)                                                   \
	static unsigned int onepath_##name(struct lane *lane, unsigned int max)                 \
	{                                                                                       \
		return onepath_run_burst(&lane->path, outputs, name##_burst, lane->state, max); \
	}
STEPS(ONEPATH_STEPS)

#define ONEPATH_ENTRY(name, outputs, handler) [BURST_##name] = onepath_##name,
static burst_function *const bursts[BURST_COUNT] = { BURSTS(ONEPATH_ENTRY) STEPS(ONEPATH_ENTRY) };

burst_function *onepath_burst(enum burst_number number)
{
	return number == BURST_pointer ? onepath_burst_form : bursts[number];
}

#define REFERENCE_FUNCTION(name, outputs, handler)                                          \
	static unsigned int reference_##name(struct lane *lane, unsigned int max)           \
	{                                                                                   \
		return reference_run(&lane->reference, outputs, handler, lane->state, max); \
	}
BURSTS(REFERENCE_FUNCTION)
STEPS(REFERENCE_FUNCTION)

#define REFERENCE_ENTRY(name, outputs, handler) [BURST_##name] = reference_##name,
burst_function *const reference_bursts[BURST_COUNT] = { BURSTS(REFERENCE_ENTRY)
								STEPS(REFERENCE_ENTRY) };

/* As the kernel lays a path out, in large pages if there are any. */
#define AREA_BYTES (32u << 20)
#define TAIL_BYTES 128 /* each doorbell on lines of its own */

static void make_queue(struct bench_queue *queue, struct onepath_descriptor *ring, uint32_t size,
		       volatile uint32_t *tail)
{
	*queue = (struct bench_queue){ (uint8_t *)ring, tail, 0, size - 1, NULL };
}

static uint8_t *take(uint8_t **area, size_t bytes)
{
	uint8_t *taken = *area;

	*area += (bytes + 4095) / 4096 * 4096;
	return taken;
}

void path_lane_set_up(struct lane *lane, const struct bench_case *what)
{
	struct onepath_path *path = &lane->path;
	uint32_t size = what->ring_size, stride = ONEPATH_BUFFER_BYTES + ONEPATH_BUFFER_GAP;
	uint8_t *area = aligned_alloc(2 << 20, AREA_BYTES), *tails, *heads;

	if (!area)
		bench_die("no memory");
	madvise(area, AREA_BYTES, MADV_HUGEPAGE);
	memset(area, 0, AREA_BYTES);
	*path = (struct onepath_path){ .stride = stride,
				       .mask = size - 1,
				       .outputs = what->outputs,
				       .buffer_bytes = ONEPATH_BUFFER_BYTES };
	path->area[0].start = area;
	path->buffers = take(&area, (size_t)size * stride);
	tails = take(&area, (1 + what->outputs) * TAIL_BYTES);
	heads = take(&area, what->outputs * ONEPATH_HEAD_STRIDE);
	path->rdt = (uint32_t *)(void *)tails;
	for (unsigned int k = 0; k < what->outputs; k++) {
		struct onepath_output *output = &path->output[k];

		output->ring = (void *)take(&area, size * sizeof(*output->ring));
		output->head = (void *)(heads + (size_t)k * ONEPATH_HEAD_STRIDE);
		output->tdt = (uint32_t *)(void *)(tails + (1 + k) * TAIL_BYTES);
		for (uint32_t i = 0; i < size; i++)
			output->ring[i].address =
				htole64((uintptr_t)path->buffers + (uint64_t)i * stride);
		make_queue(&lane->nic.tx[k], output->ring, size, output->tdt);
		lane->nic.tx[k].head_write_back = (uint32_t *)&output->head->head;
	}
	make_queue(&lane->nic.rx, path->output[0].ring, size, path->rdt);
	onepath_rewind(path);
	*path->rdt = htole32(path->given);
	lane->reference = (struct reference){ .path = path };
}

void path_lane_free(struct lane *lane)
{
	free(lane->path.area[0].start);
}
