/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all proofs share: values that may be any, and the words in which properties are said.
 */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Functions without a body return any value: so CBMC understands these names. */
_Bool nondet_bool(void);
uint8_t nondet_u8(void);
uint16_t nondet_u16(void);
uint32_t nondet_u32(void);
uint64_t nondet_u64(void);
size_t nondet_size(void);

#define assume(condition)	   __CPROVER_assume(condition)
#define prove(condition, property) __CPROVER_assert(condition, property)

/* Any value from..to, both included. */
static inline uint32_t any_between(uint32_t from, uint32_t to)
{
	uint32_t value = nondet_u32();

	assume(value >= from && value <= to);
	return value;
}

#endif
