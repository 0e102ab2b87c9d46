// SPDX-License-Identifier: BSD-3-Clause
/*
 * The trace: a line for each access to a register, with its name, the fields
 * of its value and what it changed, and a line for each event that the port's
 * surroundings tell. An access that comes again at once, as in a polling loop,
 * is counted and told in one line. registers.c calls it while a trace is on.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "core.h"

static const struct nic_field *fields_of(const char *name)
{
	size_t len = strcspn(name, "[");

	for (size_t i = 0; i < nic_register_fields_count; i++) {
		const struct nic_register_fields *reg = &nic_register_fields[i];

		if (strlen(reg->name) == len && !strncmp(reg->name, name, len))
			return reg->fields;
	}
	return NULL;
}

static uint32_t extract(const struct nic_field *field, uint32_t value)
{
	return value >> field->shift & ((1ull << field->width) - 1);
}

/* A flag that is set by its name, a number with its value. */
static void print_fields(FILE *to, const struct nic_field *field, uint32_t value)
{
	for (size_t i = 0; i < NIC_FIELDS_MAX && field[i].width; i++) {
		uint32_t number = extract(&field[i], value);

		if (field[i].width > 1)
			fprintf(to, " %s=%u", field[i].name, number);
		else if (number)
			fprintf(to, " %s", field[i].name);
	}
}

/* +FLAG set, -FLAG cleared, NUMBER old>new, and what no field covers. */
static void print_changes(FILE *to, const struct nic_field *field, uint32_t old, uint32_t new)
{
	uint32_t left = old ^ new;

	fputs(" (", to);
	for (size_t i = 0; field && i < NIC_FIELDS_MAX && field[i].width; i++) {
		uint32_t from = extract(&field[i], old), becomes = extract(&field[i], new);

		left &= ~(uint32_t)(((1ull << field[i].width) - 1) << field[i].shift);
		if (from == becomes)
			continue;
		if (field[i].width > 1)
			fprintf(to, "%s %u>%u ", field[i].name, from, becomes);
		else
			fprintf(to, "%c%s ", becomes ? '+' : '-', field[i].name);
	}
	if (left)
		fprintf(to, "0x%08x>0x%08x ", old, new);
	fputs("stored)", to);
}

static void print_start(struct nic *nic, uint64_t now_ns)
{
	fprintf(nic->trace.to, "%" PRIu64 ".%06" PRIu64 " %s ", now_ns / 1000000000,
		now_ns / 1000 % 1000000, nic->name);
}

/* A trace that cannot be written is given up, once, with a message. */
static void check_written(struct nic *nic)
{
	if (!ferror(nic->trace.to))
		return;
	fprintf(stderr, "%s: cannot write the trace; it stops here\n", nic->name);
	nic_set_trace(nic, NULL);
}

static void print_folded(struct nic *nic)
{
	struct nic_trace *trace = &nic->trace;

	if (!trace->again)
		return;
	print_start(nic, trace->last_ns);
	fprintf(trace->to, "%c   ... x %" PRIu64 "\n", trace->write ? 'W' : 'R', trace->again);
	trace->again = 0;
}

void nic_trace_access(struct nic *nic, bool write, uint32_t offset, uint32_t value, uint32_t before,
		      uint32_t after)
{
	struct nic_trace *trace = &nic->trace;
	uint64_t now_ns = nic->host.now_ns(nic->host.opaque);
	const struct nic_field *field;
	char name[32];

	if (trace->offset == offset && trace->value == value && trace->write == write) {
		trace->again++;
		trace->last_ns = now_ns;
		return;
	}
	print_folded(nic);
	nic_register_name(offset, name, sizeof(name));
	if (*name == '?')
		snprintf(name, sizeof(name), "0x%05x?", offset);
	field = fields_of(name);
	print_start(nic, now_ns);
	fprintf(trace->to, "%c %-12s 0x%08x", write ? 'W' : 'R', name, value);
	if (field)
		print_fields(trace->to, field, value);
	/* What a plain write of storage changes is in the value; the rest needs telling. */
	if (before != after)
		print_changes(trace->to, field, before, after);
	fputc('\n', trace->to);
	trace->write = write;
	trace->offset = offset;
	trace->value = value;
	check_written(nic);
}

void nic_trace_event(struct nic *nic, const char *format, ...)
{
	va_list args;

	if (!nic->trace.to)
		return;
	print_folded(nic);
	print_start(nic, nic->host.now_ns(nic->host.opaque));
	va_start(args, format);
	fputs("- ", nic->trace.to);
	vfprintf(nic->trace.to, format, args);
	va_end(args);
	fputc('\n', nic->trace.to);
	nic->trace.offset = UINT32_MAX; /* the next access is told, whatever it is */
	check_written(nic);
}

void nic_set_trace(struct nic *nic, FILE *to)
{
	if (nic->trace.to)
		print_folded(nic);
	nic->trace = (struct nic_trace){ .to = to, .offset = UINT32_MAX };
	nic_observe(nic);
}
