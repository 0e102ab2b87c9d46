# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# ixgbe_settings.sh: what ethtool and ip show of a port, and what they set. After each
# setting there is traffic. Sourced by `ixgbe`.
# shellcheck disable=SC2154 # $work, $address

ten_gigabit() {
	local shown line
	shown=$(both ethtool ETH)
	echo "$shown"
	for line in 'Speed: 10000Mb/s' 'Duplex: Full' 'Port: FIBRE' 'Link detected: yes'; do
		[ "$(grep -c "$line" <<<"$shown")" -eq 2 ] || return 1
	done
}

driver_information() {
	local shown
	shown=$(both ethtool -i ETH)
	echo "$shown"
	[ "$(grep -c '^driver: ixgbe' <<<"$shown")" -eq 2 ] && grep -q "^bus-info: ${address[0]}" <<<"$shown" &&
		grep -q "^bus-info: ${address[1]}" <<<"$shown"
}

module_eeprom() {
	local shown line
	shown=$(in_left ethtool -m eth0)
	echo "$shown"
	for line in 'Identifier .*0x03 \(SFP\)' 'Transceiver type .*10G Base-SR' 'Vendor name .*[a-z]' \
		'Laser wavelength .*850nm' 'Module temperature .*degrees C' 'Receiver signal average optical power .*dBm'; do
		grep -Eq "$line" <<<"$shown" || return 1
	done
}

# The driver has checked the checksum; here are the words.
eeprom() {
	in_left ethtool -e eth0 offset 0 length 128 >"$work/eeprom" || return 1
	cat "$work/eeprom"
	[ "$(grep -c '^0x' "$work/eeprom")" -eq 8 ] && ! grep -q '^0x0070:[[:space:]]*\(ff *\)*$' "$work/eeprom"
}

registers() {
	in_left ethtool -d eth0 >"$work/registers" && head -3 "$work/registers" &&
		grep -A 2 'LINKS (Link Status' "$work/registers" | grep 'Link Speed: .*10G'
}

# on FEATURE...: all of them are on at both ports.
on() {
	local feature shown
	shown=$(both ethtool -k ETH)
	for feature; do
		[ "$(grep -c "^[[:space:]]*$feature: on" <<<"$shown")" -eq 2 ] || {
			echo "$feature is not on"
			return 1
		}
	done
}

# LRO is off unless asked for: what it glues together cannot be forwarded.
offloads() {
	both ethtool -K ETH lro on && on rx-checksumming tx-checksumming tcp-segmentation-offload \
		tx-tcp-segmentation tx-tcp6-segmentation tx-checksum-sctp scatter-gather rx-vlan-offload tx-vlan-offload \
		rx-vlan-filter receive-hashing large-receive-offload generic-receive-offload tx-udp-segmentation
}

settings() {
	local shown
	shown=$(in_left ethtool -l eth0 && in_left ethtool -g eth0 && in_left ethtool -c eth0 && in_left ethtool -x eth0 &&
		in_left ethtool -a eth0 && in_left ethtool -n eth0 rx-flow-hash tcp4 && in_left ethtool -T eth0) || return 1
	echo "$shown"
	grep -Eq '^Combined:\s+2$' <<<"$shown" && grep -Eq '^RX:\s+512$' <<<"$shown" && grep -q 'toeplitz: on' <<<"$shown" &&
		[ "$(grep -Ec '^(RX|TX):\s+on$' <<<"$shown")" -eq 2 ] && grep -Eq '^rx-usecs:\s+1$' <<<"$shown"
}

rings() {
	local size
	for size in 64 4096 512; do
		both ethtool -G ETH rx $size tx $size && pings_again && busy 10.0.0.2 || return 1
	done
	in_left ethtool -g eth0 | grep -Ec '^[RT]X:\s+512$' | grep -qx 2
}

channels() {
	both ethtool -L ETH combined 1 && pings_again && busy 10.0.0.2 && in_left ethtool -l eth0 | grep -Eq '^Combined:\s+1$' &&
		both ethtool -L ETH combined 2 && pings_again && busy 10.0.0.2
}

moderation() {
	local usecs
	for usecs in 0 100 1; do
		both ethtool -C ETH rx-usecs $usecs && pings_again && busy 10.0.0.2 || return 1
	done
}

pause() {
	both ethtool -A ETH rx off tx off && pings_again && busy 10.0.0.2 &&
		both ethtool -A ETH rx on tx on && pings_again && busy 10.0.0.2
}

# The features off, and on again: the stack does by itself what the card did.
without_offloads() {
	both ethtool -K ETH tso off tx off rx off sg off rxvlan off txvlan off rxhash off lro off gro off && pings_again &&
		busy 10.0.0.2 && busy fd00::2 &&
		both ethtool -K ETH rx on tx on sg on tso on rxvlan on txvlan on rxhash on lro on gro on && pings_again
}

vlan() {
	guest modprobe 8021q && both ip link add link ETH name tagged type vlan id 100 && both ip link set tagged up &&
		in_left ip addr add 10.1.0.1/24 dev tagged && in_right ip addr add 10.1.0.2/24 dev tagged || return 1
	tags_grow 1 && both ethtool -K ETH rxvlan off txvlan off && within 60 link_is yes && tags_grow 0 &&
		both ethtool -K ETH rxvlan on txvlan on && within 60 link_is yes && within 60 in_left ping -q -c 1 -W 5 10.1.0.2
}

# Traffic with tags, which the card puts in and takes out (1), or the stack (0).
tags_grow() {
	local before after
	before=$(tags) && within 60 in_left ping -q -c 1 -W 5 10.1.0.2 && busy 10.1.0.2 && after=$(tags) || return 1
	echo "tags inserted and removed, both ports: $before, later $after"
	awk -v before="$before" -v after="$after" -v want="$1" 'BEGIN {
		split(before, b); split(after, a)
		for (i = 1; i <= 4; i++) if ((a[i] > b[i] + 100) != want) exit 1 }'
}

tags() {
	report card '[.ports[].counters | .tags_inserted, .tags_removed] | join(" ")'
}

# A VLAN that the other end does not have is filtered by hardware: nothing of it arrives.
vlan_filter() {
	local before after
	in_left ip link add link eth0 name other type vlan id 200 && in_left ip link set other up &&
		in_left ip addr add 10.2.0.1/24 dev other && in_left ip neigh replace 10.2.0.2 lladdr 02:00:00:00:00:01 dev other &&
		before=$(filtered) && ! in_left ping -q -c 5 -i 0.2 -W 1 10.2.0.2 && after=$(filtered) &&
		in_left ip link del other && in_left ip link del tagged && in_right ip link del tagged || return 1
	echo "filtered before $before, after $after"
	[ $((after - before)) -ge 5 ]
}

filtered() {
	report card '.ports[1].counters.dropped_filter'
}

# sends_to ADDRESS LLADDR STATISTIC: five frames; how much STATISTIC of the receiver grew
sends_to() {
	local before
	before=$(stat right eth1 "$3") && in_left ip neigh replace "$1" lladdr "$2" dev eth0 || return 1
	in_left ping -q -c 5 -i 0.2 -W 1 "$1" >/dev/null
	echo $(($(stat right eth1 "$3") - before))
}

promiscuous() {
	local off on
	off=$(sends_to 10.0.0.9 02:11:22:33:44:55 rx_packets) && in_right ip link set eth1 promisc on &&
		on=$(sends_to 10.0.0.9 02:11:22:33:44:55 rx_packets) && in_right ip link set eth1 promisc off || return 1
	echo "frames to a stranger that arrived: $off, promiscuous $on"
	[ "$off" -lt 5 ] && [ "$on" -ge 5 ]
}

# The group's address goes into the multicast table; without it its frames are filtered.
multicast() {
	local without with
	without=$(sends_to 10.0.0.8 01:00:5e:01:02:03 multicast) && in_right ip maddr add 01:00:5e:01:02:03 dev eth1 &&
		with=$(sends_to 10.0.0.8 01:00:5e:01:02:03 multicast) && in_right ip maddr del 01:00:5e:01:02:03 dev eth1 || return 1
	echo "frames to a group that arrived: $without, joined $with"
	[ "$without" -lt 5 ] && [ "$with" -ge 5 ]
}

# Every item of the self-test, by name: a test that is not run has not passed.
self_test() { # NAMESPACE PORT
	local shown item
	shown=$(limit=180 guest "/opt/ip netns exec $1 /opt/ethtool -t $2 offline")
	echo "$shown"
	grep -q 'The test result is PASS' <<<"$shown" || return 1
	for item in Register Eeprom Interrupt Loopback Link; do
		grep -Eq "^$item test .*\s0\$" <<<"$shown" || return 1
	done
	within 60 link_is yes
}

self_tests() {
	self_test left eth0 && self_test right eth1 && pings_again
}
