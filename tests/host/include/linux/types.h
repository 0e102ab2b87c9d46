/* SPDX-License-Identifier: BSD-3-Clause */
/* What kmod/hw_*.c need of the kernel's <linux/types.h>, over the C library's. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif
