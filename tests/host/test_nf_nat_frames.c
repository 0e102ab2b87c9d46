// SPDX-License-Identifier: BSD-3-Clause
/*
 * The NAT and frames that need care: ICMP errors with what they quote, hairpins, fragments,
 * ARP, the gateway, pings of the NAT itself; frames at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "nat_world.h"

#define ROUTER "198.51.100.1" /* somewhere outside */

/* A's port 5001 becomes another one: so that ports change. Returns it. */
static uint16_t take_port(uint16_t wanted)
{
	struct sent sent;

	out_from(a2_mac, frame_udp(A2, wanted, B, 53));
	out_from(a2_mac, frame_tcp(A2, wanted, B, 53, SYN));
	sent = out(frame_udp(A, wanted, B, 53));
	assert_int_not_equal(port_of(&sent), wanted);
	return port_of(&sent);
}

/* What is in a frame is quoted by errors: with one hop less, as it came to who complains. */
static void check_error_in(struct frame outside, struct frame inside, uint16_t bytes)
{
	static const uint8_t types[] = { 3, 11, 12 };

	for (unsigned int i = 0; i < sizeof(types); i++)
		assert_true(is_in(in(frame_error(ROUTER, OUTSIDE, types[i], 1, &outside, bytes)),
				  frame_error(ROUTER, A, types[i], 1, &inside, bytes)));
	assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 5, 1, &outside, bytes))));
}

static void test_errors_from_outside_are_translated(void **state)
{
	uint16_t port = take_port(5001);
	struct sent sent;

	check_error_in(frame_udp(OUTSIDE, port, B, 53), frame_udp(A, 5001, B, 53), 28);
	check_error_in(frame_udp(OUTSIDE, port, B, 53), frame_udp(A, 5001, B, 53), 40);
	assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &(struct frame){ 0 }, 28))));
	sent = out(frame_tcp(A, 5001, B, 80, SYN));
	port = port_of(&sent);
	check_error_in(frame_tcp(OUTSIDE, port, B, 80, SYN), frame_tcp(A, 5001, B, 80, SYN), 40);
	out(frame_icmp(A, B, 8, 0, 1500));
	check_error_in(frame_icmp(OUTSIDE, B, 8, 0, 1500), frame_icmp(A, B, 8, 0, 1500), 28);
}

/* The quote ends before TCP's checksum: nothing is written behind it. */
static void test_a_quote_may_be_cut_off(void **state)
{
	const struct frame quoted = frame_tcp(OUTSIDE, 3000, B, 80, SYN);
	const struct frame inside = frame_tcp(A, 3000, B, 80, SYN);

	assert_false(is_dropped(out(inside)));
	for (uint16_t bytes = 28; bytes < 53; bytes++) {
		struct sent sent = in(frame_error(ROUTER, OUTSIDE, 3, 1, &quoted, bytes));

		assert_true(frame_is_right(&sent.frame));
		if (bytes != 37) /* half a checksum stays as it is */
			assert_true(is_in(sent, frame_error(ROUTER, A, 3, 1, &inside, bytes)));
	}
	for (uint16_t bytes = 0; bytes < 28; bytes++)
		assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &quoted, bytes))));
}

static void test_errors_about_nothing_known_are_dropped(void **state)
{
	const struct frame other = frame_udp(OUTSIDE, 5001, B, 53), mine = frame_udp(B, 1, B, 53);

	assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &other, 28))));
	assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &mine, 28))));
	assert_true(is_dropped(out(frame_error(A, B, 3, 3, &mine, 28))));
	assert_int_equal(nat.count.dropped_unknown, 3);
	assert_int_equal(nat.count.errors_translated, 0);
}

/* RFC 5508, REQ-5: whoever inside complains, outside it is the mapping's address. */
static void test_errors_from_inside_are_translated(void **state)
{
	const uint16_t port = take_port(5001);
	const struct frame inside = frame_udp(B, 53, A, 5001);
	const struct frame outside = frame_udp(B, 53, OUTSIDE, port);

	assert_true(is_out(out(frame_error(A, B, 3, 3, &inside, 28)),
			   frame_error(OUTSIDE, B, 3, 3, &outside, 28)));
	assert_true(is_out(out(frame_error("192.168.1.77", B, 11, 0, &inside, 40)),
			   frame_error(OUTSIDE, B, 11, 0, &outside, 40)));
}

static void test_errors_keep_nothing_alive(void **state)
{
	const struct frame quoted = frame_tcp(OUTSIDE, 3000, B, 80, SYN);

	assert_false(is_dropped(out(frame_tcp(A, 3000, B, 80, SYN))));
	wait_seconds(200);
	assert_false(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &quoted, 28))));
	wait_seconds(41);
	assert_true(is_dropped(in(frame_error(ROUTER, OUTSIDE, 3, 1, &quoted, 28))));
}

/* RFC 4787, REQ-9; RFC 5382, REQ-8: both see each other's outside endpoint. */
static void test_hairpins_go_back_inside(void **state)
{
	const uint16_t port = take_port(5001); /* of A; A2's stays */
	struct sent sent = out(frame_udp(A, 5001, OUTSIDE, 5001));

	assert_true(is_sent(&sent, NAT_SAME_SIDE, inside_mac, a2_mac,
			    frame_udp(OUTSIDE, port, A2, 5001)));
	sent = out_from(a2_mac, frame_udp(A2, 5001, OUTSIDE, port));
	assert_true(is_sent(&sent, NAT_SAME_SIDE, inside_mac, a_mac,
			    frame_udp(OUTSIDE, 5001, A, 5001)));
	sent = out(frame_tcp(A, 6000, OUTSIDE, 5001, SYN));
	assert_true(is_sent(&sent, NAT_SAME_SIDE, inside_mac, a2_mac,
			    frame_tcp(OUTSIDE, 6000, A2, 5001, SYN)));
	assert_true(is_dropped(out(frame_udp(A, 5001, OUTSIDE, 4444))));
	assert_int_equal(nat.count.hairpinned, 3);
}

/* RFC 5508, REQ-7: A2 complains about what A sent to its outside endpoint. */
static void test_errors_about_hairpins_are_translated_twice(void **state)
{
	const uint16_t port = take_port(5001);
	const struct frame seen = frame_udp(OUTSIDE, port, A2, 5001);
	const struct frame was_sent = frame_udp(A, 5001, OUTSIDE, 5001);
	struct sent sent = out_from(a2_mac, frame_error(A2, OUTSIDE, 3, 3, &seen, 28));

	assert_true(is_sent(&sent, NAT_SAME_SIDE, inside_mac, a_mac,
			    frame_error(OUTSIDE, A, 3, 3, &was_sent, 28)));
}

/* Fragments have no checksum of their own: the first has the whole packet's. */
static void test_fragments_are_translated_as_their_packet(void **state)
{
	const struct frame inside = frame_udp(A, 5000, B, 53);
	const struct frame outside = frame_udp(OUTSIDE, 5000, B, 53);
	const struct frame answer = frame_udp(B, 53, OUTSIDE, 5000),
			   got = frame_udp(B, 53, A, 5000);
	const unsigned int offsets[] = { 0, 8, 16 }, bytes[] = { 8, 8, 4 };

	for (unsigned int i = 0; i < 3; i++) {
		struct frame want = frame_fragment(&outside, offsets[i], bytes[i], i < 2);
		struct sent sent = out(frame_fragment(&inside, offsets[i], bytes[i], i < 2));

		assert_int_equal(sent.outputs, NAT_OTHER_SIDE);
		want.bytes[want.l3 + 8]--;
		put_raw16(want.bytes + want.l3 + 10, 0);
		frame_put16(want.bytes + want.l3 + 10, ~frame_sum(0, want.bytes + want.l3, 20));
		assert_memory_equal(sent.frame.bytes + 14, want.bytes + 14, want.length - 14);
	}
	assert_true(is_dropped(in(frame_fragment(&answer, 8, 8, true))));
	for (unsigned int i = 0; i < 3; i++) {
		struct frame want = frame_fragment(&got, offsets[i], bytes[i], i < 2);
		struct sent sent = in(frame_fragment(&answer, offsets[i], bytes[i], i < 2));

		assert_int_equal(sent.outputs, NAT_OTHER_SIDE);
		assert_memory_equal(sent.frame.bytes, a_mac, 6);
		assert_memory_equal(sent.frame.bytes + 30, want.bytes + 30, want.length - 30);
		assert_int_equal(frame_sum(0, sent.frame.bytes + 14, 20), 0xffff);
	}
	assert_int_equal(nat.count.dropped_fragment, 1);
	wait_seconds(31);
	assert_true(is_dropped(in(frame_fragment(&answer, 8, 8, true))));
	assert_int_equal(nat.fragments, 0);
}

static void test_fragments_take_a_part_of_the_table_only(void **state)
{
	struct frame answer = frame_udp(B, 53, OUTSIDE, 5000);

	assert_false(is_dropped(out(frame_udp(A, 5000, B, 53))));
	for (unsigned int i = 0; i < 2 * CAPACITY; i++) {
		frame_put16(answer.bytes + answer.l3 + 4, i);
		assert_false(is_dropped(in(frame_fragment(&answer, 0, 16, true))));
	}
	assert_int_equal(nat.table.count, 1 + CAPACITY / NAT_FRAGMENTS_SHARE);
}

static struct frame frame_arp(unsigned int operation, const uint8_t *mac, const char *sender,
			      const char *target)
{
	static const uint8_t kinds[8] = { 0x08, 0x06, 0, 1, 0x08, 0, 6, 4 };
	struct frame frame = { .length = 60, .l3 = 14 };

	memset(frame.bytes, 0xff, 6);
	memcpy(frame.bytes + 6, mac, 6);
	memcpy(frame.bytes + 12, kinds, 8);
	frame_put16(frame.bytes + 20, operation);
	memcpy(frame.bytes + 22, mac, 6);
	put_raw32(frame.bytes + 28, address(sender));
	put_raw32(frame.bytes + 38, address(target));
	return frame;
}

static void check_arp(const struct sent *sent, const uint8_t *mac, const char *own,
		      const uint8_t *to_mac, const char *to)
{
	struct frame want = frame_arp(2, mac, own, to);

	memcpy(want.bytes, to_mac, 6);
	memcpy(want.bytes + 32, to_mac, 6);
	assert_int_equal(sent->outputs, NAT_SAME_SIDE);
	assert_int_equal(sent->frame.length, 42);
	assert_memory_equal(sent->frame.bytes, want.bytes, 42);
}

static void test_arp_for_own_addresses_is_answered(void **state)
{
	struct frame ask = frame_arp(1, a_mac, A, INSIDE), other = frame_arp(1, a_mac, A, A2);
	struct frame outside = frame_arp(1, gateway_mac, GATEWAY, OUTSIDE);
	struct frame reply = frame_arp(2, a_mac, A, INSIDE),
		     wrong = frame_arp(1, a_mac, A, OUTSIDE);
	struct sent sent = pass(&ask, true);

	check_arp(&sent, inside_mac, INSIDE, a_mac, A);
	sent = pass(&outside, false);
	check_arp(&sent, outside_mac, OUTSIDE, gateway_mac, GATEWAY);
	assert_true(is_dropped(pass(&other, true)));
	assert_true(is_dropped(pass(&reply, true)));
	assert_true(is_dropped(pass(&wrong, true)));
	assert_true(is_dropped(pass(&ask, false)));
	assert_int_equal(nat.count.arp_answered, 2);
}

static bool is_question(struct sent sent)
{
	const struct frame want = frame_arp(1, outside_mac, OUTSIDE, GATEWAY);

	return sent.outputs == NAT_OTHER_SIDE && sent.frame.length == 42 &&
	       !memcmp(sent.frame.bytes, want.bytes, 42);
}

static void test_the_gateway_is_asked_for(void **state)
{
	const struct frame frame = frame_udp(A, 5000, B, 53),
			   want = frame_udp(OUTSIDE, 5000, B, 53);
	struct frame answer = frame_arp(2, gateway_mac, GATEWAY, OUTSIDE);
	struct frame wrong = frame_arp(2, a_mac, "203.0.113.253", OUTSIDE);

	settings.gateway_fixed = false;
	start();
	assert_true(is_question(out(frame)));
	assert_true(is_dropped(out(frame)));
	pass(&wrong, false);
	assert_true(is_dropped(out(frame)));
	wait_seconds(1);
	assert_true(is_question(out(frame)));
	assert_int_equal(nat.count.gateway_asked, 2);
	assert_int_equal(nat.count.gateway_waiting, 2);
	assert_true(is_dropped(pass(&answer, false)));
	assert_true(is_out(out(frame), want));
	wait_seconds(60);
	assert_true(is_out(out(frame), want));
	assert_false(is_dropped(in(frame_udp(B, 53, OUTSIDE, 5000)))); /* from its MAC */
	wait_seconds(60);
	assert_true(is_out(out(frame), want));
	wait_seconds(1);
	assert_true(is_question(out(frame))); /* one frame a second */
	assert_true(is_out(out(frame), want));
	wait_seconds(5);
	assert_true(is_question(out(frame)));
	assert_true(is_dropped(out(frame)));
	assert_true(is_dropped(pass(&answer, false)));
	assert_true(is_out(out(frame), want));
}

static void check_echo(struct sent sent, struct frame want, const uint8_t *from, const uint8_t *to)
{
	want.bytes[want.l3 + 8] = 65; /* is_sent() takes one */
	assert_true(is_sent(&sent, NAT_SAME_SIDE, from, to, want));
}

static void test_pings_of_the_nat_are_answered(void **state)
{
	check_echo(out(frame_icmp(A, INSIDE, 8, 0, 7)), frame_icmp(INSIDE, A, 0, 0, 7), inside_mac,
		   a_mac);
	check_echo(out(frame_icmp(A, OUTSIDE, 8, 0, 7)), frame_icmp(OUTSIDE, A, 0, 0, 7),
		   inside_mac, a_mac);
	check_echo(in(frame_icmp(B, OUTSIDE, 8, 0, 7)), frame_icmp(OUTSIDE, B, 0, 0, 7),
		   outside_mac, gateway_mac);
	assert_true(is_dropped(in(frame_icmp(B, INSIDE, 8, 0, 7))));
	assert_true(is_dropped(out(frame_tcp(A, 5000, INSIDE, 80, SYN))));
	assert_int_equal(nat.count.mappings_opened, 0);
}

static void test_what_is_not_for_the_nat_is_dropped(void **state)
{
	struct frame frame = frame_udp(A, 5000, B, 53), ttl = frame;

	assert_true(is_dropped(pass(&frame, true))); /* another MAC */
	assert_true(is_dropped(out(frame_udp("127.0.0.1", 5000, B, 53))));
	assert_true(is_dropped(out(frame_udp("224.0.0.1", 5000, B, 53))));
	assert_true(is_dropped(out(frame_udp(A, 5000, "224.0.0.1", 53))));
	assert_true(is_dropped(in(frame_udp(B, 53, A, 5000))));
	assert_int_equal(nat.count.dropped_not_for_us, 5);
	assert_true(is_dropped(out(frame_tagged(frame, 0x8100, 1))));
	assert_true(is_dropped(out(frame_udp("2001:db8::1", 1, "2001:db8::2", 2))));
	assert_true(is_dropped(out(frame_ip(47, A, B, 40))));
	assert_int_equal(nat.count.dropped_protocol, 3);
	ttl.bytes[ttl.l3 + 8] = 1;
	assert_true(is_dropped(out(ttl)));
	assert_int_equal(nat.count.dropped_ttl, 1);
	frame.length--;
	assert_true(is_dropped(out(frame)));
	assert_int_equal(nat.count.dropped_malformed, 1);
	assert_int_equal(nat.count.mappings_opened, 0);
}

/* What leaves has right checksums if what came had, whatever it is. */
static void test_random_frames_keep_their_checksums(void **state)
{
	const struct frame quoted = frame_udp(OUTSIDE, 1024, B, 53),
			   sent_in = frame_udp(B, 53, A, 1024);
	const struct frame kinds[] = {
		frame_udp(A, 1024, B, 53),
		frame_tcp(A, 1024, B, 80, SYN),
		frame_icmp(A, B, 8, 0, 1024),
		frame_error(A, B, 11, 0, &sent_in, 40),
		frame_udp(A, 1024, OUTSIDE, 1024),
		frame_udp(B, 53, OUTSIDE, 1024),
		frame_tcp(B, 80, OUTSIDE, 1024, ACK),
		frame_icmp(B, OUTSIDE, 0, 0, 1024),
		frame_error(ROUTER, OUTSIDE, 11, 0, &quoted, 40),
		frame_udp(B, 53, OUTSIDE, 1025),
		frame_fragment(&kinds[0], 0, 8, true),
	};
	unsigned int passed = 0;
	uint64_t seed = 3;

	for (unsigned int round = 0; round < 300000; round++) {
		struct frame frame = kinds[round % 11];
		bool from_inside = guarded_random(&seed) % 8 ? round % 11 < 5 : round % 11 >= 5,
		     right;
		struct packet packet;
		struct sent sent;

		for (unsigned int n = guarded_random(&seed) % 3; n; n--)
			frame.bytes[14 + guarded_random(&seed) % (frame.length - 14u)] =
				(uint8_t)guarded_random(&seed);
		if (guarded_random(&seed) % 2)
			frame_finish(&frame);
		if (guarded_random(&seed) % 8 == 0)
			frame.length = guarded_random(&seed) % (frame.length + 1u);
		if (guarded_random(&seed) % 8 == 0)
			wait_seconds(guarded_random(&seed) % 40);
		right = packet_parse(&packet, frame.bytes, frame.length) &&
			packet.network == PACKET_IPV4 &&
			packet_is_ipv4_sum_right(&packet, frame.bytes) && packet.transport &&
			!packet.fragment && packet_is_transport_sum_right(&packet, frame.bytes);
		sent = from_inside ? out(frame) : in(frame);
		if (!sent.outputs || !right)
			continue;
		passed++;
		assert_true(packet_parse(&packet, sent.frame.bytes, sent.frame.length));
		assert_true(packet_is_ipv4_sum_right(&packet, sent.frame.bytes));
		assert_true(packet_is_transport_sum_right(&packet, sent.frame.bytes));
	}
	assert_in_range(passed, 10000, 290000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(errors_from_outside_are_translated),
		TEST(a_quote_may_be_cut_off),
		TEST(errors_about_nothing_known_are_dropped),
		TEST(errors_from_inside_are_translated),
		TEST(errors_keep_nothing_alive),
		TEST(hairpins_go_back_inside),
		TEST(errors_about_hairpins_are_translated_twice),
		TEST(fragments_are_translated_as_their_packet),
		TEST(fragments_take_a_part_of_the_table_only),
		TEST(arp_for_own_addresses_is_answered),
		TEST(the_gateway_is_asked_for),
		TEST(pings_of_the_nat_are_answered),
		TEST(what_is_not_for_the_nat_is_dropped),
		TEST(random_frames_keep_their_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
