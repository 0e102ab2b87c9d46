/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bound ports: opening one for a verb, and saying why a call on it failed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

int ctl_port_open(struct ctl_device *device, const char *address, enum onepath_access access)
{
	int port;

	if (!ctl_device_find(device, address))
		return -1;
	if (strcmp(device->driver, CTL_DRIVER)) {
		ctl_error(
			"%s is not bound to onepath (its driver: %s); `onepathctl bind %s` does that",
			device->address, device->driver[0] ? device->driver : "none",
			device->address);
		return -1;
	}
	port = onepath_port_open(device->address, access);
	if (port >= 0)
		return port;
	onepath_explain(port, "open port", device->address);
	return -1;
}

void ctl_port_error(int err, const char *what, const struct ctl_device *device)
{
	onepath_explain(err, what, device->address);
}
