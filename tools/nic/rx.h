/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the receive path's files hand each other. A frame is parsed
 * (rx_parse.c), its queue chosen (rx_queue.c, rx_rss.c), its checksums tried
 * (rx_checksum.c), and it is written to descriptors (rx_write.c); rx.c leads.
 */
#ifndef NIC_RX_H
#define NIC_RX_H

#include "core.h"

/* Packet types, as they stand in an advanced descriptor from bit 4 on (7.1.6.2). */
#define PACKET_IPV4    (1u << 0)
#define PACKET_IPV4E   (1u << 1) /* with options */
#define PACKET_IPV6    (1u << 2)
#define PACKET_IPV6E   (1u << 3) /* with extension headers */
#define PACKET_TCP     (1u << 4)
#define PACKET_UDP     (1u << 5)
#define PACKET_SCTP    (1u << 6)
#define PACKET_ESP     (1u << 8)
#define PACKET_AH      (1u << 9)
#define PACKET_L2      (1u << 11) /* bits 0 to 2: the ETQF that matched */
#define PACKET_L4_MASK (PACKET_TCP | PACKET_UDP | PACKET_SCTP)

/**
 * struct nic_packet - what a frame is; offsets are into the frame, 0: not there
 * @types: PACKET_*; TCP, UDP, SCTP only of a whole header that is no fragment's
 * @ethertype: after the VLAN tag and a SNAP header
 * @tag: the VLAN tag's TCI, if @tagged
 * @l3, @l4, @payload: where each begins
 * @end: the IP packet's end, padding excluded; 0 if the frame is shorter than it
 * @addresses: source, then destination, each of @address_len
 */
struct nic_packet {
	uint16_t types;
	uint16_t ethertype;
	uint16_t tag;
	uint16_t l3;
	uint16_t l4;
	uint16_t payload;
	uint16_t end;
	uint16_t addresses;
	uint8_t address_len;
	uint8_t protocol;
	bool tagged;
	bool fragment;
	bool first_fragment;
};

/* Status, in the low 20 bits, and errors of an advanced descriptor's second half (7.1.6.2). */
#define RX_DD	      (1u << 0)
#define RX_EOP	      (1u << 1)
#define RX_FLM	      (1u << 2)
#define RX_VP	      (1u << 3)
#define RX_UDPCS      (1u << 4)
#define RX_L4CS	      (1u << 5)
#define RX_IPCS	      (1u << 6)
#define RX_PIF	      (1u << 7)
#define RX_UDPV	      (1u << 10)
#define RX_LLINT      (1u << 11)
#define RX_ERROR_HBO  (1u << 23)
#define RX_ERROR_RXE  (1u << 29)
#define RX_ERROR_L4E  (1u << 30)
#define RX_ERROR_IPE  (1u << 31)
#define RX_VLAN_SHIFT 48

/**
 * struct nic_rx_info - what descriptors shall say of a frame
 * @len: as stored, that is without what was stripped
 * @header: bytes of it that are headers by PSRTYPE, 0: none
 * @status: RX_* but DD and EOP
 * @types: PACKET_*
 * @checksum: of a fragment, if RXCSUM.PCSD is clear; @hash is 0 then
 */
struct nic_rx_info {
	size_t len;
	uint16_t queue;
	uint16_t header;
	uint32_t status;
	uint16_t types;
	uint16_t vlan;
	uint16_t checksum;
	uint8_t rss_type;
	uint32_t hash;
};

/* rx_parse.c: @vlan_type is VLNCTRL.VET. */
void nic_packet_parse(const uint8_t *frame, size_t len, uint16_t vlan_type,
		      struct nic_packet *packet);
/* How many bytes of it are header, by PSRTYPE; 0: none to split off. */
uint16_t nic_packet_header(const struct nic_packet *packet, uint32_t split);

/* rx_checksum.c: sets status, errors and the fragment checksum. */
void nic_rx_checksum(const struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		     struct nic_rx_info *info);

/* rx_rss.c: the hash's type (0: none) and the hash. @key: 40 bytes. */
uint32_t nic_rss_hash(const uint8_t *key, const uint8_t *input, size_t len);
uint8_t nic_rss(const struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		uint32_t *hash);

/* flow_director.c: sets the queue, if a filter matches and chooses one. */
bool nic_flow_director(struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
		       struct nic_rx_info *info);

/* rx_queue.c: of a frame of @info->len bytes; sets queue, types, RSS type and hash. */
void nic_rx_choose_queue(struct nic *nic, const uint8_t *frame, const struct nic_packet *packet,
			 struct nic_rx_info *info);

/* rx_write.c: the descriptors of a queue. A frame is written whole or not at all. */
bool nic_rx_can_write(const struct nic *nic, unsigned int queue);
bool nic_rx_has_room(const struct nic *nic, const struct nic_rx_info *info);
bool nic_rx_has_room_for_any(const struct nic *nic, unsigned int queue, size_t max_frame,
			     unsigned int others);
bool nic_rx_write(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info);

#endif
