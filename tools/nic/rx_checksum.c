// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive checksum offload, 7.1.11: of a parsed frame, the IPv4 header's
 * checksum, that of TCP, UDP or SCTP, and (7.1.13) the sum over a UDP
 * fragment. The result is said in the descriptor, and drops no frame.
 */
#include "rx.h"

#define PROTOCOL_UDP 17u

static uint16_t be16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* Adds to a ones' complement sum that is not yet folded; NIC_FRAME_MAX cannot overflow it. */
static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += be16(data + i);
	if (len % 2)
		sum += data[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return sum;
}

/* TCP and UDP: with the pseudo header, all adds up to ones. */
static bool is_sum_right(const uint8_t *frame, const struct nic_packet *packet)
{
	size_t len = packet->end - packet->l4;
	uint32_t sum = packet->protocol + len;

	sum = add(sum, frame + packet->addresses, packet->address_len * 2u);
	return fold(add(sum, frame + packet->l4, len)) == 0xFFFF;
}

/* The CRC32c over the packet with zeros in its own place; the least significant byte is first. */
static bool is_sctp_right(const uint8_t *frame, const struct nic_packet *packet)
{
	static const uint8_t zeros[4];
	const uint8_t *at = frame + packet->l4;
	uint32_t crc = UINT32_MAX;
	uint32_t sent = at[8] | at[9] << 8 | at[10] << 16 | (uint32_t)at[11] << 24;

	crc = nic_crc32c_add(crc, at, 8);
	crc = nic_crc32c_add(crc, zeros, 4);
	crc = nic_crc32c_add(crc, at + 12, packet->end - packet->l4 - 12u);
	return ~crc == sent;
}

static uint32_t l4_status(const uint8_t *frame, const struct nic_packet *packet)
{
	const uint8_t *at = frame + packet->l4;
	uint32_t status;
	bool right;

	switch (packet->types & PACKET_L4_MASK) {
	case PACKET_UDP:
		/* MISSING: a UDP length that is not the IP packet's. Software is left to judge. */
		if (be16(at + 4) != packet->end - packet->l4)
			return 0;
		/* None was sent; IPv6 does not allow that. */
		if (!be16(at + 6) && (packet->types & PACKET_IPV4))
			return 0;
		status = RX_UDPCS | RX_L4CS;
		right = is_sum_right(frame, packet);
		break;
	case PACKET_TCP:
		status = RX_L4CS;
		right = is_sum_right(frame, packet);
		break;
	case PACKET_SCTP:
		status = RX_L4CS;
		right = is_sctp_right(frame, packet);
		break;
	default:
		return 0;
	}
	return status | (right ? 0 : RX_ERROR_L4E);
}

/* 7.1.13: software adds the fragments' sums; the first one's header says whether it should. */
static void sum_fragment(const uint8_t *frame, const struct nic_packet *packet,
			 struct nic_rx_info *info)
{
	size_t len = packet->end - packet->l4;

	info->status |= RX_UDPCS;
	info->checksum = fold(add(0, frame + packet->l4, len));
	if (packet->first_fragment && len >= 8 && be16(frame + packet->l4 + 6))
		info->status |= RX_UDPV;
}

void nic_rx_checksum(const struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		     struct nic_rx_info *info)
{
	uint32_t control = nic_reg(nic, RXCSUM);

	if (packet->types & PACKET_IPV4) {
		info->status |= RX_IPCS;
		if (fold(add(0, frame + packet->l3, packet->l4 - packet->l3)) != 0xFFFF)
			info->status |= RX_ERROR_IPE;
	}
	if (!packet->fragment)
		info->status |= l4_status(frame, packet);
	else if ((packet->types & PACKET_IPV4) && packet->protocol == PROTOCOL_UDP && packet->end &&
		 (control & RXCSUM_IPPCSE) && !(control & RXCSUM_PCSD))
		sum_fragment(frame, packet, info);
}
