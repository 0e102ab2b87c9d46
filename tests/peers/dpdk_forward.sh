# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# dpdk_forward.sh: pairs of ports between which testpmd forwards, each pair in another way:
# what came out of it, and what it counted. Sourced by `dpdk`.
# shellcheck disable=SC2154 # $work, $here

# Each pair is a process of its own with this name, whose wires are files.
pairs=(io-vector)
declare -A address

start_pairs() {
	local nic
	"$checkout/tests/system/frames" make "$work/frames.pcap" || return 1
	for nic in "${pairs[@]}"; do
		start_nic "$nic" "pcap:in=$work/frames.pcap,out=$work/$nic.0.pcap" \
			"pcap:in=$work/frames.pcap,out=$work/$nic.1.pcap" && cables "$nic" down || return 1
	done
}

# Pulled, a cable keeps its frames until the port is all set up.
cables() { # NIC up|down
	local port
	for port in 0 1; do
		"$bin/onepath-nic" --tell "$work/$1.control" link $port "$2" || return 1
	done
}

# starts NIC EAL-OPTIONS OPTIONS: with the ports of this pair
starts() {
	local port allowed=
	for port in ${address[$1]}; do
		allowed+=" -a $port"
	done
	limit=120 guest "testpmd start -l 0,1 -n 1 --no-telemetry -d /opt/net_ixgbe.so -d /opt/mempool_ring.so \
		--log-level=pmd.net.ixgbe.init:debug $allowed $2 -- \
		-i --nb-cores=1 --total-num-mbufs=4096 --disable-link-check --no-flush-rx $3"
}

tell() {
	guest "testpmd tell $*"
}

# The driver says for each port and queue which of its functions it chose.
paths_are() { # RECEIVE TRANSMIT
	local said
	said=$(guest "cat /tmp/testpmd.out") || return 1
	grep -E 'ixgbe_set_[rt]x_function' <<<"$said"
	[ "$(grep -c "ixgbe_set_rx_function.*$1" <<<"$said")" -eq 2 ] &&
		[ "$(grep -c "ixgbe_set_tx_function.*$2" <<<"$said")" -ge 2 ]
}

frames_sent() { # NIC: by both ports together
	report "$1" '[.ports[].wire.out] | add'
}

all_sent() { # NIC FRAMES
	[ "$(frames_sent "$1")" -ge "$2" ]
}

# Frames come in at both ports, and leave at the other.
passes() { # NIC [swapped]
	local port
	tell start && cables "$1" up || return 1
	if ! within 240 all_sent "$1" 12008; then
		tell show port stats all
		return 1
	fi
	for port in 0 1; do
		"$checkout/tests/system/frames" compare "$work/frames.pcap" "$work/$1.$port.pcap" ${2:+"$2"} || return 1
	done
}

# All that the driver counted, of both ports.
counts_agree() { # NIC
	local port counted
	counted=$(tell show port xstats all) || return 1
	for port in 0 1; do
		"$here/dpdk_counters.py" "$work/frames.pcap" "$work/$1.$port.pcap" $port <<<"$counted" || return 1
	done
}

# forward NIC MODE EAL-OPTIONS OPTIONS RECEIVE TRANSMIT: all of one pair
forward() {
	local how=
	[ "$2" != macswap ] || how=swapped
	check "$1: testpmd starts" starts "$1" "$3" "--forward-mode=$2 $4"
	check "$1: on the paths that are meant" paths_are "$5" "$6"
	check "$1: frames of 14 to 1514 bytes, four kinds, both ways${how:+, addresses }$how" passes "$1" $how
	check "$1: all statistics are those of the wire" counts_agree "$1"
	check "$1: testpmd ends" guest testpmd quit
	phase dpdk "$1"
}
