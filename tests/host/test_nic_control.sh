#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# onepath-nic watched and disturbed at run time: the control socket, traces, captures. Each
# command works, and each wrong one is refused with words that name what is wrong.
#
# Usage: test_nic_control.sh [ONEPATH_NIC]   (without it, one is built with gcc's
# sanitizers). Needs gcc, libpcap, json-c, python3 with scapy, tcpdump.
# shellcheck disable=SC2317 # called by test_that
set -eu

# shellcheck source=tests/host/nic_program.sh
. "$(dirname "$(readlink -f "$0")")/nic_program.sh"
export PYTHONDONTWRITEBYTECODE=1

# Ends as it should: no sanitizer complains, the socket is gone.
stops() {
	stop TERM 0 && [ ! -e "$tmp/control" ]
}

# tell COMMAND: it is done, and the answer is in $tmp/answer
tell() {
	"$nic" --tell --json "$tmp/control" "$@" >"$tmp/answer"
}

# answers EXPRESSION: a Python expression over the answer a
answers() {
	python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' \
		"$tmp/answer" "$1"
}

# refused TEXT COMMAND: exit 1, and the error says TEXT
refused() {
	local text=$1 code=0
	shift
	"$nic" --tell --json "$tmp/control" "$@" >"$tmp/answer" || code=$?
	if [ "$code" -ne 1 ] || ! answers 'a["ok"] is False' || ! grep -qF -- "$text" "$tmp/answer"; then
		echo "'$*' was not refused with '$text'"
		return 1
	fi
}

commands() {
	tell help && answers 'set(k.split()[0] for k in a["commands"]) >= {"help", "ports", "report"}' &&
		tell ports && answers '[p["name"] for p in a["ports"]] == ["port0", "port1"]' &&
		tell report && answers 'a["report"]["ports"][1]["wire"]["spec"] == "cable:x"' &&
		tell counters port1 && answers 'a["port"]["counters"]["wire_in"] == 0'
}

registers() {
	tell registers 0 CTRL && answers 'a["registers"] == {"CTRL": "0x00000000"}' &&
		tell "registers 0 SWSM" && tell "registers 0 SWSM" && answers 'a["registers"]["SWSM"][-1] == "0"' &&
		tell registers port1 RDT && answers 'len(a["registers"]) == 128' &&
		tell registers 1 RAL[0] && answers 'a["registers"] == {"RAL[0]": "0x59820002"}' &&
		tell registers 1 all && answers 'len(a["registers"]) > 3000'
}

link_of() { # PORT true|false
	tell ports && answers "a['ports'][$1]['link'] is $2"
}

link() {
	within 5 link_of 0 True && tell link 0 down && within 5 link_of 0 False && within 5 link_of 1 False &&
		tell link port0 up && within 5 link_of 0 True && within 5 link_of 1 True
}

wrong_commands() {
	refused "no command 'reboot'" reboot && refused "no port '2'; there are port0 to port1" link 2 up &&
		refused "usage: link PORT up|down" link && refused "usage: link PORT up|down" link 0 &&
		refused "'sideways': write up or down" link 0 sideways &&
		refused "unexpected 'now'" link 0 up now && refused "no register is called 'RDT[128]'" registers 0 'RDT[128]' &&
		refused "no command" ' ' && refused "not 3 digits" frame 0 012 && refused "'x' in the frame" frame 0 0x &&
		refused "'parity' is no error" frame 0 00 parity &&
		refused "$tmp/none/file: No such file" trace 0 on "$tmp/none/file" &&
		refused "on needs a file" capture 0 on && refused "off takes no file" capture 0 off "$tmp/file" &&
		refused "write on or off" trace 0 maybe && refused "no command 'caf???'" $'caf\xc3\xa9\xff' &&
		refused "no port '?'" counters $'\x01'
}

faults() {
	tell faults 0 && answers 'len(a["faults"]) > 15 and not any(f["on"] or f["hits"] for f in a["faults"])' &&
		tell fault 0 rx-error count=5 3 symbol && tell fault 0 surprise-removal on && tell faults 0 &&
		answers '{f["name"] for f in a["faults"] if f["on"]} == {"rx-error", "surprise-removal"}' &&
		answers '[(f["left"], f["number"], f["kind"]) for f in a["faults"] if f["name"] == "rx-error"] == [(5, 3, "symbol")]' &&
		tell fault 0 rx-error off && tell fault 0 surprise-removal off && tell fault 1 ecc once && tell faults 1 &&
		answers '[f["hits"] for f in a["faults"] if f["name"] == "ecc"] == [1]' &&
		answers 'not any(f["on"] for f in a["faults"])'
}

wrong_faults() {
	refused "usage: fault PORT" fault 0 && refused "no fault 'gremlins'" fault 0 gremlins on &&
		refused "'maybe': write on, off, once or count=N" fault 0 ecc maybe &&
		refused "'count=0': write" fault 0 ecc count=0 && refused "'once': link-down is on or off" fault 0 link-down once &&
		refused "unexpected '3': ecc takes no number and no kind" fault 0 ecc on 3 &&
		refused "'red' is no kind of semaphore-stuck: smbi or sw-fw-sync" fault 0 semaphore-stuck on red &&
		refused "'129': tx-queue-stuck takes a number (queue, 128 for all) in 0..128" fault 0 tx-queue-stuck on 129 &&
		refused "'0': rx-error takes a number (every Nth)" fault 0 rx-error on 0
}

# The whole table is in the man page, with its words.
faults_documented() {
	tell faults 0 && python3 - "$tmp/answer" "$root/tools/nic/onepath-nic.8" <<'END'
import json, re, sys
page = open(sys.argv[2]).read()
faults = page[page.index(".Sh FAULTS"):page.index(".Sh TRACE")]
documented = re.findall(r"^\.It Cm (\S+)", faults, re.M)
table = json.load(open(sys.argv[1]))["faults"]
assert documented == [f["name"] for f in table], documented
for f in table:
    assert f["text"] in faults.replace("\n", " "), f["text"]
END
}

# What the tests in VMs declare: every fault is shown through a driver, and none that is not there.
faults_shown_by_drivers() {
	tell faults 0 && python3 - "$tmp/answer" "$root"/tests/{system,peers}/faults <<'END'
import json, re, sys
table = {f["name"] for f in json.load(open(sys.argv[1]))["faults"]}
declared = {name for path in sys.argv[2:] for name in re.findall(r"^fault (\S+) ", open(path).read(), re.M)}
assert table == declared, f"without a test: {sorted(table - declared)}, no faults: {sorted(declared - table)}"
END
}

# With receive off a frame is counted, not stored.
frames() {
	tell frame 0 "$(printf '02%.0s' $(seq 60))" && answers 'a["stored"] is False' &&
		tell frame 0 "$(printf 'ff%.0s' $(seq 15872))" crc symbol && answers 'a["stored"] is False' &&
		tell counters 0 && answers 'a["port"]["counters"]["wire_in"] == 2' &&
		answers 'a["port"]["counters"]["dropped_link"] == 2' &&
		refused "not 31746 digits" frame 0 "$(printf 'ff%.0s' $(seq 15873))"
}

# Python plays clients that behave badly; the port and other clients do not notice.
bad_clients() {
	python3 - "$tmp/control" <<'END' && tell ports
import json, socket, sys, time

def client():
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.settimeout(20)
    return s

def rest(s):
    return b"".join(iter(lambda: s.recv(65536), b"")).splitlines()

s = client()                                            # many lines at once, and no last newline
s.sendall(b"help\n\r\n" + b"registers 0 CTRL\n" * 50 + b"help")
s.shutdown(socket.SHUT_WR)
lines = rest(s)
assert len(lines) == 52 and all(json.loads(line) for line in lines), len(lines)
assert json.loads(lines[1]) == {"ok": False, "error": "no command; 'help' lists them"}

s = client()                                            # reads its answers when it has asked all
s.sendall(b"registers 0 all\n" * 5 + b"ports\n")
time.sleep(1)
answers = s.makefile()
assert all(len(json.loads(answers.readline())["registers"]) > 3000 for _ in range(5))
assert "ports" in json.loads(answers.readline())

s = client()                                            # one byte after the other
for byte in b"ports\n":
    s.sendall(bytes([byte]))
assert json.loads(s.recv(65536))["ok"]

s = client()                                            # a line without end
try:
    s.sendall(b"x" * 100000)
except BrokenPipeError:
    pass
assert b"longer" in s.recv(65536)

s = client()                                            # nothing but rubbish
s.sendall(bytes(range(256)) * 100 + b"\n")
s.shutdown(socket.SHUT_WR)
assert all(not json.loads(line)["ok"] for line in rest(s))

lazy = [client() for _ in range(3)]                     # never reads its answers
for s in lazy:
    s.settimeout(1)
    try:
        s.sendall(b"registers 0 all\n" * 4000)
    except TimeoutError:
        pass
s = client()
s.sendall(b"ports\n")
assert json.loads(s.recv(65536))["ok"]

many = [client() for _ in range(10)]                    # more than there is room for
many[0].sendall(b"help\n")
assert json.loads(many[0].recv(65536))["ok"]
END
}

sleeps_when_idle() {
	local before after
	before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	sleep 1
	after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	echo "$((after - before)) ticks in 1 s"
	[ $((after - before)) -lt 10 ]
}

tell_itself() {
	local code=0
	"$nic" --tell 2>"$tmp/said" || code=$?
	[ "$code" -eq 2 ] && grep -q Usage "$tmp/said" || return 1
	code=0
	"$nic" --tell "$tmp/nobody" help 2>"$tmp/said" || code=$?
	[ "$code" -eq 1 ] && grep -q "$tmp/nobody: No such file" "$tmp/said"
}

# Without --json: values by name, tables, and errors apart.
tell_people() {
	local code=0
	"$nic" --tell "$tmp/control" registers 0 'RDT[7]' >"$tmp/answer" &&
		grep -qx 'RDT\[7\]  0x00000000' "$tmp/answer" &&
		"$nic" --tell "$tmp/control" ports >"$tmp/answer" && [ "$(wc -l <"$tmp/answer")" -eq 3 ] &&
		grep -q '^name  *socket  *wire  *link' "$tmp/answer" && grep -q '^port1 .* cable:x .*no$' "$tmp/answer" &&
		"$nic" --tell "$tmp/control" faults 0 >"$tmp/answer" &&
		grep -q '^link-flap  *no  *0  *500  *ms  *-  *The cable' "$tmp/answer" &&
		"$nic" --tell "$tmp/control" report >"$tmp/answer" && grep -q '^ports:$' "$tmp/answer" &&
		"$nic" --tell "$tmp/control" fault 0 ecc off >"$tmp/answer" && [ ! -s "$tmp/answer" ] || return 1
	"$nic" --tell "$tmp/control" link 7 up >"$tmp/answer" 2>"$tmp/said" || code=$?
	[ "$code" -eq 1 ] && [ ! -s "$tmp/answer" ] && grep -q "onepath-nic: there is no port '7'" "$tmp/said"
}

no_control() { # PATH TEXT
	local code=0
	timeout 20 "$nic" --control "$1" --port "socket=$tmp/s2,wire=none" >"$tmp/said" 2>&1 || code=$?
	[ "$code" -eq 1 ] && grep -q "control socket $1: $2" "$tmp/said" && [ ! -e "$tmp/s2" ]
}

# A client writes a register, and reads another one many times.
client() {
	python3 - "$1" <<'END'
import socket, struct, sys

s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect(sys.argv[1])

def ask(command, payload):
    s.sendall(struct.pack("=HHIII", 1, command, 16 + len(payload), 0, 0) + payload)
    _, _, size, flags, error = struct.unpack("=HHIII", s.recv(16, socket.MSG_WAITALL))
    s.recv(size - 16, socket.MSG_WAITALL) if size > 16 else None
    assert flags == 1, f"command {command}: error {error}"

ask(1, struct.pack("=HH", 0, 0) + b'{"capabilities":{}}\0')
ask(10, struct.pack("=QII", 4, 7, 2) + struct.pack("=H", 6))            # memory, bus master
ask(10, struct.pack("=QII", 0x880, 0, 4) + struct.pack("=I", 1 << 20))  # EIMS
for _ in range(20):
    ask(9, struct.pack("=QII", 0x42A4, 0, 4))                           # LINKS
END
}

trace_at_run_time() {
	tell trace 0 on "$tmp/trace" && client "$tmp/s0" && tell link 0 down && tell trace 0 off &&
		client "$tmp/s0" && tell link 0 up && cat "$tmp/trace" && [ "$(wc -l <"$tmp/trace")" -ge 8 ] &&
		[ "$(awk '{ print $2 }' "$tmp/trace" | sort -u)" = port0 ] && grep -q 'bus mastering on' "$tmp/trace" &&
		grep -q 'W EIMS .*(+LSC stored)' "$tmp/trace" && grep -q 'R   ... x 19' "$tmp/trace" &&
		grep -q 'function reset' "$tmp/trace" && grep -q 'link down' "$tmp/trace"
}

trace_on_standard_error() {
	within 5 link_of 1 True && tell trace 1 on && client "$tmp/s1" && tell trace 1 off && grep -q 'port1 R LINKS.*UP' "$tmp/err"
}

trace_from_the_start() {
	echo old >"$tmp/trace"
	start --control "$tmp/control" --trace "$tmp/trace" --port "socket=$tmp/s0,wire=none" --port "socket=$tmp/s1,wire=none" &&
		client "$tmp/s1" && stops && ! grep -q old "$tmp/trace" && grep -q 'port0 - link up' "$tmp/trace" &&
		grep -q 'port1 W EIMS' "$tmp/trace"
}

# packets FILE EXPRESSION: over p, the list of its packets as scapy has them (interface, flags, bytes)
packets() {
	tcpdump -nr "$1" >/dev/null && python3 - "$@" <<'END'
import logging, struct, sys
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.utils import RawPcapNgReader

p = []
for data, meta in RawPcapNgReader(sys.argv[1]):
    flags = getattr(meta, "direction", None)
    p.append((meta.ifname.decode() if isinstance(meta.ifname, bytes) else meta.ifname, flags, bytes(data),
              (meta.tshigh << 32 | meta.tslow) / meta.tsresol))
print(p)
sys.exit(not eval(sys.argv[2]))
END
}

capture_at_run_time() {
	local frame now
	frame=ffffffffffff02000000000188b5$(printf '5a%.0s' $(seq 46))
	now=$(date +%s)
	tell capture 0 on "$tmp/a" && tell capture 1 on "$tmp/a" && tell frame 0 "$frame" && tell frame 1 "$frame" crc &&
		tell capture 1 off && tell frame 1 "$frame" && tell capture 0 on "$tmp/b" && tell frame 0 "${frame}00" &&
		tell report || return 1
	packets "$tmp/a" '[x[:2] for x in p] == [("port0", 1), ("port1", 1)] and len(p[1][2]) == 60' &&
		packets "$tmp/a" "0 <= p[0][3] - $now < 60 and p[0][3] % 1 and p[1][3] > p[0][3]" &&
		packets "$tmp/b" '[len(x[2]) for x in p] == [61]' &&
		# scapy does not give the error bits: the flags of port1's packet, as stored
		grep -aqP '\x02\x00\x04\x00\x01\x00\x00\x01' "$tmp/a" && tell capture 0 off
}

capture_from_the_start() {
	start --control "$tmp/control" --capture "$tmp/c" --port "socket=$tmp/s0,wire=none" --port "socket=$tmp/s1,wire=none" &&
		tell frame 0 0102 && tell frame 1 0304 && tell frame 0 0506 symbol && stops &&
		packets "$tmp/c" '[(x[0], x[2][0]) for x in p] == [("port0", 1), ("port1", 3), ("port0", 5)]'
}

# A trace whose reader leaves has ended, and is not said to be on. The port lives on.
full_later() {
	local reader
	mkfifo "$tmp/pipe" && (exec 3<"$tmp/pipe" && sleep 1) &
	reader=$!
	within 5 [ -p "$tmp/pipe" ] && within 5 tell trace 0 on "$tmp/pipe" && tell ports &&
		answers 'a["ports"][0]["trace"]' && wait "$reader" && tell link 0 down && tell link 0 up && client "$tmp/s0" &&
		tell ports && answers 'not a["ports"][0]["trace"]' && tell trace 0 off
}

# A full disk ends the trace and the capture, with a line each; not the port.
disk_full() {
	refused "/dev/full: Input/output error" trace 0 on /dev/full && full_later &&
		tell capture 0 on /dev/full && tell frame 0 0000 && tell report && tell frame 0 0000 &&
		refused "/dev/full: Input/output error" capture 1 on /dev/full &&
		tell ports && answers 'not any(p["capture"] for p in a["ports"])' &&
		tell report && [ "$(grep -c 'capture /dev/full: No space left on device; it stops here' "$tmp/err")" -eq 1 ] &&
		tell capture 0 off && tell ports
}

# What was captured before the disk was full can be read. The limit on a file's size plays the disk.
readable_to_the_end() {
	local frame other
	frame=$(printf '5a%.0s' $(seq 15000))
	(
		trap '' XFSZ
		ulimit -f 300
		exec "$nic" --control "$tmp/control2" --capture "$tmp/d" --port "socket=$tmp/s2,wire=none"
	) >"$tmp/out2" 2>"$tmp/err2" &
	other=$!
	within 20 grep -q 'ready$' "$tmp/out2" || return 1
	python3 - "$tmp/control2" "frame 0 $frame" <<'END' || return 1
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
answers = s.makefile()
for _ in range(40):
    s.sendall(sys.argv[2].encode() + b"\n")
    assert "stored" in answers.readline()
END
	grep -q 'File too large; it stops here' "$tmp/err2" && kill "$other" && ! wait "$other" &&
		packets "$tmp/d" '10 < len(p) < 21 and len(p[-1][2]) == 15000'
}

start --control "$tmp/control" --port "socket=$tmp/s0,wire=cable:x" --port "socket=$tmp/s1,wire=cable:x"
test_that "help, ports, report, counters" commands
test_that "registers by name, without the effects of reading" registers
test_that "link: pulled and plugged in" link
test_that "wrong commands are refused, and why" wrong_commands
test_that "faults: on, off, so often" faults
test_that "wrong faults are refused, and why" wrong_faults
test_that "the man page has each fault" faults_documented
test_that "each fault is shown through a driver" faults_shown_by_drivers
test_that "frames, with errors" frames
test_that "clients that behave badly harm nobody" bad_clients
test_that "sleeps when nobody asks" sleeps_when_idle
test_that "--tell: usage, and no socket" tell_itself
test_that "--tell for people: lines, tables, errors" tell_people
test_that "a control socket in use" no_control "$tmp/control" "Address already in use"
test_that "a control socket that cannot be" no_control "$tmp/none/control" "No such file"
test_that "trace at run time: accesses, folded, and events" trace_at_run_time
test_that "trace on standard error" trace_on_standard_error
test_that "capture at run time: ports, directions, errors, time" capture_at_run_time
test_that "a full disk ends a trace or capture, not the port" disk_full
test_that "a capture cut off by a full disk can be read" readable_to_the_end
test_that "ends, and its socket is gone" stops
test_that "--trace" trace_from_the_start
test_that "--capture" capture_from_the_start
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
