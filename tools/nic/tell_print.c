// SPDX-License-Identifier: BSD-3-Clause
/*
 * An answer of the control socket for people: values by name, one a line; an array of
 * objects is a table with a column for each name. What is inside something is indented.
 */
#include <stdio.h>
#include <string.h>

#include "tell.h"

#define COLUMNS_MAX 16
#define STEP	    2 /* of indentation */

struct column {
	const char *name;
	size_t width;
};

static bool is_array(struct json_object *value)
{
	return json_object_is_type(value, json_type_array) && json_object_array_length(value) &&
	       json_object_is_type(json_object_array_get_idx(value, 0), json_type_object);
}

static bool is_line(struct json_object *value)
{
	return !json_object_is_type(value, json_type_object) && !is_array(value);
}

/* An array of objects that have nothing but values. */
static bool is_table(struct json_object *value)
{
	if (!is_array(value))
		return false;
	json_object_object_foreach(json_object_array_get_idx(value, 0), name, member)
	{
		(void)name;
		if (!is_line(member))
			return false;
	}
	return true;
}

/* What stands in one place. Good until @value changes. */
static const char *text_of(struct json_object *value)
{
	if (json_object_is_type(value, json_type_null))
		return "-";
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	if (json_object_is_type(value, json_type_array) && !json_object_array_length(value))
		return "none";
	return json_object_get_string(value);
}

/* The names of all rows, in the order in which they come. */
static size_t columns_of(struct json_object *rows, struct column *columns)
{
	size_t count = 0, at;

	for (size_t row = 0; row < json_object_array_length(rows); row++) {
		json_object_object_foreach(json_object_array_get_idx(rows, row), name, value)
		{
			size_t width = strlen(text_of(value));

			for (at = 0; at < count && strcmp(columns[at].name, name); at++)
				;
			if (at == COLUMNS_MAX)
				continue;
			if (at == count)
				columns[count++] = (struct column){ name, strlen(name) };
			if (columns[at].width < width)
				columns[at].width = width;
		}
	}
	return count;
}

static void print_cell(const struct column *column, const char *text, bool last)
{
	if (last)
		printf("%s\n", text);
	else
		printf("%-*s  ", (int)column->width, text);
}

static void print_table(struct json_object *rows, int indent)
{
	struct column columns[COLUMNS_MAX];
	size_t count = columns_of(rows, columns);

	printf("%*s", indent, "");
	for (size_t i = 0; i < count; i++)
		print_cell(&columns[i], columns[i].name, i + 1 == count);
	for (size_t row = 0; row < json_object_array_length(rows); row++) {
		printf("%*s", indent, "");
		for (size_t i = 0; i < count; i++) {
			struct json_object *value;
			bool there = json_object_object_get_ex(json_object_array_get_idx(rows, row),
							       columns[i].name, &value);

			print_cell(&columns[i], there ? text_of(value) : "", i + 1 == count);
		}
	}
}

static void print_members(struct json_object *object, int indent)
{
	int width = 0;

	json_object_object_foreach(object, key, member)
	{
		if (is_line(member) && width < (int)strlen(key))
			width = (int)strlen(key);
	}
	json_object_object_foreach(object, name, value)
	{
		if (is_line(value)) {
			printf("%*s%-*s  %s\n", indent, "", width, name, text_of(value));
			continue;
		}
		printf("%*s%s:\n", indent, "", name);
		tell_print(value, indent + STEP);
	}
}

void tell_print(struct json_object *value, int indent)
{
	if (is_table(value)) {
		print_table(value, indent);
	} else if (is_array(value)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			tell_print(json_object_array_get_idx(value, i), indent);
	} else if (json_object_is_type(value, json_type_object)) {
		print_members(value, indent);
	} else {
		printf("%*s%s\n", indent, "", text_of(value));
	}
}
