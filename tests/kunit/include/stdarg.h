/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <stdarg.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_STDARG_H
#define SHIM_STDARG_H

#include <linux/stdarg.h>

#endif
