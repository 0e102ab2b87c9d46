# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# nic_program.sh: what the tests of onepath-nic as a program share: where it is, a folder
# $tmp that goes with the test, one onepath-nic at a time ($pid), and TAP lines. Sourced with
# the test's arguments.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tmp=$(mktemp -d)
pid=

# More to undo, for a test that defines it again.
undo() {
	:
}

cleanup() {
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :
	undo
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ $# -gt 0 ]; then
	nic=$(realpath "$1")
else
	make -s -C "$root" O=sanitize build/sanitize/onepath-nic
	nic=$root/build/sanitize/onepath-nic
fi

passed=0 failed=0
# test_that NAME COMMAND...: passes if COMMAND succeeds
test_that() {
	local name=$1
	shift
	if "$@" >"$tmp/said" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		cat "$tmp/said" "$tmp/out" "$tmp/err" "$tmp/answer" 2>/dev/null | sed 's/^/#   /' | cut -c 1-300
	fi
}

within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# start ARGS...: in the background, until it is ready; sets pid.
start() {
	: >"$tmp/out" # what an earlier one said
	"$nic" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	within 30 grep -q 'ready$' "$tmp/out"
}

# ended CODE: it ends by itself with this code; one that does not is killed.
ended() {
	local code=0
	within 30 eval "! kill -0 $pid 2>/dev/null" || kill -9 "$pid"
	wait "$pid" || code=$?
	pid=
	[ "$code" -eq "$1" ]
}

# stop SIGNAL CODE: ends it, and expects that exit code.
stop() {
	kill "-$1" "$pid" && ended "$2"
}
