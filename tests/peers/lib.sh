# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# lib.sh: for tests of drivers that nobody here wrote: which rules of the datasheet they
# broke, doing what, and which of these the table `rules` expects. Sourced after
# tests/system/lib.sh. A test ends each of its parts with a phase; the model is asked then.
# shellcheck disable=SC2154 # $work and $checkout are theirs

rules_table=$checkout/tests/peers/rules

# What the model has counted so far: RULE SECTION COUNT REGISTER,... a line, all ports together.
broken_rules() { # NIC
	report "$1" '[.ports[].rules[]] | group_by(.name)[] | [.[0].name, .[0].section, (map(.count) | add | tostring),
		(map(.registers[]) | unique | join(","))] | join(" ")'
}

# phase NAME NIC: adds what was broken since the last phase of this model (NIC) to the list
# $work/broken: NAME RULE SECTION COUNT REGISTER,... where the registers are those that were
# not yet broken before, or -
phase() {
	touch "$work/$2.rules" "$work/broken" || return 1
	broken_rules "$2" >"$work/$2.rules.now" || return 1
	awk -v phase="$1" '
		FILENAME == ARGV[1] { count[$1] = $3; registers[$1] = "," $4 ","; next }
		$3 != count[$1] {
			new = ""
			n = split($4, now, ",")
			for (i = 1; i <= n; i++)
				if (!index(registers[$1], "," now[i] ","))
					new = new "," now[i]
			print phase, $1, $2, $3 - count[$1], new ? substr(new, 2) : "-" }
		' "$work/$2.rules" "$work/$2.rules.now" >>"$work/broken"
	mv "$work/$2.rules.now" "$work/$2.rules"
}

# The list, each rule of each phase once, with what `rules` says of it: its lines end with
# "| REASON", or with "| NOT EXPECTED" and what is not: the rule, or a register.
judged_rules() {
	awk '
		FILENAME == ARGV[1] {
			if (/^#/ || NF < 4) next
			at[$1, $2] = $3
			reason[$1, $2] = $0
			sub(/^([^ \t]+[ \t]+)([^ \t]+[ \t]+)([^ \t]+[ \t]+)/, "", reason[$1, $2])
			next }
		!(($1, $2) in sum) { order[++n] = $1 SUBSEP $2 }
		{ sum[$1, $2] += $4; section[$1, $2] = $3
		  k = split($5, now, ",")
		  for (i = 1; i <= k; i++)
			if (now[i] != "-" && !index(places[$1, $2] ",", "," now[i] ","))
				places[$1, $2] = places[$1, $2] "," now[i] }
		function unexpected(key, want,	i, k, now, wrong) {
			if (!(key in at)) return " the rule"
			k = split(substr(places[key], 2), now, ",")
			for (i = 1; i <= k; i++)
				if (at[key] != "*" && !index("," at[key] ",", "," now[i] ",")) wrong = wrong " " now[i]
			return wrong }
		END { for (i = 1; i <= n; i++) {
			key = order[i]; split(key, part, SUBSEP); wrong = unexpected(key)
			printf "%-11s %-18s %-10s %5d times at %s | %s\n", part[1], part[2], section[key], sum[key],
				places[key] ? substr(places[key], 2) : "the same registers",
				wrong ? "NOT EXPECTED:" wrong : reason[key] } }' "$rules_table" "$work/broken"
}

# For whoever reads the test's output; then what `rules` expects of the phases that there
# were, and did not happen.
print_rules() {
	echo "# rules of the datasheet that were broken:"
	judged_rules | sed 's/ | /\n#       /; s/^/#   /'
	awk 'FILENAME == ARGV[1] { seen[$1, $2] = 1; phases[$1] = 1; next }
		!/^#/ && NF && ($1 in phases) && !(($1, $2) in seen) {
			print "#   " $1, $2 ": expected, did not happen" }' "$work/broken" "$rules_table"
}

# No rule was broken but those that `rules` explains, at the registers that it names.
only_expected_rules() {
	local judged
	judged=$(judged_rules) && [ "$judged" ] && ! grep 'NOT EXPECTED' <<<"$judged"
}
