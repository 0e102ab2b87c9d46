/* SPDX-License-Identifier: BSD-3-Clause */
/* bridge: each port has a path whose outputs are all other ports. */
#include "config.h"

static struct bridge_path paths[BRIDGE_PORTS_MAX];

/* Makes the path of port @input. */
static void add_path(struct nf *nf, unsigned int input)
{
	unsigned int outputs[BRIDGE_PORTS_MAX], count = 0;

	for (unsigned int port = 0; port < nf->port_count; port++)
		if (port != input)
			outputs[count++] = port;
	nf_add_path(nf, input, outputs, count);
	paths[input] = (struct bridge_path){
		.bridge = &bridge,
		.input = input,
		.most = nf->path[input].path.buffer_bytes,
	};
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "bridge",
		.about = "Forwards frames between its ports, by the addresses that it learns.",
		.ports_usage = "PORT PORT...",
		.ports_min = 2,
		.ports_max = BRIDGE_PORTS_MAX,
		.tables = &bridge_config,
		.config_optional = true,
		.counter_names = bridge_counter_names,
		.counters = (const uint64_t *)&bridge.count,
	};

	nf_open(&nf, argc, argv);
	if (!nf.config)
		bridge_default(&nf);
	for (unsigned int i = 0; i < nf.port_count; i++)
		add_path(&nf, i);
	nf_start(&nf, "bridging %u ports", nf.port_count);
	while (nf_running(&nf)) {
		bridge.now_s = (uint32_t)(nf_now_us() / 1000000);
		for (unsigned int i = 0; i < nf.port_count; i++)
			nf_count(&nf, i,
				 onepath_run_burst(&nf.path[i].path, nf.port_count - 1,
						   bridge_burst, &paths[i], ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
