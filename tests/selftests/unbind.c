// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that go away under their owners, and ports that are reset: what is told to whom, and
 * that descriptors and mappings that are left do no harm. Needs root, for sysfs.
 */
#include "selftest.h"
#include <sys/epoll.h>

FIXTURE(unbind)
{
	int32_t port[2];
	int path, observer;
	int epoll;
	int port_event, path_event;
	uint32_t *doorbells;
	struct onepath_path_info info;
};

FIXTURE_VARIANT(unbind)
{
	bool running;
	unsigned int which; /* 0 the input, 1 the output */
};

FIXTURE_VARIANT_ADD(unbind, stopped_input){ .which = 0 };
FIXTURE_VARIANT_ADD(unbind, running_input){ .running = true, .which = 0 };
FIXTURE_VARIANT_ADD(unbind, running_output){ .running = true, .which = 1 };

static const char *name(unsigned int n)
{
	return strrchr(node(n), '/') + 1;
}

static int write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY), rc;

	rc = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return rc;
}

static int unbind_port(unsigned int n)
{
	return write_to("/sys/bus/pci/drivers/onepath/unbind", name(n));
}

static int bind_port(unsigned int n)
{
	return write_to("/sys/bus/pci/drivers/onepath/bind", name(n));
}

static int reset_port(unsigned int n)
{
	char file[128];

	snprintf(file, sizeof(file), "/sys/bus/pci/devices/%s/reset", name(n));
	return write_to(file, "1");
}

FIXTURE_SETUP(unbind)
{
	struct epoll_event want = { .events = EPOLLIN | EPOLLPRI };

	if (geteuid() || !node(1))
		SKIP(return, "root and two ports are needed");
	for (unsigned int n = 0; n < 2; n++) {
		self->port[n] = port_open(n, O_RDWR);
		ASSERT_LE(0, self->port[n]);
	}
	self->observer = port_open(variant->which, O_RDONLY);
	self->path = path_create(self->port[0], &self->port[1], 1);
	ASSERT_LE(0, self->path);
	ASSERT_ERRNO(0, path_info(self->path, &self->info));
	self->doorbells = path_map(self->path, ONEPATH_MMAP_DOORBELLS, self->info.doorbells_size);
	ASSERT_NE(MAP_FAILED, (void *)self->doorbells);
	self->port_event = eventfd(0, EFD_NONBLOCK);
	self->path_event = eventfd(0, EFD_NONBLOCK);
	ASSERT_ERRNO(0, set_eventfd(self->port[variant->which], self->port_event));
	ASSERT_ERRNO(0, set_eventfd(self->path, self->path_event));
	if (variant->running) {
		ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	}
	/* an epoll is told, it does not look: what wakes nobody does not show */
	self->epoll = epoll_create1(0);
	want.data.fd = self->path;
	ASSERT_EQ(0, epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->path, &want));
}

FIXTURE_TEARDOWN(unbind)
{
	close(self->path);
	for (unsigned int n = 0; n < 2; n++)
		close(self->port[n]);
	if (access(node(variant->which), F_OK)) {
		EXPECT_EQ(0, bind_port(variant->which));
	}
}

/* Frames may make a running path readable: waits until it tells @event as well. */
static bool tells(int epoll, uint32_t event)
{
	struct epoll_event got = {};

	for (unsigned int n = 0; n < 1000; n++) {
		if (epoll_wait(epoll, &got, 1, EVENTUALLY_MS) != 1)
			return false;
		if (got.events & event)
			return true;
		usleep(1000);
	}
	return false;
}

static bool signalled(int eventfd)
{
	uint64_t count;

	return read(eventfd, &count, sizeof(count)) == sizeof(count);
}

TEST_F(unbind, all_are_told)
{
	const int port = self->port[variant->which];

	ASSERT_EQ(0, unbind_port(variant->which));
	EXPECT_TRUE(tells(self->epoll, EPOLLHUP));
	EXPECT_TRUE(signalled(self->port_event));
	EXPECT_TRUE(signalled(self->path_event));
	EXPECT_EQ(POLLHUP | POLLERR, poll_now(port, ALL_EVENTS));
	EXPECT_EQ(POLLHUP | POLLERR, poll_now(self->observer, ALL_EVENTS));
	EXPECT_EQ(POLLHUP | POLLERR, poll_now(self->path, ALL_EVENTS) & ~(POLLIN | POLLRDNORM));
}

TEST_F(unbind, every_call_says_so)
{
	struct onepath_port_info info = { .size = sizeof(info) };
	struct onepath_port_config config = { .size = sizeof(config) };
	struct onepath_queue_stats queue = { .size = sizeof(queue) };
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = 1 };
	const int port = self->port[variant->which], other = self->port[!variant->which];
	struct onepath_port_stats stats;

	ASSERT_EQ(0, unbind_port(variant->which));
	EXPECT_ERRNO(ENOENT, open(node(variant->which), O_RDWR));
	EXPECT_ERRNO(ENODEV, port_info(port, &info));
	EXPECT_ERRNO(ENODEV, port_info(self->observer, &info));
	EXPECT_ERRNO(ENODEV, port_stats(port, &stats));
	EXPECT_ERRNO(ENODEV, ioctl(port, ONEPATH_QUEUE_STATS, &queue));
	EXPECT_ERRNO(ENODEV, ioctl(port, ONEPATH_PORT_CONFIG_SET, &config));
	EXPECT_ERRNO(ENODEV, path_create_with(port, &args, &port, 1));
	EXPECT_ERRNO(ENODEV, path_create_with(port, &args, &other, 1));
	EXPECT_ERRNO(ENODEV, path_create_with(other, &args, &port, 1));
	EXPECT_ERRNO(ENODEV, ioctl(self->path, ONEPATH_PATH_START));
	EXPECT_ERRNO(ENODEV, ioctl(self->path, ONEPATH_PATH_STOP));
	EXPECT_ERRNO(ENODEV, set_eventfd(port, -1));
	EXPECT_ERRNO(0, path_info(self->path, &self->info));
	/* wrong before, wrong after */
	EXPECT_ERRNO(ENOTTY, ioctl(port, ONEPATH_PATH_START));
	EXPECT_ERRNO(EFAULT, ioctl(port, ONEPATH_PORT_INFO, NULL));
	/* the other port lives */
	EXPECT_ERRNO(0, port_info(other, &info));
	EXPECT_LE(0, path_create_with(other, &args, &other, 1));
}

TEST_F(unbind, what_is_left_does_no_harm)
{
	unsigned char *rings = path_map(self->path, ONEPATH_MMAP_RINGS, self->info.rings_size);

	ASSERT_EQ(0, unbind_port(variant->which));
	self->doorbells[self->info.rdt_offset / 4] = 1;
	self->doorbells[self->info.tdt_offset[0] / 4] = 1;
	memset(rings, 0xff, self->info.rings_size);
	EXPECT_NE(MAP_FAILED,
		  path_map(self->path, ONEPATH_MMAP_DOORBELLS, self->info.doorbells_size));
	/* bound again, it is another port, and free, whoever holds what is left of the first */
	EXPECT_EQ(0, bind_port(variant->which));
	int again = port_open(variant->which, O_RDWR);

	EXPECT_LE(0, again);
	EXPECT_EQ(0, ERRNO_OF(close(again)));
}

TEST_F(unbind, eventfds_are_given_back)
{
	int before, fd, copy;

	munmap(self->doorbells, self->info.doorbells_size);
	close(self->path);
	close(self->port_event);
	close(self->path_event);
	ASSERT_EQ(0, unbind_port(variant->which));
	before = eventfd_number();
	fd = eventfd(0, 0);
	copy = dup(self->port[variant->which]);
	set_eventfd(copy, fd);
	close(fd);
	close(copy);
	close(self->port[variant->which]);
	close(self->observer);
	EXPECT_EQ(before, eventfd_number());
	self->path = -1;
	self->port[variant->which] = -1;
}

TEST_F(unbind, reset_instead)
{
	if (reset_port(variant->which))
		SKIP(return, "the port has no reset");
	if (variant->running && !variant->which) {
		EXPECT_TRUE(tells(self->epoll, EPOLLERR));
		EXPECT_TRUE(signalled(self->path_event));
		EXPECT_TRUE(poll_now(self->path, 0) & POLLERR);
		EXPECT_FALSE(poll_now(self->path, 0) & POLLHUP);
		EXPECT_ERRNO(0, path_info(self->path, &self->info));
		EXPECT_TRUE(self->info.flags & ONEPATH_PATH_INTERRUPTED);
		EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	}
	EXPECT_EQ(0, poll_now(self->path, 0));
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
}

TEST_HARNESS_MAIN
