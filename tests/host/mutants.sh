#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What test_run_mutants.sh and test_hw_mutants.sh share: a folder to work in, and TAP. To be
# sourced with a folder below which to work as $1 (default: build/test). The script defines
# try, which succeeds if the tests pass with one sed script applied, and ends with mutants_end.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${1:-$top/build/test}"
work=$(mktemp -d "${1:-$top/build/test}/mutants.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
count=0
survived=0

# mutate FILE COPY SED_SCRIPT: writes the changed file, which must differ
mutate()
{
	sed -e "$3" "$1" >"$2" || exit 1
	if [ -n "$3" ] && cmp -s "$1" "$2"; then
		echo "$0: '$3' matches nothing in $1: it has changed, follow it" >&2
		exit 1
	fi
}

# compile ARGUMENTS: without optimising, since a mutant runs once
compile()
{
	# shellcheck disable=SC2086 # CFLAGS holds several words
	${CC:-gcc} -std=gnu11 -w ${CFLAGS:-} -O0 "$@" || {
		echo "$0: this does not compile: $*" >&2
		exit 1
	}
}

# mutant NAME ARGUMENTS: one that must be noticed; try gets the arguments
mutant()
{
	name=$1
	shift
	count=$((count + 1))
	if try "$@"; then
		echo "not ok $count - mutant: $name (nothing noticed it)"
		survived=$((survived + 1))
	else
		echo "ok $count - mutant: $name"
	fi
}

mutants_end()
{
	echo "1..$count"
	[ "$survived" -eq 0 ]
}
