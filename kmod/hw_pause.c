// SPDX-License-Identifier: GPL-2.0
/*
 * Link flow control, PAUSE frames of IEEE 802.3 annex 31B, both ways and each on
 * request only: a peer that says PAUSE for ever would stop every path to this port.
 * Which way is in use is not negotiated. Datasheet 3.7.7.3, 4.6.11.3.4.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define KB 1024
/* The one receive packet buffer, RXPBSIZE[0] (hw_rx.c). */
#define BUFFER_BYTES (512 * KB)
/*
 * What may still come after the buffer was found too full: frames on the cable and in both
 * MACs, and the longest one that the peer, or this port before its PAUSE, has just begun.
 * 3.7.7.3.2 makes that 46 KB for frames of 9.5 KB.
 */
#define MARGIN_BYTES	   (48 * KB)
#define MARGIN_UNUSED	   (24 * KB)
#define LOW_BYTES	   (256 * KB) /* enough to go on with until the peer's frames are there */
#define PAUSE_QUANTA	   0xffff /* of 512 bit times: 3.4 ms at 10 Gb/s */
#define PAUSE_AGAIN_QUANTA 0x8000 /* so much before its end it is said again */

/*
 * No DCB, no VT, PAUSE off. FCRTH[0] counts even so (MISSING: that it must be written with
 * flow control off).
 */
void onepath_hw_pause_init(struct onepath_io *io)
{
	u32 n;

	for (n = 0; n < 4; n++)
		onepath_write(io, REG_FCTTV(n), 0);
	for (n = 0; n < 8; n++) {
		onepath_write(io, REG_FCRTL(n), 0);
		onepath_write(io, REG_FCRTH(n), n ? 0 : BUFFER_BYTES - MARGIN_UNUSED);
	}
	onepath_write(io, REG_FCRTV, 0);
	onepath_write(io, REG_FCCFG, 0);
	onepath_write(io, REG_MFLCN, 0);
}

/* Begins with the thresholds and ends with the switch, or the other way round. */
static void onepath_hw_pause_tx(struct onepath_io *io, bool on)
{
	if (!on)
		onepath_write(io, REG_FCCFG, 0);
	onepath_write(io, REG_FCTTV(0), on ? PAUSE_QUANTA : 0);
	onepath_write(io, REG_FCRTV, on ? PAUSE_AGAIN_QUANTA : 0);
	onepath_write(io, REG_FCRTL(0), on ? FCRTL_XONE | LOW_BYTES : 0);
	onepath_write(io, REG_FCRTH(0),
		      on ? FCRTH_FCEN | (BUFFER_BYTES - MARGIN_BYTES)
			 : BUFFER_BYTES - MARGIN_UNUSED);
	if (on)
		onepath_write(io, REG_FCCFG, FCCFG_TFCE_LINK);
}

/**
 * onepath_hw_pause_set() - which PAUSE frames are obeyed and sent
 * @io: the port
 * @pause: ONEPATH_HW_PAUSE_*
 *
 * To hold the peer back, the packet buffer must fill: frames without a descriptor wait in it
 * then, and a queue that is not emptied holds up the port's other queues. PAUSE frames that
 * are obeyed go no further (MFLCN.DPF). MISSING: whether they are obeyed while RXCTRL.RXEN is
 * clear, as it is on a port that is only an output; so it is set.
 */
int onepath_hw_pause_set(struct onepath_io *io, u32 pause)
{
	bool rx = pause & ONEPATH_HW_PAUSE_RX, tx = pause & ONEPATH_HW_PAUSE_TX;
	int rc = rx ? onepath_hw_rx_enable(io) : 0;

	if (rc)
		return rc;
	onepath_write(io, REG_MFLCN, rx ? MFLCN_RFCE | MFLCN_DPF : 0);
	onepath_hw_pause_tx(io, tx);
	onepath_hw_rx_drop(io, !tx);
	return 0;
}

u32 onepath_hw_pause_get(struct onepath_io *io)
{
	return (onepath_read(io, REG_MFLCN) & MFLCN_RFCE ? ONEPATH_HW_PAUSE_RX : 0) |
	       (onepath_read(io, REG_FCCFG) & FCCFG_TFCE_LINK ? ONEPATH_HW_PAUSE_TX : 0);
}

/* The peer keeps the port from sending, right now (TFCS, 8.2.3.3.8). */
bool onepath_hw_paused(struct onepath_io *io)
{
	return !(onepath_read(io, REG_TFCS) & TFCS_TC_XON);
}
