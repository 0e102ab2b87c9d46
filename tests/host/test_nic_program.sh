#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# onepath-nic as a program: usage, sockets, signals, the report, exit codes, and that it
# leaves nothing behind. A few lines of Python play the client.
#
# Usage: test_nic_program.sh [ONEPATH_NIC]   (without it, one is built with gcc's
# sanitizers). Needs gcc, libpcap, json-c, python3; its TAP test needs root and ip.
set -eu

# shellcheck source=tests/host/nic_program.sh
. "$(dirname "$(readlink -f "$0")")/nic_program.sh"
skipped=0
netns=onepath-test-$$
undo() {
	ip netns del "$netns" 2>/dev/null || :
}

# exits CODE ARGS...: onepath-nic ARGS ends with CODE, and says why on standard error.
exits() {
	local expect=$1 code=0
	shift
	timeout 60 "$nic" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	if [ "$code" -ne "$expect" ] || [ ! -s "$tmp/err" ] || [ -s "$tmp/out" ]; then
		echo "exit code $code, expected $expect with a message: $*"
		return 1
	fi
}

# report EXPRESSION: a Python expression over the report r
report() {
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' \
		"$tmp/report" "$1"
}

# client SOCKET [OFFSET]: agrees on the version, writes register OFFSET, leaves.
client() {
	python3 - "$@" <<'END'
import socket, struct, sys

s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect(sys.argv[1])

def ask(command, payload):
    s.sendall(struct.pack("=HHIII", 1, command, 16 + len(payload), 0, 0) + payload)
    header = s.recv(16, socket.MSG_WAITALL)
    _, _, size, flags, error = struct.unpack("=HHIII", header)
    s.recv(size - 16, socket.MSG_WAITALL) if size > 16 else None
    assert flags == 1, f"command {command}: error {error}"

def write(region, offset, data):
    ask(10, struct.pack("=QII", offset, region, len(data)) + data)

ask(1, struct.pack("=HH", 0, 0) + b'{"capabilities":{}}\0')
if len(sys.argv) > 2:
    write(7, 4, struct.pack("=H", 6))                           # memory, bus master
    write(0, int(sys.argv[2], 0), struct.pack("=I", 1))
END
}

usage_errors() {
	exits 2 && exits 2 --port && exits 2 --nonsense && exits 2 word && exits 2 --port "socket=$tmp/s" &&
		exits 2 --port wire=none && exits 2 --port "socket=,wire=none" &&
		exits 2 --port "socket=$tmp/s,mac=01:00:00:00:00:00,wire=none" &&
		exits 2 --port "socket=$tmp/s,mac=2:0:0:0:0:0,wire=none" &&
		exits 2 --port "socket=$tmp/s,colour=red,wire=none" &&
		exits 2 --port "socket=$tmp/s,doorbells=rung,wire=none" &&
		exits 2 --port "socket=$tmp/s,wire=carrier-pigeon" &&
		exits 2 --port "socket=$tmp/s,wire=cable:alone" &&
		exits 2 --link-delay-ms 1h --port "socket=$tmp/s,wire=none" && [ ! -e "$tmp/s" ]
}

too_many_ports() {
	local ports=() i
	for i in $(seq 33); do
		ports+=(--port "socket=$tmp/s$i,wire=none")
	done
	exits 2 "${ports[@]}" && [ ! -e "$tmp/s1" ]
}

failures() {
	exits 1 --port "socket=$tmp/none/s,wire=none" && exits 1 --port "socket=$tmp/s,wire=pcap:in=$tmp/none" &&
		exits 1 --port "socket=$tmp/s1,wire=none" --port "socket=$tmp/s2,wire=pcap:in=$tmp/none" &&
		[ ! -e "$tmp/s1" ]
}

help() {
	"$nic" --help >"$tmp/out" && grep -q '^Examples' "$tmp/out" && grep -q cable:NAME "$tmp/out"
}

serves_and_reports() {
	start --report "$tmp/report" --port "socket=$tmp/s0,mac=02:00:00:00:00:0a,wire=none" \
		--port "socket=$tmp/s1,wire=pcap:out=$tmp/out.pcap" || return 1
	[ -S "$tmp/s0" ] && [ -S "$tmp/s1" ] && client "$tmp/s1" && client "$tmp/s1" || return 1
	kill -USR1 "$pid" && within 10 [ -s "$tmp/report" ] || return 1
	report '[p["name"] for p in r["ports"]] == ["port0", "port1"]' &&
		report 'r["ports"][0]["mac"] == "02:00:00:00:00:0a"' &&
		report '[p["clients"] for p in r["ports"]] == [0, 2]' && report 'r["rules_broken"] == 0' &&
		[ -s "$tmp/out.pcap" ]
}

one_at_a_time() {
	exits 1 --port "socket=$tmp/s0,wire=none" && grep -q 'in use' "$tmp/err" && [ -S "$tmp/s0" ]
}

sleeps_when_idle() {
	local before after
	before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	sleep 2
	after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	echo "$((after - before)) ticks in 2 s"
	[ $((after - before)) -lt 20 ]
}

ends_cleanly() {
	stop TERM 0 && [ ! -e "$tmp/s0" ] && [ ! -e "$tmp/s1" ]
}

after_a_crash() {
	start --port "socket=$tmp/s0,wire=none" && kill -9 "$pid" && { wait "$pid" || :; } 2>/dev/null &&
		[ -S "$tmp/s0" ] && start --port "socket=$tmp/s0,wire=none" && stop INT 0
}

once() {
	start --once --port "socket=$tmp/s0,wire=none" --port "socket=$tmp/s1,wire=none" &&
		client "$tmp/s1" && ended 0
}

broken_rule() {
	start --once --log-rules --summary --report "$tmp/report" --port "socket=$tmp/s0,wire=none" &&
		client "$tmp/s0" 0x7fffc && ended 3 && report 'r["rules_broken"] > 0' &&
		report 'sum(x["count"] for x in r["ports"][0]["rules"]) == r["rules_broken"]' &&
		report 'r["ports"][0]["rules"][0]["section"]' &&
		report '"0x7fffc" in sum((x["registers"] for x in r["ports"][0]["rules"]), [])' && [ "$(grep -c port0 "$tmp/err")" -ge 2 ]
}

tap_goes_with_it() {
	ip netns add "$netns" &&
		start --port "socket=$tmp/s0,wire=tap:onepath-t0,netns=$netns" &&
		ip -n "$netns" link show onepath-t0 && ! ip link show onepath-t0 && stop INT 0 &&
		! ip -n "$netns" link show onepath-t0
}

# Somebody deletes the TAP: one message, no busy loop, the port lives.
tap_taken_away() {
	start --port "socket=$tmp/s0,wire=tap:onepath-t0,netns=$netns" && sleep 0.5 &&
		ip -n "$netns" link del onepath-t0 && within 10 grep -q 'no longer' "$tmp/err" &&
		sleeps_when_idle && client "$tmp/s0" && [ "$(grep -c 'no longer' "$tmp/err")" -eq 1 ] &&
		stop INT 0
}

# 32 clients with all their eventfds are more than a shell's usual limit of descriptors.
# A client that left, and has its doorbell pages still, rings nothing of the next one's.
doorbells_of_an_old_client() {
	start --port "socket=$tmp/s0,doorbells=polled,wire=none" && python3 - "$tmp/s0" <<'END' && stop TERM 0
import mmap, socket, struct, sys, time

RDBAL = 0x1000

class Client:
    def __init__(self):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(sys.argv[1])
        self.ask(1, struct.pack("=HH", 0, 0) + b'{"capabilities":{}}\0')
        _, fds = self.ask(5, struct.pack("=IIIIQQ", 256, 0, 0, 0, 0, 0))
        self.pages = mmap.mmap(fds[0], 0x80000)
        self.ask(10, struct.pack("=QII", 4, 7, 2) + struct.pack("=H", 6))   # memory, bus master

    def ask(self, command, payload):
        self.s.sendall(struct.pack("=HHIII", 1, command, 16 + len(payload), 0, 0) + payload)
        head, fds, _, _ = socket.recv_fds(self.s, 16, 1)
        _, _, size, flags, error = struct.unpack("=HHIII", head)
        assert flags == 1, f"command {command}: error {error}"
        return (self.s.recv(size - 16, socket.MSG_WAITALL) if size > 16 else b""), fds

    def rdbal(self):
        return struct.unpack("=QIII", self.ask(9, struct.pack("=QII", RDBAL, 0, 4))[0])[3]

    def ring(self, value):
        self.pages[RDBAL:RDBAL + 4] = struct.pack("=I", value)

old = Client()
old.ring(0x1000)
assert old.rdbal() == 0x1000
old.s.close()
new = Client()
assert new.rdbal() == 0 and new.pages[RDBAL:RDBAL + 4] == bytes(4)
old.ring(0x2000)
assert new.rdbal() == 0
new.ring(0x3000)
assert new.rdbal() == 0x3000
END
}

descriptors() {
	local soft hard
	ulimit -Sn 256
	start --port "socket=$tmp/s,wire=none"
	read -r soft hard < <(awk '/Max open files/ { print $4, $5 }' "/proc/$pid/limits")
	echo "soft $soft, hard $hard"
	stop TERM 0 && [ "$soft" = "$hard" ]
}

test_that "wrong usage: exit 2 and a message" usage_errors
test_that "33 ports are too many" too_many_ports
test_that "what cannot be had: exit 1, a message, nothing left" failures
test_that "--help" help
test_that "serves two ports, reports on SIGUSR1" serves_and_reports
test_that "a socket in use stays its owner's" one_at_a_time
test_that "sleeps when there is nothing to do" sleeps_when_idle
test_that "SIGTERM: exit 0, sockets gone" ends_cleanly
test_that "starts after a crash" after_a_crash
test_that "as many descriptors as it may have" descriptors
test_that "doorbell pages are one client's" doorbells_of_an_old_client
test_that "--once: ends with its last client" once
test_that "a broken rule: logged, reported, exit 3" broken_rule
if [ "$(id -u)" -eq 0 ] && [ -w /dev/net/tun ] && ip netns add "$netns" 2>/dev/null; then
	ip netns del "$netns"
	test_that "a TAP in a network namespace goes with it" tap_goes_with_it
	test_that "a TAP that is deleted under it" tap_taken_away
else
	skipped=1
	echo "ok - a TAP in a network namespace # SKIP needs root, /dev/net/tun and ip"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
