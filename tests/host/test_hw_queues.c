/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues of kmod/hw_*.c over the software 82599, without the loop: outputs that
 * begin in the middle of their ring, buffers of every size, and the positions that
 * the kernel looks at. Each test ends by asking the model for broken rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw_model.h"

#define RING 64u

/* The NF gives frame @number with descriptor @i. */
static void give(struct model *m, uint32_t i, uint64_t number)
{
	struct onepath_descriptor *d = &m->path.output[0].ring[i];
	size_t len = model_frame(number, m->path.buffers + i * m->path.stride);

	d->length = htole16(len);
	d->cso = 0;
	d->cmd = ONEPATH_TX_EOP | ONEPATH_TX_IFCS | ONEPATH_TX_RS;
	d->status = 0;
	d->errors = 0;
	d->vlan = 0;
}

static void check_position(struct onepath_io *io, u32 queue, u32 head, u32 tail)
{
	u32 is_head = ~0u, is_tail = ~0u;

	onepath_hw_tx_position(io, queue, &is_head, &is_tail);
	assert_int_equal(is_head, head);
	assert_int_equal(is_tail, tail);
}

/* From any descriptor on: nothing is sent before the tail moves, then what it gives, in order. */
static void test_transmit_begins_anywhere(void **state)
{
	static const u32 starts[] = { 0, 1, RING / 2, RING - 3, RING - 1 };
	struct model *m = model_new();
	struct onepath_io *io = &m->ports[1].io;
	u32 drain_us = 0;

	(void)state;
	for (unsigned int turn = 0; turn < 2 * sizeof(starts) / sizeof(starts[0]); turn++) {
		u32 at = starts[turn / 2], tail = (at + 40) % RING;
		u32 queue = turn % 2 ? 63 : 3;

		m->at = at;
		m->ports[1].sent = 0;
		model_path_start(m, RING, 1, queue);
		for (uint32_t n = 0; n < RING; n++)
			give(m, (at + n) % RING, n);
		nic_poll(m->ports[1].nic);
		assert_int_equal(m->ports[1].sent, 0);
		check_position(io, queue, at, at);

		nic_set_carrier(m->ports[1].nic, false);
		io->write(io, onepath_hw_tdt(queue), tail);
		check_position(io, queue, at, tail);
		nic_set_carrier(m->ports[1].nic, true);
		m->now_ns += 10 * MODEL_MS;
		nic_poll(m->ports[1].nic);
		check_position(io, queue, tail, tail);
		assert_int_equal(m->ports[1].sent, 40);
		assert_int_equal(le32toh(m->path.output[0].head->head), tail);
		assert_int_equal(onepath_hw_tx_stop(io, queue, &drain_us), 0);
		model_path_stop(m);
	}
	model_check_and_free(m);
}

static void test_receive_head(void **state)
{
	struct model *m = model_new();
	struct onepath_io *io = &m->ports[0].io;

	(void)state;
	model_let_in(m);
	model_path_start(m, RING, 1, 0);
	for (uint32_t n = 0; n < 3 * RING; n++) {
		assert_int_equal(onepath_hw_rx_head(io, 0), n % RING);
		assert_true(model_arrive(m));
		model_run(m);
	}
	model_path_stop(m);
	model_check_and_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transmit_begins_anywhere),
		cmocka_unit_test(test_receive_head),
	};

	return cmocka_run_group_tests_name("hw queues", tests, NULL, NULL);
}
