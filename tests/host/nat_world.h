/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A NAT between A and B for its tests. Frames lie at the end of a page, and what leaves has
 * right checksums if what came had.
 */
#ifndef NAT_WORLD_H
#define NAT_WORLD_H

#include <stdio.h>

#include "guarded.h"
#include "nat/nat.h"
#include "nf_frames.h"

#define CAPACITY 64
#define A	 "192.168.1.10" /* inside */
#define A2	 "192.168.1.11"
#define INSIDE	 "192.168.1.1" /* the NAT */
#define OUTSIDE	 "203.0.113.1"
#define GATEWAY	 "203.0.113.254"
#define B	 "192.0.2.1" /* outside */
#define C	 "192.0.2.2"

static const uint8_t inside_mac[6] = { 2, 0, 0, 0, 0, 0x11 };
static const uint8_t outside_mac[6] = { 2, 0, 0, 0, 0, 0x22 };
static const uint8_t gateway_mac[6] = { 2, 0, 0, 0, 0, 0x33 };
static const uint8_t a_mac[6] = { 2, 0, 0, 0, 0, 0xaa };
static const uint8_t a2_mac[6] = { 2, 0, 0, 0, 0, 0xab };

static struct nat nat;
static struct nat_settings settings;

/* @outputs: NAT_OTHER_SIDE or NAT_SAME_SIDE, 0: dropped */
struct sent {
	struct frame frame;
	unsigned int outputs;
};

static inline uint32_t address(const char *text)
{
	uint32_t raw;

	assert_int_equal(inet_pton(AF_INET, text, &raw), 1);
	return raw;
}

static inline void start(void)
{
	static uint8_t memory[8 << 20] __attribute__((aligned(64)));
	struct flow_secret secret;
	uint64_t seed = 42;

	for (unsigned int i = 0; i < sizeof(secret) / 8; i++)
		secret.word[i] = guarded_random(&seed);
	assert_true(nat_bytes(CAPACITY, settings.addresses) <= sizeof(memory));
	nat_init(&nat, memory, CAPACITY, &secret, &settings);
	nat_set_time(&nat, 1000000000);
}

static inline int setup(void **state)
{
	settings = (struct nat_settings){
		.addresses = 1,
		.first_port = 1024,
		.last_port = 65535,
		.gateway_fixed = true,
		.timeout = { 240, 7440, 300, 60, 30 },
	};
	memcpy(settings.inside.mac, inside_mac, 6);
	memcpy(settings.outside.mac, outside_mac, 6);
	memcpy(settings.gateway_mac, gateway_mac, 6);
	settings.inside.address = address(INSIDE);
	settings.outside.address = address(OUTSIDE);
	settings.address[0] = address(OUTSIDE);
	settings.gateway = address(GATEWAY);
	start();
	return 0;
}

static inline void wait_seconds(uint64_t seconds)
{
	nat_set_time(&nat, (nat.now + seconds) * 1000000);
}

/* What becomes of a frame; room for ARP is always there, but no more. */
static inline struct sent pass(const struct frame *frame, bool from_inside)
{
	unsigned int more = frame->length < NAT_ARP_BYTES ? NAT_ARP_BYTES - frame->length : 0;
	struct sent sent = { .frame = *frame };
	uint8_t *copy;
	uint32_t out;

	copy = guarded_copy(frame->bytes, (uint16_t)(frame->length + more));
	out = from_inside ? nat_from_inside(copy, frame->length, &nat)
			  : nat_from_outside(copy, frame->length, &nat);
	sent.frame.length = out & 0xffff;
	memcpy(sent.frame.bytes, copy, frame->length + more);
	if (!sent.frame.length)
		return sent;
	sent.outputs = ~(out >> 16) & 3;
	assert_true(sent.outputs == NAT_OTHER_SIDE || sent.outputs == NAT_SAME_SIDE);
	return sent;
}

static inline struct sent out_from(const uint8_t *mac, struct frame frame)
{
	memcpy(frame.bytes, inside_mac, 6);
	memcpy(frame.bytes + 6, mac, 6);
	return pass(&frame, true);
}

static inline struct sent out(struct frame frame)
{
	return out_from(a_mac, frame);
}

static inline struct sent in(struct frame frame)
{
	memcpy(frame.bytes, outside_mac, 6);
	memcpy(frame.bytes + 6, gateway_mac, 6);
	return pass(&frame, false);
}

/* Is what was sent @want, with one hop less to go, from MAC to MAC? */
static inline bool is_sent(const struct sent *sent, unsigned int outputs, const uint8_t *from,
			   const uint8_t *to, struct frame want)
{
	memcpy(want.bytes, to, 6);
	memcpy(want.bytes + 6, from, 6);
	want.bytes[want.l3 + 8]--;
	frame_finish(&want);
	if (sent->outputs == outputs && sent->frame.length == want.length &&
	    !memcmp(sent->frame.bytes, want.bytes, want.length))
		return true;
	fprintf(stderr, "to outputs %u, %u bytes\n", sent->outputs, sent->frame.length);
	for (unsigned int i = 0; i < want.length; i++)
		if (sent->frame.bytes[i] != want.bytes[i])
			fprintf(stderr, "byte %u is %02x, not %02x\n", i, sent->frame.bytes[i],
				want.bytes[i]);
	return false;
}

/* Does @sent leave as @want, to the gateway? */
static inline bool is_out(struct sent sent, struct frame want)
{
	return is_sent(&sent, NAT_OTHER_SIDE, outside_mac, gateway_mac, want);
}

/* Does it go in as @want, to A? */
static inline bool is_in(struct sent sent, struct frame want)
{
	return is_sent(&sent, NAT_OTHER_SIDE, inside_mac, a_mac, want);
}

static inline bool is_dropped(struct sent sent)
{
	return !sent.outputs;
}

/* The source port of what was sent. */
static inline uint16_t port_of(const struct sent *sent)
{
	return (uint16_t)frame_get16(sent->frame.bytes + sent->frame.l4);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)

#endif
