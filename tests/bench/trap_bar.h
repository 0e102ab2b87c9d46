/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BAR0 of a software 82599 for a driver in this process that knows nothing of it: memory
 * whose every access faults, is decoded, and becomes a nic_read() or nic_write(). Once the
 * driver's queues are set up it can be made plain memory, for the bench NIC to act on.
 */
#ifndef TRAP_BAR_H
#define TRAP_BAR_H

#include <stdint.h>

#include "nic.h"

#define TRAP_BARS_MAX 24

/* Maps a BAR in front of @nic; NULL if there is no room. The first one installs a SIGSEGV handler. */
volatile uint32_t *trap_bar_new(struct nic *nic);

/* From now on it is memory, with what the model's registers have at @offsets. */
void trap_bar_release(volatile uint32_t *bar, const uint32_t *offsets, unsigned int count);
/* And now the model's again. */
void trap_bar_catch(volatile uint32_t *bar);

#endif
