// SPDX-License-Identifier: BSD-3-Clause
/*
 * The 82599's configuration space (datasheet 9.3 to 9.5), as a table of fields
 * with their writable, write-1-to-clear and reset-proof bits. A write is
 * applied to the bytes first; what it does to the device is then read off the
 * difference.
 *
 * Left out of a real X520: BAR2, whose 32 I/O ports are a second way to BAR0
 * that no driver uses and that needs I/O windows on every bridge; [e0] VPD;
 * [150] ARI and [160] SR-IOV, which QEMU hides from a guest.
 */
#include <string.h>

#include "pci.h"

#define COMMAND		   0x04
#define COMMAND_MEMORY	   (1u << 1)
#define COMMAND_BUS_MASTER (1u << 2)
#define COMMAND_INTX_OFF   (1u << 10)
#define STATUS		   0x06
#define STATUS_INTERRUPT   (1u << 3)
#define PM_CONTROL	   0x44
#define PM_STATE_MASK	   0x3u
#define PM_STATE_D0	   0x0u
#define PM_STATE_D3	   0x3u
#define MSI_CONTROL	   0x52
#define MSI_ENABLE	   (1u << 0)
#define MSIX_CONTROL	   0x72
#define MSIX_ENABLE	   (1u << 15)
#define DEVICE_CONTROL	   0xa8
#define DEVICE_CONTROL_FLR (1u << 15)
#define SERIAL_NUMBER	   0x144

#define MSIX_ENTRY_SIZE	   16
#define MSIX_ENTRY_CONTROL 12 /* bit 0: masked, as after reset */

struct field {
	uint16_t offset;
	uint8_t size; /* bytes */
	uint32_t initial;
	uint32_t writable;
	uint32_t clear;
	uint32_t sticky;
};

static const struct field fields[] = {
	/* 9.3.1..9.3.2: vendor and device of the 82599 SFI/SFP+ */
	{ 0x00, 4, 0x10fb8086, 0, 0, 0 },
	{ 0x04, 2, 0x0000, 0x0546, 0, 0 }, /* Command: MSE, BME, PERR, SERR, INTx off */
	{ 0x06, 2, 0x0010, 0, 0xf900, 0 }, /* Status: capability list */
	{ 0x08, 4, 0x02000001, 0, 0, 0 }, /* Ethernet controller, revision 1 */
	{ 0x0c, 4, 0x00800000, 0x000000ff, 0, 0 }, /* cache line; multi-function */
	{ 0x10, 4, 0x00000004, 0xfff80000, 0, 0 }, /* BAR0: 64-bit memory, 512 KiB */
	{ 0x14, 4, 0x00000000, 0xffffffff, 0, 0 },
	{ 0x20, 4, 0x00000004, 0xffffc000, 0, 0 }, /* BAR4: 64-bit memory, 16 KiB */
	{ 0x24, 4, 0x00000000, 0xffffffff, 0, 0 },
	{ 0x2c, 4, 0x00038086, 0, 0, 0 }, /* subsystem: X520-2 */
	{ 0x34, 4, 0x00000040, 0, 0, 0 }, /* first capability */
	{ 0x3c, 2, 0x0100, 0x00ff, 0, 0 }, /* interrupt line; INTA# */
	/* 9.3.6, [40] power management, version 3: PME from D0 and D3hot; soft reset */
	{ 0x40, 4, 0x48235001, 0, 0, 0 },
	{ PM_CONTROL, 4, 0x00002000, 0x00001f03, 0x00008000, 0x00000100 },
	/* 9.3.7, [50] MSI: one vector, 64-bit address, maskable */
	{ 0x50, 4, 0x01807005, 0x00710000, 0, 0 },
	{ 0x54, 4, 0x00000000, 0xfffffffc, 0, 0 },
	{ 0x58, 4, 0x00000000, 0xffffffff, 0, 0 },
	{ 0x5c, 4, 0x00000000, 0x0000ffff, 0, 0 },
	{ 0x60, 4, 0x00000000, 0x00000001, 0, 0 },
	/* 9.3.8, [70] MSI-X: 64 vectors, table at BAR4 0, pending bits at BAR4 0x2000 */
	{ 0x70, 4, 0x003fa011, 0xc0000000, 0, 0 },
	{ 0x74, 4, 0x00000004, 0, 0, 0 },
	{ 0x78, 4, 0x00002004, 0, 0, 0 },
	/* 9.3.10, [a0] PCI Express endpoint, version 2, with function-level reset */
	{ 0xa0, 4, 0x00020010, 0, 0, 0 },
	{ 0xa4, 4, 0x10008cc2, 0, 0, 0 }, /* Device Capabilities */
	{ DEVICE_CONTROL, 2, 0x2810, 0x7cff, 0, 0x00e0 }, /* keeps the payload size */
	{ 0xaa, 2, 0x0000, 0, 0x000f, 0 }, /* Device Status */
	{ 0xac, 4, 0x0001f482, 0, 0, 0 }, /* Link Capabilities: 5 GT/s, x8 */
	{ 0xb0, 2, 0x0000, 0x00cb, 0, 0x00cb }, /* Link Control */
	{ 0xb2, 2, 0x1082, 0, 0, 0 }, /* Link Status: 5 GT/s, x8 */
	{ 0xc4, 4, 0x0000001f, 0, 0, 0 }, /* Device Capabilities 2: timeouts */
	{ 0xc8, 2, 0x0000, 0x001f, 0, 0 }, /* Device Control 2 */
	{ 0xd0, 2, 0x0002, 0x003f, 0, 0x003f }, /* Link Control 2: 5 GT/s */
	/* 9.4.1, [100] advanced error reporting */
	{ 0x100, 4, 0x14010001, 0, 0, 0 },
	{ 0x104, 4, 0x00000000, 0, 0x001ff030, 0x001ff030 },
	{ 0x108, 4, 0x00000000, 0x001ff030, 0, 0x001ff030 },
	{ 0x10c, 4, 0x00062030, 0x001ff030, 0, 0x001ff030 },
	{ 0x110, 4, 0x00000000, 0, 0x000031c1, 0x000031c1 },
	{ 0x114, 4, 0x00002000, 0x000031c1, 0, 0x000031c1 },
	{ 0x118, 4, 0x000000a0, 0x00000140, 0, 0x00000140 },
	/* 9.4.2, [140] device serial number: filled in from the MAC address */
	{ 0x140, 4, 0x00010003, 0, 0, 0 },
};

static uint32_t get(const uint8_t *bytes, size_t size)
{
	uint32_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | bytes[i];
	return value;
}

static void put(uint8_t *bytes, size_t size, uint32_t value)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t power_state(const struct pci *pci)
{
	return get(pci->config + PM_CONTROL, 2) & PM_STATE_MASK;
}

static void update_bus_master(struct pci *pci)
{
	bool on = (get(pci->config + COMMAND, 2) & COMMAND_BUS_MASTER) &&
		  power_state(pci) == PM_STATE_D0;

	if (on == pci->bus_master)
		return;
	pci->bus_master = on;
	pci->hooks.bus_master(pci->hooks.opaque, on);
}

/*
 * 9.3.3: with MSI or MSI-X on there is no INTx. Else Status shows it, and its level leaves the
 * function unless Command says no, or it sleeps.
 */
static void update_intx(struct pci *pci)
{
	bool messages = (get(pci->config + MSI_CONTROL, 2) & MSI_ENABLE) ||
			(get(pci->config + MSIX_CONTROL, 2) & MSIX_ENABLE);
	bool pending = pci->interrupt && !messages;
	uint32_t status = get(pci->config + STATUS, 2) & ~STATUS_INTERRUPT;
	bool on = pending && !(get(pci->config + COMMAND, 2) & COMMAND_INTX_OFF) &&
		  power_state(pci) == PM_STATE_D0;

	put(pci->config + STATUS, 2, pending ? status | STATUS_INTERRUPT : status);
	if (on == pci->intx)
		return;
	pci->intx = on;
	pci->hooks.intx(pci->hooks.opaque, on);
}

void pci_set_interrupt(struct pci *pci, bool asserted)
{
	pci->interrupt = asserted;
	update_intx(pci);
}

static void mask_all_vectors(struct pci *pci)
{
	memset(pci->msix_table, 0, sizeof(pci->msix_table));
	for (size_t i = 0; i < PCI_MSIX_VECTORS; i++)
		pci->msix_table[i * MSIX_ENTRY_SIZE + MSIX_ENTRY_CONTROL] = 1;
}

void pci_init(struct pci *pci, const uint8_t mac[6], const struct pci_hooks *hooks)
{
	/* The address as EUI-64, lowest byte first. */
	const uint8_t serial[8] = { mac[5], mac[4], mac[3], 0xff, 0xff, mac[2], mac[1], mac[0] };

	*pci = (struct pci){ .hooks = *hooks };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *field = &fields[i];

		put(pci->initial + field->offset, field->size, field->initial);
		put(pci->writable + field->offset, field->size, field->writable);
		put(pci->clear + field->offset, field->size, field->clear);
		put(pci->sticky + field->offset, field->size, field->sticky);
	}
	memcpy(pci->initial + SERIAL_NUMBER, serial, sizeof(serial));
	memcpy(pci->config, pci->initial, sizeof(pci->config));
	mask_all_vectors(pci);
}

void pci_reset(struct pci *pci)
{
	for (size_t i = 0; i < PCI_CONFIG_SIZE; i++)
		pci->config[i] = (pci->config[i] & pci->sticky[i]) |
				 (pci->initial[i] & ~pci->sticky[i]);
	mask_all_vectors(pci);
	update_bus_master(pci);
	pci_set_interrupt(pci, false);
	pci->hooks.reset(pci->hooks.opaque);
}

void pci_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count)
{
	memcpy(data, pci->config + offset, count);
}

void pci_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count)
{
	const uint8_t *bytes = data;
	uint32_t old_state = power_state(pci);
	uint32_t state;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = offset + i;
		uint8_t value = pci->config[at];

		value = (value & ~pci->writable[at]) | (bytes[i] & pci->writable[at]);
		pci->config[at] = value & ~(bytes[i] & pci->clear[at]);
	}
	/* D1 and D2 do not exist: a write of them changes nothing. */
	state = power_state(pci);
	if (state != PM_STATE_D0 && state != PM_STATE_D3)
		pci->config[PM_CONTROL] ^= state ^ old_state;
	update_bus_master(pci);
	update_intx(pci);

	/* The FLR bit is no storage: writing 1 resets, reading gives 0. */
	if (offset <= DEVICE_CONTROL + 1 && offset + count > DEVICE_CONTROL + 1 &&
	    (bytes[DEVICE_CONTROL + 1 - offset] & (DEVICE_CONTROL_FLR >> 8)))
		pci_reset(pci);
	else if (old_state == PM_STATE_D3 && power_state(pci) == PM_STATE_D0)
		pci_reset(pci);
}

void pci_bar4_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count)
{
	uint8_t *bytes = data;

	/* No pending bit is ever set: an interrupt leaves at once. The rest reads 0. */
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = offset + i < sizeof(pci->msix_table) ? pci->msix_table[offset + i] : 0;
}

void pci_bar4_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count)
{
	const uint8_t *bytes = data;

	for (uint32_t i = 0; i < count && offset + i < sizeof(pci->msix_table); i++)
		pci->msix_table[offset + i] = bytes[i];
}

bool pci_memory_enabled(const struct pci *pci)
{
	return (get(pci->config + COMMAND, 2) & COMMAND_MEMORY) && power_state(pci) == PM_STATE_D0;
}
