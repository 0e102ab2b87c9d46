// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model's interrupts, 7.3 and 8.2.3.5: whose a cause is, when it leaves,
 * and what its leaving, reading and writing do to causes and masks.
 */
#include "nic_driver.h"

/* What receive, transmit and the rest of the port say; frames get there by other files. */
void nic_interrupt_rx(struct nic *nic, unsigned int queue);
void nic_interrupt_tx(struct nic *nic, unsigned int queue);
void nic_interrupt_cause(struct nic *nic, uint32_t causes);

#define MSIX_GPIE (D_GPIE_MULTIPLE_MSIX | D_GPIE_OCD | D_GPIE_EIAME | D_GPIE_PBA_SUPPORT)
#define US	  1000ull

/* As a driver with MSI-X has it: queue q is vector q + 1, the rest is vector 0, EIAC and EIAM on. */
static int msix_setup(void **state)
{
	struct machine *m = machine_create(0);

	*state = m;
	rd(m, D_EICR);
	wr(m, D_GPIE, MSIX_GPIE);
	for (uint32_t i = 0; i < 31; i++)
		wr(m, D_IVAR(i), 0x80808080 | (0x02020101 + i * 0x02020202));
	wr(m, D_IVAR_MISC, 0x8000);
	wr(m, D_EIAC, 0x0000FFFE);
	wr(m, D_EIAM_EX(1), 0xFFFFFFFF);
	wr(m, D_EIAM_EX(2), 0xFFFFFFFF);
	wr(m, D_EIMS, D_LSC | 0x10000000);
	wr(m, D_EIMS_EX(1), 0xFFFFFFFF);
	wr(m, D_EIMS_EX(2), 0xFFFFFFFF);
	return 0;
}

/* As a driver with one interrupt has it: queues 0 and 1 are bits 0 and 5, EIAM on. */
static int single_setup(void **state)
{
	struct machine *m = machine_create(0);

	*state = m;
	rd(m, D_EICR);
	wr(m, D_IVAR(0), 0x85858080);
	wr(m, D_EIAM, 0x0000FFFF);
	wr(m, D_EIMS, 0x0000FFFF | D_LSC);
	return 0;
}

static unsigned int fired(struct machine *m)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < 64; i++)
		sum += m->fired[i];
	return sum;
}

/* The model is called when it said it wants to be, until it has nothing more to do. */
static void run_until_idle(struct machine *m)
{
	for (unsigned int i = 0; i < 100; i++) {
		uint64_t next = nic_poll(m->nic);

		if (next == UINT64_MAX)
			return;
		assert_true(next > m->now_ns);
		m->now_ns = next;
	}
	fail_msg("the model is never idle");
}

static void a_queue_fires_its_vector_once(void **state)
{
	struct machine *m = *state;

	nic_interrupt_rx(m->nic, 3);
	assert_int_equal(m->fired[4], 1);
	/* Its cause is cleared, and it is masked, by its message; the others are not. */
	assert_int_equal(rd(m, D_EICS), 0);
	assert_int_equal(rd(m, D_EIMS_EX(1)), 0xFFFFFFEF);
	assert_int_equal(rd(m, D_EIMS), D_LSC | 0x1000FFEF);
	nic_interrupt_rx(m->nic, 3);
	nic_interrupt_tx(m->nic, 3);
	assert_int_equal(m->fired[4], 1);
	assert_int_equal(rd(m, D_EICS), 0x10);
	nic_interrupt_rx(m->nic, 2);
	assert_int_equal(m->fired[3], 1);
	/* What came while it was masked is not lost. */
	wr(m, D_EIMS_EX(1), 0x10);
	assert_int_equal(m->fired[4], 2);
	assert_int_equal(rd(m, D_EICS), 0);
	wr(m, D_EIMS_EX(1), 0x10);
	assert_int_equal(m->fired[4], 2);
	nic_interrupt_tx(m->nic, 3);
	assert_int_equal(m->fired[4], 3);
	assert_int_equal(fired(m), 4);
	assert_no_rule_broken(m);
}

/* EICR has no bits for them; the masks have. */
static void vectors_from_16_on(void **state)
{
	struct machine *m = *state;

	nic_interrupt_rx(m->nic, 40);
	nic_interrupt_tx(m->nic, 20);
	assert_int_equal(m->fired[41], 1);
	assert_int_equal(m->fired[21], 1);
	assert_int_equal(rd(m, D_EICS), 0);
	assert_int_equal(rd(m, D_EIMS_EX(2)), 0xFFFFFDFF);
	assert_int_equal(rd(m, D_EIMS_EX(1)), 0xFFDFFFFF);
	nic_interrupt_rx(m->nic, 40);
	assert_int_equal(m->fired[41], 1);
	wr(m, D_EIMS_EX(2), 0x200);
	assert_int_equal(m->fired[41], 2);
	/* By software; with EIAME that does not open the mask. */
	wr(m, D_EICS_EX(2), 0x80000200);
	assert_int_equal(m->fired[63], 1);
	assert_int_equal(m->fired[41], 2);
	wr(m, D_EIMS_EX(2), 0x200);
	assert_int_equal(m->fired[41], 3);
	wr(m, D_EICS_EX(1), 0x8);
	assert_int_equal(m->fired[3], 1);
	/* The message cleared its cause. */
	wr(m, D_EIMS_EX(2), 0x200);
	assert_int_equal(m->fired[41], 3);
	assert_int_equal(fired(m), 6);
}

static void queues_without_a_valid_bit_are_silent(void **state)
{
	struct machine *m = *state;

	wr(m, D_IVAR(1), 0x80040403);
	nic_interrupt_rx(m->nic, 2);
	nic_interrupt_tx(m->nic, 2);
	nic_interrupt_rx(m->nic, 3);
	assert_int_equal(fired(m), 0);
	assert_int_equal(rd(m, D_EICS), 0);
	nic_interrupt_tx(m->nic, 3);
	assert_int_equal(m->fired[0], 1);
	/* Queues 62 and up have no allocation; the last register's are the last queues'. */
	nic_interrupt_rx(m->nic, 127);
	nic_interrupt_tx(m->nic, 127);
	assert_int_equal(fired(m), 1);
	wr(m, D_IVAR(63), 0xBF000000);
	nic_interrupt_tx(m->nic, 127);
	assert_int_equal(m->fired[63], 1);
}

static void other_causes_have_a_vector(void **state)
{
	struct machine *m = *state;

	wr(m, D_IVAR_MISC, 0x8500);
	nic_set_carrier(m->nic, false);
	assert_int_equal(m->fired[5], 1);
	/* Neither cleared nor masked by the message: EIAC and EIAM have no bit for it. */
	assert_int_equal(rd(m, D_EICS), D_LSC);
	assert_int_equal(rd(m, D_EIMS) & D_LSC, D_LSC);
	/* Reading clears these, and no queue's. */
	wr(m, D_EIMC, 0x8);
	nic_interrupt_rx(m->nic, 2);
	assert_int_equal(rd(m, D_EICR), D_LSC | 0x8);
	assert_int_equal(rd(m, D_EICR), 0x8);
	/* Writing clears what it names. */
	nic_interrupt_cause(m->nic, 0x00030000);
	wr(m, D_EICR, 0x00020008);
	assert_int_equal(rd(m, D_EICS), 0x00010000);
	assert_int_equal(m->fired[5], 1);
	wr(m, D_EIMS, 0x00010000);
	assert_int_equal(m->fired[5], 2);
	/* A cause that comes again is told again, cleared or not. */
	nic_interrupt_cause(m->nic, 0x00010000);
	assert_int_equal(m->fired[5], 3);
	/* Masked: it waits, and is gone if software clears it. */
	wr(m, D_EIMC, 0x00010000 | D_LSC);
	nic_set_carrier(m->nic, true);
	nic_poll(m->nic);
	assert_int_equal(rd(m, D_EICS), 0x00010000 | D_LSC);
	wr(m, D_EICR, D_LSC);
	wr(m, D_EIMS, D_LSC);
	assert_int_equal(m->fired[5], 3);
	wr(m, D_EIMS, 0x00010000);
	assert_int_equal(m->fired[5], 4);
	assert_int_equal(fired(m), 4);
}

/* The mask of the vector itself says nothing about causes that only share it. */
static void other_causes_have_their_own_mask(void **state)
{
	struct machine *m = *state;

	wr(m, D_IVAR_MISC, 0x8500);
	wr(m, D_EIMC_EX(1), 0xFFFFFFFF);
	nic_interrupt_cause(m->nic, D_LSC);
	assert_int_equal(m->fired[5], 1);
	wr(m, D_EIAM, D_LSC);
	nic_interrupt_cause(m->nic, D_LSC);
	assert_int_equal(m->fired[5], 2);
	assert_int_equal(rd(m, D_EIMS) & D_LSC, 0);
}

static void the_tcp_timer_has_a_vector(void **state)
{
	struct machine *m = *state;

	wr(m, D_IVAR_MISC, 0x0087);
	wr(m, D_EIMS, D_TCP_TIMER);
	wr(m, D_EICS, D_TCP_TIMER | D_LSC | 1u << 31);
	assert_int_equal(m->fired[7], 1);
	assert_int_equal(fired(m), 1);
	assert_int_equal(rd(m, D_EICS), D_TCP_TIMER | D_LSC);
	wr(m, D_EIAC, D_TCP_TIMER);
	wr(m, D_EICS, D_TCP_TIMER);
	assert_int_equal(m->fired[7], 2);
	assert_int_equal(rd(m, D_EICS), D_LSC);
}

static void pins_interrupt_if_gpie_lets_them(void **state)
{
	struct machine *m = *state;

	wr(m, D_EIMS, 0x0F000000);
	nic_interrupt_cause(m->nic, 0x0F000000);
	assert_int_equal(rd(m, D_EICS), 0);
	wr(m, D_GPIE, MSIX_GPIE | 0x6);
	nic_interrupt_cause(m->nic, 0x0F000000);
	assert_int_equal(rd(m, D_EICS), 0x06000000);
	assert_int_equal(m->fired[0], 1);
}

/* Without EIAC: the bit stays until it is written. */
static void causes_stay_without_auto_clear(void **state)
{
	struct machine *m = *state;

	wr(m, D_EIAC, 0);
	wr(m, D_EIAM, 0);
	assert_int_equal(rd(m, D_EIAM_EX(1)), 0xFFFF0000);
	nic_interrupt_rx(m->nic, 0);
	nic_interrupt_rx(m->nic, 0);
	assert_int_equal(m->fired[1], 2);
	assert_int_equal(rd(m, D_EICR), 2);
	assert_int_equal(rd(m, D_EIMS) & 2, 2);
	wr(m, D_EICR, 2);
	assert_int_equal(rd(m, D_EICR), 0);
}

/* 25 units of 2 us. */
#define EITR_50_US 0xC8

static void moderation_spaces_interrupts(void **state)
{
	struct machine *m = *state;
	uint64_t start = m->now_ns;

	wr(m, D_EITR(1), EITR_50_US | D_EITR_CNT_WDIS);
	wr(m, D_EIAM_EX(1), 0);
	nic_interrupt_rx(m->nic, 0);
	assert_int_equal(m->fired[1], 1);
	assert_int_equal(rd(m, D_EITR(1)), EITR_50_US | 6 << 21);
	assert_true(nic_poll(m->nic) == UINT64_MAX);
	/* The next one waits, however many there are; other vectors do not. */
	sleep_ns(m, 10 * US);
	for (unsigned int i = 0; i < 10; i++)
		nic_interrupt_rx(m->nic, 0);
	nic_interrupt_rx(m->nic, 1);
	assert_int_equal(m->fired[1], 1);
	assert_int_equal(m->fired[2], 1);
	assert_int_equal(rd(m, D_EITR(1)), EITR_50_US | 5 << 21);
	assert_true(nic_due(m->nic) == start + 50 * US);
	assert_true(nic_poll(m->nic) == start + 50 * US);
	run_until_idle(m);
	assert_int_equal(m->now_ns - start, 50 * US);
	assert_int_equal(m->fired[1], 2);
	/* Idle: nobody is woken, and the first after a pause leaves at once. */
	sleep_ns(m, 51 * US);
	assert_int_equal(rd(m, D_EITR(1)), EITR_50_US);
	nic_interrupt_rx(m->nic, 0);
	assert_int_equal(m->fired[1], 3);
	/* Whoever looks late still gets it. */
	nic_interrupt_rx(m->nic, 0);
	sleep_ns(m, MS);
	assert_int_equal(m->fired[1], 3);
	rd(m, D_LINKS);
	assert_int_equal(m->fired[1], 4);
}

static void throttled_and_masked(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(1), EITR_50_US | D_EITR_CNT_WDIS);
	nic_interrupt_rx(m->nic, 0); /* masks itself */
	nic_interrupt_rx(m->nic, 0);
	run_until_idle(m);
	assert_int_equal(m->fired[1], 1);
	/* Open, and within the interval: it waits for the interval. */
	wr(m, D_EIMS_EX(1), 2);
	assert_int_equal(m->fired[1], 1);
	assert_true(nic_due(m->nic) != UINT64_MAX);
	/* Masked again meanwhile: nothing happens until it is opened. */
	wr(m, D_EIMC_EX(1), 2);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_true(nic_due(m->nic) == UINT64_MAX);
	assert_int_equal(m->fired[1], 1);
	wr(m, D_EIMS_EX(1), 2);
	assert_int_equal(m->fired[1], 2);
	/* Cleared while it waits: it does not come. */
	wr(m, D_EIMS_EX(1), 2);
	nic_interrupt_rx(m->nic, 0);
	wr(m, D_EICR, 2);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_int_equal(m->fired[1], 2);
}

static void the_counter_can_be_written(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(30), EITR_50_US | 2 << 21); /* no interrupt for 16 us */
	nic_interrupt_rx(m->nic, 29);
	assert_int_equal(m->fired[30], 0);
	assert_int_equal(rd(m, D_EITR(30)), EITR_50_US | 2 << 21);
	sleep_ns(m, 16 * US);
	nic_poll(m->nic);
	assert_int_equal(m->fired[30], 1);
	/* A write with CNT_WDIS changes the interval alone, one without it the counter too. */
	wr(m, D_EIMS_EX(1), 1u << 30);
	nic_interrupt_rx(m->nic, 29);
	wr(m, D_EITR(30), 0xFF8 | D_EITR_CNT_WDIS);
	assert_int_equal(m->fired[30], 1);
	wr(m, D_EITR(30), 0xFF8);
	assert_int_equal(m->fired[30], 2);
	assert_int_equal(rd(m, D_EITR(30)), 0xFF8 | 127u << 21);
	/* Beyond the 64 vectors of the physical function it is storage. */
	wr(m, D_EITR(128), 0xFF8 | 3 << 21);
	assert_int_equal(rd(m, D_EITR(128)), 0xFF8);
}

static void software_may_be_in_a_hurry(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(1), EITR_50_US | D_EITR_CNT_WDIS);
	wr(m, D_EITR(2), EITR_50_US | D_EITR_CNT_WDIS);
	wr(m, D_EIAM_EX(1), 0);
	nic_interrupt_rx(m->nic, 0);
	nic_interrupt_rx(m->nic, 1);
	nic_interrupt_rx(m->nic, 1);
	wr(m, D_EICS, 2);
	assert_int_equal(m->fired[1], 1);
	wr(m, D_GPIE, MSIX_GPIE | D_GPIE_EIMEN);
	wr(m, D_EICS, 2);
	assert_int_equal(m->fired[1], 2);
	assert_int_equal(m->fired[2], 1);
	run_until_idle(m);
	assert_int_equal(m->fired[2], 2);
}

static void one_interrupt_for_all(void **state)
{
	struct machine *m = *state;

	nic_interrupt_tx(m->nic, 1);
	assert_true(m->line);
	assert_int_equal(m->fired[0], 1);
	nic_interrupt_rx(m->nic, 0);
	nic_set_carrier(m->nic, false);
	assert_true(m->line);
	/* Reading clears all and masks what EIAM names; the line falls. */
	assert_int_equal(rd(m, D_EICR), D_LSC | 0x21);
	assert_false(m->line);
	assert_int_equal(rd(m, D_EIMS), D_LSC);
	assert_int_equal(rd(m, D_EICR), 0);
	nic_interrupt_rx(m->nic, 0);
	assert_false(m->line);
	wr(m, D_EIMS_EX(1), 0xFFFFFFFF);
	assert_true(m->line);
	/* A mask takes the line down, and brings it back. */
	wr(m, D_EIMC, 0x1);
	assert_false(m->line);
	wr(m, D_EIMS, 0x1);
	assert_true(m->line);
	wr(m, D_EICR, 0x1);
	assert_false(m->line);
	/* It masked itself by that, for EIAM names it: writing EICS opens the mask too. */
	assert_int_equal(rd(m, D_EIMS) & 1, 0);
	wr(m, D_EICS, 0x1);
	assert_true(m->line);
	assert_int_equal(rd(m, D_EIMS) & 1, 1);
	for (unsigned int i = 1; i < 64; i++)
		assert_int_equal(m->fired[i], 0);
}

static void a_throttled_line(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(0), EITR_50_US | D_EITR_CNT_WDIS);
	wr(m, D_EIAM, 0);
	nic_interrupt_rx(m->nic, 0);
	assert_true(m->line);
	rd(m, D_EICR);
	nic_interrupt_rx(m->nic, 1);
	assert_false(m->line);
	run_until_idle(m);
	assert_true(m->line);
	rd(m, D_EICR);
	assert_false(m->line);
	/* Read by a driver that polls: nothing is left to come. */
	nic_interrupt_rx(m->nic, 1);
	rd(m, D_EICR);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_false(m->line);
}

static void the_mode_may_change(void **state)
{
	struct machine *m = *state;

	wr(m, D_EIAM, 0);
	nic_interrupt_rx(m->nic, 1);
	assert_true(m->line);
	wr(m, D_GPIE, D_GPIE_MULTIPLE_MSIX);
	assert_false(m->line);
	assert_int_equal(m->fired[5], 1);
	wr(m, D_GPIE, 0);
	assert_true(m->line);
}

static void a_reset_forgets(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(0), EITR_50_US | D_EITR_CNT_WDIS);
	nic_interrupt_rx(m->nic, 0);
	assert_true(m->line);
	wr(m, D_EIMC, 0x7FFFFFFF);
	driver_quiesce(m);
	wr(m, D_EIMS, 0xFFFF);
	wr(m, D_CTRL, D_CTRL_RST);
	assert_false(m->line);
	sleep_ns(m, 20 * MS);
	wr(m, D_EIMS, 0xFFFF);
	assert_false(m->line);
	assert_int_equal(rd(m, D_EITR(0)), 0);
	/* And a reset of the function. */
	wr(m, D_EICS, 0x1);
	assert_true(m->line);
	nic_reset_function(m->nic);
	assert_false(m->line);
	assert_int_equal(rd(m, D_EIMS), 0);
	assert_int_equal(m->fired[0], 2);
}

/* A pending message of a vector goes with the reset. */
static void a_reset_drops_what_waits(void **state)
{
	struct machine *m = *state;

	wr(m, D_EITR(20), EITR_50_US | D_EITR_CNT_WDIS);
	wr(m, D_EIAM_EX(1), 0);
	nic_interrupt_rx(m->nic, 19);
	nic_interrupt_rx(m->nic, 19);
	nic_reset_function(m->nic);
	sleep_ns(m, MS);
	nic_poll(m->nic);
	assert_int_equal(m->fired[20], 1);
	wr(m, D_GPIE, MSIX_GPIE);
	wr(m, D_EIMS_EX(1), 0xFFFFFFFF);
	assert_int_equal(m->fired[20], 1);
}

#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_queue_fires_its_vector_once, msix_setup),
		TEST(vectors_from_16_on, msix_setup),
		TEST(queues_without_a_valid_bit_are_silent, msix_setup),
		TEST(other_causes_have_a_vector, msix_setup),
		TEST(other_causes_have_their_own_mask, msix_setup),
		TEST(the_tcp_timer_has_a_vector, msix_setup),
		TEST(pins_interrupt_if_gpie_lets_them, msix_setup),
		TEST(causes_stay_without_auto_clear, msix_setup),
		TEST(moderation_spaces_interrupts, msix_setup),
		TEST(throttled_and_masked, msix_setup),
		TEST(the_counter_can_be_written, msix_setup),
		TEST(software_may_be_in_a_hurry, msix_setup),
		TEST(one_interrupt_for_all, single_setup),
		TEST(a_throttled_line, single_setup),
		TEST(the_mode_may_change, single_setup),
		TEST(a_reset_forgets, single_setup),
		TEST(a_reset_drops_what_waits, msix_setup),
	};

	return cmocka_run_group_tests_name("nic: interrupts", tests, NULL, NULL);
}
