/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine for the model's tests: memory, a clock that only sleeping moves,
 * a wire that remembers what was sent, and a small driver that does everything
 * in the datasheet's order. Its register numbers come from the datasheet, not
 * from the model and not from the module.
 */
#ifndef NIC_DRIVER_H
#define NIC_DRIVER_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nic.h"
#include "nic_datasheet.h"

/* Where things lie in memory: buffer i of either ring belongs to descriptor i. */
#define MEMORY_IOVA   0x100000000ull
#define MEMORY_BYTES  (1024 * 1024u)
#define RING	      64u
#define BUFFER	      2048u
#define RX_RING_AT    0x0000u
#define TX_RING_AT    0x2000u
#define HEAD_AT	      0x4000u
#define RX_BUFFERS_AT 0x10000u
#define TX_BUFFERS_AT 0x40000u
#define BIG_AT	      0x80000u

#define MAX_SENT 256u
#define MS	 1000000ull

struct machine {
	struct nic *nic;
	uint64_t now_ns;
	uint8_t memory[MEMORY_BYTES] __attribute__((aligned(16)));
	size_t dma_granule; /* what lies together, to try how pieces are joined */
	uint32_t *pages; /* BAR0 as memory, where its doorbell pages are; NULL: no such pages */
	void (*sync)(struct machine *m); /* as a front end does around each access */
	unsigned int sent;
	size_t sent_len[MAX_SENT];
	uint8_t sent_frame[MAX_SENT][NIC_FRAME_MAX];
	void (*on_send)(struct machine *m); /* what the far end does at once; may be NULL */
	unsigned int fired[64]; /* by vector */
	bool line; /* INTx */
};

static const uint8_t driver_mac[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x42 };

/* What the port receives into is not for reading, and what it sends from is not for writing. */
static bool at_wrong_way(uint64_t at, bool write)
{
	if (at < TX_RING_AT || (at >= RX_BUFFERS_AT && at < TX_BUFFERS_AT))
		return !write;
	return at >= TX_BUFFERS_AT && write;
}

static void *machine_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	struct machine *m = opaque;
	uint64_t at = iova - MEMORY_IOVA;
	size_t left;

	if (at >= MEMORY_BYTES || at_wrong_way(at, write))
		return NULL;
	left = m->dma_granule - at % m->dma_granule;
	if (*len > left)
		*len = left;
	return m->memory + at;
}

static void machine_send(void *opaque, const uint8_t *frame, size_t len)
{
	struct machine *m = opaque;

	assert_in_range(len, 1, NIC_FRAME_MAX);
	/* Not the guest's memory, which changes while the far end reads it. */
	assert_false(frame >= m->memory && frame < m->memory + MEMORY_BYTES);
	memcpy(m->sent_frame[m->sent % MAX_SENT], frame, len);
	m->sent_len[m->sent++ % MAX_SENT] = len;
	if (m->on_send)
		m->on_send(m);
}

static void machine_interrupt(void *opaque, unsigned int vector)
{
	struct machine *m = opaque;

	assert_in_range(vector, 0, 63);
	m->fired[vector]++;
}

static void machine_intx(void *opaque, bool asserted)
{
	struct machine *m = opaque;

	assert_int_not_equal(asserted, m->line); /* told of changes only */
	m->line = asserted;
}

static uint64_t machine_now(void *opaque)
{
	return ((struct machine *)opaque)->now_ns;
}

/* RX queues 0..63 and 64..127, TX queues: where their registers are memory, the model is not asked. */
static inline bool in_pages(struct machine *m, uint32_t offset)
{
	uint32_t page = offset & ~0xFFFu;

	return m->pages && (page == 0x1000 || page == 0x6000 || page == 0x7000 || page == 0xD000);
}

static inline uint32_t rd(struct machine *m, uint32_t offset)
{
	uint32_t value;

	if (in_pages(m, offset))
		return __atomic_load_n(&m->pages[offset / 4], __ATOMIC_RELAXED);
	if (m->sync)
		m->sync(m);
	value = nic_read(m->nic, offset);
	if (m->sync)
		m->sync(m);
	return value;
}

static inline void wr(struct machine *m, uint32_t offset, uint32_t value)
{
	if (in_pages(m, offset)) {
		__atomic_store_n(&m->pages[offset / 4], value, __ATOMIC_RELEASE);
		return;
	}
	if (m->sync)
		m->sync(m);
	nic_write(m->nic, offset, value);
	if (m->sync)
		m->sync(m);
}

static inline void set_bits(struct machine *m, uint32_t offset, uint32_t bits)
{
	wr(m, offset, rd(m, offset) | bits);
}

static inline void clear_bits(struct machine *m, uint32_t offset, uint32_t bits)
{
	wr(m, offset, rd(m, offset) & ~bits);
}

static inline uint64_t *rx_descriptor(struct machine *m, unsigned int i)
{
	return (uint64_t *)(m->memory + RX_RING_AT + 16 * i);
}

static inline uint64_t *tx_descriptor(struct machine *m, unsigned int i)
{
	return (uint64_t *)(m->memory + TX_RING_AT + 16 * i);
}

static inline uint8_t *rx_buffer(struct machine *m, unsigned int i)
{
	return m->memory + RX_BUFFERS_AT + BUFFER * i;
}

static inline uint8_t *tx_buffer(struct machine *m, unsigned int i)
{
	return m->memory + TX_BUFFERS_AT + BUFFER * i;
}

static inline uint32_t head_in_memory(struct machine *m)
{
	uint32_t head;

	memcpy(&head, m->memory + HEAD_AT, sizeof(head));
	return head;
}

static inline void sleep_ns(struct machine *m, uint64_t ns)
{
	m->now_ns += ns;
}

/* The rule's count, by its name. */
static inline uint64_t broken(struct machine *m, const char *name)
{
	size_t count;
	const struct nic_rule *rules = nic_rules(&count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rules[i].name, name))
			return nic_rule_broken(m->nic, i);
	}
	fail_msg("no rule is called %s", name);
	return 0;
}

static inline void assert_no_rule_broken(struct machine *m)
{
	size_t count;
	const struct nic_rule *rules = nic_rules(&count);

	for (size_t i = 0; i < count; i++) {
		if (nic_rule_broken(m->nic, i))
			fail_msg("rule %s is broken", rules[i].name);
	}
	assert_int_equal(nic_rules_broken(m->nic), 0);
}

static inline struct machine *machine_create_with(struct nic_config config)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct nic_host host = {
		.opaque = m,
		.dma = machine_dma,
		.send = machine_send,
		.interrupt = machine_interrupt,
		.intx = machine_intx,
		.now_ns = machine_now,
	};

	assert_non_null(m);
	m->now_ns = 1000 * MS;
	m->dma_granule = 4096;
	config.name = "port0";
	memcpy(config.mac, driver_mac, 6);
	m->nic = nic_create(&config, &host);
	assert_non_null(m->nic);
	nic_set_bus_master(m->nic, true);
	return m;
}

static inline struct machine *machine_create(uint32_t link_delay_us)
{
	return machine_create_with((struct nic_config){ .link_delay_us = link_delay_us });
}

static inline void machine_destroy(struct machine *m)
{
	nic_destroy(m->nic);
	free(m);
}

/* 4.2.1.6.1 and 5.2.5.3.2: queues off, master disable, reset. */
static inline void driver_quiesce(struct machine *m)
{
	wr(m, D_EIMC, 0x7FFFFFFF);
	for (unsigned int i = 0; i < 128; i++) {
		clear_bits(m, D_RX(i, D_RXDCTL), D_ENABLE);
		clear_bits(m, D_TX(i, D_TXDCTL), D_ENABLE);
	}
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_int_equal(rd(m, D_STATUS) & D_STATUS_MASTER, 0);
}

static inline void driver_wait(struct machine *m, uint32_t offset, uint32_t bit)
{
	for (unsigned int i = 0; i < 100; i++) {
		if (rd(m, offset) & bit)
			return;
		sleep_ns(m, MS);
	}
	fail_msg("register 0x%05x: bit 0x%08x does not come", offset, bit);
}

static inline void driver_reset(struct machine *m)
{
	driver_quiesce(m);
	set_bits(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 10 * MS);
	assert_int_equal(rd(m, D_CTRL) & D_CTRL_RST, 0);
	wr(m, D_EIMC, 0x7FFFFFFF);
	driver_wait(m, D_EEC, D_EEC_AUTO_RD);
	driver_wait(m, D_RDRXCTL, D_RDRXCTL_DMAIDONE);
}

/* 4.6.7, what comes before the queues. */
static inline void driver_init_receive(struct machine *m)
{
	for (unsigned int i = 0; i < 128; i++) {
		wr(m, D_MTA(i), 0);
		wr(m, D_PFUTA(i), 0);
		wr(m, D_VFTA(i), 0);
		wr(m, D_PFVLVFB(i), 0);
	}
	for (unsigned int i = 0; i < 64; i++)
		wr(m, D_PFVLVF(i), 0);
	wr(m, D_FCRTH0, (512 * 1024 - 0x6000) & ~0x1F);
	wr(m, D_FCTRL, D_FCTRL_BAM);
	clear_bits(m, D_RDRXCTL, D_RDRXCTL_RSCFRSTSIZE);
	set_bits(m, D_RDRXCTL, D_RDRXCTL_CRCSTRIP | D_RDRXCTL_FIXED);
}

/* A receive queue over the machine's ring, all buffers of it in descriptors. */
static inline void driver_setup_rx_queue(struct machine *m, unsigned int q)
{
	for (unsigned int i = 0; i < RING; i++) {
		rx_descriptor(m, i)[0] = MEMORY_IOVA + RX_BUFFERS_AT + BUFFER * i;
		rx_descriptor(m, i)[1] = 0;
	}
	wr(m, D_RX(q, D_RDBAL), (uint32_t)(MEMORY_IOVA + RX_RING_AT));
	wr(m, D_RX(q, D_RDBAH), MEMORY_IOVA >> 32);
	wr(m, D_RX(q, D_RDLEN), RING * 16);
	wr(m, D_RX(q, D_SRRCTL), D_SRRCTL_DROP_EN | BUFFER / 1024);
}

static inline void driver_start_rx_queue(struct machine *m, unsigned int q)
{
	set_bits(m, D_RX(q, D_RXDCTL), D_ENABLE);
	driver_wait(m, D_RX(q, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(q, D_RDT), RING - 1);
}

static inline void driver_halt_receive(struct machine *m)
{
	set_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	driver_wait(m, D_SECRXSTAT, 1);
}

static inline void driver_enable_receive(struct machine *m)
{
	driver_halt_receive(m);
	set_bits(m, D_RXCTRL, 1);
	clear_bits(m, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
}

/* 4.6.8 */
static inline void driver_init_transmit(struct machine *m)
{
	set_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	wr(m, D_MTQC, 0);
	clear_bits(m, D_RTTDCS, D_RTTDCS_ARBDIS);
	set_bits(m, D_DMATXCTL, 1);
}

static inline void driver_setup_tx_queue(struct machine *m, unsigned int q, bool head_wb)
{
	wr(m, D_TX(q, D_TDBAL), (uint32_t)(MEMORY_IOVA + TX_RING_AT));
	wr(m, D_TX(q, D_TDBAH), MEMORY_IOVA >> 32);
	wr(m, D_TX(q, D_TDLEN), RING * 16);
	clear_bits(m, D_TX(q, D_DCA_TXCTRL), 1 << 11);
	wr(m, D_TX(q, D_TDWBAL), head_wb ? (uint32_t)(MEMORY_IOVA + HEAD_AT) | 1 : 0);
	wr(m, D_TX(q, D_TDWBAH), MEMORY_IOVA >> 32);
	wr(m, D_TX(q, D_TXDCTL), 4 << 8 | 32);
}

static inline void driver_start_tx_queue(struct machine *m, unsigned int q)
{
	set_bits(m, D_TX(q, D_TXDCTL), D_ENABLE);
	driver_wait(m, D_TX(q, D_TXDCTL), D_ENABLE);
}

/* Everything, on one receive and one transmit queue. */
static inline void driver_init_on(struct machine *m, unsigned int rx, unsigned int tx, bool head_wb)
{
	driver_reset(m);
	set_bits(m, D_AUTOC, D_AUTOC_RESTART_AN);
	driver_wait(m, D_LINKS, D_LINKS_UP);
	driver_init_receive(m);
	driver_setup_rx_queue(m, rx);
	driver_start_rx_queue(m, rx);
	driver_enable_receive(m);
	driver_init_transmit(m);
	driver_setup_tx_queue(m, tx, head_wb);
	driver_start_tx_queue(m, tx);
}

static inline void driver_init(struct machine *m)
{
	driver_init_on(m, 0, 0, true);
}

/* A frame of @len bytes for the port, its bytes telling its length and place. */
static inline void make_frame(uint8_t *frame, size_t len)
{
	for (size_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(i * 7 + len);
	memcpy(frame, driver_mac, len < 6 ? len : 6);
	if (len >= 14) {
		memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01", 6);
		memcpy(frame + 12, "\x88\xb5", 2);
	}
}

/* Puts a frame of @len bytes into transmit descriptor @i. */
static inline void put_tx(struct machine *m, unsigned int i, size_t len, uint64_t command)
{
	tx_descriptor(m, i)[0] = MEMORY_IOVA + TX_BUFFERS_AT + BUFFER * i;
	tx_descriptor(m, i)[1] = command | len;
}

/* Transmit descriptor @i as it is: an advanced one, of data anywhere in memory or of a context. */
static inline void put_advanced(struct machine *m, unsigned int i, uint64_t low, uint64_t high)
{
	tx_descriptor(m, i % RING)[0] = low;
	tx_descriptor(m, i % RING)[1] = high;
}

/* One whole frame from descriptor @i, which is the ring's next, by queue 0. */
static inline void transmit(struct machine *m, unsigned int i, size_t len, uint64_t command)
{
	make_frame(tx_buffer(m, i), len);
	put_tx(m, i, len, command);
	wr(m, D_TX(0, D_TDT), (i + 1) % RING);
}

static inline bool arrive(struct machine *m, size_t len, unsigned int errors)
{
	uint8_t frame[NIC_FRAME_MAX];

	make_frame(frame, len);
	return nic_receive(m->nic, frame, len, errors);
}

static inline int machine_setup(void **state)
{
	*state = machine_create(0);
	return 0;
}

/* For tests of a port in use: the driver's own work must break no rule. */
static inline int driver_setup(void **state)
{
	struct machine *m = machine_create(500);

	*state = m;
	nic_set_log(m->nic, stderr);
	driver_init(m);
	assert_no_rule_broken(m);
	nic_set_log(m->nic, NULL);
	return 0;
}

static inline int machine_teardown(void **state)
{
	machine_destroy(*state);
	return 0;
}

#endif
