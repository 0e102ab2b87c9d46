// SPDX-License-Identifier: BSD-3-Clause
/*
 * Internet checksums against the definition, byte by byte; updates against summing up anew;
 * and the packets that ICMP errors quote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "guarded.h"
#include "packet_examples.h"

#define ROUNDS 200000

/* RFC 1071, 1: pairs of bytes, ones' complement. */
static uint16_t sum_slowly(const uint8_t *data, size_t bytes)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes; i++) {
		sum += i % 2 ? data[i] : data[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return (uint16_t)sum;
}

static void test_a_sum_is_as_defined(void **state)
{
	static const uint8_t rfc1071[8] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	uint64_t seed = 1;

	assert_int_equal(be16toh(checksum_fold(checksum_add(0, rfc1071, 8))), 0xddf2);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint8_t bytes[64];
		size_t length = guarded_random(&seed) % 65;
		uint8_t *data = guarded_end() - length;

		for (size_t i = 0; i < sizeof(bytes); i++) /* extremes, so that carries happen */
			bytes[i] = round % 2		       ? (uint8_t)guarded_random(&seed)
				   : guarded_random(&seed) % 8 ? 0xff
							       : 0;
		memcpy(data, bytes, length);
		assert_int_equal(be16toh(checksum_fold(checksum_add(0, data, length))),
				 sum_slowly(data, length));
	}
}

static void test_a_sum_of_64_bits_is_folded_right(void **state)
{
	uint64_t seed = 1;

	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0x1ffff), 1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t sum = guarded_random(&seed) >> round % 64;
		uint16_t folded = checksum_fold(sum);

		assert_int_equal(folded % 0xffff, sum % 0xffff);
		assert_int_equal(!folded, !sum);
	}
}

/* RFC 1624, 4: where equation 2 of RFC 1141 gives 0xffff, equation 3 gives 0. */
static void test_an_update_is_equation_3(void **state)
{
	uint16_t checksum = checksum_changed(htobe16(0xdd2f),
					     checksum_change16(htobe16(0x5555), htobe16(0x3285)));

	assert_int_equal(be16toh(checksum), 0x0000);
}

static void test_an_update_is_the_same_as_a_new_sum(void **state)
{
	uint64_t seed = 1;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint8_t data[24] = { 0 };
		uint64_t change;

		for (unsigned int i = 2; i < sizeof(data); i++)
			data[i] = guarded_random(&seed) % 3 ? (uint8_t)guarded_random(&seed) : 0xff;
		put_raw16(data, (uint16_t)~checksum_fold(checksum_add(0, data, sizeof(data))));
		change = checksum_change32(raw32(data + 4),
					   round % 5 ? (uint32_t)guarded_random(&seed) : 0);
		put_raw32(data + 4, (uint32_t)(change - (uint32_t)~raw32(data + 4)));
		change += checksum_change16(raw16(data + 10), 0x1234);
		put_raw16(data + 10, 0x1234);
		checksum_update(data, change);
		assert_int_equal(sum_slowly(data, sizeof(data)), 0xffff);
	}
}

static void test_a_udp_checksum_of_0_stays_and_none_becomes_0(void **state)
{
	uint8_t none[2] = { 0, 0 }, some[2] = { 0xdd, 0x2f };

	checksum_update_udp(none, checksum_change16(1, 2));
	assert_int_equal(get16(none), 0);
	checksum_update_udp(some, checksum_change16(htobe16(0x5555), htobe16(0x3285)));
	assert_int_equal(get16(some), 0xffff);
}

/* Sets what is to be set, then sums it up by the definition. */
static void check_sums(const struct example *example, unsigned int change)
{
	uint8_t bytes[EXAMPLE_BYTES], pseudo[EXAMPLE_BYTES + 40] = { 0 };
	uint16_t length = example_bytes(example->hex, bytes);
	struct packet packet;
	unsigned int addresses, segment, total;

	if (!packet_parse(&packet, bytes, length) || !packet.transport || packet.fragment)
		return;
	bytes[packet.l4] ^= (uint8_t)change;
	packet_set_transport_sum(&packet, bytes);
	assert_true(packet_is_transport_sum_right(&packet, bytes));
	segment = packet.transport == PROTOCOL_UDP ? get16(bytes + packet.l4 + 4)
						   : packet.end - packet.l4;
	addresses = packet.transport == PROTOCOL_ICMP ? 0 : 2 * packet_address_bytes(&packet);
	memcpy(pseudo, bytes + packet_source(&packet), addresses);
	total = addresses;
	if (addresses) {
		put16(pseudo + total, (uint16_t)segment);
		pseudo[total + 3] = packet.protocol;
		total += 4;
	}
	memcpy(pseudo + total, bytes + packet.l4, segment);
	assert_int_equal(sum_slowly(pseudo, total + segment), 0xffff);
	bytes[packet.l4 + packet_checksum_offset(packet.transport)] ^= 1;
	assert_false(packet_is_transport_sum_right(&packet, bytes));
	if (packet.network != PACKET_IPV4)
		return;
	packet_set_ipv4_sum(&packet, bytes);
	assert_true(packet_is_ipv4_sum_right(&packet, bytes));
	assert_int_equal(sum_slowly(bytes + packet.l3, packet.l4 - packet.l3), 0xffff);
	bytes[packet.l3 + 8] ^= 1;
	assert_false(packet_is_ipv4_sum_right(&packet, bytes));
}

static void test_packets_are_summed_up_with_their_pseudo_header(void **state)
{
	for (unsigned int i = 0; i < EXAMPLES; i++)
		for (unsigned int change = 0; change < 256; change++)
			check_sums(&examples[i], change);
}

static void test_udp_without_a_checksum_is_right_in_ipv4_only(void **state)
{
	uint8_t bytes[EXAMPLE_BYTES];
	struct packet packet;
	uint16_t length = example_bytes(IP4 "4500 001c 0000 0000 4011 0000 " ADDR4 UDP, bytes);

	assert_true(packet_parse(&packet, bytes, length));
	assert_true(packet_is_transport_sum_right(&packet, bytes));
	length = example_bytes(IP6 "60000000 0008 11 40 " ADDR6 UDP, bytes);
	assert_true(packet_parse(&packet, bytes, length));
	assert_false(packet_is_transport_sum_right(&packet, bytes));
}

#define ERROR4(total, type) IP4 "4500 " total " 0000 0000 4001 0000 " ADDR4 type " 0000 0000 0000 "
#define ERROR6(bytes, type) IP6 "60000000 " bytes " 3a 40 " ADDR6 type " 0000 0000 0000 "

/* Returns the problem of the quote, or -1: it is no ICMP error. */
static int parse_quote(const char *hex, struct packet *quoted)
{
	uint8_t bytes[EXAMPLE_BYTES], *frame;
	uint16_t length = example_bytes(hex, bytes);
	struct packet packet;

	frame = guarded_copy(bytes, length);
	assert_true(packet_parse(&packet, frame, length));
	if (!packet_is_icmp_error(&packet, frame))
		return -1;
	if (packet_parse_quoted(quoted, &packet, frame))
		return PACKET_FINE;
	assert_int_not_equal(quoted->problem, PACKET_FINE);
	return quoted->problem;
}

static void test_the_quote_of_an_error_is_found(void **state)
{
	static const struct packet udp = { TYPE_IPV4, 42, 62, 70, 0, PACKET_IPV4, 17, 17, 0, 0, 0 };
	static const struct packet tcp6 = { TYPE_IPV6, 62, 102, 110, 0, PACKET_IPV6, 6, 6, 0, 0, 0 };
	struct packet quoted;

	assert_int_equal(parse_quote(ERROR4("0038", "0303") "4500 05dc 0000 0000 4011 0000 " ADDR4
							    "1234 0035 05c8 0000",
				     &quoted),
			 PACKET_FINE);
	assert_memory_equal(&quoted, &udp, sizeof(udp));
	assert_int_equal(parse_quote(ERROR6("0038", "0200") "60000000 05dc 06 40 " ADDR6
							    "1234 0035 00000001",
				     &quoted),
			 PACKET_FINE);
	assert_memory_equal(&quoted, &tcp6, sizeof(tcp6));
}

static void test_a_quote_that_is_none_is_refused(void **state)
{
	struct packet quoted;

	assert_int_equal(parse_quote(ERROR4("001c", "0b00"), &quoted), PACKET_BAD_IP);
	assert_int_equal(
		parse_quote(ERROR4("002f", "0400") "4500 05dc 0000 0000 4011 0000 0a000001 0a0000",
			    &quoted),
		PACKET_BAD_IP);
	assert_int_equal(parse_quote(ERROR4("0037", "0c00") "4500 05dc 0000 0000 4006 0000 " ADDR4
							    "1234 0035 000000",
				     &quoted),
			 PACKET_BAD_TRANSPORT);
	assert_int_equal(parse_quote(ERROR4("0038", "0000") "4500 05dc 0000 0000 4006 0000 " ADDR4
							    "1234 0035 00000000",
				     &quoted),
			 -1);
	assert_int_equal(parse_quote(ERROR4("0038", "0c00") "4f00 05dc 0000 0000 4011 0000 " ADDR4
							    "1234 0035 00000000",
				     &quoted),
			 PACKET_BAD_IP);
	assert_int_equal(parse_quote(ERROR4("001c", "0600"), &quoted), -1);
	assert_int_equal(parse_quote(ERROR6("0008", "8000"), &quoted), -1);
	assert_int_equal(parse_quote(ERROR6("0008", "0100"), &quoted), PACKET_BAD_IP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sum_is_as_defined),
		cmocka_unit_test(test_a_sum_of_64_bits_is_folded_right),
		cmocka_unit_test(test_an_update_is_equation_3),
		cmocka_unit_test(test_an_update_is_the_same_as_a_new_sum),
		cmocka_unit_test(test_a_udp_checksum_of_0_stays_and_none_becomes_0),
		cmocka_unit_test(test_packets_are_summed_up_with_their_pseudo_header),
		cmocka_unit_test(test_udp_without_a_checksum_is_right_in_ipv4_only),
		cmocka_unit_test(test_the_quote_of_an_error_is_found),
		cmocka_unit_test(test_a_quote_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
