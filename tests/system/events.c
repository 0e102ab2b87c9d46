/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sleeping, as an NF does it, step by step, in the test VM:
 *   events wake IN OUT COUNT     forwards frames, falls asleep when there is none, and
 *                                ends when a frame has woken it so many times
 *   events eventfd IN OUT COUNT  the same, woken by an eventfd
 *   events unseen IN OUT         OUT goes out of service (somebody pulls its cable once
 *                                "ready" is said) between the loop's look and its sleep
 * Exit status 0 if all went as promised, else 1, with what did not.
 */
#include <errno.h>
#include <onepath/onepath.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PATIENCE_MS 30000

static uint32_t forward(uint8_t *frame, uint16_t length, void *state)
{
	(void)frame, (void)state;
	return length;
}

static void __attribute__((noreturn)) fail(const char *what, int result)
{
	printf("%s: %d%s%s\n", what, result, result < 0 ? ", " : "",
	       result < 0 ? strerror(-result) : "");
	exit(EXIT_FAILURE);
}

static void expect(const char *what, int result, int wanted)
{
	if (result != wanted)
		fail(what, result);
}

static void open_path(struct onepath_path *path, const char *in, const char *out)
{
	const uint32_t all = ONEPATH_FILTER_PROMISCUOUS | ONEPATH_FILTER_ALL_MULTICAST;
	int input = onepath_port_open(in, ONEPATH_OWN);
	int output = onepath_port_open(out, ONEPATH_OWN);

	if (input < 0 || output < 0)
		fail("open", input < 0 ? input : output);
	expect("filter", onepath_port_filter(input, all), 0);
	expect("create", onepath_path_create(path, input, &output, 1, ONEPATH_RING_SIZE_MIN), 0);
	expect("start", onepath_path_start(path), 0);
}

static unsigned int run(struct onepath_path *path)
{
	return onepath_run(path, 1, forward, NULL, ONEPATH_BURST);
}

/* Sleeps until @fd, the path or an eventfd, tells of a frame. Returns false if one was there already. */
static bool sleep_once(struct onepath_path *path, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int answer = onepath_path_arm(path);
	uint64_t count;

	if (answer == 1)
		return false;
	expect("arm", answer, 0);
	expect("nothing woke it", poll(&poll_fd, 1, PATIENCE_MS), 1);
	expect("it was woken by something else", poll_fd.revents, POLLIN);
	if (fd != path->fd)
		expect("read", (int)read(fd, &count, sizeof(count)), sizeof(count));
	return true;
}

static void wake(struct onepath_path *path, int fd, unsigned long wanted)
{
	unsigned long frames = 0, sleeps = 0;

	while (sleeps < wanted) {
		unsigned int count = run(path);

		frames += count;
		if (!count)
			sleeps += sleep_once(path, fd);
	}
	printf("%lu frames, %lu sleeps\n", frames, sleeps);
}

/* The kernel has told of it in the path's memory, and woken whoever slept; the loop looks later. */
static void unseen(struct onepath_path *path)
{
	const uint32_t *epoch = &path->output[0].head->epoch;
	struct pollfd poll_fd = { .fd = path->fd, .events = POLLIN };

	for (int ms = 0; !(onepath_read_shared(epoch) & 1); ms += 10) {
		if (ms > PATIENCE_MS)
			fail("the output stays in service", 0);
		usleep(10000);
	}
	usleep(100000); /* the kernel has said all that it has to say */
	expect("it is armed", onepath_path_arm(path), 1);
	expect("it is not readable", poll(&poll_fd, 1, 0), 1);
	expect("a frame", (int)run(path), 0);
	expect("it does not know", path->output[0].head->seen & 1, 1);
	expect("it cannot sleep", onepath_path_arm(path), 0);
	expect("it wakes", poll(&poll_fd, 1, 100), 0);
}

int main(int argc, char **argv)
{
	struct onepath_path path;
	int event;

	if (argc < 4 || (argc < 5 && strcmp(argv[1], "unseen"))) {
		fprintf(stderr, "usage: events wake|eventfd|unseen IN OUT [COUNT]\n");
		return 2;
	}
	open_path(&path, argv[2], argv[3]);
	event = path.fd;
	if (!strcmp(argv[1], "eventfd")) {
		event = eventfd(0, EFD_CLOEXEC);
		expect("eventfd", onepath_eventfd(path.fd, event), 0);
	}
	puts("ready");
	fflush(stdout);
	if (strcmp(argv[1], "unseen"))
		wake(&path, event, strtoul(argv[4], NULL, 10));
	else
		unseen(&path);
	onepath_path_destroy(&path);
	puts("done");
	return EXIT_SUCCESS;
}
