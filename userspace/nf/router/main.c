/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * router: each port has a path whose outputs are all ports, itself included: output k is
 * port k.
 */
#include "config.h"

static struct router_path paths[ROUTER_PORTS_MAX];

/* Makes the path of port @input. */
static void add_path(struct nf *nf, unsigned int input)
{
	unsigned int outputs[ROUTER_PORTS_MAX];
	uint8_t mac[6];

	nf_port_mac(nf, input, mac);
	router_set_mac(input, mac);
	for (unsigned int k = 0; k < nf->port_count; k++)
		outputs[k] = k;
	nf_add_path(nf, input, outputs, nf->port_count);
	paths[input] = (struct router_path){ .router = &router, .input = input };
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "router",
		.about = "Routes IPv4 and IPv6 between its ports.",
		.ports_usage = "PORT PORT...",
		.ports_min = 2,
		.ports_max = ROUTER_PORTS_MAX,
		.tables = &router_tables,
		.counter_names = router_counter_names,
		.counters = (const uint64_t *)&router.count,
	};

	nf_open(&nf, argc, argv);
	for (unsigned int i = 0; i < nf.port_count; i++)
		add_path(&nf, i);
	nf_start(&nf, "routing between %u ports", nf.port_count);
	while (nf_running(&nf)) {
		router_set_time(&router, nf_now_us());
		for (unsigned int i = 0; i < nf.port_count; i++)
			nf_count(&nf, i,
				 onepath_run_burst(&nf.path[i].path, nf.port_count, router_burst,
						   &paths[i], ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
