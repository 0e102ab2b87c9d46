/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's part of test_onepathctl.sh, preloaded into onepathctl: a write to bind,
 * unbind, driver_override or drivers_probe below $ONEPATH_SYSFS has the effect that it has
 * in sysfs, and bound ports have nodes that answer. Files of the tree steer it:
 *   fail-bind-DRIVER, fail-unbind-DRIVER   the errno with which that fails
 *   interrupt                              "bind" or "unbind": SIGINT arrives after it
 *   devices/ADDRESS/native                 the driver that drivers_probe finds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODES "/dev/onepath/"

static int node_fd = -1;

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

	if (strncmp(path, NODES, strlen(NODES)))
		return real_open(path, flags, 0600);
	if (readlink(device_file(path + strlen(NODES), "driver"), target, sizeof(target) - 1) < 0 ||
	    !strstr(target, "/onepath")) {
		errno = ENOENT;
		return -1;
	}
	node_fd = real_open("/dev/null", flags);
	return node_fd;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct onepath_port_stats *stats;
	struct onepath_port_info *info;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	info = arg;
	stats = arg;
	if (fd == node_fd && request == ONEPATH_PORT_INFO) {
		info->flags = ONEPATH_PORT_LINK_UP | ONEPATH_PORT_CONFINED;
		memcpy(info->mac, "\x02\x00\x00\xab\xcd\x01", 6);
		info->speed_mbps = 10000;
		info->numa_node = -1;
		info->iommu_group = 7;
	} else if (fd == node_fd && request == ONEPATH_PORT_STATS) {
		stats->rx_frames = 1234567890123;
		stats->tx_frames = 42;
	} else {
		errno = ENOTTY;
		return -1;
	}
	return 0;
}
