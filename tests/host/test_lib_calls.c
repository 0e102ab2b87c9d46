/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libonepath's settings, statistics of queues, and sleeping, against the made-up kernel of
 * lib_kernel.h: what is asked of the kernel, and when a path may sleep at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "lib_kernel.h"

static void settings_there_and_back(void **state)
{
	struct onepath_port_config config = { .set = ONEPATH_CONFIG_MTU, .mtu = 9000 }, got;
	struct onepath_port_vlans vlans = { .flags = ONEPATH_VLAN_FILTER, .ids[127] = 5 }, vgot;
	struct onepath_port_rss rss, rgot;

	(void)state;
	assert_int_equal(onepath_port_set_config(PORT_FD, &config), 0);
	assert_int_equal(kernel.seen_request, ONEPATH_PORT_CONFIG_SET);
	assert_int_equal(onepath_port_get_config(PORT_FD, &got), 0);
	assert_int_equal(got.set, ONEPATH_CONFIG_MTU);
	assert_int_equal(got.mtu, 9000);
	assert_int_equal(config.size, 0); /* the caller's is not touched */

	assert_int_equal(onepath_port_set_vlans(PORT_FD, &vlans), 0);
	assert_int_equal(kernel.seen_request, ONEPATH_PORT_VLANS_SET);
	assert_int_equal(onepath_port_get_vlans(PORT_FD, &vgot), 0);
	assert_int_equal(vgot.flags, ONEPATH_VLAN_FILTER);
	assert_memory_equal(vgot.ids, vlans.ids, sizeof(vlans.ids));

	assert_int_equal(onepath_rss_symmetric(&rss, 3), 0);
	assert_int_equal(onepath_port_set_rss(PORT_FD, &rss), 0);
	assert_int_equal(kernel.seen_request, ONEPATH_PORT_RSS_SET);
	assert_int_equal(onepath_port_get_rss(PORT_FD, &rgot), 0);
	assert_memory_equal(&rgot, &rss, sizeof(rss));
}

static void addresses_there_and_back(void **state)
{
	static const uint8_t some[3][6] = { { 2, 0, 0, 0, 0, 1 }, { 1, 0, 94, 0, 0, 9 }, { 6 } };
	uint8_t got[3][6];

	(void)state;
	assert_int_equal(onepath_port_set_addresses(PORT_FD, some, 3), 0);
	assert_int_equal(onepath_port_get_addresses(PORT_FD, got, 3), 3);
	assert_memory_equal(got, some, sizeof(some));
	memset(got, 0, sizeof(got));
	assert_int_equal(onepath_port_get_addresses(PORT_FD, got, 1), 3); /* not all fit */
	assert_memory_equal(got[0], some[0], 6);
	assert_int_equal(got[1][0], 0);
	assert_int_equal(onepath_port_set_addresses(PORT_FD, NULL, 0), 0);
	assert_int_equal(onepath_port_get_addresses(PORT_FD, got, 3), 0);
}

static void settings_fail(void **state)
{
	struct onepath_port_config config = { 0 };
	struct onepath_queue_stats stats;
	struct onepath_port_vlans vlans = { 0 };
	struct onepath_port_rss rss = { 0 };
	uint8_t address[1][6];

	(void)state;
	kernel.fail_errno = EBADF;
#define FAILS(request, call)                    \
	do {                                    \
		kernel.fail_ioctl = request;    \
		assert_int_equal(call, -EBADF); \
	} while (0)
	FAILS(ONEPATH_PORT_CONFIG_SET, onepath_port_set_config(PORT_FD, &config));
	FAILS(ONEPATH_PORT_CONFIG_GET, onepath_port_get_config(PORT_FD, &config));
	FAILS(ONEPATH_PORT_ADDRESSES_SET, onepath_port_set_addresses(PORT_FD, NULL, 0));
	FAILS(ONEPATH_PORT_ADDRESSES_GET, onepath_port_get_addresses(PORT_FD, address, 1));
	FAILS(ONEPATH_PORT_VLANS_SET, onepath_port_set_vlans(PORT_FD, &vlans));
	FAILS(ONEPATH_PORT_VLANS_GET, onepath_port_get_vlans(PORT_FD, &vlans));
	FAILS(ONEPATH_PORT_RSS_SET, onepath_port_set_rss(PORT_FD, &rss));
	FAILS(ONEPATH_PORT_RSS_GET, onepath_port_get_rss(PORT_FD, &rss));
	FAILS(ONEPATH_QUEUE_STATS, onepath_port_queue_stats(PORT_FD, 0, &stats));
	FAILS(ONEPATH_EVENTFD, onepath_eventfd(PORT_FD, -1));
}

/* The bits of a Toeplitz hash: each set bit of the input adds 32 bits of the key from there. */
static uint32_t toeplitz(const uint8_t *key, const uint8_t *input, unsigned int bytes)
{
	uint32_t hash = 0;

	for (unsigned int bit = 0; bit < bytes * 8; bit++) {
		uint32_t window = 0;

		if (!(input[bit / 8] >> (7 - bit % 8) & 1))
			continue;
		for (unsigned int n = bit; n < bit + 32; n++)
			window = window << 1 | (key[n / 8] >> (7 - n % 8) & 1);
		hash ^= window;
	}
	return hash;
}

static void symmetric_rss(void **state)
{
	static const uint8_t there[12] = { 10, 1, 2, 3, 192, 168, 7, 8, 0x12, 0x34, 0, 80 };
	static const uint8_t back[12] = { 192, 168, 7, 8, 10, 1, 2, 3, 0, 80, 0x12, 0x34 };
	static const uint8_t other[12] = { 10, 1, 2, 4, 192, 168, 7, 8, 0x12, 0x34, 0, 80 };
	unsigned int of[ONEPATH_RX_QUEUES];
	struct onepath_port_rss rss;

	(void)state;
	for (unsigned int queues = 1; queues <= ONEPATH_RX_QUEUES; queues++) {
		assert_int_equal(onepath_rss_symmetric(&rss, queues), 0);
		memset(of, 0, sizeof(of));
		for (unsigned int i = 0; i < ONEPATH_RSS_TABLE_ENTRIES; i++) {
			assert_in_range(rss.table[i], 0, queues - 1);
			of[rss.table[i]]++;
		}
		for (unsigned int q = 0; q < queues; q++) /* even: they differ by one at most */
			assert_in_range(of[q], ONEPATH_RSS_TABLE_ENTRIES / queues,
					(ONEPATH_RSS_TABLE_ENTRIES + queues - 1) / queues);
		assert_int_equal(!rss.hash, queues == 1);
	}
	assert_int_equal(toeplitz(rss.key, there, 12), toeplitz(rss.key, back, 12));
	assert_int_not_equal(toeplitz(rss.key, there, 12), toeplitz(rss.key, other, 12));
	assert_int_equal(onepath_rss_symmetric(&rss, 0), -EINVAL);
	assert_int_equal(onepath_rss_symmetric(&rss, ONEPATH_RX_QUEUES + 1), -EINVAL);
}

static void queue_stats(void **state)
{
	struct onepath_queue_stats stats;

	(void)state;
	memset(&stats, 0xff, sizeof(stats));
	assert_int_equal(onepath_port_queue_stats(PORT_FD, 15, &stats), 0);
	assert_int_equal(kernel.seen.queue.queue, 15);
	assert_int_equal(kernel.seen.queue.rx_frames, 0);
	assert_int_equal(stats.tx_lost, 42);
}

static void eventfds(void **state)
{
	(void)state;
	assert_int_equal(onepath_eventfd(PATH_FD, 17), 0);
	assert_int_equal(kernel.seen.eventfd.fd, 17);
	assert_int_equal(kernel.seen.eventfd.flags, 0);
	assert_int_equal(onepath_eventfd(PORT_FD, -1), 0);
	assert_int_equal(kernel.seen.eventfd.fd, -1);
}

/* A path of empty memory, which has handled @handled frames that the outputs still have. */
static void idle_path(struct onepath_path *path, uint32_t handled)
{
	assert_int_equal(create(path), 0);
	memset(path->output[0].ring, 0, RING_SIZE * sizeof(*path->output[0].ring));
	for (unsigned int k = 0; k < OUTPUTS; k++)
		memset(path->output[k].head, 0, ONEPATH_HEAD_STRIDE);
	assert_int_equal(onepath_path_start(path), 0);
	path->next = handled;
}

static void sleeps(void **state)
{
	struct onepath_path path;

	(void)state;
	idle_path(&path, 5);
	kernel.poll_answer = 1;
	kernel.poll_events = POLLIN;
	assert_int_equal(onepath_path_wait(&path, 1234), 1);
	assert_int_equal(kernel.seen.arm.next, 5);
	assert_int_equal(kernel.poll_timeout, 1234);

	kernel.poll_answer = 0;
	kernel.poll_events = 0;
	assert_int_equal(onepath_path_wait(&path, -1), 0);
	assert_int_equal(kernel.poll_timeout, -1);
	onepath_path_destroy(&path);
	assert_nothing_left();
}

/* A frame that is there, whoever sees it: no sleep. */
static void does_not_sleep_over_a_frame(void **state)
{
	struct onepath_path path;

	(void)state;
	idle_path(&path, 7);
	kernel.ioctls = 0;
	path.output[0].ring[7].status = ONEPATH_RX_DD | ONEPATH_RX_EOP;
	assert_int_equal(onepath_path_arm(&path), 1);
	assert_int_equal(kernel.ioctls, 0);
	assert_int_equal(onepath_path_wait(&path, -1), 1);
	assert_int_equal(kernel.poll_timeout, 0);

	path.output[0].ring[7].status = 0;
	kernel.arm_answer = 1; /* it came in between */
	assert_int_equal(onepath_path_wait(&path, -1), 1);
	assert_int_equal(kernel.poll_timeout, 0);
	onepath_path_destroy(&path);
}

/* Outputs have most of the buffers: the ring may be empty, and then no frame would wake it. */
static void does_not_sleep_without_buffers(void **state)
{
	struct onepath_path path;

	(void)state;
	idle_path(&path, RING_SIZE / 2 - 1);
	assert_int_equal(onepath_path_arm(&path), 0);
	path.next++;
	assert_int_equal(onepath_path_arm(&path), 1);
	path.next = RING_SIZE - 1; /* all of them */
	assert_int_equal(onepath_path_wait(&path, -1), 1);
	assert_int_equal(kernel.poll_timeout, 0);
	path.next = 3; /* over the ring's end */
	path.given = RING_SIZE / 2 + 2;
	assert_int_equal(onepath_path_arm(&path), 1);
	path.given++;
	assert_int_equal(onepath_path_arm(&path), 0);
	onepath_path_destroy(&path);
}

static void wait_fails(void **state)
{
	static const struct {
		short events;
		int answer, err;
	} cases[] = {
		{ POLLERR, 1, -ECONNRESET },
		{ POLLERR | POLLIN, 1, -ECONNRESET },
		{ POLLHUP | POLLERR, 1, -ENODEV },
		{ POLLNVAL, 1, -EBADF },
		{ 0, -1, -EINTR },
	};
	struct onepath_path path;

	(void)state;
	idle_path(&path, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kernel.poll_events = cases[i].events;
		kernel.poll_answer = cases[i].answer;
		for (kernel.arm_answer = 0; kernel.arm_answer < 2; kernel.arm_answer++)
			assert_int_equal(onepath_path_wait(&path, 10), cases[i].err);
	}

	/* a path that does not run cannot be armed: it was stopped, or nobody started it */
	kernel.fail_ioctl = ONEPATH_PATH_ARM;
	kernel.fail_errno = EAGAIN;
	kernel.poll_answer = 1;
	kernel.poll_events = POLLERR;
	assert_int_equal(onepath_path_wait(&path, -1), -ECONNRESET);
	assert_int_equal(kernel.poll_timeout, 0);
	kernel.poll_answer = 0;
	kernel.poll_events = 0;
	assert_int_equal(onepath_path_wait(&path, -1), -EAGAIN);
	assert_int_equal(kernel.poll_timeout, 0);

	kernel.polls = 0;
	kernel.fail_errno = EOPNOTSUPP;
	assert_int_equal(onepath_path_wait(&path, -1), -EOPNOTSUPP);
	assert_int_equal(kernel.polls, 0);
	onepath_path_destroy(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(settings_there_and_back, set_up),
		cmocka_unit_test_setup(addresses_there_and_back, set_up),
		cmocka_unit_test_setup(settings_fail, set_up),
		cmocka_unit_test_setup(symmetric_rss, set_up),
		cmocka_unit_test_setup(queue_stats, set_up),
		cmocka_unit_test_setup(eventfds, set_up),
		cmocka_unit_test_setup(sleeps, set_up),
		cmocka_unit_test_setup(does_not_sleep_over_a_frame, set_up),
		cmocka_unit_test_setup(does_not_sleep_without_buffers, set_up),
		cmocka_unit_test_setup(wait_fails, set_up),
	};

	return cmocka_run_group_tests_name("libonepath's calls", tests, NULL, NULL);
}
