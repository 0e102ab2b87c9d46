# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# dpdk_forward.sh: pairs of ports between which testpmd forwards, each pair in another way:
# what came out of it, and what it counted. Sourced by `dpdk`.
# shellcheck disable=SC2154 # $work, $here, $address

# Each pair is a process of its own with this name, whose wires are files.
pairs=(io-vector macswap-vector io-scalar macswap-scalar jumbo-vector jumbo-scalar jumbo-single offloads)

# What comes in at each port of a pair: every length; jumbo frames of some; what offloads are for.
frames_of() { # NIC
	case $1 in
	jumbo-*) echo "$work/jumbo.pcap" ;;
	offloads) echo "$work/offloads.pcap" ;;
	*) echo "$work/frames.pcap" ;;
	esac
}

# And what goes out at this port for it.
as_meant() { # NIC PORT
	local in out=$work/$1.$2.pcap frames=$checkout/tests/system/frames
	in=$(frames_of "$1")
	case $1 in
	macswap-*) "$frames" compare "$in" "$out" swapped ;;
	offloads) "$here/dpdk_offloads.py" compare "$in" "$out" ;;
	*) "$frames" compare "$in" "$out" ;;
	esac
}

start_pairs() {
	local nic in
	"$checkout/tests/system/frames" make "$work/frames.pcap" 14 1514 &&
		"$checkout/tests/system/frames" make "$work/jumbo.pcap" 60 9014 87 &&
		"$here/dpdk_offloads.py" make "$work/offloads.pcap" || return 1
	for nic in "${pairs[@]}"; do
		in=$(frames_of "$nic")
		start_nic "$nic" "pcap:in=$in,out=$work/$nic.0.pcap" "pcap:in=$in,out=$work/$nic.1.pcap" &&
			cables "$nic" down || return 1
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
	limit=120 guest "testpmd start -l 0,1 -n 1 --in-memory --no-telemetry -d /opt/net_ixgbe.so \
		-d /opt/mempool_ring.so --log-level=pmd.net.ixgbe.init:debug $allowed $2 -- \
		-i --nb-cores=1 --total-num-mbufs=4096 --disable-link-check --no-flush-rx $3"
}

testpmd_tell() {
	guest "testpmd tell '$*'"
}

# testpmd_tell_all COMMANDS: one a line
testpmd_tell_all() {
	limit=120 guest "echo '$1' | while read -r command; do testpmd tell \"\$command\" || exit 1; done"
}

# The driver says for each port which of its functions it chose: in these words, and no others.
paths_are() { # RECEIVE TRANSMIT
	local said
	said=$(guest "cat /tmp/testpmd.out" | grep -oE 'ixgbe_set_[rt]x_function\(\): (.*Rx|Vector rx|Vector tx|Using).*') || return 1
	echo "$said"
	[ "$(grep -c "ixgbe_set_rx_function(): $1" <<<"$said")" -eq 2 ] &&
		[ "$(grep 'ixgbe_set_tx_function' <<<"$said" | sed 's/.*(): //' | sort | uniq -c | sed 's/^ *//')" = "$2" ]
}

# How many frames leave at each port.
count_of() { # NIC
	case $1 in
	offloads) "$here/dpdk_offloads.py" count "$work/offloads.pcap" ;;
	*) "$checkout/tests/system/frames" count "$(frames_of "$1")" ;;
	esac
}

all_sent() { # NIC FRAMES: by both ports together
	[ "$(report "$1" '[.ports[].wire.out] | add')" -ge "$2" ]
}

have_link() { # NIC
	[ "$(report "$1" '[.ports[].link] | all')" = true ]
}

# Frames come in at both ports, and leave at the other. Both have link before testpmd forwards
# any: one without would not send, and testpmd drops what it cannot send at once.
passes() { # NIC
	local port count
	count=$(count_of "$1") && cables "$1" up && within 20 have_link "$1" && testpmd_tell start || return 1
	if ! within 240 all_sent "$1" $((2 * count)); then
		testpmd_tell show port stats all
		return 1
	fi
	for port in 0 1; do
		as_meant "$1" $port || return 1
	done
}

# All that the driver counted, of both ports.
counts_agree() { # NIC
	local port counted
	counted=$(testpmd_tell show port xstats all) || return 1
	for port in 0 1; do
		"$here/dpdk_counters.py" "$(frames_of "$1")" "$work/$1.$port.pcap" $port <<<"$counted" || return 1
	done
}

# forward NIC EAL-OPTIONS OPTIONS RECEIVE TRANSMIT: all of one pair
forward() {
	check "$1: testpmd starts" starts "$1" "$2" "$3"
	check "$1: on the paths that are meant" paths_are "$4" "$5"
	[ "$1" != offloads ] || check "$1: testpmd is told of them" testpmd_tell_all "$offload_commands"
	check "$1: frames both ways, in order, each as it should be" passes "$1"
	check "$1: all statistics are those of the wire" counts_agree "$1"
	check "$1: testpmd ends" guest testpmd quit
	phase dpdk "$1"
}

vector_tx='2 Using simple tx code path
2 Vector tx enabled.'
simple_tx='2 Using simple tx code path'
full_tx='2 Using full-featured tx code path'
scalar=--force-max-simd-bitwidth=64
macswap=--forward-mode=macswap
singly=--rxfreet=48 # new buffers: a ring that these do not divide
segments=--tx-offloads=0x8000 # a frame in many buffers
jumbo="--max-pkt-len=9018 --enable-scatter $segments"

# IPv4's, UDP's and TCP's checksums, TCP in segments; the addresses stay.
offloads="--forward-mode=csum --tx-offloads=0x802e"
offload_commands='port stop all
csum mac-swap off 0
csum mac-swap off 1
tso set 500 0
tso set 500 1
port start all'

# All three functions that the driver has to send, and all six to receive without coalescing.
forwarding() {
	forward io-vector "" "" "Vector rx enabled" "$vector_tx"
	forward macswap-vector "" "$macswap --rxd=512 --txd=512" "Vector rx enabled" "$vector_tx"
	forward io-scalar $scalar "" "Rx Burst Bulk Alloc Preconditions are satisfied" "$simple_tx"
	forward macswap-scalar $scalar "$macswap $singly $segments" \
		"Rx Burst Bulk Alloc Preconditions are not satisfied" "$full_tx"
	forward jumbo-vector "" "$jumbo" "Using Vector Scattered Rx" "$full_tx"
	forward jumbo-scalar $scalar "$jumbo" "Using a Scattered with bulk allocation" "$full_tx"
	forward jumbo-single $scalar "$jumbo $singly" "Using Regular .* Scattered Rx" "$full_tx"
	forward offloads "" "$offloads" "Vector rx enabled" "$full_tx"
}
