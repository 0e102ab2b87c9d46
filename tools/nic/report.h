/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What onepath-nic says of its ports: a JSON file for scripts, a table for
 * people.
 */
#ifndef REPORT_H
#define REPORT_H

#include <json-c/json.h>
#include <stdio.h>

#include "port.h"

/* Replaces @path by the ports' report as one step. Prints what is wrong; 0 or -errno. */
int report_write(const char *path, struct port *ports, size_t count);

/* The same as an object, of all ports or of one; NULL without memory. */
struct json_object *report_make(struct port *ports, size_t count);
struct json_object *report_of_port(const struct port *port);

void report_print(FILE *out, struct port *ports, size_t count);

/* The sum over all ports and rules. */
uint64_t report_rules_broken(struct port *ports, size_t count);

#endif
