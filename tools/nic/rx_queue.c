// SPDX-License-Identifier: BSD-3-Clause
/*
 * The receive queue of a frame that passed the filters, 7.1.2.1: by Ethertype,
 * TCP SYN, five-tuple, flow director, or receive-side scaling, in this order.
 * Only MRQC's modes without DCB and virtualization are known; in the others,
 * what no filter wants goes to queue 0, as without RSS.
 */
#include "rx.h"

#define TCP_FLAGS 13u /* offset in the header */
#define TCP_SYN	  0x02u

static bool etqf_matches(uint32_t filter, const struct nic_packet *packet)
{
	if (!(filter & ETQF_FILTER_EN) || (filter & ETQF_ETYPE) != packet->ethertype)
		return false;
	if (!(filter & ETQF_UP_EN))
		return true;
	return packet->tagged && packet->tag >> 13 == (filter >> ETQF_UP_SHIFT & 7);
}

/* 7.1.2.3. A match is said in the descriptor, even if it chooses no queue. */
static bool by_ethertype(const struct nic *nic, const struct nic_packet *packet,
			 struct nic_rx_info *info)
{
	for (unsigned int i = 0; i < NIC_ETHERTYPE_FILTERS; i++) {
		uint32_t action = nic_reg(nic, ETQS + i * 4);

		if (!packet->l3 || !etqf_matches(nic_reg(nic, ETQF + i * 4), packet))
			continue;
		info->types = PACKET_L2 | i;
		if (action & ETQS_LLI)
			info->status |= RX_LLINT;
		if (!(action & ETQS_QUEUE_EN))
			return false;
		info->queue = action >> ETQS_RX_QUEUE_SHIFT & (NIC_QUEUES - 1);
		return true;
	}
	return false;
}

/* 7.1.2.4 */
static bool by_syn(const struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		   struct nic_rx_info *info)
{
	uint32_t filter = nic_reg(nic, SYNQF);

	if (!(filter & SYNQF_QUEUE_EN) || !(packet->types & PACKET_TCP) ||
	    !(frame[packet->l4 + TCP_FLAGS] & TCP_SYN))
		return false;
	info->queue = filter >> SYNQF_RX_QUEUE_SHIFT & (NIC_QUEUES - 1);
	return true;
}

/* As the address and port registers of the filters hold it: the first byte on the wire lowest. */
static uint32_t wire32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t filter_protocol(const struct nic_packet *packet)
{
	switch (packet->protocol) {
	case 6:
		return FTQF_TCP;
	case 17:
		return FTQF_UDP;
	case 132:
		return FTQF_SCTP;
	default:
		return FTQF_OTHER;
	}
}

/* 7.1.2.5: IPv4 only. A bit of the mask means that the field is not compared. */
static bool ftqf_matches(const struct nic *nic, unsigned int i, uint32_t filter,
			 const uint8_t *frame, const struct nic_packet *packet)
{
	uint32_t ports = nic_reg(nic, SDPQF + i * 4);
	uint32_t differs;

	if (!(filter & FTQF_MASK_PROTOCOL) && (filter & FTQF_PROTOCOL) != filter_protocol(packet))
		return false;
	if (!(filter & FTQF_MASK_SOURCE) &&
	    nic_reg(nic, SAQF + i * 4) != wire32(frame + packet->addresses))
		return false;
	if (!(filter & FTQF_MASK_DESTINATION) &&
	    nic_reg(nic, DAQF + i * 4) != wire32(frame + packet->addresses + 4))
		return false;
	if ((filter & FTQF_MASK_PORTS) == FTQF_MASK_PORTS)
		return true;
	if (!(packet->types & PACKET_L4_MASK))
		return false;
	differs = ports ^ wire32(frame + packet->l4);
	return (filter & FTQF_MASK_SOURCE_PORT || !(differs & 0xFFFF)) &&
	       (filter & FTQF_MASK_DESTINATION_PORT || !(differs >> 16));
}

/* The highest priority wins; MISSING: among equals, the first is taken. */
static bool by_five_tuple(const struct nic *nic, const uint8_t *frame,
			  const struct nic_packet *packet, struct nic_rx_info *info)
{
	uint32_t best = 0;
	uint32_t action;
	bool found = false;

	if (!(packet->types & PACKET_IPV4))
		return false;
	for (unsigned int i = 0; i < NIC_FIVE_TUPLE_FILTERS; i++) {
		uint32_t filter = nic_reg(nic, FTQF + i * 4);
		uint32_t priority = filter >> FTQF_PRIORITY_SHIFT & 7;

		if (!(filter & FTQF_QUEUE_EN) || (found && priority <= best) ||
		    !ftqf_matches(nic, i, filter, frame, packet))
			continue;
		found = true;
		best = priority;
		action = nic_reg(nic, L34TIMIR + i * 4);
	}
	if (!found)
		return false;
	if (action & L34TIMIR_LLI)
		info->status |= RX_LLINT;
	info->queue = action >> L34TIMIR_RX_QUEUE_SHIFT & (NIC_QUEUES - 1);
	return true;
}

static bool by_filters(struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		       struct nic_rx_info *info)
{
	bool syn_first = nic_reg(nic, SYNQF) & SYNQF_SYNQFP;

	return by_ethertype(nic, packet, info) || (syn_first && by_syn(nic, frame, packet, info)) ||
	       by_five_tuple(nic, frame, packet, info) ||
	       (!syn_first && by_syn(nic, frame, packet, info)) ||
	       nic_flow_director(nic, frame, packet, info);
}

/*
 * MISSING: with RXCSUM.PCSD clear the hash has no place; whether its type is reported then. It is
 * not, as a driver would take a fragment checksum for a hash.
 */
void nic_rx_choose_queue(struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
			 struct nic_rx_info *info)
{
	uint32_t hash = 0;
	uint8_t type = 0;
	bool filtered;

	info->types = packet->types;
	filtered = by_filters(nic, frame, packet, info);
	if ((nic_reg(nic, MRQC) & MRQC_MRQE) == MRQC_RSS && !(info->types & PACKET_L2))
		type = nic_rss(nic, frame, packet, &hash);
	/* What the flow director reports has the hash's place. */
	if (type && !info->rss_type && (nic_reg(nic, RXCSUM) & RXCSUM_PCSD)) {
		info->rss_type = type;
		info->hash = hash;
	}
	/* 7.1.2.8: what is not hashed goes to queue 0, whatever RETA says. */
	if (!filtered && type)
		info->queue = nic_reg(nic, RETA + (hash & 0x7F) / 4 * 4) >> hash % 4 * 8 & 0xF;
}
