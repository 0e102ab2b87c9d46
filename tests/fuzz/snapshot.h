/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making a port takes longer than what most inputs do with it. So the fuzzer
 * makes each kind once, remembers what is in the memory that the model
 * allocated for it, and puts that back before an input. With O=fuzz the model's
 * allocations come here (fuzz.mk includes this file in front of each source);
 * else there is no such thing, and a port is made for each input.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* it comes before what the sources define */
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

void *snapshot_malloc(size_t size);
void *snapshot_calloc(size_t count, size_t size);
void *snapshot_realloc(void *block, size_t size);
void snapshot_free(void *block);

struct snapshot;

/* From now on to snapshot_end(), what is allocated is part of a new snapshot. */
void snapshot_begin(void);
struct snapshot *snapshot_end(void);

/* All its memory is as it was then, freed since or not. What was allocated since, its owner frees. */
void snapshot_restore(struct snapshot *snapshot);

#ifdef SNAPSHOT_MODEL
#define malloc(size)	     snapshot_malloc(size)
#define calloc(count, size)  snapshot_calloc(count, size)
#define realloc(block, size) snapshot_realloc(block, size)
#define free(block)	     snapshot_free(block)
#endif

#endif
