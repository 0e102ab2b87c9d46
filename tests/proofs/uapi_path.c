// SPDX-License-Identifier: BSD-3-Clause
/*
 * ONEPATH_PATH_CREATE and ONEPATH_PATH_ARM (kmod/path_file.c), with any arguments: what is accepted
 * names queues, sizes and places that exist.
 */
#include "kernel.h"
#include "proof.h"
#include "path_file.c"

int main(void)
{
	struct onepath_path_create args;
	struct onepath_path *path;
	uint64_t stride;

	if (!onepath_path_args_valid(&args))
		return 0;
	path = onepath_path_alloc(&args);
	assume(path);
	stride = (uint64_t)path->buffer_bytes + ONEPATH_BUFFER_GAP;
	prove(path->rx_queue < ONEPATH_HW_RX_QUEUES, "the receive queue exists");
	prove(path->outputs >= 1 && path->outputs <= ONEPATH_OUTPUTS_MAX, "1..16 outputs");
	prove(path->ring_size >= 64 && path->ring_size <= 4096 &&
		      !(path->ring_size & (path->ring_size - 1)),
	      "7.1.5, 7.2.3.3: a ring has 64..4096 descriptors, a power of two");
	prove(path->buffer_bytes >= 1024 && path->buffer_bytes <= 16384 &&
		      !(path->buffer_bytes % 1024),
	      "8.2.3.8.7: a buffer is 1..16 KB, as SRRCTL can say it");
	prove(path->ring_size * stride <= 128 << 20,
	      "all buffers fit before the rings' bus addresses");
	prove(!(64 * stride % PAGE_SIZE), "64 buffers fill whole pages");
	prove(!args.flags, "flags that have no meaning are refused");
	return 0;
}
