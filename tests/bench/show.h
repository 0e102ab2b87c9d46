/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SHOW_H
#define SHOW_H

#include "count.h"
#include "ticks.h"

#define TURNS_MAX 1001

/* What was measured of one lane; ratios are taken between the same turns of two. */
struct measured {
	bool there;
	struct count count;
	double ticks[TICKS_MODES][TURNS_MAX];
};

/* The table's head, and a row for each driver of a case; @turns: 0 without ticks. All is reported, too. */
void show_head(void);
void show_case(const struct bench_case *what, const struct measured measured[DRIVERS],
	       unsigned int turns);

#endif
