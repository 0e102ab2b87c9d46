/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers in a frame: at any address, in network byte order, or as they lie there ("raw":
 * enough to compare, to copy and to sum up).
 */
#ifndef ONEPATH_NF_BYTES_H
#define ONEPATH_NF_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define NF_INLINE      static inline __attribute__((always_inline))
#define nf_likely(x)   __builtin_expect(!!(x), 1)
#define nf_unlikely(x) __builtin_expect(!!(x), 0)

NF_INLINE uint16_t raw16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

NF_INLINE uint32_t raw32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

NF_INLINE uint64_t raw64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

NF_INLINE void put_raw16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

NF_INLINE void put_raw32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

NF_INLINE void put_raw64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

NF_INLINE uint16_t get16(const uint8_t *at)
{
	return be16toh(raw16(at));
}

NF_INLINE uint32_t get32(const uint8_t *at)
{
	return be32toh(raw32(at));
}

NF_INLINE void put16(uint8_t *at, uint16_t value)
{
	put_raw16(at, htobe16(value));
}

NF_INLINE void put32(uint8_t *at, uint32_t value)
{
	put_raw32(at, htobe32(value));
}

#endif
