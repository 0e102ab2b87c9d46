// SPDX-License-Identifier: BSD-3-Clause
/*
 * What all kinds of wire share: the choice of one by its name, the arguments'
 * grammar, padding, and the wire that leads nowhere.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

const struct wire_ops *const wire_kinds[] = {
	&wire_none, &wire_tap, &wire_pcap, &wire_generator, &wire_cable, NULL,
};

bool wire_next_option(char **args, char **key, char **value)
{
	do {
		*key = strsep(args, ",");
		if (!*key)
			return false;
	} while (!**key);
	*value = strchr(*key, '=');
	if (*value)
		*(*value)++ = '\0';
	return true;
}

bool wire_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	unsigned long long parsed;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	parsed = strtoull(text, &end, 10);
	if (errno || *end || parsed < min || parsed > max)
		return false;
	*number = parsed;
	return true;
}

bool wire_parse_mac(const char *text, uint8_t mac[6])
{
	unsigned int byte[6];
	int end = 0;

	if (!text || strlen(text) != 17 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &byte[0], &byte[1], &byte[2], &byte[3],
		   &byte[4], &byte[5], &end) != 6 ||
	    end != 17)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)byte[i];
	return true;
}

int wire_usage(const struct wire *wire, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: wire %s: ", wire->port.name, wire->ops->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -EINVAL;
}

void wire_offer(struct wire *wire, const uint8_t *frame, size_t len)
{
	uint8_t padded[WIRE_FRAME_MIN] = { 0 };

	if (len < WIRE_FRAME_MIN) {
		memcpy(padded, frame, len);
		frame = padded;
		len = WIRE_FRAME_MIN;
	}
	wire->counters.in++;
	wire->port.receive(wire->port.opaque, frame, len);
}

static const struct wire_ops *find_kind(const char *name, size_t len)
{
	for (const struct wire_ops *const *kind = wire_kinds; *kind; kind++) {
		if (strlen((*kind)->name) == len && !strncmp((*kind)->name, name, len))
			return *kind;
	}
	return NULL;
}

int wire_open(const char *spec, const struct wire_port *port, struct wire **result)
{
	size_t len = strcspn(spec, ":");
	const struct wire_ops *ops = find_kind(spec, len);
	struct wire *wire;
	char *args;
	int ret;

	if (!ops) {
		fprintf(stderr, "%s: wire '%s': unknown kind; use none, tap, pcap, gen or cable\n",
			port->name, spec);
		return -EINVAL;
	}
	wire = calloc(1, sizeof(*wire));
	args = strdup(spec[len] ? spec + len + 1 : "");
	if (!wire || !args) {
		ret = -ENOMEM;
		goto fail;
	}
	wire->ops = ops;
	wire->port = *port;
	ret = ops->open(wire, args);
	if (ret)
		goto fail;
	free(args);
	*result = wire;
	return 0;
fail:
	free(args);
	free(wire);
	return ret;
}

int wire_ready(struct wire *wire)
{
	return wire->ops->ready ? wire->ops->ready(wire) : 0;
}

void wire_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	wire->counters.out++;
	wire->ops->send(wire, frame, len);
}

int wire_fd(struct wire *wire)
{
	return wire->ops->fd ? wire->ops->fd(wire) : -1;
}

uint64_t wire_handle(struct wire *wire, bool readable, uint64_t now_ns)
{
	return wire->ops->handle ? wire->ops->handle(wire, readable, now_ns) : WIRE_NEVER;
}

void wire_link(struct wire *wire, bool up)
{
	if (wire->ops->link)
		wire->ops->link(wire, up);
}

void wire_light(struct wire *wire, bool on)
{
	if (wire->ops->light)
		wire->ops->light(wire, on);
}

int wire_flush(struct wire *wire)
{
	return wire->ops->flush ? wire->ops->flush(wire) : 0;
}

void wire_close(struct wire *wire)
{
	wire->ops->close(wire);
	free(wire);
}

static int none_open(struct wire *wire, char *args)
{
	return *args ? wire_usage(wire, "takes no arguments, not '%s'", args) : 0;
}

static void none_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	wire->counters.out_lost++;
}

static void none_close(struct wire *wire)
{
}

const struct wire_ops wire_none = {
	.name = "none",
	.help = "none\n\tnothing comes, what is sent is counted",
	.open = none_open,
	.send = none_send,
	.close = none_close,
};
