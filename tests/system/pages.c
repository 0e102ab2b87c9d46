/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the memory of a path's buffers is mapped: touches each page of it, and prints how many
 * page faults that took. Pages of 2 MB are mapped by their first access, smaller ones by mmap().
 */
#include <onepath/onepath.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE 4096

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

int main(int argc, char **argv)
{
	struct onepath_path_create create = { .size = sizeof(create),
					      .ring_size = ONEPATH_RING_SIZE_MAX,
					      .output_count = 1 };
	struct onepath_path_info info = { .size = sizeof(info) };
	volatile unsigned char *start;
	int port, path;
	long before;

	if (argc != 2) {
		fputs("Usage: pages PORT\n\nPrints \"BYTES bytes, FAULTS faults\".\n", stderr);
		return 2;
	}
	port = onepath_port_open(argv[1], ONEPATH_OWN);
	if (port < 0) {
		onepath_explain(port, "open port", argv[1]);
		return EXIT_FAILURE;
	}
	create.outputs = (uintptr_t)&port;
	path = ioctl(port, ONEPATH_PATH_CREATE, &create);
	if (path < 0 || ioctl(path, ONEPATH_PATH_INFO, &info)) {
		perror("pages: path");
		return EXIT_FAILURE;
	}
	start = mmap(NULL, info.buffers_size, PROT_READ | PROT_WRITE, MAP_SHARED, path,
		     ONEPATH_MMAP_BUFFERS);
	if (start == MAP_FAILED) {
		perror("pages: mmap");
		return EXIT_FAILURE;
	}
	before = faults();
	for (uint64_t at = 0; at < info.buffers_size; at += PAGE)
		start[at] = (unsigned char)(at / PAGE);
	before = faults() - before;
	for (uint64_t at = 0; at < info.buffers_size; at += PAGE)
		if (start[at] != (unsigned char)(at / PAGE))
			return EXIT_FAILURE;
	printf("%llu bytes, %ld faults\n", (unsigned long long)info.buffers_size, before);
	return EXIT_SUCCESS;
}
