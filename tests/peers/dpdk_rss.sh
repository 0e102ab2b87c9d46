# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# dpdk_rss.sh: one port that receives on 1, 2 and 4 queues: each frame with its hash and on
# the queue that dpdk_rss.py computes. Sourced by `dpdk`.
# shellcheck disable=SC2154 # $work, $here

# Frames come by the control socket.
start_rss() {
	start_nic rss none none
}

# Few at a time: what testpmd prints of them has to fit in its buffer.
rss_starts() {
	starts rss "" "--forward-mode=rxonly --burst=16 --enable-rx-cksum" && tell set verbose 1
}

# tell_all COMMANDS: one a line
tell_all() {
	local command
	while read -r command; do
		tell "$command" || return 1
	done <<<"$1"
}

sets_up_queues() { # QUEUES
	tell port stop all && tell port config all rxq "$1" && tell port config all txq "$1" && tell port start all &&
		tell_all "$("$here/dpdk_rss.py" commands "$1")" && tell show port 0 rss-hash key
}

# All the frames that are sent, and what was counted of them.
shown() { # BYTES
	guest "tail -c +$(($1 + 1)) /tmp/testpmd.out"
}

all_shown() { # BYTES FRAMES
	[ "$(shown "$1" | grep -c ' src=')" -ge "$2" ]
}

spreads() { # QUEUES
	local before frames
	before=$(guest "wc -c </tmp/testpmd.out") && tell clear port xstats all && tell start &&
		frames=$("$here/dpdk_rss.py" send "$work/rss.control" 0) &&
		within 60 all_shown "$before" "$frames" && tell stop && tell show port xstats 0 &&
		shown "$before" | "$here/dpdk_rss.py" check "$1"
}

receive_side_scaling() {
	local queues
	check "rss: testpmd starts" rss_starts
	for queues in 1 2 4; do
		check "rss: $queues queues" sets_up_queues $queues
		check "rss: $queues queues: each frame with the hash and on the queue that it should be" spreads $queues
	done
	check "rss: testpmd ends" guest testpmd quit
	phase dpdk rss
}
