# SPDX-License-Identifier: BSD-3-Clause
"""The NAT against nftables' source NAT: inside is port 0, outside port 1. Both keep ports that are free."""

from frames import *
from linux import mac

PORTS = 2
HOST, GATEWAY = "02:aa:00:00:00:02", "02:bb:00:00:00:02"
CONFIG = {"inside": "192.168.1.1", "outside": ["203.0.113.1"], "gateway": "203.0.113.254", "gateway_mac": GATEWAY}
RULES = """
table ip nat {
	chain postrouting { type nat hook postrouting priority 100; oifname "p1" snat to 203.0.113.1; }
}
"""
LINUX = """
ip link set lo up
sysctl -w net.ipv6.conf.all.disable_ipv6=1
sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.all.arp_ignore=1 net.ipv4.icmp_ratelimit=0
ip link set p0 up
ip link set p1 up
ip addr add 192.168.1.1/24 dev p0
ip addr add 203.0.113.1/24 dev p1
ip neigh replace 192.168.1.10 lladdr 02:aa:00:00:00:02 dev p0
ip neigh replace 203.0.113.254 lladdr 02:bb:00:00:00:02 dev p1
ip route add default via 203.0.113.254
nft -f /tmp/rules
sysctl -w net.netfilter.nf_conntrack_tcp_loose=0
"""
DIFFERENCES = {
    "IPv4 checksum wrong": ("nothing", "1: IPv4", "the sum is changed by what changes, and stays wrong: the next hop drops it"),
    "to an unknown port": ("1: unreachable 3", "nothing", "what belongs to no mapping is dropped without an answer"),
    "from another host": ("1: unreachable 3", "0: IPv4", "filtering is endpoint-independent (RFC 4787, REQ-8)"),
}
OUT = Ether(dst=mac(0), src=HOST)
BACK = Ether(dst=mac(1), src=GATEWAY)
US, THEM, PUBLIC = "192.168.1.10", "198.51.100.20", "203.0.113.1"


def out(**fields):
    return OUT / IP(**{"src": US, "dst": THEM, **fields})


def back(**fields):
    return BACK / IP(**{"src": THEM, "dst": PUBLIC, **fields})


def steps():
    for size in range(0, 12):
        yield Step(f"UDP, {size} bytes", 0, out() / UDP(sport=4000 + size, dport=53) / bytes(range(size)))
        yield Step(f"UDP answer, {size} bytes", 1, back() / UDP(sport=53, dport=4000 + size) / bytes(range(size)))
    yield Step("UDP checksum 0", 0, out() / UDP(sport=4100, dport=53, chksum=0) / b"x")
    yield Step("UDP checksum 0, answer", 1, back() / UDP(sport=53, dport=4100, chksum=0) / b"x")
    yield Step("UDP TTL 2", 0, out(ttl=2) / UDP(sport=4000, dport=53) / b"x")
    yield Step("TCP SYN", 0, out() / TCP(sport=5000, dport=80, flags="S", seq=1, options=[("MSS", 1460)]))
    yield Step("TCP SYN-ACK", 1, back() / TCP(sport=80, dport=5000, flags="SA", seq=8, ack=2))
    yield Step("TCP ACK", 0, out() / TCP(sport=5000, dport=80, flags="A", seq=2, ack=9))
    yield Step("TCP data", 0, out() / TCP(sport=5000, dport=80, flags="PA", seq=2, ack=9) / b"GET")
    yield Step("TCP answer", 1, back() / TCP(sport=80, dport=5000, flags="PA", seq=9, ack=5) / b"OK!")
    yield Step("ping", 0, out() / ICMP(id=2000, seq=1) / b"x")
    yield Step("ping reply", 1, back() / ICMP(type=0, id=2000, seq=1) / b"x")
    sent = IP(src=PUBLIC, dst=THEM, ttl=63) / UDP(sport=4003, dport=53) / bytes(range(3))
    for kind, code in (3, 1), (3, 3), (11, 0):
        yield Step(f"ICMP error {kind} {code}", 1, BACK / IP(src="198.51.100.1", dst=PUBLIC) / ICMP(type=kind, code=code) / sent)
    yield Step("IPv4 checksum wrong", 0, out(chksum=1) / UDP(sport=4000, dport=53))
    yield Step("IPv4 longer than frame", 0, out(len=500) / UDP(sport=4000, dport=53))
    yield Step("to an unknown port", 1, back() / UDP(sport=53, dport=9999) / b"x")
    yield Step("from another host", 1, back(src="198.51.100.99") / UDP(sport=53, dport=4000) / b"x")
    yield Step("ARP request inside", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) / ARP(hwsrc=HOST, psrc=US, pdst="192.168.1.1"))
    yield Step("ARP request outside", 1, Ether(dst="ff:ff:ff:ff:ff:ff", src=GATEWAY) /
               ARP(hwsrc=GATEWAY, psrc="203.0.113.254", pdst=PUBLIC))
