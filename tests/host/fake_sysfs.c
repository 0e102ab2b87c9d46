/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's part of test_onepathctl.sh, preloaded into onepathctl: a write to bind,
 * unbind, driver_override or drivers_probe below $ONEPATH_SYSFS has the effect that it has
 * in sysfs, and bound ports have nodes that answer. Files of the tree steer it:
 *   fail-bind-DRIVER, fail-unbind-DRIVER   the errno with which that fails
 *   interrupt                              "bind" or "unbind": SIGINT arrives after it
 *   devices/ADDRESS/native                 the driver that drivers_probe finds
 *   fail-ioctl-NUMBER                      the errno with which a port's call fails
 *   settings                               what the port is set to (made here)
 *   calls                                  SIGINT arrives at so many calls for statistics
 *   changes                                so often a port's link changes, then comes SIGINT,
 *                                          or, if it is negative, the port's end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODES "/dev/onepath/"

static bool is_node[256]; /* by descriptor */
static int node_flags, stats_calls, link_changes;

/* The path of @name below the tree's root. */
static const char *in_tree(const char *name, const char *more)
{
	static char path[8][1024];
	static unsigned int turn;
	char *to = path[turn++ % 8];

	snprintf(to, sizeof(path[0]), "%s/%s%s", getenv("ONEPATH_SYSFS"), name, more);
	return to;
}

static void read_file(const char *path, char text[256])
{
	FILE *file = fopen(path, "r");

	if (!file || !fgets(text, 256, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

static const char *device_file(const char *address, const char *file)
{
	char name[512];

	snprintf(name, sizeof(name), "bus/pci/devices/%s/", address);
	return in_tree(name, file);
}

/* The errno that the tree orders for @what, or 0. */
static int ordered_failure(const char *what, const char *driver)
{
	char name[256], text[256];

	snprintf(name, sizeof(name), "fail-%s-", what);
	strncat(name, driver, 200);
	read_file(in_tree(name, ""), text);
	return atoi(text);
}

static void maybe_interrupt(const char *after)
{
	char text[256];

	read_file(in_tree("interrupt", ""), text);
	if (!strcmp(text, after))
		raise(SIGINT);
}

static int unbind(const char *address, const char *driver)
{
	const char *link = device_file(address, "driver");
	char target[1024];
	ssize_t length = readlink(link, target, sizeof(target) - 1);
	int err = ordered_failure("unbind", driver);

	if (err)
		return err;
	target[length > 0 ? length : 0] = '\0';
	if (!strrchr(target, '/') || strcmp(strrchr(target, '/') + 1, driver))
		return ENODEV;
	unlink(link);
	maybe_interrupt("unbind");
	return 0;
}

static int bind_to(const char *address, const char *driver)
{
	const char *link = device_file(address, "driver");
	char target[1024], override[256];
	int err = ordered_failure("bind", driver);

	if (err)
		return err;
	read_file(device_file(address, "driver_override"), override);
	if (strcmp(override, "(null)") && strcmp(override, driver))
		return ENODEV;
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	if (symlink(target, link))
		return EBUSY;
	maybe_interrupt("bind");
	return 0;
}

static int probe(const char *address)
{
	char driver[256];

	read_file(device_file(address, "native"), driver);
	return driver[0] ? bind_to(address, driver) : 0;
}

/* What the kernel does with @text written to the attribute at @path; returns an errno. */
static int effect(const char *path, const char *text, int fd)
{
	char directory[1024], *file, *driver;

	snprintf(directory, sizeof(directory), "%s", path);
	file = strrchr(directory, '/');
	*file++ = '\0';
	driver = strrchr(directory, '/') + 1;
	if (!strcmp(file, "unbind"))
		return unbind(text, driver);
	if (!strcmp(file, "bind"))
		return bind_to(text, driver);
	if (!strcmp(file, "drivers_probe"))
		return probe(text);
	if (!strcmp(file, "driver_override") && (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET)))
		return errno;
	return 0;
}

ssize_t write(int fd, const void *data, size_t bytes)
{
	ssize_t (*real_write)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	char self[64], path[1024], text[256];
	const char *root = getenv("ONEPATH_SYSFS");
	ssize_t length;
	int err;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	length = readlink(self, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	if (!root || strncmp(path, root, strlen(root)))
		return real_write(fd, data, bytes);
	snprintf(text, sizeof(text), "%.*s", (int)bytes, (const char *)data);
	text[strcspn(text, "\n")] = '\0';
	err = effect(path, text, fd);
	if (err) {
		errno = err;
		return -1;
	}
	if (strstr(path, "driver_override"))
		dprintf(fd, "%s\n", text[0] ? text : "(null)");
	return (ssize_t)bytes;
}

int open(const char *path, int flags, ...)
{
	int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
	char target[1024] = "";
	int fd;

	if (strncmp(path, NODES, strlen(NODES)))
		return real_open(path, flags, 0600);
	if (readlink(device_file(path + strlen(NODES), "driver"), target, sizeof(target) - 1) < 0 ||
	    !strstr(target, "/onepath")) {
		errno = ENOENT;
		return -1;
	}
	fd = real_open("/dev/null", flags);
	if (fd >= 0)
		is_node[fd] = true;
	node_flags = flags & O_ACCMODE;
	return fd;
}

static int number_in(const char *name)
{
	char text[256];

	read_file(in_tree(name, ""), text);
	return atoi(text);
}

/* What the port is set to: kept in the tree from one run of onepathctl to the next. */
struct settings {
	struct onepath_port_config config;
	__u32 count;
	__u8 address[ONEPATH_ADDRESSES_MAX][6];
	struct onepath_port_vlans vlans;
	struct onepath_port_rss rss;
};

static int get_or_set(unsigned long request, void *arg)
{
	const char *path = in_tree("settings", "");
	struct settings now = { .config = { .mtu = 1500, .speeds = 3 } };
	struct onepath_port_addresses *addresses = arg;
	struct onepath_port_config *config = arg;
	FILE *file = fopen(path, "r");
	bool set = !(_IOC_NR(request) & 1);

	if (file && fread(&now, sizeof(now), 1, file) != 1)
		return EIO;
	if (file)
		fclose(file);
	if (set && node_flags == O_RDONLY)
		return EBADF;
	switch (request) {
	case ONEPATH_PORT_CONFIG_GET:
		*config = now.config;
		break;
	case ONEPATH_PORT_CONFIG_SET:
		if (config->set & ONEPATH_CONFIG_FILTER)
			now.config.filter = config->filter;
		if (config->set & ONEPATH_CONFIG_MTU)
			now.config.mtu = config->mtu;
		if (config->set & ONEPATH_CONFIG_PAUSE)
			now.config.pause = config->pause;
		if (config->set & ONEPATH_CONFIG_SPEEDS)
			now.config.speeds = config->speeds;
		break;
	case ONEPATH_PORT_ADDRESSES_GET:
		addresses->count = now.count;
		memcpy((void *)(unsigned long)addresses->addresses, now.address, 6 * now.count);
		break;
	case ONEPATH_PORT_ADDRESSES_SET:
		now.count = addresses->count;
		memcpy(now.address, (void *)(unsigned long)addresses->addresses, 6 * now.count);
		break;
	case ONEPATH_PORT_VLANS_GET:
		*(struct onepath_port_vlans *)arg = now.vlans;
		break;
	case ONEPATH_PORT_VLANS_SET:
		now.vlans = *(struct onepath_port_vlans *)arg;
		break;
	case ONEPATH_PORT_RSS_GET:
		*(struct onepath_port_rss *)arg = now.rss;
		break;
	case ONEPATH_PORT_RSS_SET:
		now.rss = *(struct onepath_port_rss *)arg;
		break;
	default:
		return ENOTTY;
	}
	file = set ? fopen(path, "w") : NULL;
	if (file && (fwrite(&now, sizeof(now), 1, file) != 1 || fclose(file)))
		return EIO;
	return 0;
}

static void port_info(struct onepath_port_info *info)
{
	info->flags = ONEPATH_PORT_CONFINED | (link_changes & 1 ? 0 : ONEPATH_PORT_LINK_UP);
	memcpy(info->mac, "\x02\x00\x00\xab\xcd\x01", 6);
	info->speed_mbps = link_changes & 1 ? 0 : 10000;
	info->numa_node = -1;
	info->iommu_group = 7;
}

static void port_stats(struct onepath_port_stats *stats)
{
	stats->rx_frames = 1234567890123 + 1000000ull * (unsigned int)stats_calls;
	stats->rx_filtered = 17;
	stats->tx_frames = 42;
	stats->tx_lost = 5;
	if (++stats_calls == number_in("calls"))
		raise(SIGINT);
}

static void queue_stats(struct onepath_queue_stats *stats)
{
	if (stats->queue == 3)
		stats->rx_missed = 33;
	if (stats->queue == ONEPATH_QUEUE_STATS_MAX - 1)
		stats->tx_frames = 77;
}

static int port_ioctl(unsigned long request, void *arg)
{
	char name[64];
	int err;

	snprintf(name, sizeof(name), "fail-ioctl-%u", _IOC_NR(request));
	err = number_in(name);
	if (err)
		return err;
	switch (request) {
	case ONEPATH_PORT_INFO:
		port_info(arg);
		return 0;
	case ONEPATH_PORT_STATS:
		port_stats(arg);
		return 0;
	case ONEPATH_QUEUE_STATS:
		queue_stats(arg);
		return 0;
	default:
		return get_or_set(request, arg);
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	errno = is_node[fd] ? port_ioctl(request, arg) : ENOTTY;
	return errno ? -1 : 0;
}

/* Of a port: its link changes as often as the tree says. */
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int changes = number_in("changes");

	if (!count || !is_node[fds->fd] || fds->events != POLLPRI || timeout <= 0)
		return 0;
	if (link_changes < abs(changes)) {
		link_changes++;
		fds->revents = POLLPRI;
		return 1;
	}
	fds->revents = changes < 0 ? POLLHUP | POLLERR : 0;
	if (changes < 0)
		return 1;
	raise(SIGINT);
	errno = EINTR;
	return -1;
}
