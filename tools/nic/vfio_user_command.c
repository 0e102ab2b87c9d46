// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user commands: each handler checks its payload, which a client may
 * have filled with anything, and has the device do what is asked. A handler
 * returns 0 or -errno; descriptors that it keeps it takes out of server->fds.
 */
#include <errno.h>
#include <string.h>

#include "vfio_user_internal.h"

static int dma_map(struct vfio_user *server, size_t size, size_t *reply_size)
{
	struct vfio_user_dma_map map;

	memcpy(&map, server->payload, sizeof(map));
	if (map.argsz < sizeof(map) || server->fd_count > 1)
		return -EINVAL;
	/* The file is mapped: its descriptor is not needed, and gets closed. */
	return dma_map_add(&server->dma, map.iova, map.size, server->fd_count ? server->fds[0] : -1,
			   map.offset, map.flags);
}

static int dma_unmap(struct vfio_user *server, size_t size, size_t *reply_size)
{
	struct vfio_user_dma_unmap unmap;
	int ret = 0;

	memcpy(&unmap, server->payload, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap) || (unmap.flags & ~VFIO_DMA_UNMAP_FLAG_ALL))
		return -EINVAL;
	if (unmap.flags & VFIO_DMA_UNMAP_FLAG_ALL) {
		if (unmap.iova || unmap.size)
			return -EINVAL;
		dma_map_clear(&server->dma);
	} else {
		ret = dma_map_remove(&server->dma, unmap.iova, unmap.size);
	}
	memcpy(server->reply.payload, &unmap, sizeof(unmap));
	*reply_size = sizeof(unmap);
	return ret;
}

static int get_info(struct vfio_user *server, size_t size, size_t *reply_size)
{
	struct vfio_user_device_info info;

	memcpy(&info, server->payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vfio_user_device_info){
		.argsz = sizeof(info),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFIO_PCI_NUM_REGIONS,
		.num_irqs = VFIO_PCI_NUM_IRQS,
	};
	memcpy(server->reply.payload, &info, sizeof(info));
	*reply_size = sizeof(info);
	return 0;
}

/*
 * Says which areas may be mapped, and sends the file along. A client with too
 * little room for that is told how much it takes, and offered nothing; it asks
 * again (QEMU takes no flag whose data is not there).
 */
static void offer_mapping(struct vfio_user *server, struct vfio_user_region_info *info,
			  uint32_t room)
{
	const struct vfio_user_mapping *mapping = &server->device.mapping;
	struct vfio_region_info_cap_sparse_mmap cap = {
		.header = { .id = VFIO_REGION_INFO_CAP_SPARSE_MMAP, .version = 1 },
		.nr_areas = mapping->count,
	};
	size_t areas_size = mapping->count * sizeof(mapping->areas[0]);
	uint8_t *to = server->reply.payload + sizeof(*info);

	info->argsz += sizeof(cap) + areas_size;
	if (room < info->argsz)
		return;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS;
	info->cap_offset = sizeof(*info);
	memcpy(to, &cap, sizeof(cap));
	memcpy(to + sizeof(cap), mapping->areas, areas_size);
	server->reply_fd = mapping->fd;
}

static int get_region_info(struct vfio_user *server, size_t size, size_t *reply_size)
{
	const struct vfio_user_mapping *mapping = &server->device.mapping;
	struct vfio_user_region_info info;
	uint32_t room;

	memcpy(&info, server->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	room = info.argsz;
	info = (struct vfio_user_region_info){
		.argsz = sizeof(info),
		.index = info.index,
		.size = server->device.region_size[info.index],
	};
	if (info.size)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	*reply_size = sizeof(info);
	if (mapping->count && mapping->fd >= 0 && mapping->region == info.index) {
		offer_mapping(server, &info, room);
		if (info.cap_offset)
			*reply_size = info.argsz;
	}
	memcpy(server->reply.payload, &info, sizeof(info));
	return 0;
}

static int get_irq_info(struct vfio_user *server, size_t size, size_t *reply_size)
{
	struct vfio_user_irq_info info;

	memcpy(&info, server->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info = (struct vfio_user_irq_info){
		.argsz = sizeof(info),
		.flags = VFIO_IRQ_INFO_EVENTFD,
		.index = info.index,
		.count = server->device.irq_count[info.index],
	};
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	memcpy(server->reply.payload, &info, sizeof(info));
	*reply_size = sizeof(info);
	return 0;
}

static int set_irqs(struct vfio_user *server, size_t size, size_t *reply_size)
{
	return vfio_user_set_irqs(server, size);
}

static int check_access(const struct vfio_user *server,
			const struct vfio_user_region_access *access)
{
	uint64_t size;

	if (access->region >= VFIO_PCI_NUM_REGIONS || !access->count)
		return -EINVAL;
	if (access->count > VFIO_USER_XFER_MAX)
		return -E2BIG;
	size = server->device.region_size[access->region];
	if (access->offset > size || access->count > size - access->offset)
		return -EINVAL;
	return 0;
}

static int region_read(struct vfio_user *server, size_t size, size_t *reply_size)
{
	const struct vfio_user_device *device = &server->device;
	struct vfio_user_region_access access;
	int ret;

	memcpy(&access, server->payload, sizeof(access));
	ret = check_access(server, &access);
	if (ret)
		return ret;
	memcpy(server->reply.payload, &access, sizeof(access));
	*reply_size = sizeof(access) + access.count;
	return device->read(device->opaque, access.region, access.offset,
			    server->reply.payload + sizeof(access), access.count);
}

static int region_write(struct vfio_user *server, size_t size, size_t *reply_size)
{
	const struct vfio_user_device *device = &server->device;
	struct vfio_user_region_access access;
	int ret;

	memcpy(&access, server->payload, sizeof(access));
	ret = check_access(server, &access);
	if (ret)
		return ret;
	if (size != sizeof(access) + access.count)
		return -EINVAL;
	memcpy(server->reply.payload, &access, sizeof(access));
	*reply_size = sizeof(access);
	return device->write(device->opaque, access.region, access.offset,
			     server->payload + sizeof(access), access.count);
}

/* The writes are done in their order up to the first bad one. */
static int region_write_multi(struct vfio_user *server, size_t size, size_t *reply_size)
{
	const struct vfio_user_device *device = &server->device;
	uint64_t count;

	memcpy(&count, server->payload, sizeof(count));
	if (count > WRITES_MAX ||
	    size != sizeof(count) + count * sizeof(struct vfio_user_write_one))
		return -EINVAL;
	server->work += (unsigned int)count;
	for (uint64_t i = 0; i < count; i++) {
		struct vfio_user_region_access access;
		struct vfio_user_write_one one;
		int ret;

		memcpy(&one, server->payload + sizeof(count) + i * sizeof(one), sizeof(one));
		access.offset = one.offset;
		access.region = one.region;
		access.count = one.count;
		if (one.count > sizeof(one.data))
			return -EINVAL;
		ret = check_access(server, &access);
		if (!ret)
			ret = device->write(device->opaque, one.region, one.offset, one.data,
					    one.count);
		if (ret)
			return ret;
	}
	return 0;
}

static int device_reset(struct vfio_user *server, size_t size, size_t *reply_size)
{
	server->device.reset(server->device.opaque);
	return 0;
}

/* A payload has at least @payload bytes, and no more unless @longer. */
static const struct command {
	int (*handle)(struct vfio_user *server, size_t size, size_t *reply_size);
	size_t payload;
	bool longer;
	bool fds;
} commands[] = {
	[VFIO_USER_VERSION] = { vfio_user_negotiate, sizeof(struct vfio_user_version), true,
				false },
	[VFIO_USER_DMA_MAP] = { dma_map, sizeof(struct vfio_user_dma_map), false, true },
	[VFIO_USER_DMA_UNMAP] = { dma_unmap, sizeof(struct vfio_user_dma_unmap), false, false },
	[VFIO_USER_DEVICE_GET_INFO] = { get_info, sizeof(struct vfio_user_device_info), false,
					false },
	[VFIO_USER_DEVICE_GET_REGION_INFO] = { get_region_info,
					       sizeof(struct vfio_user_region_info), false, false },
	[VFIO_USER_DEVICE_GET_IRQ_INFO] = { get_irq_info, sizeof(struct vfio_user_irq_info), false,
					    false },
	[VFIO_USER_DEVICE_SET_IRQS] = { set_irqs, sizeof(struct vfio_user_irq_set), true, true },
	[VFIO_USER_REGION_READ] = { region_read, sizeof(struct vfio_user_region_access), false,
				    false },
	[VFIO_USER_REGION_WRITE] = { region_write, sizeof(struct vfio_user_region_access), true,
				     false },
	[VFIO_USER_DEVICE_RESET] = { device_reset, 0, false, false },
	[VFIO_USER_REGION_WRITE_MULTI] = { region_write_multi, sizeof(uint64_t), true, false },
};

int vfio_user_command(struct vfio_user *server, size_t payload_size, size_t *reply_payload)
{
	const struct command *command;

	/* GET_REGION_IO_FDS and migration are optional: what is not offered is not known. */
	if (server->header.command >= sizeof(commands) / sizeof(commands[0]))
		return -ENOTSUP;
	command = &commands[server->header.command];
	if (!command->handle)
		return -ENOTSUP;
	if (payload_size < command->payload ||
	    (payload_size > command->payload && !command->longer))
		return -EINVAL;
	if (server->fd_count && !command->fds)
		return -EINVAL;
	return command->handle(server, payload_size, reply_payload);
}
