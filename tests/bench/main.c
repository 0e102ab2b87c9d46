// SPDX-License-Identifier: BSD-3-Clause
/*
 * bench: drivers side by side, case by case: see bench.h. All of one case's drivers are timed in
 * turns, so that what disturbs the machine disturbs all of them, and ratios are of one turn.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dpdk_port.h"
#include "loads.h"
#include "report.h"
#include "show.h"

static const char usage[] =
	"usage: bench [OPTION...] [TEXT]\n"
	"\n"
	"Measures onepath, the paper's algorithm and DPDK's ixgbe driver over a software NIC, in\n"
	"cases whose names have TEXT in them (all), and latency.\n"
	"\n"
	"-c, --counts        count instructions and doorbells, time nothing\n"
	"-t, --turns=NUMBER  time each case so often (61)\n"
	"-o, --output=FILE   where values go (build/bench.json)\n"
	"-h, --help          this text\n"
	"\n"
	"Exit status: 0 all measured, 1 not, 2 wrong arguments.\n";

static unsigned int turns = 61;

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
		measured[d].there = lanes[d];
		if (lanes[d])
			measured[d].count = count_lane(lanes[d]);
		if (lanes[d] && what->threads > 1)
			companions[d] = lane_new(d, what, 1);
	}
	if (timed)
		time_lanes(lanes, companions, measured);
	show_case(what, measured, timed ? turns : 0);
	for (unsigned int d = 0; d < DRIVERS; d++) {
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

static void run_cases(const char *text, bool timed)
{
	show_head();
	for (size_t i = 0; i < bench_case_count; i++) {
		if (!strstr(bench_cases[i].name, text))
			continue;
		printf("[%zu/%zu] %s", i + 1, bench_case_count, bench_cases[i].name);
		if (timed)
			printf(" (round trip between the cores: %.0f ticks)", ticks_round_trip());
		putchar('\n');
		run_case(&bench_cases[i], timed);
	}
	if (timed && strstr("latency", text))
		loads_run(&bench_cases[0], 1 + turns / 4);
}

/* Counts are exact always; ticks are not. */
static void tell_load(void)
{
	double load;

	if (getloadavg(&load, 1) == 1 && load > 1)
		printf("this machine does other things (load %.1f): ticks are not to be quoted\n",
		       load);
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
	if (timed)
		tell_load();
	run_cases(optind < argc ? argv[optind] : "", timed);
	if (timed)
		ticks_end();
	report_write(output);
	return 0;
}
