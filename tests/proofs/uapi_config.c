// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port's settings (kmod/config.c, config_tables.c), with any arguments: what is accepted, and so
 * reaches the device, is what hw.h takes, and fits.
 */
#include "kernel.h"
#include "proof.h"
#include "config.c"
#include "config_tables.c"

#ifndef CALL
#define CALL 0
#endif

static bool accepted;

/* Whatever userspace has there. */
int onepath_copy_args(void *args, size_t size, const void *user)
{
	if (nondet_bool())
		return -EFAULT;
	__CPROVER_havoc_slice(args, size);
	return 0;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long bytes)
{
	if (nondet_bool())
		return bytes;
	if (bytes)
		__CPROVER_havoc_slice(to, bytes);
	return 0;
}

/* What is accepted goes here. */
int onepath_hw_addresses_set(struct onepath_io *io, const u8 *addresses, u32 count)
{
	prove(count <= ONEPATH_HW_ADDRESSES_MAX, "no more addresses than the device has");
	prove(__CPROVER_r_ok(addresses, 6 * count), "all of them are there");
	accepted = true;
	return nondet_bool() ? 0 : -ETIMEDOUT;
}

int onepath_hw_rss_set(struct onepath_io *io, u32 hash, const u8 key[ONEPATH_HW_RSS_KEY_BYTES],
		       const u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES])
{
	u32 entry = any_between(0, ONEPATH_HW_RSS_TABLE_ENTRIES - 1);

	prove(table[entry] < ONEPATH_HW_RX_QUEUES, "a table names queues that exist");
	prove(hash < 1 << 6, "a hash is of kinds of packets that hw.h names");
	accepted = true;
	return nondet_bool() ? 0 : -ETIMEDOUT;
}

int onepath_hw_vlans_set(struct onepath_io *io, bool filter, const u32 ids[ONEPATH_HW_VLAN_WORDS])
{
	prove(__CPROVER_r_ok(ids, 4 * ONEPATH_HW_VLAN_WORDS), "all VLANs are there");
	return nondet_bool() ? 0 : -ETIMEDOUT;
}

static void numbers(void)
{
	struct onepath_port_config args;

	if (!onepath_config_valid(&args))
		return;
	prove(!(args.set & ONEPATH_CONFIG_MTU) || (args.mtu >= 68 && args.mtu <= 9706),
	      "8.2.3.22.13: an MTU that the device takes");
	prove(!(args.set & ONEPATH_CONFIG_FILTER) || args.filter < 4, "filters that hw.h names");
	prove(!(args.set & ONEPATH_CONFIG_PAUSE) || args.pause < 4, "PAUSE as hw.h names it");
	prove(!(args.set & ONEPATH_CONFIG_SPEEDS) || (args.speeds >= 1 && args.speeds < 4),
	      "at least one speed, of those that hw.h names");
	prove(!(args.set >> 4), "fields that have no meaning are refused");
}

static void tables(void)
{
	static struct onepath_port port;

	onepath_config_tables_ioctl(&port, nondet_bool(), CALL, NULL);
}

int main(void)
{
	STEP();
	return 0;
}
