// SPDX-License-Identifier: GPL-2.0
/*
 * The link: how it comes up is in the EEPROM (AUTOC's link mode); all that is
 * left to do is to start it and to read how it is. Datasheet 4.6.4.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

/*
 * Starts the link, unless it is up. Does not wait: a link may take seconds. The laser is
 * turned on first: Linux's ixgbe leaves SDP3, the SFP+ module's TX_DISABLE, high when its
 * interface goes down, and no reset short of power-on clears it (8.2.3.1.4).
 */
void onepath_hw_link_start(struct onepath_io *io)
{
	onepath_clear(io, REG_ESDP, ESDP_SDP3_DATA);
	if (!(onepath_read(io, REG_LINKS) & LINKS_UP))
		onepath_set(io, REG_AUTOC, AUTOC_RESTART_AN);
}

/* 0 while the link is down (8.2.3.22.20). */
u32 onepath_hw_link_speed_mbps(struct onepath_io *io)
{
	u32 links = onepath_read(io, REG_LINKS);

	if (!(links & LINKS_UP))
		return 0;
	switch (links & LINKS_SPEED) {
	case LINKS_SPEED_10G:
		return 10000;
	case LINKS_SPEED_1G:
		return 1000;
	case LINKS_SPEED_100M:
		return 100;
	default:
		return 0;
	}
}
