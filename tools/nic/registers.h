/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A register of the 82599 as data: where it is, what a reset leaves in it and
 * what each of its bits does when read or written. register_table.c lists them
 * all; what data cannot say is a hook. Offsets used by the code follow below.
 */
#ifndef NIC_REGISTERS_H
#define NIC_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_REGISTER_SPACE 0x20000u /* bytes; flash lies above it */

struct nic;

/**
 * struct nic_register - one register, or an array of them
 * @count: 0 for a register without index
 * @first: index of the array's first register
 * @alias: this array is a second address of another one, at this offset
 * @read_only: software cannot change these bits; all of them: writing breaks a rule
 * @write_1_clear: writing 1 clears
 * @read_clear: reading clears
 * @self_clear: a command: acts when written, reads as 0
 * @reserved: must be written back as read
 * @keep: CTRL.RST does not touch it
 * @on_read: gives the value to return for the stored @value
 * @on_write: told after @value was stored
 */
struct nic_register {
	const char *name;
	const char *section;
	uint32_t offset;
	uint16_t count;
	uint16_t stride;
	uint16_t first;
	uint16_t alias_stride;
	uint32_t alias;
	uint32_t reset;
	uint32_t read_only;
	uint32_t write_1_clear;
	uint32_t read_clear;
	uint32_t self_clear;
	uint32_t reserved;
	bool keep;
	uint32_t (*on_read)(struct nic *nic, unsigned int index, uint32_t value);
	void (*on_write)(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
};

extern const struct nic_register nic_register_table[];
extern const size_t nic_register_count;

/* Fills @nic's lookup; every array's registers point at its entry. */
void nic_registers_index(struct nic *nic);
/* All registers to their reset values; @power_on: those too that CTRL.RST keeps. */
void nic_registers_reset(struct nic *nic, bool power_on);

/* Hooks, each in the file that its register is about. */
void nic_ctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_status_read(struct nic *nic, unsigned int index, uint32_t value);
uint32_t nic_secrxstat_read(struct nic *nic, unsigned int index, uint32_t value);
uint32_t nic_eec_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_eerd_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_swsm_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_sw_fw_sync_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_eics_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_eims_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_eimc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_eims_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_eimc_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_eimc_ex_read(struct nic *nic, unsigned int index, uint32_t value);
uint32_t nic_eimc_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_autoc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_links_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_address_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_mta_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_vfta_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_pfvlvf_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_pfvlvfb_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_pfuta_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_fctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_vlnctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_mcstctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_rdrxctl_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_rxctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_secrxctrl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rdbal_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rdbah_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rdlen_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_srrctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rdh_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rdt_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rxdctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_rxdctl_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_tdbal_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_tdbah_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_tdlen_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_tdh_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_tdt_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_txdctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
uint32_t nic_txdctl_read(struct nic *nic, unsigned int index, uint32_t value);
void nic_maxfrs_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rxpbsize_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_hlreg0_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_dmatxctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_mtqc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);
void nic_rttdcs_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);

#include "offsets.h"

#endif
