/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A scripted register file under kmod/hw_*.c: it writes down every access with
 * its virtual time, reacts as little as the code needs to get on, and can be told
 * to misbehave: a bit that is stuck, or late, or a device that is pulled out.
 */
#ifndef HW_FAKE_H
#define HW_FAKE_H

#include <stddef.h>

#include "hw.h"

#define FAKE_NEVER   (~(size_t)0)
#define FAKE_FOREVER (~0u)

enum fake_kind {
	FAKE_READ,
	FAKE_WRITE,
	FAKE_SLEEP,
	FAKE_TIMEOUT
};

struct fake_event {
	enum fake_kind kind;
	u32 reg; /* FAKE_SLEEP: microseconds */
	u32 value; /* FAKE_TIMEOUT: the mask */
};

/* For the next @reads reads of @reg, the bits of @mask read as @value has them. */
struct fake_bend {
	u32 reg, mask, value, reads;
};

struct fake {
	struct onepath_io io;
	u32 *regs;
	struct fake_event *events;
	size_t count;
	size_t accesses; /* reads and writes */
	size_t gone_from; /* reads from this access on are all ones */
	u64 slept_us;
	unsigned int timeouts;
	struct fake_bend bends[4];
	unsigned int bend_count;
	u32 ctrl_stuck; /* bits of CTRL that a reset does not clear */
};

/* Every register reads 0 but for what a device that is ready shows. */
void fake_init(struct fake *f);
void fake_free(struct fake *f);

u32 fake_get(const struct fake *f, u32 reg);
void fake_put(struct fake *f, u32 reg, u32 value);
void fake_bend(struct fake *f, u32 reg, u32 mask, u32 value, u32 reads);

/* The device is pulled out before access @index. */
void fake_pull(struct fake *f, size_t index);

/* Forgets what was written down, not the registers. */
void fake_forget(struct fake *f);

/* Index of the first event at or after @from in which (value & @mask) == @value, or FAKE_NEVER. */
size_t fake_find(const struct fake *f, size_t from, enum fake_kind kind, u32 reg, u32 mask,
		 u32 value);

/* The same, but a test fails if there is none; what follows it is searched next. */
size_t fake_expect(const struct fake *f, size_t from, enum fake_kind kind, u32 reg, u32 mask,
		   u32 value);

#endif
