/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames for the NFs of the benchmark: IPv4 and UDP, of so many flows, in an order in which
 * one that follows another is nowhere near it.
 */
#ifndef FLOWS_H
#define FLOWS_H

#include <stdint.h>

#define FLOWS_ROUTES 100000

/* Where flows go. */
enum flows_to {
	FLOWS_TO_ONE, /* all to FLOWS_SERVER */
	FLOWS_TO_EACH, /* flow n to FLOWS_NETWORK + n */
	FLOWS_TO_MACS, /* flow n to flows_mac() */
	FLOWS_TO_ROUTES, /* each to an address in one of flows_routes() */
};

#define FLOWS_CLIENTS 0x0a000000u /* 10.0.0.0: flow n is from 10.0.0.1 + n */
#define FLOWS_NETWORK 0xc6120000u /* 198.18.0.0/15 (RFC 2544) */
#define FLOWS_SERVER  0xc6120001u

/**
 * struct flows - what arrives
 * @count: of flows: a power of two, at most 2^16; 0: frames of another kind (bench_nic.c)
 * @to: where they go
 */
struct flows {
	uint32_t count;
	enum flows_to to;
};

/* Which flow frame @number is of. Of 2 * count frames in a row each flow has at least one. */
uint32_t flows_of(const struct flows *flows, uint64_t number);

/* Writes frame @number, of @length bytes, 60 at least. */
void flows_write(const struct flows *flows, uint8_t *frame, uint16_t length, uint64_t number);

/* The MAC address that a flow of FLOWS_TO_MACS goes to. */
void flows_mac(uint32_t flow, uint8_t mac[6]);

/* FLOWS_ROUTES routes with the shape of the Internet's table; their values are 1..@values. */
struct lpm_prefix *flows_routes(uint32_t values);

#endif
