/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whatever an input did to a port: after a function-level reset it is as it was
 * when it was made. What a reset may not touch is listed here.
 */
#ifndef FRESH_H
#define FRESH_H

#include "core.h"
#include "input.h"

static inline void same_registers(const struct nic *nic, const struct nic *made)
{
	for (uint32_t offset = 0; offset < NIC_REGISTER_SPACE; offset += 4) {
		if (nic_reg(nic, offset) != nic_reg(made, offset)) {
			fprintf(stderr, "register 0x%05x is 0x%08x, made as 0x%08x\n", offset,
				nic_reg(nic, offset), nic_reg(made, offset));
			abort();
		}
	}
}

/* @nic was just reset; @made is a port that nobody used, of the same configuration. */
static inline void must_be_fresh(struct nic *nic, const struct nic *made)
{
	/* The reset took the link down. */
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) & ~EICR_LSC);
	if (memcmp(nic->regs, made->regs, sizeof(nic->regs)))
		same_registers(nic, made);
	MUST(!memcmp(nic->rx, made->rx, sizeof(nic->rx)) && nic->rx_queues == made->rx_queues);
	MUST(!memcmp(nic->tx, made->tx, sizeof(nic->tx)));
	MUST(!memcmp(nic->tx_state, made->tx_state, sizeof(nic->tx_state)));
	MUST(!memcmp(&nic->interrupt, &made->interrupt, sizeof(nic->interrupt)));
	MUST(!memcmp(&nic->eeprom_pins, &made->eeprom_pins, sizeof(nic->eeprom_pins)));
	MUST(!nic->flows && !nic->held_first && !nic->held_bytes);
	MUST(!nic->pause.first && !nic->pause.bytes && !nic->pause.stopped && !nic->pause.told_off);
	MUST(nic->pause.refresh_ns == NIC_NEVER && nic->tx_event_ns == NIC_NEVER);
	MUST(!nic->in_reset && !nic->resetting && !nic->autoload_pending && !nic->dma_init_pending);
	MUST(!nic->master_disable_seen && !nic->secrx_ready_seen && !nic->tables_written);
	MUST(!nic->bus_master && !nic->sending && !nic->faults.halted);
	MUST(!nic->faults.frames && nic->faults.delayed_ns == NIC_NEVER);
	/* The wires to the module are the port's. */
	MUST(nic->sfp.clock == made->sfp.clock && nic->sfp.data == made->sfp.data);
}

#endif
