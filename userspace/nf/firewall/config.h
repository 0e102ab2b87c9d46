/* SPDX-License-Identifier: BSD-3-Clause */
/* The firewall and what it is told to do: config.c. */
#ifndef ONEPATH_NF_FIREWALL_CONFIG_H
#define ONEPATH_NF_FIREWALL_CONFIG_H

#include "firewall.h"
#include "nf.h"

extern struct firewall firewall;
extern const struct nf_tables firewall_tables;

/* Without a configuration file: what one has that says nothing. */
void firewall_default(struct nf *nf);

#endif
