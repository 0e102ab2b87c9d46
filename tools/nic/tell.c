// SPDX-License-Identifier: BSD-3-Clause
/*
 * onepath-nic --tell: one command to the control socket of another onepath-nic,
 * for people and for shell scripts.
 */
#include "tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

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

/* One JSON object, which comes in parts. */
static int receive_answer(int fd, struct json_object **answer)
{
	struct json_tokener *tokener = json_tokener_new();
	enum json_tokener_error state = json_tokener_continue;
	char part[4096];
	int ret = 0;

	if (!tokener)
		return -ENOMEM;
	while (!ret && state == json_tokener_continue) {
		ssize_t got = recv(fd, part, sizeof(part), 0);

		if (got <= 0) {
			ret = got ? -errno : -ECONNRESET;
			break;
		}
		*answer = json_tokener_parse_ex(tokener, part, (int)got);
		state = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	return ret || state == json_tokener_success ? ret : -EBADMSG;
}

/* Returns whether the command was done. */
static bool print_answer(struct json_object *answer, bool json)
{
	struct json_object *ok, *error;
	bool done = json_object_object_get_ex(answer, "ok", &ok) && json_object_get_boolean(ok);

	if (json) {
		puts(json_object_to_json_string_ext(
			answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		return done;
	}
	if (!done) {
		error = json_object_object_get(answer, "error");
		fprintf(stderr, "onepath-nic: %s\n", json_object_get_string(error));
		return false;
	}
	/* One thing was asked for; what it is called goes without saying. */
	json_object_object_foreach(answer, name, value)
	{
		if (strcmp(name, "ok"))
			tell_print(value, 0);
	}
	return true;
}

int tell(int argc, char **argv)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct json_object *answer = NULL;
	bool json, ok = false;
	int fd, ret;

	json = argc && !strcmp(argv[0], "--json");
	argc -= json;
	argv += json;
	if (argc < 2 || argv[0][0] == '-') {
		fputs("Usage: onepath-nic --tell [--json] PATH COMMAND...\n"
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
		ret = receive_answer(fd, &answer);
	close(fd);
	if (!ret) {
		ok = print_answer(answer, json);
		if (fflush(stdout))
			ret = -errno;
	}
	json_object_put(answer);
	if (ret)
		fprintf(stderr, "onepath-nic: control socket %s: %s\n", argv[0], strerror(-ret));
	return ret || !ok;
}
