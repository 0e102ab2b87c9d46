/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What NFs with flows have in their configuration: how many flows, when they expire, ports.
 */
#ifndef ONEPATH_NF_FLOW_CONFIG_H
#define ONEPATH_NF_FLOW_CONFIG_H

#include "nf_config.h"

#define NF_FLOWS_DEFAULT 65536u
#define NF_TIMEOUT_MAX	 (30u * 24 * 3600) /* seconds */

/* 1 <= first <= last */
struct nf_ports {
	uint16_t first, last;
};

/* "flows" of @object, or NF_FLOWS_DEFAULT; @fixed: what it has to be, 0 for anything. */
uint32_t nf_config_flows(struct nf_value object, uint32_t fixed);

/* "timeouts" of @object: of @names, a list that ends with NULL, those that are there; the others stay. Seconds. */
void nf_config_timeouts(struct nf_value object, const char *const *names, uint32_t *timeouts);

/* A port or a range of ports, such as 80 or "8000-8010". */
struct nf_ports nf_config_ports(struct nf_value value);

#endif
