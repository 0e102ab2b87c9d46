// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupts of a vfio-user device: the client gives an eventfd for each
 * vector that it uses, and an interrupt is 1 written to it. The client does the
 * rest (MSI-X table, masking, delivery to the guest).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vfio_user_internal.h"

/* Where the eventfds of kind @index start. */
static unsigned int irq_base(const struct vfio_user *server, unsigned int index)
{
	unsigned int base = 0;

	for (unsigned int i = 0; i < index; i++)
		base += server->device.irq_count[i];
	return base;
}

static void fire(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	const uint64_t one = 1;

	/*
	 * It is full only if the client reads nothing: then it knows already. Not to wait is
	 * O_NONBLOCK's job, but the client can clear it.
	 */
	if (fd >= 0 && poll(&ready, 1, 0) == 1 && write(fd, &one, sizeof(one)) < 0)
		return;
}

static void set_irq(struct vfio_user *server, unsigned int irq, int fd)
{
	if (server->irqs[irq] >= 0)
		close(server->irqs[irq]);
	server->irqs[irq] = fd;
}

static void fire_intx(struct vfio_user *server)
{
	int fd = server->irqs[irq_base(server, VFIO_PCI_INTX_IRQ_INDEX)];

	if (!server->intx_asserted || server->intx_masked || fd < 0)
		return;
	server->intx_masked = true;
	fire(fd);
}

void vfio_user_intx(struct vfio_user *server, bool asserted)
{
	server->intx_asserted = asserted;
	if (server->device.irq_count[VFIO_PCI_INTX_IRQ_INDEX])
		fire_intx(server);
}

/* A client that gets INTx anew has not masked it. */
static void start_intx(struct vfio_user *server)
{
	server->intx_masked = false;
	fire_intx(server);
}

void vfio_user_clear_irqs(struct vfio_user *server)
{
	server->intx_masked = false;
	for (unsigned int i = 0; i < IRQS_MAX; i++)
		set_irq(server, i, -1);
}

/*
 * A descriptor on which writing cannot make us wait, nor do anything else: an eventfd has no file
 * type, unlike files, pipes, sockets and devices.
 */
static int make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &st) < 0 ||
	    (st.st_mode & S_IFMT))
		return -EINVAL;
	if (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/* One eventfd for each interrupt, or none at all to take theirs away. */
static int set_eventfds(struct vfio_user *server, unsigned int first, unsigned int count)
{
	if (server->fd_count && server->fd_count != count)
		return -EINVAL;
	for (unsigned int i = 0; i < server->fd_count; i++) {
		int ret = make_nonblocking(server->fds[i]);

		if (ret)
			return ret;
	}
	for (unsigned int i = 0; i < count; i++) {
		set_irq(server, first + i, server->fd_count ? server->fds[i] : -1);
		if (server->fd_count)
			server->fds[i] = -1;
	}
	return 0;
}

/* Only INTx can be masked. Unmasked, it fires again as long as the device asserts it. */
static int mask_intx(struct vfio_user *server, const struct vfio_user_irq_set *set, bool mask)
{
	if (set->index != VFIO_PCI_INTX_IRQ_INDEX || server->fd_count ||
	    (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) != VFIO_IRQ_SET_DATA_NONE)
		return -EINVAL;
	if (!set->count)
		return 0;
	server->intx_masked = mask;
	fire_intx(server);
	return 0;
}

int vfio_user_set_irqs(struct vfio_user *server, size_t size)
{
	const uint8_t *chosen = server->payload + sizeof(struct vfio_user_irq_set);
	struct vfio_user_irq_set set;
	unsigned int first, data, action, total;
	int ret;

	if (size < sizeof(set))
		return -EINVAL;
	memcpy(&set, server->payload, sizeof(set));
	data = set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	action = set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	if (set.argsz < sizeof(set) || set.flags != (data | action) ||
	    set.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	total = server->device.irq_count[set.index];
	if (set.start > total || set.count > total - set.start)
		return -EINVAL;
	if (size != sizeof(set) + (data == VFIO_IRQ_SET_DATA_BOOL ? set.count : 0))
		return -EINVAL;
	if (server->fd_count && data != VFIO_IRQ_SET_DATA_EVENTFD)
		return -EINVAL;
	if (action == VFIO_IRQ_SET_ACTION_MASK || action == VFIO_IRQ_SET_ACTION_UNMASK)
		return mask_intx(server, &set, action == VFIO_IRQ_SET_ACTION_MASK);
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -EINVAL;
	first = irq_base(server, set.index) + set.start;
	switch (data) {
	case VFIO_IRQ_SET_DATA_EVENTFD:
		if (!set.count)
			return -EINVAL;
		ret = set_eventfds(server, first, set.count);
		if (!ret && set.index == VFIO_PCI_INTX_IRQ_INDEX)
			start_intx(server);
		return ret;
	case VFIO_IRQ_SET_DATA_NONE:
		if (!set.start && !set.count) {
			for (unsigned int i = 0; i < total; i++)
				set_irq(server, first + i, -1);
			return 0;
		}
		for (unsigned int i = 0; i < set.count; i++)
			fire(server->irqs[first + i]);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		for (unsigned int i = 0; i < set.count; i++) {
			if (chosen[i])
				fire(server->irqs[first + i]);
		}
		return 0;
	default:
		return -EINVAL;
	}
}

void vfio_user_interrupt(struct vfio_user *server, unsigned int vector)
{
	unsigned int msix = irq_base(server, VFIO_PCI_MSIX_IRQ_INDEX);
	unsigned int msi = irq_base(server, VFIO_PCI_MSI_IRQ_INDEX);

	if (vector < server->device.irq_count[VFIO_PCI_MSIX_IRQ_INDEX] &&
	    server->irqs[msix + vector] >= 0)
		fire(server->irqs[msix + vector]);
	else if (server->device.irq_count[VFIO_PCI_MSI_IRQ_INDEX])
		fire(server->irqs[msi]);
}
