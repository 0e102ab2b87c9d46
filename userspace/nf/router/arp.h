/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP (RFC 826): answers for the router's own addresses, what others say of themselves, and
 * questions: a frame to a neighbour that is not known becomes one.
 */
#ifndef ROUTER_ARP_H
#define ROUTER_ARP_H

#include "state.h"

NF_INLINE const struct router_hop *arp_find(const struct router_frame *frame, const uint8_t *ip)
{
	const struct router_tables *tables = frame->router->tables;

	return &tables->hop[lpm_find_ipv4(&tables->ipv4, ip)];
}

/* Takes in what the sender says of itself, if it is of this link. New ones only if they speak to the router. */
static inline void arp_learn(const struct router_frame *frame, const uint8_t *arp, bool to_us)
{
	const struct router_hop *hop = arp_find(frame, arp + ARP_SENDER_IP);
	struct neighbour_key key = neighbour_key_ipv4(hop->port, arp + ARP_SENDER_IP);

	if (hop->kind != HOP_CONNECTED || hop->port != frame->path->input)
		return;
	neighbour_learn(&frame->router->neighbours, &key, arp + ARP_SENDER_MAC,
			to_us ? NEIGHBOUR_MAY_ADD | NEIGHBOUR_MAY_CHANGE : NEIGHBOUR_MAY_CHANGE);
}

static inline uint32_t arp_handle(struct router_frame *frame)
{
	const uint8_t *arp = frame->bytes + ETHERNET_BYTES;
	const struct router_hop *hop;
	bool to_us;

	if (frame->packet.problem)
		return router_drop(&frame->router->count.malformed);
	hop = arp_find(frame, arp + ARP_TARGET_IP);
	to_us = hop->kind == HOP_LOCAL && hop->port == frame->path->input;
	arp_learn(frame, arp, to_us);
	if (!to_us || get16(arp + ARP_OPERATION) != ARP_REQUEST)
		return router_drop(&frame->router->count.learnt);
	frame->router->count.arp_answered++;
	return router_answer(frame, answer_arp(frame->bytes, router_input(frame)->mac));
}

/* The frame becomes a question for @target, sent by @hop's port: to @mac if it is to be confirmed. */
static inline uint32_t arp_ask(struct router_frame *frame, const struct router_hop *hop,
			       const uint8_t *target, const uint8_t *mac)
{
	static const uint8_t kinds[6] = { 0, 1, TYPE_IPV4 >> 8, 0, 6, 4 };
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct router_port *port = &frame->router->tables->port[hop->port];
	uint8_t *arp = frame->bytes + ETHERNET_BYTES, asked[4];

	memcpy(asked, target, 4); /* it may lie where the question is written */
	answer_write_macs(frame->bytes, mac ? mac : broadcast, port->mac);
	put16(frame->bytes + 12, TYPE_ARP);
	memcpy(arp, kinds, sizeof(kinds));
	put16(arp + ARP_OPERATION, ARP_REQUEST);
	memcpy(arp + ARP_SENDER_MAC, port->mac, 6);
	memcpy(arp + ARP_SENDER_IP, hop->own, 4);
	memset(arp + ARP_TARGET_MAC, 0, 6);
	memcpy(arp + ARP_TARGET_IP, asked, 4);
	frame->router->count.asked++;
	return onepath_only(ARP_FRAME_LENGTH, (uint16_t)(1u << hop->port));
}

#endif
