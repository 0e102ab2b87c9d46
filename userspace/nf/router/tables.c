/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes the router's tables of what is configured: for each address of a port, the address
 * itself, its subnet and the subnet's broadcast addresses; and all routes. Routes that lead
 * to the same place share a hop.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* Prefixes of one family while they are gathered. */
struct gathered {
	struct lpm_prefix *prefix;
	size_t count;
};

static bool is_in_subnet(const struct router_address *subnet, const uint8_t *address)
{
	unsigned int bytes = subnet->length / 8, bits = subnet->length % 8;

	return !memcmp(subnet->address, address, bytes) &&
	       !(bits && (subnet->address[bytes] ^ address[bytes]) >> (8 - bits));
}

bool router_find_gateway(const struct router_plan *plan, struct router_route *route)
{
	const struct router_address *best = NULL;
	struct router_hop *hop = &route->hop;

	for (size_t i = 0; i < plan->addresses; i++) {
		const struct router_address *subnet = &plan->address[i];

		if (subnet->bits != route->bits || !is_in_subnet(subnet, hop->gateway))
			continue;
		if (!memcmp(subnet->address, hop->gateway, subnet->bits / 8))
			return false;
		if (!best || subnet->length > best->length)
			best = subnet;
	}
	if (route->bits == LPM_IPV6_BITS && router_is_link_local(hop->gateway))
		return true;
	if (!best)
		return false;
	hop->port = best->port;
	memcpy(hop->own, best->address, sizeof(hop->own));
	return true;
}

/* The index of a hop in a table of @count, where it is added if it is new. */
static uint32_t index_of_hop(struct router_hop *table, uint32_t *count,
			     const struct router_hop *hop)
{
	uint32_t i = *count;

	while (--i > 0) /* routes that follow each other often lead to the same place */
		if (!memcmp(&table[i], hop, offsetof(struct router_hop, gateway) + 16))
			return i;
	table[*count] = *hop;
	return (*count)++;
}

static void add(struct gathered *to, const uint8_t *key, unsigned int length, uint32_t value)
{
	struct lpm_prefix *prefix = &to->prefix[to->count++];

	memset(prefix, 0, sizeof(*prefix));
	memcpy(prefix->key, key, sizeof(prefix->key));
	prefix->length = (uint8_t)length;
	prefix->value = value;
}

/* The first address of a subnet, or with @last the last one. */
static void edge_of_subnet(const struct router_address *subnet, bool last, uint8_t *edge)
{
	memcpy(edge, subnet->address, 16);
	for (unsigned int bit = subnet->length; bit < subnet->bits; bit++) {
		edge[bit / 8] &= ~(0x80 >> bit % 8);
		edge[bit / 8] |= last ? 0x80 >> bit % 8 : 0;
	}
}

/*
 * A port's subnet, with both forms of its broadcast address (RFC 1812, 4.2.3.1), which subnets
 * of two addresses do not have (RFC 3021). In IPv6 the first address is every router's
 * (RFC 4291, 2.6.1).
 */
static void add_subnet(struct router_tables *tables, uint32_t *hops, struct gathered *to,
		       const struct router_address *subnet)
{
	struct router_hop hop = { .kind = HOP_CONNECTED, .port = subnet->port };
	struct router_hop edge_hop = { .kind = HOP_BROADCAST, .port = subnet->port };
	uint8_t edge[16];

	memcpy(hop.own, subnet->address, sizeof(hop.own));
	add(to, subnet->address, subnet->length, index_of_hop(tables->hop, hops, &hop));
	if (subnet->length >= subnet->bits - 1)
		return;
	if (subnet->bits == LPM_IPV6_BITS)
		edge_hop.kind = HOP_LOCAL;
	edge_of_subnet(subnet, false, edge);
	add(to, edge, subnet->bits, index_of_hop(tables->hop, hops, &edge_hop));
	if (subnet->bits == LPM_IPV6_BITS)
		return;
	edge_of_subnet(subnet, true, edge);
	add(to, edge, subnet->bits, index_of_hop(tables->hop, hops, &edge_hop));
}

static void add_own_address(struct router_tables *tables, uint32_t *hops, struct gathered *to,
			    const struct router_address *own)
{
	const struct router_hop hop = { .kind = HOP_LOCAL, .port = own->port };
	struct router_port *port = &tables->port[own->port];
	uint8_t *first = own->bits == LPM_IPV4_BITS ? port->ipv4 : port->ipv6;
	static const uint8_t none[16];

	add(to, own->address, own->bits, index_of_hop(tables->hop, hops, &hop));
	if (!memcmp(first, none, own->bits / 8))
		memcpy(first, own->address, own->bits / 8);
}

/*
 * Routes before subnets, and those before own addresses: of equal prefixes the later counts,
 * and what is on the link is there.
 */
static void gather(struct router_tables *tables, const struct router_plan *plan, uint32_t *hops,
		   struct gathered family[2])
{
	for (size_t i = 0; i < plan->routes; i++) {
		const struct router_route *route = &plan->route[i];

		add(&family[route->bits == LPM_IPV6_BITS], route->prefix, route->length,
		    index_of_hop(tables->hop, hops, &route->hop));
	}
	for (size_t i = 0; i < plan->addresses; i++)
		add_subnet(tables, hops, &family[plan->address[i].bits == LPM_IPV6_BITS],
			   &plan->address[i]);
	for (size_t i = 0; i < plan->addresses; i++)
		add_own_address(tables, hops, &family[plan->address[i].bits == LPM_IPV6_BITS],
				&plan->address[i]);
}

/* Modified EUI-64 (RFC 4291, appendix A). A port without an IPv6 address of its own answers with its link-local one. */
void router_tables_set_mac(struct router_tables *tables, unsigned int port, const uint8_t *mac)
{
	struct router_port *set = &tables->port[port];
	const uint8_t link_local[16] = { 0xfe, 0x80,   0,	   0,	   0,	   0,
					 0,    0,      mac[0] ^ 2, mac[1], mac[2], 0xff,
					 0xfe, mac[3], mac[4],	   mac[5] };

	memcpy(set->mac, mac, 6);
	memcpy(set->link_local, link_local, 16);
	if (!set->ipv6[0] || router_is_link_local(set->ipv6))
		memcpy(set->ipv6, link_local, 16);
}

static void make_ports(struct router_tables *tables, const struct router_plan *plan)
{
	tables->port_count = plan->port_count;
	for (unsigned int i = 0; i < plan->port_count; i++)
		tables->port[i].mtu = plan->port[i].mtu;
}

int router_tables_build(struct router_tables *tables, const struct router_plan *plan)
{
	size_t most = plan->routes + plan->addresses * 4;
	struct gathered family[2] = { 0 };
	uint32_t hops = 1;
	int err = -ENOMEM;

	memset(tables, 0, sizeof(*tables));
	tables->hop = aligned_alloc(_Alignof(struct router_hop), (most + 1) * sizeof(*tables->hop));
	family[0].prefix = malloc((most + 1) * sizeof(*family[0].prefix));
	family[1].prefix = malloc((most + 1) * sizeof(*family[1].prefix));
	if (tables->hop && family[0].prefix && family[1].prefix) {
		memset(tables->hop, 0, (most + 1) * sizeof(*tables->hop));
		make_ports(tables, plan);
		gather(tables, plan, &hops, family);
		err = lpm_build(&tables->ipv4, LPM_IPV4_BITS, family[0].prefix, family[0].count);
	}
	if (!err)
		err = lpm_build(&tables->ipv6, LPM_IPV6_BITS, family[1].prefix, family[1].count);
	free(family[0].prefix);
	free(family[1].prefix);
	if (err)
		router_tables_free(tables);
	return err;
}

void router_tables_free(struct router_tables *tables)
{
	lpm_free(&tables->ipv4);
	lpm_free(&tables->ipv6);
	free(tables->hop);
	tables->hop = NULL;
}
