// SPDX-License-Identifier: BSD-3-Clause
/* Remembers what is in allocated memory, and puts it back: see snapshot.h. */
#include <sanitizer/asan_interface.h>
#include <string.h>

#include "input.h"
#include "snapshot.h"

#define BLOCKS_MAX 64

struct snapshot {
	unsigned int count;
	struct {
		void *block;
		void *copy;
		size_t size;
	} blocks[BLOCKS_MAX];
};

static struct snapshot *making, *current;

void *snapshot_malloc(size_t size)
{
	void *block = malloc(size);

	if (making && block) {
		MUST(making->count < BLOCKS_MAX);
		making->blocks[making->count].size = size;
		making->blocks[making->count++].block = block;
	}
	return block;
}

void *snapshot_calloc(size_t count, size_t size)
{
	void *block = snapshot_malloc(count * size);

	if (block)
		memset(block, 0, count * size);
	return block;
}

/* Where @block is in @snapshot; its count if it is not. */
static unsigned int find(const struct snapshot *snapshot, const void *block)
{
	unsigned int i = 0;

	while (i < snapshot->count && snapshot->blocks[i].block != block)
		i++;
	return i;
}

void snapshot_free(void *block)
{
	unsigned int i;

	if (making) {
		i = find(making, block);
		if (i < making->count)
			making->blocks[i] = making->blocks[--making->count];
	} else if (current && block) {
		i = find(current, block);
		if (i < current->count) {
			ASAN_POISON_MEMORY_REGION(block, current->blocks[i].size);
			return;
		}
	}
	free(block);
}

void *snapshot_realloc(void *block, size_t size)
{
	const struct snapshot *snapshot = making ? making : current;
	unsigned int i = snapshot ? find(snapshot, block) : 0;
	size_t old;
	void *new;

	if (!snapshot || i == snapshot->count)
		return block ? realloc(block, size) : snapshot_malloc(size);
	old = snapshot->blocks[i].size;
	new = snapshot_malloc(size);
	if (new) {
		memcpy(new, block, old < size ? old : size);
		snapshot_free(block);
	}
	return new;
}

void snapshot_begin(void)
{
	current = NULL;
	making = calloc(1, sizeof(*making));
	MUST(making);
}

struct snapshot *snapshot_end(void)
{
	struct snapshot *made = making;

	for (unsigned int i = 0; i < made->count; i++) {
		made->blocks[i].copy = malloc(made->blocks[i].size);
		MUST(made->blocks[i].copy);
		memcpy(made->blocks[i].copy, made->blocks[i].block, made->blocks[i].size);
	}
	making = NULL;
	current = made;
	return made;
}

void snapshot_restore(struct snapshot *snapshot)
{
	for (unsigned int i = 0; i < snapshot->count; i++) {
		ASAN_UNPOISON_MEMORY_REGION(snapshot->blocks[i].block, snapshot->blocks[i].size);
		memcpy(snapshot->blocks[i].block, snapshot->blocks[i].copy,
		       snapshot->blocks[i].size);
	}
	current = snapshot;
}
