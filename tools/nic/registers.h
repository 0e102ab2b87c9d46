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

/* Gives the value to return for the stored @value of register @index of its array. */
typedef uint32_t nic_on_read(struct nic *nic, unsigned int index, uint32_t value);
/* Told that @value was stored where @old was. */
typedef void nic_on_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value);

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
 * @on_read, @on_write: what the masks cannot say; may be NULL
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
	nic_on_read *on_read;
	nic_on_write *on_write;
};

extern const struct nic_register nic_register_table[];
extern const size_t nic_register_count;

/* Fills @nic's lookup; every array's registers point at its entry. */
void nic_registers_index(struct nic *nic);
/* All registers to their reset values; @power_on: those too that CTRL.RST keeps. */
void nic_registers_reset(struct nic *nic, bool power_on);

/* Hooks, each in the file that its registers are about. */

/* device.c */
nic_on_read nic_status_read;
nic_on_write nic_ctrl_write;

/* eeprom.c */
nic_on_read nic_swsm_read;
nic_on_write nic_eerd_write, nic_sw_fw_sync_write;

/* eeprom_pins.c */
nic_on_read nic_eec_read;
nic_on_write nic_eec_write;

/* sfp.c */
nic_on_read nic_i2cctl_read, nic_esdp_read;
nic_on_write nic_i2cctl_write;

/* interrupt_config.c */
nic_on_read nic_eicr_read, nic_eics_read, nic_eimc_read, nic_eimc_ex_read, nic_eitr_read;
nic_on_write nic_eicr_write, nic_eics_write, nic_eics_ex_write, nic_eims_write, nic_eimc_write,
	nic_eims_ex_write, nic_eimc_ex_write, nic_eiam_write, nic_eiam_ex_write, nic_gpie_write,
	nic_eitr_write;

/* pause.c */
nic_on_read nic_tfcs_read;

/* link.c */
nic_on_read nic_links_read, nic_anlp1_read;
nic_on_write nic_autoc_write;

/* filter.c */
nic_on_write nic_fctrl_write, nic_vlnctrl_write, nic_mcstctrl_write, nic_address_write,
	nic_mta_write, nic_vfta_write, nic_pfvlvf_write, nic_pfvlvfb_write, nic_pfuta_write;

/* rx_config.c */
nic_on_read nic_secrxstat_read, nic_rdrxctl_read, nic_rxdctl_read;
nic_on_write nic_secrxctrl_write, nic_rxctrl_write, nic_maxfrs_write, nic_rxpbsize_write,
	nic_hlreg0_write, nic_rdbal_write, nic_rdbah_write, nic_rdlen_write, nic_rdh_write,
	nic_rdt_write, nic_srrctl_write, nic_rxdctl_write;

/* flow_director.c */
nic_on_write nic_fdirctrl_write, nic_fdircmd_write;

/* tx_config.c */
nic_on_read nic_txdctl_read;
nic_on_write nic_tdbal_write, nic_tdbah_write, nic_tdlen_write, nic_tdh_write, nic_tdt_write,
	nic_txdctl_write, nic_dmatxctl_write, nic_mtqc_write, nic_rttdcs_write;

#include "offsets.h"

#endif
