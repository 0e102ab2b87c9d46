// SPDX-License-Identifier: BSD-3-Clause
/*
 * The vfio-user server's DMA map: only what a client mapped can be reached, as
 * it was mapped; maps and unmaps in every overlap are compared with a plain
 * page table; and no file, length or address that a client sends does harm.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

#include "vfio_user_client.h"
#include "vfio_user_dma.h"

#define PAGE  4096u
#define PAGES 64u
#define READ  VFIO_DMA_MAP_FLAG_READ
#define WRITE VFIO_DMA_MAP_FLAG_WRITE

static int map(struct client *client, uint64_t iova, uint64_t size, int fd, uint64_t offset,
	       uint32_t flags)
{
	const struct vfio_user_dma_map map = { sizeof(map), flags, offset, iova, size };

	return exchange_fds(client, VFIO_USER_DMA_MAP, 0, &map, sizeof(map), &fd, fd >= 0);
}

static int unmap(struct client *client, uint64_t iova, uint64_t size, uint32_t flags)
{
	const struct vfio_user_dma_unmap unmap = { sizeof(unmap), flags, iova, size };
	int ret = exchange(client, VFIO_USER_DMA_UNMAP, &unmap, sizeof(unmap));

	if (!ret) {
		assert_int_equal(client->payload_size, sizeof(unmap));
		assert_memory_equal(client->payload, &unmap, sizeof(unmap));
	}
	return ret;
}

static uint8_t *reach(struct client *client, uint64_t iova, size_t want, size_t got, bool write)
{
	size_t len = want;
	uint8_t *host = vfio_user_dma(client->server, iova, &len, write);

	if (host)
		assert_int_equal(len, got);
	return host;
}

static void test_map(void **state)
{
	struct client client;
	int fd = make_memory("test", PAGES * PAGE);
	uint8_t *bytes = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	uint8_t *host;

	client_start(&client, NULL);
	client_greet(&client);
	assert_null(reach(&client, 0, 1, 1, false));
	assert_int_equal(map(&client, 0x10000, 2 * PAGE, fd, PAGE, READ | WRITE), 0);
	bytes[PAGE + 5] = 77;
	host = reach(&client, 0x10005, 10, 10, true);
	assert_non_null(host);
	assert_int_equal(*host, 77);
	*host = 78;
	assert_int_equal(bytes[PAGE + 5], 78);
	assert_null(reach(&client, 0xffff, 1, 1, false));
	assert_null(reach(&client, 0x12000, 1, 1, false));
	assert_non_null(reach(&client, 0x11ff0, 100, 16, true));
	/* The next page of the file at the next address lies together with it; read-only it does not. */
	assert_int_equal(map(&client, 0x12000, PAGE, fd, 3 * PAGE, READ | WRITE), 0);
	assert_non_null(reach(&client, 0x11ff0, 100, 100, true));
	assert_int_equal(map(&client, 0x13000, PAGE, fd, 4 * PAGE, READ), 0);
	assert_non_null(reach(&client, 0x10000, 1 << 20, 4 * PAGE, false));
	assert_non_null(reach(&client, 0x10000, 1 << 20, 3 * PAGE, true));
	assert_non_null(reach(&client, 0x13000, 4, 4, false));
	assert_null(reach(&client, 0x13000, 4, 4, true));
	/* Not together in the file. */
	assert_int_equal(map(&client, 0x14000, PAGE, fd, 9 * PAGE, READ), 0);
	assert_non_null(reach(&client, 0x13000, 2 * PAGE, PAGE, false));
	/* Write-only, and memory that the client keeps to itself. */
	assert_int_equal(map(&client, 0x20000, PAGE, fd, 0, WRITE), 0);
	assert_null(reach(&client, 0x20000, 4, 4, false));
	assert_int_equal(map(&client, 0x30000, PAGE, -1, 0, READ | WRITE), 0);
	assert_null(reach(&client, 0x30000, 4, 4, false));
	/* The highest page. */
	assert_int_equal(map(&client, -(uint64_t)PAGE, PAGE, fd, 0, READ), 0);
	assert_non_null(reach(&client, UINT64_MAX, 4, 1, false));
	munmap(bytes, PAGES * PAGE);
	close(fd);
	client_stop(&client);
}

static void test_unmap(void **state)
{
	struct client client;
	int fd = make_memory("test", PAGES * PAGE);

	client_start(&client, NULL);
	client_greet(&client);
	/* Never mapped: QEMU does so when the guest switches the IOMMU on. */
	assert_int_equal(unmap(&client, 0, 1ull << 40, 0), 0);
	assert_int_equal(map(&client, 0x10000, 8 * PAGE, fd, 0, READ), 0);
	assert_int_equal(unmap(&client, 0x12000, 2 * PAGE, 0), 0);
	assert_non_null(reach(&client, 0x11000, 2 * PAGE, PAGE, false));
	assert_null(reach(&client, 0x12000, 1, 1, false));
	assert_null(reach(&client, 0x13fff, 1, 1, false));
	assert_non_null(reach(&client, 0x14000, 8 * PAGE, 4 * PAGE, false));
	/* Mapped again over what is there: at power-off QEMU does so. */
	assert_int_equal(map(&client, 0x11000, 4 * PAGE, fd, 20 * PAGE, READ), 0);
	assert_non_null(reach(&client, 0x11000, 8 * PAGE, 4 * PAGE, false));
	assert_int_equal(unmap(&client, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL), 0);
	assert_null(reach(&client, 0x10000, 1, 1, false));
	assert_int_equal(unmap(&client, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL), 0);
	/* malformed */
	assert_int_equal(unmap(&client, 0, PAGE, VFIO_DMA_UNMAP_FLAG_ALL), -EINVAL);
	assert_int_equal(unmap(&client, PAGE, 0, VFIO_DMA_UNMAP_FLAG_ALL), -EINVAL);
	assert_int_equal(unmap(&client, 0, 0, 0), -EINVAL);
	assert_int_equal(unmap(&client, 1, PAGE, 0), -EINVAL);
	assert_int_equal(unmap(&client, 0, PAGE + 1, 0), -EINVAL);
	assert_int_equal(unmap(&client, -(uint64_t)PAGE, 2 * PAGE, 0), -EINVAL);
	assert_int_equal(unmap(&client, 0, PAGE, 4), -EINVAL);
	assert_int_equal(unmap(&client, 0, PAGE, VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP), -EINVAL);
	close(fd);
	client_stop(&client);
}

static void test_map_malformed(void **state)
{
	const uint64_t size = PAGES * PAGE;
	struct vfio_user_dma_map short_args = { sizeof(short_args) - 1, READ, 0, 0, PAGE };
	int fds[20], pipe_ends[2], directory = open("/", O_RDONLY | O_DIRECTORY);
	int fd = make_memory("test", size), empty = make_memory("empty", 0);
	char path[64];
	int readable;
	size_t before;
	struct client client;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readable = open(path, O_RDONLY);
	assert_true(readable >= 0 && directory >= 0);
	assert_int_equal(pipe(pipe_ends), 0);
	for (size_t i = 0; i < 20; i++)
		fds[i] = fd;
	before = open_descriptors();
	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(map(&client, 0, 0, fd, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE - 1, fd, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 1, PAGE, fd, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, fd, 1, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, fd, 0, 0), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, fd, 0, READ | 4), -EINVAL);
	assert_int_equal(map(&client, -(uint64_t)PAGE, 2 * PAGE, fd, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, -(uint64_t)PAGE, fd, 2 * PAGE, READ), -EINVAL);
	assert_int_equal(map(&client, 0, size + PAGE, fd, 0, READ), -ERANGE);
	assert_int_equal(map(&client, 0, PAGE, fd, size, READ), -ERANGE);
	assert_int_equal(map(&client, 0, 2 * PAGE, fd, size - PAGE, READ), -ERANGE);
	assert_int_equal(map(&client, 0, PAGE, empty, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, pipe_ends[0], 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, directory, 0, READ), -EINVAL);
	assert_int_equal(map(&client, 0, PAGE, readable, 0, READ | WRITE), -EACCES);
	assert_int_equal(exchange(&client, VFIO_USER_DMA_MAP, &short_args, sizeof(short_args)),
			 -EINVAL);
	short_args.argsz++;
	for (size_t i = 0; i < sizeof(short_args); i++)
		assert_int_equal(exchange(&client, VFIO_USER_DMA_MAP, &short_args, i), -EINVAL);
	assert_int_equal(exchange_fds(&client, VFIO_USER_DMA_MAP, 0, &short_args,
				      sizeof(short_args), fds, 2),
			 -EINVAL);
	assert_int_equal(exchange_fds(&client, VFIO_USER_DMA_MAP, 0, &short_args,
				      sizeof(short_args), fds, 17),
			 -E2BIG);
	assert_null(reach(&client, 0, 1, 1, false));
	/* Writable in one open is not writable in another. */
	assert_int_equal(map(&client, 0, PAGE, fd, 0, READ | WRITE), 0);
	assert_int_equal(map(&client, PAGE, PAGE, readable, 0, READ | WRITE), -EACCES);
	client_stop(&client);
	assert_int_equal(open_descriptors(), before);
	close(fd);
	close(empty);
	close(readable);
	close(directory);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static size_t mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	size_t lines = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		lines += strstr(line, "/memfd:guest") != NULL;
	fclose(maps);
	return lines;
}

/* A vIOMMU's maps: many pages, a descriptor each, one file. It is mapped once, and let go. */
static void test_one_file(void **state)
{
	struct client client;
	int fd = make_memory("guest", PAGES * PAGE);
	uint8_t *host, byte = 0;

	client_start(&client, NULL);
	client_greet(&client);
	for (uint32_t i = 0; i < PAGES; i++)
		assert_int_equal(map(&client, 0x100000 + 2 * i * PAGE, PAGE, fd,
				     (PAGES - 1 - i) * PAGE, READ | WRITE),
				 0);
	assert_int_equal(mappings(), 1);
	/* The file grows, as memory that is plugged in does. */
	assert_int_equal(ftruncate(fd, 2 * PAGES * PAGE), 0);
	assert_int_equal(map(&client, 0, PAGE, fd, PAGES * PAGE, READ | WRITE), 0);
	host = reach(&client, 0, 1, 1, true);
	assert_non_null(host);
	*host = 99;
	assert_int_equal(pread(fd, &byte, 1, PAGES * PAGE), 1);
	assert_int_equal(byte, 99);
	assert_int_equal(unmap(&client, 0, 1 << 30, 0), 0);
	assert_int_equal(mappings(), 0);
	assert_int_equal(map(&client, 0, PAGE, fd, 0, READ | WRITE), 0);
	assert_int_equal(mappings(), 1);
	close(fd);
	client_stop(&client);
	assert_int_equal(mappings(), 0);
}

/*
 * The client cuts the file off: what was there reads 0, the server lives, and uses the file no
 * more: each page would cost it memory of its own. Other files, and the same one anew, are good.
 */
static void test_file_cut_off(void **state)
{
	uint64_t before = vfio_user_lost_pages();
	struct client client;
	int fd = make_memory("test", PAGES * PAGE), other = make_memory("other", PAGE);
	volatile uint8_t *host;

	client_start(&client, NULL);
	client_greet(&client);
	assert_int_equal(map(&client, 0, PAGES * PAGE, fd, 0, READ | WRITE), 0);
	host = reach(&client, 0, 1, 1, true);
	assert_int_equal(ftruncate(fd, PAGE), 0);
	host[0] = 1;
	assert_int_equal(vfio_user_lost_pages(), before);
	host[5 * PAGE] = 1;
	assert_int_equal(host[5 * PAGE], 1);
	assert_int_equal(host[6 * PAGE], 0);
	assert_int_equal(vfio_user_lost_pages(), before + 2);
	assert_null(reach(&client, 0, 1, 1, true));
	assert_null(reach(&client, 7 * PAGE, 1, 1, false));
	assert_int_equal(map(&client, PAGES * PAGE, PAGE, other, 0, READ | WRITE), 0);
	assert_non_null(reach(&client, PAGES * PAGE, 1, 1, true));
	assert_int_equal(ftruncate(fd, PAGES * PAGE), 0);
	assert_int_equal(map(&client, 0, PAGES * PAGE, fd, 0, READ | WRITE), 0);
	host = reach(&client, 0, PAGES * PAGE, PAGES * PAGE, true);
	assert_non_null(host);
	assert_int_equal(host[0], 1);
	host[5 * PAGE] = 2;
	assert_int_equal(vfio_user_lost_pages(), before + 2);
	close(fd);
	close(other);
	client_stop(&client);
}

/* Random maps and unmaps against a page table. */
static void test_random_overlaps(void **state)
{
	struct {
		int page;
		bool write;
	} table[PAGES] = { 0 };
	struct dma_map ours = { 0 };
	int fd = make_memory("test", PAGES * PAGE);
	struct memory_file *file;
	unsigned int seed = 82599;

	assert_int_equal(memory_file_get(&ours, fd, PAGE, true, &file), 0);
	for (int round = 0; round < 20000; round++) {
		uint32_t first = rand_r(&seed) % PAGES;
		uint32_t count = 1 + rand_r(&seed) % (PAGES - first);
		uint32_t page = rand_r(&seed) % (PAGES - count + 1);
		bool mapping = rand_r(&seed) % 2, write = rand_r(&seed) % 4;
		uint32_t probe = rand_r(&seed) % PAGES;
		bool as_write = rand_r(&seed) % 2;
		size_t len = PAGES * PAGE, expect = 0;
		uint8_t *host;

		count = rand_r(&seed) % 2 && count > 3 ? 3 : count;
		if (mapping)
			assert_int_equal(dma_map_add(&ours, first * PAGE, count * PAGE, fd,
						     page * PAGE, READ | (write ? WRITE : 0)),
					 0);
		else
			assert_int_equal(dma_map_remove(&ours, first * PAGE, count * PAGE), 0);
		for (uint32_t i = 0; i < count; i++) {
			table[first + i].page = mapping ? (int)(page + i) + 1 : 0;
			table[first + i].write = write;
		}
		host = dma_map_lookup(&ours, probe * PAGE, &len, as_write);
		while (probe + expect < PAGES && table[probe + expect].page &&
		       (table[probe + expect].write || !as_write) &&
		       table[probe + expect].page == table[probe].page + (int)expect &&
		       table[probe + expect].write == table[probe].write)
			expect++;
		if (!expect) {
			assert_null(host);
			continue;
		}
		/* At least this lies together: it may be more, where permissions change. */
		assert_non_null(host);
		assert_true(len >= expect * PAGE);
		if (table[probe].write)
			assert_ptr_equal(host,
					 memory_file_at(file, (table[probe].page - 1) * PAGE));
		for (size_t i = 0; i < len / PAGE; i++)
			assert_int_equal(table[probe + i].page, table[probe].page + (int)i);
	}
	dma_map_clear(&ours);
	memory_file_put(file);
	close(fd);
}

static void test_too_many(void **state)
{
	struct dma_map ours = { 0 };
	uint64_t i = 0;
	size_t len = 1;
	int ret;

	do {
		ret = dma_map_add(&ours, 2 * i * PAGE, PAGE, -1, 0, READ);
	} while (!ret && ++i <= 2 * DMA_RANGES_MAX);
	assert_int_equal(ret, -ENOSPC);
	assert_true(i >= DMA_RANGES_MAX);
	/* Room is made by unmapping, and that works still. */
	assert_int_equal(dma_map_remove(&ours, 0, 16 * PAGE), 0);
	assert_int_equal(dma_map_add(&ours, 0, PAGE, -1, 0, READ), 0);
	assert_null(dma_map_lookup(&ours, 0, &len, false));
	dma_map_clear(&ours);
}

/* More files than any guest has, which must leave room for another guest's. */
static void test_too_many_files(void **state)
{
	struct dma_map ours = { 0 }, theirs = { 0 };
	uint64_t i = 0;
	int ret;

	do {
		int fd = make_memory("test", PAGE);

		ret = dma_map_add(&ours, i * PAGE, PAGE, fd, 0, READ);
		close(fd);
	} while (!ret && ++i < 1000);
	assert_int_equal(ret, -ENOSPC);
	assert_int_equal(dma_map_remove(&ours, 0, PAGE), 0);
	ret = make_memory("test", PAGE);
	assert_int_equal(dma_map_add(&ours, 0, PAGE, ret, 0, READ), 0);
	assert_int_equal(dma_map_add(&theirs, 0, PAGE, ret, 0, READ), 0);
	close(ret);
	ret = make_memory("test", PAGE);
	assert_int_equal(dma_map_add(&theirs, PAGE, PAGE, ret, 0, READ), 0);
	assert_int_equal(dma_map_add(&ours, PAGE, PAGE, ret, 0, READ), 0);
	close(ret);
	dma_map_clear(&ours);
	dma_map_clear(&theirs);
}

/* Files may be all holes, but the addresses that they take here are everybody's. */
static void test_too_large_files(void **state)
{
	const uint64_t terabyte = 1ull << 40;
	int large = make_memory("test", 3 * terabyte), one = make_memory("test", terabyte);
	int more = make_memory("test", terabyte), small = make_memory("test", PAGE);
	struct dma_map ours = { 0 }, theirs = { 0 };

	assert_int_equal(dma_map_add(&ours, 0, PAGE, large, 0, READ), -ENOSPC);
	assert_int_equal(dma_map_add(&ours, 0, PAGE, one, 0, READ), 0);
	assert_int_equal(dma_map_add(&ours, PAGE, PAGE, more, 0, READ), 0);
	assert_int_equal(dma_map_add(&ours, 2 * PAGE, PAGE, small, 0, READ), -ENOSPC);
	assert_int_equal(dma_map_add(&theirs, 0, PAGE, small, 0, READ), 0);
	dma_map_clear(&ours);
	dma_map_clear(&theirs);
	close(large);
	close(one);
	close(more);
	close(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_unmap),
		cmocka_unit_test(test_map_malformed),
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_file_cut_off),
		cmocka_unit_test(test_random_overlaps),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_too_many_files),
		cmocka_unit_test(test_too_large_files),
	};

	return cmocka_run_group_tests_name("vfio_user_dma", tests, NULL, NULL);
}
