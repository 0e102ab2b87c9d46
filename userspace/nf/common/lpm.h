/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one longest-prefix match, for IPv4 and IPv6: a trie whose root is indexed by a key's
 * first 16 bits and every further node by the next few, each slot holding the answer for all
 * keys below it unless a longer prefix made it a node. So a lookup is one load per level:
 * with 100,000 routes, IPv4 takes two loads as a rule and three at most.
 *
 * lpm_find() is the packet's side. lpm_build() (lpm.c) makes a table from a list, once: a
 * reload builds another one beside it. lpm_insert() is the step between, kept here so that
 * it can be proved against a linear model.
 */
#ifndef LPM_H
#define LPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef LPM_ROOT_BITS /* fewer in proofs: 4, 8 or 16 */
#define LPM_ROOT_BITS 16
#endif

/*
 * Bits per level after the root, 4 or 8. A node of 4 bits is one cache line, and IPv6 tables need
 * many of them; IPv4 has few enough nodes that fewer loads are worth more.
 */
#define LPM_IPV4_BITS	32
#define LPM_IPV4_STRIDE 8
#define LPM_IPV6_BITS	128
#define LPM_IPV6_STRIDE 4

#define LPM_NONE      0 /* no prefix covers the key */
#define LPM_VALUE_MAX 0x7fffffff
#define LPM_NODE      0x80000000 /* in a slot: the rest is where a node's slots begin */

/**
 * struct lpm_prefix - a prefix and what it stands for
 * @key: the address in network order, 4 or 16 bytes of it used; bits after @length are ignored
 * @length: of the prefix in bits
 * @value: 1..LPM_VALUE_MAX
 */
struct lpm_prefix {
	uint8_t key[16];
	uint8_t length;
	uint32_t value;
};

/**
 * struct lpm - a table
 * @slot: the root's slots, then the nodes'; aligned to a cache line
 * @used: slots in use
 * @capacity: slots there are, fixed when the table is made
 */
struct lpm {
	uint32_t *slot;
	uint32_t used, capacity;
};

/* @width bits of a key from bit @at on, both multiples of 4: one digit, one byte, or the first two bytes. */
static inline uint32_t lpm_bits(const uint8_t *key, unsigned int at, unsigned int width)
{
	if (width == 16)
		return (uint32_t)key[at / 8] << 8 | key[at / 8 + 1];
	if (width == 8)
		return key[at / 8];
	return at % 8 ? key[at / 8] & 0xf : key[at / 8] >> 4;
}

/* Called with constants for @bits and @stride, so that the compiler sees the number of levels. */
static inline __attribute__((always_inline)) uint32_t lpm_find(const struct lpm *lpm,
							       const uint8_t *key,
							       unsigned int bits,
							       unsigned int stride)
{
	uint32_t found = lpm->slot[lpm_bits(key, 0, LPM_ROOT_BITS)];

	for (unsigned int at = LPM_ROOT_BITS; found & LPM_NODE && at < bits; at += stride)
		found = lpm->slot[(found & ~LPM_NODE) + lpm_bits(key, at, stride)];
	return found;
}

/**
 * lpm_find_ipv4() - what the longest prefix that covers an address stands for
 * @lpm: a table built with LPM_IPV4_BITS
 * @address: 4 bytes in network order; any alignment
 *
 * Returns its value, or LPM_NONE.
 */
static inline uint32_t lpm_find_ipv4(const struct lpm *lpm, const uint8_t *address)
{
	return lpm_find(lpm, address, LPM_IPV4_BITS, LPM_IPV4_STRIDE);
}

/* The same for IPv6: a table built with LPM_IPV6_BITS, 16 bytes. */
static inline uint32_t lpm_find_ipv6(const struct lpm *lpm, const uint8_t *address)
{
	return lpm_find(lpm, address, LPM_IPV6_BITS, LPM_IPV6_STRIDE);
}

/* The first slots of a lookup, for a burst's frames ahead. */
static inline void lpm_prefetch(const struct lpm *lpm, const uint8_t *key)
{
	__builtin_prefetch(&lpm->slot[lpm_bits(key, 0, LPM_ROOT_BITS)]);
}

/* A new node whose slots all answer as @slot did, or false if there is no room for one. */
static inline bool lpm_split(struct lpm *lpm, uint32_t *slot, unsigned int stride)
{
	uint32_t first = lpm->used, count = 1u << stride;

	if (lpm->capacity - lpm->used < count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		lpm->slot[first + i] = *slot;
	*slot = LPM_NODE | first;
	lpm->used += count;
	return true;
}

/**
 * lpm_insert() - adds a prefix that is not shorter than any in the table that overlaps it
 * @lpm: a table; lpm_build() adds in an order that keeps the rule
 * @prefix: what to add; the same prefix with another value replaces it
 * @stride: of the table's family
 *
 * Returns false, with all answers as they were, if the table has no room for its nodes.
 */
static inline bool lpm_insert(struct lpm *lpm, const struct lpm_prefix *prefix, unsigned int stride)
{
	uint32_t node = 0, first, count;
	unsigned int at = 0, width = LPM_ROOT_BITS;

	while (prefix->length > at + width) {
		uint32_t *slot = &lpm->slot[node + lpm_bits(prefix->key, at, width)];

		if (!(*slot & LPM_NODE) && !lpm_split(lpm, slot, stride))
			return false;
		node = *slot & ~LPM_NODE;
		at += width;
		width = stride;
	}
	count = 1u << (at + width - prefix->length);
	first = lpm_bits(prefix->key, at, width) & ~(count - 1);
	for (uint32_t i = 0; i < count; i++)
		lpm->slot[node + first + i] = prefix->value;
	return true;
}

/**
 * lpm_build() - makes a table
 * @lpm: what to fill in; lpm_free() frees it
 * @bits: LPM_IPV4_BITS or LPM_IPV6_BITS
 * @prefixes: in any order; sorted in place. Of two equal ones the later counts.
 * @count: how many, 0 for a table that never finds anything
 *
 * The memory is just what these prefixes need. Returns 0, -EINVAL if a length or a value is out of
 * range, or -ENOMEM.
 */
int lpm_build(struct lpm *lpm, unsigned int bits, struct lpm_prefix *prefixes, size_t count);
void lpm_free(struct lpm *lpm);

#endif
