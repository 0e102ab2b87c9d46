/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the router is told by its configuration, in the form in which it is looked up: a
 * longest-prefix match per family leads to a hop, which says what becomes of a packet. Own
 * addresses, broadcast addresses and the subnets of ports are prefixes as well, so that one
 * look tells them all apart. Never written while frames are handled.
 */
#ifndef ROUTER_TABLES_H
#define ROUTER_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lpm.h"

#define ROUTER_PORTS_MAX 16

enum router_kind {
	HOP_NONE, /* no route: unreachable. Hop 0, which is what LPM_NONE leads to, is one */
	HOP_VIA, /* to a gateway */
	HOP_CONNECTED, /* the destination is on the port's link */
	HOP_LOCAL, /* an own address */
	HOP_BROADCAST, /* of a port's IPv4 subnet: never forwarded (RFC 2644) */
	HOP_BLACKHOLE, /* dropped without a word */
};

/**
 * struct router_hop - what becomes of a packet
 * @kind: enum router_kind
 * @port: by which it leaves; of HOP_LOCAL: whose address it is
 * @own: HOP_VIA, HOP_CONNECTED: the router's IPv4 address there, with which it asks by ARP
 * @gateway: HOP_VIA: next hop, 4 or 16 bytes
 */
struct router_hop {
	uint8_t kind, port;
	uint8_t own[4];
	uint8_t gateway[16];
} __attribute__((aligned(32)));

/**
 * struct router_port - a port as the router's neighbours see it
 * @mac: its address: router_tables_set_mac()
 * @mtu: most bytes of a packet that leaves by it, from the IP header on; 1280 at least
 * @ipv4: its first IPv4 address, the source of ICMP errors; 0.0.0.0 if it has none
 * @ipv6: the same for IPv6: its first address, or its link-local one
 * @link_local: made of @mac (RFC 4291, 2.5.6 and appendix A)
 */
struct router_port {
	uint8_t mac[6];
	uint16_t mtu;
	uint8_t ipv4[4];
	uint8_t ipv6[16];
	uint8_t link_local[16];
};

struct router_tables {
	struct lpm ipv4, ipv6;
	struct router_hop *hop;
	struct router_port port[ROUTER_PORTS_MAX];
	unsigned int port_count;
};

/* An address with its subnet's length: of a port. @bits: 32 or 128. */
struct router_address {
	uint8_t bits, length, port;
	uint8_t address[16];
};

/* A route. @hop: of kind HOP_NONE, HOP_VIA (with @gateway; @port and @own are looked up) or HOP_BLACKHOLE. */
struct router_route {
	uint8_t bits, length;
	uint8_t prefix[16];
	struct router_hop hop;
};

/* All that is configured, before it becomes tables. */
struct router_plan {
	struct router_port port[ROUTER_PORTS_MAX]; /* the MTUs */
	unsigned int port_count;
	struct router_address *address;
	size_t addresses;
	struct router_route *route;
	size_t routes;
};

/**
 * router_find_gateway() - finds the port of a route's gateway
 * @plan: its addresses are complete
 * @route: its hop gets port and own address
 *
 * A link-local gateway (IPv6) is on every link: then the port is the one given in the hop.
 * Returns false if no port has a subnet with the gateway, or if it is the router's own address.
 */
bool router_find_gateway(const struct router_plan *plan, struct router_route *route);

/*
 * Makes tables; the ports' own MAC addresses are set afterwards. Returns 0 or -ENOMEM.
 * router_tables_free() frees them.
 */
void router_tables_set_mac(struct router_tables *tables, unsigned int port, const uint8_t *mac);
int router_tables_build(struct router_tables *tables, const struct router_plan *plan);
void router_tables_free(struct router_tables *tables);

static inline bool router_is_link_local(const uint8_t *ipv6)
{
	return ipv6[0] == 0xfe && (ipv6[1] & 0xc0) == 0x80;
}

#endif
