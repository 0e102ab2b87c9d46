// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive-side scaling, 7.1.2.8: which fields of a packet MRQC wants hashed,
 * and the Toeplitz hash over them with the key of RSSRK.
 */
#include <string.h>

#include "rx.h"

/* RSS types of an advanced descriptor. */
#define RSS_NONE     0u
#define RSS_TCP_IPV4 1u
#define RSS_IPV4     2u
#define RSS_TCP_IPV6 3u
#define RSS_IPV6     5u
#define RSS_UDP_IPV4 7u
#define RSS_UDP_IPV6 8u

/* A bit of the input that is set adds the 32 bits of the key that begin at its place. */
uint32_t nic_rss_hash(const uint8_t *key, const uint8_t *input, size_t len)
{
	uint32_t window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];
	uint32_t hash = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t next = i + 4 < RSS_KEY_BYTES ? key[i + 4] : 0;

		for (int bit = 7; bit >= 0; bit--) {
			if (input[i] >> bit & 1)
				hash ^= window;
			window = window << 1 | (next >> bit & 1);
		}
	}
	return hash;
}

/* 7.1.2.8.1: of the types that MRQC enables, the one that hashes most of the packet. */
static uint8_t choose_type(uint32_t control, uint16_t types)
{
	if (types & PACKET_IPV4) {
		if ((types & PACKET_TCP) && (control & MRQC_TCP_IPV4))
			return RSS_TCP_IPV4;
		if ((types & PACKET_UDP) && (control & MRQC_UDP_IPV4))
			return RSS_UDP_IPV4;
		return control & MRQC_IPV4 ? RSS_IPV4 : RSS_NONE;
	}
	if (types & PACKET_IPV6) {
		if ((types & PACKET_TCP) && (control & MRQC_TCP_IPV6))
			return RSS_TCP_IPV6;
		if ((types & PACKET_UDP) && (control & MRQC_UDP_IPV6))
			return RSS_UDP_IPV6;
		return control & MRQC_IPV6 ? RSS_IPV6 : RSS_NONE;
	}
	return RSS_NONE;
}

uint8_t nic_rss(const struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		uint32_t *hash)
{
	uint8_t type = choose_type(nic_reg(nic, MRQC), packet->types);
	size_t len = packet->address_len * 2u;
	uint8_t key[RSS_KEY_BYTES];
	uint8_t input[36];

	*hash = 0;
	if (type == RSS_NONE)
		return RSS_NONE;
	for (unsigned int i = 0; i < sizeof(key); i++)
		key[i] = nic_reg(nic, RSSRK + i / 4 * 4) >> i % 4 * 8;
	memcpy(input, frame + packet->addresses, len);
	if (type != RSS_IPV4 && type != RSS_IPV6) {
		memcpy(input + len, frame + packet->l4, 4);
		len += 4;
	}
	*hash = nic_rss_hash(key, input, len);
	return type;
}
