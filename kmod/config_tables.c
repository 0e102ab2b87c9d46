// SPDX-License-Identifier: GPL-2.0
/*
 * Settings that are tables: addresses and VLANs that a port receives, and how it spreads
 * frames over its receive queues. Each is set as a whole. Beside config.c, which has the
 * rest, and the locks.
 */
#include <linux/build_bug.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "config.h"

#define HASH_ALL                                                                             \
	(ONEPATH_RSS_IPV4 | ONEPATH_RSS_TCP_IPV4 | ONEPATH_RSS_UDP_IPV4 | ONEPATH_RSS_IPV6 | \
	 ONEPATH_RSS_TCP_IPV6 | ONEPATH_RSS_UDP_IPV6)

static_assert(ONEPATH_RSS_IPV4 == ONEPATH_HW_RSS_IPV4);
static_assert(ONEPATH_RSS_TCP_IPV4 == ONEPATH_HW_RSS_TCP_IPV4);
static_assert(ONEPATH_RSS_UDP_IPV4 == ONEPATH_HW_RSS_UDP_IPV4);
static_assert(ONEPATH_RSS_IPV6 == ONEPATH_HW_RSS_IPV6);
static_assert(ONEPATH_RSS_TCP_IPV6 == ONEPATH_HW_RSS_TCP_IPV6);
static_assert(ONEPATH_RSS_UDP_IPV6 == ONEPATH_HW_RSS_UDP_IPV6);
static_assert(ONEPATH_ADDRESSES_MAX == ONEPATH_HW_ADDRESSES_MAX);
static_assert(ONEPATH_RSS_KEY_BYTES == ONEPATH_HW_RSS_KEY_BYTES);
static_assert(ONEPATH_RSS_TABLE_ENTRIES == ONEPATH_HW_RSS_TABLE_ENTRIES);
static_assert(ONEPATH_RX_QUEUES == ONEPATH_HW_RX_QUEUES);

static int onepath_config_write_addresses(struct onepath_io *io,
					  const struct onepath_config *config)
{
	return onepath_hw_addresses_set(io, config->addresses.list, config->addresses.count);
}

static int onepath_config_write_vlans(struct onepath_io *io, const struct onepath_config *config)
{
	return onepath_hw_vlans_set(io, config->vlans.flags & ONEPATH_VLAN_FILTER,
				    config->vlans.ids);
}

static int onepath_config_write_rss(struct onepath_io *io, const struct onepath_config *config)
{
	return onepath_hw_rss_set(io, config->rss.hash, config->rss.key, config->rss.table);
}

/* To a port that was just initialised; what is empty is so already. */
int onepath_config_write_tables(struct onepath_io *io, const struct onepath_config *config)
{
	int rc = 0;

	if (config->addresses.count)
		rc = onepath_config_write_addresses(io, config);
	if (!rc && memchr_inv(&config->vlans, 0, sizeof(config->vlans)))
		rc = onepath_config_write_vlans(io, config);
	if (!rc && memchr_inv(&config->rss, 0, sizeof(config->rss)))
		rc = onepath_config_write_rss(io, config);
	return rc;
}

/**
 * struct onepath_config_part - a setting that is set as a whole
 * @offset: where it is in struct onepath_config
 * @bytes: its size
 * @write: gives it to the device
 */
struct onepath_config_part {
	size_t offset;
	size_t bytes;
	int (*write)(struct onepath_io *io, const struct onepath_config *config);
};

static const struct onepath_config_part onepath_config_addresses = {
	offsetof(struct onepath_config, addresses),
	sizeof_field(struct onepath_config, addresses),
	onepath_config_write_addresses,
};

static const struct onepath_config_part onepath_config_vlans = {
	offsetof(struct onepath_config, vlans),
	sizeof_field(struct onepath_config, vlans),
	onepath_config_write_vlans,
};

static const struct onepath_config_part onepath_config_rss = {
	offsetof(struct onepath_config, rss),
	sizeof_field(struct onepath_config, rss),
	onepath_config_write_rss,
};

/* Takes over @part of @next. If the device does not take it, the old one is still there. */
static long onepath_config_set_part(struct onepath_port *port, bool keep,
				    const struct onepath_config_part *part,
				    const struct onepath_config *next)
{
	const void *value = (const void *)next + part->offset;
	struct onepath_owner *owner;
	int rc = onepath_config_lock(port, &owner);

	if (!rc && owner)
		rc = part->write(&port->io, next);
	if (!rc)
		memcpy((void *)&port->config + part->offset, value, part->bytes);
	if (!rc && keep)
		memcpy((void *)&port->kept + part->offset, value, part->bytes);
	return onepath_config_unlock(port, owner, rc);
}

static bool onepath_config_addresses_valid(const struct onepath_config *next)
{
	u32 n;

	for (n = 0; n < next->addresses.count; n++)
		if (!memchr_inv(next->addresses.list + 6 * n, 0, 6))
			return false;
	return true;
}

static long onepath_config_addresses_set(struct onepath_port *port, bool keep, void __user *user,
					 struct onepath_config *next)
{
	struct onepath_port_addresses args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (args.count > ONEPATH_ADDRESSES_MAX)
		return -EINVAL;
	next->addresses.count = args.count;
	if (copy_from_user(next->addresses.list, u64_to_user_ptr(args.addresses), 6 * args.count))
		return -EFAULT;
	if (!onepath_config_addresses_valid(next))
		return -EINVAL;
	return onepath_config_set_part(port, keep, &onepath_config_addresses, next);
}

static long onepath_config_addresses_get(struct onepath_port *port, bool keep, void __user *user,
					 struct onepath_config *got)
{
	struct onepath_port_addresses args;
	struct onepath_owner *owner;
	u32 room;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	rc = onepath_config_lock(port, &owner);
	if (!rc && owner)
		got->addresses.count = onepath_hw_addresses_get(&port->io, got->addresses.list);
	else if (!rc)
		got->addresses = port->kept.addresses;
	rc = onepath_config_unlock(port, owner, rc);
	if (rc)
		return rc;
	room = min(args.count, got->addresses.count);
	args.count = got->addresses.count;
	if (copy_to_user(u64_to_user_ptr(args.addresses), got->addresses.list, 6 * room))
		return -EFAULT;
	return onepath_return_args(user, &args, sizeof(args));
}

static long onepath_config_vlans_set(struct onepath_port *port, bool keep, void __user *user,
				     struct onepath_config *next)
{
	int rc = onepath_copy_args(&next->vlans, sizeof(next->vlans), user);

	if (rc)
		return rc;
	if (next->vlans.flags & ~ONEPATH_VLAN_FILTER)
		return -EINVAL;
	next->vlans.size = 0;
	return onepath_config_set_part(port, keep, &onepath_config_vlans, next);
}

static long onepath_config_vlans_get(struct onepath_port *port, bool keep, void __user *user,
				     struct onepath_config *got)
{
	struct onepath_owner *owner;
	u32 size;
	int rc = onepath_copy_args(&got->vlans, sizeof(got->vlans), user);

	if (rc)
		return rc;
	size = got->vlans.size;
	rc = onepath_config_lock(port, &owner);
	if (!rc && owner)
		got->vlans.flags =
			onepath_hw_vlans_get(&port->io, got->vlans.ids) ? ONEPATH_VLAN_FILTER : 0;
	else if (!rc)
		got->vlans = port->kept.vlans;
	got->vlans.size = size;
	rc = onepath_config_unlock(port, owner, rc);
	return rc ? rc : onepath_return_args(user, &got->vlans, sizeof(got->vlans));
}

static long onepath_config_rss_set(struct onepath_port *port, bool keep, void __user *user,
				   struct onepath_config *next)
{
	int rc = onepath_copy_args(&next->rss, sizeof(next->rss), user);
	u32 n;

	if (rc)
		return rc;
	if (next->rss.hash & ~HASH_ALL)
		return -EINVAL;
	for (n = 0; n < ONEPATH_RSS_TABLE_ENTRIES; n++)
		if (next->rss.table[n] >= ONEPATH_RX_QUEUES)
			return -EINVAL;
	next->rss.size = 0;
	return onepath_config_set_part(port, keep, &onepath_config_rss, next);
}

static long onepath_config_rss_get(struct onepath_port *port, bool keep, void __user *user,
				   struct onepath_config *got)
{
	struct onepath_owner *owner;
	u32 size;
	int rc = onepath_copy_args(&got->rss, sizeof(got->rss), user);

	if (rc)
		return rc;
	size = got->rss.size;
	rc = onepath_config_lock(port, &owner);
	if (!rc && owner)
		got->rss.hash = onepath_hw_rss_get(&port->io, got->rss.key, got->rss.table);
	else if (!rc)
		got->rss = port->kept.rss;
	got->rss.size = size;
	rc = onepath_config_unlock(port, owner, rc);
	return rc ? rc : onepath_return_args(user, &got->rss, sizeof(got->rss));
}

/* @keep: to set; what is set is kept for later owners. @scratch is too large for the stack. */
static const struct {
	unsigned int cmd;
	long (*call)(struct onepath_port *port, bool keep, void __user *user,
		     struct onepath_config *scratch);
} onepath_config_calls[] = {
	{ ONEPATH_PORT_ADDRESSES_SET, onepath_config_addresses_set },
	{ ONEPATH_PORT_ADDRESSES_GET, onepath_config_addresses_get },
	{ ONEPATH_PORT_VLANS_SET, onepath_config_vlans_set },
	{ ONEPATH_PORT_VLANS_GET, onepath_config_vlans_get },
	{ ONEPATH_PORT_RSS_SET, onepath_config_rss_set },
	{ ONEPATH_PORT_RSS_GET, onepath_config_rss_get },
};

long onepath_config_tables_ioctl(struct onepath_port *port, bool keep, unsigned int cmd,
				 void __user *user)
{
	struct onepath_config *scratch;
	unsigned int n = 0;
	long rc;

	while (onepath_config_calls[n].cmd != cmd)
		if (++n == ARRAY_SIZE(onepath_config_calls))
			return -ENOTTY;
	scratch = kzalloc(sizeof(*scratch), GFP_KERNEL_ACCOUNT);
	if (!scratch)
		return -ENOMEM;
	rc = onepath_config_calls[n].call(port, keep, user, scratch);
	kfree(scratch);
	return rc;
}
