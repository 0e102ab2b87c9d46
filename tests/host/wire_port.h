/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port's end of a wire, for the wires' tests: a list of the frames that
 * came, and a number of free descriptors. There are two, left and right.
 */
#ifndef WIRE_PORT_H
#define WIRE_PORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire.h"

#define FRAMES_MAX 5000

struct port {
	struct wire *wire;
	size_t room; /* free descriptors */
	bool dark; /* no light comes */
	size_t count;
	struct {
		uint8_t *bytes;
		size_t len;
	} frames[FRAMES_MAX];
};

static struct port left, right;

static inline bool can_receive(void *opaque)
{
	const struct port *port = opaque;

	return port->room > 0;
}

static inline void receive(void *opaque, const uint8_t *frame, size_t len)
{
	struct port *port = opaque;

	if (!port->room)
		return;
	port->room--;
	assert_true(port->count < FRAMES_MAX);
	port->frames[port->count].bytes = malloc(len);
	memcpy(port->frames[port->count].bytes, frame, len);
	port->frames[port->count++].len = len;
}

static inline void carrier(void *opaque, bool present)
{
	((struct port *)opaque)->dark = !present;
}

static inline int open_wire(struct port *port, const char *spec)
{
	const struct wire_port end = {
		.opaque = port,
		.name = port == &left ? "left" : "right",
		.mac = { 2, 0, 0, 0, 0, port == &left ? 1 : 2 },
		.can_receive = can_receive,
		.receive = receive,
		.carrier = carrier,
	};

	return wire_open(spec, &end, &port->wire);
}

static inline int setup(void **state)
{
	left = right = (struct port){ .room = SIZE_MAX };
	return 0;
}

static inline int teardown(void **state)
{
	struct port *const ports[] = { &left, &right };

	for (size_t p = 0; p < 2; p++) {
		if (ports[p]->wire)
			wire_close(ports[p]->wire);
		for (size_t i = 0; i < ports[p]->count; i++)
			free(ports[p]->frames[i].bytes);
	}
	return 0;
}

#endif
