// SPDX-License-Identifier: GPL-2.0
/*
 * A port's settings. There are two copies: port->config is in force, and is the owner's;
 * port->kept was made through O_WRONLY descriptors, and is what each owner begins with.
 * The device forgets most of it with each reset: port.c applies it again after each.
 * Here is what is a number; config_tables.c has addresses, VLANs and RSS.
 */
#include <linux/build_bug.h>
#include <linux/string.h>
#include "config.h"

#define SET_ALL \
	(ONEPATH_CONFIG_FILTER | ONEPATH_CONFIG_MTU | ONEPATH_CONFIG_PAUSE | ONEPATH_CONFIG_SPEEDS)
#define FILTER_ALL  (ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST)
#define PAUSE_ALL   (ONEPATH_PAUSE_RX | ONEPATH_PAUSE_TX)
#define SPEED_ALL   (ONEPATH_SPEED_1G | ONEPATH_SPEED_10G)
#define MTU_DEFAULT 1500

/* hw_*.c know nothing of the uapi, so that they have names of their own for the same bits. */
static_assert(ONEPATH_FILTER_PROMISCUOUS == ONEPATH_HW_FILTER_PROMISCUOUS);
static_assert(ONEPATH_FILTER_ALL_MULTICAST == ONEPATH_HW_FILTER_ALL_MULTICAST);
static_assert(ONEPATH_PAUSE_RX == ONEPATH_HW_PAUSE_RX);
static_assert(ONEPATH_PAUSE_TX == ONEPATH_HW_PAUSE_TX);
static_assert(ONEPATH_SPEED_1G == ONEPATH_HW_SPEED_1G);
static_assert(ONEPATH_SPEED_10G == ONEPATH_HW_SPEED_10G);

/* The fields of @set; the speed last, as it is the one that takes the link down. */
static int onepath_config_write_port(struct onepath_io *io, const struct onepath_port_config *port,
				     u32 set)
{
	int rc = 0;

	if (set & ONEPATH_CONFIG_SPEEDS)
		rc = onepath_hw_speeds_check(io, port->speeds);
	if (!rc && set & ONEPATH_CONFIG_FILTER)
		rc = onepath_hw_filter_set(io, port->filter);
	if (!rc && set & ONEPATH_CONFIG_MTU)
		rc = onepath_hw_mtu_set(io, port->mtu);
	if (!rc && set & ONEPATH_CONFIG_PAUSE)
		rc = onepath_hw_pause_set(io, port->pause);
	if (!rc && set & ONEPATH_CONFIG_SPEEDS)
		rc = onepath_hw_speeds_set(io, port->speeds);
	return rc;
}

/* Life of a port */

/* As the EEPROM has it, and the datasheet at first; once the port was reset for the first time. */
void onepath_config_init(struct onepath_port *port)
{
	port->kept.port.mtu = MTU_DEFAULT;
	port->kept.port.speeds = onepath_hw_speeds_get(&port->io);
	port->config = port->kept;
}

/**
 * onepath_config_begin() - an owner comes, and begins with what was kept
 * @port: its lock is held
 */
void onepath_config_begin(struct onepath_port *port)
{
	port->config = port->kept;
}

/**
 * onepath_config_end() - the owner is gone, and so are its settings
 * @port: was reset, its lock is held; only the link's speed outlives a reset
 */
void onepath_config_end(struct onepath_port *port)
{
	onepath_hw_speeds_set(&port->io, port->kept.port.speeds);
}

/**
 * onepath_config_apply() - gives a port that was just initialised its settings
 * @port: its lock is held
 *
 * What is as onepath_hw_init() leaves it is left so.
 */
int onepath_config_apply(struct onepath_port *port)
{
	const struct onepath_config *config = &port->config;
	struct onepath_io *io = &port->io;
	u32 set = ONEPATH_CONFIG_SPEEDS;
	int rc;

	set |= config->port.filter ? ONEPATH_CONFIG_FILTER : 0;
	set |= config->port.mtu != MTU_DEFAULT ? ONEPATH_CONFIG_MTU : 0;
	set |= config->port.pause ? ONEPATH_CONFIG_PAUSE : 0;
	rc = onepath_config_write_port(io, &config->port, set);
	return rc ? rc : onepath_config_write_tables(io, config);
}

/* Calls */

/* Locks port and owner; fails if the device cannot be asked, or need not, as nobody owns it. */
int onepath_config_lock(struct onepath_port *port, struct onepath_owner **owner)
{
	*owner = onepath_port_lock(port);
	if (*owner)
		return onepath_port_error(port);
	return port->state == ONEPATH_PORT_GONE ? -ENODEV : 0;
}

/* @rc is what hw_*.c said. */
int onepath_config_unlock(struct onepath_port *port, struct onepath_owner *owner, int rc)
{
	if (!rc && owner && onepath_hw_gone(&port->io))
		rc = -ENODEV;
	mutex_unlock(&port->lock);
	if (rc == -ENODEV && owner)
		onepath_port_break(port, rc);
	onepath_port_unlock_owner(owner);
	return rc;
}

/* Takes over the fields that @from->set names. */
static void onepath_config_merge(struct onepath_port_config *to,
				 const struct onepath_port_config *from)
{
	if (from->set & ONEPATH_CONFIG_FILTER)
		to->filter = from->filter;
	if (from->set & ONEPATH_CONFIG_MTU)
		to->mtu = from->mtu;
	if (from->set & ONEPATH_CONFIG_PAUSE)
		to->pause = from->pause;
	if (from->set & ONEPATH_CONFIG_SPEEDS)
		to->speeds = from->speeds;
}

static bool onepath_config_valid(const struct onepath_port_config *args)
{
	if (args->set & ~SET_ALL)
		return false;
	if (args->set & ONEPATH_CONFIG_FILTER && args->filter & ~FILTER_ALL)
		return false;
	if (args->set & ONEPATH_CONFIG_MTU &&
	    (args->mtu < ONEPATH_MTU_MIN || args->mtu > ONEPATH_MTU_MAX))
		return false;
	if (args->set & ONEPATH_CONFIG_PAUSE && args->pause & ~PAUSE_ALL)
		return false;
	return !(args->set & ONEPATH_CONFIG_SPEEDS) ||
	       (args->speeds && !(args->speeds & ~SPEED_ALL));
}

/* Both locks are held, the port is owned. If one field fails, the others are put back. */
static int onepath_config_set_owned(struct onepath_port *port,
				    const struct onepath_port_config *args)
{
	int rc;

	if (args->set & ONEPATH_CONFIG_MTU && !onepath_path_holds(port, args->mtu))
		return -EMSGSIZE;
	rc = onepath_config_write_port(&port->io, args, args->set);
	if (!rc)
		onepath_config_merge(&port->config.port, args);
	else if (rc != -ENODEV && rc != -EOPNOTSUPP)
		onepath_config_write_port(&port->io, &port->config.port, args->set);
	return rc;
}

/* Nobody owns the port: the device is at rest, but its link is not. */
static int onepath_config_set_idle(struct onepath_port *port,
				   const struct onepath_port_config *args)
{
	if (!(args->set & ONEPATH_CONFIG_SPEEDS))
		return 0;
	return port->away ? -EAGAIN : onepath_hw_speeds_set(&port->io, args->speeds);
}

static long onepath_config_set(struct onepath_port *port, bool keep, void __user *user)
{
	struct onepath_port_config args;
	struct onepath_owner *owner;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (!onepath_config_valid(&args))
		return -EINVAL;
	rc = onepath_config_lock(port, &owner);
	if (!rc)
		rc = owner ? onepath_config_set_owned(port, &args)
			   : onepath_config_set_idle(port, &args);
	if (!rc && keep)
		onepath_config_merge(&port->kept.port, &args);
	return onepath_config_unlock(port, owner, rc);
}

static long onepath_config_get(struct onepath_port *port, void __user *user)
{
	struct onepath_port_config args;
	struct onepath_owner *owner;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	rc = onepath_config_lock(port, &owner);
	if (!rc && owner) {
		args.filter = onepath_hw_filter_get(&port->io);
		args.mtu = onepath_hw_mtu_get(&port->io);
		args.pause = onepath_hw_pause_get(&port->io);
		args.speeds = onepath_hw_speeds_get(&port->io);
	} else if (!rc) {
		args.filter = port->kept.port.filter;
		args.mtu = port->kept.port.mtu;
		args.pause = port->kept.port.pause;
		args.speeds = port->kept.port.speeds;
	}
	rc = onepath_config_unlock(port, owner, rc);
	args.set = SET_ALL;
	return rc ? rc : onepath_return_args(user, &args, sizeof(args));
}

/**
 * onepath_config_ioctl() - the calls about settings
 * @port: whose
 * @mode: the file's: it needs FMODE_WRITE to set; without FMODE_READ it is kept for later owners
 * @cmd: any; what is none of them is -ENOTTY
 * @user: the call's argument
 */
long onepath_config_ioctl(struct onepath_port *port, fmode_t mode, unsigned int cmd,
			  void __user *user)
{
	bool keep = !(mode & FMODE_READ);

	switch (cmd) {
	case ONEPATH_PORT_CONFIG_SET:
	case ONEPATH_PORT_ADDRESSES_SET:
	case ONEPATH_PORT_VLANS_SET:
	case ONEPATH_PORT_RSS_SET:
		if (!(mode & FMODE_WRITE))
			return -EBADF;
	}
	switch (cmd) {
	case ONEPATH_PORT_CONFIG_SET:
		return onepath_config_set(port, keep, user);
	case ONEPATH_PORT_CONFIG_GET:
		return onepath_config_get(port, user);
	default:
		return onepath_config_tables_ioctl(port, keep, cmd, user);
	}
}
