/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <stdint.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_STDINT_H
#define SHIM_STDINT_H

#include <linux/types.h>

#endif
