/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TICKS_H
#define TICKS_H

#include "bench.h"

/* Who plays the NIC while bursts are timed. */
enum ticks_mode {
	TICKS_HOT, /* this core, between bursts */
	TICKS_CROSS, /* the other core, so that each line of memory comes from there */
	TICKS_MODES
};

/* The other core's thread; false if there is but one core. */
bool ticks_begin(void);
void ticks_end(void);

/* Ticks of the time-stamp counter per frame, of a few hundred bursts. */
double ticks_of(struct lane *lane, enum ticks_mode mode);

/* Has @job done by the other core, once the one before is done. */
void ticks_ask(void (*job)(void *argument), void *argument);
bool ticks_is_done(void);

/* What it takes to have the other core do nothing: a line of memory there and one back. */
double ticks_round_trip(void);

/* The other core drives @lane (hot) until told another or NULL. */
void ticks_companion(struct lane *lane);

/* The number of the core that is timed (0), or of the other (1); -1 if there is none. */
int ticks_cpu(unsigned int which);

static inline uint64_t ticks_now(void)
{
	uint64_t now;

	__builtin_ia32_lfence();
	now = __builtin_ia32_rdtsc();
	__builtin_ia32_lfence();
	return now;
}

#endif
