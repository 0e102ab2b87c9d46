// SPDX-License-Identifier: GPL-2.0
/*
 * A port's life: claimed by the module, owned by a process, reset and brought to life
 * again under it, at rest, gone. Its node is in port_file.c, its paths are in path.c.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "compat.h"
#include "trace.h"

/* counters are read and outputs looked after so often, or when the link changes */
#define WORK_PERIOD (HZ / 2)

/*
 * Locks the port and its owner, if it has one. The owner's lock comes first, so the owner may
 * have changed by the time that it is had; then it is tried again.
 *
 * Returns the owner, for onepath_port_unlock(), or NULL: then nobody can own it meanwhile.
 */
static struct onepath_owner *onepath_port_lock(struct onepath_port *port)
{
	struct onepath_owner *owner;

	for (;;) {
		mutex_lock(&port->lock);
		owner = port->owner;
		if (!owner)
			return NULL;
		kref_get(&owner->ref);
		mutex_unlock(&port->lock);
		mutex_lock(&owner->lock);
		mutex_lock(&port->lock);
		if (port->owner == owner)
			return owner;
		mutex_unlock(&port->lock);
		mutex_unlock(&owner->lock);
		onepath_owner_put(owner);
	}
}

/* Its owner, with a reference, or NULL. */
struct onepath_owner *onepath_port_get_owner(struct onepath_port *port)
{
	struct onepath_owner *owner;

	mutex_lock(&port->lock);
	owner = port->owner;
	if (owner)
		kref_get(&owner->ref);
	mutex_unlock(&port->lock);
	return owner;
}

/* What is left of onepath_port_lock() once port->lock was given back. */
static void onepath_port_unlock_owner(struct onepath_owner *owner)
{
	if (!owner)
		return;
	onepath_port_mend(owner);
	mutex_unlock(&owner->lock);
	onepath_owner_put(owner);
}

/* Why the port cannot be used now, as a call's result; 0 if it can. */
int onepath_port_error(const struct onepath_port *port)
{
	if (port->state == ONEPATH_PORT_GONE)
		return -ENODEV;
	if (port->away)
		return -EAGAIN;
	return port->state == ONEPATH_PORT_FAILED ? -EIO : 0;
}

static void onepath_port_set_state(struct onepath_port *port, enum onepath_port_state state)
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
static void onepath_port_tell_errors(struct onepath_port *port)
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
static int onepath_port_rest(struct onepath_port *port)
{
	int rc;

	lockdep_assert_held(&port->lock);
	onepath_irq_hold(port);
	onepath_port_tell_errors(port);
	onepath_hw_stats_add(&port->io, &port->stats);
	rc = onepath_hw_reset(&port->io, false);
	if (rc == -ETIMEDOUT) {
		dev_warn(&port->dev, "does not stop, trying a function-level reset\n");
		pci_save_state(port->pdev);
		rc = pcie_reset_flr(port->pdev, false);
		pci_restore_state(port->pdev);
	}
	if (rc && rc != -ENODEV)
		dev_warn(&port->dev, "reset failed (%d), taking bus mastering away\n", rc);
	pci_clear_master(port->pdev);
	return rc;
}

/* From reset to ready. */
static int onepath_port_init(struct onepath_port *port)
{
	int rc = onepath_hw_init(&port->io);

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
		dev_err(&port->dev, "does not come back after a reset (%d): close it\n", rc);
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
		dev_err(&port->dev, "the device is gone: its registers read all ones\n");
	else
		dev_err(&port->dev, "a queue did not do as it was told (%d): port reset\n", rc);
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

/* Resets the owner's ports that broke. What their paths lose may break others, so: until none is. */
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

static int onepath_port_start(struct onepath_port *port, struct onepath_owner *owner)
{
	int rc = onepath_dma_claim(port, owner);

	if (rc)
		return rc;
	rc = onepath_irq_init(port);
	if (rc)
		goto release;
	rc = onepath_hw_reset(&port->io, false);
	if (!rc)
		rc = onepath_port_init(port);
	if (!rc)
		return 0;
	dev_err(&port->dev, "initialisation failed: %d\n", rc);
	onepath_port_rest(port);
	onepath_irq_exit(port);
release:
	onepath_dma_release(port);
	return rc;
}

/**
 * onepath_port_own() - makes the calling process the port's owner
 * @port: any
 *
 * Returns 0 or what open() of a port answers.
 */
int onepath_port_own(struct onepath_port *port)
{
	struct onepath_owner *owner = onepath_owner_get();
	int rc;

	if (IS_ERR(owner))
		return PTR_ERR(owner);
	mutex_lock(&owner->lock);
	mutex_lock(&port->lock);
	rc = onepath_port_error(port);
	if (port->owner)
		rc = rc == -ENODEV ? rc : -EBUSY;
	if (!rc)
		rc = onepath_port_start(port, owner);
	if (!rc) {
		kref_get(&owner->ref);
		port->owner = owner;
		list_add(&port->owner_node, &owner->ports);
		port->link_up = onepath_hw_link_speed_mbps(&port->io) != 0;
		onepath_port_set_state(port, ONEPATH_PORT_READY);
		onepath_port_kick(port);
	}
	mutex_unlock(&port->lock);
	mutex_unlock(&owner->lock);
	onepath_owner_put(owner);
	return rc;
}

/* The port is nobody's; its device is at rest. Both locks are held, and stay so. */
static void onepath_port_free_owner(struct onepath_port *port)
{
	struct onepath_owner *owner = port->owner;

	onepath_irq_exit(port);
	onepath_dma_release(port);
	list_del(&port->owner_node);
	port->owner = NULL;
	port->broken = 0;
	onepath_event_exit(&port->event);
	onepath_owner_put(owner); /* not the last one: the caller has one, too */
}

/* The owner's last descriptor is closed, and so are its paths, which held it. */
void onepath_port_disown(struct onepath_port *port)
{
	struct onepath_owner *owner = onepath_port_lock(port);

	if (owner) {
		if (port->state != ONEPATH_PORT_GONE && !port->away)
			onepath_port_rest(port);
		if (port->state != ONEPATH_PORT_GONE)
			onepath_port_set_state(port, ONEPATH_PORT_IDLE);
		onepath_port_free_owner(port);
	}
	mutex_unlock(&port->lock);
	onepath_port_unlock_owner(owner);
}

/* The link went up or down, as far as is known. */
static void onepath_port_look_at_link(struct onepath_port *port)
{
	bool up = onepath_hw_link_speed_mbps(&port->io) != 0;

	if (up == port->link_up)
		return;
	port->link_up = up;
	WRITE_ONCE(port->link_changes, port->link_changes + 1);
	port->stats.link_changes++;
	onepath_event_signal(&port->event);
}

static void onepath_port_work(struct work_struct *work)
{
	struct onepath_port *port = container_of(to_delayed_work(work), struct onepath_port, work);
	struct onepath_owner *owner = onepath_port_lock(port);
	bool ready = owner && !port->away && port->state == ONEPATH_PORT_READY;

	if (ready) {
		if (atomic_xchg(&port->causes, 0) & ONEPATH_HW_CAUSE_ERROR)
			onepath_port_tell_errors(port);
		if (onepath_hw_stats_add(&port->io, &port->stats))
			onepath_port_break(port, -ENODEV);
		else
			onepath_port_look_at_link(port);
	}
	mutex_unlock(&port->lock);
	if (ready) {
		onepath_output_look_after(port);
		queue_delayed_work(onepath_workqueue, &port->work, WORK_PERIOD);
	}
	onepath_port_unlock_owner(owner);
}

/* Something may have changed: the work is to be done now. From interrupts as well. */
void onepath_port_kick(struct onepath_port *port)
{
	mod_delayed_work(onepath_workqueue, &port->work, 0);
}

/**
 * onepath_port_add() - makes a port and its node
 * @pdev: enabled, BAR0 requested
 * @bar: BAR0
 * @io: how to reach it
 *
 * The device is brought to rest, whatever a former driver left. Initialising it waits for the
 * EEPROM, before which the link must not be started, and drops what was counted until now.
 */
struct onepath_port *onepath_port_add(struct pci_dev *pdev, void __iomem *bar,
				      const struct onepath_io *io)
{
	struct onepath_port *port = onepath_port_node_alloc(pdev);
	int rc;

	if (IS_ERR(port))
		return port;
	port->pdev = pdev;
	port->bar = bar;
	port->io = *io;
	port->doorbells = pci_resource_start(pdev, 0);
	port->mtu = 1500;
	mutex_init(&port->lock);
	onepath_event_init(&port->event);
	INIT_DELAYED_WORK(&port->work, onepath_port_work);

	rc = onepath_hw_reset(&port->io, true);
	if (!rc)
		rc = onepath_hw_init(&port->io);
	if (rc) {
		dev_err(&pdev->dev, "does not reset: %d\n", rc);
		goto put;
	}
	pci_clear_master(pdev);
	onepath_hw_link_start(&port->io);
	rc = cdev_device_add(&port->cdev, &port->dev);
	if (rc) {
		/* the node was there before the device failed: somebody may have it open */
		onepath_port_end(port);
		goto put;
	}
	onepath_debug_add(port);
	return port;

put:
	put_device(&port->dev);
	return ERR_PTR(rc);
}

/**
 * onepath_port_end() - brings the device to rest for good: no call reaches it any more
 * @port: may be owned, its paths may run: nothing here waits for their process
 */
void onepath_port_end(struct onepath_port *port)
{
	struct onepath_owner *owner = onepath_port_lock(port);

	if (owner)
		onepath_path_silence(port);
	if (!port->away)
		onepath_port_rest(port);
	onepath_port_set_state(port, ONEPATH_PORT_GONE);
	mutex_unlock(&port->lock);
	if (owner) {
		onepath_path_lost(port);
		mutex_lock(&port->lock);
		onepath_port_free_owner(port);
		mutex_unlock(&port->lock);
	}
	onepath_port_unlock_owner(owner);
	onepath_event_signal(&port->event);
	cancel_delayed_work_sync(&port->work);
}

/**
 * onepath_port_remove() - ends a port and takes its node away
 * @port: see onepath_port_end()
 *
 * After return the device is at rest and nothing refers to it; the struct lives until
 * the last file is closed.
 */
void onepath_port_remove(struct onepath_port *port)
{
	onepath_debug_remove(port); /* waits for its readers, which are quick */
	cdev_device_del(&port->cdev, &port->dev);
	onepath_port_end(port);
	port->bar = NULL;
	port->pdev = NULL;
	put_device(&port->dev);
}
