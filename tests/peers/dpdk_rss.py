#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Frames for receive-side scaling, what testpmd is told of it, and whether each frame came with
the hash and to the queue that the Toeplitz hash, computed here, demands.

dpdk_rss.py commands QUEUES             for testpmd, one a line; each queue has its own counters then
dpdk_rss.py send CONTROL PORT           from the wire of this port, by the control socket; says how many
dpdk_rss.py check QUEUES <OUTPUT        testpmd's output, with each frame (set verbose 1) and
                                        the extended statistics of port 0 after them
"""
import json
import random
import re
import socket
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

sys.dont_write_bytecode = True # of these two
import dpdk_counters
import rss

TABLE = 128
MICROSOFT = rss.EXAMPLE_KEY # DPDK's driver has it, too
OWN = bytes((i * i * 7 + 3 * i + 1) % 256 for i in range(40))
ALL = {"ipv4", "ipv4-tcp", "ipv4-udp", "ipv6", "ipv6-tcp", "ipv6-udp"}


class Setup:
    """What is hashed (nothing: no hash), with which key, and the queue by the hash's low bits."""

    def __init__(self, fields, key=None, table=None, words=()):
        self.fields, self.key, self.table, self.words = fields, key, table, list(words)


def own_table():
    return [(entry * entry + entry // 9) % 4 for entry in range(TABLE)]


def table_words(table):
    """An argument of testpmd's has fewer than 128 characters."""
    for first in range(0, TABLE, 8):
        yield "port config 0 rss reta " + ",".join(
            f"({entry},{table[entry]})" for entry in range(first, first + 8))


SETUPS = {
    1: Setup(set()),
    # testpmd's and the driver's defaults: addresses only
    2: Setup({"ipv4", "ipv6"}, MICROSOFT, [entry % 2 for entry in range(TABLE)]),
    4: Setup(ALL, OWN, own_table(), ["port config all rss all",
                                     f"port config 0 rss-hash-key ipv4 {OWN.hex()}",
                                     "port config all rss all", *table_words(own_table())]),
}


class Frame:
    """A frame, what it is for the hash, and what is wrong with it ("l3", "l4", or nothing)."""

    def __init__(self, number, kind, seed):
        self.number, self.kind = number, kind
        self.wrong = {"ipv4-bad": "l3", "ipv4-tcp-bad": "l4", "ipv6-udp-bad": "l4"}.get(kind)
        source = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        packet = Ether(dst="02:00:00:00:00:77", src=source) / self.above(random.Random(seed))
        self.data = bytes(packet).ljust(dpdk_counters.SHORTEST, b"\0")

    def above(self, chance):
        if self.kind == "other":
            return ARP(hwsrc="02:00:00:00:00:01", psrc="10.0.0.1", pdst="10.0.0.2")
        six = self.kind.startswith("ipv6")
        self.ends = [f"fd00::{chance.randrange(1, 65536):x}:{end}" if six else
                     f"10.{chance.randrange(256)}.{chance.randrange(256)}.{end}" for end in (1, 2)]
        self.ports = [chance.randrange(1024, 65536) for _ in range(2)]
        payload = Raw(chance.randbytes(chance.randrange(20, 200)))
        network = IPv6(src=self.ends[0], dst=self.ends[1]) if six else IP(src=self.ends[0], dst=self.ends[1])
        if self.kind == "ipv4-fragment":
            network.flags = "MF"
        if self.wrong == "l3":
            network.chksum = 0x1234
        return network / self.transport(six) / payload

    def transport(self, six):
        ports = {"sport": self.ports[0], "dport": self.ports[1]}
        wrong = {"chksum": 0x1234} if self.wrong == "l4" else {}
        if "tcp" in self.kind:
            return TCP(**ports, **wrong)
        if "udp" in self.kind or "fragment" in self.kind:
            return UDP(**ports, **wrong)
        return ICMPv6EchoRequest() if six else ICMP()

    def hash(self, setup):
        """None: there is none for such a frame."""
        field = self.kind.removesuffix("-bad").removesuffix("-fragment")
        for ports, name in ((self.ports if field.count("-") else [], field), ([], field[:4])):
            if field != "other" and name in setup.fields:
                return rss.toeplitz(setup.key, rss.flow(*self.ends, *ports))
        return None

    def queue(self, setup):
        value = self.hash(setup)
        return 0 if value is None else setup.table[value % TABLE]


def frames():
    kinds = [*sorted(ALL)] * 20 + ["ipv4-fragment", "ipv4-bad", "ipv4-tcp-bad", "ipv6-udp-bad", "other"] * 4
    return [Frame(number, kind, f"{number} {kind}") for number, kind in enumerate(kinds)]


def send(path, port):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
        control.connect(path)
        answers = control.makefile()
        for frame in frames():
            control.sendall(f"frame {port} {frame.data.hex()}\n".encode())
            answer = json.loads(answers.readline())
            if not (answer["ok"] and answer["stored"]):
                sys.exit(f"frame {frame.number} ({frame.kind}): {answer}")
    print(len(frames()))


def dumped(text):
    """Of each frame that testpmd shows: its number, queue, hash (or None), type and flags."""
    queue = None
    for line in text.splitlines():
        if found := re.match(r"(?:testpmd> )?port 0/queue (\d+): received", line):
            queue = int(found[1])
        elif found := re.match(r"  src=02:00:00:00:(..):(..) - dst=.*", line):
            value = re.search(r"RSS hash=0x([0-9a-f]+) - RSS queue=0x([0-9a-f]+)", line)
            if value and int(value[2], 16) != queue:
                raise ValueError(line)
            number = int(found[1] + found[2], 16)
            kind = re.search(r"hw ptype: (.*?) +- sw", line)
            shown = [number, queue, int(value[1], 16) if value else None, kind[1] if kind else ""]
        elif "ol_flags:" in line:
            yield (*shown, set(line.split("ol_flags:")[1].split()))


def expected_type(frame):
    kind = frame.kind.removesuffix("-bad").removesuffix("-fragment")
    return "L2_ETHER" if kind == "other" else " L4_".join(["L2_ETHER L3_" + kind[:4].upper(), *kind.upper().split("-")[1:]])


def expected_flags(frame):
    """The driver does not trust a wrong checksum of UDP: an 82599 may say so of one that is 0."""
    l4_wrong = "UNKNOWN" if "udp" in frame.kind else "BAD"
    return {f"RTE_MBUF_F_RX_IP_CKSUM_{'BAD' if frame.wrong == 'l3' else 'GOOD'}",
            f"RTE_MBUF_F_RX_L4_CKSUM_{l4_wrong if frame.wrong == 'l4' else 'GOOD'}"}


def check(queues, text):
    setup = SETUPS[queues]
    sent, wrong = {frame.number: frame for frame in frames()}, []
    spread = [0] * queues
    for number, queue, value, kind, flags in dumped(text):
        frame = sent.pop(number)
        spread[frame.queue(setup)] += 1
        want = (frame.queue(setup), frame.hash(setup), expected_type(frame), expected_flags(frame))
        have = (queue, value, kind, {flag for flag in flags if re.search("RX_(IP|L4)_CKSUM", flag)})
        if want != have:
            wrong.append(f"frame {number} ({frame.kind}): {have}, not {want}")
    wrong += [f"frame {number} ({frame.kind}) did not come" for number, frame in sent.items()]
    counted = dpdk_counters.shown(text, "0")
    for queue, count in enumerate(spread):
        if counted.get(f"rx_q{queue}_packets") != count:
            wrong.append(f"queue {queue} has counted {counted.get(f'rx_q{queue}_packets')}, not {count}")
    if min(spread) < 10:
        wrong.append("these frames show nothing")
    print("\n".join(wrong[:10] + [f"frames by queue: {spread}, {len(wrong)} wrong"]))
    return bool(wrong)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["commands", queues]:
            print("\n".join(SETUPS[int(queues)].words + [
                f"set stat_qmap rx 0 {queue} {queue}" for queue in range(int(queues))]))
        case ["send", path, port]:
            send(path, port)
        case ["check", queues]:
            sys.exit(check(int(queues), sys.stdin.read()))
        case _:
            sys.exit(__doc__)
