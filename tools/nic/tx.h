/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the files of transmit: tx.c takes a packet's descriptors from a ring
 * and tells their completion, tx_packet.c makes a frame of them, tx_advanced.c reads
 * what it asks for, tx_offload.c changes its headers, tx_segment.c cuts large
 * sends into frames.
 */
#ifndef NIC_TX_H
#define NIC_TX_H

#include "core.h"

/* The second 8 bytes of a descriptor: what legacy (7.2.3.2.2) and advanced ones share. */
#define TX_LENGTH(word) ((uint32_t)((word) & 0xFFFF))
#define TX_EOP		(1ull << 24)
#define TX_IFCS		(1ull << 25)
#define TX_RS		(1ull << 27)
#define TX_DEXT		(1ull << 29)
#define TX_VLE		(1ull << 30)
#define TX_DD		(1u << 0) /* in byte 12 */

#define TX_DTYP(word)	((uint32_t)((word) >> 20 & 0xF)) /* of advanced ones */
#define TX_DTYP_CONTEXT 2u
#define TX_DTYP_DATA	3u

#define TX_DESCRIPTORS_MAX 40u /* of a packet, with WTHRESH and 2 more; 7.2.1.1 */
#define TX_FRAME_MIN	   14u

/* Advanced data only. MAC (time stamp, LinkSec) and POPTS.IPSEC are not looked at. */
#define TX_TSE	(1ull << 31)
#define TX_CC	(1ull << 39)
#define TX_IXSM (1ull << 40)
#define TX_TXSM (1ull << 41)

#define TX_HEADERS_MAX 512u /* of a large send, 7.2.3.2.3 */

struct nic_tx_descriptor {
	uint64_t address;
	uint64_t fields;
};

/* The descriptors of one packet, as they were read once; or a context's, alone. */
struct nic_tx_packet {
	unsigned int queue;
	uint32_t count; /* may be more than are kept: then it is refused */
	struct nic_tx_descriptor descriptors[TX_DESCRIPTORS_MAX];
};

/* Reads a packet's bytes in order, over any split into buffers. */
struct nic_tx_reader {
	const struct nic_tx_packet *packet;
	uint32_t index; /* of the next descriptor */
	uint64_t iova; /* what is left of the one before it */
	uint32_t left;
	const uint8_t *at; /* the part of that which lies together */
	size_t together;
};

/* What a data descriptor asks for, with the context that says how (7.2.3.2.3, 7.2.3.2.4). */
struct nic_tx_offload {
	bool ip_checksum; /* IXSM */
	bool l4_checksum; /* TXSM */
	bool segment; /* TSE */
	bool ipv4;
	bool snap;
	uint32_t l4_type; /* L4T */
	uint32_t mac_len;
	uint32_t ip_len;
	uint32_t l4_len;
	uint32_t mss;
	uint32_t payload; /* PAYLEN */
	uint16_t tag;
};

#define TX_L4T_UDP  0u
#define TX_L4T_TCP  1u
#define TX_L4T_SCTP 2u

/* A frame on its way out; its bytes are in nic->frame. */
struct nic_tx_frame {
	unsigned int queue;
	uint64_t fields; /* of the packet's first descriptor */
	size_t len;
	bool summed; /* a checksum is the port's making */
};

static inline bool nic_tx_is_context(uint64_t fields)
{
	return (fields & TX_DEXT) && TX_DTYP(fields) == TX_DTYP_CONTEXT;
}

static inline uint32_t nic_tx_wthresh(const struct nic *nic, unsigned int queue)
{
	return nic_reg(nic, nic_tx_offset(queue, TXDCTL)) >> TXDCTL_WTHRESH_SHIFT & 0x7F;
}

/* The rule is broken by @packet; its queue's tail stands for it. */
static inline void nic_tx_break(struct nic *nic, const struct nic_tx_packet *packet,
				enum nic_rule_id rule, uint32_t value)
{
	nic_break(nic, rule, nic_tx_offset(packet->queue, TDT), value);
}

/* tx_packet.c */
void nic_tx_packet_send(struct nic *nic, const struct nic_tx_packet *packet);
bool nic_tx_packet_read(struct nic *nic, struct nic_tx_reader *reader, uint8_t *to, size_t len);
void nic_tx_frame_send(struct nic *nic, struct nic_tx_frame *frame);

/* tx_advanced.c */
void nic_tx_context_keep(struct nic *nic, const struct nic_tx_packet *packet,
			 const struct nic_tx_descriptor *descriptor);
bool nic_tx_offload_read(struct nic *nic, const struct nic_tx_packet *packet, size_t bytes,
			 struct nic_tx_offload *offload);

/* tx_offload.c */
void nic_tx_offload_tag(const struct nic *nic, uint8_t *frame, size_t *len, uint16_t tag);
void nic_tx_offload_sum(uint8_t *frame, size_t len, size_t from, size_t at);
void nic_tx_offload_checksums(const struct nic_tx_offload *offload, uint8_t *frame, size_t len,
			      uint32_t l4_bytes);

/* tx_segment.c */
void nic_tx_segment_send(struct nic *nic, const struct nic_tx_packet *packet,
			 const struct nic_tx_offload *offload, size_t bytes);

#endif
