// SPDX-License-Identifier: BSD-3-Clause
/* The bridge's configuration: mistakes that are its own, and what stays when it is read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "bridge/config.h"
#include "nf_config.h"

static char file[] = "/tmp/test_nf_bridge.XXXXXX";
static struct nf nf = { .port_count = 3 };

static void *load(const char *text, char *error)
{
	struct nf_config config;
	FILE *to = fopen(file, "w");
	void *tables;

	assert_non_null(to);
	fprintf(to, "%s", text);
	assert_int_equal(fclose(to), 0);
	nf_config_open(&config, file);
	tables = bridge_config.load(&nf, &config);
	snprintf(error, NF_CONFIG_ERROR_BYTES, "%s",
		 config.error[0] ? config.error + strlen(file) : "");
	nf_config_close(&config);
	return tables;
}

#define VLAN_WANTED "wanted a VLAN, 1..4094, or \"FIRST-LAST\""

static const struct {
	const char *text, *error;
} mistakes[] = {
	{ "{\"ports\": [{\"pvid\": 1}]}",
	  ":1: ports: 1 ports; wanted 3, as there are in the arguments" },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {}]}",
	  ":1: ports[2]: of no VLAN; wanted \"pvid\", \"tagged\" or both" },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [1]}]}",
	  ":1: ports: VLAN 1 has more than two ports, tagged and untagged ones; "
	  "wanted only ones or only the others" },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [\"9-8\"]}]}",
	  ":1: ports[2].tagged[0]: \"9-8\"; " VLAN_WANTED },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [4095]}]}",
	  ":1: ports[2].tagged[0]: \"4095\"; " VLAN_WANTED },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [\"2-3x\"]}]}",
	  ":1: ports[2].tagged[0]: \"2-3x\"; " VLAN_WANTED },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [\"-3\"]}]}",
	  ":1: ports[2].tagged[0]: \"-3\"; " VLAN_WANTED },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"pvid\": 5, \"tagged\": [\"2-7\"]}]}",
	  ":1: ports[2].pvid: VLAN 5 is tagged on this port" },
	{ "{\"static\": [\n{\"mac\": \"02:00:00:00:00:01\", \"vlan\": 1, \"port\": 1}]}",
	  ":2: static[0].vlan: there are no VLANs: they come with \"ports\"" },
	{ "{\"static\": [{\"mac\": \"03:00:00:00:00:01\", \"port\": 1}]}",
	  ":1: static[0].mac: the address of a group; wanted that of a host" },
	{ "{\"ports\": [{\"pvid\": 1}, {\"pvid\": 1}, {\"tagged\": [2]}], "
	  "\"static\": [{\"mac\": \"02:00:00:00:00:01\", \"vlan\": 2, \"port\": 1}]}",
	  ":1: static[0]: port 1 is not of VLAN 2" },
};

static void test_mistakes(void **state)
{
	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		char error[NF_CONFIG_ERROR_BYTES];

		bridge_config.release(load(mistakes[i].text, error));
		assert_string_equal(error, mistakes[i].error);
	}
}

static void take(const char *text)
{
	char error[NF_CONFIG_ERROR_BYTES];
	void *tables = load(text, error);

	assert_string_equal(error, "");
	bridge_config.release(bridge_config.adopt(&nf, tables));
}

/* Where a frame from port 0 to a host goes. */
static uint32_t send(unsigned int to)
{
	struct bridge_path path = { &bridge, 0, 2048 };
	uint8_t frame[2048] = { 2, [5] = to, 2, [11] = 99 };

	return bridge_handle(frame, 60, &path);
}

static void hear(unsigned int port, unsigned int from)
{
	struct bridge_path path = { &bridge, port, 2048 };
	uint8_t frame[2048] = { 2, [5] = 99, 2, [11] = from };

	bridge_handle(frame, 60, &path);
}

static void test_reload(void **state)
{
	char error[NF_CONFIG_ERROR_BYTES];

	bridge.now_s = 1000;
	bridge_default(&nf);
	hear(1, 1);
	assert_int_equal(send(1), onepath_only(60, 1));
	assert_int_equal(send(2), onepath_only(60, 3));
	take("{\"static\": [{\"mac\": \"02:00:00:00:00:02\", \"port\": 2}], \"ageing\": \"10 s\"}");
	hear(1, 2);
	assert_int_equal(send(1), onepath_only(60, 1)); /* still known */
	assert_int_equal(send(2), onepath_only(60, 2));
	bridge.now_s += 11;
	assert_int_equal(send(1), onepath_only(60, 3));
	assert_int_equal(send(2), onepath_only(60, 2));
	take("{}");
	bridge.now_s += 300;
	assert_int_equal(send(2), onepath_only(60, 2)); /* as one that was learnt at the reload */
	bridge.now_s += 1;
	assert_int_equal(send(2), onepath_only(60, 3));
	take("{\"ports\": [{\"pvid\": 7}, {\"tagged\": [\"7-9\"]}, {\"pvid\": 8}]}");
	assert_int_equal(send(1), onepath_only(64, 1));
	bridge_config.release(load("{\"addresses\": 77}", error));
	assert_string_equal(error,
			    ":1: addresses: 77; it cannot change from 65536 while the NF runs");
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
