/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nop: a wire. What arrives at the first port leaves the second one unchanged,
 * and the other way round. Start reading here: this is a whole NF.
 */
#include "nf.h"

/* Forwards the frame as it is: all of its bytes, to the path's only output. */
static uint32_t forward(uint8_t *frame, uint16_t length, void *state)
{
	return length;
}

int main(int argc, char **argv)
{
	static struct nf nf = {
		.name = "nop",
		.about =
			"Forwards every frame from the first port to the second, and from the second to\n"
			"the first, unchanged.",
		.ports_usage = "PORT PORT",
		.ports_min = 2,
		.ports_max = 2,
	};

	nf_open(&nf, argc, argv);
	nf_add_path(&nf, 0, (unsigned int[]){ 1 }, 1);
	nf_add_path(&nf, 1, (unsigned int[]){ 0 }, 1);
	nf_start(&nf, "forwarding %s <-> %s", nf.port[0].name, nf.port[1].name);
	while (nf_running(&nf)) {
		nf_count(&nf, 0, onepath_run(&nf.path[0].path, 1, forward, NULL, ONEPATH_BURST));
		nf_count(&nf, 1, onepath_run(&nf.path[1].path, 1, forward, NULL, ONEPATH_BURST));
	}
	return nf_finish(&nf);
}
