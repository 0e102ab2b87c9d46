// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: the unit once, then queues one by one. Set up so that nothing can
 * arrive that the loop in userspace would have to check: one buffer holds any
 * frame, frames with errors are not stored, and a frame that finds no descriptor
 * is dropped, unless PAUSE is in use. Datasheet 4.6.7, 7.1.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define QUEUE_TIMEOUT_US 10000
#define SECRX_TIMEOUT_US 40000
#define DESCRIPTOR_BYTES 16
#define MTU_DEFAULT	 1500
/* Ethernet header and CRC; VLAN tags come on top by themselves (8.2.3.22.13) */
#define FRAME_OVERHEAD 18

/* MAXFRS counts with JUMBOEN only; without it the limit is that of 1500 bytes (8.2.3.22.8). */
static void onepath_hw_mtu_write(struct onepath_io *io, u32 mtu)
{
	onepath_write(io, REG_MAXFRS, MAXFRS_MFS(mtu + FRAME_OVERHEAD));
	if (mtu == MTU_DEFAULT)
		onepath_clear(io, REG_HLREG0, HLREG0_JUMBOEN);
	else
		onepath_set(io, REG_HLREG0, HLREG0_JUMBOEN);
}

/* Once after a reset. RXCTRL.RXEN comes with the first queue. */
void onepath_hw_rx_init(struct onepath_io *io)
{
	u32 rdrxctl, n;

	for (n = 0; n < 8; n++)
		onepath_write(io, REG_RXPBSIZE(n), n ? 0 : RXPBSIZE_KB(512));
	onepath_hw_mtu_write(io, MTU_DEFAULT);
	onepath_set(io, REG_HLREG0, HLREG0_RXCRCSTRP);

	/* 8.2.3.8.8: CRCSTRIP as in HLREG0, RSCFRSTSIZE 0, RSCACKC and FCOE_WRFIX set */
	rdrxctl = onepath_read(io, REG_RDRXCTL) & ~RDRXCTL_RSCFRSTSIZE;
	onepath_write(io, REG_RDRXCTL,
		      rdrxctl | RDRXCTL_CRCSTRIP | RDRXCTL_RSCACKC | RDRXCTL_FCOE_WRFIX);

	/* the end of 4.6.7: no snoop is disabled, and bit 12 of each queue's DCA_RXCTRL cleared */
	onepath_set(io, REG_CTRL_EXT, CTRL_EXT_NS_DIS);
	for (n = 0; n < ONEPATH_HW_QUEUES; n++)
		onepath_clear(io, REG_DCA_RXCTRL(n), DCA_RXCTRL_BIT12);
}

/* Lets no further frame into the receive unit and waits until it is empty (7.1.1, 8.2.3.12.9). */
int onepath_hw_rx_hold(struct onepath_io *io)
{
	onepath_set(io, REG_SECRXCTRL, SECRXCTRL_RX_DIS);
	return onepath_hw_wait(io, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY, SECRXSTAT_SECRX_RDY,
			       SECRX_TIMEOUT_US);
}

void onepath_hw_rx_release(struct onepath_io *io)
{
	onepath_clear(io, REG_SECRXCTRL, SECRXCTRL_RX_DIS);
}

/**
 * onepath_hw_rx_enable() - turns the receive unit on: with the first queue, at the latest
 * @io: the port
 *
 * Frames for queues that do not run are dropped. An erratum hangs receive DMA if traffic comes
 * while it is being enabled: held meanwhile.
 */
int onepath_hw_rx_enable(struct onepath_io *io)
{
	int rc;

	if (onepath_read(io, REG_RXCTRL) & RXCTRL_RXEN)
		return 0;
	rc = onepath_hw_rx_hold(io);
	if (!rc)
		onepath_set(io, REG_RXCTRL, RXCTRL_RXEN);
	onepath_hw_rx_release(io);
	return rc;
}

/**
 * onepath_hw_mtu_set() - the longest frame that is received
 * @io: the port
 * @mtu: bytes after the Ethernet header, 68..9706. No running queue's buffers may be too small.
 *
 * MAXFRS and HLREG0 change only while nothing is being received (4.6.7).
 */
int onepath_hw_mtu_set(struct onepath_io *io, u32 mtu)
{
	int rc = onepath_hw_rx_hold(io);

	if (!rc)
		onepath_hw_mtu_write(io, mtu);
	onepath_hw_rx_release(io);
	return rc;
}

u32 onepath_hw_mtu_get(struct onepath_io *io)
{
	if (!(onepath_read(io, REG_HLREG0) & HLREG0_JUMBOEN))
		return MTU_DEFAULT;
	return (onepath_read(io, REG_MAXFRS) >> 16) - FRAME_OVERHEAD;
}

/**
 * onepath_hw_rx_drop() - what becomes of a frame that finds no descriptor in its queue
 * @io: the port
 * @drop: it is dropped; else it waits in the packet buffer, and all others behind it
 *
 * For all queues; DROP_EN may change while they run (8.2.3.8.7).
 */
void onepath_hw_rx_drop(struct onepath_io *io, bool drop)
{
	u32 queue;

	for (queue = 0; queue < ONEPATH_HW_RX_QUEUES; queue++) {
		if (drop)
			onepath_set(io, REG_SRRCTL(queue), SRRCTL_DROP_EN);
		else
			onepath_clear(io, REG_SRRCTL(queue), SRRCTL_DROP_EN);
	}
}

/**
 * onepath_hw_rx_start() - starts a receive queue and gives it all descriptors but the last
 * @io: the port
 * @queue: 0..63
 * @ring_iova: bus address of the descriptors, 128-byte aligned
 * @ring_size: descriptors, a power of two, 64..4096
 * @buffer_bytes: what the device may write to a buffer: a multiple of 1 KB, 1 to 16 KB
 *	(SRRCTL.BSIZEPACKET, 8.2.3.8.7)
 *
 * A frame that finds no descriptor is dropped, unless PAUSE frames are to hold the peer back
 * (hw_pause.c).
 */
int onepath_hw_rx_start(struct onepath_io *io, u32 queue, u64 ring_iova, u32 ring_size,
			u32 buffer_bytes)
{
	u32 drop = onepath_hw_pause_get(io) & ONEPATH_HW_PAUSE_TX ? 0 : SRRCTL_DROP_EN;
	int rc;

	onepath_write(io, REG_RDBAL(queue), (u32)ring_iova);
	onepath_write(io, REG_RDBAH(queue), ring_iova >> 32);
	onepath_write(io, REG_RDLEN(queue), ring_size * DESCRIPTOR_BYTES);
	/* DESCTYPE 000 is the legacy descriptor */
	onepath_write(io, REG_SRRCTL(queue), SRRCTL_BSIZEPACKET_KB(buffer_bytes / 1024) | drop);
	onepath_write(io, REG_RDH(queue), 0);
	onepath_write(io, REG_RDT(queue), 0);

	onepath_set(io, REG_RXDCTL(queue), RXDCTL_ENABLE);
	rc = onepath_hw_wait(io, REG_RXDCTL(queue), RXDCTL_ENABLE, RXDCTL_ENABLE, QUEUE_TIMEOUT_US);
	if (rc)
		return rc;
	onepath_write(io, REG_RDT(queue), ring_size - 1);
	return onepath_hw_rx_enable(io);
}

/* 4.6.7.1.2: after ENABLE reads 0, memory is released only 100 us later. */
int onepath_hw_rx_stop(struct onepath_io *io, u32 queue)
{
	int rc;

	onepath_clear(io, REG_RXDCTL(queue), RXDCTL_ENABLE);
	rc = onepath_hw_wait(io, REG_RXDCTL(queue), RXDCTL_ENABLE, 0, QUEUE_TIMEOUT_US);
	io->sleep_us(io, 100);
	return rc;
}

/* The descriptor into which the next frame will be received (RDH, 8.2.3.8.4). */
u32 onepath_hw_rx_head(struct onepath_io *io, u32 queue)
{
	return onepath_read(io, REG_RDH(queue));
}

/* Where the queue's tail lies in BAR0, for the doorbell mapping. */
u32 onepath_hw_rdt(u32 queue)
{
	return REG_RDT(queue);
}
