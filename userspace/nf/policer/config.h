/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONEPATH_NF_POLICER_CONFIG_H
#define ONEPATH_NF_POLICER_CONFIG_H

#include "nf.h"
#include "policer.h"

#define POLICER_LIMITS_MAX 65536
/* Buckets of the configuration before stay while those of the next one are made. */
#define POLICER_BUCKETS (2 * POLICER_LIMITS_MAX)

/* The one policer of this program. */
extern struct policer policer;

extern const struct nf_tables policer_tables;

#endif
