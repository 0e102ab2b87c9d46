/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports: names, opening, what they are and what they counted. Each call on a port's
 * descriptor is one system call into the module.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <onepath/onepath.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* Reads 1..@digits hexadecimal digits up to @end, a character, and steps over it. */
static bool read_hex(const char **text, unsigned int digits, char end, unsigned int *value)
{
	unsigned int count = 0, sum = 0;
	const char *p = *text;

	for (; isxdigit((unsigned char)*p) && count < digits; p++, count++) {
		int c = tolower((unsigned char)*p);

		sum = sum * 16 + (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	if (!count || *p != end)
		return false;
	*text = end ? p + 1 : p;
	*value = sum;
	return true;
}

int onepath_port_name(const char *text, char name[ONEPATH_NAME_BYTES])
{
	unsigned int domain = 0, bus, device, function;
	const char *first = strchr(text, ':');

	if (first && strchr(first + 1, ':') && !read_hex(&text, 8, ':', &domain))
		return -EINVAL;
	if (!read_hex(&text, 2, ':', &bus) || !read_hex(&text, 2, '.', &device) ||
	    !read_hex(&text, 1, '\0', &function) || device > 0x1f || function > 7)
		return -EINVAL;
	snprintf(name, ONEPATH_NAME_BYTES, "%04x:%02x:%02x.%x", domain, bus, device, function);
	return 0;
}

int onepath_port_open(const char *name, enum onepath_access access)
{
	static const int flags[] = {
		[ONEPATH_OWN] = O_RDWR,
		[ONEPATH_OBSERVE] = O_RDONLY,
		[ONEPATH_CONFIGURE] = O_WRONLY,
	};
	char port[ONEPATH_NAME_BYTES], node[sizeof(ONEPATH_NODES) + ONEPATH_NAME_BYTES];
	int fd;

	if ((unsigned int)access >= sizeof(flags) / sizeof(flags[0]))
		return -EINVAL;
	if (name[0] != '/') {
		if (onepath_port_name(name, port))
			return -EINVAL;
		snprintf(node, sizeof(node), "%s/%s", ONEPATH_NODES, port);
		name = node;
	}
	fd = open(name, flags[access] | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int onepath_port_info(int port, struct onepath_port_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return ioctl(port, ONEPATH_PORT_INFO, info) < 0 ? -errno : 0;
}

int onepath_port_filter(int port, uint32_t flags)
{
	struct onepath_port_config config = { .size = sizeof(config),
					      .set = ONEPATH_CONFIG_FILTER,
					      .filter = flags };

	return ioctl(port, ONEPATH_PORT_CONFIG_SET, &config) < 0 ? -errno : 0;
}

int onepath_port_stats(int port, struct onepath_port_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return ioctl(port, ONEPATH_PORT_STATS, stats) < 0 ? -errno : 0;
}

int onepath_port_queue_stats(int port, unsigned int queue, struct onepath_queue_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	stats->queue = queue;
	return ioctl(port, ONEPATH_QUEUE_STATS, stats) < 0 ? -errno : 0;
}
