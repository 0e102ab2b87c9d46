/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The made-up kernel of test_lib*.c: the linker sends the library's open, close, ioctl,
 * poll, mmap and munmap here (-Wl,--wrap=...). It answers with what `kernel` says, fails where
 * it is told to, and keeps account of what is open and mapped.
 */
#ifndef LIB_KERNEL_H
#define LIB_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <onepath/onepath.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PORT_FD 1000
#define PATH_FD 1001
#define PAGE	4096u
#define AREAS	3

/* What it answers, what fails, and what it has seen. */
static struct {
	struct onepath_path_info info;
	struct onepath_path_create create; /* seen */
	int32_t outputs[ONEPATH_OUTPUTS_MAX];
	unsigned long fail_ioctl; /* this call fails with @fail_errno */
	int fail_open, fail_mmap, fail_errno; /* fail_mmap: 1..AREAS, 0 for none */
	unsigned int ioctls, mmaps, paths_open;
	char opened[64];
	int open_flags;
	union { /* a port's settings: what was set is what is got */
		struct onepath_port_config config;
		struct onepath_port_addresses addresses;
		struct onepath_port_vlans vlans;
		struct onepath_port_rss rss;
		struct onepath_queue_stats queue;
		struct onepath_path_arm arm;
		struct onepath_eventfd eventfd;
	} seen;
	unsigned long seen_request;
	uint8_t address[ONEPATH_ADDRESSES_MAX][6];
	int arm_answer; /* of ONEPATH_PATH_ARM */
	int poll_answer, poll_timeout; /* -1: EINTR; seen */
	short poll_events;
	unsigned int polls;
	struct {
		void *start;
		size_t bytes;
	} area[AREAS];
} kernel;

/* The linker's names: __wrap_x() is called for x(), __real_x() is the true one. */
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *start, size_t bytes, int prot, int flags, int fd, off_t offset);
int __wrap_munmap(void *start, size_t bytes);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __real_munmap(void *start, size_t bytes);

int __wrap_open(const char *path, int flags, ...)
{
	if (strncmp(path, "/dev/onepath/", 13))
		return __real_open(path, flags, 0600);
	snprintf(kernel.opened, sizeof(kernel.opened), "%s", path);
	kernel.open_flags = flags;
	if (kernel.fail_open) {
		errno = kernel.fail_open;
		return -1;
	}
	return PORT_FD;
}

int __wrap_close(int fd)
{
	if (fd != PATH_FD)
		return __real_close(fd);
	assert_int_equal(kernel.paths_open, 1);
	kernel.paths_open = 0;
	return 0;
}

static void see_create(const struct onepath_path_create *create)
{
	kernel.create = *create;
	memcpy(kernel.outputs, (const void *)(uintptr_t)create->outputs,
	       create->output_count * sizeof(int32_t));
	kernel.paths_open++;
}

/* Keeps what was set, or hands it back. */
static int setting(unsigned long request, void *arg, size_t bytes, bool get)
{
	uint32_t size;

	memcpy(&size, arg, sizeof(size));
	assert_int_equal(size, bytes);
	kernel.seen_request = request;
	memcpy(get ? arg : &kernel.seen, get ? (const void *)&kernel.seen : arg, bytes);
	return 0;
}

static int addresses(unsigned long request, struct onepath_port_addresses *args)
{
	void *user = (void *)(uintptr_t)args->addresses;
	uint32_t room = args->count;

	if (request == ONEPATH_PORT_ADDRESSES_SET) {
		memcpy(kernel.address, user, args->count * 6);
		return setting(request, args, sizeof(*args), false);
	}
	assert_int_equal(args->size, sizeof(*args));
	args->count = kernel.seen.addresses.count;
	memcpy(user, kernel.address, 6 * (room < args->count ? room : args->count));
	return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	assert_int_equal(count, 1);
	assert_int_equal(fds->fd, PATH_FD);
	assert_int_equal(fds->events, POLLIN);
	kernel.polls++;
	kernel.poll_timeout = timeout;
	fds->revents = kernel.poll_events;
	errno = EINTR;
	return kernel.poll_answer;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	kernel.ioctls++;
	if (request == kernel.fail_ioctl) {
		errno = kernel.fail_errno;
		return -1;
	}
	switch (request) {
	case ONEPATH_PORT_INFO:
		assert_int_equal(((struct onepath_port_info *)arg)->size,
				 sizeof(struct onepath_port_info));
		((struct onepath_port_info *)arg)->speed_mbps = 10000;
		return 0;
	case ONEPATH_PORT_STATS:
		assert_int_equal(((struct onepath_port_stats *)arg)->size,
				 sizeof(struct onepath_port_stats));
		((struct onepath_port_stats *)arg)->tx_bytes = 77;
		return 0;
	case ONEPATH_PATH_CREATE:
		assert_int_equal(fd, PORT_FD);
		see_create(arg);
		return PATH_FD;
	case ONEPATH_PATH_INFO:
		assert_int_equal(((struct onepath_path_info *)arg)->size,
				 sizeof(struct onepath_path_info));
		*(struct onepath_path_info *)arg = kernel.info;
		/* fall through */
	case ONEPATH_PATH_START:
	case ONEPATH_PATH_STOP:
		assert_int_equal(fd, PATH_FD);
		return 0;
	case ONEPATH_PORT_CONFIG_SET:
	case ONEPATH_PORT_CONFIG_GET:
		return setting(request, arg, sizeof(kernel.seen.config),
			       request == ONEPATH_PORT_CONFIG_GET);
	case ONEPATH_PORT_ADDRESSES_SET:
	case ONEPATH_PORT_ADDRESSES_GET:
		return addresses(request, arg);
	case ONEPATH_PORT_VLANS_SET:
	case ONEPATH_PORT_VLANS_GET:
		return setting(request, arg, sizeof(kernel.seen.vlans),
			       request == ONEPATH_PORT_VLANS_GET);
	case ONEPATH_PORT_RSS_SET:
	case ONEPATH_PORT_RSS_GET:
		return setting(request, arg, sizeof(kernel.seen.rss),
			       request == ONEPATH_PORT_RSS_GET);
	case ONEPATH_QUEUE_STATS:
		setting(request, arg, sizeof(kernel.seen.queue), false);
		((struct onepath_queue_stats *)arg)->tx_lost = 42;
		return 0;
	case ONEPATH_PATH_ARM:
		setting(request, arg, sizeof(kernel.seen.arm), false);
		return kernel.arm_answer;
	case ONEPATH_EVENTFD:
		return setting(request, arg, sizeof(kernel.seen.eventfd), false);
	default:
		fail_msg("unknown ioctl %#lx", request);
		return -1;
	}
}

void *__wrap_mmap(void *start, size_t bytes, int prot, int flags, int fd, off_t offset)
{
	unsigned int i = (unsigned int)(offset >> 32);
	void *memory;

	assert_null(start);
	assert_int_equal(prot, PROT_READ | PROT_WRITE);
	assert_int_equal(flags, MAP_SHARED);
	assert_int_equal(fd, PATH_FD);
	assert_in_range(i, 0, AREAS - 1);
	assert_int_equal((uint64_t)offset & 0xffffffff, 0);
	if (++kernel.mmaps == (unsigned int)kernel.fail_mmap) {
		errno = kernel.fail_errno;
		return MAP_FAILED;
	}
	memory = aligned_alloc(PAGE, (bytes + PAGE - 1) / PAGE * PAGE);
	assert_non_null(memory);
	assert_null(kernel.area[i].start);
	kernel.area[i].start = memory;
	kernel.area[i].bytes = bytes;
	return memory;
}

int __wrap_munmap(void *start, size_t bytes)
{
	for (unsigned int i = 0; i < AREAS; i++) {
		if (kernel.area[i].start != start)
			continue;
		assert_int_equal(kernel.area[i].bytes, bytes);
		free(start);
		kernel.area[i].start = NULL;
		return 0;
	}
	return __real_munmap(start, bytes);
}

static void assert_nothing_left(void)
{
	assert_int_equal(kernel.paths_open, 0);
	for (unsigned int i = 0; i < AREAS; i++)
		assert_null(kernel.area[i].start);
}

#define RING_SIZE 256u
#define STRIDE	  (ONEPATH_BUFFER_BYTES + ONEPATH_BUFFER_GAP)
#define OUTPUTS	  3u

/* A kernel whose every answer is right. */
static int set_up(void **state)
{
	struct onepath_path_info *info = &kernel.info;

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	info->size = sizeof(*info);
	info->ring_size = RING_SIZE;
	info->output_count = OUTPUTS;
	info->buffer_bytes = ONEPATH_BUFFER_BYTES;
	info->buffer_stride = STRIDE;
	info->ring_stride = RING_SIZE * 16;
	info->heads_offset =
		OUTPUTS * RING_SIZE * 16 + ONEPATH_HEAD_STRIDE; /* a gap before it is fine */
	info->rdt_offset = 0x18;
	info->buffers_size = RING_SIZE * STRIDE;
	info->rings_size =
		(OUTPUTS * RING_SIZE * 16 + OUTPUTS * ONEPATH_HEAD_STRIDE + PAGE - 1) / PAGE * PAGE;
	info->doorbells_size = (1 + OUTPUTS) * PAGE;
	for (unsigned int k = 0; k < OUTPUTS; k++)
		info->tdt_offset[k] = (k + 1) * PAGE + 0x18;
	return 0;
}

static int create(struct onepath_path *path)
{
	static const int outputs[OUTPUTS] = { 7, 8, 9 };

	return onepath_path_create(path, PORT_FD, outputs, OUTPUTS, RING_SIZE);
}

#endif
