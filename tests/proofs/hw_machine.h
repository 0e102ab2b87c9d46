/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The 82599 for the proofs of kmod/hw_*.c: registers that read as anything, and a specification
 * of the order in which the driver may write them. What it has done so far is in `did`; the
 * tables below say for each write what must have been done before it, with the datasheet's
 * section. Offsets are those of tests/host/nic_datasheet.h, not the driver's.
 *
 * A wait (onepath_hw_wait()) is replaced by any_wait(), which ends in any way that it may end;
 * hw_wait.c is about the real one.
 */
#ifndef HW_MACHINE_H
#define HW_MACHINE_H

#include <errno.h>
#include "hw.h"
#include "nic_datasheet.h"
#include "proof.h"

#define D_GCR_EXT	0x11050
#define D_BUFFERS_CLEAR 0x40000000
#define D_SECRX_RDY	0x00000001
#define D_RXEN		0x00000001
#define D_TE		0x00000001
#define D_HEAD_WB_RO	0x00000800
#define D_HEAD_WB_EN	0x00000001
#define D_ALL		0xffffffff

enum master {
	MASTER_ON,
	MASTER_ASKED,
	MASTER_STOPPED,
	MASTER_HANGS
};
/* 5.2.5.3.2, when the device goes on as a bus master: in this order */
enum flush {
	FLUSH_NOT,
	FLUSH_LOOPBACK,
	FLUSH_RX_OFF,
	FLUSH_CLEARING,
	FLUSH_SLEPT,
	FLUSH_CLEARED,
	FLUSH_DONE
};

static struct {
	bool masked[3], eicr_read; /* EIMC, EIMC[1], EIMC[2] */
	bool queue_stopped; /* the watched one */
	enum master master;
	enum flush flush;
	unsigned int resets;
	bool in_reset; /* CTRL.RST was written, and not yet seen to be 0 */
	uint32_t slept_us; /* since then */
	bool eeprom_read, dma_ready;
	bool held, empty; /* SECRXCTRL.RX_DIS, and SECRX_RDY was seen since */
	bool receiving; /* RXCTRL.RXEN may be set */
	bool arbiter_off;
	bool rx_base, rx_length, rx_buffer, rx_on, rx_tail;
	bool tx_base, tx_length, tx_order, tx_head, tx_asked, tx_on;
	uint32_t tx_tdh;
	bool transmit_unit;
} did;

static uint32_t watched_queue; /* any of 128 */
static bool watched_is_rx; /* or its transmit queue */
static uint32_t queue; /* the one that is started or stopped */
static bool initialising;

#define RULE(when, must, text) prove(!(when) || (must), text)

static bool is_reset(uint32_t reg, uint32_t value)
{
	return reg == D_CTRL && value & D_CTRL_RST;
}

static uint32_t watched_register(void)
{
	return watched_is_rx ? D_RX(watched_queue, D_RXDCTL) : D_TX(watched_queue, D_TXDCTL);
}

static bool is_masked(void)
{
	return did.masked[0] && did.masked[1] && did.masked[2] && did.eicr_read;
}

static void rules_of_access(void)
{
	RULE(did.in_reset, did.slept_us >= 1000, "8.2.3.1.1: no access within 1 ms of a reset");
}

static void rules_of_reset(uint32_t reg, uint32_t value)
{
	RULE(is_reset(reg, value), is_masked(),
	     "4.6.3.1: interrupts are masked, and none pending, before a reset");
	RULE(is_reset(reg, value), did.queue_stopped,
	     "4.2.1.6.1: every queue is disabled before a reset");
	RULE(is_reset(reg, value), did.master == MASTER_STOPPED || did.flush == FLUSH_DONE,
	     "5.2.5.3.2: the device is no bus master, or its pipe was emptied, before a reset");
	RULE(is_reset(reg, value), did.resets < (did.flush == FLUSH_DONE ? 2 : 1),
	     "5.2.5.3.2: one reset, or two if the bus did not stop");
	RULE(reg == D_CTRL && !is_reset(reg, value), value & D_CTRL_MASTER_DISABLE,
	     "5.2.5.3.2: CTRL is written to stop the bus master");
}

/* 4.6.7: what a receive queue needs before it is enabled, and before its tail moves */
static void rules_of_receive(uint32_t reg, uint32_t value)
{
	RULE(reg == D_RX(queue, D_RXDCTL) && value & D_ENABLE,
	     did.rx_base && did.rx_length && did.rx_buffer,
	     "4.6.7: base, length and SRRCTL come before RXDCTL.ENABLE");
	RULE(reg == D_RX(queue, D_RDT) && value, did.rx_on,
	     "4.6.7: RDT moves only after RXDCTL.ENABLE was read as 1");
	RULE(reg == D_RXCTRL && value & D_RXEN, did.held && did.empty,
	     "4.6.7, erratum: receive is enabled while nothing is let in");
	RULE(reg == D_SECRXCTRL && !(value & D_SECRXCTRL_RX_DIS), did.held,
	     "8.2.3.12.8: what is let in again was held");
}

/* 4.6.7, 7.1.1: what decides on frames changes only while none is being received */
static void rules_of_filters(uint32_t reg, uint32_t value)
{
	bool filter = reg == D_FCTRL || reg == D_VLNCTRL || reg == D_MAXFRS || reg == D_MRQC ||
		      (reg >= D_MTA(0) && reg <= D_MTA(127)) ||
		      (reg >= D_VFTA(0) && reg <= D_VFTA(127)) ||
		      (reg >= D_RAL(0) && reg <= D_RAL(127) + 4) ||
		      (reg >= D_RSSRK(0) && reg <= D_RSSRK(9)) ||
		      (reg >= D_RETA(0) && reg <= D_RETA(31));

	RULE(filter, !did.receiving || (did.held && did.empty),
	     "4.6.7: filters change only while nothing is being received");
}

/* 4.6.8, 7.2.3 */
static void rules_of_transmit(uint32_t reg, uint32_t value)
{
	RULE(reg == D_TX(queue, D_TXDCTL) && value & D_ENABLE,
	     did.tx_base && did.tx_length && did.tx_order && did.tx_head,
	     "4.6.8: base, length and head write-back come before TXDCTL.ENABLE, relaxed ordering is off");
	RULE(reg == D_TX(queue, D_TXDCTL) && value & D_ENABLE, !(value & 0x7f) || value & 0x7f00,
	     "7.2.3.4.1: HTHRESH is not 0 when PTHRESH is not");
	RULE(reg == D_TX(queue, D_TXDCTL) && value & D_ENABLE, !(value & 0x7f0000),
	     "7.2.3.5.2: WTHRESH is 0 with head write-back");
	RULE(reg == D_TX(queue, D_TDT), did.tx_on || value == did.tx_tdh,
	     "4.6.8: TDT does not move on before TXDCTL.ENABLE was read as 1");
	RULE(initialising, did.eeprom_read && did.dma_ready,
	     "4.6.3: nothing is initialised before the EEPROM was read and the DMA unit is ready");
	RULE(reg == D_MTQC, did.arbiter_off,
	     "7.2.1.2.1: MTQC changes while the arbiter is disabled");
}

static void note_reset(uint32_t reg, uint32_t value)
{
	if (reg == D_EIMC)
		did.masked[0] = (value & 0x7fffffff) == 0x7fffffff;
	if (reg == D_EIMC_EX(1))
		did.masked[1] = value == D_ALL;
	if (reg == D_EIMC_EX(2))
		did.masked[2] = value == D_ALL;
	if (reg == D_EIMS || reg == D_EIMS_EX(1) || reg == D_EIMS_EX(2))
		did.masked[0] = false;
	if (reg == watched_register())
		did.queue_stopped = !(value & D_ENABLE);
	if (reg == D_CTRL && value & D_CTRL_RST) {
		did.in_reset = true;
		did.slept_us = 0;
		did.resets++;
		did.masked[0] = did.masked[1] = did.masked[2] = did.eicr_read = false;
	} else if (reg == D_CTRL && value & D_CTRL_MASTER_DISABLE) {
		did.master = MASTER_ASKED;
	}
}

static void note_flush(uint32_t reg, uint32_t value)
{
	if (did.master != MASTER_HANGS)
		return;
	if (reg == D_HLREG0 && value & D_HLREG0_LPBK)
		did.flush = FLUSH_LOOPBACK;
	if (reg == D_RXCTRL && did.flush == FLUSH_LOOPBACK && !(value & D_RXEN))
		did.flush = FLUSH_RX_OFF;
	if (reg == D_GCR_EXT && did.flush == FLUSH_RX_OFF && value & D_BUFFERS_CLEAR)
		did.flush = FLUSH_CLEARING;
	if (reg == D_GCR_EXT && did.flush == FLUSH_SLEPT && !(value & D_BUFFERS_CLEAR))
		did.flush = FLUSH_CLEARED;
	if (reg == D_HLREG0 && did.flush == FLUSH_CLEARED && !(value & D_HLREG0_LPBK))
		did.flush = FLUSH_DONE;
}

static void note_queues(uint32_t reg, uint32_t value)
{
	if (reg == D_RX(queue, D_RDBAL))
		did.rx_base = !(value & 127);
	if (reg == D_RX(queue, D_RDLEN))
		did.rx_length = value >= 128 && !(value & 127);
	if (reg == D_RX(queue, D_SRRCTL))
		did.rx_buffer = value & 31 && !(value & 0x0e000000); /* DESCTYPE: legacy */
	if (reg == D_RX(queue, D_RXDCTL) && !(value & D_ENABLE))
		did.rx_on = false;
	if (reg == D_RX(queue, D_RDT) && value)
		did.rx_tail = true;
	if (reg == D_TX(queue, D_TDBAL))
		did.tx_base = !(value & 127);
	if (reg == D_TX(queue, D_TDLEN))
		did.tx_length = value >= 128 && !(value & 127);
	if (reg == D_TX(queue, D_DCA_TXCTRL))
		did.tx_order = !(value & D_HEAD_WB_RO);
	if (reg == D_TX(queue, D_TDWBAL))
		did.tx_head = value & D_HEAD_WB_EN && !(value & 14);
	if (reg == D_TX(queue, D_TDH))
		did.tx_tdh = value;
}

static void note_units(uint32_t reg, uint32_t value)
{
	if (reg == D_SECRXCTRL) {
		did.held = value & D_SECRXCTRL_RX_DIS;
		did.empty = false;
	}
	if (reg == D_RXCTRL)
		did.receiving = value & D_RXEN;
	if (reg == D_RTTDCS)
		did.arbiter_off = value & D_RTTDCS_ARBDIS;
	if (reg == D_DMATXCTL)
		did.transmit_unit = value & D_TE;
}

static u32 any_read(struct onepath_io *io, u32 reg)
{
	u32 value = nondet_u32();

	rules_of_access();
	if (reg == D_EICR)
		did.eicr_read = true;
	if (reg == watched_register() && !(value & D_ENABLE))
		did.queue_stopped = true;
	if (reg == D_RXCTRL)
		assume(did.receiving || !(value & D_RXEN));
	if (reg == D_RXCTRL && !(value & D_RXEN))
		did.receiving = false;
	return value;
}

static void watched_write(struct onepath_io *io, u32 reg, u32 value)
{
	rules_of_access();
	rules_of_reset(reg, value);
	rules_of_receive(reg, value);
	rules_of_filters(reg, value);
	rules_of_transmit(reg, value);
	note_reset(reg, value);
	note_flush(reg, value);
	note_queues(reg, value);
	note_units(reg, value);
}

static void sleep_us(struct onepath_io *io, u32 us)
{
	if (did.slept_us < 1000000)
		did.slept_us += us;
	if (did.flush == FLUSH_CLEARING && us >= 20)
		did.flush = FLUSH_SLEPT;
}

static void timeout(struct onepath_io *io, u32 reg, u32 mask, u32 wanted)
{
}

static struct onepath_io io = { any_read, watched_write, sleep_us, timeout };

static void note_wait(u32 reg, u32 mask, u32 wanted, int rc)
{
	if (reg == D_CTRL && !rc && mask & D_CTRL_RST && !wanted)
		did.in_reset = false;
	if (reg == D_STATUS && mask == D_STATUS_MASTER && !wanted && did.master == MASTER_ASKED &&
	    rc != -ENODEV)
		did.master = rc ? MASTER_HANGS : MASTER_STOPPED;
	if (reg == D_EEC && mask == D_EEC_AUTO_RD && wanted && !rc)
		did.eeprom_read = true;
	if (reg == D_RDRXCTL && mask == D_RDRXCTL_DMAIDONE && wanted && !rc)
		did.dma_ready = true;
	if (reg == D_SECRXSTAT && mask == D_SECRX_RDY && wanted && !rc)
		did.empty = did.held;
	if (reg == D_RX(queue, D_RXDCTL) && mask == D_ENABLE && !rc)
		did.rx_on = wanted;
	if (reg == D_TX(queue, D_TXDCTL) && mask == D_ENABLE && !rc)
		did.tx_on = wanted;
}

/* Instead of onepath_hw_wait(). */
int any_wait(struct onepath_io *io, u32 reg, u32 mask, u32 wanted, u32 timeout_us)
{
	unsigned int how = any_between(0, 2);
	int rc = how == 0 ? 0 : how == 1 ? -ETIMEDOUT : -ENODEV;

	rules_of_access();
	prove(timeout_us <= 200000, "no wait is longer than 0.2 s");
	prove(!(wanted & ~mask), "what is waited for can come");
	note_wait(reg, mask, wanted, rc);
	return rc;
}

#endif
