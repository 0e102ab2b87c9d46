/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mappings: how they begin, with which port, what keeps them alive, how they end.
 *
 * A mapping is endpoint-independent (RFC 4787, REQ-1; RFC 5382, REQ-1): one inside endpoint
 * has one outside endpoint, whoever it talks to; no two share one (RFC 4787, REQ-3). The port
 * stays what it is if it is free and in the range, or else is one at random of the same
 * parity (RFC 4787, REQ-4; RFC 6056).
 */
#ifndef NAT_MAPPING_H
#define NAT_MAPPING_H

#include "nat_state.h"

/* Fragmented packets take no more of the table than one in so many flows: anyone may send them. */
#define NAT_FRAGMENTS_SHARE 16

NF_INLINE void nat_ports_take(struct nat_ports *ports, uint16_t port)
{
	uint16_t *free = ports->free[port & 1], place = ports->place[port];
	uint16_t last = free[--ports->left[port & 1]];

	free[place] = last;
	ports->place[last] = place;
}

NF_INLINE void nat_ports_give(struct nat_ports *ports, uint16_t port)
{
	uint32_t *left = &ports->left[port & 1];

	ports->free[port & 1][*left] = port;
	ports->place[port] = (uint16_t)(*left)++;
	ports->mapping[port] = FLOW_NONE;
}

/* All ports from @first to @last are free, others do not exist. */
static inline void nat_ports_init(struct nat_ports *ports, uint32_t first, uint32_t last)
{
	ports->left[0] = 0;
	ports->left[1] = 0;
	for (uint32_t port = 0; port < 65536; port++)
		ports->mapping[port] = FLOW_NONE;
	for (uint32_t port = first; port <= last; port++)
		nat_ports_give(ports, (uint16_t)port);
}

/* Is it in @free? */
NF_INLINE bool nat_ports_is_free(const struct nat_ports *ports, uint16_t port)
{
	uint16_t place = ports->place[port];

	return place < ports->left[port & 1] && ports->free[port & 1][place] == port;
}

/* xorshift64: whoever could guess ports from ports has mappings of the same NAT. */
static inline uint32_t nat_random(struct nat *nat, uint32_t below)
{
	nat->random ^= nat->random << 13;
	nat->random ^= nat->random >> 7;
	nat->random ^= nat->random << 17;
	return (uint32_t)((nat->random >> 32) * below >> 32);
}

/* Finds a free port for one who would like @port. Returns false if there is none. */
static inline bool nat_ports_choose(struct nat *nat, const struct nat_ports *ports, uint16_t *port)
{
	unsigned int parity = *port & 1;

	if (nat_ports_is_free(ports, *port))
		return true;
	if (!ports->left[parity])
		parity ^= 1;
	if (!ports->left[parity])
		return false;
	*port = ports->free[parity][nat_random(nat, ports->left[parity])];
	return true;
}

NF_INLINE uint64_t nat_key(uint32_t inside, uint16_t port, uint32_t kind)
{
	return inside | (uint64_t)port << 32 | (uint64_t)kind << 48;
}

/* The mapping of an inside endpoint, NULL if there is none. */
NF_INLINE struct nat_mapping *nat_find_inside(const struct nat *nat, uint32_t inside, uint16_t port,
					      uint32_t kind)
{
	const uint64_t key = nat_key(inside, port, kind);
	uint32_t hash = flow_hash(&nat->table, nat_mappings, &key);

	return nat_mapping_at(nat, flow_find(&nat->table, nat_mappings, &key, hash, nat->now));
}

/* The mapping of an outside endpoint: the port's, if it did not expire. */
NF_INLINE struct nat_mapping *nat_find_outside(const struct nat *nat, uint32_t address,
					       uint16_t port, uint32_t kind)
{
	uint32_t n = nat_ports_of(nat, address, kind)->mapping[be16toh(port)];
	struct nat_mapping *mapping = nat_mapping_at(nat, n);

	return mapping && flow_is_alive(&nat->table, &mapping->flow, nat->now) ? mapping : NULL;
}

/* Removes a flow that expired, if there is one, and frees its port. */
static inline bool nat_expire_one(struct nat *nat)
{
	uint32_t n = flow_due(&nat->table, nat_mappings, nat->now);
	const struct nat_mapping *mapping = nat_mapping_at(nat, n);

	if (!mapping)
		return false;
	if (mapping->kind == NAT_FRAGMENTS)
		nat->fragments--;
	else
		nat_ports_give(nat_ports_of(nat, mapping->address, mapping->kind),
			       be16toh(mapping->outside_port));
	flow_remove(&nat->table, nat_mappings, n);
	nat->count.mappings_expired++;
	return true;
}

/* Adds a flow. Returns FLOW_NONE, and counts that, if the table is full. */
static inline uint32_t nat_add(struct nat *nat, uint64_t key, uint32_t class)
{
	uint32_t n = flow_add(&nat->table, nat_mappings, &key,
			      flow_hash(&nat->table, nat_mappings, &key), class, nat->now);

	if (n == FLOW_NONE)
		nat->count.dropped_full++;
	return n;
}

/* What turning inside into outside does to checksums; ICMP has no pseudo header. */
static inline void nat_note_changes(struct nat_mapping *mapping)
{
	uint64_t address = checksum_change32(mapping->inside, mapping->outside);
	uint64_t port = checksum_change16(mapping->inside_port, mapping->outside_port);

	mapping->ip_change = checksum_fold(address);
	mapping->l4_change = checksum_fold(mapping->kind == NAT_ICMP ? port : address + port);
}

/* A mapping for an inside endpoint that has none. Returns NULL, and counts why, if there is no room or no port. */
static inline struct nat_mapping *nat_open(struct nat *nat, uint32_t inside, uint16_t inside_port,
					   enum nat_kind kind)
{
	static const uint8_t classes[NAT_KINDS] = { NAT_TCP_TRANSITORY, NAT_UDP_USED,
						    NAT_ICMP_QUERY };
	const uint32_t address = nat_address_for(nat, inside);
	struct nat_ports *ports = nat_ports_of(nat, address, kind);
	uint16_t port = be16toh(inside_port);
	struct nat_mapping *mapping;
	uint32_t n;

	nat_expire_one(nat);
	if (!nat_ports_choose(nat, ports, &port)) {
		nat->count.dropped_ports++;
		return NULL;
	}
	n = nat_add(nat, nat_key(inside, inside_port, kind), classes[kind]);
	mapping = nat_mapping_at(nat, n);
	if (!mapping)
		return NULL;
	nat_ports_take(ports, port);
	ports->mapping[port] = n;
	mapping->inside = inside;
	mapping->inside_port = inside_port;
	mapping->outside = nat->settings->address[address];
	mapping->outside_port = htobe16(port);
	mapping->kind = (uint8_t)kind;
	mapping->address = (uint8_t)address;
	mapping->state = 0;
	mapping->remote = 0;
	mapping->remote_port = 0;
	memset(mapping->mac, 0, sizeof(mapping->mac));
	nat_note_changes(mapping);
	nat->count.mappings_opened++;
	return mapping;
}

NF_INLINE void nat_use(struct nat *nat, struct nat_mapping *mapping, uint32_t class)
{
	uint32_t n = (uint32_t)(mapping - (struct nat_mapping *)nat->table.flows);

	flow_use(&nat->table, nat_mappings, n, class, nat->now);
}

/* A connection begins: is it another one? What was seen of the one before is no more of interest. */
static inline void nat_note_syn(struct nat_mapping *mapping, uint32_t remote, uint16_t remote_port)
{
	const uint8_t both = NAT_FIN_INSIDE | NAT_FIN_OUTSIDE;
	bool over = mapping->state & NAT_RESET || (mapping->state & both) == both;

	if (!mapping->remote || (over && !(mapping->state & NAT_SEVERAL))) {
		mapping->remote = remote;
		mapping->remote_port = remote_port;
		mapping->state = 0;
	} else if (mapping->remote != remote || mapping->remote_port != remote_port) {
		mapping->state |= NAT_SEVERAL;
	}
}

/*
 * What a TCP segment changes (RFC 5382, REQ-5): established once the three-way handshake is
 * seen; transitory again when that connection is over, unless there were others.
 */
static inline void nat_note_tcp(struct nat *nat, struct nat_mapping *mapping, uint8_t flags,
				bool from_inside, uint32_t remote, uint16_t remote_port)
{
	const uint8_t both = NAT_FIN_INSIDE | NAT_FIN_OUTSIDE;
	bool over;

	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		nat_note_syn(mapping, remote, remote_port);
	if (!from_inside)
		mapping->state |= NAT_ANSWERED;
	else if (mapping->state & NAT_ANSWERED && flags & TCP_ACK)
		mapping->state |= NAT_ESTABLISHED;
	if (flags & TCP_FIN)
		mapping->state |= from_inside ? NAT_FIN_INSIDE : NAT_FIN_OUTSIDE;
	if (flags & TCP_RST)
		mapping->state |= NAT_RESET;
	over = mapping->state & NAT_RESET || (mapping->state & both) == both;
	over = over && !(mapping->state & NAT_SEVERAL);
	nat_use(nat, mapping,
		mapping->state & NAT_ESTABLISHED && !over ? NAT_TCP_ESTABLISHED
							  : NAT_TCP_TRANSITORY);
}

/*
 * A packet of a mapping's passed. TCP is kept alive by both sides; UDP and ICMP from inside
 * only (RFC 4787, REQ-6), so that nobody outside can keep a mapping open.
 */
NF_INLINE void nat_note(struct nat *nat, struct nat_mapping *mapping, const struct packet *packet,
			const uint8_t *frame, bool from_inside)
{
	const uint8_t *ip = frame + packet->l3, *l4 = frame + packet->l4;

	if (mapping->kind != NAT_TCP) {
		if (from_inside)
			nat_use(nat, mapping, mapping->flow.list);
		return;
	}
	if (nf_likely(mapping->flow.list == NAT_TCP_ESTABLISHED &&
		      !(l4[13] & (TCP_SYN | TCP_FIN | TCP_RST))))
		nat_use(nat, mapping, NAT_TCP_ESTABLISHED);
	else
		nat_note_tcp(nat, mapping, l4[13], from_inside, raw32(ip + (from_inside ? 16 : 12)),
			     raw16(l4 + (from_inside ? 2 : 0)));
}

/* What later fragments of a packet from outside have in common with the first. */
NF_INLINE uint64_t nat_fragments_key(const struct packet *packet, const uint8_t *frame,
				     uint32_t address)
{
	return nat_key(raw32(frame + packet->l3 + 12), raw16(frame + packet->identification),
		       NAT_FRAGMENTS | address << 2) |
	       (uint64_t)packet->protocol << 56;
}

/* A first fragment goes to @mapping: the others of its packet follow it. */
static inline void nat_expect_fragments(struct nat *nat, const struct packet *packet,
					const uint8_t *frame, const struct nat_mapping *mapping)
{
	const uint64_t key = nat_fragments_key(packet, frame, mapping->address);
	uint32_t hash = flow_hash(&nat->table, nat_mappings, &key);
	struct nat_mapping *flow;

	nat_expire_one(nat);
	flow = nat_mapping_at(nat, flow_find(&nat->table, nat_mappings, &key, hash, nat->now));
	if (!flow) {
		if (nat->fragments >= nat->table.capacity / NAT_FRAGMENTS_SHARE)
			return;
		flow = nat_mapping_at(nat, nat_add(nat, key, NAT_FRAGMENTED));
		if (!flow)
			return;
		nat->fragments++;
		nat->count.fragmented_in++;
	}
	flow->kind = NAT_FRAGMENTS;
	flow->inside = mapping->inside;
	flow->outside = mapping->outside;
	flow->ip_change = mapping->ip_change;
	memcpy(flow->mac, mapping->mac, sizeof(flow->mac));
}

#endif
