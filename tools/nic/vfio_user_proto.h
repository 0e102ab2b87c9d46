/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vfio-user protocol's messages as they lie on the socket, in host byte
 * order: a header, then the command's payload. Protocol version 0.0, as in
 * QEMU's docs/interop/vfio-user.rst; region, interrupt and DMA flags are those
 * of <linux/vfio.h>.
 */
#ifndef VFIO_USER_PROTO_H
#define VFIO_USER_PROTO_H

#include <stdint.h>

enum vfio_user_command {
	VFIO_USER_VERSION = 1,
	VFIO_USER_DMA_MAP = 2,
	VFIO_USER_DMA_UNMAP = 3,
	VFIO_USER_DEVICE_GET_INFO = 4,
	VFIO_USER_DEVICE_GET_REGION_INFO = 5,
	VFIO_USER_DEVICE_GET_REGION_IO_FDS = 6,
	VFIO_USER_DEVICE_GET_IRQ_INFO = 7,
	VFIO_USER_DEVICE_SET_IRQS = 8,
	VFIO_USER_REGION_READ = 9,
	VFIO_USER_REGION_WRITE = 10,
	VFIO_USER_DMA_READ = 11,
	VFIO_USER_DMA_WRITE = 12,
	VFIO_USER_DEVICE_RESET = 13,
	VFIO_USER_DIRTY_PAGES = 14,
	VFIO_USER_REGION_WRITE_MULTI = 15,
};

#define VFIO_USER_TYPE_MASK    0xfu
#define VFIO_USER_TYPE_COMMAND 0x0u
#define VFIO_USER_TYPE_REPLY   0x1u
#define VFIO_USER_NO_REPLY     (1u << 4)
#define VFIO_USER_ERROR	       (1u << 5)

struct vfio_user_header {
	uint16_t id;
	uint16_t command;
	uint32_t size; /* of the whole message, with this header */
	uint32_t flags;
	uint32_t error; /* in a reply with VFIO_USER_ERROR: errno */
};

/* Followed by a JSON object with its NUL, or by nothing. */
struct vfio_user_version {
	uint16_t major;
	uint16_t minor;
};

struct vfio_user_dma_map {
	uint32_t argsz;
	uint32_t flags; /* VFIO_DMA_MAP_FLAG_* */
	uint64_t offset; /* in the file whose descriptor comes along */
	uint64_t iova;
	uint64_t size;
};

struct vfio_user_dma_unmap {
	uint32_t argsz;
	uint32_t flags; /* VFIO_DMA_UNMAP_FLAG_* */
	uint64_t iova;
	uint64_t size;
};

struct vfio_user_device_info {
	uint32_t argsz;
	uint32_t flags; /* VFIO_DEVICE_FLAGS_* */
	uint32_t num_regions;
	uint32_t num_irqs;
};

struct vfio_user_region_info {
	uint32_t argsz;
	uint32_t flags; /* VFIO_REGION_INFO_FLAG_* */
	uint32_t index;
	uint32_t cap_offset;
	uint64_t size;
	uint64_t offset;
};

struct vfio_user_irq_info {
	uint32_t argsz;
	uint32_t flags; /* VFIO_IRQ_INFO_* */
	uint32_t index;
	uint32_t count;
};

/* Followed by count bytes if VFIO_IRQ_SET_DATA_BOOL is set. */
struct vfio_user_irq_set {
	uint32_t argsz;
	uint32_t flags; /* VFIO_IRQ_SET_* */
	uint32_t index;
	uint32_t start;
	uint32_t count;
};

/* Followed by count bytes in a write and in the reply to a read. */
struct vfio_user_region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

/* VFIO_USER_REGION_WRITE_MULTI: a 64-bit number, then so many of these. */
struct vfio_user_write_one {
	uint64_t offset;
	uint32_t region;
	uint32_t count; /* 1..8 */
	uint8_t data[8];
};

#endif
