/* SPDX-License-Identifier: BSD-3-Clause */
/* What kmod/regs.h needs of the kernel's <linux/bits.h>; registers have 32 bits. */
#ifndef SHIM_LINUX_BITS_H
#define SHIM_LINUX_BITS_H

#define BIT(n)		   (1u << (n))
#define GENMASK(high, low) ((~0u >> (31 - (high))) & (~0u << (low)))

#endif
