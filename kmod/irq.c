// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: one MSI-X vector for the link and errors, one for each receive queue.
 * A receive queue's is armed by the NF before it sleeps (ONEPATH_PATH_ARM) and comes
 * once; a running NF is never interrupted. Without MSI-X NFs have to poll.
 */
#include <linux/interrupt.h>
#include <linux/pci.h>
#include "path.h"

static irqreturn_t onepath_irq_other(int irq, void *data)
{
	struct onepath_port *port = data;

	atomic_or(onepath_hw_irq_other(&port->io), &port->causes);
	onepath_port_kick(port);
	return IRQ_HANDLED;
}

static irqreturn_t onepath_irq_rx(int irq, void *data)
{
	struct onepath_path *path = data;

	WRITE_ONCE(path->arrived, true);
	onepath_event_signal(&path->event);
	return IRQ_HANDLED;
}

/**
 * onepath_irq_init() - gets a port its vectors; none is enabled yet
 * @port: about to be owned, its lock held
 *
 * Returns 0, also without MSI-X, or -ENOMEM.
 */
int onepath_irq_init(struct onepath_port *port)
{
	int rc = pci_alloc_irq_vectors(port->pdev, ONEPATH_HW_VECTORS, ONEPATH_HW_VECTORS,
				       PCI_IRQ_MSIX);

	if (rc < 0)
		goto none;
	rc = request_irq(pci_irq_vector(port->pdev, 0), onepath_irq_other, IRQF_NO_AUTOEN,
			 dev_name(&port->dev), port);
	if (rc) {
		pci_free_irq_vectors(port->pdev);
		goto none;
	}
	port->vectors = ONEPATH_HW_VECTORS;
	return 0;

none:
	if (rc == -ENOMEM)
		return rc;
	dev_warn(&port->dev, "no MSI-X interrupts (%d): paths have to be polled\n", rc);
	return 0;
}

/* Undoes onepath_irq_init(); the owner's lock is held, too. */
void onepath_irq_exit(struct onepath_port *port)
{
	struct onepath_path *path;

	if (!port->vectors)
		return;
	if (port->owner)
		list_for_each_entry(path, &port->owner->paths, node)
			if (path->port[0] == port)
				onepath_irq_free(path);
	onepath_irq_hold(port);
	free_irq(pci_irq_vector(port->pdev, 0), port);
	pci_free_irq_vectors(port->pdev);
	port->vectors = 0;
}

/* No handler reads a register from now on: before the device is reset. */
void onepath_irq_hold(struct onepath_port *port)
{
	if (!port->other_enabled)
		return;
	disable_irq(pci_irq_vector(port->pdev, 0));
	port->other_enabled = false;
}

/* After the device was reset and initialised. */
void onepath_irq_release(struct onepath_port *port)
{
	onepath_hw_irq_init(&port->io);
	if (!port->vectors)
		return;
	atomic_set(&port->causes, 0);
	enable_irq(pci_irq_vector(port->pdev, 0));
	port->other_enabled = true;
	onepath_hw_irq_other_enable(&port->io);
}

/* The path's receive queue gets its interrupt, if the port has any. */
int onepath_irq_request(struct onepath_path *path)
{
	struct onepath_port *port = path->port[0];
	int rc;

	if (!port->vectors)
		return 0;
	snprintf(path->irq_name, sizeof(path->irq_name), "%s rx %u", dev_name(&port->dev),
		 path->rx_queue);
	rc = request_irq(pci_irq_vector(port->pdev, 1 + path->rx_queue), onepath_irq_rx, 0,
			 path->irq_name, path);
	path->has_irq = !rc;
	return rc;
}

/* Before the path is freed, or its input port. */
void onepath_irq_free(struct onepath_path *path)
{
	if (!path->has_irq)
		return;
	path->has_irq = false;
	free_irq(pci_irq_vector(path->port[0]->pdev, 1 + path->rx_queue), path);
}
