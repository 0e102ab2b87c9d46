// SPDX-License-Identifier: GPL-2.0
/*
 * A path: one receive queue of the input, its buffers, and one transmit queue on
 * each output. Its file is what an NF maps, starts and stops; while it is open
 * the ports stay open. The kernel writes the descriptors' addresses and never
 * touches a packet.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "path.h"

static LIST_HEAD(onepath_paths);

/* Queues */

/* Stops what runs, receive first. A port whose queue does not stop is reset. */
static int onepath_path_stop(struct onepath_path *path)
{
	u32 drain_us = ONEPATH_HW_DRAIN_US; /* for all outputs together */
	int result = 0, rc;
	unsigned int n;

	if (!path->running)
		return 0;
	path->running = false;
	onepath_path_set_doorbells(path, false);
	for (n = 0; n <= path->outputs; n++) {
		if (path->port[n]->state != ONEPATH_PORT_READY)
			continue;
		if (n)
			rc = onepath_hw_tx_stop(&path->port[n]->io, path->tx_queue[n - 1],
						&drain_us);
		else
			rc = onepath_hw_rx_stop(&path->port[n]->io, ONEPATH_RX_QUEUE);
		if (rc) {
			result = rc;
			onepath_port_fail(path->port[n], rc);
		}
	}
	return result;
}

/* No NF reaches a doorbell of the port any more: before it is reset under its paths. */
void onepath_path_silence(const struct onepath_port *port)
{
	struct onepath_path *path;
	unsigned int n;

	list_for_each_entry(path, &onepath_paths, node)
		for (n = 0; path->running && n <= path->outputs; n++)
			if (path->port[n] == port)
				onepath_path_set_doorbells(path, false);
}

static int onepath_path_check_ports(const struct onepath_path *path)
{
	unsigned int n;

	for (n = 0; n <= path->outputs; n++) {
		if (path->port[n]->state == ONEPATH_PORT_GONE)
			return -ENODEV;
		if (path->port[n]->state != ONEPATH_PORT_READY)
			return -EIO;
	}
	return 0;
}

/* Ends each running path that lost a port. That may cost further ports, so: until none is left. */
void onepath_path_end_failed(void)
{
	struct onepath_path *path;

again:
	list_for_each_entry(path, &onepath_paths, node) {
		if (path->running && onepath_path_check_ports(path)) {
			onepath_path_stop(path);
			goto again;
		}
	}
}

static int onepath_path_start(struct onepath_path *path)
{
	unsigned int k;
	int rc;

	if (path->running)
		return -EBUSY;
	rc = onepath_path_check_ports(path);
	if (rc)
		return rc;
	onepath_path_write_rings(path);
	path->running = true;
	for (k = 0; k < path->outputs; k++) {
		rc = onepath_hw_tx_start(&path->port[1 + k]->io, path->tx_queue[k],
					 path->rings.chunk[k].iova, path->ring_size,
					 onepath_path_head_iova(path, k), 0);
		if (rc)
			goto stop;
	}
	rc = onepath_hw_rx_start(&path->port[0]->io, ONEPATH_RX_QUEUE, path->rings.chunk[0].iova,
				 path->ring_size, ONEPATH_BUFFER_BYTES);
	if (rc)
		goto stop;
	onepath_path_set_doorbells(path, true);
	return 0;

stop:
	onepath_path_stop(path);
	return rc;
}

/* File */

static long onepath_path_info(struct onepath_path *path, void __user *user)
{
	struct onepath_path_info args;
	unsigned int k;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	memset_after(&args, 0, size);
	args.flags = READ_ONCE(path->running) ? ONEPATH_PATH_RUNNING : 0;
	args.ring_size = path->ring_size;
	args.output_count = path->outputs;
	args.buffer_bytes = ONEPATH_BUFFER_BYTES;
	args.buffer_stride = ONEPATH_BUFFER_STRIDE;
	args.ring_stride = path->rings.chunk_bytes;
	args.heads_offset = path->outputs * path->rings.chunk_bytes;
	args.buffers_size = path->buffers.chunks * path->buffers.chunk_bytes;
	args.rings_size = path->rings.chunks * path->rings.chunk_bytes;
	args.doorbells_size = (1 + path->outputs) * PAGE_SIZE;
	args.rdt_offset = onepath_path_doorbell_offset(path, 0);
	for (k = 0; k < path->outputs; k++)
		args.tdt_offset[k] = onepath_path_doorbell_offset(path, 1 + k);
	return onepath_return_args(user, &args, sizeof(args));
}

static long onepath_path_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct onepath_path *path = file->private_data;
	int rc;

	if (cmd == ONEPATH_PATH_INFO)
		return onepath_path_info(path, (void __user *)arg);
	if (cmd != ONEPATH_PATH_START && cmd != ONEPATH_PATH_STOP)
		return -ENOTTY;
	if (mutex_lock_interruptible(&onepath_lock))
		return -EINTR;
	if (cmd == ONEPATH_PATH_START) {
		rc = onepath_path_start(path);
	} else {
		rc = onepath_path_stop(path);
		if (!rc)
			rc = onepath_path_check_ports(path);
	}
	onepath_path_end_failed();
	mutex_unlock(&onepath_lock);
	return rc;
}

/* Tells of one thing only: that a port is gone. */
static __poll_t onepath_path_poll(struct file *file, poll_table *table)
{
	struct onepath_path *path = file->private_data;
	__poll_t events = 0;
	unsigned int n;

	for (n = 0; n <= path->outputs; n++) {
		poll_wait(file, &path->port[n]->wait, table);
		if (READ_ONCE(path->port[n]->state) == ONEPATH_PORT_GONE)
			events = EPOLLHUP | EPOLLERR;
	}
	return events;
}

/* Undoes onepath_path_claim(). */
static void onepath_path_unclaim(struct onepath_path *path)
{
	unsigned int k;

	for (k = 0; k < path->outputs; k++)
		clear_bit(path->tx_queue[k], path->port[1 + k]->tx_queues);
	path->port[0]->paths_from--;
	onepath_dma_leave(path->domain, path->port, 1 + path->outputs);
}

static void onepath_path_put_files(struct onepath_path *path)
{
	unsigned int n;

	for (n = 0; n <= path->outputs && path->file[n]; n++)
		fput(path->file[n]);
}

static int onepath_path_release(struct inode *inode, struct file *file)
{
	struct onepath_path *path = file->private_data;

	mutex_lock(&onepath_lock);
	onepath_path_stop(path);
	list_del(&path->node);
	onepath_path_memory_free(path);
	onepath_path_unclaim(path);
	onepath_path_end_failed();
	mutex_unlock(&onepath_lock);
	onepath_path_put_files(path);
	__free_page(path->nowhere);
	kfree(path);
	return 0;
}

static const struct file_operations onepath_path_fops = {
	.owner = THIS_MODULE,
	.release = onepath_path_release,
	.unlocked_ioctl = onepath_path_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = onepath_path_mmap,
	.poll = onepath_path_poll,
};

/* Creation */

/* Takes a reference to the input's and each output's file. */
static int onepath_path_get_files(struct onepath_path *path, struct file *input, u64 outputs)
{
	const s32 __user *user = u64_to_user_ptr(outputs);
	unsigned int n;
	s32 fd;

	path->file[0] = get_file(input);
	for (n = 1; n <= path->outputs; n++) {
		if (get_user(fd, user + n - 1))
			return -EFAULT;
		path->file[n] = fget(fd);
		if (!path->file[n])
			return -EBADF;
	}
	for (n = 0; n <= path->outputs; n++) {
		path->port[n] = onepath_port_owned_by(path->file[n]);
		if (IS_ERR(path->port[n]))
			return PTR_ERR(path->port[n]);
	}
	return 0;
}

/* The queues and the domain. */
static int onepath_path_claim(struct onepath_path *path)
{
	struct onepath_port *port;
	unsigned int k;
	u32 queue;
	int rc;

	rc = onepath_path_check_ports(path);
	if (rc)
		return rc;
	if (path->port[0]->paths_from)
		return -EBUSY;
	for (k = 0; k < path->outputs; k++) {
		port = path->port[1 + k];
		queue = find_first_zero_bit(port->tx_queues, ONEPATH_HW_QUEUES);
		if (queue == ONEPATH_HW_QUEUES) {
			rc = -ENOSPC;
			goto queues;
		}
		set_bit(queue, port->tx_queues);
		path->tx_queue[k] = queue;
	}
	path->domain = onepath_dma_join(path->port, 1 + path->outputs);
	if (IS_ERR(path->domain)) {
		rc = PTR_ERR(path->domain);
		goto queues;
	}
	path->port[0]->paths_from++;
	return 0;

queues:
	while (k--)
		clear_bit(path->tx_queue[k], path->port[1 + k]->tx_queues);
	return rc;
}

/* Under onepath_lock: makes the path whole, and its file. */
static struct file *onepath_path_open(struct onepath_path *path)
{
	struct file *file;
	int rc = onepath_path_claim(path);

	if (rc)
		return ERR_PTR(rc);
	rc = onepath_path_memory_alloc(path);
	if (rc)
		goto unclaim;
	file = anon_inode_getfile("[onepath]", &onepath_path_fops, path, O_RDWR);
	if (IS_ERR(file)) {
		rc = PTR_ERR(file);
		goto memory;
	}
	/* the input's, so that onepath_path_set_doorbells() finds the mappings */
	file->f_mapping = path->file[0]->f_mapping;
	list_add(&path->node, &onepath_paths);
	return file;

memory:
	onepath_path_memory_free(path);
unclaim:
	onepath_path_unclaim(path);
	return ERR_PTR(rc);
}

/**
 * onepath_path_create() - ONEPATH_PATH_CREATE
 * @input: the input port's file, which owns the port
 * @args: as in the uapi header
 *
 * Returns the path's descriptor or -errno.
 */
int onepath_path_create(struct file *input, const struct onepath_path_create *args)
{
	struct onepath_path *path;
	struct file *file;
	int rc, fd;

	if (args->flags || args->rx_queue || args->buffer_bytes ||
	    args->ring_size < ONEPATH_RING_SIZE_MIN || args->ring_size > ONEPATH_RING_SIZE_MAX ||
	    !is_power_of_2(args->ring_size) || !args->output_count ||
	    args->output_count > ONEPATH_OUTPUTS_MAX)
		return -EINVAL;
	path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);
	if (!path)
		return -ENOMEM;
	path->outputs = args->output_count;
	path->ring_size = args->ring_size;
	mutex_init(&path->doorbell_lock);
	path->nowhere = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!path->nowhere) {
		rc = -ENOMEM;
		goto free;
	}
	rc = onepath_path_get_files(path, input, args->outputs);
	if (rc)
		goto files;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		rc = fd;
		goto files;
	}
	mutex_lock(&onepath_lock);
	file = onepath_path_open(path);
	mutex_unlock(&onepath_lock);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		rc = PTR_ERR(file);
		goto files;
	}
	fd_install(fd, file);
	return fd;

files:
	onepath_path_put_files(path);
	__free_page(path->nowhere);
free:
	kfree(path);
	return rc;
}
