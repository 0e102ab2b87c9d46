// SPDX-License-Identifier: GPL-2.0
/*
 * What an NF maps of a path: its buffers and rings, which are the kernel's pages,
 * and the doorbells, which are the device's and can be taken away at any time.
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include "compat.h"
#include "path.h"

/* 64 buffers fill whole pages, whatever their size. */
#define BUFFERS_PER_CHUNK 64
/* the rings follow the buffers in the path's window of bus addresses */
#define RINGS_IOVA_OFFSET SZ_128M

/* Bytes from one buffer to the next. */
u32 onepath_path_stride(const struct onepath_path *path)
{
	return path->buffer_bytes + ONEPATH_BUFFER_GAP;
}

struct onepath_head *onepath_path_head(const struct onepath_path *path, unsigned int output)
{
	return path->rings.chunk[path->outputs].address + output * ONEPATH_HEAD_STRIDE;
}

u64 onepath_path_head_iova(const struct onepath_path *path, unsigned int output)
{
	return path->rings.chunk[path->outputs].iova + output * ONEPATH_HEAD_STRIDE;
}

/* Whether a frame waits in descriptor @i: looked at after its interrupt was armed. */
bool onepath_path_received(const struct onepath_path *path, u32 i)
{
	const struct onepath_descriptor *ring = path->rings.chunk[0].address;

	return READ_ONCE(ring[i].status) & ONEPATH_RX_DD;
}

/* Invariant 1: descriptor i of every ring points at buffer i. All else is zeroed. */
void onepath_path_write_rings(struct onepath_path *path)
{
	struct onepath_descriptor *ring;
	unsigned int k;
	u64 buffer;
	u32 i;

	for (k = 0; k < path->outputs; k++) {
		ring = path->rings.chunk[k].address;
		memset(ring, 0, path->rings.unit);
		for (i = 0; i < path->ring_size; i++) {
			buffer = onepath_memory_address(&path->buffers,
							(size_t)i * onepath_path_stride(path));
			ring[i].address = cpu_to_le64(buffer);
		}
	}
	memset(path->rings.chunk[path->outputs].address, 0, path->rings.unit);
}

int onepath_path_memory_alloc(struct onepath_path *path)
{
	size_t ring_bytes = PAGE_ALIGN(path->ring_size * sizeof(struct onepath_descriptor));
	size_t chunk_bytes = BUFFERS_PER_CHUNK * onepath_path_stride(path);
	int node = dev_to_node(&path->port[0]->pdev->dev);
	int rc;

	/* a larger page of doorbells would hold the registers beside the queues' too */
	BUILD_BUG_ON(PAGE_SIZE != SZ_4K);
	BUILD_BUG_ON(BUFFERS_PER_CHUNK * ONEPATH_BUFFER_GAP % PAGE_SIZE);
	BUILD_BUG_ON(BUFFERS_PER_CHUNK * ONEPATH_BUFFER_BYTES_STEP % PAGE_SIZE);
	BUILD_BUG_ON(BUFFERS_PER_CHUNK > ONEPATH_RING_SIZE_MIN);
	BUILD_BUG_ON(ONEPATH_RING_SIZE_MAX * (ONEPATH_BUFFER_BYTES_MAX + ONEPATH_BUFFER_GAP) >
		     RINGS_IOVA_OFFSET);
	BUILD_BUG_ON(ONEPATH_OUTPUTS_MAX * ONEPATH_HEAD_STRIDE > PAGE_SIZE);
	BUILD_BUG_ON(sizeof(struct onepath_head) > ONEPATH_HEAD_STRIDE);
	BUILD_BUG_ON(sizeof(struct onepath_descriptor) != 16);

	rc = onepath_dma_window_get(path->domain, &path->iova);
	if (rc)
		return rc;
	/* no buffer lies in two chunks, unless an IOMMU makes a row of them */
	rc = onepath_memory_alloc(path->domain, &path->buffers, path->iova,
				  path->ring_size / BUFFERS_PER_CHUNK * chunk_bytes,
				  path->domain->iommu ? 0 : chunk_bytes, node);
	if (rc)
		goto window;
	rc = onepath_memory_alloc(path->domain, &path->rings, path->iova + RINGS_IOVA_OFFSET,
				  (path->outputs + 1) * ring_bytes, ring_bytes, node);
	if (rc)
		goto buffers;
	return 0;

buffers:
	onepath_memory_free(path->domain, &path->buffers);
window:
	onepath_dma_window_put(path->domain, path->iova);
	return rc;
}

void onepath_path_memory_free(struct onepath_path *path)
{
	onepath_memory_free(path->domain, &path->rings);
	onepath_memory_free(path->domain, &path->buffers);
	onepath_dma_window_put(path->domain, path->iova);
}

/* Doorbells: page 0 holds the input's RDT, page 1 + k the TDT of output k. */

static u32 onepath_path_doorbell(const struct onepath_path *path, unsigned int page)
{
	return page ? onepath_hw_tdt(path->output[page - 1].queue) : onepath_hw_rdt(path->rx_queue);
}

/* Where the NF finds the doorbell in the doorbell area. */
u32 onepath_path_doorbell_offset(const struct onepath_path *path, unsigned int page)
{
	return page * PAGE_SIZE + offset_in_page(onepath_path_doorbell(path, page));
}

static vm_fault_t onepath_path_fault(struct vm_fault *vmf)
{
	struct onepath_path *path = vmf->vma->vm_private_data;
	unsigned long page = vmf->pgoff - (ONEPATH_MMAP_DOORBELLS >> PAGE_SHIFT);
	unsigned long pfn = page_to_pfn(path->nowhere);
	vm_fault_t result;

	if (page > path->outputs)
		return VM_FAULT_SIGBUS;
	mutex_lock(&path->doorbell_lock);
	if (test_bit(page, path->doorbells))
		pfn = PHYS_PFN(path->port[page]->doorbells + onepath_path_doorbell(path, page));
	result = vmf_insert_pfn(vmf->vma, vmf->address, pfn);
	mutex_unlock(&path->doorbell_lock);
	return result;
}

static void onepath_path_switch(struct onepath_path *path, unsigned int first, unsigned int count,
				bool live)
{
	mutex_lock(&path->doorbell_lock);
	if (live)
		bitmap_set(path->doorbells, first, count);
	else
		bitmap_clear(path->doorbells, first, count);
	mutex_unlock(&path->doorbell_lock);
	unmap_mapping_range(path->file[0]->f_mapping,
			    ONEPATH_MMAP_DOORBELLS + (loff_t)first * PAGE_SIZE,
			    (loff_t)count * PAGE_SIZE, 1);
}

/*
 * Switches a doorbell between the device and nowhere. When this returns, no access by
 * the former way is possible: existing mappings are gone, the next access faults.
 */
void onepath_path_set_doorbell(struct onepath_path *path, unsigned int page, bool live)
{
	onepath_path_switch(path, page, 1, live);
}

/* The same with all of them. */
void onepath_path_set_doorbells(struct onepath_path *path, bool live)
{
	onepath_path_switch(path, 0, 1 + path->outputs, live);
}

static const struct vm_operations_struct onepath_path_vm_ops = {
	.fault = onepath_path_fault,
};

/* What is at byte @offset of an area, and how much of its chunk from there on. */
static phys_addr_t onepath_area_find(const struct onepath_area *area, size_t offset, size_t *bytes)
{
	const struct onepath_chunk *chunk = area->chunk;

	for (; offset >= chunk->bytes; chunk++)
		offset -= chunk->bytes;
	*bytes = chunk->bytes - offset;
	return virt_to_phys(chunk->address) + offset;
}

/* A page of a chunk that could not be mapped as a whole. */
static vm_fault_t onepath_path_buffers_fault(struct vm_fault *vmf)
{
	const struct onepath_path *path = vmf->vma->vm_private_data;
	phys_addr_t phys;
	size_t bytes;

	phys = onepath_area_find(&path->buffers, (size_t)vmf->pgoff << PAGE_SHIFT, &bytes);
	return vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(phys));
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
static bool onepath_maps_huge(unsigned long at, const struct onepath_chunk *chunk)
{
	return chunk->bytes == PMD_SIZE && IS_ALIGNED(at, PMD_SIZE);
}

static vm_fault_t onepath_path_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct onepath_path *path = vma->vm_private_data;
	unsigned long at = vmf->address & PMD_MASK;
	phys_addr_t phys;
	size_t bytes;

	if (order != PMD_ORDER || at < vma->vm_start || at + PMD_SIZE > vma->vm_end)
		return VM_FAULT_FALLBACK;
	phys = onepath_area_find(&path->buffers, (vma->vm_pgoff << PAGE_SHIFT) + at - vma->vm_start,
				 &bytes);
	return bytes < PMD_SIZE ? VM_FAULT_FALLBACK : onepath_insert_pmd(vmf, PHYS_PFN(phys));
}
#else
static bool onepath_maps_huge(unsigned long at, const struct onepath_chunk *chunk)
{
	return false;
}
#endif

static const struct vm_operations_struct onepath_path_buffers_ops = {
	.fault = onepath_path_buffers_fault,
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
	.huge_fault = onepath_path_huge_fault,
#endif
};

/*
 * The pages of an area, all at once: no faults while packets run. But chunks that fit a page
 * of 2 MB are left to their first access, since that is how such pages are mapped.
 */
static int onepath_path_map_area(struct vm_area_struct *vma, const struct onepath_area *area)
{
	unsigned long at = vma->vm_start;
	unsigned int n;
	int rc;

	if (vma->vm_end - vma->vm_start != area->bytes)
		return -EINVAL;
	for (n = 0; n < area->chunks; at += area->chunk[n++].bytes) {
		if (vma->vm_ops && onepath_maps_huge(at, &area->chunk[n]))
			continue;
		rc = remap_pfn_range(vma, at, PHYS_PFN(virt_to_phys(area->chunk[n].address)),
				     area->chunk[n].bytes, vma->vm_page_prot);
		if (rc)
			return rc;
	}
	return 0;
}

static int onepath_path_map_doorbells(struct vm_area_struct *vma, struct onepath_path *path)
{
	if (vma->vm_end - vma->vm_start != (1 + path->outputs) * PAGE_SIZE)
		return -EINVAL;
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_private_data = path;
	vma->vm_ops = &onepath_path_vm_ops;
	return 0;
}

/* mmap() of a path's file. */
int onepath_path_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct onepath_path *path = file->private_data;

	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	vm_flags_clear(vma, VM_MAYEXEC);
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	switch ((u64)vma->vm_pgoff << PAGE_SHIFT) {
	case ONEPATH_MMAP_BUFFERS:
		vma->vm_private_data = path;
		vma->vm_ops = &onepath_path_buffers_ops;
		return onepath_path_map_area(vma, &path->buffers);
	case ONEPATH_MMAP_RINGS:
		return onepath_path_map_area(vma, &path->rings);
	case ONEPATH_MMAP_DOORBELLS:
		return onepath_path_map_doorbells(vma, path);
	default:
		return -EINVAL;
	}
}
