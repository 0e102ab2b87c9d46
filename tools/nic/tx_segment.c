// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit segmentation, 7.2.4: a large send of up to 256 KB is cut into frames
 * of MSS bytes of TCP or UDP payload. Each gets the headers that stand before
 * the payload, changed for its place in the send (7.2.4.7), and checksums and
 * tag of its own. Only one frame is held at a time.
 */
#include <string.h>

#include "tx.h"

/* A frame of the send: which it is, and its share of the payload. */
struct segment {
	uint32_t number;
	uint32_t payload_at;
	uint32_t payload;
	bool last;
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint32_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* The length field of 802.2 frames, behind a tag that software put there. */
static void update_snap(const struct nic *nic, uint8_t *frame, size_t len)
{
	size_t at = get16(frame + 12) == nic_reg(nic, DMATXCTL) >> 16 ? 16 : 12;

	put16(frame + at, len - at - 2);
}

static void update_ip(const struct nic_tx_offload *offload, uint8_t *ip, uint32_t l4_bytes,
		      const struct segment *segment)
{
	if (offload->ipv4) {
		put16(ip + 2, offload->ip_len + l4_bytes);
		put16(ip + 4, get16(ip + 4) + segment->number);
	} else {
		/* The basic header is not counted, its extensions are. */
		put16(ip + 4, offload->ip_len - 40 + l4_bytes);
	}
}

/*
 * The 12 bits beside the data offset pass through a mask for the first, middle and last segment.
 * MISSING: which one holds for a send of one segment; it is the last's, so that FIN and PSH stay.
 */
static void update_tcp(const struct nic *nic, uint8_t *tcp, const struct segment *segment)
{
	uint32_t low = nic_reg(nic, DTXTCPFLGL), high = nic_reg(nic, DTXTCPFLGH);
	uint32_t mask = segment->last ? high : segment->number ? low >> 16 : low;
	uint32_t sequence = get16(tcp + 4) << 16 | get16(tcp + 6);

	sequence += segment->payload_at;
	put16(tcp + 4, sequence >> 16);
	put16(tcp + 6, sequence);
	put16(tcp + 12, get16(tcp + 12) & (mask | 0xF000));
}

/* @frame: headers and payload of @segment */
static void update(const struct nic *nic, const struct nic_tx_offload *offload, uint8_t *frame,
		   size_t len, const struct segment *segment)
{
	uint32_t l4_bytes = offload->l4_len + segment->payload;
	uint8_t *ip = frame + offload->mac_len, *l4 = ip + offload->ip_len;

	if (offload->snap)
		update_snap(nic, frame, len);
	update_ip(offload, ip, l4_bytes, segment);
	if (offload->l4_type == TX_L4T_TCP)
		update_tcp(nic, l4, segment);
	else
		put16(l4 + 4, l4_bytes);
	nic_tx_offload_checksums(offload, frame, len, l4_bytes);
}

/*
 * The payload there is, or 0 if it cannot be segmented. MISSING: what a large send without payload
 * does; it sends nothing.
 */
static size_t check(struct nic *nic, const struct nic_tx_packet *packet,
		    const struct nic_tx_offload *offload, size_t headers, size_t bytes)
{
	size_t payload = bytes - headers, longest;

	if (payload != offload->payload) {
		nic_tx_break(nic, packet, RULE_TX_PAYLEN, offload->payload);
		if (payload > offload->payload)
			payload = offload->payload;
	}
	longest = headers + (payload < offload->mss ? payload : offload->mss);
	if (packet->descriptors[0].fields & TX_VLE)
		longest += 4;
	if (offload->mss && longest <= NIC_FRAME_MAX)
		return payload;
	nic_tx_break(nic, packet, RULE_TX_MSS, offload->mss);
	return 0;
}

void nic_tx_segment_send(struct nic *nic, const struct nic_tx_packet *packet,
			 const struct nic_tx_offload *offload, size_t bytes)
{
	size_t headers = offload->mac_len + offload->ip_len + offload->l4_len;
	size_t payload = check(nic, packet, offload, headers, bytes);
	struct nic_tx_reader reader = { .packet = packet };
	struct segment segment = { 0 };
	uint8_t header[TX_HEADERS_MAX]; /* longer ones were refused */

	if (!payload || !nic_tx_packet_read(nic, &reader, header, headers))
		return;
	nic->counters.large_sends++;
	for (; segment.payload_at < payload; segment.number++) {
		struct nic_tx_frame frame = {
			.queue = packet->queue,
			.fields = packet->descriptors[0].fields,
			.summed = offload->l4_checksum,
		};
		size_t left = payload - segment.payload_at;

		segment.last = left <= offload->mss;
		segment.payload = segment.last ? left : offload->mss;
		frame.len = headers + segment.payload;
		memcpy(nic->frame, header, headers);
		if (!nic_tx_packet_read(nic, &reader, nic->frame + headers, segment.payload))
			return;
		update(nic, offload, nic->frame, frame.len, &segment);
		if (frame.fields & TX_VLE)
			nic_tx_offload_tag(nic, nic->frame, &frame.len, offload->tag);
		nic_tx_frame_send(nic, &frame);
		segment.payload_at += segment.payload;
	}
}
