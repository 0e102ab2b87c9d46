/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BAR0 as shared memory, without a virtual machine: a driver in another thread
 * or process maps the file and uses it as the device, for benchmarks. Doorbells
 * are plain stores to the register's word, which the server polls; every other
 * access is a request in one slot, and waits for its answer.
 *
 * A doorbell has to be announced (SHM_BAR_WATCH) after the register was set up
 * by requests, and forgotten before a reset.
 */
#ifndef SHM_BAR_H
#define SHM_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "nic.h"

#define SHM_BAR_WATCHES_MAX 256

enum shm_bar_request {
	SHM_BAR_DONE, /* the slot is free, the answer is in value */
	SHM_BAR_READ,
	SHM_BAR_WRITE,
	SHM_BAR_WATCH, /* offset is a doorbell from now on; its word starts as value */
	SHM_BAR_FORGET, /* there are no doorbells any more */
	SHM_BAR_REFUSED, /* as DONE, but it could not be done */
};

/* The shared file. One driver thread at a time uses the slot. */
struct shm_bar_area {
	volatile uint32_t words[NIC_BAR0_SIZE / 4];
	uint32_t request; /* enum shm_bar_request */
	uint32_t offset;
	uint32_t value;
};

struct shm_bar;

/* Server side: a BAR for @nic, NULL without memory; its file, to be mapped shared. */
struct shm_bar *shm_bar_create(struct nic *nic);
void shm_bar_destroy(struct shm_bar *bar);
int shm_bar_fd(const struct shm_bar *bar);

/* One round: passes on doorbells that changed and a request. Returns whether there was anything. */
bool shm_bar_poll(struct shm_bar *bar);

/*
 * Driver side: makes a request and waits for the answer, 10 s at most. Returns
 * 0, -EINVAL if it was refused, or -ETIMEDOUT if nobody serves the area.
 */
int shm_bar_request(struct shm_bar_area *area, enum shm_bar_request request, uint32_t offset,
		    uint32_t *value);

#endif
