// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive: a frame from the wire (or looped back) is judged, counted, and
 * written to the next descriptors of its queue in the legacy format (7.1.5).
 * Without DROP_EN a frame waits in the packet buffer until descriptors come.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define RX_DD	      (1ull << 32)
#define RX_EOP	      (1ull << 33)
#define RX_VP	      (1ull << 35)
#define RX_PIF	      (1ull << 39)
#define RX_RXE	      (1ull << 40)
#define RX_VLAN_SHIFT 48

/* Without RSS, DCB and virtualization everything goes to the first queue, 7.1.2. */
#define RX_DEFAULT_QUEUE 0u

/* A frame in the packet buffer, in the order of arrival. */
struct nic_held_frame {
	struct nic_held_frame *next;
	uint64_t flags;
	size_t len;
	uint8_t data[];
};

static uint32_t free_descriptors(const struct nic *nic, unsigned int index)
{
	const struct nic_queue *queue = &nic->rx[index];
	uint32_t head = nic_reg(nic, nic_rx_offset(index, RDH));
	uint32_t tail = nic_reg(nic, nic_rx_offset(index, RDT));

	if (!queue->enabled || head >= queue->size || tail >= queue->size)
		return 0;
	return tail >= head ? tail - head : tail + queue->size - head;
}

static uint32_t buffer_size(const struct nic *nic, unsigned int index)
{
	uint32_t kilobytes = nic_reg(nic, nic_rx_offset(index, SRRCTL)) & SRRCTL_BSIZEPACKET;

	return (kilobytes ? kilobytes : 1) * 1024;
}

static uint32_t buffers_for(const struct nic *nic, unsigned int index, size_t len)
{
	return (len + buffer_size(nic, index) - 1) / buffer_size(nic, index);
}

/* 8.2.3.22: the largest frame with CRC; a tag may add to it. */
static size_t max_frame(const struct nic *nic, bool tagged)
{
	size_t max = 1518;

	if (nic_reg(nic, HLREG0) & HLREG0_JUMBOEN)
		max = nic_reg(nic, MAXFRS) >> 16;
	return max + (tagged ? 4 : 0);
}

/*
 * One buffer and its descriptor. A buffer that is not mapped loses its bytes, and *@reached is
 * cleared; a descriptor that is not, loses the frame.
 */
static bool write_buffer(struct nic *nic, struct nic_queue *queue, uint32_t head,
			 const uint8_t *data, size_t len, uint64_t flags, bool *reached)
{
	size_t bytes = NIC_DESCRIPTOR_BYTES;
	uint64_t *descriptor;

	descriptor = nic_dma(nic, queue->base_iova + head * NIC_DESCRIPTOR_BYTES, &bytes, true);
	if (!descriptor || bytes < NIC_DESCRIPTOR_BYTES)
		return false;
	if (!nic_dma_write(nic, __atomic_load_n(&descriptor[0], __ATOMIC_RELAXED), data, len))
		*reached = false;
	/* Pairs with the driver's acquiring read of DD: the frame is there before it. */
	__atomic_store_n(&descriptor[1], flags | RX_DD | len, __ATOMIC_RELEASE);
	return true;
}

static bool write_frame(struct nic *nic, unsigned int index, const uint8_t *data, size_t len,
			uint64_t flags)
{
	struct nic_queue *queue = &nic->rx[index];
	uint32_t head_offset = nic_rx_offset(index, RDH);
	uint32_t size = buffer_size(nic, index);
	size_t received = len;
	bool reached = true;

	while (len) {
		uint32_t head = nic_reg(nic, head_offset);
		size_t part = len < size ? len : size;

		if (!write_buffer(nic, queue, head, data, part, part == len ? flags | RX_EOP : 0,
				  &reached)) {
			nic->counters.dropped_descriptor++;
			return false;
		}
		nic_reg_set(nic, head_offset, head + 1 == queue->size ? 0 : head + 1);
		data += part;
		len -= part;
	}
	nic->counters.stored += reached;
	nic_stats_queue_received(nic, index, received);
	return true;
}

static bool hold(struct nic *nic, const uint8_t *data, size_t len, uint64_t flags)
{
	struct nic_held_frame *held = NULL;

	if (nic->held_bytes + len <= (nic_reg(nic, RXPBSIZE) & RXPBSIZE_SIZE))
		held = malloc(sizeof(*held) + len);
	if (!held) {
		nic_stats_add(nic, RXMPC, 1);
		nic->counters.dropped_descriptor++;
		return false;
	}
	held->next = NULL;
	held->flags = flags;
	held->len = len;
	memcpy(held->data, data, len);
	*nic->held_last = held;
	nic->held_last = &held->next;
	nic->held_bytes += len;
	return true;
}

static void release_first(struct nic *nic)
{
	struct nic_held_frame *held = nic->held_first;

	nic->held_first = held->next;
	if (!nic->held_first)
		nic->held_last = &nic->held_first;
	nic->held_bytes -= held->len;
	free(held);
}

void nic_rx_drop_held(struct nic *nic)
{
	while (nic->held_first)
		release_first(nic);
}

void nic_rx_run_held(struct nic *nic)
{
	while (nic->held_first && !nic_dma_blocked(nic)) {
		struct nic_held_frame *held = nic->held_first;

		if (free_descriptors(nic, RX_DEFAULT_QUEUE) <
		    buffers_for(nic, RX_DEFAULT_QUEUE, held->len))
			return;
		write_frame(nic, RX_DEFAULT_QUEUE, held->data, held->len, held->flags);
		release_first(nic);
	}
}

/* To a queue: its descriptors, the packet buffer, or nowhere. */
static bool store(struct nic *nic, unsigned int index, const uint8_t *data, size_t len,
		  uint64_t flags)
{
	uint32_t control = nic_reg(nic, nic_rx_offset(index, SRRCTL));
	bool enabled = nic->rx[index].enabled && !nic_dma_blocked(nic);

	if (control & SRRCTL_DESCTYPE) {
		nic->counters.unsupported++;
		return false;
	}
	if (enabled && !nic->held_first &&
	    free_descriptors(nic, index) >= buffers_for(nic, index, len))
		return write_frame(nic, index, data, len, flags);
	if (enabled && !(control & SRRCTL_DROP_EN))
		return hold(nic, data, len, flags);
	nic_stats_queue_dropped(nic, index);
	nic->counters.dropped_descriptor++;
	return false;
}

/* Puts the frame as software shall see it into @to: CRC kept or not, VLAN tag taken out or not. */
static size_t prepare(struct nic *nic, unsigned int index, const uint8_t *frame, size_t len,
		      unsigned int errors, uint8_t *to, uint64_t *flags)
{
	bool strip_tag = nic_reg(nic, nic_rx_offset(index, RXDCTL)) & RXDCTL_VME;
	size_t cut = 0;

	if (strip_tag && nic_rx_is_tagged(nic, frame, len)) {
		*flags |= RX_VP | (uint64_t)(frame[14] << 8 | frame[15]) << RX_VLAN_SHIFT;
		memcpy(to, frame, 12);
		cut = 16;
		to += 12;
	}
	memcpy(to, frame + cut, len - cut);
	if (!(nic_reg(nic, HLREG0) & HLREG0_RXCRCSTRP)) {
		uint32_t crc = nic_crc32(frame, len);

		if (errors & NIC_WIRE_CRC_ERROR)
			crc = ~crc;
		memcpy(to + len - cut, &crc, NIC_CRC_BYTES);
		len += NIC_CRC_BYTES;
	}
	return cut ? len - 4 : len;
}

/* Counts what is wrong with a frame that passed the filters. Bad ones are stored only with SBP. */
static bool is_good(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	size_t size = len + NIC_CRC_BYTES;
	bool crc_bad = errors & NIC_WIRE_CRC_ERROR;
	uint16_t type = len >= 14 ? frame[12] << 8 | frame[13] : 0xFFFF;

	if (errors & NIC_WIRE_SYMBOL_ERROR) {
		nic_stats_add(nic, ILLERRC, 1);
		nic_stats_add(nic, ERRBC, 1);
	}
	if (size > max_frame(nic, nic_rx_is_tagged(nic, frame, len))) {
		nic_stats_add(nic, crc_bad ? RJC : ROC, 1);
		return false;
	}
	if (size < NIC_FRAME_MIN + NIC_CRC_BYTES) {
		/* Specification update, clarification 18: below 12 bytes nothing counts. */
		if (size >= 12)
			nic_stats_add(nic, crc_bad ? RFC : RUC, 1);
		return false;
	}
	if (crc_bad)
		nic_stats_add(nic, CRCERRS, 1);
	/* MISSING: whether a frame with a wrong length field is bad. It is counted, and stored. */
	if (type <= 1500 && type + 14u > len && (nic_reg(nic, HLREG0) & HLREG0_RXLNGTHERREN))
		nic_stats_add(nic, RLEC, 1);
	return !errors;
}

bool nic_rx_frame(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	uint8_t copy[NIC_FRAME_MAX + NIC_CRC_BYTES];
	uint64_t flags = 0;
	bool inexact;

	nic_stats_add(nic, TPR, 1);
	nic_stats_add64(nic, TORL, len + NIC_CRC_BYTES);
	if (!nic_rx_accepts(nic, frame, len, &inexact)) {
		nic->counters.dropped_filter++;
		return false;
	}
	if (is_good(nic, frame, len, errors)) {
		nic_stats_received(nic, frame, len);
	} else if (!(nic_reg(nic, FCTRL) & FCTRL_SBP) ||
		   len + NIC_CRC_BYTES > max_frame(nic, nic_rx_is_tagged(nic, frame, len))) {
		nic->counters.dropped_error++;
		return false;
	} else {
		flags |= RX_RXE;
	}
	if (inexact)
		flags |= RX_PIF;
	if ((nic_reg(nic, nic_rx_offset(RX_DEFAULT_QUEUE, RXDCTL)) & RXDCTL_VME) ||
	    !(nic_reg(nic, HLREG0) & HLREG0_RXCRCSTRP)) {
		len = prepare(nic, RX_DEFAULT_QUEUE, frame, len, errors, copy, &flags);
		frame = copy;
	}
	return store(nic, RX_DEFAULT_QUEUE, frame, len, flags);
}

bool nic_receive(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	nic_advance(nic);
	nic->counters.wire_in++;
	if (!nic_link_up(nic) || !nic_rx_running(nic)) {
		nic->counters.dropped_link++;
		return false;
	}
	if (!len || len > NIC_FRAME_MAX) {
		nic->counters.dropped_error++;
		return false;
	}
	return nic_rx_frame(nic, frame, len, errors);
}

bool nic_can_receive(const struct nic *nic)
{
	uint32_t needed = buffers_for(nic, RX_DEFAULT_QUEUE, max_frame(nic, true));

	return nic_link_up(nic) && nic_rx_running(nic) && !nic_dma_blocked(nic) &&
	       !nic->held_first && free_descriptors(nic, RX_DEFAULT_QUEUE) >= needed;
}
