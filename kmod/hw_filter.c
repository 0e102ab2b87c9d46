// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames are received: the port's own address and broadcast always, more
 * on request. No VLAN filter, no flow filter. Datasheet 7.1.1, 4.6.7.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

static void onepath_hw_zero(struct onepath_io *io, u32 first, u32 count, u32 stride)
{
	u32 n;

	for (n = 0; n < count; n++)
		onepath_write(io, first + n * stride, 0);
}

/*
 * The tables are memory, which a reset does not clear (4.6.7). RAL0/RAH0 come from the
 * EEPROM; MPSAR[0] assigns that address to pool 0, the only one there is.
 */
void onepath_hw_filter_init(struct onepath_io *io)
{
	onepath_hw_zero(io, REG_MTA(0), 128, 4);
	onepath_hw_zero(io, REG_VFTA(0), 128, 4);
	onepath_hw_zero(io, REG_PFUTA(0), 128, 4);
	onepath_hw_zero(io, REG_PFVLVF(0), 64, 4);
	onepath_hw_zero(io, REG_PFVLVFB(0), 128, 4);
	onepath_hw_zero(io, REG_FTQF(0), 128, 4);
	onepath_hw_zero(io, REG_RAH(1), 127, 8);
	onepath_hw_zero(io, REG_MPSAR(1), 255, 4);
	onepath_write(io, REG_MPSAR(0), 1);
	onepath_write(io, REG_FCTRL, FCTRL_BAM);
}

/* 7.1.1, 8.2.3.7.1: FCTRL changes only while nothing is being received. */
int onepath_hw_filter_set(struct onepath_io *io, bool promiscuous, bool all_multicast)
{
	int rc = onepath_hw_rx_hold(io);

	if (!rc)
		onepath_write(io, REG_FCTRL,
			      FCTRL_BAM | (promiscuous ? FCTRL_UPE : 0) |
				      (all_multicast ? FCTRL_MPE : 0));
	onepath_hw_rx_release(io);
	return rc;
}

/* RAL0 holds the first four bytes of the address, the first one lowest (8.2.3.7.9). */
void onepath_hw_filter_mac(struct onepath_io *io, u8 mac[6])
{
	u32 low = onepath_read(io, REG_RAL(0));
	u32 high = onepath_read(io, REG_RAH(0));
	int n;

	for (n = 0; n < 4; n++)
		mac[n] = low >> (8 * n);
	mac[4] = high;
	mac[5] = high >> 8;
}
