/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sparse.h: read by sparse before each file of the module. Teaches sparse 0.6.4
 * two words of gcc that the headers of 7.x kernels use; without them it gives up on a
 * file before it checks anything. Types stay right, values do not matter to it.
 */
#define __typeof_unqual__   __typeof__
#define __builtin_strlen(s) (sizeof(s) - 1)
