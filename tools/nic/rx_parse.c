// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a received frame is: Ethernet or SNAP, a VLAN tag, IPv4 with options or
 * IPv6 with extension headers, TCP, UDP or SCTP. First step of receive; queue
 * choice, checksums and header split all read its result. Nothing beyond the
 * frame's end is looked at, whatever the frame's own lengths say.
 */
#include <string.h>

#include "rx.h"

#define ETHERTYPE_IPV4 0x0800u
#define ETHERTYPE_IPV6 0x86DDu
#define ETHERTYPE_MIN  0x0600u /* below: a length */

#define PROTOCOL_HOP_BY_HOP  0u
#define PROTOCOL_TCP	     6u
#define PROTOCOL_UDP	     17u
#define PROTOCOL_IPV6	     41u
#define PROTOCOL_ROUTING     43u
#define PROTOCOL_FRAGMENT    44u
#define PROTOCOL_ESP	     50u
#define PROTOCOL_AH	     51u
#define PROTOCOL_DESTINATION 60u
#define PROTOCOL_SCTP	     132u

#define OPTION_PAD1	    0u
#define OPTION_HOME_ADDRESS 201u

/* MISSING: how many extension headers the hardware follows. */
#define EXTENSIONS_MAX 8u

#define HEADER_MAX 1023u /* HDR_LEN has 10 bits */

static uint16_t be16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* The header at packet->l4, unless it is a fragment's or cut off. */
static void parse_l4(const uint8_t *frame, struct nic_packet *packet)
{
	size_t left = packet->end - packet->l4;
	size_t header;

	switch (packet->protocol) {
	case PROTOCOL_TCP:
		header = left >= 20 ? (frame[packet->l4 + 12] >> 4) * 4u : 0;
		if (header < 20 || header > left)
			return;
		packet->types |= PACKET_TCP;
		break;
	case PROTOCOL_UDP:
		header = 8;
		if (header > left)
			return;
		packet->types |= PACKET_UDP;
		break;
	case PROTOCOL_SCTP:
		header = 12;
		if (header > left)
			return;
		packet->types |= PACKET_SCTP;
		break;
	case PROTOCOL_ESP:
		packet->types |= PACKET_ESP;
		return;
	case PROTOCOL_AH:
		packet->types |= PACKET_AH;
		return;
	default:
		return;
	}
	packet->payload = packet->l4 + header;
}

static void parse_ipv4(const uint8_t *frame, size_t len, struct nic_packet *packet)
{
	const uint8_t *ip = frame + packet->l3;
	size_t left = len - packet->l3;
	size_t header, total;
	uint16_t fragment;

	if (left < 20 || ip[0] >> 4 != 4)
		return;
	header = (ip[0] & 0xF) * 4u;
	total = be16(ip + 2);
	if (header < 20 || header > left || header > total)
		return;
	packet->types |= PACKET_IPV4 | (header > 20 ? PACKET_IPV4E : 0);
	packet->protocol = ip[9];
	packet->addresses = packet->l3 + 12;
	packet->address_len = 4;
	packet->l4 = packet->l3 + header;
	fragment = be16(ip + 6);
	packet->fragment = fragment & 0x3FFF;
	packet->first_fragment = packet->fragment && !(fragment & 0x1FFF);
	if (total > left)
		return;
	packet->end = packet->l3 + total;
	if (packet->fragment)
		return;
	if (packet->protocol == PROTOCOL_IPV6 && total - header >= 40 &&
	    frame[packet->l4] >> 4 == 6)
		packet->types |= PACKET_IPV6; /* in a tunnel: known, not followed (7.1.11) */
	else
		parse_l4(frame, packet);
}

/* A Home Address option means that the pseudo header has another source. */
static bool has_home_address(const uint8_t *options, size_t len)
{
	size_t at = 0;

	while (at < len) {
		if (options[at] == OPTION_HOME_ADDRESS)
			return true;
		if (options[at] == OPTION_PAD1)
			at++;
		else if (at + 1 < len)
			at += 2u + options[at + 1];
		else
			break;
	}
	return false;
}

/*
 * One extension header at packet->l4 becomes known. False: what follows is not to be parsed;
 * it is cut off, or its checksum is none that this controller can try (7.1.11).
 */
static bool skip_extension(const uint8_t *frame, struct nic_packet *packet)
{
	const uint8_t *at = frame + packet->l4;
	size_t left = packet->end - packet->l4;
	size_t size;

	packet->types |= PACKET_IPV6E;
	if (packet->protocol == PROTOCOL_FRAGMENT) {
		packet->fragment = true;
		return false;
	}
	if (left < 8)
		return false;
	size = (at[1] + 1u) * 8;
	if (size > left)
		return false;
	if (packet->protocol == PROTOCOL_ROUTING && at[3])
		return false; /* segments left: the destination is yet another */
	if (packet->protocol == PROTOCOL_DESTINATION && has_home_address(at + 2, size - 2))
		return false;
	packet->protocol = at[0];
	packet->l4 += size;
	return true;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING ||
	       protocol == PROTOCOL_DESTINATION || protocol == PROTOCOL_FRAGMENT;
}

static void parse_ipv6(const uint8_t *frame, size_t len, struct nic_packet *packet)
{
	const uint8_t *ip = frame + packet->l3;
	size_t left = len - packet->l3;

	if (left < 40 || ip[0] >> 4 != 6)
		return;
	packet->types |= PACKET_IPV6;
	packet->protocol = ip[6];
	packet->addresses = packet->l3 + 8;
	packet->address_len = 16;
	packet->l4 = packet->l3 + 40;
	if (be16(ip + 4) > left - 40)
		return;
	packet->end = packet->l4 + be16(ip + 4);
	for (unsigned int i = 0; is_extension(packet->protocol); i++) {
		if (i == EXTENSIONS_MAX || !skip_extension(frame, packet))
			return;
	}
	parse_l4(frame, packet);
}

void nic_packet_parse(const uint8_t *frame, size_t len, uint16_t vlan_type,
		      struct nic_packet *packet)
{
	static const uint8_t snap[6] = { 0xAA, 0xAA, 0x03, 0, 0, 0 };
	size_t at = 12;

	memset(packet, 0, sizeof(*packet));
	if (len >= 16 && be16(frame + at) == vlan_type) {
		packet->tagged = true;
		packet->tag = be16(frame + 14);
		at = 16;
	}
	if (len < at + 2)
		return;
	packet->ethertype = be16(frame + at);
	at += 2;
	if (packet->ethertype < ETHERTYPE_MIN && len >= at + 8 && !memcmp(frame + at, snap, 6)) {
		packet->ethertype = be16(frame + at + 6);
		at += 8;
	}
	packet->l3 = at;
	if (packet->ethertype == ETHERTYPE_IPV4)
		parse_ipv4(frame, len, packet);
	else if (packet->ethertype == ETHERTYPE_IPV6)
		parse_ipv6(frame, len, packet);
}

/* 7.1.10: splits as far up as PSRTYPE says and the packet goes. */
uint16_t nic_packet_header(const struct nic_packet *packet, uint32_t split)
{
	uint16_t header = 0;

	if (((packet->types & PACKET_TCP) && (split & PSRTYPE_TCPHDR)) ||
	    ((packet->types & PACKET_UDP) && (split & PSRTYPE_UDPHDR)))
		header = packet->payload;
	else if (((packet->types & PACKET_IPV4) && (split & PSRTYPE_IPV4HDR)) ||
		 ((packet->types & PACKET_IPV6) && (split & PSRTYPE_IPV6HDR)))
		header = packet->l4;
	else if (split & PSRTYPE_L2HDR)
		header = packet->l3;
	return header <= HEADER_MAX ? header : 0;
}
