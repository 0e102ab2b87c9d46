# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# lib.sh: for the tests that need the VM: TAP lines, software 82599s, the guest.
# shellcheck disable=SC2154,SC2034 # $work and $kernel are theirs, $module is for them
#
# A caller sets $work (a folder for sockets, reports and logs), and $kernel.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$checkout/build/toolbox
nic_program=${ONEPATH_NIC_BIN:-$bin/onepath-nic} # another build of it, e.g. with sanitizers
# shellcheck source=tests/sanitizers
. "$checkout/tests/sanitizers"
vm=$checkout/tools/vm
# shellcheck disable=SC2034 # the tests use it
module=${ONEPATH_MODULE:-$checkout/build/kmod-${kernel:-}/onepath.ko} # another build of it, e.g. one that counts lines
tests=0
nics=0

# Ends what runs and removes $work: for the end of the script.
cleanup() {
	local pid
	keep_coverage
	[ ! -f "$work/vm/pid" ] || "$vm/stop" "$work/vm" || :
	for pid in "$work"/*.pid; do
		[ ! -f "$pid" ] || stop_nic "$(basename "$pid" .pid)"
	done
	rm -rf "$work"
}

# How often each line of the module ran, if it was built to count that: gcov's files, as a tar archive.
# The kernel keeps those of modules that are gone.
coverage() {
	guest "cd /sys/kernel/debug/gcov && find . -name '*.gcda' | while read -r file; do
			mkdir -p /tmp/gcov/\${file%/*} && cat \$file >/tmp/gcov/\$file || exit 1
		done && tar -c -C /tmp/gcov ."
}

# For tests/coverage: what was counted until now, unless it was kept before: at the end, or while the guest is there.
keep_coverage() {
	local to=${ONEPATH_COVERAGE:+$ONEPATH_COVERAGE/${ONEPATH_TEST:-${0##*/}}.tar}
	[ -z "$to" ] || [ -s "$to" ] || coverage >"$to" || :
}

# check NAME COMMAND...: one test: passes if COMMAND does.
check() {
	local name=$1 output start=$SECONDS
	shift
	tests=$((tests + 1))
	if output=$("$@" 2>&1); then
		echo "ok $tests - $name ($((SECONDS - start)) s)"
	else
		printf '%s\n' "$output" | tail -20 | sed 's/^/# /'
		echo "not ok $tests - $name"
	fi
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests # SKIP $1: $2"
}

# Runs a command in the guest, for 60 seconds at most.
guest() {
	"$vm/exec" --timeout "${limit:-60}" "$work/vm" "$*"
}

# within SECONDS COMMAND...: until COMMAND succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# start_nic NAME WIRE...: one process, a port for each wire, sockets NAME.0, NAME.1, ...;
# $nic_options: more of a port's options
start_nic() {
	local name=$1 wire n=0 args=()
	shift
	for wire; do
		args+=(--port "socket=$work/$name.$n,mac=02:00:00:00:0$nics:0$n,${nic_options:+$nic_options,}wire=$wire")
		n=$((n + 1))
	done
	nics=$((nics + 1))
	: >"$work/$name.log" # one of this name may have been before it, and said that it was ready
	"$nic_program" --control "$work/$name.control" --log-rules --report "$work/$name.json" "${args[@]}" >"$work/$name.log" 2>&1 &
	echo $! >"$work/$name.pid"
	within 20 grep -q 'ports* ready' "$work/$name.log" || {
		cat "$work/$name.log" >&2
		return 1
	}
}

# A command to the model that is called card, or $nic: the answer, in JSON.
tell() {
	"$bin/onepath-nic" --tell --json "$work/${nic:-card}.control" "$@"
}

# What the model says now: report NAME JQ-FILTER. Its last answer stays in NAME.json.
report() {
	nic=$1 tell report | jq -e .report >"$work/$1.json" && jq -r "$2" "$work/$1.json"
}

# Ends it: its last report stays. Fails if a sanitizer found something in it.
stop_nic() {
	local pid
	pid=$(cat "$work/$1.pid")
	kill -TERM "$pid" 2>/dev/null
	within 20 sh -c "! kill -0 $pid 2>/dev/null" && ! sanitizer_reports "$work/$1.log"
}

# Ends it, and shows which rules of the datasheet were broken: none.
rules_kept() { # NIC
	stop_nic "$1" || return 1
	jq -r '.ports[] | .name as $n | .rules[] | "\($n): \(.name) (\(.section)) \(.count)"' "$work/$1.json"
	[ "$(jq '[.ports[].rules_broken] | add' "$work/$1.json")" -eq 0 ]
}

# Starts an NF in the guest, by the command $nf_as if there is one, and waits until it says that it
# runs: nf NAME ARGS... Fails when it ends instead. NAME.log in /tmp has what it says, NAME.out its
# table, NAME.status how it ended.
nf() {
	local name=$1
	guest "rm -f /tmp/$name.*; touch /tmp/$name.log
		(sh -c 'echo \$\$ >/tmp/$name.pid; exec ${nf_as:-} $*' >/tmp/$name.out 2>/tmp/$name.log; echo \$? >/tmp/$name.status) &
		for i in \$(seq 300); do
			grep -q forwarding /tmp/$name.log && exit 0
			[ ! -e /tmp/$name.status ] || break
			usleep 100000
		done
		cat /tmp/$name.log
		false"
}

# It has ended, or does so in time, with this exit status.
nf_ended() { # NAME STATUS
	within 20 guest "test -e /tmp/$1.status" && guest "cat /tmp/$1.log /tmp/$1.out; test \$(cat /tmp/$1.status) -eq $2"
}

# Ends it as a user would, and expects success, or another status.
end_nf() { # NAME [STATUS]
	guest "kill -INT \$(cat /tmp/$1.pid)" && nf_ended "$1" "${2:-0}"
}

# What no kernel may say. KASAN, lockdep, the checker of DMA mappings and others begin with BUG or WARNING.
complaints="WARNING|BUG|UBSAN|INFO:|Call Trace|Oops|DMAR.*[Ff]ault|leaked|memory leaks"

# The last look at a guest, when the module is gone: the log has no complaint (nor what matches
# PATTERN). With a debug kernel, nothing is leaked, and the checker of locks was there to the end.
kernel_is_silent() { # [PATTERN]
	guest "dmesg -c >>/tmp/dmesg; cat /tmp/dmesg" >"$work/dmesg" || return 1
	! grep -E "$complaints${1:+|$1}" "$work/dmesg" || return 1
	guest "test ! -e /sys/kernel/debug/kmemleak" || nothing_leaked
}

# What is younger than five seconds is not reported, nor what one scan alone finds. kmemleak knows no
# pages; that pages are left shows in who allocated them: code that has no name any more. (Pages of slabs,
# KASAN, kept stack traces and the kernel's page tables stay, whoever asked first.)
nothing_leaked() {
	local theirs="slab|kasan_|stack_depot|_alloc_kernel|__p[um4]d_alloc"
	guest "grep -q 'debug_locks: *1' /proc/lockdep_stats || { echo 'lockdep is off'; exit 1; }
		sleep 6
		cd /sys/kernel/debug && echo scan >kmemleak && echo scan >kmemleak && cat kmemleak >/tmp/leaks || exit 1
		awk 'BEGIN { RS = \"\" } /(^|\n) *0x[0-9a-f]+\n/ && !/$theirs/ { print \"pages of\", \$0 }' \
			page_owner_stacks/show_stacks >>/tmp/leaks || exit 1
		cat /tmp/leaks; test ! -s /tmp/leaks"
}
