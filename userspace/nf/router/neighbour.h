/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbours: which MAC address has which IP address on which port. The states of RFC 4861,
 * 7.3.2, in short, for ARP as well: asked for, known, to be confirmed, silent. An entry is
 * found within a few slots of where its hash points; one that nobody heard of for long gives
 * way to a new one, and if there is none to give way the new one is refused.
 */
#ifndef ROUTER_NEIGHBOUR_H
#define ROUTER_NEIGHBOUR_H

#include <stdbool.h>
#include <string.h>

#include "bytes.h"

#define NEIGHBOUR_SLOTS 16 /* that are looked at for one key */

#define NEIGHBOUR_ASK_US 1000000 /* not more often (RFC 1122, 2.3.2.1; RFC 4861, 10) */
#define NEIGHBOUR_TRIES	 3 /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT: RFC 4861, 10 */
#define NEIGHBOUR_GIVEN_UP \
	(4 * NEIGHBOUR_ASK_US) /* nobody asked any more for so long: starts anew */

/* neighbour_learn(): what the frame that brought the news may do */
#define NEIGHBOUR_MAY_ADD    1u
#define NEIGHBOUR_MAY_CHANGE 2u /* another MAC address in place of a known one */

enum neighbour_answer {
	NEIGHBOUR_KNOWN,
	NEIGHBOUR_CONFIRM, /* known, but it is time to ask it whether it is still there */
	NEIGHBOUR_ASK,
	NEIGHBOUR_WAIT, /* was asked for just now */
	NEIGHBOUR_SILENT, /* did not answer */
	NEIGHBOUR_FULL, /* not known, and no room to note that it was asked for */
};

/* @where: port, family; never 0 */
struct neighbour_key {
	uint64_t high, low, where;
};

/**
 * struct neighbour - an entry
 * @key: @key.where is 0 in a slot that was never used
 * @mac: if @known
 * @known: there is an address
 * @fixed: it is configured: never changes, never ages
 * @tries: questions since the last answer
 * @asked_us: when it was asked for last
 * @heard_us: when it was heard of last
 */
struct neighbour {
	struct neighbour_key key;
	uint8_t mac[6];
	bool known, fixed;
	uint32_t tries;
	uint64_t asked_us, heard_us;
} __attribute__((aligned(64)));

/**
 * struct neighbours - the table
 * @slot: there are @mask + 1 + NEIGHBOUR_SLOTS of them, zero at first
 * @mask: a power of two less one
 * @seed: random, so that nobody can aim at a slot
 * @age_us: for so long what was heard is trusted; at least 4 s
 */
struct neighbours {
	struct neighbour *slot;
	uint64_t mask, seed, age_us;
};

NF_INLINE void neighbour_key_ipv4(struct neighbour_key *key, unsigned int port, const uint8_t *ip)
{
	*key = (struct neighbour_key){ 0, raw32(ip), 4u << 8 | port };
}

NF_INLINE void neighbour_key_ipv6(struct neighbour_key *key, unsigned int port, const uint8_t *ip)
{
	*key = (struct neighbour_key){ raw64(ip), raw64(ip + 8), 6u << 8 | port };
}

NF_INLINE bool neighbour_is(const struct neighbour *entry, const struct neighbour_key *key)
{
	return entry->key.low == key->low && entry->key.high == key->high &&
	       entry->key.where == key->where;
}

NF_INLINE struct neighbour *neighbour_first(const struct neighbours *table,
					    const struct neighbour_key *key)
{
	uint64_t hash = (key->high ^ key->where ^ table->seed) * 0x9e3779b97f4a7c15ull;

	hash = (hash ^ hash >> 32 ^ key->low) * 0xd6e8feb86659fd93ull;
	return &table->slot[(hash ^ hash >> 32) & table->mask];
}

/* Slots are used from the first one on and never emptied: behind one that was never used is nothing. */
NF_INLINE struct neighbour *neighbour_look_up(const struct neighbours *table,
					      const struct neighbour_key *key)
{
	struct neighbour *entry = neighbour_first(table, key);

	for (unsigned int n = 0; n < NEIGHBOUR_SLOTS && entry->key.where; n++, entry++)
		if (neighbour_is(entry, key))
			return entry;
	return NULL;
}

/* Has nobody heard of it for so long that another may have its place? Who was asked for in vain counts less. */
static inline bool neighbour_is_old(const struct neighbours *table, const struct neighbour *entry,
				    uint64_t now_us)
{
	if (entry->fixed)
		return false;
	if (entry->known && now_us - entry->heard_us <= 2 * table->age_us)
		return false;
	return now_us - entry->asked_us > NEIGHBOUR_GIVEN_UP;
}

/* A place for a key that is not in the table, or NULL. */
static inline struct neighbour *neighbour_add(struct neighbours *table,
					      const struct neighbour_key *key, uint64_t now_us)
{
	struct neighbour *entry = neighbour_first(table, key);

	for (unsigned int n = 0; n < NEIGHBOUR_SLOTS; n++, entry++) {
		if (entry->key.where && !neighbour_is_old(table, entry, now_us))
			continue;
		*entry = (struct neighbour){ .key = *key };
		return entry;
	}
	return NULL;
}

/* Not heard of for long, or never: ask, wait or give up? */
static inline enum neighbour_answer neighbour_doubt(struct neighbour *entry, uint64_t now_us)
{
	if (entry->tries && now_us - entry->asked_us < NEIGHBOUR_ASK_US) {
		if (entry->known)
			return NEIGHBOUR_KNOWN;
		return entry->tries > NEIGHBOUR_TRIES ? NEIGHBOUR_SILENT : NEIGHBOUR_WAIT;
	}
	if (now_us - entry->asked_us > NEIGHBOUR_GIVEN_UP)
		entry->tries = 0;
	if (entry->known && entry->tries >= NEIGHBOUR_TRIES) {
		entry->known = false; /* perhaps another has its address now */
		entry->tries = 0;
	}
	if (entry->tries <= NEIGHBOUR_TRIES)
		entry->tries++;
	entry->asked_us = now_us;
	return entry->known ? NEIGHBOUR_CONFIRM : NEIGHBOUR_ASK;
}

/**
 * neighbour_find() - where does a packet for this next hop go?
 * @mac: set if the answer is NEIGHBOUR_KNOWN or NEIGHBOUR_CONFIRM
 *
 * Who gets NEIGHBOUR_ASK or NEIGHBOUR_CONFIRM for an answer asks at once.
 */
NF_INLINE enum neighbour_answer neighbour_find(struct neighbours *table,
					       const struct neighbour_key *key, uint64_t now_us,
					       const uint8_t **mac)
{
	struct neighbour *entry = neighbour_look_up(table, key);

	*mac = NULL;
	if (nf_unlikely(!entry)) {
		entry = neighbour_add(table, key, now_us);
		if (!entry)
			return NEIGHBOUR_FULL;
	}
	*mac = entry->mac;
	if (nf_likely(entry->known && (entry->fixed || now_us - entry->heard_us < table->age_us)))
		return NEIGHBOUR_KNOWN;
	return neighbour_doubt(entry, now_us);
}

/**
 * neighbour_learn() - a neighbour said where it is
 * @mac: its address; ignored if it is none of a single host
 * @flags: NEIGHBOUR_MAY_ADD, NEIGHBOUR_MAY_CHANGE
 */
static inline void neighbour_learn(struct neighbours *table, const struct neighbour_key *key,
				   const uint8_t *mac, unsigned int flags, uint64_t now_us)
{
	static const uint8_t none[6];
	struct neighbour *entry = neighbour_look_up(table, key);

	if (mac[0] & 1 || !memcmp(mac, none, 6))
		return;
	if (!entry && flags & NEIGHBOUR_MAY_ADD)
		entry = neighbour_add(table, key, now_us);
	if (!entry || entry->fixed)
		return;
	if (entry->known && !(flags & NEIGHBOUR_MAY_CHANGE) && memcmp(entry->mac, mac, 6))
		return;
	memcpy(entry->mac, mac, 6);
	entry->known = true;
	entry->tries = 0;
	entry->heard_us = now_us;
}

/* A configured neighbour. Returns false if there is no room. */
static inline bool neighbour_fix(struct neighbours *table, const struct neighbour_key *key,
				 const uint8_t *mac, uint64_t now_us)
{
	struct neighbour *entry = neighbour_look_up(table, key);

	if (!entry)
		entry = neighbour_add(table, key, now_us);
	if (!entry)
		return false;
	memcpy(entry->mac, mac, 6);
	entry->known = true;
	entry->fixed = true;
	entry->heard_us = now_us;
	return true;
}

/* Before another configuration fixes its own: they age like learnt ones from now on. */
static inline void neighbour_release_fixed(struct neighbours *table)
{
	for (uint64_t i = 0; i < table->mask + 1 + NEIGHBOUR_SLOTS; i++)
		table->slot[i].fixed = false;
}

#endif
