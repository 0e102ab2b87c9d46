// SPDX-License-Identifier: BSD-3-Clause
/*
 * The commands of the control socket: a table with the words that each takes,
 * and a function for each that fills in the answer or says what is wrong.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "control_request.h"
#include "report.h"

/**
 * struct command - one of them
 * @of_port: its first word is a port
 * @min, @max: words that may follow
 * @run: fills in the answer, or returns fail()
 */
struct command {
	const char *name;
	const char *words;
	const char *text;
	bool of_port;
	unsigned int min, max;
	bool (*run)(struct request *request);
};

bool control_fail(struct request *request, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(request->error, sizeof(request->error), format, args);
	va_end(args);
	/* It repeats words as they came; JSON is text. */
	for (char *c = request->error; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return false;
}

bool control_add(struct request *request, const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(request->answer, key, value))
		return true;
	json_object_put(value);
	return control_fail(request, "out of memory");
}

/* on or off (or up and down): the word at @at. */
static bool parse_switch(struct request *request, unsigned int at, const char *on, const char *off,
			 bool *is_on)
{
	*is_on = !strcmp(request->words[at], on);
	if (*is_on || !strcmp(request->words[at], off))
		return true;
	return control_fail(request, "'%s': write %s or %s", request->words[at], on, off);
}

static bool run_ports(struct request *request)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; array && i < request->count; i++) {
		const struct port *port = &request->ports[i];
		struct json_object *object = json_object_new_object();

		if (!object || json_object_array_add(array, object) < 0) {
			json_object_put(object);
			break;
		}
		json_object_object_add(object, "name", json_object_new_string(port->name));
		json_object_object_add(object, "socket",
				       json_object_new_string(port->options.socket));
		json_object_object_add(object, "wire", json_object_new_string(port->options.wire));
		json_object_object_add(object, "link",
				       json_object_new_boolean(nic_link_up(port->nic)));
		json_object_object_add(object, "client",
				       json_object_new_boolean(vfio_user_connected(port->server)));
		json_object_object_add(object, "trace", json_object_new_boolean(port_traces(port)));
		json_object_object_add(object, "capture",
				       json_object_new_boolean(port_captures(port)));
	}
	return control_add(request, "ports", array);
}

static bool run_report(struct request *request)
{
	for (unsigned int i = 0; i < request->count; i++)
		port_flush(&request->ports[i]);
	return control_add(request, "report", report_make(request->ports, request->count));
}

static bool run_counters(struct request *request)
{
	return control_add(request, "port", report_of_port(request->port));
}

static void add_register(void *opaque, const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", value);
	json_object_object_add(opaque, name, json_object_new_string(text));
}

static bool run_registers(struct request *request)
{
	const char *name = request->word_count ? request->words[0] : "all";
	struct json_object *object = json_object_new_object();
	bool all = !strcmp(name, "all");

	if (object &&
	    !nic_registers_peek(request->port->nic, all ? NULL : name, add_register, object)) {
		json_object_put(object);
		return control_fail(request,
				    "no register is called '%s'; e.g. CTRL, RDT[3], RDT, or all",
				    name);
	}
	return control_add(request, "registers", object);
}

/* The same as the fault link-down, in the words that everybody looks for first. */
static bool run_link(struct request *request)
{
	const struct nic_fault_setting down = { .times = NIC_FAULT_ALWAYS }, up = { 0 };
	size_t fault;
	bool is_up;

	return parse_switch(request, 0, "up", "down", &is_up) &&
	       control_find_fault(request, "link-down", &fault) &&
	       nic_fault_set(request->port->nic, fault, is_up ? &up : &down);
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)((at - digits) & 15) : -1;
}

static bool run_frame(struct request *request)
{
	uint8_t frame[NIC_FRAME_MAX];
	const char *hex = request->words[0];
	size_t len = strlen(hex);
	unsigned int errors = 0;

	if (!len || len % 2 || len / 2 > sizeof(frame))
		return control_fail(
			request, "a frame has two digits for each of 1 to %u bytes, not %zu digits",
			NIC_FRAME_MAX, len);
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(hex[i]);

		if (digit < 0)
			return control_fail(request, "'%c' in the frame is no hexadecimal digit",
					    hex[i]);
		frame[i / 2] = (uint8_t)(i % 2 ? frame[i / 2] | digit : digit << 4);
	}
	for (unsigned int i = 1; i < request->word_count; i++) {
		if (!strcmp(request->words[i], "crc"))
			errors |= NIC_WIRE_CRC_ERROR;
		else if (!strcmp(request->words[i], "symbol"))
			errors |= NIC_WIRE_SYMBOL_ERROR;
		else
			return control_fail(request, "'%s' is no error of a frame: crc or symbol",
					    request->words[i]);
	}
	return control_add(
		request, "stored",
		json_object_new_boolean(port_receive(request->port, frame, len / 2, errors)));
}

/* on FILE, or off, for a trace or a capture. */
static bool run_file(struct request *request, int (*set)(struct port *port, const char *path),
		     const char *by_default)
{
	const char *path = request->word_count > 1 ? request->words[1] : by_default;
	bool on;
	int ret;

	if (!parse_switch(request, 0, "on", "off", &on))
		return false;
	if (on && !path)
		return control_fail(request, "on needs a file");
	if (!on && request->word_count > 1)
		return control_fail(request, "off takes no file, not '%s'", request->words[1]);
	ret = set(request->port, on ? path : NULL);
	return ret ? control_fail(request, "%s: %s", path, strerror(-ret)) : true;
}

static bool run_trace(struct request *request)
{
	return run_file(request, port_trace, "-");
}

static bool run_capture(struct request *request)
{
	return run_file(request, port_capture, NULL);
}

static bool run_help(struct request *request);

static const struct command commands[] = {
	{ "help", "", "what there is", false, 0, 0, run_help },
	{ "ports", "", "the ports", false, 0, 0, run_ports },
	{ "report", "", "the same as --report writes; flushes captures", false, 0, 0, run_report },
	{ "counters", "PORT", "the port's part of the report", true, 0, 0, run_counters },
	{ "registers", "PORT [NAME|all]", "what a driver would read, without its effects", true, 0,
	  1, run_registers },
	{ "link", "PORT up|down", "the cable is plugged in, or pulled", true, 1, 1, run_link },
	{ "fault", "PORT NAME on|off|once|count=N [NUMBER] [KIND]", "something goes wrong", true, 2,
	  4, control_run_fault },
	{ "faults", "PORT", "what can go wrong, what is on, and how often it happened", true, 0, 0,
	  control_run_faults },
	{ "frame", "PORT HEX [crc] [symbol]", "a frame comes from the wire, with these errors",
	  true, 1, 3, run_frame },
	{ "trace", "PORT on [FILE]|off", "register accesses, to standard error without FILE", true,
	  1, 2, run_trace },
	{ "capture", "PORT on FILE|off", "frames in both directions, as pcapng", true, 1, 2,
	  run_capture },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool run_help(struct request *request)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; object && i < COMMANDS; i++) {
		char usage[64];

		snprintf(usage, sizeof(usage), "%s%s%s", commands[i].name,
			 *commands[i].words ? " " : "", commands[i].words);
		json_object_object_add(object, usage, json_object_new_string(commands[i].text));
	}
	return control_add(request, "commands", object);
}

/* "0" or "port0". */
static bool find_port(struct request *request, const char *name)
{
	for (unsigned int i = 0; i < request->count; i++) {
		struct port *port = &request->ports[i];

		if (!strcmp(port->name, name) || !strcmp(port->name + strlen("port"), name)) {
			request->port = port;
			return true;
		}
	}
	return control_fail(request, "there is no port '%s'; there are port0 to port%u", name,
			    request->count - 1);
}

static bool run(struct request *request, const struct command *command, char *words)
{
	char *word;

	if (command->of_port) {
		word = strtok_r(words, " \t\r", &words);
		if (!word)
			return control_fail(request, "usage: %s %s", command->name, command->words);
		if (!find_port(request, word))
			return false;
	}
	while ((word = strtok_r(words, " \t\r", &words))) {
		if (request->word_count == command->max)
			return control_fail(request, "unexpected '%.64s'; usage: %s %s", word,
					    command->name, command->words);
		request->words[request->word_count++] = word;
	}
	if (request->word_count < command->min)
		return control_fail(request, "usage: %s %s", command->name, command->words);
	return command->run(request);
}

static bool find_and_run(struct request *request, char *line)
{
	char *rest = line;
	char *name = line ? strtok_r(line, " \t\r", &rest) : NULL;

	if (!line)
		return control_fail(request, "the line is longer than %u bytes", CONTROL_LINE);
	if (!name)
		return control_fail(request, "no command; 'help' lists them");
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			return run(request, &commands[i], rest);
	}
	return control_fail(request, "there is no command '%.64s'; 'help' lists them", name);
}

struct json_object *control_answer(struct port *ports, unsigned int count, char *line)
{
	struct request request = { .ports = ports, .count = count };
	bool ok;

	request.answer = json_object_new_object();
	if (!request.answer)
		return NULL;
	json_object_object_add(request.answer, "ok", NULL); /* the first key */
	ok = find_and_run(&request, line);
	json_object_object_add(request.answer, "ok", json_object_new_boolean(ok));
	if (!ok)
		json_object_object_add(request.answer, "error",
				       json_object_new_string(request.error));
	return request.answer;
}
