/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <stdlib.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_STDLIB_H
#define SHIM_STDLIB_H

#include <linux/mm.h>

static inline void *calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL);
}

static inline void free(void *memory)
{
	kvfree(memory);
}

#endif
