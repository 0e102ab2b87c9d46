/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nat: many inside addresses behind few outside ones, of IPv4 (NAPT: RFC 2663, RFC 4787 for
 * UDP, RFC 5382 for TCP, RFC 5508 for ICMP).
 *
 * - Mapping is endpoint-independent (nat_mapping.h), and so is filtering (RFC 4787, REQ-8:
 *   transparency first): what goes to an outside endpoint that is in use reaches its owner,
 *   whoever sent it. Who wants to be strict puts a firewall behind.
 * - A packet from inside to an outside endpoint goes back inside, from the sender's outside
 *   endpoint (hairpinning: RFC 4787, REQ-9; RFC 5382, REQ-8).
 * - ICMP errors are translated with what they quote, in both directions; they keep nothing
 *   alive (RFC 5508, REQ-4 to REQ-7).
 * - Later fragments leave with the address that their first has; from outside they follow the
 *   first (RFC 4787, REQ-14, in order).
 *
 * Frames are for the NAT's MAC addresses and have no VLAN tag. Read nat_from_inside() and
 * nat_from_outside() first. Paths have two outputs: the other side, and back.
 */
#ifndef NAT_H
#define NAT_H

#include "nat_link.h"

/* Mappings that expired and are removed at once, at most. */
#define NAT_EXPIRE 32

/* ICMP messages with identifiers: requests and replies to them (RFC 792, RFC 950). */
NF_INLINE bool nat_is_query(uint8_t type)
{
	return type == 8 || type == 13 || type == 15 || type == 17;
}

NF_INLINE bool nat_is_reply(uint8_t type)
{
	return type == 0 || type == 14 || type == 16 || type == 18;
}

/* Errors that are translated (RFC 5508, 4): unreachable, time exceeded, parameter problem. */
NF_INLINE bool nat_is_error(uint8_t type)
{
	return type == 3 || type == 11 || type == 12;
}

NF_INLINE bool nat_is_arp(const struct packet *packet)
{
	return packet->network == PACKET_ARP && !packet->problem && !packet->tags;
}

/* Addresses that no packet that is forwarded has: 0/8, 127/8, 224/3 (RFC 1812, 5.3.7). */
NF_INLINE bool nat_is_martian(const uint8_t *ip)
{
	const uint8_t source = ip[12], to = ip[16];

	return (source == 0) | (source == 127) | (source >= 224) | (to == 0) | (to == 127) |
	       (to >= 224);
}

/* Is it a proper IPv4 packet for the NAT? Counts why not. */
NF_INLINE bool nat_is_fine(struct nat *nat, const struct packet *packet, const uint8_t *frame,
			   const struct nat_side *side)
{
	const uint8_t *ip = frame + packet->l3;

	if (nf_unlikely(packet->problem)) {
		nat->count.dropped_malformed++;
		return false;
	}
	if (nf_unlikely(packet->network != PACKET_IPV4 || packet->tags)) {
		nat->count.dropped_protocol++;
		return false;
	}
	if (nf_unlikely(!nat_is_same_mac(frame, side->mac) || nat_is_martian(ip))) {
		nat->count.dropped_not_for_us++;
		return false;
	}
	return true;
}

/* The quote of an ICMP error, if it has one that can be translated. */
static inline bool nat_parse_quote(const struct packet *packet, struct packet *quoted,
				   const uint8_t *frame)
{
	uint8_t type;

	if (!packet_parse_quoted(quoted, packet, frame) || !quoted->transport)
		return false;
	type = frame[quoted->l4];
	return quoted->transport != PROTOCOL_ICMP || nat_is_query(type) || nat_is_reply(type);
}

/*
 * An ICMP error from inside, about a packet to an inside endpoint: the quote's destination
 * and the source become what the outside knows (RFC 5508, REQ-5). Returns the change of the
 * IP header's sum, or 0: it is about nothing that is known.
 */
static inline uint64_t nat_error_source(struct nat *nat, const struct packet *packet,
					uint8_t *frame)
{
	const struct nat_mapping *mapping;
	struct packet quoted;

	if (!nat_parse_quote(packet, &quoted, frame))
		return 0;
	mapping = nat_find_inside(nat, raw32(frame + nat_quoted_address(&quoted, false)),
				  raw16(frame + nat_quoted_port(&quoted, false)),
				  nat_kind_of(quoted.transport));
	if (!mapping)
		return 0;
	nat_write_quote(packet, &quoted, frame, mapping, false, true);
	nat->count.errors_translated++;
	return nat_replace32(frame + packet->l3 + 12, mapping->outside);
}

/* An ICMP error from outside, or one that turns back: the quote's source is an outside endpoint (RFC 5508, REQ-4). */
static inline struct nat_mapping *nat_error_destination(struct nat *nat,
							const struct packet *packet, uint8_t *frame,
							uint64_t *change)
{
	struct nat_mapping *mapping;
	struct packet quoted;
	uint32_t address;

	if (!nat_parse_quote(packet, &quoted, frame))
		return NULL;
	address = nat_address_of(nat, raw32(frame + nat_quoted_address(&quoted, true)));
	if (address == NAT_ADDRESSES_MAX)
		return NULL;
	mapping = nat_find_outside(nat, address, raw16(frame + nat_quoted_port(&quoted, true)),
				   nat_kind_of(quoted.transport));
	if (!mapping)
		return NULL;
	nat_write_quote(packet, &quoted, frame, mapping, true, false);
	nat->count.errors_translated++;
	*change += nat_replace32(frame + packet->l3 + 16, mapping->inside);
	return mapping;
}

/* A later fragment from inside: its source's outside address is always the same. */
static inline uint64_t nat_fragment_source(const struct nat *nat, const struct packet *packet,
					   uint8_t *frame)
{
	uint8_t *source = frame + packet->l3 + 12;

	return nat_replace32(source, nat->settings->address[nat_address_for(nat, raw32(source))]);
}

/* A later fragment for outside address @address: goes where its first went. */
static inline struct nat_mapping *nat_fragment_destination(struct nat *nat,
							   const struct packet *packet,
							   uint8_t *frame, uint32_t address,
							   uint64_t *change)
{
	const uint64_t key = nat_fragments_key(packet, frame, address);
	uint32_t hash = flow_hash(&nat->table, nat_mappings, &key);
	struct nat_mapping *flow;

	flow = nat_mapping_at(nat, flow_find(&nat->table, nat_mappings, &key, hash, nat->now));
	if (!flow) {
		nat->count.dropped_fragment++;
		return NULL;
	}
	*change += nat_replace32(frame + packet->l3 + 16, flow->inside);
	return flow;
}

/*
 * The source of a packet from inside becomes its outside endpoint. Returns the change of the
 * IP header's sum, or 0: the packet is dropped, which has been counted.
 */
NF_INLINE uint64_t nat_source(struct nat *nat, const struct packet *packet, uint8_t *frame)
{
	const uint8_t *l4 = frame + packet->l4;
	const enum nat_kind kind = nat_kind_of(packet->transport);
	struct nat_mapping *mapping;
	uint32_t inside;
	uint16_t port;

	inside = raw32(frame + packet->l3 + 12);
	port = raw16(l4 + (kind == NAT_ICMP ? 4 : 0));
	mapping = nat_find_inside(nat, inside, port, kind);
	if (nf_unlikely(!mapping)) {
		mapping = nat_open(nat, inside, port, kind);
		if (!mapping)
			return 0;
	}
	if (nf_unlikely(!nat_is_same_mac(mapping->mac, frame + 6)))
		memcpy(mapping->mac, frame + 6, 6);
	nat_note(nat, mapping, packet, frame, true);
	return nat_write_source(packet, frame, mapping);
}

/* What of a packet from inside has no ports that could be mapped: fragments, ICMP errors, all else. */
static inline uint64_t nat_source_without_port(struct nat *nat, const struct packet *packet,
					       uint8_t *frame)
{
	uint64_t change;

	if (packet->fragment == PACKET_LATER)
		return nat_fragment_source(nat, packet, frame);
	if (packet->transport != PROTOCOL_ICMP) {
		nat->count.dropped_protocol++;
		return 0;
	}
	change = nat_is_error(frame[packet->l4]) ? nat_error_source(nat, packet, frame) : 0;
	nat->count.dropped_unknown += !change;
	return change;
}

NF_INLINE bool nat_has_port(const struct packet *packet, const uint8_t *frame, bool from_inside)
{
	uint8_t type;

	if (nf_likely(packet->transport == PROTOCOL_TCP || packet->transport == PROTOCOL_UDP))
		return true;
	if (packet->transport != PROTOCOL_ICMP)
		return false;
	type = frame[packet->l4];
	return from_inside ? nat_is_query(type) : nat_is_reply(type);
}

/*
 * The destination of a packet to outside address @address becomes its inside endpoint. Returns
 * its owner, or NULL: the packet is dropped, which has been counted.
 */
NF_INLINE struct nat_mapping *nat_destination(struct nat *nat, const struct packet *packet,
					      uint8_t *frame, uint32_t address, uint64_t *change)
{
	const uint8_t *l4 = frame + packet->l4;
	const enum nat_kind kind = nat_kind_of(packet->transport);
	struct nat_mapping *mapping;

	if (nf_unlikely(packet->fragment == PACKET_LATER))
		return nat_fragment_destination(nat, packet, frame, address, change);
	if (nf_unlikely(!nat_has_port(packet, frame, false))) {
		mapping = NULL;
		if (packet->transport == PROTOCOL_ICMP && nat_is_error(*l4))
			mapping = nat_error_destination(nat, packet, frame, change);
		nat->count.dropped_unknown += !mapping;
		return mapping;
	}
	mapping = nat_find_outside(nat, address, raw16(l4 + (kind == NAT_ICMP ? 4 : 2)), kind);
	if (nf_unlikely(!mapping)) {
		nat->count.dropped_unknown++;
		return NULL;
	}
	if (nf_unlikely(packet->fragment == PACKET_FIRST))
		nat_expect_fragments(nat, packet, frame, mapping);
	nat_note(nat, mapping, packet, frame, false);
	*change += nat_write_destination(packet, frame, mapping);
	return mapping;
}

/* A packet from inside to an outside address: back inside, or to the NAT itself. */
static inline uint32_t nat_hairpin(struct nat *nat, const struct packet *packet, uint8_t *frame,
				   uint16_t length, uint32_t address, uint64_t change)
{
	const struct nat_mapping *owner = nat_destination(nat, packet, frame, address, &change);

	if (!owner)
		return 0;
	checksum_update(frame + packet->l3 + 10, change);
	nat->count.hairpinned++;
	return nat_send_in(nat, frame, length, owner, NAT_SAME_SIDE);
}

/* A packet for the NAT itself: inside, whatever is for its address; else pings. */
static inline bool nat_is_for_itself(const struct nat *nat, const struct nat_side *side,
				     const struct packet *packet, const uint8_t *frame)
{
	const uint32_t to = raw32(frame + packet->l3 + 16);

	if (to == nat->settings->inside.address && side == &nat->settings->inside)
		return true;
	return packet->transport == PROTOCOL_ICMP && frame[packet->l4] == NAT_ECHO &&
	       nat_is_own(nat, side, to);
}

/* onepath_handler: a frame from inside. @state: struct nat */
static inline uint32_t nat_from_inside(uint8_t *frame, uint16_t length, void *state)
{
	struct nat *nat = state;
	const struct nat_side *side = &nat->settings->inside;
	struct packet packet;
	uint64_t hop, change;
	uint32_t address;

	packet_parse(&packet, frame, length);
	if (nf_unlikely(nat_is_arp(&packet)))
		return nat_handle_arp(nat, side, frame);
	if (nf_unlikely(!nat_is_fine(nat, &packet, frame, side)))
		return 0;
	if (nf_unlikely(nat_is_for_itself(nat, side, &packet, frame)))
		return packet.transport == PROTOCOL_ICMP
			       ? nat_answer_echo(nat, side, &packet, frame, length)
			       : nat_drop(&nat->count.dropped_unknown);
	address = nat_address_of(nat, raw32(frame + packet.l3 + 16));
	hop = nat_take_hop(frame + packet.l3);
	if (nf_unlikely(!hop))
		return nat_drop(&nat->count.dropped_ttl);
	if (nf_likely(nat_has_port(&packet, frame, true)))
		change = nat_source(nat, &packet, frame);
	else
		change = nat_source_without_port(nat, &packet, frame);
	if (nf_unlikely(!change))
		return 0;
	change += hop;
	if (nf_unlikely(address != NAT_ADDRESSES_MAX))
		return nat_hairpin(nat, &packet, frame, length, address, change);
	checksum_update(frame + packet.l3 + 10, change);
	return nat_send_out(nat, frame, length);
}

/* onepath_handler: a frame from outside. @state: struct nat */
static inline uint32_t nat_from_outside(uint8_t *frame, uint16_t length, void *state)
{
	struct nat *nat = state;
	const struct nat_side *side = &nat->settings->outside;
	const struct nat_mapping *owner;
	struct packet packet;
	uint32_t address;
	uint64_t change;

	packet_parse(&packet, frame, length);
	if (nf_unlikely(nat_is_arp(&packet)))
		return nat_handle_arp(nat, side, frame);
	if (nf_unlikely(!nat_is_fine(nat, &packet, frame, side)))
		return 0;
	address = nat_address_of(nat, raw32(frame + packet.l3 + 16));
	if (nf_unlikely(address == NAT_ADDRESSES_MAX))
		return nat_drop(&nat->count.dropped_not_for_us);
	nat_hear_gateway(nat, frame);
	if (nf_unlikely(nat_is_for_itself(nat, side, &packet, frame)))
		return nat_answer_echo(nat, side, &packet, frame, length);
	change = nat_take_hop(frame + packet.l3);
	if (nf_unlikely(!change))
		return nat_drop(&nat->count.dropped_ttl);
	owner = nat_destination(nat, &packet, frame, address, &change);
	if (nf_unlikely(!owner))
		return 0;
	checksum_update(frame + packet.l3 + 10, change);
	return nat_send_in(nat, frame, length, owner, NAT_OTHER_SIDE);
}

/* The time of the frames that follow, in microseconds of a clock that never goes back. Removes what expired. */
static inline void nat_set_time(struct nat *nat, uint64_t now_us)
{
	nat->now = (uint32_t)(now_us / 1000000);
	for (unsigned int i = 0; i < NAT_EXPIRE && nat_expire_one(nat); i++)
		;
}

/* Takes over settings, new ones as well: @settings stay where they are. */
static inline void nat_set(struct nat *nat, const struct nat_settings *settings)
{
	const struct nat_settings *before = nat->settings;

	nat->settings = settings;
	memcpy(nat->table.timeout, settings->timeout, sizeof(settings->timeout));
	if (settings->gateway_fixed) {
		memcpy(nat->gateway.mac, settings->gateway_mac, 6);
		nat->gateway.known = true;
	} else if (!before || before->gateway_fixed || before->gateway != settings->gateway) {
		nat->gateway = (struct nat_gateway){ 0 };
	}
}

/* Bytes of memory for @capacity mappings and @addresses outside addresses, at a multiple of 64. */
static inline size_t nat_bytes(uint32_t capacity, uint32_t addresses)
{
	return flow_table_bytes(nat_mappings, capacity) +
	       addresses * NAT_KINDS * sizeof(struct nat_ports);
}

static inline void nat_init(struct nat *nat, void *memory, uint32_t capacity,
			    const struct flow_secret *secret, const struct nat_settings *settings)
{
	*nat = (struct nat){ .random = secret->word[0] | 1 };
	flow_table_init(&nat->table, nat_mappings, memory, capacity, secret);
	nat->ports = (void *)((uint8_t *)memory + flow_table_bytes(nat_mappings, capacity));
	for (uint32_t i = 0; i < settings->addresses * NAT_KINDS; i++)
		nat_ports_init(&nat->ports[i], settings->first_port, settings->last_port);
	nat_set(nat, settings);
}

#endif
