// SPDX-License-Identifier: BSD-3-Clause
/*
 * The parser: frames of every kind with what is to be found in them; each of them cut off at
 * every length; and random frames, all of them at the end of a page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "guarded.h"
#include "packet_examples.h"

#define ROUNDS 2000000

/* What holds of whatever was accepted: a caller relies on it instead of looking. */
static void check_bounds(const struct packet *packet, uint16_t length)
{
	unsigned int need = packet->transport == PROTOCOL_TCP ? TCP_BYTES
			    : packet->transport		      ? 8
							      : 0;

	assert_int_equal(packet->problem, PACKET_FINE);
	assert_in_range(packet->l3, ETHERNET_BYTES, length);
	assert_in_range(packet->end, packet->l3, length);
	if (packet->network < PACKET_IPV4)
		return;
	assert_in_range(packet->l4, packet->l3 + (packet->network == PACKET_IPV4 ? 20 : 40),
			packet->end);
	assert_in_range(packet->l4 + need, packet->l4, packet->end);
	assert_true(packet->transport == 0 || packet->transport == packet->protocol);
	assert_true(packet->fragment != PACKET_LATER || !packet->transport);
}

/* The quote of an ICMP error: what holds of it. */
static void check_quote(const struct packet *packet, const uint8_t *frame)
{
	struct packet quoted;

	if (!packet_is_icmp_error(packet, frame) || !packet_parse_quoted(&quoted, packet, frame))
		return;
	assert_int_equal(quoted.network, packet->network);
	assert_int_equal(quoted.l3, packet->l4 + 8);
	assert_in_range(quoted.end, quoted.l4, packet->end);
	if (quoted.transport)
		assert_in_range(quoted.end - quoted.l4, 8, 65535);
}

/* Parses a copy at the end of a page, and looks at what was found. */
static bool parse(struct packet *packet, const uint8_t *bytes, uint16_t length)
{
	const uint8_t *frame = guarded_copy(bytes, length);

	if (!packet_parse(packet, frame, length)) {
		assert_int_not_equal(packet->problem, PACKET_FINE);
		return false;
	}
	check_bounds(packet, length);
	check_quote(packet, frame);
	if (packet->network == PACKET_IPV4)
		packet_is_ipv4_sum_right(packet, frame);
	if (packet->transport && !packet->fragment)
		packet_is_transport_sum_right(packet, frame);
	return true;
}

static void check_example(const struct example *example)
{
	const struct packet *want = &example->found;
	uint8_t bytes[EXAMPLE_BYTES];
	uint16_t length = example_bytes(example->hex, bytes);
	struct packet got;
	bool fine = parse(&got, bytes, length);

	if (fine != !want->problem || got.problem != want->problem)
		fail_msg("%s: problem %d, not %d", example->name, got.problem, want->problem);
	if (fine && memcmp(&got, want, offsetof(struct packet, identification)))
		fail_msg(
			"%s: type %x l3 %d l4 %d end %d tags %d network %d protocol %d transport %d fragment %d",
			example->name, got.type, got.l3, got.l4, got.end, got.tags, got.network,
			got.protocol, got.transport, got.fragment);
	if (want->fragment)
		assert_int_equal(got.identification,
				 want->network == PACKET_IPV4 ? got.l3 + 4 : got.l4 - 4);
	/* Without its last byte the packet is none, whatever it was; padding may go. */
	for (uint16_t cut = 0; cut < length; cut++)
		if (parse(&got, bytes, cut) && want->network >= PACKET_ARP)
			assert_true(!want->problem && cut >= want->end);
}

static void test_each_example_is_found_and_none_is_when_cut_off(void **state)
{
	for (unsigned int i = 0; i < EXAMPLES; i++)
		check_example(&examples[i]);
}

/* Examples with some bytes changed: so that some come far, and none is like the others. */
static void test_no_frame_is_read_past_its_end(void **state)
{
	static uint8_t bytes[EXAMPLES][EXAMPLE_BYTES];
	uint16_t length[EXAMPLES];
	uint64_t seed = 1;
	unsigned int fine = 0;

	for (unsigned int i = 0; i < EXAMPLES; i++)
		length[i] = example_bytes(examples[i].hex, bytes[i]);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		unsigned int i = round % EXAMPLES;
		uint8_t changed[EXAMPLE_BYTES];
		struct packet packet;

		memcpy(changed, bytes[i], sizeof(changed));
		for (unsigned int n = guarded_random(&seed) % 6; n; n--)
			changed[guarded_random(&seed) % length[i]] = (uint8_t)guarded_random(&seed);
		fine += parse(&packet, changed,
			      guarded_random(&seed) % 4 ? length[i]
							: guarded_random(&seed) % (length[i] + 1u));
	}
	assert_in_range(fine, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_example_is_found_and_none_is_when_cut_off),
		cmocka_unit_test(test_no_frame_is_read_past_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
