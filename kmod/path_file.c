// SPDX-License-Identifier: GPL-2.0
/*
 * A path's file: how it is made, what an NF calls on it, and its end when it is closed.
 * While it is open its ports stay open.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "path.h"

static long onepath_path_file_info(struct onepath_path *path, void __user *user)
{
	struct onepath_path_info args;
	unsigned int k;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	memset_after(&args, 0, size);
	args.flags = (READ_ONCE(path->running) ? ONEPATH_PATH_RUNNING : 0) |
		     (READ_ONCE(path->interrupted) ? ONEPATH_PATH_INTERRUPTED : 0);
	args.ring_size = path->ring_size;
	args.output_count = path->outputs;
	args.buffer_bytes = path->buffer_bytes;
	args.buffer_stride = onepath_path_stride(path);
	args.ring_stride = path->rings.unit;
	args.heads_offset = path->outputs * path->rings.unit;
	args.buffers_size = path->buffers.bytes;
	args.rings_size = path->rings.bytes;
	args.doorbells_size = (1 + path->outputs) * PAGE_SIZE;
	args.rdt_offset = onepath_path_doorbell_offset(path, 0);
	args.rx_queue = path->rx_queue;
	for (k = 0; k < path->outputs; k++) {
		args.tdt_offset[k] = onepath_path_doorbell_offset(path, 1 + k);
		args.tx_queue[k] = path->output[k].queue;
	}
	return onepath_return_args(user, &args, sizeof(args));
}

/*
 * Arms the queue's interrupt, then looks whether it comes too late, or there is other
 * news. The input's lock is held.
 */
static int onepath_path_arm_locked(struct onepath_path *path, u32 next)
{
	struct onepath_port *input = path->port[0];
	int rc = onepath_port_error(input);

	if (rc)
		return rc;
	if (!READ_ONCE(path->running))
		return -EAGAIN;
	if (!path->has_irq)
		return -EOPNOTSUPP;
	WRITE_ONCE(path->arrived, false);
	smp_mb(); /* pairs with the one in onepath_output_stopped() */
	onepath_hw_irq_arm(&input->io, path->rx_queue);
	/* this read also pushes the posted writes before it to the device, and its writes to us */
	if (onepath_hw_gone(&input->io))
		return -ENODEV;
	if (!onepath_path_received(path, next) && !onepath_output_unseen(path))
		return 0;
	onepath_hw_irq_disarm(&input->io, path->rx_queue);
	WRITE_ONCE(path->arrived, true);
	return 1;
}

static long onepath_path_file_arm(struct onepath_path *path, void __user *user)
{
	struct mutex *lock = &path->port[0]->lock;
	struct onepath_path_arm args;
	int rc = onepath_copy_args(&args, sizeof(args), user);

	if (rc)
		return rc;
	if (args.next >= path->ring_size)
		return -EINVAL;
	args.next = array_index_nospec(args.next, path->ring_size);
	if (mutex_lock_interruptible(lock))
		return -EINTR;
	rc = onepath_path_arm_locked(path, args.next);
	mutex_unlock(lock);
	return rc;
}

static long onepath_path_file_start_or_stop(struct onepath_path *path, bool start)
{
	struct onepath_owner *owner = path->owner;
	int rc;

	if (mutex_lock_interruptible(&owner->lock))
		return -EINTR;
	rc = start ? onepath_path_start(path) : onepath_path_stop(path);
	if (!start) {
		WRITE_ONCE(path->interrupted, false);
		if (!rc && onepath_path_error(path) == -ENODEV)
			rc = -ENODEV;
	}
	onepath_port_mend(owner);
	mutex_unlock(&owner->lock);
	return rc;
}

static long onepath_path_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct onepath_path *path = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case ONEPATH_PATH_INFO:
		return onepath_path_file_info(path, user);
	case ONEPATH_PATH_START:
		return onepath_path_file_start_or_stop(path, true);
	case ONEPATH_PATH_STOP:
		return onepath_path_file_start_or_stop(path, false);
	case ONEPATH_PATH_ARM:
		return onepath_path_file_arm(path, user);
	case ONEPATH_EVENTFD:
		return onepath_event_set_eventfd(&path->event, user);
	default:
		return -ENOTTY;
	}
}

static __poll_t onepath_path_file_poll(struct file *file, poll_table *table)
{
	struct onepath_path *path = file->private_data;
	__poll_t events = 0;
	unsigned int n;

	poll_wait(file, &path->event.wait, table);
	if (READ_ONCE(path->arrived))
		events |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(path->interrupted))
		events |= EPOLLERR;
	for (n = 0; n <= path->outputs; n++)
		if (READ_ONCE(path->port[n]->state) == ONEPATH_PORT_GONE)
			events |= EPOLLHUP | EPOLLERR;
	return events;
}

/* Undoes onepath_path_claim(). */
static void onepath_path_unclaim(struct onepath_path *path)
{
	unsigned int k;

	for (k = 0; k < path->outputs; k++)
		clear_bit(path->output[k].queue, path->port[1 + k]->tx_queues);
	clear_bit(path->rx_queue, path->port[0]->rx_queues);
	onepath_dma_leave(path->domain, path->port, 1 + path->outputs);
}

/* What onepath_path_alloc() and onepath_path_get_files() got. */
static void onepath_path_free(struct onepath_path *path)
{
	unsigned int n;

	for (n = 0; n <= path->outputs && path->file[n]; n++)
		fput(path->file[n]);
	onepath_event_exit(&path->event);
	if (path->owner)
		onepath_owner_put(path->owner);
	__free_page(path->nowhere);
	kfree(path);
}

static int onepath_path_file_release(struct inode *inode, struct file *file)
{
	struct onepath_path *path = file->private_data;
	struct onepath_owner *owner = path->owner;

	mutex_lock(&owner->lock);
	onepath_path_stop(path);
	onepath_port_mend(owner);
	list_del(&path->node);
	onepath_irq_free(path);
	onepath_path_memory_free(path);
	onepath_path_unclaim(path);
	mutex_unlock(&owner->lock);
	onepath_path_free(path);
	return 0;
}

static const struct file_operations onepath_path_fops = {
	.owner = THIS_MODULE,
	.release = onepath_path_file_release,
	.unlocked_ioctl = onepath_path_file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = onepath_path_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.poll = onepath_path_file_poll,
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

	for (k = 0; k <= path->outputs; k++)
		if (path->port[k]->owner != path->owner)
			return path->port[k]->state == ONEPATH_PORT_GONE ? -ENODEV : -EXDEV;
	rc = onepath_path_error(path);
	if (rc)
		return rc;
	if (test_and_set_bit(path->rx_queue, path->port[0]->rx_queues))
		return -EBUSY;
	for (k = 0; k < path->outputs; k++) {
		port = path->port[1 + k];
		queue = find_first_zero_bit(port->tx_queues, ONEPATH_TX_QUEUES);
		if (queue == ONEPATH_TX_QUEUES) {
			rc = -ENOSPC;
			goto queues;
		}
		set_bit(queue, port->tx_queues);
		path->output[k].queue = queue;
	}
	path->domain = onepath_dma_join(path->port, 1 + path->outputs);
	if (!IS_ERR(path->domain))
		return 0;
	rc = PTR_ERR(path->domain);
queues:
	while (k--)
		clear_bit(path->output[k].queue, path->port[1 + k]->tx_queues);
	clear_bit(path->rx_queue, path->port[0]->rx_queues);
	return rc;
}

/* Under the owner's lock: makes the path whole, and its file. */
static struct file *onepath_path_open(struct onepath_path *path)
{
	struct file *file;
	int rc = onepath_path_claim(path);

	if (rc)
		return ERR_PTR(rc);
	rc = onepath_path_memory_alloc(path);
	if (rc)
		goto unclaim;
	rc = onepath_irq_request(path);
	if (rc)
		goto memory;
	file = anon_inode_getfile("[onepath]", &onepath_path_fops, path, O_RDWR);
	if (IS_ERR(file)) {
		rc = PTR_ERR(file);
		goto irq;
	}
	/* the input's, so that onepath_path_set_doorbell() finds the mappings */
	file->f_mapping = path->file[0]->f_mapping;
	list_add(&path->node, &path->owner->paths);
	return file;

irq:
	onepath_irq_free(path);
memory:
	onepath_path_memory_free(path);
unclaim:
	onepath_path_unclaim(path);
	return ERR_PTR(rc);
}

static struct onepath_path *onepath_path_alloc(const struct onepath_path_create *args)
{
	struct onepath_path *path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);

	if (!path)
		return NULL;
	path->outputs = args->output_count;
	path->ring_size = args->ring_size;
	path->rx_queue = args->rx_queue;
	path->buffer_bytes = args->buffer_bytes ? args->buffer_bytes : ONEPATH_BUFFER_BYTES;
	mutex_init(&path->doorbell_lock);
	onepath_event_init(&path->event);
	path->nowhere = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!path->nowhere) {
		kfree(path);
		return NULL;
	}
	return path;
}

static bool onepath_path_args_valid(const struct onepath_path_create *args)
{
	return !args->flags && args->ring_size >= ONEPATH_RING_SIZE_MIN &&
	       args->ring_size <= ONEPATH_RING_SIZE_MAX && is_power_of_2(args->ring_size) &&
	       args->output_count && args->output_count <= ONEPATH_OUTPUTS_MAX &&
	       args->rx_queue < ONEPATH_RX_QUEUES &&
	       !(args->buffer_bytes % ONEPATH_BUFFER_BYTES_STEP) &&
	       args->buffer_bytes <= ONEPATH_BUFFER_BYTES_MAX;
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

	if (!onepath_path_args_valid(args))
		return -EINVAL;
	path = onepath_path_alloc(args);
	if (!path)
		return -ENOMEM;
	rc = onepath_path_get_files(path, input, args->outputs);
	if (rc)
		goto free;
	path->owner = onepath_port_get_owner(path->port[0]);
	if (!path->owner) {
		rc = -ENODEV;
		goto free;
	}
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		rc = fd;
		goto free;
	}
	mutex_lock(&path->owner->lock);
	file = onepath_path_open(path);
	mutex_unlock(&path->owner->lock);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		rc = PTR_ERR(file);
		goto free;
	}
	fd_install(fd, file);
	return fd;

free:
	onepath_path_free(path);
	return rc;
}
