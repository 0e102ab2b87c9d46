/* SPDX-License-Identifier: BSD-3-Clause */
/* What NFs take at their start: memory and secrets. Not for the packets' side. */
#ifndef ONEPATH_NF_MEMORY_H
#define ONEPATH_NF_MEMORY_H

#include <stddef.h>

/*
 * Zeroed memory, in large pages if there are any and @bytes fill one, at a multiple of 64.
 * Freed by nf_memory_free(). NULL: there is not enough.
 */
void *nf_memory(size_t bytes);
void nf_memory_free(void *memory);

/* Fills @memory at random, so that nobody can guess what is there; ends the program if that fails. */
void nf_random(void *memory, size_t bytes);

#endif
