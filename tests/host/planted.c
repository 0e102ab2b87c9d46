// SPDX-License-Identifier: BSD-3-Clause
/* Errors on purpose, one for each argument: what the sanitized tests must notice. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	volatile int *block = malloc(4 * sizeof(*block));
	volatile int large = 0x7fffffff;

	if (!block)
		return 2;
	block[0] = 0;
	/* It ends by itself, however early it is told to. */
	signal(SIGTERM, SIG_IGN);
	printf("planted: 1 port ready\n");
	fflush(stdout);
	if (!strcmp(kind, "overflow"))
		block[4 + block[0]] = 1;
	else if (!strcmp(kind, "arithmetic"))
		large += 1 + block[0];
	else if (!strcmp(kind, "leak"))
		block = NULL;
	free((void *)block);
	return 0;
}
