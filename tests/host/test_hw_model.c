/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kmod/hw_*.c over the software 82599, with the hot loop of run.h between the
 * rings: do frames flow, does everything stop, is what is counted true, and is no
 * rule of the datasheet broken? Each test ends by asking the model for that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw_model.h"
#include "regs.h"

static const uint32_t queues[] = { 0, 1, 63 };

/* Queues other than 0 receive nothing without RSS; they start and stop all the same. */
static void test_start_and_stop_every_queue(void **state)
{
	struct model *m = model_new();

	(void)state;
	for (uint32_t queue = 0; queue < ONEPATH_HW_QUEUES; queue++)
		for (uint32_t size = 64; size <= 4096; size *= 2) {
			struct onepath_io *io = &m->ports[queue % MODEL_PORTS].io;
			u32 drain_us = ONEPATH_HW_DRAIN_US;

			m->slept_us = 0;
			assert_int_equal(onepath_hw_rx_start(io, queue, 0x100000, size, 2048), 0);
			assert_int_equal(onepath_hw_tx_start(io, queue, 0x100000, size, 0x200000,
							     size - 1),
					 0);
			assert_int_equal(onepath_hw_rx_stop(io, queue), 0);
			assert_int_equal(onepath_hw_tx_stop(io, queue, &drain_us), 0);
			assert_in_range(m->slept_us, 0, 50000);
		}
	model_check_and_free(m);
}

static void test_forward_on_every_ring_size_and_queue(void **state)
{
	struct model *m = model_new();

	(void)state;
	model_let_in(m);
	for (size_t q = 0; q < 3; q++)
		for (uint32_t size = 64; size <= 4096; size *= 2) {
			unsigned int outputs = 1 + (q + size / 64) % 3;
			uint64_t sent[3], frames = 2 * size + 77, n = 0;

			for (unsigned int k = 0; k < outputs; k++)
				sent[k] = model_output(m, k)->sent = m->arrived;
			model_path_start(m, size, outputs, queues[q]);
			while (n < frames) {
				for (unsigned int burst = 1 + n % (size / 2); burst; burst--)
					n += model_arrive(m);
				model_run(m);
			}
			model_path_stop(m);
			assert_int_equal(m->handled, m->arrived);
			for (unsigned int k = 0; k < outputs; k++)
				assert_int_equal(model_output(m, k)->sent - sent[k], n);
		}
	model_check_and_free(m);
}

/* The ring fills, what does not fit is dropped and counted, and then all goes on. */
static void test_full_ring_drops_and_goes_on(void **state)
{
	struct model *m = model_new();
	struct onepath_hw_stats stats = { 0 };

	(void)state;
	model_let_in(m);
	model_path_start(m, 128, 1, 0);
	for (unsigned int n = 0; n < 200; n++)
		model_arrive(m);
	assert_int_equal(m->arrived, 127);
	model_run(m);
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	assert_int_equal(stats.rx_frames, 127);
	assert_int_equal(stats.rx_missed, 200 - 127);
	for (unsigned int n = 0; n < 60; n++)
		assert_true(model_arrive(m));
	model_run(m);
	model_path_stop(m);
	assert_int_equal(m->ports[1].sent, 187);
	model_check_and_free(m);
}

/* TXPADEN: what is shorter than 60 bytes leaves padded with zeroes (7.2.3.2.2). */
static void test_short_frames_leave_padded(void **state)
{
	struct model *m = model_new();

	(void)state;
	model_let_in(m);
	model_path_start(m, 64, 2, 63);
	for (m->cut = 14; m->cut <= 60; m->cut++) {
		assert_true(model_arrive(m));
		model_run(m);
	}
	model_path_stop(m);
	assert_int_equal(m->ports[2].sent, 47);
	model_check_and_free(m);
}

/* A drop is a null descriptor on every output; its buffer comes back like any other. */
static void test_dropped_frames_are_null_descriptors(void **state)
{
	struct model *m = model_new();

	(void)state;
	model_let_in(m);
	m->drop = true;
	model_path_start(m, 64, 3, 1);
	for (unsigned int n = 0; n < 500; n++) {
		assert_true(model_arrive(m));
		model_run(m);
	}
	model_path_stop(m);
	for (unsigned int p = 0; p < MODEL_PORTS; p++) {
		assert_int_equal(m->ports[p].sent, 0);
		assert_int_equal(nic_counters(m->ports[p].nic)->null_descriptors, 500);
	}
	model_check_and_free(m);
}

/* Frames wait everywhere and the wire takes none; still everything stops, 20 times. */
static void test_stop_under_load_with_the_link_down(void **state)
{
	struct model *m = model_new();
	struct model_port *output = &m->ports[1];
	unsigned int n;

	(void)state;
	model_let_in(m);
	for (unsigned int turn = 0; turn < 20; turn++) {
		uint64_t sent;

		output->sent = m->arrived;
		model_path_start(m, 256, 1, 0);
		for (n = 0; n < 100; n++)
			assert_true(model_arrive(m));
		model_run(m);
		sent = output->sent;
		nic_set_carrier(output->nic, false);
		for (n = 0; n < 100; n++)
			assert_true(model_arrive(m));
		model_run(m);
		for (n = 0; n < 50; n++)
			assert_true(model_arrive(m));

		m->slept_us = 0;
		model_path_stop(m);
		assert_in_range(m->slept_us, 0, 150000);
		nic_set_carrier(output->nic, true);
		for (n = 0; n < 10; n++) {
			m->now_ns += MODEL_MS;
			nic_poll(output->nic);
			assert_false(model_arrive(m));
		}
		assert_int_equal(output->sent, sent);
	}
	model_check_and_free(m);
}

/* A reset finds everything running: no stop came before it. */
static void test_reset_under_load(void **state)
{
	struct model *m = model_new();

	(void)state;
	for (unsigned int turn = 0; turn < 20; turn++) {
		m->ports[1].sent = m->ports[2].sent = m->arrived;
		model_let_in(m);
		model_path_start(m, 128, 2, turn % 64);
		for (unsigned int n = 0; n < 100; n++)
			assert_true(model_arrive(m));
		model_run(m);
		for (unsigned int n = 0; n < 20; n++)
			assert_true(model_arrive(m));
		for (unsigned int p = 0; p < MODEL_PORTS; p++)
			assert_int_equal(onepath_hw_reset(&m->ports[p].io, turn & 1), 0);
		m->mapped = false;
		for (unsigned int n = 0; n < 10; n++)
			assert_false(model_arrive(m));
		for (unsigned int p = 0; p < MODEL_PORTS; p++)
			model_wake(m, &m->ports[p]);
	}
	model_check_and_free(m);
}

/* An NF may write anything into a tail: the queue stops, and after a reset all is well. */
static void test_stop_with_a_nonsense_tail(void **state)
{
	static const uint32_t tails[] = { 256, 4095, 65535 };
	struct model *m = model_new();

	(void)state;
	for (unsigned int p = 0; p < MODEL_PORTS; p++)
		nic_set_log(m->ports[p].nic, NULL);
	for (size_t n = 0; n < 3; n++) {
		model_path_start(m, 256, 1, 1);
		m->ports[1].io.write(&m->ports[1].io, onepath_hw_tdt(1), tails[n]);
		m->ports[0].io.write(&m->ports[0].io, onepath_hw_rdt(0), tails[n]);
		m->slept_us = 0;
		model_path_stop(m);
		assert_in_range(m->slept_us, 0, 150000);
		model_wake(m, &m->ports[0]);
		model_wake(m, &m->ports[1]);
	}
	model_check_rules(m, "tail-range");
	model_let_in(m);
	model_path_start(m, 64, 1, 1);
	for (unsigned int n = 0; n < 50; n++)
		assert_true(model_arrive(m));
	model_run(m);
	model_path_stop(m);
	assert_int_equal(m->ports[1].sent, 50);
	model_check_rules(m, "tail-range");
	model_free(m);
}

static void test_link(void **state)
{
	struct model *m = model_new();
	struct onepath_io *io = &m->ports[0].io;

	(void)state;
	assert_int_equal(onepath_hw_link_speed_mbps(io), 10000);
	nic_set_carrier(m->ports[0].nic, false);
	assert_int_equal(onepath_hw_link_speed_mbps(io), 0);
	nic_set_carrier(m->ports[0].nic, true);
	m->now_ns += 10 * MODEL_MS;
	nic_poll(m->ports[0].nic);
	assert_int_equal(onepath_hw_link_speed_mbps(io), 10000);
	model_check_and_free(m);
}

/* Another driver leaves the laser off: the far end would have no link. */
static void test_link_start_turns_the_laser_on(void **state)
{
	struct model *m = model_new();
	struct nic *nic = m->ports[0].nic;

	(void)state;
	nic_write(nic, 0x20, 0x808); /* ESDP: SDP3, TX_DISABLE, an output that is high */
	assert_false(nic_sends_light(nic));
	onepath_hw_link_start(&m->ports[0].io);
	assert_true(nic_sends_light(nic));
	model_check_and_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_and_stop_every_queue),
		cmocka_unit_test(test_forward_on_every_ring_size_and_queue),
		cmocka_unit_test(test_full_ring_drops_and_goes_on),
		cmocka_unit_test(test_short_frames_leave_padded),
		cmocka_unit_test(test_dropped_frames_are_null_descriptors),
		cmocka_unit_test(test_stop_under_load_with_the_link_down),
		cmocka_unit_test(test_reset_under_load),
		cmocka_unit_test(test_stop_with_a_nonsense_tail),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_link_start_turns_the_laser_on),
	};

	return cmocka_run_group_tests_name("hw over the model", tests, NULL, NULL);
}
