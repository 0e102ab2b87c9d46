// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Ethernet CRC (IEEE 802.3, 3.2.9), as its four bytes stand in a frame on
 * a little-endian machine, needed only where software keeps or brings it; and
 * the CRC32c of SCTP (RFC 9260, appendix A).
 */
#include "core.h"

/* Both are reflected: the polynomial's bits are in reverse. */
static uint32_t add(uint32_t crc, const uint8_t *data, size_t len, uint32_t polynomial)
{
	while (len--) {
		crc ^= *data++;
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
	}
	return crc;
}

uint32_t nic_crc32(const uint8_t *data, size_t len)
{
	return ~add(UINT32_MAX, data, len, 0xEDB88320u);
}

uint32_t nic_crc32c_add(uint32_t crc, const uint8_t *data, size_t len)
{
	return add(crc, data, len, 0x82F63B78u);
}
