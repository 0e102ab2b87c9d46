/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kmod/hw_*.c over the scripted register file: are registers written in the order
 * in which the datasheet wants them, with the values it wants? What goes wrong is
 * test_hw_faults.c's, whether frames flow test_hw_model.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hw_fake.h"
#include "regs.h"

#define ANY  0u, 0u /* mask and value that always match */
#define ALL  (~0u)
#define RING 0x123456789abc80ull
#define HEAD 0x0fedcba987654310ull

static const u32 queues[] = { 0, 1, 63 };

static void fake_check_untouched(const struct fake *f, size_t from, size_t to, enum fake_kind kind,
				 u32 reg)
{
	size_t found = fake_find(f, from, kind, reg, ANY);

	if (found < to)
		fail_msg("register %#x touched too early: event %zu", reg, found);
}

/* One queue of each kind runs when the reset begins: each is stopped, then the bus, then all. */
static void test_reset_stops_queues_then_master_then_resets(void **state)
{
	const u32 running[] = { REG_RXDCTL(0),	     REG_RXDCTL(63), REG_RXDCTL_HIGH(0),
				REG_RXDCTL_HIGH(63), REG_TXDCTL(0),  REG_TXDCTL(127) };
	size_t at, masked, last_queue = 0, n;
	struct fake f;

	(void)state;
	fake_init(&f);
	for (n = 0; n < sizeof(running) / sizeof(running[0]); n++)
		fake_put(&f, running[n], RXDCTL_ENABLE | 0x24);
	fake_bend(&f, running[1], RXDCTL_ENABLE, RXDCTL_ENABLE, 6);
	assert_int_equal(onepath_hw_reset(&f.io, false), 0);
	assert_int_equal(f.timeouts, 0);

	masked = fake_expect(&f, 0, FAKE_WRITE, REG_EIMC, ALL, EIMC_ALL);
	masked = fake_expect(&f, masked, FAKE_WRITE, REG_EIMC_EX(0), ALL, ALL);
	masked = fake_expect(&f, masked, FAKE_WRITE, REG_EIMC_EX(1), ALL, ALL);
	for (n = 0; n < sizeof(running) / sizeof(running[0]); n++) {
		at = fake_expect(&f, masked, FAKE_WRITE, running[n], ALL, 0x24);
		at = fake_expect(&f, at, FAKE_READ, running[n], RXDCTL_ENABLE, 0);
		last_queue = at > last_queue ? at : last_queue;
	}
	fake_check_untouched(&f, 0, last_queue, FAKE_WRITE, REG_CTRL);
	at = fake_expect(&f, last_queue, FAKE_WRITE, REG_CTRL,
			 CTRL_PCIE_MASTER_DISABLE | CTRL_RST | CTRL_LRST, CTRL_PCIE_MASTER_DISABLE);
	n = at;
	at = fake_expect(&f, at, FAKE_READ, REG_STATUS, STATUS_PCIE_MASTER_ENABLE, 0);
	fake_check_untouched(&f, n, at, FAKE_WRITE, REG_CTRL);
	at = fake_expect(&f, at, FAKE_WRITE, REG_CTRL, CTRL_RST | CTRL_LRST, CTRL_RST);

	/* 10 ms with no access at all, then RST is looked at, then interrupts are masked again */
	assert_int_equal(f.events[at].kind, FAKE_SLEEP);
	assert_in_range(f.events[at].reg, 10000, 20000);
	at = fake_expect(&f, at, FAKE_READ, REG_CTRL, CTRL_RST, 0);
	assert_int_equal(fake_find(&f, at, FAKE_WRITE, REG_CTRL, ANY), FAKE_NEVER);
	at = fake_expect(&f, at, FAKE_WRITE, REG_EIMC, ALL, EIMC_ALL);
	at = fake_expect(&f, at, FAKE_WRITE, REG_EIMC_EX(0), ALL, ALL);
	at = fake_expect(&f, at, FAKE_WRITE, REG_EIMC_EX(1), ALL, ALL);
	fake_free(&f);
}

static void test_reset_takes_the_link_down_when_asked(void **state)
{
	struct fake f;

	(void)state;
	fake_init(&f);
	assert_int_equal(onepath_hw_reset(&f.io, true), 0);
	fake_expect(&f, 0, FAKE_WRITE, REG_CTRL, CTRL_RST | CTRL_LRST, CTRL_RST | CTRL_LRST);
	fake_free(&f);
}

/* 5.2.5.3.2: the bus does not come to rest, so loopback, buffers cleared for 20 us, two resets. */
static void test_reset_empties_a_master_that_does_not_stop(void **state)
{
	struct fake f;
	size_t at;

	(void)state;
	fake_init(&f);
	fake_put(&f, REG_HLREG0, 0x3);
	fake_put(&f, REG_RXCTRL, RXCTRL_RXEN);
	fake_put(&f, REG_GCR_EXT, 0x5);
	fake_bend(&f, REG_STATUS, STATUS_PCIE_MASTER_ENABLE, ALL, FAKE_FOREVER);
	assert_int_equal(onepath_hw_reset(&f.io, false), 0);
	assert_int_equal(f.timeouts, 1);

	at = fake_expect(&f, 0, FAKE_TIMEOUT, REG_STATUS, ALL, STATUS_PCIE_MASTER_ENABLE);
	fake_check_untouched(&f, 0, at, FAKE_WRITE, REG_HLREG0);
	at = fake_expect(&f, at, FAKE_WRITE, REG_HLREG0, ALL, 0x3 | HLREG0_LPBK);
	at = fake_expect(&f, at, FAKE_WRITE, REG_RXCTRL, RXCTRL_RXEN, 0);
	at = fake_expect(&f, at, FAKE_WRITE, REG_GCR_EXT, ALL, 0x5 | GCR_EXT_BUFFERS_CLEAR_FUNC);
	at = fake_expect(&f, at, FAKE_SLEEP, 20, ANY);
	at = fake_expect(&f, at, FAKE_WRITE, REG_GCR_EXT, ALL, 0x5);
	at = fake_expect(&f, at, FAKE_WRITE, REG_HLREG0, ALL, 0x3);
	at = fake_expect(&f, at, FAKE_WRITE, REG_CTRL, CTRL_RST, CTRL_RST);
	at = fake_expect(&f, at, FAKE_SLEEP, 10000, ANY);
	at = fake_expect(&f, at, FAKE_READ, REG_CTRL, CTRL_RST, 0);
	at = fake_expect(&f, at, FAKE_WRITE, REG_CTRL, CTRL_RST, CTRL_RST);
	at = fake_expect(&f, at, FAKE_SLEEP, 10000, ANY);
	assert_int_equal(fake_find(&f, at, FAKE_WRITE, REG_CTRL, CTRL_RST, CTRL_RST), FAKE_NEVER);
	fake_free(&f);
}

static void test_init_waits_for_eeprom_then_dma_then_begins(void **state)
{
	struct fake f;
	size_t at;

	(void)state;
	fake_init(&f);
	fake_bend(&f, REG_EEC, EEC_AUTO_RD, 0, 7);
	fake_bend(&f, REG_RDRXCTL, RDRXCTL_DMAIDONE, 0, 5);
	assert_int_equal(onepath_hw_init(&f.io), 0);
	at = fake_expect(&f, 0, FAKE_READ, REG_EEC, EEC_AUTO_RD, EEC_AUTO_RD);
	fake_check_untouched(&f, 0, at, FAKE_READ, REG_RDRXCTL);
	at = fake_expect(&f, at, FAKE_READ, REG_RDRXCTL, RDRXCTL_DMAIDONE, RDRXCTL_DMAIDONE);
	for (size_t n = 0; n < at; n++)
		assert_int_not_equal(f.events[n].kind, FAKE_WRITE);
	assert_in_range(f.slept_us, 1200, 200000);
	fake_free(&f);
}

/* What the tables held before does not matter: only memory is left by a reset (4.6.7). */
static void test_init_leaves_every_register_as_wanted(void **state)
{
	static const struct {
		u32 reg, count, stride, value;
	} wanted[] = {
		{ REG_MTA(0), 128, 4, 0 },
		{ REG_VFTA(0), 128, 4, 0 },
		{ REG_PFUTA(0), 128, 4, 0 },
		{ REG_PFVLVF(0), 64, 4, 0 },
		{ REG_PFVLVFB(0), 128, 4, 0 },
		{ REG_FTQF(0), 128, 4, 0 },
		{ REG_RAH(1), 127, 8, 0 },
		{ REG_MPSAR(0), 1, 4, 1 },
		{ REG_MPSAR(1), 255, 4, 0 },
		{ REG_FCTRL, 1, 4, FCTRL_BAM },
		{ REG_VLNCTRL, 1, 4, ~VLNCTRL_VFE },
		{ REG_MRQC, 1, 4, 0 },
		{ REG_RSSRK(0), 10, 4, 0 },
		{ REG_RETA(0), 32, 4, 0 },
		{ REG_MAXFRS, 1, 4, 1518u << 16 },
		{ REG_RXPBSIZE(0), 1, 4, 512u << 10 },
		{ REG_RXPBSIZE(1), 7, 4, 0 },
		{ REG_TXPBSIZE(0), 1, 4, 160u << 10 },
		{ REG_TXPBSIZE(1), 7, 4, 0 },
		{ REG_TXPBTHRESH(1), 7, 4, 0 },
		{ REG_FCTTV(0), 4, 4, 0 },
		{ REG_FCRTL(0), 8, 4, 0 },
		{ REG_FCRTH(1), 7, 4, 0 },
		{ REG_FCRTV, 1, 4, 0 },
		{ REG_FCCFG, 1, 4, 0 },
		{ REG_MFLCN, 1, 4, 0 },
		{ REG_MTQC, 1, 4, 0 },
		{ REG_DTXMXSZRQ, 1, 4, 0xfff },
		{ REG_RQSMR(4), 28, 4, 0x0f0f0f0f },
		{ REG_TQSM(4), 28, 4, 0x0f0f0f0f },
		{ REG_HLREG0, 1, 4, HLREG0_TXCRCEN | HLREG0_RXCRCSTRP | HLREG0_TXPADEN },
		{ REG_RDRXCTL, 1, 4,
		  RDRXCTL_CRCSTRIP | RDRXCTL_DMAIDONE | RDRXCTL_RSCACKC | RDRXCTL_FCOE_WRFIX },
		{ REG_DCA_RXCTRL(0), 64, 0x40, ~DCA_RXCTRL_BIT12 },
	};
	struct fake f;
	size_t n;
	u32 i;

	(void)state;
	fake_init(&f);
	for (n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++)
		for (i = 0; i < wanted[n].count; i++)
			fake_put(&f, wanted[n].reg + i * wanted[n].stride, ALL);
	fake_put(&f, REG_HLREG0, HLREG0_JUMBOEN);
	fake_put(&f, REG_RDRXCTL, RDRXCTL_DMAIDONE | RDRXCTL_RSCFRSTSIZE);
	assert_int_equal(onepath_hw_init(&f.io), 0);
	for (n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++)
		for (i = 0; i < wanted[n].count; i++)
			if (fake_get(&f, wanted[n].reg + i * wanted[n].stride) != wanted[n].value)
				fail_msg("register %#x is %#x, not %#x",
					 wanted[n].reg + i * wanted[n].stride,
					 fake_get(&f, wanted[n].reg + i * wanted[n].stride),
					 wanted[n].value);
	for (i = 0; i < 4; i++) { /* a queue, a set: a byte each */
		assert_int_equal(fake_get(&f, REG_RQSMR(i)), 0x03020100 + i * 0x04040404);
		assert_int_equal(fake_get(&f, REG_TQSM(i)), 0x03020100 + i * 0x04040404);
	}
	assert_true(fake_get(&f, REG_CTRL_EXT) & CTRL_EXT_DRV_LOAD);
	assert_true(fake_get(&f, REG_CTRL_EXT) & CTRL_EXT_NS_DIS);
	assert_in_range(fake_get(&f, REG_FCRTH(0)), 1, 512 * 1024);

	/* no queue and no receive unit yet; MTQC only while the arbiter is off (7.2.1.2.1) */
	assert_int_equal(fake_find(&f, 0, FAKE_WRITE, REG_RXCTRL, ANY), FAKE_NEVER);
	for (i = 0; i < ONEPATH_HW_QUEUES; i++) {
		assert_int_equal(fake_find(&f, 0, FAKE_WRITE, REG_RXDCTL(i), ANY), FAKE_NEVER);
		assert_int_equal(fake_find(&f, 0, FAKE_WRITE, REG_TXDCTL(i), ANY), FAKE_NEVER);
	}
	n = fake_expect(&f, 0, FAKE_WRITE, REG_RTTDCS, RTTDCS_ARBDIS, RTTDCS_ARBDIS);
	n = fake_expect(&f, n, FAKE_WRITE, REG_MTQC, ANY);
	n = fake_expect(&f, n, FAKE_WRITE, REG_RTTDCS, RTTDCS_ARBDIS, 0);
	fake_expect(&f, n, FAKE_WRITE, REG_DMATXCTL, DMATXCTL_TE, DMATXCTL_TE);
	fake_free(&f);
}

/* Every rate limiter of the transmit queues is off: RTTBCNRC is reached through RTTDQSEL. */
static void test_init_clears_every_rate_limiter(void **state)
{
	struct fake f;
	size_t at = 0;

	(void)state;
	fake_init(&f);
	assert_int_equal(onepath_hw_init(&f.io), 0);
	for (u32 n = 0; n < 128; n++) {
		at = fake_expect(&f, at, FAKE_WRITE, REG_RTTDQSEL, ALL, n);
		assert_int_equal(f.events[at].kind, FAKE_WRITE);
		assert_int_equal(f.events[at].reg, REG_RTTBCNRC);
		assert_int_equal(f.events[at].value, 0);
	}
	fake_free(&f);
}

static void check_rx_start(u32 queue, u32 size, u32 kilobytes)
{
	const u32 before[] = { REG_RDBAL(queue), REG_RDBAH(queue), REG_RDLEN(queue),
			       REG_SRRCTL(queue) };
	size_t enable, enabled, at;
	struct fake f;

	fake_init(&f);
	fake_put(&f, REG_RDT(queue), 17);
	fake_bend(&f, REG_RXDCTL(queue), RXDCTL_ENABLE, 0, 4);
	assert_int_equal(onepath_hw_rx_start(&f.io, queue, RING, size, 1024 * kilobytes), 0);

	enable = fake_expect(&f, 0, FAKE_WRITE, REG_RXDCTL(queue), RXDCTL_ENABLE, RXDCTL_ENABLE);
	enabled =
		fake_expect(&f, enable, FAKE_READ, REG_RXDCTL(queue), RXDCTL_ENABLE, RXDCTL_ENABLE);
	for (size_t n = 0; n < sizeof(before) / sizeof(before[0]); n++) {
		assert_true(fake_expect(&f, 0, FAKE_WRITE, before[n], ANY) < enable);
		assert_int_equal(fake_find(&f, enable, FAKE_WRITE, before[n], ANY), FAKE_NEVER);
	}
	assert_int_equal(fake_get(&f, REG_RDBAL(queue)), (u32)RING);
	assert_int_equal(fake_get(&f, REG_RDBAH(queue)), (u32)(RING >> 32));
	assert_int_equal(fake_get(&f, REG_RDLEN(queue)), size * 16);
	assert_int_equal(fake_get(&f, REG_SRRCTL(queue)), kilobytes | SRRCTL_DROP_EN);

	/* a tail before it is enabled may only be the 0 that it starts from */
	for (at = 0; at < enabled; at++)
		if (f.events[at].kind == FAKE_WRITE && f.events[at].reg == REG_RDT(queue))
			assert_int_equal(f.events[at].value, 0);
	at = fake_expect(&f, enabled, FAKE_WRITE, REG_RDT(queue), ALL, size - 1);
	assert_int_equal(fake_find(&f, at, FAKE_WRITE, REG_RDT(queue), ANY), FAKE_NEVER);

	/* the security block holds frames back while receive is enabled */
	at = fake_expect(&f, 0, FAKE_WRITE, REG_SECRXCTRL, SECRXCTRL_RX_DIS, SECRXCTRL_RX_DIS);
	at = fake_expect(&f, at, FAKE_READ, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY,
			 SECRXSTAT_SECRX_RDY);
	fake_check_untouched(&f, 0, at, FAKE_WRITE, REG_RXCTRL);
	enabled = fake_expect(&f, at, FAKE_WRITE, REG_RXCTRL, RXCTRL_RXEN, RXCTRL_RXEN);
	fake_check_untouched(&f, at, enabled, FAKE_WRITE, REG_SECRXCTRL);
	fake_expect(&f, enabled, FAKE_WRITE, REG_SECRXCTRL, SECRXCTRL_RX_DIS, 0);
	fake_free(&f);
}

static void test_rx_start(void **state)
{
	(void)state;
	for (size_t q = 0; q < 3; q++)
		for (u32 size = 64; size <= 4096; size *= 2)
			check_rx_start(queues[q], size, 1 + (5 * q + size / 64) % 16);
	check_rx_start(0, 64, 16);
}

/* Receive runs already, for another queue: its frames are not held back again. */
static void test_rx_start_does_not_disturb_the_others(void **state)
{
	struct fake f;

	(void)state;
	fake_init(&f);
	fake_put(&f, REG_RXCTRL, RXCTRL_RXEN);
	assert_int_equal(onepath_hw_rx_start(&f.io, 1, RING, 64, 2048), 0);
	assert_int_equal(fake_find(&f, 0, FAKE_WRITE, REG_SECRXCTRL, ANY), FAKE_NEVER);
	fake_free(&f);
}

static void test_rx_stop_waits_then_lets_memory_rest(void **state)
{
	struct fake f;
	size_t at;

	(void)state;
	fake_init(&f);
	fake_put(&f, REG_RXDCTL(9), RXDCTL_ENABLE | 0x55);
	fake_bend(&f, REG_RXDCTL(9), RXDCTL_ENABLE, ALL, 4);
	assert_int_equal(onepath_hw_rx_stop(&f.io, 9), 0);
	at = fake_expect(&f, 0, FAKE_WRITE, REG_RXDCTL(9), ALL, 0x55);
	at = fake_expect(&f, at, FAKE_READ, REG_RXDCTL(9), RXDCTL_ENABLE, 0);
	assert_int_equal(f.events[at].kind, FAKE_SLEEP);
	assert_in_range(f.events[at].reg, 100, 1000);
	fake_free(&f);
}

static void check_tx_start(u32 queue, u32 size, u32 first)
{
	const u32 before[] = { REG_TDBAL(queue),  REG_TDBAH(queue),  REG_TDLEN(queue),
			       REG_TDWBAL(queue), REG_TDWBAH(queue), REG_DCA_TXCTRL(queue) };
	size_t enable, at;
	struct fake f;
	u32 txdctl;

	fake_init(&f);
	fake_put(&f, REG_DCA_TXCTRL(queue), DCA_TXCTRL_DESC_WB_RO_EN | 0x200);
	fake_bend(&f, REG_TXDCTL(queue), TXDCTL_ENABLE, 0, 4);
	assert_int_equal(onepath_hw_tx_start(&f.io, queue, RING, size, HEAD, first), 0);

	enable = fake_expect(&f, 0, FAKE_WRITE, REG_TXDCTL(queue), TXDCTL_ENABLE, TXDCTL_ENABLE);
	for (size_t n = 0; n < sizeof(before) / sizeof(before[0]); n++) {
		assert_true(fake_expect(&f, 0, FAKE_WRITE, before[n], ANY) < enable);
		assert_int_equal(fake_find(&f, enable, FAKE_WRITE, before[n], ANY), FAKE_NEVER);
	}
	assert_int_equal(fake_get(&f, REG_TDBAL(queue)), (u32)RING);
	assert_int_equal(fake_get(&f, REG_TDBAH(queue)), (u32)(RING >> 32));
	assert_int_equal(fake_get(&f, REG_TDLEN(queue)), size * 16);
	assert_int_equal(fake_get(&f, REG_TDWBAL(queue)), (u32)HEAD | TDWBAL_HEAD_WB_EN);
	assert_int_equal(fake_get(&f, REG_TDWBAH(queue)), (u32)(HEAD >> 32));
	assert_int_equal(fake_get(&f, REG_DCA_TXCTRL(queue)), 0x200);

	/* 7.2.3.4.1: HTHRESH above 0 with PTHRESH; head write-back wants WTHRESH 0 */
	txdctl = fake_get(&f, REG_TXDCTL(queue));
	assert_in_range(txdctl & 0x7f, 1, 40);
	assert_in_range(txdctl >> 8 & 0x7f, 1, 40 - (txdctl & 0x7f));
	assert_int_equal(txdctl >> 16 & 0x7f, 0);

	/* it ends enabled, and empty: no tail but that which it starts from */
	at = fake_expect(&f, enable, FAKE_READ, REG_TXDCTL(queue), TXDCTL_ENABLE, TXDCTL_ENABLE);
	assert_int_equal(at, f.count);
	assert_true(fake_expect(&f, 0, FAKE_WRITE, REG_TDH(queue), ALL, first) < enable);
	assert_true(fake_expect(&f, 0, FAKE_WRITE, REG_TDT(queue), ALL, first) < enable);
	assert_int_equal(fake_get(&f, REG_TDH(queue)), first);
	assert_int_equal(fake_get(&f, REG_TDT(queue)), first);
	for (at = enable; at < f.count; at++)
		assert_false(f.events[at].kind == FAKE_WRITE && f.events[at].reg == REG_TDT(queue));
	fake_free(&f);
}

static void test_tx_start(void **state)
{
	(void)state;
	for (size_t q = 0; q < 3; q++)
		for (u32 size = 64; size <= 4096; size *= 2)
			check_tx_start(queues[q], size, q * (size - 1) / 2);
}

static void test_tx_stop_waits_until_empty(void **state)
{
	u32 drain_us = ONEPATH_HW_DRAIN_US;
	struct fake f;
	size_t at;

	(void)state;
	fake_init(&f);
	fake_put(&f, REG_TXDCTL(63), TXDCTL_ENABLE | 0x424);
	fake_put(&f, REG_TDT(63), 40);
	fake_put(&f, REG_TDH(63), 40);
	fake_bend(&f, REG_TDH(63), ALL, 39, 30);
	assert_int_equal(onepath_hw_tx_stop(&f.io, 63, &drain_us), 0);
	assert_int_equal(drain_us, ONEPATH_HW_DRAIN_US - 30 * 500);
	at = fake_expect(&f, 0, FAKE_READ, REG_TDH(63), ALL, 40);
	fake_check_untouched(&f, 0, at, FAKE_WRITE, REG_TXDCTL(63));
	at = fake_expect(&f, at, FAKE_WRITE, REG_TXDCTL(63), ALL, 0x424);
	fake_expect(&f, at, FAKE_READ, REG_TXDCTL(63), TXDCTL_ENABLE, 0);
	fake_free(&f);
}

/* 7.1.1: the filters change only while nothing is being received. */
static void test_filter_changes_while_receive_is_held(void **state)
{
	static const u32 flags[] = { 0, FCTRL_UPE, FCTRL_MPE, FCTRL_UPE | FCTRL_MPE };
	struct fake f;
	size_t at;

	(void)state;
	for (u32 n = 0; n < 4; n++) {
		fake_init(&f);
		fake_bend(&f, REG_SECRXSTAT, ALL, 0, 3);
		assert_int_equal(onepath_hw_filter_set(&f.io, n), 0);
		at = fake_expect(&f, 0, FAKE_WRITE, REG_SECRXCTRL, SECRXCTRL_RX_DIS,
				 SECRXCTRL_RX_DIS);
		at = fake_expect(&f, at, FAKE_READ, REG_SECRXSTAT, SECRXSTAT_SECRX_RDY,
				 SECRXSTAT_SECRX_RDY);
		fake_check_untouched(&f, 0, at, FAKE_WRITE, REG_FCTRL);
		at = fake_expect(&f, at, FAKE_WRITE, REG_FCTRL, ALL, FCTRL_BAM | flags[n]);
		fake_expect(&f, at, FAKE_WRITE, REG_SECRXCTRL, SECRXCTRL_RX_DIS, 0);
		fake_free(&f);
	}
}

static void test_link_is_started_only_when_down(void **state)
{
	static const struct {
		u32 links, mbps;
	} speeds[] = { { LINKS_SPEED_10G, 0 },
		       { LINKS_UP | LINKS_SPEED_10G, 10000 },
		       { LINKS_UP | LINKS_SPEED_1G, 1000 },
		       { LINKS_UP | LINKS_SPEED_100M, 100 },
		       { LINKS_UP, 0 } };
	struct fake f;

	(void)state;
	for (size_t n = 0; n < sizeof(speeds) / sizeof(speeds[0]); n++) {
		bool up = speeds[n].links & LINKS_UP;

		fake_init(&f);
		fake_put(&f, REG_AUTOC, 0x6000);
		fake_put(&f, REG_LINKS, speeds[n].links);
		assert_int_equal(onepath_hw_link_speed_mbps(&f.io), speeds[n].mbps);
		onepath_hw_link_start(&f.io);
		assert_int_equal(fake_get(&f, REG_AUTOC), up ? 0x6000 : 0x6000 | AUTOC_RESTART_AN);
		fake_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset_stops_queues_then_master_then_resets),
		cmocka_unit_test(test_reset_takes_the_link_down_when_asked),
		cmocka_unit_test(test_reset_empties_a_master_that_does_not_stop),
		cmocka_unit_test(test_init_waits_for_eeprom_then_dma_then_begins),
		cmocka_unit_test(test_init_leaves_every_register_as_wanted),
		cmocka_unit_test(test_init_clears_every_rate_limiter),
		cmocka_unit_test(test_rx_start),
		cmocka_unit_test(test_rx_start_does_not_disturb_the_others),
		cmocka_unit_test(test_rx_stop_waits_then_lets_memory_rest),
		cmocka_unit_test(test_tx_start),
		cmocka_unit_test(test_tx_stop_waits_until_empty),
		cmocka_unit_test(test_filter_changes_while_receive_is_held),
		cmocka_unit_test(test_link_is_started_only_when_down),
	};

	return cmocka_run_group_tests_name("hw register order", tests, NULL, NULL);
}
