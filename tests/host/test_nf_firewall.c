// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firewall's flows: what it lets out, what it lets in, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "firewall_world.h"

static void test_answers_come_in_and_nothing_else(void **state)
{
	assert_false(in(frame_udp(B, 53, A, 1024)));
	assert_true(out(frame_udp(A, 1024, B, 53)));
	assert_true(in(frame_udp(B, 53, A, 1024)));
	assert_false(in(frame_udp(B, 54, A, 1024)));
	assert_false(in(frame_udp(B, 53, A, 1025)));
	assert_false(in(frame_udp(C, 53, A, 1024)));
	assert_false(in(frame_udp(B, 53, C, 1024)));
	assert_false(in(frame_udp(A, 1024, B, 53)));
	assert_false(in(frame_tcp(B, 53, A, 1024, SYN | ACK)));
	assert_int_equal(firewall.count.dropped_unknown, 7);
	assert_int_equal(firewall.count.flows_opened, 1);
}

static void test_ipv6_is_the_same(void **state)
{
	assert_false(in(frame_udp(B6, 53, A6, 1024)));
	assert_true(out(frame_udp(A6, 1024, B6, 53)));
	assert_true(in(frame_udp(B6, 53, A6, 1024)));
	assert_false(in(frame_udp("2001:db8:1::2", 53, A6, 1024)));
	assert_false(in(frame_udp("2001:db8:2::1", 53, A6, 1024)));
	assert_false(in(frame_udp(B6, 53, "2001:db8::3", 1024)));
	assert_false(in(frame_udp(A6, 1024, B6, 53)));
}

/* The second word of an IPv6 key is an address, that of an IPv4 key may be the same, and so may be their hashes. */
static void test_an_ipv6_flow_lets_no_ipv4_in(void **state)
{
	firewall.table.secret = (struct flow_secret){ 0 };
	assert_true(out(frame_udp("a00:2:c000:201::", 1024, B6, 53)));
	assert_false(in(frame_udp(B, 53, A, 1024)));
	assert_true(out(frame_udp(A, 1024, B, 53)));
	assert_true(in(frame_udp(B6, 53, "a00:2:c000:201::", 1024)));
}

static void test_udp_lives_as_long_as_it_is_used(void **state)
{
	assert_true(out(frame_udp(A, 1024, B, 53)));
	for (unsigned int i = 0; i < 5; i++) {
		wait_seconds(300);
		assert_true(i % 2 ? in(frame_udp(B, 53, A, 1024)) : out(frame_udp(A, 1024, B, 53)));
	}
	wait_seconds(301);
	assert_false(in(frame_udp(B, 53, A, 1024)));
	assert_int_equal(firewall.count.flows_expired, 1);
	assert_int_equal(firewall.table.count, 0);
}

/* A tells B and B tells A: the handshake of TCP. */
static void connect_tcp(void)
{
	assert_true(out(frame_tcp(A, 1024, B, 80, SYN)));
	assert_true(in(frame_tcp(B, 80, A, 1024, SYN | ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, ACK)));
}

static void test_tcp_opens_by_syn(void **state)
{
	assert_true(out(frame_tcp(A, 1024, B, 80, ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, SYN | ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, RST)));
	assert_false(in(frame_tcp(B, 80, A, 1024, ACK)));
	assert_false(in(frame_tcp(B, 80, A, 1024, SYN)));
	connect_tcp();
	assert_true(in(frame_tcp(B, 80, A, 1024, ACK)));
	assert_false(in(frame_tcp(B, 81, A, 1024, ACK)));
}

static void test_tcp_opens_by_any_segment_if_so_set(void **state)
{
	settings.tcp_loose = true;
	assert_true(out(frame_tcp(A, 1024, B, 80, RST | ACK)));
	assert_false(in(frame_tcp(B, 80, A, 1024, ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, ACK)));
	assert_true(in(frame_tcp(B, 80, A, 1024, ACK)));
}

static void test_tcp_that_is_not_established_lives_for_4_minutes(void **state)
{
	assert_true(out(frame_tcp(A, 1024, B, 80, SYN)));
	wait_seconds(240);
	assert_true(in(frame_tcp(B, 80, A, 1024, SYN | ACK)));
	wait_seconds(241);
	assert_false(in(frame_tcp(B, 80, A, 1024, SYN | ACK)));
}

static void test_established_tcp_lives_for_2_hours_and_4_minutes(void **state)
{
	connect_tcp();
	wait_seconds(7440);
	assert_true(in(frame_tcp(B, 80, A, 1024, ACK)));
	wait_seconds(7440);
	assert_true(out(frame_tcp(A, 1024, B, 80, ACK)));
	wait_seconds(7441);
	assert_false(in(frame_tcp(B, 80, A, 1024, ACK)));
}

static void test_tcp_half_closed_stays_established(void **state)
{
	connect_tcp();
	assert_true(out(frame_tcp(A, 1024, B, 80, FIN | ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, FIN | ACK)));
	wait_seconds(7440);
	assert_true(in(frame_tcp(B, 80, A, 1024, ACK)));
}

static void test_tcp_closed_by_both_lives_for_4_minutes(void **state)
{
	connect_tcp();
	assert_true(in(frame_tcp(B, 80, A, 1024, FIN | ACK)));
	assert_true(out(frame_tcp(A, 1024, B, 80, FIN | ACK)));
	assert_true(in(frame_tcp(B, 80, A, 1024, ACK)));
	wait_seconds(241);
	assert_false(in(frame_tcp(B, 80, A, 1024, ACK)));
}

static void test_tcp_reset_lives_for_4_minutes_and_may_begin_anew(void **state)
{
	connect_tcp();
	assert_true(in(frame_tcp(B, 80, A, 1024, RST)));
	wait_seconds(200);
	connect_tcp();
	wait_seconds(7440);
	assert_true(in(frame_tcp(B, 80, A, 1024, RST)));
	wait_seconds(241);
	assert_false(in(frame_tcp(B, 80, A, 1024, ACK)));
}

static void test_echo_replies_come_in_requests_do_not(void **state)
{
	assert_false(in(frame_icmp(B, A, 8, 0, 7)));
	assert_false(in(frame_icmp(B, A, 0, 0, 7)));
	assert_true(out(frame_icmp(A, B, 8, 0, 7)));
	assert_true(in(frame_icmp(B, A, 0, 0, 7)));
	assert_false(in(frame_icmp(B, A, 0, 0, 8)));
	assert_false(in(frame_icmp(B, A, 8, 0, 7)));
	assert_false(in(frame_icmp(B, A, 14, 0, 7)));
	assert_true(out(frame_icmp(A6, B6, 128, 0, 9)));
	assert_true(in(frame_icmp(B6, A6, 129, 0, 9)));
	assert_false(in(frame_icmp(B6, A6, 128, 0, 9)));
	wait_seconds(61);
	assert_false(in(frame_icmp(B, A, 0, 0, 7)));
}

/* An echo reply of the inside opens nothing, and keeps nothing alive. */
static void test_other_icmp_leaves_and_opens_nothing(void **state)
{
	assert_true(out(frame_icmp(A, B, 0, 0, 7)));
	assert_true(out(frame_icmp(A, B, 13, 0, 7)));
	assert_true(out(frame_icmp(A, B, 3, 1, 7)));
	assert_int_equal(firewall.count.flows_opened, 0);
	assert_false(in(frame_icmp(B, A, 0, 0, 7)));
}

static void check_errors(const char *router, const char *host, const struct frame *sent,
			 const struct frame *not_sent, const uint8_t *types)
{
	const uint16_t quote = sent->l4 - sent->l3 + 8;

	for (; *types; types++) {
		assert_true(in(frame_error(router, host, *types, 0, sent, quote)));
		assert_true(
			in(frame_error(router, host, *types, 0, sent, sent->length - sent->l3)));
		assert_false(in(frame_error(router, host, *types, 0, sent, quote - 1)));
		assert_false(in(frame_error(router, host, *types, 0, not_sent, quote)));
	}
}

static void test_errors_about_flows_come_in(void **state)
{
	static const uint8_t types[] = { 3, 4, 11, 12, 0 }, types6[] = { 1, 2, 3, 4, 0 };
	const struct frame sent = frame_udp(A, 1024, B, 53), not_sent = frame_udp(A, 1024, B, 54);
	const struct frame sent6 = frame_tcp(A6, 1024, B6, 53, SYN);
	const struct frame not_sent6 = frame_tcp(A6, 1025, B6, 53, SYN);
	const struct frame echo = frame_icmp(A, B, 8, 0, 7), answer = frame_icmp(A, B, 0, 0, 7);

	assert_false(in(frame_error(C, A, 11, 0, &sent, 28)));
	assert_true(out(sent) && out(sent6) && out(echo) && out(answer));
	check_errors(C, A, &sent, &not_sent, types);
	check_errors("2001:db8:2::1", A6, &sent6, &not_sent6, types6);
	check_errors(C, A, &echo, &answer, types);
	assert_int_equal(firewall.count.errors_in, 24);
}

static void test_errors_keep_no_flow_alive(void **state)
{
	const struct frame sent = frame_udp(A, 1024, B, 53);

	assert_true(out(sent));
	wait_seconds(200);
	assert_true(in(frame_error(C, A, 11, 0, &sent, 28)));
	wait_seconds(101);
	assert_false(in(frame_error(C, A, 11, 0, &sent, 28)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_come_in_and_nothing_else),
		TEST(ipv6_is_the_same),
		TEST(an_ipv6_flow_lets_no_ipv4_in),
		TEST(udp_lives_as_long_as_it_is_used),
		TEST(tcp_opens_by_syn),
		TEST(tcp_opens_by_any_segment_if_so_set),
		TEST(tcp_that_is_not_established_lives_for_4_minutes),
		TEST(established_tcp_lives_for_2_hours_and_4_minutes),
		TEST(tcp_half_closed_stays_established),
		TEST(tcp_closed_by_both_lives_for_4_minutes),
		TEST(tcp_reset_lives_for_4_minutes_and_may_begin_anew),
		TEST(echo_replies_come_in_requests_do_not),
		TEST(other_icmp_leaves_and_opens_nothing),
		TEST(errors_about_flows_come_in),
		TEST(errors_keep_no_flow_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
