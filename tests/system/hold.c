/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns ports and does nothing with them until it is killed: for tests of who may
 * open what, and of what happens to an owner who does not listen. It never polls.
 */
#include <onepath/onepath.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("Usage: hold PORT...\n\nOwns the ports until killed. Says \"hold: owned\" once it does.\n",
		      stderr);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		int port = onepath_port_open(argv[i], ONEPATH_OWN);

		if (port < 0) {
			onepath_explain(port, "open port", argv[i]);
			return EXIT_FAILURE;
		}
	}
	puts("hold: owned");
	fflush(stdout);
	for (;;)
		pause();
}
