// SPDX-License-Identifier: BSD-3-Clause
/*
 * The EEPROM behind EEC's four pins: a serial memory read bit by bit, as the datasheets of
 * such memories say, holds the same words as EERD gives.
 */
#include "nic_driver.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_setup, machine_teardown)

#define SK  0x01u
#define CS  0x02u
#define DI  0x04u
#define DO  0x08u
#define REQ 0x40u
#define GNT 0x80u

static uint16_t word_by_eerd(struct machine *m, unsigned int word)
{
	wr(m, D_EERD, word << 2 | 1);
	return rd(m, D_EERD) >> 16;
}

static void choose(struct machine *m)
{
	wr(m, D_EEC, REQ | CS);
	assert_true(rd(m, D_EEC) & GNT);
	wr(m, D_EEC, REQ);
}

static void send(struct machine *m, unsigned int value, unsigned int bits)
{
	while (bits--) {
		uint32_t data = value >> bits & 1 ? DI : 0;

		wr(m, D_EEC, REQ | data);
		wr(m, D_EEC, REQ | data | SK);
		wr(m, D_EEC, REQ | data);
	}
}

static uint8_t receive(struct machine *m)
{
	uint8_t byte = 0;

	for (unsigned int i = 0; i < 8; i++) {
		wr(m, D_EEC, REQ | SK);
		byte = byte << 1 | !!(rd(m, D_EEC) & DO);
		wr(m, D_EEC, REQ);
	}
	return byte;
}

static uint16_t receive_word(struct machine *m)
{
	uint16_t low = receive(m);

	return low | receive(m) << 8;
}

static void the_memory_says_that_it_is_ready(void **state)
{
	struct machine *m = *state;

	choose(m);
	send(m, 0x05, 8);
	assert_int_equal(receive(m), 0);
	assert_int_equal(receive(m), 0);
	/* Another command is not answered: the wire stays high. */
	choose(m);
	send(m, 0x9F, 8);
	assert_int_equal(receive(m), 0xFF);
	assert_no_rule_broken(m);
}

static void words_are_those_of_eerd(void **state)
{
	struct machine *m = *state;

	for (unsigned int word = 0; word < 0x40; word++) {
		choose(m);
		send(m, 0x03, 8);
		send(m, word * 2, 16);
		assert_int_equal(receive_word(m), word_by_eerd(m, word));
	}
	/* In one read, from the last word on to the first. */
	choose(m);
	send(m, 0x03, 8);
	send(m, 8191 * 2, 16);
	assert_int_equal(receive_word(m), word_by_eerd(m, 8191));
	for (unsigned int word = 0; word < 0x40; word++)
		assert_int_equal(receive_word(m), word_by_eerd(m, word));
	assert_no_rule_broken(m);
}

static void without_a_grant_nothing_is_connected(void **state)
{
	struct machine *m = *state;

	choose(m);
	send(m, 0x05, 8);
	wr(m, D_EEC, 0);
	assert_int_equal(rd(m, D_EEC) & (GNT | DO), DO);
	/* A command cut short leaves nothing behind. */
	choose(m);
	send(m, 0x0, 5);
	choose(m);
	send(m, 0x05, 8);
	assert_int_equal(receive(m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_memory_says_that_it_is_ready),
		TEST(words_are_those_of_eerd),
		TEST(without_a_grant_nothing_is_connected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
