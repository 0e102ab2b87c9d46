#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Breaks run.h, outputs.h and order.h once in each way that matters and requires that
# test_run, test_outputs or test_run_threads notices: what the hot loop's tests are worth.
# Prints TAP, one line for each mutant.
#
# usage: test_run_mutants.sh [BUILD_DIR]      (CC and CFLAGS as in make)
# shellcheck source=tests/host/mutants.sh
. "$(dirname "$0")/mutants.sh"

# What a test is made of, besides itself.
parts_of()
{
	case $1 in
	test_run_threads) echo run_threads.c run_frames.c -fsanitize=thread -lpthread ;;
	*) echo run_device.c run_frames.c run_kernel.c ;;
	esac
}

# try SED_SCRIPT [HEADER [TEST [FRAMES]]]
try()
{
	cp "$top"/userspace/include/onepath/*.h "$work/include/onepath/"
	mutate "$top/userspace/include/onepath/${2:-run.h}" "$work/include/onepath/${2:-run.h}" "$1"
	# shellcheck disable=SC2046 # words
	(cd "$top/tests/host" && compile -I "$top/uapi" -I "$work/include" "${3:-test_run}.c" \
		$(parts_of "${3:-test_run}") -lcmocka -o "$work/test")
	TSAN_OPTIONS=halt_on_error=1 ONEPATH_TEST_SEED=1 ONEPATH_TEST_FRAMES=${4:-20000} \
		timeout 60 "$work/test" >"$work/log" 2>&1
}

cp -R "$top/userspace/include" "$work/"
for test in test_run test_outputs test_run_threads; do
	if ! try "" run.h $test 2000; then
		cat "$work/log" >&2
		echo "$0: the tests fail with the headers as they are" >&2
		exit 1
	fi
done

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
mutant "period does not follow the ring size" 's/size \/ 4 < 64 ? size \/ 4 : 64/64/' outputs.h

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
mutant "buffers at a wrong stride" 's/(size_t)i \* path->stride/(size_t)i * path->buffer_bytes/'

# Outputs out of service
away()
{
	mutant "$1" "$2" "${3:-outputs.h}" test_outputs
}

away "the epoch is not looked at" 's/if (ONEPATH_RARE(onepath_read_shared/if (0 \& (onepath_read_shared/' run.h
away "the epoch is looked at only while it is even" 's/!= output->epoch))/\& 1))/' run.h
away "an output that is away is waited for" '/^ONEPATH_COLD uint32_t onepath_output_changed/,/^}/s/return 0/return path->mask/'
away "an output that is away has its doorbell rung" 's/if (ONEPATH_RARE(path->away)) {/if (0) {/' run.h
away "outputs that are in service have not" '/^ONEPATH_COLD void onepath_ring_some/,/^}/s/if (!(path->away/if ((path->away/'
away "an output never comes back" 's/max = onepath_outputs_return(path, max)/(void)0/' run.h
away "the loop goes past where a queue begins" 's/max = distance;/;/'
away "it stops one short" 's/max = distance;/max = distance - 1;/'
away "an output is back wherever the loop stands" 's/if (!distance)/if (1)/'
away "an output is back before its queue is" 's/if (epoch & 1)$/if (0)/'
away "it is known in its old epoch" '/path->away &= ~(1u << k)/,/}/s/output->epoch = epoch/output->epoch = epoch - 2/'
away "its going is not told" '/^static inline void onepath_output_leaves/,/^}/s/onepath_write_seen(.*/;/'
away "its next going is not told" '/^ONEPATH_COLD unsigned int onepath_outputs_return/,/^}/s/onepath_write_seen(.*/;/'
away "when one goes, those that went before are in service" 's/path->away |= 1u << k;/path->away = 1u << k;/'
away "a link that is down at the start is not seen" '/^static inline void onepath_rewind/,/^}/s/if (epoch & 1)/if (0)/'
away "dropped frames are lost, too" 's/lost += output->ring\[i\].length != 0/lost += 1/'
away "what was rung in vain is not lost" 's/onepath_count_lost(path, k, stopped_at);/;/'
away "it is counted from where the loop stands" 's/onepath_count_lost(path, k, stopped_at);/onepath_count_lost(path, k, path->counted);/'
away "what was counted is counted again" 's/path->counted = path->next;/;/'
away "lost frames of other outputs are given back uncounted" \
	'/^ONEPATH_COLD uint32_t onepath_output_changed/,/^}/s/onepath_count_away(path);/;/'
away "lost frames are counted only when buffers are given back" \
	'/^ONEPATH_COLD void onepath_ring_some/,/^}/s/onepath_count_away(path);/;/'

# Barriers, each of which is a race for ThreadSanitizer if it is missing
barrier()
{
	mutant "$1: no barrier" "/^static inline .* $2(/,/^}/s/__ATOMIC_[A-Z]*/__ATOMIC_RELAXED/" order.h \
		test_run_threads 2000
	grep -q 'ThreadSanitizer: data race' "$work/log" || {
		echo "$0: no race was seen" >&2
		exit 1
	}
}

barrier "a descriptor's status" onepath_read_status
barrier "a head" onepath_read_head
barrier "an epoch" onepath_read_shared
barrier "a doorbell" onepath_ring_doorbell
barrier "what the loop has seen" onepath_write_seen

mutants_end
