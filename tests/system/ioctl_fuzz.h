/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ioctl_fuzz.c, which makes programs, and ioctl_fuzz_calls.c, which carries them out,
 * share.
 */
#ifndef IOCTL_FUZZ_H
#define IOCTL_FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_OPS  16 /* calls of a program, at most */
#define FUZZ_MAPS 8 /* mappings of a thread, at most */

/**
 * struct fuzz_op - one call
 * @what: which
 * @a, @b, @c: its arguments, whatever they mean for it
 * @seed: of what else it needs
 */
struct fuzz_op {
	uint32_t what, a, b, c;
	uint64_t seed;
};

struct fuzz_program {
	unsigned int count;
	struct fuzz_op op[FUZZ_OPS];
};

/**
 * struct fuzz_thread - what a thread has of its own; descriptors are everybody's
 * @seed: its random numbers
 * @map: its mappings
 * @calls: how many it made
 * @succeeded: of these
 */
struct fuzz_thread {
	uint64_t seed;
	struct {
		unsigned char *at;
		size_t bytes;
	} map[FUZZ_MAPS];
	unsigned long calls;
	unsigned long succeeded;
};

static inline uint64_t fuzz_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline uint32_t fuzz_below(uint64_t *seed, uint32_t limit)
{
	return (uint32_t)(fuzz_number(seed) >> 33) % limit;
}

void fuzz_init(char **ports, unsigned int count);
void fuzz_call(struct fuzz_thread *thread, const struct fuzz_op *op);
void fuzz_thread_end(struct fuzz_thread *thread);
bool fuzz_ports_are_free(void);

#endif
