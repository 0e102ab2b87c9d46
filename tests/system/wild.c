/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wildest NF, for the system tests: it owns one port, and writes nonsense to all that it
 * can reach of it: tails, the other registers of the doorbell pages, descriptors, buffers,
 * and the words that it shares with the kernel, while frames keep coming. Then it asks the
 * kernel to stop and start. It never ends by itself: it is to be killed in the middle.
 */
#include <errno.h>
#include <onepath/onepath.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE	  4096
#define RING_SIZE 256

static const char help[] =
	"Usage: wild PORT [SEED]\n"
	"\n"
	"Owns PORT and abuses it until it is killed. A line for each round of its tricks: \"wild: N\"\n"
	"and how often the path did not start. Exit status: 1 the port could not be used, 2 wrong\n"
	"arguments.\n";

static uint64_t state;

static uint64_t number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(number() >> 33) % limit;
}

/* Registers of a queue, from its base on: the datasheet's 8.2.3.8 and 8.2.3.9. */
static const uint16_t rx_registers[] = { 0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x28, 0x2c };
static const uint16_t tx_registers[] = { 0x00, 0x04, 0x08, 0x0c, 0x10, 0x18, 0x28, 0x38, 0x3c };
#define QUEUE_STRIDE 0x40

struct doorbells {
	volatile uint32_t *rx, *tx; /* the whole pages */
	volatile uint32_t *rdt, *tdt;
};

static volatile uint32_t *page_of(const volatile void *doorbell)
{
	return (volatile uint32_t *)((uintptr_t)doorbell & ~(uintptr_t)(PAGE - 1));
}

/* A bus address that may mean something, or any number. */
static uint32_t value(const struct onepath_path *path)
{
	switch (below(5)) {
	case 0:
		return below(RING_SIZE);
	case 1:
		return 1u << below(32);
	case 2:
		return (uint32_t)path->output[0].ring[below(RING_SIZE)].address;
	case 3:
		return 0x02000000 | below(1 << 24); /* an enabled queue */
	default:
		return (uint32_t)number();
	}
}

static void tails(struct onepath_path *path, struct doorbells *doorbells)
{
	for (unsigned int n = 0; n < 50; n++) {
		*doorbells->rdt = value(path);
		*doorbells->tdt = value(path);
	}
}

/* Any register of any queue that lies in the two pages, whoever has it. */
static void registers(struct onepath_path *path, struct doorbells *doorbells)
{
	uint32_t queue, offset;

	for (unsigned int n = 0; n < 50; n++) {
		queue = below(3) ? below(2) : below(PAGE / QUEUE_STRIDE);
		offset = queue * QUEUE_STRIDE;
		doorbells->rx[(offset + rx_registers[below(9)]) / 4] = value(path);
		doorbells->tx[(offset + tx_registers[below(9)]) / 4] = value(path);
	}
}

/* One of them, as each write takes its time in a VM. */
static void pages(struct onepath_path *path, struct doorbells *doorbells)
{
	volatile uint32_t *page = below(2) ? doorbells->rx : doorbells->tx;

	for (unsigned int n = 0; n < PAGE / 4; n++)
		page[n] = (uint32_t)number();
}

static void fill(void *at, size_t bytes)
{
	for (size_t n = 0; n < bytes / 8; n++)
		((volatile uint64_t *)at)[n] = number();
}

static void descriptors(struct onepath_path *path, struct doorbells *doorbells)
{
	fill(path->output[0].ring, RING_SIZE * sizeof(struct onepath_descriptor));
	tails(path, doorbells);
}

/* What the kernel reads of the path: head, epoch, resume_at, seen, lost. */
static void heads(struct onepath_path *path, struct doorbells *doorbells)
{
	for (unsigned int n = 0; n < 20; n++) {
		fill(path->output[0].head, sizeof(struct onepath_head));
		usleep(100);
	}
}

static void buffers(struct onepath_path *path, struct doorbells *doorbells)
{
	fill(path->buffers, 16 * path->stride);
	tails(path, doorbells);
}

static void all(struct onepath_path *path, struct doorbells *doorbells)
{
	pages(path, doorbells);
	descriptors(path, doorbells);
	heads(path, doorbells);
}

static void (*const tricks[])(struct onepath_path *path, struct doorbells *doorbells) = {
	tails, registers, pages, descriptors, heads, buffers, all,
};

#define TRICKS (sizeof(tricks) / sizeof(tricks[0]))

static int make(struct onepath_path *path, const char *name)
{
	int port = onepath_port_open(name, ONEPATH_OWN);
	int err = port;

	if (port >= 0)
		err = onepath_port_filter(port, ONEPATH_FILTER_PROMISCUOUS);
	if (!err)
		err = onepath_path_create(path, port, &port, 1, RING_SIZE);
	if (err)
		onepath_explain(err, "use port", name);
	return err;
}

int main(int argc, char **argv)
{
	struct onepath_path path;
	struct doorbells doorbells;
	unsigned int refused = 0;

	if (argc < 2 || argc > 3) {
		fputs(help, stderr);
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 0) | 1 : 1;
	if (make(&path, argv[1]))
		return EXIT_FAILURE;
	doorbells.rdt = path.rdt;
	doorbells.tdt = path.output[0].tdt;
	doorbells.rx = page_of(path.rdt);
	doorbells.tx = page_of(path.output[0].tdt);
	for (unsigned int round = 0;; round++) {
		refused += onepath_path_start(&path) != 0;
		tricks[round % TRICKS](&path, &doorbells);
		usleep(below(5000));
		/* every other time what was done stays for the next trick */
		if (round / TRICKS % 2)
			tricks[below(TRICKS)](&path, &doorbells);
		onepath_path_stop(&path);
		if (round % TRICKS == TRICKS - 1) {
			printf("wild: %u, did not start %u\n", round + 1, refused);
			fflush(stdout);
		}
	}
}
