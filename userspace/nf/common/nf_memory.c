/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory and secrets, see nf_memory.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "nf_memory.h"

#define HUGE_PAGE_BYTES	 (2u << 20)
#define CACHE_LINE_BYTES 64u

void *nf_memory(size_t bytes)
{
	size_t align = bytes < HUGE_PAGE_BYTES ? CACHE_LINE_BYTES : HUGE_PAGE_BYTES;
	void *memory;

	if (bytes > SIZE_MAX - align)
		return NULL;
	bytes = (bytes + align - 1) & ~(align - 1);
	memory = aligned_alloc(align, bytes);
	if (!memory)
		return NULL;
	if (align == HUGE_PAGE_BYTES)
		madvise(memory, bytes, MADV_HUGEPAGE); /* if it can */
	return memset(memory, 0, bytes);
}

void nf_memory_free(void *memory)
{
	free(memory);
}

void nf_random(void *memory, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t got = getrandom((uint8_t *)memory + done, bytes - done, 0);

		if (got < 0) {
			perror("getrandom");
			exit(EXIT_FAILURE);
		}
		done += (size_t)got;
	}
}
