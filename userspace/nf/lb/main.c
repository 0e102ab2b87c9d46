/* SPDX-License-Identifier: BSD-3-Clause */
/* lb: each port has a path whose outputs are all ports, itself included: output k is port k. */
#include "config.h"

static struct lb_path paths[LB_PORTS_MAX];

/* Makes the path of port @input. */
static void add_path(struct nf *nf, unsigned int input)
{
	unsigned int outputs[LB_PORTS_MAX];

	nf_port_mac(nf, input, lb.mac[input]);
	for (unsigned int k = 0; k < nf->port_count; k++)
		outputs[k] = k;
	nf_add_path(nf, input, outputs, nf->port_count);
	paths[input] = (struct lb_path){ .lb = &lb, .input = input };
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "lb",
		.about = "Spreads connections to virtual services over backends.",
		.ports_usage = "PORT...",
		.ports_min = 1,
		.ports_max = LB_PORTS_MAX,
		.tables = &lb_config,
		.counter_names = lb_counter_names,
		.counters = (const uint64_t *)&lb.count,
	};

	nf_open(&nf, argc, argv);
	for (unsigned int i = 0; i < nf.port_count; i++)
		add_path(&nf, i);
	nf_start(&nf, "balancing on %u ports", nf.port_count);
	while (nf_running(&nf)) {
		lb.now_s = (uint32_t)(nf_now_us() / 1000000);
		for (unsigned int i = 0; i < nf.port_count; i++)
			nf_count(&nf, i,
				 onepath_run_burst(&nf.path[i].path, nf.port_count, lb_burst,
						   &paths[i], ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
