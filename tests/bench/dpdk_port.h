/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports of DPDK's ixgbe driver, as Debian packages it, each on a software 82599 of its own.
 */
#ifndef DPDK_PORT_H
#define DPDK_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_nic.h"

/* Starts DPDK; false if it cannot be had. */
bool dpdk_begin(void);

/* A new port's number. Exits with a message if the driver does not take it. */
uint16_t dpdk_port_new(void);

#define DPDK_KINDS 3

/**
 * struct dpdk_queues - how a port is set up
 * @kind: of the driver that it is for, 0..DPDK_KINDS - 1: what they have is apart
 * @rx_size, @tx_size: descriptors
 * @vector: with the driver's vector functions, else its full-featured ones
 * @thread: that will use it, 0 or 1
 */
struct dpdk_queues {
	uint16_t rx_size, tx_size;
	unsigned int kind;
	bool vector;
	unsigned int thread;
};

/*
 * Sets a port's queues up and starts it. From then on its tails are memory, and @rx and @tx
 * are its rings.
 */
void dpdk_port_start(uint16_t port, const struct dpdk_queues *queues, struct bench_queue *rx,
		     struct bench_queue *tx);

/* What the driver itself calls the functions that it chose. */
const char *dpdk_port_functions(uint16_t port);

#endif
