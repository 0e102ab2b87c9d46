/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LOADS_H
#define LOADS_H

#include "bench.h"

/* Latency of all drivers at several loads, measured in turns, printed and reported. */
void loads_run(const struct bench_case *what, unsigned int turns);

#endif
