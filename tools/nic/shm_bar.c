// SPDX-License-Identifier: BSD-3-Clause
/*
 * The polled shared-memory BAR: the server compares the doorbells' words with
 * what it saw last and forwards the changes to the model, then looks at the
 * request slot. Two stores to one doorbell between two rounds are one, as with
 * posted writes that are combined.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "shm_bar.h"

#define TIMEOUT_S 10

struct shm_bar {
	struct nic *nic;
	struct shm_bar_area *area;
	int fd;
	unsigned int watch_count;
	struct {
		uint32_t offset;
		uint32_t seen;
	} watches[SHM_BAR_WATCHES_MAX];
};

struct shm_bar *shm_bar_create(struct nic *nic)
{
	struct shm_bar *bar = calloc(1, sizeof(*bar));

	if (!bar)
		return NULL;
	bar->nic = nic;
	bar->fd = memfd_create("onepath-bar0", MFD_CLOEXEC);
	if (bar->fd >= 0 && !ftruncate(bar->fd, sizeof(*bar->area)))
		bar->area = mmap(NULL, sizeof(*bar->area), PROT_READ | PROT_WRITE, MAP_SHARED,
				 bar->fd, 0);
	if (bar->area && bar->area != MAP_FAILED)
		return bar;
	if (bar->fd >= 0)
		close(bar->fd);
	free(bar);
	return NULL;
}

void shm_bar_destroy(struct shm_bar *bar)
{
	munmap(bar->area, sizeof(*bar->area));
	close(bar->fd);
	free(bar);
}

int shm_bar_fd(const struct shm_bar *bar)
{
	return bar->fd;
}

static bool watch(struct shm_bar *bar, uint32_t offset, uint32_t value)
{
	if (bar->watch_count == SHM_BAR_WATCHES_MAX)
		return false;
	bar->area->words[offset / 4] = value;
	bar->watches[bar->watch_count].offset = offset;
	bar->watches[bar->watch_count++].seen = value;
	return true;
}

/* Does what the slot asks; returns what to leave in it. */
static enum shm_bar_request serve(struct shm_bar *bar, uint32_t request)
{
	struct shm_bar_area *area = bar->area;
	/* The other side may change it at any time: look once. */
	uint32_t offset = __atomic_load_n(&area->offset, __ATOMIC_RELAXED);
	uint32_t value = __atomic_load_n(&area->value, __ATOMIC_RELAXED);

	if (offset % 4 || offset >= NIC_BAR0_SIZE)
		return SHM_BAR_REFUSED;
	switch (request) {
	case SHM_BAR_READ:
		__atomic_store_n(&area->value, nic_read(bar->nic, offset), __ATOMIC_RELAXED);
		return SHM_BAR_DONE;
	case SHM_BAR_WRITE:
		nic_write(bar->nic, offset, value);
		return SHM_BAR_DONE;
	case SHM_BAR_WATCH:
		return watch(bar, offset, value) ? SHM_BAR_DONE : SHM_BAR_REFUSED;
	case SHM_BAR_FORGET:
		bar->watch_count = 0;
		return SHM_BAR_DONE;
	default:
		return SHM_BAR_REFUSED;
	}
}

bool shm_bar_poll(struct shm_bar *bar)
{
	/*
	 * Pairs with the release in shm_bar_request(). Doorbells stored before a
	 * request are seen before it is served.
	 */
	uint32_t request = __atomic_load_n(&bar->area->request, __ATOMIC_ACQUIRE);
	bool busy = false;

	for (unsigned int i = 0; i < bar->watch_count; i++) {
		uint32_t offset = bar->watches[i].offset;
		/* Pairs with the driver's barrier before its doorbell. */
		uint32_t value = __atomic_load_n(&bar->area->words[offset / 4], __ATOMIC_ACQUIRE);

		if (value == bar->watches[i].seen)
			continue;
		bar->watches[i].seen = value;
		nic_write(bar->nic, offset, value);
		busy = true;
	}
	if (request == SHM_BAR_DONE || request == SHM_BAR_REFUSED)
		return busy;
	request = serve(bar, request);
	/* Pairs with the acquire in shm_bar_request(): the answer is there with it. */
	__atomic_store_n(&bar->area->request, request, __ATOMIC_RELEASE);
	return true;
}

int shm_bar_request(struct shm_bar_area *area, enum shm_bar_request request, uint32_t offset,
		    uint32_t *value)
{
	struct timespec start, now;
	uint32_t answer;

	clock_gettime(CLOCK_MONOTONIC, &start);
	area->offset = offset;
	area->value = value ? *value : 0;
	/* Pairs with the acquire in shm_bar_poll(). */
	__atomic_store_n(&area->request, request, __ATOMIC_RELEASE);
	do {
		/* Pairs with the release in shm_bar_poll(). */
		answer = __atomic_load_n(&area->request, __ATOMIC_ACQUIRE);
		if (answer == SHM_BAR_DONE || answer == SHM_BAR_REFUSED) {
			if (value)
				*value = area->value;
			return answer == SHM_BAR_DONE ? 0 : -EINVAL;
		}
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec <= TIMEOUT_S);
	return -ETIMEDOUT;
}
