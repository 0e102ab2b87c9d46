// SPDX-License-Identifier: BSD-3-Clause
/*
 * Last step of receive: a frame is written to the buffers of its queue's next
 * descriptors, and these are written back, in the legacy format (7.1.5) or in
 * the advanced one (7.1.6), with its header split off (7.1.10) or not.
 *
 * Frames are never coalesced, however RSCCTL is set: RSCCNT stays 0. Nothing
 * obliges the hardware to (7.11); a driver must take what it gets.
 */
#include "rx.h"

/* First 8 bytes of an advanced descriptor as written back. */
#define TYPES_SHIFT    4
#define HEADER_SHIFT   21
#define HEADER_MAX     0x3FFu
#define SPH	       (1ull << 31)
#define HASH_SHIFT     32
#define CHECKSUM_SHIFT 48
#define LENGTH_SHIFT   32
#define L4E_IPE_SHIFT  24 /* legacy errors have their own places, from bit 40 on */

/* Both halves at once, as the bus writes them: a driver may read 16 bytes in one go. */
typedef uint64_t descriptor_t __attribute__((vector_size(16)));

static uint32_t free_descriptors(const struct nic *nic, unsigned int index)
{
	const struct nic_queue *queue = &nic->rx[index];
	uint32_t head = nic_reg(nic, nic_rx_offset(index, RDH));
	uint32_t tail = nic_reg(nic, nic_rx_offset(index, RDT));

	if (!queue->enabled || head >= queue->size || tail >= queue->size)
		return 0;
	return tail >= head ? tail - head : tail + queue->size - head;
}

static unsigned int descriptor_type(const struct nic *nic, unsigned int index)
{
	return nic_reg(nic, nic_rx_offset(index, SRRCTL)) >> SRRCTL_DESCTYPE_SHIFT &
	       SRRCTL_DESCTYPE;
}

static uint32_t buffer_size(const struct nic *nic, unsigned int index)
{
	uint32_t kilobytes = nic_reg(nic, nic_rx_offset(index, SRRCTL)) & SRRCTL_BSIZEPACKET;

	return (kilobytes ? kilobytes : 1) * 1024;
}

static uint32_t header_buffer_size(const struct nic *nic, unsigned int index)
{
	uint32_t control = nic_reg(nic, nic_rx_offset(index, SRRCTL));

	return (control >> SRRCTL_BSIZEHEADER_SHIFT & SRRCTL_BSIZEHEADER) * 64;
}

/* What the first descriptor takes into its header buffer, and says of it. */
struct split {
	uint32_t bytes;
	uint64_t first; /* in its first 8 bytes */
	uint32_t errors;
};

/* Table of 7.1.10. */
static struct split split_frame(const struct nic *nic, const struct nic_rx_info *info)
{
	unsigned int type = descriptor_type(nic, info->queue);
	uint32_t size = header_buffer_size(nic, info->queue);
	struct split split = { 0 };
	uint32_t said = info->header;

	if (type != SRRCTL_SPLIT && type != SRRCTL_SPLIT_ALWAYS)
		return split;
	if (type == SRRCTL_SPLIT_ALWAYS && info->len <= size) {
		split.bytes = info->len;
		said = info->len;
	} else if (info->header && info->header <= size) {
		split.bytes = info->header;
		split.first = SPH;
	} else if (info->header) {
		split.bytes = type == SRRCTL_SPLIT_ALWAYS ? size : 0;
		split.first = SPH;
		split.errors = RX_ERROR_HBO;
	} else if (type == SRRCTL_SPLIT_ALWAYS) {
		split.bytes = size;
		said = size;
	}
	split.first |= (uint64_t)(said & HEADER_MAX) << HEADER_SHIFT;
	return split;
}

static uint32_t descriptors_for(uint32_t buffer, size_t len)
{
	/* Most frames need no division. */
	return len <= buffer ? 1 : (len + buffer - 1) / buffer;
}

/* Of reserved descriptor types nothing is known. */
bool nic_rx_can_write(const struct nic *nic, unsigned int queue)
{
	switch (descriptor_type(nic, queue)) {
	case SRRCTL_LEGACY:
	case SRRCTL_ONE_BUFFER:
	case SRRCTL_SPLIT:
	case SRRCTL_SPLIT_ALWAYS:
		return true;
	default:
		return false;
	}
}

bool nic_rx_has_room(const struct nic *nic, const struct nic_rx_info *info)
{
	size_t rest = info->len - split_frame(nic, info).bytes;

	return free_descriptors(nic, info->queue) >=
	       descriptors_for(buffer_size(nic, info->queue), rest);
}

/* And for @others, which may be as long. */
bool nic_rx_has_room_for_any(const struct nic *nic, unsigned int queue, size_t max_frame,
			     unsigned int others)
{
	return free_descriptors(nic, queue) >=
	       (1 + others) * descriptors_for(buffer_size(nic, queue), max_frame);
}

/* The second half's status and errors (7.1.6) where the legacy format has them. */
static uint64_t legacy_status(const struct nic_rx_info *info)
{
	uint64_t status = info->status & (RX_VP | RX_UDPCS | RX_L4CS | RX_IPCS | RX_PIF);
	uint64_t errors = (info->status & (RX_ERROR_IPE | RX_ERROR_L4E)) >> L4E_IPE_SHIFT;

	if (info->status & RX_ERROR_RXE)
		errors |= 1;
	return (uint64_t)info->vlan << RX_VLAN_SHIFT | errors << 40 | status << 32 |
	       (uint32_t)info->checksum << 16;
}

static void write_back_legacy(uint64_t *descriptor, const struct nic_rx_info *info, size_t len,
			      bool last)
{
	uint64_t value = (uint64_t)RX_DD << 32 | len;

	if (last)
		value |= (uint64_t)RX_EOP << 32 | legacy_status(info);
	/* Pairs with the driver's acquiring read of DD: the frame is there before it. */
	__atomic_store_n(&descriptor[1], value, __ATOMIC_RELEASE);
}

/* 7.1.6.2: only the last descriptor tells of the frame, only the first of its header. */
static void write_back(uint64_t *descriptor, const struct nic_rx_info *info, size_t len, bool last,
		       const struct split *split)
{
	descriptor_t value = { 0 };

	if (split)
		value[0] |= split->first;
	value[1] = (uint64_t)len << LENGTH_SHIFT | RX_DD | (split ? split->errors : 0);
	if (last) {
		value[0] |= (uint64_t)info->checksum << CHECKSUM_SHIFT |
			    (uint64_t)info->hash << HASH_SHIFT | info->types << TYPES_SHIFT |
			    info->rss_type;
		value[1] |= (uint64_t)info->vlan << RX_VLAN_SHIFT | info->status | RX_EOP;
	}
	/* Pairs with the driver's acquiring read of DD: the frame is there before it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	*(volatile descriptor_t *)descriptor = value;
}

/* Of a queue's descriptor: NULL if it is not mapped. */
static uint64_t *descriptor_at(struct nic *nic, const struct nic_queue *queue, uint32_t i)
{
	size_t bytes = NIC_DESCRIPTOR_BYTES;
	void *at = nic_dma_both_ways(nic, queue->base_iova + i * NIC_DESCRIPTOR_BYTES, &bytes);

	return bytes < NIC_DESCRIPTOR_BYTES || (uintptr_t)at % NIC_DESCRIPTOR_BYTES ? NULL : at;
}

/*
 * A buffer that is not mapped loses its bytes, and the frame does not count as stored; a
 * descriptor that is not, loses the frame. Nobody tells the sender of a write that it is refused:
 * so the port goes on behind a descriptor that was read and could not be written back.
 */
bool nic_rx_write(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info)
{
	const struct nic_queue *queue = &nic->rx[info->queue];
	uint32_t head_offset = nic_rx_offset(info->queue, RDH);
	unsigned int type = descriptor_type(nic, info->queue);
	uint32_t size = buffer_size(nic, info->queue);
	struct split split = split_frame(nic, info);
	size_t len = info->len - split.bytes;
	bool reached = true;
	bool first = true;
	bool last;

	do {
		uint32_t head = nic_reg(nic, head_offset);
		uint64_t *descriptor = descriptor_at(nic, queue, head);
		size_t part = len < size ? len : size;

		if (!descriptor) {
			nic->counters.dropped_descriptor++;
			return false;
		}
		if (first && split.bytes) {
			uint64_t iova = __atomic_load_n(&descriptor[1], __ATOMIC_RELAXED);

			reached &= nic_dma_write(nic, iova & ~1ull, data, split.bytes);
			data += split.bytes;
		}
		if (part)
			reached &= nic_dma_write(
				nic, __atomic_load_n(&descriptor[0], __ATOMIC_RELAXED), data, part);
		last = part == len;
		if (!nic_dma_may_write(nic))
			reached = false;
		else if (type == SRRCTL_LEGACY)
			write_back_legacy(descriptor, info, part, last);
		else
			write_back(descriptor, info, part, last, first ? &split : NULL);
		nic_reg_set(nic, head_offset, head + 1 == queue->size ? 0 : head + 1);
		data += part;
		len -= part;
		first = false;
	} while (!last);
	nic->counters.stored += reached;
	nic_stats_queue_received(nic, info->queue, info->len);
	nic_interrupt_rx(nic, info->queue);
	return true;
}
