/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <stddef.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_STDDEF_H
#define SHIM_STDDEF_H

#include <linux/stddef.h>

#endif
