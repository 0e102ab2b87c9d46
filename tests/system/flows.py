#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Frames that come to a port by its control socket, and what became of them.

flows.py send CONTROL PORT           both directions of many flows, IPv4 and IPv6, TCP, UDP and others
flows.py check FILE PATHS            FILE holds them all; the last byte of each source address is the number
                                     of the path that had it: the same for both directions, and every path had
                                     some
flows.py flood CONTROL PORT COUNT LENGTH   as many broadcast frames; prints how many were stored
"""
import itertools
import json
import random
import socket
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import RawPcapReader

FLOWS = 120
KINDS = [(IP, TCP), (IP, UDP), (IPv6, TCP), (IPv6, UDP), (IP, ICMP)]


def pair(number):
    """One flow: a frame there, and a frame back."""
    chance = random.Random(number)
    network, transport = KINDS[number % len(KINDS)]
    ends = [f"fd00::{chance.randrange(65536):x}" if network is IPv6 else f"10.{number % 256}.{chance.randrange(256)}.1"
            for _ in range(2)]
    ports = [chance.randrange(1024, 65536) for _ in range(2)]
    for way in (1, -1):
        there, ports_there = ends[::way], ports[::way]
        above = ICMP() if transport is ICMP else transport(sport=ports_there[0], dport=ports_there[1])
        yield bytes(Ether(dst="ff:ff:ff:ff:ff:ff", src="02:00:00:00:00:ff") /
                    network(src=there[0], dst=there[1]) / above / Raw(f"flow {number}".ljust(30)))


def frames():
    return itertools.chain.from_iterable(pair(number) for number in range(FLOWS))


def send(path, port, several):
    stored = 0
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        with control.makefile("rw") as lines:
            for frame in several:
                print("frame", port, frame.hex(), file=lines, flush=True)
                stored += json.loads(lines.readline())["stored"]
    return stored


def unmarked(frame):
    return frame[:11] + frame[12:]


def check(path, paths):
    had = {unmarked(data): data[11] for data, _ in RawPcapReader(path)}
    spread = [0] * paths
    for number in range(FLOWS):
        there, back = (had.get(unmarked(frame)) for frame in pair(number))
        if there is None or there != back:
            sys.exit(f"flow {number}: one direction went through path {there}, the other through path {back}")
        spread[there] += 2
    print(f"{2 * FLOWS} frames, by path: {spread}")
    if min(spread) < FLOWS // paths:
        sys.exit("they are not spread")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", control, port]:
            if send(control, port, frames()) != 2 * FLOWS:
                sys.exit("not all were stored")
        case ["check", path, paths]:
            check(path, int(paths))
        case ["flood", control, port, count, length]:
            print(send(control, port, [b"\xff" * 6 + bytes.fromhex("0200000000ff88b5").ljust(int(length) - 6, b"\0")] *
                       int(count)))
        case _:
            sys.exit(__doc__)
