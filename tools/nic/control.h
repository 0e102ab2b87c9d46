/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket of onepath-nic: clients send one command a line and get
 * one JSON object a line. It belongs to the poll loop and never blocks it: a
 * client that does not read its answers waits alone.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "port.h"

#define CONTROL_CLIENTS 8
#define CONTROL_FDS	(1 + CONTROL_CLIENTS)
#define CONTROL_LINE	(2 * NIC_FRAME_MAX + 256) /* the longest frame in hex, and its command */

struct control;

/* Listens on @path. Prints what is wrong; returns NULL then. */
struct control *control_open(const char *path, struct port *ports, unsigned int count);
void control_close(struct control *control);

/* What to poll for; unused ones have fd -1. */
void control_poll(const struct control *control, struct pollfd fds[CONTROL_FDS]);

/* Does what is to be done, one command for each client; true: there is more. */
bool control_handle(struct control *control, const struct pollfd fds[CONTROL_FDS]);

/* control_commands.c: the answer to @line (which is changed), or NULL without memory. */
struct json_object *control_answer(struct port *ports, unsigned int count, char *line);

#endif
