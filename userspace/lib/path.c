/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Paths: asks the kernel for one, checks where it says that things are, maps
 * them, and fills in the struct onepath_path that run.h's loop works on. What
 * the loop never checks is checked here, once.
 */
#include <errno.h>
#include <onepath/onepath.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define TOUCH_STEP 4096 /* bytes, the smallest page */

static_assert(ONEPATH_PATH_OUTPUTS == ONEPATH_OUTPUTS_MAX, "run.h and uapi/onepath.h agree");
static_assert(sizeof(int) == sizeof(__s32), "the kernel reads outputs as they are");

/* Whether @bytes at @offset, a multiple of @align, lie within an area of @size. */
static bool lies_within(uint64_t offset, uint64_t bytes, uint64_t align, uint64_t size)
{
	return offset % align == 0 && offset <= size && bytes <= size - offset;
}

static bool is_doorbell(const struct onepath_path_info *info, uint32_t offset)
{
	return lies_within(offset, sizeof(uint32_t), sizeof(uint32_t), info->doorbells_size);
}

/* Whether the loop, which knows most of this as constants, would stay inside of what is mapped. */
static bool is_sound(const struct onepath_path_info *info, const struct onepath_path_create *wanted)
{
	unsigned int ring_size = wanted->ring_size, count = wanted->output_count;
	uint32_t bytes = wanted->buffer_bytes ? wanted->buffer_bytes : ONEPATH_BUFFER_BYTES;
	uint64_t descriptor = sizeof(struct onepath_descriptor);

	if (info->ring_size != ring_size || info->output_count != count ||
	    info->rx_queue != wanted->rx_queue)
		return false;
	if (info->buffer_bytes != bytes || info->buffer_stride < info->buffer_bytes ||
	    info->buffers_size < (uint64_t)ring_size * info->buffer_stride)
		return false;
	if (info->ring_stride < ring_size * descriptor || info->ring_stride % descriptor)
		return false;
	if (info->heads_offset < (uint64_t)count * info->ring_stride ||
	    !lies_within(info->heads_offset, (uint64_t)count * ONEPATH_HEAD_STRIDE,
			 ONEPATH_HEAD_STRIDE, info->rings_size))
		return false;
	for (unsigned int k = 0; k < count; k++)
		if (!is_doorbell(info, info->tdt_offset[k]))
			return false;
	return is_doorbell(info, info->rdt_offset);
}

static int map_area(struct onepath_area *area, int fd, uint64_t offset, uint64_t bytes)
{
	void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	if (start == MAP_FAILED)
		return -errno;
	area->start = start;
	area->bytes = bytes;
	return 0;
}

/* The kernel maps pages of 2 MB when they are first touched: now, not while frames arrive. */
static void touch_area(const struct onepath_area *area)
{
	const volatile uint8_t *start = area->start;

	for (size_t at = 0; at < area->bytes; at += TOUCH_STEP)
		(void)start[at];
}

/* Maps what @made->fd offers and points the loop's struct at it. What was mapped stays in @made->area. */
static int map_path(struct onepath_path *made, const struct onepath_path_create *wanted)
{
	struct onepath_path_info info = { .size = sizeof(info) };
	uint8_t *rings, *doorbells;
	int err;

	if (ioctl(made->fd, ONEPATH_PATH_INFO, &info) < 0)
		return -errno;
	if (!is_sound(&info, wanted))
		return -EPROTO;
	err = map_area(&made->area[0], made->fd, ONEPATH_MMAP_BUFFERS, info.buffers_size);
	if (!err)
		err = map_area(&made->area[1], made->fd, ONEPATH_MMAP_RINGS, info.rings_size);
	if (!err)
		err = map_area(&made->area[2], made->fd, ONEPATH_MMAP_DOORBELLS,
			       info.doorbells_size);
	if (err)
		return err;
	touch_area(&made->area[0]);

	rings = made->area[1].start;
	doorbells = made->area[2].start;
	made->buffers = made->area[0].start;
	made->rdt = (volatile uint32_t *)(doorbells + info.rdt_offset);
	made->stride = info.buffer_stride;
	made->buffer_bytes = info.buffer_bytes;
	made->mask = info.ring_size - 1;
	made->outputs = info.output_count;
	for (unsigned int k = 0; k < made->outputs; k++) {
		made->output[k].ring =
			(struct onepath_descriptor *)(rings + (size_t)info.ring_stride * k);
		made->output[k].head = (struct onepath_head *)(rings + info.heads_offset +
							       (size_t)ONEPATH_HEAD_STRIDE * k);
		made->output[k].tdt = (volatile uint32_t *)(doorbells + info.tdt_offset[k]);
	}
	onepath_rewind(made);
	return 0;
}

static bool in_range(const struct onepath_path_create *wanted)
{
	return wanted->output_count && wanted->output_count <= ONEPATH_OUTPUTS_MAX &&
	       wanted->ring_size >= ONEPATH_RING_SIZE_MIN &&
	       wanted->ring_size <= ONEPATH_RING_SIZE_MAX &&
	       !(wanted->ring_size & (wanted->ring_size - 1)) &&
	       wanted->rx_queue < ONEPATH_RX_QUEUES &&
	       wanted->buffer_bytes <= ONEPATH_BUFFER_BYTES_MAX &&
	       !(wanted->buffer_bytes % ONEPATH_BUFFER_BYTES_STEP);
}

int onepath_path_create_with(struct onepath_path *path, int input, const int *outputs,
			     unsigned int count, const struct onepath_path_options *options)
{
	static const struct onepath_path_options usual;
	struct onepath_path_create wanted = { .size = sizeof(wanted) };
	struct onepath_path made = { .fd = -1 };
	int err;

	if (!options)
		options = &usual;
	wanted.ring_size = options->ring_size ? options->ring_size : ONEPATH_RING_SIZE_DEFAULT;
	wanted.output_count = count;
	wanted.outputs = (uintptr_t)outputs;
	wanted.rx_queue = options->rx_queue;
	wanted.buffer_bytes = options->buffer_bytes;
	if (!in_range(&wanted))
		return -EINVAL;
	made.fd = ioctl(input, ONEPATH_PATH_CREATE, &wanted);
	if (made.fd < 0)
		return -errno;
	err = map_path(&made, &wanted);
	if (err) {
		onepath_path_destroy(&made);
		return err;
	}
	*path = made;
	return 0;
}

int onepath_path_create(struct onepath_path *path, int input, const int *outputs,
			unsigned int count, unsigned int ring_size)
{
	struct onepath_path_options options = { .ring_size = ring_size };

	return ring_size ? onepath_path_create_with(path, input, outputs, count, &options)
			 : -EINVAL;
}

int onepath_path_start(struct onepath_path *path)
{
	if (ioctl(path->fd, ONEPATH_PATH_START) < 0)
		return -errno;
	onepath_rewind(path);
	return 0;
}

int onepath_path_stop(struct onepath_path *path)
{
	return ioctl(path->fd, ONEPATH_PATH_STOP) < 0 ? -errno : 0;
}

void onepath_path_destroy(struct onepath_path *path)
{
	if (path->fd < 0)
		return;
	for (unsigned int i = 0; i < sizeof(path->area) / sizeof(path->area[0]); i++)
		if (path->area[i].start)
			munmap(path->area[i].start, path->area[i].bytes);
	close(path->fd); /* the last thing that holds the path: the kernel stops it */
	memset(path, 0, sizeof(*path));
	path->fd = -1;
}
