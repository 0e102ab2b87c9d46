// SPDX-License-Identifier: BSD-3-Clause
/*
 * A cable between two ports of this process, which give it the same name. It
 * holds nothing back: what the far port has no descriptor for is lost there,
 * and counted there. Runts stay runts: this is no MAC.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

struct cable {
	struct cable *next;
	char *name;
	struct wire *ends[2];
};

static struct cable *cables;

static struct cable *find_or_make(const char *name)
{
	struct cable *cable;

	for (cable = cables; cable; cable = cable->next) {
		if (!strcmp(cable->name, name))
			return cable;
	}
	cable = calloc(1, sizeof(*cable));
	if (!cable)
		return NULL;
	cable->name = strdup(name);
	if (!cable->name) {
		free(cable);
		return NULL;
	}
	cable->next = cables;
	cables = cable;
	return cable;
}

static int cable_open(struct wire *wire, char *args)
{
	struct cable *cable;

	if (!*args || strchr(args, ','))
		return wire_usage(wire, "'%s' is no name; write cable:NAME", args);
	cable = find_or_make(args);
	if (!cable)
		return -ENOMEM;
	if (cable->ends[0] && cable->ends[1])
		return wire_usage(wire, "'%s' has two ends already: %s and %s", args,
				  cable->ends[0]->port.name, cable->ends[1]->port.name);
	cable->ends[cable->ends[0] ? 1 : 0] = wire;
	wire->state = cable;
	return 0;
}

static struct wire *far_end(const struct wire *wire)
{
	const struct cable *cable = wire->state;

	return cable->ends[cable->ends[0] == wire ? 1 : 0];
}

static int cable_ready(struct wire *wire)
{
	const struct cable *cable = wire->state;

	if (!far_end(wire))
		return wire_usage(wire, "'%s' has no other end; give a second port wire=cable:%s",
				  cable->name, cable->name);
	return 0;
}

static void cable_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	struct wire *far = far_end(wire);

	if (!far) {
		wire->counters.out_lost++;
		return;
	}
	far->counters.in++;
	far->port.receive(far->port.opaque, frame, len);
}

static void cable_light(struct wire *wire, bool on)
{
	struct wire *far = far_end(wire);

	if (far && far->port.carrier)
		far->port.carrier(far->port.opaque, on);
}

static void cable_close(struct wire *wire)
{
	struct cable *cable = wire->state;
	struct cable **link = &cables;

	cable->ends[cable->ends[0] == wire ? 0 : 1] = NULL;
	if (cable->ends[0] || cable->ends[1])
		return;
	while (*link != cable)
		link = &(*link)->next;
	*link = cable->next;
	free(cable->name);
	free(cable);
}

const struct wire_ops wire_cable = {
	.name = "cable",
	.help = "cable:NAME\n\ta cable to the other port of this process that names NAME",
	.open = cable_open,
	.ready = cable_ready,
	.send = cable_send,
	.light = cable_light,
	.close = cable_close,
};
