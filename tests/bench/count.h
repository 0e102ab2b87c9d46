/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COUNT_H
#define COUNT_H

#include "bench.h"

/* What a lane's bursts do, counted exactly, per frame that they took. */
struct count {
	double instructions, tail_writes;
};

struct count count_lane(struct lane *lane);

#endif
