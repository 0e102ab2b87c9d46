/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations for the tests of NFs: from a string, by way of a file. */
#ifndef NF_CONFIG_FILE_H
#define NF_CONFIG_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nf.h"
#include "nf_config.h"

static struct nf_config nf_config_file;

/* Returns the tables that @tables->load makes of @text; nf_config_file.error says what is wrong with it. */
static inline void *load_text(const struct nf_tables *tables, const struct nf *nf, const char *text)
{
	char file[] = "/tmp/nf_config.XXXXXX";
	int fd = mkstemp(file);
	void *loaded;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		abort();
	nf_config_open(&nf_config_file, file);
	loaded = tables->load(nf, &nf_config_file);
	nf_config_close(&nf_config_file);
	unlink(file);
	return loaded;
}

/* Has @text the mistake @error, after the file's name? */
static inline bool is_refused(const struct nf_tables *tables, const struct nf *nf, const char *text,
			      const char *error)
{
	const char *told;

	tables->release(load_text(tables, nf, text));
	told = strchr(nf_config_file.error, ':');
	if (told && !strcmp(told + 1, error))
		return true;
	fprintf(stderr, "%s\nis refused with \"%s\"\n", text, nf_config_file.error);
	return false;
}

#endif
