/* SPDX-License-Identifier: BSD-3-Clause */
/* The scripted register file, see hw_fake.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hw_fake.h"
#include "regs.h"

#define BAR_BYTES  0x20000u
#define EVENTS_MAX 40000u

static struct fake *fake_of(struct onepath_io *io)
{
	return (struct fake *)io;
}

static void note(struct fake *f, enum fake_kind kind, u32 reg, u32 value)
{
	if (f->count == EVENTS_MAX)
		fail_msg("no end after %u events; last access: register %#x", EVENTS_MAX, reg);
	f->events[f->count++] = (struct fake_event){ kind, reg, value };
}

static u32 fake_read(struct onepath_io *io, u32 reg)
{
	struct fake *f = fake_of(io);
	u32 value = fake_get(f, reg);

	if (f->accesses++ >= f->gone_from)
		value = ~0u;
	else
		for (unsigned int n = 0; n < f->bend_count; n++) {
			struct fake_bend *bend = &f->bends[n];

			if (bend->reg != reg || !bend->reads)
				continue;
			value = (value & ~bend->mask) | bend->value;
			if (bend->reads != FAKE_FOREVER)
				bend->reads--;
		}
	note(f, FAKE_READ, reg, value);
	return value;
}

/* 4.2.1.6.1: what a software reset does to the registers that hw_*.c look at. */
static void software_reset(struct fake *f)
{
	fake_put(f, REG_CTRL, fake_get(f, REG_CTRL) & f->ctrl_stuck);
	fake_put(f, REG_RXCTRL, 0);
	for (u32 n = 0; n < 128; n++) {
		fake_put(f, n < 64 ? REG_RXDCTL(n) : REG_RXDCTL_HIGH(n - 64), 0);
		fake_put(f, REG_TXDCTL(n), 0);
	}
}

static void fake_write(struct onepath_io *io, u32 reg, u32 value)
{
	struct fake *f = fake_of(io);

	note(f, FAKE_WRITE, reg, value);
	if (f->accesses++ >= f->gone_from)
		return;
	fake_put(f, reg, value);
	if (reg == REG_CTRL) {
		if (value & CTRL_RST)
			software_reset(f);
		fake_put(f, REG_STATUS,
			 fake_get(f, REG_CTRL) & CTRL_PCIE_MASTER_DISABLE
				 ? 0
				 : STATUS_PCIE_MASTER_ENABLE);
	}
	if (reg == REG_SECRXCTRL)
		fake_put(f, REG_SECRXSTAT, value & SECRXCTRL_RX_DIS ? SECRXSTAT_SECRX_RDY : 0);
}

static void fake_sleep_us(struct onepath_io *io, u32 us)
{
	struct fake *f = fake_of(io);

	f->slept_us += us;
	note(f, FAKE_SLEEP, us, 0);
}

static void fake_timeout(struct onepath_io *io, u32 reg, u32 mask, u32 wanted)
{
	struct fake *f = fake_of(io);

	assert_int_equal(wanted & ~mask, 0);
	f->timeouts++;
	note(f, FAKE_TIMEOUT, reg, mask);
}

void fake_init(struct fake *f)
{
	*f = (struct fake){
		.io = { fake_read, fake_write, fake_sleep_us, fake_timeout },
		.regs = calloc(BAR_BYTES / 4, 4),
		.events = calloc(EVENTS_MAX, sizeof(*f->events)),
		.gone_from = FAKE_NEVER,
	};
	assert_non_null(f->regs);
	assert_non_null(f->events);
	fake_put(f, REG_STATUS, STATUS_PCIE_MASTER_ENABLE);
	fake_put(f, REG_EEC, EEC_AUTO_RD);
	fake_put(f, REG_RDRXCTL, RDRXCTL_DMAIDONE);
}

void fake_free(struct fake *f)
{
	free(f->regs);
	free(f->events);
}

u32 fake_get(const struct fake *f, u32 reg)
{
	if (reg % 4 || reg >= BAR_BYTES)
		fail_msg("%#x is no register", reg);
	return f->regs[reg / 4];
}

void fake_put(struct fake *f, u32 reg, u32 value)
{
	fake_get(f, reg);
	f->regs[reg / 4] = value;
}

void fake_bend(struct fake *f, u32 reg, u32 mask, u32 value, u32 reads)
{
	assert_in_range(f->bend_count, 0, 3);
	f->bends[f->bend_count++] = (struct fake_bend){ reg, mask, value & mask, reads };
}

void fake_pull(struct fake *f, size_t index)
{
	f->gone_from = index;
}

void fake_forget(struct fake *f)
{
	f->count = 0;
	f->accesses = 0;
	f->slept_us = 0;
	f->timeouts = 0;
}

size_t fake_find(const struct fake *f, size_t from, enum fake_kind kind, u32 reg, u32 mask,
		 u32 value)
{
	for (size_t n = from; n < f->count; n++)
		if (f->events[n].kind == kind && f->events[n].reg == reg &&
		    (f->events[n].value & mask) == value)
			return n;
	return FAKE_NEVER;
}

size_t fake_expect(const struct fake *f, size_t from, enum fake_kind kind, u32 reg, u32 mask,
		   u32 value)
{
	static const char *const kinds[] = { "read", "write", "sleep", "timeout" };
	size_t found = fake_find(f, from, kind, reg, mask, value);

	if (found == FAKE_NEVER)
		fail_msg("no %s of %#x with %#x of mask %#x after event %zu of %zu", kinds[kind],
			 reg, value, mask, from, f->count);
	return found + 1;
}
