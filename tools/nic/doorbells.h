/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pages of BAR0 with the queues' registers as plain memory, for speed: a
 * driver's stores to them land in a file that the model looks at from time to
 * time, instead of each waiting for an answer. Between a front end that offers
 * the file to its client and the model's registers.
 *
 * What is lost against an access at a time: the order of stores within these
 * pages, so no rule about it is judged; counters there (QPRC, QBRC, QPRDC) do
 * not clear when read, and QPTC's second address reads 0.
 */
#ifndef NIC_DOORBELLS_H
#define NIC_DOORBELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "nic.h"

struct nic_doorbells;

/* A piece of BAR0, in whole pages; it lies at the same offset in the file. */
struct nic_doorbells_area {
	uint32_t offset, bytes;
};

#define NIC_DOORBELLS_AREAS 3u

extern const struct nic_doorbells_area nic_doorbells_areas[NIC_DOORBELLS_AREAS];

/* Returns NULL without memory. The file has NIC_BAR0_SIZE bytes and cannot be cut off. */
struct nic_doorbells *nic_doorbells_create(struct nic *nic);
void nic_doorbells_destroy(struct nic_doorbells *doorbells);
int nic_doorbells_fd(const struct nic_doorbells *doorbells);

/* Another file from now on: who has the old one rings nothing more. False: without memory, the same. */
bool nic_doorbells_renew(struct nic_doorbells *doorbells);

/*
 * Has the model see what was stored until now, and shows what it has changed since the last
 * time. To be called before and after any other access to the model, and again and again while
 * a driver may ring. Returns whether something had been stored.
 */
bool nic_doorbells_sync(struct nic_doorbells *doorbells);

/*
 * The same for the queues alone that were enabled when nic_doorbells_sync() had something last: a
 * quick look between two of those.
 */
bool nic_doorbells_sync_used(struct nic_doorbells *doorbells);

#endif
