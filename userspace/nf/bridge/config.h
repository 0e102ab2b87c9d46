/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BRIDGE_CONFIG_H
#define BRIDGE_CONFIG_H

#include "bridge.h"
#include "nf.h"

#define BRIDGE_STATIC_MAX 1024 /* addresses that are configured */

/* The one bridge of this program. */
extern struct bridge bridge;

extern const struct nf_tables bridge_config;

/* Without a file: no VLANs, no static addresses. */
void bridge_default(struct nf *nf);

#endif
