/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORT_H
#define REPORT_H

#include "bench.h"

/* The middle half of many samples. */
struct quartiles {
	double low, median, high;
};

/* Sorts @samples. */
struct quartiles quartiles_of(double *samples, size_t count);

/* One value for the file; NAN: there is none. */
void report_value(const char *what, enum bench_driver driver, const char *metric, double value);
/* The median by that name, the others as name_q1 and name_q3. */
void report_quartiles(const char *what, enum bench_driver driver, const char *metric,
		      struct quartiles values);

/* Writes all to @path: [{"case", "driver", "metric", "value"}, ...]. */
void report_write(const char *path);

#endif
