/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <string.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_STRING_H
#define SHIM_STRING_H

#include <linux/string.h>

#endif
