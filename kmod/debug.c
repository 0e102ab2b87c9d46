// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/onepath/<port>/: registers, by name, as the device has them now
 * (none whose reading changes anything), and state, what the module thinks. For people:
 * the format may change.
 */
#include <linux/debugfs.h>
#include <linux/pid.h>
#include <linux/seq_file.h>
#include "path.h"

static struct dentry *onepath_debug_root;

static int onepath_debug_registers_show(struct seq_file *seq, void *unused)
{
	struct onepath_port *port = seq->private;
	const struct onepath_hw_register *reg;
	u32 n;
	int rc;

	if (mutex_lock_interruptible(&port->lock))
		return -EINTR;
	rc = onepath_port_error(port);
	if (rc == -EIO)
		rc = 0;
	for (reg = onepath_hw_registers; !rc && reg->name; reg++) {
		for (n = 0; n < reg->count; n++) {
			u32 offset = reg->offset + n * reg->stride;

			seq_printf(seq, "%05x %08x %s", offset, onepath_read(&port->io, offset),
				   reg->name);
			if (reg->count > 1)
				seq_printf(seq, "[%u]", n);
			seq_putc(seq, '\n');
		}
	}
	mutex_unlock(&port->lock);
	return rc;
}
DEFINE_SHOW_ATTRIBUTE(onepath_debug_registers);

static void onepath_debug_path_show(struct seq_file *seq, const struct onepath_path *path)
{
	unsigned int k;

	seq_printf(seq, "path from %s rx %u: ring %u, buffers %u, %s%s\n",
		   dev_name(&path->port[0]->dev), path->rx_queue, path->ring_size,
		   path->buffer_bytes, path->running ? "running" : "stopped",
		   path->interrupted ? ", interrupted" : "");
	for (k = 0; k < path->outputs; k++)
		seq_printf(seq, "  to %s tx %u: epoch %u, %s\n", dev_name(&path->port[1 + k]->dev),
			   path->output[k].queue, path->output[k].epoch,
			   path->output[k].epoch & 1 ? "out of service" : "in service");
}

static int onepath_debug_state_show(struct seq_file *seq, void *unused)
{
	static const char *const names[] = {
		[ONEPATH_PORT_IDLE] = "idle",
		[ONEPATH_PORT_READY] = "ready",
		[ONEPATH_PORT_FAILED] = "failed",
		[ONEPATH_PORT_GONE] = "gone",
	};
	struct onepath_port *port = seq->private;
	struct onepath_owner *owner = onepath_port_get_owner(port);
	struct onepath_path *path;

	seq_printf(seq, "%s%s, link %s, %u interrupts\n", names[READ_ONCE(port->state)],
		   READ_ONCE(port->away) ? " (away)" : "", READ_ONCE(port->link_up) ? "up" : "down",
		   READ_ONCE(port->vectors));
	if (!owner)
		return 0;
	mutex_lock(&owner->lock);
	seq_printf(seq, "owner %d\n", pid_nr(owner->process));
	list_for_each_entry(path, &owner->paths, node)
		onepath_debug_path_show(seq, path);
	mutex_unlock(&owner->lock);
	onepath_owner_put(owner);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(onepath_debug_state);

/* debugfs may be missing or fail: then there is nothing to see, and nothing else is wrong. */
void onepath_debug_init(void)
{
	onepath_debug_root = debugfs_create_dir(KBUILD_MODNAME, NULL);
}

void onepath_debug_exit(void)
{
	debugfs_remove(onepath_debug_root);
}

void onepath_debug_add(struct onepath_port *port)
{
	port->debug = debugfs_create_dir(dev_name(&port->dev), onepath_debug_root);
	debugfs_create_file("registers", 0400, port->debug, port, &onepath_debug_registers_fops);
	debugfs_create_file("state", 0400, port->debug, port, &onepath_debug_state_fops);
}

void onepath_debug_remove(struct onepath_port *port)
{
	debugfs_remove(port->debug);
}
