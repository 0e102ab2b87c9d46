/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of onepath-nic. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "port.h"

struct options {
	struct port_options ports[PORTS_MAX];
	unsigned int port_count;
	const char *report;
	const char *control;
	const char *trace;
	const char *capture;
	bool log_rules;
	bool summary;
	bool once;
};

/* Returns 0; 1 if help was given and all is done; -EINVAL if a message was printed. */
int options_parse(struct options *options, int argc, char **argv);

#endif
