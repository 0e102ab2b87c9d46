/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 neighbour discovery (RFC 4861), as arp.h does for IPv4: answers to solicitations of own
 * addresses, what others advertise, and solicitations, made of frames to neighbours that
 * are not known.
 */
#ifndef ROUTER_ND_H
#define ROUTER_ND_H

#include "icmp.h"

/* Is it an address of a host on the link of the input port? */
static inline bool nd_is_on_link(const struct router_frame *frame, const uint8_t *address)
{
	const struct router_tables *tables = frame->router->tables;
	const struct router_hop *hop;

	if (router_is_link_local(address))
		return memcmp(address, router_input(frame)->link_local, 16) != 0;
	hop = &tables->hop[lpm_find_ipv6(&tables->ipv6, address)];
	return hop->kind == HOP_CONNECTED && hop->port == frame->path->input;
}

/* Is it the router's own, on the input port? */
static inline bool nd_is_own(const struct router_frame *frame, const uint8_t *address)
{
	const struct router_tables *tables = frame->router->tables;
	const struct router_hop *hop;

	if (router_is_link_local(address))
		return !memcmp(address, router_input(frame)->link_local, 16);
	hop = &tables->hop[lpm_find_ipv6(&tables->ipv6, address)];
	return hop->kind == HOP_LOCAL && hop->port == frame->path->input;
}

static inline void nd_learn(const struct router_frame *frame, const uint8_t *address,
			    const uint8_t *mac, unsigned int flags)
{
	struct neighbour_key key = neighbour_key_ipv6(frame->path->input, address);

	neighbour_learn(&frame->router->neighbours, &key, mac, flags);
}

/* 7.2.3 */
static inline uint32_t nd_solicitation(struct router_frame *frame, const uint8_t *mac)
{
	struct router_counters *count = &frame->router->count;
	const struct packet *packet = &frame->packet;
	const uint8_t *source = frame->bytes + packet->l3 + 8;
	const bool nameless = nd_is_nameless(frame->bytes, packet);

	if (!nd_is_own(frame, frame->bytes + packet->l4 + ND_TARGET))
		return router_drop(&count->not_for_us);
	if (!nameless && !nd_is_on_link(frame, source))
		return router_drop(&count->malformed);
	if (mac)
		nd_learn(frame, source, mac, NEIGHBOUR_MAY_ADD | NEIGHBOUR_MAY_CHANGE);
	count->nd_answered++;
	return router_answer(frame, nd_answer(frame->bytes, packet, router_input(frame)->mac,
					      ND_ROUTER | ND_OVERRIDE));
}

/* 7.2.5. Nobody is added who was not asked for. */
static inline uint32_t nd_advertisement(struct router_frame *frame, const uint8_t *mac)
{
	const uint8_t *icmp = frame->bytes + frame->packet.l4;

	if (!mac && icmp[4] & ND_SOLICITED)
		mac = frame->bytes +
		      6; /* an answer to a question to it alone need not say it again */
	if (mac && nd_is_on_link(frame, icmp + ND_TARGET))
		nd_learn(frame, icmp + ND_TARGET, mac,
			 icmp[4] & ND_OVERRIDE ? NEIGHBOUR_MAY_CHANGE : 0);
	return router_drop(&frame->router->count.learnt);
}

/* A frame that nd_is_message(). */
static inline uint32_t nd_handle(struct router_frame *frame)
{
	const uint8_t *mac;

	if (!nd_is_valid(frame->bytes, &frame->packet, &mac))
		return router_drop(&frame->router->count.malformed);
	if (frame->bytes[frame->packet.l4] == ICMPV6_SOLICITATION)
		return nd_solicitation(frame, mac);
	return nd_advertisement(frame, mac);
}

/* The frame becomes a solicitation for @target, sent by @hop's port: to @mac if it is to be confirmed. */
static inline uint32_t nd_ask(struct router_frame *frame, const struct router_hop *hop,
			      const uint8_t *target, const uint8_t *mac)
{
	const struct router_port *port = &frame->router->tables->port[hop->port];
	uint8_t asked[16], to[16];
	const uint8_t group_mac[6] = { 0x33, 0x33, 0xff, target[13], target[14], target[15] };

	memcpy(asked, target, 16); /* it may lie where the solicitation is written */
	memcpy(to, asked, 16);
	if (!mac)
		memcpy(to, nd_solicited_node, sizeof(nd_solicited_node));
	nd_write(frame->bytes, port->link_local, to, ICMPV6_SOLICITATION, 0, asked, port->mac);
	answer_write_macs(frame->bytes, mac ? mac : group_mac, port->mac);
	frame->router->count.asked++;
	return onepath_only(ND_FRAME_LENGTH, (uint16_t)(1u << hop->port));
}

#endif
