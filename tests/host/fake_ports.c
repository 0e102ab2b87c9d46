/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports for test_nf.sh, preloaded into an NF: any node opens, a path is a sparse memory
 * file with the areas where uapi/onepath.h has them, and each start brings FRAMES frames.
 * Nothing is sent. Steered by the environment:
 *   FAKE_FAIL=NUMBER:ERRNO   the ioctl of this number fails ("open" for open(), "filter" and
 *                            "mtu" for what ONEPATH_PORT_CONFIG_SET sets)
 *   FAKE_GONE=1              ports are gone (POLLHUP) once a path was started
 *   FAKE_SELF=1             a path's outputs may be all ports, its input included
 *   FAKE_WAKE=COUNT          so many times a frame arrives on the first path while it sleeps
 *   FAKE_LATE=COUNT          so many times one arrives between the last look and the sleep
 *   FAKE_RESET=ERRNO:COUNT   the first path is stopped as its port is reset, when it sleeps;
 *                            starting it again fails so many times
 *   FAKE_MTU=BYTES           the ports are set to that MTU
 *   FAKE_LINK=1              the first port's link goes down, once
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <onepath_ring.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NODES  "/dev/onepath/"
#define FRAMES 10
#define PAGE   4096

static struct onepath_path_create last; /* of all paths: they are alike here */
static int port_end[64], ports, first_port = -1, first_path = -1;
static unsigned int descriptor; /* of the first path, into which the next frame goes */
static int frames_left = -1, late_left = -1, failures_left = -1;
static bool stopped, armed, link_down;

static int ordered_failure(const char *call)
{
	const char *order = getenv("FAKE_FAIL");

	return order && !strncmp(order, call, strlen(call)) && order[strlen(call)] == ':'
		       ? atoi(order + strlen(call) + 1)
		       : 0;
}

/* A port is the reading end of a pipe: closing the other end makes POLLHUP. */
int open(const char *path, int flags, ...)
{
	int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
	int ends[2];

	if (strncmp(path, NODES, strlen(NODES)))
		return real_open(path, flags, 0600);
	errno = ordered_failure("open");
	if (errno || pipe(ends))
		return -1;
	port_end[ports++] = ends[1];
	if (ports == 1)
		first_port = ends[0];
	return ends[0];
}

/* No NF sends twice to one port, and only some to where a frame came from: those that are run with FAKE_SELF. */
static int path_create(int input, const struct onepath_path_create *create)
{
	const __s32 *outputs = (const void *)(unsigned long)create->outputs;
	int fd = memfd_create("path", MFD_CLOEXEC);

	for (unsigned int k = 0; k < create->output_count; k++) {
		if ((outputs[k] != input || getenv("FAKE_SELF")) &&
		    (!k || outputs[k] > outputs[k - 1]))
			continue;
		errno = EINVAL;
		return -1;
	}
	last = *create;
	if (create->buffer_bytes != ONEPATH_BUFFER_BYTES)
		dprintf(STDERR_FILENO, "buffers %u\n", create->buffer_bytes);
	if (first_path < 0)
		first_path = fd;
	if (fd >= 0 && ftruncate(fd, (off_t)(ONEPATH_MMAP_DOORBELLS + PAGE)))
		return -1;
	return fd;
}

static void path_info(struct onepath_path_info *info)
{
	info->ring_size = last.ring_size;
	info->output_count = last.output_count;
	info->buffer_bytes = last.buffer_bytes ? last.buffer_bytes : ONEPATH_BUFFER_BYTES;
	info->buffer_stride = info->buffer_bytes + ONEPATH_BUFFER_GAP;
	info->ring_stride = last.ring_size * 16;
	info->heads_offset = info->ring_stride * last.output_count;
	info->buffers_size = (__u64)last.ring_size * info->buffer_stride;
	info->rings_size = info->heads_offset + ONEPATH_HEAD_STRIDE * last.output_count;
	info->doorbells_size = PAGE;
	for (unsigned int k = 0; k < last.output_count; k++)
		info->tdt_offset[k] = 4 + 4 * k;
}

static int arrive(int fd, unsigned int i)
{
	struct onepath_descriptor d = { .length = 60, .status = ONEPATH_RX_DD | ONEPATH_RX_EOP };

	return pwrite(fd, &d, sizeof(d), (off_t)(ONEPATH_MMAP_RINGS + i * sizeof(d))) == sizeof(d)
		       ? 0
		       : -1;
}

/* How often what the environment orders is yet to happen. */
static int *left(int *count, const char *order)
{
	const char *text = getenv(order), *colon = text ? strchr(text, ':') : NULL;

	if (*count < 0)
		*count = !text ? 0 : atoi(colon ? colon + 1 : text);
	return count;
}

static int path_start(int fd)
{
	if (fd == first_path && stopped && *left(&failures_left, "FAKE_RESET")) {
		failures_left--;
		errno = atoi(getenv("FAKE_RESET"));
		return -1;
	}
	for (unsigned int i = 0; i < FRAMES; i++)
		if (arrive(fd, i))
			return -1;
	for (int i = 0; getenv("FAKE_GONE") && i < ports; i++)
		close(port_end[i]);
	if (fd != first_path)
		return 0;
	descriptor = FRAMES;
	unsetenv(stopped ? "FAKE_RESET" : "");
	stopped = false;
	return 0;
}

/* A frame into the first path's next descriptor. */
static int next_arrives(void)
{
	return arrive(first_path, descriptor++ % last.ring_size);
}

static int path_arm(int fd, const struct onepath_path_arm *arm)
{
	if (fd != first_path)
		return 0;
	if (stopped) {
		errno = EAGAIN;
		return -1;
	}
	if (arm->next != descriptor % last.ring_size) {
		errno = EINVAL;
		return -1;
	}
	armed = true;
	if (*left(&late_left, "FAKE_LATE")) {
		late_left--;
		return next_arrives() ? -1 : 1;
	}
	return 0;
}

/* What there is to tell of the first path: only then does it wake. */
static short path_events(void)
{
	if (getenv("FAKE_RESET")) {
		left(&failures_left, "FAKE_RESET");
		stopped = true;
		return POLLERR;
	}
	if (!armed || !*left(&frames_left, "FAKE_WAKE"))
		return 0;
	armed = false;
	frames_left--;
	next_arrives();
	return POLLIN;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	int (*real_ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) =
		dlsym(RTLD_NEXT, "ppoll");
	struct pollfd real[64];
	bool sleeping = timeout->tv_sec || timeout->tv_nsec;
	struct timespec none = { 0 };
	short path = 0, port = 0;
	int result;

	for (nfds_t i = 0; i < count; i++) {
		real[i] = fds[i];
		if (fds[i].events & POLLIN) /* a path: a file, which poll() takes for ready */
			real[i].fd = -1;
		if (sleeping && fds[i].fd == first_path)
			path = path_events();
		if (sleeping && fds[i].fd == first_port && getenv("FAKE_LINK") && !link_down)
			port = POLLPRI;
	}
	link_down |= port;
	result = real_ppoll(real, count, path || port ? &none : timeout, mask);
	for (nfds_t i = 0; i < count && result >= 0; i++) {
		fds[i].revents = real[i].fd < 0 ? 0 : real[i].revents;
		if (fds[i].fd == first_path)
			fds[i].revents = path;
		if (fds[i].fd == first_port)
			fds[i].revents |= port;
	}
	return result;
}

static void port_info(int fd, struct onepath_port_info *info)
{
	info->flags = fd == first_port && link_down ? 0 : ONEPATH_PORT_LINK_UP;
}

static __u32 mtu = 1500; /* or as FAKE_MTU says */

static void config_get(struct onepath_port_config *config)
{
	config->mtu = getenv("FAKE_MTU") ? (__u32)atoi(getenv("FAKE_MTU")) : mtu;
}

/* The NFs receive everything, and set what --mtu says, nothing else. */
static int config_set(const struct onepath_port_config *config)
{
	bool filter = config->set == ONEPATH_CONFIG_FILTER;

	errno = filter ? ordered_failure("filter") : ordered_failure("mtu");
	if (errno)
		return -1;
	if (filter && config->filter == (ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST))
		return 0;
	mtu = config->set == ONEPATH_CONFIG_MTU ? config->mtu : 0;
	dprintf(STDERR_FILENO, "MTU %u\n", mtu);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	char number[8];
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	snprintf(number, sizeof(number), "%u", _IOC_NR(request));
	errno = ordered_failure(number);
	if (errno)
		return -1;
	switch (request) {
	case ONEPATH_PATH_CREATE:
		return path_create(fd, arg);
	case ONEPATH_PATH_INFO:
		path_info(arg);
		return 0;
	case ONEPATH_PATH_START:
		return path_start(fd);
	case ONEPATH_PATH_ARM:
		return path_arm(fd, arg);
	case ONEPATH_PORT_INFO:
		port_info(fd, arg);
		return 0;
	case ONEPATH_PORT_CONFIG_GET:
		config_get(arg);
		return 0;
	case ONEPATH_PORT_CONFIG_SET:
		return config_set(arg);
	default:
		return 0;
	}
}
