# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# lib.sh: for tests of drivers that nobody here wrote: which rules of the datasheet they
# broke, doing what, and which of these the table `rules` expects. Sourced after
# tests/system/lib.sh. A test ends each of its parts with a phase; the model is asked then.
# shellcheck disable=SC2154 # $work and $checkout are theirs

rules_table=$checkout/tests/peers/rules

# What the model has counted so far: RULE SECTION COUNT a line, all ports together.
broken_rules() { # NIC
	report "$1" '[.ports[].rules[]] | group_by(.name)[] | "\(.[0].name) \(.[0].section) \(map(.count) | add)"'
}

# Where a rule was broken first since the last phase, as --log-rules said: register, value.
first_break() { # NIC RULE
	tail -n "+$(($(cat "$work/$1.logged" 2>/dev/null || echo 0) + 1))" "$work/$1.log" |
		grep -m 1 -F ": rule $2 (" | sed -E 's/.* broken at ([^:]*):.*/\1/'
}

# phase NAME NIC: adds what was broken since the last phase of this model (NIC) to the list
# $work/broken: NAME RULE SECTION COUNT WHERE
phase() {
	local rule section count before
	touch "$work/$2.rules" "$work/broken" || return 1
	broken_rules "$2" >"$work/$2.rules.now" || return 1
	while read -r rule section count; do
		before=$(awk -v rule="$rule" '$1 == rule { print $3 }' "$work/$2.rules")
		[ "$count" -eq "${before:-0}" ] ||
			echo "$1 $rule $section $((count - ${before:-0})) $(first_break "$2" "$rule")" >>"$work/broken"
	done <"$work/$2.rules.now"
	mv "$work/$2.rules.now" "$work/$2.rules"
	wc -l <"$work/$2.log" >"$work/$2.logged"
}

# Why `rules` says that this is broken in this phase; nothing if it does not.
expected_because() { # PHASE RULE
	awk -v phase="$1" -v rule="$2" '$1 == phase && $2 == rule { $1 = $2 = ""; sub(/^ +/, ""); print; exit }' \
		"$rules_table"
}

# The list of broken rules, for whoever reads the test's output; then what `rules` has of
# the phases that there were but did not happen.
print_rules() {
	local name rule section count where
	echo "# rules of the datasheet that were broken:"
	while read -r name rule section count where; do
		printf '#   %-12s %-20s %-10s %6d times, e.g. %s\n#       %s\n' "$name" "$rule" "$section" "$count" \
			"${where:-?}" "$(expected_because "$name" "$rule" | grep . || echo "NOT EXPECTED")"
	done <"$work/broken"
	awk 'NR == FNR { seen[$1, $2] = 1; phases[$1] = 1; next }
		!/^#/ && NF && ($1 in phases) && !(($1, $2) in seen) {
			print "#   " $1, $2 ": expected, did not happen" }' "$work/broken" "$rules_table"
}

# No rule was broken but those that `rules` explains.
only_expected_rules() {
	local name rule section count where unexpected=0
	test -e "$work/broken" || return 1
	while read -r name rule section count where; do
		[ -z "$(expected_because "$name" "$rule")" ] || continue
		echo "$name: $rule ($section), $count times, e.g. $where"
		unexpected=1
	done <"$work/broken"
	[ $unexpected -eq 0 ]
}
