// SPDX-License-Identifier: GPL-2.0
/*
 * A port's node and the calls on it, with everything wrong that can be: kinds of
 * descriptors, sizes, pointers, flags. And that what is refused changed nothing.
 */
#include "selftest.h"

FIXTURE(port)
{
	int own, observe, configure;
};

FIXTURE_SETUP(port)
{
	if (!node(0))
		SKIP(return, "no port may be opened");
	self->own = port_open(0, O_RDWR);
	self->observe = port_open(0, O_RDONLY);
	self->configure = port_open(0, O_WRONLY);
	ASSERT_LE(0, self->own);
	ASSERT_LE(0, self->observe);
	ASSERT_LE(0, self->configure);
}

FIXTURE_TEARDOWN(port)
{
	close(self->own);
	close(self->observe);
	close(self->configure);
}

TEST_F(port, open_says_what_for)
{
	char again[32];

	EXPECT_ERRNO(EINVAL, open(node(0), O_ACCMODE));
	EXPECT_ERRNO(EBUSY, port_open(0, O_RDWR));
	snprintf(again, sizeof(again), "/proc/self/fd/%d", self->own);
	EXPECT_ERRNO(EBUSY, open(again, O_RDWR));
	EXPECT_ERRNO(0, open(again, O_RDONLY));
}

TEST_F(port, is_no_file)
{
	char byte;

	EXPECT_ERRNO(ENODEV, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, self->own, 0));
	EXPECT_ERRNO(EINVAL, read(self->own, &byte, 1));
	EXPECT_ERRNO(EINVAL, write(self->own, &byte, 1));
	EXPECT_ERRNO(ESPIPE, lseek(self->own, 0, SEEK_SET));
	EXPECT_ERRNO(EINVAL, ftruncate(self->own, PAGE));
	EXPECT_EQ(0, poll_now(self->own, ALL_EVENTS));
	EXPECT_EQ(0, poll_now(self->observe, ALL_EVENTS));
}

TEST_F(port, closed_is_owned_by_nobody)
{
	struct onepath_port_info info;

	ASSERT_ERRNO(0, port_info(self->observe, &info));
	EXPECT_TRUE(info.flags & ONEPATH_PORT_OWNED);
	close(self->own);
	ASSERT_ERRNO(0, port_info(self->observe, &info));
	EXPECT_FALSE(info.flags & ONEPATH_PORT_OWNED);
	self->own = port_open(0, O_RDWR);
	EXPECT_LE(0, self->own);
}

TEST_F(port, info_tells_the_truth)
{
	struct onepath_port_info info;

	memset(&info, 0xff, sizeof(info));
	ASSERT_ERRNO(0, port_info(self->observe, &info));
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(0, info.reserved);
	EXPECT_EQ(0, info.flags &
			     ~(ONEPATH_PORT_LINK_UP | ONEPATH_PORT_OWNED | ONEPATH_PORT_CONFINED));
	EXPECT_EQ(!(info.flags & ONEPATH_PORT_LINK_UP), !info.speed_mbps);
	EXPECT_EQ(!(info.flags & ONEPATH_PORT_CONFINED), info.iommu_group < 0);
}

/* What a call answers to each kind of descriptor; its struct is zero but for the size. */
struct call {
	const char *name;
	unsigned int cmd;
	uint32_t bytes;
	int own, observe, configure;
};

static const struct call calls[] = {
	{ "PORT_INFO", ONEPATH_PORT_INFO, sizeof(struct onepath_port_info), 0, 0, 0 },
	{ "PORT_STATS", ONEPATH_PORT_STATS, sizeof(struct onepath_port_stats), 0, 0, 0 },
	{ "QUEUE_STATS", ONEPATH_QUEUE_STATS, sizeof(struct onepath_queue_stats), 0, 0, 0 },
	{ "CONFIG_SET", ONEPATH_PORT_CONFIG_SET, sizeof(struct onepath_port_config), 0, EBADF, 0 },
	{ "CONFIG_GET", ONEPATH_PORT_CONFIG_GET, sizeof(struct onepath_port_config), 0, 0, 0 },
	{ "ADDRESSES_SET", ONEPATH_PORT_ADDRESSES_SET, sizeof(struct onepath_port_addresses), 0,
	  EBADF, 0 },
	{ "ADDRESSES_GET", ONEPATH_PORT_ADDRESSES_GET, sizeof(struct onepath_port_addresses), 0, 0,
	  0 },
	{ "VLANS_SET", ONEPATH_PORT_VLANS_SET, sizeof(struct onepath_port_vlans), 0, EBADF, 0 },
	{ "VLANS_GET", ONEPATH_PORT_VLANS_GET, sizeof(struct onepath_port_vlans), 0, 0, 0 },
	{ "RSS_SET", ONEPATH_PORT_RSS_SET, sizeof(struct onepath_port_rss), 0, EBADF, 0 },
	{ "RSS_GET", ONEPATH_PORT_RSS_GET, sizeof(struct onepath_port_rss), 0, 0, 0 },
	{ "PATH_CREATE", ONEPATH_PATH_CREATE, sizeof(struct onepath_path_create), EINVAL, EBADF,
	  EBADF },
	{ "PATH_INFO", ONEPATH_PATH_INFO, sizeof(struct onepath_path_info), ENOTTY, ENOTTY,
	  ENOTTY },
	{ "PATH_START", ONEPATH_PATH_START, 0, ENOTTY, ENOTTY, ENOTTY },
	{ "PATH_STOP", ONEPATH_PATH_STOP, 0, ENOTTY, ENOTTY, ENOTTY },
	{ "PATH_ARM", ONEPATH_PATH_ARM, sizeof(struct onepath_path_arm), ENOTTY, ENOTTY, ENOTTY },
};

TEST_F(port, each_call_on_each_kind)
{
	unsigned char args[PAGE];

	for (unsigned int n = 0; n < COUNT(calls); n++) {
		const int fds[] = { self->own, self->observe, self->configure };
		const int want[] = { calls[n].own, calls[n].observe, calls[n].configure };

		for (unsigned int kind = 0; kind < COUNT(fds); kind++) {
			memset(args, 0, sizeof(args));
			memcpy(args, &calls[n].bytes, sizeof(uint32_t));
			EXPECT_EQ(want[kind], ERRNO_OF(ioctl(fds[kind], calls[n].cmd, args)))
			TH_LOG("%s on kind %u", calls[n].name, kind);
		}
	}
}

TEST_F(port, unknown_calls)
{
	unsigned char args[PAGE] = { 4 };

	for (unsigned int n = 0x18; n < 0x100; n++) {
		EXPECT_ERRNO(ENOTTY, ioctl(self->own, _IO(ONEPATH_IOC_TYPE, n), args));
	}
	/* right numbers, other encodings: they would be other calls */
	EXPECT_ERRNO(ENOTTY, ioctl(self->own, _IOW(ONEPATH_IOC_TYPE, 0, int), args));
	EXPECT_ERRNO(ENOTTY, ioctl(self->own, _IO(ONEPATH_IOC_TYPE + 1, 0), args));
	EXPECT_ERRNO(ENOTTY, ioctl(self->own, FIONREAD, args));
}

TEST_F(port, every_size)
{
	unsigned char args[2 * PAGE];

	for (unsigned int n = 0; n < COUNT(calls) && calls[n].own != ENOTTY; n++) {
		const uint32_t bytes = calls[n].bytes;
		const struct {
			uint32_t size;
			int want;
			bool rest;
		} sizes[] = {
			{ 0, EINVAL, false },		{ 3, EINVAL, false },
			{ 4, calls[n].own, false },	{ bytes - 1, calls[n].own, false },
			{ bytes, calls[n].own, false }, { bytes + 8, calls[n].own, false },
			{ bytes + 8, E2BIG, true },	{ PAGE, calls[n].own, false },
			{ PAGE + 1, E2BIG, false },	{ 0x80000000, E2BIG, false },
			{ UINT32_MAX, E2BIG, false },
		};

		for (unsigned int s = 0; s < COUNT(sizes); s++) {
			const uint32_t size = sizes[s].size;

			memset(args, 0, sizeof(args));
			if (size < PAGE + 1)
				memset(args + size, 0xa5, 16);
			memcpy(args, &size, sizeof(size));
			if (sizes[s].rest)
				args[size - 1] = 1;
			EXPECT_EQ(sizes[s].want, ERRNO_OF(ioctl(self->own, calls[n].cmd, args)))
			TH_LOG("%s, size %u (%u)", calls[n].name, size, s);
			if (size > 3 && size < PAGE + 1) {
				EXPECT_EQ(0xa5, args[size]) TH_LOG("written behind the struct");
			}
		}
	}
}

/* Two pages of which only the first is there, and one that cannot be written. */
TEST_F(port, every_pointer)
{
	unsigned char *pages =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, munmap(pages + PAGE, PAGE));
	for (unsigned int n = 0; n < COUNT(calls) && calls[n].own != ENOTTY; n++) {
		uint32_t *args = (uint32_t *)(pages + PAGE - 4);
		const bool written = !strstr(calls[n].name, "_SET");

		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, NULL));
		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, NOT_MAPPED));
		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, OF_THE_KERNEL));
		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, (void *)-8ul));
		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, pages + PAGE));
		*args = calls[n].bytes;
		EXPECT_ERRNO(EFAULT, ioctl(self->own, calls[n].cmd, args));
		memset(pages, 0, PAGE);
		*(uint32_t *)pages = calls[n].bytes;
		if (calls[n].own)
			continue;
		ASSERT_EQ(0, mprotect(pages, PAGE, PROT_READ));
		EXPECT_EQ(written ? EFAULT : 0, ERRNO_OF(ioctl(self->own, calls[n].cmd, pages)))
		TH_LOG("%s to memory that cannot be written", calls[n].name);
		ASSERT_EQ(0, mprotect(pages, PAGE, PROT_READ | PROT_WRITE));
	}
}

TEST_F(port, every_value)
{
	struct onepath_port_config config = { .size = sizeof(config),
					      .set = ONEPATH_CONFIG_FILTER };
	struct onepath_queue_stats queue = { .size = sizeof(queue) };

	for (unsigned int bit = 2; bit < 32; bit++) {
		config.filter = 1u << bit;
		EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_CONFIG_SET, &config));
	}
	queue.queue = ONEPATH_QUEUE_STATS_MAX - 1;
	EXPECT_ERRNO(0, ioctl(self->observe, ONEPATH_QUEUE_STATS, &queue));
	EXPECT_EQ(ONEPATH_QUEUE_STATS_MAX - 1, queue.queue);
	for (unsigned int bit = 4; bit < 32; bit++) {
		queue.queue = 1u << bit;
		EXPECT_ERRNO(EINVAL, ioctl(self->observe, ONEPATH_QUEUE_STATS, &queue));
	}
}

TEST_F(port, every_setting)
{
	struct onepath_port_config config = { .size = sizeof(config) };
	const struct {
		const char *what;
		struct onepath_port_config config;
		int want;
	} settings[] = {
		{ "an unknown field", { .set = 1u << 4 }, EINVAL },
		{ "the last field", { .set = 1u << 31 }, EINVAL },
		{ "an unknown filter", { .set = ONEPATH_CONFIG_FILTER, .filter = 4 }, EINVAL },
		{ "what is not meant", { .filter = ~0u, .mtu = 1, .pause = ~0u, .speeds = ~0u }, 0 },
		{ "no MTU", { .set = ONEPATH_CONFIG_MTU }, EINVAL },
		{ "67", { .set = ONEPATH_CONFIG_MTU, .mtu = 67 }, EINVAL },
		{ "68", { .set = ONEPATH_CONFIG_MTU, .mtu = 68 }, 0 },
		{ "9706", { .set = ONEPATH_CONFIG_MTU, .mtu = 9706 }, 0 },
		{ "9707", { .set = ONEPATH_CONFIG_MTU, .mtu = 9707 }, EINVAL },
		{ "4 GB", { .set = ONEPATH_CONFIG_MTU, .mtu = ~0u }, EINVAL },
		{ "an unknown pause", { .set = ONEPATH_CONFIG_PAUSE, .pause = 4 }, EINVAL },
		{ "no speed", { .set = ONEPATH_CONFIG_SPEEDS }, EINVAL },
		{ "an unknown speed", { .set = ONEPATH_CONFIG_SPEEDS, .speeds = 4 }, EINVAL },
		{ "back", { .set = ONEPATH_CONFIG_MTU, .mtu = 1500 }, 0 },
	};

	for (unsigned int n = 0; n < COUNT(settings); n++) {
		config = settings[n].config;
		config.size = sizeof(config);
		EXPECT_EQ(settings[n].want,
			  ERRNO_OF(ioctl(self->own, ONEPATH_PORT_CONFIG_SET, &config)))
		TH_LOG("%s", settings[n].what);
	}
}

TEST_F(port, every_address)
{
	unsigned char list[6 * 128];
	struct onepath_port_addresses addresses = { .size = sizeof(addresses), .count = 127 };

	for (unsigned int n = 0; n < sizeof(list); n++) {
		list[n] = 1 + n % 250;
	}
	addresses.addresses = (uintptr_t)list;
	EXPECT_ERRNO(0, ioctl(self->own, ONEPATH_PORT_ADDRESSES_SET, &addresses));
	/* no byte behind the room that there is */
	memset(list, 0xa5, sizeof(list));
	addresses.count = 2;
	EXPECT_ERRNO(0, ioctl(self->own, ONEPATH_PORT_ADDRESSES_GET, &addresses));
	EXPECT_EQ(127, addresses.count);
	EXPECT_EQ(2, list[1]);
	EXPECT_EQ(0xa5, list[12]);
	addresses.count = UINT32_MAX;
	EXPECT_ERRNO(0, ioctl(self->own, ONEPATH_PORT_ADDRESSES_GET, &addresses));
	EXPECT_EQ(127, addresses.count);
	EXPECT_EQ(0xa5, list[6 * 127]);
	addresses.count = 128;
	EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_ADDRESSES_SET, &addresses));
	addresses.count = UINT32_MAX;
	EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_ADDRESSES_SET, &addresses));
	addresses.count = 1;
	memset(list, 0, 6);
	EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_ADDRESSES_SET, &addresses));
	addresses.addresses = (uintptr_t)OF_THE_KERNEL;
	EXPECT_ERRNO(EFAULT, ioctl(self->own, ONEPATH_PORT_ADDRESSES_SET, &addresses));
	EXPECT_ERRNO(EFAULT, ioctl(self->own, ONEPATH_PORT_ADDRESSES_GET, &addresses));
}

TEST_F(port, every_queue_of_rss)
{
	struct onepath_port_rss rss = { .size = sizeof(rss) };
	struct onepath_port_vlans vlans = { .size = sizeof(vlans), .flags = 2 };

	for (unsigned int n = 0; n < ONEPATH_RSS_TABLE_ENTRIES; n++) {
		rss.table[n] = ONEPATH_RX_QUEUES;
		EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_RSS_SET, &rss));
		rss.table[n] = 0;
	}
	rss.hash = 1u << 6;
	EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_RSS_SET, &rss));
	EXPECT_ERRNO(EINVAL, ioctl(self->own, ONEPATH_PORT_VLANS_SET, &vlans));
}

TEST_HARNESS_MAIN
