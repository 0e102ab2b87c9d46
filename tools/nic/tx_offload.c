// SPDX-License-Identifier: BSD-3-Clause
/*
 * What transmit writes into a frame: IPv4, TCP and UDP checksums, SCTP's CRC
 * (7.2.5) and the VLAN tag (7.4). A checksum field holds what software wants
 * added to the sum, the pseudo-header's for TCP and UDP. The caller has made
 * sure that the headers are within the frame.
 */
#include <string.h>

#include "tx.h"

#define IPV4_CHECKSUM 10u
#define TCP_CHECKSUM  16u
#define UDP_CHECKSUM  6u
#define SCTP_CRC      8u

/* In memory's order, 4 bytes at a time: ones' complement addition does not mind. */
static uint32_t add(uint64_t sum, const uint8_t *data, size_t len)
{
	uint8_t rest[4] = { 0 };
	uint32_t word;

	for (; len >= sizeof(word); data += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum += word;
	}
	memcpy(rest, data, len);
	memcpy(&word, rest, sizeof(word));
	sum += word;
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return sum;
}

/* @extra: added to the sum, a number. @zero: what is written instead of 0. */
static void put_sum(uint8_t *at, const uint8_t *data, size_t len, uint32_t extra, uint16_t zero)
{
	uint8_t number[4] = { extra >> 24, extra >> 16, extra >> 8, extra };
	uint16_t sum = ~add(add(0, number, sizeof(number)), data, len);

	if (!sum)
		sum = zero;
	memcpy(at, &sum, sizeof(sum));
}

/* Legacy CMD.IC: the sum from CSS to the end, written at CSO, if both lie within the frame. */
void nic_tx_offload_sum(uint8_t *frame, size_t len, size_t from, size_t at)
{
	if (at + 2 <= len && from < len)
		put_sum(frame + at, frame + from, len - from, 0, 0);
}

/* A tag with the Ethertype of DMATXCTL behind the addresses. */
void nic_tx_offload_tag(const struct nic *nic, uint8_t *frame, size_t *len, uint16_t tag)
{
	uint32_t type = nic_reg(nic, DMATXCTL) >> 16;

	memmove(frame + 16, frame + 12, *len - 12);
	frame[12] = type >> 8;
	frame[13] = type;
	frame[14] = tag >> 8;
	frame[15] = tag;
	*len += 4;
}

/*
 * @l4_bytes: length to add to a pseudo-header's sum that software left without; 0: it did not.
 * MISSING: what becomes of an SCTP CRC field that is not 0; it is part of the sum, as it stands.
 */
void nic_tx_offload_checksums(const struct nic_tx_offload *offload, uint8_t *frame, size_t len,
			      uint32_t l4_bytes)
{
	uint8_t *ip = frame + offload->mac_len, *l4 = ip + offload->ip_len;
	size_t l4_len = len - offload->mac_len - offload->ip_len;
	uint32_t crc;

	if (offload->ip_checksum)
		put_sum(ip + IPV4_CHECKSUM, ip, offload->ip_len, 0, 0);
	if (!offload->l4_checksum)
		return;
	switch (offload->l4_type) {
	case TX_L4T_TCP:
		put_sum(l4 + TCP_CHECKSUM, l4, l4_len, l4_bytes, 0);
		break;
	case TX_L4T_UDP:
		put_sum(l4 + UDP_CHECKSUM, l4, l4_len, l4_bytes, 0xFFFF);
		break;
	case TX_L4T_SCTP:
		crc = ~nic_crc32c_add(UINT32_MAX, l4, l4_len);
		for (unsigned int i = 0; i < 4; i++)
			l4[SCTP_CRC + i] = crc >> 8 * i;
		break;
	}
}
