# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# fault.sh: the faults of the model's port 0, for the tests that switch them on. Sourced after
# lib.sh; the software 82599 is called `card`.
# shellcheck disable=SC2154 # $work is theirs

# switch NAME on|off|once|count=N [NUMBER] [KIND]
switch() {
	tell fault port0 "$@"
}

# fault_state NAME FIELD
fault_state() {
	tell faults port0 | jq -r --arg name "$1" --arg field "$2" '.faults[] | select(.name == $name)[$field]'
}

has_hit() { # NAME TIMES, at least
	[ "$(fault_state "$1" hits)" -ge "$2" ]
}

has_hit_within() { # SECONDS NAME TIMES
	within "$1" has_hit "$2" "$3"
}

fault_is_off() { # NAME
	[ "$(fault_state "$1" on)" = false ]
}
