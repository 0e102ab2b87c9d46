// SPDX-License-Identifier: GPL-2.0
/*
 * Events: poll(), epoll and eventfds of ports and paths, with descriptors that are none, and
 * what ONEPATH_PATH_ARM promises. What a reset and an unbind tell is in unbind.c.
 */
#include "selftest.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>

FIXTURE(event)
{
	int32_t port;
	int path;
};

FIXTURE_SETUP(event)
{
	if (!node(0))
		SKIP(return, "no port may be opened");
	port_and_path(_metadata, &self->port, &self->path);
}

FIXTURE_TEARDOWN(event)
{
	close(self->path);
	close(self->port);
}

TEST_F(event, eventfds_of_all_kinds)
{
	const int fds[] = { self->port, self->path };
	const struct {
		const char *what;
		int fd, want;
	} kinds[] = {
		{ "a counter", eventfd(0, EFD_CLOEXEC), 0 },
		{ "a semaphore", eventfd(1, EFD_SEMAPHORE), 0 },
		{ "one that is full", eventfd(UINT32_MAX, EFD_NONBLOCK), 0 },
		{ "none", -1, 0 },
		{ "none again", -1, 0 },
		{ "a file", open("/dev/null", O_RDWR), EINVAL },
		{ "an epoll", epoll_create1(0), EINVAL },
		{ "a timer", timerfd_create(CLOCK_MONOTONIC, 0), EINVAL },
		{ "a port", self->port, EINVAL },
		{ "a path", self->path, EINVAL },
		{ "closed", 1000, EBADF },
		{ "-2", -2, EINVAL },
		{ "the smallest", INT32_MIN, EINVAL },
	};
	struct onepath_eventfd args = { .size = sizeof(args), .fd = -1, .flags = 1 };

	for (unsigned int f = 0; f < COUNT(fds); f++) {
		for (unsigned int n = 0; n < COUNT(kinds); n++) {
			EXPECT_EQ(kinds[n].want, ERRNO_OF(set_eventfd(fds[f], kinds[n].fd)))
			TH_LOG("%s", kinds[n].what);
		}
		args = (struct onepath_eventfd){ .size = sizeof(args), .fd = -1, .flags = 1 };
		EXPECT_ERRNO(EINVAL, ioctl(fds[f], ONEPATH_EVENTFD, &args));
		args = (struct onepath_eventfd){ .size = sizeof(args), .fd = -1, .reserved = 1 };
		EXPECT_ERRNO(EINVAL, ioctl(fds[f], ONEPATH_EVENTFD, &args));
		EXPECT_ERRNO(EFAULT, ioctl(fds[f], ONEPATH_EVENTFD, NULL));
		/* in use, and closed by the process: the last one stays with the descriptor */
		EXPECT_ERRNO(0, set_eventfd(fds[f], kinds[0].fd));
	}
	for (unsigned int n = 0; n < 3; n++)
		close(kinds[n].fd);
	EXPECT_ERRNO(EBADF, set_eventfd(port_open(0, O_RDONLY), -1));
	EXPECT_ERRNO(EBADF, set_eventfd(port_open(0, O_WRONLY), -1));
}

TEST_F(event, eventfds_are_given_back)
{
	int before = eventfd_number(), fd;

	for (unsigned int n = 0; n < 21; n++) {
		fd = eventfd(0, 0);
		EXPECT_ERRNO(0, set_eventfd(self->port, fd));
		EXPECT_ERRNO(0, set_eventfd(self->path, fd));
		close(fd);
	}
	EXPECT_NE(before, eventfd_number());
	close(self->path);
	close(self->port);
	EXPECT_EQ(before, eventfd_number());
	self->port = -1;
	self->path = -1;
}

TEST_F(event, watched_in_many_ways)
{
	struct epoll_event want = { .events = EPOLLIN | EPOLLPRI | EPOLLET }, got;
	int outer = epoll_create1(0), inner = epoll_create1(0), copy = dup(self->path);

	EXPECT_ERRNO(0, epoll_ctl(inner, EPOLL_CTL_ADD, self->path, &want));
	EXPECT_ERRNO(0, epoll_ctl(inner, EPOLL_CTL_ADD, copy, &want));
	EXPECT_ERRNO(0, epoll_ctl(inner, EPOLL_CTL_ADD, self->port, &want));
	EXPECT_ERRNO(EEXIST, epoll_ctl(inner, EPOLL_CTL_ADD, self->path, &want));
	EXPECT_ERRNO(0, epoll_ctl(outer, EPOLL_CTL_ADD, inner, &want));
	EXPECT_EQ(0, epoll_wait(outer, &got, 1, 0));
	/* closed while it is watched */
	close(self->path);
	close(copy);
	EXPECT_EQ(0, epoll_wait(outer, &got, 1, 0));
	close(outer);
	close(inner);
	self->path = -1;
}

/*
 * Armed, an NF sleeps until it is woken. So nothing that it has to look at may be lost by
 * arming: a frame, or an output that went out of service of which it does not know yet.
 */
TEST_F(event, arming_forgets_nothing)
{
	struct onepath_path_info info;
	struct onepath_head *head;
	unsigned char *rings;

	ASSERT_ERRNO(0, path_info(self->path, &info));
	rings = path_map(self->path, ONEPATH_MMAP_RINGS, info.rings_size);
	ASSERT_NE(MAP_FAILED, rings);
	head = (struct onepath_head *)(rings + info.heads_offset);
	ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	if (!(head->epoch & 1))
		SKIP(return, "the port's link is up: give one whose link is down");
	EXPECT_EQ(1, path_arm(self->path, 0));
	EXPECT_EQ(POLLIN | POLLRDNORM, poll_now(self->path, ALL_EVENTS));
	head->seen = head->epoch;
	EXPECT_EQ(0, path_arm(self->path, 0));
	EXPECT_EQ(0, poll_now(self->path, ALL_EVENTS));
	/* it says that it has seen what is not there: its loss alone, but not the kernel's */
	head->seen = UINT32_MAX;
	EXPECT_EQ(1, path_arm(self->path, 0));
}

TEST_F(event, armed_until_a_frame_comes)
{
	struct pollfd poller = { .fd = self->path, .events = POLLIN };
	struct onepath_path_info info;
	struct onepath_port_config config = { .size = sizeof(config),
					      .set = ONEPATH_CONFIG_FILTER,
					      .filter = ONEPATH_FILTER_PROMISCUOUS };
	int signalled = eventfd(0, EFD_NONBLOCK);
	uint64_t count = 0;

	ASSERT_ERRNO(0, path_info(self->path, &info));
	ASSERT_ERRNO(0, ioctl(self->port, ONEPATH_PORT_CONFIG_SET, &config));
	ASSERT_ERRNO(0, set_eventfd(self->path, signalled));
	ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	if (path_arm(self->path, 0) < 0)
		SKIP(return, "no interrupts");
	if (poll(&poller, 1, 1000) == 0)
		SKIP(return, "nobody sends frames to the port");
	EXPECT_EQ(POLLIN, poller.revents);
	/* it waits in descriptor 0 for ever: arming always says so */
	for (unsigned int n = 0; n < 5; n++) {
		EXPECT_EQ(1, path_arm(self->path, 0));
	}
	read(signalled, &count, sizeof(count));
	EXPECT_GE(1, count);
	ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	EXPECT_NE(POLLERR, poll_now(self->path, ALL_EVENTS) & POLLERR);
}

/* A change of speed takes the link down for a moment, and so makes a change to be told. */
TEST_F(event, link_changes)
{
	struct onepath_port_config config = { .size = sizeof(config),
					      .set = ONEPATH_CONFIG_SPEEDS,
					      .speeds = ONEPATH_SPEED_1G };
	struct pollfd poller = { .fd = port_open(0, O_RDONLY), .events = POLLPRI };
	int signalled = eventfd(0, 0), rc;
	struct onepath_port_info info;
	uint64_t count = 0;

	ASSERT_ERRNO(0, set_eventfd(self->port, signalled));
	rc = ERRNO_OF(ioctl(self->port, ONEPATH_PORT_CONFIG_SET, &config));
	if (rc == EOPNOTSUPP)
		SKIP(return, "the port has one speed only");
	ASSERT_EQ(0, rc);
	ASSERT_EQ(1, poll(&poller, 1, EVENTUALLY_MS));
	EXPECT_EQ(POLLPRI, poller.revents);
	EXPECT_EQ(sizeof(count), read(signalled, &count, sizeof(count)));
	/* told until it is asked for, by each descriptor for itself */
	EXPECT_EQ(POLLPRI, poll_now(self->port, ALL_EVENTS));
	EXPECT_ERRNO(0, port_info(self->port, &info));
	EXPECT_EQ(POLLPRI, poll_now(poller.fd, ALL_EVENTS));
}

TEST_HARNESS_MAIN
