# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# life_outputs.sh: one of onepath-broadcast's two outputs dies: the other one does not notice,
# it comes back by itself, and each frame that it did not send is counted there. Sourced by
# `life`.
# shellcheck disable=SC2154,SC2086 # $out1, $out2, ... are life_nfs.sh's

hub_fault() {
	nic=hub tell fault port2 "$@"
}

# Its descriptors cannot be read.
stands_still() {
	hub_fault dma-fault "$1" read
}

# The link goes, and the queue does not stop.
has_to_be_reset() {
	hub_fault link-down "$1" && hub_fault tx-queue-stuck "$1"
}

# It obeys PAUSE frames, and gets too many of them.
is_paused() {
	if [ "$1" = on ]; then
		guest "onepathctl set $out2 pause rx" && hub_fault pause-storm on
	else
		hub_fault pause-storm off && guest "onepathctl set $out2 pause off"
	fi
}

is_reset() {
	[ "$1" = off ] || guest "echo 1 >/sys/bus/pci/devices/$out2/reset"
}

# Whether it has been out of service since the NF's start.
went_away() { # ADDRESS
	guest "grep -A 3 'path from $in' /sys/kernel/debug/onepath/$in/state" | grep "to $1 .* epoch [1-9]"
}

is_in_service() {
	guest "grep -A 3 'path from $in' /sys/kernel/debug/onepath/$in/state" | grep "to $1 .* in service"
}

# It sends 4000 frames, nine in ten of those that arrive meanwhile: more than a ring, 256, does not wait.
other_keeps_pace() {
	local input output now_in now_out
	read -r input output <<<"$(report hub '[.ports[0].wire.in, .ports[1].wire.out] | @tsv')"
	within 60 sent_more hub 1 $((output + 4000)) || return 1
	read -r now_in now_out <<<"$(report hub '[.ports[0].wire.in, .ports[1].wire.out] | @tsv')"
	input=$((now_in - input)) output=$((now_out - output))
	echo "of $input frames the other output sent $output"
	[ $((10 * output)) -ge $((9 * input)) ]
}

# sums ADDRESS: what it received, sent, and lost
sums() {
	counted "$1" '[.rx_frames, .tx_frames, .tx_lost] | @tsv' -r
}

# What the other output sent, this one has sent or lost: each frame that the NF handled. What it
# did not come to before its end is less than a ring.
all_accounted() {
	local received sent lost sent1 lost1
	read -r received _ _ <<<"$(sums $in)"
	read -r _ sent1 lost1 <<<"$(sums $out1)"
	read -r _ sent lost <<<"$(sums $out2)"
	received=$((received - before[0])) sent1=$((sent1 - before[1])) lost1=$((lost1 - before[2]))
	sent=$((sent - before[3])) lost=$((lost - before[4]))
	echo "received $received; sent $sent1, lost $lost1; sent $sent, lost $lost"
	[ $lost1 -eq 0 ] && [ $lost -gt 0 ] && [ $((sent + lost)) -eq $sent1 ] && [ $((received - sent1)) -lt 256 ]
}

before=()

# output_dies FAULT: FAULT on and off are what happens to it
output_dies() {
	nfs_start && end_nf onepath-broadcast || return 1
	read -r -a before <<<"$(sums $in | cut -f 1) $(sums $out1 | cut -f 2,3) $(sums $out2 | cut -f 2,3)"
	if nfs_start && "$1" on && within 20 went_away $out2 && other_keeps_pace && "$1" off &&
		within 90 is_in_service $out2 && sends hub 1 2 && intact && end_nf onepath-broadcast && all_accounted; then
		return
	fi
	guest "dmesg | tail; cat /sys/kernel/debug/onepath/$out2/state; cat /tmp/onepath-broadcast.log"
	"$1" off
	return 1
}
