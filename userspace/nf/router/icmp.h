/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP and ICMPv6 errors. There is no second buffer, so the packet
 * itself becomes the error: it moves back behind a new header, and goes to the neighbour
 * that it came from, by the port that it came from.
 */
#ifndef ROUTER_ICMP_H
#define ROUTER_ICMP_H

#include "state.h"

#define ICMP_UNREACHABLE   3
#define ICMP_TIME_EXCEEDED 11

/* Codes of ICMP_UNREACHABLE (RFC 792, RFC 1191). */
#define ICMP_NO_NETWORK	 0
#define ICMP_NO_HOST	 1
#define ICMP_NO_PROTOCOL 2
#define ICMP_NO_PORT	 3
#define ICMP_TOO_BIG	 4

#define ICMPV6_UNREACHABLE   1
#define ICMPV6_TOO_BIG	     2
#define ICMPV6_TIME_EXCEEDED 3
#define ICMPV6_PROBLEM	     4
#define ICMPV6_REDIRECT	     137

/* Codes of ICMPV6_UNREACHABLE and, the last, of ICMPV6_PROBLEM (RFC 4443, 3.1, 3.4). */
#define ICMPV6_NO_ROUTE	   0
#define ICMPV6_BEYOND	   2 /* beyond the scope of the source address */
#define ICMPV6_NO_ADDRESS  3
#define ICMPV6_NO_PORT	   4
#define ICMPV6_NEXT_HEADER 1

/* How long an error may be, with its IP header (RFC 1812, 4.3.2.3; RFC 4443, 2.4 (c)). */
#define ICMP_MOST   576
#define ICMPV6_MOST 1280

/* Takes one error out of the port's credit, if there is one (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)). */
static inline bool icmp_has_credit(struct router_path *path)
{
	const struct router *router = path->router;
	uint64_t now = router->neighbours.now_us;

	if (!router->icmp_interval_us)
		return false;
	if (now - path->icmp_from_us > router->icmp_burst_us)
		path->icmp_from_us = now - router->icmp_burst_us;
	if (now - path->icmp_from_us < router->icmp_interval_us)
		return false;
	path->icmp_from_us += router->icmp_interval_us;
	return true;
}

/* Is the source a single host that there is a route to? */
static inline bool icmp_has_way_back(const struct router_frame *frame)
{
	const struct router_tables *tables = frame->router->tables;
	const uint8_t *source = frame->bytes + packet_source(&frame->packet);
	const struct router_hop *hop;

	if (frame->packet.network == PACKET_IPV6 && router_is_link_local(source))
		return true;
	if (frame->packet.network == PACKET_IPV4)
		hop = &tables->hop[lpm_find_ipv4(&tables->ipv4, source)];
	else
		hop = &tables->hop[lpm_find_ipv6(&tables->ipv6, source)];
	return hop->kind == HOP_VIA || hop->kind == HOP_CONNECTED;
}

/* Nothing may answer these (RFC 1812, 4.3.2.7; RFC 4443, 2.4 (e)). What is no IP host's address was dropped before. */
static inline bool icmp_may_tell(const struct router_frame *frame)
{
	const struct packet *packet = &frame->packet;
	const uint8_t icmp = packet->network == PACKET_IPV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;

	if (router_is_group(frame->bytes) || packet->fragment == PACKET_LATER)
		return false;
	if (packet->problem == PACKET_BAD_EXTENSION)
		return false; /* whatever it is */
	if (packet->protocol == icmp) {
		if (!packet->transport || packet_is_icmp_error(packet, frame->bytes))
			return false;
		if (icmp == PROTOCOL_ICMPV6 && frame->bytes[packet->l4] == ICMPV6_REDIRECT)
			return false;
	}
	return icmp_has_way_back(frame) && icmp_has_credit(frame->path);
}

/* Moves the packet back behind @header bytes of a new one of @most in all. Returns the new one's bytes. */
static inline uint16_t icmp_quote(struct router_frame *frame, unsigned int header,
				  unsigned int most)
{
	unsigned int bytes = frame->packet.end - frame->packet.l3;
	uint8_t *ip = frame->bytes + ETHERNET_BYTES;

	if (bytes > most - header)
		bytes = most - header;
	memmove(ip + header, ip, bytes);
	return (uint16_t)(header + bytes);
}

/* @rest: the second word of the ICMP header. */
static inline uint32_t icmp_tell(struct router_frame *frame, uint64_t *counter, uint8_t type,
				 uint8_t code, uint32_t rest)
{
	const unsigned int header = IPV4_BYTES + ICMP_BYTES;
	const struct router_port *port = router_input(frame);
	uint8_t *ip = frame->bytes + ETHERNET_BYTES, *icmp = ip + IPV4_BYTES;
	uint16_t bytes;

	if (!raw32(port->ipv4) || !icmp_may_tell(frame))
		return router_drop(&frame->router->count.not_answered);
	bytes = icmp_quote(frame, header, ICMP_MOST);
	ip[0] = 0x45;
	ip[1] = 0xc0 |
		(ip[1 + header] & 0x1e); /* internetwork control, the same TOS: RFC 1812, 4.3.2.5 */
	put16(ip + 2, bytes);
	put32(ip + 4, 0x4000); /* identification 0, which is free with DF (RFC 6864) */
	ip[8] = ANSWER_TTL;
	ip[9] = PROTOCOL_ICMP;
	put_raw16(ip + 10, 0);
	memcpy(ip + 16, ip + header + 12, 4);
	memcpy(ip + 12, port->ipv4, 4); /* RFC 1812, 4.3.2.4 */
	put_raw16(ip + 10, (uint16_t)~checksum_fold(checksum_add(0, ip, IPV4_BYTES)));
	icmp[0] = type;
	icmp[1] = code;
	put_raw16(icmp + 2, 0);
	put32(icmp + 4, rest);
	put_raw16(icmp + 2, (uint16_t)~checksum_fold(checksum_add(0, icmp, bytes - IPV4_BYTES)));
	++*counter;
	answer_write_macs(frame->bytes, frame->bytes + 6, port->mac);
	return router_answer(frame, ETHERNET_BYTES + bytes);
}

static inline uint32_t icmpv6_tell(struct router_frame *frame, uint64_t *counter, uint8_t type,
				   uint8_t code, uint32_t rest)
{
	const unsigned int header = IPV6_BYTES + ICMP_BYTES;
	const struct router_port *port = router_input(frame);
	uint8_t *ip = frame->bytes + ETHERNET_BYTES, *icmp = ip + IPV6_BYTES;
	uint16_t bytes;

	if (!icmp_may_tell(frame))
		return router_drop(&frame->router->count.not_answered);
	bytes = icmp_quote(frame, header, ICMPV6_MOST);
	icmpv6_write_header(ip, bytes - IPV6_BYTES, ANSWER_TTL);
	memcpy(ip + 24, ip + header + 8, 16);
	memcpy(ip + 8, router_is_link_local(ip + 24) ? port->link_local : port->ipv6, 16);
	icmp[0] = type;
	icmp[1] = code;
	put32(icmp + 4, rest);
	icmpv6_set_sum(frame->bytes);
	++*counter;
	answer_write_macs(frame->bytes, frame->bytes + 6, port->mac);
	return router_answer(frame, ETHERNET_BYTES + bytes);
}

/* A ping of the router. */
static inline uint32_t icmp_answer(struct router_frame *frame)
{
	uint16_t length = answer_echo(frame->bytes, &frame->packet, router_input(frame)->mac);

	if (!length)
		return router_drop(&frame->router->count.local);
	frame->router->count.echo_answered++;
	return router_answer(frame, length);
}

#endif
