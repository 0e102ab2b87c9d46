/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PCI device ids of the 82599's physical functions, as Intel gave them out.
 * Its virtual functions have ids of their own and cannot be ports.
 */
#ifndef CTL_IDS_H
#define CTL_IDS_H

#define CTL_VENDOR_INTEL 0x8086

static const struct ctl_id {
	unsigned int device;
	const char *name;
} ctl_ids[] = {
	{ 0x10f7, "82599 KX4" },
	{ 0x10f8, "82599 backplane combo" },
	{ 0x10f9, "82599 CX4" },
	{ 0x10fb, "82599 SFP+" },
	{ 0x10fc, "82599 XAUI" },
	{ 0x1507, "82599 SFP+ mezzanine" },
	{ 0x1514, "82599 KX4 mezzanine" },
	{ 0x1517, "82599 KR" },
	{ 0x151c, "82599 10GBASE-T" },
	{ 0x1529, "82599 SFP+ FCoE" },
	{ 0x152a, "82599 backplane FCoE" },
	{ 0x154a, "82599 SFP+ quad" },
	{ 0x154d, "82599 SFP+ (SF2)" },
	{ 0x154f, "82599 LS" },
	{ 0x1557, "82599EN SFP+" },
	{ 0x1558, "82599 QSFP+" },
};

static const unsigned int ctl_virtual_function_ids[] = { 0x10ed, 0x152e };

#endif
