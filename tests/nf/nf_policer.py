# SPDX-License-Identifier: BSD-3-Clause
"""The policer against nftables' limit, a token bucket as well, on a bridge. (tc's police counts
Ethernet headers, too.) Buckets are slow: what passes does not depend on how fast the test is."""

from frames import *
from scapy.all import IPOption_NOP

PORTS = 2
CONFIG = {"limits": [{"prefix": "198.51.100.1/32", "rate": 100, "burst": 5000},
                     {"prefix": "198.51.100.0/24", "rate": 100, "burst": 2000},
                     {"prefix": "203.0.113.0/24", "rate": 100, "burst": 2000},
                     {"prefix": "2001:db8:b::/48", "rate": 100, "burst": 2000}]}
# A bucket of nftables holds a second's rate more than its burst.
RULES = """
table inet police {
	chain forward {
		type filter hook forward priority 0; policy accept;
		ip daddr 198.51.100.1 limit rate over 100 bytes/second burst 4900 bytes drop
		ip daddr 198.51.100.1 accept
		ip daddr 198.51.100.0/24 limit rate over 100 bytes/second burst 1900 bytes drop
		ip daddr 203.0.113.0/24 limit rate over 100 bytes/second burst 1900 bytes drop
		ip6 daddr 2001:db8:b::/48 limit rate over 100 bytes/second burst 1900 bytes drop
	}
}
"""
LINUX = """
ip link add br0 type bridge forward_delay 0
sysctl -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
sysctl -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.br0.disable_ipv6=1
ip link set br0 type bridge mcast_snooping 0
ip link set p0 master br0
ip link set p1 master br0
ip link set p0 up
ip link set p1 up
ip link set br0 up
nft -f /tmp/rules
"""

DIFFERENCES = {
    "IPv4 checksum wrong": ("nothing", "1: IPv4", "checksums are the receiver's to check"),
}

OUT = Ether(dst="02:bb:00:00:00:02", src="02:aa:00:00:00:02")
BACK = Ether(dst="02:aa:00:00:00:02", src="02:bb:00:00:00:02")


def v4(link, dst, size, **fields):
    return link / IP(src="192.0.2.2", dst=dst, **fields) / UDP() / bytes(size - 28)


def v6(link, dst, size):
    return link / IPv6(src="2001:db8:a::2", dst=dst) / UDP() / bytes(size - 48)


def steps():
    for n in range(7):
        yield Step(f"1000 bytes to the host, {n}", 0, v4(OUT, "198.51.100.1", 1000))
    yield Step("a small one to the host", 0, v4(OUT, "198.51.100.1", 300))
    for n in range(4):
        yield Step(f"1000 bytes to its subnet, {n}", 0, v4(OUT, f"198.51.100.{2 + n}", 1000))
    for n in range(2):
        yield Step(f"900 bytes, two directions, {n}", n, v4((OUT, BACK)[n], "203.0.113.5", 900))
    yield Step("500 bytes: too much", 0, v4(OUT, "203.0.113.5", 500))
    yield Step("100 bytes: still fits", 0, v4(OUT, "203.0.113.5", 100))
    for n in range(4):
        yield Step(f"800 bytes by IPv6, {n}", 0, v6(OUT, "2001:db8:b:1::5", 800))
    for n in range(3):
        yield Step(f"no limit, {n}", 0, v4(OUT, "192.0.2.99", 1500))
        yield Step(f"no limit, IPv6, {n}", 0, v6(OUT, "2001:db8:c::1", 1500))
    yield Step("ARP", 0, OUT / ARP(psrc="192.0.2.2", pdst="198.51.100.1"))
    yield Step("another type of frame", 0, Ether(dst="02:bb:00:00:00:02", src="02:aa:00:00:00:02", type=0x88B5) / Raw(bytes(1000)))
    yield Step("a later fragment to the host", 0, v4(OUT, "198.51.100.1", 1000, frag=100))
    # 3.5 seconds later there are 350 bytes more
    yield Step("after a while, 300 bytes", 0, v4(OUT, "198.51.100.1", 300), pause=3.5)
    yield Step("after a while, 300 bytes again", 0, v4(OUT, "198.51.100.1", 300))
    yield Step("after a while, its subnet, 300 bytes", 0, v4(OUT, "198.51.100.77", 300))
    yield Step("after a while, its subnet again", 0, v4(OUT, "198.51.100.78", 300))
    yield Step("after a while, IPv6, 700 bytes", 0, v6(OUT, "2001:db8:b::1", 700))
    yield Step("after a while, IPv6, 1000 bytes", 0, v6(OUT, "2001:db8:b::1", 1000))
    yield Step("IPv4 version 5", 0, v4(OUT, "192.0.2.99", 100, version=5))
    yield Step("IPv4 longer than frame", 0, v4(OUT, "192.0.2.99", 100, len=900))
    yield Step("IPv4 checksum wrong", 0, v4(OUT, "192.0.2.99", 100, chksum=1))
    yield Step("IPv4 options", 0, v4(OUT, "192.0.2.99", 100, options=[IPOption_NOP()] * 4))
