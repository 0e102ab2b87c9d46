/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds an LPM table. The prefixes are sorted by address, and by length where addresses are
 * equal: then every prefix comes after all that cover it, as lpm_insert() wants, and how many
 * nodes the table needs follows from neighbours in the list.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lpm.h"
#include "nf_memory.h"

/* Zeroes what the length leaves out, so that equal prefixes have equal keys. */
static void cut_key(struct lpm_prefix *prefix)
{
	for (unsigned int byte = 0; byte < sizeof(prefix->key); byte++)
		if (byte * 8 + 8 > prefix->length)
			prefix->key[byte] &=
				byte * 8 < prefix->length ? 0xff00 >> (prefix->length % 8) : 0;
}

static int compare(const struct lpm_prefix *left, const struct lpm_prefix *right)
{
	int order = memcmp(left->key, right->key, sizeof(left->key));

	return order ? order : left->length - right->length;
}

/* Merge sort: keeps the order of equal prefixes. */
static void merge(struct lpm_prefix *to, const struct lpm_prefix *from, size_t middle, size_t count)
{
	size_t left = 0, right = middle;

	for (size_t i = 0; i < count; i++) {
		if (left < middle && (right == count || compare(&from[left], &from[right]) <= 0))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

static void sort(struct lpm_prefix *prefixes, struct lpm_prefix *spare, size_t count)
{
	for (size_t run = 1; run < count; run *= 2) {
		for (size_t at = 0; at < count; at += 2 * run) {
			size_t left = count - at < run ? count - at : run;
			size_t both = count - at < 2 * run ? count - at : 2 * run;

			merge(spare + at, prefixes + at, left, both);
		}
		memcpy(prefixes, spare, count * sizeof(*prefixes));
	}
}

/* How many leading bits two keys have in common. */
static unsigned int common_bits(const uint8_t *a, const uint8_t *b)
{
	for (unsigned int byte = 0; byte < 16; byte++)
		if (a[byte] != b[byte])
			return byte * 8 + (unsigned int)__builtin_clz(a[byte] ^ b[byte]) - 24;
	return 128;
}

/*
 * Slots for all. A prefix needs a node at each level before its end, and shares those down to
 * where it parts from a prefix that needs them, too: if there is one, it is the one before.
 */
static uint64_t slots_for(const struct lpm_prefix *prefixes, size_t count)
{
	uint64_t slots = 1u << LPM_ROOT_BITS;

	for (size_t i = 0; i < count; i++) {
		unsigned int common = 0, before = 0;

		if (i) {
			before = prefixes[i - 1].length;
			common = common_bits(prefixes[i - 1].key, prefixes[i].key);
		}
		for (unsigned int at = LPM_ROOT_BITS; at < prefixes[i].length; at += LPM_STRIDE)
			if (common < at || before <= at)
				slots += LPM_SLOTS;
	}
	return slots;
}

static bool allocate(struct lpm *lpm, uint64_t slots)
{
	if (slots > LPM_VALUE_MAX)
		return false;
	lpm->slot = nf_memory(slots * sizeof(*lpm->slot));
	lpm->used = 1u << LPM_ROOT_BITS;
	lpm->capacity = (uint32_t)slots;
	return lpm->slot;
}

int lpm_build(struct lpm *lpm, unsigned int bits, struct lpm_prefix *prefixes, size_t count)
{
	struct lpm_prefix *spare;

	for (size_t i = 0; i < count; i++) {
		if (prefixes[i].length > bits || !prefixes[i].value ||
		    prefixes[i].value > LPM_VALUE_MAX)
			return -EINVAL;
		cut_key(&prefixes[i]);
	}
	spare = malloc((count + 1) * sizeof(*spare));
	if (!spare)
		return -ENOMEM;
	sort(prefixes, spare, count);
	free(spare);
	if (!allocate(lpm, slots_for(prefixes, count)))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		lpm_insert(lpm, &prefixes[i]); /* has room: slots_for() */
	return 0;
}

void lpm_free(struct lpm *lpm)
{
	nf_memory_free(lpm->slot);
	lpm->slot = NULL;
}
