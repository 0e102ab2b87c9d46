// SPDX-License-Identifier: BSD-3-Clause
/* States of the NFs, see nfs.h. Time stands still: limits and timeouts are such that this does not matter. */
#include <stdlib.h>

#include "bench.h"
#include "bridge/bridge.h"
#include "firewall/firewall.h"
#include "nat/nat.h"
#include "nfs.h"
#include "policer/policer.h"
#include "router/router.h"

#define NEVER UINT32_MAX /* a timeout */
#define SPARE 64 /* flows for which there is room beside those that come */

/* The destination of frames, and of what is sent on (flows.c). */
static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 1 }, next_mac[6] = { 2, 0, 0, 0, 0, 3 };

/* The same for every lane, so that all do the same. */
static struct flow_secret make_secret(void)
{
	struct flow_secret secret;
	uint64_t word = 1;

	for (size_t i = 0; i < sizeof(secret.word) / sizeof(secret.word[0]); i++)
		secret.word[i] = word *= 0x9e3779b97f4a7c15;
	return secret;
}

static void build(struct lane *lane, struct lpm *lpm, struct lpm_prefix *prefixes, size_t count)
{
	if (lpm_build(lpm, LPM_IPV4_BITS, prefixes, count))
		bench_die("no memory");
	lane_keep(lane, lpm->slot);
}

/* One limit, for all addresses together or, with several flows, for each. It is never reached. */
void *policer_begin(struct lane *lane)
{
	struct {
		struct policer policer;
		struct policer_rules rules;
		struct policer_limit limit[2];
		struct policer_bucket bucket;
	} *state = lane_memory(lane, sizeof(*state));
	const struct flow_secret secret = make_secret();
	const uint32_t capacity = 2 * lane->nic.flows.count;
	struct lpm_prefix prefix = { .length = 15, .value = 1 };

	put32(prefix.key, FLOWS_NETWORK);
	build(lane, &state->rules.ipv4, &prefix, 1);
	build(lane, &state->rules.ipv6, &prefix, 0);
	state->limit[1] = policer_limit(POLICER_RATE_MAX, UINT32_MAX,
					lane->nic.flows.count > 1 ? POLICER_EACH : 0);
	state->bucket.level = state->limit[1].full;
	state->rules.limit = state->limit;
	state->policer.rules = &state->rules;
	state->policer.bucket = &state->bucket;
	flow_table_init(&state->policer.addresses, POLICER_ADDRESSES,
			lane_memory(lane, flow_table_bytes(POLICER_ADDRESSES, capacity)), capacity,
			&secret);
	lane->nic.flows.to = FLOWS_TO_EACH;
	return &state->policer;
}

/* A network with each flow's two addresses behind two ports. */
void *bridge_begin(struct lane *lane)
{
	struct {
		struct bridge bridge;
		struct bridge_path path;
		struct bridge_tables tables;
	} *state = lane_memory(lane, sizeof(*state));
	const struct flow_secret secret = make_secret();
	const uint32_t capacity = 2 * lane->nic.flows.count + SPARE;
	void *memory = lane_memory(lane, flow_table_bytes(bridge_type, capacity));

	flow_table_init(&state->bridge.addresses, bridge_type, memory, capacity, &secret);
	state->bridge.addresses.timeout[BRIDGE_LEARNT] = NEVER;
	state->tables.vlan[0] = (struct bridge_vlan){ 3, 3 };
	state->bridge.tables = &state->tables;
	state->path = (struct bridge_path){ &state->bridge, 0, ONEPATH_BUFFER_BYTES };
	lane->nic.flows.to = FLOWS_TO_MACS;
	for (uint32_t flow = 0; flow < lane->nic.flows.count; flow++) {
		uint8_t mac[6];
		uint64_t key;

		flows_mac(flow, mac);
		key = bridge_key(mac, 0);
		bridge_learn(&state->bridge, key,
			     flow_hash(&state->bridge.addresses, bridge_type, &key), 1);
	}
	return &state->path;
}

/* Flows from inside, which stay open. */
void *firewall_begin(struct lane *lane)
{
	static const struct firewall_settings settings = { .timeout = { NEVER, NEVER, NEVER, NEVER,
									NEVER } };
	const struct flow_secret secret = make_secret();
	const uint32_t capacity = lane->nic.flows.count + SPARE;
	struct firewall *firewall = lane_memory(lane, sizeof(*firewall));

	firewall_init(firewall, lane_memory(lane, firewall_bytes(capacity)), capacity, &secret,
		      &settings);
	lane->nic.flows.to = FLOWS_TO_ONE;
	return firewall;
}

/* Flows from inside behind four addresses, for all of which there are ports. */
void *nat_begin(struct lane *lane)
{
	static struct nat_settings settings = {
		.addresses = 4, .first_port = 1024, .last_port = 65535, .gateway_fixed = true
	};
	const struct flow_secret secret = make_secret();
	const uint32_t capacity = lane->nic.flows.count + SPARE;
	struct nat *nat = lane_memory(lane, sizeof(*nat));

	for (uint32_t i = 0; i < settings.addresses; i++)
		settings.address[i] = htobe32(0xcb007101u + i); /* 203.0.113.1 */
	for (uint32_t i = 0; i < NAT_CLASSES; i++)
		settings.timeout[i] = NEVER;
	memcpy(settings.inside.mac, own_mac, 6);
	memcpy(settings.gateway_mac, next_mac, 6);
	settings.inside.address = htobe32(FLOWS_CLIENTS + (1u << 23));
	settings.outside.address = settings.address[0];
	nat_init(nat, lane_memory(lane, nat_bytes(capacity, settings.addresses)), capacity, &secret,
		 &settings);
	lane->nic.flows.to = FLOWS_TO_ONE;
	return nat;
}

#define HOPS 16 /* gateways */

/* As many routes as in flows_routes(), by gateways on port 1 whose MAC addresses are known. */
void *router_begin(struct lane *lane)
{
	struct {
		struct router router;
		struct router_path path;
		struct router_tables tables;
		struct router_hop hop[1 + HOPS];
	} *state = lane_memory(lane, sizeof(*state));
	struct neighbours *neighbours = &state->router.neighbours;
	const struct flow_secret secret = make_secret();
	struct lpm_prefix *routes = flows_routes(HOPS);

	build(lane, &state->tables.ipv4, routes, FLOWS_ROUTES);
	build(lane, &state->tables.ipv6, routes, 0);
	free(routes);
	flow_table_init(&neighbours->flows, neighbour_type,
			lane_memory(lane, flow_table_bytes(neighbour_type, SPARE)), SPARE, &secret);
	neighbours_set_age(neighbours, 60);
	for (uint8_t i = 1; i <= HOPS; i++) {
		const uint8_t gateway[16] = { 192, 0, 2, i };
		const struct neighbour_key key = neighbour_key_ipv4(1, gateway);

		state->hop[i] = (struct router_hop){ .kind = HOP_VIA, .port = 1 };
		memcpy(state->hop[i].gateway, gateway, sizeof(gateway));
		neighbour_fix(neighbours, &key, next_mac);
	}
	state->tables.hop = state->hop;
	state->tables.port_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(state->tables.port[i].mac, own_mac, 6);
		state->tables.port[i].mtu = 1500;
	}
	state->router.tables = &state->tables;
	state->path = (struct router_path){ .router = &state->router };
	lane->nic.flows.to = FLOWS_TO_ROUTES;
	return &state->path;
}
