// SPDX-License-Identifier: BSD-3-Clause
/*
 * The router, IPv4 and ARP: what becomes of a frame, byte by byte where a standard says so.
 * test_nf_router_ipv6.c has IPv6, neighbour discovery and frames at random.
 */
#include "router_bed.h"

static struct bed bed;

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

/* For every TTL and checksum: one hop less, a right checksum, nothing else changed. */
static void test_forward(void **state)
{
	uint8_t before[1514];

	bed_know_ipv4(&bed, 1, A4(198, 51, 100, 2));
	for (unsigned int i = 0; i < 65536; i++) {
		uint8_t *ip = bed_ipv4(&bed, 0, A4(10, 1, i >> 8, i), 100, 17);

		ip[8] = 2 + i % 254;
		put16(ip + 4, i);
		bed_seal(ip);
		memcpy(before, bed.frame, sizeof(before));
		bed_run(&bed, 0, 114);
		bed_is_sent(&bed, 114, 1);
		is_addressed(bed_peer, 1);
		assert_int_equal(bed_sum(ip, 20, 0), 0xffff);
		before[14 + 8]--;
		memcpy(before + 24, ip + 10, 2);
		assert_memory_equal(before + 12, bed.frame + 12, 102);
	}
	assert_int_equal(bed.router.count.forwarded, 65536);
}

static void test_to_neighbour_on_link(void **state)
{
	bed_know_ipv4(&bed, 2, A4(203, 0, 113, 0));
	bed_ipv4(&bed, 0, A4(203, 0, 113, 0), 100, 17);
	bed_run(&bed, 0, 114);
	bed_is_sent(&bed, 114, 2);
	/* and back to where it came from */
	bed_know_ipv4(&bed, 0, A4(192, 0, 2, 50));
	bed_ipv4(&bed, 0, A4(192, 0, 2, 50), 100, 17);
	bed_run(&bed, 0, 114);
	bed_is_sent(&bed, 114, 0);
}

static void is_arp_request(unsigned int port, const uint8_t *own, const uint8_t *target)
{
	const uint8_t kinds[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	const uint8_t *arp = bed.frame + 14;

	bed_is_sent(&bed, 42, port);
	assert_int_equal(get16(bed.frame + 12), 0x806);
	assert_memory_equal(arp, kinds, 8);
	assert_memory_equal(arp + 8, bed.tables.port[port].mac, 6);
	assert_memory_equal(arp + 14, own, 4);
	assert_memory_equal(arp + 24, target, 4);
}

static void arp_reply(unsigned int port, const uint8_t *ip, const uint8_t *mac)
{
	uint8_t *arp = bed.frame + 14;

	bed_ethernet(&bed, port, 0x806);
	memcpy(arp, (uint8_t[8]){ 0, 1, 8, 0, 6, 4, 0, 2 }, 8);
	memcpy(arp + 8, mac, 6);
	memcpy(arp + 14, ip, 4);
	memcpy(arp + 18, bed.tables.port[port].mac, 6);
	memcpy(arp + 24, bed.tables.port[port].ipv4, 4);
	assert_int_equal(bed_run(&bed, port, 60), 0);
}

static uint32_t send_to(const uint8_t *to)
{
	bed_ipv4(&bed, 0, to, 100, 17);
	return bed_run(&bed, 0, 114);
}

/* A neighbour that is asked for, does not answer, answers, is trusted, is asked again, moves. */
static void test_arp_life(void **state)
{
	const uint8_t *gateway = A4(198, 51, 100, 2), *far = A4(10, 1, 2, 3);
	const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };

	for (unsigned int second = 0; second < 3; second++) {
		send_to(far);
		is_arp_request(1, A4(198, 51, 100, 1), gateway);
		is_addressed(broadcast, 1);
		bed_pass(&bed, 999999);
		assert_int_equal(send_to(far), 0);
		bed_pass(&bed, 1);
	}
	assert_int_equal(bed.router.count.waiting, 3);
	send_to(far);
	is_arp_request(1, A4(198, 51, 100, 1), gateway);
	send_to(far);
	bed_is_sent(&bed, 14 + 20 + 8 + 100, 0);
	assert_int_equal(get16(bed.frame + 34), 0x0301); /* host unreachable */

	arp_reply(1, gateway, bed_peer);
	send_to(far);
	bed_is_sent(&bed, 114, 1);
	is_addressed(bed_peer, 1);
	bed_pass(&bed, 59000000);
	send_to(far);
	bed_is_sent(&bed, 114, 1);
	/* Now it is asked, and goes on getting its frames. */
	for (unsigned int second = 0; second < 3; second++) {
		bed_pass(&bed, 1000000);
		send_to(far);
		is_arp_request(1, A4(198, 51, 100, 1), gateway);
		is_addressed(bed_peer, 1);
		send_to(far);
		bed_is_sent(&bed, 114, 1);
	}
	/* Then everybody is. */
	bed_pass(&bed, 1000000);
	send_to(far);
	is_arp_request(1, A4(198, 51, 100, 1), gateway);
	is_addressed(broadcast, 1);
	assert_int_equal(send_to(far), 0);
	arp_reply(1, gateway, bed_host);
	send_to(far);
	bed_is_sent(&bed, 114, 1);
	is_addressed(bed_host, 1);
}

/* Who is fixed stays, whatever is said; who was not asked for and says nothing to us is not added. */
static void test_arp_trust(void **state)
{
	const uint8_t *fixed = A4(198, 51, 100, 7), group[6] = { 3 }, none[6] = { 0 };
	struct neighbour_key key = neighbour_key_ipv4(1, fixed);

	assert_true(neighbour_fix(&bed.router.neighbours, &key, bed_peer));
	arp_reply(1, fixed, bed_host);
	bed_pass(&bed, 1000000000000);
	send_to(fixed);
	bed_is_sent(&bed, 114, 1);
	is_addressed(bed_peer, 1);

	arp_reply(1, A4(192, 0, 2, 5), bed_peer); /* of another link */
	arp_reply(1, A4(198, 51, 100, 255), bed_peer); /* broadcast */
	arp_reply(1, A4(198, 51, 100, 1), bed_peer); /* our own */
	arp_reply(1, A4(198, 51, 100, 5), group);
	arp_reply(1, A4(198, 51, 100, 5), none);
	send_to(A4(198, 51, 100, 5));
	is_arp_request(1, A4(198, 51, 100, 1), A4(198, 51, 100, 5));
	send_to(A4(192, 0, 2, 5));
	is_arp_request(0, A4(192, 0, 2, 1), A4(192, 0, 2, 5));
}

static uint32_t arp_request(const uint8_t *sender, const uint8_t *target)
{
	uint8_t *arp = bed.frame + 14;

	bed_ethernet(&bed, 0, 0x806);
	memset(bed.frame, 0xff, 6);
	memcpy(arp, (uint8_t[8]){ 0, 1, 8, 0, 6, 4, 0, 1 }, 8);
	memcpy(arp + 8, bed_host, 6);
	memcpy(arp + 14, sender, 4);
	memcpy(arp + 24, target, 4);
	return bed_run(&bed, 0, 60);
}

static void test_arp_answer(void **state)
{
	const uint8_t *host = A4(192, 0, 2, 99), *own = A4(192, 0, 2, 1);
	const uint8_t *arp = bed.frame + 14;

	arp_request(host, own);
	bed_is_sent(&bed, 42, 0);
	is_addressed(bed_host, 0);
	assert_int_equal(get16(arp + 6), 2);
	assert_memory_equal(arp + 8, bed.tables.port[0].mac, 6);
	assert_memory_equal(arp + 14, own, 4);
	assert_memory_equal(arp + 18, bed_host, 6);
	assert_memory_equal(arp + 24, host, 4);
	/* it is known now */
	send_to(host);
	bed_is_sent(&bed, 114, 0);
	is_addressed(bed_host, 0);
	/* a probe (RFC 5227) is answered as well */
	arp_request(A4(0, 0, 0, 0), own);
	bed_is_sent(&bed, 42, 0);
	/* other addresses are not, neither are those of other ports */
	assert_int_equal(arp_request(host, A4(192, 0, 2, 2)), 0);
	assert_int_equal(arp_request(host, A4(198, 51, 100, 1)), 0);
}

/* What an ICMP error about @was, a packet of @bytes, has to look like. */
static void is_icmp(const uint8_t *was, uint16_t bytes, unsigned int port, uint16_t type_code,
		    uint32_t rest)
{
	const uint8_t *ip = bed.frame + 14;
	uint16_t quoted = bytes > 548 ? 548 : bytes;

	bed_is_sent(&bed, 42 + quoted, port);
	is_addressed(bed_host, port);
	assert_int_equal(ip[0], 0x45);
	assert_int_equal(ip[1], 0xc8);
	assert_int_equal(get16(ip + 2), 28 + quoted);
	assert_int_equal(ip[9], 1);
	assert_int_equal(bed_sum(ip, 20, 0), 0xffff);
	assert_memory_equal(ip + 12, bed.tables.port[port].ipv4, 4);
	assert_memory_equal(ip + 16, was + 12, 4);
	assert_int_equal(get16(ip + 20), type_code);
	assert_int_equal(get32(ip + 24), rest);
	assert_int_equal(bed_sum(ip + 20, 8 + quoted, 0), 0xffff);
	assert_memory_equal(ip + 28, was, quoted);
}

static void test_errors(void **state)
{
	static const struct {
		uint8_t to[4], ttl, protocol;
		uint16_t bytes, type_code;
		uint32_t rest;
	} cases[] = {
		{ { 10, 1, 2, 3 }, 1, 17, 46, 0x0b00, 0 }, /* time exceeded */
		{ { 10, 1, 2, 3 }, 0, 17, 1500, 0x0b00, 0 },
		{ { 10, 1, 2, 3 }, 64, 17, 1401, 0x0304, 1400 }, /* too big */
		{ { 10, 1, 2, 3 }, 1, 17, 560, 0x0b00, 0 }, /* a little longer than what fits */
		{ { 9, 9, 9, 9 }, 64, 17, 100, 0x0300, 0 }, /* no route */
		{ { 10, 8, 0, 1 }, 64, 6, 100, 0x0300, 0 },
		{ { 192, 0, 2, 1 }, 1, 17, 100, 0x0303, 0 }, /* no port, whatever the TTL */
		{ { 198, 51, 100, 1 }, 1, 17, 100, 0x0303, 0 },
		{ { 192, 0, 2, 1 }, 64, 47, 100, 0x0302, 0 }, /* no protocol */
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *ip = bed_ipv4(&bed, 0, cases[i].to, cases[i].bytes, cases[i].protocol);
		uint8_t was[1500];

		ip[8] = cases[i].ttl;
		ip[32] = 0x50; /* a TCP header of 20 bytes */
		bed_seal(ip);
		memcpy(was, ip, sizeof(was));
		bed_run(&bed, 0, 14 + cases[i].bytes);
		is_icmp(was, cases[i].bytes, 0, cases[i].type_code, cases[i].rest);
	}
	assert_int_equal(bed.router.count.time_exceeded, 3);
	assert_int_equal(bed.router.count.too_big, 1);
	assert_int_equal(bed.router.count.unreachable, 5);
}

/* Padding is no part of what is quoted; a packet just as big as the MTU is not too big. */
static void test_edges(void **state)
{
	uint8_t *ip = bed_ipv4(&bed, 0, A4(9, 9, 9, 9), 29, 17), was[60];

	memcpy(was, ip, 60);
	bed_run(&bed, 0, 60);
	is_icmp(was, 29, 0, 0x0300, 0);
	bed_know_ipv4(&bed, 1, A4(198, 51, 100, 2));
	bed_ipv4(&bed, 0, A4(10, 1, 2, 3), 1400, 17);
	bed_run(&bed, 0, 1414);
	bed_is_sent(&bed, 1414, 1);
}

/* RFC 1812, 4.3.2.7: none of these is answered. */
static void test_no_errors_about(void **state)
{
	static const uint8_t icmp_errors[] = { 3, 4, 5, 11, 12 };
	const uint8_t *nowhere = A4(9, 9, 9, 9);
	uint8_t *ip;

	for (unsigned int i = 0; i < sizeof(icmp_errors); i++) {
		ip = bed_ipv4(&bed, 0, nowhere, 100, 1);
		ip[20] = icmp_errors[i];
		assert_int_equal(bed_run(&bed, 0, 114), 0);
	}
	bed_ipv4(&bed, 0, nowhere, 24, 1); /* ICMP, but who knows what */
	assert_int_equal(bed_run(&bed, 0, 60), 0);
	ip = bed_ipv4(&bed, 0, nowhere, 100, 17);
	put16(ip + 6, 0x0001); /* not the first fragment */
	bed_seal(ip);
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	ip = bed_ipv4(&bed, 0, nowhere, 100, 17);
	memcpy(ip + 12, A4(192, 0, 2, 255), 4); /* from a broadcast address */
	bed_seal(ip);
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	assert_int_equal(bed.router.count.not_answered, 8);
	bed_ipv4(&bed, 0, nowhere, 100, 17);
	bed.frame[0] = 1; /* to a group */
	assert_int_equal(bed_run(&bed, 0, 114), 0);
	assert_int_equal(bed.router.count.not_routed, 1);
	ip = bed_ipv4(&bed, 0, nowhere, 100, 1); /* but about a ping */
	ip[20] = 8;
	bed_run(&bed, 0, 114);
	bed_is_sent(&bed, 142, 0);
	ip = bed_ipv4(&bed, 0, nowhere, 100, 17); /* and about a first fragment */
	put16(ip + 6, 0x2000);
	bed_seal(ip);
	bed_run(&bed, 0, 114);
	bed_is_sent(&bed, 142, 0);
}

static void test_rate(void **state)
{
	unsigned int sent = 0;

	for (unsigned int i = 0; i < 100; i++)
		sent += send_to(A4(9, 9, 9, 9)) != 0;
	assert_int_equal(sent, 10); /* a burst */
	for (unsigned int i = 0; i < 100; i++, bed_pass(&bed, 500))
		sent += send_to(A4(9, 9, 9, 9)) != 0;
	assert_in_range(sent, 59, 60); /* then one a millisecond */
	bed.router.icmp_interval_us = 0;
	bed_pass(&bed, 1000000);
	assert_int_equal(send_to(A4(9, 9, 9, 9)), 0);
}

static void test_echo(void **state)
{
	for (uint16_t bytes = 28; bytes < 1501; bytes++) {
		uint8_t *ip = bed_ipv4(&bed, 0, A4(198, 51, 100, 1), bytes, 1), data[1480];

		put32(ip + 20, 0x08000000);
		put32(ip + 24, 0x12340000u + bytes);
		put16(ip + 22, ~bed_sum(ip + 20, bytes - 20, 0));
		memcpy(data, ip + 24, bytes - 24);
		bed_run(&bed, 0, 14 + bytes < 60 ? 60 : 14 + bytes);
		bed_is_sent(&bed, 14 + bytes, 0);
		is_addressed(bed_host, 0);
		assert_int_equal(bed_sum(ip, 20, 0), 0xffff);
		assert_int_equal(bed_sum(ip + 20, bytes - 20, 0), 0xffff);
		assert_int_equal(get16(ip + 20), 0);
		assert_memory_equal(ip + 12, A4(198, 51, 100, 1), 4);
		assert_memory_equal(ip + 16, A4(192, 0, 2, 99), 4);
		assert_memory_equal(ip + 24, data, bytes - 24);
		ip = bed_ipv4(&bed, 0, A4(192, 0, 2, 1), bytes, 1);
		put32(ip + 20, 0x08000001); /* a wrong checksum */
		assert_int_equal(bed_run(&bed, 0, 14 + bytes < 60 ? 60 : 14 + bytes), 0);
	}
}

static void is_dropped(uint64_t *counter, uint16_t length)
{
	uint64_t before = *counter;

	bed_run(&bed, 0, length);
	assert_int_equal(bed.verdict, 0);
	assert_int_equal(*counter, before + 1);
}

static void test_dropped(void **state)
{
	static const uint8_t sources[][4] = {
		{ 0 }, { 127, 0, 0, 1 }, { 224, 0, 0, 1 }, { 240 }, { 255, 255, 255, 255 }
	};
	struct router_counters *count = &bed.router.count;
	uint8_t *ip;

	for (unsigned int i = 0; i < 5; i++) {
		ip = bed_ipv4(&bed, 0, A4(10, 1, 2, 3), 100, 17);
		memcpy(ip + 12, sources[i], 4);
		bed_seal(ip);
		is_dropped(&count->malformed, 114);
	}
	bed_ipv4(&bed, 0, A4(127, 0, 0, 1), 100, 17);
	is_dropped(&count->malformed, 114);
	ip = bed_ipv4(&bed, 0, A4(10, 1, 2, 3), 100, 17);
	ip[4] ^= 1; /* checksum */
	is_dropped(&count->malformed, 114);
	for (unsigned int i = 0; i < 2; i++) { /* source routes; record route is fine */
		ip = bed_ipv4(&bed, 0, A4(10, 1, 2, 3), 100, 17);
		ip[0] = 0x46;
		put32(ip + 20, i ? 0x01890304 : 0x83030400);
		bed_seal(ip);
		is_dropped(&count->malformed, 114);
	}
	bed_ipv4(&bed, 0, A4(224, 0, 0, 5), 100, 17);
	is_dropped(&count->not_routed, 114);
	bed_ipv4(&bed, 0, A4(198, 51, 100, 255), 100, 17);
	is_dropped(&count->not_routed, 114);
	bed_ipv4(&bed, 0, A4(198, 51, 100, 0), 100, 17);
	is_dropped(&count->not_routed, 114);
	bed_ipv4(&bed, 0, A4(10, 9, 0, 1), 100, 17);
	is_dropped(&count->blackhole, 114);
	bed_ipv4(&bed, 0, A4(10, 1, 2, 3), 100, 17);
	bed.frame[5] ^= 1; /* somebody else's */
	is_dropped(&count->not_for_us, 114);
	bed_ethernet(&bed, 0, 0x88cc);
	is_dropped(&count->not_routed, 60);
	bed_ethernet(&bed, 0, 0x8100);
	is_dropped(&count->not_routed, 60);
}

/* No room for another neighbour: those that are known keep getting their frames. */
static void test_full(void **state)
{
	const uint8_t *known = A4(198, 51, 100, 2);

	bed_make_neighbours(&bed, 10);
	bed_know_ipv4(&bed, 1, known);
	for (unsigned int i = 0; i < 100; i++)
		send_to(A4(192, 0, 2, 100 + i));
	assert_int_equal(bed.router.count.asked, 9);
	assert_int_equal(bed.router.count.neighbours_full, 91);
	send_to(A4(10, 1, 2, 3));
	bed_is_sent(&bed, 114, 1);
	bed_pass(&bed, NEIGHBOUR_ASKED_S * 1000000 + 1000000); /* who did not answer makes room */
	send_to(A4(192, 0, 2, 222));
	is_arp_request(0, A4(192, 0, 2, 1), A4(192, 0, 2, 222));
	send_to(A4(10, 1, 2, 3));
	bed_is_sent(&bed, 114, 1);
}

static void test_gateways(void **state)
{
	struct router_address address[] = { bed_address(1, 24, A4(192, 0, 2, 1), 32),
					    bed_address(2, 28, A4(192, 0, 2, 17), 32) };
	struct router_plan plan = { .address = address, .addresses = 2, .port_count = 3 };
	struct router_route far = bed_route(32, A4(10, 0, 0, 0), 8, HOP_VIA, A4(192, 0, 2, 20));

	assert_true(router_find_gateway(&plan, &far));
	assert_int_equal(far.hop.port, 2); /* the longest subnet */
	assert_memory_equal(far.hop.own, address[1].address, 4);
	far = bed_route(32, A4(10, 0, 0, 0), 8, HOP_VIA, A4(192, 0, 2, 1));
	assert_false(router_find_gateway(&plan, &far));
	far = bed_route(32, A4(10, 0, 0, 0), 8, HOP_VIA, A4(192, 0, 3, 1));
	assert_false(router_find_gateway(&plan, &far));
	far = bed_route(128, A6(0x20), 8, HOP_VIA, A6(192, 0, 2, 20));
	assert_false(router_find_gateway(&plan, &far));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forward),    TEST(test_to_neighbour_on_link),
		TEST(test_arp_life),   TEST(test_arp_trust),
		TEST(test_arp_answer), TEST(test_errors),
		TEST(test_edges),      TEST(test_no_errors_about),
		TEST(test_rate),       TEST(test_echo),
		TEST(test_dropped),    TEST(test_full),
		TEST(test_gateways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
