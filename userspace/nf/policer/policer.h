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

NF_INLINE struct policer_bucket *policer_bucket_of(struct policer *policer, const uint8_t *address,
						   bool is_ipv6)
{
	struct flow_table *table = &policer->addresses;
	struct policer_address *found;
	uint32_t hash, n;
	uint64_t key[2];

	policer_key(key, address, is_ipv6);
	hash = flow_hash(table, POLICER_ADDRESSES, key);
	n = flow_find(table, POLICER_ADDRESSES, key, hash, policer->now_s);
	if (nf_unlikely(n == FLOW_NONE))
		return policer_add(policer, key, hash);
	flow_use(table, POLICER_ADDRESSES, n, 0, policer->now_s);
	found = flow_at(table, POLICER_ADDRESSES, n);
	return &found->bucket;
}

/* Is a packet of @bytes to @address to pass? */
NF_INLINE bool policer_admit(struct policer *policer, const uint8_t *address, bool is_ipv6,
			     uint32_t bytes)
{
	const struct policer_rules *rules = policer->rules;
	uint32_t found = is_ipv6 ? lpm_find_ipv6(&rules->ipv6, address)
				 : lpm_find_ipv4(&rules->ipv4, address);
	const struct policer_limit *limit = &rules->limit[found];
	struct policer_bucket *bucket;

	if (found == LPM_NONE) {
		policer->counts.unlimited++;
		return true;
	}
	bucket = limit->bucket == POLICER_EACH ? policer_bucket_of(policer, address, is_ipv6)
					       : &policer->bucket[limit->bucket];
	if (nf_unlikely(!bucket)) {
		policer->counts.table_full++;
		return false;
	}
	if (nf_likely(policer_conforms(limit, bucket, bytes, policer->now_us))) {
		policer->counts.passed++;
		return true;
	}
	policer->counts.over_limit++;
	return false;
}

/*
 * The NF. A packet whose transport header is wrong has a destination all the same; only if that
 * cannot be told is it dropped: it would get past its limit.
 */
static inline uint32_t policer_handle(uint8_t *frame, uint16_t length, void *state)
{
	struct policer *policer = state;
	struct packet packet;

	if (nf_unlikely(!packet_parse(&packet, frame, length)) &&
	    (packet.problem == PACKET_BAD_ETHERNET || packet.problem == PACKET_BAD_IP)) {
		policer->counts.malformed++;
		return 0;
	}
	if (nf_unlikely(packet.network != PACKET_IPV4 && packet.network != PACKET_IPV6)) {
		policer->counts.not_ip++;
		return length;
	}
	return policer_admit(policer,
			     frame + packet_source(&packet) + packet_address_bytes(&packet),
			     packet.network == PACKET_IPV6, packet.end - packet.l3)
		       ? length
		       : 0;
}

#endif
