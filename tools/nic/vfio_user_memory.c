// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory files of vfio-user clients: each is mapped whole and once, found
 * again by device and inode number, and kept while a DMA range uses it. A
 * client that cuts a file off under us would kill the process by SIGBUS:
 * the handler puts a page of zeros where the lost one was. (Not for files of
 * huge pages: there the process dies.)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vfio_user_dma.h"

#define MEMORY_FILES_MAX 64

struct memory_file {
	dev_t device;
	ino_t inode;
	uint8_t *base; /* NULL: the entry is free */
	uint64_t size;
	bool write;
	unsigned long references;
};

/* Shared by all ports: two ports of one guest see the same memory. */
static struct memory_file files[MEMORY_FILES_MAX];
static volatile sig_atomic_t lost_pages;

/* Signal context: only reads the table, and mmap() is a plain system call. */
static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
	const uint8_t *address = info->si_addr;
	uintptr_t page = (uintptr_t)address & ~(uintptr_t)(DMA_PAGE - 1);
	int saved = errno;

	for (size_t i = 0; i < MEMORY_FILES_MAX; i++) {
		const struct memory_file *file = &files[i];

		if (!file->base || address < file->base || address >= file->base + file->size)
			continue;
		if (mmap((void *)page, DMA_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			break;
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
	for (size_t i = 0; i < MEMORY_FILES_MAX; i++) {
		struct memory_file *file = &files[i];

		if (file->base && file->device == st->st_dev && file->inode == st->st_ino &&
		    file->size >= end && file->write == write)
			return file;
	}
	return NULL;
}

static int map_file(int fd, const struct stat *st, bool write, struct memory_file **result)
{
	struct memory_file *file = files;
	void *base;
	int ret;

	while (file < files + MEMORY_FILES_MAX && file->base)
		file++;
	if (file == files + MEMORY_FILES_MAX)
		return -ENOSPC;
	ret = guard_against_sigbus();
	if (ret)
		return ret;
	base = mmap(NULL, (size_t)st->st_size, PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED, fd,
		    0);
	if (base == MAP_FAILED)
		return -errno;
	*file = (struct memory_file){
		.device = st->st_dev,
		.inode = st->st_ino,
		.base = base,
		.size = (uint64_t)st->st_size,
		.write = write,
		.references = 1,
	};
	*result = file;
	return 0;
}

int memory_file_get(int fd, uint64_t end, bool write, struct memory_file **file)
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
		return map_file(fd, &st, flags == O_RDWR, file);
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

uint64_t memory_files_lost_pages(void)
{
	return (uint64_t)lost_pages;
}
