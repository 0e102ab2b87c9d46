// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames are received: the port's own address and broadcast always, more
 * addresses, all of a kind, or some VLANs only on request. No flow filter. All of it
 * changes while nothing is being received. Datasheet 7.1.1, 4.6.7.
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
	onepath_clear(io, REG_VLNCTRL, VLNCTRL_VFE);
}

/**
 * onepath_hw_filter_set() - lets in all of a kind (FCTRL, 8.2.3.7.1)
 * @io: the port
 * @filter: ONEPATH_HW_FILTER_*
 */
int onepath_hw_filter_set(struct onepath_io *io, u32 filter)
{
	u32 fctrl = FCTRL_BAM;
	int rc = onepath_hw_rx_hold(io);

	if (filter & ONEPATH_HW_FILTER_PROMISCUOUS)
		fctrl |= FCTRL_UPE;
	if (filter & ONEPATH_HW_FILTER_ALL_MULTICAST)
		fctrl |= FCTRL_MPE;
	if (!rc)
		onepath_write(io, REG_FCTRL, fctrl);
	onepath_hw_rx_release(io);
	return rc;
}

u32 onepath_hw_filter_get(struct onepath_io *io)
{
	u32 fctrl = onepath_read(io, REG_FCTRL);

	return (fctrl & FCTRL_UPE ? ONEPATH_HW_FILTER_PROMISCUOUS : 0) |
	       (fctrl & FCTRL_MPE ? ONEPATH_HW_FILTER_ALL_MULTICAST : 0);
}

/* RAL holds the first four bytes of an address, the first one lowest (8.2.3.7.9). */
static void onepath_hw_address_read(struct onepath_io *io, u32 entry, u8 address[6])
{
	u32 low = onepath_read(io, REG_RAL(entry));
	u32 high = onepath_read(io, REG_RAH(entry));
	int n;

	for (n = 0; n < 4; n++)
		address[n] = low >> (8 * n);
	address[4] = high;
	address[5] = high >> 8;
}

/* The burnt-in address: the EEPROM loads it into the first entry. */
void onepath_hw_filter_mac(struct onepath_io *io, u8 mac[6])
{
	onepath_hw_address_read(io, 0, mac);
}

/* MPSAR: for pool 0, the only one, as the port's own address (8.2.3.7.10). */
static void onepath_hw_address_write(struct onepath_io *io, u32 entry, const u8 *address)
{
	u32 low = address[0] | address[1] << 8 | address[2] << 16 | (u32)address[3] << 24;

	onepath_write(io, REG_RAL(entry), low);
	onepath_write(io, REG_MPSAR(2 * entry), 1);
	onepath_write(io, REG_RAH(entry), RAH_AV | address[4] | address[5] << 8);
}

/**
 * onepath_hw_addresses_set() - the addresses that are received beside the port's own
 * @io: the port
 * @addresses: unicast or multicast, in wire order, 6 bytes each
 * @count: 0..ONEPATH_HW_ADDRESSES_MAX
 *
 * An entry of RAL and RAH matches all 48 bits, of either kind (7.1.1.1.1; MISSING: that it
 * takes multicast as well is said of the 82598). The multicast hash, MTA, stays empty.
 */
int onepath_hw_addresses_set(struct onepath_io *io, const u8 *addresses, u32 count)
{
	int rc = onepath_hw_rx_hold(io);
	u32 n;

	for (n = 0; !rc && n < ONEPATH_HW_ADDRESSES_MAX; n++) {
		if (n < count) {
			onepath_hw_address_write(io, 1 + n, addresses + 6 * n);
		} else {
			onepath_write(io, REG_RAH(1 + n), 0);
			onepath_write(io, REG_MPSAR(2 * (1 + n)), 0);
		}
	}
	onepath_hw_rx_release(io);
	return rc;
}

/**
 * onepath_hw_addresses_get() - reads them back
 * @io: the port
 * @addresses: room for ONEPATH_HW_ADDRESSES_MAX
 *
 * Returns how many there are.
 */
u32 onepath_hw_addresses_get(struct onepath_io *io, u8 *addresses)
{
	u32 n, count = 0;

	for (n = 1; n <= ONEPATH_HW_ADDRESSES_MAX; n++)
		if (onepath_read(io, REG_RAH(n)) & RAH_AV)
			onepath_hw_address_read(io, n, addresses + 6 * count++);
	return count;
}

/**
 * onepath_hw_vlans_set() - which VLANs are received
 * @io: the port
 * @filter: tagged frames pass only if @ids has their tag; else all do (VLNCTRL.VFE, 7.1.1.2)
 * @ids: bit (id % 32) of word (id / 32)
 */
int onepath_hw_vlans_set(struct onepath_io *io, bool filter, const u32 ids[ONEPATH_HW_VLAN_WORDS])
{
	int rc = onepath_hw_rx_hold(io);
	u32 n;

	if (!rc) {
		for (n = 0; n < ONEPATH_HW_VLAN_WORDS; n++)
			onepath_write(io, REG_VFTA(n), ids[n]);
		if (filter)
			onepath_set(io, REG_VLNCTRL, VLNCTRL_VFE);
		else
			onepath_clear(io, REG_VLNCTRL, VLNCTRL_VFE);
	}
	onepath_hw_rx_release(io);
	return rc;
}

/* Reads them back; returns whether there is a filter. */
bool onepath_hw_vlans_get(struct onepath_io *io, u32 ids[ONEPATH_HW_VLAN_WORDS])
{
	u32 n;

	for (n = 0; n < ONEPATH_HW_VLAN_WORDS; n++)
		ids[n] = onepath_read(io, REG_VFTA(n));
	return onepath_read(io, REG_VLNCTRL) & VLNCTRL_VFE;
}
