/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading and writing sysfs attributes, which is how devices are found, bound and
 * unbound. The root can be moved (ONEPATH_SYSFS), so that tests bring their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static int make_path(char full[CTL_PATH_BYTES], const char *format, va_list args)
{
	const char *root = getenv("ONEPATH_SYSFS");
	int used = snprintf(full, CTL_PATH_BYTES, "%s/", root ? root : "/sys"), more;

	if (used >= CTL_PATH_BYTES)
		return -ENAMETOOLONG;
	more = vsnprintf(full + used, CTL_PATH_BYTES - (size_t)used, format, args);
	return used + more < CTL_PATH_BYTES ? 0 : -ENAMETOOLONG;
}

int ctl_sysfs_path(char full[CTL_PATH_BYTES], const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = make_path(full, format, args);
	va_end(args);
	return err;
}

bool ctl_sysfs_exists(const char *format, ...)
{
	char full[CTL_PATH_BYTES];
	va_list args;
	int err;

	va_start(args, format);
	err = make_path(full, format, args);
	va_end(args);
	return !err && !access(full, F_OK);
}

int ctl_sysfs_read(char *text, size_t bytes, const char *format, ...)
{
	char full[CTL_PATH_BYTES];
	va_list args;
	ssize_t got;
	int fd, err;

	text[0] = '\0';
	va_start(args, format);
	err = make_path(full, format, args);
	va_end(args);
	if (err)
		return err;
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, bytes - 1);
	err = got < 0 ? -errno : 0;
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err;
}

int ctl_sysfs_write(const char *text, const char *format, ...)
{
	char full[CTL_PATH_BYTES], line[CTL_TEXT_BYTES + 1];
	int bytes = snprintf(line, sizeof(line), "%s\n", text), fd, err;
	va_list args;

	va_start(args, format);
	err = make_path(full, format, args);
	va_end(args);
	if (err || bytes >= (int)sizeof(line))
		return err ? err : -EINVAL;
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, line, (size_t)bytes) != bytes)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

void ctl_sysfs_link(char *name, size_t bytes, const char *format, ...)
{
	char full[CTL_PATH_BYTES], target[PATH_MAX];
	const char *last;
	ssize_t length;
	va_list args;
	int err;

	name[0] = '\0';
	va_start(args, format);
	err = make_path(full, format, args);
	va_end(args);
	if (err)
		return;
	length = readlink(full, target, sizeof(target) - 1);
	if (length < 0)
		return;
	target[length] = '\0';
	last = strrchr(target, '/');
	snprintf(name, bytes, "%s", last ? last + 1 : target);
}
