/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NAT's configuration:
 *	{"inside": "192.168.1.1", "outside": ["203.0.113.1", "203.0.113.2"],
 *	 "gateway": "203.0.113.254", "gateway_mac": "02:00:00:00:00:01",
 *	 "ports": "1024-65535", "flows": 65536,
 *	 "timeouts": {"tcp_transitory": "4min", "tcp_established": "124min", "udp": "5min",
 *		      "icmp": "60s", "fragments": "30s"}}
 * The first three have to be there. Mappings stay when the file is read again, so what they
 * are made of cannot change: "outside", "ports", "flows".
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_flow_config.h"
#include "nf_memory.h"

struct tables {
	struct nat_settings settings;
	uint32_t flows;
};

struct nat nat;
static struct tables *current;
static uint8_t macs[2][6]; /* inside, outside */

/* RFC 5382, REQ-5; RFC 4787, REQ-5; RFC 5508, REQ-2; as Linux waits for fragments. */
static const struct nat_settings defaults = {
	.timeout = { 4 * 60, 124 * 60, 5 * 60, 60, 30 },
	.first_port = 1024,
	.last_port = 65535,
};

static void release(void *tables)
{
	free(tables);
}

/* An address that a single host can have. */
static uint32_t read_host(struct nf_value value)
{
	const struct nf_address address = nf_config_ipv4(value);
	const uint8_t first = address.bytes[0];

	if (!nf_config_failed(value.config) && (first == 0 || first == 127 || first >= 224))
		nf_config_refuse(value, "\"%s\"; wanted the address of a host",
				 nf_config_string(value, 15));
	return raw32(address.bytes);
}

static void read_outside(struct nat_settings *settings, struct nf_value list)
{
	const unsigned int count = nf_config_count(list);

	if (nf_config_failed(list.config))
		return;
	if (count < 1 || count > NAT_ADDRESSES_MAX) {
		nf_config_refuse(list, "%u addresses; wanted 1..%u", count, NAT_ADDRESSES_MAX);
		return;
	}
	for (unsigned int i = 0; i < count; i++) {
		struct nf_value value = nf_config_item(list, i);

		settings->address[i] = read_host(value);
		for (unsigned int k = 0; k < i; k++)
			if (settings->address[k] == settings->address[i])
				nf_config_refuse(value, "given before, as outside[%u]", k);
	}
	settings->addresses = count;
	settings->outside.address = settings->address[0];
}

static void read_ports(struct nat_settings *settings, struct nf_value value)
{
	struct nf_ports ports;

	if (!nf_config_given(value))
		return;
	ports = nf_config_ports(value);
	settings->first_port = ports.first;
	settings->last_port = ports.last;
}

static void read_gateway(struct nat_settings *settings, struct nf_value root)
{
	struct nf_value mac = nf_config_field(root, "gateway_mac");

	settings->gateway = read_host(nf_config_field(root, "gateway"));
	settings->gateway_fixed = nf_config_given(mac);
	if (!settings->gateway_fixed)
		return;
	nf_config_mac(mac, settings->gateway_mac);
	if (settings->gateway_mac[0] & 1)
		nf_config_refuse(mac, "is a group's; wanted that of a single host");
}

/* What mappings are made of has to stay. */
static void refuse_changes(const struct nat_settings *settings, struct nf_value root)
{
	const struct nat_settings *before = current ? &current->settings : settings;

	if (memcmp(settings->address, before->address, sizeof(settings->address)))
		nf_config_refuse(nf_config_field(root, "outside"),
				 "cannot change while the NF runs");
	if (settings->first_port != before->first_port || settings->last_port != before->last_port)
		nf_config_refuse(nf_config_field(root, "ports"),
				 "cannot change from %u-%u while the NF runs", before->first_port,
				 before->last_port);
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = { "inside", "outside", "gateway",  "gateway_mac",
					     "ports",  "flows",	  "timeouts", NULL };
	static const char *const timeouts[] = { "tcp_transitory", "tcp_established", "udp",
						"icmp",		  "fragments",	     NULL };
	struct nf_value root = nf_config_root(config);
	struct tables *tables = malloc(sizeof(*tables));
	struct nat_settings *settings;

	if (!tables) {
		nf_config_refuse(root, "not enough memory");
		return NULL;
	}
	*tables = (struct tables){ defaults, 0 };
	settings = &tables->settings;
	nf_config_check_fields(root, names);
	settings->inside.address = read_host(nf_config_field(root, "inside"));
	read_outside(settings, nf_config_field(root, "outside"));
	read_gateway(settings, root);
	read_ports(settings, nf_config_field(root, "ports"));
	tables->flows = nf_config_flows(root, current ? current->flows : 0);
	nf_config_timeouts(root, timeouts, settings->timeout);
	if (!nf_config_failed(config))
		refuse_changes(settings, root);
	return tables;
}

/* The table of mappings is made once. */
static void start(const struct tables *tables)
{
	void *memory = nf_memory(nat_bytes(tables->flows, tables->settings.addresses));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-nat: not enough memory for %u flows\n", tables->flows);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	nat_init(&nat, memory, tables->flows, &secret, &tables->settings);
}

static void write_macs(struct nat_settings *settings)
{
	memcpy(settings->inside.mac, macs[0], 6);
	memcpy(settings->outside.mac, macs[1], 6);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	write_macs(&tables->settings);
	if (before)
		nat_set(&nat, &tables->settings);
	else
		start(tables);
	current = tables;
	return before;
}

void nat_set_macs(const uint8_t *inside, const uint8_t *outside)
{
	memcpy(macs[0], inside, 6);
	memcpy(macs[1], outside, 6);
	write_macs(&current->settings);
}

const struct nf_tables nat_tables = { load, adopt, release };
