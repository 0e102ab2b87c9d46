/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NFs that are measured: for each, what makes the state that its handler gets, and sets
 * lane->nic.flows.to to the traffic that it is for. A lane's state is its own. To add an NF:
 * its header in handlers.h, a line in BURSTS (bench.h), its cases in cases.c, and this.
 */
#ifndef NFS_H
#define NFS_H

struct lane;

void *bridge_begin(struct lane *lane);
void *firewall_begin(struct lane *lane);
void *nat_begin(struct lane *lane);
void *policer_begin(struct lane *lane);
void *router_begin(struct lane *lane);

#endif
