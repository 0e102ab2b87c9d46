/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The made-up kernel of test_lib.c: the linker sends the library's open, close, ioctl,
 * mmap and munmap here (-Wl,--wrap=...). It answers with what `kernel` says, fails where
 * it is told to, and keeps account of what is open and mapped.
 */
#ifndef LIB_KERNEL_H
#define LIB_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <onepath/onepath.h>
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
	uint32_t filter;
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
	case ONEPATH_PORT_FILTER:
		assert_int_equal(((struct onepath_port_filter *)arg)->size,
				 sizeof(struct onepath_port_filter));
		kernel.filter = ((struct onepath_port_filter *)arg)->flags;
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

#endif
