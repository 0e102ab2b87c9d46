/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NAT on its two links: it is a routed hop with a MAC and IP addresses on each. It
 * answers ARP (RFC 826) and pings for its own addresses. Outside, all goes to one gateway,
 * which it asks for by turning a frame that needs it into the question. Inside it needs to
 * ask nobody: answers go to the neighbour that the mapping's packets came from.
 */
#ifndef NAT_LINK_H
#define NAT_LINK_H

#include <onepath/run.h>

#include "nat_rewrite.h"

#define NAT_GATEWAY_AGE	 60 /* seconds after which it is asked whether it is still there */
#define NAT_GATEWAY_WAIT 5 /* and how long its answer may take */
#define NAT_ARP_REQUEST	 1
#define NAT_ARP_REPLY	 2
#define NAT_ECHO	 8
#define NAT_ECHO_REPLY	 0
#define NAT_OTHER_SIDE	 1 /* bits of a path's outputs */
#define NAT_SAME_SIDE	 2
#define NAT_ARP_BYTES	 (ETHERNET_BYTES + ARP_BYTES)

NF_INLINE uint32_t nat_drop(uint64_t *counter)
{
	++*counter;
	return 0;
}

NF_INLINE void nat_write_macs(uint8_t *frame, const uint8_t *to, const uint8_t *from)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
}

NF_INLINE bool nat_is_same_mac(const uint8_t *one, const uint8_t *other)
{
	return raw32(one) == raw32(other) && raw16(one + 4) == raw16(other + 4);
}

/* The frame is the answer to whoever sent it. */
NF_INLINE uint32_t nat_answer(uint8_t *frame, uint16_t length, const struct nat_side *side)
{
	nat_write_macs(frame, frame + 6, side->mac);
	return onepath_only(length, NAT_SAME_SIDE);
}

/* Is @address one of the NAT's own on that side? */
static inline bool nat_is_own(const struct nat *nat, const struct nat_side *side, uint32_t address)
{
	if (side == &nat->settings->inside && address == side->address)
		return true;
	return nat_address_of(nat, address) < NAT_ADDRESSES_MAX;
}

/* The gateway was heard of. */
static inline void nat_learn_gateway(struct nat *nat, const uint8_t *mac)
{
	if (mac[0] & 1)
		return;
	memcpy(nat->gateway.mac, mac, 6);
	nat->gateway.known = true;
	nat->gateway.heard = nat->now;
}

/* A frame from the gateway's MAC: it is there. */
NF_INLINE void nat_hear_gateway(struct nat *nat, const uint8_t *frame)
{
	struct nat_gateway *gateway = &nat->gateway;

	if (nf_unlikely(gateway->heard != nat->now) && nat_is_same_mac(frame + 6, gateway->mac))
		gateway->heard = nat->now;
}

static inline uint32_t nat_handle_arp(struct nat *nat, const struct nat_side *side, uint8_t *frame)
{
	uint8_t *arp = frame + ETHERNET_BYTES;
	const uint32_t sender = raw32(arp + 14), target = raw32(arp + 24);
	const bool outside = side == &nat->settings->outside;
	const bool own = outside ? nat_is_own(nat, side, target) : target == side->address;

	if (outside && sender == nat->settings->gateway && !nat->settings->gateway_fixed)
		nat_learn_gateway(nat, arp + 8);
	if (!own || get16(arp + 6) != NAT_ARP_REQUEST)
		return nat_drop(&nat->count.dropped_not_for_us);
	put16(arp + 6, NAT_ARP_REPLY);
	memcpy(arp + 18, arp + 8, 10); /* MAC and address: they lie side by side */
	memcpy(arp + 8, side->mac, 6);
	put_raw32(arp + 14, target);
	nat->count.arp_answered++;
	return nat_answer(frame, NAT_ARP_BYTES, side);
}

/* The frame becomes the question who has the gateway's address. */
static inline uint32_t nat_ask_gateway(struct nat *nat, uint8_t *frame)
{
	static const uint8_t kinds[8] = { 0, 1, TYPE_IPV4 >> 8, 0, 6, 4, 0, NAT_ARP_REQUEST };
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct nat_side *side = &nat->settings->outside;
	uint8_t *arp = frame + ETHERNET_BYTES;

	nat_write_macs(frame, broadcast, side->mac);
	put16(frame + 12, TYPE_ARP);
	memcpy(arp, kinds, sizeof(kinds));
	memcpy(arp + 8, side->mac, 6);
	put_raw32(arp + 14, side->address);
	memset(arp + 18, 0, 6);
	put_raw32(arp + 24, nat->settings->gateway);
	nat->gateway.asked = nat->now;
	nat->count.gateway_asked++;
	return onepath_only(NAT_ARP_BYTES, NAT_OTHER_SIDE);
}

/* The gateway is not known, or was not heard of for long: ask it once a second, but do not wait longer than need be. */
static inline uint32_t nat_doubt_gateway(struct nat *nat, uint8_t *frame, uint16_t length)
{
	struct nat_gateway *gateway = &nat->gateway;

	if (gateway->asked != nat->now)
		return nat_ask_gateway(nat, frame);
	if (!gateway->known || nat->now - gateway->heard > NAT_GATEWAY_AGE + NAT_GATEWAY_WAIT)
		return nat_drop(&nat->count.gateway_waiting);
	nat_write_macs(frame, gateway->mac, nat->settings->outside.mac);
	return onepath_only(length, NAT_OTHER_SIDE);
}

/* To the gateway. */
NF_INLINE uint32_t nat_send_out(struct nat *nat, uint8_t *frame, uint16_t length)
{
	const struct nat_gateway *gateway = &nat->gateway;
	const struct nat_settings *settings = nat->settings;

	if (nf_unlikely(!gateway->known ||
			(!settings->gateway_fixed && nat->now - gateway->heard > NAT_GATEWAY_AGE)))
		return nat_doubt_gateway(nat, frame, length);
	nat_write_macs(frame, gateway->mac, settings->outside.mac);
	return onepath_only(length, NAT_OTHER_SIDE);
}

/* To the neighbour inside that the mapping's packets came from. */
NF_INLINE uint32_t nat_send_in(const struct nat *nat, uint8_t *frame, uint16_t length,
			       const struct nat_mapping *mapping, uint16_t output)
{
	nat_write_macs(frame, mapping->mac, nat->settings->inside.mac);
	return onepath_only(length, output);
}

/* One hop less to go. Returns the change of the header's sum; a packet that would have none left: 0. */
NF_INLINE uint64_t nat_take_hop(uint8_t *ip)
{
	uint16_t before = raw16(ip + 8);

	if (nf_unlikely(ip[8] <= 1))
		return 0;
	ip[8]--;
	return checksum_change16(before, raw16(ip + 8));
}

/* A ping of the NAT itself (RFC 792): addresses change places, and the type. */
static inline uint32_t nat_answer_echo(struct nat *nat, const struct nat_side *side,
				       const struct packet *packet, uint8_t *frame, uint16_t length)
{
	uint8_t *ip = frame + packet->l3, *icmp = frame + packet->l4;
	const uint32_t source = raw32(ip + 12);
	const uint16_t before = raw16(icmp), ttl = raw16(ip + 8);

	if (packet->fragment || icmp[0] != NAT_ECHO)
		return nat_drop(&nat->count.dropped_unknown);
	put_raw32(ip + 12, raw32(ip + 16));
	put_raw32(ip + 16, source);
	ip[8] = 64;
	checksum_update(ip + 10, checksum_change16(ttl, raw16(ip + 8)));
	icmp[0] = NAT_ECHO_REPLY;
	checksum_update(icmp + 2, checksum_change16(before, raw16(icmp)));
	nat->count.echo_answered++;
	return nat_answer(frame, length, side);
}

#endif
