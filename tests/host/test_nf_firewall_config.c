// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firewall's configuration: what it makes of it, what it refuses, and that flows stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "firewall/config.h"
#include "nf_config_file.h"
#include "nf_frames.h"

static struct nf nf;

static bool in(struct frame frame)
{
	return firewall_from_outside(frame.bytes, frame.length, &firewall);
}

static bool out(struct frame frame)
{
	return firewall_from_inside(frame.bytes, frame.length, &firewall);
}

static void set(const char *text)
{
	void *tables = load_text(&firewall_tables, &nf, text);

	assert_string_equal(nf_config_file.error, "");
	firewall_tables.release(firewall_tables.adopt(&nf, tables));
}

static void test_what_is_left_out_has_defaults(void **state)
{
	static const uint32_t timeouts[] = { 240, 7440, 300, 60, 30 };

	set("{}");
	assert_int_equal(firewall.table.capacity, 65536);
	assert_memory_equal(firewall.table.timeout, timeouts, sizeof(timeouts));
	assert_false(firewall.settings->tcp_loose);
	for (unsigned int i = 0; i < 8192; i++)
		assert_int_equal(
			firewall.settings->tcp_service[i] | firewall.settings->udp_service[i], 0);
}

/* After the one before: the same firewall. */
static void test_a_new_configuration_holds_and_flows_stay(void **state)
{
	static const uint32_t timeouts[] = { 1, 86400, 120, 90, 30 };

	firewall_set_time(&firewall, 5000000);
	assert_true(out(frame_udp("10.0.0.1", 1024, "192.0.2.1", 53)));
	set("{\"timeouts\": {\"tcp_transitory\": 1, \"tcp_established\": \"1d\", \"udp\": \"2min\",\n"
	    "\"icmp\": \"1.5min\"}, \"tcp_loose\": true,\n"
	    "\"services\": {\"tcp\": [22, \"8000-8002\"], \"udp\": [\"65535\"]}}");
	assert_memory_equal(firewall.table.timeout, timeouts, sizeof(timeouts));
	assert_true(firewall.settings->tcp_loose);
	for (unsigned int port = 1; port < 65536; port++)
		assert_int_equal(firewall_is_set(firewall.settings->tcp_service, port),
				 port == 22 || (port >= 8000 && port <= 8002));
	assert_true(in(frame_udp("192.0.2.1", 1, "10.0.0.1", 65535)));
	assert_true(in(frame_udp("192.0.2.1", 53, "10.0.0.1", 1024)));
	firewall_set_time(&firewall, 126000000);
	assert_false(in(frame_udp("192.0.2.1", 53, "10.0.0.1", 1024)));
}

static void test_mistakes_are_told(void **state)
{
	static const char *const mistakes[][2] = {
		{ "{\"flow\": 1}",
		  "1: flow: unknown field; known are flows, timeouts, tcp_loose, services" },
		{ "{\"flows\": 0}", "1: flows: \"0\"; wanted a whole number, 1..16777216" },
		{ "{\n\"flows\": 100}",
		  "2: flows: 100; it cannot change from 65536 while the NF runs" },
		{ "{\"timeouts\": {\"udp\": 0}}",
		  "1: timeouts.udp: \"0\"; wanted a whole number, 1..2592000, also in s, min, h, d" },
		{ "{\"timeouts\": {\"tcp\": 1}}",
		  "1: timeouts.tcp: unknown field; known are tcp_transitory, tcp_established, udp, icmp, fragments" },
		{ "{\"tcp_loose\": 1}", "1: tcp_loose: \"1\"; wanted one of false, true" },
		{ "{\"services\": {\"tcp\": [22,\n0]}}",
		  "2: services.tcp[1]: \"0\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
		{ "{\"services\": {\"tcp\": [65536]}}",
		  "1: services.tcp[0]: \"65536\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
		{ "{\"services\": {\"udp\": [\"2-1\"]}}",
		  "1: services.udp[0]: \"2-1\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
		{ "{\"services\": {\"udp\": [\"1-2-3\"]}}",
		  "1: services.udp[0]: \"1-2-3\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
		{ "{\"services\": {\"udp\": [\"-2\"]}}",
		  "1: services.udp[0]: \"-2\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
	};

	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		assert_true(is_refused(&firewall_tables, &nf, mistakes[i][0], mistakes[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left_out_has_defaults),
		cmocka_unit_test(test_a_new_configuration_holds_and_flows_stay),
		cmocka_unit_test(test_mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
