/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the faults that a port can be made to suffer: their state, and the
 * hooks that other files call. faults.c has the table, faults_registers.c what
 * shows in registers, faults_delay.c what is held back. nic.h has what others
 * call.
 *
 * A hook is called, or costs more than a branch, while a fault is on only.
 */
#ifndef NIC_FAULTS_H
#define NIC_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic.h"

enum nic_fault_id {
	FAULT_LINK_DOWN,
	FAULT_LINK_FLAP,
	FAULT_PAUSE_STORM,
	FAULT_RX_ERROR,

	FAULT_RX_QUEUE_STUCK,
	FAULT_TX_QUEUE_STUCK,
	FAULT_MASTER_DISABLE_STUCK,
	FAULT_RESET_STUCK,
	FAULT_DMA_INIT_STUCK,
	FAULT_RXEN_STALL,
	FAULT_SEMAPHORE_STUCK,
	FAULT_EEPROM_BAD_CHECKSUM,

	FAULT_TX_HEAD_LOST,
	FAULT_TX_HEAD_DELAYED,
	FAULT_WRITEBACK_REORDER,
	FAULT_DMA_FAULT,
	FAULT_INTERRUPT_LOST,

	FAULT_ECC,
	FAULT_PCI_EXCEPTION,
	FAULT_SURPRISE_REMOVAL,

	NIC_FAULTS
};

#define NIC_FAULT_QUEUES 128u

/* A transmit queue's write-back that is held back: what follows joins it. */
struct nic_fault_write_back {
	uint64_t due_ns; /* NIC_NEVER: none */
	uint32_t first;
	uint32_t count;
	bool all; /* descriptors, not only those with RS */
};

struct nic_fault_frame;

struct nic_faults {
	uint32_t on; /* a bit for each */
	struct nic_fault_setting settings[NIC_FAULTS];
	uint64_t hits[NIC_FAULTS]; /* times that it did something */
	uint64_t seen[NIC_FAULTS]; /* for every Nth: occasions since it was switched on */

	bool flapped; /* link-flap: down now */
	bool halted; /* ecc: until a reset */
	bool stopped; /* no DMA: halted, or gone */
	bool reset_stuck; /* reset-stuck: there was one */
	uint64_t rx_ignored[2], tx_ignored[2]; /* queues whose disabling was ignored */

	uint64_t flap_ns, pause_ns, ecc_ns; /* when they do something next, NIC_NEVER: not */
	uint64_t random;

	uint64_t delayed_ns; /* the earliest of what is held back, NIC_NEVER: nothing is */
	struct nic_fault_write_back tx[NIC_FAULT_QUEUES];
	struct nic_fault_frame *frames; /* of receive queues, in the order of arrival */
	struct nic_fault_frame **frames_end;
	unsigned int frame_count;
};

struct nic_rx_info;

/* faults.c: the fault's occasion came; true: and it does something. */
bool nic_fault_strikes(struct nic *nic, enum nic_fault_id id);
void nic_faults_init(struct nic *nic);
void nic_faults_reset(struct nic *nic, bool power_on);
uint64_t nic_faults_due(const struct nic *nic);
void nic_faults_advance(struct nic *nic, uint64_t now);
unsigned int nic_fault_wire_errors(struct nic *nic);
bool nic_fault_dma(struct nic *nic, bool write);
bool nic_fault_loses_interrupt(struct nic *nic);

/* faults_registers.c: before and after a register is written; what reading it gives. */
uint32_t nic_fault_write(struct nic *nic, uint32_t offset, uint32_t value);
uint32_t nic_fault_read(struct nic *nic, uint32_t offset, uint32_t stored, uint32_t value);
/* The queue was disabled, and goes on. */
bool nic_fault_ignored(const struct nic *nic, unsigned int queue, bool receive);
/* The disabling that was ignored comes to pass. */
void nic_fault_release_queues(struct nic *nic, bool receive);

/*
 * faults_delay.c: true if the write-back of @count descriptors of transmit queue @index, or of a
 * frame, is held back, or lost: then the caller leaves it alone.
 */
bool nic_fault_holds_tx(struct nic *nic, unsigned int index, uint32_t first, uint32_t count,
			bool all);
bool nic_fault_holds_rx(struct nic *nic, const uint8_t *frame, const struct nic_rx_info *info);
/* Writes back what is due at @now, NIC_NEVER: everything. */
void nic_fault_write_back(struct nic *nic, uint64_t now);
void nic_fault_forget(struct nic *nic);

#endif
