// SPDX-License-Identifier: GPL-2.0
/*
 * A port's node, /dev/onepath/<domain:bus:dev.fn>, and the calls on it: what the port
 * is and counts, paths made of it. O_RDWR owns the port, O_RDONLY observes it, O_WRONLY
 * changes its settings (config.c), so that file permissions say who may do what.
 */
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat.h"
#include "module.h"

#define PORTS_MAX 256

/**
 * struct onepath_port_file - an open node
 * @port: of which
 * @seen: port->link_changes when it was last asked for
 */
struct onepath_port_file {
	struct onepath_port *port;
	unsigned int seen;
};

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

static bool onepath_port_file_owns(const struct file *file)
{
	return file->f_mode & FMODE_READ && file->f_mode & FMODE_WRITE;
}

/* The device is awake for as long as it has an owner. */
static int onepath_port_open_owner(struct onepath_port *port)
{
	int rc;

	if (READ_ONCE(port->state) == ONEPATH_PORT_GONE)
		return -ENODEV;
	rc = pm_runtime_resume_and_get(port->parent);
	if (rc)
		return rc;
	rc = onepath_port_own(port);
	if (rc)
		pm_runtime_put(port->parent);
	return rc;
}

static int onepath_port_open(struct inode *inode, struct file *file)
{
	struct onepath_port *port = container_of(inode->i_cdev, struct onepath_port, cdev);
	struct onepath_port_file *opened = kzalloc(sizeof(*opened), GFP_KERNEL_ACCOUNT);
	int rc = 0;

	if (!opened)
		return -ENOMEM;
	opened->port = port;
	if (onepath_port_file_owns(file))
		rc = onepath_port_open_owner(port);
	else if (!(file->f_mode & (FMODE_READ | FMODE_WRITE)))
		rc = -EINVAL;
	else if (READ_ONCE(port->state) == ONEPATH_PORT_GONE)
		rc = -ENODEV;
	if (rc) {
		kfree(opened);
		return rc;
	}
	opened->seen = READ_ONCE(port->link_changes);
	file->private_data = opened;
	return stream_open(inode, file);
}

static int onepath_port_release(struct inode *inode, struct file *file)
{
	struct onepath_port_file *opened = file->private_data;

	if (onepath_port_file_owns(file)) {
		onepath_port_disown(opened->port);
		pm_runtime_put(opened->port->parent);
	}
	kfree(opened);
	return 0;
}

static long onepath_port_info(struct onepath_port_file *opened, void __user *user)
{
	struct onepath_port *port = opened->port;
	struct onepath_port_info args;
	bool confined;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (mutex_lock_interruptible(&port->lock))
		return -EINTR;
	rc = onepath_port_error(port);
	if (rc == -EIO)
		rc = 0;
	if (!rc && onepath_hw_gone(&port->io))
		rc = -ENODEV;
	if (!rc) {
		WRITE_ONCE(opened->seen, port->link_changes);
		confined = onepath_dma_confined(&port->pdev->dev, &args.iommu_group);
		args.reserved = 0;
		args.speed_mbps = onepath_hw_link_speed_mbps(&port->io);
		args.flags = (args.speed_mbps ? ONEPATH_PORT_LINK_UP : 0) |
			     (port->owner ? ONEPATH_PORT_OWNED : 0) |
			     (confined ? ONEPATH_PORT_CONFINED : 0);
		onepath_hw_filter_mac(&port->io, args.mac);
		args.numa_node = dev_to_node(&port->pdev->dev);
	}
	mutex_unlock(&port->lock);
	return rc ? rc : onepath_return_args(user, &args, sizeof(args));
}

static long onepath_port_path_create(struct file *file, void __user *user)
{
	struct onepath_path_create args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	return rc ? rc : onepath_path_create(file, &args);
}

static long onepath_port_eventfd(struct onepath_port *port, void __user *user)
{
	long rc = onepath_event_set_eventfd(&port->event, user);

	/* set after onepath_port_end() told of it, nobody would signal it any more */
	return !rc && READ_ONCE(port->state) == ONEPATH_PORT_GONE ? -ENODEV : rc;
}

static long onepath_port_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct onepath_port_file *opened = file->private_data;
	struct onepath_port *port = opened->port;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case ONEPATH_PORT_INFO:
		return onepath_port_info(opened, user);
	case ONEPATH_PORT_STATS:
		return onepath_stats_port(port, user);
	case ONEPATH_QUEUE_STATS:
		return onepath_stats_queue(port, user);
	case ONEPATH_PATH_CREATE:
		return onepath_port_file_owns(file) ? onepath_port_path_create(file, user) : -EBADF;
	case ONEPATH_EVENTFD:
		return onepath_port_file_owns(file) ? onepath_port_eventfd(port, user) : -EBADF;
	default:
		return onepath_config_ioctl(port, file->f_mode, cmd, user);
	}
}

static __poll_t onepath_port_poll(struct file *file, poll_table *table)
{
	struct onepath_port_file *opened = file->private_data;
	struct onepath_port *port = opened->port;

	poll_wait(file, &port->event.wait, table);
	if (READ_ONCE(port->state) == ONEPATH_PORT_GONE)
		return EPOLLHUP | EPOLLERR;
	return READ_ONCE(port->link_changes) != READ_ONCE(opened->seen) ? EPOLLPRI : 0;
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
 * Returns the port, or ERR_PTR(): -EINVAL no port's file, -EBADF it does not own it.
 */
struct onepath_port *onepath_port_owned_by(struct file *file)
{
	struct onepath_port_file *opened;

	if (file->f_op != &onepath_port_fops)
		return ERR_PTR(-EINVAL);
	opened = file->private_data;
	return onepath_port_file_owns(file) ? opened->port : ERR_PTR(-EBADF);
}

static void onepath_port_free(struct device *dev)
{
	struct onepath_port *port = container_of(dev, struct onepath_port, dev);

	ida_free(&onepath_port_minors, MINOR(dev->devt));
	onepath_event_exit(&port->event);
	put_device(port->parent);
	kfree(port);
}

/**
 * onepath_port_node_alloc() - a port that is nothing yet but a node, which is not there yet
 * @pdev: whose
 *
 * Returns the port, to be given back by put_device(&port->dev), or ERR_PTR(-ENOMEM, -ENOSPC).
 */
struct onepath_port *onepath_port_node_alloc(struct pci_dev *pdev)
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
	onepath_event_init(&port->event);
	device_initialize(&port->dev);
	port->dev.class = onepath_port_class;
	port->parent = get_device(&pdev->dev);
	port->dev.parent = port->parent;
	port->dev.devt = MKDEV(MAJOR(onepath_port_devt), minor);
	port->dev.release = onepath_port_free;
	cdev_init(&port->cdev, &onepath_port_fops);
	port->cdev.owner = THIS_MODULE;
	rc = dev_set_name(&port->dev, "%s", pci_name(pdev));
	if (rc) {
		put_device(&port->dev);
		return ERR_PTR(rc);
	}
	return port;
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
