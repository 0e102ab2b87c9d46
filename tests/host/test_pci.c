// SPDX-License-Identifier: BSD-3-Clause
/*
 * The PCI function of the software 82599: what a driver finds in configuration
 * space, what it can change there, and what that does to the device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pci.h"

#define COMMAND	       0x04
#define PM_CONTROL     0x44
#define DEVICE_CONTROL 0xa8

struct function {
	struct pci pci;
	bool bus_master;
	bool intx;
	unsigned int changes;
	unsigned int resets;
};

static void on_bus_master(void *opaque, bool on)
{
	struct function *function = opaque;

	function->bus_master = on;
	function->changes++;
}

static void on_intx(void *opaque, bool asserted)
{
	struct function *function = opaque;

	function->intx = asserted;
}

static void on_reset(void *opaque)
{
	struct function *function = opaque;

	function->resets++;
}

static int setup(void **state)
{
	static struct function function;
	static const uint8_t mac[6] = { 0x00, 0x1b, 0x21, 0xaa, 0xbb, 0xcc };
	const struct pci_hooks hooks = { &function, on_bus_master, on_intx, on_reset };

	function = (struct function){ 0 };
	pci_init(&function.pci, mac, &hooks);
	*state = &function;
	return 0;
}

static uint32_t get(const struct function *function, uint32_t offset, uint32_t size)
{
	uint32_t value = 0;

	pci_read(&function->pci, offset, &value, size);
	return value;
}

static void set(struct function *function, uint32_t offset, uint32_t size, uint32_t value)
{
	pci_write(&function->pci, offset, &value, size);
}

static void test_identity(void **state)
{
	const struct function *function = *state;

	assert_int_equal(get(function, 0x00, 4), 0x10fb8086);
	assert_int_equal(get(function, 0x08, 4) >> 8, 0x020000);
	assert_int_equal(get(function, 0x2c, 2), 0x8086);
	/* 00-1b-21-ff-ff-aa-bb-cc */
	assert_int_equal(get(function, 0x144, 4), 0xffaabbcc);
	assert_int_equal(get(function, 0x148, 4), 0x001b21ff);
}

static void test_bars(void **state)
{
	/* 64-bit memory of 512 KiB and 16 KiB, nothing between: address bits are what sizing shows. */
	static const uint32_t expect[6] = { 0xfff80004, 0xffffffff, 0, 0, 0xffffc004, 0xffffffff };
	struct function *function = *state;

	for (uint32_t i = 0; i < 6; i++) {
		set(function, 0x10 + 4 * i, 4, 0xffffffff);
		assert_int_equal(get(function, 0x10 + 4 * i, 4), expect[i]);
		set(function, 0x10 + 4 * i, 4, 0);
		assert_int_equal(get(function, 0x10 + 4 * i, 4), expect[i] & 0xf & ~(i % 2 * 0xf));
	}
	set(function, 0x30, 4, 0xffffffff);
	assert_int_equal(get(function, 0x30, 4), 0);
}

static void test_capabilities(void **state)
{
	static const struct {
		uint32_t offset;
		uint8_t id;
	} expect[] = {
		{ 0x40, 0x01 },
		{ 0x50, 0x05 },
		{ 0x70, 0x11 },
		{ 0xa0, 0x10 },
	};
	const struct function *function = *state;
	uint32_t offset = get(function, 0x34, 1);

	assert_true(get(function, 0x06, 2) & 0x10);
	for (size_t i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		assert_int_equal(offset, expect[i].offset);
		assert_int_equal(get(function, offset, 1), expect[i].id);
		offset = get(function, offset + 1, 1);
	}
	assert_int_equal(offset, 0);
	assert_int_equal(get(function, 0x42, 2) & 7, 3); /* PM version 3 */
	assert_int_equal(get(function, 0x72, 2), 63); /* 64 MSI-X vectors */
	assert_int_equal(get(function, 0x74, 4), 0x0004); /* table: BAR4, 0 */
	assert_int_equal(get(function, 0x78, 4), 0x2004); /* pending: BAR4, 0x2000 */
	assert_int_equal(get(function, 0xa2, 2), 0x0002); /* endpoint, version 2 */
	assert_true(get(function, 0xa4, 4) & 1u << 28); /* FLR */
	assert_int_equal(get(function, 0x100, 4), 0x14010001); /* AER, next 0x140 */
	assert_int_equal(get(function, 0x140, 4), 0x00010003); /* serial, the last */
}

static void test_bus_master(void **state)
{
	struct function *function = *state;

	set(function, COMMAND, 2, 0x0002);
	assert_int_equal(function->changes, 0);
	assert_true(pci_memory_enabled(&function->pci));
	set(function, COMMAND, 1, 0x06);
	assert_true(function->bus_master);
	set(function, COMMAND, 4, 0xffff0006);
	assert_int_equal(function->changes, 1);
	set(function, COMMAND + 1, 1, 0x04); /* INTx off: the low byte stays */
	assert_true(function->bus_master);
	assert_int_equal(get(function, COMMAND, 2), 0x0406);
	set(function, COMMAND, 2, 0);
	assert_false(function->bus_master);
	assert_false(pci_memory_enabled(&function->pci));
}

static void test_legacy_interrupt(void **state)
{
	struct function *function = *state;

	pci_set_interrupt(&function->pci, true);
	assert_true(function->intx);
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0x8);
	set(function, 0x06, 2, 0xffff); /* only the device takes it back */
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0x8);
	/* Held back by Command, but Status shows it. */
	set(function, COMMAND, 2, 0x0400);
	assert_false(function->intx);
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0x8);
	set(function, COMMAND, 2, 0);
	assert_true(function->intx);
	pci_set_interrupt(&function->pci, false);
	assert_false(function->intx);
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0);
	/* MSI or MSI-X takes its place, and gives it back. */
	pci_set_interrupt(&function->pci, true);
	set(function, 0x52, 2, 1);
	assert_false(function->intx);
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0);
	set(function, 0x52, 2, 0);
	assert_true(function->intx);
	set(function, 0x72, 2, 0x8000);
	assert_false(function->intx);
	pci_set_interrupt(&function->pci, false);
	set(function, 0x72, 2, 0);
	assert_false(function->intx);
	/* Asleep, or reset, it asserts nothing. */
	pci_set_interrupt(&function->pci, true);
	set(function, PM_CONTROL, 2, 3);
	assert_false(function->intx);
	set(function, PM_CONTROL, 2, 0);
	assert_false(function->intx);
	assert_int_equal(get(function, 0x06, 2) & 0x8, 0);
}

/* Read-only bits stay, whatever is written wherever. */
static void test_read_only(void **state)
{
	struct function *function = *state;
	uint8_t before[PCI_CONFIG_SIZE];

	memcpy(before, function->pci.config, sizeof(before));
	for (uint32_t offset = 0; offset < PCI_CONFIG_SIZE; offset++) {
		set(function, offset, 1, 0xff);
		set(function, offset, 1, 0x00);
		assert_int_equal(get(function, offset, 1) & ~function->pci.writable[offset],
				 before[offset] & ~function->pci.writable[offset]);
	}
	assert_int_equal(get(function, 0x00, 4), 0x10fb8086);
	assert_int_equal(get(function, 0x40, 4), 0x48235001);
}

static void test_write_one_to_clear(void **state)
{
	struct function *function = *state;

	function->pci.config[0x07] = 0x20; /* Status: received master abort */
	function->pci.config[0x106] = 0x01; /* AER: poisoned, completer abort... */
	set(function, 0x06, 2, 0x0000);
	assert_int_equal(get(function, 0x06, 2), 0x2010);
	set(function, 0x06, 2, 0x2000);
	assert_int_equal(get(function, 0x06, 2), 0x0010);
	set(function, 0x104, 4, 0x00000000);
	assert_int_equal(get(function, 0x104, 4), 0x00010000);
	set(function, 0x104, 4, 0xffffffff);
	assert_int_equal(get(function, 0x104, 4), 0);
}

static void test_function_level_reset(void **state)
{
	static const struct {
		uint32_t offset, size, value;
	} ways[] = {
		{ DEVICE_CONTROL, 2, 0xa850 },
		{ DEVICE_CONTROL, 4, 0x0000a850 },
		{ DEVICE_CONTROL + 1, 1, 0xa8 },
		{ DEVICE_CONTROL - 2, 4, 0xa8500000 },
	};
	struct function *function = *state;

	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		set(function, COMMAND, 2, 0x0406);
		set(function, 0x10, 4, 0xfea80000);
		set(function, 0x70, 4, 0x80000000); /* MSI-X on */
		set(function, DEVICE_CONTROL, 2, 0x2850); /* payload size: survives */
		set(function, 0x114, 4, 0x00000001); /* AER masks: survive */
		assert_true(function->bus_master);
		set(function, ways[i].offset, ways[i].size, ways[i].value);
		assert_int_equal(function->resets, i + 1);
		assert_false(function->bus_master);
		assert_int_equal(get(function, COMMAND, 2), 0);
		assert_int_equal(get(function, 0x10, 4), 0x00000004);
		assert_int_equal(get(function, 0x72, 2), 63);
		assert_int_equal(get(function, 0x114, 4), 0x00000001);
		assert_int_equal(get(function, DEVICE_CONTROL, 2) & 0x8000, 0);
	}
	assert_int_equal(get(function, DEVICE_CONTROL, 2), 0x2850);
	/* A write beside it, or without the bit, resets nothing. */
	set(function, DEVICE_CONTROL, 1, 0xff);
	set(function, DEVICE_CONTROL + 2, 2, 0xffff);
	set(function, DEVICE_CONTROL, 2, 0x7fff);
	assert_int_equal(function->resets, 4);
}

static void test_power(void **state)
{
	struct function *function = *state;

	set(function, COMMAND, 2, 0x0006);
	set(function, PM_CONTROL, 2, 0x0001); /* D1 does not exist */
	assert_int_equal(get(function, PM_CONTROL, 2) & 3, 0);
	assert_true(function->bus_master);
	set(function, PM_CONTROL, 2, 0x0103); /* D3hot: no DMA, no BARs */
	assert_int_equal(get(function, PM_CONTROL, 2) & 3, 3);
	assert_false(function->bus_master);
	assert_false(pci_memory_enabled(&function->pci));
	assert_int_equal(function->resets, 0);
	set(function, PM_CONTROL, 2, 0x0102); /* D2 neither */
	assert_int_equal(get(function, PM_CONTROL, 2) & 3, 3);
	set(function, PM_CONTROL, 2, 0x0100); /* back: the function is new */
	assert_int_equal(function->resets, 1);
	assert_int_equal(get(function, COMMAND, 2), 0);
	assert_int_equal(get(function, PM_CONTROL, 2), 0x2100);
}

/* What Linux does around a reset and D3hot: it reads all that a reset clears, and writes it back. */
static void save(struct function *function, uint32_t config[64], uint32_t table[256])
{
	for (uint32_t i = 0; i < 64; i++)
		config[i] = get(function, 4 * i, 4);
	pci_bar4_read(&function->pci, 0, table, 64 * 16);
}

static void restore(struct function *function, const uint32_t config[64], const uint32_t table[256])
{
	static const uint32_t express[] = { DEVICE_CONTROL, 0xb0, 0xc8, 0xd0 };

	for (size_t i = 0; i < sizeof(express) / sizeof(express[0]); i++)
		set(function, express[i], 2, config[express[i] / 4]);
	/* The header from its end: the BARs before the command that turns them on. */
	for (uint32_t i = 16; i-- > 0;)
		set(function, 4 * i, 4, config[i]);
	/* MSI-X: all masked, the table, then as it was. */
	set(function, 0x72, 2, (config[0x70 / 4] >> 16) | 0xc000);
	for (uint32_t i = 0; i < 256; i++)
		pci_bar4_write(&function->pci, 4 * i, &table[i], 4);
	set(function, 0x72, 2, config[0x70 / 4] >> 16);
}

static void test_restore(void **state)
{
	struct function *function = *state;
	uint32_t config[64], table[256], after[64], table_after[256];
	uint32_t entry[4] = { 0xfee00000, 0, 0x4021, 0 };

	set(function, 0x0c, 1, 0x10);
	set(function, 0x10, 4, 0xfea80000);
	set(function, 0x14, 4, 0x00000007);
	set(function, 0x20, 4, 0xfeb00000);
	set(function, 0x3c, 1, 11);
	set(function, COMMAND, 2, 0x0546);
	set(function, DEVICE_CONTROL, 2, 0x285f);
	set(function, 0xc8, 2, 0x0005);
	for (uint32_t i = 0; i < 3; i++) {
		entry[2] = 0x4021 + i;
		pci_bar4_write(&function->pci, i * 16, entry, 16);
	}
	set(function, 0x72, 2, 0x8000);
	save(function, config, table);
	assert_int_equal(config[1] & 0xffff, 0x0546);
	for (unsigned int way = 0; way < 2; way++) {
		if (way) {
			set(function, PM_CONTROL, 2, 3);
			assert_false(function->bus_master);
			set(function, PM_CONTROL, 2, 0);
		} else {
			set(function, DEVICE_CONTROL, 2, 0x285f | 0x8000);
		}
		assert_int_equal(function->resets, way + 1);
		assert_false(pci_memory_enabled(&function->pci));
		restore(function, config, table);
		save(function, after, table_after);
		assert_memory_equal(after, config, sizeof(config));
		assert_memory_equal(table_after, table, sizeof(table));
		assert_true(function->bus_master);
		assert_true(pci_memory_enabled(&function->pci));
	}
	assert_int_equal(function->resets, 2);
}

static void test_msix_table(void **state)
{
	struct function *function = *state;
	uint32_t entry[4] = { 0xfee00000, 0, 0x4021, 0 }, back[4];

	pci_bar4_read(&function->pci, 63 * 16, back, 16);
	assert_int_equal(back[3], 1); /* masked at first */
	pci_bar4_write(&function->pci, 63 * 16, entry, 16);
	pci_bar4_read(&function->pci, 63 * 16, back, 16);
	assert_memory_equal(back, entry, 16);
	/* Behind the table nothing can be stored: reserved, and pending bits. */
	pci_bar4_write(&function->pci, 64 * 16 - 4, entry, 16);
	pci_bar4_read(&function->pci, 64 * 16, back, 16);
	assert_int_equal(back[0] | back[1] | back[2] | back[3], 0);
	pci_bar4_write(&function->pci, PCI_BAR4_SIZE - 4, entry, 4);
	pci_bar4_read(&function->pci, PCI_BAR4_SIZE - 4, back, 4);
	assert_int_equal(back[0], 0);
	pci_reset(&function->pci);
	pci_bar4_read(&function->pci, 63 * 16, back, 16);
	assert_int_equal(back[3], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_identity, setup),
		cmocka_unit_test_setup(test_bars, setup),
		cmocka_unit_test_setup(test_capabilities, setup),
		cmocka_unit_test_setup(test_bus_master, setup),
		cmocka_unit_test_setup(test_legacy_interrupt, setup),
		cmocka_unit_test_setup(test_read_only, setup),
		cmocka_unit_test_setup(test_write_one_to_clear, setup),
		cmocka_unit_test_setup(test_function_level_reset, setup),
		cmocka_unit_test_setup(test_power, setup),
		cmocka_unit_test_setup(test_restore, setup),
		cmocka_unit_test_setup(test_msix_table, setup),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
