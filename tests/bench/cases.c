// SPDX-License-Identifier: BSD-3-Clause
/* What is measured. */
#include "bench.h"
#include "nfs.h"

/* name, what the burst does, outputs, ring size, frame length, random arrivals, threads; state, flows */
const struct bench_case bench_cases[] = {
	{ "noop", BURST_noop, 1, 256, 60, false, 1, NULL, 0 },
	{ "noop random arrivals", BURST_noop, 1, 256, 60, true, 1, NULL, 0 },
	{ "noop 2 outputs", BURST_noop_two, 2, 256, 60, false, 1, NULL, 0 },
	{ "noop 4 outputs", BURST_noop_four, 4, 256, 60, false, 1, NULL, 0 },
	{ "noop outputs at run time", BURST_noop_any, 1, 256, 60, false, 1, NULL, 0 },
	{ "noop behind a pointer", BURST_pointer, 1, 256, 60, false, 1, NULL, 0 },
	{ "noop a call per frame", BURST_call, 1, 256, 60, false, 1, NULL, 0 },
	{ "nf nop", BURST_nop, 1, 256, 60, false, 1, NULL, 0 },
	{ "nf broadcast to 2", BURST_broadcast, 2, 256, 60, false, 1, NULL, 0 },
	{ "header", BURST_header, 1, 256, 60, false, 1, NULL, 0 },
	{ "header random arrivals", BURST_header, 1, 256, 60, true, 1, NULL, 0 },
	{ "header 2 outputs", BURST_header_two, 2, 256, 60, false, 1, NULL, 0 },
	{ "header 4 outputs", BURST_header_four, 4, 256, 60, false, 1, NULL, 0 },
	{ "header 512 bytes", BURST_header, 1, 256, 512, false, 1, NULL, 0 },
	{ "header 1514 bytes", BURST_header, 1, 256, 1514, false, 1, NULL, 0 },
	{ "header ring 64", BURST_header, 1, 64, 60, false, 1, NULL, 0 },
	{ "header ring 128", BURST_header, 1, 128, 60, false, 1, NULL, 0 },
	{ "header ring 512", BURST_header, 1, 512, 60, false, 1, NULL, 0 },
	{ "header ring 1024", BURST_header, 1, 1024, 60, false, 1, NULL, 0 },
	{ "header ring 2048", BURST_header, 1, 2048, 60, false, 1, NULL, 0 },
	{ "header ring 4096", BURST_header, 1, 4096, 60, false, 1, NULL, 0 },
	{ "header 2 threads", BURST_header, 1, 256, 60, false, 2, NULL, 0 },
	{ "nf bridge", BURST_bridge, 1, 256, 60, false, 1, bridge_begin, 1 },
	{ "nf bridge 65536 flows", BURST_bridge, 1, 256, 60, false, 1, bridge_begin, 65536 },
	{ "nf firewall", BURST_firewall_out, 1, 256, 60, false, 1, firewall_begin, 1 },
	{ "nf firewall 65536 flows", BURST_firewall_out, 1, 256, 60, false, 1, firewall_begin,
	  65536 },
	{ "nf nat", BURST_nat_out, 2, 256, 60, false, 1, nat_begin, 1 },
	{ "nf nat 65536 flows", BURST_nat_out, 2, 256, 60, false, 1, nat_begin, 65536 },
	{ "nf router", BURST_router, 2, 256, 60, false, 1, router_begin, 1 },
	{ "nf router 65536 flows", BURST_router, 2, 256, 60, false, 1, router_begin, 65536 },
	{ "nf policer", BURST_policer, 1, 256, 60, false, 1, policer_begin, 1 },
	{ "nf policer 65536 flows", BURST_policer, 1, 256, 60, false, 1, policer_begin, 65536 },
};

const size_t bench_case_count = sizeof(bench_cases) / sizeof(bench_cases[0]);
