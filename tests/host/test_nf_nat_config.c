// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NAT's configuration: what it makes of it, what it refuses, and that mappings stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "nat/config.h"
#include "nf_config_file.h"
#include "nf_frames.h"

#define NEEDED                                                                           \
	"\"inside\": \"192.168.1.1\", \"outside\": [\"203.0.113.1\", \"203.0.113.2\"], " \
	"\"gateway\": \"203.0.113.254\""

static const uint8_t inside_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t outside_mac[6] = { 2, 0, 0, 0, 0, 2 };
static struct nf nf;

static void set(const char *text)
{
	void *tables = load_text(&nat_tables, &nf, text);

	assert_string_equal(nf_config_file.error, "");
	nat_tables.release(nat_tables.adopt(&nf, tables));
}

static uint32_t address(const char *text)
{
	uint32_t raw;

	assert_int_equal(inet_pton(AF_INET, text, &raw), 1);
	return raw;
}

static void test_what_is_left_out_has_defaults(void **state)
{
	static const uint32_t timeouts[] = { 240, 7440, 300, 60, 30 };

	set("{" NEEDED "}");
	nat_set_macs(inside_mac, outside_mac);
	assert_int_equal(nat.table.capacity, 65536);
	assert_memory_equal(nat.table.timeout, timeouts, sizeof(timeouts));
	assert_int_equal(nat.settings->addresses, 2);
	assert_int_equal(nat.settings->address[1], address("203.0.113.2"));
	assert_int_equal(nat.settings->outside.address, address("203.0.113.1"));
	assert_int_equal(nat.settings->inside.address, address("192.168.1.1"));
	assert_int_equal(nat.settings->gateway, address("203.0.113.254"));
	assert_int_equal(nat.settings->first_port, 1024);
	assert_int_equal(nat.settings->last_port, 65535);
	assert_false(nat.gateway.known);
}

/* After the one before: the same NAT. */
static void test_a_new_configuration_holds_and_mappings_stay(void **state)
{
	struct frame frame = frame_udp("192.168.1.2", 2000, "192.0.2.1", 53);

	memcpy(frame.bytes, inside_mac, 6);
	nat_set_time(&nat, 5000000);
	assert_int_equal(nat_from_inside(frame.bytes, frame.length, &nat),
			 onepath_only(42, NAT_OTHER_SIDE)); /* ARP */
	set("{" NEEDED ", \"gateway_mac\": \"02:00:00:00:00:03\", \"ports\": \"1024-65535\",\n"
	    "\"timeouts\": {\"udp\": \"2min\"}}");
	assert_true(nat.gateway.known);
	assert_int_equal(nat.gateway.mac[5], 3);
	assert_int_equal(nat.table.count, 1);
	frame = frame_udp("192.168.1.2", 2000, "192.0.2.1", 53);
	memcpy(frame.bytes, inside_mac, 6);
	assert_int_equal(nat_from_inside(frame.bytes, frame.length, &nat),
			 onepath_only(frame.length, NAT_OTHER_SIDE));
	assert_int_equal(nat.count.mappings_opened, 1);
	assert_memory_equal(frame.bytes + 6, outside_mac, 6);
	nat_set_time(&nat, 126000000);
	assert_int_equal(nat.table.count, 0);
}

static void test_mistakes_are_told(void **state)
{
	static const char *const mistakes[][2] = {
		{ "{}", "1: inside: missing; wanted an IPv4 address" },
		{ "{\"inside\": \"::1\"}", "1: inside: \"::1\"; wanted an IPv4 address" },
		{ "{\"inside\": \"127.0.0.1\"}",
		  "1: inside: \"127.0.0.1\"; wanted the address of a host" },
		{ "{\"inside\": \"10.0.0.1\",\n\"outside\": []}",
		  "2: outside: 0 addresses; wanted 1..16" },
		{ "{\"inside\": \"10.0.0.1\",\n\"outside\": [\"224.0.0.1\"]}",
		  "2: outside[0]: \"224.0.0.1\"; wanted the address of a host" },
		{ "{\"inside\": \"10.0.0.1\",\n\"outside\": [\"1.1.1.1\",\n\"1.1.1.1\"]}",
		  "3: outside[1]: given before, as outside[0]" },
		{ "{" NEEDED ", \"gateway_mac\": \"01:00:00:00:00:00\"}",
		  "1: gateway_mac: is a group's; wanted that of a single host" },
		{ "{" NEEDED ", \"ports\": \"5-4\"}",
		  "1: ports: \"5-4\"; wanted a port, 1..65535, or a range such as \"8000-8010\"" },
		{ "{" NEEDED ", \"ports\": 1024}",
		  "1: ports: cannot change from 1024-65535 while the NF runs" },
		{ "{" NEEDED ", \"flows\": 5}",
		  "1: flows: 5; it cannot change from 65536 while the NF runs" },
		{ "{\"inside\": \"10.0.0.1\",\n\"outside\": [\"1.1.1.1\"], \"gateway\": \"1.1.1.2\"}",
		  "2: outside: cannot change while the NF runs" },
		{ "{" NEEDED ", \"timeouts\": {\"arp\": 1}}",
		  "1: timeouts.arp: unknown field; known are tcp_transitory, tcp_established, udp, icmp, fragments" },
	};

	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		assert_true(is_refused(&nat_tables, &nf, mistakes[i][0], mistakes[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left_out_has_defaults),
		cmocka_unit_test(test_a_new_configuration_holds_and_mappings_stay),
		cmocka_unit_test(test_mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
