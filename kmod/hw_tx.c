// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: the unit once, then queues one by one. The device tells how far it
 * is by writing a queue's head to memory, not by touching descriptors, so that
 * those can be received into again as they are. Datasheet 4.6.8, 7.2.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define QUEUE_TIMEOUT_US 10000
#define DRAIN_STEP_US	 500
#define DESCRIPTOR_BYTES 16

/*
 * 4.6.8 and 4.6.11.3.4, no DCB and no VT: one packet buffer of 160 KB, one class of
 * traffic. MTQC changes only while the arbiter is disabled (7.2.1.2.1).
 */
void onepath_hw_tx_init(struct onepath_io *io)
{
	u32 n;

	onepath_set(io, REG_HLREG0, HLREG0_TXCRCEN | HLREG0_TXPADEN);
	onepath_set(io, REG_RTTDCS, RTTDCS_ARBDIS);
	onepath_write(io, REG_MTQC, 0);
	for (n = 0; n < 8; n++) {
		onepath_write(io, REG_TXPBSIZE(n), n ? 0 : TXPBSIZE_KB(160));
		onepath_write(io, REG_TXPBTHRESH(n), n ? 0 : 160 - 16);
	}
	onepath_write(io, REG_DTXMXSZRQ, 0xfff);
	for (n = 0; n < 2 * ONEPATH_HW_QUEUES; n++) {
		onepath_write(io, REG_RTTDQSEL, n);
		onepath_write(io, REG_RTTBCNRC, 0);
	}
	onepath_clear(io, REG_RTTDCS, RTTDCS_ARBDIS);
	onepath_set(io, REG_DMATXCTL, DMATXCTL_TE);
}

/**
 * onepath_hw_tx_start() - starts a transmit queue, empty
 * @io: the port
 * @queue: 0..63
 * @ring_iova: bus address of the descriptors, 128-byte aligned
 * @ring_size: descriptors, a power of two, 64..4096
 * @head_iova: bus address of the word that the head is written to, 16-byte aligned
 * @at: the descriptor that head and tail begin with, 0..@ring_size - 1
 *
 * 8.2.3.9.8 lets software write TDH before the queue is enabled (MISSING: whether to other
 * values than 0; the field holds all of them, and nothing forbids it). TDT is made the same
 * before the queue is enabled, as nothing may be sent yet (4.6.8: it is not moved on from
 * there until ENABLE reads 1). The head is not written to memory before a frame was sent.
 */
int onepath_hw_tx_start(struct onepath_io *io, u32 queue, u64 ring_iova, u32 ring_size,
			u64 head_iova, u32 at)
{
	onepath_write(io, REG_TDBAL(queue), (u32)ring_iova);
	onepath_write(io, REG_TDBAH(queue), ring_iova >> 32);
	onepath_write(io, REG_TDLEN(queue), ring_size * DESCRIPTOR_BYTES);
	/* Relaxed ordering off, or an older head may overtake a newer one (7.2.3.5.2). */
	onepath_clear(io, REG_DCA_TXCTRL(queue), DCA_TXCTRL_DESC_WB_RO_EN);
	onepath_write(io, REG_TDWBAH(queue), head_iova >> 32);
	onepath_write(io, REG_TDWBAL(queue), (u32)head_iova | TDWBAL_HEAD_WB_EN);
	onepath_write(io, REG_TDH(queue), at);
	onepath_write(io, REG_TDT(queue), at);

	/*
	 * WTHRESH 0, which head write-back demands. Prefetch from 36 descriptors down,
	 * when 4 or more wait: the 82599's on-die store holds 40 (7.2.3.4.1).
	 */
	onepath_write(io, REG_TXDCTL(queue),
		      TXDCTL_PTHRESH(36) | TXDCTL_HTHRESH(4) | TXDCTL_ENABLE);
	return onepath_hw_wait(io, REG_TXDCTL(queue), TXDCTL_ENABLE, TXDCTL_ENABLE,
			       QUEUE_TIMEOUT_US);
}

/**
 * onepath_hw_tx_stop() - stops a transmit queue, empty if it can be had in time
 * @io: the port
 * @queue: 0..63
 * @drain_us: how long it may be waited for; what was needed is taken off
 *
 * 4.6.8.1: a queue is disabled when it is empty. But not for ever: the link may be down, or
 * the NF may have written nonsense to the tail.
 */
int onepath_hw_tx_stop(struct onepath_io *io, u32 queue, u32 *drain_us)
{
	while (onepath_read(io, REG_TDH(queue)) != onepath_read(io, REG_TDT(queue))) {
		if (*drain_us < DRAIN_STEP_US)
			break;
		io->sleep_us(io, DRAIN_STEP_US);
		*drain_us -= DRAIN_STEP_US;
	}
	onepath_clear(io, REG_TXDCTL(queue), TXDCTL_ENABLE);
	return onepath_hw_wait(io, REG_TXDCTL(queue), TXDCTL_ENABLE, 0, QUEUE_TIMEOUT_US);
}

/**
 * onepath_hw_tx_position() - how far a transmit queue is, and how far it may go
 * @io: the port
 * @queue: 0..63
 * @head: the first descriptor that is not done (TDH)
 * @tail: the first one that the NF has not given (TDT): whatever it wrote there
 *
 * 7.2.3.4: while the queue is enabled, TDH may run ahead of what was written back to memory.
 */
void onepath_hw_tx_position(struct onepath_io *io, u32 queue, u32 *head, u32 *tail)
{
	*head = onepath_read(io, REG_TDH(queue));
	*tail = onepath_read(io, REG_TDT(queue));
}

/* Where the queue's tail lies in BAR0, for the doorbell mapping. */
u32 onepath_hw_tdt(u32 queue)
{
	return REG_TDT(queue);
}
