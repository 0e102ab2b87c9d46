# SPDX-License-Identifier: BSD-3-Clause
"""The bridge against Linux's with VLAN filtering: three ports."""

from frames import *

NF = "bridge"
PORTS = 3
# VLAN 5 has no tag on port 0 and a tag on port 1, 7 and 8 have tags on all ports
CONFIG = {"ports": [{"pvid": 5, "tagged": [7, 8]}, {"tagged": [5, 7, 8]}, {"pvid": 9, "tagged": [7, 8]}]}
LINUX = """
sysctl -w net.ipv6.conf.all.disable_ipv6=1
sysctl -w net.ipv6.conf.default.disable_ipv6=1
ip link add br0 address 02:dd:00:00:00:01 type bridge vlan_filtering 1 vlan_default_pvid 0 forward_delay 0 stp_state 0
ip link set br0 type bridge mcast_snooping 0
ip link set p0 master br0
ip link set p1 master br0
ip link set p2 master br0
bridge vlan add dev p0 vid 5 pvid untagged
bridge vlan add dev p1 vid 5
bridge vlan add dev p2 vid 9 pvid untagged
bridge vlan add dev p0 vid 7-8
bridge vlan add dev p1 vid 7-8
bridge vlan add dev p2 vid 7-8
ip link set p0 up
ip link set p1 up
ip link set p2 up
ip link set br0 up
"""

DIFFERENCES = {}

A, B, ALL = "02:aa:00:00:00:01", "02:aa:00:00:00:02", "ff:ff:ff:ff:ff:ff"


def frame(dst, src, *tags, priority=0):
    made = Ether(dst=dst, src=src)
    for tag in tags:
        made = made / Dot1Q(vlan=tag, prio=priority)
    return made / IP(src="192.0.2.1", dst="192.0.2.2") / UDP() / b"x"


def steps():
    for port in range(3):
        for tags in (), (0,), (5,), (7,), (8,), (9,), (10,), (4095,), (7, 5), (0, 7):
            yield Step(f"to all from port {port}, tags {tags}", port, frame(ALL, f"02:aa:00:00:0{port}:01", *tags))
    yield Step("learnt in VLAN 7", 1, frame(ALL, B, 7))
    yield Step("known in VLAN 7", 0, frame(B, A, 7))
    yield Step("not known in VLAN 8", 0, frame(B, A, 8))
    yield Step("known behind another port in VLAN 8", 2, frame(ALL, B, 8))
    yield Step("VLAN 8 has its own table", 0, frame(B, A, 8))
    yield Step("VLAN 7 too", 0, frame(B, A, 7))
    yield Step("no tag becomes one", 0, frame(ALL, A))
    yield Step("a tag becomes none", 1, frame(A, B, 5))
    yield Step("priority", 1, frame(A, B, 5, priority=6))
    yield Step("priority tag", 0, frame(B, A, 0, priority=6))
    yield Step("802.1ad tag", 0, Ether(dst=ALL, src=A, type=0x88A8) / Dot1Q(vlan=7) / IP() / UDP())
