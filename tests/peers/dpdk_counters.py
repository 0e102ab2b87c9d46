#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""dpdk_counters.py IN OUT PORT <XSTATS: what testpmd shows of a port's extended statistics is what
passed its wire: the frames of the capture IN came in, those of OUT went out, and nothing else is
counted."""
import re
import sys

from scapy.utils import RawPcapReader

CRC = 4
SHORTEST = 60
# Of a frame with its CRC; the last one is open.
SIZES = {"64": 64, "65_to_127": 127, "128_to_255": 255, "256_to_511": 511, "512_to_1023": 1023,
         "1024_to_max": 1 << 20}


def read(path):
    """A wire pads what is too short."""
    return [data.ljust(SHORTEST, b"\0") for data, _ in RawPcapReader(path)]


def of_direction(way, frames):
    """Bytes are without CRC: DPDK's statistics are, and its driver takes it off."""
    count, size = len(frames), sum(map(len, frames))
    broadcast = sum(frame[:6] == b"\xff" * 6 for frame in frames)
    want = {
        f"{way}_good_packets": count, f"{way}_good_bytes": size,
        f"{way}_q0_packets": count, f"{way}_q0_bytes": size,
        f"{way}_total_packets": count,
        f"{way}_broadcast_packets": broadcast,
        f"{way}_multicast_packets": sum(frame[0] & 1 for frame in frames) - broadcast,
    }
    if way == "rx":
        want["rx_total_bytes"] = size
    shortest = 0
    for name, longest in SIZES.items():
        want[f"{way}_size_{name}_packets"] = sum(
            shortest < len(frame) + CRC <= longest for frame in frames)
        shortest = longest
    return want


def shown(text, port):
    """The part of one port."""
    parts = re.split(r"#+ NIC extended statistics for port (\d+)", text)
    part = dict(zip(parts[1::2], parts[2::2]))[port]
    return {name: int(value) for name, value in re.findall(r"^(\w+): (\d+)\r?$", part, re.MULTILINE)}


def main(in_path, out_path, port):
    want = of_direction("rx", read(in_path)) | of_direction("tx", read(out_path))
    have = shown(sys.stdin.read(), port)
    wrong = [f"{name}: {have.get(name)}, not {want.get(name, 0)}" for name in sorted(want | have)
             if have.get(name) != want.get(name, 0)]
    print("\n".join(wrong) or f"port {port}: {len(have)} counters, {sum(v != 0 for v in have.values())} not 0")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
