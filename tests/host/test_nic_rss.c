// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receive-side scaling against the datasheet's verification suite (7.1.2.8.3),
 * and the spread over queues against a Toeplitz hash that is worked out here
 * in another way: bit by bit, from a key as a string of bits.
 */
#include <arpa/inet.h>

#include "nic_queues.h"

#define ALL_TYPES (D_MRQC_TCP4 | D_MRQC_IP4 | D_MRQC_IP6 | D_MRQC_TCP6 | D_MRQC_UDP4 | D_MRQC_UDP6)

static const uint8_t suite_key[40] = { 0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
				       0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
				       0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
				       0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa };

static const struct {
	const char *destination, *source;
	uint16_t destination_port, source_port;
	uint32_t addresses, ports; /* the hash without and with ports */
} suite[] = {
	{ "161.142.100.80", "66.9.149.187", 1766, 2794, 0x323e8fc2, 0x51ccc178 },
	{ "65.69.140.83", "199.92.111.2", 4739, 14230, 0xd718262a, 0xc626b0ea },
	{ "12.22.207.184", "24.19.198.95", 38024, 12898, 0xd2d0a5de, 0x5c2b394a },
	{ "209.142.163.6", "38.27.205.30", 2217, 48228, 0x82989176, 0xafc7327f },
	{ "202.188.127.2", "153.39.163.191", 1303, 44251, 0x5d1809c5, 0x10e828a2 },
	{ "3ffe:2501:200:3::1", "3ffe:2501:200:1fff::7", 1766, 2794, 0x2cc18cd5, 0x40207d3d },
	{ "ff02::1", "3ffe:501:8::260:97ff:fe40:efab", 4739, 14230, 0x0f0c461c, 0xdde51bbf },
	{ "fe80::200:f8ff:fe21:67cf", "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 38024, 44251,
	  0x4b61e985, 0x02d1feef },
};

#define SUITE (sizeof(suite) / sizeof(suite[0]))

static void set_key(struct machine *m, const uint8_t *key)
{
	for (unsigned int i = 0; i < 10; i++)
		wr(m, D_RSSRK(i),
		   key[4 * i] | key[4 * i + 1] << 8 | key[4 * i + 2] << 16 |
			   (uint32_t)key[4 * i + 3] << 24);
}

/* Entry i of 128 is @queue_of(i). */
static void set_table(struct machine *m, unsigned int (*queue_of)(unsigned int i))
{
	for (unsigned int i = 0; i < 32; i++)
		wr(m, D_RETA(i),
		   queue_of(4 * i) | queue_of(4 * i + 1) << 8 | queue_of(4 * i + 2) << 16 |
			   queue_of(4 * i + 3) << 24);
}

static unsigned int always_3(unsigned int i)
{
	return 3;
}

static unsigned int mixed(unsigned int i)
{
	return (i + i / 32) % 4;
}

static void set_addresses(struct packet *p, const char *destination, const char *source)
{
	bool v6 = strchr(source, ':');
	uint8_t *at = p->bytes + p->l3 + (v6 ? 8 : 12);
	size_t size = v6 ? 16 : 4;

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, source, at), 1);
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, destination, at + size), 1);
}

static void make(struct packet *p, unsigned int i, uint8_t protocol)
{
	bool v6 = strchr(suite[i].source, ':');

	ethernet(p, -1, v6 ? 0x86DD : 0x0800);
	if (v6)
		ipv6(p, protocol);
	else
		ipv4(p, protocol, 0);
	l4(p, 30);
	set_addresses(p, suite[i].destination, suite[i].source);
	if (protocol == 6 || protocol == 17) {
		put16(p->bytes + p->l4, suite[i].source_port);
		put16(p->bytes + p->l4 + 2, suite[i].destination_port);
	}
	finish(p);
}

static int rss_setup(void **state)
{
	struct machine *m;

	driver_setup(state);
	m = *state;
	wr(m, D_RXCSUM, D_RXCSUM_PCSD);
	wr(m, D_MRQC, D_MRQC_RSS | ALL_TYPES);
	set_key(m, suite_key);
	set_table(m, always_3);
	start_small_queue(m, 3, D_SRRCTL_ADVANCED);
	return 0;
}

static void assert_hashed(struct machine *m, const struct packet *p, uint32_t type, uint32_t hash)
{
	struct said said = receive_into(m, 3, p, D_SRRCTL_ADVANCED);

	assert_int_equal(said.rss_type, type);
	assert_int_equal(said.hash, hash);
}

static void verification_suite(void **state)
{
	struct machine *m = *state;
	struct packet p;

	for (unsigned int i = 0; i < SUITE; i++) {
		bool v6 = strchr(suite[i].source, ':');

		make(&p, i, 6);
		assert_hashed(m, &p, v6 ? 3 : 1, suite[i].ports);
		make(&p, i, 17);
		assert_hashed(m, &p, v6 ? 8 : 7, suite[i].ports);
		make(&p, i, 132);
		assert_hashed(m, &p, v6 ? 5 : 2, suite[i].addresses);
		make(&p, i, 1);
		assert_hashed(m, &p, v6 ? 5 : 2, suite[i].addresses);
	}
	assert_no_rule_broken(m);
}

/* What MRQC does not enable falls back to the addresses, or to no hash. */
static void only_enabled_types(void **state)
{
	struct machine *m = *state;
	struct packet tcp4, udp4, tcp6, udp6;

	make(&tcp4, 0, 6);
	make(&udp4, 0, 17);
	make(&tcp6, 5, 6);
	make(&udp6, 5, 17);
	wr(m, D_MRQC, D_MRQC_RSS | D_MRQC_IP4 | D_MRQC_IP6);
	assert_hashed(m, &tcp4, 2, suite[0].addresses);
	assert_hashed(m, &udp4, 2, suite[0].addresses);
	assert_hashed(m, &tcp6, 5, suite[5].addresses);
	assert_hashed(m, &udp6, 5, suite[5].addresses);
	wr(m, D_MRQC, D_MRQC_RSS | D_MRQC_TCP4 | D_MRQC_TCP6);
	assert_hashed(m, &tcp4, 1, suite[0].ports);
	assert_hashed(m, &tcp6, 3, suite[5].ports);
	start_small_queue(m, 0, D_SRRCTL_ADVANCED);
	assert_true(arrive_packet(m, &udp4));
	assert_true(arrive_packet(m, &udp6));
	assert_int_equal(said_in(m, 0, 0).rss_type, 0);
	assert_int_equal(said_in(m, 0, 0).hash, 0);
	assert_int_equal(said_in(m, 0, 1).types, D_IPV6 | D_UDP);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 2);
}

static void fragments_hash_by_address(void **state)
{
	struct machine *m = *state;
	struct packet p;

	make(&p, 1, 17);
	put16(p.bytes + p.l3 + 6, 0x2000);
	finish_ipv4(&p);
	assert_hashed(m, &p, 2, suite[1].addresses);
	put16(p.bytes + p.l3 + 6, 0x0010);
	finish_ipv4(&p);
	assert_hashed(m, &p, 2, suite[1].addresses);
}

static void options_tags_and_extensions(void **state)
{
	struct machine *m = *state;
	struct packet p;

	ethernet(&p, 0x2005, 0x0800);
	ipv4(&p, 6, 40);
	l4(&p, 10);
	set_addresses(&p, suite[0].destination, suite[0].source);
	finish(&p);
	assert_hashed(m, &p, 1, suite[0].ports);
	ethernet(&p, -1, 0x86DD);
	ipv6(&p, 0);
	extension(&p, 60, 16);
	extension(&p, 6, 8);
	l4(&p, 10);
	set_addresses(&p, suite[5].destination, suite[5].source);
	finish(&p);
	assert_hashed(m, &p, 3, suite[5].ports);
}

/* Queue 0, whatever the table says; and not reported without PCSD. */
static void no_hash_no_table(void **state)
{
	struct machine *m = *state;
	struct packet p;

	start_small_queue(m, 0, D_SRRCTL_ADVANCED);
	ethernet(&p, -1, 0x0806);
	finish(&p);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 1);
	assert_int_equal(said_in(m, 0, 0).rss_type, 0);
	make(&p, 0, 6);
	wr(m, D_RXCSUM, 0);
	assert_hashed(m, &p, 0, 0);
	wr(m, D_MRQC, ALL_TYPES);
	wr(m, D_RXCSUM, D_RXCSUM_PCSD);
	assert_true(arrive_packet(m, &p));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 2);
	assert_int_equal(said_in(m, 0, 1).rss_type, 0);
}

/* By the definition: for each set bit of the input, the 32 bits of the key from there on. */
static uint32_t toeplitz(const uint8_t *key, const uint8_t *input, unsigned int len)
{
	uint32_t hash = 0;

	for (unsigned int i = 0; i < len * 8; i++) {
		uint32_t word = 0;

		if (!(input[i / 8] & 0x80 >> i % 8))
			continue;
		for (unsigned int j = i; j < i + 32; j++)
			word = word * 2 + (key[j / 8] >> (7 - j % 8) & 1);
		hash ^= word;
	}
	return hash;
}

static void spread_over_queues(void **state)
{
	struct machine *m = *state;
	unsigned int counts[4] = { 0 };
	uint8_t key[40];
	struct packet p;

	srand(82599);
	for (unsigned int i = 0; i < sizeof(key); i++)
		key[i] = rand();
	set_key(m, key);
	set_table(m, mixed);
	for (unsigned int q = 0; q < 4; q++)
		start_small_queue(m, q, D_SRRCTL_ADVANCED);
	for (unsigned int n = 0; n < 1000; n++) {
		unsigned int i = rand() % SUITE, q, slot;
		bool v6 = strchr(suite[i].source, ':');
		uint32_t hash;

		make(&p, i, rand() % 2 ? 6 : 17);
		for (unsigned int b = 0; b < 4; b++)
			p.bytes[p.l4 + b] = rand();
		finish_l4(&p);
		hash = v6 ? toeplitz(key, p.bytes + p.l3 + 8, 36)
			  : toeplitz(key, p.bytes + p.l3 + 12, 12);
		q = mixed(hash % 128);
		slot = counts[q] % SMALL;
		assert_true(arrive_packet(m, &p));
		assert_int_equal(rd(m, D_RX(q, D_RDH)), (slot + 1) % SMALL);
		assert_int_equal(said_in(m, q, slot).hash, hash);
		assert_memory_equal(m->memory + small_buffer_at(q, slot), p.bytes, p.len);
		give(m, q, slot);
		wr(m, D_RX(q, D_RDT), slot);
		counts[q]++;
	}
	for (unsigned int q = 0; q < 4; q++)
		assert_in_range(counts[q], 150, 350);
	assert_int_equal(nic_counters(m->nic)->stored, 1000);
	assert_no_rule_broken(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rss_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verification_suite),	 TEST(only_enabled_types),
		TEST(fragments_hash_by_address), TEST(options_tags_and_extensions),
		TEST(no_hash_no_table),		 TEST(spread_over_queues),
	};

	return cmocka_run_group_tests_name("nic: receive-side scaling", tests, NULL, NULL);
}
