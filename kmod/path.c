// SPDX-License-Identifier: GPL-2.0
/*
 * A path: one receive queue of the input, its buffers, and one transmit queue on each
 * output. Here its queues are started and stopped, by its NF or because a port is lost.
 * The kernel writes the descriptors' addresses and never touches a packet.
 *
 * The owner's lock is held throughout. A port that does not do as it is told is noted
 * by onepath_port_break(), and dealt with by onepath_port_mend() afterwards.
 */
#include <linux/list.h>
#include <linux/module.h>
#include "trace.h"

/* What a frame has besides its MTU: the Ethernet header and a VLAN tag. The CRC is not stored. */
#define FRAME_EXTRA (14 + 4)

static bool onepath_port_usable(const struct onepath_port *port)
{
	return port->state == ONEPATH_PORT_READY && !port->away;
}

/*
 * Why the path cannot be started or used, 0 if it can: an output that is reset or failed
 * does not matter, one that is gone does.
 */
int onepath_path_error(const struct onepath_path *path)
{
	unsigned int n;

	for (n = 0; n <= path->outputs; n++)
		if (path->port[n]->state == ONEPATH_PORT_GONE)
			return -ENODEV;
	if (path->buffer_bytes < path->port[0]->config.port.mtu + FRAME_EXTRA)
		return -EMSGSIZE;
	return onepath_port_error(path->port[0]);
}

/* The buffers of all paths that have the port as input are large enough for that MTU. */
bool onepath_path_holds(const struct onepath_port *port, u32 mtu)
{
	struct onepath_path *path;

	list_for_each_entry(path, &port->owner->paths, node)
		if (path->port[0] == port && path->buffer_bytes < mtu + FRAME_EXTRA)
			return false;
	return true;
}

static int onepath_path_stop_rx(struct onepath_path *path)
{
	struct onepath_port *port = path->port[0];
	int rc = 0;

	mutex_lock(&port->lock);
	if (onepath_port_usable(port)) {
		onepath_hw_irq_disarm(&port->io, path->rx_queue);
		rc = onepath_hw_rx_stop(&port->io, path->rx_queue);
	}
	mutex_unlock(&port->lock);
	if (rc)
		onepath_port_break(port, rc);
	return rc;
}

static int onepath_path_stop_tx(struct onepath_path *path, unsigned int k, u32 *drain_us)
{
	struct onepath_port *port = path->port[1 + k];
	int rc = 0;

	onepath_output_count_lost(path, k);
	if (path->output[k].epoch & 1)
		return 0;
	mutex_lock(&port->lock);
	if (onepath_port_usable(port)) {
		rc = onepath_hw_tx_stop(&port->io, path->output[k].queue, drain_us);
		onepath_output_count_pending(path, k);
	}
	mutex_unlock(&port->lock);
	if (rc)
		onepath_port_break(port, rc);
	return rc;
}

/* Stops what runs, receive first. Returns 0 or what went wrong first. */
int onepath_path_stop(struct onepath_path *path)
{
	u32 drain_us = ONEPATH_HW_DRAIN_US; /* for all outputs together */
	unsigned int k;
	int result, rc;

	if (!path->running)
		return 0;
	WRITE_ONCE(path->running, false);
	onepath_path_set_doorbells(path, false);
	result = onepath_path_stop_rx(path);
	for (k = 0; k < path->outputs; k++) {
		rc = onepath_path_stop_tx(path, k, &drain_us);
		if (!result)
			result = rc;
	}
	trace_onepath_path_state(path, result);
	return result;
}

int onepath_path_start(struct onepath_path *path)
{
	struct onepath_port *input = path->port[0];
	unsigned int k;
	int rc;

	if (path->running)
		return -EBUSY;
	rc = onepath_path_error(path);
	if (rc)
		return rc;
	onepath_path_write_rings(path);
	WRITE_ONCE(path->running, true);
	WRITE_ONCE(path->interrupted, false);
	WRITE_ONCE(path->arrived, false);
	for (k = 0; k < path->outputs; k++) {
		rc = onepath_output_start(path, k, 0);
		if (rc)
			goto stop;
	}
	mutex_lock(&input->lock);
	rc = onepath_port_error(input);
	if (!rc)
		rc = onepath_hw_rx_start(&input->io, path->rx_queue, path->rings.chunk[0].iova,
					 path->ring_size, path->buffer_bytes);
	mutex_unlock(&input->lock);
	if (rc) {
		onepath_port_break(input, rc);
		goto stop;
	}
	onepath_path_set_doorbell(path, 0, true);
	trace_onepath_path_state(path, 0);
	return 0;

stop:
	onepath_path_stop(path);
	return rc;
}

/* What the port's reset means for a running path, as its input or as output k. */
static void onepath_path_lose(struct onepath_path *path, struct onepath_port *port)
{
	unsigned int k;

	if (path->port[0] == port || port->state == ONEPATH_PORT_GONE) {
		WRITE_ONCE(path->interrupted, true);
		onepath_path_stop(path);
		onepath_event_signal(&path->event);
		return;
	}
	for (k = 0; k < path->outputs; k++)
		if (path->port[1 + k] == port && !(path->output[k].epoch & 1))
			onepath_output_stopped(path, k);
}

static bool onepath_path_has(const struct onepath_path *path, const struct onepath_port *port)
{
	unsigned int n;

	for (n = 0; n <= path->outputs; n++)
		if (path->port[n] == port)
			return true;
	return false;
}

/* The port was reset, or is gone, so that none of its queues runs any more. */
void onepath_path_lost(struct onepath_port *port)
{
	struct onepath_path *path;

	if (!port->owner)
		return;
	lockdep_assert_held(&port->owner->lock);
	list_for_each_entry(path, &port->owner->paths, node) {
		if (!onepath_path_has(path, port))
			continue;
		if (path->running)
			onepath_path_lose(path, port);
		else if (port->state == ONEPATH_PORT_GONE)
			onepath_event_signal(&path->event); /* POLLHUP: it may be waited for */
	}
}

/*
 * No NF reaches a doorbell of the port any more, and its queues stand still, so that what they
 * counted is final: before it is reset under its paths. The reset deals with those that do not.
 */
void onepath_path_silence(struct onepath_port *port)
{
	struct onepath_path *path;
	unsigned int n;

	list_for_each_entry(path, &port->owner->paths, node) {
		if (path->running && path->port[0] == port) {
			onepath_path_set_doorbell(path, 0, false);
			onepath_hw_rx_stop(&port->io, path->rx_queue);
		}
		for (n = 0; path->running && n < path->outputs; n++)
			if (path->port[1 + n] == port)
				onepath_output_silence(path, n);
	}
}
