// SPDX-License-Identifier: BSD-3-Clause
/*
 * The firewall and frames that need care: those without flows, VLANs, services, fragments; a
 * table that is full; frames at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "firewall_world.h"

static void test_neighbour_discovery_passes_from_this_link_only(void **state)
{
	for (uint8_t type = 130; type < 140; type++) {
		struct frame far = frame_icmp("fe80::1", "ff02::1", type, 0, 0), near = far;
		bool discovery = type >= 133 && type <= 136;

		near.bytes[near.l3 + 7] = 255;
		assert_int_equal(in(near), type <= 136);
		assert_int_equal(in(far), type <= 132);
		assert_true(out(near));
		assert_true(out(far) || !discovery);
	}
}

static void test_arp_passes_other_types_do_not(void **state)
{
	struct frame arp = { .length = 42 }, other = { .length = 60 };
	static const uint8_t kinds[8] = { 0x08, 0x06, 0, 1, 0x08, 0, 6, 4 };

	memcpy(arp.bytes + 12, kinds, 8);
	assert_true(in(arp) && out(arp));
	frame_put16(other.bytes + 12, 0x8864); /* PPPoE may have IP in it */
	assert_false(in(other));
	assert_false(out(other));
	assert_int_equal(firewall.count.dropped_other_type, 2);
	arp.length = 41;
	assert_false(in(arp));
	assert_int_equal(firewall.count.dropped_malformed, 1);
}

static void test_protocols_without_ports_are_flows_by_address(void **state)
{
	assert_false(in(frame_ip(50, B, A, 40)));
	assert_true(out(frame_ip(50, A, B, 40)));
	assert_true(in(frame_ip(50, B, A, 40)));
	assert_false(in(frame_ip(47, B, A, 40)));
	assert_false(in(frame_ip(50, C, A, 40)));
}

static void test_vlans_are_apart(void **state)
{
	assert_true(out(frame_tagged(frame_udp(A, 1024, B, 53), 0x8100, 5)));
	assert_true(in(frame_tagged(frame_udp(B, 53, A, 1024), 0x8100, 5)));
	assert_true(in(frame_tagged(frame_udp(B, 53, A, 1024), 0x8100, 0xe005))); /* priority */
	assert_false(in(frame_tagged(frame_udp(B, 53, A, 1024), 0x8100, 6)));
	assert_false(in(frame_udp(B, 53, A, 1024)));
	assert_true(out(frame_tagged(frame_tagged(frame_udp(A, 1, B, 5), 0x8100, 5), 0x88a8, 9)));
	assert_true(in(frame_tagged(frame_tagged(frame_udp(B, 5, A, 1), 0x8100, 5), 0x88a8, 9)));
	assert_false(in(frame_tagged(frame_tagged(frame_udp(B, 5, A, 1), 0x8100, 5), 0x88a8, 5)));
	assert_false(in(frame_tagged(frame_udp(B, 5, A, 1), 0x88a8, 9)));
}

static void test_services_are_open_to_all(void **state)
{
	const struct frame answer = frame_tcp(A, 80, B, 1024, SYN | ACK);

	settings.tcp_service[80 / 8] |= 1 << 80 % 8;
	settings.udp_service[53 / 8] |= 1 << 53 % 8;
	assert_true(in(frame_tcp(B, 1024, A, 80, SYN)));
	assert_true(in(frame_udp(B, 1024, A, 53)));
	assert_false(in(frame_tcp(B, 1024, A, 53, SYN)));
	assert_false(in(frame_udp(B, 1024, A, 80)));
	assert_false(in(frame_udp(B, 80, A, 81)));
	assert_true(in(frame_tcp(B6, 1024, A6, 80, SYN)));
	assert_true(in(frame_error(C, A, 11, 0, &answer, 28)));
	assert_int_equal(firewall.count.services_in, 3);
	assert_int_equal(firewall.table.count, 0);
}

static void test_fragments_come_in_behind_their_first(void **state)
{
	struct frame whole = frame_udp(B, 53, A, 1024), other;

	frame_put16(whole.bytes + whole.l3 + 4, 0x1234);
	other = whole;
	frame_put16(other.bytes + other.l3 + 4, 0x1235);
	assert_true(out(frame_udp(A, 1024, B, 53)));
	assert_false(in(frame_fragment(&whole, 16, 4, false)));
	assert_true(in(frame_fragment(&whole, 0, 16, true)));
	assert_true(in(frame_fragment(&whole, 16, 4, false)));
	assert_false(in(frame_fragment(&other, 16, 4, false)));
	assert_int_equal(firewall.count.fragmented_in, 1);
	assert_int_equal(firewall.count.dropped_fragment, 2);
	wait_seconds(31);
	assert_false(in(frame_fragment(&whole, 16, 4, false)));
	assert_int_equal(firewall.fragments, 0);
}

static void test_fragments_of_what_is_not_let_in_stay_out(void **state)
{
	const struct frame whole = frame_udp(B, 53, A, 1024);

	assert_false(in(frame_fragment(&whole, 0, 16, true)));
	assert_false(in(frame_fragment(&whole, 16, 4, false)));
	assert_true(out(frame_fragment(&whole, 16, 4, false)));
	assert_false(in(frame_fragment(&whole, 16, 4, false)));
}

/* RFC 3128: 8 bytes from offset 8 on would take the place of flags that were looked at. */
static void test_no_fragment_writes_over_flags_of_tcp(void **state)
{
	const struct frame whole = frame_tcp(B, 80, A, 1024, ACK);

	assert_true(out(frame_tcp(A, 1024, B, 80, SYN)));
	assert_true(in(frame_fragment(&whole, 0, 24, true)));
	assert_false(in(frame_fragment(&whole, 8, 8, true)));
	assert_true(in(frame_fragment(&whole, 24, 9, false)));
}

static void test_fragments_take_a_part_of_the_table_only(void **state)
{
	struct frame whole = frame_udp(B, 53, A, 1024);

	assert_true(out(frame_udp(A, 1024, B, 53)));
	for (unsigned int i = 0; i < 2 * CAPACITY; i++) {
		frame_put16(whole.bytes + whole.l3 + 4, i);
		assert_true(in(frame_fragment(&whole, 0, 16, true)));
	}
	assert_int_equal(firewall.table.count, 1 + CAPACITY / FIREWALL_FRAGMENTS_SHARE);
}

static void test_fragments_of_ipv6(void **state)
{
	struct frame first = frame_udp(B6, 53, A6, 1024), later;
	uint8_t *ip = first.bytes + first.l3;

	memmove(first.bytes + first.l4 + 8, first.bytes + first.l4, 20);
	memcpy(first.bytes + first.l4, (uint8_t[]){ 17, 0, 0, 1, 1, 2, 3, 4 }, 8);
	ip[6] = 44;
	frame_put16(ip + 4, 24);
	first.length = first.l4 + 24;
	later = first;
	frame_put16(later.bytes + later.l4 + 2, 16);
	assert_true(out(frame_udp(A6, 1024, B6, 53)));
	assert_false(in(later));
	assert_true(in(first));
	assert_true(in(later));
	later.bytes[later.l4 + 7]++;
	assert_false(in(later));
}

static void test_a_full_table_drops_new_flows_and_harms_no_old_ones(void **state)
{
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_true(out(frame_udp(A, 1024 + i, B, 53)));
	assert_false(out(frame_udp(A, 2000, B, 53)));
	assert_true(out(frame_tcp(A, 2000, B, 53, ACK)));
	assert_int_equal(firewall.count.dropped_full, 1);
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_true(in(frame_udp(B, 53, A, 1024 + i)));
	wait_seconds(301);
	assert_true(out(frame_udp(A, 2000, B, 53)));
}

/* More than are removed at once. Those that are not removed yet let nothing in either. */
static void test_flows_that_expired_together_are_gone_together(void **state)
{
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_true(out(frame_udp(A, 1024 + i, B, 53)));
	wait_seconds(301);
	assert_int_equal(firewall.table.count, CAPACITY - FIREWALL_EXPIRE);
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_false(in(frame_udp(B, 53, A, 1024 + i)));
	for (unsigned int i = 0; i < CAPACITY; i++)
		assert_true(out(frame_udp(A, 1024 + i, B, 53)));
}

static void test_new_settings_hold_for_old_flows(void **state)
{
	assert_true(out(frame_udp(A, 1024, B, 53)));
	settings.timeout[FIREWALL_UDP] = 10;
	firewall_set(&firewall, &settings);
	wait_seconds(11);
	assert_false(in(frame_udp(B, 53, A, 1024)));
}

/* Frames of all kinds with bytes changed at random: none is changed or read past its end. */
static void test_random_frames_change_nothing(void **state)
{
	const struct frame sent = frame_udp(A, 1024, B, 53);
	const struct frame kinds[] = {
		frame_udp(A, 1024, B, 53),
		frame_tcp(A6, 1024, B6, 80, SYN),
		frame_icmp(A, B, 8, 0, 7),
		frame_error(A, B, 11, 0, &sent, 28),
		frame_fragment(&sent, 0, 16, true),
		frame_tagged(frame_udp(A, 1024, B, 53), 0x8100, 5),
		frame_icmp(A6, B6, 129, 0, 7),
	};
	unsigned int passed = 0;
	uint64_t seed = 3;

	for (unsigned int round = 0; round < 300000; round++) {
		struct frame frame = kinds[round % 7];

		for (unsigned int n = guarded_random(&seed) % 5; n; n--)
			frame.bytes[guarded_random(&seed) % frame.length] =
				(uint8_t)guarded_random(&seed);
		if (guarded_random(&seed) % 4 == 0)
			frame.length = guarded_random(&seed) % (frame.length + 1u);
		if (guarded_random(&seed) % 8 == 0)
			wait_seconds(guarded_random(&seed) % 40);
		passed += pass(frame, guarded_random(&seed) % 2);
	}
	assert_in_range(passed, 10000, 290000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(neighbour_discovery_passes_from_this_link_only),
		TEST(arp_passes_other_types_do_not),
		TEST(protocols_without_ports_are_flows_by_address),
		TEST(vlans_are_apart),
		TEST(services_are_open_to_all),
		TEST(fragments_come_in_behind_their_first),
		TEST(fragments_of_what_is_not_let_in_stay_out),
		TEST(no_fragment_writes_over_flags_of_tcp),
		TEST(fragments_take_a_part_of_the_table_only),
		TEST(fragments_of_ipv6),
		TEST(a_full_table_drops_new_flows_and_harms_no_old_ones),
		TEST(flows_that_expired_together_are_gone_together),
		TEST(new_settings_hold_for_old_flows),
		TEST(random_frames_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
