// SPDX-License-Identifier: BSD-3-Clause
/*
 * onepath-nic --tell: one command to the control socket of another onepath-nic,
 * for shell scripts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "control.h"
#include "unix_socket.h"

#define PATIENCE_S 30

static int send_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return -errno;
		text += sent;
		len -= (size_t)sent;
	}
	return 0;
}

/* The words, a blank after each, a newline after the last. */
static int send_command(int fd, int count, char **words)
{
	int ret = 0;

	for (int i = 0; i < count && !ret; i++) {
		ret = send_all(fd, words[i], strlen(words[i]));
		if (!ret)
			ret = send_all(fd, i + 1 < count ? " " : "\n", 1);
	}
	return ret;
}

/* Prints the answer. Only ours begin with "ok". */
static int print_answer(int fd, bool *ok)
{
	static const char good[] = "{\"ok\":true";
	char start[sizeof(good) - 1], part[4096];
	size_t total = 0;

	while (1) {
		ssize_t got = recv(fd, part, sizeof(part), 0);

		if (got <= 0)
			return got ? -errno : -ECONNRESET;
		for (ssize_t i = 0; i < got && total + (size_t)i < sizeof(start); i++)
			start[total + (size_t)i] = part[i];
		total += (size_t)got;
		fwrite(part, 1, (size_t)got, stdout);
		if (part[got - 1] != '\n')
			continue;
		*ok = total > sizeof(start) && !memcmp(start, good, sizeof(start));
		return fflush(stdout) ? -errno : 0;
	}
}

int tell(int argc, char **argv)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	bool ok = false;
	int fd, ret;

	if (argc < 2) {
		fputs("Usage: onepath-nic --tell PATH COMMAND...\n"
		      "PATH is where another onepath-nic has its --control; try the command help.\n",
		      stderr);
		return 2;
	}
	fd = unix_connect(argv[0]);
	if (fd < 0) {
		fprintf(stderr, "onepath-nic: cannot connect to control socket %s: %s\n", argv[0],
			strerror(-fd));
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	ret = send_command(fd, argc - 1, argv + 1);
	if (!ret)
		ret = print_answer(fd, &ok);
	close(fd);
	if (ret)
		fprintf(stderr, "onepath-nic: control socket %s: %s\n", argv[0], strerror(-ret));
	return ret || !ok;
}
