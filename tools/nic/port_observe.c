// SPDX-License-Identifier: BSD-3-Clause
/*
 * Watching a port: its trace and its capture, switched on and off from the
 * command line and by the control socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

int port_trace(struct port *port, const char *path)
{
	FILE *to = NULL;
	int fd, ret;

	if (path) {
		/* A pipe that nobody empties must not stop the ports: hence O_NONBLOCK. */
		fd = strcmp(path, "-")
			     ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
				    0644)
			     : dup(STDERR_FILENO);
		if (fd >= 0)
			to = fdopen(fd, "a");
		if (!to) {
			ret = -errno;
			if (fd >= 0)
				close(fd);
			return ret;
		}
		setvbuf(to, NULL, _IOLBF, 0);
	}
	nic_set_trace(port->nic, to);
	if (port->trace)
		fclose(port->trace);
	port->trace = to;
	/* The trace's clock is monotonic; a capture's is the time of day. */
	nic_trace_event(port->nic, "trace on at %lld s of the epoch", (long long)time(NULL));
	if (!to || !ferror(to))
		return 0;
	port_trace(port, NULL);
	return -EIO;
}

int port_capture(struct port *port, const char *path)
{
	struct capture *capture = NULL;
	int ret = 0;

	if (path)
		ret = capture_start(path, port->name, &capture);
	if (ret)
		return ret;
	if (port->capture)
		capture_stop(port->capture);
	port->capture = capture;
	return 0;
}

bool port_traces(const struct port *port)
{
	return port->trace && !ferror(port->trace);
}

bool port_captures(const struct port *port)
{
	return port->capture && !capture_flush(port->capture);
}

int port_flush(struct port *port)
{
	int ret = wire_flush(port->wire);

	if (port->capture && capture_flush(port->capture))
		ret = -EIO;
	return ret;
}
