// SPDX-License-Identifier: BSD-3-Clause
/*
 * A turn of the hot loop as a whole, onepath_run() and onepath_run_burst(), from any state.
 */
#include "loop_device.h"

#ifdef BURST
static void any_burst_handler(struct onepath_burst *burst, void *state)
{
	prove(burst->count >= 1 && burst->count <= ONEPATH_BURST, "a burst holds 1..32 frames");
	for (unsigned int n = 0; n < burst->count; n++) {
		uint32_t answer = any_handler(onepath_burst_frame(burst, n),
					      onepath_burst_length(burst, n), state);

		prove(!burst->except[n], "a burst begins with all outputs");
		onepath_burst_set_length(burst, n, answer & 0xffff);
		burst->except[n] = answer >> 16;
		if (OUTPUTS == 1 && answer >> 16 & 1)
			onepath_burst_set_length(burst, n, 0);
	}
}
#endif

int main(void)
{
	uint32_t max = any_between(1, FRAMES);
	unsigned int count;

	any_state();
#ifdef BURST
	count = onepath_run_burst(&path, OUTPUTS, any_burst_handler, &path, max);
#else
	count = onepath_run(&path, OUTPUTS, any_handler, &path, max);
#endif
	prove_turn(count, max);
	return 0;
}
