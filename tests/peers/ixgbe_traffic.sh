# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# ixgbe_traffic.sh: two ports in two network namespaces of the guest (eth0 in left, eth1 in
# right), frames between them, and what driver, stack and model counted. Sourced by `ixgbe`.
# shellcheck disable=SC2154 # $work, $megabytes

# The guest's busybox would take its own programs of these names first.
in_left() {
	guest "/opt/ip netns exec left /opt/$*"
}

in_right() {
	guest "/opt/ip netns exec right /opt/$*"
}

# both COMMAND: at both ports, at one go; ETH in it becomes the port's name
both() {
	guest "/opt/ip netns exec left /opt/${*//ETH/eth0} && /opt/ip netns exec right /opt/${*//ETH/eth1}"
}

link_is() { # yes|no
	[ "$(both ethtool ETH | grep -c "Link detected: $1")" -eq 2 ]
}

# The namespaces. A port that is down keeps its addresses in them.
split() {
	guest "for n in left right; do /opt/ip netns add \$n && /opt/ip netns exec \$n \
		sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/keep_addr_on_down' || exit 1; done"
}

# join NAMESPACE PORT NUMBER: a port that was just made, with addresses, up
join() {
	local in="/opt/ip netns exec $1 /opt/ip"
	guest "/opt/ip link set $2 netns $1 && $in addr add 10.0.0.$3/24 dev $2 &&
		$in addr add fd00::$3/64 dev $2 nodad && $in link set $2 up"
}

# A port in each, and the link there.
joins() {
	join left eth0 1 && join right eth1 2 && within 60 link_is yes
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

# iperf ADDRESS MEGABYTES OPTIONS...: from left to right. Its report is left in $work/iperf.json.
# It is no matter of time: a guest that others keep from running may move nothing for a second.
iperf() {
	local to=$1 much=$2
	shift 2
	guest "/opt/ip netns exec right /opt/iperf3 -s -1 >/tmp/iperf3.server 2>&1 &" && within 30 listening || return 1
	limit=300 in_left "iperf3 -J -n ${much}M -c $to $*" >"$work/iperf.json" || cat "$work/iperf.json"
	jq -c '{ error, sent: .end.sum_sent.bytes, received: .end.sum_received.bytes, packets: .end.sum.packets,
		lost: .end.sum.lost_packets }' "$work/iperf.json"
	jq -e '.error == null and (.end.sum_received.bytes > 100000)' "$work/iperf.json"
}

tcp() {
	iperf "$1" "$megabytes" -P 4 && iperf "$1" "$megabytes" -R
}

# The same, shorter: after a setting was changed.
busy() {
	iperf "$1" 2 && iperf "$1" 2 -R
}

udp() {
	iperf "$1" "$megabytes" -u -b 20M -P 2
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

# Four UDP flows for each queue, of 50 frames each: they are on the queue that the Toeplitz hash of
# their addresses and ports says, computed here, with the key and the table that the driver shows.
flows_in_their_queues() {
	local ports queue
	in_right ethtool -N eth1 rx-flow-hash udp4 sdfn && start_sink && pings_again &&
		in_right ethtool -x eth1 >"$work/rss" && ports=$(flows_for_queues <"$work/rss") || return 1
	for queue in 0 1; do
		flows_reach "$queue" "$(sed -n "s/^$queue //p" <<<"$ports")" || return 1
	done
	guest "kill \$(cat /tmp/sink.pid)"
}

start_sink() {
	guest "/opt/ip netns exec right /opt/socat -u UDP4-RECV:9 OPEN:/dev/null >/dev/null 2>&1 & echo \$! >/tmp/sink.pid" &&
		within 30 guest "/opt/ip netns exec right grep -q ':0009 ' /proc/net/udp"
}

# From what ethtool -x says: QUEUE and four source ports, a line for each queue.
flows_for_queues() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$checkout/tests/peers python3 -c '
import re, sys, rss
shown = sys.stdin.read()
table = [int(n) for line in re.findall(r"^ *\d+: +(.*)$", shown, re.M) for n in line.split()]
key = bytes.fromhex(re.search(r"hash key:\s+([0-9a-f:]+)", shown)[1].replace(":", ""))
ports = {0: [], 1: []}
for port in range(7001, 8001):
    ports[table[rss.toeplitz(key, rss.flow("10.0.0.1", "10.0.0.2", port, 9)) % len(table)]].append(port)
for queue in ports:
    print(queue, *ports[queue][:4])'
}

# There may be some frames of others, never as many as one flow has.
flows_reach() { # QUEUE PORTS
	local before=() after=() grown
	read -ra before <<<"$(queue_counts)" && guest "head -c 5000 /dev/zero >/tmp/5000 && for port in $2; do
		/opt/ip netns exec left /opt/socat -u -b 100 FILE:/tmp/5000 UDP4:10.0.0.2:9,sourceport=\$port || exit 1; done" &&
		within 30 queue_has "$1" $((before[$1] + 200))
	read -ra after <<<"$(queue_counts)"
	echo "flows from $2 for queue $1; frames by queue: before ${before[*]}, after ${after[*]}"
	grown=$((after[$1] - before[$1]))
	[ "$(wc -w <<<"$2")" -eq 4 ] && [ $grown -ge 200 ] && [ $grown -lt 250 ] &&
		[ $((after[1 - $1] - before[1 - $1])) -lt 50 ]
}

queue_counts() {
	counters_of right eth1 | awk '$1 ~ /^rx_queue_[01]_packets$/ { n[$1] = $2 }
		END { print n["rx_queue_0_packets"], n["rx_queue_1_packets"] }'
}

queue_has() { # QUEUE FRAMES
	[ "$(queue_counts | cut -d ' ' -f $(($1 + 1)))" -ge "$2" ]
}

# What the model did for the driver: large sends cut, checksums made, and checked.
offloads_work() {
	report card '[.ports[].counters | .large_sends, .sums_inserted, .sums_checked]'
	[ "$(jq '[.ports[].counters | .large_sends, .sums_inserted, .sums_checked] | min' "$work/card.json")" -gt 50 ]
}

# The counters of driver, hardware and stack that are of wrong frames and are not 0: `ethtool
# -S`, /proc/net/snmp6 (NAME VALUE), /proc/net/netstat and snmp (two lines, names and values).
wrong_frames() {
	awk 'NF == 2 && $2 && $1 ~ /csum|crc|length_errors|[rt]x_errors|rx_frame_errors|illegal|alloc_.*failed/ { print }
		NF == 2 && $2 && $1 ~ /Csum|InHdrErrors/ { print }
		NF == 2 || $1 !~ /:$/ { next }
		$2 !~ /^[-0-9]/ { for (i = 2; i <= NF; i++) names[$1, i] = $i; next }
		{ for (i = 2; i <= NF; i++) if (names[$1, i] ~ /Csum|InHdrErrors|InErrs/ && $i) print $1, names[$1, i], $i }'
}

no_errors() {
	local shown wrong name
	shown=$(both ethtool -S ETH && guest "for n in left right; do
		/opt/ip netns exec \$n cat /proc/net/snmp6 /proc/net/netstat /proc/net/snmp || exit 1; done") || return 1
	for name in rx_crc_errors: rx_length_errors: Udp6InCsumErrors InCsumErrors; do
		[ "$(grep -cw "$name" <<<"$shown")" -ge 2 ] || { echo "no $name"; return 1; }
	done
	wrong=$(wrong_frames <<<"$shown")
	echo "$wrong"
	[ -z "$wrong" ] && [ "$(report card '[.ports[].counters.dropped_error] | add')" -eq 0 ]
}

model_counts() {
	report card '[.ports[].counters | .wire_out, .stored] | @tsv'
}

driver_counts() {
	{ counters_of left eth0 && counters_of right eth1; } | grep -E '^([rt]x_(packets|pkts_nic|bytes|bytes_nic)|tx_flow_control_xo.*) '
}

# What driver and model counted at a moment when nothing moves: for each port tx_packets,
# tx_pkts_nic, the model's sent (but PAUSE); rx_packets, rx_pkts_nic, the model's stored; what
# rx_bytes_nic has of CRCs, 4 bytes a frame. Nothing moves if both count the same twice: the
# driver looks at a frame after the model has stored it, and at one that was sent later still.
quiet_counts() {
	local model driver
	for _ in $(seq 30); do
		model=$(model_counts) driver=$(driver_counts)
		if [ "$driver" != "$(driver_counts)" ] || [ "$model" != "$(model_counts)" ]; then
			continue
		fi
		awk -v model="$model" 'BEGIN { split(model, m, "\t") }
			$1 == "rx_packets" { port++ }
			/^tx_flow_control_xo/ { pauses[port] += $2 }
			{ n[port, $1] = $2 }
			END { for (p = 1; p <= 2; p++)
				print n[p, "tx_packets"], n[p, "tx_pkts_nic"], m[2 * p - 1] - pauses[p],
					n[p, "rx_packets"], n[p, "rx_pkts_nic"], m[2 * p],
					(n[p, "rx_bytes_nic"] - n[p, "rx_bytes"]) / 4 }' <<<"$driver"
		return
	done
	return 1
}

# In a span of time in which much moved, all count the same.
same_counts() {
	local before after
	before=$(quiet_counts) && tcp 10.0.0.2 && udp fd00::2 && after=$(quiet_counts) || return 1
	printf 'tx_packets tx_pkts_nic sent rx_packets rx_pkts_nic stored CRCs, before and after:\n%s\n%s\n' "$before" "$after"
	awk 'NR <= 2 { for (i = 1; i <= 7; i++) old[NR, i] = $i; next }
		{ for (i = 1; i <= 7; i++) d[i] = $i - old[NR - 2, i]
		  print d[1], d[2], d[3], d[4], d[5], d[6], d[7]
		  if (d[1] < 100 || d[4] < 100 || d[1] != d[2] || d[1] != d[3]) bad = 1
		  if (d[4] != d[5] || d[4] != d[6] || d[4] != d[7]) bad = 1 }
		END { exit bad || NR != 4 }' <(printf '%s\n%s\n' "$before" "$after")
}
