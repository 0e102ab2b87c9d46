/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vfio-user server for one PCI device: it serves one client at a time (QEMU's
 * vfio-user-pci) on a Unix socket, carries its accesses to the device, and
 * gives the device the client's memory and interrupts. It knows nothing of the
 * device but the sizes of its regions.
 *
 * Nothing here blocks: the caller polls vfio_user_fd() and calls
 * vfio_user_handle(). One thread calls one server at a time.
 */
#ifndef VFIO_USER_H
#define VFIO_USER_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Largest count of one region access, told to the client (max_data_xfer_size). */
#define VFIO_USER_XFER_MAX 4096u

/* Pages of a region that a client may map: @offset is the same in the region and in the file. */
struct vfio_user_area {
	uint64_t offset, size;
};

#define VFIO_USER_AREAS_MAX 8u

/**
 * struct vfio_user_mapping - what of a region is plain memory, for clients that want it so
 * @region: its index
 * @fd: the file, open for reading and writing; stays the device's
 * @count: of @areas; 0: nothing, every access is a message
 */
struct vfio_user_mapping {
	unsigned int region;
	int fd;
	unsigned int count;
	struct vfio_user_area areas[VFIO_USER_AREAS_MAX];
};

/**
 * struct vfio_user_device - what is served
 * @opaque: first argument of every call
 * @name: in messages, e.g. "port0"
 * @region_size: bytes, for each region; 0 if there is none
 * @irq_count: interrupts of each kind, 80 in all at most
 * @read, @write: access to a region; the range lies in it and @count is
 *	1..VFIO_USER_XFER_MAX; 0 or -errno
 * @reset: function-level reset; also called when a client has left
 * @mapping: what clients may map
 * @sync: the client's accesses to what it mapped up to now come before what happens next;
 *	called before a message is answered and after; may be NULL
 * @log: where refused messages are reported, NULL for nowhere
 */
struct vfio_user_device {
	void *opaque;
	const char *name;
	uint64_t region_size[VFIO_PCI_NUM_REGIONS];
	uint32_t irq_count[VFIO_PCI_NUM_IRQS];
	int (*read)(void *opaque, unsigned int region, uint64_t offset, void *data, uint32_t count);
	int (*write)(void *opaque, unsigned int region, uint64_t offset, const void *data,
		     uint32_t count);
	void (*reset)(void *opaque);
	struct vfio_user_mapping mapping;
	void (*sync)(void *opaque);
	FILE *log;
};

struct vfio_user;

/* Makes a server without a socket. Returns NULL without memory, or with too many interrupts. */
struct vfio_user *vfio_user_create(const struct vfio_user_device *device);

/* Drops the client, unlinks the socket, frees all. */
void vfio_user_destroy(struct vfio_user *server);

/*
 * Listens on the Unix socket @path. A socket file that nobody listens on is
 * replaced; -EADDRINUSE if somebody does, or if @path is something else.
 */
int vfio_user_listen(struct vfio_user *server, const char *path);

/* Serves the connected socket @fd, which is the server's from now on, as the next client. */
int vfio_user_attach(struct vfio_user *server, int fd);

/* What to poll for: a descriptor (-1: nothing) and its poll events. */
int vfio_user_fd(const struct vfio_user *server, short *events);

/* Does what is to be done, for a bounded number of messages. */
void vfio_user_handle(struct vfio_user *server);

/* The mapping's file is another from now on; -1: there is none, every access is a message. */
void vfio_user_set_mapping_file(struct vfio_user *server, int fd);

/* A client is there; and how many there have been that agreed on the version. */
bool vfio_user_connected(const struct vfio_user *server);
uint64_t vfio_user_clients(const struct vfio_user *server);

/* As nic_host.dma: @len is shortened to what lies together; NULL if not mapped so. */
void *vfio_user_dma(struct vfio_user *server, uint64_t iova, size_t *len, bool write);

/* What the client has mapped for DMA: lowest and highest address, and bytes between them in all. */
struct vfio_user_extent {
	uint64_t first, last, bytes;
};

struct vfio_user_extent vfio_user_dma_extent(const struct vfio_user *server);

/* Pages of zeros that stand in for memory which clients cut off while it was mapped. */
uint64_t vfio_user_lost_pages(void);

/* The level of INTx, which masks itself when it fires, until the client unmasks it. */
void vfio_user_intx(struct vfio_user *server, bool asserted);

/* Interrupt @vector fires: through MSI-X, or as the only one through MSI. */
void vfio_user_interrupt(struct vfio_user *server, unsigned int vector);

#endif
