// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet CRC (IEEE 802.3, 3.2.9), as its four bytes stand in a frame on
 * a little-endian machine, needed only where software keeps or brings it; and
 * the CRC32c of SCTP (RFC 9260, appendix A).
 */
#include "core.h"

#define ETHERNET 0xEDB88320u /* reflected: the polynomial's bits are in reverse */
#define CRC32C	 0x82F63B78u

/* What a byte's eight bits do to a CRC; filled in when first used: [1] is never 0. */
static uint32_t ethernet[256], crc32c[256];

static void fill(uint32_t *table, uint32_t polynomial)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
		table[byte] = crc;
	}
}

static uint32_t add(uint32_t crc, const uint8_t *data, size_t len, uint32_t *table,
		    uint32_t polynomial)
{
	if (!table[1])
		fill(table, polynomial);
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
	return crc;
}

uint32_t nic_crc32(const uint8_t *data, size_t len)
{
	return ~add(UINT32_MAX, data, len, ethernet, ETHERNET);
}

uint32_t nic_crc32c_add(uint32_t crc, const uint8_t *data, size_t len)
{
	return add(crc, data, len, crc32c, CRC32C);
}
