/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Endpoints written over: of packets, and of the packets that ICMP errors quote. Checksums are
 * updated by what changed, so a wrong one stays wrong (RFC 1624).
 */
#ifndef NAT_REWRITE_H
#define NAT_REWRITE_H

#include "nat_mapping.h"

/* The change the other way round: of outside turned into inside. */
NF_INLINE uint16_t nat_reverse(uint16_t change)
{
	return (uint16_t)~change;
}

NF_INLINE void nat_update_l4(uint8_t *l4, enum nat_kind kind, uint16_t change)
{
	if (kind == NAT_TCP)
		checksum_update(l4 + 16, change);
	else if (kind == NAT_UDP)
		checksum_update_udp(l4 + 6, change);
	else
		checksum_update(l4 + 2, change);
}

/* The source becomes the outside endpoint. Returns the change of the IP header's sum. */
NF_INLINE uint16_t nat_write_source(const struct packet *packet, uint8_t *frame,
				    const struct nat_mapping *mapping)
{
	uint8_t *l4 = frame + packet->l4;

	put_raw32(frame + packet->l3 + 12, mapping->outside);
	put_raw16(l4 + (mapping->kind == NAT_ICMP ? 4 : 0), mapping->outside_port);
	nat_update_l4(l4, mapping->kind, mapping->l4_change);
	return mapping->ip_change;
}

/* The destination becomes the inside endpoint. Returns the change of the IP header's sum. */
NF_INLINE uint16_t nat_write_destination(const struct packet *packet, uint8_t *frame,
					 const struct nat_mapping *mapping)
{
	uint8_t *l4 = frame + packet->l4;

	put_raw32(frame + packet->l3 + 16, mapping->inside);
	put_raw16(l4 + (mapping->kind == NAT_ICMP ? 4 : 2), mapping->inside_port);
	nat_update_l4(l4, mapping->kind, nat_reverse(mapping->l4_change));
	return nat_reverse(mapping->ip_change);
}

/* Writes a raw value, and returns the change of the sum. */
NF_INLINE uint64_t nat_replace16(uint8_t *at, uint16_t value)
{
	uint64_t change = checksum_change16(raw16(at), value);

	put_raw16(at, value);
	return change;
}

NF_INLINE uint64_t nat_replace32(uint8_t *at, uint32_t value)
{
	uint64_t change = checksum_change32(raw32(at), value);

	put_raw32(at, value);
	return change;
}

/* Updates a checksum by @change, and returns its own change. */
NF_INLINE uint64_t nat_replace_checksum(uint8_t *at, uint64_t change, bool udp)
{
	uint16_t before = raw16(at);

	if (udp)
		checksum_update_udp(at, change);
	else
		checksum_update(at, change);
	return checksum_change16(before, raw16(at));
}

/* Where in the quote the port or the identifier of its source or destination is. */
NF_INLINE unsigned int nat_quoted_port(const struct packet *quoted, bool source)
{
	if (quoted->transport == PROTOCOL_ICMP)
		return quoted->l4 + 4;
	return quoted->l4 + (source ? 0 : 2);
}

NF_INLINE unsigned int nat_quoted_address(const struct packet *quoted, bool source)
{
	return quoted->l3 + (source ? 12 : 16);
}

/*
 * An ICMP error's quote: its @source or destination becomes the mapping's outside or inside
 * endpoint (RFC 5508, REQ-4, REQ-5). Its checksums are updated as far as they are in the
 * quote, and the error's own by all that changed.
 */
static inline void nat_write_quote(const struct packet *packet, const struct packet *quoted,
				   uint8_t *frame, const struct nat_mapping *mapping, bool source,
				   bool outside)
{
	const unsigned int checksum = quoted->l4 + packet_checksum_offset(quoted->transport);
	uint64_t address, port, change;

	address = nat_replace32(frame + nat_quoted_address(quoted, source),
				outside ? mapping->outside : mapping->inside);
	port = nat_replace16(frame + nat_quoted_port(quoted, source),
			     outside ? mapping->outside_port : mapping->inside_port);
	change = address + port;
	change += nat_replace_checksum(frame + quoted->l3 + 10, address, false);
	if (checksum + 2 <= quoted->end)
		change += nat_replace_checksum(frame + checksum,
					       mapping->kind == NAT_ICMP ? port : address + port,
					       mapping->kind == NAT_UDP);
	checksum_update(frame + packet->l4 + 2, change);
}

#endif
