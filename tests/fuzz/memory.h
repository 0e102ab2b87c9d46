/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of a guest as strict as can be: the port sees it through two mappings,
 * one for what it asked to read, which cannot be written, and one for what it
 * asked to write. In both no byte may be touched (AddressSanitizer's poison)
 * but those that a DMA request named, and only until the port returns.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <sanitizer/asan_interface.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bring_up.h"
#include "input.h"

#define MEMORY_IOVA  0x100000000ull
#define MEMORY_PAGE  0x1000u
#define REQUESTS_MAX 4096u /* of one input: what is asked for beyond this is not mapped */

struct memory {
	uint8_t *mine; /* without poison, for the target itself */
	const uint8_t *readable;
	uint8_t *writable;
	uint8_t image[MEMORY_BYTES]; /* what is in it before an input */
	bool dirty[MEMORY_BYTES / MEMORY_PAGE];
	struct {
		const uint8_t *at;
		size_t len;
	} open[REQUESTS_MAX];
	unsigned int open_count;
	unsigned int requests;
};

/* What is mapped: @granule bytes lie together. The same bytes may have several addresses. */
static const struct memory_region {
	uint64_t iova;
	uint32_t at, bytes, granule;
	bool read, write;
} memory_regions[] = {
	{ 0, 0, 0x10000, MEMORY_PAGE, true, true }, /* where a ring is whose base nobody wrote */
	{ MEMORY_IOVA, 0, 0x28000, MEMORY_PAGE, true, true },
	{ MEMORY_IOVA + 0x28000, 0x28000, 0x8000, 0x8000, true, true },
	{ MEMORY_IOVA + 0x30000, 0x30000, 0x8000, MEMORY_PAGE, true, false },
	{ MEMORY_IOVA + 0x38000, 0x38000, 0x7000, MEMORY_PAGE, false, true },
	{ UINT64_MAX - MEMORY_PAGE + 1, 0x3f000, MEMORY_PAGE, MEMORY_PAGE, true, true },
};

/* Poison knows units of 8 bytes, of which a first part may be open. */
static inline void memory_poison(const uint8_t *at, size_t len)
{
	uintptr_t first = (uintptr_t)at & ~(uintptr_t)7;
	uintptr_t end = ((uintptr_t)at + len + 7) & ~(uintptr_t)7;

	ASAN_POISON_MEMORY_REGION((void *)first, end - first);
}

static inline void memory_create(struct memory *memory)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	const int both = PROT_READ | PROT_WRITE;

	MUST(fd >= 0 && !ftruncate(fd, MEMORY_BYTES));
	memory->mine = mmap(NULL, MEMORY_BYTES, both, MAP_SHARED, fd, 0);
	memory->writable = mmap(NULL, MEMORY_BYTES, both, MAP_SHARED, fd, 0);
	memory->readable = mmap(NULL, MEMORY_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	MUST(memory->mine != MAP_FAILED && memory->writable != MAP_FAILED &&
	     memory->readable != MAP_FAILED);
	close(fd);
	fill_memory(memory->image, MEMORY_IOVA);
	memcpy(memory->mine, memory->image, MEMORY_BYTES);
	memory_poison(memory->writable, MEMORY_BYTES);
	memory_poison(memory->readable, MEMORY_BYTES);
}

/* As nic_host.dma. */
static inline void *memory_dma(struct memory *memory, uint64_t iova, size_t *len, bool write)
{
	const struct memory_region *region = memory_regions;
	const uint8_t *host;
	uint64_t at;

	while (iova - region->iova >= region->bytes) {
		if (++region == memory_regions + sizeof(memory_regions) / sizeof(*region))
			return NULL;
	}
	if (!*len || !(write ? region->write : region->read) || memory->requests == REQUESTS_MAX)
		return NULL;
	memory->requests++;
	at = iova - region->iova;
	if (*len > region->granule - at % region->granule)
		*len = region->granule - at % region->granule;
	at += region->at;
	host = (write ? memory->writable : memory->readable) + at;
	ASAN_UNPOISON_MEMORY_REGION(host, *len);
	memory->open[memory->open_count].at = host;
	memory->open[memory->open_count++].len = *len;
	for (uint64_t page = at / MEMORY_PAGE; write && page <= (at + *len - 1) / MEMORY_PAGE;
	     page++)
		memory->dirty[page] = true;
	return (void *)host;
}

/* The port has returned: what it asked for is closed again. */
static inline void memory_close(struct memory *memory)
{
	while (memory->open_count) {
		memory->open_count--;
		memory_poison(memory->open[memory->open_count].at,
			      memory->open[memory->open_count].len);
	}
}

/* The guest writes. */
static inline void memory_poke(struct memory *memory, uint32_t at, const void *bytes, size_t len)
{
	at %= MEMORY_BYTES;
	if (len > MEMORY_BYTES - at)
		len = MEMORY_BYTES - at;
	memcpy(memory->mine + at, bytes, len);
	for (size_t page = at / MEMORY_PAGE; len && page <= (at + len - 1) / MEMORY_PAGE; page++)
		memory->dirty[page] = true;
}

/* Before each input. */
static inline void memory_restore(struct memory *memory)
{
	for (size_t page = 0; page < MEMORY_BYTES / MEMORY_PAGE; page++) {
		if (memory->dirty[page])
			memcpy(memory->mine + page * MEMORY_PAGE,
			       memory->image + page * MEMORY_PAGE, MEMORY_PAGE);
		memory->dirty[page] = false;
	}
	memory->requests = 0;
}

#endif
