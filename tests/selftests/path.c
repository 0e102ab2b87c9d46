// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: what they can be made of and what not, and the calls on them in every order.
 */
#include "selftest.h"

FIXTURE(path)
{
	int32_t port[PORTS];
	int path;
};

FIXTURE_SETUP(path)
{
	if (!node(PORTS - 1))
		SKIP(return, "three ports are needed");
	/* opening resets a port, which takes its time: the third is for those who want it */
	self->port[2] = -1;
	for (unsigned int n = 0; n < 2; n++) {
		self->port[n] = port_open(n, O_RDWR);
		ASSERT_LE(0, self->port[n]) TH_LOG("%s: %s", node(n), strerror(errno));
	}
	self->path = path_create(self->port[0], self->port, 2);
	ASSERT_LE(0, self->path);
}

FIXTURE_TEARDOWN(path)
{
	close(self->path);
	for (unsigned int n = 0; n < PORTS; n++)
		close(self->port[n]);
}

TEST_F(path, made_of_wrong_numbers)
{
	static const struct {
		const char *what;
		struct onepath_path_create args;
	} wrong[] = {
		{ "an unknown flag", { .flags = 1, .ring_size = 64, .output_count = 1 } },
		{ "another flag", { .flags = 1u << 31, .ring_size = 64, .output_count = 1 } },
		{ "no ring", { .ring_size = 0, .output_count = 1 } },
		{ "a ring too small", { .ring_size = 32, .output_count = 1 } },
		{ "a ring too large", { .ring_size = 8192, .output_count = 1 } },
		{ "a ring of 96", { .ring_size = 96, .output_count = 1 } },
		{ "a ring of 2 GB", { .ring_size = 1u << 31, .output_count = 1 } },
		{ "no output", { .ring_size = 64, .output_count = 0 } },
		{ "17 outputs", { .ring_size = 64, .output_count = 17 } },
		{ "4 billion outputs", { .ring_size = 64, .output_count = UINT32_MAX } },
		{ "queue 16", { .ring_size = 64, .output_count = 1, .rx_queue = 16 } },
		{ "queue -1", { .ring_size = 64, .output_count = 1, .rx_queue = UINT32_MAX } },
		{ "buffers of 1", { .ring_size = 64, .output_count = 1, .buffer_bytes = 1 } },
		{ "of 17 KB", { .ring_size = 64, .output_count = 1, .buffer_bytes = 17408 } },
		{ "of 4 GB", { .ring_size = 64, .output_count = 1, .buffer_bytes = 0xfffffc00 } },
	};

	for (unsigned int n = 0; n < COUNT(wrong); n++) {
		struct onepath_path_create args = wrong[n].args;

		args.rx_queue = args.rx_queue ? args.rx_queue : 1;
		EXPECT_EQ(EINVAL, ERRNO_OF(path_create_with(self->port[0], &args, self->port,
							    wrong[n].args.output_count)))
		TH_LOG("%s", wrong[n].what);
	}
}

TEST_F(path, made_of_wrong_descriptors)
{
	const struct {
		const char *what;
		int32_t fd;
		int want;
	} wrong[] = {
		{ "an observer", port_open(1, O_RDONLY), EBADF },
		{ "a configurator", port_open(1, O_WRONLY), EBADF },
		{ "opened O_PATH", port_open(1, O_PATH), EBADF },
		{ "no port", open("/dev/null", O_RDWR), EINVAL },
		{ "a path", self->path, EINVAL },
		{ "an eventfd", eventfd(0, 0), EINVAL },
		{ "closed", 1000, EBADF },
		{ "-1", -1, EBADF },
		{ "the smallest", INT32_MIN, EBADF },
	};
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = 1 };

	for (unsigned int n = 0; n < COUNT(wrong); n++) {
		const int32_t two[] = { self->port[1], wrong[n].fd };

		EXPECT_EQ(wrong[n].want,
			  ERRNO_OF(path_create_with(self->port[0], &args, &wrong[n].fd, 1)))
		TH_LOG("%s as output", wrong[n].what);
		EXPECT_EQ(wrong[n].want, ERRNO_OF(path_create_with(self->port[0], &args, two, 2)))
		TH_LOG("%s as second output", wrong[n].what);
	}
	EXPECT_ERRNO(EFAULT, path_create_with(self->port[0], &args, NULL, 1));
	EXPECT_ERRNO(EFAULT, path_create_with(self->port[0], &args, OF_THE_KERNEL, 1));
	EXPECT_ERRNO(EBADF, path_create_with(wrong[0].fd, &args, self->port, 1));
	EXPECT_ERRNO(EBADF, path_create_with(wrong[1].fd, &args, self->port, 1));
	EXPECT_ERRNO(ENOTTY, path_create_with(self->path, &args, self->port, 1));
	/* the array ends where memory does */
	int32_t *pages =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int32_t *last = pages + PAGE / sizeof(*pages) - 1;

	ASSERT_EQ(0, munmap((char *)pages + PAGE, PAGE));
	*last = self->port[1];
	EXPECT_ERRNO(EFAULT, path_create_with(self->port[0], &args, last, 2));
	EXPECT_ERRNO(0, path_create_with(self->port[0], &args, last, 1));
}

/* Each receive queue has one path, each output as many as it has transmit queues. */
TEST_F(path, queues_run_out)
{
	struct onepath_path_create args = { .ring_size = 64, .buffer_bytes = 2048 };
	int32_t outputs[16];
	int made[ONEPATH_RX_QUEUES], rc;

	EXPECT_ERRNO(EBUSY, path_create(self->port[0], self->port + 1, 1));
	self->port[2] = port_open(2, O_RDWR);
	ASSERT_LE(0, self->port[2]);
	for (unsigned int n = 0; n < COUNT(outputs); n++)
		outputs[n] = self->port[2];
	for (unsigned int q = 1; q < ONEPATH_RX_QUEUES; q++) {
		args.rx_queue = q;
		made[q] = path_create_with(self->port[0], &args, outputs, 4);
		ASSERT_LE(0, made[q]);
	}
	/* 15 * 4 queues of port 2 are taken, four are left */
	args.rx_queue = 0;
	EXPECT_ERRNO(ENOSPC, path_create_with(self->port[1], &args, outputs, 5));
	rc = path_create_with(self->port[1], &args, outputs, 4);
	EXPECT_LE(0, rc);
	EXPECT_ERRNO(EBUSY, path_create_with(self->port[1], &args, outputs, 1));
	close(rc);
	for (unsigned int q = 1; q < ONEPATH_RX_QUEUES; q++)
		close(made[q]);
	rc = path_create_with(self->port[1], &args, outputs, 16);
	EXPECT_LE(0, rc);
	close(rc);
}

TEST_F(path, no_descriptor_is_left)
{
	struct rlimit now, none = { .rlim_cur = 0 };

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &now));
	none.rlim_max = now.rlim_max;
	close(self->path);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_ERRNO(EMFILE, path_create(self->port[0], self->port + 1, 1));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &now));
	self->path = path_create(self->port[0], self->port + 1, 1);
	EXPECT_LE(0, self->path);
}

TEST_F(path, is_no_file)
{
	char byte, again[32];

	EXPECT_ERRNO(EINVAL, read(self->path, &byte, 1));
	EXPECT_ERRNO(EINVAL, write(self->path, &byte, 1));
	EXPECT_NE(0, ERRNO_OF(ftruncate(self->path, 0)));
	snprintf(again, sizeof(again), "/proc/self/fd/%d", self->path);
	/* root may, and finds that it leads nowhere */
	EXPECT_ERRNO(geteuid() ? EACCES : ENXIO, open(again, O_RDWR));
	EXPECT_TRUE(fcntl(self->path, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(0, poll_now(self->path, ALL_EVENTS));
}

TEST_F(path, calls_of_ports)
{
	unsigned char args[PAGE] = { 28 };

	for (unsigned int n = 0; n < 0x100; n++)
		if (n < 4 || n == 7 || n > 9) {
			EXPECT_ERRNO(ENOTTY, ioctl(self->path, _IO(ONEPATH_IOC_TYPE, n), args));
		}
}

TEST_F(path, info_in_every_size)
{
	struct onepath_path_info whole, info;

	ASSERT_ERRNO(0, path_info(self->path, &whole));
	for (uint32_t size = 4; size <= sizeof(info); size += 4) {
		memset(&info, 0xa5, sizeof(info));
		info.size = size;
		EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_INFO, &info));
		EXPECT_EQ(size, info.size);
		EXPECT_EQ(0, memcmp((char *)&info + 4, (char *)&whole + 4, size - 4));
		if (size < sizeof(info)) {
			EXPECT_EQ(0xa5, ((unsigned char *)&info)[size]);
		}
	}
	EXPECT_ERRNO(EFAULT, ioctl(self->path, ONEPATH_PATH_INFO, NULL));
	EXPECT_ERRNO(EFAULT, ioctl(self->path, ONEPATH_PATH_INFO, OF_THE_KERNEL));
}

TEST_F(path, start_and_stop_in_every_order)
{
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	for (unsigned int n = 0; n < 3; n++) {
		EXPECT_ERRNO(EAGAIN, path_arm(self->path, 0));
		EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
		EXPECT_ERRNO(EBUSY, ioctl(self->path, ONEPATH_PATH_START));
		EXPECT_NE(EAGAIN, ERRNO_OF(path_arm(self->path, 63)));
		EXPECT_ERRNO(EINVAL, path_arm(self->path, 64));
		EXPECT_ERRNO(EINVAL, path_arm(self->path, UINT32_MAX));
		EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
		EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	}
	/* closed while it runs: by the fixture */
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
}

/* A path keeps its ports open; the ports' own descriptors do not end it. */
TEST_F(path, outlives_the_descriptors_of_its_ports)
{
	close(self->port[0]);
	close(self->port[1]);
	EXPECT_ERRNO(EBUSY, port_open(0, O_RDWR));
	EXPECT_ERRNO(EBUSY, port_open(1, O_RDWR));
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	close(self->path);
	for (unsigned int n = 0; n < 2; n++) {
		self->port[n] = port_open(n, O_RDWR);
		EXPECT_LE(0, self->port[n]);
	}
	self->path = -1;
}

/* Ports are in one domain for as long as a path has both, and no longer. */
TEST_F(path, two_domains)
{
	int first, second;

	self->port[2] = port_open(2, O_RDWR);
	ASSERT_LE(0, self->port[2]);
	close(self->path);
	first = path_create(self->port[0], &self->port[0], 1);
	second = path_create(self->port[1], &self->port[1], 1);
	EXPECT_LE(0, first);
	EXPECT_LE(0, second);
	EXPECT_ERRNO(EXDEV, path_create(self->port[2], self->port, 2));
	close(first);
	self->path = path_create(self->port[2], self->port, 2);
	EXPECT_LE(0, self->path);
	close(second);
}

/* What an NF says that it lost is its own word, but a sum of it must not go back. */
TEST_F(path, lost_is_believed_up_to_the_speed_of_a_wire)
{
	struct onepath_port_stats before, after;
	struct onepath_path_info info;
	struct onepath_head *head;
	unsigned char *rings;

	ASSERT_ERRNO(0, path_info(self->path, &info));
	rings = path_map(self->path, ONEPATH_MMAP_RINGS, info.rings_size);
	ASSERT_NE(MAP_FAILED, rings);
	head = (struct onepath_head *)(rings + info.heads_offset);
	ASSERT_ERRNO(0, port_stats(self->port[0], &before));
	for (unsigned int n = 0; n < 3; n++) {
		ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
		head->lost = n ? 1ull << 63 : 3;
		ASSERT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
		ASSERT_ERRNO(0, port_stats(self->port[0], &after));
		if (!n) {
			EXPECT_EQ(before.tx_lost + 3, after.tx_lost);
		}
		EXPECT_LE(before.tx_lost, after.tx_lost);
		/* a minute's frames, at most */
		EXPECT_GT(before.tx_lost + 60 * 15000000ull, after.tx_lost);
		before = after;
	}
	munmap(rings, info.rings_size);
}

TEST_HARNESS_MAIN
