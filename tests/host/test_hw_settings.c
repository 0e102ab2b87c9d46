/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings of kmod/hw_*.c over the software 82599, while receive runs: what is set
 * is read back from the registers, and frames feel it. That nothing changes while
 * frames come is looked at on the scripted registers, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/errno.h>

#include <cmocka.h>

#include "hw_fake.h"
#include "hw_model.h"
#include "regs.h"

#define RING 64u
#define ALL  ONEPATH_HW_ADDRESSES_MAX

static struct model *running_model(void)
{
	struct model *m = model_new();

	m->buffer_bytes = 16384;
	model_path_start(m, RING, 1, 0);
	return m;
}

static void stop_and_check(struct model *m)
{
	model_path_stop(m);
	model_check_and_free(m);
}

/* A frame to @destination of @len bytes comes, is taken, and leaves room for the next. */
static bool arrives(struct model *m, const void *destination, const char *tag, size_t len)
{
	uint8_t frame[NIC_FRAME_MAX] = { 0 };
	bool stored;

	memcpy(frame, destination, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01", 6);
	memcpy(frame + 12, "\x88\xb5", 2);
	if (tag)
		memcpy(frame + 12, tag, 4);
	m->drop = true;
	stored = nic_receive(m->ports[0].nic, frame, len, 0);
	model_run(m);
	return stored;
}

static void test_filters(void **state)
{
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;
	uint8_t mac[6];

	(void)state;
	onepath_hw_filter_mac(io, mac);
	assert_memory_equal(mac, "\x02\x10\x20\x30\x40\x50", 6);
	assert_int_equal(onepath_hw_filter_get(io), 0);
	for (u32 filter = 0; filter < 4; filter++) {
		bool promiscuous = filter & ONEPATH_HW_FILTER_PROMISCUOUS;
		bool all_multicast = filter & ONEPATH_HW_FILTER_ALL_MULTICAST;

		assert_int_equal(onepath_hw_filter_set(io, filter), 0);
		assert_int_equal(onepath_hw_filter_get(io), filter);
		assert_true(arrives(m, mac, NULL, 60));
		assert_true(arrives(m, "\xff\xff\xff\xff\xff\xff", NULL, 60));
		assert_int_equal(arrives(m, "\x02\x10\x20\x30\x40\x51", NULL, 60), promiscuous);
		assert_int_equal(arrives(m, "\x02\x11\x21\x31\x41\x51", NULL, 60), promiscuous);
		assert_int_equal(arrives(m, "\x01\x00\x5e\x00\x00\x01", NULL, 60), all_multicast);
		assert_int_equal(arrives(m, "\x33\x33\x00\x00\x00\x01", NULL, 60), all_multicast);
	}
	stop_and_check(m);
}

/* Unicast and multicast in turn, all different. */
static void make_address(uint8_t address[6], unsigned int n)
{
	memcpy(address, n % 2 ? "\x01\x00\x5e\x00\x00\x00" : "\x06\xa5\x5a\xff\x00\x00", 6);
	address[3] ^= n;
	address[4] ^= n * 3;
	address[5] ^= n * 7;
}

static void check_addresses(struct model *m, const uint8_t (*addresses)[6], u32 count)
{
	uint8_t got[ALL][6], other[6];

	assert_int_equal(onepath_hw_addresses_get(&m->ports[0].io, got[0]), count);
	assert_memory_equal(got, addresses, 6 * count);
	for (u32 n = 0; n < ALL; n++) {
		assert_int_equal(arrives(m, addresses[n], NULL, 60), n < count);
		memcpy(other, addresses[n], 6);
		other[n % 6] ^= 0x40 >> n % 4;
		assert_false(arrives(m, other, NULL, 60));
	}
	assert_true(arrives(m, "\x02\x10\x20\x30\x40\x50", NULL, 60));
}

static void test_addresses(void **state)
{
	static const u32 counts[] = { 1, 5, ALL, 126, 2, 0 };
	struct model *m = running_model();
	uint8_t addresses[ALL][6];

	(void)state;
	for (u32 n = 0; n < ALL; n++)
		make_address(addresses[n], n);
	check_addresses(m, addresses, 0);
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		assert_int_equal(onepath_hw_addresses_set(&m->ports[0].io, addresses[0], counts[n]),
				 0);
		check_addresses(m, addresses, counts[n]);
	}
	/* each is pool 0's, or nobody's */
	for (u32 n = 1; n <= ALL; n++)
		assert_int_equal(nic_read(m->ports[0].nic, REG_MPSAR(2 * n)), 0);
	assert_int_equal(onepath_hw_addresses_set(&m->ports[0].io, addresses[0], 1), 0);
	assert_int_equal(nic_read(m->ports[0].nic, REG_MPSAR(2)), 1);
	stop_and_check(m);
}

static void test_vlans(void **state)
{
	static const u32 chosen[] = { 0, 1, 31, 32, 100, 4095 };
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;
	u32 ids[ONEPATH_HW_VLAN_WORDS] = { 0 }, got[ONEPATH_HW_VLAN_WORDS];
	static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	(void)state;
	assert_false(onepath_hw_vlans_get(io, got));
	assert_memory_equal(got, ids, sizeof(ids));
	for (size_t n = 0; n < sizeof(chosen) / sizeof(chosen[0]); n++)
		ids[chosen[n] / 32] |= 1u << chosen[n] % 32;
	for (unsigned int turn = 0; turn < 3; turn++) {
		bool filter = turn == 1;

		assert_int_equal(onepath_hw_vlans_set(io, filter, ids), 0);
		assert_int_equal(onepath_hw_vlans_get(io, got), filter);
		assert_memory_equal(got, ids, sizeof(ids));
		assert_true(arrives(m, broadcast, NULL, 60));
		for (u32 id = 0; id < 4096; id += id % 128 < 34 ? 1 : 31) {
			char tag[4] = { (char)0x81, 0, (char)(0xe0 | id >> 8), (char)id };

			assert_int_equal(arrives(m, broadcast, tag, 60),
					 !filter || (ids[id / 32] >> id % 32 & 1));
		}
	}
	stop_and_check(m);
}

static void test_mtu(void **state)
{
	static const u32 mtus[] = { 1500, 68, 1499, 1501, 2030, 9000, 9706, 1500 };
	static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;
	struct fake f;

	(void)state;
	for (size_t n = 0; n < sizeof(mtus) / sizeof(mtus[0]); n++) {
		struct onepath_hw_stats stats = { 0 };

		if (n)
			assert_int_equal(onepath_hw_mtu_set(io, mtus[n]), 0);
		assert_int_equal(onepath_hw_mtu_get(io), mtus[n]);
		onepath_hw_stats_add(io, &stats);
		memset(&stats, 0, sizeof(stats));
		assert_true(arrives(m, broadcast, NULL, mtus[n] + 14));
		assert_false(arrives(m, broadcast, NULL, mtus[n] + 15));
		assert_true(arrives(m, broadcast, "\x81\x00\x00\x05", mtus[n] + 18));
		assert_false(arrives(m, broadcast, "\x81\x00\x00\x05", mtus[n] + 19));
		assert_int_equal(onepath_hw_stats_add(io, &stats), 0);
		assert_int_equal(stats.rx_frames, 2);
		assert_int_equal(stats.rx_bytes, 2 * mtus[n] + 32);
		assert_int_equal(stats.rx_oversize, 2);
	}
	stop_and_check(m);

	/* without JUMBOEN, MAXFRS says nothing */
	fake_init(&f);
	fake_put(&f, REG_MAXFRS, MAXFRS_MFS(9018));
	assert_int_equal(onepath_hw_mtu_get(&f.io), 1500);
	fake_put(&f, REG_HLREG0, HLREG0_JUMBOEN);
	assert_int_equal(onepath_hw_mtu_get(&f.io), 9000);
	fake_free(&f);
}

/* Obeyed: what is given to send waits for its time, and then leaves. */
static void test_pauses_obeyed(void **state)
{
	struct model *m = running_model();
	struct model_port *out = &m->ports[1];

	(void)state;
	model_let_in(m);
	for (unsigned int turn = 0; turn < 3; turn++) {
		bool obey = turn == 1;
		uint64_t sent = out->sent;

		if (turn)
			assert_int_equal(
				onepath_hw_pause_set(&out->io, obey ? ONEPATH_HW_PAUSE_RX : 0), 0);
		assert_int_equal(onepath_hw_pause_get(&out->io), obey ? ONEPATH_HW_PAUSE_RX : 0);
		assert_false(onepath_hw_paused(&out->io));
		model_pause(out, 0xffff);
		assert_int_equal(onepath_hw_paused(&out->io), obey);
		assert_true(model_arrive(m));
		model_run(m);
		assert_int_equal(out->sent, sent + !obey);
		m->now_ns += 10 * MODEL_MS;
		nic_poll(out->nic);
		assert_int_equal(out->sent, sent + 1);
		assert_false(onepath_hw_paused(&out->io));
	}
	stop_and_check(m);
}

/* A PAUSE frame that is obeyed is nothing that an NF sees. */
static void test_pauses_go_no_further(void **state)
{
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;

	(void)state;
	model_let_in(m);
	model_pause(&m->ports[0], 0xffff);
	assert_int_equal(onepath_hw_rx_head(io, 0), 1);
	assert_int_equal(onepath_hw_pause_set(io, ONEPATH_HW_PAUSE_RX), 0);
	model_pause(&m->ports[0], 0xffff);
	assert_int_equal(onepath_hw_rx_head(io, 0), 1);
	stop_and_check(m);
}

/* As many as come fit, or are dropped; PAUSE frames leave before the first is. */
static unsigned int flood(struct model *m, unsigned int frames)
{
	unsigned int stored = 0;
	uint8_t frame[1514];

	memset(frame, 0xff, sizeof(frame));
	for (unsigned int n = 0; n < frames; n++)
		stored += nic_receive(m->ports[0].nic, frame, sizeof(frame), 0);
	return stored;
}

static void test_pauses_sent(void **state)
{
	struct model *m = running_model();
	struct model_port *p = &m->ports[0];
	struct onepath_hw_stats stats = { 0 };
	unsigned int waiting = 0;

	(void)state;
	m->drop = true;
	assert_int_equal(flood(m, 400), RING - 1);
	model_run(m);
	assert_int_equal(p->paused, 0);

	assert_int_equal(onepath_hw_pause_set(&p->io, ONEPATH_HW_PAUSE_TX), 0);
	assert_int_equal(onepath_hw_pause_get(&p->io), ONEPATH_HW_PAUSE_TX);
	while (!p->paused) {
		assert_int_equal(flood(m, 1), 1);
		assert_in_range(waiting++, 0, 500);
	}
	/* there is room for what the peer still sends, more than 46 KB of it */
	assert_int_equal(flood(m, 46 * 1024 / 1514 + 1), 46 * 1024 / 1514 + 1);
	assert_int_equal(p->paused, 1);
	/* the peer stays stopped: told again before its time is over, 65535 quanta of 51.2 ns */
	for (unsigned int us = 0; us < 3300; us += 100) {
		m->now_ns += 100 * MODEL_US;
		nic_poll(p->nic);
	}
	assert_in_range(p->paused, 2, 3);
	assert_int_equal(p->resumed, 0);
	model_run(m);
	assert_int_equal(p->resumed, 1);
	assert_int_equal(onepath_hw_stats_add(&p->io, &stats), 0);
	assert_int_equal(stats.tx_pause, p->paused);
	assert_int_equal(stats.rx_missed, 400 - (RING - 1));

	assert_int_equal(onepath_hw_pause_set(&p->io, 0), 0);
	assert_int_equal(onepath_hw_pause_get(&p->io), 0);
	waiting = p->paused;
	assert_in_range(flood(m, 400), 1, RING - 1);
	assert_int_equal(p->paused, waiting);
	stop_and_check(m);
}

/* A queue that starts while PAUSE frames are sent does not drop either. */
static void test_pause_before_the_start(void **state)
{
	struct model *m = model_new();
	u32 both = ONEPATH_HW_PAUSE_RX | ONEPATH_HW_PAUSE_TX;

	(void)state;
	assert_int_equal(onepath_hw_pause_set(&m->ports[0].io, both), 0);
	assert_int_equal(onepath_hw_pause_get(&m->ports[0].io), both);
	m->drop = true;
	model_path_start(m, RING, 1, 0);
	assert_int_equal(flood(m, 200), 200);
	model_run(m);
	stop_and_check(m);
}

struct packet {
	uint8_t source[4], destination[4];
	uint16_t source_port, destination_port;
	u32 hash, tcp_hash; /* published: of the addresses, and with ports */
};

/* The published example of the hash: its key, two packets, their hashes. */
static const u8 known_key[ONEPATH_HW_RSS_KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa
};
static const struct packet known[] = {
	{ { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766, 0x323e8fc2, 0x51ccc178 },
	{ { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739, 0xd718262a, 0xc626b0ea },
};

/* Which queue an IPv4 packet goes to: its statistics tell, though only queue 0 runs. */
static u32 queue_of(struct model *m, const struct packet *p, uint8_t protocol)
{
	uint8_t frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };
	struct onepath_hw_stats stats = { 0 };
	u32 queue = 0, found = 0;

	frame[17] = 46; /* total length, then TTL */
	frame[22] = 64;
	frame[23] = protocol;
	memcpy(frame + 26, p->source, 4);
	memcpy(frame + 30, p->destination, 4);
	frame[34] = p->source_port >> 8;
	frame[35] = p->source_port & 0xff;
	frame[36] = p->destination_port >> 8;
	frame[37] = p->destination_port & 0xff;
	frame[46] = 0x50;
	onepath_hw_stats_add(&m->ports[0].io, &stats);
	memset(&stats, 0, sizeof(stats));
	nic_receive(m->ports[0].nic, frame, sizeof(frame), 0);
	m->drop = true;
	model_run(m);
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	for (u32 n = 0; n < ONEPATH_HW_STATS_SETS; n++)
		if (stats.set[n].rx_frames + stats.set[n].rx_missed) {
			queue = n;
			found++;
		}
	assert_int_equal(found, 1);
	return queue;
}

static void check_rss(struct onepath_io *io, u32 hash, const u8 *key, const u8 *table)
{
	u8 got_key[ONEPATH_HW_RSS_KEY_BYTES], got_table[ONEPATH_HW_RSS_TABLE_ENTRIES];

	assert_int_equal(onepath_hw_rss_get(io, got_key, got_table), hash);
	assert_memory_equal(got_key, key, sizeof(got_key));
	assert_memory_equal(got_table, table, sizeof(got_table));
}

static void test_rss_of_known_packets(void **state)
{
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;
	u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES] = { 0 }, no_key[ONEPATH_HW_RSS_KEY_BYTES] = { 0 };

	(void)state;
	check_rss(io, 0, no_key, table);
	for (size_t n = 0; n < 2; n++) {
		const struct packet *p = &known[n];

		/* only the entries of these two hashes are not 0 */
		memset(table, 0, sizeof(table));
		table[p->hash & 0x7f] = 3;
		table[p->tcp_hash & 0x7f] = 15;
		for (u32 hash = 0; hash < 64; hash++) {
			bool ipv4 = hash & ONEPATH_HW_RSS_IPV4;

			assert_int_equal(onepath_hw_rss_set(io, hash, known_key, table), 0);
			check_rss(io, hash, known_key, table);
			assert_int_equal(queue_of(m, p, 6),
					 hash & ONEPATH_HW_RSS_TCP_IPV4 ? 15 : 3 * ipv4);
			assert_int_equal(queue_of(m, p, 17),
					 hash & ONEPATH_HW_RSS_UDP_IPV4 ? 15 : 3 * ipv4);
			assert_int_equal(queue_of(m, p, 1), 3 * ipv4);
			assert_true(arrives(m, "\xff\xff\xff\xff\xff\xff", NULL, 60));
		}
	}
	stop_and_check(m);
}

static void swap_ends(struct packet *p)
{
	struct packet old = *p;

	memcpy(p->source, old.destination, 4);
	memcpy(p->destination, old.source, 4);
	p->source_port = old.destination_port;
	p->destination_port = old.source_port;
}

/* With 6d 5a repeated, both directions of a flow meet; flows are spread over all queues. */
static void test_rss_with_a_symmetric_key(void **state)
{
	u32 hash = ONEPATH_HW_RSS_IPV4 | ONEPATH_HW_RSS_TCP_IPV4 | ONEPATH_HW_RSS_UDP_IPV4;
	u8 key[ONEPATH_HW_RSS_KEY_BYTES], table[ONEPATH_HW_RSS_TABLE_ENTRIES];
	struct model *m = running_model();
	unsigned int frames[4] = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(key); n++)
		key[n] = n % 2 ? 0x5a : 0x6d;
	for (size_t n = 0; n < sizeof(table); n++)
		table[n] = n % 4;
	assert_int_equal(onepath_hw_rss_set(&m->ports[0].io, hash, key, table), 0);
	for (u32 n = 0; n < 400; n++) {
		struct packet p = {
			{ 10, 0, n >> 4, n * 7 }, { 192, 168, n, 1 }, 1024 + n * 3, 80 + n % 5, 0, 0
		};
		u32 queue = queue_of(m, &p, n % 3 ? 6 : 17);

		assert_in_range(queue, 0, 3);
		frames[queue]++;
		swap_ends(&p);
		assert_int_equal(queue_of(m, &p, n % 3 ? 6 : 17), queue);
	}
	for (u32 n = 0; n < 4; n++)
		assert_in_range(frames[n], 60, 140);
	stop_and_check(m);
}

static void test_speeds(void **state)
{
	static const struct {
		u32 speeds, mbps;
	} turns[] = { { ONEPATH_HW_SPEED_10G, 10000 },
		      { ONEPATH_HW_SPEED_1G, 1000 },
		      { ONEPATH_HW_SPEED_1G, 1000 },
		      { ONEPATH_HW_SPEED_10G, 10000 } };
	struct model *m = running_model();
	struct model_port *p = &m->ports[0];
	u32 speeds = ONEPATH_HW_SPEED_10G;

	(void)state;
	assert_int_equal(onepath_hw_speeds_get(&p->io), speeds);
	for (size_t n = 0; n < sizeof(turns) / sizeof(turns[0]); n++) {
		bool changes = turns[n].speeds != speeds;

		speeds = turns[n].speeds;
		assert_int_equal(onepath_hw_speeds_set(&p->io, speeds), 0);
		assert_int_equal(onepath_hw_speeds_get(&p->io), speeds);
		assert_int_equal(nic_link_up(p->nic), !changes);
		m->now_ns += MODEL_MS;
		nic_poll(p->nic);
		assert_int_equal(onepath_hw_link_speed_mbps(&p->io), turns[n].mbps);
		if (changes) /* a module with two speeds is told by its rate select pins */
			assert_int_equal(
				nic_read(p->nic, REG_ESDP) & (ESDP_SDP5_DATA | ESDP_SDP5_OUTPUT),
				ESDP_SDP5_OUTPUT | (turns[n].mbps == 10000 ? ESDP_SDP5_DATA : 0));
		assert_int_equal(onepath_hw_speeds_set(&p->io,
						       ONEPATH_HW_SPEED_1G | ONEPATH_HW_SPEED_10G),
				 -EOPNOTSUPP);
		assert_int_equal(onepath_hw_speeds_get(&p->io), speeds);
		assert_true(nic_link_up(p->nic));
	}
	stop_and_check(m);
}

/* Other kinds of link are as the EEPROM has them, and stay so. */
static void test_speeds_of_other_links(void **state)
{
	static const struct {
		u32 autoc, autoc2, speeds;
	} links[] = {
		{ AUTOC_LMS_10G_PARALLEL, AUTOC2_10G_SERIAL_SFI, ONEPATH_HW_SPEED_10G },
		{ 4 << 13, AUTOC2_10G_SERIAL_SFI, ONEPATH_HW_SPEED_1G | ONEPATH_HW_SPEED_10G },
		{ AUTOC_LMS_SGMII, AUTOC2_10G_SERIAL_SFI, ONEPATH_HW_SPEED_1G },
		{ 6 << 13, AUTOC2_10G_SERIAL_SFI, ONEPATH_HW_SPEED_1G | ONEPATH_HW_SPEED_10G },
		{ AUTOC_LMS_10G_SERIAL, 0, ONEPATH_HW_SPEED_10G },
		{ AUTOC_LMS_10G_SERIAL | AUTOC_1G_PMA_PMD, AUTOC2_10G_SERIAL_SFI,
		  ONEPATH_HW_SPEED_10G },
		{ AUTOC_LMS_1G_AN | AUTOC_1G_PMA_PMD, AUTOC2_10G_SERIAL_SFI, ONEPATH_HW_SPEED_1G },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(links) / sizeof(links[0]); n++) {
		struct fake f;

		fake_init(&f);
		fake_put(&f, REG_AUTOC, links[n].autoc);
		fake_put(&f, REG_AUTOC2, links[n].autoc2);
		assert_int_equal(onepath_hw_speeds_get(&f.io), links[n].speeds);
		for (u32 speeds = 1; speeds < 4; speeds++)
			assert_int_equal(onepath_hw_speeds_set(&f.io, speeds),
					 speeds == links[n].speeds ? 0 : -EOPNOTSUPP);
		for (size_t i = 0; i < f.count; i++)
			assert_int_not_equal(f.events[i].kind, FAKE_WRITE);
		fake_free(&f);
	}
}

static int set_filter(struct onepath_io *io)
{
	return onepath_hw_filter_set(io, ONEPATH_HW_FILTER_PROMISCUOUS);
}

static int set_addresses(struct onepath_io *io)
{
	return onepath_hw_addresses_set(io, (const u8 *)"\x02\x00\x00\x00\x00\x05", 1);
}

static int set_vlans(struct onepath_io *io)
{
	u32 ids[ONEPATH_HW_VLAN_WORDS] = { 2 };

	return onepath_hw_vlans_set(io, true, ids);
}

static int set_mtu(struct onepath_io *io)
{
	return onepath_hw_mtu_set(io, 9000);
}

static int set_pause(struct onepath_io *io)
{
	return onepath_hw_pause_set(io, ONEPATH_HW_PAUSE_RX);
}

static int set_rss(struct onepath_io *io)
{
	u8 table[ONEPATH_HW_RSS_TABLE_ENTRIES] = { 1 };

	return onepath_hw_rss_set(io, ONEPATH_HW_RSS_IPV4, known_key, table);
}

/* A port that receives nothing yet obeys all the same, or says that it cannot. */
static void test_pause_enables_receive(void **state)
{
	struct fake f;

	(void)state;
	fake_init(&f);
	assert_int_equal(set_pause(&f.io), 0);
	assert_int_equal(fake_get(&f, REG_RXCTRL), RXCTRL_RXEN);
	fake_free(&f);

	fake_init(&f);
	fake_bend(&f, REG_SECRXSTAT, ~0u, 0, FAKE_FOREVER);
	assert_int_equal(set_pause(&f.io), -ETIMEDOUT);
	assert_int_equal(fake_get(&f, REG_MFLCN), 0);
	fake_free(&f);
}

/* 7.1.1, 4.6.7: held, known to be empty, changed, let go; if it does not get empty: unchanged. */
static void test_changes_while_receive_is_held(void **state)
{
	static int (*const settings[])(struct onepath_io *io) = { set_filter, set_addresses,
								  set_vlans, set_mtu, set_rss };

	(void)state;
	for (size_t n = 0; n < sizeof(settings) / sizeof(settings[0]); n++) {
		size_t from, to;
		struct fake f;

		fake_init(&f);
		fake_bend(&f, REG_SECRXSTAT, ~0u, 0, 3);
		assert_int_equal(settings[n](&f.io), 0);
		from = fake_expect(&f, 0, FAKE_READ, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY,
				   SECRXSTAT_SECRX_RDY);
		to = fake_expect(&f, from, FAKE_WRITE, REG_SECRXCTRL, SECRXCTRL_RX_DIS, 0);
		assert_int_equal(to, f.count);
		assert_true(to - from > 2);
		for (size_t i = 0; i < from; i++)
			assert_false(f.events[i].kind == FAKE_WRITE &&
				     f.events[i].reg != REG_SECRXCTRL);
		fake_free(&f);

		fake_init(&f);
		fake_bend(&f, REG_SECRXSTAT, ~0u, 0, FAKE_FOREVER);
		assert_int_equal(settings[n](&f.io), -ETIMEDOUT);
		for (size_t i = 0; i < f.count; i++)
			assert_false(f.events[i].kind == FAKE_WRITE &&
				     f.events[i].reg != REG_SECRXCTRL);
		assert_int_equal(fake_get(&f, REG_SECRXCTRL), 0);
		fake_free(&f);
	}
}

/* What is set does not outlive a reset and its init; only the link does. */
static void test_a_reset_forgets_them(void **state)
{
	u8 zero[ONEPATH_HW_RSS_TABLE_ENTRIES] = { 0 };
	struct model *m = running_model();
	struct onepath_io *io = &m->ports[0].io;
	u32 ids[ONEPATH_HW_VLAN_WORDS];
	uint8_t addresses[ALL][6];

	(void)state;
	assert_int_equal(
		set_filter(io) + set_addresses(io) + set_vlans(io) + set_mtu(io) + set_rss(io), 0);
	assert_int_equal(onepath_hw_pause_set(io, ONEPATH_HW_PAUSE_RX | ONEPATH_HW_PAUSE_TX), 0);
	model_path_stop(m);
	model_wake(m, &m->ports[0]);
	assert_int_equal(onepath_hw_filter_get(io), 0);
	assert_int_equal(onepath_hw_addresses_get(io, addresses[0]), 0);
	assert_false(onepath_hw_vlans_get(io, ids));
	for (u32 n = 0; n < ONEPATH_HW_VLAN_WORDS; n++)
		assert_int_equal(ids[n], 0);
	assert_int_equal(onepath_hw_mtu_get(io), 1500);
	assert_int_equal(onepath_hw_pause_get(io), 0);
	check_rss(io, 0, zero, zero);
	model_check_and_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_pauses_obeyed),
		cmocka_unit_test(test_pauses_go_no_further),
		cmocka_unit_test(test_pauses_sent),
		cmocka_unit_test(test_pause_before_the_start),
		cmocka_unit_test(test_rss_of_known_packets),
		cmocka_unit_test(test_rss_with_a_symmetric_key),
		cmocka_unit_test(test_speeds),
		cmocka_unit_test(test_speeds_of_other_links),
		cmocka_unit_test(test_pause_enables_receive),
		cmocka_unit_test(test_changes_while_receive_is_held),
		cmocka_unit_test(test_a_reset_forgets_them),
	};

	return cmocka_run_group_tests_name("hw settings", tests, NULL, NULL);
}
