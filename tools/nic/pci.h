/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PCI side of the 82599: configuration space with its capabilities, and
 * the MSI-X table of BAR4. It knows no front end; what PCI does to the device
 * behind it goes through two hooks.
 */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_CONFIG_SIZE	 4096u /* bytes */
#define PCI_BAR4_SIZE	 0x4000u /* bytes: MSI-X table and pending bits */
#define PCI_MSIX_VECTORS 64u

/**
 * struct pci_hooks - what PCI does to the device
 * @opaque: first argument of every call
 * @bus_master: DMA is allowed (Command.BME, and power state D0) or not
 * @intx: the level of INTx, as it leaves the function
 * @reset: function-level reset, or return from D3hot to D0
 */
struct pci_hooks {
	void *opaque;
	void (*bus_master)(void *opaque, bool on);
	void (*intx)(void *opaque, bool asserted);
	void (*reset)(void *opaque);
};

struct pci {
	struct pci_hooks hooks;
	uint8_t config[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE]; /* bits that a write changes */
	uint8_t clear[PCI_CONFIG_SIZE]; /* bits that a write of 1 clears */
	uint8_t sticky[PCI_CONFIG_SIZE]; /* bits that survive a reset */
	uint8_t initial[PCI_CONFIG_SIZE];
	uint8_t msix_table[PCI_MSIX_VECTORS * 16];
	bool bus_master;
	bool interrupt; /* the device asserts it */
	bool intx; /* as the hook was told */
};

/* Power-on; @mac gives the device its serial number. Calls no hook. */
void pci_init(struct pci *pci, const uint8_t mac[6], const struct pci_hooks *hooks);

/* Resets the function, registers and device. */
void pci_reset(struct pci *pci);

/* Configuration space; the range must lie in it. */
void pci_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count);
void pci_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count);

/* The device asserts its interrupt, or no more: Status shows it, Command may hold it back. */
void pci_set_interrupt(struct pci *pci, bool asserted);

/* BAR4; the range must lie in it. */
void pci_bar4_read(const struct pci *pci, uint32_t offset, void *data, uint32_t count);
void pci_bar4_write(struct pci *pci, uint32_t offset, const void *data, uint32_t count);

/* The BARs answer: Command.MSE is set and the power state is D0. */
bool pci_memory_enabled(const struct pci *pci);

#endif
