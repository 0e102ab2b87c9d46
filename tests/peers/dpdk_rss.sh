# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# dpdk_rss.sh: one port that receives on 1, 2 and 4 queues: each frame with its hash and on
# the queue that dpdk_rss.py computes; and its link. Sourced by `dpdk`.
# shellcheck disable=SC2154 # $work, $here

# Frames come by the control socket.
start_rss() {
	start_nic rss none none
}

# Few at a time: what testpmd prints of them has to fit in its buffer.
rss_starts() {
	starts rss "" "--forward-mode=rxonly --burst=16 --enable-rx-cksum" && testpmd_tell set verbose 1
}

sets_up_queues() { # QUEUES
	testpmd_tell port stop all && testpmd_tell port config all rxq "$1" && testpmd_tell port config all txq "$1" && testpmd_tell port start all &&
		testpmd_tell_all "$("$here/dpdk_rss.py" commands "$1")" && testpmd_tell show port 0 rss-hash key
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
	before=$(guest "wc -c </tmp/testpmd.out") && testpmd_tell clear port xstats all && testpmd_tell start &&
		frames=$("$here/dpdk_rss.py" send "$work/rss.control" 0) &&
		within 60 all_shown "$before" "$frames" && testpmd_tell stop && testpmd_tell show port xstats 0 &&
		shown "$before" | "$here/dpdk_rss.py" check "$1"
}

# What the driver knows by an interrupt; no register is read for it now.
link_shown() { # up|down
	local shown
	shown=$(testpmd_tell show port info 0)
	grep -E '^Link (status|speed)' <<<"$shown"
	grep -q "^Link status: $1" <<<"$shown" && { [ "$1" = down ] || grep -q '^Link speed: 10 Gbps' <<<"$shown"; }
}

# The driver tells of a change when that has lasted for some seconds.
link_events() { # AT-LEAST
	[ "$(guest "grep -c 'Port 0: link state change event' /tmp/testpmd.out")" -ge "$1" ]
}

sees_the_cable() {
	cables rss down && within 60 link_events 1 && link_shown down &&
		cables rss up && within 60 link_events 2 && link_shown up
}

receive_side_scaling() {
	local queues
	check "rss: testpmd starts" rss_starts
	for queues in 1 2 4; do
		check "rss, queues $queues: testpmd is told of them" sets_up_queues $queues
		check "rss, queues $queues: each frame with the hash and on the queue that it should be" spreads $queues
	done
	check "rss: a cable pulled and plugged in" sees_the_cable
	check "rss, queues 4: the same after that" spreads 4
	check "rss: testpmd ends" guest testpmd quit
	phase dpdk rss
}
