/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for the model's tests, put together layer by layer; finish() then
 * fills in lengths and checksums. Its arithmetic is its own: ones' complement
 * as a remainder by 65535, CRC32c with its bits in the order of the standard.
 */
#ifndef NIC_PACKETS_H
#define NIC_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct packet {
	uint8_t bytes[16000];
	size_t len;
	size_t l3; /* 0: none yet */
	size_t l4;
	uint8_t protocol;
};

static inline void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline uint32_t get16(const uint8_t *at)
{
	return at[0] * 256u + at[1];
}

/* To the port of nic_driver.h; @tag below 0: none. */
static inline void ethernet(struct packet *p, int tag, uint32_t type)
{
	static const uint8_t addresses[12] = { 2, 0, 0, 0, 0, 0x42, 2, 0, 0, 0, 0, 1 };

	memset(p, 0, sizeof(*p));
	memcpy(p->bytes, addresses, 12);
	p->len = 12;
	if (tag >= 0) {
		put16(p->bytes + 12, 0x8100);
		put16(p->bytes + 14, tag);
		p->len = 16;
	}
	put16(p->bytes + p->len, type);
	p->len += 2;
}

/* @options: bytes of no-operation. */
static inline void ipv4(struct packet *p, uint8_t protocol, size_t options)
{
	static const uint8_t addresses[8] = { 192, 168, 1, 2, 10, 20, 30, 40 };
	uint8_t *ip = p->bytes + p->len;

	p->l3 = p->len;
	ip[0] = 0x45 + options / 4;
	put16(ip + 4, 0x1234);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, addresses, 8);
	memset(ip + 20, 1, options);
	p->len += 20 + options;
	p->l4 = p->len;
	p->protocol = protocol;
}

static inline void ipv6(struct packet *p, uint8_t next)
{
	uint8_t *ip = p->bytes + p->len;

	p->l3 = p->len;
	ip[0] = 0x60;
	ip[6] = next;
	ip[7] = 64;
	for (unsigned int i = 0; i < 32; i++)
		ip[8 + i] = (uint8_t)(0x20 + 3 * i);
	p->len += 40;
	p->l4 = p->len;
	p->protocol = next;
}

/* An IPv6 extension header of @size bytes, after which comes @next. */
static inline uint8_t *extension(struct packet *p, uint8_t next, size_t size)
{
	uint8_t *at = p->bytes + p->len;

	memset(at, 0, size);
	at[0] = next;
	at[1] = size / 8 - 1;
	if (size > 8)
		at[2] = 1, at[3] = size - 4; /* PadN: type, length */
	p->len += size;
	p->l4 = p->len;
	p->protocol = next;
	return at;
}

static inline void l4(struct packet *p, size_t payload)
{
	uint8_t *at = p->bytes + p->len;
	size_t header = p->protocol == 6 ? 20 : p->protocol == 17 ? 8 : p->protocol == 132 ? 12 : 0;

	put16(at, 2794);
	put16(at + 2, 1766);
	if (p->protocol == 6)
		at[12] = 0x50, at[13] = 0x10;
	for (size_t i = 0; i < payload; i++)
		at[header + i] = (uint8_t)(i * 13 + payload);
	p->len += header + payload;
}

/* The ones' complement sum: numbers modulo 65535, with 0 only for a sum of zeros. */
static inline uint32_t ones_sum(const uint8_t *data, size_t len, uint64_t start)
{
	uint64_t sum = start;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : data[i] * 256u;
	return sum ? (uint32_t)((sum - 1) % 65535 + 1) : 0;
}

static inline uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX, reversed = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			uint32_t top = crc >> 31 ^ (data[i] >> bit & 1);

			crc = crc << 1 ^ (top ? 0x1EDC6F41u : 0);
		}
	}
	for (unsigned int bit = 0; bit < 32; bit++)
		reversed |= (crc >> bit & 1) << (31 - bit);
	return ~reversed;
}

static inline uint64_t pseudo_header(const struct packet *p)
{
	bool v4 = p->bytes[p->l3] >> 4 == 4;

	return (uint64_t)p->protocol + (p->len - p->l4) +
	       ones_sum(p->bytes + p->l3 + (v4 ? 12 : 8), v4 ? 8 : 32, 0);
}

static inline void finish_l4(struct packet *p)
{
	uint8_t *at = p->bytes + p->l4;
	size_t len = p->len - p->l4;
	uint32_t crc;

	if (p->protocol == 6)
		put16(at + 16, 0xFFFF - ones_sum(at, len, pseudo_header(p)));
	if (p->protocol == 17) {
		put16(at + 4, len);
		put16(at + 6, 0xFFFF - ones_sum(at, len, pseudo_header(p)));
	}
	if (p->protocol == 132) {
		crc = crc32c(at, len);
		for (unsigned int i = 0; i < 4; i++)
			at[8 + i] = crc >> 8 * i;
	}
}

static inline void finish_ipv4(struct packet *p)
{
	uint8_t *ip = p->bytes + p->l3;

	put16(ip + 10, 0);
	put16(ip + 10, 0xFFFF - ones_sum(ip, (ip[0] & 15) * 4u, 0));
}

/* Lengths, checksums, and Ethernet's padding. */
static inline void finish(struct packet *p)
{
	uint8_t *ip = p->bytes + p->l3;

	if (p->l3 && ip[0] >> 4 == 4) {
		put16(ip + 2, p->len - p->l3);
		finish_ipv4(p);
	} else if (p->l3) {
		put16(ip + 4, p->len - p->l3 - 40);
	}
	finish_l4(p);
	while (p->len < 60)
		p->bytes[p->len++] = 0xA5;
}

#endif
