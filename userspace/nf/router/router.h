/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * router: forwards IPv4 (RFC 1812) and IPv6 (RFC 8200) between up to 16 ports. A frame has one
 * buffer and cannot be kept: it leaves as it is, with one hop less to go, or becomes what
 * has to be said instead: a question for the next hop's address, or an ICMP error. Packets
 * that are too big are never fragmented. Read router_judge() first.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "arp.h"
#include "icmp.h"
#include "nd.h"

/* IPv4 options that let the sender choose the way: not followed (RFC 7126, 4.3, 4.4). */
#define OPTION_LOOSE_ROUTE  131
#define OPTION_STRICT_ROUTE 137

/* The next hop is not known, or was not heard of for long. */
static inline uint32_t router_ask(struct router_frame *frame, const struct router_hop *hop,
				  const uint8_t *next, enum neighbour_answer answer,
				  const uint8_t *mac)
{
	struct router_counters *count = &frame->router->count;
	const bool ipv4 = frame->packet.network == PACKET_IPV4;

	switch (answer) {
	case NEIGHBOUR_CONFIRM:
		return ipv4 ? arp_ask(frame, hop, next, mac) : nd_ask(frame, hop, next, mac);
	case NEIGHBOUR_ASK:
		return ipv4 ? arp_ask(frame, hop, next, NULL) : nd_ask(frame, hop, next, NULL);
	case NEIGHBOUR_SILENT: /* RFC 1812, 4.3.3.1 and 3.3.2; RFC 4861, 7.2.2 */
		if (ipv4)
			return icmp_tell(frame, &count->unreachable, ICMP_UNREACHABLE, ICMP_NO_HOST,
					 0);
		return icmpv6_tell(frame, &count->unreachable, ICMPV6_UNREACHABLE,
				   ICMPV6_NO_ADDRESS, 0);
	case NEIGHBOUR_FULL:
		return router_drop(&count->neighbours_full);
	default:
		return router_drop(&count->waiting);
	}
}

/* To the next hop, as it is but for its addresses; the hop count has been taken down. */
NF_INLINE uint32_t router_send(struct router_frame *frame, const struct router_hop *hop,
			       const uint8_t *mac)
{
	answer_write_macs(frame->bytes, mac, frame->router->tables->port[hop->port].mac);
	frame->router->count.forwarded++;
	return onepath_only(frame->length, (uint16_t)(1u << hop->port));
}

NF_INLINE uint32_t router_forward_ipv4(struct router_frame *frame, const struct router_hop *hop)
{
	struct router *router = frame->router;
	const struct router_port *out = &router->tables->port[hop->port];
	uint8_t *ip = frame->bytes + ETHERNET_BYTES;
	const uint8_t *next = hop->kind == HOP_VIA ? hop->gateway : ip + 16;
	uint16_t before = raw16(ip + 8);
	enum neighbour_answer answer;
	const uint8_t *mac;

	if (nf_unlikely(ip[8] <= 1)) /* RFC 1812, 5.3.1 */
		return icmp_tell(frame, &router->count.time_exceeded, ICMP_TIME_EXCEEDED, 0, 0);
	if (nf_unlikely(frame->packet.end - ETHERNET_BYTES > out->mtu)) /* RFC 1191, 4 */
		return icmp_tell(frame, &router->count.too_big, ICMP_UNREACHABLE, ICMP_TOO_BIG,
				 out->mtu);
	answer = neighbour_find(&router->neighbours, &frame->look->next, frame->look->hash, &mac);
	if (nf_unlikely(answer != NEIGHBOUR_KNOWN))
		return router_ask(frame, hop, next, answer, mac);
	ip[8]--;
	checksum_update(ip + 10, checksum_change16(before, raw16(ip + 8))); /* RFC 1624 */
	return router_send(frame, hop, mac);
}

/* To the router itself. Nothing listens here: that is the host's own stack (onepath-tap). */
static inline uint32_t router_take_ipv4(struct router_frame *frame)
{
	const struct packet *packet = &frame->packet;
	struct router_counters *count = &frame->router->count;

	if (packet->problem || packet->fragment == PACKET_FIRST)
		return router_drop(&count->local);
	if (answer_is_echo(frame->bytes, packet))
		return icmp_answer(frame);
	if (packet->transport == PROTOCOL_ICMP)
		return router_drop(&count->local);
	return icmp_tell(frame, &count->unreachable, ICMP_UNREACHABLE,
			 packet->transport ? ICMP_NO_PORT : ICMP_NO_PROTOCOL, 0);
}

/* Addresses that no packet on a wire has: 0/8, 127/8, as source also 224/3 (RFC 1812, 5.3.7); 240/4. */
NF_INLINE bool router_is_martian_ipv4(const uint8_t *ip)
{
	const uint8_t source = ip[12], to = ip[16];

	return (source == 0) | (source == 127) | (source >= 224) | (to == 0) | (to == 127);
}

static inline bool router_has_source_route(const uint8_t *option, unsigned int left)
{
	while (left) {
		unsigned int bytes = 1;

		if (option[0] == 0)
			return false;
		if (option[0] == OPTION_LOOSE_ROUTE || option[0] == OPTION_STRICT_ROUTE)
			return true;
		if (option[0] != 1) {
			bytes = left < 2 ? 0 : option[1];
			if (bytes < 2 || bytes > left)
				return true; /* malformed: dropped as well */
		}
		option += bytes;
		left -= bytes;
	}
	return false;
}

/* Is it fit to be forwarded (RFC 1812, 5.2.2)? What transport it carries does not matter. */
NF_INLINE bool router_is_fine_ipv4(const struct router_frame *frame)
{
	const struct packet *packet = &frame->packet;
	const uint8_t *ip = frame->bytes + ETHERNET_BYTES;

	if (nf_unlikely(packet->problem && packet->problem != PACKET_BAD_TRANSPORT))
		return false;
	if (!packet_is_ipv4_sum_right(packet, frame->bytes) || router_is_martian_ipv4(ip))
		return false;
	return nf_likely(ip[0] == 0x45) ||
	       !router_has_source_route(ip + IPV4_BYTES, packet->l4 - packet->l3 - IPV4_BYTES);
}

NF_INLINE uint32_t router_handle_ipv4(struct router_frame *frame)
{
	struct router_counters *count = &frame->router->count;
	const uint8_t *to = frame->bytes + ETHERNET_BYTES + 16;
	const struct router_hop *hop = frame->look->hop;

	if (nf_unlikely(!router_is_fine_ipv4(frame)))
		return router_drop(&count->malformed);
	if (nf_unlikely(router_is_group(frame->bytes) || to[0] >= 224)) /* RFC 1812, 5.3.4 */
		return router_drop(&count->not_routed);
	if (nf_likely(hop->kind == HOP_VIA || hop->kind == HOP_CONNECTED))
		return router_forward_ipv4(frame, hop);
	if (hop->kind == HOP_LOCAL)
		return router_take_ipv4(frame);
	if (hop->kind == HOP_NONE)
		return icmp_tell(frame, &count->unreachable, ICMP_UNREACHABLE, ICMP_NO_NETWORK, 0);
	return router_drop(hop->kind == HOP_BLACKHOLE ? &count->blackhole : &count->not_routed);
}

NF_INLINE uint32_t router_forward_ipv6(struct router_frame *frame, const struct router_hop *hop)
{
	struct router *router = frame->router;
	const struct router_port *out = &router->tables->port[hop->port];
	uint8_t *ip = frame->bytes + ETHERNET_BYTES;
	const uint8_t *next = hop->kind == HOP_VIA ? hop->gateway : ip + 24;
	enum neighbour_answer answer;
	const uint8_t *mac;

	if (nf_unlikely(router_is_link_local(ip + 8))) /* RFC 4291, 2.5.6; RFC 4443, 3.1 */
		return icmpv6_tell(frame, &router->count.unreachable, ICMPV6_UNREACHABLE,
				   ICMPV6_BEYOND, 0);
	if (nf_unlikely(ip[7] <= 1))
		return icmpv6_tell(frame, &router->count.time_exceeded, ICMPV6_TIME_EXCEEDED, 0, 0);
	if (nf_unlikely(frame->packet.end - ETHERNET_BYTES > out->mtu))
		return icmpv6_tell(frame, &router->count.too_big, ICMPV6_TOO_BIG, 0, out->mtu);
	answer = neighbour_find(&router->neighbours, &frame->look->next, frame->look->hash, &mac);
	if (nf_unlikely(answer != NEIGHBOUR_KNOWN))
		return router_ask(frame, hop, next, answer, mac);
	ip[7]--;
	return router_send(frame, hop, mac);
}

/* To the router itself. */
static inline uint32_t router_take_ipv6(struct router_frame *frame)
{
	const struct packet *packet = &frame->packet;
	struct router_counters *count = &frame->router->count;

	if (packet->problem || packet->fragment == PACKET_FIRST)
		return router_drop(&count->local);
	if (nd_is_message(frame->bytes, packet))
		return nd_handle(frame);
	if (answer_is_echo(frame->bytes, packet))
		return icmp_answer(frame);
	if (packet->transport == PROTOCOL_ICMPV6)
		return router_drop(&count->local);
	if (packet->transport)
		return icmpv6_tell(frame, &count->unreachable, ICMPV6_UNREACHABLE, ICMPV6_NO_PORT,
				   0);
	if (packet->protocol == PROTOCOL_NONE || packet->l4 != packet->l3 + IPV6_BYTES)
		return router_drop(&count->local);
	return icmpv6_tell(frame, &count->unreachable, ICMPV6_PROBLEM, ICMPV6_NEXT_HEADER, 6);
}

/* ::, ::1, and as source ff00::/8 (RFC 4291, 2.5.2, 2.5.3, 2.7). Only to groups may :: speak: nd.h. */
NF_INLINE bool router_is_martian_ipv6(const uint8_t *ip)
{
	const uint64_t one = htobe64(1);
	const bool from_none = !raw64(ip + 8) && (!raw64(ip + 16) || raw64(ip + 16) == one);
	const bool to_none = !raw64(ip + 24) && (!raw64(ip + 32) || raw64(ip + 32) == one);

	return from_none || to_none || ip[8] == 0xff;
}

/* Neighbours ask groups: all else that is sent to groups is for others. */
static inline uint32_t router_take_group_ipv6(struct router_frame *frame)
{
	if (!frame->packet.problem && nd_is_message(frame->bytes, &frame->packet))
		return nd_handle(frame);
	return router_drop(&frame->router->count.not_routed);
}

NF_INLINE uint32_t router_handle_ipv6(struct router_frame *frame)
{
	struct router_counters *count = &frame->router->count;
	const uint8_t *ip = frame->bytes + ETHERNET_BYTES, *to = ip + 24;
	const struct router_hop *hop = frame->look->hop;

	if (nf_unlikely(frame->packet.problem && frame->packet.problem < PACKET_BAD_EXTENSION))
		return router_drop(&count->malformed);
	if (nf_unlikely(to[0] == 0xff))
		return router_take_group_ipv6(frame);
	if (nf_unlikely(router_is_martian_ipv6(ip)))
		return router_drop(&count->malformed);
	if (nf_unlikely(router_is_group(frame->bytes)))
		return router_drop(&count->not_routed);
	if (nf_unlikely(router_is_link_local(to))) {
		if (nd_is_own(frame, to))
			return router_take_ipv6(frame);
		return router_drop(&count->not_routed);
	}
	if (nf_likely(hop->kind == HOP_VIA || hop->kind == HOP_CONNECTED))
		return router_forward_ipv6(frame, hop);
	if (hop->kind == HOP_LOCAL)
		return router_take_ipv6(frame);
	if (hop->kind == HOP_NONE)
		return icmpv6_tell(frame, &count->unreachable, ICMPV6_UNREACHABLE, ICMPV6_NO_ROUTE,
				   0);
	return router_drop(&count->blackhole);
}

/* Finds the hop, and asks for the next hop's part of the table of neighbours. */
NF_INLINE void router_look_up(struct router_look *look, const struct router *router,
			      const uint8_t *bytes)
{
	const struct router_tables *tables = router->tables;
	const bool ipv4 = look->packet.network == PACKET_IPV4;
	const uint8_t *to = bytes + packet_source(&look->packet) + (ipv4 ? 4 : 16);
	const struct router_hop *hop = &tables->hop[ipv4 ? lpm_find_ipv4(&tables->ipv4, to)
							 : lpm_find_ipv6(&tables->ipv6, to)];

	look->hop = hop;
	if (hop->kind != HOP_VIA && hop->kind != HOP_CONNECTED)
		return;
	to = hop->kind == HOP_VIA ? hop->gateway : to;
	look->next = ipv4 ? neighbour_key_ipv4(hop->port, to) : neighbour_key_ipv6(hop->port, to);
	look->hash = neighbour_hash(&router->neighbours, &look->next);
	flow_prefetch(&router->neighbours.flows, look->hash);
}

/*
 * The first step, see nf_steps.h; @state: the struct router_path of the port that the frame came
 * from. Whatever is wrong behind the IP header does not concern a router.
 */
NF_INLINE void router_look(struct router_look *look, const uint8_t *bytes, uint16_t length,
			   void *state)
{
	const struct router_path *path = state;
	const struct packet *packet = &look->packet;

	look->hop = NULL;
	packet_parse(&look->packet, bytes, length);
	if (nf_likely((packet->network == PACKET_IPV4 || packet->network == PACKET_IPV6) &&
		      packet->problem != PACKET_BAD_IP))
		router_look_up(look, path->router, bytes);
}

/* The second step. */
NF_INLINE void router_fetch(const struct router_look *look, void *state)
{
	const struct router_path *path = state;
	const struct router_hop *hop = look->hop;

	if (hop && (hop->kind == HOP_VIA || hop->kind == HOP_CONNECTED))
		flow_prefetch_flow(&path->router->neighbours.flows, neighbour_type, look->hash);
}

/* The last step. */
NF_INLINE uint32_t router_judge(const struct router_look *look, uint8_t *bytes, uint16_t length,
				void *state)
{
	struct router_path *path = state;
	struct router_frame frame = {
		.bytes = bytes,
		.length = length,
		.path = path,
		.router = path->router,
		.packet = look->packet,
		.look = look,
	};

	if (nf_unlikely(frame.packet.tags || frame.packet.problem == PACKET_BAD_ETHERNET))
		return router_drop(&frame.router->count.not_routed);
	if (nf_unlikely(router_is_group(bytes + 6)))
		return router_drop(&frame.router->count.malformed);
	if (!router_is_group(bytes) && memcmp(bytes, router_input(&frame)->mac, 6))
		return router_drop(&frame.router->count.not_for_us);
	switch (frame.packet.network) {
	case PACKET_IPV4:
		return router_handle_ipv4(&frame);
	case PACKET_IPV6:
		return router_handle_ipv6(&frame);
	case PACKET_ARP:
		return arp_handle(&frame);
	default:
		return router_drop(&frame.router->count.not_routed);
	}
}

NF_STEPS(router)

#endif
