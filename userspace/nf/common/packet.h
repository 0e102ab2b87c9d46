/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one parser: where the headers of a frame are, found without ever reading past its end.
 * Ethernet with up to two VLAN tags (IEEE 802.1Q), ARP, IPv4, IPv6 with extension headers,
 * TCP, UDP, ICMP, ICMPv6, and the packet that an ICMP error quotes. Nothing is kept but
 * offsets: after packet_parse() said yes, the headers it names may be read and written
 * without another look at the length.
 */
#ifndef ONEPATH_NF_PACKET_H
#define ONEPATH_NF_PACKET_H

#include <stdbool.h>

#include "bytes.h"
#include "checksum.h"

#define ETHERNET_BYTES 14
#define VLAN_BYTES     4
#define VLAN_TAGS_MAX  2
#define ARP_BYTES      28 /* of Ethernet and IPv4 */
#define IPV4_BYTES     20 /* without options */
#define IPV6_BYTES     40
#define TCP_BYTES      20 /* without options */
#define UDP_BYTES      8
#define ICMP_BYTES     8 /* of all messages, of both versions, that carry anything */

#define TYPE_IPV4 0x0800
#define TYPE_ARP  0x0806
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define TYPE_IPV6 0x86dd

/* Protocol numbers, and next header values of IPv6. */
#define PROTOCOL_HOP_BY_HOP   0
#define PROTOCOL_ICMP	      1
#define PROTOCOL_TCP	      6
#define PROTOCOL_UDP	      17
#define PROTOCOL_ROUTING      43
#define PROTOCOL_FRAGMENT     44
#define PROTOCOL_AH	      51
#define PROTOCOL_ICMPV6	      58
#define PROTOCOL_NONE	      59
#define PROTOCOL_DESTINATIONS 60
#define PROTOCOL_MOBILITY     135
#define PROTOCOL_HIP	      139
#define PROTOCOL_SHIM6	      140

/* Most extension headers that are walked: each kind may come once, destination options twice. */
#define PACKET_EXTENSIONS_MAX 9

/* TCP's flags, byte 13 of its header (RFC 9293, 3.1). */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

enum packet_network {
	PACKET_OTHER, /* neither of those that follow */
	PACKET_ARP,
	PACKET_IPV4,
	PACKET_IPV6,
};

enum packet_fragment {
	PACKET_WHOLE,
	PACKET_FIRST, /* of a fragmented packet: has the transport header */
	PACKET_LATER, /* has none */
};

enum packet_problem {
	PACKET_FINE,
	PACKET_BAD_ETHERNET, /* too short, or too many VLAN tags */
	PACKET_BAD_ARP, /* too short, or not of Ethernet and IPv4 */
	PACKET_BAD_IP, /* version, header length or total length */
	PACKET_BAD_EXTENSION, /* too many, too long, or in a wrong place */
	PACKET_BAD_FRAGMENT, /* ends beyond 65535 */
	PACKET_BAD_TRANSPORT, /* cut off, or its lengths are wrong */
};

/**
 * struct packet - what was found in a frame; offsets are bytes from its begin
 * @type: EtherType behind the VLAN tags, in host byte order
 * @l3: where the network header is
 * @l4: where its payload is: IP options and extension headers skipped
 * @end: where the packet ends; what follows is padding. Of a quoted packet: or where the quote ends
 * @tags: VLAN tags, 0..VLAN_TAGS_MAX
 * @network: enum packet_network
 * @protocol: of IP: what is at @l4
 * @transport: the same if it is TCP, UDP, ICMP or ICMPv6 and its header is there, or else 0
 * @fragment: enum packet_fragment
 * @problem: enum packet_problem
 * @identification: of a fragment: where the number is that its packet's fragments share, of 2
 *	bytes in IPv4, of 4 in IPv6
 */
struct packet {
	uint16_t type;
	uint16_t l3;
	uint16_t l4;
	uint16_t end;
	uint8_t tags;
	uint8_t network;
	uint8_t protocol;
	uint8_t transport;
	uint8_t fragment;
	uint8_t problem;
	uint16_t identification;
};

NF_INLINE bool packet_refuse(struct packet *packet, enum packet_problem problem)
{
	packet->problem = (uint8_t)problem;
	return false;
}

/* How many bytes of TCP, UDP or ICMP have to be there; a quote has 8 bytes for certain (RFC 792). */
NF_INLINE unsigned int packet_transport_bytes(uint8_t protocol, bool quoted)
{
	return protocol == PROTOCOL_TCP && !quoted ? TCP_BYTES : 8;
}

/* Is the transport header whole, and do its own lengths fit? */
NF_INLINE bool packet_is_transport_fine(const struct packet *packet, const uint8_t *l4, bool quoted)
{
	unsigned int left = packet->end - packet->l4, length;

	if (left < packet_transport_bytes(packet->protocol, quoted))
		return false;
	if (quoted)
		return true;
	if (packet->protocol == PROTOCOL_TCP) {
		length = (unsigned int)(l4[12] >> 4) * 4;
		return length >= TCP_BYTES && length <= left;
	}
	if (packet->protocol == PROTOCOL_UDP) {
		length = get16(l4 + 4);
		return length >= UDP_BYTES && (length <= left || packet->fragment);
	}
	return true;
}

/* @packet->l4, end, protocol and fragment are known. */
NF_INLINE bool packet_find_transport(struct packet *packet, const uint8_t *frame, bool quoted)
{
	const uint8_t icmp = packet->network == PACKET_IPV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
	const uint8_t protocol = packet->protocol;

	if (packet->fragment == PACKET_LATER)
		return true;
	if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP && protocol != icmp)
		return true;
	/* A first fragment has to bring it all as well (RFC 1858, RFC 7112, 5). */
	if (!packet_is_transport_fine(packet, frame + packet->l4, quoted))
		return packet_refuse(packet, PACKET_BAD_TRANSPORT);
	packet->transport = protocol;
	return true;
}

/* An IPv4 packet (RFC 791, 3.1) at packet->l3 of @length bytes. */
NF_INLINE bool packet_parse_ipv4(struct packet *packet, const uint8_t *frame, uint16_t length,
				 bool quoted)
{
	const uint8_t *ip = frame + packet->l3;
	unsigned int left = length - packet->l3, header, total, fragment;

	packet->network = PACKET_IPV4;
	if (left < IPV4_BYTES)
		return packet_refuse(packet, PACKET_BAD_IP);
	header = (ip[0] & 0xfu) * 4;
	total = get16(ip + 2);
	if (ip[0] >> 4 != 4 || header < IPV4_BYTES || total < header || header > left)
		return packet_refuse(packet, PACKET_BAD_IP);
	if (total > left && !quoted)
		return packet_refuse(packet, PACKET_BAD_IP);
	packet->l4 = (uint16_t)(packet->l3 + header);
	packet->end = (uint16_t)(packet->l3 + (total < left ? total : left));
	packet->protocol = ip[9];
	fragment = get16(ip + 6) & 0x3fff; /* more fragments, offset */
	if (nf_unlikely(fragment)) {
		packet->fragment = fragment & 0x1fff ? PACKET_LATER : PACKET_FIRST;
		packet->identification = packet->l3 + 4;
		if ((fragment & 0x1fff) * 8 + total > UINT16_MAX)
			return packet_refuse(packet, PACKET_BAD_FRAGMENT);
	}
	return packet_find_transport(packet, frame, quoted);
}

/* Bytes of an extension header that begins at @header, or 0: it is none (RFC 8200, 4; RFC 4302, 2.2). */
static inline unsigned int packet_extension_bytes(uint8_t kind, const uint8_t *header)
{
	switch (kind) {
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_DESTINATIONS:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return 8 + header[1] * 8u;
	case PROTOCOL_AH:
		return 8 + header[1] * 4u;
	case PROTOCOL_FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

NF_INLINE bool packet_is_extension(uint8_t kind)
{
	static const uint8_t none[8];

	return packet_extension_bytes(kind, none) > 0;
}

/* A fragment header (RFC 8200, 4.5). One that has it all is a whole packet (RFC 6946). */
static inline bool packet_note_fragment(struct packet *packet, const uint8_t *header)
{
	unsigned int fragment = get16(header + 2);

	if (packet->fragment)
		return packet_refuse(packet, PACKET_BAD_EXTENSION);
	packet->identification = packet->l4 + 4;
	if (fragment & 0xfff8)
		packet->fragment = PACKET_LATER;
	else if (fragment & 1)
		packet->fragment = PACKET_FIRST;
	if ((fragment & 0xfff8) + (packet->end - packet->l4 - 8u) > UINT16_MAX)
		return packet_refuse(packet, PACKET_BAD_FRAGMENT);
	return true;
}

/* Steps over extension headers, from packet->l4 on. In a later fragment what follows is no header. */
static inline bool packet_skip_extensions(struct packet *packet, const uint8_t *frame)
{
	for (unsigned int n = 0; n <= PACKET_EXTENSIONS_MAX; n++) {
		const uint8_t *header = frame + packet->l4, kind = packet->protocol;
		unsigned int left = packet->end - packet->l4, bytes;

		if (packet->fragment == PACKET_LATER || !packet_is_extension(kind))
			return true;
		if (left < 8 || (kind == PROTOCOL_HOP_BY_HOP && n > 0))
			break;
		bytes = packet_extension_bytes(kind, header);
		if (bytes > left)
			break;
		if (kind == PROTOCOL_FRAGMENT && !packet_note_fragment(packet, header))
			return false;
		packet->protocol = header[0];
		packet->l4 += bytes;
	}
	return packet_refuse(packet, PACKET_BAD_EXTENSION);
}

/* An IPv6 packet (RFC 8200, 3) at packet->l3 of @length bytes. Jumbograms fit in no frame. */
NF_INLINE bool packet_parse_ipv6(struct packet *packet, const uint8_t *frame, uint16_t length,
				 bool quoted)
{
	const uint8_t *ip = frame + packet->l3;
	unsigned int left = length - packet->l3, total;

	packet->network = PACKET_IPV6;
	if (left < IPV6_BYTES || ip[0] >> 4 != 6)
		return packet_refuse(packet, PACKET_BAD_IP);
	total = IPV6_BYTES + get16(ip + 4);
	if (total > left && !quoted)
		return packet_refuse(packet, PACKET_BAD_IP);
	packet->l4 = packet->l3 + IPV6_BYTES;
	packet->end = (uint16_t)(packet->l3 + (total < left ? total : left));
	packet->protocol = ip[6];
	if (nf_unlikely(packet_is_extension(packet->protocol)) &&
	    !packet_skip_extensions(packet, frame))
		return false;
	return packet_find_transport(packet, frame, quoted);
}

/* RFC 826, for Ethernet and IPv4. */
static inline bool packet_parse_arp(struct packet *packet, const uint8_t *frame, uint16_t length)
{
	static const uint8_t kinds[6] = { 0, 1, TYPE_IPV4 >> 8, 0, 6, 4 };

	packet->network = PACKET_ARP;
	if (length - packet->l3 < ARP_BYTES || memcmp(frame + packet->l3, kinds, sizeof(kinds)))
		return packet_refuse(packet, PACKET_BAD_ARP);
	packet->end = packet->l3 + ARP_BYTES;
	return true;
}

NF_INLINE bool packet_is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_QINQ;
}

/* Steps over VLAN tags. Leaves the type that follows. */
static inline bool packet_skip_tags(struct packet *packet, const uint8_t *frame, uint16_t length)
{
	while (packet_is_tag(packet->type)) {
		if (packet->tags == VLAN_TAGS_MAX || length - packet->l3 < VLAN_BYTES)
			return packet_refuse(packet, PACKET_BAD_ETHERNET);
		packet->type = get16(frame + packet->l3 + 2);
		packet->l3 += VLAN_BYTES;
		packet->tags++;
	}
	return true;
}

/**
 * packet_parse() - finds the headers of a frame
 * @packet: gets the offsets
 * @frame: the frame's bytes, without CRC
 * @length: how many
 *
 * Returns true if all headers are whole and their lengths fit: what packet->network and
 * packet->transport name is there. Otherwise packet->problem says what is wrong, and the
 * other fields how far it came; only a header before the problem may be read. Checksums are
 * not looked at.
 */
NF_INLINE bool packet_parse(struct packet *packet, const uint8_t *frame, uint16_t length)
{
	*packet = (struct packet){ .l3 = ETHERNET_BYTES };
	if (length < ETHERNET_BYTES)
		return packet_refuse(packet, PACKET_BAD_ETHERNET);
	packet->type = get16(frame + 12);
	if (nf_unlikely(packet_is_tag(packet->type)) && !packet_skip_tags(packet, frame, length))
		return false;
	if (nf_likely(packet->type == TYPE_IPV4))
		return packet_parse_ipv4(packet, frame, length, false);
	if (packet->type == TYPE_IPV6)
		return packet_parse_ipv6(packet, frame, length, false);
	if (packet->type == TYPE_ARP)
		return packet_parse_arp(packet, frame, length);
	packet->l4 = packet->l3;
	packet->end = length;
	return true;
}

/* Is it an ICMP error, of either version, which quotes the packet that caused it (RFC 792, RFC 4443, 2.1)? */
static inline bool packet_is_icmp_error(const struct packet *packet, const uint8_t *frame)
{
	uint8_t type;

	if (packet->transport == PROTOCOL_ICMPV6)
		return frame[packet->l4] < 128;
	if (packet->transport != PROTOCOL_ICMP)
		return false;
	type = frame[packet->l4];
	return (type >= 3 && type <= 5) || type == 11 || type == 12;
}

/**
 * packet_parse_quoted() - finds the headers of the packet that an ICMP error quotes
 * @quoted: gets the offsets, in the same frame
 * @packet: the ICMP error: packet_is_icmp_error()
 * @frame: the frame's bytes
 *
 * Returns as packet_parse(). The quote may be cut off: of the transport header only the first
 * 8 bytes are there for certain, ports and ICMP's identifier among them.
 */
static inline bool packet_parse_quoted(struct packet *quoted, const struct packet *packet,
				       const uint8_t *frame)
{
	*quoted = (struct packet){
		.type = packet->type,
		.tags = packet->tags,
		.l3 = packet->l4 + ICMP_BYTES,
	};
	return packet->network == PACKET_IPV4 ? packet_parse_ipv4(quoted, frame, packet->end, true)
					      : packet_parse_ipv6(quoted, frame, packet->end, true);
}

/* Where the network header has its source address; the destination's follows. */
NF_INLINE unsigned int packet_source(const struct packet *packet)
{
	return packet->l3 + (packet->network == PACKET_IPV4 ? 12u : 8u);
}

NF_INLINE unsigned int packet_address_bytes(const struct packet *packet)
{
	return packet->network == PACKET_IPV4 ? 4 : 16;
}

/* The pseudo header's sum, not yet folded (RFC 768, RFC 9293, 3.1, RFC 8200, 8.1). @bytes: of the segment. */
static inline uint64_t packet_pseudo_sum(const struct packet *packet, const uint8_t *frame,
					 uint16_t bytes)
{
	uint64_t sum = (uint64_t)htobe16(packet->protocol) + htobe16(bytes);

	return checksum_add(sum, frame + packet_source(packet), packet_address_bytes(packet) * 2);
}

/* The folded sum over the transport's segment, and over the pseudo header where there is one. */
static inline uint16_t packet_transport_sum(const struct packet *packet, const uint8_t *frame)
{
	uint16_t bytes = packet->end - packet->l4;
	uint64_t sum = 0;

	if (packet->protocol == PROTOCOL_UDP)
		bytes = get16(frame + packet->l4 + 4);
	if (packet->protocol != PROTOCOL_ICMP)
		sum = packet_pseudo_sum(packet, frame, bytes);
	return checksum_fold(checksum_add(sum, frame + packet->l4, bytes));
}

/* Where in the transport header the checksum is. */
NF_INLINE unsigned int packet_checksum_offset(uint8_t transport)
{
	return transport == PROTOCOL_TCP ? 16 : transport == PROTOCOL_UDP ? 6 : 2;
}

/* Of a whole packet with packet->transport. UDP over IPv4 may have none (RFC 768), over IPv6 not (RFC 8200, 8.1). */
static inline bool packet_is_transport_sum_right(const struct packet *packet, const uint8_t *frame)
{
	if (packet->transport == PROTOCOL_UDP && !raw16(frame + packet->l4 + 6))
		return packet->network == PACKET_IPV4;
	return packet_transport_sum(packet, frame) == 0xffff;
}

/* Writes the checksum of a whole packet with packet->transport. */
static inline void packet_set_transport_sum(const struct packet *packet, uint8_t *frame)
{
	uint8_t *at = frame + packet->l4 + packet_checksum_offset(packet->transport);
	uint16_t checksum;

	put_raw16(at, 0);
	checksum = (uint16_t)~packet_transport_sum(packet, frame);
	if (packet->transport == PROTOCOL_UDP && !checksum)
		checksum = 0xffff;
	put_raw16(at, checksum);
}

/* Of the IPv4 header, options included. */
static inline bool packet_is_ipv4_sum_right(const struct packet *packet, const uint8_t *frame)
{
	size_t bytes = packet->l4 - packet->l3;

	return checksum_fold(checksum_add(0, frame + packet->l3, bytes)) == 0xffff;
}

static inline void packet_set_ipv4_sum(const struct packet *packet, uint8_t *frame)
{
	uint8_t *ip = frame + packet->l3;

	put_raw16(ip + 10, 0);
	put_raw16(ip + 10, (uint16_t)~checksum_fold(checksum_add(0, ip, packet->l4 - packet->l3)));
}

#endif
