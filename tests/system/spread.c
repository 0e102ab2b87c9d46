/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF for tests of settings: as many paths as are asked for share one port's frames,
 * each its own receive queue, and send them all to another port. Path q writes q into
 * the last byte of a frame's source address, so that the far end sees who had it. Says
 * "spread: forwarding" once it does, and ends by SIGINT or SIGTERM.
 */
#include <onepath/onepath.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RING   64
#define SOURCE 11

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static int checked(int result, const char *what, const char *name)
{
	if (result < 0) {
		onepath_explain(result, what, name);
		exit(EXIT_FAILURE);
	}
	return result;
}

static uint32_t mark(uint8_t *frame, uint16_t length, void *state)
{
	frame[SOURCE] = *(const uint8_t *)state;
	return length;
}

int main(int argc, char **argv)
{
	struct onepath_path_options options = { .ring_size = RING };
	static struct onepath_path paths[ONEPATH_RX_QUEUES];
	uint8_t number[ONEPATH_RX_QUEUES];
	unsigned int count;
	int in, out;

	if (argc != 5) {
		fputs("Usage: spread IN OUT PATHS BUFFER_BYTES\n", stderr);
		return 2;
	}
	count = (unsigned int)atoi(argv[3]);
	options.buffer_bytes = (unsigned int)atoi(argv[4]);
	if (!count || count > ONEPATH_RX_QUEUES)
		return 2;
	signal(SIGINT, end);
	signal(SIGTERM, end);
	in = checked(onepath_port_open(argv[1], ONEPATH_OWN), "open port", argv[1]);
	out = checked(onepath_port_open(argv[2], ONEPATH_OWN), "open port", argv[2]);
	for (unsigned int q = 0; q < count; q++) {
		number[q] = (uint8_t)q;
		options.rx_queue = q;
		checked(onepath_path_create_with(&paths[q], in, &out, 1, &options),
			"create a path from", argv[1]);
		checked(onepath_path_start(&paths[q]), "start a path from", argv[1]);
	}
	fputs("spread: forwarding\n", stderr);
	while (!ended) {
		unsigned int frames = 0;

		for (unsigned int q = 0; q < count; q++)
			frames += onepath_run(&paths[q], 1, mark, &number[q], ONEPATH_BURST);
		if (!frames)
			usleep(1000);
	}
	for (unsigned int q = 0; q < count; q++)
		onepath_path_destroy(&paths[q]);
	return EXIT_SUCCESS;
}
