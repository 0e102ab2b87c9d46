/* SPDX-License-Identifier: BSD-3-Clause */
/* onepath-nic --tell: the other end of the control socket. */
#ifndef TELL_H
#define TELL_H

#include <json-c/json.h>
#include <stdbool.h>

/*
 * Sends one command and prints the answer; @argv begins after --tell. Returns an exit status:
 * 0 it was done, 1 not, 2 wrong arguments.
 */
int tell(int argc, char **argv);

/* tell_print.c: @value on standard output, for people. */
void tell_print(struct json_object *value, int indent);

#endif
