/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * policer: packets to a destination pass as long as its token bucket has tokens for them. A
 * limit is for a prefix as a whole, or for each address in it by itself. Packets to where no
 * limit is pass, and so do frames that are not IP.
 *
 * The bucket is the committed one of RFC 2697, with an excess burst of 0 and no colours: what
 * would be red is dropped. It counts bytes of IP packets, without the link's headers (RFC 2697,
 * 1). Tokens are counted in millionths of a byte and time in microseconds, so that what
 * accrues is a product of whole numbers: nothing is ever rounded.
 */
#ifndef ONEPATH_NF_POLICER_H
#define ONEPATH_NF_POLICER_H

#include <stdbool.h>

#include "flow_table.h"
#include "lpm.h"
#include "nf_steps.h"
#include "packet.h"

#define POLICER_MILLION	 1000000u
#define POLICER_RATE_MAX 125000000000u /* bytes a second: 1 Tbit/s */
#define POLICER_EACH	 UINT32_MAX /* in place of a bucket: each address has its own */

/**
 * struct policer_limit - what is allowed to a prefix, or to each address in it
 * @rate: bytes a second, 1..POLICER_RATE_MAX (RFC 2697's CIR)
 * @full: what a full bucket holds, in millionths of a byte (CBS): 1..2^32 - 1 bytes
 * @fill_us: after so long an empty bucket is full
 * @bucket: which one, or POLICER_EACH
 */
struct policer_limit {
	uint64_t rate;
	uint64_t full;
	uint64_t fill_us;
	uint32_t bucket;
};

/* @level: millionths of a byte that were there at @then_us. */
struct policer_bucket {
	uint64_t level;
	uint64_t then_us;
};

/* An address with a bucket of its own. One cache line. */
struct policer_address {
	struct flow flow;
	uint64_t key[2];
	struct policer_bucket bucket;
} __attribute__((aligned(64)));

#define POLICER_ADDRESSES                                    \
	((struct flow_type){ sizeof(struct policer_address), \
			     offsetof(struct policer_address, key), 2 })

/* What a configuration says. LPM values are indexes of @limit, from 1. */
struct policer_rules {
	struct lpm ipv4, ipv6;
	const struct policer_limit *limit;
};

/* In the order of policer_counter_names[]. */
struct policer_counts {
	uint64_t passed; /* packets within their limit */
	uint64_t over_limit; /* dropped */
	uint64_t unlimited; /* no limit is for their destination: passed */
	uint64_t not_ip; /* passed */
	uint64_t malformed; /* no destination can be read: dropped */
	uint64_t table_full; /* no room for one more address: dropped */
};

static const char *const policer_counter_names[]
	__attribute__((unused)) = { "passed",	 "over_limit", "unlimited", "not_ip",
				    "malformed", "table_full", NULL };

/**
 * struct policer - the state, of all paths together
 * @rules: swapped as a whole
 * @bucket: of limits for prefixes as a whole
 * @addresses: of limits for each address; the time is in seconds; class 0, whose timeout is no
 *	shorter than any bucket takes to be full: an address that is forgotten has lost nothing
 * @now_us: the time, which never decreases; set before each burst
 * @now_s: the same in seconds
 * @counts: what came
 */
struct policer {
	const struct policer_rules *rules;
	struct policer_bucket *bucket;
	struct flow_table addresses;
	uint64_t now_us;
	uint32_t now_s;
	struct policer_counts counts;
};

/* A limit of @rate bytes a second and @burst bytes. */
static inline struct policer_limit policer_limit(uint64_t rate, uint32_t burst, uint32_t bucket)
{
	uint64_t full = (uint64_t)burst * POLICER_MILLION;

	return (struct policer_limit){ rate, full, (full + rate - 1) / rate, bucket };
}

NF_INLINE void policer_set_time(struct policer *policer, uint64_t now_us)
{
	policer->now_us = now_us;
	policer->now_s = (uint32_t)(now_us / POLICER_MILLION);
}

/*
 * RFC 2697, 3: tokens accrue at the rate up to the burst's size; a packet of B bytes conforms
 * if there are B tokens, and then takes them; otherwise it takes none.
 *
 * Nothing overflows: what accrues in less than fill_us is less than full, which is less than
 * 2^52, and so was the level.
 */
NF_INLINE bool policer_conforms(const struct policer_limit *limit, struct policer_bucket *bucket,
				uint32_t bytes, uint64_t now_us)
{
	const uint64_t elapsed = now_us - bucket->then_us, need = (uint64_t)bytes * POLICER_MILLION;
	uint64_t level = limit->full;
	bool conforms;

	if (nf_likely(elapsed < limit->fill_us)) {
		level = bucket->level + elapsed * limit->rate;
		level = level < limit->full ? level : limit->full;
	}
	conforms = level >= need;
	bucket->level = conforms ? level - need : level;
	bucket->then_us = now_us;
	return conforms;
}

/* The bucket of an address that is new, full, or NULL if there is no room. */
static inline struct policer_bucket *policer_add(struct policer *policer, const uint64_t *key,
						 uint32_t hash)
{
	struct flow_table *table = &policer->addresses;
	struct policer_address *address;
	uint32_t n;

	for (unsigned int i = 0; i < 2; i++) { /* faster than they come */
		n = flow_due(table, POLICER_ADDRESSES, policer->now_s);
		if (n != FLOW_NONE)
			flow_remove(table, POLICER_ADDRESSES, n);
	}
	n = flow_add(table, POLICER_ADDRESSES, key, hash, 0, policer->now_s);
	if (n == FLOW_NONE)
		return NULL;
	address = flow_at(table, POLICER_ADDRESSES, n);
	/* Full under any limit. */
	address->bucket =
		(struct policer_bucket){ .level = UINT64_MAX >> 1, .then_us = policer->now_us };
	return &address->bucket;
}

/*
 * An address in two words. An IPv4 one gets 64 bits in front that no IPv6 address has that
 * packets are sent to: multicast with reserved flags and scope (RFC 4291, 2.7).
 */
NF_INLINE void policer_key(uint64_t key[2], const uint8_t *address, bool is_ipv6)
{
	key[0] = is_ipv6 ? raw64(address) : UINT64_MAX;
	key[1] = is_ipv6 ? raw64(address + 8) : raw32(address);
}

/**
 * struct policer_look - what is known of a frame before its bucket is looked for
 * @limit: for its destination, NULL if there is none, or no packet
 * @key: of its address
 * @hash: of @key, if the limit is for each address
 * @bytes: of the packet, 0 if there is none
 * @malformed: there is one, but not to be read
 */
struct policer_look {
	const struct policer_limit *limit;
	uint64_t key[2];
	uint32_t hash;
	uint16_t bytes;
	bool malformed;
};

/* Looks for the limit, and asks for the address's part of the table. */
NF_INLINE void policer_look_up(struct policer_look *look, const struct policer *policer,
			       const uint8_t *address, bool is_ipv6)
{
	const struct policer_rules *rules = policer->rules;
	uint32_t found = is_ipv6 ? lpm_find_ipv6(&rules->ipv6, address)
				 : lpm_find_ipv4(&rules->ipv4, address);

	if (found == LPM_NONE)
		return;
	look->limit = &rules->limit[found];
	if (look->limit->bucket != POLICER_EACH)
		return;
	policer_key(look->key, address, is_ipv6);
	look->hash = flow_hash(&policer->addresses, POLICER_ADDRESSES, look->key);
	flow_prefetch(&policer->addresses, look->hash);
}

/*
 * The first step, see nf_steps.h. A packet whose transport header is wrong has a destination all
 * the same; only if that cannot be told is it malformed: it would get past its limit.
 */
NF_INLINE void policer_look(struct policer_look *look, const uint8_t *frame, uint16_t length,
			    void *state)
{
	struct packet packet;

	look->limit = NULL;
	look->bytes = 0;
	look->malformed = false;
	if (nf_unlikely(!packet_parse(&packet, frame, length)) &&
	    (packet.problem == PACKET_BAD_ETHERNET || packet.problem == PACKET_BAD_IP)) {
		look->malformed = true;
		return;
	}
	if (nf_unlikely(packet.network != PACKET_IPV4 && packet.network != PACKET_IPV6))
		return;
	look->bytes = packet.end - packet.l3;
	policer_look_up(look, state, frame + packet_source(&packet) + packet_address_bytes(&packet),
			packet.network == PACKET_IPV6);
}

/* The second step: asks for the address's bucket. */
NF_INLINE void policer_fetch(const struct policer_look *look, void *state)
{
	const struct policer *policer = state;

	if (look->limit && look->limit->bucket == POLICER_EACH)
		flow_prefetch_flow(&policer->addresses, POLICER_ADDRESSES, look->hash);
}

NF_INLINE struct policer_bucket *policer_bucket_of(struct policer *policer,
						   const struct policer_look *look)
{
	struct flow_table *table = &policer->addresses;
	struct policer_address *found;
	uint32_t n;

	if (look->limit->bucket != POLICER_EACH)
		return &policer->bucket[look->limit->bucket];
	n = flow_find(table, POLICER_ADDRESSES, look->key, look->hash, policer->now_s);
	if (nf_unlikely(n == FLOW_NONE))
		return policer_add(policer, look->key, look->hash);
	flow_use(table, POLICER_ADDRESSES, n, 0, policer->now_s);
	found = flow_at(table, POLICER_ADDRESSES, n);
	return &found->bucket;
}

/* What has no limit: may it pass? */
static inline uint32_t policer_without_limit(struct policer *policer,
					     const struct policer_look *look, uint16_t length)
{
	if (look->malformed) {
		policer->counts.malformed++;
		return 0;
	}
	if (look->bytes)
		policer->counts.unlimited++;
	else
		policer->counts.not_ip++;
	return length;
}

/* The last step. Frames stay as they are. */
NF_INLINE uint32_t policer_judge(const struct policer_look *look, uint8_t *frame, uint16_t length,
				 void *state)
{
	struct policer *policer = state;
	struct policer_bucket *bucket;

	if (nf_unlikely(!look->limit))
		return policer_without_limit(policer, look, length);
	bucket = policer_bucket_of(policer, look);
	if (nf_unlikely(!bucket)) {
		policer->counts.table_full++;
		return 0;
	}
	if (nf_likely(policer_conforms(look->limit, bucket, look->bytes, policer->now_us))) {
		policer->counts.passed++;
		return length;
	}
	policer->counts.over_limit++;
	return 0;
}

NF_STEPS(policer)

#endif
