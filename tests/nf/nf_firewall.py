# SPDX-License-Identifier: BSD-3-Clause
"""The firewall against nftables' connection tracking on a bridge: inside is port 0, outside port 1."""

from frames import *
from scapy.all import IPOption_NOP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_Redirect,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment)

PORTS = 2
INSIDE, OUTSIDE = "02:aa:00:00:00:02", "02:bb:00:00:00:02"
CONFIG = {"services": {"tcp": [22], "udp": [53]}}

# A mark says where a packet came from: nftables sees only the bridge. The bridge itself has no address.
RULES = """
table netdev marks {
	chain from_inside {
		type filter hook ingress device p0 priority -300;
		meta mark set 1
	}
}
table inet filter {
	chain forward {
		type filter hook forward priority 0; policy drop;
		meta mark 1 accept
		ct state established,related accept
		icmpv6 type { 133, 134, 135, 136 } ip6 hoplimit 255 accept
		icmpv6 type { 130, 131, 132, 143 } accept
		ct state new tcp dport 22 tcp flags & (syn | ack | rst | fin) == syn accept
		ct state new udp dport 53 accept
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
sysctl -w net.netfilter.nf_conntrack_tcp_loose=0
"""

SUMS = "checksums are the receiver's to check"
CUT = "no proper packet: dropped in both directions"
QUOTE = "what the error quotes is looked at, not to whom it is sent"
FLAGS = "any SYN from inside opens a flow; the receiver answers for flags that make no sense"
REBUILT = "Linux puts fragments together and takes a fragment of one apart; onepath changes nothing"
TYPE = "only IPv4, IPv6 and ARP pass"
DIFFERENCES = {
    "UDP reply, wrong checksum": ("nothing", "0: IPv4", SUMS),
    "UDP from inside, wrong length": ("1: IPv4", "nothing", CUT),
    "TCP ACK to a service, no connection": ("nothing", "0: IPv4", "packets to a service need no flow"),
    "TCP after the RST": ("nothing", "0: IPv4", "a flow that was reset lives on for tcp_transitory (RFC 5382, REQ-5)"),
    "TCP flags 'SF' answered": ("nothing", "0: IPv4", FLAGS),
    "TCP flags 'SR' answered": ("nothing", "0: IPv4", FLAGS),
    "ICMP error about a packet from outside": ("nothing", "0: unreachable 3", QUOTE),
    "ICMP error to another host": ("nothing", "0: unreachable 3", QUOTE),
    "ICMP error, quote cut off": ("0: unreachable 3", "nothing", "without ports nobody knows which flow it is about"),
    "ICMP error, checksum wrong": ("nothing", "0: unreachable 3", SUMS),
    "ICMP timestamp reply": ("0: ICMP 14", "nothing", "of ICMP only echo opens flows"),
    "type 88b5 from inside": ("1: 88b5", "nothing", TYPE),
    "type 88b5 from outside": ("0: 88b5", "nothing", TYPE),
    "IPv6 fragment of one, out": ("1: IPv6", "1: IPv6", REBUILT),
    "IPv6 fragment of one, in": ("0: IPv6", "0: IPv6", REBUILT),
    "IPv4 checksum wrong, out": ("nothing", "1: IPv4", SUMS),
    "IPv4 checksum wrong, in": ("nothing", "0: IPv4", SUMS),
    "UDP header cut off, out": ("1: IPv4", "nothing", CUT),
    "TCP header cut off, out": ("1: IPv4", "nothing", CUT),
    "TCP offset 4, out": ("1: IPv4", "nothing", CUT),
}

OUT = Ether(dst=OUTSIDE, src=INSIDE)
BACK = Ether(dst=INSIDE, src=OUTSIDE)
HERE, THERE, HERE6, THERE6 = "192.0.2.10", "198.51.100.20", "2001:db8:a::10", "2001:db8:b::20"


def out4(**fields):
    return OUT / IP(**{"src": HERE, "dst": THERE, **fields})


def in4(**fields):
    return BACK / IP(**{"src": THERE, "dst": HERE, **fields})


def out6(**fields):
    return OUT / IPv6(**{"src": HERE6, "dst": THERE6, **fields})


def in6(**fields):
    return BACK / IPv6(**{"src": THERE6, "dst": HERE6, **fields})


def udp():
    for name, there, here in (("IPv4", in4, out4), ("IPv6", in6, out6)):
        yield Step(f"UDP {name} from outside", 1, there() / UDP(sport=53, dport=1000) / b"x")
        yield Step(f"UDP {name} from inside", 0, here() / UDP(sport=1000, dport=53) / b"x")
        yield Step(f"UDP {name} reply", 1, there() / UDP(sport=53, dport=1000) / b"x")
        yield Step(f"UDP {name} from another port", 1, there() / UDP(sport=54, dport=1000) / b"x")
        yield Step(f"UDP {name} to another port", 1, there() / UDP(sport=53, dport=1001) / b"x")
        yield Step(f"TCP {name} as the UDP reply", 1, there() / TCP(sport=53, dport=1000, flags="SA") / b"x")
        yield Step(f"UDP {name} from inside, again", 0, here() / UDP(sport=1000, dport=53) / b"x")
    yield Step("UDP IPv4 from another host", 1, in4(src="198.51.100.21") / UDP(sport=53, dport=1000))
    yield Step("UDP checksum 0 from inside", 0, out4() / UDP(sport=1002, dport=53, chksum=0) / b"x")
    yield Step("UDP checksum 0 reply", 1, in4() / UDP(sport=53, dport=1002, chksum=0) / b"x")
    yield Step("UDP reply, wrong checksum", 1, in4() / UDP(sport=53, dport=1002, chksum=1) / b"x")
    yield Step("UDP from inside, wrong length", 0, out4() / UDP(sport=1003, dport=53, len=200) / b"x")
    yield Step("UDP to a service", 1, in4() / UDP(sport=7, dport=53) / b"x")
    yield Step("UDP reply of the service", 0, out4() / UDP(sport=53, dport=7) / b"x")
    yield Step("UDP to a service's port + 1", 1, in4() / UDP(sport=7, dport=54) / b"x")


def tcp():
    for name, there, here in (("IPv4", in4, out4), ("IPv6", in6, out6)):
        here_ = lambda flags, seq, ack, **more: here() / TCP(sport=2000, dport=80, flags=flags, seq=seq, ack=ack, **more)
        there_ = lambda flags, seq, ack, **more: there() / TCP(sport=80, dport=2000, flags=flags, seq=seq, ack=ack, **more)
        yield Step(f"TCP {name} SYN from outside", 1, there() / TCP(sport=80, dport=2000, flags="S"))
        yield Step(f"TCP {name} SYN-ACK from outside", 1, there_("SA", 900, 101))
        yield Step(f"TCP {name} SYN", 0, here_("S", 100, 0))
        yield Step(f"TCP {name} SYN-ACK", 1, there_("SA", 900, 101))
        yield Step(f"TCP {name} ACK", 0, here_("A", 101, 901))
        yield Step(f"TCP {name} data", 0, here_("PA", 101, 901) / b"GET")
        yield Step(f"TCP {name} answer", 1, there_("PA", 901, 104) / b"OK!")
        yield Step(f"TCP {name} FIN", 0, here_("FA", 104, 904))
        yield Step(f"TCP {name} its FIN", 1, there_("FA", 904, 105))
        yield Step(f"TCP {name} last ACK", 0, here_("A", 105, 905))
    yield Step("TCP without SYN from inside", 0, out4() / TCP(sport=2001, dport=80, flags="A", seq=5, ack=6))
    yield Step("its answer", 1, in4() / TCP(sport=80, dport=2001, flags="A", seq=6, ack=5))
    yield Step("TCP SYN to a service", 1, in4() / TCP(sport=7, dport=22, flags="S", seq=1))
    yield Step("the service's SYN-ACK", 0, out4() / TCP(sport=22, dport=7, flags="SA", seq=9, ack=2))
    yield Step("ACK to the service", 1, in4() / TCP(sport=7, dport=22, flags="A", seq=2, ack=10))
    yield Step("TCP ACK to a service, no connection", 1, in4() / TCP(sport=8, dport=22, flags="A", seq=1, ack=1))
    yield Step("TCP SYN, second", 0, out4() / TCP(sport=2003, dport=80, flags="S", seq=100))
    yield Step("its RST", 1, in4() / TCP(sport=80, dport=2003, flags="RA", seq=0, ack=101))
    yield Step("TCP after the RST", 1, in4() / TCP(sport=80, dport=2003, flags="A", seq=1, ack=101))
    for flags in "", "FPU", "SF", "SR":
        yield Step(f"TCP flags '{flags}' from inside", 0, out4() / TCP(sport=2004, dport=80, flags=flags))
        yield Step(f"TCP flags '{flags}' answered", 1, in4() / TCP(sport=80, dport=2004, flags="SA", ack=1))


def icmp():
    yield Step("ping", 0, out4() / ICMP(id=5, seq=1) / b"x")
    yield Step("ping reply", 1, in4() / ICMP(type=0, id=5, seq=1) / b"x")
    yield Step("ping reply, other identifier", 1, in4() / ICMP(type=0, id=6, seq=1) / b"x")
    yield Step("ping from outside", 1, in4() / ICMP(id=5, seq=1) / b"x")
    yield Step("ping, checksum wrong", 0, out4() / ICMP(id=8, seq=1, chksum=7) / b"x")
    yield Step("ping IPv6", 0, out6() / ICMPv6EchoRequest(id=5))
    yield Step("ping IPv6 reply", 1, in6() / ICMPv6EchoReply(id=5))
    yield Step("ping IPv6 from outside", 1, in6() / ICMPv6EchoRequest(id=9))
    sent = IP(src=HERE, dst=THERE) / UDP(sport=1000, dport=53) / b"x"
    router = BACK / IP(src="203.0.113.1", dst=HERE)
    for type_, code in (3, 1), (3, 3), (3, 4), (11, 0), (12, 0), (4, 0), (5, 1):
        yield Step(f"ICMP error {type_} {code}", 1, router / ICMP(type=type_, code=code) / sent)
    yield Step("ICMP error about another flow", 1,
               router / ICMP(type=3, code=3) / IP(src=HERE, dst=THERE) / UDP(sport=1009, dport=53) / b"x")
    yield Step("ICMP error about a packet from outside", 1,
               router / ICMP(type=3, code=3) / IP(src=THERE, dst=HERE) / UDP(sport=53, dport=1000) / b"x")
    yield Step("ICMP error to another host", 1,
               BACK / IP(src="203.0.113.1", dst="192.0.2.11") / ICMP(type=3, code=3) / sent)
    yield Step("ICMP error, quote cut off", 1, BACK / IP(src="203.0.113.1", dst=HERE) / ICMP(type=3, code=3) /
               Raw(bytes(sent)[:24]))
    yield Step("ICMP error, checksum wrong", 1, router / ICMP(type=3, code=3, chksum=3) / sent)
    sent6 = IPv6(src=HERE6, dst=THERE6) / UDP(sport=1000, dport=53) / b"x"
    yield Step("ICMPv6 error", 1, BACK / IPv6(src="2001:db8:c::1", dst=HERE6) / ICMPv6DestUnreach(code=4) / sent6)
    yield Step("ICMP timestamp from inside", 0, out4() / ICMP(type=13, id=5))
    yield Step("ICMP timestamp reply", 1, in4() / ICMP(type=14, id=5))


def others():
    yield Step("ARP from outside", 1, Ether(dst="ff:ff:ff:ff:ff:ff", src=OUTSIDE) / ARP(psrc=THERE, pdst=HERE, hwsrc=OUTSIDE))
    yield Step("ARP reply from inside", 0, OUT / ARP(op=2, psrc=HERE, pdst=THERE, hwsrc=INSIDE, hwdst=OUTSIDE))
    to = Ether(dst="33:33:ff:00:00:10", src=OUTSIDE)
    solicitation = ICMPv6ND_NS(tgt=HERE6) / ICMPv6NDOptSrcLLAddr(lladdr=OUTSIDE)
    yield Step("solicitation from outside", 1, to / IPv6(src=THERE6, dst="ff02::1:ff00:10", hlim=255) / solicitation)
    yield Step("solicitation, hop limit 254", 1, to / IPv6(src=THERE6, dst="ff02::1:ff00:10", hlim=254) / solicitation)
    yield Step("advertisement from inside", 0, OUT / IPv6(src=HERE6, dst=THERE6, hlim=255) / ICMPv6ND_NA(tgt=HERE6) /
               ICMPv6NDOptDstLLAddr(lladdr=INSIDE))
    yield Step("redirect from outside", 1, BACK / IPv6(src="fe80::1", dst=HERE6, hlim=255) /
               ICMPv6ND_Redirect(tgt="fe80::2", dst=THERE6))
    for name, there, here in (("IPv4", lambda: in4(proto=47), lambda: out4(proto=47)),
                              ("IPv6", lambda: in6(nh=47), lambda: out6(nh=47))):
        yield Step(f"GRE {name} from outside", 1, there() / Raw(bytes(16)))
        yield Step(f"GRE {name} from inside", 0, here() / Raw(bytes(16)))
        yield Step(f"GRE {name} reply", 1, there() / Raw(bytes(16)))
    yield Step("protocol 253 from outside", 1, in4(proto=253) / Raw(bytes(16)))
    yield Step("protocol 253 from inside", 0, out4(proto=253) / Raw(bytes(16)))
    yield Step("protocol 253 reply", 1, in4(proto=253) / Raw(bytes(16)))
    yield Step("protocol 254 reply", 1, in4(proto=254) / Raw(bytes(16)))
    yield Step("LLDP", 1, Ether(dst="01:80:c2:00:00:0e", src=OUTSIDE, type=0x88CC) / Raw(bytes(50)))
    yield Step("type 88b5 from inside", 0, Ether(dst=OUTSIDE, src=INSIDE, type=0x88B5) / Raw(bytes(50)))
    yield Step("type 88b5 from outside", 1, Ether(dst=INSIDE, src=OUTSIDE, type=0x88B5) / Raw(bytes(50)))


def corners():
    yield Step("IPv4 options out", 0, out4(options=[IPOption_NOP()] * 4) / UDP(sport=3000, dport=53))
    yield Step("IPv4 options in", 1, in4(options=[IPOption_NOP()] * 8) / UDP(sport=53, dport=3000))
    yield Step("IPv6 options out", 0, out6() / IPv6ExtHdrDestOpt() / UDP(sport=3000, dport=53))
    yield Step("IPv6 options in", 1, in6() / IPv6ExtHdrDestOpt() / UDP(sport=53, dport=3000))
    yield Step("IPv6 fragment of one, out", 0, out6() / IPv6ExtHdrFragment(id=4) / UDP(sport=3001, dport=53))
    yield Step("IPv6 fragment of one, in", 1, in6() / IPv6ExtHdrFragment(id=5) / UDP(sport=53, dport=3001))
    yield Step("later fragment from outside", 1, in4(frag=100, proto=17) / Raw(bytes(64)))
    for name, port, frame in (("out", 0, out4), ("in", 1, in4)):
        yield Step(f"IPv4 checksum wrong, {name}", port, frame(chksum=5) / UDP(sport=53, dport=53))
        yield Step(f"IPv4 longer than frame, {name}", port, frame(len=500) / UDP(sport=53, dport=53))
        yield Step(f"IPv4 header of 16 bytes, {name}", port, frame(ihl=4) / UDP(sport=53, dport=53))
        yield Step(f"IPv4 version 6, {name}", port, frame(version=6) / UDP(sport=53, dport=53))
        yield Step(f"UDP header cut off, {name}", port, frame(proto=17) / Raw(b"\0\x35\0\x35"))
        yield Step(f"TCP header cut off, {name}", port, frame(proto=6) / Raw(bytes(TCP(sport=22, dport=22))[:12]))
        yield Step(f"TCP offset 4, {name}", port, frame() / TCP(sport=22, dport=22, dataofs=4))
    yield Step("IPv6 longer than frame, out", 0, out6(plen=500) / UDP(sport=53, dport=53))
    yield Step("IPv6 longer than frame, in", 1, in6(plen=500) / UDP(sport=53, dport=53))
    yield Step("ports both zero, out", 0, out4() / UDP(sport=0, dport=0))
    yield Step("ports both zero, in", 1, in4() / UDP(sport=0, dport=0))
    yield Step("land attack", 1, BACK / IP(src=HERE, dst=HERE) / UDP(sport=7, dport=7))


def steps():
    for part in udp, tcp, icmp, others, corners:
        yield from part()
