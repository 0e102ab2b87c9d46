/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What random bytes hardly ever add up to, for the fuzz targets: things that
 * take a driver several right steps in a row (a large send, a filter, a byte on
 * the module's bus), PAUSE frames and faults. Each takes its numbers from the
 * input, so that they come right, nearly right and wrong.
 */
#ifndef ACTIONS_H
#define ACTIONS_H

#include "bring_up.h"
#include "input.h"

/* The port, and how its memory is written. */
struct bench {
	struct nic *nic;
	uint64_t iova;
	void (*poke)(uint32_t at, const void *bytes, size_t len);
};

/* A register as a driver would set it, but for those bits that the input chooses. */
struct setting {
	uint32_t offset, value, chosen;
};

#define SETTINGS_MAX 12

/* Each row sets up one feature; offsets from the datasheet, as in nic_datasheet.h. */
static const struct setting fuzz_features[][SETTINGS_MAX] = {
	{ /* link flow control, both ways */
	  { D_FCCFG, D_FCCFG_TFCE_LINK, 0 },
	  { D_FCTTV0, 0x100, 0xFF0000FF },
	  { D_FCRTL0, D_FCRTL_XONE, 0x8003FE0 },
	  { D_FCRTH0, D_FCRTH_FCEN, 0x3FE0 },
	  { D_FCRTV, 0x80, 0xFF },
	  { D_MFLCN, D_MFLCN_RFCE, D_MFLCN_DPF | D_MFLCN_PMCF } },
	{ /* receive-side scaling */
	  { D_MRQC, D_MRQC_RSS, 0xFFFF0000 },
	  { D_RXCSUM, D_RXCSUM_PCSD, 0 },
	  { D_RETA(0), 0x03020100, UINT32_MAX },
	  { D_RSSRK(0), 0, UINT32_MAX } },
	{ /* fragments' checksums */
	  { D_RXCSUM, D_RXCSUM_IPPCSE, D_RXCSUM_PCSD } },
	{ /* an Ethertype, the first one's priority */
	  { D_ETQF(0), 0x80000806, 0x000F8908 },
	  { D_ETQF(1), 0x80000800, 0x000F86DD },
	  { D_ETQS(0), 0x80010000, 0xA07F0000 },
	  { D_ETQS(1), 0x80000000, 0xA07F0000 } },
	{ /* TCP SYN */
	  { D_SYNQF, 0x00000003, 0x800000FE } },
	{ /* five-tuples: bits 25 to 29 mask fields */
	  { D_FTQF(0), 0xBE000000, 0x3E00001F },
	  { D_FTQF(9), 0x80000003, 0x3E00001F },
	  { D_L34TIMIR(0), 0x00200000, 0x0FF00000 },
	  { D_SAQF(9), 0x0100000A, 0xFF },
	  { D_DAQF(9), 0x0200000A, 0xFF },
	  { D_SDPQF(9), 0xB5123500, 0xFF } },
	{ /* header split, of a queue that runs */
	  { D_PSRTYPE, 0, 0x1330 },
	  { D_RX(0, D_SRRCTL), D_SRRCTL_ALWAYS | 0x0401, 0x0F000F03 },
	  { D_RX(1, D_SRRCTL), D_SRRCTL_SPLIT | 0x0201, 0x00003F03 } },
	{ /* VLAN: filter, and the tag taken out */
	  { D_VLNCTRL, 0x40008100, 0x30000000 },
	  { D_VFTA(1), 0x00000400, UINT32_MAX },
	  { D_RX(0, D_RXDCTL), D_ENABLE | D_RXDCTL_VME, 0 } },
	{ /* multicast by hash, bad frames stored */
	  { D_FCTRL, D_FCTRL_SBP, D_FCTRL_BAM | D_FCTRL_UPE },
	  { D_MCSTCTRL, 0x4, 0x3 },
	  { D_MTA(0), UINT32_MAX, UINT32_MAX },
	  { D_MTA(0x10), UINT32_MAX, UINT32_MAX } },
	{ /* vectors of their own, moderated, with automatic masks */
	  { D_GPIE, D_GPIE_MULTIPLE_MSIX, 0xC0000060 },
	  { D_IVAR(0), 0x83828180, 0x3F3F3F3F },
	  { D_IVAR(1), 0xA0A18180, 0x3F3F3F3F },
	  { D_IVAR_MISC, 0x8180, 0x3F3F },
	  { D_EIAC, 0, 0xFFFF },
	  { D_EIAM, 0, 0x7FFFFFFF },
	  { D_EITR(0), 0, 0xFF8 },
	  { D_EITR(1), 0x10, 0xFF8 },
	  { D_EITR(32), 0x10, 0xFF8 },
	  { D_EIMS, UINT32_MAX, UINT32_MAX },
	  { D_EIMS_EX(1), UINT32_MAX, 0 },
	  { D_EIMS_EX(2), UINT32_MAX, 0 } },
	{ /* one interrupt for all */
	  { D_GPIE, 0, 0x40000070 },
	  { D_IVAR(0), 0x80808080, 0x3F3F3F3F },
	  { D_EITR(0), 0x10, 0xFF8 },
	  { D_EIMS, UINT32_MAX, UINT32_MAX } },
	{ /* write-backs that gather, while an interval runs */
	  { D_EITR(0), 0x100, 0xFF8 },
	  { D_IVAR(0), 0x80808080, 0 },
	  { D_TX(0, D_TDWBAL), 0, 0 },
	  { D_TX(0, D_TXDCTL), D_ENABLE | 8 << 16, 0x047F0000 } },
	{ /* loopback, with the CRC kept */
	  { D_HLREG0, D_HLREG0_LPBK | D_HLREG0_TXCRCEN | D_HLREG0_TXPADEN,
	    D_HLREG0_RXCRCSTRP | D_HLREG0_JUMBOEN } },
	{ /* flow director: keys of 0 put every flow into one bucket */
	  { 0x0EE68, 0, 0 }, /* FDIRHKEY */
	  { 0x0EE6C, 0, 0 }, /* FDIRSKEY */
	  { 0x0EE70, 0x1F, 0x3F }, /* FDIRM */
	  { 0x0EE3C, UINT32_MAX, UINT32_MAX }, /* FDIRDIP4M */
	  { 0x0EE40, UINT32_MAX, UINT32_MAX }, /* FDIRSIP4M */
	  { 0x0EE44, UINT32_MAX, 0 }, /* FDIRTCPM */
	  { 0x0EE48, UINT32_MAX, 0 }, /* FDIRUDPM */
	  { 0x0EE00, 0x21, 0xF01F7FB3 } }, /* FDIRCTRL: the tables are there from now on */
};

/* Bits that the input chooses are flipped in the value: an input that ends has all as above. */
static inline void set_feature(const struct bench *bench, struct input *input)
{
	const struct setting *setting =
		fuzz_features[take(input, 1) % (sizeof(fuzz_features) / sizeof(fuzz_features[0]))];

	for (unsigned int i = 0; i < SETTINGS_MAX && setting[i].offset; i++) {
		uint32_t flips = 0;

		for (unsigned int at = 0; at < 32; at += 8) {
			if (setting[i].chosen >> at & 0xFF)
				flips |= (uint32_t)take(input, 1) << at;
		}
		nic_write(bench->nic, setting[i].offset,
			  setting[i].value ^ (flips & setting[i].chosen));
	}
}

/* FDIRCMD: add, remove, query, clear, of a few filters that meet again. */
static inline void command_flow(const struct bench *bench, struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1);

	nic_write(bench->nic, 0x0EE28, (which & 3) << 16 | (which >> 2 & 3)); /* FDIRHASH */
	if (which & 0x10)
		nic_write(bench->nic, 0x0EE24, (uint32_t)take(input, 2) << 16); /* FDIRVLAN */
	nic_write(bench->nic, 0x0EE2C, (uint32_t)take(input, 3) ^ 0x8001); /* FDIRCMD */
}

/* A context whose lengths are those of frame @kind (frames.h), or nearly. Returns its headers. */
static inline uint32_t make_context(struct input *input, unsigned int kind, uint64_t *words)
{
	static const uint8_t l4_types[8] = { 1, 0, 2, 1, 1, 0, 1, 1 };
	static const uint8_t l4_lengths[3] = { 8, 20, 12 };
	uint32_t type = l4_types[kind & 7], spoil = (uint32_t)take(input, 1);
	uint32_t mac = kind & 0x10 ? 18 : 14, ip = kind & 8 ? 40 : 20;

	words[0] = ip | mac << 9 | 0xE0050000;
	words[1] = 2ull << 20 | D_DEXT | (kind & 8 ? 0 : 1u << 10) | type << 11;
	words[1] |= (uint64_t)l4_lengths[type] << 40 | (take(input, 1) * 8 + 40) << 48; /* MSS */
	if (spoil & 1)
		words[0] ^= take(input, 2);
	if (spoil & 2)
		words[1] ^= take(input, 8);
	return mac + ip + l4_lengths[type];
}

/* A packet of one to sixteen pieces after its context: a large send, or sums and a tag only. */
static inline void send_packet(const struct bench *bench, struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1), how = (unsigned int)take(input, 1);
	unsigned int queue = which % RING_QUEUES, kind = which >> 2 & 31, pieces = 1 + (how & 15);
	uint32_t head = nic_read(bench->nic, D_TX(queue, D_TDH)) % 64;
	uint64_t words[17][2], payload = 0;
	uint32_t headers = make_context(input, kind, words[0]);

	for (unsigned int i = 1; i <= pieces; i++) {
		uint64_t length = (i > 1 ? 0 : headers) + take(input, 1) * 4;

		words[i][0] = bench->iova + TX_BUFFERS_AT + (kind + i - 1) % 32 * BUFFER;
		words[i][1] = length | D_DATA | D_IFCS | (how & 0x10 ? 1ull << 31 : 0) |
			      (how & 0x20 ? D_VLE : 0);
		payload += length;
	}
	words[pieces][1] |= D_EOP | D_RS;
	payload = how & 0x40 ? take(input, 3) : payload - (how & 0x10 ? headers : 0);
	words[1][1] |= payload << 46 | (uint64_t)(~take(input, 1) & 3) << 40; /* POPTS */
	for (unsigned int i = 0; i <= pieces; i++)
		bench->poke(TX_RING_AT + queue * RING_BYTES + (head + i) % 64 * 16, words[i], 16);
	nic_write(bench->nic, D_TX(queue, D_TDT), (head + 1 + pieces) % 64);
}

/* A MAC control frame, PAUSE mostly, to the address for them or to the port's own. */
static inline void pause_arrives(const struct bench *bench, struct input *input)
{
	uint8_t frame[60] = { 0x01, 0x80, 0xC2, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x01, 0x88, 0x08, 0 };
	unsigned int how = (unsigned int)take(input, 1);

	if (how & 0x80)
		memcpy(frame, fuzz_mac, sizeof(fuzz_mac));
	frame[15] = how & 0x40 ? 0x00 : 0x01;
	frame[16] = (uint8_t)take(input, 1);
	frame[17] = (uint8_t)take(input, 1);
	nic_receive(bench->nic, frame, sizeof(frame), how & 0x38 ? 0 : how & 3);
}

/* Bits on the module's two wires: start, stop, or a byte in or out. */
static inline void move_module_wires(const struct bench *bench, struct input *input)
{
	unsigned int how = (unsigned int)take(input, 1);
	unsigned int bits = (unsigned int)take(input, 1) << 1 | (how >> 2 & 1);

	if (how & 1) { /* start, or stop */
		nic_write(bench->nic, D_I2CCTL, how & 2 ? D_I2C_DATA_OUT : 0);
		nic_write(bench->nic, D_I2CCTL, D_I2C_CLK_OUT | (how & 2 ? D_I2C_DATA_OUT : 0));
		nic_write(bench->nic, D_I2CCTL, D_I2C_CLK_OUT | (how & 2 ? 0 : D_I2C_DATA_OUT));
		return;
	}
	/* An address that there is, more often than not. */
	if (how & 8)
		bits = (0xA0 | (how >> 4 & 3)) << 1 | 1;
	for (int i = 8; i >= 0; i--) {
		uint32_t data = bits >> i & 1 ? D_I2C_DATA_OUT : 0;

		nic_write(bench->nic, D_I2CCTL, data);
		nic_write(bench->nic, D_I2CCTL, data | D_I2C_CLK_OUT);
		nic_read(bench->nic, D_I2CCTL);
		nic_write(bench->nic, D_I2CCTL, data);
	}
}

/* Up to 31 bits on the EEPROM's wires: EEC has SK, CS, DI, DO in bits 0 to 3, EE_REQ is bit 6. */
static inline void move_eeprom_wires(const struct bench *bench, struct input *input)
{
	unsigned int how = (unsigned int)take(input, 1);
	uint32_t bits = (uint32_t)take(input, 3) << 8;
	uint32_t chosen = 0x40u | (how & 0x80 ? 2 : 0);

	if (how & 0x40)
		bits = bits >> 8 | 3u << 24; /* read */
	for (unsigned int i = how & 31; i; i--, bits <<= 1) {
		uint32_t data = chosen | (bits >> 31 ? 4 : 0);

		nic_write(bench->nic, D_EEC, data);
		nic_write(bench->nic, D_EEC, data | 1);
		nic_read(bench->nic, D_EEC);
		nic_write(bench->nic, D_EEC, data);
	}
}

static inline void set_fault(const struct bench *bench, struct input *input)
{
	size_t count, fault = (size_t)take(input, 1);
	const struct nic_fault *faults = nic_faults(&count);
	unsigned int how = (unsigned int)take(input, 1);
	struct nic_fault_setting setting = { .choice = how >> 2 & 3 };
	uint64_t hits;

	fault %= count;
	setting.number = faults[fault].initial;
	if (how & 0x10)
		setting.number = faults[fault].min + (uint32_t)take(input, 1);
	if (how & 1)
		setting.times = faults[fault].lasting || how & 2 ? NIC_FAULT_ALWAYS
								 : 1 + take(input, 1) % 8;
	if (nic_fault_set(bench->nic, fault, &setting))
		MUST(nic_fault_get(bench->nic, fault, &hits).times <= setting.times);
	else
		MUST(setting.choice || setting.number > faults[fault].max);
}

/* What drivers wait for, some of which a fault keeps from happening; a queue switched off. */
static inline void wait_for_bits(const struct bench *bench, struct input *input)
{
	static const uint32_t polled[] = { D_CTRL,	D_STATUS, D_RDRXCTL,
					   D_SECRXSTAT, D_SWSM,	  D_SW_FW_SYNC };
	unsigned int how = (unsigned int)take(input, 1);
	unsigned int queue = how >> 4 & 3;

	if (how & 1)
		nic_write(bench->nic, D_CTRL, D_CTRL_MASTER_DISABLE);
	if (how & 2)
		nic_write(bench->nic, D_SECRXCTRL, D_SECRXCTRL_RX_DIS);
	for (unsigned int i = 0; i < sizeof(polled) / sizeof(polled[0]); i++)
		nic_write(bench->nic, polled[i], nic_read(bench->nic, polled[i]));
	nic_write(bench->nic, D_CTRL, 0);
	nic_write(bench->nic, D_SECRXCTRL, 0);
	if (how & 4)
		nic_write(bench->nic, D_RX(queue, D_RXDCTL), how & 0x40 ? D_ENABLE : 0);
	if (how & 8)
		nic_write(bench->nic, D_TX(queue, D_TXDCTL), how & 0x40 ? D_ENABLE : 0);
}

static inline void act(const struct bench *bench, struct input *input, unsigned int what)
{
	switch (what & 15) {
	case 0:
	case 1:
	case 2:
		set_feature(bench, input);
		return;
	case 3:
		command_flow(bench, input);
		return;
	case 4:
		pause_arrives(bench, input);
		return;
	case 5:
		move_module_wires(bench, input);
		return;
	case 6:
		move_eeprom_wires(bench, input);
		return;
	case 7:
	case 8:
		set_fault(bench, input);
		return;
	case 9:
		wait_for_bits(bench, input);
		return;
	default:
		send_packet(bench, input);
	}
}

#endif
