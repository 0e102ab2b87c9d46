// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts, MSI-X only: vector 0 is for all causes that are not a queue's, vector
 * 1 + q for receive queue q. A receive vector is open for one interrupt at a time:
 * its message masks it and clears its cause. Datasheet 7.3.
 *
 * In MSI-X mode with several vectors, bit v of EICR and of the extended masks is
 * vector v, whatever IVAR leads to it (7.3.4); EICR has these bits up to 15 only, its
 * upper half is for other causes. Nothing here sleeps.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define ALL_ONES     0xffffffffu
#define RX_VECTOR(q) (1 + (q))
#define RX_VECTORS   GENMASK(ONEPATH_HW_RX_QUEUES, 1)
#define EICR_VECTORS 16
#define OTHER_VECTOR 0
#define INTERVAL_US  10

/* Causes of errors that are kept until onepath_hw_errors() has seen them. */
#define ERRORS (EICR_ECC | EICR_PCI_EXCEPTION)

/**
 * onepath_hw_irq_init() - leads each cause to its vector, with all of them masked
 * @io: the port, which was just reset
 *
 * With OCD a read of EICR clears no queue's cause, with EIAME it is a vector's message that
 * masks it (EIAM) and clears its cause (EIAC), not a read (8.2.3.5.18).
 */
void onepath_hw_irq_init(struct onepath_io *io)
{
	u32 n, q;

	onepath_write(io, REG_EIMC, EIMC_ALL);
	onepath_write(io, REG_EIMC_EX(0), ALL_ONES);
	onepath_write(io, REG_EIMC_EX(1), ALL_ONES);
	onepath_write(io, REG_GPIE, GPIE_MULTIPLE_MSIX | GPIE_OCD | GPIE_EIAME | GPIE_PBA_SUPPORT);

	for (n = 0; n < 64; n++) {
		q = 2 * n;
		onepath_write(io, REG_IVAR(n),
			      q < ONEPATH_HW_RX_QUEUES
				      ? IVAR_RX(0, RX_VECTOR(q)) | IVAR_RX(1, RX_VECTOR(q + 1))
				      : 0);
	}
	onepath_write(io, REG_IVAR_MISC, IVAR_MISC_OTHER(OTHER_VECTOR));

	/* EIAM's lower half and EIAM[1]'s are the same bits */
	onepath_write(io, REG_EIAC, RX_VECTORS & GENMASK(EICR_VECTORS - 1, 0));
	onepath_write(io, REG_EIAM, RX_VECTORS & GENMASK(EICR_VECTORS - 1, 0));
	onepath_write(io, REG_EIAM_EX(0), RX_VECTORS);
	onepath_write(io, REG_EIAM_EX(1), 0);
	for (n = 0; n <= RX_VECTOR(ONEPATH_HW_RX_QUEUES - 1); n++)
		onepath_write(io, REG_EITR(n), EITR_INTERVAL_US(INTERVAL_US));
	onepath_write(io, REG_EICR, ALL_ONES);
}

/**
 * onepath_hw_irq_other_enable() - opens vector 0: link changes, and errors of the device
 * @io: the port
 *
 * What is pending already comes at once.
 */
void onepath_hw_irq_other_enable(struct onepath_io *io)
{
	onepath_write(io, REG_EIMS, EICR_LSC | ERRORS);
}

/**
 * onepath_hw_irq_other() - what vector 0's interrupt is about; in its handler
 * @io: the port
 *
 * Clears what it returns, so that the next link change interrupts again; causes of receive
 * stay. Errors are masked, not cleared: onepath_hw_errors() tells which ones, clears them and
 * opens them again.
 *
 * MISSING: EICS is called write-only. Hardware shows EICR there, without clearing it, and
 * Linux's ixgbe looks there as well, since clearing by reading has lost causes.
 *
 * Returns ONEPATH_HW_CAUSE_*; ONEPATH_HW_CAUSE_ERROR as well if the device is gone.
 */
u32 onepath_hw_irq_other(struct onepath_io *io)
{
	u32 causes = onepath_read(io, REG_EICS);

	if (causes == ALL_ONES)
		return ONEPATH_HW_CAUSE_ERROR;
	if (causes & ERRORS)
		onepath_write(io, REG_EIMC, ERRORS);
	if (causes & EICR_LSC)
		onepath_write(io, REG_EICR, EICR_LSC);
	return (causes & EICR_LSC ? ONEPATH_HW_CAUSE_LINK : 0) |
	       (causes & ERRORS ? ONEPATH_HW_CAUSE_ERROR : 0);
}

/**
 * onepath_hw_errors() - what went wrong in the device since its reset, or the last call
 * @io: the port
 *
 * No interrupt is needed for it: EICR has causes that are masked, too. PIENA lets the errors
 * of the bus into it (hw_init.c). No other cause is cleared; if vector 0 is open, so are
 * errors afterwards.
 *
 * Returns ONEPATH_HW_ERROR_*, 0 if the device is gone.
 */
u32 onepath_hw_errors(struct onepath_io *io)
{
	u32 causes = onepath_read(io, REG_EICS);

	if (causes == ALL_ONES || !(causes & ERRORS))
		return 0;
	if (causes & EICR_PCI_EXCEPTION)
		onepath_write(io, REG_PICAUSE, PICAUSE_ERRORS);
	onepath_write(io, REG_EICR, causes & ERRORS);
	if (onepath_read(io, REG_EIMS) & EICR_LSC)
		onepath_write(io, REG_EIMS, ERRORS);
	return (causes & EICR_ECC ? ONEPATH_HW_ERROR_MEMORY : 0) |
	       (causes & EICR_PCI_EXCEPTION ? ONEPATH_HW_ERROR_BUS : 0);
}

/**
 * onepath_hw_irq_arm() - opens a receive queue's vector for one interrupt
 * @io: the port
 * @queue: 0..15
 *
 * A cause from before is dropped, so whoever arms looks at the queue afterwards. That read
 * also brings the writes to the device. EICR has no bit for vector 16: a cause of queue 15
 * cannot be dropped, it interrupts once too often (MISSING: what else would clear it).
 */
void onepath_hw_irq_arm(struct onepath_io *io, u32 queue)
{
	u32 vector = RX_VECTOR(queue);

	if (vector < EICR_VECTORS)
		onepath_write(io, REG_EICR, EICR_RTXQ(vector));
	onepath_write(io, REG_EIMS_EX(0), BIT(vector));
}

/* Masks it again; an interrupt may be on its way already. */
void onepath_hw_irq_disarm(struct onepath_io *io, u32 queue)
{
	onepath_write(io, REG_EIMC_EX(0), BIT(RX_VECTOR(queue)));
}
