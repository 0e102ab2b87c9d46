// SPDX-License-Identifier: GPL-2.0
/*
 * From reset to ready: what the datasheet orders once after a reset, in its
 * order (4.6.3). Queues are started later, by hw_rx.c and hw_tx.c.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define EEPROM_TIMEOUT_US 200000
#define DMA_TIMEOUT_US	  200000

int onepath_hw_init(struct onepath_io *io)
{
	int rc;

	/* 4.6.3: the EEPROM's contents and the DMA unit's own initialisation come first */
	rc = onepath_hw_wait(io, REG_EEC, EEC_AUTO_RD, EEC_AUTO_RD, EEPROM_TIMEOUT_US);
	if (rc)
		return rc;
	rc = onepath_hw_wait(io, REG_RDRXCTL, RDRXCTL_DMAIDONE, RDRXCTL_DMAIDONE, DMA_TIMEOUT_US);
	if (rc)
		return rc;

	onepath_set(io, REG_CTRL_EXT, CTRL_EXT_DRV_LOAD);
	onepath_write(io, REG_PIENA, PICAUSE_ERRORS);
	onepath_hw_pause_init(io);
	onepath_hw_filter_init(io);
	onepath_hw_rss_init(io);
	onepath_hw_stats_init(io);
	onepath_hw_tx_init(io);
	onepath_hw_rx_init(io);
	return 0;
}
