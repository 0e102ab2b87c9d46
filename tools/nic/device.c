// SPDX-License-Identifier: BSD-3-Clause
/*
 * The port as a whole: made, reset, and moved on in time. A reset happens at
 * the write to CTRL; what follows it (CTRL.RST clears, the EEPROM is loaded,
 * DMA is initialised) becomes true as time passes, whenever somebody looks.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* MISSING: the datasheet gives none of these; a driver that polls is right with any of them. */
#define RESET_CLEAR_NS 2000ull /* CTRL.RST reads 0 */
#define AUTOLOAD_NS    12000000ull /* EEC.AUTO_RD reads 1 */
#define DMA_INIT_NS    13000000ull /* RDRXCTL.DMAIDONE reads 1 */

static void reset(struct nic *nic, bool power_on)
{
	nic->counters.resets++;
	nic_rx_drop_held(nic);
	nic_faults_reset(nic, power_on);
	nic_flows_reset(nic);
	nic_registers_reset(nic, power_on);
	nic_interrupt_reset(nic);
	nic_pause_reset(nic);
	memset(nic->rx, 0, sizeof(nic->rx));
	nic->rx_queues = 0;
	memset(nic->tx, 0, sizeof(nic->tx));
	nic->tx_event_ns = NIC_NEVER;
	for (unsigned int i = 0; i < NIC_QUEUES; i++)
		nic_tx_state_clear(nic, i);
	memset(&nic->eeprom_pins, 0, sizeof(nic->eeprom_pins));
	/* The port lets go of the module's wires, if their register was reset; the module was not. */
	nic_i2cctl_write(nic, 0, 0, nic_reg(nic, I2CCTL));
	nic->master_disable_seen = false;
	nic->secrx_ready_seen = false;
	nic->tables_written = 0;
}

static void reset_started(struct nic *nic)
{
	nic->reset_ns = nic->host.now_ns(nic->host.opaque);
	nic->in_reset = true;
	nic->resetting = true;
	nic->autoload_pending = true;
	nic->dma_init_pending = true;
	nic_schedule(nic);
}

static void earliest(uint64_t *next, bool pending, uint64_t when)
{
	if (pending && when < *next)
		*next = when;
}

void nic_schedule(struct nic *nic)
{
	uint64_t next = nic->link_ns;

	earliest(&next, true, nic->tx_event_ns);
	earliest(&next, true, nic_pause_due(nic));
	earliest(&next, true, nic_faults_due(nic));
	earliest(&next, nic->resetting, nic->reset_ns + RESET_CLEAR_NS);
	earliest(&next, nic->in_reset, nic->reset_ns + NIC_RESET_WAIT_NS);
	earliest(&next, nic->autoload_pending, nic->reset_ns + AUTOLOAD_NS);
	earliest(&next, nic->dma_init_pending, nic->reset_ns + DMA_INIT_NS);
	earliest(&next, nic->interrupt.pending, nic_interrupt_due(nic));
	nic->next_event_ns = next;
}

void nic_advance(struct nic *nic)
{
	uint64_t now, since;

	if (nic->next_event_ns == NIC_NEVER || nic->sending || nic->advancing)
		return;
	now = nic->host.now_ns(nic->host.opaque);
	if (now < nic->next_event_ns)
		return;
	nic->advancing = true;
	since = now - nic->reset_ns;
	if (nic->resetting && since >= RESET_CLEAR_NS) {
		nic->resetting = false;
		nic_reg_set(nic, CTRL, nic_reg(nic, CTRL) & ~(CTRL_RST | CTRL_LRST));
	}
	if (since >= NIC_RESET_WAIT_NS)
		nic->in_reset = false;
	if (nic->autoload_pending && since >= AUTOLOAD_NS) {
		nic->autoload_pending = false;
		nic_eeprom_autoload(nic);
	}
	if (since >= DMA_INIT_NS)
		nic->dma_init_pending = false;
	nic_link_advance(nic, now);
	/* Faults go first: a PAUSE frame that is late here was in time on the wire. */
	nic_faults_advance(nic, now);
	nic_pause_advance(nic, now);
	nic_tx_advance(nic, now);
	nic_interrupt_advance(nic, now);
	nic->advancing = false;
	nic_schedule(nic);
}

uint64_t nic_poll(struct nic *nic)
{
	nic_tx_poll(nic);
	nic_advance(nic);
	return nic->next_event_ns;
}

uint64_t nic_due(const struct nic *nic)
{
	return nic->next_event_ns;
}

/* What a driver must have done before CTRL.RST. */
static void check_before_reset(struct nic *nic, uint32_t value)
{
	if (nic->resetting || nic->in_reset) {
		if (nic->host.now_ns(nic->host.opaque) - nic->reset_ns <= 1000)
			nic_break(nic, RULE_RESET_TWICE, CTRL, value);
		return;
	}
	if (!nic->master_disable_seen && !nic->second_reset_due)
		nic_break(nic, RULE_RESET_MASTER_DISABLE, CTRL, value);
	for (unsigned int i = 0; i < NIC_QUEUES; i++) {
		if (nic->rx[i].enabled && !nic_fault_ignored(nic, i, true)) {
			nic_break(nic, RULE_RESET_QUEUE_ENABLED, nic_rx_offset(i, RXDCTL), value);
			break;
		}
	}
	if (nic_reg(nic, EIMS) || nic_reg(nic, EIMS_EX) || nic_reg(nic, EIMS_EX + 4))
		nic_break(nic, RULE_RESET_INTERRUPTS, EIMS, value);
}

void nic_ctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	bool stopped = !nic_fault_on(nic, FAULT_MASTER_DISABLE_STUCK);

	if (!(value & (CTRL_RST | CTRL_LRST))) {
		if (old & ~value & CTRL_MASTER_DISABLE) {
			nic->master_disable_seen = false;
			nic_tx_run_all(nic);
			nic_rx_run_held(nic);
		}
		return;
	}
	check_before_reset(nic, value);
	reset(nic, false);
	/* 5.2.5.3.2: a port that did not stop is reset twice. */
	nic->second_reset_due = !stopped && (old & CTRL_MASTER_DISABLE);
	reset_started(nic);
	nic_reg_set(nic, CTRL, value & (CTRL_RST | CTRL_LRST));
	if (value & CTRL_LRST)
		nic_link_restart(nic);
}

uint32_t nic_status_read(struct nic *nic, unsigned int index, uint32_t value)
{
	value |= nic->config.lan_id << STATUS_LAN_ID_SHIFT;
	if (nic_link_up(nic))
		value |= STATUS_LINK_UP;
	if (nic_reg(nic, CTRL) & CTRL_MASTER_DISABLE)
		nic->master_disable_seen = true;
	else
		value |= STATUS_MASTER_ENABLE;
	return value;
}

struct nic *nic_create(const struct nic_config *config, const struct nic_host *host)
{
	struct nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		return NULL;
	snprintf(nic->name, sizeof(nic->name), "%s", config->name);
	nic->config = *config;
	nic->config.name = nic->name;
	nic->host = *host;
	nic->held_last = &nic->held_first;
	nic->link_ns = NIC_NEVER;
	nic->next_event_ns = NIC_NEVER;
	nic->carrier = config->module != NIC_MODULE_NONE;
	nic_faults_init(nic);
	nic_registers_index(nic);
	nic_eeprom_fill(nic);
	nic_sfp_fill(nic);
	nic_tx_poll(nic);
	reset(nic, true);
	nic_eeprom_power_on(nic);
	nic_link_restart(nic);
	nic->counters.resets = 0;
	return nic;
}

void nic_destroy(struct nic *nic)
{
	if (!nic)
		return;
	nic_rx_drop_held(nic);
	nic_fault_forget(nic);
	nic_flows_reset(nic);
	nic_pause_reset(nic);
	free(nic);
}

void nic_set_bus_master(struct nic *nic, bool on)
{
	nic->bus_master = on;
}

void nic_reset_function(struct nic *nic)
{
	nic->bus_master = false;
	reset(nic, true);
	/* The function is quiet for 100 ms by the rules of PCI; the front end sees to them. */
	nic->resetting = false;
	nic->in_reset = false;
	nic->autoload_pending = false;
	nic->dma_init_pending = false;
	nic_eeprom_power_on(nic);
	nic_link_restart(nic);
}

const struct nic_counters *nic_counters(const struct nic *nic)
{
	return &nic->counters;
}
