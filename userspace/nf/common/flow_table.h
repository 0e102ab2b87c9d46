/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one flow table: from keys to flows, in memory of fixed size. Finding, adding, removing
 * and expiring take constant time, in the worst case too: a key's flow is in one of two
 * buckets of eight, and almost always in the first.
 *
 * A bucket is one cache line: a byte of the hash of each flow in it (its tag) and where the
 * flow is. So finding a flow costs two lines, the bucket's and its own; not finding one costs
 * the bucket's. When both buckets are full, a flow in them is moved to its other one (as in
 * cuckoo hashing, but never more than one); as there are twice as many places as flows, that
 * fails with a chance that no one will see.
 *
 * The hash is Multilinear-HM (Lemire and Kaser, "Strongly universal string hashing is fast",
 * 2014) with a secret that is drawn at the start: whatever keys are chosen without knowing it,
 * any two of them agree in b bits of their hashes with a chance of 2^-b, so nobody can aim
 * at a bucket. It takes one multiplication per 8 bytes of the key, and one to scatter keys
 * that count up. Who learned the secret
 * could fill two buckets, which makes flows with those hashes fail to be added; nothing
 * becomes slower, and nobody else's flow is harmed.
 *
 * A flow belongs to one of a few classes, each with its timeout, and each class is a list in
 * the order in which its flows were last used: the first one expires first. Time is a
 * number that never decreases, as a rule of seconds: a flow that is used several times in
 * the same second is moved in its list once.
 *
 * Flows are structs of the caller that begin with struct flow and have the key, an array of
 * 64-bit words, at a place that is the same in all: struct flow_type, a constant, so that
 * functions are compiled for each type of flow.
 */
#ifndef ONEPATH_NF_FLOW_TABLE_H
#define ONEPATH_NF_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

#define FLOW_NONE	  UINT32_MAX
#define FLOW_CLASSES	  5
#define FLOW_FREE	  FLOW_CLASSES /* the list of those that are in no class */
#define FLOW_LISTS	  (FLOW_CLASSES + 1)
#define FLOW_WORDS_MAX	  5 /* of a key */
#define FLOW_SLOTS	  8 /* of a bucket */
#define FLOW_CAPACITY_MAX (1u << 24)

/**
 * struct flow - what the table keeps of a flow; at the begin of the caller's struct
 * @hash: of its key
 * @seen: when it was used last
 * @previous: in its list; lists are rings through a head that is no flow
 * @next: in its list
 * @list: its class, or FLOW_FREE
 */
struct flow {
	uint32_t hash;
	uint32_t seen;
	uint32_t previous;
	uint32_t next;
	uint32_t list;
};

/* @bytes: of the caller's struct, @key: offset of its key, @words: of the key */
struct flow_type {
	uint32_t bytes;
	uint32_t key;
	uint32_t words;
};

/* Tags: 0 for a free slot; slot n's is bits 8n..8n+7. @spilled: flows at home here that are elsewhere. */
struct flow_bucket {
	uint64_t tags;
	uint32_t flow[FLOW_SLOTS];
	uint32_t spilled;
	uint32_t unused[5];
} __attribute__((aligned(64)));

/* Drawn at random, all of it, by whoever starts the table. */
struct flow_secret {
	uint64_t word[2 * FLOW_WORDS_MAX + 1];
};

/**
 * struct flow_table - read freely: @capacity, @count (flows that expired but were not removed
 * included), @timeout, which may also be written at any time: a flow lives while no more than
 * that has passed since it was used
 */
struct flow_table {
	struct flow_bucket *bucket;
	uint8_t *flows; /* capacity of them, then the heads of the lists */
	uint32_t bucket_mask;
	uint32_t capacity;
	uint32_t count;
	uint32_t timeout[FLOW_CLASSES];
	struct flow_secret secret;
};

/* Flow @n, 0 <= n < capacity. */
NF_INLINE void *flow_at(const struct flow_table *table, struct flow_type type, uint32_t n)
{
	return table->flows + (size_t)n * type.bytes;
}

/* One to one, so that the chance stays what it is; keys that count up are scattered. */
NF_INLINE uint32_t flow_mix(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x9e3779b1;
	return hash ^ hash >> 15;
}

NF_INLINE uint32_t flow_hash(const struct flow_table *table, struct flow_type type,
			     const uint64_t *key)
{
	const uint64_t *secret = table->secret.word;
	uint64_t sum = secret[0];

#pragma GCC unroll 5
	for (unsigned int i = 0; i < type.words; i++)
		sum += (secret[2 * i + 1] + (uint32_t)key[i]) *
		       (secret[2 * i + 2] + (key[i] >> 32));
	return flow_mix((uint32_t)(sum >> 32));
}

NF_INLINE struct flow_bucket *flow_home(const struct flow_table *table, uint32_t hash)
{
	return &table->bucket[hash & table->bucket_mask];
}

/* Where a flow is that did not fit in there. It may be the same. */
NF_INLINE struct flow_bucket *flow_elsewhere(const struct flow_table *table, uint32_t hash)
{
	return &table->bucket[hash * 0x9e3779b97f4a7c15 >> 40 & table->bucket_mask];
}

#define FLOW_EACH_BYTE(value) ((value) * 0x0101010101010101u)

/* 0x80 in the bytes of @tags that are @tag, 0 in all others. */
NF_INLINE uint64_t flow_matches(uint64_t tags, uint8_t tag)
{
	const uint64_t low = FLOW_EACH_BYTE(0x7fu);
	uint64_t difference = tags ^ FLOW_EACH_BYTE((uint64_t)tag);

	return ~(((difference & low) + low) | difference | low);
}

/* Never 0. */
NF_INLINE uint8_t flow_tag(uint32_t hash)
{
	uint8_t tag = (uint8_t)(hash >> 24);

	return tag ? tag : 1;
}

NF_INLINE unsigned int flow_first_slot(uint64_t matches)
{
	return (unsigned int)__builtin_ctzll(matches) / 8;
}

NF_INLINE bool flow_has_key(const struct flow *flow, struct flow_type type, const uint64_t *key)
{
	const uint64_t *own = (const uint64_t *)((const uint8_t *)flow + type.key);
	uint64_t difference = 0;

#pragma GCC unroll 5
	for (unsigned int i = 0; i < type.words; i++)
		difference |= own[i] ^ key[i];
	return !difference;
}

NF_INLINE bool flow_is_alive(const struct flow_table *table, const struct flow *flow, uint32_t now)
{
	return now - flow->seen <= table->timeout[flow->list];
}

NF_INLINE uint32_t flow_find_in(const struct flow_table *table, struct flow_type type,
				const struct flow_bucket *bucket, const uint64_t *key,
				uint32_t hash, uint32_t now)
{
	for (uint64_t matches = flow_matches(bucket->tags, flow_tag(hash)); matches;
	     matches &= matches - 1) {
		uint32_t n = bucket->flow[flow_first_slot(matches)];
		const struct flow *flow = flow_at(table, type, n);

		if (nf_likely(flow_has_key(flow, type, key)) && flow_is_alive(table, flow, now))
			return n;
	}
	return FLOW_NONE;
}

/* Returns the flow with @key and its @hash that is alive @now, or FLOW_NONE. */
NF_INLINE uint32_t flow_find(const struct flow_table *table, struct flow_type type,
			     const uint64_t *key, uint32_t hash, uint32_t now)
{
	const struct flow_bucket *home = flow_home(table, hash);
	uint32_t n = flow_find_in(table, type, home, key, hash, now);

	if (nf_unlikely(n == FLOW_NONE && home->spilled))
		return flow_find_in(table, type, flow_elsewhere(table, hash), key, hash, now);
	return n;
}

/* For bursts: the bucket, well before flow_find(). */
NF_INLINE void flow_prefetch(const struct flow_table *table, uint32_t hash)
{
	__builtin_prefetch(flow_home(table, hash));
}

/* The same for the flow, when the bucket is there. */
NF_INLINE void flow_prefetch_flow(const struct flow_table *table, struct flow_type type,
				  uint32_t hash)
{
	const struct flow_bucket *home = flow_home(table, hash);
	uint64_t matches = flow_matches(home->tags, flow_tag(hash));

	if (matches)
		__builtin_prefetch(flow_at(table, type, home->flow[flow_first_slot(matches)]), 1);
}

static inline void flow_unlink(struct flow_table *table, struct flow_type type, struct flow *flow)
{
	struct flow *previous = flow_at(table, type, flow->previous);
	struct flow *next = flow_at(table, type, flow->next);

	previous->next = flow->next;
	next->previous = flow->previous;
}

/* Puts flow @n into @list, before flow @next or, if that is the list's head, at the end. */
static inline void flow_link(struct flow_table *table, struct flow_type type, uint32_t n,
			     uint32_t next, uint32_t list)
{
	struct flow *flow = flow_at(table, type, n);
	struct flow *behind = flow_at(table, type, next);
	struct flow *before = flow_at(table, type, behind->previous);

	flow->list = list;
	flow->next = next;
	flow->previous = behind->previous;
	before->next = n;
	behind->previous = n;
}

NF_INLINE uint32_t flow_head(const struct flow_table *table, uint32_t list)
{
	return table->capacity + list;
}

NF_INLINE uint32_t flow_first(const struct flow_table *table, struct flow_type type, uint32_t list)
{
	const struct flow *head = flow_at(table, type, flow_head(table, list));

	return head->next;
}

/* Notes that flow @n is used @now, and is of @class from now on. */
NF_INLINE void flow_use(struct flow_table *table, struct flow_type type, uint32_t n, uint32_t class,
			uint32_t now)
{
	struct flow *flow = flow_at(table, type, n);

	if (nf_likely(flow->seen == now && flow->list == class))
		return;
	flow_unlink(table, type, flow);
	flow_link(table, type, n, flow_head(table, class), class);
	flow->seen = now;
}

/* Puts flow @n into @bucket. Returns false if it is full. */
NF_INLINE bool flow_place(struct flow_bucket *bucket, uint32_t n, uint32_t hash)
{
	uint64_t free = flow_matches(bucket->tags, 0);
	unsigned int slot;

	if (!free)
		return false;
	slot = flow_first_slot(free);
	bucket->tags |= (uint64_t)flow_tag(hash) << 8 * slot;
	bucket->flow[slot] = n;
	return true;
}

/* Takes flow @n out of @bucket. Returns false if it is not in there. */
NF_INLINE bool flow_displace(struct flow_bucket *bucket, uint32_t n, uint32_t hash)
{
	for (uint64_t matches = flow_matches(bucket->tags, flow_tag(hash)); matches;
	     matches &= matches - 1) {
		unsigned int slot = flow_first_slot(matches);

		if (bucket->flow[slot] == n) {
			bucket->tags &= ~((uint64_t)0xff << 8 * slot);
			return true;
		}
	}
	return false;
}

/* Makes room in @bucket, which is full: moves one of its flows to its other bucket. Returns false if all those are full. */
static inline bool flow_make_room(struct flow_table *table, struct flow_type type,
				  struct flow_bucket *bucket)
{
	for (unsigned int slot = 0; slot < FLOW_SLOTS; slot++) {
		uint32_t n = bucket->flow[slot];
		const struct flow *flow = flow_at(table, type, n);
		struct flow_bucket *home = flow_home(table, flow->hash);
		bool leaves = home == bucket;
		struct flow_bucket *other = leaves ? flow_elsewhere(table, flow->hash) : home;

		if (!flow_place(other, n, flow->hash))
			continue;
		home->spilled += leaves ? 1 : -1;
		bucket->tags &= ~((uint64_t)0xff << 8 * slot);
		return true;
	}
	return false;
}

/* Puts flow @n, whose hash is known, into one of its buckets. */
static inline bool flow_place_somewhere(struct flow_table *table, struct flow_type type, uint32_t n,
					uint32_t hash)
{
	struct flow_bucket *home = flow_home(table, hash);
	struct flow_bucket *elsewhere = flow_elsewhere(table, hash);

	if (flow_place(home, n, hash))
		return true;
	if (!flow_place(elsewhere, n, hash)) {
		if (flow_make_room(table, type, home))
			return flow_place(home, n, hash);
		if (!flow_make_room(table, type, elsewhere))
			return false;
		flow_place(elsewhere, n, hash);
	}
	home->spilled++;
	return true;
}

/**
 * flow_add() - adds a flow
 * @table: the table, in which no flow with @key is alive
 * @type: of its flows
 * @key: copied
 * @hash: flow_hash() of @key
 * @class: 0..FLOW_CLASSES - 1
 * @now: the time
 *
 * Returns its number, or FLOW_NONE if the table is full: capacity flows are in it, or, which
 * is as good as never so, there is no room in the key's buckets. Flows that expired count
 * until they are removed: flow_due(). What follows the key in the flow is as it was.
 */
static inline uint32_t flow_add(struct flow_table *table, struct flow_type type,
				const uint64_t *key, uint32_t hash, uint32_t class, uint32_t now)
{
	uint32_t n = flow_first(table, type, FLOW_FREE);
	struct flow *flow = flow_at(table, type, n);

	if (n == flow_head(table, FLOW_FREE) || !flow_place_somewhere(table, type, n, hash))
		return FLOW_NONE;
	memcpy((uint8_t *)flow + type.key, key, type.words * sizeof(*key));
	flow->hash = hash;
	flow->seen = now;
	flow_unlink(table, type, flow);
	flow_link(table, type, n, flow_head(table, class), class);
	table->count++;
	return n;
}

/* Removes flow @n. */
static inline void flow_remove(struct flow_table *table, struct flow_type type, uint32_t n)
{
	struct flow *flow = flow_at(table, type, n);
	struct flow_bucket *home = flow_home(table, flow->hash);

	if (!flow_displace(home, n, flow->hash)) {
		flow_displace(flow_elsewhere(table, flow->hash), n, flow->hash);
		home->spilled--;
	}
	flow_unlink(table, type, flow);
	flow_link(table, type, n, flow_first(table, type, FLOW_FREE), FLOW_FREE);
	table->count--;
}

/* Returns a flow that expired, of its class the one that did so first, or FLOW_NONE. */
static inline uint32_t flow_due(const struct flow_table *table, struct flow_type type, uint32_t now)
{
	for (uint32_t class = 0; class < FLOW_CLASSES; class ++) {
		uint32_t n = flow_first(table, type, class);

		if (n != flow_head(table, class) &&
		    !flow_is_alive(table, flow_at(table, type, n), now))
			return n;
	}
	return FLOW_NONE;
}

/* A power of two, of places twice as many as flows or more. */
static inline uint32_t flow_buckets(uint32_t capacity)
{
	uint32_t buckets = 2;

	while (buckets * (FLOW_SLOTS / 2) < capacity)
		buckets *= 2;
	return buckets;
}

/* Bytes of memory for a table of 1 <= @capacity <= FLOW_CAPACITY_MAX flows. */
static inline size_t flow_table_bytes(struct flow_type type, uint32_t capacity)
{
	return flow_buckets(capacity) * sizeof(struct flow_bucket) +
	       ((size_t)capacity + FLOW_LISTS) * type.bytes;
}

/* Makes an empty table in @memory, flow_table_bytes() that begin at a multiple of 64. */
static inline void flow_table_init(struct flow_table *table, struct flow_type type, void *memory,
				   uint32_t capacity, const struct flow_secret *secret)
{
	const uint32_t buckets = flow_buckets(capacity);

	memset(memory, 0, flow_table_bytes(type, capacity));
	*table = (struct flow_table){
		.bucket = memory,
		.flows = (uint8_t *)memory + buckets * sizeof(struct flow_bucket),
		.bucket_mask = buckets - 1,
		.capacity = capacity,
		.secret = *secret,
	};
	for (uint32_t list = 0; list < FLOW_LISTS; list++) {
		struct flow *head = flow_at(table, type, flow_head(table, list));

		head->next = flow_head(table, list);
		head->previous = flow_head(table, list);
	}
	for (uint32_t n = 0; n < capacity; n++)
		flow_link(table, type, n, flow_head(table, FLOW_FREE), FLOW_FREE);
}

#endif
