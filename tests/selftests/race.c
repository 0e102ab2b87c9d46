// SPDX-License-Identifier: GPL-2.0
/*
 * Races: four threads on the same descriptors and mappings, each doing again and again what
 * collides with the others, for ONEPATH_RACE_SECONDS (3) in each variant. There is little
 * to expect of a single call here: the kernel must live, and say nothing; afterwards all is
 * as before.
 */
#include "selftest.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define THREADS 4
#define SLOTS	4

/* What the threads share. A slot holds a descriptor of a path, or -1. */
static struct {
	int32_t port[2];
	atomic_int path[SLOTS];
	atomic_bool end;
	atomic_ulong rounds[THREADS];
	struct onepath_path_info info;
} world;

static int any_path(unsigned int *seed)
{
	return atomic_load(&world.path[rand_r(seed) % SLOTS]);
}

static void create_and_close(unsigned int *seed)
{
	struct onepath_path_create args = { .ring_size = 64, .rx_queue = rand_r(seed) % 2 };
	unsigned int slot = rand_r(seed) % SLOTS;

	close(atomic_exchange(&world.path[slot], -1));
	close(atomic_exchange(&world.path[slot],
			      path_create_with(world.port[rand_r(seed) % 2], &args, world.port,
					       1 + rand_r(seed) % 2)));
}

static void start_and_stop(unsigned int *seed)
{
	ioctl(any_path(seed), ONEPATH_PATH_START);
	path_arm(any_path(seed), rand_r(seed) % 64);
	ioctl(any_path(seed), ONEPATH_PATH_STOP);
}

/* Faults on doorbells, while they are switched. Values that a queue can bear. */
static void map_and_touch(unsigned int *seed)
{
	int path = any_path(seed);
	uint32_t *at = path_map(path, ONEPATH_MMAP_DOORBELLS, 2 * PAGE), *moved;
	void *place = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		munmap(place, 2 * PAGE);
		return;
	}
	((volatile uint32_t *)at)[world.info.rdt_offset / 4] = rand_r(seed) % 64;
	((volatile uint32_t *)at)[world.info.tdt_offset[0] / 4] = 0;
	moved = mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	if (moved != MAP_FAILED)
		at = moved;
	((volatile uint32_t *)at)[world.info.rdt_offset / 4] = rand_r(seed) % 64;
	munmap(at, PAGE);
	munmap((char *)at + PAGE, PAGE);
}

static void ask_and_wait(unsigned int *seed)
{
	int path = any_path(seed), event = eventfd(0, 0);
	struct pollfd poller = { .fd = path, .events = POLLIN };
	struct onepath_path_info info;
	struct onepath_port_stats stats;
	struct onepath_port_info port;

	path_info(path, &info);
	set_eventfd(path, event);
	poll(&poller, 1, 1);
	set_eventfd(world.port[0], event);
	close(event);
	port_info(world.port[rand_r(seed) % 2], &port);
	port_stats(world.port[rand_r(seed) % 2], &stats);
}

static void open_and_fork(unsigned int *seed)
{
	int fd = port_open(rand_r(seed) % 2, rand_r(seed) % 4);
	pid_t child = fork();

	if (!child) {
		ioctl(any_path(seed), ONEPATH_PATH_STOP);
		_exit(0);
	}
	close(fd);
	waitpid(child, NULL, 0);
}

static void unbind_and_bind(unsigned int *seed)
{
	const char *name = strrchr(node(1), '/') + 1;
	const char *const files[] = { "/sys/bus/pci/drivers/onepath/unbind",
				      "/sys/bus/pci/drivers/onepath/bind" };

	for (unsigned int n = 0; n < 2; n++) {
		int fd = open(files[n], O_WRONLY);

		write(fd, name, strlen(name));
		close(fd);
	}
	/* what is left of the old port is closed, if its paths are, too */
	close(world.port[1]);
	world.port[1] = port_open(1, O_RDWR);
}

FIXTURE(race)
{
	unsigned int seconds;
};

FIXTURE_VARIANT(race)
{
	void (*act[THREADS])(unsigned int *seed);
	bool root;
};

FIXTURE_VARIANT_ADD(race, doorbells){
	.act = { start_and_stop, map_and_touch, map_and_touch, ask_and_wait },
};
FIXTURE_VARIANT_ADD(race, closes){
	.act = { create_and_close, start_and_stop, map_and_touch, ask_and_wait },
};
FIXTURE_VARIANT_ADD(race, creators){
	.act = { create_and_close, create_and_close, open_and_fork, start_and_stop },
};
FIXTURE_VARIANT_ADD(race, unbinds){
	.act = { unbind_and_bind, create_and_close, start_and_stop, map_and_touch },
	.root = true,
};

FIXTURE_SETUP(race)
{
	const char *seconds = getenv("ONEPATH_RACE_SECONDS");

	if (!node(1) || (variant->root && geteuid()))
		SKIP(return, variant->root ? "root is needed" : "two ports are needed");
	self->seconds = seconds ? atoi(seconds) : 3;
	for (unsigned int n = 0; n < 2; n++) {
		world.port[n] = port_open(n, O_RDWR);
		ASSERT_LE(0, world.port[n]);
	}
	for (unsigned int n = 0; n < SLOTS; n++)
		atomic_store(&world.path[n], -1);
	atomic_store(&world.path[0], path_create(world.port[0], world.port, 1));
	ASSERT_ERRNO(0, path_info(world.path[0], &world.info));
}

FIXTURE_TEARDOWN(race)
{
	for (unsigned int n = 0; n < SLOTS; n++)
		close(world.path[n]);
	close(world.port[0]);
	close(world.port[1]);
}

struct runner {
	pthread_t thread;
	void (*act)(unsigned int *seed);
	unsigned int seed, number;
};

static void *run(void *data)
{
	struct runner *runner = data;

	while (!atomic_load(&world.end)) {
		runner->act(&runner->seed);
		atomic_fetch_add(&world.rounds[runner->number], 1);
	}
	return NULL;
}

static unsigned int descriptors(void)
{
	struct dirent **entries;

	return scandir("/proc/self/fd", &entries, NULL, NULL);
}

TEST_F_TIMEOUT(race, four_threads, 3600)
{
	struct runner runner[THREADS];
	unsigned int before = descriptors();
	int32_t port;
	int path;

	atomic_store(&world.end, false);
	for (unsigned int n = 0; n < THREADS; n++) {
		runner[n] = (struct runner){ .act = variant->act[n], .seed = n, .number = n };
		atomic_store(&world.rounds[n], 0);
		ASSERT_EQ(0, pthread_create(&runner[n].thread, NULL, run, &runner[n]));
	}
	sleep(self->seconds);
	atomic_store(&world.end, true);
	for (unsigned int n = 0; n < THREADS; n++) {
		pthread_join(runner[n].thread, NULL);
		EXPECT_LT(0, world.rounds[n]) TH_LOG("thread %u did nothing", n);
	}
	for (unsigned int n = 0; n < SLOTS; n++)
		close(atomic_exchange(&world.path[n], -1));
	for (unsigned int n = 0; n < 2; n++)
		close(world.port[n]);
	/* the path and the two ports that the fixture made are closed by now */
	EXPECT_EQ(before - 3, descriptors());
	port = port_open(0, O_RDWR);
	ASSERT_LE(0, port);
	path = path_create(port, &port, 1);
	ASSERT_LE(0, path);
	EXPECT_ERRNO(0, ioctl(path, ONEPATH_PATH_START));
	close(path);
	close(port);
	world.port[0] = world.port[1] = -1;
}

TEST_HARNESS_MAIN
