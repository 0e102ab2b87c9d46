/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * firewall: a wire between the inside and the outside that lets in only what the inside asked
 * for.
 */
#include "config.h"
#include "steps.h"

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "firewall",
		.about =
			"Forwards frames from INSIDE to OUTSIDE, and from OUTSIDE to INSIDE those that belong\n"
			"to what was sent from INSIDE. Frames leave unchanged.",
		.ports_usage = "INSIDE OUTSIDE",
		.ports_min = 2,
		.ports_max = 2,
		.tables = &firewall_tables,
		.config_optional = true,
		.counter_names = firewall_counter_names,
		.counters = (const uint64_t *)&firewall.count,
	};

	nf_open(&nf, argc, argv);
	if (!nf.config)
		firewall_default(&nf);
	nf_add_path(&nf, 0, (unsigned int[]){ 1 }, 1);
	nf_add_path(&nf, 1, (unsigned int[]){ 0 }, 1);
	nf_start(&nf, "guarding %s (inside) from %s (outside)", nf.port[0].name, nf.port[1].name);
	while (nf_running(&nf)) {
		firewall_set_time(&firewall, nf_now_us());
		nf_count(&nf, 0,
			 onepath_run_burst(&nf.path[0].path, 1, firewall_out_burst, &firewall,
					   ONEPATH_BURST));
		nf_count(&nf, 1,
			 onepath_run_burst(&nf.path[1].path, 1, firewall_in_burst, &firewall,
					   ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
