/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routing tables that look like the Internet's, from a seed: networks of allocations in the
 * address space that is in use, announced whole and in parts, with about the share of each
 * prefix length that BGP tables show. For tests of the LPM and for its bench.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lpm.h"

/* xorshift64*: the same numbers on every machine. */
static inline uint64_t routes_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dull >> 16;
}

/* Of 1000 routes, so many have this length. */
struct routes_share {
	uint8_t length;
	uint16_t share;
};

static const struct routes_share routes_ipv4_shares[] = {
	{ 24, 602 }, { 23, 97 }, { 22, 112 }, { 21, 52 }, { 20, 45 }, { 19, 26 },
	{ 18, 15 },  { 17, 9 },	 { 16, 14 },  { 15, 3 },  { 14, 3 },  { 13, 3 },
	{ 12, 2 },   { 11, 1 },	 { 10, 1 },   { 25, 5 },  { 28, 5 },  { 32, 5 },
};

static const struct routes_share routes_ipv6_shares[] = {
	{ 48, 464 }, { 32, 124 }, { 44, 92 }, { 40, 78 }, { 36, 52 }, { 46, 32 },
	{ 47, 28 },  { 42, 26 },  { 33, 24 }, { 29, 34 }, { 45, 14 }, { 34, 10 },
	{ 38, 8 },   { 56, 6 },	  { 64, 4 },  { 128, 4 },
};

static inline unsigned int routes_length(uint64_t *seed, const struct routes_share *shares)
{
	unsigned int at = routes_random(seed) % 1000, i = 0;

	while (at >= shares[i].share)
		at -= shares[i++].share;
	return shares[i].length;
}

/* Bits @from to the end become random. */
static inline void routes_scramble(uint8_t *key, unsigned int from, uint64_t *seed)
{
	for (unsigned int bit = from; bit < 128; bit++) {
		key[bit / 8] &= ~(0x80 >> bit % 8);
		if (routes_random(seed) & 1)
			key[bit / 8] |= 0x80 >> bit % 8;
	}
}

static inline void routes_allocation(uint8_t *key, unsigned int bits, uint64_t *seed)
{
	static const uint8_t ipv6_blocks[][2] = { { 0x20, 0x01 }, { 0x24, 0x00 }, { 0x26, 0x00 },
						  { 0x28, 0x00 }, { 0x2a, 0x00 }, { 0x2c, 0x0c } };

	memset(key, 0, 16);
	if (bits == LPM_IPV4_BITS) {
		routes_scramble(key, 0, seed);
		key[0] = 1 + routes_random(seed) % 223; /* unicast */
	} else {
		memcpy(key, ipv6_blocks[routes_random(seed) % 6], 2);
		key[1] += routes_random(seed) % 16;
		routes_scramble(key, 16, seed);
	}
}

static inline int routes_compare(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct lpm_prefix, length) + 1);
}

/* Sorts them, leaves one of each, returns how many. */
static inline size_t routes_unique(struct lpm_prefix *routes, size_t count)
{
	size_t kept = 0;

	qsort(routes, count, sizeof(*routes), routes_compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || routes_compare(&routes[kept - 1], &routes[i]))
			routes[kept++] = routes[i];
	return kept;
}

/**
 * routes_make() - @count different routes, in order of their addresses
 * @bits: LPM_IPV4_BITS or LPM_IPV6_BITS
 * @values: their values are 1..@values
 * @seed: not 0; the same seed makes the same table
 */
static inline void routes_make(struct lpm_prefix *routes, size_t count, unsigned int bits,
			       uint32_t values, uint64_t seed)
{
	const struct routes_share *shares = bits == LPM_IPV4_BITS ? routes_ipv4_shares
								  : routes_ipv6_shares;
	unsigned int whole = bits == LPM_IPV4_BITS ? 16 : 28, left = 0;
	uint8_t allocation[16];

	for (size_t made = 0; made < count; made = routes_unique(routes, count)) {
		for (size_t i = made; i < count; i++) {
			struct lpm_prefix *route = &routes[i];

			if (!left--) { /* an average network announces some ten prefixes */
				left = routes_random(&seed) % 20;
				routes_allocation(allocation, bits, &seed);
			}
			memset(route, 0, sizeof(*route));
			memcpy(route->key, allocation, sizeof(route->key));
			route->length = routes_length(&seed, shares);
			routes_scramble(route->key, whole + routes_random(&seed) % 4, &seed);
			for (unsigned int bit = route->length; bit < 128; bit++)
				route->key[bit / 8] &= ~(0x80 >> bit % 8);
			route->value = 1 + routes_random(&seed) % values;
		}
	}
}

#endif
