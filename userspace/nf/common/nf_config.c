/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration file as libyaml sees it: a tree of mappings, sequences and scalars that
 * know their lines. nf_config_types.c makes numbers and addresses of scalars.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "nf_config.h"

static void note(struct nf_config *config, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct nf_config *config, const char *format, ...)
{
	va_list args;

	if (nf_config_failed(config))
		return;
	va_start(args, format);
	vsnprintf(config->error, sizeof(config->error), format, args);
	va_end(args);
}

void nf_config_refuse(struct nf_value value, const char *format, ...)
{
	const char *name = *value.field ? value.field : "the file";
	char what[NF_CONFIG_ERROR_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	note(value.config, "%s:%zu: %s: %s", value.config->file, value.line, name, what);
}

bool nf_config_failed(const struct nf_config *config)
{
	return *config->error;
}

/* What libyaml says of a file that is none. */
static void note_parser(struct nf_config *config, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line;

	if (parser->error == YAML_MEMORY_ERROR)
		note(config, "%s: not enough memory", config->file);
	else if (parser->error == YAML_READER_ERROR)
		note(config, "%s: byte %zu: %s", config->file, parser->problem_offset,
		     parser->problem);
	else
		note(config, "%s:%zu: neither JSON nor YAML: %s", config->file, line + 1,
		     parser->problem);
}

/* Nothing may follow the first document. */
static void check_end(struct nf_config *config, yaml_parser_t *parser)
{
	yaml_document_t more;

	if (!yaml_parser_load(parser, &more)) {
		note_parser(config, parser);
		return;
	}
	if (yaml_document_get_root_node(&more))
		note(config, "%s:%zu: the file: it goes on behind its end", config->file,
		     more.start_mark.line + 1);
	yaml_document_delete(&more);
}

static void parse(struct nf_config *config, FILE *file)
{
	yaml_parser_t parser;

	config->document = calloc(1, sizeof(*config->document));
	if (!config->document || !yaml_parser_initialize(&parser)) {
		note(config, "%s: not enough memory", config->file);
		return;
	}
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, config->document))
		note_parser(config, &parser);
	else if (!yaml_document_get_root_node(config->document))
		note(config, "%s:1: the file: it is empty; wanted an object: {...}", config->file);
	else
		check_end(config, &parser);
	yaml_parser_delete(&parser);
}

void nf_config_open(struct nf_config *config, const char *name)
{
	FILE *file = fopen(name, "re");

	*config = (struct nf_config){ .file = name };
	if (!file) {
		note(config, "%s: %s", name, strerror(errno));
		return;
	}
	parse(config, file);
	if (ferror(file)) { /* a directory, say: libyaml knows no reason */
		*config->error = 0;
		note(config, "%s: it cannot be read", name);
	}
	fclose(file);
}

void nf_config_close(struct nf_config *config)
{
	if (config->document)
		yaml_document_delete(config->document);
	free(config->document);
	config->document = NULL;
}

static const yaml_node_t *node_of(struct nf_value value)
{
	if (nf_config_failed(value.config) || !value.node)
		return NULL;
	return yaml_document_get_node(value.config->document, value.node);
}

/* A value inside of another; without @node it is not there. */
static struct nf_value inside(struct nf_value outer, int node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static struct nf_value inside(struct nf_value outer, int node, const char *format, ...)
{
	struct nf_value value = outer;
	size_t used = strlen(value.field);
	va_list args;

	value.node = node;
	if (node_of(value))
		value.line = node_of(value)->start_mark.line + 1;
	va_start(args, format);
	vsnprintf(value.field + used, sizeof(value.field) - used, format, args);
	va_end(args);
	return value;
}

struct nf_value nf_config_root(struct nf_config *config)
{
	return inside((struct nf_value){ .config = config, .line = 1 }, 1, "%s", "");
}

bool nf_config_given(struct nf_value value)
{
	return value.node;
}

/* A node of this type; or else says that @wanted was. */
static const yaml_node_t *typed(struct nf_value value, yaml_node_type_t type, const char *wanted)
{
	const yaml_node_t *node = node_of(value);

	if (node && node->type == type)
		return node;
	if (!node)
		nf_config_refuse(value, "missing; wanted %s", wanted);
	else if (node->type == YAML_SCALAR_NODE)
		nf_config_refuse(value, "\"%s\"; wanted %s", node->data.scalar.value, wanted);
	else
		nf_config_refuse(value, "%s; wanted %s",
				 node->type == YAML_MAPPING_NODE ? "an object" : "a list", wanted);
	return NULL;
}

const char *nf_config_text(struct nf_value value, const char *wanted)
{
	const yaml_node_t *node = typed(value, YAML_SCALAR_NODE, wanted);
	const char *text;

	if (!node)
		return NULL;
	text = (const char *)node->data.scalar.value;
	if (strlen(text) == node->data.scalar.length)
		return text;
	nf_config_refuse(value, "has a zero byte; wanted %s", wanted);
	return NULL;
}

/* The name of a field, "" if it is no scalar. */
static const char *key_name(struct nf_value object, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(object.config->document, pair->key);

	return key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "";
}

static struct nf_value find(struct nf_value object, const yaml_node_t *node, const char *name)
{
	const char *dot = *object.field ? "." : "";
	const yaml_node_pair_t *pair = node ? node->data.mapping.pairs.start : NULL;

	for (; node && pair < node->data.mapping.pairs.top; pair++)
		if (!strcmp(key_name(object, pair), name))
			return inside(object, pair->value, "%s%s", dot, name);
	return inside(object, 0, "%s%s", dot, name);
}

struct nf_value nf_config_field(struct nf_value object, const char *name)
{
	return find(object, typed(object, YAML_MAPPING_NODE, "an object: {...}"), name);
}

static void list_names(char *text, size_t bytes, const char *const *names)
{
	size_t used = 0;

	*text = 0;
	for (; *names && used < bytes; names++)
		used += (size_t)snprintf(text + used, bytes - used, "%s%s", used ? ", " : "",
					 *names);
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name))
		names++;
	return *names;
}

void nf_config_check_fields(struct nf_value object, const char *const *names)
{
	const yaml_node_t *node = typed(object, YAML_MAPPING_NODE, "an object: {...}");
	const yaml_node_pair_t *pair = node ? node->data.mapping.pairs.start : NULL;
	char known[NF_CONFIG_ERROR_BYTES / 2];

	list_names(known, sizeof(known), names);
	for (; node && pair < node->data.mapping.pairs.top; pair++) {
		const char *dot = *object.field ? "." : "", *name = key_name(object, pair);
		struct nf_value key = inside(object, pair->key, "%s%s", dot, name);

		if (!is_one_of(name, names))
			nf_config_refuse(key, "unknown field; known are %s", known);
		else if (find(object, node, name).node != pair->value)
			nf_config_refuse(key, "given twice");
	}
}

unsigned int nf_config_count(struct nf_value list)
{
	const yaml_node_t *node = typed(list, YAML_SEQUENCE_NODE, "a list: [...]");

	return node ? (unsigned int)(node->data.sequence.items.top -
				     node->data.sequence.items.start)
		    : 0;
}

struct nf_value nf_config_item(struct nf_value list, unsigned int index)
{
	bool there = index < nf_config_count(list);

	return inside(list, there ? node_of(list)->data.sequence.items.start[index] : 0, "[%u]",
		      index);
}

const char *nf_config_string(struct nf_value value, size_t max)
{
	const char *text = nf_config_text(value, "a string");

	if (!text)
		return "";
	if (*text && strlen(text) <= max)
		return text;
	nf_config_refuse(value, "\"%s\"; wanted 1..%zu bytes", text, max);
	return "";
}

unsigned int nf_config_choice(struct nf_value value, const char *const *names)
{
	char wanted[NF_CONFIG_ERROR_BYTES / 2] = "one of ";
	const size_t used = strlen(wanted);
	const char *text;

	list_names(wanted + used, sizeof(wanted) - used, names);
	text = nf_config_text(value, wanted);
	for (unsigned int i = 0; text && names[i]; i++)
		if (!strcmp(text, names[i]))
			return i;
	if (text)
		nf_config_refuse(value, "\"%s\"; wanted %s", text, wanted);
	return 0;
}
