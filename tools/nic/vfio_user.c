// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server's socket: takes a client, puts its messages together
 * from whatever pieces come, has each answered, and sends the replies. One
 * message is in work at a time: as long as a reply waits to be sent nothing
 * more is read, so that a client can fill no memory here.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unix_socket.h"
#include "vfio_user_internal.h"

#define COMPLAINTS_MAX 16
#define WORK_AT_ONCE   64 /* messages, and writes in them */

/* Says what was wrong with a client; a talkative one is cut off. */
static void __attribute__((format(printf, 2, 3))) complain(struct vfio_user *server,
							   const char *format, ...)
{
	va_list args;

	if (!server->device.log || server->complaints > COMPLAINTS_MAX)
		return;
	fprintf(server->device.log, "%s: vfio-user client: ", server->device.name);
	if (server->complaints++ == COMPLAINTS_MAX) {
		fprintf(server->device.log, "more is wrong, no longer shown\n");
		return;
	}
	va_start(args, format);
	vfprintf(server->device.log, format, args);
	va_end(args);
	fputc('\n', server->device.log);
}

/* Ready for the next message; closes the descriptors that nobody took. */
static void forget_message(struct vfio_user *server)
{
	for (unsigned int i = 0; i < server->fd_count; i++) {
		if (server->fds[i] >= 0)
			close(server->fds[i]);
	}
	server->fd_count = 0;
	server->fds_lost = false;
	server->received = 0;
}

static void sync_device(struct vfio_user *server)
{
	if (server->device.sync)
		server->device.sync(server->device.opaque);
}

static void drop_client(struct vfio_user *server)
{
	forget_message(server);
	close(server->fd);
	server->fd = -1;
	server->reply_size = 0;
	/* Whoever only knocked has changed nothing. */
	if (!server->version_agreed)
		return;
	server->version_agreed = false;
	sync_device(server);
	dma_map_clear(&server->dma);
	vfio_user_clear_irqs(server);
	server->device.reset(server->device.opaque);
	sync_device(server);
}

/* Takes the descriptors that came with @message. */
static void take_fds(struct vfio_user *server, struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (server->fd_count < FDS_MAX) {
				server->fds[server->fd_count++] = fd;
			} else {
				close(fd);
				server->fds_lost = true;
			}
		}
	}
	/* What found no room in the control buffer, the kernel has closed. */
	if (message->msg_flags & MSG_CTRUNC)
		server->fds_lost = true;
}

/*
 * Reads up to @size bytes, never more than the message in work still has: the
 * descriptors of the next one must not come with its bytes. Returns what
 * recvmsg() does.
 */
static ssize_t receive(struct vfio_user *server, void *buffer, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct iovec piece = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(server->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got > 0)
		take_fds(server, &message);
	return got;
}

/*
 * Reads one piece of the message in work. A payload longer than our buffer is
 * read over its end again and again: it is refused in the end, and the next
 * message is found. Returns 1 if the message is complete, 0 if there is more
 * to read, -EAGAIN if nothing is there, else an error that ends the connection.
 */
static int receive_piece(struct vfio_user *server)
{
	const size_t header_size = sizeof(server->header);
	uint8_t *buffer;
	size_t size;
	ssize_t got;

	if (server->received < header_size) {
		buffer = (uint8_t *)&server->header + server->received;
		size = header_size - server->received;
	} else {
		size_t at = (server->received - header_size) % PAYLOAD_MAX;

		buffer = server->payload + at;
		size = server->header.size - server->received;
		if (size > PAYLOAD_MAX - at)
			size = PAYLOAD_MAX - at;
	}
	got = receive(server, buffer, size);
	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	if (!got)
		return server->received ? -EPIPE : -ECONNRESET;
	server->received += (size_t)got;
	if (server->received < header_size)
		return 0;
	if (server->header.size < header_size)
		return -EBADMSG;
	return server->received == server->header.size;
}

/* Sends one piece of the reply, the first with its descriptor. Returns what sendmsg() does. */
static ssize_t send_piece(struct vfio_user *server)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec piece = {
		.iov_base = (uint8_t *)&server->reply + server->reply_sent,
		.iov_len = server->reply_size - server->reply_sent,
	};
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (server->reply_fd >= 0 && !server->reply_sent) {
		struct cmsghdr *header = (struct cmsghdr *)control;

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &server->reply_fd, sizeof(int));
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
	}
	return sendmsg(server->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Sends what is left of the reply. Returns 0 if all of it went, or -errno. */
static int send_reply(struct vfio_user *server)
{
	while (server->reply_sent < server->reply_size) {
		ssize_t sent = send_piece(server);

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent > 0)
			server->reply_sent += (size_t)sent;
	}
	server->reply_size = 0;
	return 0;
}

static int check_message(const struct vfio_user *server)
{
	const struct vfio_user_header *header = &server->header;

	if ((header->flags & VFIO_USER_TYPE_MASK) != VFIO_USER_TYPE_COMMAND)
		return -EINVAL;
	if (header->size - sizeof(*header) > PAYLOAD_MAX)
		return -EMSGSIZE;
	if (server->fds_lost)
		return -E2BIG;
	if (server->version_agreed == (header->command == VFIO_USER_VERSION))
		return -EPROTO;
	return 0;
}

/* Has the complete message answered and its reply made. */
static void answer(struct vfio_user *server)
{
	const struct vfio_user_header *header = &server->header;
	size_t payload = 0;
	int ret = check_message(server);

	server->reply_fd = -1;
	sync_device(server);
	if (!ret)
		ret = vfio_user_command(server, header->size - sizeof(*header), &payload);
	if (ret)
		complain(server, "command %u of %u bytes refused: %s", header->command,
			 header->size, strerror(-ret));
	if (!(header->flags & VFIO_USER_NO_REPLY)) {
		server->reply.header = (struct vfio_user_header){
			.id = header->id,
			.command = header->command,
			.size = sizeof(*header) + (ret ? 0 : (uint32_t)payload),
			.flags = VFIO_USER_TYPE_REPLY | (ret ? VFIO_USER_ERROR : 0),
			.error = (uint32_t)-ret,
		};
		server->reply_size = server->reply.header.size;
		server->reply_sent = 0;
	}
	sync_device(server);
	forget_message(server);
}

/* Returns 0 to go on, or why not: -EAGAIN for now, else the connection ends. */
static int serve_once(struct vfio_user *server)
{
	int ret;

	if (server->reply_size)
		return send_reply(server);
	ret = receive_piece(server);
	if (ret <= 0)
		return ret;
	/* We ask nothing, so an answer means that the client has lost its way. */
	if ((server->header.flags & VFIO_USER_TYPE_MASK) == VFIO_USER_TYPE_REPLY)
		return -EPROTO;
	answer(server);
	return server->reply_size ? send_reply(server) : 0;
}

static void serve(struct vfio_user *server)
{
	int ret = 0;

	for (server->work = 0; server->work < WORK_AT_ONCE && !ret; server->work++)
		ret = serve_once(server);
	switch (ret) {
	case 0:
	case -EAGAIN:
		return;
	case -ECONNRESET: /* it left, as clients do */
		break;
	case -EPIPE:
		complain(server, "it left in the middle of a message");
		break;
	case -EBADMSG:
		complain(server, "a message says it has %u bytes, less than its header: it goes",
			 server->header.size);
		break;
	case -EPROTO:
		complain(server, "it sent a reply, but nothing was asked: it goes");
		break;
	default:
		complain(server, "%s: it goes", strerror(-ret));
	}
	drop_client(server);
}

struct vfio_user *vfio_user_create(const struct vfio_user_device *device)
{
	struct vfio_user *server;
	uint32_t irqs = 0;

	assert(device->mapping.count <= VFIO_USER_AREAS_MAX);
	for (size_t i = 0; i < VFIO_PCI_NUM_IRQS; i++)
		irqs += device->irq_count[i];
	server = irqs <= IRQS_MAX ? calloc(1, sizeof(*server)) : NULL;
	if (!server)
		return NULL;
	server->device = *device;
	server->listen_fd = -1;
	server->fd = -1;
	server->reply_fd = -1;
	for (size_t i = 0; i < IRQS_MAX; i++)
		server->irqs[i] = -1;
	return server;
}

void vfio_user_destroy(struct vfio_user *server)
{
	if (server->fd >= 0)
		drop_client(server);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	if (server->path)
		unlink(server->path);
	free(server->path);
	free(server);
}

int vfio_user_listen(struct vfio_user *server, const char *path)
{
	int fd;

	server->path = strdup(path);
	if (!server->path)
		return -ENOMEM;
	fd = unix_listen(path, 1);
	if (fd < 0) {
		free(server->path);
		server->path = NULL;
		return fd;
	}
	server->listen_fd = fd;
	return 0;
}

int vfio_user_attach(struct vfio_user *server, int fd)
{
	if (server->fd >= 0)
		return -EBUSY;
	server->fd = fd;
	server->complaints = 0;
	return 0;
}

int vfio_user_fd(const struct vfio_user *server, short *events)
{
	*events = server->reply_size ? POLLOUT : POLLIN;
	return server->fd >= 0 ? server->fd : server->listen_fd;
}

void vfio_user_handle(struct vfio_user *server)
{
	int fd;

	if (server->fd >= 0) {
		serve(server);
		return;
	}
	if (server->listen_fd < 0)
		return;
	fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		vfio_user_attach(server, fd);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		complain(server, "accept: %s", strerror(errno));
}

void vfio_user_set_mapping_file(struct vfio_user *server, int fd)
{
	server->device.mapping.fd = fd;
}

bool vfio_user_connected(const struct vfio_user *server)
{
	return server->fd >= 0;
}

uint64_t vfio_user_clients(const struct vfio_user *server)
{
	return server->clients;
}

void *vfio_user_dma(struct vfio_user *server, uint64_t iova, size_t *len, bool write)
{
	return dma_map_lookup(&server->dma, iova, len, write);
}

uint64_t vfio_user_lost_pages(void)
{
	return memory_files_lost_pages();
}

struct vfio_user_extent vfio_user_dma_extent(const struct vfio_user *server)
{
	struct vfio_user_extent extent = { 0 };

	for (size_t i = 0; i < server->dma.count; i++) {
		const struct dma_range *range = &server->dma.ranges[i];

		if (!i)
			extent.first = range->first;
		extent.last = range->last;
		extent.bytes += range->last - range->first + 1;
	}
	return extent;
}
