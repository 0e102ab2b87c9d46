/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A router for tests, with three ports and some routes, frames for it, and a checksum that is
 * computed the slow way, apart from what the router computes with.
 *
 *   port 0: 192.0.2.1/24, 2001:db8::1/64             MTU 1500
 *   port 1: 198.51.100.1/24, 2001:db8:1::1/64        MTU 1400
 *   port 2: 203.0.113.1/31                           MTU 1500
 *   10.0.0.0/8 via 198.51.100.2     10.8.0.0/16 unreachable     10.9.0.0/16 blackhole
 *   172.16.0.0/12 via 203.0.113.0   2001:db8:f00::/48 via fe80::2 on port 1
 */
#ifndef ROUTER_BED_H
#define ROUTER_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "guarded.h"
#include "router/router.h"

#define BED_BYTES      2048
#define BED_NEIGHBOURS 64

static const uint8_t bed_host[6] = { 2, 0, 0, 0, 0, 0x99 }; /* who sends the frames */
static const uint8_t bed_peer[6] = { 2, 0, 0, 0, 0, 0x77 }; /* another */

struct bed {
	struct router router;
	struct router_path path[3];
	struct router_tables tables;
	void *memory;
	uint8_t frame[BED_BYTES]; /* the last one */
	uint32_t verdict;
};

static inline struct router_address bed_address(unsigned int port, unsigned int length,
						const uint8_t *address, unsigned int bits)
{
	struct router_address made = { .port = port, .length = length, .bits = bits };

	memcpy(made.address, address, bits / 8);
	return made;
}

static inline struct router_route bed_route(unsigned int bits, const uint8_t *prefix,
					    unsigned int length, enum router_kind kind,
					    const uint8_t *gateway)
{
	struct router_route made = { .bits = bits, .length = length, .hop = { .kind = kind } };

	memcpy(made.prefix, prefix, bits / 8);
	if (gateway)
		memcpy(made.hop.gateway, gateway, bits / 8);
	return made;
}

#define A4(...) ((const uint8_t[4]){ __VA_ARGS__ })
#define A6(...) ((const uint8_t[16]){ __VA_ARGS__ })

static const uint8_t bed_ipv6_host[16] = { 0x20, 1, 0xd, 0xb8, [15] = 0x99 };
static const uint8_t bed_ipv6_far[16] = { 0x20, 1, 0xd, 0xb8, 0xf, 0, [15] = 5 };

static inline void bed_tables(struct router_tables *tables)
{
	struct router_address address[] = {
		bed_address(0, 24, A4(192, 0, 2, 1), 32),
		bed_address(1, 24, A4(198, 51, 100, 1), 32),
		bed_address(2, 31, A4(203, 0, 113, 1), 32),
		bed_address(0, 64, A6(0x20, 1, 0xd, 0xb8, [15] = 1), 128),
		bed_address(1, 64, A6(0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1), 128),
	};
	struct router_route route[] = {
		bed_route(32, A4(10, 0, 0, 0), 8, HOP_VIA, A4(198, 51, 100, 2)),
		bed_route(32, A4(10, 8, 0, 0), 16, HOP_NONE, NULL),
		bed_route(32, A4(10, 9, 0, 0), 16, HOP_BLACKHOLE, NULL),
		bed_route(32, A4(172, 16, 0, 0), 12, HOP_VIA, A4(203, 0, 113, 0)),
		bed_route(128, bed_ipv6_far, 48, HOP_VIA, A6(0xfe, 0x80, [15] = 2)),
	};
	struct router_plan plan = { .port_count = 3,
				    .address = address,
				    .addresses = sizeof(address) / sizeof(*address),
				    .route = route,
				    .routes = sizeof(route) / sizeof(*route) };

	for (unsigned int i = 0; i < 3; i++)
		plan.port[i].mtu = i == 1 ? 1400 : 1500;
	route[4].hop.port = 1;
	for (unsigned int i = 0; i < plan.routes; i++)
		if (route[i].hop.kind == HOP_VIA)
			assert_true(router_find_gateway(&plan, &route[i]));
	assert_int_equal(router_tables_build(tables, &plan), 0);
	for (unsigned int i = 0; i < 3; i++)
		router_tables_set_mac(tables, i, (uint8_t[6]){ 2, 0, 0, 0, 1, i });
}

static inline void bed_set_time(struct bed *bed, uint64_t now_us)
{
	router_set_time(&bed->router, now_us);
}

static inline void bed_pass(struct bed *bed, uint64_t time_us)
{
	bed_set_time(bed, bed->router.neighbours.now_us + time_us);
}

/* An empty table of neighbours. */
static inline void bed_make_neighbours(struct bed *bed, uint32_t count)
{
	struct flow_table *flows = &bed->router.neighbours.flows;
	struct flow_secret secret;
	uint64_t random = 7;

	for (unsigned int i = 0; i < sizeof(secret.word) / sizeof(*secret.word); i++)
		secret.word[i] = guarded_random(&random);
	free(bed->memory);
	bed->memory = aligned_alloc(64, (flow_table_bytes(neighbour_type, count) + 63) & ~63ull);
	assert_non_null(bed->memory);
	flow_table_init(flows, neighbour_type, bed->memory, count, &secret);
	neighbours_set_age(&bed->router.neighbours, 60);
}

static inline void bed_make(struct bed *bed)
{
	memset(bed, 0, sizeof(*bed));
	bed_tables(&bed->tables);
	bed->router.tables = &bed->tables;
	bed_set_time(bed, 1000000000);
	bed_make_neighbours(bed, BED_NEIGHBOURS);
	bed->router.icmp_interval_us = 1000;
	bed->router.icmp_burst_us = 10000;
	for (unsigned int i = 0; i < 3; i++)
		bed->path[i] = (struct router_path){ .router = &bed->router, .input = i };
}

static inline void bed_free(struct bed *bed)
{
	router_tables_free(&bed->tables);
	free(bed->memory);
}

/* RFC 1071, as it is written there. */
static inline uint16_t bed_sum(const uint8_t *data, size_t bytes, uint32_t sum)
{
	for (size_t i = 0; i < bytes; i++)
		sum += i % 2 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Of a transport over IPv6, with the pseudo header. 0xffff if the checksum is right. */
static inline uint16_t bed_sum_ipv6(const uint8_t *ip)
{
	uint16_t bytes = get16(ip + 4);

	return bed_sum(ip + 40, bytes, bed_sum(ip + 8, 32, ip[6] + bytes));
}

static inline void bed_ethernet(struct bed *bed, unsigned int port, uint16_t type)
{
	memset(bed->frame, 0, sizeof(bed->frame));
	memcpy(bed->frame, bed->tables.port[port].mac, 6);
	memcpy(bed->frame + 6, bed_host, 6);
	put16(bed->frame + 12, type);
}

/* UDP (or whatever has 8 bytes of header) over IPv4, @bytes in all from the IP header on. */
static inline uint8_t *bed_ipv4(struct bed *bed, unsigned int port, const uint8_t *to,
				uint16_t bytes, uint8_t protocol)
{
	uint8_t *ip = bed->frame + 14;

	bed_ethernet(bed, port, 0x0800);
	for (unsigned int i = 28; i < bytes; i++)
		ip[i] = (uint8_t)(i * 7);
	ip[0] = 0x45;
	ip[1] = 0x08;
	put16(ip + 2, bytes);
	put16(ip + 4, 0x1234);
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, A4(192, 0, 2, 99), 4);
	memcpy(ip + 16, to, 4);
	put16(ip + 24, bytes - 20);
	put16(ip + 10, ~bed_sum(ip, 20, 0));
	return ip;
}

/* After a change of an IPv4 header. */
static inline void bed_seal(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, ~bed_sum(ip, (ip[0] & 15) * 4, 0));
}

static inline uint8_t *bed_ipv6(struct bed *bed, unsigned int port, const uint8_t *to,
				uint16_t payload, uint8_t protocol)
{
	uint8_t *ip = bed->frame + 14;

	bed_ethernet(bed, port, 0x86dd);
	for (unsigned int i = 48; i < payload + 40u; i++)
		ip[i] = (uint8_t)(i * 7);
	ip[0] = 0x60;
	put16(ip + 4, payload);
	ip[6] = protocol;
	ip[7] = 64;
	memcpy(ip + 8, bed_ipv6_host, 16);
	memcpy(ip + 24, to, 16);
	put16(ip + 44, payload);
	return ip;
}

static inline void bed_seal_icmpv6(uint8_t *ip)
{
	put16(ip + 42, 0);
	put16(ip + 42, ~bed_sum_ipv6(ip));
}

/* Lets the router handle bed->frame. */
static inline uint32_t bed_run(struct bed *bed, unsigned int port, uint16_t length)
{
	bed->verdict = router_handle(bed->frame, length, &bed->path[port]);
	return bed->verdict;
}

#define bed_is_sent(bed, bytes, port) \
	assert_int_equal((bed)->verdict, onepath_only(bytes, 1u << (port)))

/* Makes a next hop known, the short way. */
static inline void bed_know_ipv4(struct bed *bed, unsigned int port, const uint8_t *ip)
{
	struct neighbour_key key = neighbour_key_ipv4(port, ip);

	neighbour_learn(&bed->router.neighbours, &key, bed_peer, NEIGHBOUR_MAY_ADD);
}

static inline void bed_know_ipv6(struct bed *bed, unsigned int port, const uint8_t *ip)
{
	struct neighbour_key key = neighbour_key_ipv6(port, ip);

	neighbour_learn(&bed->router.neighbours, &key, bed_peer, NEIGHBOUR_MAY_ADD);
}

#endif
