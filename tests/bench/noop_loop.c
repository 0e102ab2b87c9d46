// SPDX-License-Identifier: BSD-3-Clause
/* The hot loop alone, for the no-op and the usual stride: what `make bench-asm` shows. */
#include <onepath/run.h>

#include "handlers.h"

unsigned int noop_loop(struct onepath_path *path, void *macs);

unsigned int noop_loop(struct onepath_path *path, void *macs)
{
	if (path->stride != ONEPATH_BUFFER_STRIDE)
		return 0;
	return onepath_run(path, 1, noop, macs, ONEPATH_BURST);
}
