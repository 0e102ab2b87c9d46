// SPDX-License-Identifier: BSD-3-Clause
/*
 * Access to the EEPROM: word by word (EERD), what a reset loads from it (the
 * MAC address), and the semaphores that guard it against firmware (SWSM,
 * SW_FW_SYNC; the model has no firmware). eeprom_image.c says what is in it, eeprom_pins.c
 * is the slow way to it.
 */
#include "core.h"

/* 8.2.3.7.9: the EEPROM's address goes to the first receive address. */
void nic_eeprom_autoload(struct nic *nic)
{
	const uint16_t *mac = nic_eeprom_address(nic);

	nic_reg_set(nic, RAL, mac[0] | (uint32_t)mac[1] << 16);
	nic_reg_set(nic, RAH, mac[2] | RAH_AV);
}

/* 8.2.3.1.4: the pins are as the EEPROM says until software says otherwise; no CTRL.RST matters. */
void nic_eeprom_power_on(struct nic *nic)
{
	nic_reg_set(nic, ESDP, nic_eeprom_sdp(nic));
	nic_eeprom_autoload(nic);
}

void nic_eerd_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint32_t word = value >> EERD_ADDR_SHIFT & EERD_ADDR_MASK;
	uint32_t data = word < NIC_EEPROM_WORDS ? nic->eeprom[word] : 0xFFFF;

	if (value & EERD_START)
		nic_reg_set(nic, EERD,
			    data << EERD_DATA_SHIFT | word << EERD_ADDR_SHIFT | EERD_DONE);
}

/* SMBI is taken by the read that finds it clear. */
uint32_t nic_swsm_read(struct nic *nic, unsigned int index, uint32_t value)
{
	nic_reg_set(nic, SWSM, value | SWSM_SMBI);
	return value;
}

void nic_sw_fw_sync_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (!(nic_reg(nic, SWSM) & SWSM_SWESMBI))
		nic_break(nic, RULE_SW_FW_SYNC, SW_FW_SYNC, value);
}
