// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interrupt causes and masks: setting and clearing bits. Nothing raises an
 * interrupt yet but the driver itself, by EICS.
 */
#include "core.h"

void nic_interrupt_rx(struct nic *nic, unsigned int queue)
{
}

void nic_interrupt_tx(struct nic *nic, unsigned int queue)
{
}

void nic_interrupt_cause(struct nic *nic, uint32_t causes)
{
}

void nic_eics_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, EICR, nic_reg(nic, EICR) | value);
}

void nic_eims_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, EIMS, old | value);
}

void nic_eimc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, EIMS, nic_reg(nic, EIMS) & ~value);
	nic_reg_set(nic, EIMC, 0);
}

/* Reading a mask-clear register gives the mask. */
uint32_t nic_eimc_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic_reg(nic, EIMS);
}

static uint32_t extended(uint32_t base, unsigned int index)
{
	return base + (index - 1) * 4;
}

void nic_eims_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, extended(EIMS_EX, index), old | value);
}

void nic_eimc_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint32_t mask = extended(EIMS_EX, index);

	nic_reg_set(nic, mask, nic_reg(nic, mask) & ~value);
	nic_reg_set(nic, extended(EIMC_EX, index), 0);
}

uint32_t nic_eimc_ex_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic_reg(nic, extended(EIMS_EX, index));
}
