/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * firewall: lets out what comes from inside, and lets in what belongs to it. Frames leave as
 * they came.
 *
 * What comes from outside leaves only if
 * - it is ARP, neighbour discovery or multicast listener discovery: without them two segments
 *   are none (RFC 4890, 4.4), or
 * - it belongs to a flow, i.e. the same addresses, ports, protocol and VLAN, the other way
 *   round, were seen from inside within the flow's timeout, or
 * - it is an ICMP error that quotes a packet of such a flow, or
 * - it goes to a TCP or UDP port that is open to all (a service), or
 * - it is a later fragment of a packet whose first fragment was let in.
 *
 * What comes from inside always leaves, but for frames that are no proper packets, and new
 * flows when the table is full. It opens a flow if it is a TCP SYN, UDP, an ICMP echo request
 * or of a protocol without ports; TCP without SYN leaves, but its answers do not come in
 * unless that was seen (settings->tcp_loose: it opens a flow as well).
 *
 * Fragments: the first one has the ports and is treated as a whole packet; one that lacks a
 * part of its headers is dropped by the parser (RFC 1858, RFC 7112). Later ones that come
 * from outside are let in after the first one of the same packet, for as long as a receiver
 * waits for them; those that overtake it are dropped, as no frame can be kept here. One that
 * would write over TCP's flags is dropped (RFC 3128).
 *
 * Pure logic: no calls, no allocation; frames are only read.
 */
#ifndef ONEPATH_NF_FIREWALL_H
#define ONEPATH_NF_FIREWALL_H

#include "firewall_flows.h"

/* Flows that expired and are removed at once, at most: when many end in the same second. */
#define FIREWALL_EXPIRE 32

NF_INLINE bool firewall_is_icmp(const struct packet *packet)
{
	return packet->transport == PROTOCOL_ICMP || packet->transport == PROTOCOL_ICMPV6;
}

/* Is it an ICMP echo request (RFC 792, RFC 4443, 4.1)? */
NF_INLINE bool firewall_is_echo(const struct packet *packet, const uint8_t *frame)
{
	return frame[packet->l4] == (packet->transport == PROTOCOL_ICMP ? 8 : 128);
}

/* Is it a reply to one? */
NF_INLINE bool firewall_is_echo_reply(const struct packet *packet, const uint8_t *frame)
{
	return frame[packet->l4] == (packet->transport == PROTOCOL_ICMP ? 0 : 129);
}

/* What a link needs of ICMPv6 (RFC 4890, 4.4.1): multicast listeners, neighbour discovery but redirects. */
static inline bool firewall_is_link_message(const struct packet *packet, const uint8_t *frame)
{
	uint8_t type;

	if (packet->transport != PROTOCOL_ICMPV6)
		return false;
	type = frame[packet->l4];
	if (type >= 133 && type <= 136)
		return frame[packet->l3 + 7] == 255; /* hop limit: from this link (RFC 4861, 7.1) */
	return (type >= 130 && type <= 132) || type == 143;
}

/* A frame from inside that belongs to no flow: does it open one? Of what class? */
static inline bool firewall_does_open(const struct firewall *firewall, const struct packet *packet,
				      const uint8_t *frame, enum firewall_class *class)
{
	uint8_t flags;

	if (packet->fragment == PACKET_LATER)
		return false;
	if (firewall_is_icmp(packet)) {
		*class = FIREWALL_ICMP;
		return firewall_is_echo(packet, frame);
	}
	*class = FIREWALL_UDP;
	if (packet->transport != PROTOCOL_TCP)
		return true;
	*class = FIREWALL_TCP_TRANSITORY;
	flags = frame[packet->l4 + 13];
	return (flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN ||
	       (firewall->settings->tcp_loose && !(flags & TCP_RST));
}

/* A frame from inside that belongs to no flow. */
static inline uint16_t firewall_out_unknown(struct firewall *firewall,
					    const struct firewall_look *look, const uint8_t *frame,
					    uint16_t length)
{
	enum firewall_class class;

	if (!firewall_does_open(firewall, &look->packet, frame, &class) ||
	    firewall_open(firewall, look, class))
		return length;
	firewall->count.dropped_full++;
	return 0;
}

NF_INLINE bool firewall_is_set(const uint8_t *bits, uint16_t n)
{
	return bits[n / 8] >> n % 8 & 1;
}

/* Is the port at @port, of packet->transport, open to all? */
static inline bool firewall_is_service(const struct firewall *firewall, const struct packet *packet,
				       const uint8_t *port)
{
	if (packet->transport == PROTOCOL_TCP)
		return firewall_is_set(firewall->settings->tcp_service, get16(port));
	if (packet->transport == PROTOCOL_UDP)
		return firewall_is_set(firewall->settings->udp_service, get16(port));
	return false;
}

/* A first fragment from outside is let in: the others of its packet may follow. */
static inline void firewall_expect_fragments(struct firewall *firewall, const struct packet *packet,
					     const uint8_t *frame)
{
	struct firewall_look look = { .packet = *packet };

	firewall_make_fragments_key(firewall, &look, frame);
	if (firewall_find(firewall, &look) ||
	    firewall->fragments >= firewall->table.capacity / FIREWALL_FRAGMENTS_SHARE)
		return;
	if (!firewall_open(firewall, &look, FIREWALL_FRAGMENTS))
		return;
	firewall->fragments++;
	firewall->count.fragmented_in++;
}

NF_INLINE uint16_t firewall_let_in(struct firewall *firewall, const struct packet *packet,
				   const uint8_t *frame, uint16_t length)
{
	if (nf_unlikely(packet->fragment == PACKET_FIRST))
		firewall_expect_fragments(firewall, packet, frame);
	return length;
}

/* A frame from outside that belongs to no flow. */
static inline uint16_t firewall_in_unknown(struct firewall *firewall, const struct packet *packet,
					   const uint8_t *frame, uint16_t length)
{
	if (!firewall_is_service(firewall, packet, frame + packet->l4 + 2)) {
		firewall->count.dropped_unknown++;
		return 0;
	}
	firewall->count.services_in++;
	return firewall_let_in(firewall, packet, frame, length);
}

/* A later fragment from outside; @flow is that of its packet, if there is one. */
static inline uint16_t firewall_in_fragment(struct firewall *firewall,
					    const struct firewall_flow *flow,
					    const struct packet *packet, const uint8_t *frame,
					    uint16_t length)
{
	bool flags = packet->network == PACKET_IPV4 && packet->protocol == PROTOCOL_TCP &&
		     (get16(frame + packet->l3 + 6) & 0x1fff) == 1;

	if (flow && !flags)
		return length;
	firewall->count.dropped_fragment++;
	return 0;
}

/* An ICMP error from outside: does it quote a packet of a flow, or the answer of a service? */
static inline bool firewall_is_error_known(const struct firewall *firewall,
					   const struct packet *packet, const uint8_t *frame)
{
	struct firewall_look look;

	if (!packet_parse_quoted(&look.packet, packet, frame) ||
	    look.packet.fragment == PACKET_LATER)
		return false;
	if (firewall_is_icmp(&look.packet) && !firewall_is_echo(&look.packet, frame))
		return false;
	firewall_make_key(firewall, &look, frame, true);
	return firewall_find(firewall, &look) ||
	       firewall_is_service(firewall, &look.packet, frame + look.packet.l4);
}

static inline uint16_t firewall_in_icmp(struct firewall *firewall, struct firewall_flow *flow,
					const struct packet *packet, const uint8_t *frame,
					uint16_t length)
{
	if (flow && firewall_is_echo_reply(packet, frame)) {
		firewall_note(firewall, flow, packet, frame, false);
		return firewall_let_in(firewall, packet, frame, length);
	}
	if (firewall_is_link_message(packet, frame))
		return length;
	if (packet_is_icmp_error(packet, frame) &&
	    firewall_is_error_known(firewall, packet, frame)) {
		firewall->count.errors_in++;
		return length;
	}
	firewall->count.dropped_unknown++;
	return 0;
}

/* What has no flows: is it ARP? */
static inline uint16_t firewall_without_flow(struct firewall *firewall, const struct packet *packet,
					     uint16_t length)
{
	if (packet->problem) {
		firewall->count.dropped_malformed++;
		return 0;
	}
	if (packet->network == PACKET_ARP)
		return length;
	firewall->count.dropped_other_type++;
	return 0;
}

/*
 * The first step: what flow does a frame belong to? Its bucket is asked for. Returns false if
 * it belongs to none.
 */
NF_INLINE bool firewall_look(const struct firewall *firewall, struct firewall_look *look,
			     const uint8_t *frame, uint16_t length, bool from_inside)
{
	if (nf_unlikely(!packet_parse(&look->packet, frame, length)) ||
	    nf_unlikely(look->packet.network < PACKET_IPV4))
		return false;
	if (nf_unlikely(look->packet.fragment == PACKET_LATER))
		firewall_make_fragments_key(firewall, look, frame);
	else
		firewall_make_key(firewall, look, frame, from_inside);
	return true;
}

/* The second step: what becomes of it? Returns @length or 0. */
NF_INLINE uint16_t firewall_judge(struct firewall *firewall, const struct firewall_look *look,
				  const uint8_t *frame, uint16_t length, bool from_inside)
{
	const struct packet *packet = &look->packet;
	struct firewall_flow *flow = firewall_find(firewall, look);

	if (nf_unlikely(packet->fragment == PACKET_LATER))
		return from_inside ? length
				   : firewall_in_fragment(firewall, flow, packet, frame, length);
	if (nf_unlikely(firewall_is_icmp(packet))) {
		if (!from_inside)
			return firewall_in_icmp(firewall, flow, packet, frame, length);
		if (!firewall_is_echo(packet, frame))
			return length;
	}
	if (nf_unlikely(!flow))
		return from_inside ? firewall_out_unknown(firewall, look, frame, length)
				   : firewall_in_unknown(firewall, packet, frame, length);
	firewall_note(firewall, flow, packet, frame, from_inside);
	return from_inside ? length : firewall_let_in(firewall, packet, frame, length);
}

NF_INLINE uint32_t firewall_handle(struct firewall *firewall, const uint8_t *frame, uint16_t length,
				   bool from_inside)
{
	struct firewall_look look;

	if (nf_unlikely(!firewall_look(firewall, &look, frame, length, from_inside)))
		return firewall_without_flow(firewall, &look.packet, length);
	return firewall_judge(firewall, &look, frame, length, from_inside);
}

/* onepath_handler: a frame from inside. @state: struct firewall */
static inline uint32_t firewall_from_inside(uint8_t *frame, uint16_t length, void *state)
{
	return firewall_handle(state, frame, length, true);
}

/* onepath_handler: a frame from outside. @state: struct firewall */
static inline uint32_t firewall_from_outside(uint8_t *frame, uint16_t length, void *state)
{
	return firewall_handle(state, frame, length, false);
}

/* The time of the frames that follow, in microseconds of a clock that never goes back. Removes what expired. */
static inline void firewall_set_time(struct firewall *firewall, uint64_t now_us)
{
	firewall->now = (uint32_t)(now_us / 1000000);
	for (unsigned int i = 0; i < FIREWALL_EXPIRE && firewall_expire_one(firewall); i++)
		;
}

/* Takes over settings, new ones as well: @settings stay where they are. */
static inline void firewall_set(struct firewall *firewall, const struct firewall_settings *settings)
{
	firewall->settings = settings;
	memcpy(firewall->table.timeout, settings->timeout, sizeof(settings->timeout));
}

/* Bytes of memory that a firewall for @capacity flows needs, at a multiple of 64. */
static inline size_t firewall_bytes(uint32_t capacity)
{
	return flow_table_bytes(firewall_ipv4, capacity);
}

static inline void firewall_init(struct firewall *firewall, void *memory, uint32_t capacity,
				 const struct flow_secret *secret,
				 const struct firewall_settings *settings)
{
	*firewall = (struct firewall){ 0 };
	flow_table_init(&firewall->table, firewall_ipv4, memory, capacity, secret);
	firewall_set(firewall, settings);
}

#endif
