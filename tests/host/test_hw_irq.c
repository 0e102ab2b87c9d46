/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts of kmod/hw_irq.c over the software 82599: each cause leads to its
 * vector, a receive vector fires once for each time it is armed, nothing is lost
 * that comes while it is masked, and errors are told until somebody asks for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw_model.h"
#include "regs.h"

#define LAST (ONEPATH_HW_VECTORS - 1)

/* What receive says of a queue; frames get to the others with RSS only. */
void nic_interrupt_rx(struct nic *nic, unsigned int queue);

static unsigned int fired(const struct model_port *p)
{
	unsigned int sum = 0;

	for (unsigned int vector = 0; vector < 64; vector++)
		sum += p->fired[vector];
	return sum;
}

/* Moderation holds nothing back any more. */
static void pass(struct model_port *p)
{
	p->model->now_ns += 20 * MODEL_US;
	nic_poll(p->nic);
}

static struct model *irq_model(void)
{
	struct model *m = model_new();

	for (unsigned int n = 0; n < 64; n++) { /* as a former driver may have left them */
		nic_write(m->ports[0].nic, REG_IVAR(n), 0x80808080);
		nic_write(m->ports[0].nic, REG_EITR(n % 24), 0);
	}
	nic_write(m->ports[0].nic, REG_EICS, EICR_LSC | EICR_RTXQ(3));
	nic_write(m->ports[0].nic, REG_EIMS_EX(0), ~0u);
	onepath_hw_irq_init(&m->ports[0].io);
	memset(m->ports[0].fired, 0, sizeof(m->ports[0].fired));
	return m;
}

static void test_each_queue_has_a_vector(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	for (u32 n = ONEPATH_HW_RX_QUEUES / 2; n < 64; n++)
		assert_int_equal(nic_read(p->nic, REG_IVAR(n)), 0);
	for (u32 queue = 0; queue < 128; queue++)
		nic_interrupt_rx(p->nic, queue);
	pass(p);
	assert_int_equal(fired(p), 0);
	for (u32 queue = 0; queue < ONEPATH_HW_RX_QUEUES - 1; queue++) {
		for (unsigned int turn = 1; turn <= 3; turn++) {
			/* what came before is not news */
			onepath_hw_irq_arm(&p->io, queue);
			pass(p);
			assert_int_equal(p->fired[1 + queue], turn - 1);
			/* one interrupt, which takes its cause along, for many frames */
			for (unsigned int n = 0; n < 5; n++) {
				nic_interrupt_rx(p->nic, queue);
				pass(p);
				assert_int_equal(nic_read(p->nic, REG_EICS) & EICR_RTXQ(1 + queue),
						 n ? EICR_RTXQ(1 + queue) : 0);
			}
			assert_int_equal(p->fired[1 + queue], turn);
		}
		onepath_hw_irq_arm(&p->io, queue);
		onepath_hw_irq_disarm(&p->io, queue);
		assert_int_equal(nic_read(p->nic, REG_EICS) & EICR_RTXQ(1 + queue), 0);
		nic_interrupt_rx(p->nic, queue);
		pass(p);
		assert_int_equal(p->fired[1 + queue], 3);
	}
	assert_int_equal(fired(p), 3 * (ONEPATH_HW_RX_QUEUES - 1));
	model_check_and_free(m);
}

/* EICR does not show vector 16: what came before it was armed is told once too often. */
static void test_the_last_queue(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	nic_write(p->nic, REG_EICS, BIT(LAST));
	for (unsigned int turn = 1; turn <= 3; turn++) {
		onepath_hw_irq_arm(&p->io, LAST - 1);
		nic_interrupt_rx(p->nic, LAST - 1);
		nic_interrupt_rx(p->nic, LAST - 1);
		pass(p);
		assert_int_equal(p->fired[LAST], 2 * turn - 1);
		onepath_hw_irq_arm(&p->io, LAST - 1);
		pass(p);
		assert_int_equal(p->fired[LAST], 2 * turn);
	}
	onepath_hw_irq_arm(&p->io, LAST - 1);
	onepath_hw_irq_disarm(&p->io, LAST - 1);
	nic_interrupt_rx(p->nic, LAST - 1);
	pass(p);
	assert_int_equal(fired(p), 6);
	/* EICR's bit 16 and up are other causes, and arming leaves them alone */
	assert_int_equal(nic_read(p->nic, REG_EICS), BIT(LAST));
	model_check_and_free(m);
}

/* Armed anew with each interrupt, a queue under load interrupts every 10 us at most. */
static void test_moderation(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];
	unsigned int before = 0;

	(void)state;
	for (unsigned int us = 0; us < 1000; us++) {
		if (!us || p->fired[1] != before) {
			before = p->fired[1];
			onepath_hw_irq_arm(&p->io, 0);
		}
		nic_interrupt_rx(p->nic, 0);
		m->now_ns += MODEL_US;
		nic_poll(p->nic);
	}
	assert_in_range(p->fired[1], 90, 101);
	model_check_and_free(m);
}

/* As poll() does it: look, arm, look again, sleep. No frame is left lying. */
static void test_no_frame_is_missed(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	model_let_in(m);
	model_path_start(m, 64, 1, 0);
	for (unsigned int turn = 0; turn < 500; turn++) {
		bool before = turn & 1, between = turn & 2, after = turn & 4;
		unsigned int interrupts = p->fired[1];
		u32 head = onepath_hw_rx_head(&p->io, 0);
		bool seen;

		if (before)
			assert_true(model_arrive(m));
		onepath_hw_irq_arm(&p->io, 0);
		if (between)
			assert_true(model_arrive(m));
		seen = onepath_hw_rx_head(&p->io, 0) != head;
		assert_int_equal(seen, before || between);
		if (seen)
			onepath_hw_irq_disarm(&p->io, 0);
		if (after)
			assert_true(model_arrive(m));
		pass(p);
		if (!seen)
			assert_int_equal(p->fired[1] - interrupts, after);
		model_run(m);
	}
	model_path_stop(m);
	model_check_and_free(m);
}

static void change_link(struct model_port *p, bool up)
{
	nic_set_carrier(p->nic, up);
	p->model->now_ns += MODEL_MS;
	nic_poll(p->nic);
}

static void test_link_changes(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	onepath_hw_irq_other_enable(&p->io);
	assert_int_equal(onepath_hw_irq_other(&p->io), 0);
	onepath_hw_irq_init(&p->io);
	change_link(p, false);
	change_link(p, true);
	assert_int_equal(fired(p), 0);
	/* pending since before: at once */
	onepath_hw_irq_other_enable(&p->io);
	pass(p);
	for (unsigned int turn = 1; turn <= 20; turn++) {
		assert_int_equal(p->fired[0], turn);
		assert_int_equal(onepath_hw_irq_other(&p->io), ONEPATH_HW_CAUSE_LINK);
		assert_int_equal(onepath_hw_irq_other(&p->io), 0);
		pass(p);
		assert_int_equal(p->fired[0], turn);
		change_link(p, turn % 2 == 0);
	}
	assert_int_equal(fired(p), 21);
	model_check_and_free(m);
}

/* A look at link and errors in between takes no receive cause away. */
static void test_receive_causes_stay(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	onepath_hw_irq_other_enable(&p->io);
	onepath_hw_irq_arm(&p->io, 4);
	nic_interrupt_rx(p->nic, 4);
	pass(p);
	assert_int_equal(p->fired[5], 1);
	onepath_hw_irq_arm(&p->io, 4);
	onepath_hw_irq_disarm(&p->io, 4);
	nic_interrupt_rx(p->nic, 4);
	change_link(p, false);
	assert_int_equal(onepath_hw_irq_other(&p->io), ONEPATH_HW_CAUSE_LINK);
	model_fault(p, "ecc", 1);
	assert_int_equal(onepath_hw_errors(&p->io), ONEPATH_HW_ERROR_MEMORY);
	nic_read(p->nic, REG_EICR);
	nic_write(p->nic, REG_EIMS_EX(0), BIT(5));
	pass(p);
	assert_int_equal(p->fired[5], 2);
	model_check_and_free(m);
}

/* The handler tells that there are errors, whoever asks afterwards which: once, and again later. */
static void test_errors_interrupt_until_asked_for(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	onepath_hw_irq_other_enable(&p->io);
	for (unsigned int turn = 0; turn < 3; turn++) {
		model_fault(p, turn % 2 ? "ecc" : "pci-exception", 1);
		pass(p);
		assert_int_equal(p->fired[0], 2 * turn + 1);
		assert_int_equal(onepath_hw_irq_other(&p->io), ONEPATH_HW_CAUSE_ERROR);
		/* the link may change before anybody asks */
		change_link(p, turn % 2);
		assert_int_equal(p->fired[0], 2 * turn + 2);
		assert_int_equal(onepath_hw_irq_other(&p->io),
				 ONEPATH_HW_CAUSE_LINK | ONEPATH_HW_CAUSE_ERROR);
		assert_int_equal(onepath_hw_errors(&p->io),
				 turn % 2 ? ONEPATH_HW_ERROR_MEMORY : ONEPATH_HW_ERROR_BUS);
		assert_int_equal(onepath_hw_errors(&p->io), 0);
		assert_int_equal(onepath_hw_irq_other(&p->io), 0);
		assert_int_equal(nic_read(p->nic, REG_PICAUSE), 0);
	}
	pass(p);
	assert_int_equal(fired(p), 6);
	model_check_and_free(m);
}

/* No interrupt is open: errors are there all the same, once, and a reset forgets them. */
static void test_errors_are_told_without_interrupts(void **state)
{
	struct model *m = model_new();
	struct model_port *p = &m->ports[0];

	(void)state;
	assert_int_equal(onepath_hw_errors(&p->io), 0);
	for (unsigned int turn = 0; turn < 2; turn++) {
		model_fault(p, "pci-exception", 1);
		change_link(p, turn);
		assert_int_equal(onepath_hw_errors(&p->io), ONEPATH_HW_ERROR_BUS);
		assert_int_equal(onepath_hw_errors(&p->io), 0);
		assert_int_equal(nic_read(p->nic, REG_PICAUSE), 0);
		assert_int_equal(nic_read(p->nic, REG_EIMS), 0);
	}
	model_fault(p, "ecc", 1);
	assert_int_equal(onepath_hw_errors(&p->io), ONEPATH_HW_ERROR_MEMORY);
	assert_int_equal(onepath_hw_errors(&p->io), 0);
	model_fault(p, "ecc", 1);
	model_fault(p, "pci-exception", 1);
	model_wake(m, p);
	assert_int_equal(onepath_hw_errors(&p->io), 0);
	assert_int_equal(fired(p), 0);
	model_check_and_free(m);
}

static void test_a_missing_device(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	onepath_hw_irq_other_enable(&p->io);
	assert_false(onepath_hw_gone(&p->io));
	model_fault(p, "surprise-removal", NIC_FAULT_ALWAYS);
	assert_true(onepath_hw_gone(&p->io));
	assert_int_equal(onepath_hw_errors(&p->io), 0);
	assert_int_equal(onepath_hw_irq_other(&p->io), ONEPATH_HW_CAUSE_ERROR);
	model_fault(p, "surprise-removal", 0);
	model_check_and_free(m);
}

/* A reset masks everything; after it and its init, all is as at first. */
static void test_after_a_reset(void **state)
{
	struct model *m = irq_model();
	struct model_port *p = &m->ports[0];

	(void)state;
	onepath_hw_irq_other_enable(&p->io);
	onepath_hw_irq_arm(&p->io, 0);
	model_wake(m, p);
	onepath_hw_irq_init(&p->io);
	memset(p->fired, 0, sizeof(p->fired));
	nic_interrupt_rx(p->nic, 0);
	change_link(p, false);
	assert_int_equal(fired(p), 0);
	onepath_hw_irq_arm(&p->io, 0);
	nic_interrupt_rx(p->nic, 0);
	pass(p);
	assert_int_equal(p->fired[1], 1);
	model_check_and_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_queue_has_a_vector),
		cmocka_unit_test(test_the_last_queue),
		cmocka_unit_test(test_moderation),
		cmocka_unit_test(test_no_frame_is_missed),
		cmocka_unit_test(test_link_changes),
		cmocka_unit_test(test_receive_causes_stay),
		cmocka_unit_test(test_errors_interrupt_until_asked_for),
		cmocka_unit_test(test_errors_are_told_without_interrupts),
		cmocka_unit_test(test_a_missing_device),
		cmocka_unit_test(test_after_a_reset),
	};

	return cmocka_run_group_tests_name("hw interrupts", tests, NULL, NULL);
}
