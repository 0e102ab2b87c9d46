/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * onepathctl link: whether a port's link is up; with -w also each change, as poll() tells
 * of it. The port is only observed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"

static const char help[] =
	"Usage: onepathctl link [-w] ADDRESS\n"
	"\n"
	"Shows the link of a port that is bound to onepath: up with its speed, or down.\n"
	"\n"
	"  -w, --watch  show each change, too, with the time, until Ctrl-C\n"
	"  -h, --help   print this\n";

#define RETRY_MS  100
#define SECOND_MS 1000 /* so that no Ctrl-C is waited for longer, whenever it comes */

static void print_link(const struct ctl_device *device, uint32_t speed_mbps, bool with_time)
{
	time_t now = time(NULL);
	char text[16];

	if (with_time && strftime(text, sizeof(text), "%H:%M:%S ", localtime(&now)))
		fputs(text, stdout);
	if (speed_mbps)
		printf("%s up %u Mb/s\n", device->address, speed_mbps);
	else
		printf("%s down\n", device->address);
	fflush(stdout);
}

/*
 * The kernel tells of changes, if short ones, while somebody owns the port; without an owner
 * they show when it is asked. Asking also acknowledges: poll() tells of the next change.
 * Returns -errno, or 0 if it was interrupted.
 */
static int watch(int port, const struct ctl_device *device, uint32_t speed_mbps)
{
	struct pollfd poll_fd = { .fd = port, .events = POLLPRI };
	struct onepath_port_info info;

	while (!ctl_interrupted) {
		int count = poll(&poll_fd, 1, SECOND_MS), err;

		if (count < 0 && errno != EINTR)
			return -errno;
		if (count < 0)
			continue;
		if (count && poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL))
			return -ENODEV;
		err = onepath_port_info(port, &info);
		if (err == -EAGAIN) /* it is being reset */
			poll(NULL, 0, RETRY_MS);
		else if (err)
			return err;
		else if (count || info.speed_mbps != speed_mbps)
			print_link(device, speed_mbps = info.speed_mbps, true);
	}
	return 0;
}

int ctl_link(int argc, char **argv)
{
	struct ctl_options options;
	int first = ctl_options(argc, argv, help, "w", &options), port, err;
	struct onepath_port_info info;
	struct ctl_device device;

	if (first != argc - 1) {
		ctl_error("link takes one address; `onepathctl list` shows them");
		return CTL_EXIT_USAGE;
	}
	ctl_signals_catch();
	port = ctl_port_open(&device, argv[first], ONEPATH_OBSERVE);
	if (port < 0)
		return EXIT_FAILURE;
	err = onepath_port_info(port, &info);
	if (!err)
		print_link(&device, info.speed_mbps, options.watch);
	if (!err && options.watch)
		err = watch(port, &device, info.speed_mbps);
	close(port);
	if (!err)
		return EXIT_SUCCESS;
	ctl_port_error(err, "ask port", &device);
	return EXIT_FAILURE;
}
