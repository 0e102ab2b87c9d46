// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server's interrupts: eventfds come, fire and go; every request
 * that makes no sense is refused, and keeps no descriptor.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include "vfio_user_client.h"

static int set_irqs(struct client *client, uint32_t flags, uint32_t index, uint32_t start,
		    uint32_t count, const int *fds, size_t fd_count)
{
	const struct vfio_user_irq_set set = { sizeof(set), flags, index, start, count };

	return exchange_fds(client, VFIO_USER_DEVICE_SET_IRQS, 0, &set, sizeof(set), fds, fd_count);
}

static uint64_t fired(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

#define EVENTFDS (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define NOW	 (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define MSIX	 VFIO_PCI_MSIX_IRQ_INDEX

static void test_interrupts(void **state)
{
	const struct {
		struct vfio_user_irq_set set;
		uint8_t chosen[4];
	} some = {
		{ 24, VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, MSIX, 0, 4 },
		{ 0, 1, 0, 1 },
	};
	struct client client;
	int fds[VECTORS];

	for (size_t i = 0; i < VECTORS; i++)
		fds[i] = eventfd(0, i % 2 ? EFD_NONBLOCK : 0);
	client_start(&client, NULL);
	client_greet(&client);
	vfio_user_interrupt(client.server, 0); /* nobody listens */
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 4, fds, 4), 0);
	vfio_user_interrupt(client.server, 1);
	vfio_user_interrupt(client.server, 1);
	vfio_user_interrupt(client.server, 99);
	assert_int_equal(fired(fds[1]), 2);
	assert_int_equal(fired(fds[3]), 0);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 2, 2, NULL, 0), 0);
	assert_int_equal(fired(fds[2]), 1);
	assert_int_equal(fired(fds[3]), 1);
	assert_int_equal(exchange(&client, VFIO_USER_DEVICE_SET_IRQS, &some, 24), 0);
	assert_int_equal(fired(fds[0]), 0);
	assert_int_equal(fired(fds[3]), 1);
	assert_int_equal(fired(fds[1]), 1);
	/* Taken away: one without descriptors, all with count 0; MSI steps in. */
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 1, 1, NULL, 0), 0);
	vfio_user_interrupt(client.server, 1);
	assert_int_equal(fired(fds[1]), 0);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 0, 0, NULL, 0), 0);
	assert_int_equal(set_irqs(&client, EVENTFDS, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, fds, 1), 0);
	vfio_user_interrupt(client.server, 3);
	assert_int_equal(fired(fds[3]), 0);
	assert_int_equal(fired(fds[0]), 1);
	client_stop(&client);
	for (size_t i = 0; i < VECTORS; i++)
		close(fds[i]);
}

static void test_intx(void **state)
{
	const uint32_t mask = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK;
	const uint32_t unmask = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK;
	const uint32_t intx = VFIO_PCI_INTX_IRQ_INDEX;
	int fd = eventfd(0, EFD_NONBLOCK);
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	/* Asserted before the client listens: it is told when it does. */
	vfio_user_intx(client.server, true);
	assert_int_equal(set_irqs(&client, EVENTFDS, intx, 0, 1, &fd, 1), 0);
	assert_int_equal(fired(fd), 1);
	/* It has masked itself; unmasked, it fires as long as it is asserted. */
	vfio_user_intx(client.server, true);
	assert_int_equal(fired(fd), 0);
	assert_int_equal(set_irqs(&client, unmask, intx, 0, 1, NULL, 0), 0);
	assert_int_equal(fired(fd), 1);
	vfio_user_intx(client.server, false);
	assert_int_equal(set_irqs(&client, unmask, intx, 0, 1, NULL, 0), 0);
	assert_int_equal(fired(fd), 0);
	vfio_user_intx(client.server, true);
	assert_int_equal(fired(fd), 1);
	vfio_user_intx(client.server, false);
	/* Masked by the client. */
	assert_int_equal(set_irqs(&client, unmask, intx, 0, 1, NULL, 0), 0);
	assert_int_equal(set_irqs(&client, mask, intx, 0, 1, NULL, 0), 0);
	vfio_user_intx(client.server, true);
	assert_int_equal(fired(fd), 0);
	assert_int_equal(set_irqs(&client, unmask, intx, 0, 1, NULL, 0), 0);
	assert_int_equal(fired(fd), 1);
	/* Only INTx can be masked, and not by descriptors, which are not offered. */
	assert_int_equal(set_irqs(&client, mask, MSIX, 0, 1, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK,
				  intx, 0, 1, &fd, 1),
			 -EINVAL);
	client_stop(&client);
	close(fd);
}

static void test_interrupts_malformed(void **state)
{
	const struct {
		struct vfio_user_irq_set set;
		uint8_t chosen[4];
	} some = {
		{ 24, VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, MSIX, 0, 4 },
		{ 0 },
	};
	int fds[20], readable = open("/dev/null", O_RDONLY);
	size_t before = open_descriptors() + 20;
	struct client client;

	for (size_t i = 0; i < 20; i++)
		fds[i] = eventfd(0, 0);
	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 4, fds, 3), -EINVAL);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 3, fds, 4), -EINVAL);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 20, fds, 20), -E2BIG);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 0, fds, 1), -EINVAL);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 1, &readable, 1), -EINVAL);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 4, 1, fds, 1), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 1, 4, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, MSIX, UINT32_MAX, 2, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 2, UINT32_MAX, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, VFIO_PCI_NUM_IRQS, 0, 0, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, UINT32_MAX, 0, 0, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 0, 1, fds, 1), -EINVAL);
	assert_int_equal(set_irqs(&client, 0, MSIX, 0, 1, NULL, 0), -EINVAL);
	assert_int_equal(set_irqs(&client, VFIO_IRQ_SET_ACTION_TRIGGER, MSIX, 0, 1, NULL, 0),
			 -EINVAL);
	assert_int_equal(set_irqs(&client, NOW | VFIO_IRQ_SET_DATA_EVENTFD, MSIX, 0, 1, fds, 1),
			 -EINVAL);
	assert_int_equal(set_irqs(&client, NOW | VFIO_IRQ_SET_ACTION_MASK, MSIX, 0, 1, NULL, 0),
			 -EINVAL);
	assert_int_equal(set_irqs(&client, NOW | 0x40, MSIX, 0, 1, NULL, 0), -EINVAL);
	for (size_t size = 0; size < 24; size++)
		assert_int_equal(exchange(&client, VFIO_USER_DEVICE_SET_IRQS, &some, size),
				 -EINVAL);
	client_stop(&client);
	assert_int_equal(open_descriptors(), before);
	close(readable);
	for (size_t i = 0; i < 20; i++)
		close(fds[i]);
}

/* What is no eventfd could be anything: a file that obeys whoever writes, or one that waits. */
static void test_only_eventfds(void **state)
{
	int ends[2], sockets[2], fds[4];
	struct client client;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	fds[0] = ends[1];
	fds[1] = sockets[0];
	fds[2] = open("/dev/null", O_RDWR);
	fds[3] = make_memory("test", 4096);
	client_start(&client, NULL);
	client_greet(&client);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 1, &fds[i], 1), -EINVAL);
	client_stop(&client);
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
	close(ends[0]);
	close(sockets[1]);
}

/* The client makes its eventfd a waiting one again, and fills it: nobody waits for it. */
static void test_full_eventfd(void **state)
{
	int fd = eventfd(0, 0);
	struct client client;

	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(set_irqs(&client, EVENTFDS, MSIX, 0, 1, &fd, 1), 0);
	assert_int_equal(eventfd_write(fd, UINT64_MAX - 1), 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	alarm(5);
	vfio_user_interrupt(client.server, 0);
	assert_int_equal(set_irqs(&client, NOW, MSIX, 0, 1, NULL, 0), 0);
	alarm(0);
	assert_true(fired(fd) == UINT64_MAX - 1);
	vfio_user_interrupt(client.server, 0);
	assert_int_equal(fired(fd), 1);
	client_stop(&client);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupts),	     cmocka_unit_test(test_intx),
		cmocka_unit_test(test_interrupts_malformed), cmocka_unit_test(test_only_eventfds),
		cmocka_unit_test(test_full_eventfd),
	};

	return cmocka_run_group_tests_name("vfio_user_irq", tests, NULL, NULL);
}
