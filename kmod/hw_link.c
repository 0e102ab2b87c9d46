// SPDX-License-Identifier: GPL-2.0
/*
 * The link: how it comes up is in the EEPROM (AUTOC's link mode), unless another
 * speed is asked for; then it is started, and read how it is. Datasheet 4.6.4.
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

/**
 * onepath_hw_speeds_get() - the speeds that the link may take, by AUTOC's link mode
 * @io: the port
 *
 * Returns ONEPATH_HW_SPEED_*.
 */
u32 onepath_hw_speeds_get(struct onepath_io *io)
{
	switch (onepath_read(io, REG_AUTOC) & AUTOC_LMS) {
	case AUTOC_LMS_1G:
	case AUTOC_LMS_1G_AN:
	case AUTOC_LMS_SGMII:
		return ONEPATH_HW_SPEED_1G;
	case AUTOC_LMS_10G_PARALLEL:
	case AUTOC_LMS_10G_SERIAL:
		return ONEPATH_HW_SPEED_10G;
	default: /* the backplane modes negotiate */
		return ONEPATH_HW_SPEED_1G | ONEPATH_HW_SPEED_10G;
	}
}

/* An SFP+ cage: SFI, for both speeds (8.2.3.22.19, 8.2.3.22.22). */
static bool onepath_hw_link_is_sfi(struct onepath_io *io)
{
	u32 autoc = onepath_read(io, REG_AUTOC);
	u32 mode = autoc & AUTOC_LMS;

	return (mode == AUTOC_LMS_1G || mode == AUTOC_LMS_1G_AN || mode == AUTOC_LMS_10G_SERIAL) &&
	       !(autoc & AUTOC_1G_PMA_PMD) &&
	       (onepath_read(io, REG_AUTOC2) & AUTOC2_10G_SERIAL) == AUTOC2_10G_SERIAL_SFI;
}

/**
 * onepath_hw_speeds_check() - whether onepath_hw_speeds_set() could do it; changes nothing
 * @io: the port
 * @speeds: ONEPATH_HW_SPEED_*, at least one
 *
 * Returns -EOPNOTSUPP if the port has a link that cannot be changed, or for both speeds.
 */
int onepath_hw_speeds_check(struct onepath_io *io, u32 speeds)
{
	bool both = speeds == (ONEPATH_HW_SPEED_1G | ONEPATH_HW_SPEED_10G);

	if (speeds == onepath_hw_speeds_get(io) || (!both && onepath_hw_link_is_sfi(io)))
		return 0;
	/* a device that is gone is no kind of link */
	return onepath_hw_gone(io) ? -ENODEV : -EOPNOTSUPP;
}

/**
 * onepath_hw_speeds_set() - chooses the link's speed
 * @io: the port
 * @speeds: ONEPATH_HW_SPEED_*, at least one
 *
 * An SFI link takes one speed, whatever the peer does; SDP5 tells it to modules that know both,
 * through their rate select pins (MISSING: 8.2.3.1.4 leaves the wiring to the board; that of
 * Intel's cards, which Linux's ixgbe relies on). The link goes down if anything changes.
 *
 * Returns what onepath_hw_speeds_check() does.
 */
int onepath_hw_speeds_set(struct onepath_io *io, u32 speeds)
{
	bool fast = speeds == ONEPATH_HW_SPEED_10G;
	int rc = onepath_hw_speeds_check(io, speeds);
	u32 autoc;

	if (rc || speeds == onepath_hw_speeds_get(io))
		return rc;
	if (fast)
		onepath_set(io, REG_ESDP, ESDP_SDP5_DATA | ESDP_SDP5_OUTPUT);
	else
		onepath_write(io, REG_ESDP,
			      (onepath_read(io, REG_ESDP) & ~ESDP_SDP5_DATA) | ESDP_SDP5_OUTPUT);
	autoc = onepath_read(io, REG_AUTOC) & ~AUTOC_LMS;
	autoc |= fast ? AUTOC_LMS_10G_SERIAL : AUTOC_LMS_1G_AN;
	onepath_write(io, REG_AUTOC, autoc | AUTOC_RESTART_AN);
	return 0;
}
