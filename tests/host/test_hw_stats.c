/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics of kmod/hw_stats.c over the software 82599: everything that comes and
 * leaves is counted once, where it belongs, for port and queue. What only chance
 * would show, registers that are not read at one moment, is scripted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw_fake.h"
#include "hw_model.h"
#include "regs.h"

#define SETS ONEPATH_HW_STATS_SETS

/* Of an arriving frame: all else is 0. */
struct counted {
	u64 rx_frames, rx_bytes, rx_missed, rx_filtered, rx_oversize, rx_crc_errors,
		rx_length_errors, rx_other_errors;
};

static void check_counted(const struct onepath_hw_stats *is, const struct counted *wanted)
{
	const struct {
		const char *name;
		u64 is, wanted;
	} fields[] = {
		{ "rx_frames", is->rx_frames, wanted->rx_frames },
		{ "rx_bytes", is->rx_bytes, wanted->rx_bytes },
		{ "rx_missed", is->rx_missed, wanted->rx_missed },
		{ "rx_filtered", is->rx_filtered, wanted->rx_filtered },
		{ "rx_oversize", is->rx_oversize, wanted->rx_oversize },
		{ "rx_crc_errors", is->rx_crc_errors, wanted->rx_crc_errors },
		{ "rx_length_errors", is->rx_length_errors, wanted->rx_length_errors },
		{ "rx_other_errors", is->rx_other_errors, wanted->rx_other_errors },
		{ "tx_frames", is->tx_frames, 0 },
		{ "tx_bytes", is->tx_bytes, 0 },
		{ "tx_lost", is->tx_lost, 0 },
		{ "rx_pause", is->rx_pause, 0 },
		{ "tx_pause", is->tx_pause, 0 },
		{ "link_changes", is->link_changes, 0 },
	};

	for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++)
		if (fields[n].is != fields[n].wanted)
			fail_msg("%s: %ju, not %ju", fields[n].name, (uintmax_t)fields[n].is,
				 (uintmax_t)fields[n].wanted);
}

/* What is wrong with a frame is counted, and it never reaches a descriptor. */
static void test_bad_frames_are_counted_not_delivered(void **state)
{
	static const struct bad {
		size_t len;
		unsigned int errors;
		bool tagged, good;
		struct counted counted;
	} frames[] = {
		{ 1514, 0, false, true, { .rx_frames = 1, .rx_bytes = 1514 } },
		{ 1515, 0, false, false, { .rx_oversize = 1 } },
		{ 1518, 0, true, true, { .rx_frames = 1, .rx_bytes = 1518 } },
		{ 1519, 0, true, false, { .rx_oversize = 1 } },
		{ 9000, 0, false, false, { .rx_oversize = 1 } },
		{ 15872, 0, false, false, { .rx_oversize = 1 } },
		{ 9000, NIC_WIRE_CRC_ERROR, false, false, { .rx_length_errors = 1 } },
		{ 59, 0, false, false, { .rx_length_errors = 1 } },
		{ 20, 0, false, false, { .rx_length_errors = 1 } },
		{ 59, NIC_WIRE_CRC_ERROR, false, false, { .rx_length_errors = 1 } },
		{ 60, NIC_WIRE_CRC_ERROR, false, false, { .rx_crc_errors = 1 } },
		{ 1514, NIC_WIRE_CRC_ERROR, false, false, { .rx_crc_errors = 1 } },
		{ 700, NIC_WIRE_SYMBOL_ERROR, false, false, { .rx_other_errors = 2 } },
		{ 60, 0, false, true, { .rx_frames = 1, .rx_bytes = 60 } },
	};
	struct model *m = model_new();
	uint8_t frame[NIC_FRAME_MAX];
	uint32_t stored = 0;

	(void)state;
	model_path_start(m, 64, 1, 0);
	memset(frame, 0xff, sizeof(frame));
	for (size_t n = 0; n < sizeof(frames) / sizeof(frames[0]); n++) {
		struct onepath_hw_stats counted = { 0 };

		memcpy(frame + 12, frames[n].tagged ? "\x81\x00" : "\x88\xb5", 2);
		assert_int_equal(nic_receive(m->ports[0].nic, frame, frames[n].len,
					     frames[n].errors),
				 frames[n].good);
		assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &counted), 0);
		check_counted(&counted, &frames[n].counted);
		stored += frames[n].good;
		assert_int_equal(m->path.output[0].ring[stored - 1].status & ONEPATH_RX_DD,
				 ONEPATH_RX_DD);
		assert_int_equal(m->path.output[0].ring[stored].status, 0);
	}
	model_path_stop(m);
	model_check_and_free(m);
}

/* Sums are true, and never go back: not over a stop, not over a reset. */
static void test_statistics_over_resets(void **state)
{
	struct model *m = model_new();
	struct onepath_hw_stats in = { 0 }, out = { 0 };
	uint64_t bytes = 0;

	(void)state;
	for (unsigned int turn = 1; turn <= 5; turn++) {
		uint8_t frame[MODEL_FRAME_MAX];

		model_let_in(m);
		model_path_start(m, 64, 1, 1);
		for (unsigned int n = 0; n < 50; n++) {
			bytes += model_frame(m->arrived, frame);
			assert_true(model_arrive(m));
		}
		model_run(m);
		model_path_stop(m);
		assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &in), 0);
		assert_int_equal(onepath_hw_stats_add(&m->ports[1].io, &out), 0);
		for (unsigned int p = 0; p < 2; p++)
			model_wake(m, &m->ports[p]);
		assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &in), 0);
		assert_int_equal(onepath_hw_stats_add(&m->ports[1].io, &out), 0);

		/* QBRC is without CRC as it was stripped, GOTC counts it (8.2.3.23) */
		assert_int_equal(in.rx_frames, turn * 50);
		assert_int_equal(in.rx_bytes, bytes);
		assert_int_equal(out.tx_frames, turn * 50);
		assert_int_equal(out.tx_bytes, bytes + turn * 50 * 4);
		check_counted(&in, &(struct counted){ .rx_frames = turn * 50, .rx_bytes = bytes });
		assert_int_equal(out.rx_frames, 0);
	}
	model_check_and_free(m);
}

static void test_counts_of_a_former_driver_are_dropped(void **state)
{
	struct model *m = model_new();
	struct onepath_hw_stats stats = { 0 };
	uint8_t frame[MODEL_FRAME_MAX];
	uint64_t bytes;

	(void)state;
	model_let_in(m);
	model_path_start(m, 64, 1, 0);
	for (unsigned int n = 0; n < 70; n++)
		model_arrive(m);
	model_path_stop(m);
	/* it had read the frames, and not yet their bytes, which come with the next frame */
	assert_int_not_equal(onepath_read(&m->ports[0].io, REG_QPRC(0)), 0);
	onepath_hw_stats_init(&m->ports[0].io);
	model_path_start(m, 64, 1, 0);
	bytes = model_frame(m->arrived, frame);
	assert_true(model_arrive(m));
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	check_counted(&stats, &(struct counted){ .rx_frames = 1, .rx_bytes = bytes });
	model_check_and_free(m);
}

/* All but one of a port's sets have counted nothing. */
static void check_only_set(const struct onepath_hw_stats *stats, u32 only)
{
	static const struct onepath_hw_queue_stats none;

	for (u32 n = 0; n < SETS; n++)
		if (n != only)
			assert_memory_equal(&stats->set[n], &none, sizeof(none));
}

/* The frames of the model have a type of their own, which leads to any queue. */
static void lead_to_queue(struct model *m, u32 queue)
{
	m->rx_queue = queue;
	nic_write(m->ports[0].nic, 0x05128, 0x800088b5); /* ETQF[0] */
	nic_write(m->ports[0].nic, 0x0ec00, 0x80000000 | queue << 16); /* ETQS[0] */
}

static void test_each_queue_counts_in_its_set(void **state)
{
	struct model *m = model_new();

	(void)state;
	m->handled = 0;
	for (u32 queue = 0; queue < ONEPATH_HW_QUEUES; queue++) {
		struct onepath_hw_stats in = { 0 }, out = { 0 };
		u32 set = queue < SETS ? queue : SETS - 1;
		uint8_t frame[MODEL_FRAME_MAX];
		uint64_t bytes = 0, stored = 0;

		m->arrived = 5; /* not a VLAN tag among the first 7 */
		m->ports[1].sent = 5;
		lead_to_queue(m, queue);
		model_let_in(m);
		model_path_start(m, 64, 1, ONEPATH_HW_QUEUES - 1 - queue);
		for (unsigned int n = 0; n < 5; n++) {
			bytes += model_frame(m->arrived, frame);
			assert_true(model_arrive(m));
		}
		model_run(m);
		for (unsigned int n = 0; n < 70; n++) { /* more than the ring holds */
			m->arrived = 5;
			if (model_arrive(m)) {
				bytes += model_frame(5, frame);
				stored++;
			}
		}
		model_path_stop(m);

		assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &in), 0);
		check_counted(&in, &(struct counted){ .rx_frames = 5 + stored,
						      .rx_bytes = bytes,
						      .rx_missed = 70 - stored });
		check_only_set(&in, set);
		assert_int_equal(in.set[set].rx_frames, 5 + stored);
		assert_int_equal(in.set[set].rx_bytes, bytes);
		assert_int_equal(in.set[set].rx_missed, 70 - stored);
		assert_int_equal(in.set[set].tx_frames + in.set[set].tx_bytes, 0);

		set = ONEPATH_HW_QUEUES - 1 - queue < SETS ? ONEPATH_HW_QUEUES - 1 - queue
							   : SETS - 1;
		assert_int_equal(onepath_hw_stats_add(&m->ports[1].io, &out), 0);
		check_only_set(&out, set);
		assert_int_equal(out.tx_frames, 5);
		assert_int_equal(out.set[set].tx_frames, 5);
		assert_int_equal(out.set[set].tx_bytes, out.tx_bytes - 5 * 4);
		assert_int_equal(
			out.set[set].rx_frames + out.set[set].rx_bytes + out.set[set].rx_missed, 0);
	}
	model_check_and_free(m);
}

/* Good frames for somebody else; they are neither missed nor errors. */
static void test_filtered_frames(void **state)
{
	struct model *m = model_new();
	struct onepath_hw_stats stats = { 0 };
	unsigned int filtered = 0, taken = 0;

	(void)state;
	model_path_start(m, 256, 1, 0);
	for (unsigned int n = 0; n < 200; n++) {
		if (model_arrive(m))
			taken++;
		else
			m->arrived++, filtered++;
		if (n % 40 == 0)
			assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	}
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	assert_int_equal(filtered, 50);
	assert_int_equal(stats.rx_frames, taken);
	assert_int_equal(stats.rx_filtered, filtered);
	assert_int_equal(stats.rx_missed, 0);
	model_path_stop(m);
	model_check_and_free(m);
}

/* A PAUSE frame that is obeyed reaches nobody, and no filter has held it back. */
static void test_pauses_that_come(void **state)
{
	struct model *m = model_new();
	struct onepath_hw_stats stats = { 0 };

	(void)state;
	model_let_in(m);
	model_path_start(m, 64, 1, 0);
	nic_write(m->ports[0].nic, REG_MFLCN, MFLCN_RFCE | MFLCN_DPF);
	model_pause(&m->ports[0], 1000);
	model_pause(&m->ports[0], 1000);
	model_pause(&m->ports[0], 0);
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	assert_int_equal(stats.rx_pause, 2);
	stats.rx_pause = 0;
	check_counted(&stats, &(struct counted){ 0 });

	/* not obeyed: a frame like any other */
	nic_write(m->ports[0].nic, REG_MFLCN, 0);
	model_pause(&m->ports[0], 1000);
	assert_int_equal(onepath_hw_stats_add(&m->ports[0].io, &stats), 0);
	check_counted(&stats, &(struct counted){ .rx_frames = 1, .rx_bytes = 60 });
	model_path_stop(m);
	model_check_and_free(m);
}

/* PAUSE frames that the port sends by itself are none that it was given to send. */
static void test_pauses_that_leave(void **state)
{
	struct model *m = model_new();
	struct model_port *p = &m->ports[0];
	struct onepath_hw_stats stats = { 0 };

	(void)state;
	model_let_in(m);
	model_path_start(m, 64, 1, 0);
	nic_write(p->nic, REG_SRRCTL(0), 2); /* not DROP_EN: the packet buffer fills */
	nic_write(p->nic, REG_FCTTV(0), 1000);
	nic_write(p->nic, REG_FCRTL(0), FCRTL_XONE | 8 * 1024);
	nic_write(p->nic, REG_FCRTH(0), FCRTH_FCEN | 16 * 1024);
	nic_write(p->nic, REG_FCCFG, FCCFG_TFCE_LINK);
	for (unsigned int n = 0; n < 200; n++)
		assert_true(model_arrive(m));
	assert_int_equal(p->paused, 1);
	model_run(m);
	assert_int_equal(p->resumed, 1);
	assert_int_equal(onepath_hw_stats_add(&p->io, &stats), 0);
	assert_int_equal(stats.tx_pause, 1);
	assert_int_equal(stats.tx_frames + stats.tx_bytes, 0);
	assert_int_equal(stats.rx_frames, 200);
	model_path_stop(m);
	model_check_and_free(m);
}

static void put_and_add(struct fake *f, struct onepath_hw_stats *sum, u32 reg_all, u32 all,
			u32 reg_part, u32 part)
{
	fake_put(f, reg_all, all);
	fake_put(f, reg_part, part);
	assert_int_equal(onepath_hw_stats_add(&f->io, sum), 0);
}

/*
 * A frame that comes while they are read is in the second register only. The first one is the
 * one that counts more, so that the difference may be late, but is never too large.
 */
static void test_differences_never_go_back(void **state)
{
	struct onepath_hw_stats sum = { 0 };
	struct fake f;

	(void)state;
	fake_init(&f);
	put_and_add(&f, &sum, REG_RXNFGPC, 10, REG_GPRC, 12);
	assert_int_equal(sum.rx_filtered, 0);
	assert_true(fake_expect(&f, 0, FAKE_READ, REG_RXNFGPC, 0, 0) <
		    fake_expect(&f, 0, FAKE_READ, REG_GPRC, 0, 0));
	put_and_add(&f, &sum, REG_RXNFGPC, 20, REG_GPRC, 10);
	assert_int_equal(sum.rx_filtered, 8);
	put_and_add(&f, &sum, REG_RXNFGPC, 1, REG_GPRC, 3);
	assert_int_equal(sum.rx_filtered, 8);
	put_and_add(&f, &sum, REG_RXNFGPC, 5, REG_GPRC, 1);
	assert_int_equal(sum.rx_filtered, 10);
	put_and_add(&f, &sum, REG_RXNFGPC, 0, REG_GPRC, 0);

	fake_forget(&f);
	put_and_add(&f, &sum, REG_GPTC, 4, REG_LXOFFTXC, 5);
	assert_int_equal(sum.tx_frames, 0);
	assert_true(fake_expect(&f, 0, FAKE_READ, REG_GPTC, 0, 0) <
		    fake_expect(&f, 0, FAKE_READ, REG_LXOFFTXC, 0, 0));
	put_and_add(&f, &sum, REG_GPTC, 10, REG_LXOFFTXC, 0);
	assert_int_equal(sum.tx_frames, 9);
	put_and_add(&f, &sum, REG_GPTC, 0, REG_LXOFFTXC, 1);
	assert_int_equal(sum.tx_frames, 9);
	fake_free(&f);
}

/* What the caller counts is the caller's, and all ones of a counter are no missing device. */
static void test_sums_of_the_caller_stay(void **state)
{
	struct onepath_hw_stats sum = { .tx_lost = 7, .link_changes = 3 };
	struct fake f;

	(void)state;
	fake_init(&f);
	for (u32 n = 0; n < SETS; n++)
		sum.set[n].tx_lost = n;
	fake_put(&f, REG_QPRC(3), ~0u);
	fake_put(&f, REG_QBRC_L(3), ~0u);
	fake_put(&f, REG_QBRC_H(3), 0xf);
	assert_int_equal(onepath_hw_stats_add(&f.io, &sum), 0);
	assert_int_equal(onepath_hw_stats_add(&f.io, &sum), 0);
	assert_int_equal(sum.tx_lost, 7);
	assert_int_equal(sum.link_changes, 3);
	for (u32 n = 0; n < SETS; n++)
		assert_int_equal(sum.set[n].tx_lost, n);
	assert_true(sum.rx_frames == 2 * 0xffffffffull);
	assert_true(sum.set[3].rx_bytes == 2 * 0xfffffffffull);
	fake_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_frames_are_counted_not_delivered),
		cmocka_unit_test(test_statistics_over_resets),
		cmocka_unit_test(test_counts_of_a_former_driver_are_dropped),
		cmocka_unit_test(test_each_queue_counts_in_its_set),
		cmocka_unit_test(test_filtered_frames),
		cmocka_unit_test(test_pauses_that_come),
		cmocka_unit_test(test_pauses_that_leave),
		cmocka_unit_test(test_differences_never_go_back),
		cmocka_unit_test(test_sums_of_the_caller_stay),
	};

	return cmocka_run_group_tests_name("hw statistics", tests, NULL, NULL);
}
