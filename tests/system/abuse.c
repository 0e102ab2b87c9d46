/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong calls, each with the errno that uapi/onepath.h promises for it: sizes, flags,
 * descriptors of the wrong kind, mappings that must not be. It knows the system calls
 * only, not the library, which would not let most of this through.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <onepath_ring.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	 4096
#define NOWHERE	 ((void *)8)
#define FD_COUNT 10

enum fd {
	INPUT,
	OUTPUT,
	THIRD,
	OBSERVER,
	CONFIGURATOR,
	OPATH,
	NULL_DEVICE,
	PATH,
	CLOSED,
	NEGATIVE
};

static int fds[FD_COUNT];
static unsigned int checks, wrong;

/* @result of a call that returns -1 and sets errno; @want 0 or the errno. */
static void expect(const char *what, long result, int want)
{
	int got = result < 0 ? errno : 0;

	checks++;
	if (got == want)
		return;
	wrong++;
	printf("abuse: %s: got %s, not %s\n", what, got ? strerrorname_np(got) : "success",
	       want ? strerrorname_np(want) : "success");
}

static void expect_true(const char *what, bool is)
{
	checks++;
	wrong += !is;
	if (!is)
		printf("abuse: %s: not so\n", what);
}

/* What every call with a struct does with its size; @cmd writes no more than @size bytes. */
static void abuse_sizes(int fd, unsigned long cmd, uint32_t size)
{
	unsigned char args[2 * PAGE];
	uint32_t user_size[] = { 0, 3, 4, size, size + 8, size + 8, PAGE + 1 };
	int want[] = { EINVAL, EINVAL, 0, 0, 0, E2BIG, E2BIG };
	char what[80];

	for (unsigned int n = 0; n < sizeof(want) / sizeof(want[0]); n++) {
		memset(args, 0, sizeof(args));
		memset(args + user_size[n], 0xa5, 16);
		memcpy(args, &user_size[n], sizeof(user_size[n]));
		if (want[n] == E2BIG && user_size[n] == size + 8)
			args[size + 7] = 1;
		snprintf(what, sizeof(what), "call %#lx, size %u (line %u)", cmd, user_size[n], n);
		expect(what, ioctl(fd, cmd, args), want[n]);
		expect_true("nothing is written behind a struct",
			    user_size[n] < 4 || args[user_size[n]] == 0xa5);
	}
	expect("no struct", ioctl(fd, cmd, NULL), EFAULT);
	expect("a struct that is not mapped", ioctl(fd, cmd, NOWHERE), EFAULT);
}

static int create(enum fd input, const struct onepath_path_create *args)
{
	return ioctl(fds[input], ONEPATH_PATH_CREATE, args);
}

/* A path to two outputs, or to one if they are the same. */
static int create_path(enum fd input, enum fd first, enum fd second)
{
	int32_t outputs[] = { fds[first], fds[second] };
	struct onepath_path_create args = {
		.size = sizeof(args),
		.ring_size = 64,
		.output_count = first == second ? 1 : 2,
		.outputs = (uintptr_t)outputs,
	};

	return create(input, &args);
}

static void abuse_open(const char *input)
{
	struct pollfd observer = { .fd = fds[OBSERVER], .events = POLLIN | POLLPRI };

	expect("open, neither read nor write", open(input, O_ACCMODE), EINVAL);
	expect("open, a second owner", open(input, O_RDWR), EBUSY);
	expect("mmap of a port",
	       mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fds[INPUT], 0) == MAP_FAILED ? -1 : 0,
	       ENODEV);
	expect("read of a port", read(fds[INPUT], &observer, 1), EINVAL);
	expect("write to a port", write(fds[INPUT], &observer, 1), EINVAL);
	expect_true("poll of a port that is there", poll(&observer, 1, 0) == 0);
}

static void abuse_port(void)
{
	struct onepath_port_info info = { .size = sizeof(info) };
	struct onepath_port_filter filter = { .size = sizeof(filter), .flags = 1u << 2 };

	for (unsigned int n = 0; n < 3; n++) {
		const enum fd fd = ((const enum fd[]){ INPUT, OBSERVER, CONFIGURATOR })[n];

		abuse_sizes(fds[fd], ONEPATH_PORT_INFO, sizeof(info));
		abuse_sizes(fds[fd], ONEPATH_PORT_STATS, sizeof(struct onepath_port_stats));
		expect("a path's call on a port", ioctl(fds[fd], ONEPATH_PATH_START), ENOTTY);
		expect("an unknown call", ioctl(fds[fd], _IO(ONEPATH_IOC_TYPE, 0x7f)), ENOTTY);
		expect("another's call", ioctl(fds[fd], FIONREAD, &info), ENOTTY);
	}
	abuse_sizes(fds[INPUT], ONEPATH_PORT_FILTER, sizeof(filter));
	expect("an unknown filter", ioctl(fds[INPUT], ONEPATH_PORT_FILTER, &filter), EINVAL);
	filter.flags = 0;
	expect("an observer's filter", ioctl(fds[OBSERVER], ONEPATH_PORT_FILTER, &filter), EBADF);
	expect("info", ioctl(fds[OBSERVER], ONEPATH_PORT_INFO, &info), 0);
	expect_true("an owned port says so", info.flags & ONEPATH_PORT_OWNED);
	expect_true("confined if there is an IOMMU",
		    !(info.flags & ONEPATH_PORT_CONFINED) == (info.iommu_group < 0));
	expect_true("reserved is zero", !info.reserved);
}

static void abuse_create(void)
{
	static const struct {
		const char *what;
		uint32_t size, flags, ring_size, output_count;
		enum fd output;
		int want;
	} calls[] = {
		{ "an unknown flag", 24, 1, 64, 1, OUTPUT, EINVAL },
		{ "a struct that ends early", 16, 0, 64, 1, OUTPUT, EFAULT },
		{ "no ring", 24, 0, 0, 1, OUTPUT, EINVAL },
		{ "a ring too small", 24, 0, 32, 1, OUTPUT, EINVAL },
		{ "a ring too large", 24, 0, 8192, 1, OUTPUT, EINVAL },
		{ "a ring of 96", 24, 0, 96, 1, OUTPUT, EINVAL },
		{ "a ring of 2 GB", 24, 0, 1u << 31, 1, OUTPUT, EINVAL },
		{ "no output", 24, 0, 64, 0, OUTPUT, EINVAL },
		{ "17 outputs", 24, 0, 64, 17, OUTPUT, EINVAL },
		{ "4 billion outputs", 24, 0, 64, UINT32_MAX, OUTPUT, EINVAL },
		{ "an output that observes", 24, 0, 64, 1, OBSERVER, EBADF },
		{ "an output that configures", 24, 0, 64, 1, CONFIGURATOR, EBADF },
		{ "an output opened O_PATH", 24, 0, 64, 1, OPATH, EBADF },
		{ "an output that is no port", 24, 0, 64, 1, NULL_DEVICE, EINVAL },
		{ "an output that is closed", 24, 0, 64, 1, CLOSED, EBADF },
		{ "output -1", 24, 0, 64, 1, NEGATIVE, EBADF },
	};
	struct onepath_path_create args = { .size = sizeof(args),
					    .ring_size = 64,
					    .output_count = 1 };

	for (unsigned int n = 0; n < sizeof(calls) / sizeof(calls[0]); n++) {
		args.size = calls[n].size;
		args.flags = calls[n].flags;
		args.ring_size = calls[n].ring_size;
		args.output_count = calls[n].output_count;
		args.outputs = (uintptr_t)&fds[calls[n].output];
		expect(calls[n].what, create(INPUT, &args), calls[n].want);
	}
	args.outputs = (uintptr_t)NOWHERE;
	args.size = sizeof(args);
	args.output_count = 1;
	expect("outputs that are not mapped", create(INPUT, &args), EFAULT);
	expect("an observer's path", create_path(OBSERVER, OUTPUT, OUTPUT), EBADF);
	expect("a configurator's path", create_path(CONFIGURATOR, OUTPUT, OUTPUT), EBADF);
}

static void *map(uint64_t offset, uint64_t bytes, int prot, int flags)
{
	return mmap(NULL, bytes, prot, flags, fds[PATH], (off_t)offset);
}

static void abuse_area(uint64_t offset, uint64_t bytes)
{
	const int rw = PROT_READ | PROT_WRITE;
	unsigned char *at;
	int status = -1;
	pid_t child;

	expect("mmap, too long", map(offset, bytes + PAGE, rw, MAP_SHARED) == MAP_FAILED ? -1 : 0,
	       EINVAL);
	expect("mmap, too short",
	       bytes > PAGE && map(offset, bytes - PAGE, rw, MAP_SHARED) != MAP_FAILED ? 0 : -1,
	       EINVAL);
	expect("mmap, a page further",
	       map(offset + PAGE, bytes, rw, MAP_SHARED) == MAP_FAILED ? -1 : 0, EINVAL);
	expect("mmap, private", map(offset, bytes, rw, MAP_PRIVATE) == MAP_FAILED ? -1 : 0, EINVAL);
	/* newer kernels let no anonymous inode be executed, and say EPERM before the module is asked */
	expect_true("mmap, to execute, is refused",
		    map(offset, bytes, rw | PROT_EXEC, MAP_SHARED) == MAP_FAILED &&
			    (errno == EINVAL || errno == EPERM));
	at = map(offset, bytes, rw, MAP_SHARED);
	expect("mmap", at == MAP_FAILED ? -1 : 0, 0);
	if (at == MAP_FAILED)
		return;
	expect("mprotect, to execute", mprotect(at, bytes, rw | PROT_EXEC), EACCES);
	expect("mremap, to grow",
	       mremap(at, bytes, bytes + PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0, EFAULT);
	expect("mremap, a copy", mremap(at, 0, bytes, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0,
	       EFAULT);
	expect("madvise, to fork", madvise(at, bytes, MADV_DOFORK), EINVAL);
	expect("madvise, to dump", madvise(at, bytes, MADV_DODUMP), EINVAL);
	child = fork();
	if (!child)
		_exit(msync(at, PAGE, MS_ASYNC) == 0);
	waitpid(child, &status, 0);
	expect_true("a child does not have it", WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect("munmap of a part", munmap(at, PAGE), 0);
	at[bytes - 1] = 1; /* what is left is still there */
	expect("munmap of the rest", munmap(at + PAGE, bytes - PAGE), 0);
}

/* One path from the input to the output and the third port. */
static void abuse_path(void)
{
	struct onepath_path_info info = { .size = sizeof(info) };
	struct pollfd poller = { .events = POLLIN | POLLPRI };
	char name[40];

	fds[PATH] = create_path(INPUT, OUTPUT, THIRD);
	expect("a path", fds[PATH], 0);
	if (fds[PATH] < 0)
		return;
	poller.fd = fds[PATH];
	expect("a second path of an input", create_path(INPUT, THIRD, THIRD), EBUSY);
	expect("a path as output", create_path(THIRD, PATH, PATH), EINVAL);
	expect("a port's call on a path", ioctl(fds[PATH], ONEPATH_PORT_STATS, &info), ENOTTY);
	expect("a path's path", create_path(PATH, OUTPUT, OUTPUT), ENOTTY);
	expect("an unknown call", ioctl(fds[PATH], _IO(ONEPATH_IOC_TYPE, 0x7f)), ENOTTY);
	expect("read of a path", read(fds[PATH], name, 1), EINVAL);
	expect_true("poll of a path that is there", poll(&poller, 1, 0) == 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fds[PATH]);
	expect("a path opened again", open(name, O_RDWR), ENXIO);
	expect_true("close-on-exec", fcntl(fds[PATH], F_GETFD) & FD_CLOEXEC);
	abuse_sizes(fds[PATH], ONEPATH_PATH_INFO, sizeof(info));
	expect("info", ioctl(fds[PATH], ONEPATH_PATH_INFO, &info), 0);

	for (unsigned int running = 0; running < 2; running++) {
		abuse_area(ONEPATH_MMAP_BUFFERS, info.buffers_size);
		abuse_area(ONEPATH_MMAP_RINGS, info.rings_size);
		if (running)
			break;
		/* stopped: the doorbells of a running path are no place to play with */
		abuse_area(ONEPATH_MMAP_DOORBELLS, info.doorbells_size);
		expect("start", ioctl(fds[PATH], ONEPATH_PATH_START), 0);
		expect("start of a running path", ioctl(fds[PATH], ONEPATH_PATH_START), EBUSY);
	}
	expect("stop", ioctl(fds[PATH], ONEPATH_PATH_STOP), 0);
	expect("stop of a stopped path", ioctl(fds[PATH], ONEPATH_PATH_STOP), 0);
	expect("close", close(fds[PATH]), 0);
}

/* Ports are in one domain for as long as a path has both, and no longer. */
static void abuse_domains(void)
{
	int first, second, both;

	first = create_path(INPUT, INPUT, INPUT);
	second = create_path(OUTPUT, OUTPUT, OUTPUT);
	expect("a port to itself", first, 0);
	expect("another to itself", second, 0);
	expect("a path over two domains", create_path(THIRD, INPUT, OUTPUT), EXDEV);
	expect("close", close(first), 0);
	both = create_path(THIRD, INPUT, OUTPUT);
	expect("a path over one domain, once the other is left", both, 0);
	expect("close", close(both), 0);
	expect("close", close(second), 0);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("Usage: abuse PORT PORT PORT\n\nThe ports' nodes, of three different ports.\n",
		      stderr);
		return 2;
	}
	for (enum fd fd = INPUT; fd <= THIRD; fd++) {
		fds[fd] = open(argv[1 + fd], O_RDWR | O_CLOEXEC);
		if (fds[fd] < 0) {
			fprintf(stderr, "abuse: open %s: %s\n", argv[1 + fd], strerror(errno));
			return EXIT_FAILURE;
		}
	}
	fds[OBSERVER] = open(argv[1], O_RDONLY);
	fds[CONFIGURATOR] = open(argv[1], O_WRONLY);
	fds[OPATH] = open(argv[2], O_PATH);
	fds[NULL_DEVICE] = open("/dev/null", O_RDWR);
	fds[CLOSED] = 1000;
	fds[NEGATIVE] = -1;

	abuse_open(argv[1]);
	abuse_port();
	abuse_create();
	abuse_path();
	abuse_domains();
	printf("abuse: %u checks, %u wrong\n", checks, wrong);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
