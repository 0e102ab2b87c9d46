# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# ixgbe_traffic.sh: two ports in two network namespaces of the guest (eth0 in left, eth1 in
# right), frames between them, and what driver, stack and model counted. Sourced by `ixgbe`.
# shellcheck disable=SC2154 # $work, $seconds

# The guest's busybox would take its own programs of these names first.
in_left() {
	guest "/opt/ip netns exec left /opt/$*"
}

in_right() {
	guest "/opt/ip netns exec right /opt/$*"
}

# both COMMAND: at both ports; ETH in it becomes the port's name
both() {
	in_left "${*//ETH/eth0}" && in_right "${*//ETH/eth1}"
}

link_is() { # yes|no
	in_left ethtool eth0 | grep -q "Link detected: $1" && in_right ethtool eth1 | grep -q "Link detected: $1"
}

# The namespaces. A port that is down keeps its addresses in them.
split() {
	guest "for n in left right; do /opt/ip netns add \$n && /opt/ip netns exec \$n \
		sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/keep_addr_on_down' || exit 1; done"
}

# A port in each, with addresses, up, and the link there.
joins() {
	guest "/opt/ip link set eth0 netns left && /opt/ip link set eth1 netns right" &&
		in_left ip addr add 10.0.0.1/24 dev eth0 && in_right ip addr add 10.0.0.2/24 dev eth1 &&
		in_left ip addr add fd00::1/64 dev eth0 nodad && in_right ip addr add fd00::2/64 dev eth1 nodad &&
		both ip link set ETH up && within 60 link_is yes
}

pings() { # PING-OPTIONS...
	in_left ping -q -c 5 -i 0.2 -W 10 "$*" 10.0.0.2 && in_left ping -q -c 5 -i 0.2 -W 10 "$*" fd00::2
}

# After what takes the link away for a while.
pings_again() {
	within 60 link_is yes && within 60 in_left ping -q -c 1 -W 5 10.0.0.2 &&
		within 60 in_left ping -q -c 1 -W 5 fd00::2 && pings
}

listening() {
	guest "/opt/ip netns exec right grep -q ':1451 .* 0A ' /proc/net/tcp6"
}

# iperf ADDRESS OPTIONS...: from left to right. Its report is left in $work/iperf.json.
iperf() {
	local to=$1
	shift
	guest "/opt/ip netns exec right /opt/iperf3 -s -1 >/tmp/iperf3.server 2>&1 &" && within 30 listening || return 1
	limit=$((seconds + 120)) in_left "iperf3 -J -t $seconds -c $to $*" >"$work/iperf.json" || cat "$work/iperf.json"
	jq -c '{ error, sent: .end.sum_sent.bytes, received: .end.sum_received.bytes, packets: .end.sum.packets,
		lost: .end.sum.lost_packets }' "$work/iperf.json"
	jq -e '.error == null and (.end.sum_received.bytes > 100000)' "$work/iperf.json"
}

tcp() {
	iperf "$1" -P 4 && iperf "$1" -R
}

udp() {
	iperf "$1" -u -b 20M -P 2
}

mtu() {
	both ip link set ETH mtu "$1" && pings_again
}

# 40 and 48 bytes of headers: what fills a frame; and what takes seven of them
jumbo_pings() {
	in_left ping -q -c 5 -i 0.2 -W 10 -M "do" -s 8972 10.0.0.2 &&
		in_left ping -q -c 5 -i 0.2 -W 10 -M "do" -s 8952 fd00::2 && pings -s 60000
}

# The counters of a port, NAME VALUE a line.
counters_of() { # NAMESPACE PORT
	guest "/opt/ip netns exec $1 /opt/ethtool -S $2" | sed -n 's/^ *\([^ ]*\): \([0-9]*\)$/\1 \2/p'
}

stat() { # NAMESPACE PORT NAME
	counters_of "$1" "$2" | awk -v name="$3" '$1 == name { print $2 }'
}

# More than one queue of each port has moved frames, both ways.
queues_used() {
	local shown
	shown=$(both ethtool -S ETH | grep -E '[rt]x_queue_[0-9]+_packets')
	grep -v ': 0$' <<<"$shown"
	[ "$(grep -Ec '^ *rx_queue_[01]_packets: [1-9]' <<<"$shown")" -eq 4 ] &&
		[ "$(grep -Ec '^ *tx_queue_[01]_packets: [1-9]' <<<"$shown")" -eq 4 ]
}

# What driver, hardware and stack found wrong with frames.
errors() {
	local side
	both ethtool -S ETH | grep -v ': 0$' |
		grep -E 'csum|crc|length_errors|[rt]x_errors|rx_frame_errors|tx_timeout|illegal|alloc_.*failed'
	for side in left right; do
		guest "/opt/ip netns exec $side cat /proc/net/netstat /proc/net/snmp" | awk -v side=$side '
			!(($1, 1) in names) { for (i = 1; i <= NF; i++) names[$1, i] = $i; next }
			{ for (i = 2; i <= NF; i++) if (names[$1, i] ~ /Csum|InHdrErrors|InErrs/ && $i)
				print side, $1, names[$1, i], $i }'
	done
}

no_errors() {
	local wrong
	wrong=$(errors)
	echo "$wrong"
	[ -z "$wrong" ]
}

model_counts() {
	report card '[.ports[].counters | .wire_out, .stored] | @tsv'
}

# What driver and model counted at a moment when nothing moves: for each port
# tx_packets, tx_pkts_nic, the model's sent; rx_packets, rx_pkts_nic, the model's stored.
quiet_counts() {
	local model driver
	for _ in $(seq 30); do
		model=$(model_counts)
		driver=$(counters_of left eth0 && counters_of right eth1)
		[ "$model" = "$(model_counts)" ] || continue
		awk -v model="$model" 'BEGIN { split(model, m, "\t") }
			$1 == "rx_packets" { port++ }
			/^[rt]x_(packets|pkts_nic) / { n[port, $1] = $2 }
			END { for (p = 1; p <= 2; p++)
				print n[p, "tx_packets"], n[p, "tx_pkts_nic"], m[2 * p - 1],
					n[p, "rx_packets"], n[p, "rx_pkts_nic"], m[2 * p] }' <<<"$driver"
		return
	done
	return 1
}

# In a span of time in which much moved, all count the same.
same_counts() {
	local before after
	before=$(quiet_counts) && tcp 10.0.0.2 && udp fd00::2 && after=$(quiet_counts) || return 1
	printf 'tx_packets tx_pkts_nic sent rx_packets rx_pkts_nic stored, before and after:\n%s\n%s\n' "$before" "$after"
	awk 'NR <= 2 { for (i = 1; i <= 6; i++) old[NR, i] = $i; next }
		{ for (i = 1; i <= 6; i++) d[i] = $i - old[NR - 2, i]
		  print d[1], d[2], d[3], d[4], d[5], d[6]
		  if (d[1] < 100 || d[4] < 100 || d[1] != d[2] || d[1] != d[3] || d[4] != d[5] || d[4] != d[6]) bad = 1 }
		END { exit bad || NR != 4 }' <(printf '%s\n%s\n' "$before" "$after")
}
