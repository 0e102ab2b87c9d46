// SPDX-License-Identifier: BSD-3-Clause
/*
 * Transmit rings: the descriptors between head and tail are taken a packet at
 * a time and given to tx_packet.c. A packet whose descriptors are not all there
 * yet waits. Completion is a head write-back or the DD bit, at once or, with
 * WTHRESH, when enough have gathered (7.2.3.5).
 */
#include "tx.h"

/*
 * So many packets and frames from one nic_poll() to the next, which goes on. Large sends with an MSS
 * of 1 in each descriptor of the longest ring, or a ring of nothing that is rung again and again,
 * would otherwise keep this port, and all others of the process, for minutes.
 */
#define WORK_PER_POLL 16384u

#define ITR_UNIT_NS 2000ull /* of EITR, at 10 Gb/s and 1 Gb/s */

/* Descriptors lie together in memory as far as one DMA reaches. */
struct window {
	uint64_t *words;
	uint32_t first;
	uint32_t count;
	bool write;
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

static uint32_t ring_add(const struct nic_queue *queue, uint32_t at, uint32_t count)
{
	return at + count >= queue->size ? at + count - queue->size : at + count;
}

/*
 * Reads the packet at @head, each descriptor once: the guest may change them at any time. False:
 * its end is not there yet, or a descriptor is not readable.
 */
static bool gather(struct nic *nic, const struct nic_queue *queue, struct window *window,
		   uint32_t head, uint32_t tail, struct nic_tx_packet *packet)
{
	packet->count = 0;
	while (head != tail) {
		const uint64_t *words = descriptor(nic, queue, window, head);
		struct nic_tx_descriptor read;
		bool context;

		if (!words)
			return false;
		read.address = __atomic_load_n(&words[0], __ATOMIC_RELAXED);
		read.fields = __atomic_load_n(&words[1], __ATOMIC_RELAXED);
		if (packet->count < TX_DESCRIPTORS_MAX)
			packet->descriptors[packet->count] = read;
		packet->count++;
		context = nic_tx_is_context(read.fields);
		if (context ? packet->count == 1 : !!(read.fields & TX_EOP))
			return true;
		head = ring_add(queue, head, 1);
	}
	return false;
}

/*
 * 7.2.3.5.2: a descriptor with RS writes the head, which is the index of the
 * first descriptor that the port still has to send. No descriptor is written.
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

/*
 * Sets DD in @count descriptors, in those with RS or in @all. MISSING: what the reserved fields of
 * a written back descriptor hold; they stay as they were.
 */
static void write_done(struct nic *nic, const struct nic_queue *queue, struct window *window,
		       uint32_t first, uint32_t count, bool all)
{
	for (; count; count--) {
		uint64_t *words = descriptor(nic, queue, window, first);
		uint8_t *status;

		if (!words)
			return;
		status = (uint8_t *)&words[1] + 4;
		/* Pairs with the driver's acquiring read of DD: its buffer is free after it. */
		if (all || (__atomic_load_n(&words[1], __ATOMIC_RELAXED) & TX_RS))
			__atomic_store_n(status, *status | TX_DD, __ATOMIC_RELEASE);
		first = ring_add(queue, first, 1);
	}
}

/* The interval of the interrupt that the queue is mapped to, 0: none. */
static uint64_t interval_ns(const struct nic *nic, unsigned int index)
{
	uint32_t allocation = nic_reg(nic, IVAR + index / 2 * 4) >> (index % 2 * 16 + 8);
	bool multiple = nic_reg(nic, GPIE) & GPIE_MULTIPLE_MSIX;
	uint32_t eitr = nic_eitr_offset(multiple ? allocation & IVAR_ALLOCATION : 0);

	if (!(allocation & IVAR_VALID))
		return 0;
	return ((nic_reg(nic, eitr) & EITR_INTERVAL) >> EITR_INTERVAL_SHIFT) * ITR_UNIT_NS;
}

static void wake_at(struct nic *nic, uint64_t when)
{
	if (when < nic->tx_event_ns) {
		nic->tx_event_ns = when;
		nic_schedule(nic);
	}
}

/* 7.2.3.5.1, TXDCTL.SWFLSH: all that waits for WTHRESH is written back now. */
void nic_tx_flush(struct nic *nic, unsigned int index)
{
	struct nic_tx_state *state = &nic->tx_state[index];
	struct window window = { .write = true };

	state->flush_ns = NIC_NEVER;
	if (!state->done || nic_dma_blocked(nic))
		return;
	if (!nic_faults_hold(nic) ||
	    !nic_fault_holds_tx(nic, index, state->done_first, state->done, true)) {
		write_done(nic, &nic->tx[index], &window, state->done_first, state->done, true);
		nic_interrupt_tx(nic, index);
	}
	state->done = 0;
}

/*
 * 7.2.3.5.1: with WTHRESH, RS has no say. All descriptors are written back, when WTHRESH of them
 * have gathered or the interval of the queue's interrupt is over. With an interval of 0 only the
 * former happens. MISSING: where that interval begins; it is at the first that waits.
 */
static void gather_done(struct nic *nic, unsigned int index, uint32_t first, uint32_t count,
			uint32_t wthresh)
{
	struct nic_tx_state *state = &nic->tx_state[index];
	uint64_t interval;

	if (!state->done)
		state->done_first = first;
	state->done += count;
	if (state->done >= wthresh) {
		nic_tx_flush(nic, index);
		return;
	}
	interval = interval_ns(nic, index);
	if (state->flush_ns == NIC_NEVER && interval) {
		state->flush_ns = nic->host.now_ns(nic->host.opaque) + interval;
		wake_at(nic, state->flush_ns);
	}
}

static bool reports(const struct nic_tx_packet *packet)
{
	for (uint32_t i = 0; i < packet->count && i < TX_DESCRIPTORS_MAX; i++) {
		if (packet->descriptors[i].fields & TX_RS)
			return true;
	}
	return false;
}

/* Tells the completion of @packet, which begins at @head. True: an interrupt is due. */
static bool complete(struct nic *nic, struct window *window, const struct nic_tx_packet *packet,
		     uint32_t head)
{
	unsigned int index = packet->queue;
	const struct nic_queue *queue = &nic->tx[index];
	uint32_t wthresh = nic_tx_wthresh(nic, index);
	bool head_wb = nic_reg(nic, nic_tx_offset(index, TDWBAL)) & TDWBAL_HEAD_WB_EN;
	bool report = reports(packet);

	if (wthresh && !head_wb) {
		if (report && !nic->tx_state[index].rs_told) {
			nic_break(nic, RULE_TX_RS_WTHRESH, nic_tx_offset(index, TXDCTL), wthresh);
			nic->tx_state[index].rs_told = true;
		}
		gather_done(nic, index, head, packet->count, wthresh);
		return false;
	}
	if (!report)
		return false;
	if (nic_faults_hold(nic) && nic_fault_holds_tx(nic, index, head, packet->count, false))
		return false;
	if (head_wb)
		write_head(nic, index, ring_add(queue, head, packet->count));
	else
		write_done(nic, queue, window, head, packet->count, false);
	return true;
}

/* What a fault held back, unless the queue has stopped meanwhile: then nobody wants it. */
void nic_tx_write_back(struct nic *nic, unsigned int index, uint32_t first, uint32_t count,
		       bool all)
{
	const struct nic_queue *queue = &nic->tx[index];
	struct window window = { .write = true };

	if (!queue->enabled || first >= queue->size || count >= queue->size || nic_dma_blocked(nic))
		return;
	if (nic_reg(nic, nic_tx_offset(index, TDWBAL)) & TDWBAL_HEAD_WB_EN)
		write_head(nic, index, ring_add(queue, first, count));
	else
		write_done(nic, queue, &window, first, count, all);
	nic_interrupt_tx(nic, index);
}

static bool may_run(const struct nic *nic, unsigned int index)
{
	return nic->tx[index].enabled && !nic->pause.stopped &&
	       (nic_reg(nic, DMATXCTL) & DMATXCTL_TE) && !(nic_reg(nic, RTTDCS) & RTTDCS_ARBDIS) &&
	       !nic_dma_blocked(nic) && (nic_link_up(nic) || (nic_reg(nic, HLREG0) & HLREG0_LPBK));
}

void nic_tx_spend(struct nic *nic)
{
	if (nic->tx_work_left)
		nic->tx_work_left--;
}

void nic_tx_run(struct nic *nic, unsigned int index)
{
	struct nic_queue *queue = &nic->tx[index];
	uint32_t head_offset = nic_tx_offset(index, TDH);
	uint32_t head = nic_reg(nic, head_offset);
	uint32_t tail = nic_reg(nic, nic_tx_offset(index, TDT));
	struct window read = { 0 }, written = { .write = true };
	struct nic_tx_packet packet;
	bool interrupt = false;

	if (!may_run(nic, index) || head >= queue->size || tail >= queue->size)
		return;
	packet.queue = index;
	while (nic->tx_work_left && !nic->pause.stopped &&
	       gather(nic, queue, &read, head, tail, &packet)) {
		uint32_t next = ring_add(queue, head, packet.count);

		nic_tx_spend(nic);
		nic_tx_packet_send(nic, &packet);
		nic_reg_set(nic, head_offset, next);
		interrupt |= complete(nic, &written, &packet, head);
		head = next;
	}
	if (interrupt)
		nic_interrupt_tx(nic, index);
	if (head != tail && !nic->tx_work_left)
		wake_at(nic, 0);
}

/* The next time, begins with the queue after the one that used up the port's time. */
void nic_tx_run_all(struct nic *nic)
{
	unsigned int first = nic->tx_turn;

	for (unsigned int i = 0; i < NIC_QUEUES; i++) {
		unsigned int index = (first + i) % NIC_QUEUES;
		uint32_t left = nic->tx_work_left;

		if (nic->tx[index].enabled)
			nic_tx_run(nic, index);
		if (left && !nic->tx_work_left)
			nic->tx_turn = index + 1;
	}
}

void nic_tx_poll(struct nic *nic)
{
	nic->tx_work_left = WORK_PER_POLL;
}

/* What was put off: work beyond a poll's share, and write-backs at the end of an interval. */
void nic_tx_advance(struct nic *nic, uint64_t now)
{
	bool run = !nic->tx_event_ns;

	if (now < nic->tx_event_ns)
		return;
	nic->tx_event_ns = NIC_NEVER;
	for (unsigned int i = 0; i < NIC_QUEUES; i++) {
		struct nic_tx_state *state = &nic->tx_state[i];

		if (state->flush_ns <= now)
			nic_tx_flush(nic, i);
		else
			wake_at(nic, state->flush_ns);
	}
	if (run)
		nic_tx_run_all(nic);
}

/* Forgets contexts and write-backs: at a reset, and when the queue is enabled. */
void nic_tx_state_clear(struct nic *nic, unsigned int index)
{
	nic->tx_state[index] = (struct nic_tx_state){ .flush_ns = NIC_NEVER };
	nic->faults.tx[index].due_ns = NIC_NEVER;
}
