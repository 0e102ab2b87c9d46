// SPDX-License-Identifier: BSD-3-Clause
/*
 * The DMA map of one vfio-user client: a sorted array of ranges of bus
 * addresses. Every DMA of the device goes through dma_map_lookup(); an address
 * that the client did not map, or not for writing, has no host address, as
 * behind an IOMMU.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "vfio_user_dma.h"

/* Index of the first range that ends at or after @iova; count if none does. */
static size_t first_ending_after(const struct dma_map *map, uint64_t iova)
{
	size_t low = 0;
	size_t high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->ranges[middle].last < iova)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Room for two ranges more: the worst that a change in the middle of one adds.
 * No client makes the array longer than @limit.
 */
static int reserve(struct dma_map *map, size_t limit)
{
	size_t capacity = map->capacity ? map->capacity * 2 : 64;
	struct dma_range *ranges;

	if (map->count + 2 > limit)
		return -ENOSPC;
	if (map->count + 2 <= map->capacity)
		return 0;
	ranges = realloc(map->ranges, capacity * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	map->ranges = ranges;
	map->capacity = capacity;
	return 0;
}

static void insert(struct dma_map *map, size_t at, const struct dma_range *range)
{
	memmove(&map->ranges[at + 1], &map->ranges[at], (map->count - at) * sizeof(map->ranges[0]));
	map->ranges[at] = *range;
	map->count++;
}

/* Moves the start of @range up to @first. */
static void cut_front(struct dma_range *range, uint64_t first)
{
	if (range->host)
		range->host += first - range->first;
	range->first = first;
}

/* Makes [first, last] unmapped; needs room for one range more. */
static void carve(struct dma_map *map, uint64_t first, uint64_t last)
{
	size_t at = first_ending_after(map, first);
	size_t gone = 0;

	if (at < map->count && map->ranges[at].first < first) {
		struct dma_range *range = &map->ranges[at];

		if (range->last > last) {
			struct dma_range tail = *range;

			cut_front(&tail, last + 1);
			range->last = first - 1;
			if (tail.file)
				memory_file_ref(tail.file);
			insert(map, at + 1, &tail);
			return;
		}
		range->last = first - 1;
		at++;
	}
	while (at + gone < map->count && map->ranges[at + gone].last <= last) {
		if (map->ranges[at + gone].file)
			memory_file_put(map->ranges[at + gone].file);
		gone++;
	}
	if (at + gone < map->count && map->ranges[at + gone].first <= last)
		cut_front(&map->ranges[at + gone], last + 1);
	memmove(&map->ranges[at], &map->ranges[at + gone],
		(map->count - at - gone) * sizeof(map->ranges[0]));
	map->count -= gone;
}

static bool bad_range(uint64_t iova, uint64_t size)
{
	return !size || (iova | size) % DMA_PAGE || iova + (size - 1) < iova;
}

int dma_map_add(struct dma_map *map, uint64_t iova, uint64_t size, int fd, uint64_t offset,
		uint32_t flags)
{
	struct dma_range range = {
		.first = iova,
		.last = iova + (size - 1),
		.read = flags & VFIO_DMA_MAP_FLAG_READ,
		.write = flags & VFIO_DMA_MAP_FLAG_WRITE,
	};
	int ret;

	if (bad_range(iova, size) || (!range.read && !range.write) ||
	    (flags & ~(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)))
		return -EINVAL;
	if (offset % DMA_PAGE || offset + size < size)
		return -EINVAL;
	ret = reserve(map, DMA_RANGES_MAX + 2);
	if (ret)
		return ret;
	if (fd >= 0) {
		ret = memory_file_get(map, fd, offset + size, range.write, &range.file);
		if (ret)
			return ret;
		range.host = memory_file_at(range.file, offset);
	}
	carve(map, range.first, range.last);
	insert(map, first_ending_after(map, range.first), &range);
	return 0;
}

int dma_map_remove(struct dma_map *map, uint64_t iova, uint64_t size)
{
	int ret;

	if (bad_range(iova, size))
		return -EINVAL;
	/* At the limit, unmapping has to work still. */
	ret = reserve(map, 2 * DMA_RANGES_MAX);
	if (ret)
		return ret;
	carve(map, iova, iova + (size - 1));
	return 0;
}

void dma_map_clear(struct dma_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->ranges[i].file)
			memory_file_put(map->ranges[i].file);
	}
	free(map->ranges);
	*map = (struct dma_map){ 0 };
}

static bool allows(const struct dma_range *range, bool write)
{
	return range->host && !memory_file_lost(range->file) &&
	       (write ? range->write : range->read);
}

/* Does @next carry on where @range ends, on the bus and in our memory? */
static bool carries_on(const struct dma_range *range, const struct dma_range *next, bool write)
{
	return next->first == range->last + 1 && allows(next, write) &&
	       next->host == range->host + (range->last - range->first) + 1;
}

static bool holds(const struct dma_map *map, size_t at, uint64_t iova)
{
	return at < map->count && map->ranges[at].first <= iova && iova <= map->ranges[at].last;
}

/*
 * Index of the range that holds @iova; count if none does. A device goes back
 * and forth between rings and buffers, and forward in each: seldom is there a
 * need to search.
 */
static size_t find(struct dma_map *map, uint64_t iova)
{
	size_t at;

	for (unsigned int i = 0; i < 2; i++) {
		if (holds(map, map->hits[i], iova))
			return map->hits[i];
		if (holds(map, map->hits[i] + 1, iova))
			return ++map->hits[i];
	}
	at = first_ending_after(map, iova);
	if (!holds(map, at, iova))
		return map->count;
	map->hits[1] = map->hits[0];
	map->hits[0] = at;
	return at;
}

void *dma_map_lookup(struct dma_map *map, uint64_t iova, size_t *len, bool write)
{
	size_t at = find(map, iova);
	struct dma_range *range;
	uint64_t left;
	void *host;

	if (!*len || at == map->count)
		return NULL;
	range = &map->ranges[at];
	if (!allows(range, write))
		return NULL;
	host = range->host + (iova - range->first);
	left = range->last - iova; /* one less than the bytes left: they may be 2^64 */
	while (left < *len - 1 && ++at < map->count &&
	       carries_on(&map->ranges[at - 1], &map->ranges[at], write))
		left = map->ranges[at].last - iova;
	if (left < *len - 1)
		*len = (size_t)left + 1;
	return host;
}
