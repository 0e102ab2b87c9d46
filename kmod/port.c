// SPDX-License-Identifier: GPL-2.0
/*
 * A port's node, /dev/onepath/<domain:bus:dev.fn>: who owns it, what it is and
 * counts, which frames it takes. O_RDWR owns the port and O_RDONLY observes it,
 * so that file permissions say who may do what. Paths are made here and live in
 * path.c.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat.h"
#include "module.h"

#define PORTS_MAX 256

static struct class *onepath_port_class;
static dev_t onepath_port_devt;
static DEFINE_IDA(onepath_port_minors);

/**
 * onepath_copy_args() - takes a call's argument struct from userspace
 * @args: filled
 * @size: what the kernel knows of it
 * @user: starts with the struct's size as the caller knows it
 */
int onepath_copy_args(void *args, size_t size, const void __user *user)
{
	u32 user_size;

	if (get_user(user_size, (const u32 __user *)user))
		return -EFAULT;
	if (user_size < sizeof(user_size))
		return -EINVAL;
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(args, size, user, user_size);
}

/* Hands a struct back, as much of it as the caller knows; its size field stays the caller's. */
int onepath_return_args(void __user *user, const void *args, size_t size)
{
	u32 user_size = *(const u32 *)args;

	return copy_to_user(user, args, min_t(size_t, size, user_size)) ? -EFAULT : 0;
}

/* What the device says of itself, for whoever wonders why nothing moved. */
static void onepath_port_tell_errors(struct onepath_port *port)
{
	u32 errors = onepath_hw_errors(&port->io);

	if (errors & ONEPATH_HW_ERROR_MEMORY)
		dev_err(&port->dev, "a memory of the device failed (ECC), nothing moved since\n");
	if (errors & ONEPATH_HW_ERROR_BUS)
		dev_err(&port->dev, "requests of the device on the bus failed\n");
}

/**
 * onepath_port_quiet() - ends all DMA of a port
 * @port: its BAR0 is mapped
 *
 * Stops and resets the device; if that fails by a function-level reset; if that fails
 * too, what is left is to forbid it the bus. After this its memory may be freed.
 */
void onepath_port_quiet(struct onepath_port *port)
{
	int rc;

	onepath_path_silence(port);
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
}

/**
 * onepath_port_fail() - ends a port under its paths, which end with it
 * @port: one of its queues did not do as it was told
 * @rc: why: -ENODEV, the device is gone, until it is bound anew; else the port is reset,
 *	until it is closed
 */
void onepath_port_fail(struct onepath_port *port, int rc)
{
	bool gone = rc == -ENODEV;

	if (port->state != ONEPATH_PORT_READY)
		return;
	if (gone)
		dev_err(&port->dev, "the device is gone: its registers read all ones\n");
	else
		dev_err(&port->dev,
			"a queue did not stop: port reset, close it and open it again\n");
	WRITE_ONCE(port->state, gone ? ONEPATH_PORT_GONE : ONEPATH_PORT_FAILED);
	onepath_port_quiet(port);
	if (gone)
		wake_up_all(&port->wait);
}

static int onepath_port_own(struct onepath_port *port)
{
	int rc;

	if (port->state == ONEPATH_PORT_GONE)
		return -ENODEV;
	if (port->state != ONEPATH_PORT_IDLE)
		return -EBUSY;
	rc = onepath_dma_claim(port);
	if (rc)
		return rc;
	rc = onepath_hw_reset(&port->io, false);
	if (!rc)
		rc = onepath_hw_init(&port->io);
	if (rc) {
		dev_err(&port->dev, "initialisation failed: %d\n", rc);
		onepath_port_quiet(port);
		onepath_dma_release(port);
		return rc;
	}
	onepath_hw_link_start(&port->io);
	pci_set_master(port->pdev);
	port->state = ONEPATH_PORT_READY;
	return 0;
}

static int onepath_port_open(struct inode *inode, struct file *file)
{
	struct onepath_port *port = container_of(inode->i_cdev, struct onepath_port, cdev);
	int rc = 0;

	if (!(file->f_mode & FMODE_READ))
		return -EINVAL;
	file->private_data = port;
	if (mutex_lock_interruptible(&onepath_lock))
		return -EINTR;
	if (file->f_mode & FMODE_WRITE)
		rc = onepath_port_own(port);
	else if (port->state == ONEPATH_PORT_GONE)
		rc = -ENODEV;
	mutex_unlock(&onepath_lock);
	return rc ? rc : stream_open(inode, file);
}

/* The owner's last descriptor is closed, and so are its paths, which held the file. */
static int onepath_port_release(struct inode *inode, struct file *file)
{
	struct onepath_port *port = file->private_data;

	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	mutex_lock(&onepath_lock);
	if (port->state == ONEPATH_PORT_READY)
		onepath_port_quiet(port);
	onepath_dma_release(port);
	if (port->state != ONEPATH_PORT_GONE)
		port->state = ONEPATH_PORT_IDLE;
	mutex_unlock(&onepath_lock);
	return 0;
}

static long onepath_port_info(struct onepath_port *port, void __user *user)
{
	struct onepath_port_info args;
	bool confined;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	mutex_lock(&onepath_lock);
	if (port->state == ONEPATH_PORT_GONE || onepath_hw_gone(&port->io)) {
		mutex_unlock(&onepath_lock);
		return -ENODEV;
	}
	confined = onepath_dma_confined(&port->pdev->dev, &args.iommu_group);
	args.reserved = 0;
	args.speed_mbps = onepath_hw_link_speed_mbps(&port->io);
	args.flags = (args.speed_mbps ? ONEPATH_PORT_LINK_UP : 0) |
		     (port->state != ONEPATH_PORT_IDLE ? ONEPATH_PORT_OWNED : 0) |
		     (confined ? ONEPATH_PORT_CONFINED : 0);
	onepath_hw_filter_mac(&port->io, args.mac);
	args.numa_node = dev_to_node(&port->pdev->dev);
	mutex_unlock(&onepath_lock);
	return onepath_return_args(user, &args, sizeof(args));
}

static long onepath_port_filter(struct onepath_port *port, void __user *user)
{
	struct onepath_port_filter args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (args.flags & ~(ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST))
		return -EINVAL;
	if (mutex_lock_interruptible(&onepath_lock))
		return -EINTR;
	if (port->state == ONEPATH_PORT_READY)
		rc = onepath_hw_filter_set(&port->io, args.flags);
	else
		rc = port->state == ONEPATH_PORT_FAILED ? -EIO : -ENODEV;
	mutex_unlock(&onepath_lock);
	return rc;
}

static long onepath_port_stats(struct onepath_port *port, void __user *user)
{
	struct onepath_port_stats args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	mutex_lock(&onepath_lock);
	rc = port->state == ONEPATH_PORT_GONE ? -ENODEV
					      : onepath_hw_stats_add(&port->io, &port->stats);
	memset_after(&args, 0, size);
	args.rx_frames = port->stats.rx_frames;
	args.rx_bytes = port->stats.rx_bytes;
	args.rx_missed = port->stats.rx_missed;
	args.rx_crc_errors = port->stats.rx_crc_errors;
	args.rx_length_errors = port->stats.rx_length_errors;
	args.rx_other_errors = port->stats.rx_other_errors;
	args.tx_frames = port->stats.tx_frames;
	args.tx_bytes = port->stats.tx_bytes;
	mutex_unlock(&onepath_lock);
	return rc ? rc : onepath_return_args(user, &args, sizeof(args));
}

static long onepath_port_path_create(struct file *file, void __user *user)
{
	struct onepath_path_create args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	return rc ? rc : onepath_path_create(file, &args);
}

static long onepath_port_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct onepath_port *port = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case ONEPATH_PORT_INFO:
		return onepath_port_info(port, user);
	case ONEPATH_PORT_STATS:
		return onepath_port_stats(port, user);
	case ONEPATH_PORT_FILTER:
		return file->f_mode & FMODE_WRITE ? onepath_port_filter(port, user) : -EBADF;
	case ONEPATH_PATH_CREATE:
		return file->f_mode & FMODE_WRITE ? onepath_port_path_create(file, user) : -EBADF;
	default:
		return -ENOTTY;
	}
}

static __poll_t onepath_port_poll(struct file *file, poll_table *table)
{
	struct onepath_port *port = file->private_data;

	poll_wait(file, &port->wait, table);
	return READ_ONCE(port->state) == ONEPATH_PORT_GONE ? EPOLLHUP | EPOLLERR : 0;
}

static const struct file_operations onepath_port_fops = {
	.owner = THIS_MODULE,
	.open = onepath_port_open,
	.release = onepath_port_release,
	.unlocked_ioctl = onepath_port_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = onepath_port_poll,
};

/**
 * onepath_port_owned_by() - the port that an open file owns
 * @file: any file
 *
 * Returns the port, or ERR_PTR(): -EINVAL no port's file, -EBADF it only observes.
 */
struct onepath_port *onepath_port_owned_by(struct file *file)
{
	if (file->f_op != &onepath_port_fops)
		return ERR_PTR(-EINVAL);
	if (!(file->f_mode & FMODE_WRITE))
		return ERR_PTR(-EBADF);
	return file->private_data;
}

static void onepath_port_free(struct device *dev)
{
	struct onepath_port *port = container_of(dev, struct onepath_port, dev);

	ida_free(&onepath_port_minors, MINOR(dev->devt));
	kfree(port);
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
	struct onepath_port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	int minor, rc;

	if (!port)
		return ERR_PTR(-ENOMEM);
	minor = ida_alloc_max(&onepath_port_minors, PORTS_MAX - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(port);
		return ERR_PTR(minor);
	}
	device_initialize(&port->dev);
	port->dev.class = onepath_port_class;
	port->dev.parent = &pdev->dev;
	port->dev.devt = MKDEV(MAJOR(onepath_port_devt), minor);
	port->dev.release = onepath_port_free;
	port->pdev = pdev;
	port->bar = bar;
	port->io = *io;
	port->doorbells = pci_resource_start(pdev, 0);
	init_waitqueue_head(&port->wait);
	cdev_init(&port->cdev, &onepath_port_fops);
	port->cdev.owner = THIS_MODULE;

	rc = dev_set_name(&port->dev, "%s", pci_name(pdev));
	if (rc)
		goto put;
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
	mutex_lock(&onepath_lock);
	onepath_port_quiet(port);
	WRITE_ONCE(port->state, ONEPATH_PORT_GONE);
	onepath_path_end_failed();
	onepath_dma_release(port);
	mutex_unlock(&onepath_lock);
	wake_up_all(&port->wait);
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
	cdev_device_del(&port->cdev, &port->dev);
	onepath_port_end(port);
	port->bar = NULL;
	port->pdev = NULL;
	put_device(&port->dev);
}

static char *onepath_port_devnode(ONEPATH_DEVNODE_CONST struct device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, "onepath/%s", dev_name(dev));
}

int onepath_port_class_init(void)
{
	int rc = alloc_chrdev_region(&onepath_port_devt, 0, PORTS_MAX, KBUILD_MODNAME);

	if (rc)
		return rc;
	onepath_port_class = onepath_class_create(KBUILD_MODNAME);
	if (IS_ERR(onepath_port_class)) {
		unregister_chrdev_region(onepath_port_devt, PORTS_MAX);
		return PTR_ERR(onepath_port_class);
	}
	onepath_port_class->devnode = onepath_port_devnode;
	return 0;
}

void onepath_port_class_exit(void)
{
	class_destroy(onepath_port_class);
	unregister_chrdev_region(onepath_port_devt, PORTS_MAX);
}
