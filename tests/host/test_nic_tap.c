// SPDX-License-Identifier: BSD-3-Clause
/*
 * A TAP as the wire: frames leave whole, wait for a descriptor on their way in,
 * are padded, and are let go when they have waited too long. Needs root and
 * /dev/net/tun, else it is skipped; runs in a network namespace of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include "wire_port.h"

/* A raw socket on the TAP's side of the wire; -1 without the right to. */
static int open_raw(const char *name)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(0x88b5));
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x88b5),
		.sll_ifindex = (int)if_nametoindex(name),
	};

	if (fd >= 0)
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void test_tap(void **state)
{
	static const uint8_t frame[61] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0,
					   0,	 0,    9,    0x88, 0xb5, 1,    2, 3 };
	uint8_t back[2000];
	struct pollfd raw;
	uint64_t next_ns;
	size_t ours = 0;

	/* A network of our own, so that nothing else is on the wire. */
	if (access("/dev/net/tun", R_OK | W_OK) || unshare(CLONE_NEWNET) < 0) {
		print_message("SKIPPED test_tap: needs root and /dev/net/tun\n");
		skip();
	}
	left.room = 0;
	assert_int_equal(open_wire(&left, "tap:onepath-test0"), 0);
	wire_link(left.wire, true);
	raw.fd = open_raw("onepath-test0");
	raw.events = POLLIN;
	assert_true(raw.fd >= 0);
	/* Out: what the port sends, whole. */
	wire_send(left.wire, frame, sizeof(frame));
	assert_int_equal(poll(&raw, 1, 10000), 1);
	assert_int_equal(recv(raw.fd, back, sizeof(back), 0), sizeof(frame));
	assert_memory_equal(back, frame, sizeof(frame));
	assert_int_equal(left.wire->counters.out_lost, 0);
	/* In: waits for a descriptor; the short one is padded. */
	assert_int_equal(send(raw.fd, frame, 17, 0), 17);
	assert_int_equal(wire_fd(left.wire), -1);
	next_ns = wire_handle(left.wire, false, 1000);
	assert_true(next_ns > 1000 && next_ns != WIRE_NEVER);
	left.room = 1000;
	assert_true(wire_fd(left.wire) >= 0);
	wire_handle(left.wire, true, 2000);
	/* The kernel may have sent frames of its own before. */
	while (ours < left.count && memcmp(left.frames[ours].bytes, frame, 17))
		ours++;
	assert_true(ours < left.count);
	assert_int_equal(left.frames[ours].len, 60);
	assert_int_equal(left.frames[ours].bytes[17], 0);
	/* Held for too long it is let go: the port drops it. */
	left.room = 0;
	assert_int_equal(send(raw.fd, frame, 17, 0), 17);
	next_ns = wire_handle(left.wire, false, 3000);
	wire_handle(left.wire, false, next_ns);
	assert_true(wire_fd(left.wire) >= 0);
	next_ns = left.wire->counters.in;
	wire_handle(left.wire, true, 4000000000u);
	assert_true(left.wire->counters.in > next_ns);
	close(raw.fd);
	/* It goes with us. */
	wire_close(left.wire);
	left.wire = NULL;
	assert_int_equal(if_nametoindex("onepath-test0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tap, setup, teardown),
	};

	return cmocka_run_group_tests_name("nic_tap", tests, NULL, NULL);
}
