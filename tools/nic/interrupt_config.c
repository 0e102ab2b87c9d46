// SPDX-License-Identifier: BSD-3-Clause
/*
 * The interrupt registers, 8.2.3.5: what reading and writing them does to
 * causes and masks, which interrupt.c keeps. EICS, EIMS, EIMC and EIAM exist
 * twice for vectors 0 to 15: as bits 15:0, and in the extended registers for
 * vectors 0 to 31 and 32 to 63.
 */
#include "core.h"

#define EITR_COUNTER_SHIFT 21
#define EITR_COUNTER_MASK  0x7Fu
#define EITR_COUNTER_NS	   8000ull /* its upper 7 bits of 9 are seen: 4 units of 2 us */

/* Bits of extended register @index, 1 or 2, as vectors. */
static uint64_t vectors_of(unsigned int index, uint32_t value)
{
	return (uint64_t)value << 32 * (index - 1);
}

/*
 * EIAM acts on accesses to EICR and EICS unless it acts on messages (GPIE.EIAME).
 * MISSING: whether a read masks all of it or only what EICR shows; all, so that the mask is known.
 */
static bool masks_on_access(const struct nic *nic)
{
	return !(nic_reg(nic, GPIE) & GPIE_EIAME);
}

/* 7.3.4: with GPIE.OCD only the causes that no vector of its own has are cleared. */
uint32_t nic_eicr_read(struct nic *nic, unsigned int index, uint32_t value)
{
	nic_interrupt_clear(nic, nic_reg(nic, GPIE) & GPIE_OCD ? EICR_OTHERS : UINT32_MAX);
	if (masks_on_access(nic))
		nic_interrupt_close(nic, nic_reg(nic, EIAM), nic_interrupt_auto_mask(nic));
	return value;
}

void nic_eicr_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_interrupt_clear(nic, value);
	if (masks_on_access(nic))
		nic_interrupt_close(nic, value & nic_reg(nic, EIAM), 0);
}

/* MISSING: EICS is called write-only; hardware shows EICR there, and drivers look. */
uint32_t nic_eics_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic_reg(nic, EICR);
}

static void set_causes(struct nic *nic, uint32_t causes, uint64_t vectors)
{
	if (masks_on_access(nic))
		nic_interrupt_open(nic, causes & nic_reg(nic, EIAM),
				   vectors & nic_interrupt_auto_mask(nic));
	nic_interrupt_set(nic, causes, vectors, nic_reg(nic, GPIE) & GPIE_EIMEN);
}

void nic_eics_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	set_causes(nic, value, value & EICR_RTXQ);
}

void nic_eics_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	set_causes(nic, 0, vectors_of(index, value));
}

void nic_eims_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, EIMS, old);
	nic_interrupt_open(nic, value, 0);
}

void nic_eimc_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_interrupt_close(nic, value, 0);
}

/* Reading a mask-clear register gives the mask. */
uint32_t nic_eimc_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic_reg(nic, EIMS);
}

void nic_eims_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_reg_set(nic, EIMS_EX + (index - 1) * 4, old);
	nic_interrupt_open(nic, 0, vectors_of(index, value));
}

void nic_eimc_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	nic_interrupt_close(nic, 0, vectors_of(index, value));
}

uint32_t nic_eimc_ex_read(struct nic *nic, unsigned int index, uint32_t value)
{
	return nic_reg(nic, EIMS_EX + (index - 1) * 4);
}

uint64_t nic_interrupt_auto_mask(const struct nic *nic)
{
	return vectors_of(2, nic_reg(nic, EIAM_EX + 4)) | nic_reg(nic, EIAM_EX);
}

void nic_eiam_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint32_t extended = nic_reg(nic, EIAM_EX);

	nic_reg_set(nic, EIAM_EX, (extended & ~EICR_RTXQ) | (value & EICR_RTXQ));
}

void nic_eiam_ex_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if (index == 1)
		nic_reg_set(nic, EIAM, (nic_reg(nic, EIAM) & ~EICR_RTXQ) | (value & EICR_RTXQ));
}

void nic_gpie_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	if ((old ^ value) & GPIE_MULTIPLE_MSIX)
		nic_interrupt_mode_changed(nic);
}

uint32_t nic_eitr_offset(unsigned int index)
{
	return index < 24 ? EITR + index * 4 : EITR_HIGH + (index - 24) * 4;
}

/* EITR[64] and up are for virtual functions' vectors: storage. */
uint32_t nic_eitr_read(struct nic *nic, unsigned int index, uint32_t value)
{
	uint64_t ready_ns = index < NIC_VECTORS ? nic->interrupt.ready_ns[index] : 0;
	uint64_t now = ready_ns ? nic->host.now_ns(nic->host.opaque) : 0;

	if (ready_ns > now)
		value |= (uint32_t)((ready_ns - now) / EITR_COUNTER_NS & EITR_COUNTER_MASK)
			 << EITR_COUNTER_SHIFT;
	return value;
}

void nic_eitr_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	uint64_t left_ns = (value >> EITR_COUNTER_SHIFT & EITR_COUNTER_MASK) * EITR_COUNTER_NS;

	nic_reg_set(nic, nic_eitr_offset(index),
		    value & ~(EITR_CNT_WDIS | EITR_COUNTER_MASK << EITR_COUNTER_SHIFT));
	if ((value & EITR_CNT_WDIS) || index >= NIC_VECTORS)
		return;
	if (left_ns)
		left_ns += nic->host.now_ns(nic->host.opaque);
	nic_interrupt_hurry(nic, index, left_ns);
}
