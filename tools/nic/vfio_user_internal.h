/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the vfio-user server: what its files share. vfio_user.c moves whole
 * messages between the socket and these buffers; vfio_user_command.c answers
 * them, with the help of vfio_user_version.c, vfio_user_irq.c and
 * vfio_user_dma.c.
 */
#ifndef VFIO_USER_INTERNAL_H
#define VFIO_USER_INTERNAL_H

#include "vfio_user.h"
#include "vfio_user_dma.h"
#include "vfio_user_proto.h"

#define FDS_MAX	    16u /* in one message; told to the client (max_msg_fds) */
#define WRITES_MAX  256u /* in one VFIO_USER_REGION_WRITE_MULTI */
#define PAYLOAD_MAX (8u + WRITES_MAX * sizeof(struct vfio_user_write_one))
#define IRQS_MAX    80u

_Static_assert(PAYLOAD_MAX >= sizeof(struct vfio_user_region_access) + VFIO_USER_XFER_MAX,
	       "a region access fits");

struct vfio_user {
	struct vfio_user_device device;
	char *path; /* of the socket file that is ours; may be NULL */
	int listen_fd;
	int fd; /* the client; -1: none */
	uint64_t clients;
	unsigned int complaints; /* lines written to the log about this client */

	/* The message being received: a header, then its payload, in pieces. */
	struct vfio_user_header header;
	_Alignas(8) uint8_t payload[PAYLOAD_MAX];
	uint64_t received; /* bytes so far */
	int fds[FDS_MAX]; /* -1: taken */
	unsigned int fd_count;
	bool fds_lost; /* more came than we take */

	/* The reply being sent. */
	struct {
		struct vfio_user_header header;
		_Alignas(8) uint8_t payload[PAYLOAD_MAX];
	} reply;
	size_t reply_size; /* 0: none */
	size_t reply_sent;
	int reply_fd; /* goes with it and stays the device's; -1: none */

	unsigned int work; /* done in this turn */
	bool version_agreed;
	struct dma_map dma;
	int irqs[IRQS_MAX]; /* eventfds, kinds one after another; -1: none */
	bool intx_asserted;
	bool intx_masked; /* by the client, or by itself as it fired */
};

/* Answers the message that is complete: 0 or -errno; *@reply_payload bytes of reply.payload. */
int vfio_user_command(struct vfio_user *server, size_t payload_size, size_t *reply_payload);

/* VFIO_USER_VERSION's payload in and out. */
int vfio_user_negotiate(struct vfio_user *server, size_t size, size_t *reply_size);

/* VFIO_USER_DEVICE_SET_IRQS; takes the descriptors it keeps out of server->fds. */
int vfio_user_set_irqs(struct vfio_user *server, size_t size);
void vfio_user_clear_irqs(struct vfio_user *server);

#endif
