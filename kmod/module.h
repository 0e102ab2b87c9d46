/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's own files share: ports, paths, DMA domains.
 *
 * onepath_lock protects all of it. Calls that take it are rare (open, configure,
 * start, stop, close, unbind) and bounded in time; a packet never meets it. The
 * one thing it does not cover is said at struct onepath_path.
 */
#ifndef ONEPATH_MODULE_H
#define ONEPATH_MODULE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <onepath.h>
#include <onepath_ring.h>
#include "hw.h"

extern struct mutex onepath_lock;

/* dma.c */

/**
 * struct onepath_domain - one I/O address space, shared by the ports of a path
 * @ref: one for each group in it, one for each path
 * @iommu: NULL without an IOMMU: then bus addresses are physical ones
 * @windows: the parts of it that paths use
 */
struct onepath_domain {
	struct kref ref;
	struct iommu_domain *iommu;
	struct ida windows;
};

struct onepath_group;

/* One piece of memory that is contiguous for the device. */
struct onepath_chunk {
	void *address;
	u64 iova;
};

/* A row of chunks that is contiguous for the NF (and, with an IOMMU, for the device). */
struct onepath_area {
	struct onepath_chunk *chunk;
	unsigned int chunks;
	size_t chunk_bytes;
};

struct onepath_port;

bool onepath_dma_confined(struct device *dev, s32 *number);
int onepath_dma_claim(struct onepath_port *port);
void onepath_dma_release(struct onepath_port *port);
struct onepath_domain *onepath_dma_join(struct onepath_port **ports, unsigned int count);
void onepath_dma_leave(struct onepath_domain *domain, struct onepath_port **ports,
		       unsigned int count);
int onepath_dma_window_get(struct onepath_domain *domain, u64 *iova);
void onepath_dma_window_put(struct onepath_domain *domain, u64 iova);
int onepath_dma_alloc(struct onepath_domain *domain, struct onepath_area *area, u64 iova,
		      unsigned int chunks, size_t chunk_bytes);
void onepath_dma_free(struct onepath_domain *domain, struct onepath_area *area);

/* port.c */

enum onepath_port_state {
	ONEPATH_PORT_IDLE, /* nobody owns it: reset, bus mastering off */
	ONEPATH_PORT_READY, /* owned and initialised */
	ONEPATH_PORT_FAILED, /* owned, but had to be reset; reset until closed */
	ONEPATH_PORT_GONE, /* unbound, removed, shut down, or found to read all ones */
};

/**
 * struct onepath_port - one 82599 function
 * @dev: the node's device; its references keep the struct
 * @cdev: the node
 * @io: how hw_*.c reach @bar
 * @bar: BAR0; NULL after remove
 * @pdev: valid until remove
 * @state: see above
 * @group: the IOMMU group, claimed while the port is owned
 * @uses: how often paths use the port, as input and as outputs
 * @paths_from: paths that have the port as input: 0 or 1
 * @tx_queues: those that paths use
 * @doorbells: physical address of BAR0
 * @stats: sums since probe
 * @wait: poll() sleeps here for the port's end
 */
struct onepath_port {
	struct device dev;
	struct cdev cdev;
	struct onepath_io io;
	void __iomem *bar;
	struct pci_dev *pdev;
	enum onepath_port_state state;
	struct onepath_group *group;
	unsigned int uses;
	unsigned int paths_from;
	DECLARE_BITMAP(tx_queues, ONEPATH_HW_QUEUES);
	phys_addr_t doorbells;
	struct onepath_hw_stats stats;
	wait_queue_head_t wait;
};

int onepath_port_class_init(void);
void onepath_port_class_exit(void);
struct onepath_port *onepath_port_add(struct pci_dev *pdev, void __iomem *bar,
				      const struct onepath_io *io);
void onepath_port_end(struct onepath_port *port);
void onepath_port_remove(struct onepath_port *port);
struct onepath_port *onepath_port_owned_by(struct file *file);
void onepath_port_fail(struct onepath_port *port, int rc);
void onepath_port_quiet(struct onepath_port *port);
int onepath_copy_args(void *args, size_t size, const void __user *user);
int onepath_return_args(void __user *user, const void *args, size_t size);

/* path.c */
int onepath_path_create(struct file *input, const struct onepath_path_create *args);
void onepath_path_silence(const struct onepath_port *port);
void onepath_path_end_failed(void);

#endif
