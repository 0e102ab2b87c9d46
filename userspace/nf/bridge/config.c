/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bridge's configuration, of which everything may be left out:
 *	{"ports": [{"pvid": 10}, {"pvid": 20}, {"tagged": [10, "20-29"]}],
 *	 "static": [{"mac": "02:00:00:00:00:01", "vlan": 10, "port": 0}],
 *	 "addresses": 65536, "ageing": "300 s"}
 * With "ports" the bridge knows VLANs. Learnt addresses stay when the file is read again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_config.h"
#include "nf_memory.h"

#define ADDRESSES_DEFAULT 65536
#define AGEING_DEFAULT_S  300 /* IEEE 802.1Q, table 8-6 */
#define AGEING_MAX_S	  1000000
#define SECOND		  1000000u
#define VLAN_MAX	  (BRIDGE_VLANS - 2)

struct fixed {
	uint64_t key;
	uint32_t port;
};

/**
 * struct tables - what is made of a file
 * @tables: what frames see
 * @fixed: addresses that are configured
 * @fixed_count: of them
 * @addresses: how many the table holds
 * @ageing_s: "ageing"
 */
struct tables {
	struct bridge_tables tables;
	struct fixed fixed[BRIDGE_STATIC_MAX];
	unsigned int fixed_count;
	uint32_t addresses, ageing_s;
};

struct bridge bridge;
static struct tables *current;

static void release(void *tables)
{
	free(tables);
}

static void join(struct tables *tables, unsigned int vlan, unsigned int port, bool untagged)
{
	struct bridge_vlan *joined = &tables->tables.vlan[vlan];

	joined->members |= 1u << port;
	if (untagged)
		joined->untagged |= 1u << port;
}

/* A VLAN, or a string with the first and the last of several. */
static void read_tagged(struct tables *tables, struct nf_value value, unsigned int port)
{
	static const char wanted[] = "a VLAN, 1..4094, or \"FIRST-LAST\"";
	const char *text = nf_config_text(value, wanted);
	unsigned int first, last;
	char behind;
	int found;

	if (!text)
		return;
	found = sscanf(text, "%4u-%4u%c", &first, &last, &behind);
	if (found == 1 && sscanf(text, "%4u%c", &first, &behind) == 1)
		last = first;
	else if (found != 2)
		first = 0;
	if (!first || first > last || last > VLAN_MAX) {
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
		return;
	}
	for (unsigned int vlan = first; vlan <= last; vlan++)
		join(tables, vlan, port, false);
}

static void read_port(struct tables *tables, struct nf_value object, unsigned int port)
{
	static const char *const names[] = { "pvid", "tagged", NULL };
	struct nf_value pvid = nf_config_field(object, "pvid");
	struct nf_value tagged = nf_config_field(object, "tagged");
	unsigned int count = nf_config_given(tagged) ? nf_config_count(tagged) : 0;

	nf_config_check_fields(object, names);
	for (unsigned int i = 0; i < count; i++)
		read_tagged(tables, nf_config_item(tagged, i), port);
	if (!nf_config_given(pvid)) {
		if (!count)
			nf_config_refuse(object, "of no VLAN; wanted \"pvid\", \"tagged\" or both");
		return;
	}
	tables->tables.pvid[port] = (uint16_t)nf_config_number(pvid, NULL, 1, VLAN_MAX);
	if (tables->tables.vlan[tables->tables.pvid[port]].members & 1u << port)
		nf_config_refuse(pvid, "VLAN %u is tagged on this port", tables->tables.pvid[port]);
	join(tables, tables->tables.pvid[port], port, true);
}

static void without_vlans(struct tables *tables, unsigned int port_count)
{
	for (unsigned int port = 0; port < port_count; port++)
		join(tables, 0, port, true);
}

static void read_ports(struct tables *tables, const struct nf *nf, struct nf_value list)
{
	unsigned int count;

	if (!nf_config_given(list)) {
		without_vlans(tables, nf->port_count);
		return;
	}
	tables->tables.aware = true;
	count = nf_config_count(list);
	if (count != nf->port_count) {
		nf_config_refuse(list, "%u ports; wanted %u, as there are in the arguments", count,
				 nf->port_count);
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_port(tables, nf_config_item(list, i), i);
	for (unsigned int vlan = 1; vlan <= VLAN_MAX; vlan++)
		if (!bridge_is_possible(tables->tables.vlan[vlan]))
			nf_config_refuse(
				list,
				"VLAN %u has more than two ports, tagged and untagged ones; "
				"wanted only ones or only the others",
				vlan);
}

static void read_fixed(struct tables *tables, const struct nf *nf, struct nf_value object)
{
	static const char *const names[] = { "mac", "vlan", "port", NULL };
	struct nf_value mac = nf_config_field(object, "mac"),
			vlan = nf_config_field(object, "vlan");
	struct fixed *fixed = &tables->fixed[tables->fixed_count++];
	uint16_t number = 0;
	uint8_t bytes[6];

	nf_config_check_fields(object, names);
	nf_config_mac(mac, bytes);
	if (bytes[0] & 1)
		nf_config_refuse(mac, "the address of a group; wanted that of a host");
	if (tables->tables.aware)
		number = (uint16_t)nf_config_number(vlan, NULL, 1, VLAN_MAX);
	else if (nf_config_given(vlan))
		nf_config_refuse(vlan, "there are no VLANs: they come with \"ports\"");
	fixed->port = (uint32_t)nf_config_number(nf_config_field(object, "port"), NULL, 0,
						 nf->port_count - 1);
	if (!(tables->tables.vlan[number].members & 1u << fixed->port))
		nf_config_refuse(object, "port %u is not of VLAN %u", fixed->port, number);
	fixed->key = bridge_key(bytes, number);
}

static void read_static(struct tables *tables, const struct nf *nf, struct nf_value list)
{
	unsigned int count = nf_config_given(list) ? nf_config_count(list) : 0;

	if (count > BRIDGE_STATIC_MAX || count > tables->addresses) {
		nf_config_refuse(list, "%u addresses; there may be %u", count,
				 tables->addresses < BRIDGE_STATIC_MAX ? tables->addresses
								       : BRIDGE_STATIC_MAX);
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		read_fixed(tables, nf, nf_config_item(list, i));
}

static void read_settings(struct tables *tables, struct nf_value root)
{
	struct nf_value size = nf_config_field(root, "addresses");
	struct nf_value ageing = nf_config_field(root, "ageing");

	tables->addresses = ADDRESSES_DEFAULT;
	if (nf_config_given(size))
		tables->addresses = (uint32_t)nf_config_number(size, NULL, 1, FLOW_CAPACITY_MAX);
	if (current && current->addresses != tables->addresses)
		nf_config_refuse(size, "%u; it cannot change from %u while the NF runs",
				 tables->addresses, current->addresses);
	tables->ageing_s = AGEING_DEFAULT_S;
	if (nf_config_given(ageing))
		tables->ageing_s = (uint32_t)(nf_config_number(ageing, nf_times, SECOND,
							       (uint64_t)AGEING_MAX_S * SECOND) /
					      SECOND);
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = { "ports", "static", "addresses", "ageing", NULL };
	struct nf_value root = nf_config_root(config);
	struct tables *tables = calloc(1, sizeof(*tables));

	if (!tables) {
		nf_config_refuse(root, "not enough memory");
		return NULL;
	}
	nf_config_check_fields(root, names);
	read_settings(tables, root);
	read_ports(tables, nf, nf_config_field(root, "ports"));
	read_static(tables, nf, nf_config_field(root, "static"));
	return tables;
}

/* The table of addresses is made once. */
static void start(uint32_t addresses)
{
	void *memory = nf_memory(flow_table_bytes(bridge_type, addresses));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-bridge: not enough memory for %u addresses\n", addresses);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	flow_table_init(&bridge.addresses, bridge_type, memory, addresses, &secret);
	bridge.addresses.timeout[BRIDGE_STATIC] = UINT32_MAX;
}

/* Finds the address or adds it, and gives it a class. */
static void set_class(const struct fixed *fixed, uint32_t class)
{
	uint32_t hash = flow_hash(&bridge.addresses, bridge_type, &fixed->key);
	uint32_t n = flow_find(&bridge.addresses, bridge_type, &fixed->key, hash, bridge.now_s);
	struct bridge_entry *entry;

	if (n == FLOW_NONE)
		n = flow_add(&bridge.addresses, bridge_type, &fixed->key, hash, class,
			     bridge.now_s);
	if (n == FLOW_NONE)
		return; /* full: it has to be learnt */
	entry = flow_at(&bridge.addresses, bridge_type, n);
	entry->port = fixed->port;
	flow_use(&bridge.addresses, bridge_type, n, class, bridge.now_s);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	if (!before)
		start(tables->addresses);
	bridge.addresses.timeout[BRIDGE_LEARNT] = tables->ageing_s;
	for (unsigned int i = 0; before && i < before->fixed_count; i++)
		set_class(&before->fixed[i], BRIDGE_LEARNT); /* ages from now on */
	for (unsigned int i = 0; i < tables->fixed_count; i++)
		set_class(&tables->fixed[i], BRIDGE_STATIC);
	bridge.tables = &tables->tables;
	current = tables;
	return before;
}

void bridge_default(struct nf *nf)
{
	struct tables *tables = calloc(1, sizeof(*tables));

	if (!tables) {
		fprintf(stderr, "onepath-bridge: not enough memory\n");
		exit(EXIT_FAILURE);
	}
	tables->addresses = ADDRESSES_DEFAULT;
	tables->ageing_s = AGEING_DEFAULT_S;
	without_vlans(tables, nf->port_count);
	adopt(nf, tables);
}

const struct nf_tables bridge_config = { load, adopt, release };
