// SPDX-License-Identifier: BSD-3-Clause
/*
 * The frames of a turn, from any of them on: onepath_handle_group() makes a group of eight, or one
 * frame, ready in every ring. onepath_take() is nothing but these, one after the other.
 */
#include "loop_device.h"

int main(void)
{
	struct onepath_loop loop = { OUTPUTS, 0, any_handler, &path };

	any_state();
	at.received = moves(at.received, at.given);
	assume(at.received - at.handled >= FRAMES);
	loop.most = path.buffer_bytes;
	for (unsigned int k = 1; k < OUTPUTS; k++)
		loop.ring[k] = (ptrdiff_t)k * SIZE;
	onepath_handle_group(&loop, rings + NEXT, next_frame, STRIDE, FRAMES);
	prove(at.handled == at.first + FRAMES, "each frame is handled");
	for (unsigned int k = 0; k < OUTPUTS; k++)
		prove_complete(k);
	prove_nothing_else_is_touched();
	return 0;
}
