# SPDX-License-Identifier: BSD-3-Clause
"""The router against Linux's own forwarding: two ports, a gateway behind each."""

import socket

import frames
from frames import *
from linux import mac
from scapy.all import fragment
from scapy.layers.inet6 import (ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, ICMPv6ND_NA, ICMPv6ND_NS,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)

PORTS = 2
HOST, GATEWAY, OTHER = "02:aa:00:00:00:02", "02:bb:00:00:00:02", "02:bb:00:00:00:77"

CONFIG = {
    "ports": [{"addresses": ["192.0.2.1/24", "2001:db8:a::1/64"]},
              {"addresses": ["198.51.100.1/24", "2001:db8:b::1/64"], "mtu": 1400}],
    "routes": [{"prefix": "203.0.113.0/24", "via": "198.51.100.2"},
               {"prefix": "203.0.113.128/25", "to": "blackhole"},
               {"prefix": "203.0.113.192/26", "via": "198.51.100.2"},
               {"prefix": "203.0.113.255/32", "to": "unreachable"},
               {"prefix": "2001:db8:c::/48", "via": "2001:db8:b::2"},
               {"prefix": "2001:db8:c:1::/64", "to": "blackhole"},
               {"prefix": "10.0.0.0/8", "via": "192.0.2.2"}],
    "neighbours": [{"port": 0, "address": "192.0.2.2", "mac": HOST},
                   {"port": 0, "address": "2001:db8:a::2", "mac": HOST},
                   {"port": 1, "address": "198.51.100.2", "mac": GATEWAY},
                   {"port": 1, "address": "2001:db8:b::2", "mac": GATEWAY}],
}

# Neighbours that do not answer are asked once within the test; redirects are not sent.
LINUX = """
sysctl -w net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1
sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
sysctl -w net.ipv4.conf.all.arp_ignore=1
sysctl -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
sysctl -w net.ipv6.conf.p0.accept_dad=0 net.ipv6.conf.p1.accept_dad=0
sysctl -w net.ipv4.neigh.p0.retrans_time_ms=600000 net.ipv4.neigh.p1.retrans_time_ms=600000
sysctl -w net.ipv6.neigh.p0.retrans_time_ms=600000 net.ipv6.neigh.p1.retrans_time_ms=600000
sysctl -w net.ipv4.neigh.p0.delay_first_probe_time=600 net.ipv4.neigh.p1.delay_first_probe_time=600
sysctl -w net.ipv6.neigh.p0.delay_first_probe_time=600 net.ipv6.neigh.p1.delay_first_probe_time=600
sysctl -w net.ipv6.conf.p0.force_mld_version=1 net.ipv6.conf.p1.force_mld_version=1
ip link set lo up
ip link set p0 up
ip link set p1 mtu 1400 up
ip addr add 192.0.2.1/24 dev p0
ip addr add 198.51.100.1/24 dev p1
ip addr add 2001:db8:a::1/64 dev p0 nodad
ip addr add 2001:db8:b::1/64 dev p1 nodad
ip neigh replace 192.0.2.2 lladdr 02:aa:00:00:00:02 dev p0
ip neigh replace 198.51.100.2 lladdr 02:bb:00:00:00:02 dev p1
ip neigh replace 2001:db8:a::2 lladdr 02:aa:00:00:00:02 dev p0
ip neigh replace 2001:db8:b::2 lladdr 02:bb:00:00:00:02 dev p1
ip neigh replace fe80::2 lladdr 02:aa:00:00:00:02 dev p0
ip route add 203.0.113.0/24 via 198.51.100.2
ip route add blackhole 203.0.113.128/25
ip route add 203.0.113.192/26 via 198.51.100.2
ip route add unreachable 203.0.113.255/32
ip route add 10.0.0.0/8 via 192.0.2.2
ip route add 2001:db8:c::/48 via 2001:db8:b::2
ip route add blackhole 2001:db8:c:1::/64
"""

TRAILER = "what follows the packet in the frame stays there; receivers go by the packet's length"
QUEUE = "a frame is never kept: it becomes the question for the neighbour's address, and is lost"
DIFFERENCES = {
    "IPv4 to 203.0.113.255": ("0: unreachable 1", "0: unreachable 0",
                              "a route to unreachable is as none: network, not host (RFC 1812, 5.2.7.1)"),
    "IPv4 padded": ("1: IPv4", "1: IPv4", TRAILER),
    "IPv6 padded": ("1: IPv6", "1: IPv6", TRAILER),
    "IPv6 length 0": ("1: IPv6", "1: IPv6", TRAILER),
    "IPv4 fragment beyond 64 KB": ("1: IPv4", "nothing", "no packet can have it: dropped, as ping of death"),
    "IPv4 too big": ("1: IPv4, IPv4", "0: unreachable 4", "a frame stays one frame: nothing is fragmented"),
    "IPv4 from 240.0.0.1": ("1: IPv4", "nothing", "reserved: not to be forwarded (RFC 1812, 5.3.7)"),
    "IPv4 from 192.0.2.1": ("nothing", "1: IPv4", "the way back is not looked up: RFC 1812, 5.3.8, leaves it open"),
    "IPv4 to 192.0.2.0": ("0: ARP request", "nothing", "a subnet's address 0 is its old broadcast (RFC 1812, 5.3.5)"),
    "IPv4 to 240.0.0.1": ("0: unreachable 0", "nothing", "reserved (RFC 1112, 4): dropped without an answer"),
    "IPv6 next header 0": ("nothing", "1: IPv6", "routers need not look at hop-by-hop options (RFC 8200, 4)"),
    "neighbour solicitation to the address": ("0: advertisement", "0: advertisement",
                                              "RFC 4861, 4.4, lets Linux leave out the address that it was sent to"),
    "IPv6 to ::": ("0: unreachable 0", "nothing", "no destination (RFC 4291, 2.5.2): dropped without an answer"),
    "IPv6 to fe80::99": ("0: solicitation", "nothing", "not sent back to the link that it came from: hosts on it need no router"),
    "from a group's MAC address": ("1: IPv4", "nothing", "no station has such an address"),
    "VLAN 0": ("1: IPv4", "nothing", "the router's ports take no tags"),
    "its ARP reply": ("1: IPv4, IPv4", "nothing", QUEUE),
    "its advertisement": ("1: IPv6", "nothing", QUEUE),
    "UDP to the router, wrong checksum": ("nothing", "0: unreachable 3", "what nobody listens to is not checked"),
    "TCP to the router": ("0: IPv4", "0: unreachable 3", "there is no TCP: RFC 1122, 3.2.2.1, lets hosts say so by ICMP"),
}

OWN = [socket.inet_pton(socket.AF_INET, address) for address in ("192.0.2.1", "198.51.100.1")] + \
    [socket.inet_pton(socket.AF_INET6, address) for address in ("2001:db8:a::1", "2001:db8:b::1")]
IN = Ether(dst=mac(0), src=HOST)
BACK = Ether(dst=mac(1), src=GATEWAY)


def ignored(frame):
    """Linux joins groups and looks for routers by itself."""
    return frame[12:14] == b"\x86\xdd" and (frame[54:55] == b"\x85" or frame[62:63] in (b"\x83", b"\x8f"))


def fixed(frame):
    """Of echo replies of the router identification, hop limit and flow label are open, too."""
    found = icmp_of(frame)
    if not found or int.from_bytes(frame[6:12], "big") >> 8 != int(mac(0).replace(":", ""), 16) >> 8:
        return frames.fixed(frame)
    version, at, _ = found
    if version == 4 and frame[at] == 0 and frame[26:30] in OWN:
        assert sums_right(frame)
        return frame[:14] + frame[26:at] + frame[at:at + 2] + frame[at + 4:14 + int.from_bytes(frame[16:18], "big")]
    if version == 6 and frame[at] == 129 and frame[22:38] in OWN:
        assert sums_right(frame)
        return frame[:14] + frame[22:at + 2] + frame[at + 4:]
    return frames.fixed(frame)


def v4(**fields):
    return IN / IP(**{"src": "192.0.2.2", "dst": "203.0.113.5", "ttl": 64, **fields})


def v6(**fields):
    return IN / IPv6(**{"src": "2001:db8:a::2", "dst": "2001:db8:c::5", "hlim": 64, **fields})


def forwarded():
    udp = UDP(sport=1111, dport=2222)
    for dst in "203.0.113.1", "203.0.113.127", "203.0.113.128", "203.0.113.191", "203.0.113.192", \
            "203.0.113.254", "198.51.100.2", "10.1.2.3":
        yield Step(f"IPv4 to {dst}", 0, v4(dst=dst) / udp / b"x")
    # from different hosts, as Linux tells each only now and then that there is no route
    yield Step("IPv4 to 172.16.0.1", 0, v4(src="10.0.0.1", dst="172.16.0.1") / udp / b"x")
    yield Step("IPv4 to 203.0.113.255", 0, v4(src="10.0.0.2", dst="203.0.113.255") / udp / b"x")
    for dst in "2001:db8:c::5", "2001:db8:c:1::5", "2001:db8:c:2::5", "2001:db8:b::2", "2001:db8:d::1":
        yield Step(f"IPv6 to {dst}", 0, v6(dst=dst) / udp / b"x")
    yield Step("IPv4 back", 1, BACK / IP(src="203.0.113.5", dst="192.0.2.2") / TCP(flags="SA"))
    yield Step("IPv6 back", 1, BACK / IPv6(src="2001:db8:c::5", dst="2001:db8:a::2") / TCP(flags="SA"))
    for ttl in 255, 2, 1, 0:
        yield Step(f"IPv4 TTL {ttl}", 0, v4(ttl=ttl) / udp / b"abcdefgh")
        yield Step(f"IPv6 hop limit {ttl}", 0, v6(hlim=ttl) / udp / b"abcdefgh")
    for tos in 0x03, 0xB8, 0xFF:
        yield Step(f"IPv4 TOS {tos:#x}", 0, v4(tos=tos) / udp)
        yield Step(f"IPv6 traffic class {tos:#x}", 0, v6(tc=tos, fl=0xABCDE) / udp)
    for proto in 0, 47, 50, 132, 253, 255:
        yield Step(f"IPv4 protocol {proto}", 0, v4(proto=proto) / Raw(b"payload."))
        yield Step(f"IPv6 next header {proto}", 0, v6(nh=proto) / Raw(b"payload."))
    yield Step("UDP checksum 0", 0, v4() / UDP(sport=1, dport=2, chksum=0) / b"x")
    yield Step("UDP checksum wrong", 0, v4() / UDP(sport=1, dport=2, chksum=0x1234) / b"x")
    yield Step("UDP over IPv6, checksum 0", 0, v6() / UDP(sport=1, dport=2, chksum=0) / b"x")
    yield Step("UDP length wrong", 0, v4() / UDP(sport=1, dport=2, len=3) / b"x")
    yield Step("TCP header cut off", 0, v4(proto=6) / Raw(b"\0\1\0\2\0\0"))
    yield Step("TCP offset wrong", 0, v4() / TCP(dataofs=3))
    for sum_ in range(0xFF00, 0x10000, 0x11):  # every carry of the incremental checksum
        yield Step(f"IPv4 id {sum_:#x}", 0, v4(id=sum_) / udp)


def fragments():
    for n, packet in enumerate(fragment(IP(src="192.0.2.2", dst="203.0.113.5", id=77) / UDP() / bytes(3000), 1000)):
        yield Step(f"IPv4 fragment {n}", 0, IN / packet)
        packet.ttl = 1
        yield Step(f"IPv4 fragment {n}, TTL 1", 0, IN / packet)
    for n, offset in enumerate((0, 100, 200)):
        header = IPv6ExtHdrFragment(nh=17, offset=offset, m=int(offset < 200), id=9)
        yield Step(f"IPv6 fragment {n}", 0, v6() / header / Raw(bytes(UDP(len=2408)) + bytes(792) if not n else bytes(800)))
    yield Step("IPv4 tiny fragment", 0, v4(flags="MF", proto=6) / Raw(bytes(8)))
    yield Step("IPv4 fragment beyond 64 KB", 0, v4(frag=8191, proto=17) / Raw(bytes(100)))
    yield Step("IPv4 too big, DF", 0, v4(flags="DF") / UDP() / bytes(1400))
    yield Step("IPv4 too big", 0, v4() / UDP() / bytes(1400))
    yield Step("IPv4 just fits", 0, v4() / UDP() / bytes(1372))
    yield Step("IPv6 too big", 0, v6() / UDP() / bytes(1400))
    yield Step("IPv6 just fits", 0, v6() / UDP() / bytes(1352))


def headers():
    for name, options in (("no-ops", b"\1\1\1\0"), ("record route", b"\7\7\4\0\0\0\0\0"),
                          ("timestamp", b"\x44\x08\5\0\0\0\0\0"), ("router alert", b"\x94\4\0\0"),
                          ("loose source route", b"\x83\7\4\xc6\x33\x64\2\0"),
                          ("strict source route", b"\x89\7\4\xc6\x33\x64\2\0"),
                          ("unknown", b"\x1e\4\0\0"), ("length 0", b"\x1e\0\0\0"), ("length 1", b"\x1e\1\0\0"),
                          ("beyond the header", b"\x1e\x09\0\0"), ("cut off", b"\1\1\1\x1e"),
                          ("security", b"\x82\x0b\0\0\0\0\0\0\0\0\0\0")):
        packet = bytes(IP(src="192.0.2.2", dst="203.0.113.5", ihl=5 + len(options) // 4) / UDP() / b"x")
        raw = bytearray(packet[:20] + options + packet[20:])
        raw[2:4] = len(raw).to_bytes(2, "big")
        raw[10:12] = bytes(2)
        raw[10:12] = (0xFFFF - ones_sum(bytes(raw[:20 + len(options)]))).to_bytes(2, "big")
        yield Step(f"IPv4 option: {name}", 0, IN / Raw(bytes(raw)))
    for name, header in (("hop by hop", IPv6ExtHdrHopByHop()), ("destination", IPv6ExtHdrDestOpt()),
                         ("routing 0", IPv6ExtHdrRouting(addresses=["2001:db8:c::9"])),
                         ("routing, done", IPv6ExtHdrRouting(addresses=[], segleft=0))):
        yield Step(f"IPv6 header: {name}", 0, v6() / header / UDP() / b"x")
    yield Step("IPv6 headers: three", 0, v6() / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrFragment() /
               UDP() / b"x")
    yield Step("IPv6 header cut off", 0, v6(nh=60, plen=4) / Raw(b"\x11\x05\0\0"))
    yield Step("IPv6 no next header", 0, v6(nh=59))


def malformed():
    yield Step("IPv4 checksum wrong", 0, v4(chksum=0x1234) / UDP())
    yield Step("IPv4 checksum 0", 0, v4(chksum=0) / UDP())
    yield Step("IPv4 version 5", 0, v4(version=5) / UDP())
    yield Step("IPv4 header of 16 bytes", 0, v4(ihl=4) / UDP())
    yield Step("IPv4 header longer than packet", 0, v4(ihl=15, len=40) / UDP())
    yield Step("IPv4 longer than frame", 0, v4(len=1000) / UDP())
    yield Step("IPv4 shorter than header", 0, v4(len=19) / UDP())
    yield Step("IPv4 padded", 0, v4(len=28) / UDP(len=8) / Raw(b"\xaa" * 100))
    yield Step("IPv6 version 4", 0, v6(version=4) / UDP())
    yield Step("IPv6 longer than frame", 0, v6(plen=1000) / UDP())
    yield Step("IPv6 padded", 0, v6(plen=8) / UDP(len=8) / Raw(b"\xaa" * 100))
    yield Step("IPv6 length 0", 0, v6(plen=0) / UDP())
    yield Step("IPv4 says it is IPv6", 0, Ether(dst=mac(0), src=HOST, type=0x86DD) / IP(dst="203.0.113.5") / UDP())
    yield Step("IPv6 says it is IPv4", 0, Ether(dst=mac(0), src=HOST, type=0x800) / IPv6(dst="2001:db8:c::5") / UDP())
    for src in "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "192.0.2.255":
        yield Step(f"IPv4 from {src}", 0, v4(src=src) / UDP())
    for n, dst in enumerate(("0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255", "240.0.0.1", "192.0.2.255",
                             "198.51.100.255", "192.0.2.0", "169.254.1.1")):
        yield Step(f"IPv4 to {dst}", 0, v4(src=f"10.1.0.{n}", dst=dst) / UDP(sport=9, dport=9))
    for src in "::", "::1", "ff02::1", "fe80::2", "::ffff:1.2.3.4":
        yield Step(f"IPv6 from {src}", 0, v6(src=src) / UDP())
    for dst in "::", "::1", "ff05::2", "fe80::99":
        yield Step(f"IPv6 to {dst}", 0, v6(dst=dst) / UDP())


def link():
    packet = IP(src="192.0.2.2", dst="203.0.113.5") / UDP()
    yield Step("to another MAC address", 0, Ether(dst="02:00:00:00:00:99", src=HOST) / packet)
    yield Step("to all MAC addresses", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) / packet)
    yield Step("to a group's MAC address", 0, Ether(dst="01:00:5e:00:00:05", src=HOST) / packet)
    yield Step("from a group's MAC address", 0, Ether(dst=mac(0), src="03:aa:00:00:00:02") / packet)
    yield Step("a VLAN tag", 0, IN / Dot1Q(vlan=5) / packet)
    yield Step("two VLAN tags", 0, IN / Dot1Q(vlan=5) / Dot1Q(vlan=6) / packet)
    yield Step("VLAN 0", 0, IN / Dot1Q(vlan=0) / packet)
    yield Step("802.3 length", 0, Ether(dst=mac(0), src=HOST, type=100) / Raw(bytes(100)))
    yield Step("ARP request for the router", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) /
               ARP(op=1, hwsrc=HOST, psrc="192.0.2.2", pdst="192.0.2.1"))
    yield Step("ARP request for another", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) /
               ARP(op=1, hwsrc=HOST, psrc="192.0.2.2", pdst="192.0.2.9"))
    yield Step("ARP request for another port", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) /
               ARP(op=1, hwsrc=HOST, psrc="192.0.2.2", pdst="198.51.100.1"))
    yield Step("ARP probe", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST) /
               ARP(op=1, hwsrc=HOST, psrc="0.0.0.0", pdst="192.0.2.1"))
    yield Step("ARP cut off", 0, Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST, type=0x806) / Raw(b"\0\1\x08\0\6\4\0\1"))
    solicitation = ICMPv6ND_NS(tgt="2001:db8:a::1") / ICMPv6NDOptSrcLLAddr(lladdr=HOST)
    group = Ether(dst="33:33:ff:00:00:01", src=HOST)
    to = IPv6(src="2001:db8:a::2", dst="ff02::1:ff00:1", hlim=255)
    yield Step("neighbour solicitation", 0, group / to / solicitation)
    yield Step("neighbour solicitation, hop limit 254", 0,
               group / IPv6(src="2001:db8:a::2", dst="ff02::1:ff00:1", hlim=254) / solicitation)
    yield Step("neighbour solicitation to the address", 0, IN / IPv6(src="2001:db8:a::2", dst="2001:db8:a::1", hlim=255) /
               solicitation)
    yield Step("duplicate address detection", 0, group / IPv6(src="::", dst="ff02::1:ff00:1", hlim=255) /
               ICMPv6ND_NS(tgt="2001:db8:a::1"))


def neighbours():
    packet = IP(src="192.0.2.2", dst="198.51.100.77") / UDP() / b"x"
    yield Step("IPv4 to an unknown neighbour", 0, IN / packet)
    yield Step("IPv4 to an unknown neighbour, again", 0, IN / packet)
    yield Step("its ARP reply", 1, Ether(dst=mac(1), src=OTHER) /
               ARP(op=2, hwsrc=OTHER, psrc="198.51.100.77", hwdst=mac(1), pdst="198.51.100.1"))
    yield Step("IPv4 to the neighbour", 0, IN / packet)
    packet = IPv6(src="2001:db8:a::2", dst="2001:db8:b::77") / UDP() / b"x"
    yield Step("IPv6 to an unknown neighbour", 0, IN / packet)
    yield Step("its advertisement", 1, Ether(dst=mac(1), src=OTHER) /
               IPv6(src="2001:db8:b::77", dst="2001:db8:b::1", hlim=255) /
               ICMPv6ND_NA(tgt="2001:db8:b::77", R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=OTHER))
    yield Step("IPv6 to the neighbour", 0, IN / packet)


def local():
    yield Step("ping IPv4", 0, v4(dst="192.0.2.1", ttl=64, id=0) / ICMP(id=7, seq=1) / b"ping")
    yield Step("ping IPv4, its other address", 0, v4(dst="198.51.100.1", id=0) / ICMP(id=7, seq=2) / b"ping")
    yield Step("ping IPv4, wrong checksum", 0, v4(dst="192.0.2.1") / ICMP(id=7, seq=1, chksum=1) / b"ping")
    yield Step("ping IPv6", 0, v6(dst="2001:db8:a::1") / ICMPv6EchoRequest(id=7, seq=1, data=b"ping"))
    yield Step("UDP to the router", 0, v4(dst="192.0.2.1") / UDP(sport=5, dport=5) / b"x")
    yield Step("UDP to the router, wrong checksum", 0, v4(dst="192.0.2.1") / UDP(sport=5, dport=5, chksum=9) / b"x")
    yield Step("UDP over IPv6 to the router", 0, v6(dst="2001:db8:a::1") / UDP(sport=5, dport=5) / b"x")
    yield Step("TCP to the router", 0, v4(dst="192.0.2.1") / TCP(flags="S"))
    yield Step("protocol 253 to the router", 0, v4(dst="192.0.2.1", proto=253) / Raw(b"payload."))
    yield Step("next header 253 to the router", 0, v6(dst="2001:db8:a::1", nh=253) / Raw(b"payload."))
    error = IP(src="192.0.2.2", dst="203.0.113.5", ttl=1) / ICMP(type=3, code=1) / IP(dst="192.0.2.2") / UDP()
    yield Step("TTL 1 of an ICMP error", 0, IN / error)
    yield Step("TTL 1 of a ping", 0, v4(ttl=1) / ICMP(id=1) / b"x")
    yield Step("TTL 1 from another subnet", 0, v4(ttl=1, src="10.9.9.9") / UDP())


def steps():
    for part in forwarded, fragments, headers, malformed, link, neighbours, local:
        yield from part()
