# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# life_counts.sh: what a port says that it counted, and what the model counted. Sourced by
# `life`.
# shellcheck disable=SC2154,SC2086 # $near, $in, ... are life_nfs.sh's

broadcast=ffffffffffff stranger=020000000099 source=0200000000aa

# arrive COUNT DESTINATION BYTES [crc|symbol]: such frames come to the port near
arrive() {
	local frame
	frame=$2${source}88b5$(printf '00%.0s' $(seq $(($3 - 14))))
	for _ in $(seq "$1"); do
		nic=pair tell frame 0 "$frame" ${4:-} >/dev/null || return 1
	done
}

# What was counted since the port was bound, by reason; then what the model did since it started.
counts() {
	counted $near '[.rx_frames, .rx_missed, .rx_filtered, .rx_oversize, .rx_crc_errors, .rx_other_errors,
		(.queues[0] | .rx_frames // 0, .rx_missed // 0)] | @tsv' -r
	report pair '.ports[0].counters | [.stored, .dropped_descriptor, .dropped_filter, .dropped_error] | @tsv'
}

# Line by line, each number less what it was.
growth() { # BEFORE AFTER
	paste <(tr '\t' '\n' <<<"$1") <(tr '\t' '\n' <<<"$2") | awk '{ printf "%s%d", (NR > 1 ? " " : ""), $2 - $1 }'
}

# Somebody owns the port, with room for 63 frames, and reads none.
counts_the_same() {
	local before after
	guest "kin fork $near >/tmp/kin.log 2>&1 &" && within 20 guest "grep 'no mapping' /tmp/kin.log" || return 1
	before=$(counts)
	arrive 40 $broadcast 60 && arrive 5 $stranger 60 && arrive 2 $broadcast 1600 && arrive 3 $broadcast 60 crc &&
		arrive 4 $broadcast 60 symbol && arrive 30 $broadcast 60 && after=$(counts) || return 1
	guest "kill \$(pidof kin)"
	growth "$before" "$after"
	# a symbol counts as such, and as an erroneous byte
	[ "$(growth "$before" "$after")" = "63 7 5 2 3 8 63 7 63 7 5 9" ]
}

# grew BEFORE AFTER: no number of a JSON object became less
grew() {
	jq -e -n --argjson a "$1" --argjson b "$2" \
		'[$a | paths(numbers)] as $all | all($all[]; . as $one | ($b | getpath($one)) >= ($a | getpath($one)))'
}

# Whoever owns the port, and whatever resets it. What the model stored is what the port received.
counts_for_good() {
	local before after stored act
	nfs_start && end_nf onepath-broadcast && before=$(counted $in .) || return 1
	stored=$(($(report hub '.ports[0].counters.stored') - $(jq .rx_frames <<<"$before")))
	for act in "echo 1 >/sys/bus/pci/devices/$in/reset" "kill -KILL \$(cat /tmp/onepath-broadcast.pid)" :; do
		nfs_start && guest "$act" && sleep 1 && after=$(counted $in .) && grew "$before" "$after" || return 1
		before=$after
	done
	nfs_start && end_nf onepath-broadcast && after=$(counted $in .) && grew "$before" "$after" || return 1
	stored=$(($(report hub '.ports[0].counters.stored') - $(jq .rx_frames <<<"$after") - stored))
	echo "stored, and not counted: $stored"
	[ "$stored" -eq 0 ]
}
