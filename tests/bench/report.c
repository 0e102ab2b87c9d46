// SPDX-License-Identifier: BSD-3-Clause
/* What was measured, for programs to read. */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static struct json_object *values;

static int by_value(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

struct quartiles quartiles_of(double *samples, size_t count)
{
	qsort(samples, count, sizeof(samples[0]), by_value);
	return (struct quartiles){ samples[count / 4], samples[count / 2], samples[count * 3 / 4] };
}

void report_value(const char *what, enum bench_driver driver, const char *metric, double value)
{
	struct json_object *entry = json_object_new_object();

	if (!values)
		values = json_object_new_array();
	json_object_object_add(entry, "case", json_object_new_string(what));
	json_object_object_add(entry, "driver", json_object_new_string(driver_names[driver]));
	json_object_object_add(entry, "metric", json_object_new_string(metric));
	json_object_object_add(entry, "value", isnan(value) ? NULL : json_object_new_double(value));
	json_object_array_add(values, entry);
}

void report_quartiles(const char *what, enum bench_driver driver, const char *metric,
		      struct quartiles q)
{
	char name[64];

	report_value(what, driver, metric, q.median);
	snprintf(name, sizeof(name), "%s_q1", metric);
	report_value(what, driver, name, q.low);
	snprintf(name, sizeof(name), "%s_q3", metric);
	report_value(what, driver, name, q.high);
}

void report_write(const char *path)
{
	if (json_object_to_file_ext(path, values, JSON_C_TO_STRING_PRETTY))
		bench_die("%s: %s", path, strerror(errno));
	json_object_put(values);
	values = NULL;
}
