/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module's own files share: owners, ports, DMA domains.
 *
 * Locks, in the order in which they are taken; nothing is held while userspace's
 * memory is read or written, and all waits under them are bounded:
 *   owner->lock  of a process that owns ports: its paths, and what its ports are to
 *                them. Different owners never wait for each other.
 *   port->lock   the device and its registers, port->state, port->owner
 *   leaves       list locks of owner.c and dma.c, path->doorbell_lock (path.h)
 * A packet meets none of them.
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
#include <linux/workqueue.h>
#include <onepath.h>
#include <onepath_ring.h>
#include "hw.h"

/* recover.c */
extern const struct dev_pm_ops onepath_recover_pm;
extern const struct pci_error_handlers onepath_recover_handlers;

/* owner.c */

/**
 * struct onepath_owner - a process that owns ports
 * @ref: one for each of its ports and paths
 * @node: in onepath_owners
 * @process: compared only
 * @lock: see above
 * @ports: the ports that it owns
 * @paths: its paths
 */
struct onepath_owner {
	struct kref ref;
	struct list_head node;
	struct pid *process;
	struct mutex lock; /* protects the lists, and the paths in them */
	struct list_head ports;
	struct list_head paths;
};

struct onepath_owner *onepath_owner_get(void);
void onepath_owner_put(struct onepath_owner *owner);

/* event.c */

/**
 * struct onepath_event - what poll() and an eventfd are told by
 * @wait: poll() sleeps here
 * @lock: protects @eventfd; taken in interrupts
 * @eventfd: to be signalled, or NULL
 */
struct onepath_event {
	wait_queue_head_t wait;
	spinlock_t lock; /* protects eventfd */
	struct eventfd_ctx *eventfd;
};

void onepath_event_init(struct onepath_event *event);
void onepath_event_exit(struct onepath_event *event);
void onepath_event_signal(struct onepath_event *event);
long onepath_event_set_eventfd(struct onepath_event *event, void __user *user);

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

/* One piece of memory that is contiguous. */
struct onepath_chunk {
	void *address;
	size_t bytes;
	u64 iova;
};

/**
 * struct onepath_area - a row of chunks, contiguous for the NF
 * @chunk: the chunks
 * @chunks: how many
 * @bytes: of all of them
 * @unit: all chunks are that large, or 0 if they differ (then the device sees a row, too)
 */
struct onepath_area {
	struct onepath_chunk *chunk;
	unsigned int chunks;
	size_t bytes;
	size_t unit;
};

struct onepath_port;

bool onepath_dma_confined(struct device *dev, s32 *number);
int onepath_dma_claim(struct onepath_port *port, struct onepath_owner *owner);
void onepath_dma_release(struct onepath_port *port);
struct onepath_domain *onepath_dma_join(struct onepath_port **ports, unsigned int count);
void onepath_dma_leave(struct onepath_domain *domain, struct onepath_port **ports,
		       unsigned int count);
int onepath_dma_window_get(struct onepath_domain *domain, u64 *iova);
void onepath_dma_window_put(struct onepath_domain *domain, u64 iova);

/* memory.c */
int onepath_memory_alloc(struct onepath_domain *domain, struct onepath_area *area, u64 iova,
			 size_t bytes, size_t unit, int node);
void onepath_memory_free(struct onepath_domain *domain, struct onepath_area *area);
u64 onepath_memory_address(const struct onepath_area *area, size_t offset);

/* config.c */

/**
 * struct onepath_config - a port's settings
 * @port: see struct onepath_port_config; its size and set are not used
 * @addresses: the count first, 6 bytes each, in wire order
 * @vlans: see struct onepath_port_vlans; its size is 0
 * @rss: see struct onepath_port_rss; its size is 0
 */
struct onepath_config {
	struct onepath_port_config port;
	struct {
		u32 count;
		u8 list[6 * ONEPATH_ADDRESSES_MAX];
	} addresses;
	struct onepath_port_vlans vlans;
	struct onepath_port_rss rss;
};

void onepath_config_init(struct onepath_port *port);
void onepath_config_begin(struct onepath_port *port);
int onepath_config_apply(struct onepath_port *port);
void onepath_config_end(struct onepath_port *port);
long onepath_config_ioctl(struct onepath_port *port, fmode_t mode, unsigned int cmd,
			  void __user *user);

/* port.c */

enum onepath_port_state {
	ONEPATH_PORT_IDLE, /* nobody owns it: reset, bus mastering off */
	ONEPATH_PORT_READY, /* owned and initialised */
	ONEPATH_PORT_FAILED, /* owned, but could not be brought to life after a reset */
	ONEPATH_PORT_GONE, /* unbound, removed, shut down, or found to read all ones */
};

/**
 * struct onepath_port - one 82599 function
 * @dev: the node's device; its references keep the struct
 * @cdev: the node
 * @io: how hw_*.c reach @bar
 * @parent: the PCI device, kept
 * @bar: BAR0; NULL after remove
 * @pdev: valid until remove
 * @doorbells: physical address of BAR0
 * @lock: see above; also protects what follows, but for what is said to be the owner's
 * @state: see above
 * @away: the device is suspended, or being reset by others: it is not to be touched
 * @broken: it did not do as it was told, -errno; onepath_port_mend() is due (the owner's)
 * @owner: who owns it, or NULL
 * @owner_node: in owner->ports (the owner's)
 * @group: the IOMMU group, claimed while the port is owned (the owner's)
 * @uses: how often paths use the port, as input and as outputs (the owner's)
 * @rx_queues: those that paths use (the owner's)
 * @tx_queues: those that paths use (the owner's)
 * @vectors: MSI-X vectors: ONEPATH_HW_VECTORS while the port is owned, or 0
 * @other_enabled: vector 0's handler may run
 * @causes: what it saw, ONEPATH_HW_CAUSE_*; atomic
 * @link_up: as it was when last looked at
 * @link_changes: how often it changed, as poll() sees it
 * @config: the settings that are in force; the owner's lock is enough to read them
 * @kept: those that the next owner begins with
 * @stats: sums since probe
 * @counted: when the device's counters were last added to them by @work, in jiffies
 * @event: the link changed, or the port is gone
 * @debug: its folder in debugfs
 * @work: looks after link, counters, outputs while the port is owned
 */
struct onepath_port {
	struct device dev;
	struct cdev cdev;
	struct onepath_io io;
	struct device *parent;
	void __iomem *bar;
	struct pci_dev *pdev;
	phys_addr_t doorbells;
	struct mutex lock; /* protects the device; see above */
	enum onepath_port_state state;
	bool away;
	int broken;
	struct onepath_owner *owner;
	struct list_head owner_node;
	struct onepath_group *group;
	unsigned int uses;
	DECLARE_BITMAP(rx_queues, ONEPATH_RX_QUEUES);
	DECLARE_BITMAP(tx_queues, ONEPATH_TX_QUEUES);
	unsigned int vectors;
	bool other_enabled;
	atomic_t causes;
	bool link_up;
	unsigned int link_changes;
	struct onepath_config config;
	struct onepath_config kept;
	struct onepath_hw_stats stats;
	unsigned long counted;
	struct onepath_event event;
	struct dentry *debug;
	struct delayed_work work;
};

extern struct workqueue_struct *onepath_workqueue;

struct onepath_port *onepath_port_add(struct pci_dev *pdev, void __iomem *bar,
				      const struct onepath_io *io);
void onepath_port_end(struct onepath_port *port);
void onepath_port_remove(struct onepath_port *port);
struct onepath_owner *onepath_port_lock(struct onepath_port *port);
void onepath_port_unlock_owner(struct onepath_owner *owner);
int onepath_port_own(struct onepath_port *port);
void onepath_port_disown(struct onepath_port *port);
struct onepath_owner *onepath_port_get_owner(struct onepath_port *port);
void onepath_port_kick(struct onepath_port *port);

/* port_reset.c */
int onepath_port_error(const struct onepath_port *port);
void onepath_port_set_state(struct onepath_port *port, enum onepath_port_state state);
void onepath_port_tell_errors(struct onepath_port *port);
int onepath_port_rest(struct onepath_port *port);
int onepath_port_init(struct onepath_port *port);
void onepath_port_break(struct onepath_port *port, int rc);
void onepath_port_mend(struct onepath_owner *owner);
void onepath_port_away(struct onepath_port *port);
int onepath_port_back(struct onepath_port *port);

/* port_file.c */
int onepath_port_class_init(void);
void onepath_port_class_exit(void);
struct onepath_port *onepath_port_node_alloc(struct pci_dev *pdev);
struct onepath_port *onepath_port_owned_by(struct file *file);
int onepath_copy_args(void *args, size_t size, const void __user *user);
int onepath_return_args(void __user *user, const void *args, size_t size);

/* stats.c */
long onepath_stats_port(struct onepath_port *port, void __user *user);
long onepath_stats_queue(struct onepath_port *port, void __user *user);

/* irq.c */
struct onepath_path;
int onepath_irq_init(struct onepath_port *port);
void onepath_irq_exit(struct onepath_port *port);
void onepath_irq_hold(struct onepath_port *port);
void onepath_irq_release(struct onepath_port *port);
int onepath_irq_request(struct onepath_path *path);
void onepath_irq_free(struct onepath_path *path);

/* debug.c */
void onepath_debug_init(void);
void onepath_debug_exit(void);
void onepath_debug_add(struct onepath_port *port);
void onepath_debug_remove(struct onepath_port *port);

/* path_file.c */
int onepath_path_create(struct file *input, const struct onepath_path_create *args);

/* path.c, as ports see it; the owner's lock is held */
bool onepath_path_holds(const struct onepath_port *port, u32 mtu);
void onepath_path_silence(struct onepath_port *port);
void onepath_path_lost(struct onepath_port *port);

/* output.c */
unsigned long onepath_output_look_after(struct onepath_port *port, unsigned long idle);

#endif
