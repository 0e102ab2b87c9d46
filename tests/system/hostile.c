/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile NF for the system tests: it writes a bus address of its choice into the
 * descriptors of a running path, which an honest NF never does, and lets the device
 * use them. The IOMMU must stop the device; the test looks at the model's DMA faults.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <onepath/onepath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RING_SIZE   64
#define SENT	    8 /* frames that tx-address sends */
#define FRAME_BYTES 60
#define POLL_US	    1000

static const char help[] =
	"Usage: hostile rx-address|tx-address PORT BUS_ADDRESS [SECONDS]\n"
	"\n"
	"  rx-address  makes the port receive into BUS_ADDRESS; somebody else has to send\n"
	"              frames to it once this has said \"armed\"\n"
	"  tx-address  makes the port send 8 frames of 60 bytes from BUS_ADDRESS\n"
	"\n"
	"Waits until the device is done with a descriptor, for SECONDS (default 5) at most, then\n"
	"says \"done N\", how many descriptors the device reported done. Exit status: 0 whatever\n"
	"the device did, 1 the port could not be used, 2 wrong arguments.\n";

static uint32_t count_received(const struct onepath_path *path)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i <= path->mask; i++)
		done += onepath_read_status(&path->output[0].ring[i].status) & ONEPATH_RX_DD;
	return done;
}

static uint32_t count_sent(const struct onepath_path *path)
{
	return onepath_read_head(&path->output[0].head->head);
}

static void aim(struct onepath_path *path, uint64_t address)
{
	for (uint32_t i = 0; i <= path->mask; i++)
		path->output[0].ring[i].address = htole64(address);
}

static void send(struct onepath_path *path)
{
	for (uint32_t i = 0; i < SENT; i++) {
		onepath_send(&path->output[0].ring[i], FRAME_BYTES);
		path->output[0].ring[i].cmd |= ONEPATH_TX_RS;
	}
	onepath_ring_doorbell(path->output[0].tdt, SENT);
}

/* Waits for something to be done, and then no longer than it takes to see it all. */
static uint32_t wait_done(const struct onepath_path *path, bool receive, unsigned long seconds)
{
	uint32_t done = 0;

	for (unsigned long waited = 0; !done && waited < seconds * 1000000 / POLL_US; waited++) {
		usleep(POLL_US);
		done = receive ? count_received(path) : count_sent(path);
	}
	usleep(100 * POLL_US);
	return receive ? count_received(path) : count_sent(path);
}

static int fail(int err, const char *what, const char *name)
{
	onepath_explain(err, what, name);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct onepath_path path;
	unsigned long seconds = argc > 4 ? strtoul(argv[4], NULL, 10) : 5;
	uint64_t address = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	bool receive = argc > 1 && !strcmp(argv[1], "rx-address");
	int port, err;

	if (argc < 4 || argc > 5 || (!receive && strcmp(argv[1], "tx-address")) || !seconds) {
		fputs(help, stderr);
		return 2;
	}
	port = onepath_port_open(argv[2], ONEPATH_OWN);
	if (port < 0)
		return fail(port, "open port", argv[2]);
	err = onepath_port_filter(port, ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST);
	if (!err)
		err = onepath_path_create(&path, port, &port, 1, RING_SIZE);
	if (err)
		return fail(err, "make a path on", argv[2]);
	err = onepath_path_start(&path);
	if (err)
		return fail(err, "start the path on", argv[2]);

	aim(&path, address);
	printf("hostile: %s 0x%" PRIx64 ": armed\n", argv[1], address);
	fflush(stdout);
	if (!receive)
		send(&path);
	printf("hostile: %s 0x%" PRIx64 ": done %u\n", argv[1], address,
	       wait_done(&path, receive, seconds));

	err = onepath_path_stop(&path);
	if (err) /* no failure of this program: the device may well be stuck on that address */
		fprintf(stderr, "hostile: the path did not stop: %s\n", strerror(-err));
	onepath_path_destroy(&path);
	close(port);
	return EXIT_SUCCESS;
}
