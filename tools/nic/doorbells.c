// SPDX-License-Identifier: BSD-3-Clause
/*
 * The doorbell pages: compares the file's words with what was last seen in
 * them. Words that changed are the driver's stores, and are written to the
 * registers queue by queue, in the order in which a driver writes them: base and
 * length, enable, tail. Then what the model changed (heads, counters, resets) is
 * shown in the file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core.h"
#include "doorbells.h"

#define QUEUE_BYTES 0x40u
#define QUEUE_WORDS (QUEUE_BYTES / 4)
#define LOOKS_MAX   8u /* at a queue that somebody is storing to */

/* Receive and transmit queues have these at the same place in a queue, see queue.c. */
#define CONTROL	       RXDCTL
#define CONTROL_ENABLE RXDCTL_ENABLE
#define TAIL	       RDT

const struct nic_doorbells_area nic_doorbells_areas[NIC_DOORBELLS_AREAS] = {
	{ RX_QUEUE_LOW, 64 * QUEUE_BYTES },
	{ TX_QUEUE, NIC_QUEUES *QUEUE_BYTES },
	{ RX_QUEUE_HIGH, 64 * QUEUE_BYTES },
};

struct nic_doorbells {
	struct nic *nic;
	int fd;
	uint32_t *words; /* the file; the driver changes it at any time */
	uint32_t seen[NIC_REGISTER_SPACE / 4]; /* what it held, as far as we know */
	uint32_t used[2 * NIC_QUEUES]; /* first registers of the queues that are enabled */
	unsigned int used_count;
};

/* A new file, all zeros, in which nothing is shown yet. On failure all is as it was. */
static bool make_file(struct nic_doorbells *doorbells)
{
	int fd = memfd_create("onepath-doorbells", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *words = MAP_FAILED;

	/* Sealed: who has the file cannot make our own accesses to it fail. */
	if (fd >= 0 && !ftruncate(fd, NIC_BAR0_SIZE) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		words = mmap(NULL, NIC_BAR0_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (words == MAP_FAILED) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	doorbells->fd = fd;
	doorbells->words = words;
	memset(doorbells->seen, 0, sizeof(doorbells->seen));
	return true;
}

static void drop_file(uint32_t *words, int fd)
{
	munmap(words, NIC_BAR0_SIZE);
	close(fd);
}

struct nic_doorbells *nic_doorbells_create(struct nic *nic)
{
	struct nic_doorbells *doorbells = calloc(1, sizeof(*doorbells));

	if (!doorbells)
		return NULL;
	doorbells->nic = nic;
	if (!make_file(doorbells)) {
		free(doorbells);
		return NULL;
	}
	nic_doorbells_sync(doorbells);
	return doorbells;
}

bool nic_doorbells_renew(struct nic_doorbells *doorbells)
{
	uint32_t *words = doorbells->words;
	int fd = doorbells->fd;

	if (!make_file(doorbells))
		return false;
	drop_file(words, fd);
	nic_doorbells_sync(doorbells);
	return true;
}

void nic_doorbells_destroy(struct nic_doorbells *doorbells)
{
	if (!doorbells)
		return;
	drop_file(doorbells->words, doorbells->fd);
	free(doorbells);
}

int nic_doorbells_fd(const struct nic_doorbells *doorbells)
{
	return doorbells->fd;
}

static const struct nic_queue *queue_at(const struct nic *nic, uint32_t first)
{
	if (first >= RX_QUEUE_HIGH)
		return &nic->rx[64 + (first - RX_QUEUE_HIGH) / QUEUE_BYTES];
	if (first >= TX_QUEUE)
		return &nic->tx[(first - TX_QUEUE) / QUEUE_BYTES];
	return &nic->rx[(first - RX_QUEUE_LOW) / QUEUE_BYTES];
}

/* Registers that change only while the queue is disabled (SRRCTL.DROP_EN apart: no harm in it). */
static bool is_fixed(uint32_t reg)
{
	return reg == RDBAL || reg == RDBAH || reg == RDLEN || reg == RDH || reg == SRRCTL;
}

/* A tail moves only once the driver has read ENABLE as set: we cannot see it read, so we do. */
static void write_tail(struct nic *nic, uint32_t first, uint32_t value)
{
	if (!queue_at(nic, first)->seen_enabled && value)
		nic_read(nic, first + CONTROL);
	nic_write(nic, first + TAIL, value);
}

/*
 * The queue's words as they were at one moment: those that come twice in a row were. Else the
 * driver is storing, and a ring could be made of what it was and what it is to be.
 */
static bool read_queue(const struct nic_doorbells *doorbells, uint32_t first, uint32_t *values)
{
	uint32_t again[QUEUE_WORDS];

	for (unsigned int look = 0; look < LOOKS_MAX; look++) {
		uint32_t *to = look % 2 ? again : values;

		/* Pairs with the driver's barrier before its doorbell. */
		for (uint32_t i = 0; i < QUEUE_WORDS; i++)
			to[i] = __atomic_load_n(&doorbells->words[first / 4 + i], __ATOMIC_ACQUIRE);
		if (look && !memcmp(values, again, sizeof(again)))
			return true;
	}
	return false;
}

/*
 * The driver stored to the queue whose registers start at @first. It may have disabled, changed
 * and enabled the queue again since we last looked: then what is in between tells.
 */
static void take_queue(struct nic_doorbells *doorbells, uint32_t first)
{
	struct nic *nic = doorbells->nic;
	const struct nic_queue *queue = queue_at(nic, first);
	uint32_t values[QUEUE_WORDS];
	bool changed[QUEUE_WORDS], enable, restart = false;

	if (!read_queue(doorbells, first, values))
		return; /* the next look finds them */
	for (uint32_t i = 0; i < QUEUE_WORDS; i++) {
		uint32_t *seen = &doorbells->seen[first / 4 + i];

		changed[i] = values[i] != *seen;
		restart |= changed[i] && is_fixed(i * 4);
		*seen = values[i];
	}
	enable = values[CONTROL / 4] & CONTROL_ENABLE;
	if (queue->enabled && (restart || !enable)) {
		/* A tail that moved while the queue ran; 0 prepares the next start. */
		if (changed[TAIL / 4] && values[TAIL / 4] && !restart) {
			write_tail(nic, first, values[TAIL / 4]);
			changed[TAIL / 4] = false;
		}
		nic_write(nic, first + CONTROL, values[CONTROL / 4] & ~CONTROL_ENABLE);
		changed[CONTROL / 4] = enable;
	}
	for (uint32_t i = 0; i < QUEUE_WORDS; i++) {
		if (changed[i] && i != CONTROL / 4 && i != TAIL / 4)
			nic_write(nic, first + i * 4, values[i]);
	}
	if (changed[CONTROL / 4])
		nic_write(nic, first + CONTROL, values[CONTROL / 4]);
	if (changed[TAIL / 4])
		write_tail(nic, first, values[TAIL / 4]);
}

/* Most of the time there is nothing; what is missed now, the next look finds. */
static bool take_one(struct nic_doorbells *doorbells, uint32_t first)
{
	if (!memcmp(&doorbells->words[first / 4], &doorbells->seen[first / 4], QUEUE_BYTES))
		return false;
	take_queue(doorbells, first);
	return true;
}

static bool take(struct nic_doorbells *doorbells, const struct nic_doorbells_area *area)
{
	uint32_t end = area->offset + area->bytes;
	bool stored = false;

	if (!memcmp(&doorbells->words[area->offset / 4], &doorbells->seen[area->offset / 4],
		    area->bytes))
		return false;
	for (uint32_t first = area->offset; first < end; first += QUEUE_BYTES)
		stored |= take_one(doorbells, first);
	return stored;
}

static void show_one(struct nic_doorbells *doorbells, uint32_t first, bool gone)
{
	const uint32_t *regs = &doorbells->nic->regs[first / 4];
	uint32_t *words = &doorbells->words[first / 4];
	uint32_t *seen = &doorbells->seen[first / 4];

	if (!gone && !memcmp(regs, seen, QUEUE_BYTES))
		return;
	for (uint32_t i = 0; i < QUEUE_WORDS; i++) {
		uint32_t expected = seen[i], value = gone ? UINT32_MAX : regs[i];

		/* A store by the driver in this moment is not overwritten, but found by the next look. */
		if (value != expected &&
		    __atomic_compare_exchange_n(&words[i], &expected, value, false,
						__ATOMIC_RELEASE, __ATOMIC_RELAXED))
			seen[i] = value;
	}
}

static void show(struct nic_doorbells *doorbells, const struct nic_doorbells_area *area)
{
	uint32_t end = area->offset + area->bytes;
	bool gone = nic_is_gone(doorbells->nic);

	if (!gone && !memcmp(&doorbells->nic->regs[area->offset / 4],
			     &doorbells->seen[area->offset / 4], area->bytes))
		return;
	for (uint32_t first = area->offset; first < end; first += QUEUE_BYTES)
		show_one(doorbells, first, gone);
}

/* A queue is enabled by a store; what disables it is no matter here. */
static void list_used(struct nic_doorbells *doorbells)
{
	doorbells->used_count = 0;
	for (size_t i = 0; i < NIC_DOORBELLS_AREAS; i++) {
		const struct nic_doorbells_area *area = &nic_doorbells_areas[i];
		uint32_t end = area->offset + area->bytes;

		for (uint32_t first = area->offset; first < end; first += QUEUE_BYTES) {
			if (queue_at(doorbells->nic, first)->enabled)
				doorbells->used[doorbells->used_count++] = first;
		}
	}
}

bool nic_doorbells_sync(struct nic_doorbells *doorbells)
{
	bool stored = false;

	for (size_t i = 0; i < NIC_DOORBELLS_AREAS; i++)
		stored |= take(doorbells, &nic_doorbells_areas[i]);
	for (size_t i = 0; i < NIC_DOORBELLS_AREAS; i++)
		show(doorbells, &nic_doorbells_areas[i]);
	if (stored)
		list_used(doorbells);
	return stored;
}

bool nic_doorbells_sync_used(struct nic_doorbells *doorbells)
{
	bool stored = false, gone = nic_is_gone(doorbells->nic);

	for (unsigned int i = 0; i < doorbells->used_count; i++)
		stored |= take_one(doorbells, doorbells->used[i]);
	for (unsigned int i = 0; i < doorbells->used_count; i++)
		show_one(doorbells, doorbells->used[i], gone);
	return stored;
}
