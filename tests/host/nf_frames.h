/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames for the tests of NFs, made from what a reader knows: "10.0.0.2", 1024, "192.0.2.1",
 * 80. Checksums are made by the definition, byte by byte, not by what is tested.
 */
#ifndef NF_FRAMES_H
#define NF_FRAMES_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_BYTES 2048

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

/* @l3, @l4: where the headers are */
struct frame {
	uint8_t bytes[FRAME_BYTES];
	uint16_t length, l3, l4;
};

static inline void frame_put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline unsigned int frame_get16(const uint8_t *at)
{
	return at[0] * 256u + at[1];
}

static inline bool frame_is_ipv6(const struct frame *frame)
{
	return frame->bytes[frame->l3] >> 4 == 6;
}

/* RFC 1071: adds pairs of bytes. */
static inline unsigned int frame_sum(unsigned int sum, const uint8_t *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		sum += i % 2 ? data[i] : data[i] * 256u;
		sum = sum % 65536 + sum / 65536;
	}
	return sum;
}

/* The sum over the transport's segment and, but for ICMP, the pseudo header. 0xffff is right. */
static inline unsigned int frame_transport_sum(const struct frame *frame, uint8_t protocol)
{
	const uint8_t *ip = frame->bytes + frame->l3, *l4 = frame->bytes + frame->l4;
	unsigned int bytes = frame->length - frame->l4, sum = 0;

	if (protocol != 1) {
		sum = bytes + protocol;
		sum = frame_is_ipv6(frame) ? frame_sum(sum, ip + 8, 32)
					   : frame_sum(sum, ip + 12, 8);
	}
	return frame_sum(sum, l4, bytes);
}

static inline unsigned int frame_checksum_offset(uint8_t protocol)
{
	return protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
}

static inline uint8_t frame_protocol(const struct frame *frame)
{
	return frame->bytes[frame->l3 + (frame_is_ipv6(frame) ? 6 : 9)];
}

/* Makes all checksums right, after something was changed. */
static inline void frame_finish(struct frame *frame)
{
	const uint8_t protocol = frame_protocol(frame);
	uint8_t *ip = frame->bytes + frame->l3;
	uint8_t *at = frame->bytes + frame->l4 + frame_checksum_offset(protocol);
	unsigned int sum;

	if (protocol == 1 || protocol == 6 || protocol == 17 || protocol == 58) {
		frame_put16(at, 0);
		sum = ~frame_transport_sum(frame, protocol) & 0xffff;
		frame_put16(at, protocol == 17 && !sum ? 0xffff : sum);
	}
	if (frame_is_ipv6(frame))
		return;
	frame_put16(ip + 10, 0);
	frame_put16(ip + 10, ~frame_sum(0, ip, (ip[0] & 15) * 4u) & 0xffff);
}

/* Are all checksums right? UDP over IPv4 may have none. */
static inline bool frame_is_right(const struct frame *frame)
{
	const uint8_t protocol = frame_protocol(frame), *ip = frame->bytes + frame->l3;
	const uint8_t *at = frame->bytes + frame->l4 + frame_checksum_offset(protocol);

	if (!frame_is_ipv6(frame) && frame_sum(0, ip, (ip[0] & 15) * 4u) != 0xffff)
		return false;
	if (protocol == 17 && !frame_get16(at))
		return !frame_is_ipv6(frame);
	return frame_transport_sum(frame, protocol) == 0xffff;
}

/* Ethernet and IP headers for @bytes bytes behind them. The addresses say which IP it is. */
static inline struct frame frame_ip(uint8_t protocol, const char *source, const char *destination,
				    uint16_t bytes)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct frame frame = { .l3 = 14 };
	const bool ipv6 = strchr(source, ':');
	const int family = ipv6 ? AF_INET6 : AF_INET;
	uint8_t *ip = frame.bytes + 14;

	memcpy(frame.bytes, macs, sizeof(macs));
	frame_put16(frame.bytes + 12, ipv6 ? 0x86dd : 0x0800);
	ip[0] = ipv6 ? 0x60 : 0x45;
	frame_put16(ip + (ipv6 ? 4 : 2), ipv6 ? bytes : bytes + 20u);
	ip[ipv6 ? 6 : 9] = protocol;
	ip[ipv6 ? 7 : 8] = 64;
	if (inet_pton(family, source, ip + (ipv6 ? 8 : 12)) != 1 ||
	    inet_pton(family, destination, ip + (ipv6 ? 24 : 16)) != 1)
		abort();
	frame.l4 = ipv6 ? 54 : 34;
	frame.length = frame.l4 + bytes;
	for (unsigned int i = frame.l4; i < frame.length; i++)
		frame.bytes[i] = (uint8_t)(i * 7);
	return frame;
}

static inline struct frame frame_udp(const char *source, uint16_t from, const char *destination,
				     uint16_t to)
{
	struct frame frame = frame_ip(17, source, destination, 20);
	uint8_t *l4 = frame.bytes + frame.l4;

	frame_put16(l4, from);
	frame_put16(l4 + 2, to);
	frame_put16(l4 + 4, 20);
	frame_finish(&frame);
	return frame;
}

static inline struct frame frame_tcp(const char *source, uint16_t from, const char *destination,
				     uint16_t to, uint8_t flags)
{
	struct frame frame = frame_ip(6, source, destination, 33);
	uint8_t *l4 = frame.bytes + frame.l4;

	frame_put16(l4, from);
	frame_put16(l4 + 2, to);
	l4[12] = 0x50;
	l4[13] = flags;
	frame_finish(&frame);
	return frame;
}

/* The version is as the addresses say; so are the types. */
static inline struct frame frame_icmp(const char *source, const char *destination, uint8_t type,
				      uint8_t code, uint16_t identifier)
{
	struct frame frame = frame_ip(strchr(source, ':') ? 58 : 1, source, destination, 24);
	uint8_t *l4 = frame.bytes + frame.l4;

	l4[0] = type;
	l4[1] = code;
	frame_put16(l4 + 4, identifier);
	frame_put16(l4 + 6, 1);
	frame_finish(&frame);
	return frame;
}

/* An ICMP error that quotes the first @bytes bytes of the packet in @quoted. */
static inline struct frame frame_error(const char *source, const char *destination, uint8_t type,
				       uint8_t code, const struct frame *quoted, uint16_t bytes)
{
	struct frame frame = frame_ip(strchr(source, ':') ? 58 : 1, source, destination, bytes + 8);
	uint8_t *l4 = frame.bytes + frame.l4;

	memset(l4, 0, 8);
	l4[0] = type;
	l4[1] = code;
	memcpy(l4 + 8, quoted->bytes + quoted->l3, bytes);
	frame_finish(&frame);
	return frame;
}

/* The packet in a VLAN: a tag before all others. */
static inline struct frame frame_tagged(struct frame frame, uint16_t type, uint16_t vlan)
{
	memmove(frame.bytes + 16, frame.bytes + 12, frame.length - 12u);
	frame_put16(frame.bytes + 12, type);
	frame_put16(frame.bytes + 14, vlan);
	frame.length += 4;
	frame.l3 += 4;
	frame.l4 += 4;
	return frame;
}

/* One fragment of an IPv4 packet: @bytes from @offset of what is behind the header, a multiple of 8. */
static inline struct frame frame_fragment(const struct frame *whole, unsigned int offset,
					  unsigned int bytes, bool more)
{
	struct frame frame = *whole;
	uint8_t *ip = frame.bytes + frame.l3;

	memmove(frame.bytes + frame.l4, whole->bytes + whole->l4 + offset, bytes);
	frame.length = (uint16_t)(frame.l4 + bytes);
	frame_put16(ip + 2, frame.length - frame.l3);
	frame_put16(ip + 6, offset / 8 + (more ? 0x2000 : 0));
	frame_put16(ip + 10, 0);
	frame_put16(ip + 10, ~frame_sum(0, ip, (ip[0] & 15) * 4u) & 0xffff);
	return frame;
}

#endif
