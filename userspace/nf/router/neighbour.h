/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbours: which MAC address has which IP address on which port. The states of RFC 4861,
 * 7.3.2, in short, for ARP as well: asked for, known, to be confirmed, silent. They are flows
 * of a flow table, with their states as classes: an entry that nobody heard of for long
 * expires, and when there is no room for a new one it is refused.
 */
#ifndef ROUTER_NEIGHBOUR_H
#define ROUTER_NEIGHBOUR_H

#include "flow_table.h"

#define NEIGHBOUR_ASK_US 1000000 /* not more often (RFC 1122, 2.3.2.1; RFC 4861, 10) */
#define NEIGHBOUR_TRIES	 3 /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT: RFC 4861, 10 */

/* Classes of flows. Who was asked for in vain is forgotten when nobody asks any more. */
#define NEIGHBOUR_ASKED	    0
#define NEIGHBOUR_HEARD	    1
#define NEIGHBOUR_FIXED	    2 /* configured: never changes, never ages */
#define NEIGHBOUR_ASKED_S   4
#define NEIGHBOUR_AGE_MAX_S 1000000

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

/* The address in two words, then the family and the port. */
struct neighbour_key {
	uint64_t word[3];
};

/**
 * struct neighbour - an entry
 * @flow: of its state's class; @flow.seen: when it was heard of last, or while not known asked for
 * @tries: questions since the last answer
 * @mac: if it is not in class NEIGHBOUR_ASKED
 * @asked_us: when it was asked for last
 */
struct neighbour {
	struct flow flow;
	uint32_t tries;
	struct neighbour_key key;
	uint64_t asked_us;
	uint8_t mac[6];
};

/**
 * struct neighbours - the table
 * @flows: its flows' type is neighbour_type
 * @age_s: for so long what was heard is trusted; for as long again it is confirmed
 * @now_us: monotonic; set once a burst
 * @now_s: the same in seconds
 */
struct neighbours {
	struct flow_table flows;
	uint32_t age_s, now_s;
	uint64_t now_us;
};

static const struct flow_type neighbour_type = {
	.bytes = sizeof(struct neighbour),
	.key = offsetof(struct neighbour, key),
	.words = 3,
};

NF_INLINE struct neighbour_key neighbour_key_ipv4(unsigned int port, const uint8_t *ip)
{
	return (struct neighbour_key){ { 0, raw32(ip), 4u << 8 | port } };
}

NF_INLINE struct neighbour_key neighbour_key_ipv6(unsigned int port, const uint8_t *ip)
{
	return (struct neighbour_key){ { raw64(ip), raw64(ip + 8), 6u << 8 | port } };
}

static inline void neighbours_set_age(struct neighbours *table, uint32_t age_s)
{
	table->age_s = age_s;
	table->flows.timeout[NEIGHBOUR_ASKED] = NEIGHBOUR_ASKED_S;
	table->flows.timeout[NEIGHBOUR_HEARD] = 2 * age_s;
	table->flows.timeout[NEIGHBOUR_FIXED] = UINT32_MAX;
}

NF_INLINE struct neighbour *neighbour_at(const struct neighbours *table, uint32_t n)
{
	return flow_at(&table->flows, neighbour_type, n);
}

NF_INLINE uint32_t neighbour_hash(const struct neighbours *table, const struct neighbour_key *key)
{
	return flow_hash(&table->flows, neighbour_type, key->word);
}

NF_INLINE uint32_t neighbour_look_up(const struct neighbours *table,
				     const struct neighbour_key *key, uint32_t hash)
{
	return flow_find(&table->flows, neighbour_type, key->word, hash, table->now_s);
}

/* Of the entries that expired two go for each one that comes. */
static inline uint32_t neighbour_add(struct neighbours *table, const struct neighbour_key *key,
				     uint32_t hash)
{
	uint32_t n;

	for (unsigned int i = 0; i < 2; i++) {
		n = flow_due(&table->flows, neighbour_type, table->now_s);
		if (n != FLOW_NONE)
			flow_remove(&table->flows, neighbour_type, n);
	}
	n = flow_add(&table->flows, neighbour_type, key->word, hash, NEIGHBOUR_ASKED, table->now_s);
	if (n != FLOW_NONE) {
		neighbour_at(table, n)->tries = 0;
		neighbour_at(table, n)->asked_us = 0;
	}
	return n;
}

/* Not heard of for long, or never: ask, wait or give up? */
static inline enum neighbour_answer neighbour_doubt(struct neighbours *table, uint32_t n)
{
	struct neighbour *entry = neighbour_at(table, n);
	bool known = entry->flow.list == NEIGHBOUR_HEARD;

	if (entry->tries && table->now_us - entry->asked_us < NEIGHBOUR_ASK_US) {
		if (known)
			return NEIGHBOUR_KNOWN;
		return entry->tries > NEIGHBOUR_TRIES ? NEIGHBOUR_SILENT : NEIGHBOUR_WAIT;
	}
	if (known && table->now_us - entry->asked_us > NEIGHBOUR_ASKED_S * 1000000ull)
		entry->tries = 0; /* nobody needed it since */
	if (known && entry->tries >= NEIGHBOUR_TRIES) {
		known = false; /* perhaps another has its address now */
		entry->tries = 0;
	}
	if (entry->tries <= NEIGHBOUR_TRIES)
		entry->tries++;
	entry->asked_us = table->now_us;
	if (known)
		return NEIGHBOUR_CONFIRM;
	flow_use(&table->flows, neighbour_type, n, NEIGHBOUR_ASKED, table->now_s);
	return NEIGHBOUR_ASK;
}

/**
 * neighbour_find() - where does a packet for this next hop go?
 * @hash: neighbour_hash() of @key
 * @mac: set if the answer is NEIGHBOUR_KNOWN or NEIGHBOUR_CONFIRM
 *
 * Who gets NEIGHBOUR_ASK or NEIGHBOUR_CONFIRM for an answer asks at once.
 */
NF_INLINE enum neighbour_answer neighbour_find(struct neighbours *table,
					       const struct neighbour_key *key, uint32_t hash,
					       const uint8_t **mac)
{
	uint32_t n = neighbour_look_up(table, key, hash);
	struct neighbour *entry;

	*mac = NULL;
	if (nf_unlikely(n == FLOW_NONE)) {
		n = neighbour_add(table, key, hash);
		if (n == FLOW_NONE)
			return NEIGHBOUR_FULL;
	}
	entry = neighbour_at(table, n);
	*mac = entry->mac;
	if (nf_likely(entry->flow.list == NEIGHBOUR_HEARD &&
		      table->now_s - entry->flow.seen < table->age_s))
		return NEIGHBOUR_KNOWN;
	if (entry->flow.list == NEIGHBOUR_FIXED)
		return NEIGHBOUR_KNOWN;
	return neighbour_doubt(table, n);
}

/* Writes what is known of entry @n. */
static inline void neighbour_set(struct neighbours *table, uint32_t n, const uint8_t *mac,
				 uint32_t class)
{
	struct neighbour *entry = neighbour_at(table, n);

	memcpy(entry->mac, mac, 6);
	entry->tries = 0;
	flow_use(&table->flows, neighbour_type, n, class, table->now_s);
}

/**
 * neighbour_learn() - a neighbour said where it is
 * @mac: its address; ignored if it is none of a single host
 * @flags: NEIGHBOUR_MAY_ADD, NEIGHBOUR_MAY_CHANGE
 */
static inline void neighbour_learn(struct neighbours *table, const struct neighbour_key *key,
				   const uint8_t *mac, unsigned int flags)
{
	static const uint8_t none[6];
	uint32_t hash = neighbour_hash(table, key);
	uint32_t n = neighbour_look_up(table, key, hash);
	const struct neighbour *entry;

	if (mac[0] & 1 || !memcmp(mac, none, 6))
		return;
	if (n == FLOW_NONE && flags & NEIGHBOUR_MAY_ADD)
		n = neighbour_add(table, key, hash);
	if (n == FLOW_NONE)
		return;
	entry = neighbour_at(table, n);
	if (entry->flow.list == NEIGHBOUR_FIXED)
		return;
	if (entry->flow.list == NEIGHBOUR_HEARD && !(flags & NEIGHBOUR_MAY_CHANGE) &&
	    memcmp(entry->mac, mac, 6))
		return;
	neighbour_set(table, n, mac, NEIGHBOUR_HEARD);
}

/* A configured neighbour. Returns false if there is no room. */
static inline bool neighbour_fix(struct neighbours *table, const struct neighbour_key *key,
				 const uint8_t *mac)
{
	uint32_t hash = neighbour_hash(table, key);
	uint32_t n = neighbour_look_up(table, key, hash);

	if (n == FLOW_NONE)
		n = neighbour_add(table, key, hash);
	if (n != FLOW_NONE)
		neighbour_set(table, n, mac, NEIGHBOUR_FIXED);
	return n != FLOW_NONE;
}

/* It is not configured any more: ages as if it had been heard of just now. */
static inline void neighbour_release(struct neighbours *table, const struct neighbour_key *key)
{
	uint32_t hash = neighbour_hash(table, key);
	uint32_t n = neighbour_look_up(table, key, hash);

	if (n != FLOW_NONE)
		flow_use(&table->flows, neighbour_type, n, NEIGHBOUR_HEARD, table->now_s);
}

#endif
