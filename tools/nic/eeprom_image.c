// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the EEPROM holds (datasheet 6): the words that hardware loads at a
 * reset, and those that only drivers read: the board's number, the version of
 * a firmware that the model has not, which SFP+ modules there are settings for.
 * eeprom.c gives access to them.
 */
#include <string.h>

#include "core.h"

/* Words of the map, 6.2. */
#define WORD_SECTIONS	  0x03 /* 0x03 to 0x0E: pointers to sections */
#define WORD_SECTIONS_END 0x0F
#define WORD_CORE_0	  0x09 /* one of each port: its address */
#define WORD_FIRMWARE	  0x0F
#define WORD_PBA	  0x15 /* and the next: number of the board */
#define WORD_PHY_INIT	  0x2B
#define WORD_DEVICE_CAPS  0x2C
#define WORD_TRACKING_ID  0x2D /* and the next: version of the image */

#define EMPTY	 0xFFFF
#define CHECKSUM 0xBABA /* 6.4: the sum of words 0 to 0x3F and of all sections */

/* Where this image has its sections. */
#define CORE_0	       0x40
#define CORE_WORDS     8
#define CORE_PINS      6 /* bits 0 to 3 and 8 to 11 as in ESDP */
#define FIRMWARE       0x60
#define FIRMWARE_PATCH 0x70
#define PBA_TEXT       0x80
#define PHY_INIT       0x90
#define PHY_SETTINGS   0xB0

#define CAPS_ANY_MODULE	  (1u << 0) /* no vendor of SFP+ modules is refused */
#define CAPS_NO_CROSSTALK (1u << 7) /* a link needs no look at the module's pin */

/* A section is its length, then its words. 6.3.5: the address, then LEDs and pins. */
static void fill_core(struct nic *nic, unsigned int port, uint16_t at)
{
	const uint8_t *mac = nic->config.mac;
	uint16_t *section = nic->eeprom + at;

	nic->eeprom[WORD_CORE_0 + port] = at;
	memset(section, 0, CORE_WORDS * sizeof(*section));
	section[0] = CORE_WORDS - 1;
	for (unsigned int i = 0; i < 3; i++)
		section[1 + i] = mac[2 * i] | mac[2 * i + 1] << 8;
	section[CORE_PINS] = ESDP_SDP3_IODIR; /* the module's TX_DISABLE */
}

/* Drivers take a board whose firmware has no version, or an old one, for a prototype. */
static void fill_firmware(uint16_t *words)
{
	words[WORD_FIRMWARE] = FIRMWARE;
	memset(words + FIRMWARE, 0, 0x20 * sizeof(*words));
	words[FIRMWARE + 4] = FIRMWARE_PATCH;
	words[FIRMWARE_PATCH + 7] = 6;
}

/*
 * The number as text: a guard word, a pointer, and there two letters a word. Ten letters it has
 * on every board, and drivers have no room for more.
 */
static void fill_board_number(uint16_t *words)
{
	static const char number[] = "ONEPTH-000";

	words[WORD_PBA] = 0xFAFA;
	words[WORD_PBA + 1] = PBA_TEXT;
	words[PBA_TEXT] = 1 + sizeof(number) / 2;
	for (size_t i = 0; i < sizeof(number) / 2; i++)
		words[PBA_TEXT + 1 + i] = (uint8_t)number[2 * i] << 8 | (uint8_t)number[2 * i + 1];
}

/*
 * For each kind of module (passive cables and optics, on port 0 and 1) a list
 * of settings for the analog part, which the model has not: it is empty.
 */
static void fill_module_settings(uint16_t *words)
{
	unsigned int at = PHY_INIT;

	words[WORD_PHY_INIT] = PHY_INIT;
	words[at++] = 8;
	for (unsigned int kind = 3; kind <= 6; kind++) {
		words[at++] = kind;
		words[at++] = PHY_SETTINGS;
	}
	words[at] = EMPTY;
	words[PHY_SETTINGS] = 0;
	words[PHY_SETTINGS + 1] = EMPTY;
}

static uint16_t sum_of(const uint16_t *words, unsigned int first, unsigned int count)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < count; i++)
		sum += words[first + i];
	return sum;
}

static uint16_t checksum(const uint16_t *words)
{
	uint16_t sum = sum_of(words, 0, NIC_EEPROM_CHECKSUM);

	for (unsigned int i = WORD_SECTIONS; i < WORD_SECTIONS_END; i++) {
		if (words[i] != EMPTY)
			sum += sum_of(words, words[i] + 1, words[words[i]]);
	}
	return CHECKSUM - sum;
}

void nic_eeprom_fill(struct nic *nic)
{
	uint16_t *words = nic->eeprom;

	memset(words, 0xFF, sizeof(nic->eeprom));
	memset(words, 0, NIC_EEPROM_CHECKSUM * sizeof(*words));
	for (unsigned int i = WORD_SECTIONS; i < WORD_SECTIONS_END; i++)
		words[i] = EMPTY;
	fill_core(nic, 0, CORE_0);
	fill_core(nic, 1, CORE_0 + CORE_WORDS);
	fill_firmware(words);
	fill_board_number(words);
	fill_module_settings(words);
	words[WORD_DEVICE_CAPS] = CAPS_ANY_MODULE | CAPS_NO_CROSSTALK;
	words[WORD_TRACKING_ID] = 0x0001;
	words[WORD_TRACKING_ID + 1] = 0x8000;
	words[NIC_EEPROM_CHECKSUM] = checksum(words);
}

static const uint16_t *core(const struct nic *nic)
{
	return nic->eeprom + nic->eeprom[WORD_CORE_0 + nic->config.lan_id];
}

/* The words of the port's own address. */
const uint16_t *nic_eeprom_address(const struct nic *nic)
{
	return core(nic) + 1;
}

/* Which of the pins SDP0 to SDP3 are outputs at first, and which are high. */
uint32_t nic_eeprom_sdp(const struct nic *nic)
{
	return core(nic)[CORE_PINS] & 0x0F0F;
}
