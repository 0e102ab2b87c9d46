#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# NFs over files (--pcap): what arrives leaves where and when it should, what is wrong with
# a file is said, and an NF that reaches beyond its buffer is caught.
#
# Usage: test_nf_pcap.sh   (needs gcc, json-c, libpcap, libyaml and python3)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

compile=("${CC:-gcc}" -O1 -g -std=gnu11 -I "$root/uapi" -I "$root/userspace/include" -I "$root/userspace/nf/common")
"${compile[@]}" "$root/tests/host/json_get.c" -o "$tmp/json_get" -ljson-c
compile+=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
(cd "$tmp" && "${compile[@]}" -c "$root"/userspace/nf/common/*.c "$root"/userspace/lib/*.c)
for nf in nop broadcast; do
	"${compile[@]}" "$root/userspace/nf/$nf.c" "$tmp"/*.o -o "$tmp/onepath-$nf" -lyaml -lpcap
done

# shellcheck source=tests/host/expect.sh
. "$root/tests/host/expect.sh"

# capture FILE [SECONDS:BYTES:FILL]...: a file with these frames, each of one value only
capture() {
	python3 - "$@" <<-'END'
		import struct, sys
		with open(sys.argv[1], "wb") as out:
		    out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
		    for frame in sys.argv[2:]:
		        time, length, fill = frame.split(":")
		        seconds, _, micros = time.partition(".")
		        out.write(struct.pack("<IIII", int(seconds), int(micros or 0), int(length), int(length)))
		        out.write(bytes([int(fill)]) * int(length))
	END
}

# What is in a file that an NF wrote, as SECONDS:BYTES:FILL, with nanoseconds.
frames() {
	python3 - "$1" <<-'END'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		magic, kind, at = *struct.unpack("<I16xI", data[:24]), 24
		assert (magic, kind) == (0xa1b23c4d, 1), "nanoseconds, Ethernet"
		while at < len(data):
		    seconds, nanos, length, whole = struct.unpack("<IIII", data[at:at + 16])
		    frame = data[at + 16:at + 16 + length]
		    assert length == whole and len(set(frame)) == 1
		    print(f"{seconds}.{nanos:09}:{length}:{frame[0]}", end=" ")
		    at += 16 + length
	END
}

run() {
	status=0
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:abort_on_error=0 "$tmp/onepath-$1" "${@:2}" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# expect_frames NAME PORT WANTED
expect_frames() {
	frames "$tmp/d/out$2.pcap" >"$tmp/out" 2>"$tmp/err" || :
	status=0
	[ "$(<"$tmp/out")" = "${3:+$3 }" ] || status="unexpected frames"
	expect "$1" 0 no-err
}

fresh() {
	rm -rf "$tmp/d"
	mkdir "$tmp/d"
}

fresh
capture "$tmp/d/in0.pcap" 100:60:1 100.000007:14:2 102:1522:3
capture "$tmp/d/in1.pcap" 101:64:4
run nop --json --pcap "$tmp/d"
expect "nop --pcap" 0 err "forwarding port0 <-> port1" json /paths/0/frames 3 json /paths/1/frames 1 \
	json /ports/0/rx_frames 3 json /ports/0/tx_frames 1 json /ports/1/tx_frames 3
expect_frames "what arrived at the first port left the second, at its time" 1 \
	"100.000000000:60:1 100.000007000:14:2 102.000000000:1522:3"
expect_frames "and the other way round" 0 "101.000000000:64:4"
run nop --quiet --pcap "$tmp/d"; expect "nop --quiet --pcap" 0 no-err no-out

# 1,000 frames: the rings begin anew with each
fresh
# shellcheck disable=SC2046 # words
capture "$tmp/d/in0.pcap" $(printf '%d:60:5 ' {1..1000})
run broadcast --json --ring 64 --pcap "$tmp/d"
expect "broadcast --pcap, 1000 frames" 0 json /paths/0/frames 1000 json /ports/1/tx_frames 1000
capture "$tmp/d/in0.pcap" 1:60:5 2:61:6
capture "$tmp/d/in3.pcap" 3:60:7
run broadcast --json --pcap "$tmp/d"
expect "broadcast has as many ports as there are files" 0 json /paths/0/outputs/2 port3 \
	json /ports/3/rx_frames 0 json /ports/3/rx_missed 1
for port in 1 2 3; do
	expect_frames "broadcast to port $port" $port "1.000000000:60:5 2.000000000:61:6"
done
expect_frames "broadcast does not send back" 0 ""

fresh
capture "$tmp/d/in0.pcap" 1:1523:1 2:1522:2
run nop --json --pcap "$tmp/d"
expect "what is longer than the MTU" 0 json /ports/0/rx_errors 1 json /ports/0/rx_frames 1
run nop --json --mtu 9000 --pcap "$tmp/d"
expect "nop --mtu 9000 --pcap" 0 json /ports/0/rx_errors 0 json /ports/0/rx_frames 2

fresh
run nop --pcap "$tmp/d"; expect "no files" 1 err "$tmp/d: there is neither in0.pcap" no-out
run nop --pcap "$tmp/d" 3:0.0 3:0.1; expect "--pcap and ports" 2 err "with --pcap there are no ports, so not: 3:0.0"
echo "no capture" >"$tmp/d/in1.pcap"
run nop --pcap "$tmp/d"; expect "not a capture" 1 err "$tmp/d/in1.pcap: "
capture "$tmp/d/in1.pcap" 1:60:1 2:60:2
truncate -s -1 "$tmp/d/in1.pcap"
run nop --pcap "$tmp/d"; expect "a file that ends within a frame" 1 err "in1.pcap: truncated"
fresh
capture "$tmp/d/in1.pcap" 1:60:1
mkdir "$tmp/d/out0.pcap"
run nop --pcap "$tmp/d"; expect "out0.pcap cannot be written" 1 err "out0.pcap: Is a directory"
fresh
capture "$tmp/d/in0.pcap" 1:60:1
ln -s /dev/full "$tmp/d/out1.pcap"
run nop --pcap "$tmp/d"; expect "the disk is full" 1 err "cannot write $tmp/d/out1.pcap"

# NFs with a mistake
mistake() {
	sed "s|return length;|$1|" "$root/userspace/nf/nop.c" >"$tmp/wrong.c"
	"${compile[@]}" "$tmp/wrong.c" "$tmp"/*.o -o "$tmp/onepath-wrong" -lyaml -lpcap
	run wrong --pcap "$tmp/d"
}
fresh
capture "$tmp/d/in0.pcap" 1:60:1
mistake 'return frame[2047] ? length : 14;'; expect "an NF that reads its buffer's last byte" 0
mistake 'return frame[2048] ? length : 14;'; expect "an NF that reads beyond its buffer" 1 err "heap-buffer-overflow"
mistake 'frame[-1] = 0; return length;'; expect "an NF that writes before its buffer" 1 err "heap-buffer-overflow"
mistake 'return 2049;'; expect "an NF that sends more than it has" 1 err "it sends 2049 bytes of a buffer of 2048"

echo "test_nf_pcap: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
