/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random programs of system calls on ports and paths, in several threads that share their
 * descriptors: opens, closes, dups, ioctls with structs that are nearly right, mappings that
 * are touched, moved and taken apart, forks, and, as root, unbind, bind and reset beneath.
 *
 * Each thread's programs come from a seed. Where the kernel tells what code a thread reached
 * (KCOV, in the debug kernel), programs that reach something new are kept, and changed. There
 * is nothing to expect of a call here: the kernel must live and be silent, and in the end each
 * port is to be had. The calls themselves are in ioctl_fuzz_calls.c.
 */
#include "ioctl_fuzz.h"
#include <fcntl.h>
#include <linux/kcov.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define THREADS	   4
#define KEPT	   256 /* programs that reached something new, of each thread */
#define KCOV_WORDS (64 << 10)
#define PLACES	   (1 << 20)

static const char help[] =
	"Usage: ioctl_fuzz SECONDS SEED PORT...\n"
	"\n"
	"Random calls on the ports, for so long. As root also unbinds, binds and resets them.\n"
	"Exit status: 0 each port could be opened afterwards, 1 not so, 2 wrong arguments.\n";

struct worker {
	pthread_t thread;
	struct fuzz_thread fuzz;
	uint64_t *cover; /* of this thread, or NULL */
	struct fuzz_program kept[KEPT];
	unsigned int kept_count;
	unsigned long programs;
};

static struct worker workers[THREADS];
static unsigned char places[PLACES]; /* what was reached, by a hash of the address */
static atomic_ulong reached;
static atomic_bool ended;

static void open_kcov(struct worker *worker)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	worker->cover = NULL;
	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, KCOV_WORDS))
		return;
	worker->cover = mmap(NULL, KCOV_WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0);
	if (worker->cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		worker->cover = NULL;
}

/* Whether the thread reached what none did before. */
static bool reached_something(struct worker *worker)
{
	uint64_t count, place;
	bool new = false;

	if (!worker->cover)
		return false;
	count = __atomic_load_n(&worker->cover[0], __ATOMIC_RELAXED);
	for (uint64_t n = 1; n <= count && n < KCOV_WORDS; n++) {
		place = (worker->cover[n] * 0x9e3779b97f4a7c15ull) >> 44;
		if (!__atomic_exchange_n(&places[place], 1, __ATOMIC_RELAXED)) {
			atomic_fetch_add(&reached, 1);
			new = true;
		}
	}
	return new;
}

static struct fuzz_op draw_op(uint64_t *seed)
{
	return (struct fuzz_op){ .what = (uint32_t)fuzz_number(seed),
				 .a = (uint32_t)fuzz_number(seed),
				 .b = (uint32_t)fuzz_number(seed),
				 .c = (uint32_t)fuzz_number(seed),
				 .seed = fuzz_number(seed) | 1 };
}

/* A new program, or one that was kept with some calls changed, added, or taken out. */
static struct fuzz_program draw_program(struct worker *worker)
{
	uint64_t *seed = &worker->fuzz.seed;
	struct fuzz_program program = { .count = 1 + fuzz_below(seed, FUZZ_OPS) };
	unsigned int at;

	if (worker->kept_count && fuzz_below(seed, 3)) {
		program = worker->kept[fuzz_below(seed, worker->kept_count)];
		for (unsigned int n = fuzz_below(seed, 3); n; n--) {
			at = fuzz_below(seed, program.count);
			program.op[at] = draw_op(seed);
		}
		if (program.count < FUZZ_OPS && fuzz_below(seed, 2))
			program.op[program.count++] = draw_op(seed);
		else if (program.count > 1 && fuzz_below(seed, 2))
			program.count--;
		return program;
	}
	for (unsigned int n = 0; n < program.count; n++)
		program.op[n] = draw_op(seed);
	return program;
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct fuzz_program program;

	open_kcov(worker);
	while (!atomic_load(&ended)) {
		program = draw_program(worker);
		if (worker->cover)
			__atomic_store_n(&worker->cover[0], 0, __ATOMIC_RELAXED);
		for (unsigned int n = 0; n < program.count; n++)
			fuzz_call(&worker->fuzz, &program.op[n]);
		worker->programs++;
		if (reached_something(worker))
			worker->kept[worker->kept_count < KEPT
					     ? worker->kept_count++
					     : fuzz_below(&worker->fuzz.seed, KEPT)] = program;
	}
	fuzz_thread_end(&worker->fuzz);
	return NULL;
}

static void report(uint64_t seed, unsigned long seconds)
{
	unsigned long programs = 0, calls = 0, succeeded = 0, kept = 0;

	for (unsigned int n = 0; n < THREADS; n++) {
		programs += workers[n].programs;
		calls += workers[n].fuzz.calls;
		succeeded += workers[n].fuzz.succeeded;
		kept += workers[n].kept_count;
	}
	printf("ioctl_fuzz: seed %llu, %lu s, %d threads: %lu programs, %lu calls, %lu succeeded, %lu places reached, %lu programs kept\n",
	       (unsigned long long)seed, seconds, THREADS, programs, calls, succeeded,
	       atomic_load(&reached), kept);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned long seconds, passed;
	uint64_t seed;

	if (argc < 4) {
		fputs(help, stderr);
		return 2;
	}
	seconds = strtoul(argv[1], NULL, 0);
	seed = strtoull(argv[2], NULL, 0);
	fuzz_init(argv + 3, argc - 3);
	for (unsigned int n = 0; n < THREADS; n++) {
		workers[n].fuzz.seed = (seed * THREADS + n + 1) * 0x9e3779b97f4a7c15ull;
		if (pthread_create(&workers[n].thread, NULL, work, &workers[n]))
			return EXIT_FAILURE;
	}
	for (passed = 0; passed < seconds; passed++) {
		sleep(1);
		if (passed % 60 == 59)
			report(seed, passed + 1);
	}
	atomic_store(&ended, true);
	for (unsigned int n = 0; n < THREADS; n++)
		pthread_join(workers[n].thread, NULL);
	report(seed, seconds);
	return fuzz_ports_are_free() ? EXIT_SUCCESS : EXIT_FAILURE;
}
