/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bridge: a learning bridge (IEEE 802.1Q, clause 8) of up to 16 ports. A frame goes to the port
 * behind which its destination was heard, or to all others of its VLAN. Read bridge_judge()
 * first.
 *
 * A frame has one buffer for all of its outputs, so it cannot leave with a VLAN tag by one port
 * and without by another. So it is a rule of the configuration that a VLAN of three or more
 * ports is tagged on all of them or on none; one of two ports can be as it likes, since a
 * frame then has one output. Tags are put in and taken out in place.
 *
 * Without VLANs all ports are of VLAN 0, tags are as any other bytes, and frames leave
 * unchanged. There is no spanning tree: ports must not form a loop.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <onepath/run.h>

#include "flow_table.h"
#include "nf_steps.h"
#include "packet.h"

#define BRIDGE_PORTS_MAX 16
#define BRIDGE_VLANS	 4096 /* 0 and 4095 are no VLANs: IEEE 802.1Q, table 9-2 */
#define BRIDGE_MACS	 12 /* bytes before the tag */

/* Classes of the flow table. */
#define BRIDGE_LEARNT 0
#define BRIDGE_STATIC 1

/* What is counted. Each frame is counted once by one of the first. */
#define BRIDGE_COUNTERS(X)                                                       \
	X(forwarded) /* to the port of their destination */                      \
	X(flooded) /* to all others of their VLAN */                             \
	X(same_port) /* dropped: the destination is where they came from */      \
	X(alone) /* dropped: no other port is of their VLAN */                   \
	X(reserved) /* dropped: for bridges only, 01-80-C2-00-00-0x */           \
	X(wrong_vlan) /* dropped: the port is not of their VLAN */               \
	X(malformed) /* dropped: from a group, or half a tag */                  \
	X(too_long) /* of those: dropped, the tag would not fit in the buffer */ \
	X(learnt) /* addresses */                                                \
	X(moved) /* addresses that are behind another port now */                \
	X(table_full) /* addresses that were not learnt, though their frames went on */

struct bridge_counters {
#define X(name) uint64_t name;
	BRIDGE_COUNTERS(X)
#undef X
};

static const char *const bridge_counter_names[] __attribute__((unused)) = {
#define X(name) #name,
	BRIDGE_COUNTERS(X)
#undef X
		NULL
};

/* Bit n: port n. @untagged: those of @members by which frames leave without a tag. */
struct bridge_vlan {
	uint16_t members, untagged;
};

/**
 * struct bridge_tables - what is configured
 * @aware: there are VLANs; if not, all is in @vlan[0]
 * @pvid: of each port: the VLAN of frames without a tag, 0 for none
 * @vlan: each of which bridge_is_possible()
 */
struct bridge_tables {
	bool aware;
	uint16_t pvid[BRIDGE_PORTS_MAX];
	struct bridge_vlan vlan[BRIDGE_VLANS];
};

/* An address: @key is bridge_key(). */
struct bridge_entry {
	struct flow flow;
	uint32_t port;
	uint64_t key;
};

static const struct flow_type bridge_type = {
	.bytes = sizeof(struct bridge_entry),
	.key = offsetof(struct bridge_entry, key),
	.words = 1,
};

/**
 * struct bridge - what all paths share
 * @tables: of the configuration in force
 * @addresses: of type bridge_type
 * @now_s: set once a burst
 * @count: counters
 */
struct bridge {
	const struct bridge_tables *tables;
	struct flow_table addresses;
	uint32_t now_s;
	struct bridge_counters count;
};

/**
 * struct bridge_path - the path of one port, whose outputs are all others in their order
 * @bridge: what is shared
 * @input: the port
 * @most: bytes that a buffer holds
 */
struct bridge_path {
	struct bridge *bridge;
	unsigned int input;
	uint32_t most;
};

/* What a frame's tag says, and what becomes of it. */
struct bridge_frame {
	bool tagged;
	uint16_t tci; /* with the VLAN that it is in */
};

/**
 * struct bridge_look - what is known of a frame before its addresses are looked for
 * @frame: its tag
 * @malformed: it is, and nothing of what follows is known
 * @from: bridge_key() of its source
 * @to: of its destination
 * @from_hash: of @from
 * @to_hash: of @to
 */
struct bridge_look {
	struct bridge_frame frame;
	bool malformed;
	uint64_t from, to;
	uint32_t from_hash, to_hash;
};

/* Can one buffer do for all? See above. */
static inline bool bridge_is_possible(struct bridge_vlan vlan)
{
	uint16_t untagged = vlan.members & vlan.untagged;

	return !untagged || untagged == vlan.members || __builtin_popcount(vlan.members) == 2;
}

NF_INLINE uint64_t bridge_key(const uint8_t *mac, uint16_t vlan)
{
	return (uint64_t)raw32(mac) << 32 | (uint32_t)raw16(mac + 4) << 16 | vlan;
}

/* Addresses that bridges keep to themselves (IEEE 802.1Q, table 8-1). */
NF_INLINE bool bridge_is_reserved(const uint8_t *mac)
{
	return get32(mac) == 0x0180c200 && (get16(mac + 4) & 0xfff0) == 0;
}

NF_INLINE uint32_t bridge_drop(uint64_t *counter)
{
	++*counter;
	return 0;
}

/* The frame's VLAN (IEEE 802.1Q, 6.9). Tags of service providers are no tags here. */
NF_INLINE bool bridge_classify(const struct bridge_path *path, const uint8_t *bytes,
			       uint16_t length, struct bridge_frame *frame)
{
	const struct bridge_tables *tables = path->bridge->tables;

	*frame = (struct bridge_frame){ 0 };
	if (!tables->aware)
		return true;
	if (get16(bytes + BRIDGE_MACS) == TYPE_VLAN) {
		if (length < ETHERNET_BYTES + VLAN_BYTES)
			return false;
		frame->tagged = true;
		frame->tci = get16(bytes + BRIDGE_MACS + 2);
	}
	if (!(frame->tci & 0xfff)) /* none, or only a priority */
		frame->tci |= tables->pvid[path->input];
	return true;
}

static inline void bridge_learn_new(struct bridge *bridge, uint64_t key, uint32_t hash,
				    uint32_t port)
{
	uint32_t n;

	for (unsigned int i = 0; i < 2;
	     i++) { /* of those that expired two go for each that comes */
		n = flow_due(&bridge->addresses, bridge_type, bridge->now_s);
		if (n != FLOW_NONE)
			flow_remove(&bridge->addresses, bridge_type, n);
	}
	n = flow_add(&bridge->addresses, bridge_type, &key, hash, BRIDGE_LEARNT, bridge->now_s);
	if (n == FLOW_NONE) {
		bridge->count.table_full++;
		return;
	}
	((struct bridge_entry *)flow_at(&bridge->addresses, bridge_type, n))->port = port;
	bridge->count.learnt++;
}

/* IEEE 802.1Q, 8.7: what is configured is not learnt over. */
NF_INLINE void bridge_learn(struct bridge *bridge, uint64_t key, uint32_t hash, uint32_t port)
{
	uint32_t n = flow_find(&bridge->addresses, bridge_type, &key, hash, bridge->now_s);
	struct bridge_entry *entry;

	if (nf_unlikely(n == FLOW_NONE)) {
		bridge_learn_new(bridge, key, hash, port);
		return;
	}
	entry = flow_at(&bridge->addresses, bridge_type, n);
	if (nf_unlikely(entry->flow.list == BRIDGE_STATIC))
		return;
	if (nf_unlikely(entry->port != port)) {
		entry->port = port;
		bridge->count.moved++;
	}
	flow_use(&bridge->addresses, bridge_type, n, BRIDGE_LEARNT, bridge->now_s);
}

/* Which of @members, ports that are not the input, get the frame (IEEE 802.1Q, 8.8). Counts it. */
NF_INLINE uint16_t bridge_choose(const struct bridge_path *path, const uint8_t *to,
				 const struct bridge_look *look, uint16_t members)
{
	struct bridge *bridge = path->bridge;
	const struct bridge_entry *entry;
	uint32_t n;

	if (!(to[0] & 1)) {
		n = flow_find(&bridge->addresses, bridge_type, &look->to, look->to_hash,
			      bridge->now_s);
		if (nf_likely(n != FLOW_NONE)) {
			entry = flow_at(&bridge->addresses, bridge_type, n);
			if (entry->port == path->input)
				return (uint16_t)bridge_drop(&bridge->count.same_port);
			if (members & 1u << entry->port) { /* it may be so no more */
				bridge->count.forwarded++;
				return (uint16_t)(1u << entry->port);
			}
		}
	}
	++*(members ? &bridge->count.flooded : &bridge->count.alone);
	return members;
}

/* Puts a tag in, takes it out or changes it, as @tagged wants. Returns the new length. */
NF_INLINE uint16_t bridge_retag(uint8_t *bytes, uint16_t length, const struct bridge_frame *frame,
				bool tagged)
{
	uint8_t *tag = bytes + BRIDGE_MACS;

	if (!tagged && !frame->tagged)
		return length;
	if (!tagged) {
		memmove(tag, tag + VLAN_BYTES, length - BRIDGE_MACS - VLAN_BYTES);
		return length - VLAN_BYTES;
	}
	if (!frame->tagged) {
		memmove(tag + VLAN_BYTES, tag, length - BRIDGE_MACS);
		put16(tag, TYPE_VLAN);
		length += VLAN_BYTES;
	}
	put16(tag + 2, frame->tci);
	return length;
}

/* From ports to the outputs of a path, which has none for its own. */
NF_INLINE uint16_t bridge_outputs(unsigned int input, uint16_t ports)
{
	const uint16_t below = (uint16_t)((1u << input) - 1);

	return (ports & below) | (ports >> 1 & ~below);
}

/* The first step, see nf_steps.h; @state: a struct bridge_path. */
NF_INLINE void bridge_look(struct bridge_look *look, const uint8_t *bytes, uint16_t length,
			   void *state)
{
	const struct bridge_path *path = state;
	const struct flow_table *addresses = &path->bridge->addresses;
	uint16_t vlan;

	look->malformed = length < ETHERNET_BYTES || bytes[6] & 1 ||
			  !bridge_classify(path, bytes, length, &look->frame);
	if (nf_unlikely(look->malformed))
		return;
	vlan = look->frame.tci & 0xfff;
	look->from = bridge_key(bytes + 6, vlan);
	look->to = bridge_key(bytes, vlan);
	look->from_hash = flow_hash(addresses, bridge_type, &look->from);
	look->to_hash = flow_hash(addresses, bridge_type, &look->to);
	flow_prefetch(addresses, look->from_hash);
	flow_prefetch(addresses, look->to_hash);
}

/* The second step. */
NF_INLINE void bridge_fetch(const struct bridge_look *look, void *state)
{
	const struct bridge_path *path = state;
	const struct flow_table *addresses = &path->bridge->addresses;

	if (nf_unlikely(look->malformed))
		return;
	flow_prefetch_flow(addresses, bridge_type, look->from_hash);
	flow_prefetch_flow(addresses, bridge_type, look->to_hash);
}

/* The last step. */
NF_INLINE uint32_t bridge_judge(const struct bridge_look *look, uint8_t *bytes, uint16_t length,
				void *state)
{
	const struct bridge_path *path = state;
	const struct bridge_frame *frame = &look->frame;
	struct bridge *bridge = path->bridge;
	const uint16_t input = (uint16_t)(1u << path->input);
	struct bridge_vlan vlan;
	uint16_t ports;
	bool tagged;

	if (nf_unlikely(look->malformed))
		return bridge_drop(&bridge->count.malformed);
	if (nf_unlikely(bridge_is_reserved(bytes)))
		return bridge_drop(&bridge->count.reserved);
	vlan = bridge->tables->vlan[frame->tci & 0xfff];
	if (nf_unlikely(!(vlan.members & input))) /* IEEE 802.1Q, 8.6.2 */
		return bridge_drop(&bridge->count.wrong_vlan);
	bridge_learn(bridge, look->from, look->from_hash, path->input);
	ports = bridge_choose(path, bytes, look, vlan.members & (uint16_t)~input);
	if (nf_unlikely(!ports))
		return 0;
	if (bridge->tables->aware) {
		tagged = !(ports & vlan.untagged); /* the same for all: bridge_is_possible() */
		if (nf_unlikely(tagged && !frame->tagged &&
				(uint32_t)length + VLAN_BYTES > path->most))
			return bridge_drop(&bridge->count.too_long);
		length = bridge_retag(bytes, length, frame, tagged);
	}
	return onepath_only(length, bridge_outputs(path->input, ports));
}

NF_STEPS(bridge)

#endif
