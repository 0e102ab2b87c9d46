// SPDX-License-Identifier: BSD-3-Clause
/* The router's configuration: mistakes that are its own, and what is made of a right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "nf_config.h"
#include "router/config.h"

static char file[] = "/tmp/test_nf_router.XXXXXX";
static struct nf nf = { .port_count = 2 };

static void *load(const char *text, char *error)
{
	struct nf_config config;
	FILE *to = fopen(file, "w");
	void *tables;

	assert_non_null(to);
	fprintf(to, "%s", text);
	assert_int_equal(fclose(to), 0);
	nf_config_open(&config, file);
	tables = router_tables.load(&nf, &config);
	snprintf(error, NF_CONFIG_ERROR_BYTES, "%s",
		 config.error[0] ? config.error + strlen(file) : "");
	nf_config_close(&config);
	return tables;
}

#define PORTS                                                                    \
	"{\"ports\": [{\"addresses\": [\"192.0.2.1/24\", \"2001:db8::1/64\"]}, " \
	"{\"addresses\": [\"198.51.100.1/31\"]}]"

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "{\"ports\": [{\"addresses\": []}]}",
	  ":1: ports: 1 ports; wanted 2, as there are in the arguments" },
	{ "{\"ports\": [{\"addresses\": [\"192.0.2.1\"]}, {\"addresses\": []}]}",
	  ":1: ports[0].addresses[0]: \"192.0.2.1\"; wanted ADDRESS/LENGTH, of IPv4 or IPv6" },
	{ "{\"ports\": [{\"addresses\": [\"192.0.2.255/24\"]}, {\"addresses\": []}]}",
	  ":1: ports[0].addresses[0]: no address of a host; wanted one, with its subnet's length" },
	{ "{\"ports\": [{\"addresses\": [\"fe80::1/64\"]}, {\"addresses\": []}]}",
	  ":1: ports[0].addresses[0]: no address of a host; wanted one, with its subnet's length" },
	{ "{\"ports\": [{\"addresses\": [\"10.0.0.1/24\"]}, {\"addresses\": [\"10.0.0.1/8\"]}]}",
	  ":1: ports[1].addresses[0]: given before, on port 0" },
	{ PORTS ", \"routes\": [{\"prefix\": \"10.0.0.0/8\", \"via\": \"198.51.100.3\"}]}",
	  ":1: routes[0].via: no neighbour: no port has a subnet with it" },
	{ PORTS ", \"routes\": [{\"prefix\": \"10.0.0.0/8\", \"via\": \"2001:db8::2\"}]}",
	  ":1: routes[0].via: not of the prefix's family" },
	{ PORTS
	  ", \"routes\": [{\"prefix\": \"10.0.0.0/8\", \"via\": \"192.0.2.2\", \"port\": 1}]}",
	  ":1: routes[0].via: no neighbour of port 1" },
	{ PORTS ", \"routes\": [{\"prefix\": \"::/0\", \"to\": \"blackhole\"},\n"
		"{\"prefix\": \"::/1\", \"to\": \"unreachable\"},\n"
		"{\"prefix\": \"::/0\", \"to\": \"unreachable\"}]}",
	  ":3: routes[2].prefix: given before, as routes[0]" },
	{ PORTS ", \"neighbours\": [{\"port\": 1, \"address\": \"198.51.100.0\", "
		"\"mac\": \"01:00:00:00:00:02\"}]}",
	  ":1: neighbours[0].mac: the address of a group; wanted that of a host" },
};

static void test_mistakes(void **state)
{
	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		char error[NF_CONFIG_ERROR_BYTES];

		router_tables.release(load(mistakes[i].text, error));
		assert_string_equal(error, mistakes[i].error);
	}
}

static const struct router_hop *hop_to(const uint8_t *ipv4)
{
	return &router.tables->hop[lpm_find_ipv4(&router.tables->ipv4, ipv4)];
}

static enum neighbour_answer ask(const uint8_t *ipv4)
{
	struct neighbour_key key = neighbour_key_ipv4(1, ipv4);
	const uint8_t *mac;

	return neighbour_find(&router.neighbours, &key, neighbour_hash(&router.neighbours, &key),
			      &mac);
}

static void take(const char *text)
{
	char error[NF_CONFIG_ERROR_BYTES];
	void *tables = load(text, error);

	assert_string_equal(error, "");
	router_tables.release(router_tables.adopt(&nf, tables));
}

/* Neighbours that were configured or learnt stay over a reload. */
static void test_reload(void **state)
{
	const uint8_t far[4] = { 10, 1, 2, 3 }, next[4] = { 198, 51, 100, 0 };
	const uint8_t link_local[16] = { 0xfe, 0x80, [8] = 0, 0, 1, 0xff, 0xfe, 2, 3, 4 };
	char error[NF_CONFIG_ERROR_BYTES];

	router_set_time(&router, 1000000);
	take(PORTS ", \"routes\": [{\"prefix\": \"10.0.0.0/8\", \"via\": \"198.51.100.0\"}],"
		   "\"neighbours\": [{\"port\": 1, \"address\": \"198.51.100.0\", "
		   "\"mac\": \"02:00:00:00:00:02\"}]}");
	router_set_mac(0, (const uint8_t[6]){ 2, 0, 1, 2, 3, 4 });
	assert_memory_equal(router.tables->port[0].link_local, link_local, 16);
	assert_int_equal(router.tables->port[0].mtu, 1500);
	assert_int_equal(hop_to(far)->kind, HOP_VIA);
	assert_int_equal(hop_to(far)->port, 1);
	assert_int_equal(ask(next), NEIGHBOUR_KNOWN);
	router_set_time(&router, 10000000000);
	assert_int_equal(ask(next), NEIGHBOUR_KNOWN);
	take(PORTS ", \"routes\": [{\"prefix\": \"10.0.0.0/8\", \"to\": \"blackhole\"}]}");
	assert_memory_equal(router.tables->port[0].link_local, link_local, 16);
	assert_int_equal(hop_to(far)->kind, HOP_BLACKHOLE);
	assert_int_equal(ask(next), NEIGHBOUR_KNOWN);
	router_set_time(&router, 10000000000 + 600000000);
	assert_int_equal(ask(next), NEIGHBOUR_CONFIRM);
	router_tables.release(load(PORTS ", \"neighbour_table\": 77}", error));
	assert_string_equal(
		error, ":1: neighbour_table: 77; it cannot change from 4096 while the NF runs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_reload),
	};
	int fd = mkstemp(file), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(file);
	return failed;
}
