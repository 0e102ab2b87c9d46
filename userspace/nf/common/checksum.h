/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071), and its update when a field changes (RFC 1624). Sums are
 * of raw words: swapping the bytes of all words swaps those of the sum (RFC 1071, 2 (B)), so
 * nothing is ever swapped.
 */
#ifndef ONEPATH_NF_CHECKSUM_H
#define ONEPATH_NF_CHECKSUM_H

#include <stddef.h>

#include "bytes.h"

/*
 * Adds @bytes bytes to a sum that is not yet folded. If their number is odd, nothing may be
 * added behind them. 2^32 words of 32 bits fit.
 */
static inline uint64_t checksum_add(uint64_t sum, const uint8_t *data, size_t bytes)
{
	uint8_t rest[4] = { 0 };

	for (; bytes >= 4; bytes -= 4, data += 4)
		sum += raw32(data);
	if (bytes) {
		memcpy(rest, data, bytes);
		sum += raw32(rest);
	}
	return sum;
}

/* A sum in 16 bits: 2^16, 2^32 and 2^48 are all 1 in ones' complement. */
NF_INLINE uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(sum + (sum >> 16));
}

/*
 * What a change of raw fields adds to the sum of what they are in: ~m + m' of RFC 1624, 3,
 * equation 3. The terms of several fields may be added up. Fields begin at even offsets.
 */
NF_INLINE uint64_t checksum_change16(uint16_t before, uint16_t after)
{
	return (uint64_t)(uint16_t)~before + after;
}

NF_INLINE uint64_t checksum_change32(uint32_t before, uint32_t after)
{
	return (uint64_t)(uint32_t)~before + after;
}

/* The raw checksum @checksum after @change: HC' = ~(~HC + ~m + m'), equation 3. */
NF_INLINE uint16_t checksum_changed(uint16_t checksum, uint64_t change)
{
	return (uint16_t)~checksum_fold((uint16_t)~checksum + change);
}

/* Updates the checksum that lies at @at. */
NF_INLINE void checksum_update(uint8_t *at, uint64_t change)
{
	put_raw16(at, checksum_changed(raw16(at), change));
}

/* The same for UDP: 0 says that there is none (RFC 768), so a sum of 0 is sent as all ones. */
NF_INLINE void checksum_update_udp(uint8_t *at, uint64_t change)
{
	uint16_t checksum = raw16(at);

	if (!checksum)
		return;
	checksum = checksum_changed(checksum, change);
	put_raw16(at, checksum ? checksum : 0xffff);
}

#endif
