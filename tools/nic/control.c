// SPDX-License-Identifier: BSD-3-Clause
/*
 * The control socket's clients: lines in, answers out. A client has one line
 * and one answer in memory at most; while its answer is not sent nothing more
 * is read from it. control_commands.c makes the answers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "unix_socket.h"

struct client {
	int fd;
	size_t have; /* bytes of @line */
	char line[CONTROL_LINE];
	struct json_object *answer; /* owns the text */
	const char *text;
	size_t left; /* of the text, and of the newline after it */
	bool silent; /* sends nothing more */
	bool ends; /* once its answer is sent */
};

struct control {
	char *path;
	int fd;
	struct port *ports;
	unsigned int count;
	struct client clients[CONTROL_CLIENTS];
};

struct control *control_open(const char *path, struct port *ports, unsigned int count)
{
	struct control *control = calloc(1, sizeof(*control));
	int ret = -ENOMEM;

	if (!control)
		goto fail;
	control->ports = ports;
	control->count = count;
	control->fd = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	control->path = strdup(path);
	if (!control->path)
		goto fail;
	ret = unix_listen(path, CONTROL_CLIENTS);
	if (ret < 0)
		goto fail;
	control->fd = ret;
	return control;
fail:
	fprintf(stderr, "onepath-nic: cannot listen on control socket %s: %s\n", path,
		strerror(-ret));
	if (control)
		free(control->path);
	free(control);
	return NULL;
}

static void drop(struct client *client)
{
	json_object_put(client->answer);
	close(client->fd);
	client->fd = -1;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (control->clients[i].fd >= 0)
			drop(&control->clients[i]);
	}
	close(control->fd);
	unlink(control->path);
	free(control->path);
	free(control);
}

static struct client *find_free(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (control->clients[i].fd < 0)
			return &control->clients[i];
	}
	return NULL;
}

/* With all places taken nobody is accepted: the next one waits in the socket's queue. */
void control_poll(const struct control *control, struct pollfd fds[CONTROL_FDS])
{
	bool room = false;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *client = &control->clients[i];

		fds[1 + i] = (struct pollfd){ .fd = client->fd,
					      .events = client->left ? POLLOUT : POLLIN };
		room |= client->fd < 0;
	}
	fds[0] = (struct pollfd){ .fd = room ? control->fd : -1, .events = POLLIN };
}

static void accept_client(struct control *control)
{
	struct client *client = find_free(control);
	int fd;

	if (!client)
		return;
	fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	*client = (struct client){ .fd = fd };
}

static void send_answer(struct client *client)
{
	while (client->left) {
		/* The text without its last byte, which is the newline's. */
		size_t len = client->left > 1 ? client->left - 1 : 1;
		ssize_t sent =
			send(client->fd, client->left > 1 ? client->text : "\n", len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0) {
			client->left = 0;
			client->ends = true;
			break;
		}
		client->left -= (size_t)sent;
		client->text += sent;
	}
	json_object_put(client->answer);
	client->answer = NULL;
	if (client->ends)
		drop(client);
}

static void answer(struct client *client, struct json_object *object)
{
	size_t len = 0;

	client->answer = object;
	client->text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (!object || !client->text) {
		client->text = "{\"ok\":false,\"error\":\"out of memory\"}";
		len = strlen(client->text);
	}
	client->left = len + 1;
	send_answer(client);
}

/* Answers the first whole line, if there is one. */
static bool next_line(struct control *control, struct client *client)
{
	char *end = memchr(client->line, '\n', client->have);
	struct json_object *object;

	if (!end) {
		if (client->have == sizeof(client->line))
			client->ends = true; /* nothing that could be understood comes any more */
		return false;
	}
	*end++ = '\0';
	object = control_answer(control->ports, control->count, client->line);
	client->have -= (size_t)(end - client->line);
	memmove(client->line, end, client->have);
	answer(client, object);
	return true;
}

static void read_lines(struct client *client)
{
	ssize_t got = recv(client->fd, client->line + client->have,
			   sizeof(client->line) - client->have, 0);

	if (got > 0)
		client->have += (size_t)got;
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		client->silent = true;
}

bool control_handle(struct control *control, const struct pollfd fds[CONTROL_FDS])
{
	bool more = false;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];

		if (client->fd < 0)
			continue;
		if (client->left) {
			if (fds[1 + i].revents)
				send_answer(client);
			/* Now it is sent the next line, read long ago, has its turn. */
			if (client->left || client->fd < 0)
				continue;
		} else if (fds[1 + i].revents && client->have < sizeof(client->line)) {
			read_lines(client);
		}
		if (next_line(control, client))
			more |= client->fd >= 0 && client->have;
		else if (client->ends)
			answer(client, control_answer(NULL, 0, NULL));
		else if (client->silent)
			drop(client);
	}
	if (fds[0].revents)
		accept_client(control);
	return more;
}
