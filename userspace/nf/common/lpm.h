/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one longest-prefix match, for IPv4 and IPv6: a trie whose root is indexed by a key's
 * first 16 bits and every further node, a cache line, by the next 4, each slot holding the answer
 * for all keys below it unless a longer prefix made it a node. So a lookup is one load per level,
 * for a prefix of 24 bits three. 100,000 routes take 4 MB (IPv4) or 17 MB (IPv6). With 8 bits a
 * node there would be fewer loads, but of memory that is further away: slower, when measured.
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

#define LPM_STRIDE 4 /* bits per level after the root */
#define LPM_SLOTS  (1u << LPM_STRIDE) /* of a node */

/* Of keys. */
#define LPM_IPV4_BITS 32
#define LPM_IPV6_BITS 128

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

/* @width bits of a key from bit @at on: a node's 4, or the root's 4, 8 or 16. */
static inline uint32_t lpm_bits(const uint8_t *key, unsigned int at, unsigned int width)
{
	if (width == 16)
		return (uint32_t)key[at / 8] << 8 | key[at / 8 + 1];
	if (width == 8)
		return key[at / 8];
	return at % 8 ? key[at / 8] & 0xf : key[at / 8] >> 4;
}

/* Called with a constant for @bits, so that the compiler sees the number of levels. */
static inline __attribute__((always_inline)) uint32_t lpm_find(const struct lpm *lpm,
							       const uint8_t *key,
							       unsigned int bits)
{
	uint32_t found = lpm->slot[lpm_bits(key, 0, LPM_ROOT_BITS)];

	for (unsigned int at = LPM_ROOT_BITS; found & LPM_NODE && at < bits; at += LPM_STRIDE)
		found = lpm->slot[(found & ~LPM_NODE) + lpm_bits(key, at, LPM_STRIDE)];
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
	return lpm_find(lpm, address, LPM_IPV4_BITS);
}

/* The same for IPv6: a table built with LPM_IPV6_BITS, 16 bytes. */
static inline uint32_t lpm_find_ipv6(const struct lpm *lpm, const uint8_t *address)
{
	return lpm_find(lpm, address, LPM_IPV6_BITS);
}

/* The first slots of a lookup, for a burst's frames ahead. */
static inline void lpm_prefetch(const struct lpm *lpm, const uint8_t *key)
{
	__builtin_prefetch(&lpm->slot[lpm_bits(key, 0, LPM_ROOT_BITS)]);
}

/* A new node whose slots all answer as @slot did, or false if there is no room for one. */
static inline bool lpm_split(struct lpm *lpm, uint32_t *slot)
{
	uint32_t first = lpm->used;

	if (lpm->capacity - lpm->used < LPM_SLOTS)
		return false;
	for (uint32_t i = 0; i < LPM_SLOTS; i++)
		lpm->slot[first + i] = *slot;
	*slot = LPM_NODE | first;
	lpm->used += LPM_SLOTS;
	return true;
}

/**
 * lpm_insert() - adds a prefix that is not shorter than any in the table that overlaps it
 * @lpm: a table; lpm_build() adds in an order that keeps the rule
 * @prefix: what to add; the same prefix with another value replaces it
 *
 * Returns false, with all answers as they were, if the table has no room for its nodes.
 */
static inline bool lpm_insert(struct lpm *lpm, const struct lpm_prefix *prefix)
{
	uint32_t node = 0, first, count;
	unsigned int at = 0, width = LPM_ROOT_BITS;

	while (prefix->length > at + width) {
		uint32_t *slot = &lpm->slot[node + lpm_bits(prefix->key, at, width)];

		if (!(*slot & LPM_NODE) && !lpm_split(lpm, slot))
			return false;
		node = *slot & ~LPM_NODE;
		at += width;
		width = LPM_STRIDE;
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
