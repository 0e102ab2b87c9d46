// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive: a frame from the wire (or looped back) is judged, counted, given a
 * queue, and written to its descriptors; rx.h lists the steps. Without DROP_EN
 * a frame waits in the packet buffer until descriptors come.
 */
#include <stdlib.h>
#include <string.h>

#include "rx.h"

/* A frame in the packet buffer, in the order of arrival. */
struct nic_held_frame {
	struct nic_held_frame *next;
	struct nic_rx_info info;
	uint8_t data[];
};

/* 8.2.3.22: the largest frame with CRC; a tag may add to it. */
static size_t max_frame(const struct nic *nic, bool tagged)
{
	size_t max = 1518;

	if (nic_reg(nic, HLREG0) & HLREG0_JUMBOEN)
		max = nic_reg(nic, MAXFRS) >> 16;
	return max + (tagged ? 4 : 0);
}

static void drop(struct nic *nic, unsigned int queue)
{
	nic_stats_queue_dropped(nic, queue);
	nic->counters.dropped_descriptor++;
}

static bool hold(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info)
{
	struct nic_held_frame *held = NULL;

	if (nic->held_bytes + info->len <= (nic_reg(nic, RXPBSIZE) & RXPBSIZE_SIZE))
		held = malloc(sizeof(*held) + info->len);
	if (!held) {
		nic_stats_add(nic, RXMPC, 1);
		nic->counters.dropped_descriptor++;
		nic_interrupt_cause(nic, EICR_RX_MISS);
		return false;
	}
	held->next = NULL;
	held->info = *info;
	memcpy(held->data, data, info->len);
	*nic->held_last = held;
	nic->held_last = &held->next;
	nic->held_bytes += info->len;
	nic_pause_filled(nic);
	return true;
}

static void release_first(struct nic *nic)
{
	struct nic_held_frame *held = nic->held_first;

	nic->held_first = held->next;
	if (!nic->held_first)
		nic->held_last = &nic->held_first;
	nic->held_bytes -= held->info.len;
	free(held);
}

void nic_rx_drop_held(struct nic *nic)
{
	while (nic->held_first)
		release_first(nic);
}

/* A queue that is on, has no descriptor and may not drop blocks the packet buffer. */
static bool must_wait(const struct nic *nic, const struct nic_rx_info *info)
{
	uint32_t control = nic_reg(nic, nic_rx_offset(info->queue, SRRCTL));

	return nic->rx[info->queue].enabled && !(control & SRRCTL_DROP_EN) &&
	       nic_rx_can_write(nic, info->queue) &&
	       (nic_dma_blocked(nic) || !nic_rx_has_room(nic, info));
}

/* A frame that leaves the packet buffer: to its queue's descriptors, or nowhere. */
static bool store(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info)
{
	if (!nic_rx_can_write(nic, info->queue)) {
		nic->counters.unsupported++;
		return false;
	}
	if (nic->rx[info->queue].enabled && !nic_dma_blocked(nic) && nic_rx_has_room(nic, info))
		return nic_rx_write(nic, data, info);
	drop(nic, info->queue);
	return false;
}

/* MISSING: which frames wait behind one that waits. All do, as the packet buffer is one queue. */
void nic_rx_run_held(struct nic *nic)
{
	while (nic->held_first && !nic_dma_blocked(nic) &&
	       !must_wait(nic, &nic->held_first->info)) {
		store(nic, nic->held_first->data, &nic->held_first->info);
		release_first(nic);
	}
	nic_pause_emptied(nic);
}

/* Puts the frame as software shall see it into @to: CRC kept or not, VLAN tag taken out or not. */
static void prepare(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors,
		    const struct nic_packet *packet, uint8_t *to, struct nic_rx_info *info)
{
	bool strip_tag = nic_reg(nic, nic_rx_offset(info->queue, RXDCTL)) & RXDCTL_VME;
	size_t cut = 0;

	if (strip_tag && packet->tagged) {
		nic->counters.tags_removed++;
		info->status |= RX_VP;
		info->vlan = packet->tag;
		info->header -= info->header ? 4 : 0;
		memcpy(to, frame, 12);
		cut = 16;
		to += 12;
	}
	memcpy(to, frame + cut, len - cut);
	info->len = cut ? len - 4 : len;
	if (!(nic_reg(nic, HLREG0) & HLREG0_RXCRCSTRP)) {
		uint32_t crc = nic_crc32(frame, len);

		if (errors & NIC_WIRE_CRC_ERROR)
			crc = ~crc;
		memcpy(to + len - cut, &crc, NIC_CRC_BYTES);
		info->len += NIC_CRC_BYTES;
	}
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

/* Counted before the filters, as far as the datasheet tells. */
static void count_unfiltered(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	size_t size = len + NIC_CRC_BYTES;

	nic_stats_add(nic, TPR, 1);
	nic_stats_add64(nic, TORL, size);
	if (!errors && len >= NIC_FRAME_MIN &&
	    size <= max_frame(nic, nic_rx_is_tagged(nic, frame, len))) {
		nic_stats_add(nic, RXNFGPC, 1);
		nic_stats_add64(nic, RXNFGPC + 4, size);
	}
}

/* What the descriptor says of an accepted frame, and where it goes. */
static void classify(struct nic *nic, const uint8_t *frame, size_t len, struct nic_packet *packet,
		     struct nic_rx_info *info)
{
	info->len = len;
	nic_packet_parse(frame, len, nic_reg(nic, VLNCTRL) & VLNCTRL_VET, packet);
	nic_rx_choose_queue(nic, frame, packet, info);
	nic_rx_checksum(nic, frame, packet, info);
	if ((info->status & RX_L4CS) && !(info->status & RX_ERROR_L4E))
		nic->counters.sums_checked++;
	info->header = nic_packet_header(packet, nic_reg(nic, PSRTYPE));
}

bool nic_rx_deliver(struct nic *nic, const uint8_t *data, const struct nic_rx_info *info)
{
	if (nic->held_first || must_wait(nic, info))
		return hold(nic, data, info);
	return store(nic, data, info);
}

bool nic_rx_frame(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	uint8_t copy[NIC_FRAME_MAX + NIC_CRC_BYTES];
	struct nic_rx_info info = { 0 };
	struct nic_packet packet;
	bool inexact;

	count_unfiltered(nic, frame, len, errors);
	if (nic_pause_received(nic, frame, len, errors))
		return false;
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
		info.status |= RX_ERROR_RXE;
	}
	if (inexact)
		info.status |= RX_PIF;
	classify(nic, frame, len, &packet, &info);
	if ((nic_reg(nic, nic_rx_offset(info.queue, RXDCTL)) & RXDCTL_VME) ||
	    !(nic_reg(nic, HLREG0) & HLREG0_RXCRCSTRP)) {
		prepare(nic, frame, len, errors, &packet, copy, &info);
		frame = copy;
	}
	if (nic_faults_hold(nic) && nic_fault_holds_rx(nic, frame, &info))
		return true;
	return nic_rx_deliver(nic, frame, &info);
}

/* In loopback the MAC hears itself, not the wire. */
static bool listens(const struct nic *nic)
{
	return nic_link_up(nic) && nic_rx_running(nic) && !(nic_reg(nic, HLREG0) & HLREG0_LPBK);
}

bool nic_receive(struct nic *nic, const uint8_t *frame, size_t len, unsigned int errors)
{
	nic_advance(nic);
	nic->counters.wire_in++;
	if (!listens(nic) || nic->faults.stopped) {
		nic->counters.dropped_link++;
		return false;
	}
	if (!len || len > NIC_FRAME_MAX) {
		nic->counters.dropped_error++;
		return false;
	}
	if (nic->faults.on)
		errors |= nic_fault_wire_errors(nic);
	return nic_rx_frame(nic, frame, len, errors);
}

/* Nobody knows which queue the next frame is for: every enabled one must have room for it. */
bool nic_can_receive(const struct nic *nic)
{
	unsigned int waiting =
		nic->faults.frame_count; /* which have descriptors, but not written */
	size_t longest = max_frame(nic, true);

	if (!listens(nic) || nic_dma_blocked(nic) || nic->held_first || !nic->rx_queues)
		return false;
	for (unsigned int i = 0; i < nic->rx_queues; i++) {
		if (nic->rx[i].enabled && !nic_rx_has_room_for_any(nic, i, longest, waiting))
			return false;
	}
	return true;
}
