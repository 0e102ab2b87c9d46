/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The firewall's configuration, of which everything may be left out:
 *	{"flows": 65536,
 *	 "timeouts": {"tcp_transitory": "4min", "tcp_established": "124min", "udp": "5min",
 *		      "icmp": "60s", "fragments": "30s"},
 *	 "tcp_loose": false,
 *	 "services": {"tcp": [22, "8000-8010"], "udp": [53]}}
 */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "nf_flow_config.h"
#include "nf_memory.h"

struct tables {
	struct firewall_settings settings;
	uint32_t flows;
};

struct firewall firewall;
static struct tables *current;

/* RFC 5382, REQ-5; RFC 4787, REQ-5; RFC 5508, REQ-2; as Linux waits for fragments. */
static const struct firewall_settings defaults = {
	.timeout = { 4 * 60, 124 * 60, 5 * 60, 60, 30 },
};

static void release(void *tables)
{
	free(tables);
}

static void open_ports(uint8_t *service, struct nf_value list)
{
	if (!nf_config_given(list))
		return;
	for (unsigned int i = 0; i < nf_config_count(list); i++) {
		struct nf_ports ports = nf_config_ports(nf_config_item(list, i));

		for (uint32_t port = ports.first; port <= ports.last; port++)
			service[port / 8] |= (uint8_t)(1u << port % 8);
	}
}

static void read_services(struct firewall_settings *settings, struct nf_value services)
{
	static const char *const names[] = { "tcp", "udp", NULL };

	if (!nf_config_given(services))
		return;
	nf_config_check_fields(services, names);
	open_ports(settings->tcp_service, nf_config_field(services, "tcp"));
	open_ports(settings->udp_service, nf_config_field(services, "udp"));
}

static void *load(const struct nf *nf, struct nf_config *config)
{
	static const char *const names[] = { "flows", "timeouts", "tcp_loose", "services", NULL };
	static const char *const timeouts[] = { "tcp_transitory", "tcp_established", "udp",
						"icmp",		  "fragments",	     NULL };
	struct nf_value root = nf_config_root(config), loose = nf_config_field(root, "tcp_loose");
	struct tables *tables = malloc(sizeof(*tables));

	if (!tables) {
		nf_config_refuse(root, "not enough memory");
		return NULL;
	}
	*tables = (struct tables){ defaults, 0 };
	nf_config_check_fields(root, names);
	tables->flows = nf_config_flows(root, current ? current->flows : 0);
	nf_config_timeouts(root, timeouts, tables->settings.timeout);
	tables->settings.tcp_loose = nf_config_given(loose) && nf_config_bool(loose);
	read_services(&tables->settings, nf_config_field(root, "services"));
	return tables;
}

/* The table of flows is made once. */
static void start(const struct tables *tables)
{
	void *memory = nf_memory(firewall_bytes(tables->flows));
	struct flow_secret secret;

	if (!memory) {
		fprintf(stderr, "onepath-firewall: not enough memory for %u flows\n",
			tables->flows);
		exit(EXIT_FAILURE);
	}
	nf_random(&secret, sizeof(secret));
	firewall_init(&firewall, memory, tables->flows, &secret, &tables->settings);
}

static void *adopt(struct nf *nf, void *argument)
{
	struct tables *tables = argument, *before = current;

	if (!before)
		start(tables);
	firewall_set(&firewall, &tables->settings);
	current = tables;
	return before;
}

void firewall_default(struct nf *nf)
{
	static struct tables tables;

	tables = (struct tables){ defaults, NF_FLOWS_DEFAULT };
	adopt(nf, &tables);
}

const struct nf_tables firewall_tables = { load, adopt, release };
