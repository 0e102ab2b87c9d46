/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports for test_nf.sh, preloaded into an NF: any node opens, a path is a sparse memory
 * file with the areas where uapi/onepath.h has them, and each start brings FRAMES frames.
 * Nothing is sent. Steered by the environment:
 *   FAKE_FAIL=NUMBER:ERRNO   the ioctl of this number fails ("open" for open())
 *   FAKE_GONE=1              ports are gone (POLLHUP) once a path was started
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <onepath_ring.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NODES  "/dev/onepath/"
#define FRAMES 10
#define PAGE   4096

static struct onepath_path_create last; /* of all paths: they are alike here */
static int port_end[64], ports;

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
	return ends[0];
}

/* These NFs never send to where a frame came from, and never twice to one port. */
static int path_create(int input, const struct onepath_path_create *create)
{
	const __s32 *outputs = (const void *)(unsigned long)create->outputs;
	int fd = memfd_create("path", MFD_CLOEXEC);

	for (unsigned int k = 0; k < create->output_count; k++) {
		if (outputs[k] != input && (!k || outputs[k] > outputs[k - 1]))
			continue;
		errno = EINVAL;
		return -1;
	}
	last = *create;
	if (fd >= 0 && ftruncate(fd, (off_t)(ONEPATH_MMAP_DOORBELLS + PAGE)))
		return -1;
	return fd;
}

static void path_info(struct onepath_path_info *info)
{
	info->ring_size = last.ring_size;
	info->output_count = last.output_count;
	info->buffer_bytes = ONEPATH_BUFFER_BYTES;
	info->buffer_stride = ONEPATH_BUFFER_STRIDE;
	info->ring_stride = last.ring_size * 16;
	info->heads_offset = info->ring_stride * last.output_count;
	info->buffers_size = (__u64)last.ring_size * ONEPATH_BUFFER_STRIDE;
	info->rings_size = info->heads_offset + ONEPATH_HEAD_STRIDE * last.output_count;
	info->doorbells_size = PAGE;
	for (unsigned int k = 0; k < last.output_count; k++)
		info->tdt_offset[k] = 4 + 4 * k;
}

static int path_start(int fd)
{
	struct onepath_descriptor d = { .length = 60, .status = ONEPATH_RX_DD | ONEPATH_RX_EOP };

	for (int i = 0; i < FRAMES; i++)
		if (pwrite(fd, &d, sizeof(d), (off_t)(ONEPATH_MMAP_RINGS + i * sizeof(d))) !=
		    sizeof(d))
			return -1;
	for (int i = 0; getenv("FAKE_GONE") && i < ports; i++)
		close(port_end[i]);
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
	default:
		return 0;
	}
}
