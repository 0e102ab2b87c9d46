// SPDX-License-Identifier: BSD-3-Clause
/*
 * The link: up so long after auto-negotiation was (re)started as the port's
 * configuration says, if there is a carrier. AUTOC chooses the speed by its
 * link mode.
 */
#include "core.h"

static void set_up(struct nic *nic, bool up)
{
	if (up == nic->link_up)
		return;
	nic->link_up = up;
	nic_interrupt_cause(nic, EICR_LSC);
}

/* By a fault. No light passes, either way. */
bool nic_cable_pulled(const struct nic *nic)
{
	return nic_fault_on(nic, FAULT_LINK_DOWN) || nic->faults.flapped;
}

void nic_link_restart(struct nic *nic)
{
	set_up(nic, false);
	nic->link_ns = NIC_NEVER;
	if (nic->carrier && !nic_cable_pulled(nic))
		nic->link_ns =
			nic->host.now_ns(nic->host.opaque) + nic->config.link_delay_us * 1000ull;
	nic_schedule(nic);
	nic_advance(nic);
}

void nic_link_advance(struct nic *nic, uint64_t now)
{
	if (nic->link_ns == NIC_NEVER || now < nic->link_ns)
		return;
	nic->link_ns = NIC_NEVER;
	set_up(nic, true);
	nic_tx_run_all(nic);
}

void nic_set_carrier(struct nic *nic, bool present)
{
	present = present && nic->config.module != NIC_MODULE_NONE;
	if (present == nic->carrier)
		return;
	nic->carrier = present;
	nic_link_restart(nic);
}

void nic_autoc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	bool was_up = nic->link_up || (old & AUTOC_FLU);

	if (nic->autoload_pending)
		nic_break(nic, RULE_EEPROM_AUTOLOAD, AUTOC, value);
	if (value & AUTOC_RESTART_AN)
		nic_link_restart(nic);
	if (((old ^ value) & AUTOC_FLU) && nic_link_up(nic) != was_up) {
		nic_interrupt_cause(nic, EICR_LSC);
		nic_tx_run_all(nic);
	}
}

/*
 * Auto-negotiation of the backplane modes (4, 6, 7) has begun; the model goes no further. Drivers
 * pass through such a mode to reset the transmit and receive pipelines.
 */
uint32_t nic_anlp1_read(struct nic *nic, unsigned int index, uint32_t value)
{
	unsigned int mode = nic_reg(nic, AUTOC) >> AUTOC_LMS_SHIFT & 7;

	return mode == 4 || mode >= 6 ? value | 1u << ANLP1_ANAS_SHIFT : value;
}

/* By link mode: 0, 2 and 5 are 1 Gb/s. */
bool nic_link_is_1g(const struct nic *nic)
{
	static const bool is_1g[8] = { [0] = true, [2] = true, [5] = true };

	return is_1g[nic_reg(nic, AUTOC) >> AUTOC_LMS_SHIFT & 7];
}

uint32_t nic_links_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (nic_link_up(nic))
		value |= LINKS_UP | (nic_link_is_1g(nic) ? LINKS_SPEED_1G : LINKS_SPEED_10G);
	return value;
}

/* AUTOC.FLU forces it up. */
bool nic_link_up(const struct nic *nic)
{
	return nic->link_up || (nic_reg(nic, AUTOC) & AUTOC_FLU);
}
