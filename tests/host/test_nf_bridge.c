// SPDX-License-Identifier: BSD-3-Clause
/*
 * The bridge: where frames go and with which tag, also against a model that remembers
 * everything in a plain table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "bridge/bridge.h"
#include "guarded.h"

#define PORTS	  4
#define ADDRESSES 32
#define AGEING_S  300

static struct bridge bridge;
static struct bridge_tables tables;
static struct bridge_path paths[PORTS];
static uint8_t frame[2048];
static uint32_t verdict;

static void member(unsigned int vlan, unsigned int port, bool untagged)
{
	tables.vlan[vlan].members |= 1u << port;
	if (untagged) {
		tables.vlan[vlan].untagged |= 1u << port;
		tables.pvid[port] = vlan;
	}
}

static void set_up_addresses(uint32_t count)
{
	static _Alignas(64) uint8_t memory[1 << 16];
	struct flow_secret secret;
	uint64_t random = 11;

	assert_true(flow_table_bytes(bridge_type, count) <= sizeof(memory));
	for (unsigned int i = 0; i < sizeof(secret.word) / sizeof(*secret.word); i++)
		secret.word[i] = guarded_random(&random);
	flow_table_init(&bridge.addresses, bridge_type, memory, count, &secret);
	bridge.addresses.timeout[BRIDGE_LEARNT] = AGEING_S;
	bridge.addresses.timeout[BRIDGE_STATIC] = UINT32_MAX;
}

static int set_up(void **state)
{
	memset(&tables, 0, sizeof(tables));
	memset(&bridge, 0, sizeof(bridge));
	for (unsigned int port = 0; port < PORTS; port++) {
		member(0, port, true);
		paths[port] = (struct bridge_path){ &bridge, port, sizeof(frame) };
	}
	bridge.tables = &tables;
	bridge.now_s = 1000;
	set_up_addresses(ADDRESSES);
	return 0;
}

/*
 * VLAN 10: untagged on 0, tagged on 3. 20: untagged on 1 and 2. 30: tagged on 0, 1 and 3.
 * 40: tagged on 2, alone.
 */
static void set_up_vlans(void)
{
	memset(&tables, 0, sizeof(tables));
	tables.aware = true;
	member(10, 0, true);
	member(10, 3, false);
	member(20, 1, true);
	member(20, 2, true);
	member(30, 0, false);
	member(30, 1, false);
	member(30, 3, false);
	member(40, 2, false);
	for (unsigned int vlan = 0; vlan < BRIDGE_VLANS; vlan++)
		assert_true(bridge_is_possible(tables.vlan[vlan]));
}

/* A host's address. */
static void write_mac(uint8_t *mac, unsigned int host)
{
	memcpy(mac, (uint8_t[6]){ 2, 0, 0, 0, host >> 8, host }, 6);
}

/* @tci: -1 for a frame without a tag. Returns its length, made of @bytes behind the type. */
static uint16_t make(unsigned int to, unsigned int from, int tci, unsigned int bytes)
{
	unsigned int at = 12;

	write_mac(frame, to);
	write_mac(frame + 6, from);
	if (tci >= 0) {
		put16(frame + 12, 0x8100);
		put16(frame + 14, (uint16_t)tci);
		at = 16;
	}
	put16(frame + at, 0x0800);
	for (unsigned int i = 0; i < bytes; i++)
		frame[at + 2 + i] = (uint8_t)(i * 5);
	return (uint16_t)(at + 2 + bytes);
}

static uint32_t run(unsigned int port, uint16_t length)
{
	verdict = bridge_handle(frame, length, &paths[port]);
	return verdict;
}

static uint32_t send(unsigned int port, unsigned int to, unsigned int from)
{
	return run(port, make(to, from, -1, 46));
}

/* The ports, bit n for port n, that a frame from @port goes to. */
static uint16_t ports(unsigned int port)
{
	uint16_t found = 0;

	if (!(verdict & 0xffff))
		return 0;
	for (unsigned int k = 0; k < PORTS - 1; k++)
		if (!(verdict >> (16 + k) & 1))
			found |= 1u << (k < port ? k : k + 1);
	return found;
}

static void goes_to(unsigned int port, uint16_t length, uint16_t wanted)
{
	assert_int_equal(verdict & 0xffff, length);
	assert_int_equal(ports(port), wanted);
}

static void test_learning(void **state)
{
	send(0, 9, 1); /* nobody knows 9 */
	goes_to(0, 60, 0xe);
	send(1, 1, 9);
	goes_to(1, 60, 0x1);
	send(0, 9, 1);
	goes_to(0, 60, 0x2);
	send(2, 9, 3);
	goes_to(2, 60, 0x2);
	send(2, 1, 9); /* it moved */
	goes_to(2, 60, 0x1);
	send(0, 9, 1);
	goes_to(0, 60, 0x4);
	assert_int_equal(send(2, 9, 3), 0); /* it is where this comes from */
	assert_int_equal(bridge.count.same_port, 1);
	assert_int_equal(bridge.count.moved, 1);
	assert_int_equal(bridge.count.learnt, 3);
	assert_int_equal(bridge.count.flooded, 1);
	assert_int_equal(bridge.count.forwarded, 5);
}

static void test_ageing(void **state)
{
	send(1, 1, 9);
	bridge.now_s += AGEING_S;
	send(0, 9, 1);
	goes_to(0, 60, 0x2);
	bridge.now_s++;
	send(0, 9, 1);
	goes_to(0, 60, 0xe);
	bridge.now_s += AGEING_S / 2; /* 1 was heard of */
	send(1, 1, 9);
	goes_to(1, 60, 0x1);
}

static void test_groups(void **state)
{
	for (unsigned int last = 0; last < 256; last++) {
		uint16_t length = make(9, 1, -1, 46);

		memcpy(frame, (uint8_t[6]){ 1, 0x80, 0xc2, 0, 0, last }, 6);
		run(0, length);
		if (last < 16)
			assert_int_equal(verdict, 0);
		else
			goes_to(0, 60, 0xe);
	}
	assert_int_equal(bridge.count.reserved, 16);
	make(9, 1, -1, 46);
	memset(frame, 0xff, 6);
	run(2, 60);
	goes_to(2, 60, 0xb);
	send(3, 9, 1);
	frame[6] |= 1; /* from a group */
	assert_int_equal(run(3, 60), 0);
	assert_int_equal(bridge.count.malformed, 1);
}

static void test_fixed(void **state)
{
	uint8_t mac[6];
	uint64_t key;
	uint32_t n, hash;

	write_mac(mac, 9);
	key = bridge_key(mac, 0);
	hash = flow_hash(&bridge.addresses, bridge_type, &key);
	n = flow_add(&bridge.addresses, bridge_type, &key, hash, BRIDGE_STATIC, bridge.now_s);
	((struct bridge_entry *)flow_at(&bridge.addresses, bridge_type, n))->port = 3;
	send(1, 1, 9); /* somebody says otherwise */
	bridge.now_s += 10 * AGEING_S;
	send(0, 9, 1);
	goes_to(0, 60, 0x8);
}

/* When the table is full, what it knows stays, and the others are flooded. */
static void test_full(void **state)
{
	for (unsigned int host = 0; host < ADDRESSES + 5; host++)
		send(1, 500, 100 + host);
	assert_int_equal(bridge.count.table_full, 5);
	send(0, 100 + ADDRESSES - 1, 100);
	goes_to(0, 60, 0x2);
	send(0, 100 + ADDRESSES, 100);
	goes_to(0, 60, 0xe);
	bridge.now_s += AGEING_S + 1;
	send(2, 500, 7); /* two that expired make room */
	send(0, 7, 100);
	goes_to(0, 60, 0x4);
}

/* Frames to and from VLANs 10 and 30, byte by byte. */
static void test_tags(void **state)
{
	uint8_t want[2048];
	uint16_t length;

	set_up_vlans();
	for (unsigned int bytes = 46; bytes < 1501; bytes += 97) {
		length = make(9, 1, 0x600a, bytes); /* what is to come out */
		memcpy(want, frame, sizeof(want));
		put16(want + 14, 10);
		run(0, make(9, 1, -1, bytes)); /* put in */
		goes_to(0, length, 0x8);
		assert_memory_equal(frame, want, length);
		run(0, make(9, 1, 0x6000, bytes)); /* a priority is kept */
		goes_to(0, length, 0x8);
		put16(want + 14, 0x600a);
		assert_memory_equal(frame, want, length);
		length = make(1, 9, -1, bytes);
		memcpy(want, frame, sizeof(want));
		run(3, make(1, 9, 0xb00a, bytes)); /* taken out */
		goes_to(3, length, 0x1);
		assert_memory_equal(frame, want, length);
		length = make(9, 1, 0xf01e, bytes); /* left */
		memcpy(want, frame, sizeof(want));
		run(1, length);
		goes_to(1, length, 0x9);
		assert_memory_equal(frame, want, length);
	}
}

static void test_vlans_apart(void **state)
{
	set_up_vlans();
	run(0, make(9, 1, 30, 46));
	goes_to(0, 64, 0xa);
	run(3, make(1, 9, 30, 46)); /* known in 30 */
	goes_to(3, 64, 0x1);
	run(3, make(1, 9, 10, 46)); /* flooded in 10, to the only other one */
	goes_to(3, 60, 0x1);
	run(1, make(1, 9, -1, 46)); /* and in 20 unknown */
	goes_to(1, 60, 0x4);
	assert_int_equal(run(2, make(1, 9, 10, 46)), 0);
	assert_int_equal(run(2, make(1, 9, 4095, 46)), 0);
	assert_int_equal(run(3, make(1, 9, -1, 46)), 0); /* no VLAN without a tag */
	assert_int_equal(run(3, make(1, 9, 0x2000, 46)), 0);
	assert_int_equal(bridge.count.wrong_vlan, 4);
	assert_int_equal(run(2, make(1, 9, 40, 46)), 0);
	assert_int_equal(bridge.count.alone, 1);
	make(9, 1, 30, 46);
	assert_int_equal(run(0, 17), 0); /* half a tag */
	paths[0].most = 1600;
	run(0, make(77, 1, -1, 1600 - 18));
	goes_to(0, 1600, 0x8);
	assert_int_equal(run(0, make(77, 1, -1, 1600 - 17)), 0);
	assert_int_equal(bridge.count.too_long, 1);
}

/* An address of a port that left the VLAN is flooded, to those that are in it. */
static void test_left_vlan(void **state)
{
	set_up_vlans();
	run(3, make(1, 9, 30, 46));
	tables.vlan[30].members = 0x3;
	run(0, make(9, 1, 30, 46));
	goes_to(0, 64, 0x2);
}

static void test_possible(void **state)
{
	assert_true(bridge_is_possible((struct bridge_vlan){ 0x7, 0 }));
	assert_true(bridge_is_possible((struct bridge_vlan){ 0x7, 0xf }));
	assert_true(bridge_is_possible((struct bridge_vlan){ 0x5, 0x1 }));
	assert_true(bridge_is_possible((struct bridge_vlan){ 0x1, 0x1 }));
	assert_false(bridge_is_possible((struct bridge_vlan){ 0x7, 0x1 }));
	assert_false(bridge_is_possible((struct bridge_vlan){ 0xf00f, 0xf000 }));
}

static void test_outputs(void **state)
{
	for (unsigned int input = 0; input < 16; input++)
		for (unsigned int port = 0; port < 16; port++)
			if (port != input)
				assert_int_equal(bridge_outputs(input, 1u << port),
						 1u << (port < input ? port : port - 1));
}

/* The model: where each host of each VLAN was heard last, and when. */
struct heard {
	bool ever;
	unsigned int port;
	uint32_t when;
};

#define HOSTS 6

static void test_random(void **state)
{
	static const int vlans[] = { -1, 0, 10, 20, 30, 40, 50 };
	static struct heard heard[HOSTS][64];
	uint64_t seed = 5;

	set_up_vlans();
	memset(heard, 0, sizeof(heard));
	for (unsigned int round = 0; round < 300000; round++) {
		uint64_t random = guarded_random(&seed);
		unsigned int port = random & 3, to = (random >> 2 & 0xff) % HOSTS;
		unsigned int from = (random >> 10 & 0xff) % HOSTS;
		int tci = vlans[(random >> 20 & 0xff) % 7];
		unsigned int vlan = tci > 0 ? (unsigned int)tci : tables.pvid[port];
		uint16_t members = tables.vlan[vlan].members, wanted = 0;
		const struct heard *known = &heard[to][vlan];

		if (!(random >> 30 & 0xfff))
			bridge.now_s += random >> 50 & 511;
		if (members >> port & 1) {
			heard[from][vlan] = (struct heard){ true, port, bridge.now_s };
			wanted = members & ~(1u << port);
			if (known->ever && bridge.now_s - known->when <= AGEING_S)
				wanted &= 1u << known->port;
		}
		run(port, make(to, from, tci, 46));
		assert_int_equal(ports(port), wanted);
		if (wanted)
			assert_int_equal(verdict & 0xffff,
					 wanted & tables.vlan[vlan].untagged ? 60 : 64);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_learning),	TEST(test_ageing),    TEST(test_groups),
		TEST(test_fixed),	TEST(test_full),      TEST(test_tags),
		TEST(test_vlans_apart), TEST(test_left_vlan), TEST(test_possible),
		TEST(test_outputs),	TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
