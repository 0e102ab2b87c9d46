/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port in full use, from which a fuzz input goes on: four receive and four
 * transmit queues over small rings in one stretch of memory, link up, receive
 * and transmit on. Registers as in the tests' own list, from the datasheet.
 */
#ifndef BRING_UP_H
#define BRING_UP_H

#include <string.h>

#include "frames.h"
#include "nic.h"
#include "nic_datasheet.h"

#define MEMORY_BYTES  0x40000u
#define RING_QUEUES   4u
#define RING_BYTES    0x400u /* of a queue: 64 descriptors */
#define RX_RING_AT    0x0000u
#define TX_RING_AT    0x1000u
#define HEADS_AT      0x2000u
#define RX_BUFFERS_AT 0x8000u /* 64 of 2 KB */
#define TX_BUFFERS_AT 0x28000u /* 32 of 2 KB, each with a frame of another kind */
#define BUFFER	      2048u

/* What lies in memory before a driver starts: frames to send, descriptors that point at them. */
static inline void fill_memory(uint8_t *memory, uint64_t iova)
{
	for (unsigned int i = 0; i < RING_QUEUES * RING_BYTES / 16; i++) {
		uint64_t rx[2] = { iova + RX_BUFFERS_AT + i % 64 * BUFFER, 0 };
		uint64_t tx[2] = { iova + TX_BUFFERS_AT + i % 32 * BUFFER,
				   D_EOP | D_IFCS | D_RS | (60 + i * 5) };

		memcpy(memory + RX_RING_AT + i * 16, rx, 16);
		memcpy(memory + TX_RING_AT + i * 16, tx, 16);
	}
	for (unsigned int i = 0; i < 32; i++)
		make_frame(memory + TX_BUFFERS_AT + i * BUFFER, BUFFER, i);
}

static inline void set_register_bits(struct nic *nic, uint32_t offset, uint32_t bits)
{
	nic_write(nic, offset, nic_read(nic, offset) | bits);
}

/* @srrctl, @txdctl: bits added to those of each queue; @link_up waits, the clock is the caller's. */
static inline void bring_up(struct nic *nic, uint64_t iova, uint32_t srrctl, bool head_wb,
			    void (*wait_ms)(unsigned int ms))
{
	uint32_t high = (uint32_t)(iova >> 32), low = (uint32_t)iova;

	nic_set_bus_master(nic, true);
	set_register_bits(nic, D_AUTOC, D_AUTOC_RESTART_AN);
	wait_ms(20);
	nic_poll(nic);
	nic_write(nic, D_FCTRL, D_FCTRL_BAM | D_FCTRL_UPE | D_FCTRL_MPE);
	set_register_bits(nic, D_RDRXCTL, D_RDRXCTL_CRCSTRIP | D_RDRXCTL_FIXED);
	nic_write(nic, D_MAXFRS, 15872u << 16);
	for (unsigned int q = 0; q < RING_QUEUES; q++) {
		nic_write(nic, D_RX(q, D_RDBAL), low + RX_RING_AT + q * RING_BYTES);
		nic_write(nic, D_RX(q, D_RDBAH), high);
		nic_write(nic, D_RX(q, D_RDLEN), RING_BYTES);
		nic_write(nic, D_RX(q, D_SRRCTL), srrctl | BUFFER / 1024);
		set_register_bits(nic, D_RX(q, D_RXDCTL), D_ENABLE);
		nic_read(nic, D_RX(q, D_RXDCTL));
		nic_write(nic, D_RX(q, D_RDT), 63);
	}
	set_register_bits(nic, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	nic_read(nic, D_SECRXSTAT);
	nic_write(nic, D_RXCTRL, 1);
	nic_write(nic, D_SECRXCTRL, nic_read(nic, D_SECRXCTRL) & ~D_SECRXCTRL_RX_DIS);
	nic_write(nic, D_DMATXCTL, nic_read(nic, D_DMATXCTL) | 1);
	for (unsigned int q = 0; q < RING_QUEUES; q++) {
		nic_write(nic, D_TX(q, D_TDBAL), low + TX_RING_AT + q * RING_BYTES);
		nic_write(nic, D_TX(q, D_TDBAH), high);
		nic_write(nic, D_TX(q, D_TDLEN), RING_BYTES);
		if (head_wb) {
			nic_write(nic, D_TX(q, D_TDWBAH), high);
			nic_write(nic, D_TX(q, D_TDWBAL), (low + HEADS_AT + q * 64) | 1);
		}
		nic_write(nic, D_TX(q, D_TXDCTL), D_ENABLE | 4 << 8 | 32);
		nic_read(nic, D_TX(q, D_TXDCTL));
	}
}

#endif
