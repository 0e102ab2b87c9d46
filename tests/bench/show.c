// SPDX-License-Identifier: BSD-3-Clause
/* The table on the screen, and the same values for the file. */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "show.h"

void show_head(void)
{
	static const char *const middle = "median (quartiles)";

	printf("%-14s %12s %13s  %-22s %-22s %s\n", "", "instructions", "tail writes", "ticks hot",
	       "ticks cross", "onepath takes of it, hot and cross");
	printf("%-14s %12s %13s  %-22s %-22s %s\n", "", "per packet", "per packet", middle, middle,
	       middle);
}

static void print_quartiles(struct quartiles q, const char *format)
{
	char text[64];

	snprintf(text, sizeof(text), format, q.median, q.low, q.high);
	printf(" %-22s", text);
}

/* The ratio is taken within each turn, and then its median. */
static void show_ratio(const struct bench_case *what, enum bench_driver driver,
		       enum ticks_mode mode, const struct measured *first,
		       const struct measured *other, unsigned int turns)
{
	static const char *const names[TICKS_MODES] = { "onepath_ratio_hot",
							"onepath_ratio_cross" };
	static double ratios[TURNS_MAX];
	struct quartiles q;

	for (unsigned int turn = 0; turn < turns; turn++)
		ratios[turn] = first->ticks[mode][turn] / other->ticks[mode][turn];
	q = quartiles_of(ratios, turns);
	report_quartiles(what->name, driver, names[mode], q);
	print_quartiles(q, "%.2f (%.2f..%.2f)");
}

static void show_ticks(const struct bench_case *what, enum bench_driver driver,
		       const struct measured *lanes, unsigned int turns)
{
	static const char *const names[TICKS_MODES] = { "ticks_hot", "ticks_cross" };
	static double sorted[TURNS_MAX];

	for (unsigned int mode = 0; mode < TICKS_MODES; mode++) {
		struct quartiles q;

		memcpy(sorted, lanes[driver].ticks[mode], sizeof(sorted));
		q = quartiles_of(sorted, turns);
		report_quartiles(what->name, driver, names[mode], q);
		print_quartiles(q, "%.1f (%.1f..%.1f)");
	}
	for (unsigned int mode = 0; driver != ONEPATH && mode < TICKS_MODES; mode++)
		show_ratio(what, driver, mode, &lanes[ONEPATH], &lanes[driver], turns);
}

void show_case(const struct bench_case *what, const struct measured measured[DRIVERS],
	       unsigned int turns)
{
	for (unsigned int d = 0; d < DRIVERS; d++) {
		struct count count = measured[d].count;

		if (!measured[d].there)
			continue;
		report_value(what->name, d, "instructions_per_packet", count.instructions);
		report_value(what->name, d, "tail_writes_per_packet", count.tail_writes);
		printf("  %-12s %12.1f %13.3f ", driver_names[d], count.instructions,
		       count.tail_writes);
		if (turns)
			show_ticks(what, d, measured, turns);
		putchar('\n');
	}
}
