/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 neighbour discovery (RFC 4861), as arp.h does for IPv4: answers to solicitations of own
 * addresses, what others advertise, and solicitations, made of frames to neighbours that
 * are not known.
 */
#ifndef ROUTER_ND_H
#define ROUTER_ND_H

#include "icmp.h"

#define ND_BYTES	24 /* of both messages, without options */
#define ND_OPTION_BYTES 8 /* of a link-layer address */
#define ND_OPTIONS_MAX	16 /* that are looked at */
#define ND_FRAME_LENGTH (ETHERNET_BYTES + IPV6_BYTES + ND_BYTES + ND_OPTION_BYTES)

#define ND_SOURCE_MAC 1 /* kinds of options: 4.6.1 */
#define ND_TARGET_MAC 2

#define ND_ROUTER    0x80 /* flags of an advertisement: 4.4 */
#define ND_SOLICITED 0x40
#define ND_OVERRIDE  0x20

static const uint8_t nd_solicited_node[13] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };
static const uint8_t nd_all_nodes[16] = { 0xff, 2, [15] = 1 };
static const uint8_t nd_unspecified[16];

/* Finds an option's link-layer address. Returns false if the options are malformed (7.1.1, 7.1.2); *@mac NULL: not there. */
static inline bool nd_find_mac(const uint8_t *at, unsigned int left, uint8_t kind,
			       const uint8_t **mac)
{
	*mac = NULL;
	for (unsigned int n = 0; n < ND_OPTIONS_MAX && left; n++) {
		unsigned int bytes = left < 2 ? 0 : at[1] * 8u;

		if (!bytes || bytes > left)
			return false;
		if (at[0] == kind && bytes == ND_OPTION_BYTES)
			*mac = at + 2;
		at += bytes;
		left -= bytes;
	}
	return true;
}

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

/* Writes a message about @target, behind the Ethernet header, with an option that names @mac. */
static inline void nd_write(uint8_t *bytes, const uint8_t *from, const uint8_t *to, uint8_t type,
			    uint8_t flags, const uint8_t *target, const uint8_t *mac)
{
	uint8_t *ip = bytes + ETHERNET_BYTES, *icmp = ip + IPV6_BYTES, *option = icmp + ND_BYTES;

	put16(bytes + 12, TYPE_IPV6);
	icmpv6_write_header(ip, ND_BYTES + ND_OPTION_BYTES, 255);
	memcpy(ip + 8, from, 16);
	memcpy(ip + 24, to, 16);
	icmp[0] = type;
	icmp[1] = 0;
	put32(icmp + 4, (uint32_t)flags << 24);
	memcpy(icmp + 8, target, 16);
	option[0] = type == ICMPV6_SOLICITATION ? ND_SOURCE_MAC : ND_TARGET_MAC;
	option[1] = 1;
	memcpy(option + 2, mac, 6);
	icmpv6_set_sum(bytes);
}

/* Advertises @frame's target to who asked, or to all if that was somebody without an address (7.2.4). */
static inline uint32_t nd_answer(struct router_frame *frame, bool nameless)
{
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	uint8_t *ip = frame->bytes + ETHERNET_BYTES;
	uint8_t to[16], target[16];

	memcpy(to, nameless ? nd_all_nodes : ip + 8, 16);
	memcpy(target, frame->bytes + frame->packet.l4 + 8, 16);
	if (nameless)
		memcpy(frame->bytes + 6, all_nodes_mac, 6);
	nd_write(frame->bytes, target, to, ICMPV6_ADVERTISEMENT,
		 nameless ? ND_ROUTER | ND_OVERRIDE : ND_ROUTER | ND_SOLICITED | ND_OVERRIDE,
		 target, router_input(frame)->mac);
	frame->router->count.nd_answered++;
	return router_answer(frame, ND_FRAME_LENGTH);
}

/* 7.1.1, 7.2.3 */
static inline uint32_t nd_solicitation(struct router_frame *frame, const uint8_t *options,
				       unsigned int left)
{
	struct router_counters *count = &frame->router->count;
	const uint8_t *ip = frame->bytes + ETHERNET_BYTES, *mac;
	const uint8_t *target = frame->bytes + frame->packet.l4 + 8;
	bool nameless = !memcmp(ip + 8, nd_unspecified, 16);

	if (!nd_find_mac(options, left, ND_SOURCE_MAC, &mac))
		return router_drop(&count->malformed);
	if (nameless && (mac || memcmp(ip + 24, nd_solicited_node, sizeof(nd_solicited_node))))
		return router_drop(&count->malformed);
	if (!nd_is_own(frame, target))
		return router_drop(&count->not_for_us);
	if (!nameless && !nd_is_on_link(frame, ip + 8))
		return router_drop(&count->malformed);
	if (mac && !router_is_group(mac))
		nd_learn(frame, ip + 8, mac, NEIGHBOUR_MAY_ADD | NEIGHBOUR_MAY_CHANGE);
	return nd_answer(frame, nameless);
}

/* 7.1.2, 7.2.5. Nobody is added who was not asked for. */
static inline uint32_t nd_advertisement(struct router_frame *frame, const uint8_t *options,
					unsigned int left)
{
	struct router_counters *count = &frame->router->count;
	const uint8_t *ip = frame->bytes + ETHERNET_BYTES, *mac;
	const uint8_t *icmp = frame->bytes + frame->packet.l4;

	if (!nd_find_mac(options, left, ND_TARGET_MAC, &mac))
		return router_drop(&count->malformed);
	if (ip[24] == 0xff && icmp[4] & ND_SOLICITED)
		return router_drop(&count->malformed);
	if (!mac && icmp[4] & ND_SOLICITED)
		mac = frame->bytes +
		      6; /* an answer to a question to it alone need not say it again */
	if (mac && !router_is_group(mac) && nd_is_on_link(frame, icmp + 8))
		nd_learn(frame, icmp + 8, mac, icmp[4] & ND_OVERRIDE ? NEIGHBOUR_MAY_CHANGE : 0);
	return router_drop(&count->learnt);
}

NF_INLINE bool nd_is_message(const struct router_frame *frame)
{
	const uint8_t type = frame->bytes[frame->packet.l4];

	return frame->packet.transport == PROTOCOL_ICMPV6 &&
	       (type == ICMPV6_SOLICITATION || type == ICMPV6_ADVERTISEMENT);
}

/* A frame that nd_is_message(): valid as 7.1.1 and 7.1.2 want it? */
static inline uint32_t nd_handle(struct router_frame *frame)
{
	const struct packet *packet = &frame->packet;
	const uint8_t *icmp = frame->bytes + packet->l4;
	const unsigned int bytes = packet->end - packet->l4;

	if (packet->fragment || frame->bytes[packet->l3 + 7] != 255 || bytes < ND_BYTES ||
	    icmp[1] || icmp[8] == 0xff || !packet_is_transport_sum_right(packet, frame->bytes))
		return router_drop(&frame->router->count.malformed);
	if (icmp[0] == ICMPV6_SOLICITATION)
		return nd_solicitation(frame, icmp + ND_BYTES, bytes - ND_BYTES);
	return nd_advertisement(frame, icmp + ND_BYTES, bytes - ND_BYTES);
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
	router_write_macs(frame->bytes, mac ? mac : group_mac, port->mac);
	frame->router->count.asked++;
	return onepath_only(ND_FRAME_LENGTH, (uint16_t)(1u << hop->port));
}

#endif
