// SPDX-License-Identifier: GPL-2.0
/*
 * A port's life: claimed by the module, owned by a process, looked after, given back,
 * gone. How its device is reset is in port_reset.c, its node in port_file.c.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "compat.h"
#include "trace.h"

/* counters are read so often, and outputs looked after, but for those that are busy: output.c */
#define WORK_PERIOD (HZ / 2)

/*
 * Locks the port and its owner, if it has one. The owner's lock comes first, so the owner may
 * have changed by the time that it is had; then it is tried again.
 *
 * Returns the owner, for onepath_port_unlock_owner(), or NULL: then nobody can own it meanwhile.
 */
struct onepath_owner *onepath_port_lock(struct onepath_port *port)
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
void onepath_port_unlock_owner(struct onepath_owner *owner)
{
	if (!owner)
		return;
	onepath_port_mend(owner);
	mutex_unlock(&owner->lock);
	onepath_owner_put(owner);
}

static int onepath_port_start(struct onepath_port *port, struct onepath_owner *owner)
{
	int rc = onepath_dma_claim(port, owner);

	if (rc)
		return rc;
	rc = onepath_irq_init(port);
	if (rc)
		goto release;
	onepath_config_begin(port);
	rc = onepath_hw_reset(&port->io, false);
	if (!rc)
		rc = onepath_port_init(port);
	if (!rc)
		return 0;
	dev_err_ratelimited(&port->dev, "initialisation failed: %d\n", rc);
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
		if (port->state != ONEPATH_PORT_GONE && !port->away) {
			onepath_port_rest(port);
			onepath_config_end(port);
		}
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
	if (onepath_hw_gone(&port->io)) {
		onepath_port_break(port, -ENODEV);
		return;
	}
	port->link_up = up;
	WRITE_ONCE(port->link_changes, port->link_changes + 1);
	port->stats.link_changes++;
	onepath_event_signal(&port->event);
}

/* The device's counters are added up, if that is due. */
static void onepath_port_count(struct onepath_port *port)
{
	if (time_before(jiffies, port->counted + WORK_PERIOD))
		return;
	port->counted = jiffies;
	if (onepath_hw_stats_add(&port->io, &port->stats))
		onepath_port_break(port, -ENODEV);
}

static void onepath_port_work(struct work_struct *work)
{
	struct onepath_port *port = container_of(to_delayed_work(work), struct onepath_port, work);
	struct onepath_owner *owner = onepath_port_lock(port);
	bool ready = owner && !port->away && port->state == ONEPATH_PORT_READY;
	unsigned long next;

	if (ready) {
		if (atomic_xchg(&port->causes, 0) & ONEPATH_HW_CAUSE_ERROR)
			onepath_port_tell_errors(port);
		onepath_port_count(port);
		onepath_port_look_at_link(port);
	}
	mutex_unlock(&port->lock);
	if (ready) {
		next = onepath_output_look_after(port, WORK_PERIOD);
		queue_delayed_work(onepath_workqueue, &port->work, next);
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
	mutex_init(&port->lock);
	INIT_DELAYED_WORK(&port->work, onepath_port_work);

	rc = onepath_hw_reset(&port->io, true);
	if (!rc)
		rc = onepath_hw_init(&port->io);
	if (rc) {
		dev_err(&pdev->dev, "does not reset: %d\n", rc);
		goto put;
	}
	pci_clear_master(pdev);
	onepath_config_init(port);
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
	onepath_event_signal(&port->event); /* while the owner's eventfd is still there */
	if (owner) {
		onepath_path_lost(port);
		mutex_lock(&port->lock);
		onepath_port_free_owner(port);
		mutex_unlock(&port->lock);
	}
	onepath_port_unlock_owner(owner);
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
