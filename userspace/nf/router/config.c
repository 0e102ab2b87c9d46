/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The router's configuration:
 *	{"ports": [{"addresses": ["192.0.2.1/24", "2001:db8::1/64"]},
 *		   {"addresses": ["198.51.100.1/24"], "mtu": 1400}],
 *	 "routes": [{"prefix": "10.0.0.0/8", "via": "198.51.100.2"},
 *		    {"prefix": "2001:db8:f00::/48", "via": "fe80::2", "port": 1},
 *		    {"prefix": "10.9.0.0/16", "to": "blackhole"}],
 *	 "neighbours": [{"port": 1, "address": "198.51.100.2", "mac": "02:00:00:00:00:02"}],
 *	 "neighbour_table": 4096, "neighbour_age": "10 min", "icmp_rate": 1000}
 * plan.c reads ports and routes. Learnt neighbours stay when the file is read again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_memory.h"
#include "plan.h"

#define NEIGHBOURS_DEFAULT 4096
#define AGE_DEFAULT_S	   600
#define ICMP_RATE_DEFAULT  1000
#define ICMP_RATE_MAX	   1000000
#define ICMP_BURST	   50 /* errors */
#define SECOND		   1000000u

struct fixed {
	struct neighbour_key key;
	uint8_t mac[6];
};

/**
 * struct tables - what is made of a file
 * @tables: what packets see
 * @fixed: neighbours that are configured
 * @fixed_count: of them
 * @neighbours: how many the table holds
 * @age_s: "neighbour_age"
 * @icmp_interval_us: of "icmp_rate"
 */
struct tables {
	struct router_tables tables;
	struct fixed fixed[ROUTER_FIXED_MAX];
	unsigned int fixed_count;
	uint32_t neighbours, age_s, icmp_interval_us;
};

struct router router;
static struct tables *current;
static uint8_t macs[ROUTER_PORTS_MAX][6];

static void release(void *argument)
{
	struct tables *tables = argument;

	if (!tables)
		return;
	router_tables_free(&tables->tables);
	free(tables);
}

/* A number that may be left out. */
static uint32_t read_number(struct nf_value value, const struct nf_unit *units, uint64_t min,
			    uint64_t max, uint64_t otherwise)
{
	return (uint32_t)(nf_config_given(value) ? nf_config_number(value, units, min, max)
						 : otherwise);
}

static void read_fixed(struct tables *tables, const struct router_plan *plan,
		       struct nf_value object)
{
	static const char *const names[] = { "port", "address", "mac", NULL };
	struct nf_value mac = nf_config_field(object, "mac");
	struct fixed *fixed = &tables->fixed[tables->fixed_count++];
	struct nf_address address;
	unsigned int port;

	nf_config_check_fields(object, names);
	port = (unsigned int)nf_config_number(nf_config_field(object, "port"), NULL, 0,
					      plan->port_count - 1);
	address = nf_config_address(nf_config_field(object, "address"));
	fixed->key = address.is_ipv6 ? neighbour_key_ipv6(port, address.bytes)
				     : neighbour_key_ipv4(port, address.bytes);
	nf_config_mac(mac, fixed->mac);
	if (router_is_group(fixed->mac))
		nf_config_refuse(mac, "the address of a group; wanted that of a host");
}

static void read_neighbours(struct tables *tables, const struct router_plan *plan,
			    struct nf_value list)
{
	unsigned int count = nf_config_given(list) ? nf_config_count(list) : 0;

	if (count > ROUTER_FIXED_MAX || count > tables->neighbours) {
		nf_config_refuse(list, "%u neighbours; there may be %u", count,
				 tables->neighbours < ROUTER_FIXED_MAX ? tables->neighbours
								       : ROUTER_FIXED_MAX);
		count = 0;
	}
	for (unsigned int i = 0; i < count; i++)
		read_fixed(tables, plan, nf_config_item(list, i));
}

static void read_settings(struct tables *tables, struct nf_value root)
{
	struct nf_value size = nf_config_field(root, "neighbour_table");
	uint32_t rate, age_us;

	tables->neighbours = read_number(size, NULL, 1, FLOW_CAPACITY_MAX, NEIGHBOURS_DEFAULT);
	if (current && current->neighbours != tables->neighbours)
		nf_config_refuse(size, "%u; it cannot change from %u while the NF runs",
				 tables->neighbours, current->neighbours);
	age_us = read_number(nf_config_field(root, "neighbour_age"), nf_times, SECOND,
			     3600ull * SECOND, (uint64_t)AGE_DEFAULT_S * SECOND);
	tables->age_s = age_us / SECOND;
	rate = read_number(nf_config_field(root, "icmp_rate"), NULL, 0, ICMP_RATE_MAX,
			   ICMP_RATE_DEFAULT);
	tables->icmp_interval_us = rate ? SECOND / rate : 0;
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = {
		"ports",	 "routes",    "neighbours", "neighbour_table",
		"neighbour_age", "icmp_rate", NULL
	};
	struct nf_value root = nf_config_root(config);
	struct tables *tables = calloc(1, sizeof(*tables));
	struct router_plan plan = { .port_count = nf->port_count };

	if (!tables) {
		nf_config_refuse(root, "not enough memory");
		return NULL;
	}
	nf_config_check_fields(root, names);
	router_plan_read(&plan, root);
	read_settings(tables, root);
	read_neighbours(tables, &plan, nf_config_field(root, "neighbours"));
	if (!nf_config_failed(config) && router_tables_build(&tables->tables, &plan))
		nf_config_refuse(root, "not enough memory");
	router_plan_free(&plan);
	return tables;
}

/* The table of neighbours is made once. */
static void start(uint32_t neighbours)
{
	void *memory = nf_memory(flow_table_bytes(neighbour_type, neighbours));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-router: not enough memory for %u neighbours\n",
			neighbours);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	flow_table_init(&router.neighbours.flows, neighbour_type, memory, neighbours, &secret);
}

/* Those that are not configured any more are as learnt. Without room for a new one, it has to be learnt as well. */
static void fix_neighbours(const struct tables *tables, const struct tables *before)
{
	for (unsigned int i = 0; before && i < before->fixed_count; i++)
		neighbour_release(&router.neighbours, &before->fixed[i].key);
	for (unsigned int i = 0; i < tables->fixed_count; i++)
		neighbour_fix(&router.neighbours, &tables->fixed[i].key, tables->fixed[i].mac);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	if (!before)
		start(tables->neighbours);
	for (unsigned int i = 0; i < tables->tables.port_count; i++)
		router_tables_set_mac(&tables->tables, i, macs[i]);
	neighbours_set_age(&router.neighbours, tables->age_s);
	fix_neighbours(tables, before);
	router.icmp_interval_us = tables->icmp_interval_us;
	router.icmp_burst_us = (uint64_t)tables->icmp_interval_us * ICMP_BURST;
	router.tables = &tables->tables;
	current = tables;
	return before;
}

void router_set_mac(unsigned int port, const uint8_t *mac)
{
	memcpy(macs[port], mac, 6);
	router_tables_set_mac(&current->tables, port, mac);
}

const struct nf_tables router_tables = { load, adopt, release };
