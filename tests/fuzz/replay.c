// SPDX-License-Identifier: BSD-3-Clause
/*
 * Runs a fuzz target over inputs kept in files, without a fuzzer: what the
 * corpus reaches is tried by `make test` with any compiler. NAME.inputs holds
 * many inputs (tests/fuzz/pack), any other file is one. Prints one TAP line.
 */
#include <string.h>

#include "input.h"

static unsigned int inputs;

/* Of just its size, so that reading past its end shows; named for whoever sees it crash. */
static void run(const char *path, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	MUST(copy);
	memcpy(copy, data, size);
	fprintf(stderr, "%s, input %u\n", path, inputs++);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

/* Each input follows its length, two bytes. Returns whether the file ends with an input's end. */
static bool run_all(const char *path, FILE *file)
{
	static uint8_t data[UINT16_MAX];
	uint8_t length[2];
	size_t size;

	while (fread(length, 1, sizeof(length), file) == sizeof(length)) {
		size = length[0] | length[1] << 8;
		if (fread(data, 1, size, file) != size)
			return false;
		run(path, data, size);
	}
	return feof(file);
}

static bool replay(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t len = strlen(path);
	bool whole = true;

	if (!file) {
		perror(path);
		return false;
	}
	if (len > 7 && !strcmp(path + len - 7, ".inputs"))
		whole = run_all(path, file);
	else
		run(path, data, fread(data, 1, sizeof(data), file));
	fclose(file);
	return whole;
}

int main(int argc, char **argv)
{
	bool good = true;

	for (int i = 1; i < argc; i++)
		good &= replay(argv[i]);
	good &= inputs > 0;
	printf("%sok 1 - %s: %u inputs\n1..1\n", good ? "" : "not ", argv[0], inputs);
	return !good;
}
