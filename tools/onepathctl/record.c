/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records, one small file per device that `bind` took: which driver it had and
 * what its driver_override was, for `unbind` to give back. They lie in /run, since
 * drivers are chosen anew at every boot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

#define RECORDS "/run/onepath"

static const char *records(void)
{
	const char *dir = getenv("ONEPATH_RUN");

	return dir ? dir : RECORDS;
}

static int record_path(char path[CTL_PATH_BYTES], const char *address, const char *suffix)
{
	int bytes = snprintf(path, CTL_PATH_BYTES, "%s/%s%s", records(), address, suffix);

	return bytes < CTL_PATH_BYTES ? 0 : -ENAMETOOLONG;
}

/* Written aside and renamed: a record is there whole, or not at all. */
int ctl_record_write(const char *address, const struct ctl_record *record)
{
	char path[CTL_PATH_BYTES], aside[CTL_PATH_BYTES];
	FILE *file;
	int err = 0;

	if (record_path(path, address, "") || record_path(aside, address, ".new"))
		return -ENAMETOOLONG;
	if (mkdir(records(), 0755) && errno != EEXIST)
		return -errno;
	file = fopen(aside, "we");
	if (!file)
		return -errno;
	if (fprintf(file, "driver=%s\noverride=%s\n", record->driver, record->override) < 0)
		err = -EIO;
	if (fclose(file) && !err)
		err = -errno;
	if (!err && rename(aside, path))
		err = -errno;
	if (err)
		unlink(aside);
	return err;
}

/* One line "@key=value", whose value is a driver's name or nothing. */
static bool read_line(FILE *file, const char *key, char value[CTL_TEXT_BYTES])
{
	char line[2 * CTL_TEXT_BYTES];
	size_t length = strlen(key);

	if (!fgets(line, sizeof(line), file) || strncmp(line, key, length) || line[length] != '=')
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(value, CTL_TEXT_BYTES, "%.*s", CTL_TEXT_BYTES - 1, line + length + 1);
	return !strchr(value, '/');
}

int ctl_record_read(const char *address, struct ctl_record *record)
{
	char path[CTL_PATH_BYTES];
	FILE *file;
	bool good;

	if (record_path(path, address, ""))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	if (!file)
		return -errno;
	good = read_line(file, "driver", record->driver) &&
	       read_line(file, "override", record->override);
	fclose(file);
	return good ? 0 : -EINVAL;
}

void ctl_record_remove(const char *address)
{
	char path[CTL_PATH_BYTES];

	if (!record_path(path, address, "") && unlink(path) && errno != ENOENT)
		ctl_error("note: cannot remove %s: %s", path, strerror(errno));
}
