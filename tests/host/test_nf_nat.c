// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NAT's mappings: how endpoints are translated, which ports they get, how long they live.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "nat_world.h"

static void test_udp_is_translated_both_ways(void **state)
{
	assert_true(is_out(out(frame_udp(A, 1024, B, 53)), frame_udp(OUTSIDE, 1024, B, 53)));
	assert_true(is_in(in(frame_udp(B, 53, OUTSIDE, 1024)), frame_udp(B, 53, A, 1024)));
	assert_int_equal(nat.count.mappings_opened, 1);
}

static void test_tcp_is_translated_both_ways(void **state)
{
	assert_true(
		is_out(out(frame_tcp(A, 3000, B, 80, SYN)), frame_tcp(OUTSIDE, 3000, B, 80, SYN)));
	assert_true(is_in(in(frame_tcp(B, 80, OUTSIDE, 3000, SYN | ACK)),
			  frame_tcp(B, 80, A, 3000, SYN | ACK)));
}

static void test_icmp_queries_are_translated_both_ways(void **state)
{
	for (unsigned int type = 8; type < 18; type += type == 8 ? 5 : 2) { /* 8, 13, 15, 17 */
		unsigned int reply = type == 8 ? 0 : type + 1;

		assert_true(is_out(out(frame_icmp(A, B, type, 0, 7777)),
				   frame_icmp(OUTSIDE, B, type, 0, 7777)));
		assert_true(is_in(in(frame_icmp(B, OUTSIDE, reply, 0, 7777)),
				  frame_icmp(B, A, reply, 0, 7777)));
		assert_true(is_dropped(in(frame_icmp(B, OUTSIDE, reply, 0, 7778))));
	}
	assert_int_equal(nat.count.mappings_opened, 1);
	assert_true(is_dropped(out(frame_icmp(A, B, 0, 0, 7777))));
	assert_true(is_dropped(in(frame_icmp(B, OUTSIDE, 13, 0, 7777))));
}

static void test_ports_that_are_taken_are_translated(void **state)
{
	struct sent first = out(frame_udp(A, 5001, B, 53));
	struct sent second = out_from(a2_mac, frame_udp(A2, 5001, B, 53)), third;
	uint16_t port = port_of(&second);

	assert_int_equal(port_of(&first), 5001);
	assert_int_not_equal(port, 5001);
	assert_int_equal(port % 2, 1); /* RFC 4787, REQ-4 */
	assert_true(is_out(second, frame_udp(OUTSIDE, port, B, 53)));
	third = in(frame_udp(B, 53, OUTSIDE, port));
	assert_true(
		is_sent(&third, NAT_OTHER_SIDE, inside_mac, a2_mac, frame_udp(B, 53, A2, 5001)));
	assert_true(is_in(in(frame_udp(B, 53, OUTSIDE, 5001)), frame_udp(B, 53, A, 5001)));
	assert_true(is_out(out(frame_tcp(A, 5001, B, 80, SYN)),
			   frame_tcp(OUTSIDE, 5001, B, 80, SYN))); /* TCP's are its own */
}

static void test_identifiers_that_are_taken_are_translated(void **state)
{
	struct sent first = out(frame_icmp(A, B, 8, 0, 2000)), second, third;
	unsigned int identifier;

	assert_true(is_out(first, frame_icmp(OUTSIDE, B, 8, 0, 2000)));
	second = out_from(a2_mac, frame_icmp(A2, B, 8, 0, 2000));
	identifier = frame_get16(second.frame.bytes + second.frame.l4 + 4);
	assert_int_not_equal(identifier, 2000);
	assert_true(is_out(second, frame_icmp(OUTSIDE, B, 8, 0, identifier)));
	third = in(frame_icmp(B, OUTSIDE, 0, 0, identifier));
	assert_true(
		is_sent(&third, NAT_OTHER_SIDE, inside_mac, a2_mac, frame_icmp(B, A2, 0, 0, 2000)));
}

/* RFC 4787, REQ-1, REQ-8. */
static void test_mapping_and_filtering_are_endpoint_independent(void **state)
{
	assert_true(is_out(out(frame_udp(A, 2000, B, 53)), frame_udp(OUTSIDE, 2000, B, 53)));
	assert_true(is_out(out(frame_udp(A, 2000, C, 99)), frame_udp(OUTSIDE, 2000, C, 99)));
	assert_int_equal(nat.count.mappings_opened, 1);
	assert_true(is_in(in(frame_udp(C, 1, OUTSIDE, 2000)), frame_udp(C, 1, A, 2000)));
	assert_true(is_dropped(in(frame_udp(B, 53, OUTSIDE, 2001))));
	assert_true(is_dropped(in(frame_tcp(B, 53, OUTSIDE, 2000, SYN))));
	assert_int_equal(nat.count.dropped_unknown, 2);
}

static void test_udp_without_a_checksum_has_none_afterwards(void **state)
{
	struct frame frame = frame_udp(A, 1024, B, 53);
	struct sent sent;

	frame_put16(frame.bytes + frame.l4 + 6, 0);
	sent = out(frame);
	assert_true(sent.outputs);
	assert_int_equal(frame_get16(sent.frame.bytes + frame.l4 + 6), 0);
	assert_true(frame_is_right(&sent.frame));
}

/* As many packets as make the checksum 0 once in UDP, which is sent as all ones. */
static void test_checksums_of_all_kinds_are_updated(void **state)
{
	for (unsigned int i = 0; i < 65536; i++) {
		struct frame frame = frame_udp(A, 1024, B, 53);
		struct sent sent;

		frame_put16(frame.bytes + frame.l4 + 8, i);
		frame_finish(&frame);
		sent = out(frame);
		assert_true(frame_is_right(&sent.frame));
		assert_int_not_equal(frame_get16(sent.frame.bytes + frame.l4 + 6), 0);
	}
}

/* What is wrong stays wrong. */
static void test_a_wrong_checksum_is_not_made_right(void **state)
{
	struct frame frame = frame_tcp(A, 1024, B, 53, SYN);
	struct sent sent;

	frame.bytes[frame.l4 + 17]++;
	sent = out(frame);
	assert_true(sent.outputs);
	assert_false(frame_is_right(&sent.frame));
}

/* RFC 4787, REQ-5, REQ-6: from inside only. */
static void test_udp_is_kept_alive_from_inside(void **state)
{
	assert_false(is_dropped(out(frame_udp(A, 1024, B, 53))));
	wait_seconds(300);
	assert_false(is_dropped(out(frame_udp(A, 1024, B, 53))));
	wait_seconds(300);
	assert_false(is_dropped(in(frame_udp(B, 53, OUTSIDE, 1024))));
	wait_seconds(1);
	assert_true(is_dropped(in(frame_udp(B, 53, OUTSIDE, 1024))));
	assert_int_equal(nat.count.mappings_expired, 1);
}

static void test_ports_of_mappings_that_expired_are_free_again(void **state)
{
	assert_true(is_out(out(frame_udp(A, 1024, B, 53)), frame_udp(OUTSIDE, 1024, B, 53)));
	wait_seconds(301);
	assert_true(is_out(out(frame_udp(A2, 1024, B, 53)), frame_udp(OUTSIDE, 1024, B, 53)));
	assert_true(nat_ports_of(&nat, 0, NAT_UDP)->left[0] == 32256 - 1);
}

static void connect_tcp(const char *remote)
{
	assert_false(is_dropped(out(frame_tcp(A, 3000, remote, 80, SYN))));
	assert_false(is_dropped(in(frame_tcp(remote, 80, OUTSIDE, 3000, SYN | ACK))));
	assert_false(is_dropped(out(frame_tcp(A, 3000, remote, 80, ACK))));
}

static bool is_alive(void)
{
	return !is_dropped(in(frame_tcp(B, 80, OUTSIDE, 3000, ACK)));
}

/* RFC 5382, REQ-5. */
static void test_tcp_lives_for_2_hours_and_4_minutes_once_established(void **state)
{
	assert_false(is_dropped(out(frame_tcp(A, 3000, B, 80, SYN))));
	wait_seconds(241);
	assert_false(is_alive());
	connect_tcp(B);
	wait_seconds(7440);
	assert_true(is_alive());
	wait_seconds(7441);
	assert_false(is_alive());
}

static void test_tcp_that_is_over_lives_for_4_minutes(void **state)
{
	connect_tcp(B);
	assert_false(is_dropped(out(frame_tcp(A, 3000, B, 80, FIN | ACK))));
	wait_seconds(300);
	assert_false(is_dropped(in(frame_tcp(B, 80, OUTSIDE, 3000, FIN | ACK))));
	wait_seconds(240);
	assert_true(is_alive());
	wait_seconds(241);
	assert_false(is_alive());
	connect_tcp(B);
	assert_false(is_dropped(in(frame_tcp(B, 80, OUTSIDE, 3000, RST))));
	connect_tcp(B);
	wait_seconds(300);
	assert_true(is_alive());
	assert_false(is_dropped(in(frame_tcp(B, 80, OUTSIDE, 3000, RST))));
	wait_seconds(241);
	assert_false(is_alive());
}

/* One of several connections of a mapping is over: the others may not be. */
static void test_one_of_several_connections_ends_nothing(void **state)
{
	connect_tcp(B);
	connect_tcp(C);
	assert_false(is_dropped(in(frame_tcp(C, 80, OUTSIDE, 3000, RST))));
	wait_seconds(7440);
	assert_true(is_alive());
}

static void test_the_range_of_ports_is_kept_to(void **state)
{
	settings.first_port = 50000;
	settings.last_port = 50003;
	start();
	for (unsigned int i = 0; i < 4; i++) {
		struct sent sent = out(frame_udp(A, 1000 + i, B, 53));

		assert_in_range(port_of(&sent), 50000, 50003);
		assert_int_equal(port_of(&sent) % 2, i % 2);
	}
	assert_true(is_dropped(out(frame_udp(A, 1004, B, 53))));
	assert_int_equal(nat.count.dropped_ports, 1);
	assert_false(is_dropped(out(frame_tcp(A, 1004, B, 53, SYN))));
	for (unsigned int i = 0; i < 4; i++)
		assert_false(is_dropped(in(frame_udp(B, 53, OUTSIDE, 50000 + i))));
}

static void test_a_full_table_drops_new_mappings_and_harms_no_old_ones(void **state)
{
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_false(is_dropped(out(frame_udp(A, 2000 + i, B, 53))));
	assert_true(is_dropped(out(frame_udp(A, 3000, B, 53))));
	assert_int_equal(nat.count.dropped_full, 1);
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_true(is_in(in(frame_udp(B, 53, OUTSIDE, 2000 + i)),
				  frame_udp(B, 53, A, 2000 + i)));
	wait_seconds(301);
	assert_false(is_dropped(out(frame_udp(A, 3000, B, 53))));
	assert_true(is_dropped(in(frame_udp(B, 53, OUTSIDE, 2000 + CAPACITY - 1))));
}

/* RFC 4787, REQ-2: an inside address has one outside address, whatever it sends. */
static void test_several_outside_addresses_are_paired(void **state)
{
	static const char *const addresses[3] = { OUTSIDE, "203.0.113.2", "203.0.113.9" };
	unsigned int used[3] = { 0 };

	for (unsigned int i = 0; i < 3; i++)
		settings.address[i] = address(addresses[i]);
	settings.addresses = 3;
	start();
	for (unsigned int host = 0; host < 30; host++) {
		char name[16];
		struct sent sent, again;
		uint32_t n;

		snprintf(name, sizeof(name), "192.168.1.%u", 10 + host);
		sent = out(frame_udp(name, 2000, B, 53));
		n = nat_address_of(&nat, raw32(sent.frame.bytes + sent.frame.l3 + 12));
		assert_in_range(n, 0, 2);
		used[n]++;
		again = out(frame_udp(name, 2001, C, 53));
		assert_int_equal(raw32(again.frame.bytes + again.frame.l3 + 12),
				 settings.address[n]);
		assert_true(is_in(in(frame_udp(B, 53, addresses[n], port_of(&sent))),
				  frame_udp(B, 53, name, 2000)));
	}
	assert_true(used[0] && used[1] && used[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(udp_is_translated_both_ways),
		TEST(tcp_is_translated_both_ways),
		TEST(icmp_queries_are_translated_both_ways),
		TEST(ports_that_are_taken_are_translated),
		TEST(identifiers_that_are_taken_are_translated),
		TEST(mapping_and_filtering_are_endpoint_independent),
		TEST(udp_without_a_checksum_has_none_afterwards),
		TEST(checksums_of_all_kinds_are_updated),
		TEST(a_wrong_checksum_is_not_made_right),
		TEST(udp_is_kept_alive_from_inside),
		TEST(ports_of_mappings_that_expired_are_free_again),
		TEST(tcp_lives_for_2_hours_and_4_minutes_once_established),
		TEST(tcp_that_is_over_lives_for_4_minutes),
		TEST(one_of_several_connections_ends_nothing),
		TEST(the_range_of_ports_is_kept_to),
		TEST(a_full_table_drops_new_mappings_and_harms_no_old_ones),
		TEST(several_outside_addresses_are_paired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
