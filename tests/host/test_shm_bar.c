// SPDX-License-Identifier: BSD-3-Clause
/*
 * The shared-memory BAR in front of the model: a driver in this thread, the
 * polling server in another. Requests reach registers, stores to a doorbell
 * reach the queue's tail, and what makes no sense is refused.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

#include <cmocka.h>

#include "shm_bar.h"

#define STATUS 0x00008
#define RAL1   0x0a208
#define RDT0   0x01018

struct bench {
	struct nic *nic;
	struct shm_bar *bar;
	struct shm_bar_area *area;
	pthread_t thread;
	bool stop;
};

static void *no_dma(void *opaque, uint64_t iova, size_t *len, bool write)
{
	return NULL;
}

static void no_wire(void *opaque, const uint8_t *frame, size_t len)
{
}

static uint64_t now_ns(void *opaque)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *serve(void *opaque)
{
	struct bench *bench = opaque;

	while (!__atomic_load_n(&bench->stop, __ATOMIC_ACQUIRE)) {
		if (!shm_bar_poll(bench->bar))
			sched_yield();
	}
	return NULL;
}

static int setup(void **state)
{
	static struct bench bench;
	static const struct nic_host host = { .dma = no_dma, .send = no_wire, .now_ns = now_ns };
	static const struct nic_config config = { .name = "bench", .mac = { 2, 0, 0, 0, 0, 1 } };

	bench = (struct bench){ .nic = nic_create(&config, &host) };
	assert_non_null(bench.nic);
	bench.bar = shm_bar_create(bench.nic);
	assert_non_null(bench.bar);
	/* As another process would map it. */
	bench.area = mmap(NULL, sizeof(*bench.area), PROT_READ | PROT_WRITE, MAP_SHARED,
			  shm_bar_fd(bench.bar), 0);
	assert_true(bench.area != MAP_FAILED);
	assert_int_equal(pthread_create(&bench.thread, NULL, serve, &bench), 0);
	*state = &bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	__atomic_store_n(&bench->stop, true, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(bench->thread, NULL), 0);
	munmap(bench->area, sizeof(*bench->area));
	shm_bar_destroy(bench->bar);
	nic_destroy(bench->nic);
	return 0;
}

static void test_requests(void **state)
{
	struct bench *bench = *state;
	uint32_t value = 0;

	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, STATUS, &value), 0);
	assert_int_not_equal(value, 0);
	for (uint32_t i = 0; i < 1000; i++) {
		value = 0x12345678 + i;
		assert_int_equal(shm_bar_request(bench->area, SHM_BAR_WRITE, RAL1, &value), 0);
		value = 0;
		assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, RAL1, &value), 0);
		assert_int_equal(value, 0x12345678 + i);
	}
}

static void test_doorbell(void **state)
{
	struct bench *bench = *state;
	uint64_t before = nic_counters(bench->nic)->tail_writes;
	uint32_t value = 0;

	/* Not announced: memory, and no more. */
	bench->area->words[RDT0 / 4] = 3;
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, STATUS, &value), 0);
	assert_int_equal(nic_counters(bench->nic)->tail_writes, before);
	value = 0;
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_WATCH, RDT0, &value), 0);
	for (uint32_t i = 1; i <= 100; i++) {
		bench->area->words[RDT0 / 4] = i;
		/* A request is served after the doorbells that came before it. */
		assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, STATUS, &value), 0);
		assert_int_equal(nic_counters(bench->nic)->tail_writes, before + i);
	}
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_FORGET, 0, NULL), 0);
	bench->area->words[RDT0 / 4] = 7;
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, STATUS, &value), 0);
	assert_int_equal(nic_counters(bench->nic)->tail_writes, before + 100);
}

static void test_refused(void **state)
{
	struct bench *bench = *state;
	uint32_t value = 0;

	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, 2, &value), -EINVAL);
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_READ, NIC_BAR0_SIZE, &value),
			 -EINVAL);
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_WRITE, 0xfffffffc, &value), -EINVAL);
	assert_int_equal(shm_bar_request(bench->area, 77, 0, &value), -EINVAL);
	for (uint32_t i = 0; i < SHM_BAR_WATCHES_MAX; i++)
		assert_int_equal(shm_bar_request(bench->area, SHM_BAR_WATCH, RDT0, &value), 0);
	assert_int_equal(shm_bar_request(bench->area, SHM_BAR_WATCH, RDT0, &value), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_doorbell, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("shm_bar", tests, NULL, NULL);
}
