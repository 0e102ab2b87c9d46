// SPDX-License-Identifier: BSD-3-Clause
/*
 * The EEPROM's own four wires, moved and read by software through EEC instead of EERD: a
 * serial (SPI, mode 0) memory with 16 address bits that knows two commands, read and read
 * status. A driver falls back to them, and DPDK reads its first word so.
 *
 * MISSING: 8.2.3.2.1 leaves the protocol to the memory on the board. Writing is not there.
 */
#include "core.h"

#define SPI_READ   0x03u
#define SPI_STATUS 0x05u /* 0: ready */

#define COMMAND_BITS 8
#define ADDRESS_BITS 16

/* Bytes lie in the memory low half of a word first. */
static uint8_t byte_at(const struct nic *nic, uint16_t address)
{
	return nic->eeprom[address / 2 % NIC_EEPROM_WORDS] >> (address % 2 * 8);
}

/* The bit that comes out once @bits have gone in. */
static bool data_out(const struct nic *nic)
{
	const struct nic_eeprom_pins *pins = &nic->eeprom_pins;
	unsigned int bit = pins->bits - COMMAND_BITS - ADDRESS_BITS;

	if (pins->bits < COMMAND_BITS)
		return true;
	if (pins->command == SPI_STATUS)
		return false;
	if (pins->command != SPI_READ || pins->bits < COMMAND_BITS + ADDRESS_BITS)
		return true;
	return byte_at(nic, pins->address + bit / 8) >> (7 - bit % 8) & 1;
}

/* A bit goes in when the clock rises; the next comes out when it falls. */
static void clock_rose(struct nic_eeprom_pins *pins, bool data_in)
{
	if (pins->bits < COMMAND_BITS)
		pins->command = pins->command << 1 | data_in;
	else if (pins->bits < COMMAND_BITS + ADDRESS_BITS)
		pins->address = pins->address << 1 | data_in;
}

static void clock_fell(struct nic_eeprom_pins *pins)
{
	/* A read that never ends starts again at the address where it began. */
	if (++pins->bits == COMMAND_BITS + ADDRESS_BITS + NIC_EEPROM_WORDS * 16)
		pins->bits = COMMAND_BITS + ADDRESS_BITS;
}

void nic_eec_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	struct nic_eeprom_pins *pins = &nic->eeprom_pins;

	/* Not chosen (the pin is low for that), or not granted. */
	if (value & EEC_EE_CS || !(value & EEC_EE_REQ)) {
		*pins = (struct nic_eeprom_pins){ 0 };
		return;
	}
	if (value & EEC_EE_SK && !(old & EEC_EE_SK))
		clock_rose(pins, value & EEC_EE_DI);
	else if (!(value & EEC_EE_SK) && old & EEC_EE_SK)
		clock_fell(pins);
}

/* A request for the pins is granted at once. */
uint32_t nic_eec_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (!nic->autoload_pending)
		value |= EEC_AUTO_RD;
	if (value & EEC_EE_REQ)
		value |= EEC_EE_GNT;
	return data_out(nic) ? value | EEC_EE_DO : value & ~EEC_EE_DO;
}
