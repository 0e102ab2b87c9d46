// SPDX-License-Identifier: BSD-3-Clause
/*
 * bench: drivers side by side, case by case: see bench.h. All of one case's drivers are timed in
 * turns, so that what disturbs the machine disturbs all of them, and ratios are of one turn.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "dpdk_port.h"
#include "report.h"
#include "ticks.h"

#define TURNS_MAX 1001

static const char usage[] =
	"usage: bench [OPTION...] [TEXT]\n"
	"\n"
	"Measures onepath, the paper's algorithm and DPDK's ixgbe driver over a software NIC, in\n"
	"cases whose names have TEXT in them (all).\n"
	"\n"
	"-c, --counts        count instructions and doorbells, time nothing\n"
	"-t, --turns=NUMBER  time each case so often (61)\n"
	"-o, --output=FILE   where values go (build/bench.json)\n"
	"-h, --help          this text\n"
	"\n"
	"Exit status: 0 all measured, 1 not, 2 wrong arguments.\n";

static unsigned int turns = 61;

/* What was measured of one lane. */
struct measured {
	struct count count;
	double ticks[TICKS_MODES][TURNS_MAX];
};

static void print_head(void)
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
		       const struct measured *other)
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
		       const struct measured *lanes)
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
		show_ratio(what, driver, mode, &lanes[ONEPATH], &lanes[driver]);
}

static void time_lanes(struct lane **lanes, struct lane **companions, struct measured *measured)
{
	for (unsigned int turn = 0; turn < turns; turn++) {
		for (unsigned int d = 0; d < DRIVERS; d++) {
			if (!lanes[d])
				continue;
			ticks_companion(companions[d]);
			measured[d].ticks[TICKS_HOT][turn] = ticks_of(lanes[d], TICKS_HOT);
			ticks_companion(NULL);
			measured[d].ticks[TICKS_CROSS][turn] = ticks_of(lanes[d], TICKS_CROSS);
		}
	}
}

static void run_case(const struct bench_case *what, bool timed)
{
	static struct measured measured[DRIVERS];
	struct lane *lanes[DRIVERS], *companions[DRIVERS] = { NULL };

	for (unsigned int d = 0; d < DRIVERS; d++) {
		lanes[d] = lane_new(d, what, 0);
		if (lanes[d])
			measured[d].count = count_lane(lanes[d]);
		if (lanes[d] && what->threads > 1)
			companions[d] = lane_new(d, what, 1);
	}
	if (timed)
		time_lanes(lanes, companions, measured);
	for (unsigned int d = 0; d < DRIVERS; d++) {
		struct count count = measured[d].count;

		if (!lanes[d])
			continue;
		report_value(what->name, d, "instructions_per_packet", count.instructions);
		report_value(what->name, d, "tail_writes_per_packet", count.tail_writes);
		printf("  %-12s %12.1f %13.3f ", driver_names[d], count.instructions,
		       count.tail_writes);
		if (timed)
			show_ticks(what, d, measured);
		putchar('\n');
		lane_free(lanes[d]);
		lane_free(companions[d]);
	}
}

static void tell_functions(const struct bench_case *what)
{
	for (enum bench_driver d = DPDK_VECTOR; d <= DPDK_FULL; d++) {
		struct lane *lane = lane_new(d, what, 0);

		if (!lane) {
			printf("no DPDK: its rows are left out\n");
			return;
		}
		printf("%s: %s\n", driver_names[d], dpdk_port_functions(lane->dpdk.in));
		lane_free(lane);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "counts", no_argument, NULL, 'c' },
						 { "turns", required_argument, NULL, 't' },
						 { "output", required_argument, NULL, 'o' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	const char *output = "build/bench.json";
	bool timed = true;
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt_long(argc, argv, "ct:o:h", options, NULL)) != -1) {
		if (option == 'c')
			timed = false;
		else if (option == 't')
			turns = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'o')
			output = optarg;
		else
			return fputs(usage, option == 'h' ? stdout : stderr), option == 'h' ? 0 : 2;
	}
	if (optind < argc - 1 || !turns || turns > TURNS_MAX)
		return fputs(usage, stderr), 2;
	tell_functions(&bench_cases[0]);
	if (timed && !ticks_begin()) {
		printf("fewer than two cores: nothing is timed\n");
		timed = false;
	}
	print_head();
	for (size_t i = 0; i < bench_case_count; i++) {
		if (optind < argc && !strstr(bench_cases[i].name, argv[optind]))
			continue;
		printf("[%zu/%zu] %s\n", i + 1, bench_case_count, bench_cases[i].name);
		run_case(&bench_cases[i], timed);
	}
	if (timed)
		ticks_end();
	report_write(output);
	return 0;
}
