/* SPDX-License-Identifier: BSD-3-Clause */
/* The NAT and what it is told to do: config.c. */
#ifndef ONEPATH_NF_NAT_CONFIG_H
#define ONEPATH_NF_NAT_CONFIG_H

#include "nat.h"
#include "nf.h"

extern struct nat nat;
extern const struct nf_tables nat_tables;

/* The MAC addresses of its ports, which stay. */
void nat_set_macs(const uint8_t *inside, const uint8_t *outside);

#endif
