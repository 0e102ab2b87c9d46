/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tenant that comes and goes: opens its ports, makes a path, starts it, stops it, closes
 * everything, and so on, until SIGTERM; then says how often. For tests of what one owner's
 * calls cost another.
 */
#include <onepath/onepath.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_SIZE 256

static const char help[] =
	"Usage: cycles [--tolerant] PORT PORT\n"
	"\n"
	"--tolerant goes on when a call fails; else that ends it, with exit status 1.\n";

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = 1;
}

/* One life. Returns 0 or -errno, with *@what it was. */
static int live(const char *const names[2], const char **what)
{
	struct onepath_path path;
	int ports[2], err;

	*what = "open";
	ports[0] = onepath_port_open(names[0], ONEPATH_OWN);
	if (ports[0] < 0)
		return ports[0];
	ports[1] = onepath_port_open(names[1], ONEPATH_OWN);
	err = ports[1];
	if (err < 0)
		goto close_first;
	*what = "make a path on";
	err = onepath_path_create(&path, ports[0], &ports[1], 1, RING_SIZE);
	if (err)
		goto close_second;
	*what = "start the path on";
	err = onepath_path_start(&path);
	if (!err) {
		*what = "stop the path on";
		err = onepath_path_stop(&path);
	}
	onepath_path_destroy(&path);
close_second:
	close(ports[1]);
close_first:
	close(ports[0]);
	return err;
}

int main(int argc, char **argv)
{
	bool tolerant = argc == 4 && !strcmp(argv[1], "--tolerant");
	const char *const names[] = { argc > 1 ? argv[argc - 2] : NULL, argv[argc - 1] };
	unsigned long good = 0, bad = 0;
	const char *what;

	if (argc != 3 && !tolerant) {
		fputs(help, stderr);
		return 2;
	}
	signal(SIGTERM, end);
	while (!ended) {
		int err = live(names, &what);

		if (!err) {
			good++;
			continue;
		}
		bad++;
		if (!tolerant) {
			onepath_explain(err, what, names[0]);
			break;
		}
	}
	printf("cycles: %lu good, %lu bad\n", good, bad);
	return bad && !tolerant ? EXIT_FAILURE : EXIT_SUCCESS;
}
