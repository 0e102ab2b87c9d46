// SPDX-License-Identifier: BSD-3-Clause
/*
 * The load balancer: Maglev's tables, and what becomes of frames. test_nf_lb_config.c has what
 * depends on configurations that change: draining, and backends that go down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "guarded.h"
#include "lb/lb.h"

#define SIZE	 65537
#define BACKENDS 10
#define FLOWS	 1000

static uint16_t table[SIZE];
static struct lb_tables tables;
static struct lb lb;
static struct lb_path paths[2];
static uint8_t frame[2048];
static uint32_t verdict;

static const uint8_t vip[4] = { 192, 0, 2, 80 };
static const uint8_t vip6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 0x80 };
static const uint8_t client_mac[6] = { 2, 0, 0, 0, 0, 0x99 };

/* Backends 0..@count - 1 but @without; the id is the number. Returns how many. */
static size_t backends(struct maglev_backend *backend, unsigned int count, unsigned int without)
{
	static char name[100][16];
	size_t made = 0;

	for (unsigned int i = 0; i < count; i++) {
		snprintf(name[i], sizeof(name[i]), "web%u", i);
		if (i != without)
			backend[made++] = (struct maglev_backend){ name[i], 1, i, 0, 0 };
	}
	return made;
}

static void test_prime(void **state)
{
	static const uint32_t primes[] = { 2, 3, 251, 65537, 131101 };
	static const uint32_t others[] = { 0, 1, 4, 65535, 66049, 131102 };

	for (unsigned int i = 0; i < 5; i++)
		assert_true(maglev_is_prime(primes[i]));
	for (unsigned int i = 0; i < 6; i++)
		assert_false(maglev_is_prime(others[i]));
}

/* Every place is taken; shares are equal, or as the weights are. */
static void test_shares(void **state)
{
	struct maglev_backend backend[BACKENDS];
	unsigned int share[BACKENDS] = { 0 };

	backends(backend, BACKENDS, BACKENDS);
	maglev_fill(table, SIZE, backend, BACKENDS);
	for (unsigned int i = 0; i < SIZE; i++) {
		assert_in_range(table[i], 0, BACKENDS - 1);
		share[table[i]]++;
	}
	for (unsigned int i = 0; i < BACKENDS; i++)
		assert_in_range(share[i], SIZE / BACKENDS, SIZE / BACKENDS + 1);
	memset(share, 0, sizeof(share));
	backend[3].weight = 11; /* of 20 */
	maglev_fill(table, SIZE, backend, BACKENDS);
	for (unsigned int i = 0; i < SIZE; i++)
		share[table[i]]++;
	assert_in_range(share[3], SIZE / 20 * 11 - 11, SIZE / 20 * 11 + 11);
	assert_in_range(share[0], SIZE / 20 - 1, SIZE / 20 + 1);
	maglev_fill(table, SIZE, backend, 0);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(table[i], MAGLEV_FREE);
}

/*
 * One of ten goes: its tenth of the places has to move, and of the others at most 3 % do, for
 * each of the ten, where a hash modulo the number of backends would move nine of ten.
 */
static void test_disruption(void **state)
{
	static uint16_t before[SIZE];
	struct maglev_backend backend[BACKENDS];
	unsigned int worst = 0;

	maglev_fill(before, SIZE, backend, backends(backend, BACKENDS, BACKENDS));
	for (unsigned int gone = 0; gone < BACKENDS; gone++) {
		unsigned int moved = 0;

		maglev_fill(table, SIZE, backend, backends(backend, BACKENDS, gone));
		for (unsigned int i = 0; i < SIZE; i++) {
			assert_int_not_equal(table[i], gone);
			moved += before[i] != gone && table[i] != before[i];
		}
		worst = moved > worst ? moved : worst;
	}
	printf("one of %u backends goes: %.2f %% of the others' places move\n", BACKENDS,
	       worst * 100.0 / SIZE);
	assert_in_range(worst, 0, SIZE * 3 / 100);
}

static void add_service(const uint8_t *address, uint8_t network, uint8_t protocol, uint16_t port)
{
	uint8_t bytes[2];
	uint64_t key[3];
	struct lb_place *place;

	put16(bytes, port);
	for (unsigned int i = 0; i < 2; i++) {
		lb_service_key(key, address, network, protocol, i ? NULL : bytes);
		place = &tables.place[lb_find_place(&tables, key)];
		memcpy(place->key, key, sizeof(key));
		place->used = true;
		if (!i)
			place->table = table;
	}
}

static int set_up(void **state)
{
	static _Alignas(64) uint8_t memory[1 << 18];
	struct maglev_backend backend[BACKENDS];
	struct flow_secret secret;
	uint64_t random = 3;

	memset(&tables, 0, sizeof(tables));
	memset(&lb, 0, sizeof(lb));
	maglev_fill(table, SIZE, backend, backends(backend, BACKENDS, BACKENDS));
	tables.size = SIZE;
	for (unsigned int i = 0; i < BACKENDS; i++)
		tables.backend[i] = (struct lb_backend){ { 2, 0, 0, 0, 1, i }, i & 1, true };
	add_service(vip, PACKET_IPV4, PROTOCOL_TCP, 80);
	add_service(vip, PACKET_IPV4, PROTOCOL_UDP, 53);
	add_service(vip6, PACKET_IPV6, PROTOCOL_TCP, 80);
	for (unsigned int i = 0; i < sizeof(secret.word) / sizeof(*secret.word); i++)
		secret.word[i] = guarded_random(&random);
	assert_true(flow_table_bytes(lb_type, FLOWS) <= sizeof(memory));
	flow_table_init(&lb.connections, lb_type, memory, FLOWS, &secret);
	lb.connections.timeout[LB_TCP] = 900;
	lb.connections.timeout[LB_TCP_CLOSING] = 120;
	lb.connections.timeout[LB_UDP] = 300;
	lb.tables = &tables;
	lb.now_s = 1000;
	for (unsigned int i = 0; i < 2; i++) {
		paths[i] = (struct lb_path){ &lb, i };
		memcpy(lb.mac[i], (uint8_t[6]){ 2, 0, 0, 0, 0, i }, 6);
	}
	return 0;
}

static void make_ethernet(uint16_t type)
{
	memset(frame, 0, sizeof(frame));
	memcpy(frame, lb.mac[0], 6);
	memcpy(frame + 6, client_mac, 6);
	put16(frame + 12, type);
}

/* From client @client and its port. */
static uint16_t make_ipv4(unsigned int client, uint16_t port, uint8_t protocol, uint16_t to)
{
	uint8_t *ip = frame + 14;

	make_ethernet(TYPE_IPV4);
	ip[0] = 0x45;
	put16(ip + 2, 60);
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, 0x0a000000 + client);
	memcpy(ip + 16, vip, 4);
	put16(ip + 20, port);
	put16(ip + 22, to);
	if (protocol == PROTOCOL_TCP)
		ip[32] = 0x50;
	else
		put16(ip + 24, 40);
	return 74;
}

static uint32_t run(uint16_t length)
{
	verdict = lb_handle(frame, length, &paths[0]);
	return verdict;
}

/* Sends TCP with these flags. Returns which backend got it. */
static unsigned int send(unsigned int client, uint16_t port, uint8_t flags)
{
	uint16_t length = make_ipv4(client, port, PROTOCOL_TCP, 80);

	frame[14 + 33] = flags;
	run(length);
	assert_int_equal(verdict, onepath_only(length, 1u << (frame[5] & 1)));
	assert_memory_equal(frame + 6, lb.mac[frame[5] & 1], 6);
	return frame[5];
}

/* Only the MAC addresses change, every backend gets its share, and connections stay. */
static void test_forward(void **state)
{
	unsigned int share[BACKENDS] = { 0 }, backend[500];
	uint8_t before[74];

	for (unsigned int i = 0; i < 500; i++) {
		make_ipv4(i / 5, 1000 + i % 5, PROTOCOL_TCP, 80);
		memcpy(before, frame, 74);
		backend[i] = send(i / 5, 1000 + i % 5, 0);
		assert_memory_equal(frame + 12, before + 12, 62);
		share[backend[i]]++;
	}
	for (unsigned int i = 0; i < BACKENDS; i++)
		assert_in_range(share[i], 20, 90);
	assert_int_equal(lb.count.connections, 500);
	for (unsigned int i = 0; i < SIZE; i++)
		table[i] = 0; /* others would be chosen now */
	for (unsigned int i = 0; i < 500; i++)
		assert_int_equal(send(i / 5, 1000 + i % 5, TCP_ACK), backend[i]);
	assert_int_equal(lb.count.connections, 500);
	assert_int_equal(lb.count.forwarded, 1000);
}

/* How long a connection is remembered: seen by what happens when Maglev would choose another. */
static void test_ages(void **state)
{
	const unsigned int first = send(1, 1, TCP_SYN), other = (first + 1) % BACKENDS;

	for (unsigned int i = 0; i < SIZE; i++)
		table[i] = other;
	lb.now_s += 900;
	assert_int_equal(send(1, 1, TCP_ACK), first);
	assert_int_equal(send(1, 1, TCP_ACK | TCP_FIN), first);
	lb.now_s += 120;
	assert_int_equal(send(1, 1, TCP_ACK), first); /* which makes it no older class */
	lb.now_s += 121;
	assert_int_equal(send(1, 1, TCP_ACK), other);
	for (unsigned int i = 0; i < SIZE; i++)
		table[i] = first;
	assert_int_equal(send(1, 1, TCP_SYN), other);
	assert_int_equal(send(1, 1, TCP_RST), other);
	assert_int_equal(send(1, 1, TCP_SYN), first); /* another connection */
	assert_int_equal(lb.count.moved, 1);
}

static void test_full(void **state)
{
	unsigned int backend[FLOWS];

	for (unsigned int i = 0; i < FLOWS; i++)
		backend[i] = send(i, 7, 0);
	for (unsigned int i = 0; i < 10; i++)
		send(FLOWS + i, 7, 0); /* goes where Maglev says */
	assert_int_equal(lb.count.table_full, 10);
	for (unsigned int i = 0; i < SIZE; i++)
		table[i] = (table[i] + 1) % BACKENDS;
	for (unsigned int i = 0; i < FLOWS; i++)
		assert_int_equal(send(i, 7, 0), backend[i]);
}

static void is_dropped(uint64_t *counter, uint16_t length)
{
	uint64_t before = *counter;

	assert_int_equal(run(length), 0);
	assert_int_equal(*counter, before + 1);
}

static void test_dropped(void **state)
{
	is_dropped(&lb.count.no_service, make_ipv4(1, 1, PROTOCOL_TCP, 81));
	is_dropped(&lb.count.no_service, make_ipv4(1, 1, PROTOCOL_UDP, 80));
	make_ipv4(1, 1, PROTOCOL_TCP, 80);
	frame[14 + 19] ^= 1;
	is_dropped(&lb.count.no_service, 74);
	make_ipv4(1, 1, PROTOCOL_TCP, 80);
	put16(frame + 14 + 6, 0x2000);
	is_dropped(&lb.count.fragments, 74);
	put16(frame + 14 + 6, 5);
	is_dropped(&lb.count.fragments, 74);
	make_ipv4(1, 1, PROTOCOL_TCP, 80);
	is_dropped(&lb.count.malformed, 73);
	frame[5] ^= 8;
	is_dropped(&lb.count.not_for_us, 74);
	memset(frame, 0xff, 6);
	is_dropped(&lb.count.not_for_us, 74);
	maglev_fill(table, SIZE, NULL, 0);
	is_dropped(&lb.count.no_backend, make_ipv4(1, 1, PROTOCOL_TCP, 80));
	assert_int_equal(lb.connections.count, 0);
}

/* A router tells the service that a packet to the client was too big. */
static void test_icmp_error(void **state)
{
	for (unsigned int client = 0; client < 100; client++) {
		unsigned int backend = send(client, 4000, TCP_SYN);
		uint8_t *ip = frame + 14, *quote = ip + 28;

		for (unsigned int i = 0; i < SIZE && client == 50; i++)
			table[i] = (table[i] + 1) % BACKENDS;
		make_ipv4(client, 4000, PROTOCOL_ICMP, 0);
		put32(ip + 20, 0x03040000);
		memset(ip + 24, 0, 100);
		quote[0] = 0x45;
		put16(quote + 2, 1500);
		quote[9] = PROTOCOL_TCP;
		memcpy(quote + 12, vip, 4);
		put32(quote + 16, 0x0a000000 + client);
		put16(quote + 20, 80);
		put16(quote + 22, 4000);
		put16(ip + 2, 56);
		run(70);
		assert_int_equal(verdict, onepath_only(70, 1u << (backend & 1)));
		assert_memory_equal(frame, tables.backend[backend].mac, 6);
	}
	assert_int_equal(lb.count.icmp_forwarded, 100);
	assert_int_equal(lb.count.connections, 100);
}

static void test_ipv6(void **state)
{
	unsigned int seen = 0;

	for (unsigned int client = 0; client < 100; client++) {
		uint8_t *ip = frame + 14;

		make_ethernet(TYPE_IPV6);
		ip[0] = 0x60;
		put16(ip + 4, 20);
		ip[6] = PROTOCOL_TCP;
		put16(ip + 8, 0x2001);
		put32(ip + 20, client);
		memcpy(ip + 24, vip6, 16);
		put16(ip + 40, 1000);
		put16(ip + 42, 80);
		ip[52] = 0x50;
		run(74);
		assert_int_equal(verdict, onepath_only(74, 1u << (frame[5] & 1)));
		seen |= 1u << frame[5];
	}
	assert_int_equal(seen, (1u << BACKENDS) - 1);
}

static void test_answers(void **state)
{
	uint8_t *at = frame + 14;

	make_ethernet(TYPE_ARP);
	memcpy(at, (uint8_t[8]){ 0, 1, 8, 0, 6, 4, 0, 1 }, 8);
	memcpy(at + 8, client_mac, 6);
	put32(at + 14, 0x0a000001);
	memcpy(at + 24, vip, 4);
	memset(frame, 0xff, 6);
	assert_int_equal(run(60), onepath_only(42, 1));
	assert_memory_equal(frame, client_mac, 6);
	assert_memory_equal(at + 8, lb.mac[0], 6);
	assert_memory_equal(at + 14, vip, 4);
	put16(at + 6, 1);
	at[27] ^= 1; /* somebody else */
	assert_int_equal(run(60), 0);
	assert_int_equal(lb.count.arp_answered, 1);

	make_ethernet(TYPE_IPV6);
	nd_write(frame, vip6, vip6, ICMPV6_SOLICITATION, 0, vip6, client_mac);
	at[23] ^= 1; /* another source */
	icmpv6_set_sum(frame);
	assert_int_equal(run(86), onepath_only(86, 1));
	assert_int_equal(at[40], ICMPV6_ADVERTISEMENT);
	assert_int_equal(get32(at + 44), 0x60000000);
	assert_memory_equal(at + 66, lb.mac[0], 6);
	assert_int_equal(lb.count.nd_answered, 1);

	make_ipv4(1, 0x0800, PROTOCOL_ICMP, 0);
	put16(at + 22, ~0x0800 - 40);
	put16(at + 24, 40);
	assert_int_equal(run(74), onepath_only(74, 1));
	assert_int_equal(at[20], 0);
	assert_memory_equal(at + 12, vip, 4);
	assert_int_equal(lb.count.echo_answered, 1);
}

/* Whatever comes: what is behind the frame's end does not matter. */
static void test_random(void **state)
{
	static uint8_t before[2048];
	uint64_t seed = 9;

	for (unsigned int round = 0; round < 200000; round++) {
		uint64_t random = guarded_random(&seed);
		uint16_t length = 14 + random % 100;
		uint32_t first;

		make_ipv4(random >> 8 & 1, 5, random >> 9 & 1 ? PROTOCOL_TCP : PROTOCOL_ICMP, 80);
		if (random >> 10 & 1) {
			put16(frame + 12, random >> 11 & 1 ? TYPE_IPV6 : TYPE_ARP);
			frame[14] = 0x60;
		}
		for (unsigned int i = random >> 12 & 7; i > 0; i--)
			frame[12 + guarded_random(&seed) % 70] = (uint8_t)guarded_random(&seed);
		memcpy(before, frame, sizeof(before));
		first = run(length);
		assert_in_range(first & 0xffff, 0, length > 86 ? length : 86);
		memcpy(frame, before, length);
		memset(frame + length, 0x5a, sizeof(frame) - length);
		assert_int_equal(run(length), first);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prime),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_disruption),
		TEST(test_forward),
		TEST(test_ages),
		TEST(test_full),
		TEST(test_dropped),
		TEST(test_icmp_error),
		TEST(test_ipv6),
		TEST(test_answers),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
