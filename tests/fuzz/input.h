/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz input as the targets read it: numbers taken off its front, zeros after
 * its end, so that every input is a whole program of operations.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX 4096u /* bytes; longer ones are cut */

struct input {
	const uint8_t *at;
	size_t left;
};

/* The next @bytes (up to 8) as a number, lowest byte first. */
static inline uint64_t take(struct input *input, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes && input->left; i++, input->left--)
		value |= (uint64_t)*input->at++ << 8 * i;
	return value;
}

static inline void take_bytes(struct input *input, uint8_t *to, size_t count)
{
	while (count--)
		*to++ = (uint8_t)take(input, 1);
}

/* What must hold whatever the input; ends the process in a way that both runners notice. */
#define MUST(condition)                                                                   \
	do {                                                                              \
		if (!(condition)) {                                                       \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
				#condition);                                              \
			abort();                                                          \
		}                                                                         \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
