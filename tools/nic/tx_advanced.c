// SPDX-License-Identifier: BSD-3-Clause
/*
 * What advanced transmit descriptors ask for: contexts (7.2.3.2.3) are kept for
 * their queue, and the first data descriptor of a packet (7.2.3.2.4) is read
 * with the context that it names. tx_packet.c does it.
 */
#include "tx.h"

#define TX_IDX(word)	((uint32_t)((word) >> 36 & 7))
#define TX_PAYLEN(word) ((uint32_t)((word) >> 46))

/* Contexts: the first and the second 8 bytes */
#define CONTEXT_IPLEN(low)  ((uint32_t)((low) & 0x1FF))
#define CONTEXT_MACLEN(low) ((uint32_t)((low) >> 9 & 0x7F))
#define CONTEXT_VLAN(low)   ((uint16_t)((low) >> 16))
#define CONTEXT_SNAP	    (1ull << 9)
#define CONTEXT_IPV4	    (1ull << 10)
#define CONTEXT_L4T(high)   ((uint32_t)((high) >> 11 & 3))
#define CONTEXT_FCOE	    (1ull << 15)
#define CONTEXT_IDX(high)   ((uint32_t)((high) >> 36 & 7))
#define CONTEXT_L4LEN(high) ((uint32_t)((high) >> 40 & 0xFF))
#define CONTEXT_MSS(high)   ((uint32_t)((high) >> 48))

#define CONTEXTS 2u

void nic_tx_context_keep(struct nic *nic, const struct nic_tx_packet *packet,
			 const struct nic_tx_descriptor *descriptor)
{
	uint32_t index = CONTEXT_IDX(descriptor->fields);

	if (index >= CONTEXTS) {
		nic_tx_break(nic, packet, RULE_TX_CONTEXT, index);
		return;
	}
	nic->tx_state[packet->queue].contexts[index] =
		(struct nic_tx_context){ descriptor->address, descriptor->fields, true };
}

/* Lengths as the offload needs them; without them there is none. */
static bool headers_fit(const struct nic_tx_offload *offload, size_t bytes)
{
	static const uint32_t l4_min[] = { 8, 20, 12, 0 };
	uint32_t l4_len = offload->segment	 ? offload->l4_len
			  : offload->l4_checksum ? l4_min[offload->l4_type]
						 : 0;
	uint32_t all = offload->mac_len + offload->ip_len + l4_len;

	if (offload->mac_len < 14 || offload->ip_len < 20 || all > bytes)
		return false;
	return !offload->segment || (l4_len >= l4_min[offload->l4_type] && all <= TX_HEADERS_MAX);
}

static void read_context(const struct nic_tx_context *context, struct nic_tx_offload *offload)
{
	offload->ipv4 = context->high & CONTEXT_IPV4;
	offload->snap = context->high & CONTEXT_SNAP;
	offload->l4_type = CONTEXT_L4T(context->high);
	offload->mac_len = CONTEXT_MACLEN(context->low);
	offload->ip_len = CONTEXT_IPLEN(context->low);
	offload->l4_len = CONTEXT_L4LEN(context->high);
	offload->mss = CONTEXT_MSS(context->high);
	offload->tag = CONTEXT_VLAN(context->low);
}

static void check_popts(struct nic *nic, const struct nic_tx_packet *packet,
			const struct nic_tx_offload *offload)
{
	bool wrong = (offload->ip_checksum && !offload->ipv4) ||
		     (offload->l4_checksum && offload->l4_type > TX_L4T_SCTP);

	if (offload->segment)
		wrong |= offload->l4_type > TX_L4T_TCP || !offload->l4_checksum ||
			 offload->ip_checksum != offload->ipv4;
	if (wrong)
		nic_tx_break(nic, packet, RULE_TX_POPTS, packet->descriptors[0].fields >> 32);
}

/*
 * What an advanced packet of @bytes asks for. An offload that cannot be is left out, as the frame
 * is of use without it; false: there is no frame (segments, or a format that is none).
 */
bool nic_tx_offload_read(struct nic *nic, const struct nic_tx_packet *packet, size_t bytes,
			 struct nic_tx_offload *offload)
{
	uint64_t fields = packet->descriptors[0].fields;
	uint32_t index = TX_IDX(fields);
	const struct nic_tx_context *context;

	if (TX_DTYP(fields) != TX_DTYP_DATA) {
		nic->counters.unsupported++;
		return false;
	}
	offload->ip_checksum = fields & TX_IXSM;
	offload->l4_checksum = fields & TX_TXSM;
	offload->segment = fields & TX_TSE;
	offload->payload = TX_PAYLEN(fields);
	if (!offload->segment && offload->payload != bytes)
		nic_tx_break(nic, packet, RULE_TX_PAYLEN, offload->payload);
	if (!(fields & (TX_TSE | TX_IXSM | TX_TXSM | TX_VLE | TX_CC)))
		return true;
	context = &nic->tx_state[packet->queue].contexts[index % CONTEXTS];
	if (index >= CONTEXTS || !context->written) {
		nic_tx_break(nic, packet, RULE_TX_CONTEXT, index);
		offload->ip_checksum = offload->l4_checksum = false;
		return !offload->segment;
	}
	read_context(context, offload);
	if (!(fields & (TX_TSE | TX_IXSM | TX_TXSM)))
		return true;
	if (context->high & CONTEXT_FCOE) {
		nic->counters.unsupported++;
		offload->ip_checksum = offload->l4_checksum = false;
		return !offload->segment;
	}
	check_popts(nic, packet, offload);
	offload->ip_checksum &= offload->ipv4;
	if (headers_fit(offload, bytes))
		return !offload->segment || offload->l4_type <= TX_L4T_TCP;
	nic_tx_break(nic, packet, RULE_TX_HEADER_LENGTH, bytes);
	offload->ip_checksum = offload->l4_checksum = false;
	return !offload->segment;
}
