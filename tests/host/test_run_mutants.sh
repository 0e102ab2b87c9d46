#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Breaks run.h, turn.h, burst.h, outputs.h and order.h once in each way that matters and requires
# that test_run, test_outputs or test_run_threads notices: what the hot loop's tests are
# worth. Prints TAP, one line for each mutant.
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
turn()
{
	mutant "$1" "$2" turn.h
}

turn "the output least behind counts" \
	's/furthest = 0, given/furthest = path->mask, given/; s/behind > furthest/behind < furthest/'
turn "only the first output's head counts" \
	'/^ONEPATH_INLINE void onepath_recycle/,/^}/s/k < outputs/k < 1/'
turn "an output that has sent all counts as a whole ring behind" \
	's/= (path->next - head) & path->mask/= ((path->next - head - 1) \& path->mask) + 1/'
turn "the smallest head counts" \
	's/if (behind > furthest)/if (!k || head < ((path->next - furthest) \& path->mask))/'
turn "none stays back" 's/path->next - furthest - 1/path->next - furthest/'
turn "two stay back" 's/path->next - furthest - 1/path->next - furthest - 2/'
turn "buffers given back by number handled, not sent" 's/path->next - furthest - 1/path->next - 1/'
turn "given back only while frames arrive" 's/if (!count || period_ends)/if (period_ends)/'
turn "given back only while none arrive" 's/if (!count || period_ends)/if (!count)/'
turn "RDT rung when nothing changed" 's/if (given != path->given)/if (1)/'
turn "RDT not rung" 's/onepath_ring_doorbell(path->rdt, given);//'

# When a head is asked for
turn "RS never set" 's/|= ONEPATH_TX_RS/|= 0/'
turn "RS on the first output only" '/^ONEPATH_INLINE void onepath_turn_period/,/^}/s/k < outputs/k < 1/'
turn "RS one descriptor early" 's/ring\[path->next - 1\].cmd/ring[path->next - 2].cmd/'
turn "a period's end is not seen" 's/if (period_ends)$/if (0)/'
turn "the next period is as long as the one before" 's/path->end = path->next + path->period/path->end += path->period/'
mutant "period does not follow the ring size" 's/size \/ 4 < 64 ? size \/ 4 : 64/64/' outputs.h

# What is written into a descriptor
turn "DD not cleared" 's/memcpy(&d->cso, &word, sizeof(word))/memcpy(\&d->cso, \&word, 2)/'
turn "CSO left as received" 's/memcpy(&d->cso, &word, sizeof(word))/memcpy(\&d->cmd, (char *)\&word + 1, 3)/'
turn "IFCS missing in ring 0" '/^ONEPATH_INLINE void onepath_send_received/,/^}/s/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_EOP/'
turn "IFCS missing in the others" '/^ONEPATH_INLINE void onepath_send(/,/^}/s/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_EOP/'
turn "EOP missing in ring 0" '/^ONEPATH_INLINE void onepath_send_received/,/^}/s/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_IFCS/'
turn "EOP missing in the others" '/^ONEPATH_INLINE void onepath_send(/,/^}/s/ONEPATH_TX_EOP | ONEPATH_TX_IFCS/ONEPATH_TX_IFCS/'
turn "length not written to the other rings" 's/memcpy(&d->length, &word, sizeof(word))/memcpy(\&d->cso, (char *)\&word + 2, 6)/'
mutant "a new length not written to ring 0" 's/if (first != in)/if (0)/'
mutant "a new length written to ring 0 only when longer" 's/if (first != in)/if (first > in)/'
mutant "the first output cannot be left out" 's/first = out >> 16 & 1 ? 0 : length/first = length/'
mutant "the other outputs cannot be left out" 's/out\[n\] >> (16 + k) & 1 ? 0 : //'
mutant "outputs chosen one bit off" 's/out\[n\] >> (16 + k) & 1/out[n] >> (15 + k) \& 1/'
mutant "the last ring not written" '/^ONEPATH_INLINE void onepath_handle_group/,/^}/s/k < loop->outputs/k + 1 < loop->outputs/'
mutant "a burst's new length not sent by the others" 's/onepath_burst_length(burst, n));/60);/' burst.h
mutant "a burst's choice of outputs ignored" 's/burst->except\[n\] >> k & 1/0/' burst.h
mutant "a burst's choice of output 0 ignored" 's/if (burst->except\[n\] & 1)/if (0)/' burst.h
mutant "a burst does not begin with all outputs" 's/count, { 0 }/count, { 1 }/' burst.h
mutant "a burst's last frames are not sent" '/^ONEPATH_INLINE void onepath_burst_send/,/^}/s/for (; d < end; d++)/if (d < end)/' burst.h

# How far the loop goes
turn "the batch is not bounded" 's/return max < room ? max : room/return room/'
turn "the ring's end is not seen" 's/path->next &= path->mask;//'
turn "a turn goes past the end of its period" 's/max < room ? max : room/max/'
turn "DD not looked at" 's/&d->status) & ONEPATH_RX_DD/\&d->status) | 1/'
mutant "a group is there when its first frame is" 's/onepath_is_received(d + ONEPATH_GROUP - 1)/onepath_is_received(d)/'
mutant "a burst's group is there when its first frame is" 's/onepath_is_received(d + ONEPATH_GROUP - 1)/onepath_is_received(d)/' burst.h
mutant "a group goes past the batch" 's/while (left >= ONEPATH_GROUP/while (left/'
turn "TDT one short" 's/tdt, path->next)/tdt, (path->next - 1) \& path->mask)/'
turn "first TDT not rung" 's/onepath_ring_doorbell(path->output\[k\].tdt/if (k) &/'
turn "last TDT not rung" 's/onepath_ring_doorbell(path->output\[k\].tdt/if (k + 1 < outputs) &/'
mutant "buffers at a wrong stride" 's/(size_t)path->next \* path->stride/(size_t)path->next * path->buffer_bytes/'
mutant "buffers of a burst at a wrong stride" 's/(size_t)path->next \* path->stride/(size_t)path->next * path->buffer_bytes/' burst.h
mutant "every stride is taken for the usual one" 's/if (path->stride == ONEPATH_BUFFER_STRIDE)/if (1)/'

# Outputs out of service
away()
{
	mutant "$1" "$2" "${3:-outputs.h}" test_outputs
}

away "the epoch is not looked at" 's/if (ONEPATH_RARE(onepath_read_shared/if (0 \& (onepath_read_shared/' turn.h
away "the epoch is looked at only while it is even" 's/!= output->epoch))/\& 1))/' turn.h
away "an output that is away is waited for" '/^ONEPATH_COLD uint32_t onepath_output_changed/,/^}/s/return 0/return path->mask/'
away "an output that is away has its doorbell rung" 's/if (ONEPATH_RARE(path->away))$/if (0)/; s/max = onepath_outputs_return/if (path->away) &/' turn.h
away "outputs that are in service have not" '/^ONEPATH_COLD void onepath_ring_some/,/^}/s/if (!(path->away/if ((path->away/'
away "an output never comes back" 's/max = onepath_outputs_return(path, max)/(void)0/' turn.h
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
