// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of paths: pages near the device, in pieces as large as can be had, mapped
 * in the path's domain (dma.c). Allocated when a path is made, and never again.
 */
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "compat.h"
#include "module.h"

/* @bytes of zeroed pages, near the node, charged to the caller's memory cgroup. */
static void *onepath_pages_alloc(int node, size_t bytes)
{
	unsigned int order = get_order(bytes), used = PAGE_ALIGN(bytes) >> PAGE_SHIFT, n;
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | (order ? __GFP_NORETRY : 0);
	struct page *page = alloc_pages_node(node, gfp, order);

	if (!page)
		return NULL;
	split_page(page, order);
	for (n = used; n < 1u << order; n++)
		__free_page(page + n);
	return page_address(page);
}

static int onepath_chunk_alloc(struct onepath_domain *domain, struct onepath_chunk *chunk, u64 iova,
			       size_t bytes, int node)
{
	phys_addr_t phys;
	int rc = 0;

	chunk->bytes = bytes;
	chunk->address = onepath_pages_alloc(node, bytes);
	if (!chunk->address)
		return -ENOMEM;
	phys = virt_to_phys(chunk->address);
	chunk->iova = domain->iommu ? iova : phys;
	if (domain->iommu)
		rc = onepath_iommu_map(domain->iommu, iova, phys, bytes,
				       IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE);
	if (rc)
		free_pages_exact(chunk->address, bytes);
	return rc;
}

/* The largest piece of what is left that is aligned as large pages are: @bytes, or less. */
static size_t onepath_piece_bytes(u64 iova, size_t bytes)
{
	size_t piece = rounddown_pow_of_two(min_t(size_t, bytes, SZ_2M));

	return min_t(size_t, piece, 1ull << __ffs64(iova));
}

/* The next chunk of an area; without a unit smaller ones do as well, down to a page. */
static int onepath_area_grow(struct onepath_domain *domain, struct onepath_area *area, u64 iova,
			     size_t left, int node)
{
	size_t bytes = area->unit ? area->unit : onepath_piece_bytes(iova, left);
	int rc;

	do {
		rc = onepath_chunk_alloc(domain, &area->chunk[area->chunks], iova, bytes, node);
		bytes /= 2;
	} while (rc == -ENOMEM && !area->unit && bytes >= PAGE_SIZE);
	if (!rc)
		area->bytes += area->chunk[area->chunks++].bytes;
	return rc;
}

/**
 * onepath_memory_alloc() - memory for a path, mapped in its domain
 * @domain: the path's
 * @area: filled
 * @iova: where it starts for the device, if there is an IOMMU; 2 MB aligned
 * @bytes: how much, a multiple of the page size
 * @unit: bytes of each chunk; or 0, with an IOMMU: chunks of 2 MB where they can be had, which
 *	the IOMMU then maps as such
 * @node: where the memory is wanted
 *
 * The memory is zeroed and charged to the caller's memory cgroup. Returns 0 or -ENOMEM and
 * what the IOMMU's driver says; then nothing is left.
 */
int onepath_memory_alloc(struct onepath_domain *domain, struct onepath_area *area, u64 iova,
			 size_t bytes, size_t unit, int node)
{
	int rc;

	area->unit = unit;
	area->bytes = 0;
	area->chunks = 0;
	area->chunk = kvcalloc(bytes / (unit ? unit : PAGE_SIZE), sizeof(*area->chunk),
			       GFP_KERNEL_ACCOUNT);
	if (!area->chunk)
		return -ENOMEM;
	while (area->bytes < bytes) {
		rc = onepath_area_grow(domain, area, iova + area->bytes, bytes - area->bytes, node);
		if (rc) {
			onepath_memory_free(domain, area);
			return rc;
		}
	}
	return 0;
}

/* Where the device sees byte @offset of the area. */
u64 onepath_memory_address(const struct onepath_area *area, size_t offset)
{
	if (!area->unit)
		return area->chunk[0].iova + offset;
	return area->chunk[offset / area->unit].iova + offset % area->unit;
}

/* No device uses the memory any more; it is unmapped from the domain before it is freed. */
void onepath_memory_free(struct onepath_domain *domain, struct onepath_area *area)
{
	struct onepath_chunk *chunk;

	while (area->chunks) {
		chunk = &area->chunk[--area->chunks];
		if (domain->iommu)
			iommu_unmap(domain->iommu, chunk->iova, chunk->bytes);
		free_pages_exact(chunk->address, chunk->bytes);
	}
	kvfree(area->chunk);
	area->chunk = NULL;
}
