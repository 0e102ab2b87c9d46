/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's <setjmp.h>, as far as the host's tests need it, in the kernel. */
#ifndef SHIM_SETJMP_H
#define SHIM_SETJMP_H

/* cmocka.h wants it on the host. */

#endif
