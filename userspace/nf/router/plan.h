/* SPDX-License-Identifier: BSD-3-Clause */
/* "ports" and "routes" of the router's configuration, before they become tables. */
#ifndef ROUTER_PLAN_H
#define ROUTER_PLAN_H

#include "nf_config.h"
#include "tables.h"

/* Reads them; plan->port_count is given. Mistakes are noted in the file. router_plan_free() frees what it points at. */
void router_plan_read(struct router_plan *plan, struct nf_value root);
void router_plan_free(struct router_plan *plan);

#endif
