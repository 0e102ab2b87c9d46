// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory files of vfio-user clients: each is mapped whole and once, found
 * again by device and inode number, and kept while a DMA range uses it. A
 * client that cuts a file off under us would kill the process by SIGBUS: the
 * handler puts zeros where the lost page was, and the file is used no more, as
 * each such page is memory and a mapping of ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vfio_user_dma.h"

/* Together 64 TB: half of what addresses a process has, however large the files say they are. */
#define OWNERS_MAX	 32u
#define OWNER_FILES_MAX	 64u
#define OWNER_BYTES_MAX	 (2ull << 40)
#define MEMORY_FILES_MAX (OWNERS_MAX * OWNER_FILES_MAX)

struct memory_file {
	const void *owner; /* who had it mapped first, and is charged for it */
	dev_t device;
	ino_t inode;
	uint8_t *base; /* NULL: the entry is free */
	uint64_t size;
	uint64_t block; /* bytes that are lost together: huge pages have no smaller pieces */
	bool write;
	volatile sig_atomic_t lost;
	unsigned long references;
};

/* Shared by all ports: two ports of one guest see the same memory. */
static struct memory_file files[MEMORY_FILES_MAX];
static size_t files_used; /* entries that ever were: the others need no look */
static volatile sig_atomic_t lost_pages;

/* Zeros in place of the block of @file that @address is in, but not beyond the file. */
static bool replace_block(const struct memory_file *file, const uint8_t *address)
{
	uintptr_t base = (uintptr_t)file->base;
	uintptr_t end = base + ((file->size + DMA_PAGE - 1) & ~(uint64_t)(DMA_PAGE - 1));
	uintptr_t from = (uintptr_t)address & ~(uintptr_t)(file->block - 1);
	uintptr_t to = from + file->block;

	from = from > base ? from : base;
	to = to < end ? to : end;
	return mmap((void *)from, to - from, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/* Signal context: looks at the table, and mmap() is a plain system call. */
static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
	const uint8_t *address = info->si_addr;
	int saved = errno;

	for (size_t i = 0; i < files_used; i++) {
		struct memory_file *file = &files[i];

		if (!file->base || address < file->base || address >= file->base + file->size)
			continue;
		if (!replace_block(file, address))
			break;
		file->lost = true;
		lost_pages++;
		errno = saved;
		return;
	}
	/* Not ours: die of it, as without a handler. */
	signal(signal_number, SIG_DFL);
	errno = saved;
}

static int guard_against_sigbus(void)
{
	struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	return sigaction(SIGBUS, &action, NULL) < 0 ? -errno : 0;
}

static struct memory_file *find_file(const struct stat *st, uint64_t end, bool write)
{
	for (size_t i = 0; i < files_used; i++) {
		struct memory_file *file = &files[i];

		if (file->base && !file->lost && file->device == st->st_dev &&
		    file->inode == st->st_ino && file->size >= end && file->write == write)
			return file;
	}
	return NULL;
}

/* A free entry of the table, or NULL if @owner has had its share of it. */
static struct memory_file *free_entry(const void *owner, uint64_t size)
{
	struct memory_file *entry = NULL;
	unsigned int count = 1;
	uint64_t bytes = size;

	for (size_t i = 0; i < files_used; i++) {
		if (!files[i].base) {
			entry = entry ? entry : &files[i];
		} else if (files[i].owner == owner) {
			bytes += files[i].size;
			count++;
		}
	}
	if (size > OWNER_BYTES_MAX || bytes > OWNER_BYTES_MAX || count > OWNER_FILES_MAX)
		return NULL;
	if (!entry && files_used < MEMORY_FILES_MAX)
		entry = &files[files_used++];
	return entry;
}

static int map_file(const void *owner, int fd, const struct stat *st, bool write,
		    struct memory_file **result)
{
	uint64_t size = (uint64_t)st->st_size, block = (uint64_t)st->st_blksize;
	struct memory_file *file = free_entry(owner, size);
	void *base;
	int ret;

	if (!file)
		return -ENOSPC;
	ret = guard_against_sigbus();
	if (ret)
		return ret;
	base = mmap(NULL, size, PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	*file = (struct memory_file){
		.owner = owner,
		.device = st->st_dev,
		.inode = st->st_ino,
		.base = base,
		.size = size,
		.block = block > DMA_PAGE && !(block & (block - 1)) ? block : DMA_PAGE,
		.write = write,
		.references = 1,
	};
	*result = file;
	return 0;
}

int memory_file_get(const void *owner, int fd, uint64_t end, bool write, struct memory_file **file)
{
	struct stat st;
	int flags;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return -EINVAL;
	if ((uint64_t)st.st_size < end)
		return -ERANGE;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0)
		return -errno;
	flags &= O_ACCMODE;
	if (flags == O_WRONLY || (write && flags != O_RDWR))
		return -EACCES;
	/* Mapped with all that the descriptor allows: the next range may need more than this. */
	*file = find_file(&st, end, flags == O_RDWR);
	if (!*file)
		return map_file(owner, fd, &st, flags == O_RDWR, file);
	(*file)->references++;
	return 0;
}

void memory_file_ref(struct memory_file *file)
{
	file->references++;
}

void memory_file_put(struct memory_file *file)
{
	if (--file->references)
		return;
	munmap(file->base, (size_t)file->size);
	*file = (struct memory_file){ 0 };
}

uint8_t *memory_file_at(const struct memory_file *file, uint64_t offset)
{
	return file->base + offset;
}

bool memory_file_lost(const struct memory_file *file)
{
	return file->lost;
}

uint64_t memory_files_lost_pages(void)
{
	return (uint64_t)lost_pages;
}
