// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SFP+ module behind I2CCTL: a bus master made of the two wires reads its
 * memories byte by byte, as SFF-8472 and the I2C specification say; and what
 * the cage's pins, LAN_ID and the carrier tell of a port's configuration.
 */
#include "nic_driver.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_setup, machine_teardown)

static void wires(struct machine *m, bool clock, bool data)
{
	wr(m, D_I2CCTL, (clock ? D_I2C_CLK_OUT : 0) | (data ? D_I2C_DATA_OUT : 0));
	assert_int_equal(!!(rd(m, D_I2CCTL) & D_I2C_CLK_IN), clock);
}

static void start(struct machine *m)
{
	wires(m, false, true);
	wires(m, true, true);
	wires(m, true, false);
	wires(m, false, false);
}

static void stop(struct machine *m)
{
	wires(m, false, false);
	wires(m, true, false);
	wires(m, true, true);
}

static bool bit(struct machine *m, bool out)
{
	bool in;

	wires(m, false, out);
	wires(m, true, out);
	in = rd(m, D_I2CCTL) & D_I2C_DATA_IN;
	wires(m, false, out);
	return in;
}

/* Returns whether it was acknowledged. */
static bool send(struct machine *m, uint8_t byte)
{
	for (int i = 7; i >= 0; i--)
		bit(m, byte >> i & 1);
	return !bit(m, true);
}

static uint8_t receive(struct machine *m, bool more)
{
	uint8_t byte = 0;

	for (int i = 0; i < 8; i++)
		byte = byte << 1 | bit(m, true);
	bit(m, !more);
	return byte;
}

static bool read_bytes(struct machine *m, uint8_t address, uint8_t offset, uint8_t *to, size_t len)
{
	bool answered;

	start(m);
	answered = send(m, address) && send(m, offset);
	start(m);
	answered = answered && send(m, address | 1);
	for (size_t i = 0; answered && i < len; i++)
		to[i] = receive(m, i + 1 < len);
	stop(m);
	return answered;
}

static void the_identity_is_read_byte_by_byte_and_at_once(void **state)
{
	struct machine *m = *state;
	uint8_t once[256], byte[256], sum = 0;

	assert_true(read_bytes(m, 0xA0, 0, once, 256));
	for (unsigned int i = 0; i < 256; i++)
		assert_true(read_bytes(m, 0xA0, i, &byte[i], 1));
	assert_memory_equal(once, byte, 256);
	assert_int_equal(once[0], 0x03); /* SFP */
	assert_int_equal(once[3], 0x10); /* 10GBASE-SR */
	assert_memory_equal(once + 20, "onepath         ", 16);
	for (unsigned int i = 0; i < 63; i++)
		sum += once[i];
	assert_int_equal(once[63], sum);
	sum = 0;
	for (unsigned int i = 64; i < 95; i++)
		sum += once[i];
	assert_int_equal(once[95], sum);
	assert_no_rule_broken(m);
}

static void diagnostics_lie_at_the_other_address(void **state)
{
	struct machine *m = *state;
	uint8_t diag[2];

	assert_true(read_bytes(m, 0xA2, 96, diag, 2));
	assert_in_range(diag[0], 10, 80); /* degrees */
	/* From the last byte on it starts again. */
	assert_true(read_bytes(m, 0xA0, 255, diag, 2));
	assert_int_equal(diag[1], 0x03);
}

static void nobody_answers_at_another_address(void **state)
{
	struct machine *m = *state;
	uint8_t byte;

	for (unsigned int address = 0; address < 256; address += 2) {
		if (address != 0xA0 && address != 0xA2)
			assert_false(read_bytes(m, address, 0, &byte, 1));
	}
	/* A transfer that is broken off leaves nothing behind. */
	start(m);
	send(m, 0xA0);
	bit(m, true);
	assert_true(read_bytes(m, 0xA0, 0, &byte, 1));
	assert_int_equal(byte, 0x03);
}

/* The register says that both are high: so they must be, whatever was in the middle of a byte. */
static void a_function_reset_lets_go_of_the_wires(void **state)
{
	struct machine *m = *state;
	uint8_t byte;

	start(m);
	send(m, 0xA0);
	bit(m, false);
	nic_reset_function(m->nic);
	assert_int_equal(rd(m, D_I2CCTL),
			 D_I2C_CLK_OUT | D_I2C_CLK_IN | D_I2C_DATA_OUT | D_I2C_DATA_IN);
	assert_true(read_bytes(m, 0xA0, 0, &byte, 1));
	assert_int_equal(byte, 3);
}

static void modules_differ(void **state)
{
	static const struct {
		enum nic_module module;
		uint8_t optics, cable;
	} kinds[] = {
		{ NIC_MODULE_SR, 0x10, 0 },
		{ NIC_MODULE_LR, 0x20, 0 },
		{ NIC_MODULE_CABLE, 0, 0x04 },
	};
	struct machine *m;
	uint8_t byte;

	for (size_t i = 0; i < 3; i++) {
		m = machine_create_with((struct nic_config){ .module = kinds[i].module });
		read_bytes(m, 0xA0, 3, &byte, 1);
		assert_int_equal(byte, kinds[i].optics);
		read_bytes(m, 0xA0, 8, &byte, 1);
		assert_int_equal(byte, kinds[i].cable);
		assert_int_equal(read_bytes(m, 0xA2, 0, &byte, 1), !kinds[i].cable);
		assert_int_equal(rd(m, D_ESDP) & 4, 4);
		machine_destroy(m);
	}
}

static void an_empty_cage_has_no_link(void **state)
{
	struct machine *m = machine_create_with((struct nic_config){ .module = NIC_MODULE_NONE });
	uint8_t byte;

	assert_false(read_bytes(m, 0xA0, 0, &byte, 1));
	assert_int_equal(rd(m, D_ESDP) & 4, 0);
	nic_set_carrier(m->nic, true);
	sleep_ns(m, 1000 * MS);
	assert_false(nic_link_up(m->nic));
	machine_destroy(m);
}

static void sdp3_turns_the_laser_off(void **state)
{
	struct machine *m = *state;

	assert_true(nic_sends_light(m->nic));
	wr(m, D_ESDP, 0x8);
	assert_true(nic_sends_light(m->nic)); /* an input */
	wr(m, D_ESDP, 0x808);
	assert_false(nic_sends_light(m->nic));
	wr(m, D_ESDP, 0x800);
	assert_true(nic_sends_light(m->nic));
}

/* Linux's ixgbe sets the pin's value, and leaves its direction to the EEPROM. */
static void the_eeprom_makes_sdp3_an_output(void **state)
{
	struct machine *m = *state;

	assert_int_equal(rd(m, D_ESDP) & 0xF0F0B, 0x800);
	wr(m, D_ESDP, rd(m, D_ESDP) | 0x8);
	assert_false(nic_sends_light(m->nic));
	wr(m, D_CTRL, D_CTRL_RST);
	sleep_ns(m, 20 * MS);
	assert_false(nic_sends_light(m->nic));
	nic_reset_function(m->nic);
	assert_true(nic_sends_light(m->nic));
}

static void each_port_knows_its_place(void **state)
{
	struct machine *m = machine_create_with((struct nic_config){ .lan_id = 1 });

	assert_int_equal(rd(m, D_STATUS) & D_STATUS_LAN_ID, 1 << 2);
	driver_init(m);
	assert_int_equal(rd(m, D_RAL(0)), 0x00000002);
	assert_int_equal(rd(m, D_RAH(0)), 0x80004200);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_identity_is_read_byte_by_byte_and_at_once),
		TEST(diagnostics_lie_at_the_other_address),
		TEST(nobody_answers_at_another_address),
		TEST(a_function_reset_lets_go_of_the_wires),
		cmocka_unit_test(modules_differ),
		cmocka_unit_test(an_empty_cage_has_no_link),
		TEST(sdp3_turns_the_laser_off),
		TEST(the_eeprom_makes_sdp3_an_output),
		cmocka_unit_test(each_port_knows_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
