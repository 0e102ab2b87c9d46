// SPDX-License-Identifier: BSD-3-Clause
/*
 * Counts instructions and writes to tails by single-stepping: with the processor's trap flag
 * set, each instruction is followed by a SIGTRAP, whose handler counts, and looks whether a
 * tail has changed. Exact, the same on any machine with the same code.
 */
#include <signal.h>
#include <string.h>

#include "count.h"

#define TRAP_FLAG     0x100ull
#define WARM_UP	      64 /* bursts that are not counted */
#define BURSTS_EVEN   8 /* bursts that are: a multiple of every period, in frames */
#define BURSTS_RANDOM 48

static volatile uint64_t steps, tail_writes;
static volatile uint32_t *tails[1 + BENCH_NIC_OUTPUTS];
static uint32_t last_seen[1 + BENCH_NIC_OUTPUTS];
static unsigned int tail_count;

static void on_step(int signal)
{
	steps++;
	for (unsigned int i = 0; i < tail_count; i++) {
		uint32_t value = *tails[i];

		tail_writes += value != last_seen[i];
		last_seen[i] = value;
	}
}

static void watch_tails(struct lane *lane)
{
	tails[0] = lane->nic.rx.tail;
	for (unsigned int k = 0; k < lane->nic.outputs; k++)
		tails[1 + k] = lane->nic.tx[k].tail;
	tail_count = 1 + lane->nic.outputs;
	for (unsigned int i = 0; i < tail_count; i++)
		last_seen[i] = *tails[i];
}

static unsigned int empty_burst(struct lane *lane, unsigned int max)
{
	return 0;
}

/* Returns how many frames the burst took; what it did is in steps and tail_writes. */
__attribute__((noinline)) static unsigned int stepped(burst_function *burst, struct lane *lane)
{
	unsigned int frames;

	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
	frames = burst(lane, BENCH_BATCH);
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~TRAP_FLAG);
	return frames;
}

static void between_bursts(struct lane *lane)
{
	bench_nic_send(&lane->nic);
	bench_nic_receive(&lane->nic, lane_arrivals(lane));
}

struct count count_lane(struct lane *lane)
{
	struct sigaction action = { .sa_handler = on_step }, before;
	unsigned int bursts = lane->random ? BURSTS_RANDOM : BURSTS_EVEN;
	uint64_t empty, frames = 0;

	for (unsigned int i = 0; i < WARM_UP + (lane->nic.rx.mask + 1) / 16; i++) {
		between_bursts(lane);
		lane->burst(lane, BENCH_BATCH);
	}
	watch_tails(lane);
	sigaction(SIGTRAP, &action, &before);
	steps = 0;
	stepped(empty_burst, lane);
	empty = steps;
	steps = 0;
	tail_writes = 0;
	for (unsigned int i = 0; i < bursts; i++) {
		between_bursts(lane);
		frames += stepped(lane->burst, lane);
	}
	sigaction(SIGTRAP, &before, NULL);
	if (!frames)
		bench_die("%s took no frame", driver_names[lane->driver]);
	return (struct count){ (double)(steps - empty * bursts) / (double)frames,
			       (double)tail_writes / (double)frames };
}
