/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other end of the vfio-user server, for its tests: a client over a
 * socketpair that can say anything, and a small device of plain memory behind
 * the server. Server and client take turns in one thread, so nothing here
 * waits for anything.
 */
#ifndef VFIO_USER_CLIENT_H
#define VFIO_USER_CLIENT_H

#include <errno.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "vfio_user.h"
#include "vfio_user_proto.h"

#define REGION0_SIZE 8192u
#define CONFIG_SIZE  256u
#define VECTORS	     4u
#define NO_ANSWER    (-1000) /* exchange(): nothing came back */
#define GONE	     (-1001) /* exchange(): the server hung up */

struct client {
	struct vfio_user *server;
	int fd;
	uint8_t region0[REGION0_SIZE];
	uint8_t config[CONFIG_SIZE];
	unsigned int resets;
	unsigned int writes;
	unsigned int syncs;
	int device_error; /* what the device answers */
	/* the last answer */
	struct vfio_user_header header;
	_Alignas(8) uint8_t payload[65536];
	size_t payload_size;
	int answer_fd; /* came with it; -1: none */
};

static inline int device_read(void *opaque, unsigned int region, uint64_t offset, void *data,
			      uint32_t count)
{
	struct client *client = opaque;
	const uint8_t *bytes = region == 0 ? client->region0 : client->config;
	size_t size = region == 0 ? REGION0_SIZE : CONFIG_SIZE;

	assert_true(region == 0 || region == VFIO_PCI_CONFIG_REGION_INDEX);
	assert_true(count >= 1 && count <= VFIO_USER_XFER_MAX);
	assert_true(offset < size && count <= size - offset);
	memcpy(data, bytes + offset, count);
	return client->device_error;
}

static inline int device_write(void *opaque, unsigned int region, uint64_t offset, const void *data,
			       uint32_t count)
{
	struct client *client = opaque;
	uint8_t *bytes = region == 0 ? client->region0 : client->config;
	size_t size = region == 0 ? REGION0_SIZE : CONFIG_SIZE;

	assert_true(region == 0 || region == VFIO_PCI_CONFIG_REGION_INDEX);
	assert_true(count >= 1 && count <= VFIO_USER_XFER_MAX);
	assert_true(offset < size && count <= size - offset);
	memcpy(bytes + offset, data, count);
	client->writes++;
	return client->device_error;
}

static inline void device_reset(void *opaque)
{
	struct client *client = opaque;

	client->resets++;
}

static inline void device_sync(void *opaque)
{
	struct client *client = opaque;

	client->syncs++;
}

static inline void client_connect(struct client *client)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
			 0);
	assert_int_equal(vfio_user_attach(client->server, ends[0]), 0);
	client->fd = ends[1];
}

/* A device of which parts may be mapped. */
static inline void client_start_mapping(struct client *client, FILE *log,
					const struct vfio_user_mapping *mapping)
{
	const struct vfio_user_device device = {
		.opaque = client,
		.name = "test",
		.region_size = { [0] = REGION0_SIZE, [VFIO_PCI_CONFIG_REGION_INDEX] = CONFIG_SIZE },
		.irq_count = { [VFIO_PCI_INTX_IRQ_INDEX] = 1,
			       [VFIO_PCI_MSI_IRQ_INDEX] = 1,
			       [VFIO_PCI_MSIX_IRQ_INDEX] = VECTORS },
		.read = device_read,
		.write = device_write,
		.reset = device_reset,
		.mapping = *mapping,
		.sync = device_sync,
		.log = log,
	};

	*client = (struct client){ .fd = -1, .answer_fd = -1 };
	client->server = vfio_user_create(&device);
	assert_non_null(client->server);
	client_connect(client);
}

static inline void client_start(struct client *client, FILE *log)
{
	const struct vfio_user_mapping nothing = { .fd = -1 };

	client_start_mapping(client, log, &nothing);
}

static inline void client_stop(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	vfio_user_destroy(client->server);
}

/* Sends bytes with descriptors, as one piece. */
static inline void client_send(struct client *client, const void *bytes, size_t size,
			       const int *fds, size_t fd_count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(64 * sizeof(int))] = { 0 };
	struct iovec piece = { .iov_base = (void *)bytes, .iov_len = size };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (fd_count) {
		struct cmsghdr *header;

		assert_true(fd_count <= 64);
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
	}
	assert_int_equal(sendmsg(client->fd, &message, MSG_NOSIGNAL), size);
}

/* Reads one answer, if one is there: 0, -errno of an error reply, NO_ANSWER or GONE. */
static inline int client_receive(struct client *client)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec piece = { .iov_base = &client->header, .iov_len = sizeof(client->header) };
	struct msghdr message = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(client->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	client->answer_fd = -1;
	if (header) {
		assert_int_equal(header->cmsg_type, SCM_RIGHTS);
		assert_int_equal(header->cmsg_len, CMSG_LEN(sizeof(int)));
		memcpy(&client->answer_fd, CMSG_DATA(header), sizeof(int));
	}
	if (got < 0 && errno == EAGAIN)
		return NO_ANSWER;
	if (got <= 0)
		return GONE;
	assert_int_equal(got, sizeof(client->header));
	assert_true(client->header.size >= sizeof(client->header));
	assert_int_equal(client->header.flags & VFIO_USER_TYPE_MASK, VFIO_USER_TYPE_REPLY);
	client->payload_size = client->header.size - sizeof(client->header);
	assert_true(client->payload_size <= sizeof(client->payload));
	if (client->payload_size)
		assert_int_equal(recv(client->fd, client->payload, client->payload_size,
				      MSG_DONTWAIT),
				 client->payload_size);
	if (!(client->header.flags & VFIO_USER_ERROR))
		return 0;
	assert_int_equal(client->payload_size, 0);
	assert_int_not_equal(client->header.error, 0);
	return -(int)client->header.error;
}

/* One message there and its answer back, checked to be the answer to this message. */
static inline int exchange_fds(struct client *client, uint16_t command, uint32_t flags,
			       const void *payload, size_t size, const int *fds, size_t fd_count)
{
	static uint16_t id;
	static uint8_t message[65536];
	const struct vfio_user_header header = {
		.id = ++id,
		.command = command,
		.size = (uint32_t)(sizeof(header) + size),
		.flags = flags,
	};
	int ret;

	memcpy(message, &header, sizeof(header));
	if (size)
		memcpy(message + sizeof(header), payload, size);
	client_send(client, message, header.size, fds, fd_count);
	vfio_user_handle(client->server);
	ret = client_receive(client);
	if (ret > NO_ANSWER) {
		assert_int_equal(client->header.id, id);
		assert_int_equal(client->header.command, command);
	}
	return ret;
}

static inline int exchange(struct client *client, uint16_t command, const void *payload,
			   size_t size)
{
	return exchange_fds(client, command, 0, payload, size, NULL, 0);
}

/* Agrees on the version, as every client does first. */
static inline void client_greet(struct client *client)
{
	const struct vfio_user_version version = { .major = 0, .minor = 0 };

	assert_int_equal(exchange(client, VFIO_USER_VERSION, &version, sizeof(version)), 0);
}

static inline size_t open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static inline int make_memory(const char *name, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

#endif
