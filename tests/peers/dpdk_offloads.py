#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of frames that testpmd forwards in csum mode, where the hardware makes their
checksums and cuts TCP in segments; computed here by scapy.

dpdk_offloads.py make FILE         IPv4 and IPv6 with TCP, UDP and neither, of many lengths
dpdk_offloads.py count FILE        how many frames are made of it
dpdk_offloads.py compare IN OUT    OUT holds what is made of IN
"""
import random
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import RawPcapReader, RawPcapWriter

MSS = 500 # as dpdk_forward.sh says it to testpmd
SHORTEST = 60
FIN_PSH = 0x09


def frame(four, transport, length):
    network = IP(src="10.0.0.1", dst="10.0.0.2", id=length) if four else IPv6(src="fd00::1", dst="fd00::2")
    above = {
        "tcp": TCP(sport=1024 + length, dport=9, seq=0xfffffa00 + length, ack=7, flags="FPA"),
        "udp": UDP(sport=1024 + length, dport=9),
        "icmp": ICMP() if four else ICMPv6EchoRequest(),
    }[transport]
    payload = random.Random(f"{four} {transport} {length}").randbytes(length)
    packet = Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:aa") / network / above / Raw(payload)
    return bytes(packet).ljust(SHORTEST, b"\0")


def make(path):
    with RawPcapWriter(path, linktype=1, snaplen=65535) as out:
        out.write_header(None)
        for length in range(0, 1441, 24):
            for transport in ("tcp", "udp", "icmp"):
                for four in (True, False):
                    out.write_packet(frame(four, transport, length))


def segments(data):
    """Of a frame with more TCP payload than MSS; any other one stays as it is."""
    packet = Ether(data)
    if TCP not in packet or len(bytes(packet[TCP].payload)) <= MSS:
        return [data]
    payload = bytes(packet[TCP].payload)
    made = []
    for number, start in enumerate(range(0, len(payload), MSS)):
        segment = Ether(data)
        if IP in segment:
            segment[IP].id = packet[IP].id + number
            del segment[IP].len, segment[IP].chksum
        else:
            del segment[IPv6].plen
        segment[TCP].seq = (packet[TCP].seq + start) % (1 << 32)
        if start + MSS < len(payload):
            segment[TCP].flags = int(packet[TCP].flags) & ~FIN_PSH
        del segment[TCP].chksum
        segment[TCP].remove_payload()
        made.append(bytes(segment / Raw(payload[start:start + MSS])).ljust(SHORTEST, b"\0"))
    return made


def compare(in_path, out_path):
    want = [made for data, _ in RawPcapReader(in_path) for made in segments(data)]
    have = [data for data, _ in RawPcapReader(out_path)]
    for number, (expected, got) in enumerate(zip(want, have)):
        if expected != got:
            sys.exit(f"frame {number}: {got.hex()}\n not {expected.hex()}")
    if len(want) != len(have):
        sys.exit(f"{len(have)} frames, not {len(want)}")
    print(f"{len(have)} frames equal")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", path]:
            make(path)
        case ["count", path]:
            print(sum(len(segments(data)) for data, _ in RawPcapReader(path)))
        case ["compare", in_path, out_path]:
            compare(in_path, out_path)
        case _:
            sys.exit(__doc__)
