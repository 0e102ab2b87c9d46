#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The NFs as programs, over made-up ports (fake_ports.c): arguments, messages, exit
# status, what they count, how they end. Real frames are for the system tests.
#
# Usage: test_nf.sh   (needs gcc, json-c and libyaml)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
nf_pid=
trap 'test -z "$nf_pid" || kill -KILL "$nf_pid" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

compile=("${CC:-gcc}" -O1 -g -std=gnu11 -I "$root/uapi" -I "$root/userspace/include" -I "$root/userspace/nf/common")
"${compile[@]}" -shared -fPIC "$root/tests/host/fake_ports.c" -o "$tmp/fake.so" -ldl
"${compile[@]}" "$root/tests/host/json_get.c" -o "$tmp/json_get" -ljson-c
sanitizers=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
(cd "$tmp" && "${compile[@]}" "${sanitizers[@]}" -c "$root"/userspace/nf/common/*.c "$root"/userspace/lib/*.c)
for nf in nop.c broadcast.c 'policer/*.c' 'router/*.c' 'bridge/*.c' 'lb/*.c'; do
	# shellcheck disable=SC2086 # nf is a pattern
	"${compile[@]}" "${sanitizers[@]}" "$root"/userspace/nf/$nf "$tmp"/*.o -o "$tmp/onepath-${nf%%[./]*}" -lyaml -lpcap
done

# shellcheck source=tests/host/expect.sh
. "$root/tests/host/expect.sh"

start() {
	: >"$tmp/err" # or what the last one said would be taken for this one's
	LD_PRELOAD=$tmp/fake.so ASAN_OPTIONS=verify_asan_link_order=0 \
		"$tmp/onepath-$1" "${@:2}" >"$tmp/out" 2>"$tmp/err" &
	nf_pid=$!
}

finish() {
	status=0
	wait "$nf_pid" || status=$?
	nf_pid=
}

run() {
	start "$@"
	finish
}

# Waits until $1 stands in the standard error of the NF, or it ended.
wait_for() {
	local left=600

	while [ $left -gt 0 ] && kill -0 "$nf_pid" 2>/dev/null && ! grep -qF -- "$1" "$tmp/err"; do
		left=$((left - 1))
		sleep 0.1
	done
}

# Runs an NF until $1 stands in its standard error, then sends it signal $2.
run_until() {
	local text=$1 signal=$2

	shift 2
	start "$@"
	wait_for "$text"
	kill "-$signal" "$nf_pid" 2>/dev/null || :
	finish
}

# [more | less] POINTER NUMBER: what JSON has there is at least, or at most, so much
expect_more() {
	local value

	used=3
	value=$("$tmp/json_get" "$2" <"$tmp/out")
	case $1 in
	more) [ "$value" -ge "$3" ] ;;
	less) [ "$value" -le "$3" ] ;;
	*) used=0 ;;
	esac
}

for nf in nop broadcast; do
	run $nf --help; expect "$nf --help" 0 out "Usage: onepath-$nf" no-err
	run $nf; expect "$nf without ports" 2 err "too few ports" no-out
	run $nf 3:0.0; expect "$nf with one port" 2 err "too few ports"
	run $nf 3:0.0 /dev/null; expect "$nf with no address" 2 err "not: /dev/null"
	run $nf 3:0.0 0000:03:00.0; expect "$nf with a port given twice" 2 err "port given twice: 0000:03:00.0"
	run $nf --config x 3:0.0 3:0.1; expect "$nf --config" 2 err "it has no configuration: x" no-out
	run $nf --nonsense 3:0.0 3:0.1; expect "$nf --nonsense" 2 err "nonsense"
	for ring in 0 32 63 100 8192 -64 64x 99999999999999999999 ""; do
		run $nf --ring "$ring" 3:0.0 3:0.1; expect "$nf --ring '$ring'" 2 err "power of two, 64..4096, not: $ring"
	done
	for bytes in 0 1023 1500 17408 x ""; do
		run $nf --buffer "$bytes" 3:0.0 3:0.1; expect "$nf --buffer '$bytes'" 2 err "multiple of 1024 bytes, up to 16384, not: $bytes"
	done
	for mtu in 0 67 9707 x; do
		run $nf --mtu $mtu 3:0.0 3:0.1; expect "$nf --mtu $mtu" 2 err "68..9706, not: $mtu"
	done
	for seconds in 0 -1 1.5 x; do
		run $nf --stats $seconds 3:0.0 3:0.1; expect "$nf --stats $seconds" 2 err "seconds"
	done
done
run nop 3:0.0 3:0.1 3:0.2; expect "nop with three ports" 2 err "too many ports"
many=$(printf '%x:0.0 ' {1..18})
# shellcheck disable=SC2086 # many is a list
run broadcast $many; expect "broadcast with 18 ports" 2 err "too many ports"

FAKE_FAIL=open:1 run nop 3:0.0 3:0.1
expect "open: EPERM" 1 err "cannot open port 0000:03:00.0" err "IOMMU" no-out
FAKE_FAIL=open:16 run nop 3:0.0 3:0.1; expect "open: EBUSY" 1 err "another process"
FAKE_FAIL=filter:5 run nop 3:0.0 3:0.1; expect "filter: EIO" 1 err "cannot receive all frames on 0000:03:00.0"
FAKE_FAIL=3:18 run nop 3:0.0 3:0.1; expect "path: EXDEV" 1 err "cannot make a path from 0000:03:00.0"
FAKE_FAIL=5:110 run nop 3:0.0 3:0.1; expect "start: ETIMEDOUT" 1 err "cannot start the path from 0000:03:00.0"

for signal in INT TERM HUP; do
	run_until forwarding $signal nop 3:0.0 3:0.1
	expect "nop ends by SIG$signal" 0 err "onepath-nop: forwarding 0000:03:00.0 <-> 0000:03:00.1" \
		out "^0000:03:00.0 +10  0000:03:00.1$" out "^0000:03:00.1 +10  0000:03:00.0$"
done
run_until forwarding INT nop --json --ring 4096 3:0.0 3:0.1
expect "nop --json" 0 json /nf nop json /paths/0/frames 10 json /paths/1/input 0000:03:00.1 \
	json /paths/1/outputs/0 0000:03:00.0 json /ports/1/port 0000:03:00.1 json /ports/0/rx_frames 0
run_until "20 frames, now" INT nop --stats 1 3:0.0 3:0.1
expect "nop --stats" 0 err "onepath-nop: 1 s, 20 frames, now 0.000 million a second"
run_until forwarding INT broadcast --json 3:0.0 3:0.1 4:0.0 5:0.0
expect "broadcast --json" 0 err "onepath-broadcast: forwarding 0000:03:00.0 -> 3 ports" \
	json /paths/0/frames 10 json /paths/0/outputs/2 0000:05:00.0
# shellcheck disable=SC2086 # many is a list
run_until forwarding INT broadcast ${many%12:0.0 }
expect "broadcast to 16 ports" 0 err "-> 16 ports"
FAKE_GONE=1 run nop --json 3:0.0 3:0.1
expect "ports go away" 1 err "port 0000:03:00.0 is gone" err "port 0000:03:00.1 is gone" json /paths/0/frames 10
FAKE_GONE=1 run nop --quiet 3:0.0 3:0.1
expect "nop --quiet says errors only" 1 err "is gone" not-err forwarding no-out
FAKE_FAIL=6:110 run_until forwarding INT nop 3:0.0 3:0.1
expect "stop: ETIMEDOUT" 1 err "cannot stop the path from 0000:03:00.0" out "^0000:03:00.0 +10"
FAKE_FAIL=2:19 run_until forwarding INT nop 3:0.0 3:0.1
expect "statistics: ENODEV" 0 out "^0000:03:00.0 +gone"

# Sleeping: the fake's frames come when a path sleeps, and only when it asked to be woken
FAKE_WAKE=100 run_until "120 frames" INT nop --json --stats 1 3:0.0 3:0.1
expect "a frame wakes it, 100 times" 0 json /paths/0/frames 110 json /paths/1/frames 10 more /sleeps 100
FAKE_LATE=100 run_until "120 frames" INT nop --json --stats 1 3:0.0 3:0.1
expect "a frame that comes while it falls asleep" 0 json /paths/0/frames 110 less /sleeps 20
FAKE_WAKE=50 FAKE_LATE=50 run_until "110 frames" INT broadcast --json --stats 1 3:0.0 3:0.1 3:0.2
expect "broadcast sleeps, too" 0 json /paths/0/frames 110
run_until "2 s, " INT nop --json --stats 1 3:0.0 3:0.1
expect "idle, it sleeps a second at a time" 0 less /sleeps 20
run_until "1 s, " INT nop --busy-poll --json --stats 1 3:0.0 3:0.1
expect "nop --busy-poll does not sleep" 0 json /sleeps 0
FAKE_FAIL=8:95 run_until "1 s, " INT nop --json --stats 1 3:0.0 3:0.1
expect "a port that cannot interrupt is polled" 0 err "port 0000:03:00.0 cannot interrupt" json /sleeps 0 \
	json /paths/1/frames 10
FAKE_RESET=11:3 run_until "30 frames" INT nop --json --stats 1 3:0.0 3:0.1
expect "a reset port's path is started again" 0 err "port 0000:03:00.0 was reset: path started again" \
	json /paths/0/frames 20 json /paths/1/frames 10
FAKE_RESET=5:1 run nop --json 3:0.0 3:0.1
expect "a port that does not come back" 1 err "cannot start the path again from 0000:03:00.0" json /paths/0/frames 10
FAKE_LINK=1 run_until "link down" INT nop 3:0.0 3:0.1
expect "link changes are told" 0 err "onepath-nop: port 0000:03:00.0: link down"

run_until forwarding INT nop --mtu 9000 3:0.0 3:0.1
expect "nop --mtu 9000 brings buffers of 9 KB" 0 err "MTU 9000" err "buffers 9216"
run_until forwarding INT nop --mtu 1500 3:0.0 3:0.1; expect "nop --mtu 1500" 0 err "MTU 1500" not-err "buffers"
run_until forwarding INT nop --mtu 9706 --buffer 16384 3:0.0 3:0.1
expect "nop --buffer 16384" 0 err "MTU 9706" err "buffers 16384"
run_until forwarding INT nop 3:0.0 3:0.1; expect "the usual buffers" 0 not-err "MTU" not-err "buffers"
FAKE_FAIL=mtu:90 run nop --mtu 9000 3:0.0 3:0.1; expect "MTU: EMSGSIZE" 1 err "cannot set the MTU of 0000:03:00.0"
FAKE_MTU=4000 run_until forwarding INT nop 3:0.0 3:0.1; expect "buffers for the MTU that is set" 0 err "buffers 4096"
FAKE_MTU=2026 run_until forwarding INT nop 3:0.0 3:0.1; expect "the usual buffers are just large enough" 0 not-err "buffers"
FAKE_MTU=2027 run_until forwarding INT nop 3:0.0 3:0.1; expect "the usual buffers are not enough" 0 err "buffers 3072"
FAKE_FAIL=17:11 run nop 3:0.0 3:0.1; expect "MTU: EAGAIN" 1 err "cannot ask for the MTU of 0000:03:00.0" err "try again"

# Configuration: the policer's stands for all.
config=$tmp/config.json
limits() { echo "{\"limits\": [$1]}" >"$config"; }
run policer 3:0.0 3:0.1; expect "policer without a configuration" 2 err "has to be given: --config FILE" no-out
run policer --config /nonsense/file 3:0.0 3:0.1
expect "a configuration that is not there" 2 err "/nonsense/file: No such file or directory" no-out
limits '{"prefix": "10.0.0.0/8", "rate": "1 kB/s", "burst": 1500}, {"prefix": "::/0", "rate": 1, "burst": 9000, "each": true}'
run_until policing INT policer --json -c "$config" 3:0.0 3:0.1
expect "policer --json" 0 err "policing 0000:03:00.0 <-> 0000:03:00.1" json /paths/0/frames 10 \
	json /counters/not_ip 20 json /counters/passed 0
run_until policing INT policer -c "$config" 3:0.0 3:0.1
expect "policer's counters" 0 out "^not_ip +20$" out "^table_full +0$"

start policer --json -c "$config" 3:0.0 3:0.1
wait_for policing
limits '{"prefix": "10.0.0.0/8", "rate": "2 kB/s", "burst": 1500}'
kill -HUP "$nf_pid"
wait_for "configuration reloaded"
limits '{"prefix": "10.0.0.0/8", "rate": "2 parsec", "burst": 1500}'
kill -HUP "$nf_pid"
wait_for "not reloaded: everything is as it was"
kill -INT "$nf_pid"
finish
expect "SIGHUP reloads" 0 err "config.json:1: limits[0].rate: \"2 parsec\"; wanted" json /counters/not_ip 20

# Those with many ports: all of them have paths, and outputs as each NF wants them.
run_until bridging INT bridge --json 3:0.0 3:0.1 4:0.0
expect "bridge" 0 err "bridging 3 ports" json /paths/2/frames 10 json /counters/learnt 1 json /counters/moved 2 \
	json /counters/same_port 30
run_until bridging HUP bridge 3:0.0 3:0.1; expect "bridge without a file: SIGHUP" 0 out "^same_port +20$"
echo '{"ports": [{"pvid": 1}, {"pvid": 1}, {"tagged": [1]}]}' >"$config"
run bridge -c "$config" 3:0.0 3:0.1 4:0.0; expect "a VLAN that one buffer cannot do" 2 err "ports: VLAN 1 has more than two ports" no-out
echo '{"ports": [{"addresses": ["192.0.2.1/24"]}, {"addresses": ["2001:db8::1/64"]}]}' >"$config"
FAKE_SELF=1 run_until routing INT router --json -c "$config" 3:0.0 3:0.1
expect "router" 0 err "routing between 2 ports" json /paths/1/frames 10 json /counters/not_routed 20
run router -c "$config" 3:0.0 3:0.1 4:0.0; expect "router with another port" 2 err "config.json:1: ports: 2 ports; wanted 3" no-out
echo '{"backends": [{"name": "a", "mac": "02:00:00:00:00:01", "port": 0}], "services": []}' >"$config"
FAKE_SELF=1 run_until balancing INT lb --json -c "$config" 3:0.0
expect "lb" 0 err "balancing on 1 ports" json /paths/0/frames 10 json /counters/no_service 10
run lb -c "$config" 3:0.0 3:0.0; expect "lb: a port twice" 2 err "port given twice" no-out

rm "$tmp/out"
ln -s /dev/full "$tmp/out"
run_until forwarding INT nop 3:0.0 3:0.1
rm "$tmp/out"
touch "$tmp/out"
expect "the table cannot be written" 1 err "cannot write the table"

echo "test_nf: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
