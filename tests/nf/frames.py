# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a test: frames with names, what is compared of what they lead to, and words for it."""

import logging
import struct

logging.getLogger("scapy").setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.all import ARP, ICMP, IP, IPv6, TCP, UDP, Dot1Q, Ether, Raw, conf  # noqa: E402
from scapy.layers.inet6 import ICMPv6EchoRequest  # noqa: E402

conf.verb = 0

ETHERNET_MIN = 60  # without CRC: cards pad what is shorter
ICMP_ERRORS = {3: "unreachable", 11: "time exceeded", 12: "parameter problem", 5: "redirect"}
ICMPV6_ERRORS = {1: "unreachable", 2: "too big", 3: "time exceeded", 4: "parameter problem"}


class Step:
    """A frame that arrives at a port, @pause seconds after the one before."""

    def __init__(self, name, port, frame, pause=0):
        self.name, self.port, self.pause = name, port, pause
        self.frame = pad(bytes(frame))
        self.time_us, self.linux, self.onepath = 0, {}, {}


def pad(frame):
    """As it would be on a real wire."""
    return frame + bytes(max(0, ETHERNET_MIN - len(frame)))


def icmp_of(frame):
    """(IP version, offset of ICMP, offset of IP) if the frame is ICMP without extension headers."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23] == 1:
        return 4, 14 + (frame[14] & 15) * 4, 14
    if kind == b"\x86\xdd" and frame[20] == 58:
        return 6, 54, 14
    return None


def is_error(frame):
    found = icmp_of(frame)
    return bool(found) and len(frame) > found[1] and \
        frame[found[1]] in (ICMP_ERRORS if found[0] == 4 else ICMPV6_ERRORS)


def fixed(frame):
    """What standards fix of a frame. What was forwarded: all of it. Of an ICMP error by the box
    they leave open: traffic class, identification, hop limit and how much is quoted (RFC 792, RFC 1812,
    4.3.2.3; RFC 4443, 2.4): kept are both addresses, type, code, what comes with it, and
    the quoted IP header with 8 more bytes; checksums have to be right."""
    frame = pad(frame)
    if not is_error(frame):
        return frame
    version, at, ip = icmp_of(frame)
    if not sums_right(frame):
        return b"wrong checksum" + frame
    header = frame[:14] + (frame[26:34] if version == 4 else frame[22:54])
    quoted = frame[at + 8:at + 8 + (28 if version == 4 else 48)]
    return header + frame[at:at + 2] + frame[at + 4:at + 8] + quoted


def ones_sum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def sums_right(frame):
    """Of an ICMP message that is no fragment."""
    version, at, _ = icmp_of(frame)
    if version == 4:
        end = 14 + int.from_bytes(frame[16:18], "big")
        return ones_sum(frame[14:at]) == 0xFFFF and ones_sum(frame[at:end]) == 0xFFFF
    length = int.from_bytes(frame[18:20], "big")
    pseudo = frame[22:54] + struct.pack("!II", length, 58)
    return ones_sum(pseudo + frame[at:at + length]) == 0xFFFF


def word(frame):
    """What a frame is, in a word or two."""
    if is_error(frame):
        version, at, _ = icmp_of(frame)
        names = ICMP_ERRORS if version == 4 else ICMPV6_ERRORS
        return f"{names[frame[at]]} {frame[at + 1]}"
    kind = int.from_bytes(frame[12:14], "big")
    if kind == 0x806:
        return "ARP request" if frame[21] == 1 else "ARP reply"
    if icmp_of(frame):
        version, at, _ = icmp_of(frame)
        names = {0: "echo reply", 8: "echo"} if version == 4 else \
            {128: "echo", 129: "echo reply", 135: "solicitation", 136: "advertisement"}
        return names.get(frame[at], f"ICMP {frame[at]}")
    return {0x800: "IPv4", 0x86DD: "IPv6", 0x8100: "VLAN", 0x88A8: "VLAN"}.get(kind, f"{kind:04x}")


def words(left):
    """What left: "port: frame, frame; port: ...", or "nothing"."""
    return "; ".join(f"{port}: {', '.join(word(frame) for frame in left[port])}"
                     for port in sorted(left)) or "nothing"
