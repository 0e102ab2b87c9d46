// SPDX-License-Identifier: GPL-2.0
/*
 * What a port counted, for whoever may open its node, also while an NF runs. The
 * counters themselves are summed up by hw_stats.c, twice a second (port.c) and when
 * somebody asks.
 */
#include <linux/nospec.h>
#include "module.h"

/* Brings the sums up to date, if the device can be asked. */
static int onepath_stats_update(struct onepath_port *port)
{
	if (port->state == ONEPATH_PORT_GONE)
		return -ENODEV;
	return port->away ? 0 : onepath_hw_stats_add(&port->io, &port->stats);
}

/* ONEPATH_PORT_STATS */
long onepath_stats_port(struct onepath_port *port, void __user *user)
{
	const struct onepath_hw_stats *sum = &port->stats;
	struct onepath_port_stats args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (mutex_lock_interruptible(&port->lock))
		return -EINTR;
	rc = onepath_stats_update(port);
	args = (struct onepath_port_stats){
		.size = args.size,
		.rx_frames = sum->rx_frames,
		.rx_bytes = sum->rx_bytes,
		.rx_missed = sum->rx_missed,
		.rx_filtered = sum->rx_filtered,
		.rx_oversize = sum->rx_oversize,
		.rx_crc_errors = sum->rx_crc_errors,
		.rx_length_errors = sum->rx_length_errors,
		.rx_other_errors = sum->rx_other_errors,
		.tx_frames = sum->tx_frames,
		.tx_bytes = sum->tx_bytes,
		.tx_lost = sum->tx_lost,
		.rx_pause = sum->rx_pause,
		.tx_pause = sum->tx_pause,
		.link_changes = sum->link_changes,
	};
	mutex_unlock(&port->lock);
	return rc ? rc : onepath_return_args(user, &args, sizeof(args));
}

/* ONEPATH_QUEUE_STATS */
long onepath_stats_queue(struct onepath_port *port, void __user *user)
{
	const struct onepath_hw_queue_stats *sum;
	struct onepath_queue_stats args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	BUILD_BUG_ON(ONEPATH_QUEUE_STATS_MAX != ONEPATH_HW_STATS_SETS);
	if (rc)
		return rc;
	if (args.queue >= ONEPATH_QUEUE_STATS_MAX)
		return -EINVAL;
	sum = &port->stats.set[array_index_nospec(args.queue, ONEPATH_QUEUE_STATS_MAX)];
	if (mutex_lock_interruptible(&port->lock))
		return -EINTR;
	rc = onepath_stats_update(port);
	args = (struct onepath_queue_stats){
		.size = args.size,
		.queue = args.queue,
		.rx_frames = sum->rx_frames,
		.rx_bytes = sum->rx_bytes,
		.rx_missed = sum->rx_missed,
		.tx_frames = sum->tx_frames,
		.tx_bytes = sum->tx_bytes,
		.tx_lost = sum->tx_lost,
	};
	mutex_unlock(&port->lock);
	return rc ? rc : onepath_return_args(user, &args, sizeof(args));
}
