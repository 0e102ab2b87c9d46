// SPDX-License-Identifier: BSD-3-Clause
/*
 * The flow director: signature and perfect filters, added, found, updated and
 * removed as drivers do it. The hashes were worked out by another program from
 * the hash's definition, with the keys that drivers commonly use.
 */
#include "nic_queues.h"

#define FDIRCTRL       0x0EE00
#define FDIRCTRL_64K   0x1
#define FDIRCTRL_DONE  0x8
#define FDIRCTRL_EXACT 0x10
#define FDIRCTRL_SAY   0x20
#define FDIRIPSA       0x0EE18
#define FDIRIPDA       0x0EE1C
#define FDIRPORT       0x0EE20
#define FDIRVLAN       0x0EE24
#define FDIRHASH       0x0EE28
#define FDIRCMD	       0x0EE2C
#define CMD_ADD	       0x1
#define CMD_REMOVE     0x2
#define CMD_QUERY      0x3
#define CMD_VALID      0x4
#define CMD_UPDATE     0x8
#define CMD_UDP	       0x20
#define CMD_TCP	       0x40
#define CMD_IPV6       0x80
#define CMD_CLEAR      0x100
#define CMD_DROP       0x200
#define CMD_LAST       0x800
#define CMD_QUEUE      0x8000
#define FDIRFREE       0x0EE38
#define FDIRDIP4M      0x0EE3C
#define FDIRSIP4M      0x0EE40
#define FDIRTCPM       0x0EE44
#define FDIRUDPM       0x0EE48
#define FDIRUSTAT      0x0EE50
#define FDIRFSTAT      0x0EE54
#define FDIRMATCH      0x0EE58
#define FDIRMISS       0x0EE5C
#define FDIRHKEY       0x0EE68
#define FDIRSKEY       0x0EE6C
#define FDIRM	       0x0EE70

/* Flexible bytes: the Ethertype, six words from the frame's start. */
static void start(struct machine *m, uint32_t control)
{
	wr(m, FDIRHKEY, 0x3DAD14E2);
	wr(m, FDIRSKEY, 0x174D3614);
	wr(m, FDIRCTRL, control | FDIRCTRL_64K | 127 << 8 | 6 << 16 | 4u << 28);
	assert_int_equal(rd(m, FDIRCTRL) & FDIRCTRL_DONE, FDIRCTRL_DONE);
}

static void command(struct machine *m, uint32_t hash, uint32_t value)
{
	wr(m, FDIRHASH, hash);
	wr(m, FDIRCMD, value);
	assert_int_equal(rd(m, FDIRCMD) & 3, 0);
}

static void make(struct packet *p, int tag, bool v6, uint8_t protocol)
{
	ethernet(p, tag, v6 ? 0x86DD : 0x0800);
	if (v6)
		ipv6(p, protocol);
	else
		ipv4(p, protocol, 0);
	l4(p, 40);
	finish(p);
}

/* Which of queues 0 to 3 @p comes to; 4: none. */
static unsigned int queue_of(struct machine *m, const struct packet *p)
{
	for (unsigned int i = 0; i < 4; i++)
		start_small_queue(m, i, D_SRRCTL_ADVANCED);
	arrive_packet(m, p);
	for (unsigned int i = 0; i < 4; i++) {
		if (rd(m, D_RX(i, D_RDH)))
			return i;
	}
	return 4;
}

static void signature_filters(void **state)
{
	static const struct {
		int tag;
		bool v6;
		uint8_t protocol;
		uint32_t type, hash, signature;
	} flows[] = {
		{ -1, false, 6, CMD_TCP, 0x4382, 0x3A6D },
		{ -1, false, 17, CMD_UDP, 0x6CF9, 0x6576 },
		{ 5, false, 6, CMD_TCP, 0x0F40, 0x536A },
		{ -1, true, 6, CMD_TCP | CMD_IPV6, 0x50A7, 0x6D87 },
	};
	struct machine *m = *state;
	struct packet p;

	start(m, 0);
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t flow = flows[i].signature << 16 | 0x8000 | flows[i].hash;
		uint32_t add = CMD_ADD | CMD_UPDATE | CMD_LAST | CMD_QUEUE | flows[i].type;

		make(&p, flows[i].tag, flows[i].v6, flows[i].protocol);
		rd(m, FDIRMISS), rd(m, FDIRMATCH);
		assert_int_equal(queue_of(m, &p), 0);
		assert_int_equal(rd(m, FDIRMISS), 1);
		command(m, flow, add | 2 << 16);
		assert_int_equal(queue_of(m, &p), 2);
		assert_int_equal(said_in(m, 2, 0).status & D_RX_FLM, D_RX_FLM);
		assert_int_equal(said_in(m, 2, 0).rss_type, 0);
		assert_int_equal(rd(m, FDIRMATCH), 1);
		/* The same again moves it. */
		command(m, flow, add | 3 << 16);
		assert_int_equal(queue_of(m, &p), 3);
		/* Another port is another flow. */
		p.bytes[p.l4 + 1] ^= 1;
		assert_int_equal(queue_of(m, &p), 0);
		assert_int_equal(rd(m, FDIRFREE), 8192 - 2 - (i + 1));
	}
	assert_int_equal(rd(m, FDIRUSTAT), 8);
	/* Initialised anew, all are gone. */
	wr(m, FDIRCMD, CMD_CLEAR);
	wr(m, FDIRCMD, 0);
	make(&p, -1, false, 6);
	assert_int_equal(queue_of(m, &p), 0);
	assert_no_rule_broken(m);
}

/* To 10.20.30.40:1766, TCP, from anywhere. */
static void masks_of_one_destination(struct machine *m)
{
	wr(m, FDIRM, 0x1 | 0x2 | 0x4 | 0x10 | 0x20);
	wr(m, FDIRSIP4M, 0xFFFFFFFF);
	wr(m, FDIRDIP4M, 0);
	/* Destination in the upper half, bits reversed: of the source none is compared. */
	wr(m, FDIRTCPM, 0x0000FFFF);
	wr(m, FDIRUDPM, 0x0000FFFF);
	wr(m, FDIRIPSA, 0);
	wr(m, FDIRIPDA, 0x0A141E28);
	wr(m, FDIRPORT, 1766 << 16);
	wr(m, FDIRVLAN, 0);
}

static void perfect_filters(void **state)
{
	const uint32_t flow = 77 << 16 | (0x1339 & 0x1FFF);
	const uint32_t add = CMD_ADD | CMD_UPDATE | CMD_LAST | CMD_QUEUE | CMD_TCP;
	struct machine *m = *state;
	struct packet p, other;

	start(m, FDIRCTRL_EXACT | FDIRCTRL_SAY);
	masks_of_one_destination(m);
	make(&p, -1, false, 6);
	command(m, flow, add | 1 << 16);
	assert_int_equal(queue_of(m, &p), 1);
	assert_int_equal(said_in(m, 1, 0).status & D_RX_FLM, D_RX_FLM);
	assert_int_equal(said_in(m, 1, 0).rss_type, 15);
	assert_int_equal(said_in(m, 1, 0).hash, (0x1339 & 0x7FF) << 16 | 77);
	/* What is masked may differ, what is not may not. */
	make(&other, 5, false, 6);
	other.bytes[other.l3 + 12] ^= 0xFF;
	other.bytes[other.l4] ^= 0xFF;
	assert_int_equal(queue_of(m, &other), 1);
	other.bytes[other.l4 + 2] ^= 0x80;
	assert_int_equal(queue_of(m, &other), 0);
	make(&other, -1, false, 17);
	assert_int_equal(queue_of(m, &other), 0);
	/* With a wrong hash the hardware does not find it. */
	command(m, 77 << 16 | 0x1338, add | 1 << 16);
	command(m, flow, CMD_REMOVE);
	assert_int_equal(queue_of(m, &p), 0);
	command(m, 77 << 16 | 0x1338, CMD_REMOVE);
	/* Dropped: to a queue that is off. */
	command(m, flow, add | CMD_DROP | 127 << 16);
	assert_int_equal(queue_of(m, &p), 4);
	assert_int_equal(nic_counters(m->nic)->dropped_descriptor, 1);
	/* Is it there, removed, there? */
	command(m, flow, CMD_QUERY);
	assert_int_equal(rd(m, FDIRCMD) & CMD_VALID, CMD_VALID);
	command(m, flow, CMD_REMOVE);
	command(m, flow, CMD_QUERY);
	assert_int_equal(rd(m, FDIRCMD) & CMD_VALID, 0);
	assert_int_equal(queue_of(m, &p), 0);
	command(m, flow, CMD_REMOVE);
	assert_int_equal(rd(m, FDIRUSTAT), 3 << 16 | 3);
	assert_int_equal(rd(m, FDIRFSTAT), 1 << 8);
	assert_int_equal(rd(m, FDIRFREE), 2048 - 2);
	assert_no_rule_broken(m);
}

/* Only the destination port's lowest bit and half of an address are compared. */
static void masks_by_the_bit(void **state)
{
	struct machine *m = *state;
	struct packet p;

	start(m, FDIRCTRL_EXACT);
	masks_of_one_destination(m);
	wr(m, FDIRTCPM, 0x7FFFFFFF);
	wr(m, FDIRDIP4M, 0xFFFFFFFF);
	/* Nothing is left but the type, TCP: its hash, from the definition. */
	make(&p, -1, false, 6);
	for (unsigned int hash = 0; hash < 2048; hash++)
		command(m, hash, CMD_ADD | CMD_QUEUE | CMD_TCP | 2 << 16);
	assert_int_equal(queue_of(m, &p), 2);
	p.bytes[p.l4 + 2] ^= 0xFF;
	p.bytes[p.l4 + 3] ^= 0xFE;
	assert_int_equal(queue_of(m, &p), 2);
	p.bytes[p.l4 + 3] ^= 1;
	assert_int_equal(queue_of(m, &p), 0);
}

static void full_tables(void **state)
{
	struct machine *m = *state;

	start(m, 0);
	for (unsigned int i = 0; i < 8190; i++)
		command(m, i << 16 | (i * 7 & 0x1FFF), CMD_ADD | CMD_QUEUE);
	assert_int_equal(rd(m, FDIRFREE), 0);
	assert_int_equal(rd(m, FDIRFSTAT), 0);
	command(m, 0x7FFF << 16, CMD_ADD | CMD_QUEUE);
	assert_int_equal(rd(m, FDIRFSTAT), 1);
	/* One twice, without leave to update; and one after one has gone. */
	command(m, 5 << 16 | 35, CMD_ADD | CMD_QUEUE);
	assert_int_equal(rd(m, FDIRFSTAT), 1);
	command(m, 5 << 16 | 35, CMD_REMOVE);
	command(m, 0x7FFF << 16, CMD_ADD | CMD_QUEUE);
	assert_int_equal(rd(m, FDIRFSTAT), 0);
	/* One place is used over and over. */
	for (unsigned int i = 0; i < 40000; i++) {
		command(m, 0x7FFF << 16, CMD_REMOVE);
		command(m, 0x7FFF << 16, CMD_ADD | CMD_QUEUE);
	}
	assert_int_equal(rd(m, FDIRFSTAT), 0);
	assert_int_equal(rd(m, FDIRFREE), 0);
	/* A reset takes them all, and off it does nothing. */
	driver_init(m);
	command(m, 0, CMD_ADD | CMD_QUEUE);
	command(m, 0, CMD_REMOVE);
	command(m, 0, CMD_QUERY);
	assert_int_equal(rd(m, FDIRFSTAT), 1 << 8 | 1);
	wr(m, FDIRCTRL, 0);
	assert_no_rule_broken(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signature_filters),
		TEST(perfect_filters),
		TEST(masks_by_the_bit),
		TEST(full_tables),
	};

	return cmocka_run_group_tests_name("nic: flow director", tests, NULL, NULL);
}
