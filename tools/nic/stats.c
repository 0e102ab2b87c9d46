// SPDX-License-Identifier: BSD-3-Clause
/*
 * The statistics registers, 8.2.3.23. They are ordinary registers that clear
 * when read; this file counts into them. Sizes include the CRC.
 */
#include "core.h"

/* A counter stays at its maximum. */
void nic_stats_add(struct nic *nic, uint32_t offset, uint32_t count)
{
	uint32_t value = nic_reg(nic, offset);

	nic_reg_set(nic, offset, value > UINT32_MAX - count ? UINT32_MAX : value + count);
}

/* Octets: 36 bits, the upper 4 in the next register. */
void nic_stats_add64(struct nic *nic, uint32_t low_offset, uint64_t bytes)
{
	uint64_t high = nic_reg(nic, low_offset + 4);
	uint64_t sum = (high << 32 | nic_reg(nic, low_offset)) + bytes;

	nic_reg_set(nic, low_offset, sum);
	nic_reg_set(nic, low_offset + 4, sum >> 32 & 0xF);
}

/* @first: PRC64 or PTC64; the next five follow it. */
static void add_size(struct nic *nic, uint32_t first, size_t size)
{
	static const size_t limits[] = { 64, 127, 255, 511, 1023 };
	unsigned int bin = 0;

	while (bin < 5 && size > limits[bin])
		bin++;
	nic_stats_add(nic, first + bin * 4, 1);
}

static bool is_broadcast(const uint8_t *frame)
{
	return (frame[0] & frame[1] & frame[2] & frame[3] & frame[4] & frame[5]) == 0xFF;
}

/* A good frame that passed the filters, whether there was room for it or not. */
void nic_stats_received(struct nic *nic, const uint8_t *frame, size_t len)
{
	size_t size = len + NIC_CRC_BYTES;

	nic_stats_add(nic, GPRC, 1);
	nic_stats_add64(nic, GORCL, size);
	add_size(nic, PRC64, size);
	if (is_broadcast(frame))
		nic_stats_add(nic, BPRC, 1);
	else if (frame[0] & 1)
		nic_stats_add(nic, MPRC, 1);
}

/* RQSMR and TQSM: which of the 16 counters a queue counts into, four queues a register. */
static unsigned int stat_set(const struct nic *nic, uint32_t map, unsigned int queue)
{
	return nic_reg(nic, map + queue / 4 * 4) >> queue % 4 * 8 & (NIC_STAT_SETS - 1);
}

void nic_stats_queue_received(struct nic *nic, unsigned int queue, size_t bytes)
{
	unsigned int set = stat_set(nic, RQSMR, queue);
	uint32_t selected = nic_reg(nic, RXDSTATCTRL) & RXDSTATCTRL_QSEL;

	nic_stats_add(nic, QPRC + set * 0x40, 1);
	nic_stats_add64(nic, QBRC_L + set * 0x40, bytes);
	if (selected == RXDSTATCTRL_ALL || selected == set) {
		nic_stats_add(nic, RXDGPC, 1);
		nic_stats_add64(nic, RXDGBCL, bytes);
	}
}

void nic_stats_queue_dropped(struct nic *nic, unsigned int queue)
{
	nic_stats_add(nic, QPRDC + stat_set(nic, RQSMR, queue) * 0x40, 1);
}

void nic_stats_transmitted(struct nic *nic, const uint8_t *frame, size_t len)
{
	size_t size = len + NIC_CRC_BYTES;

	nic_stats_add(nic, GPTC, 1);
	nic_stats_add(nic, TPT, 1);
	nic_stats_add64(nic, GOTCL, size);
	add_size(nic, PTC64, size);
	if (is_broadcast(frame))
		nic_stats_add(nic, BPTC, 1);
	else if (frame[0] & 1)
		nic_stats_add(nic, MPTC, 1);
}

/* A packet of a queue: the port's counters, and the queue's. */
void nic_stats_sent(struct nic *nic, unsigned int queue, const uint8_t *frame, size_t len)
{
	unsigned int set = stat_set(nic, TQSM, queue);

	nic_stats_transmitted(nic, frame, len);
	nic_stats_add(nic, QPTC + set * 4, 1);
	nic_stats_add64(nic, QBTC_L + set * 8, len);
}
