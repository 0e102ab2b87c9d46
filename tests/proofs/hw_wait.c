// SPDX-License-Identifier: BSD-3-Clause
/*
 * The one wait of kmod/hw_*.c, whatever the register reads: it ends, and tells the truth.
 */
#include <errno.h>
#include "hw.h"
#include "proof.h"

#ifndef LONGEST_US
#define LONGEST_US 1000
#endif

static uint32_t reads, slept_us, told, last, waited_for;
static bool gone;

static u32 any_read(struct onepath_io *io, u32 reg)
{
	u32 value = nondet_u32();

	if (reg == waited_for)
		last = value, reads++;
	else
		prove(reg == 0x00008, "but for the register itself, only STATUS is read");
	gone = value == 0xffffffff;
	return value;
}

static void no_write(struct onepath_io *io, u32 reg, u32 value)
{
	prove(false, "a wait writes nothing");
}

static void sleep_us(struct onepath_io *io, u32 us)
{
	slept_us += us;
}

static void timeout(struct onepath_io *io, u32 reg, u32 mask, u32 wanted)
{
	told++;
}

int main(void)
{
	struct onepath_io io = { any_read, no_write, sleep_us, timeout };
	u32 mask = nondet_u32(), wanted = nondet_u32(), timeout_us = any_between(0, LONGEST_US);
	int rc;

	waited_for = nondet_u32();
	/* STATUS itself, read again when it was all ones, is waited for to have a bit cleared only */
	assume(waited_for != 0x00008 || (!wanted && mask));
	rc = onepath_hw_wait(&io, waited_for, mask, wanted, timeout_us);
	prove(rc == 0 || rc == -ETIMEDOUT || rc == -ENODEV, "it ends as hw.h says");
	prove(rc || (last & mask) == wanted, "success: the last value read is the one waited for");
	prove(rc != -ETIMEDOUT || (slept_us >= timeout_us && told == 1),
	      "a timeout is one, and told");
	prove(rc != -ENODEV || gone, "a device that is gone reads all ones");
	prove(slept_us < timeout_us + 100, "no longer is slept than was said, but for one step");
	return 0;
}
