/* SPDX-License-Identifier: BSD-3-Clause */
/* A command of the control socket while it is answered, between control_*.c. */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include "control.h"

#define WORDS_MAX 6

struct request {
	struct port *ports;
	unsigned int count; /* of ports */
	struct port *port; /* the one that was named */
	char *words[WORDS_MAX]; /* after the port, or after the command */
	unsigned int word_count;
	struct json_object *answer;
	char error[256];
};

/* Says what is wrong; returns false. */
bool control_fail(struct request *request, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds @value, which is the answer's from now on; NULL: it could not be made. */
bool control_add(struct request *request, const char *key, struct json_object *value);

/* control_faults.c */
bool control_find_fault(struct request *request, const char *name, size_t *fault);
bool control_run_fault(struct request *request);
bool control_run_faults(struct request *request);

#endif
