/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of every kind that a port looks into, for the fuzz targets to spoil:
 * headers laid one after the other, good enough for a parser to go on.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const uint8_t fuzz_mac[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x42 };

/* Appends bytes while there is room; returns the new length. */
static inline size_t put_bytes(uint8_t *frame, size_t size, size_t at, const void *bytes,
			       size_t count)
{
	if (at + count > size)
		count = size - at;
	memcpy(frame + at, bytes, count);
	return at + count;
}

#define PUT(text) at = put_bytes(frame, size, at, text, sizeof(text) - 1)

/* The fuzzer learns nothing from the loops over a frame's bytes, and would trace each. */
#ifdef __clang__
#define NOT_TRACED __attribute__((no_sanitize("coverage")))
#else
#define NOT_TRACED
#endif

/*
 * Fills @frame with @size bytes. Of @kind, bits 0..2 choose what is above, bit 3
 * IPv6, bit 4 a VLAN tag, bit 5 a second one, bit 6 multicast, bit 7 fragments.
 */
static inline NOT_TRACED void make_frame(uint8_t *frame, size_t size, unsigned int kind)
{
	static const uint8_t protocols[8] = { 6, 17, 132, 51, 6, 17, 50, 41 };
	static const uint8_t next[8] = { 6, 17, 132, 51, 0, 60, 50, 43 }; /* above IPv6 */
	static const uint16_t types[8] = { 0, 0, 0, 0, 0x0806, 0x8906, 0x88f7, 0x0100 };
	unsigned int above = kind & 7;
	uint8_t protocol = protocols[above];
	size_t at = 0, ip;

	for (size_t i = 0; i < size; i++)
		frame[i] = (uint8_t)(i * 7 + kind);
	if (kind & 0x40)
		PUT("\x01\x00\x5e\x01\x02\x03");
	else
		at = put_bytes(frame, size, at, fuzz_mac, 6);
	PUT("\x02\x00\x00\x00\x00\x01");
	if (kind & 0x20)
		PUT("\x88\xa8\x01\x23");
	if (kind & 0x10)
		PUT("\x81\x00\xe0\x2a");
	if (above >= 4 && !(kind & 0x88)) {
		uint8_t type[2] = { types[above] >> 8, types[above] & 0xff };

		at = put_bytes(frame, size, at, type, 2);
		if (above == 7) /* a length, with an IPv4 packet behind */
			PUT("\xaa\xaa\x03\0\0\0\x08\0\x45\0\0\x28");
		return;
	}
	if (kind & 8) {
		PUT("\x86\xdd\x60\x00\x00\x00");
		ip = size > at ? size - at : 0;
		ip = ip > 36 ? ip - 36 : 0;
		at = put_bytes(frame, size, at, (uint8_t[]){ ip >> 8, ip & 0xff }, 2);
		at = put_bytes(frame, size, at, (uint8_t[]){ kind & 0x80 ? 44 : next[above], 64 },
			       2);
		PUT("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02");
		if (kind & 0x80)
			at = put_bytes(frame, size, at,
				       (uint8_t[]){ protocol, 0, 0, 8, 0, 0, 0, 1 }, 8);
		else if (above == 4)
			PUT("\x06\0\x01\x04\0\0\0\0");
		else if (above == 5) /* options: one byte, another, then a Home Address */
			PUT("\x11\x02\0\x01\x01\0\xc9\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
		else if (above == 7) /* routing, with a segment left */
			PUT("\x06\0\0\x01\0\0\0\0");
	} else {
		PUT("\x08\x00");
		ip = size > at ? size - at : 0;
		at = put_bytes(frame, size, at,
			       (uint8_t[]){ above == 5 ? 0x47 : 0x45, 0, ip >> 8, ip & 0xff, 0, 1,
					    kind & 0x80 ? 0x20 : 0x40, 0, 64, protocol, 0, 0 },
			       12);
		PUT("\x0a\x00\x00\x01\x0a\x00\x00\x02");
		if (above == 5)
			PUT("\x01\x01\x01\x01\x01\x01\x01\x00");
	}
	switch (protocol) {
	case 6:
		PUT("\x00\x50\xc0\x00\x00\x00\x00\x01\x00\x00\x00\x02\x50\x18\xff\xff\x00\x00\0\0");
		break;
	case 17:
		PUT("\x00\x35\x12\xb5\x00\x20\x00\x00");
		break;
	case 132:
		PUT("\x0b\x59\x0b\x59\x00\x00\x00\x01\x00\x00\x00\x00");
		break;
	case 41:
		PUT("\x60\0\0\0\0\x08\x11\x40");
		break;
	}
}

#undef PUT

#endif
