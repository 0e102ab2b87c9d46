/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LB_CONFIG_H
#define LB_CONFIG_H

#include "lb.h"
#include "nf.h"

/* The one load balancer of this program. */
extern struct lb lb;

extern const struct nf_tables lb_config;

#endif
