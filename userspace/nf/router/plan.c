/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads "ports" and "routes": addresses that a router can have, routes whose gateways are on
 * its links, none of them twice.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "plan.h"

#define MTU_DEFAULT 1500
#define MTU_MIN	    1280 /* what IPv6 wants of every link: RFC 8200, 5 */

static bool is_host(const struct nf_prefix *prefix)
{
	static const uint8_t none[16];
	const uint8_t *ip = prefix->address.bytes;

	if (!prefix->address.is_ipv6)
		return ip[0] && ip[0] != 127 && ip[0] < 224;
	return ip[0] != 0xff && !router_is_link_local(ip) && memcmp(ip, none, 15);
}

/* Are all bits behind the length 0, or all 1? In IPv4 that is no host, but in subnets of two (RFC 3021). */
static bool is_edge(const struct nf_prefix *prefix)
{
	unsigned int ones = 0, bits = 32;

	for (unsigned int bit = prefix->length; bit < bits; bit++)
		ones += prefix->address.bytes[bit / 8] >> (7 - bit % 8) & 1;
	return !prefix->address.is_ipv6 && prefix->length < bits - 1 &&
	       (!ones || ones == bits - prefix->length);
}

static void refuse_twin_address(const struct router_plan *plan, struct nf_value value)
{
	const struct router_address *last = &plan->address[plan->addresses - 1];

	for (const struct router_address *other = plan->address; other < last; other++)
		if (other->bits == last->bits && !memcmp(other->address, last->address, 16))
			nf_config_refuse(value, "given before, on port %u", other->port);
}

static void read_address(struct router_plan *plan, struct nf_value value, unsigned int port)
{
	struct nf_prefix prefix = nf_config_interface(value);
	struct router_address *address = &plan->address[plan->addresses++];

	if (!is_host(&prefix) || is_edge(&prefix))
		nf_config_refuse(value,
				 "no address of a host; wanted one, with its subnet's length");
	address->bits = prefix.address.is_ipv6 ? LPM_IPV6_BITS : LPM_IPV4_BITS;
	address->length = prefix.length;
	address->port = (uint8_t)port;
	memcpy(address->address, prefix.address.bytes, sizeof(address->address));
	refuse_twin_address(plan, value);
}

static void read_port(struct router_plan *plan, struct nf_value object, unsigned int port)
{
	static const char *const names[] = { "addresses", "mtu", NULL };
	struct nf_value list = nf_config_field(object, "addresses");
	struct nf_value mtu = nf_config_field(object, "mtu");
	unsigned int count = nf_config_count(list);

	nf_config_check_fields(object, names);
	plan->port[port].mtu = MTU_DEFAULT;
	if (nf_config_given(mtu))
		plan->port[port].mtu =
			(uint16_t)nf_config_number(mtu, NULL, MTU_MIN, ONEPATH_MTU_MAX);
	if (count > ROUTER_ADDRESSES_MAX) {
		nf_config_refuse(list, "%u addresses; there may be %u", count,
				 ROUTER_ADDRESSES_MAX);
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_address(plan, nf_config_item(list, i), port);
}

static void read_ports(struct router_plan *plan, struct nf_value list)
{
	unsigned int count = nf_config_count(list);

	if (count != plan->port_count) {
		nf_config_refuse(list, "%u ports; wanted %u, as there are in the arguments", count,
				 plan->port_count);
		return;
	}
	plan->address = calloc((size_t)count * ROUTER_ADDRESSES_MAX, sizeof(*plan->address));
	if (!plan->address) {
		nf_config_refuse(list, "not enough memory");
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_port(plan, nf_config_item(list, i), i);
}

/* Where a route leads that has no gateway. */
static void read_end(struct router_hop *hop, struct nf_value to)
{
	static const char *const names[] = { "blackhole", "unreachable", NULL };

	hop->kind = nf_config_choice(to, names) ? HOP_NONE : HOP_BLACKHOLE;
}

static void read_gateway(const struct router_plan *plan, struct router_route *route,
			 struct nf_value via, struct nf_value port)
{
	struct nf_address address = nf_config_address(via);
	unsigned int wanted;

	route->hop.kind = HOP_VIA;
	memcpy(route->hop.gateway, address.bytes, sizeof(route->hop.gateway));
	if (address.is_ipv6 != (route->bits == LPM_IPV6_BITS)) {
		nf_config_refuse(via, "not of the prefix's family");
		return;
	}
	if (!nf_config_given(port) && !(address.is_ipv6 && router_is_link_local(address.bytes))) {
		if (!router_find_gateway(plan, route))
			nf_config_refuse(via, "no neighbour: no port has a subnet with it");
		return;
	}
	wanted = (unsigned int)nf_config_number(port, NULL, 0, plan->port_count - 1);
	route->hop.port = (uint8_t)wanted;
	if (!router_find_gateway(plan, route) || route->hop.port != wanted)
		nf_config_refuse(via, "no neighbour of port %u", wanted);
}

static void read_route(const struct router_plan *plan, struct router_route *route,
		       struct nf_value object)
{
	static const char *const names[] = { "prefix", "via", "port", "to", NULL };
	struct nf_value to = nf_config_field(object, "to");
	struct nf_prefix prefix;

	nf_config_check_fields(object, names);
	prefix = nf_config_prefix(nf_config_field(object, "prefix"));
	route->bits = prefix.address.is_ipv6 ? LPM_IPV6_BITS : LPM_IPV4_BITS;
	route->length = prefix.length;
	memcpy(route->prefix, prefix.address.bytes, sizeof(route->prefix));
	if (!nf_config_given(to))
		read_gateway(plan, route, nf_config_field(object, "via"),
			     nf_config_field(object, "port"));
	else if (nf_config_given(nf_config_field(object, "via")))
		nf_config_refuse(to, "either \"to\" or \"via\", not both");
	else
		read_end(&route->hop, to);
}

static int compare(const void *a, const void *b)
{
	const struct router_route *const *left = a, *const *right = b;

	return memcmp(*left, *right, offsetof(struct router_route, hop.kind));
}

/* Sorts pointers to them: equal ones are neighbours then. */
static void refuse_twins(const struct router_plan *plan, struct nf_value list)
{
	const struct router_route **sorted = calloc(plan->routes + 1, sizeof(*sorted));

	if (!sorted) {
		nf_config_refuse(list, "not enough memory");
		return;
	}
	for (size_t i = 0; i < plan->routes; i++)
		sorted[i] = &plan->route[i];
	qsort(sorted, plan->routes, sizeof(*sorted), compare);
	for (size_t i = 1; i < plan->routes; i++) {
		const struct router_route *one = sorted[i - 1], *other = sorted[i];
		const struct router_route *later = one > other ? one : other;

		if (!compare(&one, &other))
			nf_config_refuse(
				nf_config_field(nf_config_item(list,
							       (unsigned int)(later - plan->route)),
						"prefix"),
				"given before, as routes[%u]",
				(unsigned int)((one > other ? other : one) - plan->route));
	}
	free(sorted);
}

static void read_routes(struct router_plan *plan, struct nf_value list)
{
	unsigned int count = nf_config_given(list) ? nf_config_count(list) : 0;

	if (count > ROUTER_ROUTES_MAX) {
		nf_config_refuse(list, "%u routes; there may be %u", count, ROUTER_ROUTES_MAX);
		return;
	}
	plan->route = calloc(count + 1u, sizeof(*plan->route));
	if (!plan->route) {
		nf_config_refuse(list, "not enough memory");
		return;
	}
	for (plan->routes = 0; plan->routes < count; plan->routes++)
		read_route(plan, &plan->route[plan->routes],
			   nf_config_item(list, (unsigned int)plan->routes));
	refuse_twins(plan, list);
}

void router_plan_read(struct router_plan *plan, struct nf_value root)
{
	read_ports(plan, nf_config_field(root, "ports"));
	read_routes(plan, nf_config_field(root, "routes"));
}

void router_plan_free(struct router_plan *plan)
{
	free(plan->address);
	free(plan->route);
}
