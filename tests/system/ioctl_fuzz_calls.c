/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls of ioctl_fuzz.c's programs. Structs are made right, and then spoilt a little, so
 * that most get past the first check.
 */
#define _GNU_SOURCE
#include "ioctl_fuzz.h"
#include <errno.h>
#include <fcntl.h>
#include <onepath.h>
#include <onepath_ring.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096
#define SLOTS 24
#define PORTS 8

static char *ports[PORTS];
static unsigned int port_count;
static atomic_int slots[SLOTS]; /* descriptors, or -1 */
static __thread sigjmp_buf *touching;

/* A mapping that is gone or cannot be written: so be it. Anywhere else it is our own mistake. */
static void on_fault(int signal)
{
	if (touching)
		siglongjmp(*touching, 1);
	_exit(128 + signal);
}

void fuzz_init(char **names, unsigned int count)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	port_count = count < PORTS ? count : PORTS;
	for (unsigned int n = 0; n < port_count; n++)
		ports[n] = names[n];
	for (unsigned int n = 0; n < SLOTS; n++)
		atomic_store(&slots[n], -1);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void port_node(char text[64], uint32_t n)
{
	snprintf(text, 64, "/dev/onepath/%s", ports[n % port_count]);
}

static int slot(uint32_t n)
{
	return atomic_load(&slots[n % SLOTS]);
}

/* What was in the slot is closed: whoever uses it just now finds that out. */
static long put(uint32_t n, int fd)
{
	int old;

	if (fd < 0)
		return fd;
	old = atomic_exchange(&slots[n % SLOTS], fd);
	if (old >= 0)
		close(old);
	return fd;
}

static long do_open(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, O_PATH, O_ACCMODE };
	char node[64];

	port_node(node, op->a);
	return put(op->b, open(node, flags[op->c % 7] | O_CLOEXEC));
}

static long do_close(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	int old = atomic_exchange(&slots[op->a % SLOTS], -1);

	return old < 0 ? -1 : close(old);
}

static long do_dup(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	return put(op->b, fcntl(slot(op->a), F_DUPFD_CLOEXEC, 0));
}

static long do_eventfd(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	return put(op->a, eventfd(op->b % 2, op->c % 2 ? EFD_NONBLOCK : EFD_SEMAPHORE));
}

/* The structs of all calls; the first word is the size. */
union args {
	uint32_t word[2 * PAGE / 4];
	struct onepath_port_info info;
	struct onepath_port_config config;
	struct onepath_port_addresses addresses;
	struct onepath_port_vlans vlans;
	struct onepath_port_rss rss;
	struct onepath_port_stats stats;
	struct onepath_queue_stats queue;
	struct onepath_path_create create;
	struct onepath_path_info path;
	struct onepath_path_arm arm;
	struct onepath_eventfd event;
};

static const struct {
	unsigned int cmd;
	uint32_t bytes;
} calls[] = {
	{ ONEPATH_PATH_CREATE, sizeof(struct onepath_path_create) },
	{ ONEPATH_PATH_CREATE, sizeof(struct onepath_path_create) },
	{ ONEPATH_PATH_CREATE, sizeof(struct onepath_path_create) },
	{ ONEPATH_PATH_START, 0 },
	{ ONEPATH_PATH_START, 0 },
	{ ONEPATH_PATH_STOP, 0 },
	{ ONEPATH_PATH_INFO, sizeof(struct onepath_path_info) },
	{ ONEPATH_PATH_ARM, sizeof(struct onepath_path_arm) },
	{ ONEPATH_EVENTFD, sizeof(struct onepath_eventfd) },
	{ ONEPATH_PORT_INFO, sizeof(struct onepath_port_info) },
	{ ONEPATH_PORT_STATS, sizeof(struct onepath_port_stats) },
	{ ONEPATH_QUEUE_STATS, sizeof(struct onepath_queue_stats) },
	{ ONEPATH_PORT_CONFIG_SET, sizeof(struct onepath_port_config) },
	{ ONEPATH_PORT_CONFIG_GET, sizeof(struct onepath_port_config) },
	{ ONEPATH_PORT_ADDRESSES_SET, sizeof(struct onepath_port_addresses) },
	{ ONEPATH_PORT_ADDRESSES_GET, sizeof(struct onepath_port_addresses) },
	{ ONEPATH_PORT_VLANS_SET, sizeof(struct onepath_port_vlans) },
	{ ONEPATH_PORT_VLANS_GET, sizeof(struct onepath_port_vlans) },
	{ ONEPATH_PORT_RSS_SET, sizeof(struct onepath_port_rss) },
	{ ONEPATH_PORT_RSS_GET, sizeof(struct onepath_port_rss) },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

static void make_create(struct onepath_path_create *create, int32_t outputs[16], uint64_t *seed)
{
	create->ring_size = 64u << fuzz_below(seed, 3);
	create->output_count = 1 + fuzz_below(seed, 3);
	create->rx_queue = fuzz_below(seed, 4);
	create->buffer_bytes = 1024 * fuzz_below(seed, 5);
	create->outputs = (uintptr_t)outputs;
	for (unsigned int n = 0; n < 16; n++)
		outputs[n] = slot(fuzz_below(seed, SLOTS));
}

static void make_args(union args *args, unsigned int cmd, unsigned char *list, uint64_t *seed)
{
	switch (cmd) {
	case ONEPATH_PATH_CREATE:
		make_create(&args->create, (int32_t *)list, seed);
		break;
	case ONEPATH_PATH_ARM:
		args->arm.next = fuzz_below(seed, 64);
		break;
	case ONEPATH_EVENTFD:
		args->event.fd = slot(fuzz_below(seed, SLOTS));
		break;
	case ONEPATH_PORT_CONFIG_SET:
		args->config.set = fuzz_below(seed, 16);
		args->config.filter = fuzz_below(seed, 4);
		args->config.mtu = 68 + fuzz_below(seed, 3000);
		args->config.pause = fuzz_below(seed, 4);
		args->config.speeds = 1 + fuzz_below(seed, 3);
		break;
	case ONEPATH_PORT_ADDRESSES_SET:
	case ONEPATH_PORT_ADDRESSES_GET:
		args->addresses.count = fuzz_below(seed, 128);
		args->addresses.addresses = (uintptr_t)list;
		break;
	case ONEPATH_PORT_RSS_SET:
		args->rss.hash = fuzz_below(seed, 64);
		for (unsigned int n = 0; n < ONEPATH_RSS_TABLE_ENTRIES; n++)
			args->rss.table[n] = fuzz_below(seed, ONEPATH_RX_QUEUES);
		break;
	case ONEPATH_QUEUE_STATS:
		args->queue.queue = fuzz_below(seed, 16);
		break;
	}
}

/* A word of the struct becomes what it should not be. */
static void spoil(union args *args, uint32_t bytes, uint64_t *seed)
{
	const uint32_t at = fuzz_below(seed, bytes / 4 + 2);

	switch (fuzz_below(seed, 4)) {
	case 0:
		args->word[at] ^= 1u << fuzz_below(seed, 32);
		break;
	case 1:
		args->word[at] = (uint32_t)fuzz_number(seed);
		break;
	case 2:
		args->word[at] = fuzz_below(seed, 2) ? UINT32_MAX : 0;
		break;
	default:
		args->word[0] = fuzz_below(seed, 2 * bytes + 8);
	}
}

static long do_ioctl(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	unsigned char list[6 * 128 + 64];
	union args args = {};
	uint64_t seed = op->seed;
	const unsigned int n = op->b % CALLS;
	void *user = &args;
	long result;

	for (unsigned int at = 0; at < sizeof(list); at++)
		list[at] = (unsigned char)fuzz_number(&seed);
	args.word[0] = calls[n].bytes;
	make_args(&args, calls[n].cmd, list, &seed);
	if (fuzz_below(&seed, 3) == 0)
		spoil(&args, calls[n].bytes, &seed);
	if (fuzz_below(&seed, 40) == 0)
		user = (void *)fuzz_number(&seed);
	result = ioctl(slot(op->a), calls[n].cmd, user);
	return calls[n].cmd == ONEPATH_PATH_CREATE ? put(op->c, (int)result) : result;
}

static long do_mmap(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	static const uint64_t offsets[] = { ONEPATH_MMAP_BUFFERS, ONEPATH_MMAP_RINGS,
					    ONEPATH_MMAP_DOORBELLS };
	struct onepath_path_info info = { .size = sizeof(info) };
	uint64_t seed = op->seed, offset = offsets[op->c % 3], bytes;
	unsigned int n = op->b % FUZZ_MAPS;
	void *at;

	ioctl(slot(op->a), ONEPATH_PATH_INFO, &info);
	bytes = op->c % 3 == 0	 ? info.buffers_size
		: op->c % 3 == 1 ? info.rings_size
				 : info.doorbells_size;
	if (fuzz_below(&seed, 10) == 0)
		bytes += PAGE;
	if (fuzz_below(&seed, 10) == 0)
		offset += PAGE * fuzz_below(&seed, 64);
	if (thread->map[n].at)
		munmap(thread->map[n].at, thread->map[n].bytes);
	at = mmap(NULL, bytes, fuzz_below(&seed, 8) ? PROT_READ | PROT_WRITE : fuzz_below(&seed, 8),
		  fuzz_below(&seed, 10) ? MAP_SHARED : MAP_PRIVATE, slot(op->a), (off_t)offset);
	thread->map[n].at = at == MAP_FAILED ? NULL : at;
	thread->map[n].bytes = bytes;
	return at == MAP_FAILED ? -1 : 0;
}

/* Reads and writes here and there; doorbells ring, descriptors become nonsense. */
static void touch(unsigned char *map, size_t bytes, uint64_t seed)
{
	volatile uint32_t *at;

	for (unsigned int k = 0; k < 16; k++) {
		at = (volatile uint32_t *)(map + 4 * fuzz_below(&seed, bytes / 4));
		if (fuzz_below(&seed, 2))
			*at = (uint32_t)fuzz_number(&seed) >> fuzz_below(&seed, 32);
		else
			(void)*at;
	}
}

static long do_touch(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	unsigned int n = op->a % FUZZ_MAPS;
	sigjmp_buf here;

	if (!thread->map[n].at)
		return -1;
	if (sigsetjmp(here, 0) == 0) {
		touching = &here;
		touch(thread->map[n].at, thread->map[n].bytes, op->seed);
	}
	touching = NULL;
	return 0;
}

/* Parts of a mapping go, move, or change. What is left is unmapped as a whole some time. */
static long do_change(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	unsigned int n = op->a % FUZZ_MAPS;
	unsigned char *at = thread->map[n].at, *part;
	size_t bytes = thread->map[n].bytes, length;
	uint64_t seed = op->seed;
	void *moved;

	if (!at)
		return -1;
	part = at + PAGE * fuzz_below(&seed, bytes / PAGE);
	length = PAGE * (1 + fuzz_below(&seed, (at + bytes - part) / PAGE));
	switch (op->b % 5) {
	case 0:
		return munmap(part, length);
	case 1:
		return mprotect(part, length, fuzz_below(&seed, 8));
	case 2:
		return madvise(part, length, (int)fuzz_below(&seed, 26));
	case 3:
		return mlock(part, length);
	default:
		moved = mremap(at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_DONTUNMAP * (op->c % 2));
		if (moved != MAP_FAILED)
			thread->map[n].at = moved;
		return moved == MAP_FAILED ? -1 : 0;
	}
}

static long do_poll(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	struct pollfd poller[2] = { { .fd = slot(op->a), .events = (short)op->c },
				    { .fd = slot(op->b), .events = POLLIN | POLLPRI } };

	return poll(poller, 2, (int)(op->c % 4));
}

/* Into a socket that is closed at once: the last reference may be in there. */
static long do_send(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	char data = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec io = { &data, 1 };
	struct msghdr message = { .msg_iov = &io,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2], fd = slot(op->a);
	long result;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	result = sendmsg(pair[0], &message, MSG_DONTWAIT);
	if (op->b % 2)
		do_close(thread, op);
	close(pair[0]);
	close(pair[1]);
	return result;
}

static long do_fork(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	struct fuzz_op inner = *op;
	pid_t child = fork();

	if (!child) {
		alarm(10);
		for (unsigned int n = 0; n < 4; n++) {
			inner.a = (uint32_t)fuzz_number(&inner.seed);
			inner.b = (uint32_t)fuzz_number(&inner.seed);
			do_ioctl(thread, &inner);
			do_touch(thread, &inner);
		}
		_exit(0);
	}
	return child < 0 ? -1 : waitpid(child, NULL, 0);
}

static long write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	long result = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return result;
}

/* Beneath all that: rarely, or there would be nothing else. */
static long do_sysfs(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	const char *port = ports[op->a % port_count];
	char file[96];

	if (geteuid() || op->b % 8)
		return -1;
	if (op->c % 3 == 0) {
		snprintf(file, sizeof(file), "/sys/bus/pci/devices/%s/reset", port);
		return write_to(file, "1");
	}
	write_to("/sys/bus/pci/drivers/onepath/unbind", port);
	return write_to("/sys/bus/pci/drivers/onepath/bind", port);
}

static long (*const makers[])(struct fuzz_thread *thread, const struct fuzz_op *op) = {
	do_ioctl, do_ioctl,  do_ioctl, do_ioctl,   do_ioctl, do_ioctl, do_ioctl,
	do_ioctl, do_ioctl,  do_ioctl, do_ioctl,   do_ioctl, do_open,  do_close,
	do_dup,	  do_mmap,   do_mmap,  do_mmap,	   do_touch, do_touch, do_touch,
	do_touch, do_change, do_poll,  do_eventfd, do_send,  do_fork,  do_sysfs,
};

void fuzz_call(struct fuzz_thread *thread, const struct fuzz_op *op)
{
	thread->calls++;
	if (makers[op->what % (sizeof(makers) / sizeof(makers[0]))](thread, op) >= 0)
		thread->succeeded++;
}

void fuzz_thread_end(struct fuzz_thread *thread)
{
	for (unsigned int n = 0; n < FUZZ_MAPS; n++)
		if (thread->map[n].at)
			munmap(thread->map[n].at, thread->map[n].bytes);
}

/* All descriptors and mappings are given up: each port is to be had again. */
bool fuzz_ports_are_free(void)
{
	char node[64];
	bool all = true;
	int fd;

	for (unsigned int n = 0; n < SLOTS; n++)
		close(atomic_exchange(&slots[n], -1));
	for (unsigned int n = 0; n < port_count; n++) {
		port_node(node, n);
		if (access(node, F_OK) && geteuid() == 0)
			write_to("/sys/bus/pci/drivers/onepath/bind", ports[n]);
		fd = open(node, O_RDWR);
		if (fd < 0)
			printf("ioctl_fuzz: open %s: %s\n", node, strerror(errno));
		all &= fd >= 0;
		close(fd);
	}
	return all;
}
