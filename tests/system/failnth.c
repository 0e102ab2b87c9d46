/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whatever may fail inside a call is made to fail, one thing at a time: /proc/thread-self/fail-nth is
 * set to 1, 2, 3, ..., the call is made, until it ends before the fault comes. Then every allocation
 * (and every copy from and to userspace) of the call has failed once. Then the same call has to succeed:
 * after each fault, or where that takes long, after some; the next turn goes as far as this one anyway.
 * One phase for each kind of call; a phase undoes what it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <onepath.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PORTS	  2
#define RING_SIZE 64u

static const char *address[PORTS];
static int fail_nth;
static int port[PORTS] = { -1, -1 }, path = -1, event = -1;
static struct onepath_path_info info = { .size = sizeof(info) };

static void die(const char *what)
{
	printf("not ok - %s: %s\n", what, strerror(errno));
	exit(1);
}

static void arm(unsigned int nth)
{
	if (dprintf(fail_nth, "%u", nth) < 0)
		die("/proc/thread-self/fail-nth");
}

/* Returns whether the fault came. That asking may be what fails means that it did not come before. */
static bool disarm(void)
{
	char left[16] = "";
	bool came = pread(fail_nth, left, sizeof(left) - 1, 0) > 0 && atoi(left) == 0;

	while (pwrite(fail_nth, "0", 1, 0) != 1)
		;
	return came;
}

/* What calls are made of: each returns 0 or -errno */

static int result(int rc)
{
	return rc < 0 ? -errno : 0;
}

static int write_address(const char *name)
{
	int fd = open(name, O_WRONLY), rc;

	if (fd < 0)
		return -errno;
	rc = result(write(fd, address[0], strlen(address[0])));
	close(fd);
	return rc;
}

static int bind_port(void)
{
	return write_address("/sys/bus/pci/drivers/onepath/bind");
}

static int unbind_port(void)
{
	return write_address("/sys/bus/pci/drivers/onepath/unbind");
}

static int open_node(int n, int flags)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "/dev/onepath/%s", address[n]);
	port[n] = open(name, flags | O_CLOEXEC);
	return result(port[n]);
}

static int open_port(void)
{
	return open_node(0, O_RDWR);
}

static int observe(void)
{
	return open_node(0, O_RDONLY);
}

static int close_fd(int *fd)
{
	int rc = *fd < 0 ? 0 : result(close(*fd));

	*fd = -1;
	return rc;
}

static int close_port(void)
{
	return close_fd(&port[0]);
}

static int create(void)
{
	struct onepath_path_create args = {
		.size = sizeof(args),
		.ring_size = RING_SIZE,
		.output_count = PORTS,
		.outputs = (uintptr_t)port,
	};

	path = ioctl(port[0], ONEPATH_PATH_CREATE, &args);
	return result(path);
}

static int close_path(void)
{
	return close_fd(&path);
}

static int start(void)
{
	return result(ioctl(path, ONEPATH_PATH_START));
}

static int stop(void)
{
	return result(ioctl(path, ONEPATH_PATH_STOP));
}

static int path_info(void)
{
	return result(ioctl(path, ONEPATH_PATH_INFO, &info));
}

static int map(__u64 offset, __u64 bytes)
{
	void *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, path, offset);

	if (area == MAP_FAILED)
		return -errno;
	/* the page fault, too; a fault in it is tried again by the kernel */
	(void)*(volatile __u32 *)area;
	while (munmap(area, bytes))
		if (errno != ENOMEM)
			return -errno;
	return 0;
}

static int map_buffers(void)
{
	return map(ONEPATH_MMAP_BUFFERS, info.buffers_size);
}

static int map_rings(void)
{
	return map(ONEPATH_MMAP_RINGS, info.rings_size);
}

static int map_doorbells(void)
{
	return map(ONEPATH_MMAP_DOORBELLS, info.doorbells_size);
}

/* A call that takes a struct whose first field is its size, and is good when it is zero otherwise. */
#define STRUCT_CALL(name, fd, call, type, ...)                              \
	static int name(void)                                               \
	{                                                                   \
		struct type args = { .size = sizeof(args), ##__VA_ARGS__ }; \
		return result(ioctl(fd, call, &args));                      \
	}

static __u8 addresses[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 1, 0, 0x5e, 0, 0, 1 } };

STRUCT_CALL(port_info, port[0], ONEPATH_PORT_INFO, onepath_port_info)
STRUCT_CALL(port_stats, port[0], ONEPATH_PORT_STATS, onepath_port_stats)
STRUCT_CALL(queue_stats, port[0], ONEPATH_QUEUE_STATS, onepath_queue_stats)
STRUCT_CALL(config_get, port[0], ONEPATH_PORT_CONFIG_GET, onepath_port_config)
STRUCT_CALL(config_set, port[0], ONEPATH_PORT_CONFIG_SET, onepath_port_config,
	    .set = ONEPATH_CONFIG_FILTER, .filter = ONEPATH_FILTER_PROMISCUOUS)
STRUCT_CALL(addresses_get, port[0], ONEPATH_PORT_ADDRESSES_GET, onepath_port_addresses, .count = 2,
	    .addresses = (uintptr_t)addresses)
STRUCT_CALL(addresses_set, port[0], ONEPATH_PORT_ADDRESSES_SET, onepath_port_addresses, .count = 2,
	    .addresses = (uintptr_t)addresses)
STRUCT_CALL(vlans_get, port[0], ONEPATH_PORT_VLANS_GET, onepath_port_vlans)
STRUCT_CALL(vlans_set, port[0], ONEPATH_PORT_VLANS_SET, onepath_port_vlans)
STRUCT_CALL(rss_get, port[0], ONEPATH_PORT_RSS_GET, onepath_port_rss)
STRUCT_CALL(rss_set, port[0], ONEPATH_PORT_RSS_SET, onepath_port_rss)
STRUCT_CALL(port_eventfd, port[0], ONEPATH_EVENTFD, onepath_eventfd, .fd = event)
STRUCT_CALL(path_eventfd, path, ONEPATH_EVENTFD, onepath_eventfd, .fd = event)
STRUCT_CALL(path_arm, path, ONEPATH_PATH_ARM, onepath_path_arm)

static int wait_on(int fd)
{
	struct epoll_event e = { .events = EPOLLIN };
	struct pollfd p = { fd, POLLIN, 0 };
	int epoll, rc;

	if (poll(&p, 1, 0) < 0)
		return -errno;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return -errno;
	rc = result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e));
	close(epoll);
	return rc;
}

static int wait_on_port(void)
{
	return wait_on(port[0]);
}

static int wait_on_path(void)
{
	return wait_on(path);
}

/* States that phases begin in: each makes what is missing, and must not fail */

static void must(const char *what, int rc)
{
	errno = -rc;
	if (rc)
		die(what);
}

static bool exists(const char *name)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), name, address[0]);
	return access(file, F_OK) == 0;
}

static void is_closed(void)
{
	must("close the path", close_path());
	for (int n = 0; n < PORTS; n++)
		must("close a port", close_fd(&port[n]));
}

static void is_unbound(void)
{
	is_closed();
	if (exists("/sys/bus/pci/drivers/onepath/%s"))
		must("unbind", unbind_port());
}

/*
 * What the kernel itself does not take for an error: a device that is bound without a node, a node that
 * stays behind without a device. Both are gone after another bind.
 */
static void is_bound(void)
{
	is_closed();
	if (exists("/sys/bus/pci/drivers/onepath/%s") && exists("/dev/onepath/%s"))
		return;
	is_unbound();
	must("bind", bind_port());
}

static void is_owned(void)
{
	is_bound();
	must("open", open_port());
}

static void is_open(void)
{
	must("close the path", close_path());
	for (int n = 0; n < PORTS; n++)
		if (port[n] < 0)
			must("open", open_node(n, O_RDWR));
}

static void has_path(void)
{
	if (path >= 0)
		return;
	is_open();
	must("create a path", create());
	must("ask about a path", path_info());
}

static void runs(void)
{
	has_path();
	must("stop", stop());
	must("start", start());
}

static void is_stopped(void)
{
	has_path();
	must("stop", stop());
}

/* An NF has it while it is unbound. */
static void is_in_use(void)
{
	is_bound();
	runs();
}

struct phase {
	const char *name;
	void (*from)(void);
	int (*call)(void);
	unsigned int faults_between; /* successful calls */
};

#define EACH 1 /* after each fault */
#define SOME 16 /* for calls that make many allocations, or take long */

static const struct phase phases[] = {
	{ "bind", is_unbound, bind_port, SOME },
	{ "unbind", is_bound, unbind_port, EACH },
	{ "unbind-in-use", is_in_use, unbind_port, SOME },
	{ "open", is_bound, open_port, SOME },
	{ "observe", is_bound, observe, EACH },
	{ "close", is_owned, close_port, SOME },
	{ "create", is_open, create, EACH },
	{ "start", is_stopped, start, EACH },
	{ "stop", runs, stop, EACH },
	{ "close-path", runs, close_path, SOME },
	{ "map-buffers", has_path, map_buffers, EACH },
	{ "map-rings", has_path, map_rings, EACH },
	{ "map-doorbells", has_path, map_doorbells, EACH },
	{ "path-info", has_path, path_info, EACH },
	{ "path-arm", runs, path_arm, EACH },
	{ "path-eventfd", has_path, path_eventfd, EACH },
	{ "poll-path", has_path, wait_on_path, EACH },
	{ "port-info", is_open, port_info, EACH },
	{ "port-stats", is_open, port_stats, EACH },
	{ "queue-stats", is_open, queue_stats, EACH },
	{ "config-get", is_open, config_get, EACH },
	{ "config-set", is_open, config_set, EACH },
	{ "addresses-get", is_open, addresses_get, EACH },
	{ "addresses-set", is_open, addresses_set, EACH },
	{ "vlans-get", is_open, vlans_get, EACH },
	{ "vlans-set", is_open, vlans_set, EACH },
	{ "rss-get", is_open, rss_get, EACH },
	{ "rss-set", is_open, rss_set, EACH },
	{ "port-eventfd", is_open, port_eventfd, EACH },
	{ "poll-port", is_open, wait_on_port, EACH },
};

/* An NF's whole life, without faults. */
static void check_usable(void)
{
	is_bound();
	runs();
	must("map", map_buffers());
	must("map", map_rings());
	must("map", map_doorbells());
	is_stopped();
	is_closed();
}

static int run(const struct phase *phase)
{
	unsigned int refused = 0, done = 0;
	int rc;

	for (unsigned int nth = 1;; nth++) {
		phase->from();
		arm(nth);
		rc = phase->call();
		if (!disarm())
			break;
		if (rc)
			refused++;
		else
			done++;
		if (nth % phase->faults_between)
			continue;
		/* whatever the fault left behind, now it goes well */
		phase->from();
		rc = phase->call();
		if (rc) {
			printf("not ok - %s: after fault %u: %s\n", phase->name, nth,
			       strerror(-rc));
			return 1;
		}
	}
	if (rc) {
		printf("not ok - %s: without a fault: %s\n", phase->name, strerror(-rc));
		return 1;
	}
	check_usable();
	printf("ok - %s: %u faults: %u calls failed, %u were done all the same\n", phase->name,
	       refused + done, refused, done);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("Usage: failnth PORT PORT PHASE\nPhases:", stderr);
		for (size_t n = 0; n < sizeof(phases) / sizeof(phases[0]); n++)
			fprintf(stderr, " %s", phases[n].name);
		fputs("\n", stderr);
		return 2;
	}
	address[0] = argv[1];
	address[1] = argv[2];
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0)
		die("/proc/thread-self/fail-nth");
	event = eventfd(0, EFD_CLOEXEC);
	for (size_t n = 0; n < sizeof(phases) / sizeof(phases[0]); n++)
		if (!strcmp(argv[3], phases[n].name))
			return run(&phases[n]);
	fprintf(stderr, "failnth: there is no phase '%s'\n", argv[3]);
	return 2;
}
