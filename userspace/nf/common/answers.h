/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that become the answer to themselves, for NFs that have IP addresses: ARP requests
 * (RFC 826), neighbour solicitations (RFC 4861) and pings (RFC 792, RFC 4443). Whether an
 * address is the NF's own is for the NF to say, before it asks for the answer.
 */
#ifndef ONEPATH_NF_ANSWERS_H
#define ONEPATH_NF_ANSWERS_H

#include "packet.h"

#define ARP_REQUEST 1
#define ARP_REPLY   2

/* Offsets from the ARP header on. */
#define ARP_OPERATION	 6
#define ARP_SENDER_MAC	 8
#define ARP_SENDER_IP	 14
#define ARP_TARGET_MAC	 18
#define ARP_TARGET_IP	 24
#define ARP_FRAME_LENGTH (ETHERNET_BYTES + ARP_BYTES)

#define ICMP_ECHO_REPLY	     0
#define ICMP_ECHO	     8
#define ICMPV6_ECHO	     128
#define ICMPV6_ECHO_REPLY    129
#define ICMPV6_SOLICITATION  135
#define ICMPV6_ADVERTISEMENT 136

#define ANSWER_TTL 64 /* RFC 1700 */

#define ND_BYTES	24 /* of both messages, without options */
#define ND_TARGET	8 /* offset of the target in both */
#define ND_OPTION_BYTES 8 /* of a link-layer address */
#define ND_OPTIONS_MAX	16 /* that are looked at */
#define ND_FRAME_LENGTH (ETHERNET_BYTES + IPV6_BYTES + ND_BYTES + ND_OPTION_BYTES)

#define ND_SOURCE_MAC 1 /* kinds of options: 4.6.1 */
#define ND_TARGET_MAC 2

#define ND_ROUTER    0x80 /* flags of an advertisement: 4.4 */
#define ND_SOLICITED 0x40
#define ND_OVERRIDE  0x20

static const uint8_t nd_solicited_node[13] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };

NF_INLINE void answer_write_macs(uint8_t *bytes, const uint8_t *to, const uint8_t *from)
{
	memcpy(bytes, to, 6);
	memcpy(bytes + 6, from, 6);
}

/* Makes the reply to an ARP request: @mac has its target. Returns the length. */
static inline uint16_t answer_arp(uint8_t *bytes, const uint8_t *mac)
{
	uint8_t *arp = bytes + ETHERNET_BYTES, target[4];

	memcpy(target, arp + ARP_TARGET_IP, 4);
	put16(arp + ARP_OPERATION, ARP_REPLY);
	memcpy(arp + ARP_TARGET_MAC, arp + ARP_SENDER_MAC, 10); /* and IP: they lie side by side */
	memcpy(arp + ARP_SENDER_MAC, mac, 6);
	memcpy(arp + ARP_SENDER_IP, target, 4);
	answer_write_macs(bytes, bytes + 6, mac);
	return ARP_FRAME_LENGTH;
}

/* Is it a ping, of either version? */
NF_INLINE bool answer_is_echo(const uint8_t *bytes, const struct packet *packet)
{
	if (packet->transport == PROTOCOL_ICMP)
		return bytes[packet->l4] == ICMP_ECHO;
	return packet->transport == PROTOCOL_ICMPV6 && bytes[packet->l4] == ICMPV6_ECHO;
}

/*
 * Makes the answer to a ping, answer_is_echo(): only the type changes, and who is who. Returns
 * the length, or 0 if it is only a part of one, or was spoilt on the way.
 */
static inline uint16_t answer_echo(uint8_t *bytes, const struct packet *packet, const uint8_t *mac)
{
	const bool ipv4 = packet->network == PACKET_IPV4;
	const unsigned int address_bytes = packet_address_bytes(packet);
	uint8_t *source = bytes + packet_source(packet), *icmp = bytes + packet->l4;
	uint8_t *ttl = bytes + packet->l3 + (ipv4 ? 8 : 7), address[16];
	uint16_t before = raw16(icmp), ttl_before = raw16(ttl);

	if (packet->fragment || !packet_is_transport_sum_right(packet, bytes))
		return 0;
	memcpy(address, source, address_bytes);
	memcpy(source, source + address_bytes, address_bytes);
	memcpy(source + address_bytes, address, address_bytes);
	icmp[0] = ipv4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	checksum_update(icmp + 2, checksum_change16(before, raw16(icmp)));
	*ttl = ANSWER_TTL;
	if (ipv4)
		checksum_update(ttl + 2, checksum_change16(ttl_before, raw16(ttl)));
	answer_write_macs(bytes, bytes + 6, mac);
	return packet->end;
}

/* Writes the header of an ICMPv6 message of one's own, but for the addresses. @bytes: behind it. */
static inline void icmpv6_write_header(uint8_t *ip, uint16_t bytes, uint8_t hop_limit)
{
	put32(ip, 6u << 28);
	put16(ip + 4, bytes);
	ip[6] = PROTOCOL_ICMPV6;
	ip[7] = hop_limit;
}

/* Writes the checksum of the ICMPv6 message behind an IPv6 header without extensions. */
static inline void icmpv6_set_sum(uint8_t *frame)
{
	const struct packet packet = {
		.network = PACKET_IPV6,
		.protocol = PROTOCOL_ICMPV6,
		.transport = PROTOCOL_ICMPV6,
		.l3 = ETHERNET_BYTES,
		.l4 = ETHERNET_BYTES + IPV6_BYTES,
		.end = ETHERNET_BYTES + IPV6_BYTES + get16(frame + ETHERNET_BYTES + 4),
	};

	packet_set_transport_sum(&packet, frame);
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
	memcpy(icmp + ND_TARGET, target, 16);
	option[0] = type == ICMPV6_SOLICITATION ? ND_SOURCE_MAC : ND_TARGET_MAC;
	option[1] = 1;
	memcpy(option + 2, mac, 6);
	icmpv6_set_sum(bytes);
}

NF_INLINE bool nd_is_message(const uint8_t *bytes, const struct packet *packet)
{
	if (packet->transport != PROTOCOL_ICMPV6)
		return false;
	return bytes[packet->l4] == ICMPV6_SOLICITATION ||
	       bytes[packet->l4] == ICMPV6_ADVERTISEMENT;
}

/* Finds an option's link-layer address. Returns false if the options are malformed; *@mac NULL: not there. */
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

/* Does a solicitation come from somebody who has no address yet? */
NF_INLINE bool nd_is_nameless(const uint8_t *bytes, const struct packet *packet)
{
	return !raw64(bytes + packet->l3 + 8) && !raw64(bytes + packet->l3 + 16);
}

/* Is a message, nd_is_message(), valid (7.1.1, 7.1.2)? *@mac: the link-layer address in it, or NULL. */
static inline bool nd_is_valid(const uint8_t *bytes, const struct packet *packet,
			       const uint8_t **mac)
{
	const uint8_t *ip = bytes + packet->l3, *icmp = bytes + packet->l4;
	const unsigned int left = packet->end - packet->l4;
	const bool asks = icmp[0] == ICMPV6_SOLICITATION;

	if (packet->fragment || ip[7] != 255 || left < ND_BYTES || icmp[1])
		return false;
	if (icmp[ND_TARGET] == 0xff || !packet_is_transport_sum_right(packet, bytes))
		return false;
	if (!nd_find_mac(icmp + ND_BYTES, left - ND_BYTES, asks ? ND_SOURCE_MAC : ND_TARGET_MAC,
			 mac))
		return false;
	if (!asks)
		return ip[24] != 0xff || !(icmp[4] & ND_SOLICITED);
	return !nd_is_nameless(bytes, packet) ||
	       (!*mac && !memcmp(ip + 24, nd_solicited_node, sizeof(nd_solicited_node)));
}

/*
 * Makes the advertisement that answers a valid solicitation: @mac has its target. It goes to
 * who asked, or to all if that was somebody without an address (7.2.4). Returns the length.
 */
static inline uint16_t nd_answer(uint8_t *bytes, const struct packet *packet, const uint8_t *mac,
				 uint8_t flags)
{
	static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	const bool nameless = nd_is_nameless(bytes, packet);
	uint8_t to[16], target[16];

	memcpy(to, nameless ? all_nodes : bytes + packet->l3 + 8, 16);
	memcpy(target, bytes + packet->l4 + ND_TARGET, 16);
	nd_write(bytes, target, to, ICMPV6_ADVERTISEMENT, nameless ? flags : flags | ND_SOLICITED,
		 target, mac);
	answer_write_macs(bytes, nameless ? all_nodes_mac : bytes + 6, mac);
	return ND_FRAME_LENGTH;
}

#endif
