// SPDX-License-Identifier: BSD-3-Clause
/*
 * From a packet's descriptors, legacy (7.2.3.2.2) or advanced, to a frame on
 * the wire: its buffers are put together, it gets what it asks for, padding and
 * CRC. The guest's memory is read once: what is counted, checked and received at
 * the far end has to be one frame, and the guest may write there meanwhile.
 */
#include <string.h>

#include "tx.h"

/* Legacy only */
#define TX_CSO(word)  ((uint32_t)((word) >> 16 & 0xFF))
#define TX_CSS(word)  ((uint32_t)((word) >> 40 & 0xFF))
#define TX_VLAN(word) ((uint16_t)((word) >> 48))
#define TX_IC	      (1ull << 26)

static uint32_t kept(const struct nic_tx_packet *packet)
{
	return packet->count < TX_DESCRIPTORS_MAX ? packet->count : TX_DESCRIPTORS_MAX;
}

/* A descriptor's bytes of the packet: a context among them has none. */
static uint32_t bytes_of(uint64_t fields)
{
	return nic_tx_is_context(fields) ? 0 : TX_LENGTH(fields);
}

static bool next_piece(struct nic *nic, struct nic_tx_reader *reader)
{
	const struct nic_tx_packet *packet = reader->packet;

	while (!reader->left) {
		if (reader->index >= kept(packet))
			return false;
		reader->iova = packet->descriptors[reader->index].address;
		reader->left = bytes_of(packet->descriptors[reader->index].fields);
		reader->index++;
	}
	reader->together = reader->left;
	reader->at = nic_dma(nic, reader->iova, &reader->together, false);
	if (!reader->at)
		reader->together = 0;
	return reader->at;
}

/* False: the packet has no @len bytes more, or they cannot be read. */
bool nic_tx_packet_read(struct nic *nic, struct nic_tx_reader *reader, uint8_t *to, size_t len)
{
	while (len) {
		size_t part;

		if (!reader->together && !next_piece(nic, reader))
			return false;
		part = len < reader->together ? len : reader->together;
		memcpy(to, reader->at, part);
		reader->at += part;
		reader->together -= part;
		reader->iova += part;
		reader->left -= part;
		to += part;
		len -= part;
	}
	return true;
}

/* The frame gets padding and CRC; false: it has a wrong one, and nobody would receive it. */
static bool finish(struct nic *nic, struct nic_tx_frame *frame)
{
	uint32_t control = nic_reg(nic, HLREG0);
	uint32_t crc;

	if ((frame->fields & TX_IFCS) && (control & HLREG0_TXCRCEN)) {
		if (frame->len < NIC_FRAME_MIN && (control & HLREG0_TXPADEN)) {
			memset(nic->frame + frame->len, 0, NIC_FRAME_MIN - frame->len);
			frame->len = NIC_FRAME_MIN;
		}
		return true;
	}
	if (frame->len < NIC_FRAME_MIN + NIC_CRC_BYTES && (control & HLREG0_TXPADEN))
		nic_break(nic, RULE_TX_PADDING, nic_tx_offset(frame->queue, TDT), frame->len);
	if (frame->len < TX_FRAME_MIN + NIC_CRC_BYTES)
		return false;
	frame->len -= NIC_CRC_BYTES;
	memcpy(&crc, nic->frame + frame->len, NIC_CRC_BYTES);
	return crc == nic_crc32(nic->frame, frame->len);
}

void nic_tx_frame_send(struct nic *nic, struct nic_tx_frame *frame)
{
	nic_tx_spend(nic);
	if (!finish(nic, frame))
		return;
	nic->counters.sums_inserted += frame->summed;
	nic->counters.tags_inserted += !!(frame->fields & TX_VLE);
	nic_stats_sent(nic, frame->queue, nic->frame, frame->len);
	if (nic_reg(nic, HLREG0) & HLREG0_LPBK) {
		if (nic_rx_running(nic))
			nic_rx_frame(nic, nic->frame, frame->len, 0);
		return;
	}
	nic_pause_send(nic, nic->frame, frame->len);
}

/*
 * The sum of the buffers, after a look at what a driver can get wrong from one descriptor to the
 * next. All fields but the length, EOP and RS count in the first only.
 */
static size_t walk(struct nic *nic, const struct nic_tx_packet *packet)
{
	uint64_t kind = packet->descriptors[0].fields & TX_DEXT;
	bool mixed = false;
	size_t bytes = 0;

	for (uint32_t i = 0; i < kept(packet); i++) {
		const struct nic_tx_descriptor *descriptor = &packet->descriptors[i];
		uint64_t fields = descriptor->fields;

		bytes += bytes_of(fields);
		if (nic_tx_is_context(fields))
			nic_tx_context_keep(nic, packet, descriptor);
		else if (!TX_LENGTH(fields) && packet->count > 1)
			nic_tx_break(nic, packet, RULE_TX_NULL, i);
		if ((fields & TX_RS) && !(fields & TX_EOP))
			nic_tx_break(nic, packet, RULE_TX_RS_EOP, i);
		mixed |= (fields & TX_DEXT) != kind;
		mixed |= kind && TX_DTYP(fields) != TX_DTYP_DATA;
	}
	if (mixed)
		nic_tx_break(nic, packet, RULE_TX_FORMAT, packet->count);
	return bytes;
}

static bool length_is_right(struct nic *nic, const struct nic_tx_packet *packet, size_t bytes)
{
	bool tag = packet->descriptors[0].fields & TX_VLE;

	if (bytes + (tag ? 4 : 0) > NIC_FRAME_MAX) {
		nic_tx_break(nic, packet, RULE_TX_TOO_LONG, bytes);
		return false;
	}
	if (!bytes) {
		nic->counters.null_descriptors++;
		return false;
	}
	if (bytes < TX_FRAME_MIN) {
		nic_tx_break(nic, packet, RULE_TX_TOO_SHORT, bytes);
		return false;
	}
	return true;
}

static void send_single(struct nic *nic, const struct nic_tx_packet *packet,
			const struct nic_tx_offload *offload, size_t bytes)
{
	struct nic_tx_reader reader = { .packet = packet };
	struct nic_tx_frame frame = {
		.queue = packet->queue,
		.fields = packet->descriptors[0].fields,
		.len = bytes,
	};

	if (!length_is_right(nic, packet, bytes) ||
	    !nic_tx_packet_read(nic, &reader, nic->frame, bytes))
		return;
	frame.summed = offload->ip_checksum || offload->l4_checksum ||
		       (!(frame.fields & TX_DEXT) && (frame.fields & TX_IC));
	if (!(frame.fields & TX_DEXT) && (frame.fields & TX_IC))
		nic_tx_offload_sum(nic->frame, bytes, TX_CSS(frame.fields), TX_CSO(frame.fields));
	if (offload->ip_checksum || offload->l4_checksum)
		nic_tx_offload_checksums(offload, nic->frame, bytes, 0);
	if (frame.fields & TX_VLE)
		nic_tx_offload_tag(nic, nic->frame, &frame.len, offload->tag);
	nic_tx_frame_send(nic, &frame);
}

void nic_tx_packet_send(struct nic *nic, const struct nic_tx_packet *packet)
{
	uint64_t fields = packet->descriptors[0].fields;
	uint64_t changes = fields & TX_DEXT ? TX_VLE | TX_TSE | TX_IXSM | TX_TXSM : TX_VLE | TX_IC;
	struct nic_tx_offload offload = { .tag = fields & TX_DEXT ? 0 : TX_VLAN(fields) };
	size_t bytes;

	if (nic_tx_is_context(fields)) {
		nic_tx_context_keep(nic, packet, &packet->descriptors[0]);
		return;
	}
	bytes = walk(nic, packet);
	if (packet->count + 2 + nic_tx_wthresh(nic, packet->queue) > TX_DESCRIPTORS_MAX) {
		nic_tx_break(nic, packet, RULE_TX_DESCRIPTORS, packet->count);
		return;
	}
	if ((fields & changes) && !(fields & TX_IFCS))
		nic_tx_break(nic, packet, RULE_TX_IFCS, fields >> 16);
	if ((fields & TX_DEXT) && !nic_tx_offload_read(nic, packet, bytes, &offload))
		return;
	if (!(fields & TX_DEXT) && (nic_reg(nic, MTQC) & (MTQC_RT_ENA | MTQC_VT_ENA)))
		nic_tx_break(nic, packet, RULE_TX_LEGACY_MODE, bytes);
	if (offload.segment)
		nic_tx_segment_send(nic, packet, &offload, bytes);
	else
		send_single(nic, packet, &offload, bytes);
}
