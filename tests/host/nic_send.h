/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP packets for the tests of transmit offloads: made as a driver hands them
 * over, with the pseudo-header's sum where the checksum belongs, and judged as
 * a receiver would. The arithmetic is the slow one of the RFCs (1071, 4960),
 * and none of it comes from the model.
 */
#ifndef NIC_SEND_H
#define NIC_SEND_H

#include "nic_driver.h"

#define TCP	 6u
#define UDP	 17u
#define SCTP	 132u
#define SOFT_TAG 0x0123u
#define IP_ID	 0xFFFEu /* so that it wraps */
#define SEQUENCE 0xFFFFFC00u

/* A kind of packet. */
struct kind {
	unsigned int l4; /* TCP, UDP, SCTP */
	bool ipv6;
	bool soft_tag; /* software brings a VLAN tag */
	bool snap;
	bool ip_more; /* 8 bytes of IPv4 options or of an IPv6 extension header */
	unsigned int tcp_options; /* bytes */
	uint16_t tcp_flags; /* 12 bits */
};

static inline size_t mac_len(const struct kind *kind)
{
	return 14 + (kind->soft_tag ? 4 : 0) + (kind->snap ? 8 : 0);
}

static inline size_t ip_len(const struct kind *kind)
{
	return (kind->ipv6 ? 40 : 20) + (kind->ip_more ? 8 : 0);
}

static inline size_t l4_len(const struct kind *kind)
{
	return kind->l4 == TCP ? 20 + kind->tcp_options : kind->l4 == UDP ? 8 : 12;
}

static inline size_t headers_len(const struct kind *kind)
{
	return mac_len(kind) + ip_len(kind) + l4_len(kind);
}

static inline void set16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8 & 0xFF;
	at[1] = value & 0xFF;
}

static inline void set32(uint8_t *at, uint32_t value)
{
	set16(at, value >> 16);
	set16(at + 2, value);
}

static inline uint32_t get16(const uint8_t *at)
{
	return at[0] * 256u + at[1];
}

static inline uint32_t get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

/* RFC 1071, word by word with the carry brought round at once. */
static inline uint16_t ones_sum(uint16_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i += 2) {
		uint32_t next = sum + data[i] * 256u + (i + 1 < len ? data[i + 1] : 0);

		sum = next > 0xFFFF ? next - 0xFFFF : next;
	}
	return sum;
}

/* RFC 4960, appendix B, from the polynomial as it is written there: bit by bit, least first. */
static inline uint32_t crc32c(const uint8_t *data, size_t len)
{
	uint32_t remainder = 0xFFFFFFFF, reversed = 0;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		uint32_t in = data[bit / 8] >> bit % 8 & 1;

		remainder = remainder << 1 ^ ((remainder >> 31) == in ? 0 : 0x1EDC6F41);
	}
	for (unsigned int bit = 0; bit < 32; bit++)
		reversed |= (remainder >> bit & 1) << (31 - bit);
	return ~reversed;
}

/* @l4_bytes 0: as for a large send, whose length hardware adds. */
static inline uint16_t pseudo_sum(const struct kind *kind, const uint8_t *ip, uint32_t l4_bytes)
{
	uint8_t rest[8] = { 0 };

	set32(rest, l4_bytes);
	rest[7] = kind->l4;
	if (kind->ipv6)
		return ones_sum(ones_sum(0, ip + 8, 32), rest, 8);
	return ones_sum(ones_sum(0, ip + 12, 8), rest, 8);
}

static inline void put_mac(const struct kind *kind, uint8_t *frame, size_t len)
{
	uint8_t *at = frame + 12;

	memcpy(frame, "\x02\0\0\0\0\x42\x02\0\0\0\0\x01", 12);
	if (kind->soft_tag) {
		set16(at, 0x8100);
		set16(at + 2, SOFT_TAG);
		at += 4;
	}
	if (kind->snap) {
		set16(at, len - (at + 2 - frame));
		memcpy(at + 2, "\xaa\xaa\x03\0\0\0", 6);
		at += 8;
	}
	set16(at, kind->ipv6 ? 0x86DD : 0x0800);
}

static inline void put_ip(const struct kind *kind, uint8_t *ip, size_t len)
{
	memset(ip, 0, ip_len(kind));
	if (kind->ipv6) {
		ip[0] = 0x60;
		set16(ip + 4, len ? len - 40 : 0);
		ip[6] = kind->ip_more ? 0 : kind->l4;
		ip[7] = 64;
		for (unsigned int i = 0; i < 32; i++)
			ip[8 + i] = 0xF1 + 5 * i;
		if (kind->ip_more) {
			/* Hop-by-hop options: a PadN of 4 */
			ip[40] = kind->l4;
			memcpy(ip + 42, "\x01\x04", 2);
		}
		return;
	}
	ip[0] = 0x40 | ip_len(kind) / 4;
	set16(ip + 2, len);
	set16(ip + 4, IP_ID);
	ip[6] = 0x40;
	ip[8] = 64;
	ip[9] = kind->l4;
	memcpy(ip + 12, "\xc0\xa8\x00\x01\xc0\xa8\x00\xc7", 8);
	memset(ip + 20, 1, ip_len(kind) - 20);
}

static inline void put_l4(const struct kind *kind, uint8_t *l4, const uint8_t *ip, size_t len)
{
	memset(l4, 0, l4_len(kind));
	set16(l4, 0xC001);
	set16(l4 + 2, 5201);
	switch (kind->l4) {
	case TCP:
		set32(l4 + 4, SEQUENCE);
		set32(l4 + 8, 0x12345678);
		set16(l4 + 12, (20 + kind->tcp_options) / 4 << 12 | kind->tcp_flags);
		set16(l4 + 14, 0x7210);
		set16(l4 + 16, pseudo_sum(kind, ip, len));
		memset(l4 + 20, 1, kind->tcp_options);
		break;
	case UDP:
		set16(l4 + 4, len);
		set16(l4 + 6, pseudo_sum(kind, ip, len));
		break;
	}
}

/*
 * Headers of a packet with @payload bytes behind them; @large: of a large send, whose lengths
 * hardware fills in. Returns their length.
 */
static inline size_t put_headers(const struct kind *kind, uint8_t *frame, size_t payload,
				 bool large)
{
	size_t headers = headers_len(kind);
	uint8_t *ip = frame + mac_len(kind);
	size_t l4_bytes = l4_len(kind) + payload;

	put_mac(kind, frame, large ? 0 : headers + payload);
	put_ip(kind, ip, large ? 0 : ip_len(kind) + l4_bytes);
	put_l4(kind, ip + ip_len(kind), ip, large ? 0 : l4_bytes);
	return headers;
}

static inline uint8_t payload_byte(size_t at)
{
	return at * 167 + (at >> 8) * 13 + 5;
}

static inline void put_payload(uint8_t *to, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = payload_byte(from + i);
}

/* The context descriptor for @kind. */
static inline void put_context(struct machine *m, unsigned int i, const struct kind *kind,
			       unsigned int idx, uint16_t tag, uint32_t mss)
{
	put_advanced(m, i, D_MACLEN(mac_len(kind)) | D_IPLEN(ip_len(kind)) | D_VLAN(tag),
		     D_CONTEXT | D_IDX(idx) | D_MSS(mss) | D_L4LEN(l4_len(kind)) |
			     (kind->ipv6 ? 0 : D_TX_IPV4) | (kind->snap ? D_TX_SNAP : 0) |
			     D_L4T(kind->l4 == TCP    ? 1
				   : kind->l4 == SCTP ? 2
						      : 0));
}

static inline void assert_l4_right(const struct kind *kind, const uint8_t *ip, size_t len)
{
	const uint8_t *l4 = ip + ip_len(kind);
	uint8_t copy[NIC_FRAME_MAX];
	uint32_t crc;

	switch (kind->l4) {
	case UDP:
		assert_int_equal(get16(l4 + 4), len);
		assert_int_not_equal(get16(l4 + 6), 0);
		/* fall through */
	case TCP:
		assert_int_equal(ones_sum(pseudo_sum(kind, ip, len), l4, len), 0xFFFF);
		break;
	case SCTP:
		memcpy(copy, l4, len);
		memset(copy + 8, 0, 4);
		crc = crc32c(copy, len);
		for (unsigned int i = 0; i < 4; i++)
			assert_int_equal(l4[8 + i], crc >> 8 * i & 0xFF);
		break;
	}
}

/* A receiver's look at a frame of @payload bytes: lengths, checksums; padding is allowed. */
static inline void assert_packet_right(const struct kind *kind, const uint8_t *frame, size_t len,
				       size_t payload)
{
	const uint8_t *ip = frame + mac_len(kind);
	size_t ip_bytes = ip_len(kind) + l4_len(kind) + payload;
	size_t whole = mac_len(kind) + ip_bytes;

	assert_in_range(len, whole, whole < 60 ? 60 : whole);
	assert_int_equal(get16(ip - 2), kind->ipv6 ? 0x86DD : 0x0800);
	if (kind->snap)
		assert_int_equal(get16(ip - 10), ip_bytes + 8);
	if (kind->soft_tag)
		assert_int_equal(get32(frame + 12), 0x81000000 | SOFT_TAG);
	if (kind->ipv6) {
		assert_int_equal(get16(ip + 4), ip_bytes - 40);
	} else {
		assert_int_equal(get16(ip + 2), ip_bytes);
		assert_int_equal(ones_sum(0, ip, ip_len(kind)), 0xFFFF);
	}
	assert_l4_right(kind, ip, ip_bytes - ip_len(kind));
}

/* Frame @number of what was sent, without its tag if it should have @tag; *@len is its length. */
static inline const uint8_t *sent_untagged(struct machine *m, unsigned int number, uint16_t tag,
					   size_t *len)
{
	static uint8_t copy[NIC_FRAME_MAX];
	const uint8_t *frame = m->sent_frame[number % MAX_SENT];

	assert_true(number < m->sent);
	*len = m->sent_len[number % MAX_SENT];
	assert_in_range(*len, 60, NIC_FRAME_MAX);
	if (!tag)
		return frame;
	assert_int_equal(get32(frame + 12), 0x81000000 | tag);
	*len -= 4;
	memcpy(copy, frame, 12);
	memcpy(copy + 12, frame + 16, *len - 12);
	return copy;
}

/* A generator of bits for the tests: the same at every run. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
