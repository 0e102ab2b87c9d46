/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port's owner and its descendants, for tests of what they inherit: after fork() the
 * descriptors, but no mapping of a path; after exec() nothing.
 */
#include <errno.h>
#include <onepath/onepath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING_SIZE 64

static const char help[] =
	"Usage: kin fork|exec PORT\n"
	"\n"
	"Owns the port and runs a path on it. Then:\n"
	"  fork  forks; the parent ends at once; the child looks whether it has any of the\n"
	"        path's memory, says \"kin: no mapping\" if not, and holds the port until killed\n"
	"  exec  becomes `sleep 1000`\n";

/* Whether the area is mapped, as a system call sees it: nothing here may be touched. */
static bool is_mapped(const struct onepath_area *area)
{
	return !msync(area->start, area->bytes, MS_ASYNC) || errno != ENOMEM;
}

static int hold(const struct onepath_path *path)
{
	for (unsigned int i = 0; i < sizeof(path->area) / sizeof(path->area[0]); i++) {
		if (is_mapped(&path->area[i])) {
			fprintf(stderr, "kin: the child has area %u of the path\n", i);
			return EXIT_FAILURE;
		}
	}
	puts("kin: no mapping");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct onepath_path path;
	int port, err;

	if (argc != 3 || (strcmp(argv[1], "fork") && strcmp(argv[1], "exec"))) {
		fputs(help, stderr);
		return 2;
	}
	port = onepath_port_open(argv[2], ONEPATH_OWN);
	err = port < 0 ? port : onepath_path_create(&path, port, &port, 1, RING_SIZE);
	if (!err)
		err = onepath_path_start(&path);
	if (err) {
		onepath_explain(err, "run a path on", argv[2]);
		return EXIT_FAILURE;
	}
	if (!is_mapped(&path.area[0])) {
		fputs("kin: the parent's own mapping is not seen\n", stderr);
		return EXIT_FAILURE;
	}
	if (!strcmp(argv[1], "exec")) {
		execlp("sleep", "sleep", "1000", NULL);
		perror("kin: sleep");
		return EXIT_FAILURE;
	}
	switch (fork()) {
	case -1:
		perror("kin: fork");
		return EXIT_FAILURE;
	case 0:
		return hold(&path);
	default:
		return EXIT_SUCCESS;
	}
}
