// SPDX-License-Identifier: GPL-2.0
/*
 * What a path may be mapped as, and what may be done to a mapping: each of the three
 * areas, of a path that is stopped and of one that runs.
 */
#include "selftest.h"
#include <sys/syscall.h>
#include <sys/uio.h>

#define RW (PROT_READ | PROT_WRITE)

FIXTURE(mapping)
{
	int32_t port;
	int path;
	struct onepath_path_info info;
	/* the area that is tried now */
	uint64_t offset, bytes;
	bool running;
};

FIXTURE_SETUP(mapping)
{
	if (!node(0))
		SKIP(return, "no port may be opened");
	port_and_path(_metadata, &self->port, &self->path);
	ASSERT_ERRNO(0, path_info(self->path, &self->info));
}

FIXTURE_TEARDOWN(mapping)
{
	close(self->path);
	close(self->port);
}

#define AREAS 6

/* Area @n: those of the stopped path, then the same while it runs. */
static bool choose(struct _test_data_mapping *self, unsigned int n)
{
	const uint64_t offset[] = { ONEPATH_MMAP_BUFFERS, ONEPATH_MMAP_RINGS,
				    ONEPATH_MMAP_DOORBELLS };
	const uint64_t bytes[] = { self->info.buffers_size, self->info.rings_size,
				   self->info.doorbells_size };

	self->running = n >= AREAS / 2;
	if (self->running)
		ioctl(self->path, ONEPATH_PATH_START);
	self->offset = offset[n % (AREAS / 2)];
	self->bytes = bytes[n % (AREAS / 2)];
	return n < AREAS;
}

#define EACH_AREA(self) for (unsigned int n_area = 0; choose(self, n_area); n_area++)

/* Whether its bytes may be written without any effect: no doorbells of a running path. */
static bool writable(const struct _test_data_mapping *self)
{
	return self->offset != ONEPATH_MMAP_DOORBELLS || !self->running;
}

static void try_only_as_it_is(struct __test_metadata *_metadata, struct _test_data_mapping *self)
{
	const uint64_t offset = self->offset, bytes = self->bytes;
	const struct {
		const char *what;
		uint64_t offset, bytes;
		int prot, flags, want;
	} wrong[] = {
		{ "a page longer", offset, bytes + PAGE, RW, MAP_SHARED, EINVAL },
		{ "a page shorter", offset, bytes - PAGE, RW, MAP_SHARED, EINVAL },
		{ "one page", offset, PAGE, RW, MAP_SHARED, EINVAL },
		{ "64 GB", offset, 1ull << 36, RW, MAP_SHARED, EINVAL },
		{ "a page further", offset + PAGE, bytes, RW, MAP_SHARED, EINVAL },
		{ "the last page", offset + bytes - PAGE, PAGE, RW, MAP_SHARED, EINVAL },
		{ "nothing there", 0x300000000, bytes, RW, MAP_SHARED, EINVAL },
		{ "far behind", 1ull << 62, bytes, RW, MAP_SHARED, EINVAL },
		{ "private", offset, bytes, RW, MAP_PRIVATE, EINVAL },
		{ "private, to read", offset, bytes, PROT_READ, MAP_PRIVATE, EINVAL },
		{ "huge", offset, bytes, RW, MAP_SHARED | MAP_HUGETLB, EINVAL },
		{ "synchronous", offset, bytes, RW, MAP_SHARED_VALIDATE | MAP_SYNC, EOPNOTSUPP },
		{ "as a stack", offset, bytes, RW, MAP_SHARED | MAP_GROWSDOWN, EINVAL },
	};

	for (unsigned int n = 0; n < COUNT(wrong); n++) {
		if (!wrong[n].bytes || (wrong[n].bytes == bytes && wrong[n].offset == offset &&
					wrong[n].prot == RW && wrong[n].flags == MAP_SHARED))
			continue;
		EXPECT_EQ(wrong[n].want,
			  ERRNO_OF(mmap(NULL, wrong[n].bytes, wrong[n].prot, wrong[n].flags,
					self->path, (off_t)wrong[n].offset)))
		TH_LOG("%s", wrong[n].what);
	}
	/* newer kernels let no anonymous inode be executed, and say EPERM before the module is asked */
	int got =
		ERRNO_OF(mmap(NULL, bytes, RW | PROT_EXEC, MAP_SHARED, self->path, (off_t)offset));

	EXPECT_TRUE(got == EINVAL || got == EPERM);
}

TEST_F(mapping, only_as_it_is)
{
	EACH_AREA(self)
	try_only_as_it_is(_metadata, self);
}

static void try_right_ones(struct __test_metadata *_metadata, struct _test_data_mapping *self)
{
	const int prots[] = { PROT_NONE, PROT_READ, PROT_WRITE, RW };
	const int flags[] = { 0, MAP_POPULATE, MAP_LOCKED, MAP_NORESERVE };

	for (unsigned int p = 0; p < COUNT(prots); p++) {
		for (unsigned int f = 0; f < COUNT(flags); f++) {
			void *at = mmap(NULL, self->bytes, prots[p], MAP_SHARED | flags[f],
					self->path, (off_t)self->offset);

			if (flags[f] == MAP_LOCKED && at == MAP_FAILED && errno == EAGAIN)
				continue; /* RLIMIT_MEMLOCK */
			EXPECT_NE(MAP_FAILED, at) TH_LOG("prot %d flags %#x", prots[p], flags[f]);
			EXPECT_EQ(0, munmap(at, self->bytes));
		}
	}
}

TEST_F(mapping, right_ones)
{
	EACH_AREA(self)
	try_right_ones(_metadata, self);
}

static void try_fixed_over_another(struct __test_metadata *_metadata,
				   struct _test_data_mapping *self)
{
	unsigned char *over =
		mmap(NULL, self->bytes + 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *at = over + PAGE;

	ASSERT_NE(MAP_FAILED, over);
	memset(over, 0x5a, self->bytes + 2 * PAGE);
	ASSERT_EQ(at, mmap(at, self->bytes, RW, MAP_SHARED | MAP_FIXED, self->path,
			   (off_t)self->offset));
	EXPECT_EQ(0x5a, over[PAGE - 1]);
	EXPECT_EQ(0x5a, at[self->bytes]);
	/* over itself, twice mapped, and away by something else */
	ASSERT_EQ(at, mmap(at, self->bytes, RW, MAP_SHARED | MAP_FIXED, self->path,
			   (off_t)self->offset));
	EXPECT_ERRNO(EEXIST, mmap(at, self->bytes, RW, MAP_SHARED | MAP_FIXED_NOREPLACE, self->path,
				  (off_t)self->offset));
	ASSERT_EQ(at + PAGE, mmap(at + PAGE, self->bytes - PAGE, RW,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EXPECT_EQ(0, at[PAGE]);
	EXPECT_EQ(0, munmap(over, self->bytes + 2 * PAGE));
}

TEST_F(mapping, fixed_over_another)
{
	EACH_AREA(self)
	try_fixed_over_another(_metadata, self);
}

static void try_taken_apart(struct __test_metadata *_metadata, struct _test_data_mapping *self)
{
	unsigned char *at = path_map(self->path, self->offset, self->bytes), *moved;

	ASSERT_NE(MAP_FAILED, at);
	EXPECT_EQ(0, munmap(at, PAGE));
	if (writable(self))
		at[self->bytes - 1] = 1;
	EXPECT_ERRNO(EFAULT, mremap(at + PAGE, self->bytes - PAGE, self->bytes, MREMAP_MAYMOVE));
	moved = mremap(at + PAGE, self->bytes - PAGE, self->bytes - PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, at + (1 << 30));
	ASSERT_NE(MAP_FAILED, moved);
	if (writable(self)) {
		EXPECT_EQ(1, moved[self->bytes - PAGE - 1]);
	}
	if (self->bytes > 2 * PAGE) {
		EXPECT_EQ(moved, mremap(moved, self->bytes - PAGE, PAGE, 0));
	}
	/* the rest goes with the process, after the path's descriptor */
}

TEST_F(mapping, taken_apart)
{
	EACH_AREA(self)
	try_taken_apart(_metadata, self);
}

static void try_cannot_be_changed(struct __test_metadata *_metadata,
				  struct _test_data_mapping *self)
{
	unsigned char *at = path_map(self->path, self->offset, self->bytes);

	ASSERT_NE(MAP_FAILED, at);
	EXPECT_ERRNO(EACCES, mprotect(at, self->bytes, RW | PROT_EXEC));
	EXPECT_ERRNO(EACCES, mprotect(at + PAGE, PAGE, PROT_EXEC));
	EXPECT_ERRNO(EFAULT, mremap(at, self->bytes, self->bytes + PAGE, MREMAP_MAYMOVE));
	EXPECT_ERRNO(EFAULT, mremap(at, 0, self->bytes, MREMAP_MAYMOVE));
	EXPECT_ERRNO(EINVAL,
		     mremap(at, self->bytes, self->bytes, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
	EXPECT_ERRNO(EINVAL, madvise(at, self->bytes, MADV_DOFORK));
	EXPECT_ERRNO(EINVAL, madvise(at, self->bytes, MADV_DODUMP));
	EXPECT_NE(0, ERRNO_OF(madvise(at, self->bytes, MADV_REMOVE)));
	EXPECT_NE(0, ERRNO_OF(madvise(at, self->bytes, MADV_DONTNEED)));
	EXPECT_NE(0, ERRNO_OF(madvise(at, self->bytes, MADV_FREE)));
	EXPECT_NE(0, ERRNO_OF(madvise(at, self->bytes, MADV_POPULATE_WRITE)));
	/* another place of the file: the module is asked again */
	EXPECT_ERRNO(EINVAL, syscall(SYS_remap_file_pages, at, self->bytes, 0, 1, 0));
	EXPECT_ERRNO(EINVAL, syscall(SYS_remap_file_pages, at, PAGE, 0, 0, 0));
	EXPECT_EQ(0, munmap(at, self->bytes));
}

TEST_F(mapping, cannot_be_changed)
{
	EACH_AREA(self)
	try_cannot_be_changed(_metadata, self);
}

/* No call of the kernel's reads or writes it for somebody: the pages are not the process's to lend. */
static void try_is_not_memory(struct __test_metadata *_metadata, struct _test_data_mapping *self)
{
	unsigned char *at = path_map(self->path, self->offset, self->bytes), byte;
	struct iovec here = { &byte, 1 }, there = { at, 1 };
	struct vmsplice_pipe {
		int read, write;
	} ends;

	ASSERT_NE(MAP_FAILED, at);
	/* not every kernel has these calls */
	if (ERRNO_OF(process_vm_readv(getpid(), &here, 1, &there, 1, 0)) != ENOSYS) {
		EXPECT_ERRNO(EFAULT, process_vm_readv(getpid(), &here, 1, &there, 1, 0));
		EXPECT_ERRNO(EFAULT, process_vm_writev(getpid(), &here, 1, &there, 1, 0));
	}
	ASSERT_EQ(0, pipe((int *)&ends));
	EXPECT_ERRNO(EFAULT, vmsplice(ends.write, &there, 1, SPLICE_F_GIFT));
}

TEST_F(mapping, is_not_memory)
{
	EACH_AREA(self)
	try_is_not_memory(_metadata, self);
}

static void try_advice_that_does_nothing(struct __test_metadata *_metadata,
					 struct _test_data_mapping *self)
{
	unsigned char *at = path_map(self->path, self->offset, self->bytes);
	const int advices[] = { MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL,
				MADV_WILLNEED, MADV_COLD,     MADV_PAGEOUT,
				MADV_DONTDUMP, MADV_DONTFORK, MADV_POPULATE_READ };

	ASSERT_NE(MAP_FAILED, at);
	for (unsigned int n = 0; n < COUNT(advices); n++)
		madvise(at, self->bytes, advices[n]);
	posix_fadvise(self->path, 0, 1 << 20, POSIX_FADV_WILLNEED);
	readahead(self->path, 0, 1 << 20);
	msync(at, self->bytes, MS_SYNC);
	mlock(at, self->bytes);
	if (writable(self))
		at[0] = 1;
	EXPECT_EQ(0, munmap(at, self->bytes));
}

TEST_F(mapping, advice_that_does_nothing)
{
	EACH_AREA(self)
	try_advice_that_does_nothing(_metadata, self);
}

static void try_is_not_inherited(struct __test_metadata *_metadata, struct _test_data_mapping *self)
{
	unsigned char *at = path_map(self->path, self->offset, self->bytes);
	int status = -1;
	pid_t child;

	ASSERT_NE(MAP_FAILED, at);
	child = fork();
	if (!child)
		_exit(msync(at, PAGE, MS_ASYNC) == 0 || errno != ENOMEM);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(mapping, is_not_inherited)
{
	EACH_AREA(self)
	try_is_not_inherited(_metadata, self);
}

/* A mapping keeps the path, and so its ports, after the last descriptor. */
TEST_F(mapping, outlives_the_descriptors)
{
	unsigned char *at;

	choose(self, AREAS - 1);
	at = path_map(self->path, self->offset, self->bytes);
	ASSERT_NE(MAP_FAILED, at);
	close(self->path);
	close(self->port);
	EXPECT_ERRNO(EBUSY, port_open(0, O_RDWR));
	if (writable(self))
		at[0] = 1;
	EXPECT_EQ(0, munmap(at, self->bytes));
	self->port = port_open(0, O_RDWR);
	EXPECT_LE(0, self->port);
	self->path = -1;
}

/* Stopped, what was a doorbell is memory that nobody reads, through any mapping of it. */
TEST_F(mapping, doorbells_of_a_stopped_path)
{
	volatile uint32_t *first, *second;

	choose(self, 2);
	first = path_map(self->path, self->offset, self->bytes);
	second = path_map(self->path, self->offset, self->bytes);
	ASSERT_NE(MAP_FAILED, (void *)first);
	ASSERT_NE(MAP_FAILED, (void *)second);
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	first[self->info.rdt_offset / 4] = 0x12345678;
	EXPECT_EQ(0x12345678, second[self->info.rdt_offset / 4]);
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_START));
	EXPECT_NE(0x12345678, second[self->info.rdt_offset / 4]);
	EXPECT_EQ(first[self->info.tdt_offset[0] / 4], second[self->info.tdt_offset[0] / 4]);
	EXPECT_ERRNO(0, ioctl(self->path, ONEPATH_PATH_STOP));
	EXPECT_EQ(0x12345678, second[self->info.rdt_offset / 4]);
}

/* Whether pages @from..@to - 1 of what was mapped at @at have their numbers. */
static bool numbered(const unsigned char *at, unsigned int from, unsigned int to)
{
	for (unsigned int n = from; n < to; n++)
		if (*(volatile const uint32_t *)(at + (size_t)n * PAGE) != n)
			return false;
	return true;
}

/* Where the kernel maps buffers by pages of 2 MB, these are split, and keep what is in them. */
TEST_F(mapping, large_pages_taken_apart)
{
	struct onepath_path_create args = { .ring_size = 4096, .rx_queue = 1 };
	int path = path_create_with(self->port, &args, &self->port, 1);
	struct onepath_path_info info;
	unsigned char *at, *whole, *moved;
	unsigned int pages;

	ASSERT_LE(0, path);
	ASSERT_ERRNO(0, path_info(path, &info));
	pages = info.buffers_size / PAGE;
	ASSERT_LT(2000, pages);
	at = path_map(path, ONEPATH_MMAP_BUFFERS, info.buffers_size);
	whole = path_map(path, ONEPATH_MMAP_BUFFERS, info.buffers_size);
	moved = mmap(NULL, 603 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, at);
	ASSERT_NE(MAP_FAILED, whole);
	for (unsigned int n = 0; n < pages; n++)
		*(volatile uint32_t *)(at + (size_t)n * PAGE) = n;
	EXPECT_EQ(0, munmap(at + 700 * PAGE, PAGE));
	EXPECT_EQ(0, mprotect(at + 900 * PAGE, PAGE, PROT_READ));
	/* to where no page of 2 MB could be */
	EXPECT_EQ(moved + 3 * PAGE, mremap(at + 1000 * PAGE, 600 * PAGE, 600 * PAGE,
					   MREMAP_MAYMOVE | MREMAP_FIXED, moved + 3 * PAGE));
	EXPECT_TRUE(numbered(at, 0, 700));
	EXPECT_TRUE(numbered(at, 701, 1000));
	EXPECT_TRUE(numbered(moved + 3 * PAGE - 1000 * PAGE, 1000, 1600));
	EXPECT_TRUE(numbered(at, 1600, pages));
	EXPECT_TRUE(numbered(whole, 0, pages));
	EXPECT_ERRNO(ENOMEM, msync(at + 700 * PAGE, PAGE, MS_ASYNC));
	close(path);
	EXPECT_EQ(0, munmap(whole, info.buffers_size));
	EXPECT_TRUE(numbered(at, 0, 700));
}

TEST_HARNESS_MAIN
