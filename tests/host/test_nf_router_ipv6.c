// SPDX-License-Identifier: BSD-3-Clause
/*
 * The router, IPv6: forwarding, ICMPv6, neighbour discovery; and frames at random, of both
 * versions, for two routers that see different bytes behind a frame's end.
 */
#include "router_bed.h"

static struct bed bed;

static const uint8_t own[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
static const uint8_t gateway[16] = { 0xfe, 0x80, [15] = 2 };
static const uint8_t nowhere[16] = { 0x20, 1, 0xd, 0xb8, 0xee, [15] = 1 };
static const uint8_t on_link[16] = { 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 9 };

static int set_up(void **state)
{
	bed_make(&bed);
	return 0;
}

static int tear_down(void **state)
{
	bed_free(&bed);
	return 0;
}

static void is_addressed(const uint8_t *to, unsigned int from_port)
{
	assert_memory_equal(bed.frame, to, 6);
	assert_memory_equal(bed.frame + 6, bed.tables.port[from_port].mac, 6);
}

static uint32_t send_to(const uint8_t *to)
{
	bed_ipv6(&bed, 0, to, 60, 17);
	return bed_run(&bed, 0, 114);
}

static void test_forward(void **state)
{
	uint8_t before[114];

	bed_know_ipv6(&bed, 1, gateway);
	for (unsigned int hops = 2; hops < 256; hops++) {
		uint8_t *ip = bed_ipv6(&bed, 0, bed_ipv6_far, 60, hops);

		ip[7] = hops;
		memcpy(before, bed.frame, sizeof(before));
		bed_run(&bed, 0, 114);
		bed_is_sent(&bed, 114, 1);
		is_addressed(bed_peer, 1);
		before[14 + 7]--;
		assert_memory_equal(before + 12, bed.frame + 12, 102);
	}
	assert_int_equal(bed.router.count.forwarded, 254);
}

/* What an ICMPv6 error about @was, a packet of @bytes, has to look like. */
static void is_icmpv6(const uint8_t *was, uint16_t bytes, const uint8_t *from, uint16_t type_code,
		      uint32_t rest)
{
	const uint8_t *ip = bed.frame + 14;
	uint16_t quoted = bytes > 1232 ? 1232 : bytes;

	bed_is_sent(&bed, 62 + quoted, 0);
	is_addressed(bed_host, 0);
	assert_int_equal(get32(ip), 0x60000000);
	assert_int_equal(get16(ip + 4), 8 + quoted);
	assert_int_equal(ip[6], 58);
	assert_memory_equal(ip + 8, from, 16);
	assert_memory_equal(ip + 24, was + 8, 16);
	assert_int_equal(get16(ip + 40), type_code);
	assert_int_equal(get32(ip + 44), rest);
	assert_int_equal(bed_sum_ipv6(ip), 0xffff);
	assert_memory_equal(ip + 48, was, quoted);
}

static void test_errors(void **state)
{
	static const struct {
		const uint8_t *to;
		uint8_t hops, protocol;
		uint16_t bytes, type_code;
		uint32_t rest;
	} cases[] = {
		{ bed_ipv6_far, 1, 17, 100, 0x0300, 0 },
		{ bed_ipv6_far, 0, 17, 1260, 0x0300, 0 },
		{ bed_ipv6_far, 64, 17, 1401, 0x0200, 1400 },
		{ nowhere, 64, 6, 101, 0x0100, 0 },
		{ own, 1, 17, 100, 0x0104, 0 },
		{ own, 1, 6, 100, 0x0104, 0 },
		{ own, 1, 47, 100, 0x0401, 6 },
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *ip =
			bed_ipv6(&bed, 0, cases[i].to, cases[i].bytes - 40, cases[i].protocol);
		uint8_t was[1500];

		ip[7] = cases[i].hops;
		ip[52] = 0x50; /* a TCP header of 20 bytes */
		memcpy(was, ip, sizeof(was));
		bed_run(&bed, 0, 14 + cases[i].bytes);
		is_icmpv6(was, cases[i].bytes, own, cases[i].type_code, cases[i].rest);
	}
}

/* A link-local source: answered from a link-local address, never forwarded. */
static void test_link_local_source(void **state)
{
	static const uint8_t source[16] = { 0xfe, 0x80, [15] = 0x99 };
	uint8_t *ip, was[100];

	bed_know_ipv6(&bed, 1, gateway);
	ip = bed_ipv6(&bed, 0, bed_ipv6_far, 60, 17);
	memcpy(ip + 8, source, 16);
	memcpy(was, ip, 100);
	bed_run(&bed, 0, 114);
	is_icmpv6(was, 100, bed.tables.port[0].link_local, 0x0102, 0);
}

/* RFC 4443, 2.4 (e): none of these is answered. */
static void test_no_errors_about(void **state)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 100, 127, 137 };
	uint8_t *ip;

	for (unsigned int i = 0; i < sizeof(types); i++) {
		ip = bed_ipv6(&bed, 0, nowhere, 60, 58);
		ip[40] = types[i];
		assert_int_equal(bed_run(&bed, 0, 114), 0);
	}
	bed_ipv6(&bed, 0, nowhere, 4, 58);
	assert_int_equal(bed_run(&bed, 0, 60), 0);
	assert_int_equal(bed.router.count.not_answered, 8);
	ip = bed_ipv6(&bed, 0, nowhere, 60, 17);
	memset(ip + 8, 0, 16); /* from nobody */
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	ip[8] = 0xff; /* from a group */
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	bed_ipv6(&bed, 0, A6(0), 60, 17);
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	bed_ipv6(&bed, 0, A6([15] = 1), 60, 17);
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	assert_int_equal(bed.router.count.malformed, 4);
	bed_ipv6(&bed, 0, nowhere, 60, 17);
	bed.frame[0] = 0x33;
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	bed_ipv6(&bed, 0, A6(0xff, 2, [15] = 1), 60, 17);
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	assert_int_equal(bed.router.count.not_routed, 2);
}

static void test_echo(void **state)
{
	for (unsigned int i = 0; i < 2; i++) { /* to both of its addresses */
		const uint8_t *to = i ? bed.tables.port[0].link_local : own;
		uint8_t *ip = bed_ipv6(&bed, 0, to, 61, 58), data[57];

		put32(ip + 40, 0x80000000);
		bed_seal_icmpv6(ip);
		memcpy(data, ip + 44, 57);
		bed_run(&bed, 0, 115);
		bed_is_sent(&bed, 115, 0);
		is_addressed(bed_host, 0);
		assert_int_equal(get16(ip + 40), 0x8100);
		assert_int_equal(bed_sum_ipv6(ip), 0xffff);
		assert_memory_equal(ip + 8, to, 16);
		assert_memory_equal(ip + 24, bed_ipv6_host, 16);
		assert_memory_equal(ip + 44, data, 57);
		ip = bed_ipv6(&bed, 0, to, 61, 58);
		put32(ip + 40, 0x80000001); /* a wrong checksum */
		assert_int_equal(bed_run(&bed, 0, 115), 0);
	}
}

static void is_solicitation(unsigned int port, const uint8_t *target, const uint8_t *mac)
{
	const uint8_t group[13] = { 0xff, 2, [11] = 1, 0xff };
	const uint8_t group_mac[6] = { 0x33, 0x33, 0xff, target[13], target[14], target[15] };
	const uint8_t *ip = bed.frame + 14;

	bed_is_sent(&bed, 86, port);
	is_addressed(mac ? mac : group_mac, port);
	assert_int_equal(ip[7], 255);
	assert_memory_equal(ip + 8, bed.tables.port[port].link_local, 16);
	assert_memory_equal(ip + 24, mac ? target : group, 13);
	assert_memory_equal(ip + 37, target + 13, 3);
	assert_int_equal(get32(ip + 40) >> 16, 0x8700);
	assert_int_equal(get32(ip + 44), 0);
	assert_memory_equal(ip + 48, target, 16);
	assert_int_equal(get16(ip + 64), 0x0101);
	assert_memory_equal(ip + 66, bed.tables.port[port].mac, 6);
	assert_int_equal(bed_sum_ipv6(ip), 0xffff);
}

/* @option: its kind, or 0 for none. Returns where the packet is; not sealed yet. */
static uint8_t *message(unsigned int port, uint8_t type, const uint8_t *from, const uint8_t *to,
			const uint8_t *target, uint8_t option)
{
	uint8_t *ip = bed_ipv6(&bed, port, to, option ? 32 : 24, 58);

	memcpy(ip + 8, from, 16);
	ip[7] = 255;
	put32(ip + 40, (uint32_t)type << 24);
	put32(ip + 44, 0);
	memcpy(ip + 48, target, 16);
	if (option) {
		put16(ip + 64, option << 8 | 1);
		memcpy(ip + 66, bed_host, 6);
	}
	return ip;
}

static uint32_t run_message(uint8_t *ip, unsigned int port)
{
	bed_seal_icmpv6(ip);
	return bed_run(&bed, port, 54 + get16(ip + 4));
}

/* Asked for, silent, found, confirmed, moved. */
static void test_neighbour_life(void **state)
{
	uint8_t *ip, was[100];

	send_to(on_link);
	is_solicitation(1, on_link, NULL);
	assert_int_equal(send_to(on_link), 0);
	for (unsigned int i = 0; i < 3; i++) {
		bed_pass(&bed, 1000000);
		send_to(on_link);
		is_solicitation(1, on_link, NULL);
	}
	ip = bed_ipv6(&bed, 0, on_link, 60, 17);
	memcpy(was, ip, 100);
	bed_run(&bed, 0, 114);
	is_icmpv6(was, 100, own, 0x0103, 0);

	ip = message(1, 136, on_link, bed.tables.port[1].link_local, on_link, 2);
	ip[44] = 0x60;
	assert_int_equal(run_message(ip, 1), 0);
	send_to(on_link);
	bed_is_sent(&bed, 114, 1);
	is_addressed(bed_host, 1);
	bed_pass(&bed, 61000000);
	send_to(on_link);
	is_solicitation(1, on_link, bed_host);
	/* Another address counts only with the override flag (7.2.5). */
	for (unsigned int i = 0; i < 2; i++) {
		ip = message(1, 136, on_link, bed.tables.port[1].link_local, on_link, 2);
		memcpy(ip + 66, bed_peer, 6);
		ip[44] = i ? 0x20 : 0x40;
		assert_int_equal(run_message(ip, 1), 0);
		send_to(on_link);
		bed_is_sent(&bed, 114, 1);
		is_addressed(i ? bed_peer : bed_host, 1);
	}
	/* Unasked, nobody is added. */
	ip = message(0, 136, bed_ipv6_host, own, bed_ipv6_host, 2);
	ip[44] = 0x60;
	run_message(ip, 0);
	send_to(bed_ipv6_host);
	is_solicitation(0, bed_ipv6_host, NULL);
}

static void test_solicited(void **state)
{
	const uint8_t group[16] = { 0xff, 2, [11] = 1, 0xff, [15] = 1 },
		      all[16] = { 0xff, 2, [15] = 1 };
	const uint8_t all_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 }, none[16] = { 0 };
	uint8_t *ip;

	for (unsigned int i = 0; i < 2; i++) { /* somebody asks; then somebody without an address */
		ip = message(0, 135, i ? none : bed_ipv6_host, group, own, i ? 0 : 1);
		memcpy(bed.frame, (uint8_t[6]){ 0x33, 0x33, 0xff, 0, 0, 1 }, 6);
		run_message(ip, 0);
		bed_is_sent(&bed, 86, 0);
		is_addressed(i ? all_mac : bed_host, 0);
		assert_int_equal(ip[7], 255);
		assert_memory_equal(ip + 8, own, 16);
		assert_memory_equal(ip + 24, i ? all : bed_ipv6_host, 16);
		assert_int_equal(get16(ip + 40), 0x8800);
		assert_int_equal(get32(ip + 44), i ? 0xa0000000 : 0xe0000000);
		assert_memory_equal(ip + 48, own, 16);
		assert_int_equal(get16(ip + 64), 0x0201);
		assert_memory_equal(ip + 66, bed.tables.port[0].mac, 6);
		assert_int_equal(bed_sum_ipv6(ip), 0xffff);
	}
	send_to(bed_ipv6_host); /* who asked is known */
	bed_is_sent(&bed, 114, 0);
	is_addressed(bed_host, 0);
}

/* 7.1.1: what is no valid solicitation teaches nothing and is not answered. */
static void test_bad_solicitations(void **state)
{
	for (unsigned int i = 0; i < 10; i++) {
		uint8_t *ip = message(0, 135, bed_ipv6_host, own, own, 1);

		if (i == 0)
			ip[7] = 254;
		if (i == 1)
			ip[41] = 1;
		if (i == 2)
			ip[48] = 0xff;
		if (i == 3)
			ip[65] = 0;
		if (i == 4)
			ip[65] = 2;
		if (i == 5)
			memset(ip + 8, 0, 16); /* from nobody, to an address */
		if (i == 6)
			memcpy(ip + 8, on_link, 16); /* of another link */
		if (i == 7)
			memcpy(ip + 48, on_link, 16); /* not ours */
		if (i == 8)
			put16(ip + 4, 20);
		bed_seal_icmpv6(ip);
		if (i == 9)
			ip[43] ^= 1;
		assert_int_equal(bed_run(&bed, 0, 86), 0);
	}
	assert_int_equal(bed.router.neighbours.flows.count, 0);
}

/* Whatever comes: what is behind the frame's end does not matter, and what leaves fits. */
static void test_random(void **state)
{
	static struct bed other;
	static const uint16_t types[] = { 0x800, 0x86dd, 0x806, 0x8100 };
	uint64_t seed = 3;

	bed_make(&other);
	bed_know_ipv4(&bed, 1, A4(198, 51, 100, 2));
	bed_know_ipv4(&other, 1, A4(198, 51, 100, 2));
	for (unsigned int round = 0; round < 200000; round++) {
		uint64_t random = guarded_random(&seed);
		uint16_t length = random % 16 ? 14 + random / 16 % 150 : 14 + random / 16 % 1600;
		uint8_t *ip = bed.frame + 14;

		if (random >> 40 & 1)
			bed_ipv4(&bed, 0, A4(10, 1 + (random >> 41) % 9, 0, 1),
				 length < 42 ? 28 : length - 14, random >> 50);
		else
			bed_ipv6(&bed, 0, random >> 41 & 1 ? own : bed_ipv6_far,
				 length < 54 ? 0 : length - 54, random >> 50);
		if (!(random >> 44 & 7))
			put16(bed.frame + 12, types[random >> 50 & 3]);
		for (unsigned int i = guarded_random(&seed) % 4; i > 0; i--)
			ip[guarded_random(&seed) % 64] = (uint8_t)guarded_random(&seed);
		if (ip[0] >> 4 == 4 && random >> 60 & 1)
			bed_seal(ip);
		memcpy(other.frame, bed.frame, sizeof(bed.frame));
		memset(other.frame + length, 0xa5, sizeof(other.frame) - length);
		bed_run(&bed, random >> 62 & 1, length);
		bed_run(&other, random >> 62 & 1, length);
		assert_int_equal(bed.verdict, other.verdict);
		if (!bed.verdict)
			continue;
		assert_in_range(bed.verdict & 0xffff, 14, length > 1294 ? length : 1294);
		assert_memory_equal(bed.frame, other.frame, bed.verdict & 0xffff);
	}
	assert_memory_equal(&bed.router.count, &other.router.count, sizeof(bed.router.count));
	bed_free(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forward),
		TEST(test_errors),
		TEST(test_link_local_source),
		TEST(test_no_errors_about),
		TEST(test_echo),
		TEST(test_neighbour_life),
		TEST(test_solicited),
		TEST(test_bad_solicitations),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
