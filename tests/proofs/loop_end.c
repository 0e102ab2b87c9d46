// SPDX-License-Identifier: BSD-3-Clause
/*
 * The end of a turn of any length, anywhere in any ring: doorbells, and buffers given back.
 */
#include "loop_device.h"

int main(void)
{
	uint32_t count = any_between(0, 64);

	any_state();
	at.received = moves(at.received, at.given);
	assume(count <= at.received - at.handled && count <= path.end - path.next);
	at.handled += count;
	/* the last frame's descriptors, as onepath_take() leaves them (loop_group.c) */
	watched.number = at.handled - 1;
	watched.slot = watched.number & path.mask;
	for (unsigned int k = 0; k < OUTPUTS; k++) {
		const struct onepath_descriptor d = rings[k * SIZE + watched.slot];

		assume(d.length == htole16(answered(k)) && !d.cso && !d.status && !d.errors &&
		       d.cmd == (ONEPATH_TX_EOP | ONEPATH_TX_IFCS));
	}
	onepath_turn_end(&path, OUTPUTS, count);
	prove_turn(count, 64);
	return 0;
}
