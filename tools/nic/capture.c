// SPDX-License-Identifier: BSD-3-Clause
/*
 * Writes pcapng, which libpcap reads but does not write: a section header, an
 * interface block for each port when its capture starts, and enhanced packet
 * blocks. Blocks are put together in memory and written whole, so that a full
 * disk leaves a file that can be read to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"

#define BLOCK_SECTION	0x0A0D0D0Au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET	6u
#define BYTE_ORDER_MARK 0x1A2B3C4Du

#define OPTION_END	    0
#define OPTION_APPLICATION  4 /* of a section */
#define OPTION_NAME	    2 /* of an interface */
#define OPTION_TIME_UNIT    9 /* of an interface: 10^-n s */
#define OPTION_PACKET_FLAGS 2

#define LINKTYPE_ETHERNET 1
#define BUFFER_BYTES	  (256 * 1024u)
#define BLOCK_BYTES_MAX	  (64 * 1024u) /* more than any frame needs */

struct file {
	struct file *next;
	char *path;
	int fd;
	unsigned int ports; /* that are captured to it */
	unsigned int interfaces; /* in the file so far */
	bool failed;
	off_t written; /* whole blocks */
	size_t used;
	size_t block; /* where the block being made starts */
	uint8_t buffer[BUFFER_BYTES];
};

struct capture {
	struct file *file;
	uint32_t interface;
};

static struct file *files;

static int flush(struct file *file)
{
	size_t done = 0;

	while (done < file->used && !file->failed) {
		ssize_t part = write(file->fd, file->buffer + done, file->used - done);

		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0) {
			fprintf(stderr, "onepath-nic: capture %s: %s; it stops here\n", file->path,
				part ? strerror(errno) : "nothing more can be written");
			file->failed = true;
			/* Cuts off half a block; what is no file cannot be cut. */
			if (done && ftruncate(file->fd, file->written) < 0)
				fprintf(stderr, "onepath-nic: capture %s: its end is broken\n",
					file->path);
			break;
		}
		done += (size_t)part;
	}
	if (!file->failed)
		file->written += (off_t)file->used;
	file->used = 0;
	return file->failed ? -EIO : 0;
}

static void put(struct file *file, const void *data, size_t len)
{
	static const uint8_t zeros[4];
	size_t padding = -len & 3;

	memcpy(file->buffer + file->used, data, len);
	memcpy(file->buffer + file->used + len, zeros, padding);
	file->used += len + padding;
}

static void put32(struct file *file, uint32_t value)
{
	put(file, &value, sizeof(value));
}

static void put_option(struct file *file, uint16_t code, const void *data, uint16_t len)
{
	const uint16_t head[2] = { code, len };

	put(file, head, sizeof(head));
	put(file, data, len);
}

static void begin_block(struct file *file, uint32_t type)
{
	if (file->used + BLOCK_BYTES_MAX > BUFFER_BYTES)
		flush(file);
	file->block = file->used;
	put32(file, type);
	put32(file, 0); /* the length, see end_block() */
}

static void end_block(struct file *file)
{
	uint32_t len;

	put_option(file, OPTION_END, "", 0);
	len = (uint32_t)(file->used - file->block + sizeof(len));
	put32(file, len);
	memcpy(file->buffer + file->block + 4, &len, sizeof(len));
}

static void write_section(struct file *file)
{
	static const char application[] = "onepath-nic";
	const uint16_t version[2] = { 1, 0 };

	begin_block(file, BLOCK_SECTION);
	put32(file, BYTE_ORDER_MARK);
	put(file, version, sizeof(version));
	put32(file, UINT32_MAX); /* length of the section: not said */
	put32(file, UINT32_MAX);
	put_option(file, OPTION_APPLICATION, application, sizeof(application) - 1);
	end_block(file);
}

static void write_interface(struct file *file, const char *name)
{
	const uint16_t link_type[2] = { LINKTYPE_ETHERNET, 0 };
	const uint8_t nanoseconds = 9;

	begin_block(file, BLOCK_INTERFACE);
	put(file, link_type, sizeof(link_type));
	put32(file, 0); /* no limit to a packet's length */
	put_option(file, OPTION_NAME, name, (uint16_t)strlen(name));
	put_option(file, OPTION_TIME_UNIT, &nanoseconds, 1);
	end_block(file);
}

static struct file *find(const char *path)
{
	struct stat wanted, have;

	if (stat(path, &wanted) < 0)
		return NULL;
	for (struct file *file = files; file; file = file->next) {
		if (!fstat(file->fd, &have) && have.st_dev == wanted.st_dev &&
		    have.st_ino == wanted.st_ino)
			return file;
	}
	return NULL;
}

static void release(struct file *file)
{
	struct file **link = &files;

	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	close(file->fd);
	free(file->path);
	free(file);
}

/* A pipe that nobody empties must not stop the ports: hence O_NONBLOCK. */
static int create(const char *path, struct file **result)
{
	struct file *file = calloc(1, sizeof(*file));
	int ret;

	if (!file)
		return -ENOMEM;
	file->path = strdup(path);
	file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644);
	if (!file->path || file->fd < 0) {
		ret = file->path ? -errno : -ENOMEM;
		free(file->path);
		free(file);
		return ret;
	}
	file->next = files;
	files = file;
	write_section(file);
	*result = file;
	return 0;
}

int capture_start(const char *path, const char *name, struct capture **result)
{
	struct capture *capture = malloc(sizeof(*capture));
	struct file *file = find(path);
	int ret;

	if (!capture)
		return -ENOMEM;
	if (file)
		ret = file->failed ? -EIO : 0;
	else
		ret = create(path, &file);
	if (ret) {
		free(capture);
		return ret;
	}
	write_interface(file, name);
	*capture = (struct capture){ .file = file, .interface = file->interfaces++ };
	file->ports++;
	*result = capture;
	return 0;
}

void capture_frame(struct capture *capture, const uint8_t *frame, size_t len, uint32_t flags)
{
	struct file *file = capture->file;
	struct timespec now;
	uint64_t ns;

	if (file->failed || len > BLOCK_BYTES_MAX / 2)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	begin_block(file, BLOCK_PACKET);
	put32(file, capture->interface);
	put32(file, (uint32_t)(ns >> 32));
	put32(file, (uint32_t)ns);
	put32(file, (uint32_t)len); /* captured */
	put32(file, (uint32_t)len); /* on the wire */
	put(file, frame, len);
	put_option(file, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
	end_block(file);
}

int capture_flush(struct capture *capture)
{
	return flush(capture->file);
}

void capture_stop(struct capture *capture)
{
	struct file *file = capture->file;

	flush(file);
	if (!--file->ports)
		release(file);
	free(capture);
}
