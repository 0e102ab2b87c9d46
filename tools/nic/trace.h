/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the trace of register accesses: its state in a port, and the table of
 * fields. nic.h has what others call.
 */
#ifndef NIC_TRACE_H
#define NIC_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct nic;

#define NIC_FIELDS_MAX 16

struct nic_field {
	const char *name;
	uint8_t shift;
	uint8_t width; /* bits; 0 ends a list */
};

struct nic_register_fields {
	const char *name; /* of the register, without index */
	struct nic_field fields[NIC_FIELDS_MAX];
};

extern const struct nic_register_fields nic_register_fields[];
extern const size_t nic_register_fields_count;

/* The last access, and how often it came again since it was printed. */
struct nic_trace {
	FILE *to; /* NULL: off */
	uint64_t again;
	uint64_t last_ns;
	uint32_t offset;
	uint32_t value;
	bool write;
};

/* @value was read or written at @offset; what is stored there changed from @before to @after. */
void nic_trace_access(struct nic *nic, bool write, uint32_t offset, uint32_t value, uint32_t before,
		      uint32_t after);

#endif
