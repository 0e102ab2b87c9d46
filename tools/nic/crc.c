// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet CRC (IEEE 802.3, 3.2.9), as its four bytes stand in a frame on
 * a little-endian machine. Needed only where software keeps or brings it.
 */
#include "core.h"

uint32_t nic_crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	while (len--) {
		crc ^= *data++;
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return ~crc;
}
