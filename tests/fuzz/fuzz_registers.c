// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fuzz target: the model behind its register interface. An input is a program:
 * its first bytes choose how the port starts, then come operations as a driver,
 * a wire and the passing of time make them. The host is in this process and
 * strict (memory.h): every byte that the model touches must have been asked for.
 */
#define _GNU_SOURCE
#include "actions.h"
#include "fresh.h"
#include "memory.h"
#include "pci.h"
#include "snapshot.h"

#define OPERATIONS_MAX 300
#define LOOKS_MAX      2 /* at registers by name */
#define REGISTER_SPACE 0x20000u
#define HOW_POWER_ON   0x80u /* else with receive and transmit running */
#define HOW_ALL	       0x9fu

static struct memory memory;
static struct pci pci;
static struct nic *nic, *made; /* the one in use, and one that nobody uses */
static FILE *sink; /* what the port says, of rules and in traces */
static bool sink_full;
static unsigned int answer_after; /* frames, until the far end sends one from within send() */
static uint64_t now_ns;
static unsigned int looks;
static uint16_t nearest[REGISTER_SPACE / 4]; /* word of the register at or below, for each word */

/* The registers that move things, by the datasheet; an index of 0xff and more wraps. */
static const uint32_t hot[] = {
	D_CTRL,	   D_CTRL,   0x00018,	   0x00020,	0x00028,   0x00800,	0x00808,
	D_EIMS,	   D_EIMC,   0x00810,	   0x00890,	0x00898,   0x00820,	0x00824,
	0x00900,   0x00904,  0x00a00,	   0x00a90,	0x00aa0,   0x00ab0,	0x00ad0,
	D_FCTRL,   D_FCTRL,  D_VLNCTRL,	   D_MCSTCTRL,	0x05000,   0x05008,	0x05818,
	0x05818,   0x051b0,  0x0ea00,	   0x0ea04,	0x0ea08,   0x0ea0c,	0x0eb00,
	0x0eb04,   0x0eb80,  0x0ec00,	   0x05128,	0x0e600,   0x0ec30,	D_RAL(0),
	D_RAH(0),  D_RAL(1), D_RAH(1),	   D_MTA(0),	D_VFTA(1), D_PFVLVF(0), D_PFUTA(0),
	D_RDRXCTL, D_RXCTRL, D_SECRXCTRL,  D_SECRXSTAT, 0x03028,   0x03c00,	0x08800,
	0x08804,   D_FCRTH0, 0x03220,	   0x03d00,	0x04294,   D_DMATXCTL,	D_MTQC,
	D_RTTDCS,  0x08100,  0x0cc00,	   0x04950,	D_HLREG0,  D_HLREG0,	D_MAXFRS,
	D_AUTOC,   0x042a8,  D_LINKS,	   0x0425c,	0x04260,   0x04240,	D_EEC,
	D_EERD,	   D_SWSM,   D_SW_FW_SYNC, 0x11050,	0x11000,   0x02f04,	0x03190,
	0x0ea80,   0x05084,  0x0200,	   0x0504c,
};

static const uint32_t rx_hot[] = {
	D_RDBAL, D_RDBAH, D_RDLEN, D_RDH, D_SRRCTL, D_RDT, D_RXDCTL, 0x2c
};
static const uint32_t tx_hot[] = { D_TDBAL, D_TDBAH,  D_TDLEN,	D_TDH,	 D_DCA_TXCTRL,
				   D_TDT,   D_TXDCTL, D_TDWBAL, D_TDWBAH };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 802.3 annex 31B, for 0xFF quanta. */
static const uint8_t pause_quanta[60] = { 0x01, 0x80, 0xC2, 0,	  0,	0x01, 0x02, 0, 0,
					  0,	0,    0x01, 0x88, 0x08, 0,    0x01, 0, 0xFF };

static void *host_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	return memory_dma(&memory, iova, len, write);
}

static void host_send(void *opaque, const uint8_t *frame, size_t len)
{
	MUST(len >= 14 && len <= NIC_FRAME_MAX);
	MUST(!__asan_region_is_poisoned((void *)frame, len));
	MUST((uintptr_t)frame - (uintptr_t)memory.readable >= MEMORY_BYTES);
	if (answer_after && !--answer_after)
		nic_receive(nic, pause_quanta, sizeof(pause_quanta), 0);
}

static void host_interrupt(void *opaque, unsigned int vector)
{
	MUST(vector < PCI_MSIX_VECTORS);
}

static void host_intx(void *opaque, bool asserted)
{
	pci_set_interrupt(&pci, asserted);
}

static uint64_t host_now(void *opaque)
{
	return now_ns;
}

static void pci_bus_master(void *opaque, bool on)
{
	nic_set_bus_master(nic, on);
}

static void pci_intx(void *opaque, bool asserted)
{
}

static void pci_function_reset(void *opaque)
{
	nic_reset_function(nic);
}

static void wait_ms(unsigned int ms)
{
	now_ns += ms * 1000000ull;
}

/* The register at or below each word, so that a register added here moves no other one's number. */
static void index_registers(void)
{
	uint16_t last = 0;
	char name[32];

	for (uint32_t offset = 0; offset < REGISTER_SPACE; offset += 4) {
		if (*nic_register_name(offset, name, sizeof(name)) != '?')
			last = (uint16_t)(offset / 4);
		nearest[offset / 4] = last;
	}
}

static void poke(uint32_t at, const void *bytes, size_t len)
{
	memory_poke(&memory, at, bytes, len);
}

static ssize_t sink_write(void *cookie, const char *text, size_t size)
{
	MUST(strnlen(text, size) == size);
	return sink_full ? 0 : (ssize_t)size;
}

static void initialize(void)
{
	const cookie_io_functions_t functions = { .write = sink_write };

	memory_create(&memory);
	index_registers();
	sink = fopencookie(NULL, "w", functions);
	MUST(sink && !setvbuf(sink, NULL, _IOLBF, 1024));
}

/* Which register: a hot one, one of a queue, any, or any address. */
static uint32_t take_register(struct input *input)
{
	unsigned int choice = (unsigned int)take(input, 1);
	unsigned int queue = choice >> 4 & 3;

	/* Rarely, a queue that bring_up() did not start. */
	if (choice & 0x80)
		queue = (unsigned int)take(input, 1) & 0x7f;
	switch (choice & 7) {
	case 0:
	case 1:
		return hot[take(input, 1) % COUNT(hot)];
	case 2:
	case 3:
		return D_RX(queue, rx_hot[take(input, 1) % COUNT(rx_hot)]);
	case 4:
	case 5:
		return D_TX(queue, tx_hot[take(input, 1) % COUNT(tx_hot)]);
	case 6:
		return nearest[take(input, 2) % COUNT(nearest)] * 4;
	default:
		return (uint32_t)take(input, 3);
	}
}

/* An address that is mapped more often than not. */
static uint64_t take_address(struct input *input)
{
	uint8_t kind = (uint8_t)take(input, 1);

	if (kind < 8)
		return take(input, 8);
	return MEMORY_IOVA + ((kind & 0x3fu) * MEMORY_PAGE) + (kind & 0x40 ? take(input, 2) : 0);
}

/* A descriptor for a ring of ours: address by take_address(), the second word as it comes. */
static void poke_descriptor(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 2) * 16 % 0x2000;
	uint64_t words[2] = { take_address(input) };

	words[1] = take(input, 8);
	memory_poke(&memory, at, words, sizeof(words));
}

/* The same command for a descriptor in each place of a row: packets of many descriptors. */
static void poke_row(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 2) * 16 % 0x2000;
	unsigned int count = (unsigned int)take(input, 1) % 64;
	uint64_t words[2] = { take_address(input) };

	words[1] = take(input, 8);
	for (; count; count--, at += 16) {
		memory_poke(&memory, at, words, sizeof(words));
		if (words[0] < UINT64_MAX - BUFFER)
			words[0] += BUFFER;
	}
}

/* A transmit context (7.2.3.2.3) whose lengths fit the frames in memory, or nearly. */
static void poke_context(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 1) * 16;
	uint64_t words[2];

	words[0] = take(input, 1) % 64; /* IPLEN */
	words[0] |= (14 + take(input, 1) % 16) << 9; /* MACLEN */
	words[0] |= take(input, 2) << 16; /* VLAN */
	words[1] = take(input, 2) & 0x1ff; /* IPsec */
	words[1] |= (2ull << 20) | (take(input, 2) & 0x7ff) << 9; /* DTYP, TUCMD */
	words[1] |= D_DEXT | (take(input, 1) & 0xf) << 36; /* IDX */
	words[1] |= take(input, 1) % 64 << 40; /* L4LEN */
	words[1] |= take(input, 2) << 48; /* MSS */
	memory_poke(&memory, TX_RING_AT + at, words, sizeof(words));
}

/* An advanced data descriptor (7.2.3.2.4). */
static void poke_data(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 1) * 16;
	uint64_t words[2] = { take_address(input) };
	uint64_t length = take(input, 2);

	words[1] = length | 3ull << 20 | D_DEXT;
	words[1] |= (take(input, 1) & 0xdf) << 24; /* DCMD */
	words[1] |= (take(input, 1) & 0xf3) << 36 | (take(input, 1) & 3) << 40; /* CC, IDX, POPTS */
	words[1] |= take(input, 3) << 46; /* PAYLEN */
	memory_poke(&memory, TX_RING_AT + at, words, sizeof(words));
}

static void poke_bytes(struct input *input)
{
	uint32_t at = (uint32_t)take(input, 3);
	uint8_t bytes[64];
	size_t count = take(input, 1) % sizeof(bytes);

	take_bytes(input, bytes, count);
	memory_poke(&memory, at, bytes, count);
}

static void frame_arrives(struct input *input)
{
	static uint8_t frame[NIC_FRAME_MAX + 1];
	unsigned int kind = (unsigned int)take(input, 1);
	unsigned int shape = (unsigned int)take(input, 1);
	size_t len = 60 + take(input, 1);

	if (shape & 1)
		len = take(input, 2) % (sizeof(frame) + 1);
	make_frame(frame, len, kind);
	for (unsigned int i = shape >> 1 & 3; i; i--) {
		uint64_t at = take(input, 1);

		if (at < len)
			frame[at] = (uint8_t)take(input, 1);
	}
	/* In a heap block of its own length: reading past its end shows. */
	for (unsigned int count = shape & 0x80 ? shape >> 3 & 15 : 1; count; count--) {
		uint8_t *copy = malloc(len);

		MUST(copy || !len);
		memcpy(copy, frame, len);
		nic_receive(nic, copy, len, shape & 0x80 ? 0 : shape >> 3 & 3);
		free(copy);
	}
}

static void time_passes(struct input *input)
{
	now_ns += take(input, 1) << (take(input, 1) % 32);
}

/* Configuration space and BAR4, as the front end would hand them on. */
static void config_access(struct input *input)
{
	uint32_t offset = (uint32_t)take(input, 2);
	uint32_t count = 1u << (offset >> 14);
	uint8_t bytes[8];

	take_bytes(input, bytes, count);
	if (offset & 0x1000) {
		offset = offset * count % PCI_BAR4_SIZE;
		pci_bar4_write(&pci, offset, bytes, count);
		pci_bar4_read(&pci, offset, bytes, count);
	} else {
		offset %= PCI_CONFIG_SIZE - 8;
		pci_write(&pci, offset, bytes, count);
		pci_read(&pci, offset, bytes, count);
	}
}

static void outside(struct input *input)
{
	unsigned int what = (unsigned int)take(input, 1);

	switch (what & 7) {
	case 0:
	case 1:
		nic_set_carrier(nic, what & 0x80);
		return;
	case 2:
	case 3:
		nic_set_bus_master(nic, what & 0x80);
		return;
	case 4:
		nic_reset_function(nic);
		return;
	case 5:
		nic_can_receive(nic);
		return;
	default:
		answer_after = what >> 3;
	}
}

static void count_value(void *opaque, const char *name, uint32_t value)
{
	MUST(*name != '?');
	++*(size_t *)opaque;
}

/* What a control socket asks: nothing changes by it but the trace. */
static void observe(struct input *input)
{
	unsigned int what = (unsigned int)take(input, 1);
	uint32_t registers[NIC_RULE_REGISTERS];
	size_t count = 0;
	char name[32];

	switch (what & 3) {
	case 0: /* the whole port is copied for it */
		nic_register_name(take_register(input), name, sizeof(name));
		if (looks++ >= LOOKS_MAX)
			return;
		MUST(nic_registers_peek(nic, name, count_value, &count) == count);
		return;
	case 1:
		nic_rules(&count);
		count = nic_rule_registers(nic, take(input, 1) % count, registers);
		MUST(count <= NIC_RULE_REGISTERS);
		return;
	default:
		sink_full = what >> 2 & 1;
		clearerr(sink);
		nic_set_log(nic, what & 0x10 ? sink : NULL);
		nic_set_trace(nic, what & 2 ? sink : NULL);
		nic_trace_event(nic, "observed %u", what);
	}
}

static void bit_flips(struct input *input)
{
	uint32_t offset = take_register(input);

	nic_write(nic, offset, nic_read(nic, offset) ^ 1u << take(input, 1) % 32);
}

static void doorbell(struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1);
	unsigned int queue = which & (RING_QUEUES - 1);

	nic_write(nic, which & 0x80 ? D_RX(queue, D_RDT) : D_TX(queue, D_TDT), which >> 1 & 0x3f);
}

static void any_doorbell(struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1);
	unsigned int queue = which & 0x7f;

	nic_write(nic, which & 0x80 ? D_RX(queue, D_RDT) : D_TX(queue, D_TDT),
		  (uint32_t)take(input, 2));
}

static void step(struct input *input)
{
	const struct bench bench = { nic, MEMORY_IOVA, poke };
	unsigned int what = (unsigned int)take(input, 1);
	uint32_t offset;

	if (what & 0x80) {
		act(&bench, input, what);
		return;
	}
	switch (what & 0x1f) {
	case 0:
	case 1:
	case 2:
		offset = take_register(input);
		nic_write(nic, offset, (uint32_t)take(input, 4));
		return;
	case 3:
	case 4:
		offset = take_register(input);
		nic_write(nic, offset, (uint32_t)take(input, 1) << take(input, 1) % 32);
		return;
	case 5:
	case 6:
	case 7:
		bit_flips(input);
		return;
	case 8:
		nic_read(nic, take_register(input));
		return;
	case 9:
	case 10:
	case 11:
		doorbell(input);
		return;
	case 12:
		any_doorbell(input);
		return;
	case 13:
	case 14:
	case 15:
	case 16:
		frame_arrives(input);
		return;
	case 17:
	case 18:
		poke_descriptor(input);
		return;
	case 19:
		poke_row(input);
		return;
	case 20:
	case 21:
		poke_context(input);
		return;
	case 22:
	case 23:
	case 24:
		poke_data(input);
		return;
	case 25:
		poke_bytes(input);
		return;
	case 26:
	case 27:
		time_passes(input);
		return;
	case 28:
		config_access(input);
		return;
	case 29:
		outside(input);
		return;
	case 30: /* an interrupt's cause read and written, as handlers do */
		nic_write(nic, 0x00800, nic_read(nic, 0x00800));
		return;
	default:
		observe(input);
	}
}

/* What the first byte chooses; all else of a start is the same. */
static struct nic *new_port(unsigned int how)
{
	struct nic_config config = { .name = "port", .link_delay_us = (how & 3) * 1000 };
	const struct nic_host host = {
		.dma = host_dma,
		.send = host_send,
		.interrupt = host_interrupt,
		.intx = host_intx,
		.now_ns = host_now,
	};

	memcpy(config.mac, fuzz_mac, sizeof(config.mac));
	/* Without a module there is no link, which bring_up() waits for. */
	config.module = how & HOW_POWER_ON ? how & 3 : how & 2;
	return nic_create(&config, &host);
}

static struct nic *unused_port(unsigned int how)
{
	struct nic *port = new_port(how);

	MUST(port);
	nic_reg_set(port, EICR, 0); /* the link may have come up at once */
	return port;
}

static void make_port(unsigned int how)
{
	now_ns = 1000000000;
	nic = new_port(how);
	MUST(nic);
	if (!(how & HOW_POWER_ON))
		bring_up(nic, MEMORY_IOVA,
			 (how & 4 ? D_SRRCTL_DROP_EN : 0) | (how & 8 ? 1u << 25 : 0), how & 16,
			 wait_ms);
}

#ifdef FUZZ_SNAPSHOT
/* As make_port(), from the second time on faster. */
static void start_port(unsigned int how)
{
	static struct kind {
		struct snapshot *snapshot;
		struct nic *nic, *made;
		uint64_t now_ns;
	} kinds[HOW_ALL + 1];
	struct kind *kind = &kinds[how];

	if (!kind->snapshot) {
		kind->made = unused_port(how);
		snapshot_begin();
		make_port(how);
		kind->snapshot = snapshot_end();
		kind->nic = nic;
		kind->now_ns = now_ns;
	} else {
		snapshot_restore(kind->snapshot);
	}
	nic = kind->nic;
	made = kind->made;
	now_ns = kind->now_ns;
}

static void destroy_port(void)
{
	nic_destroy(nic);
}
#else
static void start_port(unsigned int how)
{
	made = unused_port(how);
	make_port(how);
}

static void destroy_port(void)
{
	nic_destroy(nic);
	nic_destroy(made);
}
#endif

static void start(struct input *input)
{
	const struct pci_hooks hooks = {
		.bus_master = pci_bus_master,
		.intx = pci_intx,
		.reset = pci_function_reset,
	};

	answer_after = 0;
	looks = 0;
	memory_restore(&memory);
	pci_init(&pci, fuzz_mac, &hooks);
	start_port((unsigned int)take(input, 1) & HOW_ALL);
}

/* It may want to go on at once, with what a ring holds of large sends, but not for ever. */
static void poll(void)
{
	uint64_t next_ns;
	unsigned int polls = 0;

	do {
		next_ns = nic_poll(nic);
		memory_close(&memory);
		MUST(next_ns == nic_due(nic) && ++polls < 1000);
	} while (next_ns <= now_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size < INPUT_MAX ? size : INPUT_MAX };

	if (!nearest[COUNT(nearest) - 1])
		initialize();
	start(&input);
	for (unsigned int i = 0; i < OPERATIONS_MAX && input.left; i++) {
		step(&input);
		memory_close(&memory);
		poll();
	}
	nic_set_trace(nic, NULL);
	nic_reset_function(nic);
	must_be_fresh(nic, made);
	destroy_port();
	return 0;
}
