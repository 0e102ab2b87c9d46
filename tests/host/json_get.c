/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * json_get POINTER: reads JSON from standard input, strictly, and prints what POINTER
 * (RFC 6901, e.g. /0/address) leads to. Exit status: 1 no JSON, or nothing there.
 */
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char text[1 << 20];
	size_t bytes = fread(text, 1, sizeof(text) - 1, stdin);
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root, *found = NULL;
	int status = 0;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)bytes + 1);
	if (argc != 2 || json_tokener_get_error(tokener) != json_tokener_success) {
		fprintf(stderr, "json_get: %s\n",
			json_tokener_error_desc(json_tokener_get_error(tokener)));
		status = 1;
	} else if (json_pointer_get(root, argv[1], &found)) {
		fprintf(stderr, "json_get: there is no %s\n", argv[1]);
		status = 1;
	} else {
		puts(found ? json_object_get_string(found) : "null");
	}
	json_object_put(root);
	json_tokener_free(tokener);
	return status;
}
