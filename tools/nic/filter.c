// SPDX-License-Identifier: BSD-3-Clause
/*
 * The layer 2 filters of 7.1.1: whether a received frame is for this port, by
 * its destination (exact addresses, multicast hash, broadcast, promiscuous)
 * and its VLAN; and the rules on when filters may change.
 */
#include <string.h>

#include "core.h"

static uint16_t be16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

bool nic_rx_is_tagged(const struct nic *nic, const uint8_t *frame, size_t len)
{
	return len >= 16 && be16(frame + 12) == (nic_reg(nic, VLNCTRL) & VLNCTRL_VET);
}

static bool is_exact(const struct nic *nic, const uint8_t *address)
{
	uint32_t low = address[0] | address[1] << 8 | address[2] << 16 | (uint32_t)address[3] << 24;
	uint32_t high = address[4] | address[5] << 8;

	for (unsigned int i = 0; i < NIC_ADDRESSES; i++) {
		uint32_t rah = nic_reg(nic, RAH + i * 8);

		if ((rah & RAH_AV) && (rah & 0xFFFF) == high && nic_reg(nic, RAL + i * 8) == low)
			return true;
	}
	return false;
}

/* 7.1.1.1: MCSTCTRL.MO chooses which 12 bits of the address number a bit of MTA. */
static bool is_hashed(const struct nic *nic, const uint8_t *address)
{
	static const unsigned int shifts[] = { 4, 3, 2, 0 };
	uint32_t control = nic_reg(nic, MCSTCTRL);
	uint32_t last = address[4] | address[5] << 8;
	uint32_t bit = last >> shifts[control & MCSTCTRL_MO] & 0xFFF;

	if (!(control & MCSTCTRL_MFE))
		return false;
	return nic_reg(nic, MTA + bit / 32 * 4) >> bit % 32 & 1;
}

static bool vlan_accepts(const struct nic *nic, const uint8_t *frame, size_t len)
{
	uint32_t control = nic_reg(nic, VLNCTRL);
	uint16_t tag, id;

	if (!(control & VLNCTRL_VFE) || !nic_rx_is_tagged(nic, frame, len))
		return true;
	tag = be16(frame + 14);
	id = tag & 0xFFF;
	if ((control & VLNCTRL_CFIEN) && !(tag & 0x1000) != !(control & VLNCTRL_CFI))
		return false;
	return nic_reg(nic, VFTA + id / 32 * 4) >> id % 32 & 1;
}

static bool address_accepts(const struct nic *nic, const uint8_t *frame, bool *inexact)
{
	static const uint8_t broadcast[6] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };
	uint32_t control = nic_reg(nic, FCTRL);
	bool group = frame[0] & 1;

	if (!memcmp(frame, broadcast, 6))
		return control & FCTRL_BAM;
	if (control & (group ? FCTRL_MPE : FCTRL_UPE))
		return true;
	if (is_exact(nic, frame))
		return true;
	*inexact = group && is_hashed(nic, frame);
	return *inexact;
}

/* @inexact: only the multicast hash knows it (the descriptor's PIF bit). */
bool nic_rx_accepts(const struct nic *nic, const uint8_t *frame, size_t len, bool *inexact)
{
	*inexact = false;
	return len >= 6 && address_accepts(nic, frame, inexact) && vlan_accepts(nic, frame, len);
}

static void filter_written(struct nic *nic, uint32_t offset, uint32_t old, uint32_t value)
{
	if (old != value && !nic_rx_settled(nic))
		nic_break(nic, RULE_FILTER_RUNNING, offset, value);
}

void nic_fctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	filter_written(nic, FCTRL, old, value);
}

void nic_vlnctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	filter_written(nic, VLNCTRL, old, value);
}

void nic_mcstctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	filter_written(nic, MCSTCTRL, old, value);
}

/* MISSING: 4.6.3 orders the address after the autoload only by its place in the sequence. */
void nic_address_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (nic->autoload_pending)
		nic_break(nic, RULE_EEPROM_AUTOLOAD, RAL + index * 8, value);
}

#define TABLE_WRITE(function, table)                                                     \
	void function(struct nic *nic, unsigned int index, uint32_t old, uint32_t value) \
	{                                                                                \
		nic->tables_written |= (table);                                          \
	}

TABLE_WRITE(nic_mta_write, NIC_TABLE_MTA)
TABLE_WRITE(nic_vfta_write, NIC_TABLE_VFTA)
TABLE_WRITE(nic_pfvlvf_write, NIC_TABLE_PFVLVF)
TABLE_WRITE(nic_pfvlvfb_write, NIC_TABLE_PFVLVFB)
TABLE_WRITE(nic_pfuta_write, NIC_TABLE_PFUTA)
