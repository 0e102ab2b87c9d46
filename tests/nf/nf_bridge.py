# SPDX-License-Identifier: BSD-3-Clause
"""The bridge against Linux's, without VLANs: three ports."""

from frames import *

PORTS = 3
CONFIG = {"static": [{"mac": "02:cc:00:00:00:01", "port": 2}]}
LINUX = """
sysctl -w net.ipv6.conf.all.disable_ipv6=1
sysctl -w net.ipv6.conf.default.disable_ipv6=1
ip link add br0 address 02:dd:00:00:00:01 type bridge forward_delay 0 stp_state 0
ip link set br0 type bridge mcast_snooping 0
ip link set p0 master br0
ip link set p1 master br0
ip link set p2 master br0
ip link set p0 up
ip link set p1 up
ip link set p2 up
ip link set br0 up
bridge fdb add 02:cc:00:00:00:01 dev p2 master static sticky
sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
"""

DIFFERENCES = {
    "from 0": ("nothing", "2: 88b5", "an address as any other"),
    "to 0": ("1: 88b5; 2: 88b5", "nothing", "learnt just before, on the port that this came from"),
    "to 01:80:c2:00:00:00": ("1: 88b5; 2: 88b5", "nothing",
                             "kept by all bridges (IEEE 802.1Q, 8.6.3); Linux without spanning tree passes it on"),
}

A, B, C, ALL = "02:aa:00:00:00:01", "02:aa:00:00:00:02", "02:aa:00:00:00:03", "ff:ff:ff:ff:ff:ff"
FIXED = "02:cc:00:00:00:01"


def frame(dst, src, data=b"data", kind=0x88B5):
    return Ether(dst=dst, src=src, type=kind) / Raw(data)


def steps():
    yield Step("to an unknown address", 0, frame(B, A))
    yield Step("the answer", 1, frame(A, B))
    yield Step("to the known address", 0, frame(B, A))
    yield Step("from a third host to a known address", 2, frame(A, C))
    yield Step("to the third host", 1, frame(C, B))
    yield Step("to all", 1, frame(ALL, B))
    yield Step("to a group", 0, frame("01:00:5e:00:00:fb", A))
    yield Step("to an IPv6 group", 2, frame("33:33:00:00:00:01", C))
    yield Step("to its own port", 0, frame(A, A))
    yield Step("to another host of the same port", 0, frame("02:aa:00:00:00:04", A))
    yield Step("that host speaks", 0, frame(A, "02:aa:00:00:00:04"))
    yield Step("to that host from its port", 0, frame("02:aa:00:00:00:04", A))
    yield Step("a host moves", 2, frame(A, B))
    yield Step("to the host that moved", 0, frame(B, A))
    yield Step("a static address", 0, frame(FIXED, A))
    yield Step("a static address speaks elsewhere", 1, frame(A, FIXED))
    yield Step("a static address stays", 0, frame(FIXED, A))
    yield Step("from a group", 0, frame(B, "03:aa:00:00:00:01"))
    yield Step("from all", 0, frame(B, ALL))
    yield Step("from 0", 0, frame(B, "00:00:00:00:00:00"))
    yield Step("to 0", 0, frame("00:00:00:00:00:00", A))
    for last in range(17):
        yield Step(f"to 01:80:c2:00:00:{last:02x}", 0, frame(f"01:80:c2:00:00:{last:02x}", A))
    for tags in (5,), (0,), (4095,), (5, 6), (5, 6, 7):
        tagged = Ether(dst=B, src=A)
        for tag in tags:
            tagged = tagged / Dot1Q(vlan=tag)
        yield Step(f"VLAN tags {tags}", 0, tagged / IP() / UDP() / b"x")
    yield Step("802.1ad tag", 0, Ether(dst=B, src=A, type=0x88A8) / Dot1Q(vlan=5) / IP() / UDP() / b"x")
    yield Step("an address in a VLAN", 0, Ether(dst=ALL, src="02:aa:00:00:00:05") / Dot1Q(vlan=9) / Raw(b"x"))
    yield Step("the same address, no VLAN", 1, frame("02:aa:00:00:00:05", C))
    yield Step("802.3 length", 0, frame(B, A, bytes(60), 60))
    yield Step("type 0", 0, frame(B, A, kind=0))
    yield Step("type ffff", 0, frame(B, A, kind=0xFFFF))
    yield Step("PAUSE to a host", 0, frame(B, A, bytes(50), 0x8808))
    yield Step("a frame of 1514 bytes", 0, frame(B, A, bytes(1500)))
    for name, data in (("IPv4 cut off", b"\x45"), ("IPv4 checksum wrong", bytes(IP(chksum=1))),
                       ("IPv4 version 0", bytes(40))):
        yield Step(name, 0, frame(B, A, data, 0x800))
    yield Step("IPv6 header cut off", 0, frame(B, A, b"\x60\0", 0x86DD))
    yield Step("ARP request", 0, Ether(dst=ALL, src=A) / ARP(psrc="192.0.2.1", pdst="192.0.2.2", hwsrc=A))
    yield Step("ARP reply", 2, Ether(dst=A, src=B) / ARP(op=2, psrc="192.0.2.2", pdst="192.0.2.1", hwsrc=B, hwdst=A))
    for n in range(40):  # hosts enough to meet in the table
        yield Step(f"host {n} speaks", n % 3, frame(ALL, f"02:ee:00:00:00:{n:02x}"))
    for n in range(40):
        yield Step(f"to host {n}", (n + 1 + n // 20) % 3, frame(f"02:ee:00:00:00:{n:02x}", f"02:ee:01:00:00:{n:02x}"))
