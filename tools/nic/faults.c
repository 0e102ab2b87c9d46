// SPDX-License-Identifier: BSD-3-Clause
/*
 * Faults: the table of them, switching them on and off, and the decision when
 * one strikes. Some are states of the port (lasting), others are events that
 * come at every Nth occasion, so many times. Those that time brings are here.
 */
#include <string.h>

#include "core.h"

#define MS	   1000000ull
#define PAUSE_NS   (3 * MS) /* a pause of 0xFFFF quanta ends after 3.36 ms at 10 Gb/s */
#define ECC_NS	   (100 * MS) /* from a reset to the next error of a memory that stays bad */
#define ALL_QUEUES NIC_FAULT_QUEUES
#define EVERY	   .number = "every Nth", .initial = 1, .min = 1, .max = 1000000000
#define QUEUE	   .number = "queue, 128 for all", .initial = ALL_QUEUES, .max = ALL_QUEUES

/* clang-format off */
static const struct nic_fault faults[NIC_FAULTS] = {
	[FAULT_LINK_DOWN] = { "link-down", "The cable is pulled.", .lasting = true },
	[FAULT_LINK_FLAP] = { "link-flap", "The cable is pulled and plugged in again, each time for so long.",
		.number = "ms", .initial = 500, .min = 1, .max = 600000 },
	[FAULT_PAUSE_STORM] = { "pause-storm",
		"PAUSE frames come so often that a port that obeys them never sends.", .lasting = true },
	[FAULT_RX_ERROR] = { "rx-error", "Frames arrive with a wrong CRC or an illegal symbol.",
		EVERY, .choices = { "crc", "symbol" } },

	[FAULT_RX_QUEUE_STUCK] = { "rx-queue-stuck",
		"A receive queue goes on when RXDCTL.ENABLE is cleared, which reads as 1.",
		.lasting = true, QUEUE },
	[FAULT_TX_QUEUE_STUCK] = { "tx-queue-stuck",
		"A transmit queue goes on when TXDCTL.ENABLE is cleared, which reads as 1.",
		.lasting = true, QUEUE },
	[FAULT_MASTER_DISABLE_STUCK] = { "master-disable-stuck",
		"STATUS bit 19 stays 1 after CTRL.PCIe_Master_Disable is set.", .lasting = true },
	[FAULT_RESET_STUCK] = { "reset-stuck", "CTRL.RST reads as 1 for ever after a reset.",
		.lasting = true },
	[FAULT_DMA_INIT_STUCK] = { "dma-init-stuck", "RDRXCTL.DMAIDONE stays 0.", .lasting = true },
	[FAULT_RXEN_STALL] = { "rxen-stall", "SECRXSTAT.SECRX_RDY stays 0.", .lasting = true },
	[FAULT_SEMAPHORE_STUCK] = { "semaphore-stuck",
		"SWSM.SMBI is taken for ever, or firmware holds everything in SW_FW_SYNC.",
		.lasting = true, .choices = { "smbi", "sw-fw-sync" } },
	[FAULT_EEPROM_BAD_CHECKSUM] = { "eeprom-bad-checksum", "The EEPROM's checksum is wrong.",
		.lasting = true },

	[FAULT_TX_HEAD_LOST] = { "tx-head-lost",
		"A transmit write-back, of the head or of DD, does not reach memory.", EVERY },
	[FAULT_TX_HEAD_DELAYED] = { "tx-head-delayed",
		"A transmit write-back, of the head or of DD, comes so much later.",
		.number = "ms", .initial = 10, .min = 1, .max = 600000 },
	[FAULT_WRITEBACK_REORDER] = { "writeback-reorder",
		"Write-backs of different queues, transmit or receive, come in any order, up to so much "
		"later; those of one queue stay in order.",
		.number = "ms", .initial = 2, .min = 1, .max = 1000 },
	[FAULT_DMA_FAULT] = { "dma-fault", "DMA is refused, as by an IOMMU.",
		EVERY, .choices = { "both", "read", "write" } },
	[FAULT_INTERRUPT_LOST] = { "interrupt-lost", "An interrupt is sent and does not arrive.", EVERY },

	/* MISSING: what the port does after it; it stops DMA, which a driver must not rely on. */
	[FAULT_ECC] = { "ecc", "EICR.ECC: a memory failed; nothing moves until the next reset." },
	[FAULT_PCI_EXCEPTION] = { "pci-exception",
		"EICR bit 18, if PIENA lets it: a timeout on the bus, as PICAUSE tells." },
	[FAULT_SURPRISE_REMOVAL] = { "surprise-removal",
		"Reads give all ones, writes and frames are lost, DMA and interrupts stop, the far end's "
		"link goes. Afterwards the port is as after power-on.",
		.lasting = true },
};
/* clang-format on */

const struct nic_fault *nic_faults(size_t *count)
{
	*count = NIC_FAULTS;
	return faults;
}

static bool is_valid(size_t fault, const struct nic_fault_setting *setting)
{
	const struct nic_fault *row;

	if (fault >= NIC_FAULTS || setting->choice >= NIC_FAULT_CHOICES)
		return false;
	row = &faults[fault];
	if (row->lasting && setting->times && setting->times != NIC_FAULT_ALWAYS)
		return false;
	return setting->number >= row->min && setting->number <= row->max &&
	       (!setting->choice || row->choices[setting->choice]);
}

static void update(struct nic *nic)
{
	nic->faults.stopped = nic->faults.halted || nic_is_gone(nic);
	nic_observe(nic);
	nic_schedule(nic);
}

/* Its times are over, or it was switched off. */
static void switch_off(struct nic *nic, enum nic_fault_id id)
{
	nic->faults.on &= ~(1u << id);
	nic->faults.settings[id].times = 0;
	update(nic);
}

bool nic_fault_strikes(struct nic *nic, enum nic_fault_id id)
{
	struct nic_faults *all = &nic->faults;
	struct nic_fault_setting *setting = &all->settings[id];

	if (!nic_fault_on(nic, id))
		return false;
	if (faults[id].number && !strcmp(faults[id].number, "every Nth") &&
	    ++all->seen[id] % setting->number)
		return false;
	all->hits[id]++;
	nic_trace_event(nic, "fault %s", faults[id].name);
	if (setting->times != NIC_FAULT_ALWAYS && !--setting->times)
		switch_off(nic, id);
	return true;
}

static void raise_ecc(struct nic *nic)
{
	nic->faults.ecc_ns = NIC_NEVER;
	if (!nic_fault_strikes(nic, FAULT_ECC))
		return;
	nic->faults.halted = true;
	update(nic);
	nic_interrupt_cause(nic, EICR_ECC);
}

static void raise_pci_exception(struct nic *nic)
{
	if (!nic_fault_strikes(nic, FAULT_PCI_EXCEPTION))
		return;
	nic_reg_set(nic, PICAUSE, nic_reg(nic, PICAUSE) | PICAUSE_TO);
	if (nic_reg(nic, PIENA) & PICAUSE_TO)
		nic_interrupt_cause(nic, EICR_PCI);
}

/* What switching it on or off does by itself. */
static void switched(struct nic *nic, enum nic_fault_id id, bool on)
{
	struct nic_faults *all = &nic->faults;
	uint64_t now = nic->host.now_ns(nic->host.opaque);
	uint64_t start = on ? now : NIC_NEVER;

	switch (id) {
	case FAULT_LINK_DOWN:
		nic_link_restart(nic);
		break;
	case FAULT_LINK_FLAP:
		all->flap_ns = start;
		if (!on && all->flapped) {
			all->flapped = false;
			nic_link_restart(nic);
		}
		break;
	case FAULT_PAUSE_STORM:
		all->pause_ns = start;
		break;
	case FAULT_RX_QUEUE_STUCK:
	case FAULT_TX_QUEUE_STUCK:
		if (!on)
			nic_fault_release_queues(nic, id == FAULT_RX_QUEUE_STUCK);
		break;
	case FAULT_RESET_STUCK:
		all->reset_stuck = false;
		break;
	case FAULT_EEPROM_BAD_CHECKSUM:
		nic->eeprom[NIC_EEPROM_CHECKSUM] ^= 1;
		break;
	case FAULT_TX_HEAD_DELAYED:
	case FAULT_WRITEBACK_REORDER:
		if (!on)
			nic_fault_write_back(nic, NIC_NEVER);
		break;
	case FAULT_SURPRISE_REMOVAL:
		if (!on)
			nic_reset_function(nic);
		break;
	case FAULT_ECC:
		if (on)
			raise_ecc(nic);
		break;
	case FAULT_PCI_EXCEPTION:
		if (on)
			raise_pci_exception(nic);
		break;
	default:
		break;
	}
}

bool nic_fault_set(struct nic *nic, size_t fault, const struct nic_fault_setting *setting)
{
	struct nic_faults *all = &nic->faults;
	bool was_on;

	if (!is_valid(fault, setting))
		return false;
	nic_advance(nic);
	was_on = nic_fault_on(nic, fault);
	all->settings[fault] = *setting;
	all->seen[fault] = 0;
	all->on &= ~(1u << fault);
	all->on |= setting->times ? 1u << fault : 0;
	if (was_on != !!setting->times || !faults[fault].lasting)
		switched(nic, fault, setting->times);
	update(nic);
	/* A port that comes back has waiting what its queues' tails gave. */
	if (!setting->times) {
		nic_tx_run_all(nic);
		nic_rx_run_held(nic);
	}
	return true;
}

struct nic_fault_setting nic_fault_get(const struct nic *nic, size_t fault, uint64_t *hits)
{
	*hits = nic->faults.hits[fault];
	return nic->faults.settings[fault];
}

void nic_faults_init(struct nic *nic)
{
	struct nic_faults *all = &nic->faults;

	for (size_t i = 0; i < NIC_FAULTS; i++)
		all->settings[i].number = faults[i].initial;
	all->flap_ns = all->pause_ns = all->ecc_ns = all->delayed_ns = NIC_NEVER;
	all->random = 1;
	all->frames_end = &all->frames;
	for (size_t i = 0; i < NIC_FAULT_QUEUES; i++)
		all->tx[i].due_ns = NIC_NEVER;
}

void nic_faults_reset(struct nic *nic, bool power_on)
{
	struct nic_faults *all = &nic->faults;

	nic_fault_forget(nic);
	all->halted = false;
	all->ecc_ns = NIC_NEVER;
	if (nic_fault_on(nic, FAULT_ECC))
		all->ecc_ns = nic->host.now_ns(nic->host.opaque) + ECC_NS;
	all->reset_stuck = !power_on && nic_fault_strikes(nic, FAULT_RESET_STUCK);
	memset(all->rx_ignored, 0, sizeof(all->rx_ignored));
	memset(all->tx_ignored, 0, sizeof(all->tx_ignored));
	update(nic);
}

bool nic_is_gone(const struct nic *nic)
{
	return nic_fault_on(nic, FAULT_SURPRISE_REMOVAL);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t nic_faults_due(const struct nic *nic)
{
	const struct nic_faults *all = &nic->faults;

	return earlier(earlier(all->flap_ns, all->pause_ns), earlier(all->ecc_ns, all->delayed_ns));
}

static void flap(struct nic *nic, uint64_t now)
{
	struct nic_faults *all = &nic->faults;

	/* Its last time is over when the link has come back. */
	if (!all->flapped && !nic_fault_strikes(nic, FAULT_LINK_FLAP)) {
		all->flap_ns = NIC_NEVER;
		return;
	}
	all->flapped = !all->flapped;
	all->flap_ns = now + all->settings[FAULT_LINK_FLAP].number * MS;
	nic_link_restart(nic);
}

static void send_pause(struct nic *nic, uint64_t now)
{
	/* IEEE 802.3 annex 31B, to the address of its own. */
	static const uint8_t frame[NIC_FRAME_MIN] = {
		0x01, 0x80, 0xC2, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
		0x00, 0x00, 0x01, 0x88, 0x08, 0x00, 0x01, 0xFF, 0xFF,
	};

	nic->faults.pause_ns = now + PAUSE_NS;
	nic_fault_strikes(nic, FAULT_PAUSE_STORM);
	nic_receive(nic, frame, sizeof(frame), 0);
}

void nic_faults_advance(struct nic *nic, uint64_t now)
{
	struct nic_faults *all = &nic->faults;

	if (now >= all->delayed_ns)
		nic_fault_write_back(nic, now);
	if (now >= all->ecc_ns)
		raise_ecc(nic);
	if (now >= all->flap_ns)
		flap(nic, now);
	if (now >= all->pause_ns)
		send_pause(nic, now);
}

unsigned int nic_fault_wire_errors(struct nic *nic)
{
	if (!nic_fault_strikes(nic, FAULT_RX_ERROR))
		return 0;
	return nic->faults.settings[FAULT_RX_ERROR].choice ? NIC_WIRE_SYMBOL_ERROR
							   : NIC_WIRE_CRC_ERROR;
}

bool nic_fault_dma(struct nic *nic, bool write)
{
	unsigned int choice = nic->faults.settings[FAULT_DMA_FAULT].choice;

	return (!choice || choice == (write ? 2 : 1)) && nic_fault_strikes(nic, FAULT_DMA_FAULT);
}

bool nic_fault_loses_interrupt(struct nic *nic)
{
	return nic_is_gone(nic) || nic_fault_strikes(nic, FAULT_INTERRUPT_LOST);
}
