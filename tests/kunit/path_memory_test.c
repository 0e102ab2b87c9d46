// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit suite of kmod/path_memory.c and kmod/memory.c: what a path's memory looks like, for all sizes,
 * without an IOMMU: bus addresses are physical ones then, and no row of chunks is contiguous.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include "path.h"
#include "regs.h"

#define WINDOW 0x100000000ull

static const u32 ring_sizes[] = { 64, 256, 4096 };
static const u32 buffer_sizes[] = { 1024, 2048, 10240, 16384 };

/* dma.c's, of which a path without ports needs no more */
int onepath_dma_window_get(struct onepath_domain *domain, u64 *iova)
{
	*iova = WINDOW;
	return 0;
}

void onepath_dma_window_put(struct onepath_domain *domain, u64 iova)
{
	KUNIT_EXPECT_EQ(kunit_get_current_test(), iova, WINDOW);
}

static struct onepath_path *make_path(struct kunit *test, u32 outputs, u32 ring_size,
				      u32 buffer_bytes)
{
	struct onepath_path *path = kunit_kzalloc(test, sizeof(*path), GFP_KERNEL);
	struct onepath_port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);
	struct pci_dev *pdev = kunit_kzalloc(test, sizeof(*pdev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, path);
	KUNIT_ASSERT_NOT_NULL(test, port);
	KUNIT_ASSERT_NOT_NULL(test, pdev);
	path->domain = kunit_kzalloc(test, sizeof(*path->domain), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, path->domain);
	set_dev_node(&pdev->dev, NUMA_NO_NODE);
	port->pdev = pdev;
	path->port[0] = port;
	path->outputs = outputs;
	path->ring_size = ring_size;
	path->buffer_bytes = buffer_bytes;
	KUNIT_ASSERT_EQ(test, onepath_path_memory_alloc(path), 0);
	return path;
}

/* The chunk in which the device finds @bytes bytes from @iova on, or NULL. */
static const struct onepath_chunk *chunk_of(const struct onepath_area *area, u64 iova, u64 bytes)
{
	const struct onepath_chunk *chunk;

	for (chunk = area->chunk; chunk < area->chunk + area->chunks; chunk++)
		if (iova >= chunk->iova && iova + bytes <= chunk->iova + chunk->bytes)
			return chunk;
	return NULL;
}

static void check_rings(struct kunit *test, struct onepath_path *path)
{
	u32 stride = onepath_path_stride(path), k, i;
	const struct onepath_descriptor *ring;
	const struct onepath_chunk *chunk;
	u64 offset;

	for (k = 0; k < path->outputs; k++) {
		ring = path->rings.chunk[k].address;
		for (i = 0; i < path->ring_size; i++) {
			chunk = chunk_of(&path->buffers, le64_to_cpu(ring[i].address), stride);
			KUNIT_ASSERT_NOT_NULL_MSG(test, chunk, "ring %u, descriptor %u", k, i);
			/* where an NF, which has the chunks in a row, looks for buffer i */
			offset = (chunk - path->buffers.chunk) * path->buffers.unit +
				 le64_to_cpu(ring[i].address) - chunk->iova;
			KUNIT_ASSERT_EQ(test, offset, (u64)i * stride);
			KUNIT_ASSERT_NULL(test, memchr_inv(&ring[i].address + 1, 0, 8));
		}
	}
	KUNIT_ASSERT_NULL(test, memchr_inv(path->rings.chunk[k].address, 0, path->rings.unit));
}

/* Whatever an NF left in the rings, and whatever the sizes. */
static void every_descriptor_points_at_its_buffer(struct kunit *test)
{
	struct onepath_path *path;
	u32 outputs, r, b, n;

	for (outputs = 1; outputs <= ONEPATH_OUTPUTS_MAX; outputs += 5)
		for (r = 0; r < ARRAY_SIZE(ring_sizes); r++)
			for (b = 0; b < ARRAY_SIZE(buffer_sizes); b++) {
				path = make_path(test, outputs, ring_sizes[r], buffer_sizes[b]);
				for (n = 0; n < path->rings.chunks; n++)
					memset(path->rings.chunk[n].address, 0xa5,
					       path->rings.unit);
				onepath_path_write_rings(path);
				check_rings(test, path);
				onepath_path_memory_free(path);
			}
}

/* Before an NF sees it: nothing that was in these pages before. */
static void memory_begins_zeroed(struct kunit *test)
{
	struct onepath_path *path = make_path(test, 2, 256, 2048);
	u32 n;

	for (n = 0; n < path->buffers.chunks; n++)
		KUNIT_EXPECT_NULL(test, memchr_inv(path->buffers.chunk[n].address, 0,
						   path->buffers.chunk[n].bytes));
	for (n = 0; n < path->rings.chunks; n++)
		KUNIT_EXPECT_NULL(test, memchr_inv(path->rings.chunk[n].address, 0,
						   path->rings.chunk[n].bytes));
	onepath_path_memory_free(path);
	KUNIT_EXPECT_NULL(test, path->buffers.chunk);
	KUNIT_EXPECT_NULL(test, path->rings.chunk);
}

static void heads_are_apart_and_where_the_device_writes(struct kunit *test)
{
	struct onepath_path *path = make_path(test, ONEPATH_OUTPUTS_MAX, 64, 2048);
	u8 *first = (u8 *)onepath_path_head(path, 0);
	u32 k;

	for (k = 0; k < path->outputs; k++) {
		KUNIT_EXPECT_PTR_EQ(test, (u8 *)onepath_path_head(path, k),
				    first + k * ONEPATH_HEAD_STRIDE);
		KUNIT_EXPECT_EQ(test, onepath_path_head_iova(path, k),
				(u64)virt_to_phys(onepath_path_head(path, k)));
	}
	onepath_path_memory_free(path);
}

/* Page 0 has RDT, page 1 + k output k's TDT, each at the register's place in its page. */
static void doorbells_are_where_the_registers_are(struct kunit *test)
{
	struct onepath_path *path = make_path(test, 2, 64, 2048);

	path->rx_queue = 5;
	path->output[0].queue = 0;
	path->output[1].queue = 63;
	KUNIT_EXPECT_EQ(test, onepath_path_doorbell_offset(path, 0), REG_RDT(5) % PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, onepath_path_doorbell_offset(path, 1),
			PAGE_SIZE + REG_TDT(0) % PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, onepath_path_doorbell_offset(path, 2),
			2 * PAGE_SIZE + REG_TDT(63) % PAGE_SIZE);
	onepath_path_memory_free(path);
}

static void a_frame_waits_where_dd_is_set(struct kunit *test)
{
	struct onepath_path *path = make_path(test, 1, 64, 2048);
	struct onepath_descriptor *ring = path->rings.chunk[0].address;

	onepath_path_write_rings(path);
	KUNIT_EXPECT_FALSE(test, onepath_path_received(path, 63));
	ring[63].status = ONEPATH_RX_DD;
	KUNIT_EXPECT_TRUE(test, onepath_path_received(path, 63));
	KUNIT_EXPECT_FALSE(test, onepath_path_received(path, 0));
	onepath_path_memory_free(path);
}

static struct kunit_case path_memory_cases[] = {
	KUNIT_CASE_SLOW(every_descriptor_points_at_its_buffer),
	KUNIT_CASE(memory_begins_zeroed),
	KUNIT_CASE(heads_are_apart_and_where_the_device_writes),
	KUNIT_CASE(doorbells_are_where_the_registers_are),
	KUNIT_CASE(a_frame_waits_where_dd_is_set),
	{}
};

static struct kunit_suite path_memory_suite = {
	.name = "path_memory",
	.test_cases = path_memory_cases,
};

kunit_test_suite(path_memory_suite);
