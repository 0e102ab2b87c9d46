/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames whose last byte is the last one of a page behind which there is nothing: whoever
 * reads past their end gets SIGSEGV. And numbers at random, the same in every run.
 */
#ifndef GUARDED_H
#define GUARDED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define GUARDED_BYTES 65536u

/* Returns the end of GUARDED_BYTES bytes, behind which nothing may be touched. */
static inline uint8_t *guarded_end(void)
{
	static uint8_t *pages;

	if (pages)
		return pages + GUARDED_BYTES;
	pages = mmap(NULL, GUARDED_BYTES + 65536, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(pages + GUARDED_BYTES, 65536, PROT_NONE))
		abort();
	return pages + GUARDED_BYTES;
}

/* Returns a copy of @bytes bytes that ends where the memory ends. The next copy takes its place. */
static inline uint8_t *guarded_copy(const uint8_t *data, uint16_t bytes)
{
	uint8_t *copy = guarded_end() - bytes;

	return memcpy(copy, data, bytes);
}

/* xorshift64*: the next number; @state is never 0. */
static inline uint64_t guarded_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

#endif
