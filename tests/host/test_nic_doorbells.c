// SPDX-License-Identifier: BSD-3-Clause
/*
 * The queues' registers as memory: the datasheet's driver works on them as on
 * registers, what it stores is seen in time and in the right order, what the
 * model changes is shown, and a driver that stores anything does no harm.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "doorbells.h"
#include "nic_driver.h"

#define QPRC0 0x01030
#define GPTC  0x04080

static struct nic_doorbells *doorbells;

static void sync_pages(struct machine *m)
{
	nic_doorbells_sync(doorbells);
}

static int pages_setup(void **state)
{
	struct machine *m = machine_create(500);

	doorbells = nic_doorbells_create(m->nic);
	assert_non_null(doorbells);
	/* As a client maps it. */
	m->pages = mmap(NULL, NIC_BAR0_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			nic_doorbells_fd(doorbells), 0);
	assert_true(m->pages != MAP_FAILED);
	m->sync = sync_pages;
	*state = m;
	return 0;
}

static int driver_pages_setup(void **state)
{
	struct machine *m;

	pages_setup(state);
	m = *state;
	nic_set_log(m->nic, stderr);
	driver_init(m);
	sync_pages(m);
	assert_no_rule_broken(m);
	nic_set_log(m->nic, NULL);
	return 0;
}

static int pages_teardown(void **state)
{
	struct machine *m = *state;

	munmap(m->pages, NIC_BAR0_SIZE);
	nic_doorbells_destroy(doorbells);
	return machine_teardown(state);
}

static void send_one(struct machine *m, unsigned int i)
{
	transmit(m, i, 60, D_EOP | D_IFCS);
}

static void test_frames_go_and_come(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3 * RING; i++) {
		send_one(m, i % RING);
		assert_int_equal(m->sent, i);
		assert_true(nic_doorbells_sync(doorbells));
		assert_int_equal(m->sent, i + 1);
		assert_false(nic_doorbells_sync(doorbells));
		assert_int_equal(rd(m, D_TX(0, D_TDH)), (i + 1) % RING);
		assert_true(arrive(m, 60, 0));
		sync_pages(m);
		assert_int_equal(rd(m, D_RX(0, D_RDH)), (i + 1) % RING);
		assert_int_equal(rd(m, QPRC0), i + 1);
		wr(m, D_RX(0, D_RDT), i % RING);
		assert_true(nic_doorbells_sync(doorbells));
	}
	assert_no_rule_broken(m);
}

/* A look at the queues in use alone moves their frames; another queue's stores have time. */
static void test_queues_in_use(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3 * RING; i++) {
		send_one(m, i % RING);
		assert_true(nic_doorbells_sync_used(doorbells));
		assert_int_equal(m->sent, i + 1);
		assert_true(arrive(m, 60, 0));
		assert_false(nic_doorbells_sync_used(doorbells));
		assert_int_equal(rd(m, D_TX(0, D_TDH)), (i + 1) % RING);
		assert_int_equal(rd(m, D_RX(0, D_RDH)), (i + 1) % RING);
		wr(m, D_RX(0, D_RDT), i % RING);
		assert_true(nic_doorbells_sync_used(doorbells));
	}
	wr(m, D_RX(1, D_RDBAL), 128);
	assert_false(nic_doorbells_sync_used(doorbells));
	assert_true(nic_doorbells_sync(doorbells));
	assert_no_rule_broken(m);
}

/* Two stores to one tail between two looks are one, and reach as far as the last. */
static void test_combined(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 20; i++)
		send_one(m, i);
	sync_pages(m);
	assert_int_equal(m->sent, 20);
	assert_no_rule_broken(m);
}

static void test_before_a_trapped_access(void **state)
{
	struct machine *m = *state;

	send_one(m, 0);
	assert_int_equal(rd(m, GPTC), 1);
	send_one(m, 1);
	set_bits(m, D_CTRL, D_CTRL_MASTER_DISABLE);
	assert_int_equal(m->sent, 2);
	send_one(m, 2);
	sync_pages(m);
	assert_int_equal(m->sent, 2);
}

/* All registers of a queue at once: what is shown and what a disabled and enabled queue does. */
static void test_another_ring_between_two_looks(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 5; i++)
		send_one(m, i);
	sync_pages(m);
	/* Disabled, read back, set up anew from its start, enabled, read back, rung. */
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	driver_setup_tx_queue(m, 0, true);
	wr(m, D_TX(0, D_TDH), 0);
	wr(m, D_TX(0, D_TDT), 0);
	driver_start_tx_queue(m, 0);
	send_one(m, 0);
	sync_pages(m);
	assert_int_equal(m->sent, 6);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 1);
	assert_int_equal(rd(m, D_TX(0, D_TXDCTL)) & D_ENABLE, D_ENABLE);

	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN | 4);
	wr(m, D_RX(0, D_RDLEN), RING / 2 * 16);
	set_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	wr(m, D_RX(0, D_RDT), RING / 2 - 1);
	sync_pages(m);
	for (unsigned int i = 0; i < RING; i++)
		assert_int_equal(arrive(m, 60, 0), i < RING / 2 - 1);
	assert_no_rule_broken(m);
}

/* A queue disabled and its tail cleared is not one whose tail went round. */
static void test_disabled_and_cleared(void **state)
{
	struct machine *m = *state;

	for (unsigned int i = 0; i < 5; i++)
		send_one(m, i);
	sync_pages(m);
	for (unsigned int i = 5; i < RING; i++)
		put_tx(m, i, 60, D_EOP | D_IFCS);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	wr(m, D_TX(0, D_TDT), 0);
	sync_pages(m);
	assert_int_equal(m->sent, 5);
	assert_int_equal(rd(m, D_TX(0, D_TDT)), 0);
	assert_no_rule_broken(m);
}

/* What was rung before the queue was disabled still counts. */
static void test_rung_and_disabled(void **state)
{
	struct machine *m = *state;

	send_one(m, 0);
	clear_bits(m, D_TX(0, D_TXDCTL), D_ENABLE);
	sync_pages(m);
	assert_int_equal(m->sent, 1);
	clear_bits(m, D_RX(0, D_RXDCTL), D_ENABLE);
	sync_pages(m);
	assert_false(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

static void test_drop_en_of_a_running_queue(void **state)
{
	struct machine *m = *state;

	arrive(m, 60, 0);
	clear_bits(m, D_RX(0, D_SRRCTL), D_SRRCTL_DROP_EN);
	sync_pages(m);
	assert_true(arrive(m, 60, 0));
	sync_pages(m);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 2);
	assert_no_rule_broken(m);
}

static void test_reset_shows(void **state)
{
	struct machine *m = *state;

	arrive(m, 60, 0);
	send_one(m, 0);
	driver_reset(m);
	assert_int_equal(rd(m, D_RX(0, D_RDH)), 0);
	assert_int_equal(rd(m, D_RX(0, D_RDT)), 0);
	assert_int_equal(rd(m, D_RX(0, D_RDLEN)), 0);
	assert_int_equal(rd(m, D_RX(0, D_SRRCTL)), 0x402);
	assert_int_equal(rd(m, D_RX(0, D_RXDCTL)) & D_ENABLE, 0);
	assert_int_equal(rd(m, D_TX(0, D_TDT)), 0);
	assert_int_equal(rd(m, QPRC0), 0);
	assert_no_rule_broken(m);
	/* And a reset from outside: what was stored before it is not taken for stored after it. */
	wr(m, D_RX(3, D_RDLEN), 1024);
	sync_pages(m);
	nic_reset_function(m->nic);
	sync_pages(m);
	assert_int_equal(rd(m, D_RX(3, D_RDLEN)), 0);
	assert_no_rule_broken(m);
}

static void set_removed(struct machine *m, bool removed)
{
	const struct nic_fault_setting setting = { .times = removed ? NIC_FAULT_ALWAYS : 0 };
	size_t count, i = 0;
	const struct nic_fault *faults = nic_faults(&count);

	while (strcmp(faults[i].name, "surprise-removal"))
		assert_true(++i < count);
	assert_true(nic_fault_set(m->nic, i, &setting));
	sync_pages(m);
}

/*
 * A card that is gone has no doorbells either: all ones, and what is stored is lost. It comes back
 * as after power-on, and so do they.
 */
static void test_removed(void **state)
{
	struct machine *m = *state;

	send_one(m, 0);
	sync_pages(m);
	set_removed(m, true);
	assert_int_equal(m->sent, 1);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), UINT32_MAX);
	assert_int_equal(rd(m, D_RX(0, D_RXDCTL)), UINT32_MAX);
	assert_int_equal(rd(m, D_RX(100, D_RXDCTL)), UINT32_MAX);
	send_one(m, 1);
	wr(m, D_RX(0, D_RXDCTL), 0);
	sync_pages(m);
	assert_int_equal(rd(m, D_TX(0, D_TDT)), UINT32_MAX);
	assert_false(nic_doorbells_sync(doorbells));
	set_removed(m, false);
	assert_int_equal(m->sent, 1);
	assert_int_equal(rd(m, D_TX(0, D_TDH)), 0);
	assert_int_equal(rd(m, D_TX(0, D_TDT)), 0);
	assert_int_equal(rd(m, D_RX(0, D_RXDCTL)) & D_ENABLE, 0);
	assert_false(arrive(m, 60, 0));
	assert_no_rule_broken(m);
}

/* Rules about values, not about order, are judged as ever; so are those against trapped registers. */
static void test_rules_still_judged(void **state)
{
	struct machine *m = *state;

	wr(m, D_RX(70, D_RDBAL), 0x1001);
	sync_pages(m);
	assert_int_equal(broken(m, "ring-base"), 1);
	assert_int_equal(rd(m, D_RX(70, D_RDBAL)), 0x1000);
	wr(m, D_RX(0, D_RDT), RING);
	sync_pages(m);
	assert_int_equal(broken(m, "tail-range"), 1);
	assert_int_equal(rd(m, D_RX(0, D_RDT)), RING);
	wr(m, QPRC0, 7);
	sync_pages(m);
	assert_int_equal(broken(m, "read-only-register"), 1);
	assert_int_equal(rd(m, QPRC0), 0);
}

static void test_file_is_sealed(void **state)
{
	int fd = nic_doorbells_fd(doorbells);

	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, NIC_BAR0_SIZE * 2), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

static void test_anything_stored(void **state)
{
	static const uint32_t pages[] = { 0x1000, 0x6000, 0x7000, 0xD000 };
	struct machine *m = *state;
	uint32_t random = 1;

	for (unsigned int i = 0; i < 20000; i++) {
		uint32_t offset, value;

		random = random * 1664525 + 1013904223;
		offset = pages[random >> 30] + (random >> 16 & 0xFFC);
		random = random * 1664525 + 1013904223;
		value = random & 0x10000 ? random >> 20 : random ^ random << 13;
		wr(m, offset, value);
		if (i % 3 == 0)
			sync_pages(m);
		if (i % 7 == 0)
			arrive(m, 60 + i % 1000, 0);
	}
	sync_pages(m);
	/* Shown and kept are the same: nothing is left to do, ever. */
	assert_false(nic_doorbells_sync(doorbells));
	driver_init(m);
	sync_pages(m);
	assert_true(arrive(m, 60, 0));
}

static void *ring_many_times(void *opaque)
{
	struct machine *m = opaque;

	for (uint32_t i = 0; i < 200000; i++)
		wr(m, D_RX(0, D_RDT), (i + 1) % (RING - 1));
	return NULL;
}

/* A store at any moment, while the model shows its own changes in words beside it, is not lost. */
static void test_no_store_is_lost(void **state)
{
	struct machine *m = *state;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, ring_many_times, m), 0);
	for (unsigned int i = 0; i < 20000; i++) {
		arrive(m, 60, 0);
		sync_pages(m);
	}
	pthread_join(thread, NULL);
	sync_pages(m);
	assert_int_equal(nic_read(m->nic, D_RX(0, D_RDT)), 200000 % (RING - 1));
	assert_int_equal(rd(m, D_RX(0, D_RDH)), nic_read(m->nic, D_RX(0, D_RDH)));
}

#define OTHER_QUEUE 3u
#define RESTARTS    4000

static struct machine *interrupted;
static volatile sig_atomic_t restarts;

/* Another ring each time, whose base and length tell that they belong together. */
static void restart_queue(int number)
{
	uint32_t i = (uint32_t)restarts++ % 1000;

	wr(interrupted, D_RX(OTHER_QUEUE, D_RXDCTL), 0);
	wr(interrupted, D_RX(OTHER_QUEUE, D_RDBAL), i * 128);
	wr(interrupted, D_RX(OTHER_QUEUE, D_RDLEN), (i + 1) * 128);
	wr(interrupted, D_RX(OTHER_QUEUE, D_RXDCTL), D_ENABLE);
}

/*
 * Whenever the driver stores, and be it while the model looks (here: a signal interrupts it), no
 * queue runs with the base of one ring and the length of another.
 */
static void test_no_half_of_a_ring(void **state)
{
	const struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };
	struct machine *m = *state;
	uint32_t tail = 0, base, length;

	interrupted = m;
	restarts = 0;
	restart_queue(0);
	signal(SIGALRM, restart_queue);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (restarts < RESTARTS) {
		/* So that there always is something to look at. */
		tail = !tail;
		wr(m, D_RX(OTHER_QUEUE, D_RDT), tail);
		sync_pages(m);
		base = nic_read(m->nic, D_RX(OTHER_QUEUE, D_RDBAL));
		length = nic_read(m->nic, D_RX(OTHER_QUEUE, D_RDLEN));
		if (nic_read(m->nic, D_RX(OTHER_QUEUE, D_RXDCTL)) & D_ENABLE &&
		    base != length - 128) {
			setitimer(ITIMER_REAL, &never, NULL);
			fail_msg("base 0x%x, length 0x%x after %d", base, length, (int)restarts);
		}
	}
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
}

int main(void)
{
#define DRIVER_TEST(test) cmocka_unit_test_setup_teardown(test, driver_pages_setup, pages_teardown)
	const struct CMUnitTest tests[] = {
		DRIVER_TEST(test_frames_go_and_come),
		DRIVER_TEST(test_queues_in_use),
		DRIVER_TEST(test_combined),
		DRIVER_TEST(test_before_a_trapped_access),
		DRIVER_TEST(test_another_ring_between_two_looks),
		DRIVER_TEST(test_disabled_and_cleared),
		DRIVER_TEST(test_rung_and_disabled),
		DRIVER_TEST(test_drop_en_of_a_running_queue),
		DRIVER_TEST(test_reset_shows),
		DRIVER_TEST(test_removed),
		DRIVER_TEST(test_rules_still_judged),
		DRIVER_TEST(test_file_is_sealed),
		DRIVER_TEST(test_anything_stored),
		DRIVER_TEST(test_no_store_is_lost),
		DRIVER_TEST(test_no_half_of_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
