// SPDX-License-Identifier: BSD-3-Clause
/*
 * The trace of register accesses: names, fields, what changed, events, folded
 * repetitions; and looking at registers without the effects of reading them.
 */
#include "nic_driver.h"

static char *text;
static size_t text_size;
static FILE *to;

static void trace_on(struct machine *m)
{
	to = open_memstream(&text, &text_size);
	assert_non_null(to);
	nic_set_trace(m->nic, to);
}

/* What was traced so far: its lines, after the time. */
static void assert_traced(struct machine *m, const char *expected)
{
	char lines[4096] = "";

	fflush(to);
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		line = strchr(line, ' ');
		assert_true(line < end && strlen(lines) + (size_t)(end - line) < sizeof(lines));
		strncat(lines, line + 1, (size_t)(end - line));
	}
	assert_string_equal(lines, expected);
	rewind(to);
	memset(text, 0, text_size);
}

static int teardown(void **state)
{
	struct machine *m = *state;

	nic_set_trace(m->nic, NULL);
	fclose(to);
	free(text);
	text = NULL;
	return machine_teardown(state);
}

static void names_and_fields(void **state)
{
	struct machine *m = *state;

	trace_on(m);
	rd(m, D_STATUS);
	wr(m, D_RX(65, D_SRRCTL), 0x10000402);
	wr(m, D_RX(0, D_RDT), 0);
	rd(m, 0x7fffc);
	assert_traced(m, "port0 R STATUS       0x00080080 LAN_ID=0 LU NUM_VFS=0 MASTER_EN\n"
			 "port0 W SRRCTL[65]   0x10000402 BSIZEPACKET=2 BSIZEHEADER=4 RDMTS=0 "
			 "DESCTYPE=0 DROP_EN (+DROP_EN stored)\n"
			 "port0 W RDT[0]       0x00000000\n"
			 "port0 - rule unknown-register broken\n"
			 "port0 R 0x7fffc?     0x00000000\n");
}

static void what_changed(void **state)
{
	struct machine *m = *state;

	trace_on(m);
	wr(m, D_EIMS, 0x100001);
	/* A mask-clear register: what is stored under its own name does not change. */
	wr(m, D_EIMC, 1);
	wr(m, D_HLREG0, (rd(m, D_HLREG0) & ~2) | 4);
	/* No fields known: the whole value. */
	wr(m, D_MTA(7), 5);
	/* A read that has an effect. */
	rd(m, D_SWSM);
	assert_traced(m,
		      "port0 W EIMS         0x00100001 RTxQ=1 LSC (RTxQ 0>1 +LSC stored)\n"
		      "port0 W EIMC         0x00000001 RTxQ=1\n"
		      "port0 R HLREG0       0x08010403 TXCRCEN RXCRCSTRP TXPADEN MDCSPD PREPEND=0 "
		      "RXLNGTHERREN\n"
		      "port0 W HLREG0       0x08010405 TXCRCEN JUMBOEN TXPADEN MDCSPD PREPEND=0 "
		      "RXLNGTHERREN (-RXCRCSTRP +JUMBOEN stored)\n"
		      "port0 W MTA[7]       0x00000005 (0xa5a5a5a5>0x00000005 stored)\n"
		      "port0 R SWSM         0x00000000 (+SMBI stored)\n");
}

static void repetitions_are_folded(void **state)
{
	struct machine *m = *state;

	trace_on(m);
	for (unsigned int i = 0; i < 38; i++)
		rd(m, D_LINKS);
	wr(m, D_RX(0, D_RDT), 0);
	wr(m, D_RX(0, D_RDT), 0);
	/* Not the same: another direction, another value. */
	rd(m, D_RX(0, D_RDT));
	wr(m, D_TX(3, D_TDBAL), 0x80);
	wr(m, D_TX(3, D_TDBAL), 0x100);
	assert_traced(m, "port0 R LINKS        0x70000000 LINK_SPEED=3 UP\n"
			 "port0 R   ... x 37\n"
			 "port0 W RDT[0]       0x00000000\n"
			 "port0 W   ... x 1\n"
			 "port0 R RDT[0]       0x00000000\n"
			 "port0 W TDBAL[3]     0x00000080 (0x00000000>0x00000080 stored)\n"
			 "port0 W TDBAL[3]     0x00000100 (0x00000080>0x00000100 stored)\n");
}

static void events(void **state)
{
	struct machine *m = *state;

	nic_trace_event(m->nic, "nobody listens");
	trace_on(m);
	rd(m, D_LINKS);
	rd(m, D_LINKS);
	nic_trace_event(m->nic, "interrupt %u", 3);
	rd(m, D_LINKS);
	rd(m, D_LINKS);
	nic_set_trace(m->nic, NULL);
	rd(m, D_STATUS);
	assert_traced(m, "port0 R LINKS        0x70000000 LINK_SPEED=3 UP\n"
			 "port0 R   ... x 1\n"
			 "port0 - interrupt 3\n"
			 "port0 R LINKS        0x70000000 LINK_SPEED=3 UP\n"
			 "port0 R   ... x 1\n");
}

static void time_is_the_ports(void **state)
{
	struct machine *m = *state;

	trace_on(m);
	m->now_ns = 12003004005;
	rd(m, D_STATUS);
	fflush(to);
	assert_memory_equal(text, "12.003004 port0 R STATUS", 24);
}

/* Each access gives the same with a trace as without. */
static void changes_nothing(void **state)
{
	struct machine *plain = machine_create(0), *m = *state;

	trace_on(m);
	driver_init(m);
	driver_init(plain);
	assert_no_rule_broken(m);
	for (uint32_t offset = 0; offset < 0x20000; offset += 4)
		assert_int_equal(rd(m, offset), rd(plain, offset));
	machine_destroy(plain);
}

static void each_register(void *opaque, const char *name, uint32_t value)
{
	*(uint32_t *)opaque = value;
}

static size_t peek(struct machine *m, const char *name, uint32_t *value)
{
	return nic_registers_peek(m->nic, name, each_register, value);
}

static void peeking_has_no_effects(void **state)
{
	struct machine *m = *state;
	uint32_t value;

	to = open_memstream(&text, &text_size);
	driver_init(m);
	arrive(m, 100, 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(peek(m, "SWSM", &value), 1);
		assert_int_equal(value & 1, 0);
		assert_int_equal(peek(m, "GPRC", &value), 1);
		assert_int_equal(value, 1);
		assert_int_equal(peek(m, "RDH[0]", &value), 1);
		assert_int_equal(value, 1);
		assert_int_equal(peek(m, "LINKS", &value), 1);
		assert_int_equal(value & D_LINKS_UP, D_LINKS_UP);
	}
	/* Nobody saw this queue enabled: its tail must not be moved. */
	driver_setup_tx_queue(m, 1, false);
	set_bits(m, D_TX(1, D_TXDCTL), D_ENABLE);
	assert_int_equal(peek(m, "TXDCTL", &value), 128);
	assert_no_rule_broken(m);
	wr(m, D_TX(1, D_TDT), 1);
	assert_int_equal(broken(m, "tail-before-enable"), 1);

	/* An interrupt that waits for EICR to be read waits on. */
	wr(m, D_IVAR(0), 0x80);
	wr(m, D_EIMS, 0x0000FFFF);
	arrive(m, 100, 0);
	assert_true(m->line);
	assert_int_equal(peek(m, "EICR", &value), 1);
	assert_int_equal(value & 1, 1);
	assert_true(m->line);

	assert_int_equal(peek(m, "RDT", &value), 128);
	assert_int_equal(peek(m, "RD", &value), 0);
	assert_int_equal(peek(m, "CTRL[0]", &value), 0);
	assert_int_equal(peek(m, "RDT[128]", &value), 0);
	assert_true(peek(m, NULL, &value) > 3000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_and_fields),	      TEST(what_changed),
		TEST(repetitions_are_folded), TEST(events),
		TEST(time_is_the_ports),      TEST(changes_nothing),
		TEST(peeking_has_no_effects),
	};

	return cmocka_run_group_tests_name("nic: trace", tests, NULL, NULL);
}
