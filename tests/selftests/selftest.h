/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What onepath's kselftests share: which ports they may use, expectations of errnos, and
 * the calls with their usual arguments. They know the system calls only, not the library,
 * which would not let most of this through.
 *
 * Ports: ONEPATH_PORTS="NODE NODE NODE", or the first in /dev/onepath that the caller may
 * open for reading and writing. With too few the tests are skipped.
 */
#ifndef ONEPATH_SELFTEST_H
#define ONEPATH_SELFTEST_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <onepath_ring.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "kselftest_harness.h"

#define PAGE	      4096
#define NOT_MAPPED    ((void *)8)
#define OF_THE_KERNEL ((void *)0xffff888000000000)
#define PORTS	      3
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define EVENTUALLY_MS 20000 /* how long something may take that surely comes */

/* The call's result: 0 for success, or the errno. */
#define ERRNO_OF(call)		 ((long)(call) == -1 ? errno : 0)
#define EXPECT_ERRNO(want, call) EXPECT_EQ(want, ERRNO_OF(call)) TH_LOG("%s", #call)
#define ASSERT_ERRNO(want, call) ASSERT_EQ(want, ERRNO_OF(call)) TH_LOG("%s", #call)

/* Node @n of those that may be used, or NULL. */
static inline const char *node(unsigned int n)
{
	static char found[PORTS][280];
	static unsigned int count;
	struct dirent **entries;
	char *list, *word;
	int total;

	if (count)
		return n < count ? found[n] : NULL;
	list = getenv("ONEPATH_PORTS");
	for (word = strtok(list ? strdup(list) : NULL, " "); word && count < PORTS;
	     word = strtok(NULL, " "))
		snprintf(found[count++], sizeof(found[0]), "%s%s",
			 *word == '/' ? "" : "/dev/onepath/", word);
	if (list)
		return n < count ? found[n] : NULL;
	total = scandir("/dev/onepath", &entries, NULL, alphasort);
	for (int i = 0; i < total && count < PORTS; i++) {
		snprintf(found[count], sizeof(found[0]), "/dev/onepath/%s", entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && !access(found[count], R_OK | W_OK))
			count++;
	}
	return n < count ? found[n] : NULL;
}

/* Opens port @n as @flags say. */
static inline int port_open(unsigned int n, int flags)
{
	return open(node(n), flags | O_CLOEXEC);
}

static inline int path_create_with(int input, struct onepath_path_create *args,
				   const int32_t *outputs, unsigned int count)
{
	args->size = sizeof(*args);
	args->output_count = count;
	args->outputs = (uintptr_t)outputs;
	return ioctl(input, ONEPATH_PATH_CREATE, args);
}

/* A path of the input's receive queue 0, with a small ring. */
static inline int path_create(int input, const int32_t *outputs, unsigned int count)
{
	struct onepath_path_create args = { .ring_size = 64 };

	return path_create_with(input, &args, outputs, count);
}

/* What fixtures begin with: port 0, and a path from it to itself. */
static inline void port_and_path(struct __test_metadata *_metadata, int32_t *port, int *path)
{
	*port = port_open(0, O_RDWR);
	ASSERT_LE(0, *port) TH_LOG("%s: %s", node(0), strerror(errno));
	*path = path_create(*port, port, 1);
	ASSERT_LE(0, *path);
}

static inline int path_info(int path, struct onepath_path_info *info)
{
	info->size = sizeof(*info);
	return ioctl(path, ONEPATH_PATH_INFO, info);
}

static inline void *path_map(int path, uint64_t offset, uint64_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, path, (off_t)offset);
}

static inline int path_arm(int path, uint32_t next)
{
	struct onepath_path_arm args = { .size = sizeof(args), .next = next };

	return ioctl(path, ONEPATH_PATH_ARM, &args);
}

static inline int set_eventfd(int fd, int eventfd)
{
	struct onepath_eventfd args = { .size = sizeof(args), .fd = eventfd };

	return ioctl(fd, ONEPATH_EVENTFD, &args);
}

static inline int port_stats(int port, struct onepath_port_stats *stats)
{
	stats->size = sizeof(*stats);
	return ioctl(port, ONEPATH_PORT_STATS, stats);
}

static inline int port_info(int port, struct onepath_port_info *info)
{
	info->size = sizeof(*info);
	return ioctl(port, ONEPATH_PORT_INFO, info);
}

/* What poll() tells at once of @events, errors included. */
static inline short poll_now(int fd, short events)
{
	struct pollfd poller = { .fd = fd, .events = events };

	return poll(&poller, 1, 0) > 0 ? poller.revents : 0;
}

/* The number of a new eventfd: the kernel gives the lowest that is free. */
static inline int eventfd_number(void)
{
	char text[512], *at;
	int fd = eventfd(0, 0), info, length;

	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	info = open(text, O_RDONLY);
	length = read(info, text, sizeof(text) - 1);
	close(info);
	close(fd);
	text[length < 0 ? 0 : length] = 0;
	at = strstr(text, "eventfd-id:");
	return at ? atoi(at + strlen("eventfd-id:")) : -1;
}

/* All that poll() can tell of these descriptors. */
#define ALL_EVENTS (POLLIN | POLLRDNORM | POLLPRI | POLLOUT)

#endif
