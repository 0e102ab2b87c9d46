/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port's settings by the calls alone: each is read back, an owner's die with it, those of
 * an O_WRONLY descriptor stay, and an MTU has to do with the buffers of paths. Run on a port
 * that nobody owns and that is as it was bound; it is left so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX ONEPATH_ADDRESSES_MAX

static unsigned int checks, wrong;
static const char *node;

/* @result of a call that returns -1 and sets errno; @want 0 or the errno. */
static void expect(const char *what, int result, int want)
{
	int got = result < 0 ? errno : 0;

	checks++;
	if (got == want)
		return;
	wrong++;
	printf("configure: %s: got %s, not %s\n", what, got ? strerrorname_np(got) : "success",
	       want ? strerrorname_np(want) : "success");
}

static void expect_true(const char *what, bool is)
{
	checks++;
	wrong += !is;
	if (!is)
		printf("configure: %s: not so\n", what);
}

static void expect_same(const char *what, const void *is, const void *want, size_t bytes)
{
	checks++;
	if (!memcmp(is, want, bytes))
		return;
	wrong++;
	printf("configure: %s: not as it was set\n", what);
}

static int open_port(int flags)
{
	int fd = open(node, flags);

	if (fd < 0) {
		perror(node);
		exit(EXIT_FAILURE);
	}
	return fd;
}

static int set(int fd, struct onepath_port_config config)
{
	config.size = sizeof(config);
	return ioctl(fd, ONEPATH_PORT_CONFIG_SET, &config);
}

/* Everything of CONFIG_GET but size and set. */
static void expect_config(const char *what, int fd, uint32_t filter, uint32_t mtu, uint32_t pause,
			  uint32_t speeds)
{
	struct onepath_port_config want = { sizeof(want), 0xf, filter, mtu, pause, speeds };
	struct onepath_port_config is = { .size = sizeof(is) };

	expect(what, ioctl(fd, ONEPATH_PORT_CONFIG_GET, &is), 0);
	expect_same(what, &is, &want, sizeof(is));
}

/* What cannot be is refused as a whole: tests/selftests have what is merely out of range. */
static void impossible(int fd)
{
	const struct onepath_port_config both = { .set = ONEPATH_CONFIG_SPEEDS,
						  .speeds = ONEPATH_SPEED_1G | ONEPATH_SPEED_10G };
	struct onepath_port_config more = both;

	more.set = 0xf;
	more.mtu = 9000;
	more.filter = ONEPATH_FILTER_PROMISCUOUS;
	more.pause = ONEPATH_PAUSE_RX;
	expect("both speeds", set(fd, both), EOPNOTSUPP);
	expect("with others", set(fd, more), EOPNOTSUPP);
	expect_config("after these", fd, 0, 1500, 0, ONEPATH_SPEED_10G);
}

/* Sets all tables by @by, to values that follow from @seed, and expects @at to read them. */
static void check_tables(const char *what, int by, int at, unsigned int seed)
{
	static struct onepath_port_vlans vlans, got_vlans;
	static struct onepath_port_rss rss, got_rss;
	static uint8_t list[6 * MAX], got[6 * MAX];
	unsigned int count = seed * 37 % (MAX + 1);
	struct onepath_port_addresses addresses = { sizeof(addresses), count, (uintptr_t)list };

	vlans = (struct onepath_port_vlans){ sizeof(vlans), seed & 1, { 0 } };
	rss = (struct onepath_port_rss){ .size = sizeof(rss), .hash = seed & 0x3f };
	for (unsigned int n = 0; seed && n < 128; n++) {
		vlans.ids[n] = seed * 0x9e3779b9 * (n + 1);
		rss.key[n % 40] = (uint8_t)(seed + n);
		rss.table[n] = (seed + n) % ONEPATH_RX_QUEUES;
	}
	for (unsigned int n = 0; n < sizeof(list); n++)
		list[n] = (uint8_t)(1 + seed * n);
	if (by >= 0) {
		expect(what, ioctl(by, ONEPATH_PORT_ADDRESSES_SET, &addresses), 0);
		expect(what, ioctl(by, ONEPATH_PORT_VLANS_SET, &vlans), 0);
		expect(what, ioctl(by, ONEPATH_PORT_RSS_SET, &rss), 0);
	}

	memset(got, 0, sizeof(got));
	addresses = (struct onepath_port_addresses){ sizeof(addresses), MAX, (uintptr_t)got };
	expect(what, ioctl(at, ONEPATH_PORT_ADDRESSES_GET, &addresses), 0);
	expect_same("count of addresses", &addresses.count, &count, sizeof(count));
	expect_same("addresses", got, list, 6 * count);
	/* no more are stored than there is room for */
	memset(got, 0xee, sizeof(got));
	addresses.count = count / 2;
	expect(what, ioctl(at, ONEPATH_PORT_ADDRESSES_GET, &addresses), 0);
	expect_same("count of all addresses", &addresses.count, &count, sizeof(count));
	expect_same("half of the addresses", got, list, 6 * (count / 2));
	expect_same("behind the addresses", got + 6 * (count / 2), "\xee\xee\xee", 3);

	got_vlans.size = sizeof(got_vlans);
	expect(what, ioctl(at, ONEPATH_PORT_VLANS_GET, &got_vlans), 0);
	expect_same("VLANs", &got_vlans, &vlans, sizeof(vlans));
	got_rss.size = sizeof(got_rss);
	expect(what, ioctl(at, ONEPATH_PORT_RSS_GET, &got_rss), 0);
	expect_same("RSS", &got_rss, &rss, sizeof(rss));
}

/* Wrong MTUs for the buffers of paths, which needs an owner with a path. */
static void mtu_and_buffers(int owner, int configurator)
{
	int32_t outputs[] = { owner };
	struct onepath_path_create create = { .size = sizeof(create),
					      .ring_size = ONEPATH_RING_SIZE_MIN,
					      .output_count = 1,
					      .outputs = (uintptr_t)outputs };
	struct onepath_port_config mtu = { .set = ONEPATH_CONFIG_MTU, .mtu = 2048 - 18 };
	int path = ioctl(owner, ONEPATH_PATH_CREATE, &create);

	expect("a path with buffers of 2048 bytes", path, 0);
	expect("an MTU that they hold", set(owner, mtu), 0);
	mtu.mtu++;
	expect("an MTU that they do not hold", set(owner, mtu), EMSGSIZE);
	expect("the same through O_WRONLY", set(configurator, mtu), EMSGSIZE);
	close(path);
	expect("the same without the path", set(owner, mtu), 0);
	expect("then the path", ioctl(owner, ONEPATH_PATH_CREATE, &create), EMSGSIZE);
	create.buffer_bytes = 3072;
	path = ioctl(owner, ONEPATH_PATH_CREATE, &create);
	expect("with larger buffers", path, 0);
	close(path);
}

static void owners_and_others(int configurator, int observer)
{
	struct onepath_port_config owners = { .set = ONEPATH_CONFIG_FILTER | ONEPATH_CONFIG_PAUSE,
					      .filter = ONEPATH_FILTER_PROMISCUOUS,
					      .pause = ONEPATH_PAUSE_RX };
	struct onepath_port_config kept = { .set = ONEPATH_CONFIG_FILTER | ONEPATH_CONFIG_MTU |
						   ONEPATH_CONFIG_SPEEDS,
					    .filter = ONEPATH_FILTER_ALL_MULTICAST,
					    .mtu = 9706,
					    .speeds = ONEPATH_SPEED_1G };
	int owner = open_port(O_RDWR);

	impossible(owner);
	expect_config("a new owner", owner, 0, 1500, 0, ONEPATH_SPEED_10G);
	check_tables("a new owner's tables", -1, observer, 0);
	mtu_and_buffers(owner, configurator);
	expect("the owner sets", set(owner, owners), 0);
	expect_config("the owner's", observer, 1, 2031, 1, ONEPATH_SPEED_10G);
	check_tables("the owner's tables", owner, observer, 41);
	expect("O_WRONLY sets", set(configurator, kept), 0);
	expect_config("both", owner, 2, 9706, 1, ONEPATH_SPEED_1G);
	close(owner);
	expect_config("without an owner", observer, 2, 9706, 0, ONEPATH_SPEED_1G);
	check_tables("tables without an owner", -1, observer, 0);

	check_tables("O_WRONLY sets tables", configurator, configurator, 87);
	owner = open_port(O_RDWR);
	expect_config("the next owner", owner, 2, 9706, 0, ONEPATH_SPEED_1G);
	check_tables("the next owner's tables", -1, observer, 87);
	check_tables("O_WRONLY sets an owner's tables", configurator, owner, 22);
	close(owner);
	check_tables("tables without an owner again", -1, observer, 22);
}

/* It takes a moment to come up. */
static bool link_is(int fd, uint32_t mbps)
{
	struct onepath_port_info info = { .size = sizeof(info) };

	for (int n = 0; n < 500; n++) {
		expect("info", ioctl(fd, ONEPATH_PORT_INFO, &info), 0);
		if (info.speed_mbps == mbps)
			return true;
		usleep(20000);
	}
	return false;
}

/* The only setting that a reset does not undo. */
static void speed_of_an_owner(int configurator, int observer)
{
	struct onepath_port_config speed = { .set = ONEPATH_CONFIG_SPEEDS,
					     .speeds = ONEPATH_SPEED_1G };
	int owner = open_port(O_RDWR);

	expect("the owner's speed", set(owner, speed), 0);
	expect_true("the link takes it", link_is(observer, 1000));
	close(owner);
	expect_true("the link is as it was without the owner", link_is(observer, 10000));
	expect("a speed without an owner", set(configurator, speed), 0);
	expect_true("the link takes it", link_is(observer, 1000));
}

static void clean_up(int configurator)
{
	struct onepath_port_config config = { .set = 0xf,
					      .mtu = 1500,
					      .speeds = ONEPATH_SPEED_10G };

	expect("all as it was", set(configurator, config), 0);
	check_tables("tables as they were", configurator, configurator, 0);
}

int main(int argc, char **argv)
{
	int configurator, observer;

	if (argc != 2) {
		fputs("Usage: configure NODE\n", stderr);
		return 2;
	}
	node = argv[1];
	configurator = open_port(O_WRONLY);
	observer = open_port(O_RDONLY);
	expect_config("at first", observer, 0, 1500, 0, ONEPATH_SPEED_10G);
	impossible(configurator);
	owners_and_others(configurator, observer);
	clean_up(configurator);
	speed_of_an_owner(configurator, observer);
	clean_up(configurator);
	printf("configure: %u checks, %u wrong\n", checks, wrong);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
