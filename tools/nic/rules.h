/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of the datasheet that the model watches, by their place in the
 * table of rules.c. Whatever sees one broken says so with nic_break(); the
 * model then goes on as the hardware would.
 */
#ifndef NIC_RULES_H
#define NIC_RULES_H

#include <stdint.h>

struct nic;

enum nic_rule_id {
	RULE_UNKNOWN_REGISTER,
	RULE_MISALIGNED_ACCESS,
	RULE_READ_ONLY_REGISTER,
	RULE_RESERVED_BITS,

	RULE_RESET_MASTER_DISABLE,
	RULE_RESET_QUEUE_ENABLED,
	RULE_RESET_INTERRUPTS,
	RULE_RESET_TWICE,
	RULE_RESET_ACCESS,
	RULE_RESET_WAIT,
	RULE_EEPROM_AUTOLOAD,
	RULE_DMA_INIT,
	RULE_SW_FW_SYNC,

	RULE_FILTER_RUNNING,
	RULE_TABLES,
	RULE_RXEN_PATH_HALTED,
	RULE_RXEN_LAST,
	RULE_CRC_STRIP,
	RULE_RSCFRSTSIZE,
	RULE_RDRXCTL_FIXED,

	RULE_RING_BASE,
	RULE_RING_LENGTH,
	RULE_RING_RUNNING,
	RULE_HEAD_RUNNING,
	RULE_TAIL_BEFORE_ENABLE,
	RULE_TAIL_RANGE,

	RULE_RX_BUFFER_SIZE,
	RULE_RX_HEADER_SIZE,
	RULE_RX_DESCRIPTOR_TYPE,
	RULE_SRRCTL_RUNNING,

	RULE_TX_ENABLE_ORDER,
	RULE_TX_THRESHOLDS,
	RULE_MTQC_ARBITER,
	RULE_HEAD_WB_ALIGNMENT,
	RULE_HEAD_WB_ORDERING,
	RULE_TX_LEGACY_MODE,
	RULE_TX_NULL,
	RULE_TX_TOO_SHORT,
	RULE_TX_TOO_LONG,
	RULE_TX_DESCRIPTORS,
	RULE_TX_PADDING,

	NIC_RULES
};

/* @rule was broken by writing @value to the register at @offset (or by using it). */
void nic_break(struct nic *nic, enum nic_rule_id rule, uint32_t offset, uint32_t value);

#endif
