// SPDX-License-Identifier: BSD-3-Clause
/*
 * The table of rules, and their counts. A rule is here only if the datasheet
 * says it; its text says what a driver must do. Where the datasheet does not
 * say it, or says something else than the hardware does, the rule is tagged
 * MISSING, INCORRECT or CONTRADICTION with what was chosen.
 */
#include "core.h"

/* After this many lines a rule is counted without being logged. */
#define LINES_PER_RULE 8

/* clang-format off */
static const struct nic_rule rules[NIC_RULES] = {
	[RULE_UNKNOWN_REGISTER] = { "unknown-register", "8.2.2",
		"Only offsets of the register summary may be accessed." },
	[RULE_MISALIGNED_ACCESS] = { "misaligned-access", "8.1",
		"Registers are accessed as aligned 32-bit words inside the register space." },
	[RULE_READ_ONLY_REGISTER] = { "read-only-register", "8.2.1",
		"A register marked RO is not written." },
	[RULE_RESERVED_BITS] = { "reserved-bits", "8.2.1",
		"Reserved bits are written back as they were read." },

	[RULE_RESET_MASTER_DISABLE] = { "reset-master-disable", "4.2.1.6.1",
		"Before a reset, CTRL.PCIe_Master_Disable is set and STATUS bit 19 read as 0." },
	[RULE_RESET_QUEUE_ENABLED] = { "reset-queue-enabled", "5.2.5.3.2",
		"Before master disable and reset, reception to all receive queues is disabled." },
	[RULE_RESET_INTERRUPTS] = { "reset-interrupts", "4.6.3.1",
		"Interrupts are masked before a reset." },
	[RULE_RESET_TWICE] = { "reset-twice", "5.2.5.3.2",
		"Two consecutive resets are more than 1 us apart." },
	[RULE_RESET_ACCESS] = { "reset-access", "8.2.3.1.1",
		"No register is accessed within 1 ms of setting CTRL.RST." },
	[RULE_RESET_WAIT] = { "reset-wait", "4.6.3.2",
		"Initialisation starts 10 ms after a reset; until then only interrupts are masked." },
	[RULE_EEPROM_AUTOLOAD] = { "eeprom-autoload", "4.6.3",
		"Receive addresses and the link are set up after EEC.AUTO_RD is set." },
	[RULE_DMA_INIT] = { "dma-init", "4.6.3",
		"Receive and transmit are enabled after RDRXCTL.DMAIDONE is set." },
	[RULE_SW_FW_SYNC] = { "sw-fw-sync", "10.5.4",
		"SW_FW_SYNC is written by the holder of SWSM.SWESMBI only." },

	[RULE_FILTER_RUNNING] = { "filter-running", "8.2.3.7.1",
		"Receive filters are changed with RXCTRL.RXEN clear (or the receive path halted)." },
	[RULE_TABLES] = { "tables", "4.6.7",
		"MTA, PFUTA, PFVLVF, PFVLVFB (VFTA with VLNCTRL.VFE) are written before RXCTRL.RXEN." },
	[RULE_RXEN_PATH_HALTED] = { "rxen-path-halted", "4.6.7",
		"RXCTRL.RXEN is set with SECRXCTRL.RX_DIS set and SECRXSTAT.SECRX_RDY read as 1." },
	[RULE_RXEN_LAST] = { "rxen-last", "4.6.7",
		"HLREG0 (LPBK apart), MAXFRS and RXPBSIZE are set before RXCTRL.RXEN." },
	[RULE_CRC_STRIP] = { "crc-strip", "8.2.3.8.8",
		"RDRXCTL.CRCStrip equals HLREG0.RXCRCSTRP when receive is enabled." },
	[RULE_RSCFRSTSIZE] = { "rscfrstsize", "4.6.7",
		"RDRXCTL.RSCFRSTSIZE is set to 0 before receive is enabled." },
	[RULE_RDRXCTL_FIXED] = { "rdrxctl-fixed", "8.2.3.8.8",
		"RDRXCTL.RSCACKC and FCOE_WRFIX are set to 1 before receive is enabled." },

	[RULE_RING_BASE] = { "ring-base", "8.2.3.8.1",
		"A ring's base is a multiple of 128 bytes (transmit: 8.2.3.9.5)." },
	[RULE_RING_LENGTH] = { "ring-length", "8.2.3.8.3",
		"A ring's length is a multiple of 128 bytes, 128 to 128K (transmit: 8.2.3.9.7)." },
	[RULE_RING_RUNNING] = { "ring-running", "4.6.7.1",
		"A ring's base and length are not changed while its queue is enabled." },
	[RULE_HEAD_RUNNING] = { "head-running", "8.2.3.8.4",
		"A ring's head is not changed while its queue is enabled (transmit: 8.2.3.9.8)." },
	[RULE_TAIL_BEFORE_ENABLE] = { "tail-before-enable", "4.6.7",
		"A tail is moved after the queue's ENABLE bit was read as 1 (transmit: 4.6.8)." },
	[RULE_TAIL_RANGE] = { "tail-range", "7.1.9",
		"A tail stays within the ring (transmit: 7.2.3.3)." },

	[RULE_RX_BUFFER_SIZE] = { "rx-buffer-size", "8.2.3.8.7",
		"SRRCTL.BSIZEPACKET of an enabled queue is 1 KB to 16 KB." },
	[RULE_RX_HEADER_SIZE] = { "rx-header-size", "8.2.3.8.7",
		"SRRCTL.BSIZEHEADER is 64 to 1024 bytes with header split (DESCTYPE 2 and 5)." },
	[RULE_RX_DESCRIPTOR_TYPE] = { "rx-descriptor-type", "8.2.3.8.7",
		"SRRCTL.DESCTYPE of an enabled queue is 0, 1, 2 or 5." },
	[RULE_SRRCTL_RUNNING] = { "srrctl-running", "4.6.7",
		"SRRCTL is set before its queue is enabled (DROP_EN apart)." },

	[RULE_TX_ENABLE_ORDER] = { "tx-enable-order", "4.6.8",
		"DMATXCTL.TE is set before a queue's TXDCTL.ENABLE." },
	[RULE_TX_THRESHOLDS] = { "tx-thresholds", "8.2.3.9.10",
		"TXDCTL.HTHRESH is not 0 when PTHRESH is used." },
	[RULE_MTQC_ARBITER] = { "mtqc-arbiter", "4.6.8",
		"MTQC is written with RTTDCS.ARBDIS set." },
	/* INCORRECT: 7.2.3.5.2 says 4 bytes, 8.2.3.9.11 says 8; hardware needs 16. */
	[RULE_HEAD_WB_ALIGNMENT] = { "head-wb-alignment", "8.2.3.9.11",
		"A head write-back address is a multiple of 16 bytes." },
	/* MISSING: nothing forbids it, but reordered writes make the head go backwards. */
	[RULE_HEAD_WB_ORDERING] = { "head-wb-ordering", "8.2.3.11.2",
		"DCA_TXCTRL bit 11 (relaxed ordering of write-back) is clear with head write-back." },
	[RULE_HEAD_WB_WTHRESH] = { "head-wb-wthresh", "7.2.3.5.2",
		"TXDCTL.WTHRESH is 0 with head write-back." },
	[RULE_TX_LEGACY_MODE] = { "tx-legacy-mode", "7.2.3.2.1",
		"Legacy descriptors are not used with DCB or virtualization (MTQC.RT_Ena, VT_Ena)." },
	[RULE_TX_NULL] = { "tx-null", "7.2.3.2.2",
		"A null descriptor stands between packets and has EOP set." },
	[RULE_TX_TOO_SHORT] = { "tx-too-short", "7.2.3.2.2",
		"A packet has at least 14 bytes." },
	[RULE_TX_TOO_LONG] = { "tx-too-long", "7.2.3.2.2",
		"A packet has at most 15.5 KB." },
	[RULE_TX_DESCRIPTORS] = { "tx-descriptors", "7.2.1.1",
		"A packet has at most 40 - WTHRESH - 2 descriptors." },
	[RULE_TX_PADDING] = { "tx-padding", "7.2.3.2.2",
		"A packet that HLREG0.TXPADEN is to pad has IFCS set." },
	[RULE_TX_IFCS] = { "tx-ifcs", "7.2.3.2.4",
		"A packet that gets a checksum, a tag or segments has IFCS set." },
	[RULE_TX_RS_EOP] = { "tx-rs-eop", "7.2.3.2.2",
		"RS is set only in a packet's last descriptor, with EOP." },
	[RULE_TX_RS_WTHRESH] = { "tx-rs-wthresh", "8.2.3.9.10",
		"RS is not set when TXDCTL.WTHRESH is not 0 (counted once a queue)." },
	[RULE_TX_FORMAT] = { "tx-format", "7.2.3.2",
		"A packet's descriptors are all legacy or all advanced data (DTYP 3); contexts (DTYP 2) "
		"stand between packets." },
	[RULE_TX_CONTEXT] = { "tx-context", "7.2.3.2.3",
		"IDX names one of a queue's two contexts, written before a packet uses it." },
	[RULE_TX_HEADER_LENGTH] = { "tx-header-length", "7.2.3.2.3",
		"With an offload, MACLEN is 14 or more, IPLEN 20 or more (TSE: L4LEN 8, for TCP 20, all "
		"three at most 512), and the packet has these headers." },
	[RULE_TX_MSS] = { "tx-mss", "7.2.3.2.3",
		"With TSE, MSS is not 0, and a segment with its headers has at most 15.5 KB." },
	[RULE_TX_PAYLEN] = { "tx-paylen", "7.2.3.2.4",
		"PAYLEN is the length of all buffers, with TSE less the headers." },
	[RULE_TX_POPTS] = { "tx-popts", "7.2.3.2.4",
		"IXSM is for IPv4; TXSM for UDP, TCP, SCTP; TSE for the first two, with TXSM, for IPv4 with IXSM." },
};
/* clang-format on */

const struct nic_rule *nic_rules(size_t *count)
{
	*count = NIC_RULES;
	return rules;
}

uint64_t nic_rule_broken(const struct nic *nic, size_t rule)
{
	return rule < NIC_RULES ? nic->broken[rule] : 0;
}

uint64_t nic_rules_broken(const struct nic *nic)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < NIC_RULES; i++)
		sum += nic->broken[i];
	return sum;
}

size_t nic_rule_registers(const struct nic *nic, size_t rule, uint32_t *offsets)
{
	size_t count = 0;

	if (rule >= NIC_RULES)
		return 0;
	while (count < NIC_RULE_REGISTERS && nic->broken_at[rule][count]) {
		offsets[count] = nic->broken_at[rule][count] - 1;
		count++;
	}
	return count;
}

static void remember_register(struct nic *nic, enum nic_rule_id rule, uint32_t offset)
{
	unsigned int entry = offset < NIC_REGISTER_SPACE ? nic->lookup[offset / 4] : 0;

	if (entry)
		offset = nic_register_table[entry - 1].offset;
	for (size_t i = 0; i < NIC_RULE_REGISTERS; i++) {
		uint32_t *place = &nic->broken_at[rule][i];

		if (!*place)
			*place = offset + 1;
		if (*place == offset + 1)
			return;
	}
}

void nic_set_log(struct nic *nic, FILE *log)
{
	nic->log = log;
}

void nic_break(struct nic *nic, enum nic_rule_id rule, uint32_t offset, uint32_t value)
{
	uint64_t times = ++nic->broken[rule];
	char name[32];

	remember_register(nic, rule, offset);
	nic_trace_event(nic, "rule %s broken", rules[rule].name);
	if (!nic->log || times > LINES_PER_RULE)
		return;
	fprintf(nic->log, "%s: rule %s (%s) broken at %s (0x%05x), value 0x%08x: %s%s\n", nic->name,
		rules[rule].name, rules[rule].section,
		nic_register_name(offset, name, sizeof(name)), offset, value, rules[rule].text,
		times == LINES_PER_RULE ? " (from now on only counted)" : "");
}
