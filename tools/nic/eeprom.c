// SPDX-License-Identifier: BSD-3-Clause
/*
 * The EEPROM: what it holds, reading it word by word (EERD), what a reset
 * loads from it (the MAC address), and the semaphores that guard it against
 * firmware (SWSM, SW_FW_SYNC; the model has no firmware).
 */
#include <string.h>

#include "core.h"

#define WORDS	      (sizeof(((struct nic *)0)->eeprom) / 2)
#define WORD_LAN_CORE 0x0B /* pointer to the port's MAC address */
#define WORD_CHECKSUM 0x3F
#define LAN_CORE      0x40
#define CHECKSUM      0xBABA /* 6.4: the sum of words 0..0x3F and of all sections */

static bool is_section_pointer(unsigned int word)
{
	return word >= 0x03 && word <= 0x0E;
}

void nic_eeprom_fill(struct nic *nic)
{
	uint16_t *words = nic->eeprom;
	const uint8_t *mac = nic->config.mac;
	uint16_t sum = 0;

	for (size_t i = 0; i < WORDS; i++)
		words[i] = is_section_pointer(i) || i >= WORD_CHECKSUM ? 0xFFFF : 0;
	words[WORD_LAN_CORE] = LAN_CORE;
	words[LAN_CORE] = 3;
	for (unsigned int i = 0; i < 3; i++)
		words[LAN_CORE + 1 + i] = mac[2 * i] | mac[2 * i + 1] << 8;
	for (unsigned int i = 0; i < WORD_CHECKSUM; i++)
		sum += words[i];
	for (unsigned int i = 1; i <= words[LAN_CORE]; i++)
		sum += words[LAN_CORE + i];
	words[WORD_CHECKSUM] = CHECKSUM - sum;
}

/* 8.2.3.7.9: the EEPROM's address goes to the first receive address. */
void nic_eeprom_autoload(struct nic *nic)
{
	const uint16_t *mac = &nic->eeprom[LAN_CORE + 1];

	nic_reg_set(nic, RAL, mac[0] | (uint32_t)mac[1] << 16);
	nic_reg_set(nic, RAH, mac[2] | RAH_AV);
}

uint32_t nic_eec_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic->autoload_pending ? value : value | EEC_AUTO_RD;
}

void nic_eerd_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint32_t word = value >> EERD_ADDR_SHIFT & EERD_ADDR_MASK;
	uint32_t data = word < WORDS ? nic->eeprom[word] : 0xFFFF;

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
