// SPDX-License-Identifier: GPL-2.0
/*
 * The registers that may be shown: reading them changes nothing. Those that clear when
 * they are read (EICR, statistics) are left out.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "hw.h"
#include "regs.h"

#define ONE(name)     { #name, REG_##name, 1, 4 }
#define MANY(name, n) { #name, REG_##name(0), n, REG_##name(1) - REG_##name(0) }
#define QUEUES(name)  MANY(name, 16)

const struct onepath_hw_register onepath_hw_registers[] = { ONE(CTRL),
							    ONE(STATUS),
							    ONE(CTRL_EXT),
							    ONE(ESDP),
							    ONE(EEC),
							    ONE(GCR_EXT),
							    ONE(GPIE),
							    ONE(EIMS),
							    MANY(IVAR, 16),
							    ONE(IVAR_MISC),
							    MANY(FCTTV, 4),
							    MANY(FCRTL, 8),
							    MANY(FCRTH, 8),
							    ONE(FCRTV),
							    ONE(FCCFG),
							    ONE(FCTRL),
							    MANY(RAL, 4),
							    MANY(RAH, 4),
							    ONE(RDRXCTL),
							    ONE(RXCTRL),
							    MANY(RXPBSIZE, 8),
							    ONE(DTXMXSZRQ),
							    ONE(MTQC),
							    ONE(DMATXCTL),
							    MANY(TXPBSIZE, 8),
							    MANY(TXPBTHRESH, 8),
							    ONE(RTTDCS),
							    ONE(SECRXCTRL),
							    ONE(SECRXSTAT),
							    ONE(HLREG0),
							    ONE(MAXFRS),
							    ONE(MFLCN),
							    ONE(AUTOC),
							    ONE(LINKS),
							    QUEUES(RDBAL),
							    QUEUES(RDBAH),
							    QUEUES(RDLEN),
							    QUEUES(DCA_RXCTRL),
							    QUEUES(RDH),
							    QUEUES(RDT),
							    QUEUES(SRRCTL),
							    QUEUES(RXDCTL),
							    QUEUES(TDBAL),
							    QUEUES(TDBAH),
							    QUEUES(TDLEN),
							    QUEUES(DCA_TXCTRL),
							    QUEUES(TDH),
							    QUEUES(TDT),
							    QUEUES(TXDCTL),
							    QUEUES(TDWBAL),
							    QUEUES(TDWBAH),
							    ONE(VLNCTRL),
							    ONE(MRQC),
							    MANY(RSSRK, 10),
							    MANY(RETA, 32),
							    ONE(TFCS),
							    {} };
