// SPDX-License-Identifier: BSD-3-Clause
/*
 * A TAP device as the wire: the kernel's network stack is at the other end. The
 * TAP is made if it does not exist, and goes with us; one that was made
 * persistent is used and stays. Its carrier follows the port's link.
 *
 * Frames wait in the TAP's own queue for a free descriptor, but not for long:
 * after HOLD_NS they are offered all the same and lost, as on a real cable, so
 * that a port that nobody drives does not answer with old news later.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define HOLD_NS 100000000u

struct tap {
	int fd; /* -1: the TAP was taken away */
	uint64_t held_since_ns; /* 0: not holding */
	bool expired; /* held for too long: frames are let go */
	uint8_t buffer[WIRE_FRAME_MAX + 1];
};

static int fail(const struct wire *wire, const char *what, const char *name)
{
	int error = errno;

	fprintf(stderr, "%s: wire tap: %s %s: %s%s\n", wire->port.name, what, name, strerror(error),
		error == EPERM || error == EACCES ? " (are you root?)"
		: error == EBUSY		  ? " (another process uses it)"
						  : "");
	return -error;
}

/* The TAP's queue, opened in the network namespace that we are in; or -errno. */
static int open_tap(const struct wire *wire, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int control, ret;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return fail(wire, "open", "/dev/net/tun");
	strcpy(request.ifr_name, name);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		ret = fail(wire, "attach to", name);
		close(fd);
		return ret;
	}
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (control < 0 || ioctl(control, SIOCGIFFLAGS, &request) < 0) {
		ret = fail(wire, "get the flags of", name);
		goto out;
	}
	request.ifr_flags |= IFF_UP;
	ret = ioctl(control, SIOCSIFFLAGS, &request) < 0 ? fail(wire, "set up", name) : 0;
out:
	if (control >= 0)
		close(control);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

static int open_tap_in(const struct wire *wire, const char *name, const char *netns)
{
	char path[256];
	int home, there, fd;

	if (!netns)
		return open_tap(wire, name);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return fail(wire, "open", "/proc/self/ns/net");
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0 || setns(there, CLONE_NEWNET) < 0) {
		fd = fail(wire, "enter network namespace", path);
		goto out;
	}
	fd = open_tap(wire, name);
	if (setns(home, CLONE_NEWNET) < 0) {
		perror("wire tap: back to the own network namespace");
		abort(); /* every later TAP would be in the wrong place */
	}
out:
	if (there >= 0)
		close(there);
	close(home);
	return fd;
}

static void tap_link(struct wire *wire, bool up)
{
	struct tap *tap = wire->state;
	int carrier = up;

	if (tap->fd < 0)
		return;
	/* Kernels before 5.0 cannot; the TAP then has a carrier always. */
	if (ioctl(tap->fd, TUNSETCARRIER, &carrier) < 0 && errno != EINVAL && errno != ENOTTY)
		fail(wire, "set the carrier of", "the TAP");
}

static int tap_open(struct wire *wire, char *args)
{
	char *name = NULL, *netns = NULL, *key, *value;
	struct tap *tap;
	int fd;

	while (wire_next_option(&args, &key, &value)) {
		if (!value && !name)
			name = key;
		else if (value && !strcmp(key, "netns") && *value && !strchr(value, '/'))
			netns = value;
		else
			return wire_usage(wire, "cannot use '%s'; write tap:NAME[,netns=NAME]",
					  key);
	}
	if (!name || strlen(name) >= IFNAMSIZ || strchr(name, '%') || strchr(name, '/'))
		return wire_usage(wire, "'%s' is no interface name (1..%d characters)",
				  name ? name : "", IFNAMSIZ - 1);
	fd = open_tap_in(wire, name, netns);
	if (fd < 0)
		return fd;
	tap = calloc(1, sizeof(*tap));
	if (!tap) {
		close(fd);
		return -ENOMEM;
	}
	tap->fd = fd;
	wire->state = tap;
	tap_link(wire, false);
	return 0;
}

static void tap_send(struct wire *wire, const uint8_t *frame, size_t len)
{
	struct tap *tap = wire->state;

	if (write(tap->fd, frame, len) != (ssize_t)len)
		wire->counters.out_lost++;
}

static bool may_offer(const struct wire *wire)
{
	const struct tap *tap = wire->state;

	return tap->expired || wire->port.can_receive(wire->port.opaque);
}

static int tap_fd(struct wire *wire)
{
	const struct tap *tap = wire->state;

	return may_offer(wire) ? tap->fd : -1;
}

/* Offers one frame; false if none is there. */
static bool offer_one(struct wire *wire)
{
	struct tap *tap = wire->state;
	ssize_t len = read(tap->fd, tap->buffer, sizeof(tap->buffer));

	if (len <= 0) {
		if (len < 0 && errno != EAGAIN && errno != EINTR) {
			fail(wire, "no longer reads from", "the TAP");
			close(tap->fd);
			tap->fd = -1;
		}
		return false;
	}
	if ((size_t)len < WIRE_HEADER || (size_t)len > WIRE_FRAME_MAX)
		wire->counters.skipped++;
	else
		wire_offer(wire, tap->buffer, (size_t)len);
	return true;
}

static uint64_t tap_handle(struct wire *wire, bool readable, uint64_t now_ns)
{
	struct tap *tap = wire->state;

	if (readable) {
		for (int i = 0; i < WIRE_BATCH && may_offer(wire); i++) {
			if (!offer_one(wire))
				break;
		}
	}
	if (wire->port.can_receive(wire->port.opaque)) {
		tap->held_since_ns = 0;
		tap->expired = false;
		return WIRE_NEVER;
	}
	if (!tap->held_since_ns) {
		tap->held_since_ns = now_ns;
		wire->counters.held++;
	}
	tap->expired = now_ns - tap->held_since_ns >= HOLD_NS;
	return tap->expired ? WIRE_NEVER : tap->held_since_ns + HOLD_NS;
}

static void tap_close(struct wire *wire)
{
	struct tap *tap = wire->state;

	if (tap->fd >= 0)
		close(tap->fd);
	free(tap);
}

const struct wire_ops wire_tap = {
	.name = "tap",
	.help = "tap:NAME[,netns=NAME]\n"
		"\ta TAP device, made if it does not exist, in a named network namespace",
	.open = tap_open,
	.send = tap_send,
	.fd = tap_fd,
	.handle = tap_handle,
	.link = tap_link,
	.close = tap_close,
};
