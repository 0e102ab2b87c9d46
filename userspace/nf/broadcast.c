/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * broadcast: a hub's one way. What arrives at the first port leaves all others
 * unchanged: one path with several outputs, whose frames are never copied.
 */
#include "nf.h"

/* Forwards the frame as it is, to all outputs. */
static uint32_t forward(uint8_t *frame, uint16_t length, void *state)
{
	return length;
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "broadcast",
		.about =
			"Forwards every frame from the first port (IN) to all others (OUT), unchanged.",
		.ports_usage = "IN OUT...",
		.ports_min = 2,
		.ports_max = NF_PORTS_MAX,
	};
	unsigned int outputs[ONEPATH_OUTPUTS_MAX];
	struct onepath_path *path = &nf.path[0].path;

	nf_open(&nf, argc, argv);
	for (unsigned int k = 1; k < nf.port_count; k++)
		outputs[k - 1] = k;
	nf_add_path(&nf, 0, outputs, nf.port_count - 1);
	nf_start(&nf, "forwarding %s -> %u ports", nf.port[0].name, path->outputs);
	while (nf_running(&nf))
		nf_count(&nf, 0, onepath_run(path, path->outputs, forward, NULL, ONEPATH_BURST));
	return nf_finish(&nf);
}
