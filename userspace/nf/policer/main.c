/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * policer: a wire between two ports that drops what exceeds the limits of its destination,
 * in both directions.
 */
#include "config.h"

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "policer",
		.about =
			"Forwards frames from the first port to the second, and from the second to the\n"
			"first, and drops IP packets that exceed the limits of their destination.",
		.ports_usage = "PORT PORT",
		.ports_min = 2,
		.ports_max = 2,
		.tables = &policer_tables,
		.counter_names = policer_counter_names,
		.counters = (const uint64_t *)&policer.counts,
	};

	nf_open(&nf, argc, argv);
	nf_add_path(&nf, 0, (unsigned int[]){ 1 }, 1);
	nf_add_path(&nf, 1, (unsigned int[]){ 0 }, 1);
	nf_start(&nf, "policing %s <-> %s", nf.port[0].name, nf.port[1].name);
	while (nf_running(&nf)) {
		policer_set_time(&policer, nf_now_us());
		for (unsigned int i = 0; i < 2; i++)
			nf_count(&nf, i,
				 onepath_run_burst(&nf.path[i].path, 1, policer_burst, &policer,
						   ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
