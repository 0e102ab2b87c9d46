// SPDX-License-Identifier: GPL-2.0
/*
 * A port's device comes to rest, and back to life: at the wish of its owner, because it
 * did not do as it was told, or because others reset or suspend it (recover.c).
 */
#include <linux/pci.h>
#include "trace.h"

/* Why the port cannot be used now, as a call's result; 0 if it can. */
int onepath_port_error(const struct onepath_port *port)
{
	if (port->state == ONEPATH_PORT_GONE)
		return -ENODEV;
	if (port->away)
		return -EAGAIN;
	return port->state == ONEPATH_PORT_FAILED ? -EIO : 0;
}

void onepath_port_set_state(struct onepath_port *port, enum onepath_port_state state)
{
	lockdep_assert_held(&port->lock);
	WRITE_ONCE(port->state, state);
	trace_onepath_port_state(port);
}

static void onepath_port_set_away(struct onepath_port *port, bool away)
{
	lockdep_assert_held(&port->lock);
	WRITE_ONCE(port->away, away);
	trace_onepath_port_state(port);
}

/* What the device says of itself, for whoever wonders why nothing moved. */
void onepath_port_tell_errors(struct onepath_port *port)
{
	u32 errors = onepath_hw_errors(&port->io);

	if (errors & ONEPATH_HW_ERROR_MEMORY)
		dev_err_ratelimited(&port->dev,
				    "a memory of the device failed (ECC), nothing moved since\n");
	if (errors & ONEPATH_HW_ERROR_BUS)
		dev_err_ratelimited(&port->dev, "requests of the device on the bus failed\n");
}

/**
 * onepath_port_rest() - ends all DMA of a port
 * @port: its BAR0 is mapped, its lock held
 *
 * Stops and resets the device; if that fails by a function-level reset; if that fails
 * too, what is left is to forbid it the bus. After this its memory may be freed.
 *
 * Returns 0 if it was reset, so that it may be brought to life again.
 */
int onepath_port_rest(struct onepath_port *port)
{
	int rc;

	lockdep_assert_held(&port->lock);
	onepath_irq_hold(port);
	onepath_port_tell_errors(port);
	onepath_hw_stats_add(&port->io, &port->stats);
	rc = onepath_hw_reset(&port->io, false);
	if (rc == -ETIMEDOUT) {
		dev_warn_ratelimited(&port->dev, "does not stop, trying a function-level reset\n");
		pci_save_state(port->pdev);
		rc = pcie_reset_flr(port->pdev, false);
		pci_restore_state(port->pdev);
		pci_clear_master(port->pdev);
		pci_save_state(port->pdev); /* for recover.c */
	}
	if (rc && rc != -ENODEV)
		dev_warn_ratelimited(&port->dev, "reset failed (%d), taking bus mastering away\n",
				     rc);
	pci_clear_master(port->pdev);
	return rc;
}

/* From reset to ready. */
int onepath_port_init(struct onepath_port *port)
{
	int rc = onepath_hw_init(&port->io);

	if (!rc)
		rc = onepath_config_apply(port);
	if (rc)
		return rc;
	onepath_hw_link_start(&port->io);
	pci_set_master(port->pdev);
	onepath_irq_release(port);
	return 0;
}

/* Brings an owned port to life that was reset, or cannot be. */
static void onepath_port_revive(struct onepath_port *port, int rc)
{
	if (!rc)
		rc = onepath_port_init(port);
	if (rc && rc != -ENODEV)
		dev_err_ratelimited(&port->dev, "does not come back after a reset (%d): close it\n",
				    rc);
	if (rc) {
		onepath_irq_hold(port);
		pci_clear_master(port->pdev);
	}
	onepath_port_set_state(port, !rc	     ? ONEPATH_PORT_READY
				     : rc == -ENODEV ? ONEPATH_PORT_GONE
						     : ONEPATH_PORT_FAILED);
	onepath_port_kick(port);
}

/**
 * onepath_port_break() - a port did not do as it was told
 * @port: its owner's lock is held
 * @rc: -ENODEV: the device is gone; else it has to be reset
 *
 * What has to be done about it is done by onepath_port_mend(), before the owner's lock
 * is given back.
 */
void onepath_port_break(struct onepath_port *port, int rc)
{
	if (READ_ONCE(port->state) == ONEPATH_PORT_READY && !port->broken)
		port->broken = rc;
}

static void onepath_port_mend_one(struct onepath_port *port)
{
	int rc = port->broken;

	port->broken = 0;
	mutex_lock(&port->lock);
	if (port->away || port->state != ONEPATH_PORT_READY)
		goto unlock;
	if (rc == -ENODEV)
		dev_err_ratelimited(&port->dev,
				    "the device is gone: its registers read all ones\n");
	else
		dev_err_ratelimited(&port->dev,
				    "a queue did not do as it was told (%d): port reset\n", rc);
	onepath_path_silence(port);
	if (rc == -ENODEV)
		onepath_port_rest(port);
	else
		rc = onepath_port_rest(port);
	onepath_port_revive(port, rc);
unlock:
	mutex_unlock(&port->lock);
	onepath_path_lost(port);
	onepath_event_signal(&port->event);
}

/* Resets the owner's ports that broke. What their paths lose may break others: until none is. */
void onepath_port_mend(struct onepath_owner *owner)
{
	struct onepath_port *port;

	lockdep_assert_held(&owner->lock);
again:
	list_for_each_entry(port, &owner->ports, owner_node) {
		if (port->broken) {
			onepath_port_mend_one(port);
			goto again;
		}
	}
}

/* Resets, suspends: the device is not to be touched until onepath_port_back(). */
void onepath_port_away(struct onepath_port *port)
{
	struct onepath_owner *owner = onepath_port_lock(port);

	onepath_port_set_away(port, true);
	if (owner)
		onepath_path_silence(port);
	if (port->state != ONEPATH_PORT_GONE)
		onepath_port_rest(port);
	mutex_unlock(&port->lock);
	if (owner)
		onepath_path_lost(port);
	onepath_port_unlock_owner(owner);
}

/* Returns 0 if the device is there. */
int onepath_port_back(struct onepath_port *port)
{
	struct onepath_owner *owner = onepath_port_lock(port);
	int rc = -ENODEV;

	onepath_port_set_away(port, false);
	if (port->state != ONEPATH_PORT_GONE) {
		rc = onepath_hw_reset(&port->io, false);
		if (owner) {
			onepath_port_revive(port, rc);
		} else {
			if (!rc)
				rc = onepath_hw_init(&port->io);
			pci_clear_master(port->pdev);
			onepath_config_end(port);
			if (rc == -ENODEV)
				onepath_port_set_state(port, ONEPATH_PORT_GONE);
		}
	}
	mutex_unlock(&port->lock);
	if (owner)
		onepath_path_lost(port);
	onepath_port_unlock_owner(owner);
	onepath_event_signal(&port->event);
	return rc;
}
