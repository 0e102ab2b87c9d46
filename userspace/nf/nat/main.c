/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nat: many inside addresses behind few outside ones. Each path has two outputs: the other
 * side, and back to where the frame came from.
 */
#include "config.h"
#include "steps.h"

static void learn_macs(const struct nf *nf)
{
	uint8_t inside[6], outside[6];

	nf_port_mac(nf, 0, inside);
	nf_port_mac(nf, 1, outside);
	nat_set_macs(inside, outside);
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "nat",
		.about =
			"Routes IPv4 between INSIDE and OUTSIDE, with all inside addresses behind one or a\n"
			"few outside ones.",
		.ports_usage = "INSIDE OUTSIDE",
		.ports_min = 2,
		.ports_max = 2,
		.tables = &nat_tables,
		.counter_names = nat_counter_names,
		.counters = (const uint64_t *)&nat.count,
	};

	nf_open(&nf, argc, argv);
	learn_macs(&nf);
	nf_add_path(&nf, 0, (unsigned int[]){ 1, 0 }, 2);
	nf_add_path(&nf, 1, (unsigned int[]){ 0, 1 }, 2);
	nf_start(&nf, "translating %s (inside) -> %s (outside)", nf.port[0].name, nf.port[1].name);
	while (nf_running(&nf)) {
		nat_set_time(&nat, nf_now_us());
		nf_count(&nf, 0,
			 onepath_run_burst(&nf.path[0].path, 2, nat_out_burst, &nat,
					   ONEPATH_BURST));
		nf_count(&nf, 1,
			 onepath_run_burst(&nf.path[1].path, 2, nat_in_burst, &nat, ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
