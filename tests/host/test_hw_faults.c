/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kmod/hw_*.c over a scripted register file that misbehaves: every bit that is
 * waited for is stuck once, and the device is pulled out before every single
 * access. Nothing may take for ever, and nothing may be believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/errno.h>

#include "hw_fake.h"
#include "regs.h"

#define ALL	     (~0u)
#define RING	     0x100000000ull
#define QUEUE	     7u
#define ACCESSES_MAX 6000u /* of one call, whatever the device does */
#define SLEEP_MAX_US 1000000u /* of one call with no more than one bit stuck */

static struct onepath_hw_stats stats;

static int call_reset(struct onepath_io *io)
{
	return onepath_hw_reset(io, false);
}

static int call_reset_link(struct onepath_io *io)
{
	return onepath_hw_reset(io, true);
}

/* The port's first queue: receive is enabled with it. */
static int call_rx_start(struct onepath_io *io)
{
	fake_put((struct fake *)io, REG_RXCTRL, 0);
	return onepath_hw_rx_start(io, QUEUE, RING, 256, 2048);
}

static int call_rx_stop(struct onepath_io *io)
{
	return onepath_hw_rx_stop(io, QUEUE);
}

static int call_tx_start(struct onepath_io *io)
{
	return onepath_hw_tx_start(io, QUEUE, RING, 256, RING + 4096, 0);
}

static int call_tx_stop(struct onepath_io *io)
{
	u32 drain_us = ONEPATH_HW_DRAIN_US;

	return onepath_hw_tx_stop(io, QUEUE, &drain_us);
}

static int call_filter_set(struct onepath_io *io)
{
	return onepath_hw_filter_set(io, ONEPATH_HW_FILTER_PROMISCUOUS |
						 ONEPATH_HW_FILTER_ALL_MULTICAST);
}

static int call_stats(struct onepath_io *io)
{
	return onepath_hw_stats_add(io, &stats);
}

/* Who is gone has no errors. */
static int call_errors(struct onepath_io *io)
{
	return (int)onepath_hw_errors(io);
}

/* Calls that cannot fail still must end. */
static int call_link_and_mac(struct onepath_io *io)
{
	u8 mac[6];

	onepath_hw_link_start(io);
	onepath_hw_link_speed_mbps(io);
	onepath_hw_filter_mac(io, mac);
	return 0;
}

static int call_addresses(struct onepath_io *io)
{
	u8 addresses[6 * ONEPATH_HW_ADDRESSES_MAX] = { 2 };
	int rc = onepath_hw_addresses_set(io, addresses, ONEPATH_HW_ADDRESSES_MAX);

	assert_in_range(onepath_hw_addresses_get(io, addresses), 0, ONEPATH_HW_ADDRESSES_MAX);
	return rc;
}

static int call_vlans(struct onepath_io *io)
{
	u32 ids[ONEPATH_HW_VLAN_WORDS] = { 1 };
	int rc = onepath_hw_vlans_set(io, true, ids);

	onepath_hw_vlans_get(io, ids);
	return rc;
}

static int call_mtu(struct onepath_io *io)
{
	int rc = onepath_hw_mtu_set(io, 9000);

	onepath_hw_mtu_get(io);
	return rc;
}

static int call_rss(struct onepath_io *io)
{
	u8 key[ONEPATH_HW_RSS_KEY_BYTES] = { 0 }, table[ONEPATH_HW_RSS_TABLE_ENTRIES] = { 0 };
	int rc = onepath_hw_rss_set(io, ONEPATH_HW_RSS_IPV4, key, table);

	onepath_hw_rss_get(io, key, table);
	return rc;
}

static int call_pause(struct onepath_io *io)
{
	fake_put((struct fake *)io, REG_RXCTRL, 0);
	return onepath_hw_pause_set(io, ONEPATH_HW_PAUSE_RX | ONEPATH_HW_PAUSE_TX);
}

static int call_speeds(struct onepath_io *io)
{
	fake_put((struct fake *)io, REG_AUTOC, AUTOC_LMS_10G_SERIAL);
	fake_put((struct fake *)io, REG_AUTOC2, AUTOC2_10G_SERIAL_SFI);
	return onepath_hw_speeds_set(io, ONEPATH_HW_SPEED_1G);
}

/* A device that is not there is not paused. */
static int call_paused_and_positions(struct onepath_io *io)
{
	u32 head, tail;

	onepath_hw_tx_position(io, QUEUE, &head, &tail);
	onepath_hw_rx_head(io, QUEUE);
	onepath_hw_irq_init(io);
	onepath_hw_irq_other_enable(io);
	onepath_hw_irq_other(io);
	onepath_hw_irq_arm(io, 0);
	onepath_hw_irq_disarm(io, 0);
	return onepath_hw_gone(io) && onepath_hw_paused(io) ? -EIO : 0;
}

/* Queues of both directions run, one with descriptors left to send. */
static void make_busy(struct fake *f)
{
	static const u32 running[] = { REG_RXDCTL(QUEUE), REG_RXDCTL(0), REG_RXDCTL_HIGH(63),
				       REG_TXDCTL(QUEUE), REG_TXDCTL(100) };

	fake_init(f);
	for (size_t n = 0; n < sizeof(running) / sizeof(running[0]); n++)
		fake_put(f, running[n], RXDCTL_ENABLE);
	fake_put(f, REG_RXCTRL, RXCTRL_RXEN);
	fake_put(f, REG_TDH(QUEUE), 5);
	fake_put(f, REG_TDT(QUEUE), 5);
}

static const struct stuck {
	const char *what;
	int (*call)(struct onepath_io *io);
	u32 reg, mask, value; /* these bits always read so; CTRL's, once written */
	u32 waited; /* the mask that timeout() is told of; 0: it is not called */
	int rc;
	u32 limit_us; /* of the time slept */
} stucks[] = {
	{ "EEC.AUTO_RD never comes", onepath_hw_init, REG_EEC, EEC_AUTO_RD, 0, EEC_AUTO_RD,
	  -ETIMEDOUT, 200000 },
	{ "RDRXCTL.DMAIDONE never comes", onepath_hw_init, REG_RDRXCTL, RDRXCTL_DMAIDONE, 0,
	  RDRXCTL_DMAIDONE, -ETIMEDOUT, 200000 },
	{ "STATUS.19 never clears", call_reset, REG_STATUS, STATUS_PCIE_MASTER_ENABLE, ALL,
	  STATUS_PCIE_MASTER_ENABLE, 0, 100000 + 20 + 2 * 10000 },
	{ "CTRL.RST never clears", call_reset, REG_CTRL, CTRL_RST, ALL, CTRL_RST | CTRL_LRST,
	  -ETIMEDOUT, 10000 + 50000 },
	{ "CTRL.LRST never clears", call_reset_link, REG_CTRL, CTRL_LRST, ALL, CTRL_RST | CTRL_LRST,
	  -ETIMEDOUT, 10000 + 50000 },
	{ "RXDCTL[0] stays on at a reset", call_reset, REG_RXDCTL(0), RXDCTL_ENABLE, ALL,
	  RXDCTL_ENABLE, 0, 10000 + 10000 },
	{ "RXDCTL[127] stays on at a reset", call_reset, REG_RXDCTL_HIGH(63), RXDCTL_ENABLE, ALL,
	  RXDCTL_ENABLE, 0, 10000 + 10000 },
	{ "TXDCTL[100] stays on at a reset", call_reset, REG_TXDCTL(100), TXDCTL_ENABLE, ALL,
	  TXDCTL_ENABLE, 0, 10000 + 10000 },
	{ "RXDCTL stays off", call_rx_start, REG_RXDCTL(QUEUE), RXDCTL_ENABLE, 0, RXDCTL_ENABLE,
	  -ETIMEDOUT, 10000 },
	{ "SECRX_RDY never comes at rx_start", call_rx_start, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY, 0,
	  SECRXSTAT_SECRX_RDY, -ETIMEDOUT, 40000 },
	{ "SECRX_RDY never comes at filter_set", call_filter_set, REG_SECRXSTAT,
	  SECRXSTAT_SECRX_RDY, 0, SECRXSTAT_SECRX_RDY, -ETIMEDOUT, 40000 },
	{ "RXDCTL stays on", call_rx_stop, REG_RXDCTL(QUEUE), RXDCTL_ENABLE, ALL, RXDCTL_ENABLE,
	  -ETIMEDOUT, 10000 + 100 },
	{ "TXDCTL stays off", call_tx_start, REG_TXDCTL(QUEUE), TXDCTL_ENABLE, 0, TXDCTL_ENABLE,
	  -ETIMEDOUT, 10000 },
	{ "TXDCTL stays on", call_tx_stop, REG_TXDCTL(QUEUE), TXDCTL_ENABLE, ALL, TXDCTL_ENABLE,
	  -ETIMEDOUT, 10000 },
	{ "TDH never reaches TDT", call_tx_stop, REG_TDH(QUEUE), ALL, 4, 0, 0, 100000 },
	{ "TDT is nonsense", call_tx_stop, REG_TDT(QUEUE), ALL, 0xfffff, 0, 0, 100000 },
};

static void test_a_stuck_bit_is_waited_for_no_longer_than_its_bound(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(stucks) / sizeof(stucks[0]); n++) {
		const struct stuck *s = &stucks[n];
		struct fake f;
		int rc;

		make_busy(&f);
		if (s->reg == REG_CTRL)
			f.ctrl_stuck = s->mask;
		else
			fake_bend(&f, s->reg, s->mask, s->value, FAKE_FOREVER);
		rc = s->call(&f.io);
		if (rc != s->rc)
			fail_msg("%s: returned %d, not %d", s->what, rc, s->rc);
		if (f.slept_us > s->limit_us)
			fail_msg("%s: slept %llu us, not %u", s->what,
				 (unsigned long long)f.slept_us, s->limit_us);
		if (f.timeouts != !!s->waited)
			fail_msg("%s: timeout() called %u times", s->what, f.timeouts);
		if (s->waited)
			fake_expect(&f, 0, FAKE_TIMEOUT, s->reg, ALL, s->waited);
		assert_in_range(f.accesses, 1, ACCESSES_MAX);
		fake_free(&f);
	}
}

/* To set a bit of CTRL beside it is no second reset. */
static void test_a_reset_that_never_ended_is_not_written_back(void **state)
{
	struct fake f;
	size_t at;

	(void)state;
	make_busy(&f);
	f.ctrl_stuck = CTRL_RST | CTRL_LRST;
	assert_int_equal(call_reset_link(&f.io), -ETIMEDOUT);
	fake_forget(&f);
	assert_int_equal(call_reset(&f.io), -ETIMEDOUT);
	at = fake_expect(&f, 0, FAKE_WRITE, REG_CTRL, CTRL_PCIE_MASTER_DISABLE,
			 CTRL_PCIE_MASTER_DISABLE);
	at = fake_expect(&f, at, FAKE_READ, REG_STATUS, ALL, 0);
	assert_in_range(fake_find(&f, 0, FAKE_WRITE, REG_CTRL, CTRL_RST, CTRL_RST), at,
			ACCESSES_MAX);
	assert_in_range(fake_find(&f, 0, FAKE_WRITE, REG_CTRL, CTRL_LRST, CTRL_LRST), at,
			FAKE_NEVER);
	fake_free(&f);
}

/* A bit that comes at the last moment still counts. */
static void test_a_late_bit_is_in_time(void **state)
{
	struct fake f;

	(void)state;
	make_busy(&f);
	fake_bend(&f, REG_EEC, EEC_AUTO_RD, 0, 2000);
	assert_int_equal(onepath_hw_init(&f.io), 0);
	assert_int_equal(f.timeouts, 0);
	fake_free(&f);
}

/* Every queue of both directions is stuck, and the bus too: seconds, but an end, and a reset. */
static void test_a_reset_with_everything_stuck_ends(void **state)
{
	struct fake f;

	(void)state;
	make_busy(&f);
	for (u32 n = 0; n < 128; n++) {
		fake_put(&f, n < 64 ? REG_RXDCTL(n) : REG_RXDCTL_HIGH(n - 64), RXDCTL_ENABLE);
		fake_put(&f, REG_TXDCTL(n), TXDCTL_ENABLE);
	}
	fake_bend(&f, REG_RXDCTL(0), RXDCTL_ENABLE, ALL, FAKE_FOREVER);
	fake_bend(&f, REG_TXDCTL(0), TXDCTL_ENABLE, ALL, FAKE_FOREVER);
	fake_bend(&f, REG_RXDCTL_HIGH(0), TXDCTL_ENABLE, ALL, FAKE_FOREVER);
	fake_bend(&f, REG_STATUS, STATUS_PCIE_MASTER_ENABLE, ALL, FAKE_FOREVER);
	assert_int_equal(call_reset(&f.io), 0);
	assert_int_equal(f.timeouts, 4);
	assert_in_range(f.slept_us, 0, 10000 + 100000 + 20 + 2 * 10000);
	fake_expect(&f, 0, FAKE_WRITE, REG_CTRL, CTRL_RST, CTRL_RST);
	fake_free(&f);
}

static void test_receive_is_not_left_held_or_half_started(void **state)
{
	struct fake f;

	(void)state;
	make_busy(&f);
	fake_put(&f, REG_RXCTRL, 0);
	fake_bend(&f, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY, 0, FAKE_FOREVER);
	assert_int_equal(call_rx_start(&f.io), -ETIMEDOUT);
	assert_int_equal(fake_get(&f, REG_SECRXCTRL) & SECRXCTRL_RX_DIS, 0);
	assert_int_equal(fake_get(&f, REG_RXCTRL), 0);

	fake_put(&f, REG_FCTRL, FCTRL_BAM);
	assert_int_equal(call_filter_set(&f.io), -ETIMEDOUT);
	assert_int_equal(fake_get(&f, REG_SECRXCTRL) & SECRXCTRL_RX_DIS, 0);
	assert_int_equal(fake_get(&f, REG_FCTRL), FCTRL_BAM);
	fake_free(&f);

	/* the queue does not come up: no tail is given, the unit is not enabled */
	make_busy(&f);
	fake_put(&f, REG_RXCTRL, 0);
	fake_bend(&f, REG_RXDCTL(QUEUE), RXDCTL_ENABLE, 0, FAKE_FOREVER);
	assert_int_equal(call_rx_start(&f.io), -ETIMEDOUT);
	assert_int_equal(fake_get(&f, REG_RDT(QUEUE)), 0);
	assert_int_equal(fake_get(&f, REG_RXCTRL), 0);
	fake_free(&f);
}

static const struct gone {
	const char *what;
	int (*call)(struct onepath_io *io);
	bool waits; /* it has something to wait for, so it must notice */
	u32 stuck_reg, stuck_mask;
} gones[] = {
	{ "reset", call_reset, true, 0, 0 },
	{ "reset with the link", call_reset_link, true, 0, 0 },
	{ "reset of a master that does not stop", call_reset, true, REG_STATUS,
	  STATUS_PCIE_MASTER_ENABLE },
	{ "reset with a stuck queue", call_reset, true, REG_TXDCTL(100), TXDCTL_ENABLE },
	{ "init", onepath_hw_init, true, 0, 0 },
	{ "rx_start", call_rx_start, true, 0, 0 },
	{ "rx_stop", call_rx_stop, true, 0, 0 },
	{ "tx_start", call_tx_start, true, 0, 0 },
	{ "tx_stop", call_tx_stop, true, 0, 0 },
	{ "tx_stop that drains", call_tx_stop, true, REG_TDT(QUEUE), 1 << 3 },
	{ "filter_set", call_filter_set, true, 0, 0 },
	{ "addresses", call_addresses, true, 0, 0 },
	{ "VLANs", call_vlans, true, 0, 0 },
	{ "MTU", call_mtu, true, 0, 0 },
	{ "RSS", call_rss, true, 0, 0 },
	{ "PAUSE", call_pause, false, 0, 0 },
	{ "speeds", call_speeds, true, 0, 0 },
	{ "paused, positions, interrupts", call_paused_and_positions, false, 0, 0 },
	{ "stats_add", call_stats, true, 0, 0 },
	{ "errors", call_errors, false, 0, 0 },
	{ "link and MAC", call_link_and_mac, false, 0, 0 },
};

/* The device is pulled out before access @k. Returns false once the call does not get that far. */
static bool pull_before(const struct gone *g, size_t k)
{
	struct onepath_hw_stats before;
	struct fake f;
	bool reached;
	int rc;

	make_busy(&f);
	if (g->stuck_mask)
		fake_bend(&f, g->stuck_reg, g->stuck_mask, ALL, FAKE_FOREVER);
	fake_pull(&f, k);
	for (size_t n = 0; n < sizeof(before) / 8; n++)
		((u64 *)&before)[n] = n;
	stats = before;
	rc = g->call(&f.io);
	reached = f.accesses > k;
	if (rc && rc != -ENODEV)
		fail_msg("%s, gone before access %zu: returned %d", g->what, k, rc);
	if (!k && g->waits && !rc)
		fail_msg("%s: gone from the start, and not noticed", g->what);
	if (rc && memcmp(&stats, &before, sizeof(stats)))
		fail_msg("%s, gone before access %zu: statistics changed", g->what, k);
	for (size_t n = 0; n < sizeof(stats) / 8; n++)
		if (((u64 *)&stats)[n] > 1u << 31)
			fail_msg("%s, gone before access %zu: all ones counted as frames", g->what,
				 k);
	if (f.accesses > ACCESSES_MAX || f.slept_us > SLEEP_MAX_US)
		fail_msg("%s, gone before access %zu: %zu accesses, slept %llu us", g->what, k,
			 f.accesses, (unsigned long long)f.slept_us);
	fake_free(&f);
	return reached;
}

static void test_a_device_pulled_out_before_any_access(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(gones) / sizeof(gones[0]); n++) {
		size_t k = 0;

		while (pull_before(&gones[n], k))
			k++;
		assert_in_range(k, 1, ACCESSES_MAX);
		print_message("# %s: pulled out before each of %zu accesses\n", gones[n].what, k);
	}
}

/* A register that reads all ones for good reason is no missing device. */
static void test_all_ones_in_one_register_alone_is_no_missing_device(void **state)
{
	struct fake f;

	(void)state;
	make_busy(&f);
	fake_bend(&f, REG_EEC, ALL, ALL, FAKE_FOREVER);
	assert_int_equal(onepath_hw_init(&f.io), 0);
	fake_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stuck_bit_is_waited_for_no_longer_than_its_bound),
		cmocka_unit_test(test_a_reset_that_never_ended_is_not_written_back),
		cmocka_unit_test(test_a_late_bit_is_in_time),
		cmocka_unit_test(test_a_reset_with_everything_stuck_ends),
		cmocka_unit_test(test_receive_is_not_left_held_or_half_started),
		cmocka_unit_test(test_a_device_pulled_out_before_any_access),
		cmocka_unit_test(test_all_ones_in_one_register_alone_is_no_missing_device),
	};

	return cmocka_run_group_tests_name("hw faults", tests, NULL, NULL);
}
