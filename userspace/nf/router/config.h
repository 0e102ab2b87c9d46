/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ROUTER_CONFIG_H
#define ROUTER_CONFIG_H

#include "nf.h"
#include "router.h"

#define ROUTER_ADDRESSES_MAX 64 /* of a port */
#define ROUTER_ROUTES_MAX    2000000
#define ROUTER_FIXED_MAX     1024 /* neighbours that are configured */

/* The one router of this program. */
extern struct router router;

extern const struct nf_tables router_tables;

/* Tells the router its ports' MAC addresses, which no configuration changes. */
void router_set_mac(unsigned int port, const uint8_t *mac);

#endif
