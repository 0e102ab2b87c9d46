/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An NF's configuration file: JSON, or YAML, of which JSON is a part. The NF asks for what
 * it wants, by names and types; what is wrong with the file is noted once, the first mistake
 * only, as "FILE:LINE: FIELD: what is wrong; what is right", and from then on all answers
 * are harmless ones (0, false, empty lists). So a reader is straight code that looks for
 * mistakes once, at its end. Never called per frame.
 */
#ifndef ONEPATH_NF_CONFIG_H
#define ONEPATH_NF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NF_CONFIG_ERROR_BYTES 512
#define NF_CONFIG_FIELD_BYTES 96

struct yaml_document_s;

/**
 * struct nf_config - a file that is being read
 * @file: its name, as in messages
 * @document: what is in it, NULL if it could not be read
 * @error: the first mistake, without a newline; empty if there is none
 */
struct nf_config {
	const char *file;
	struct yaml_document_s *document;
	char error[NF_CONFIG_ERROR_BYTES];
};

/**
 * struct nf_value - something in the file, or something that could be but is not
 * @config: its file
 * @node: of the document, 0 if it is not there
 * @line: where it is; of what is not there: where the object is that could have it
 * @field: how messages call it, such as "buckets[3].rate"; empty for the whole file
 */
struct nf_value {
	struct nf_config *config;
	int node;
	size_t line;
	char field[NF_CONFIG_FIELD_BYTES];
};

/* Addresses in network byte order; of IPv4 the first 4 bytes count, the others are 0. */
struct nf_address {
	uint8_t bytes[16];
	bool is_ipv6;
};

/* All bits behind the length are 0. */
struct nf_prefix {
	struct nf_address address;
	uint8_t length;
};

/**
 * struct nf_unit - a unit that may follow a number, such as "10 Mbit/s"
 * @name: as in the file; the last of a list has none
 * @factor: how many of what the number counts
 */
struct nf_unit {
	const char *name;
	uint64_t factor;
};

/* Ready lists. A number without unit is in bytes per second, bytes, microseconds. */
extern const struct nf_unit nf_rates[]; /* B/s kB/s MB/s GB/s kbit/s Mbit/s Gbit/s */
extern const struct nf_unit nf_sizes[]; /* B kB MB GB KiB MiB GiB */
extern const struct nf_unit nf_times[]; /* us ms s min h */

/* Reads the file; closed again in any case, whatever failed. @config has room for all. */
void nf_config_open(struct nf_config *config, const char *file);
void nf_config_close(struct nf_config *config);
bool nf_config_failed(const struct nf_config *config);

/* The whole file. */
struct nf_value nf_config_root(struct nf_config *config);

/* Is it there? For what may be left out: all that follow want their value to be there. */
bool nf_config_given(struct nf_value value);

/* An object has no fields but these, and none twice. @names ends with NULL. */
void nf_config_check_fields(struct nf_value object, const char *const *names);

/* A field of an object. */
struct nf_value nf_config_field(struct nf_value object, const char *name);

/* How many values a list has, and one of them. */
unsigned int nf_config_count(struct nf_value list);
struct nf_value nf_config_item(struct nf_value list, unsigned int index);

/* A number from @min to @max; @units may be NULL. 1.5 units are fine if that is a whole number. */
uint64_t nf_config_number(struct nf_value value, const struct nf_unit *units, uint64_t min,
			  uint64_t max);

bool nf_config_bool(struct nf_value value);

/* A string of 1..@max bytes. It lives as long as the file is open. Never NULL. */
const char *nf_config_string(struct nf_value value, size_t max);

/* Which of @names, a list that ends with NULL, it is. */
unsigned int nf_config_choice(struct nf_value value, const char *const *names);

/* An IPv4 or IPv6 address; of one family only: "IPv4" and "IPv6" respectively. */
struct nf_address nf_config_address(struct nf_value value);
struct nf_address nf_config_ipv4(struct nf_value value);
struct nf_address nf_config_ipv6(struct nf_value value);

/* ADDRESS/LENGTH, or an address alone, which is a prefix of its whole length. */
struct nf_prefix nf_config_prefix(struct nf_value value);

/* ADDRESS/LENGTH of an interface: the address is as given, the length that of its subnet. */
struct nf_prefix nf_config_interface(struct nf_value value);

/* XX:XX:XX:XX:XX:XX */
void nf_config_mac(struct nf_value value, uint8_t mac[6]);

/* Notes a mistake that only the NF can see, as printf(), if it is the first one. */
void nf_config_refuse(struct nf_value value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* For types: the text of a scalar, or NULL with @wanted said ("wrong; wanted"). */
const char *nf_config_text(struct nf_value value, const char *wanted);

#endif
