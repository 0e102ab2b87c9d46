// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit: descriptors between head and tail, in the legacy format
 * (7.2.3.2.2), are put together to packets and sent at once. A packet whose
 * descriptors are not all there yet waits. Completion is a head write-back or
 * the DD bit (7.2.3.5).
 */
#include <string.h>

#include "core.h"

/* The second 8 bytes of a descriptor. */
#define TX_LENGTH(word) ((uint32_t)((word) & 0xFFFF))
#define TX_CSO(word)	((uint32_t)((word) >> 16 & 0xFF))
#define TX_CSS(word)	((uint32_t)((word) >> 40 & 0xFF))
#define TX_VLAN(word)	((uint32_t)((word) >> 48))
#define TX_EOP		(1ull << 24)
#define TX_IFCS		(1ull << 25)
#define TX_IC		(1ull << 26)
#define TX_RS		(1ull << 27)
#define TX_DEXT		(1ull << 29)
#define TX_VLE		(1ull << 30)
#define TX_DD		(1u << 0) /* in byte 12 */

#define TX_DESCRIPTORS_MAX 40u /* of a packet, 7.2.1.1 */
#define TX_FRAME_MIN	   14u

/* Descriptors lie together in memory as far as one DMA reaches. */
struct window {
	uint64_t *words;
	uint32_t first;
	uint32_t count;
	bool write;
};

/* One packet, put together from its descriptors. */
struct packet {
	uint64_t fields; /* of the first descriptor */
	const uint8_t *data;
	size_t len;
	bool alone; /* one descriptor is all of it */
	bool report; /* an RS bit in one of them */
	bool refused;
};

static uint64_t *descriptor(struct nic *nic, const struct nic_queue *queue, struct window *window,
			    uint32_t at)
{
	size_t bytes = (queue->size - at) * NIC_DESCRIPTOR_BYTES;
	uint64_t iova = queue->base_iova + at * NIC_DESCRIPTOR_BYTES;

	if (at - window->first >= window->count) {
		window->words = nic_dma(nic, iova, &bytes, window->write);
		window->first = at;
		window->count = window->words ? bytes / NIC_DESCRIPTOR_BYTES : 0;
		if (!window->count)
			return NULL;
	}
	return &window->words[(at - window->first) * 2];
}

/* Adds a descriptor's buffer: in place if it is the only one and lies together, else copied. */
static void add_buffer(struct nic *nic, struct packet *packet, uint64_t iova, uint32_t len)
{
	size_t part = len;

	if (packet->refused || !len)
		return;
	if (packet->len + len > NIC_FRAME_MAX) {
		packet->len += len;
		packet->refused = true;
		return;
	}
	if (packet->alone) {
		packet->data = nic_dma(nic, iova, &part, false);
		packet->refused = !packet->data;
		packet->len = len;
		if (part >= len || packet->refused)
			return;
		packet->len = 0;
	}
	packet->refused = !nic_dma_read(nic, iova, nic->frame + packet->len, len);
	packet->data = nic->frame;
	packet->len += len;
}

/* How many descriptors the packet at @head has; 0: its end is not there yet, or not readable. */
static uint32_t span(struct nic *nic, const struct nic_queue *queue, struct window *window,
		     uint32_t head, uint32_t tail)
{
	for (uint32_t count = 1; head != tail; count++) {
		uint64_t *words = descriptor(nic, queue, window, head);

		if (!words)
			return 0;
		if (__atomic_load_n(&words[1], __ATOMIC_RELAXED) & TX_EOP)
			return count;
		head = head + 1 == queue->size ? 0 : head + 1;
	}
	return 0;
}

/* Collects the @count descriptors at @head. */
static void collect(struct nic *nic, unsigned int index, struct window *window, uint32_t head,
		    uint32_t count, struct packet *packet)
{
	struct nic_queue *queue = &nic->tx[index];
	uint32_t tail = nic_tx_offset(index, TDT);
	uint32_t wthresh = nic_reg(nic, nic_tx_offset(index, TXDCTL)) >> TXDCTL_WTHRESH_SHIFT &
			   0x7F;

	*packet = (struct packet){ .alone = count == 1 };
	if (count + 2 + wthresh > TX_DESCRIPTORS_MAX) {
		nic_break(nic, RULE_TX_DESCRIPTORS, tail, count);
		packet->refused = true;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint64_t *words = descriptor(nic, queue, window, head);
		uint64_t word;

		if (!words) {
			packet->refused = true;
			return;
		}
		word = __atomic_load_n(&words[1], __ATOMIC_RELAXED);
		if (!i)
			packet->fields = word;
		if (!TX_LENGTH(word) && count > 1)
			nic_break(nic, RULE_TX_NULL, tail, head);
		packet->report |= !!(word & TX_RS);
		add_buffer(nic, packet, __atomic_load_n(&words[0], __ATOMIC_RELAXED),
			   TX_LENGTH(word));
		head = head + 1 == queue->size ? 0 : head + 1;
	}
}

/* Moves the packet to the port's own memory, where it can be changed. */
static uint8_t *own(struct nic *nic, struct packet *packet)
{
	if (packet->data != nic->frame)
		memcpy(nic->frame, packet->data, packet->len);
	packet->data = nic->frame;
	return nic->frame;
}

/* CMD.IC: the ones' complement sum from CSS to the end, written at CSO. */
static void insert_checksum(struct nic *nic, struct packet *packet)
{
	uint32_t at = TX_CSO(packet->fields), from = TX_CSS(packet->fields);
	uint8_t *frame = own(nic, packet);
	uint32_t sum = 0;

	if (at + 2 > packet->len || from >= packet->len)
		return;
	for (size_t i = from; i < packet->len; i++)
		sum += (i - from) % 2 ? frame[i] : frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	sum = ~sum & 0xFFFF;
	frame[at] = sum >> 8;
	frame[at + 1] = sum;
}

/* CMD.VLE: a tag with the descriptor's VLAN field and the Ethertype of DMATXCTL. */
static void insert_tag(struct nic *nic, struct packet *packet)
{
	uint8_t *frame = own(nic, packet);
	uint32_t type = nic_reg(nic, DMATXCTL) >> 16;

	memmove(frame + 16, frame + 12, packet->len - 12);
	frame[12] = type >> 8;
	frame[13] = type;
	frame[14] = TX_VLAN(packet->fields) >> 8;
	frame[15] = TX_VLAN(packet->fields);
	packet->len += 4;
}

/* The frame gets padding and CRC; false: it has a wrong one, and nobody would receive it. */
static bool finish(struct nic *nic, unsigned int index, struct packet *packet)
{
	uint32_t control = nic_reg(nic, HLREG0);
	uint32_t crc;

	if ((packet->fields & TX_IFCS) && (control & HLREG0_TXCRCEN)) {
		if (packet->len < NIC_FRAME_MIN && (control & HLREG0_TXPADEN)) {
			memset(own(nic, packet) + packet->len, 0, NIC_FRAME_MIN - packet->len);
			packet->len = NIC_FRAME_MIN;
		}
		return true;
	}
	if (packet->len < NIC_FRAME_MIN + NIC_CRC_BYTES && (control & HLREG0_TXPADEN))
		nic_break(nic, RULE_TX_PADDING, nic_tx_offset(index, TDT), packet->len);
	if (packet->len < TX_FRAME_MIN + NIC_CRC_BYTES)
		return false;
	packet->len -= NIC_CRC_BYTES;
	memcpy(&crc, packet->data + packet->len, NIC_CRC_BYTES);
	return crc == nic_crc32(packet->data, packet->len);
}

static void put_on_wire(struct nic *nic, unsigned int index, const struct packet *packet)
{
	nic_stats_sent(nic, index, packet->data, packet->len);
	if (nic_reg(nic, HLREG0) & HLREG0_LPBK) {
		if (nic_rx_running(nic))
			nic_rx_frame(nic, packet->data, packet->len, 0);
		return;
	}
	nic->counters.wire_out++;
	nic->host.send(nic->host.opaque, packet->data, packet->len);
}

static void send_packet(struct nic *nic, unsigned int index, struct packet *packet)
{
	uint32_t tail = nic_tx_offset(index, TDT);

	if (packet->fields & TX_DEXT) {
		nic->counters.unsupported++;
		return;
	}
	if (nic_reg(nic, MTQC) & (MTQC_RT_ENA | MTQC_VT_ENA))
		nic_break(nic, RULE_TX_LEGACY_MODE, tail, packet->len);
	if (packet->len + (packet->fields & TX_VLE ? 4 : 0) > NIC_FRAME_MAX) {
		nic_break(nic, RULE_TX_TOO_LONG, tail, packet->len);
		return;
	}
	if (packet->refused)
		return;
	if (!packet->len) {
		nic->counters.null_descriptors++;
		return;
	}
	if (packet->len < TX_FRAME_MIN) {
		nic_break(nic, RULE_TX_TOO_SHORT, tail, packet->len);
		return;
	}
	if (packet->fields & TX_IC)
		insert_checksum(nic, packet);
	if (packet->fields & TX_VLE)
		insert_tag(nic, packet);
	if (finish(nic, index, packet))
		put_on_wire(nic, index, packet);
}

/*
 * 7.2.3.5.2: a descriptor with RS writes the head, which is the index of the
 * first descriptor that the port still has to send. No descriptor is written.
 * MISSING: whether WTHRESH counts here; it is taken as 0, as the section has it.
 */
static void write_head(struct nic *nic, unsigned int index, uint32_t head)
{
	uint32_t low = nic_reg(nic, nic_tx_offset(index, TDWBAL)) & ~3u;
	uint64_t high = nic_reg(nic, nic_tx_offset(index, TDWBAH));
	size_t bytes = sizeof(head);
	uint32_t *at;

	if (low % 16)
		return;
	at = nic_dma(nic, high << 32 | low, &bytes, true);
	/* Pairs with the driver's acquiring read of the head: its buffers are free after it. */
	if (at && bytes == sizeof(head))
		__atomic_store_n(at, head, __ATOMIC_RELEASE);
}

/* Without head write-back, the descriptors with RS get DD. */
static void write_done(struct nic *nic, unsigned int index, uint32_t first, uint32_t count)
{
	struct nic_queue *queue = &nic->tx[index];
	struct window window = { .write = true };

	for (; count; count--) {
		uint64_t *words = descriptor(nic, queue, &window, first);
		uint8_t *status;

		if (!words)
			return;
		status = (uint8_t *)&words[1] + 4;
		/* Pairs with the driver's acquiring read of DD: its buffer is free after it. */
		if (__atomic_load_n(&words[1], __ATOMIC_RELAXED) & TX_RS)
			__atomic_store_n(status, *status | TX_DD, __ATOMIC_RELEASE);
		first = first + 1 == queue->size ? 0 : first + 1;
	}
}

static bool may_run(const struct nic *nic, unsigned int index)
{
	return nic->tx[index].enabled && (nic_reg(nic, DMATXCTL) & DMATXCTL_TE) &&
	       !(nic_reg(nic, RTTDCS) & RTTDCS_ARBDIS) && !nic_dma_blocked(nic) &&
	       (nic_link_up(nic) || (nic_reg(nic, HLREG0) & HLREG0_LPBK));
}

void nic_tx_run(struct nic *nic, unsigned int index)
{
	struct nic_queue *queue = &nic->tx[index];
	uint32_t head_offset = nic_tx_offset(index, TDH);
	uint32_t head = nic_reg(nic, head_offset);
	uint32_t tail = nic_reg(nic, nic_tx_offset(index, TDT));
	struct window window = { 0 };
	struct packet packet;
	uint32_t count;

	if (!may_run(nic, index) || head >= queue->size || tail >= queue->size)
		return;
	while ((count = span(nic, queue, &window, head, tail))) {
		uint32_t next = head + count;

		next -= next >= queue->size ? queue->size : 0;
		collect(nic, index, &window, head, count, &packet);
		send_packet(nic, index, &packet);
		nic_reg_set(nic, head_offset, next);
		if (packet.report) {
			if (nic_reg(nic, nic_tx_offset(index, TDWBAL)) & TDWBAL_HEAD_WB_EN)
				write_head(nic, index, next);
			else
				write_done(nic, index, head, count);
		}
		head = next;
	}
}

void nic_tx_run_all(struct nic *nic)
{
	for (unsigned int i = 0; i < NIC_QUEUES; i++) {
		if (nic->tx[i].enabled)
			nic_tx_run(nic, i);
	}
}
