// SPDX-License-Identifier: GPL-2.0
/*
 * Bringing the 82599 to rest: stop its queues, stop it as a bus master, reset it.
 * After onepath_hw_reset() returned 0 the device does no DMA. Datasheet 4.2.1.6,
 * 4.6.3, 5.2.5.3.2.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define ALL_ONES	  0xffffffffu
#define WAIT_STEP_US	  100
#define QUEUE_TIMEOUT_US  10000
#define MASTER_TIMEOUT_US 100000
#define RESET_US	  10000
#define RESET_TIMEOUT_US  50000

/**
 * onepath_hw_wait() - waits until (@reg & @mask) == @wanted
 * @io: the port
 * @reg: the register's offset
 * @mask: the bits that count
 * @wanted: their value
 * @timeout_us: bound of the time slept; reads come on top
 *
 * A register that reads all ones is looked at twice, since no bits of STATUS's
 * reserved fields are ever set while the device is there.
 */
int onepath_hw_wait(struct onepath_io *io, u32 reg, u32 mask, u32 wanted, u32 timeout_us)
{
	u32 slept_us, value;

	for (slept_us = 0;; slept_us += WAIT_STEP_US) {
		value = onepath_read(io, reg);
		if (value == ALL_ONES && onepath_read(io, REG_STATUS) == ALL_ONES)
			return -ENODEV;
		if ((value & mask) == wanted)
			return 0;
		if (slept_us >= timeout_us)
			break;
		io->sleep_us(io, WAIT_STEP_US);
	}
	io->timeout(io, reg, mask, wanted);
	return -ETIMEDOUT;
}

/* Nobody answers: the device was pulled out, or its slot lost power. */
bool onepath_hw_gone(struct onepath_io *io)
{
	return onepath_read(io, REG_STATUS) == ALL_ONES;
}

/* 4.6.3.1: interrupts are masked before and after a reset; reading EICR drops what is pending. */
static void onepath_hw_mask_interrupts(struct onepath_io *io)
{
	onepath_write(io, REG_EIMC, EIMC_ALL);
	onepath_write(io, REG_EIMC_EX(0), ALL_ONES);
	onepath_write(io, REG_EIMC_EX(1), ALL_ONES);
	onepath_read(io, REG_EICR);
}

static int onepath_hw_queue_disable(struct onepath_io *io, u32 reg, u32 *timeout_us)
{
	u32 value = onepath_read(io, reg);
	int rc;

	/* RXDCTL.ENABLE and TXDCTL.ENABLE are the same bit */
	if (!(value & RXDCTL_ENABLE))
		return 0;
	onepath_write(io, reg, value & ~RXDCTL_ENABLE);
	rc = onepath_hw_wait(io, reg, RXDCTL_ENABLE, 0, *timeout_us);
	if (rc)
		*timeout_us = 0;
	return rc;
}

/*
 * All 128 queues of each direction, not only onepath's: a former driver may have left any.
 * A queue that does not stop is left to the master disable, and those after it are not
 * waited for: a hostile NF may have spoilt them all.
 */
static int onepath_hw_queues_disable(struct onepath_io *io)
{
	u32 n, timeout_us = QUEUE_TIMEOUT_US;
	int rc = 0;

	for (n = 0; n < ONEPATH_HW_QUEUES && rc != -ENODEV; n++)
		rc = onepath_hw_queue_disable(io, REG_RXDCTL(n), &timeout_us);
	for (n = 0; n < ONEPATH_HW_QUEUES && rc != -ENODEV; n++)
		rc = onepath_hw_queue_disable(io, REG_RXDCTL_HIGH(n), &timeout_us);
	for (n = 0; n < 2 * ONEPATH_HW_QUEUES && rc != -ENODEV; n++)
		rc = onepath_hw_queue_disable(io, REG_TXDCTL(n), &timeout_us);
	return rc == -ENODEV ? rc : 0;
}

/*
 * 5.2.5.3.2: the device ends what it has on the bus and starts nothing more. If it
 * does not, its transmit pipe is emptied by loopback and its buffers are cleared;
 * then two resets are due: *@resets says how many.
 */
static int onepath_hw_master_disable(struct onepath_io *io, u32 *resets)
{
	u32 ctrl, hlreg0, gcr_ext;
	int rc;

	*resets = 1;
	/* a reset that never ended reads as 1: written back it would be the next one */
	ctrl = onepath_read(io, REG_CTRL) & ~(CTRL_RST | CTRL_LRST);
	onepath_write(io, REG_CTRL, ctrl | CTRL_PCIE_MASTER_DISABLE);
	rc = onepath_hw_wait(io, REG_STATUS, STATUS_PCIE_MASTER_ENABLE, 0, MASTER_TIMEOUT_US);
	if (rc != -ETIMEDOUT)
		return rc;

	*resets = 2;
	hlreg0 = onepath_read(io, REG_HLREG0);
	gcr_ext = onepath_read(io, REG_GCR_EXT);
	onepath_write(io, REG_HLREG0, hlreg0 | HLREG0_LPBK);
	onepath_clear(io, REG_RXCTRL, RXCTRL_RXEN);
	onepath_write(io, REG_GCR_EXT, gcr_ext | GCR_EXT_BUFFERS_CLEAR_FUNC);
	onepath_read(io, REG_STATUS); /* flushes the posted write */
	io->sleep_us(io, 20);
	onepath_write(io, REG_GCR_EXT, gcr_ext & ~GCR_EXT_BUFFERS_CLEAR_FUNC);
	onepath_write(io, REG_HLREG0, hlreg0 & ~HLREG0_LPBK);
	return 0;
}

/**
 * onepath_hw_reset() - stops the device and resets it
 * @io: the port
 * @link: reset the link too (CTRL.LRST): the peer sees it go down
 */
int onepath_hw_reset(struct onepath_io *io, bool link)
{
	u32 resets;
	int rc;

	if (onepath_hw_gone(io))
		return -ENODEV;
	onepath_hw_mask_interrupts(io);
	rc = onepath_hw_queues_disable(io);
	if (rc)
		return rc;
	rc = onepath_hw_master_disable(io, &resets);
	if (rc)
		return rc;

	for (; resets; resets--) {
		onepath_set(io, REG_CTRL, CTRL_RST | (link ? CTRL_LRST : 0));
		/*
		 * 8.2.3.1.1 orders 1 ms before the next access, 4.6.3.2 orders 10 ms before
		 * initialisation (CONTRADICTION: the longer one is taken).
		 */
		io->sleep_us(io, RESET_US);
		rc = onepath_hw_wait(io, REG_CTRL, CTRL_RST | CTRL_LRST, 0, RESET_TIMEOUT_US);
		if (rc)
			return rc;
	}
	onepath_hw_mask_interrupts(io);
	return 0;
}
