/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client's memory as the device sees it: ranges of bus addresses (IOVA),
 * each a piece of a memory file. Beside it, the memory files themselves, each
 * mapped whole and once however many ranges or ports use it: with a vIOMMU a
 * client sends thousands of maps of 4 KiB, each with a descriptor.
 */
#ifndef VFIO_USER_DMA_H
#define VFIO_USER_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DMA_RANGES_MAX 65535u /* told to the client (max_dma_maps) */
#define DMA_PAGE       4096u

struct memory_file;

/*
 * Maps @fd, or finds that it is mapped already, and takes a reference. The
 * descriptor stays the caller's. Needs at least @end bytes, readable and, with
 * @write, writable. Returns 0 or -errno: -EINVAL if it is no file, -ERANGE if
 * it ends before @end, -EACCES if it is not writable, -ENOSPC if @owner has too
 * many or too large ones.
 */
int memory_file_get(const void *owner, int fd, uint64_t end, bool write, struct memory_file **file);
void memory_file_ref(struct memory_file *file);
void memory_file_put(struct memory_file *file);
uint8_t *memory_file_at(const struct memory_file *file, uint64_t offset);

/* A client has cut it off while it was used: it is to be used no more. */
bool memory_file_lost(const struct memory_file *file);

/* Pages that a client cut off from a file in use, and that now read 0. */
uint64_t memory_files_lost_pages(void);

struct dma_range {
	uint64_t first;
	uint64_t last; /* inclusive, so that it can be the highest address */
	uint8_t *host; /* of first; NULL if the client sent no file for it */
	struct memory_file *file;
	bool read;
	bool write;
};

/* Sorted by first, never overlapping. */
struct dma_map {
	struct dma_range *ranges;
	size_t count;
	size_t capacity;
	size_t hits[2]; /* where the last two lookups were that needed a search: a ring, a buffer */
};

/*
 * Maps @size bytes at @iova. @fd is -1 if the client keeps the memory to
 * itself: then the range is known, but cannot be accessed. Whatever was mapped
 * there before is replaced. Returns 0 or -errno.
 */
int dma_map_add(struct dma_map *map, uint64_t iova, uint64_t size, int fd, uint64_t offset,
		uint32_t flags);

/* Unmaps what is mapped of this range, which may be nothing. Returns 0 or -errno. */
int dma_map_remove(struct dma_map *map, uint64_t iova, uint64_t size);

/* Unmaps all and frees the memory; the map is as new. */
void dma_map_clear(struct dma_map *map);

/* As nic_host.dma. */
void *dma_map_lookup(struct dma_map *map, uint64_t iova, size_t *len, bool write);

#endif
