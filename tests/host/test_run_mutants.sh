#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Breaks run.h once in each way that matters and requires that test_run notices:
# what the hot loop's tests are worth. Prints TAP, one line for each mutant.
#
# usage: test_run_mutants.sh [BUILD_DIR]      (CC and CFLAGS as in make)
# shellcheck source=tests/host/mutants.sh
. "$(dirname "$0")/mutants.sh"

try()
{
	mutate "$top/userspace/include/onepath/run.h" "$work/include/onepath/run.h" "$1"
	compile -I "$top/uapi" -I "$work/include" "$top/tests/host/test_run.c" \
		"$top/tests/host/run_device.c" -lcmocka -o "$work/test_run"
	ONEPATH_TEST_SEED=1 ONEPATH_TEST_FRAMES=20000 timeout 60 "$work/test_run" >"$work/log" 2>&1
}

cp -R "$top/userspace/include" "$work/"
if ! try ""; then
	cat "$work/log" >&2
	echo "$0: the tests fail with run.h as it is" >&2
	exit 1
fi

# What is given back
mutant "the output least behind counts" \
	's/furthest = 0, given/furthest = path->mask, given/; s/behind > furthest/behind < furthest/'
mutant "only the first output's head counts" \
	'/^ONEPATH_INLINE void onepath_recycle/,/^}/s/k < outputs/k < 1/'
mutant "an output that has sent all counts as a whole ring behind" \
	's/= (path->next - head) & path->mask/= ((path->next - head - 1) \& path->mask) + 1/'
mutant "none stays back" 's/path->next - furthest - 1/path->next - furthest/'
mutant "two stay back" 's/path->next - furthest - 1/path->next - furthest - 2/'
mutant "buffers given back by number handled, not sent" 's/path->next - furthest - 1/path->next - 1/'
mutant "given back only while frames arrive" '/if (!count) {/,/}/s/onepath_recycle(path, outputs);//'
mutant "RDT rung when nothing changed" 's/if (given != path->given)/if (1)/'
mutant "RDT not rung" 's/onepath_ring_doorbell(path->rdt, given);//'

# When a head is asked for
mutant "RS never set" 's/|= ONEPATH_TX_RS/|= 0/'
mutant "RS on the first output only" \
	'/& (path->period - 1)/,/TX_RS/s/k < outputs/k < 1/'
mutant "RS one descriptor late" 's/path->next & (path->period - 1)/i \& (path->period - 1)/'
mutant "period taken for a mask" 's/& (path->period - 1)/\& path->period/'
mutant "period does not follow the ring size" 's/size \/ 4 < 64 ? size \/ 4 : 64/64/'

# What is written into a descriptor
mutant "DD not cleared" 's/memcpy(&d->cso, &word, sizeof(word))/memcpy(\&d->cso, \&word, 2)/'
mutant "CSO left as received" \
	's/memcpy(&d->cso, &word, sizeof(word))/d->cmd = command, d->status = 0, d->errors = 0/'
mutant "IFCS missing" 's/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_EOP/'
mutant "EOP missing" 's/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_IFCS/'
mutant "a new length not written to ring 0" 's/if (first != in)/if (0)/'
mutant "a new length written to ring 0 only when longer" 's/if (first != in)/if (first > in)/'
mutant "length not written to the other rings" '/htole16(out >> (16 + k)/d'
mutant "the first output cannot be left out" 's/first = out >> 16 & 1 ? 0 : length/first = length/'
mutant "the other outputs cannot be left out" 's/htole16(out >> (16 + k) & 1 ? 0 : length)/htole16(length)/'
mutant "outputs chosen one bit off" 's/out >> (16 + k) & 1/out >> (15 + k) \& 1/'
mutant "the last ring not written" '/^ONEPATH_INLINE void onepath_handle/,/^}/s/k < outputs/k + 1 < outputs/'

# How far the loop goes
mutant "the batch is not bounded" 's/count < max \&\& onepath_read_status/onepath_read_status/'
mutant "the ring's end is not seen" 's/path->next = (i + 1) & path->mask/path->next = i + 1/'
mutant "DD not looked at" 's/\&ring\[path->next\].status) & ONEPATH_RX_DD/\&ring[path->next].status) | 1/'
mutant "TDT one short" 's/tdt, path->next)/tdt, (path->next - 1) \& path->mask)/'
mutant "first TDT not rung" 's/onepath_ring_doorbell(path->output\[k\].tdt/if (k) &/'
mutant "last TDT not rung" 's/onepath_ring_doorbell(path->output\[k\].tdt/if (k + 1 < outputs) &/'
mutant "buffers at a wrong stride" 's/(size_t)i \* ONEPATH_BUFFER_STRIDE/(size_t)i * ONEPATH_BUFFER_BYTES/'

mutants_end
