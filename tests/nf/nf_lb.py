# SPDX-License-Identifier: BSD-3-Clause
"""The load balancer against IPVS with Maglev hashing (mh) and direct routing. Which backend a
connection gets is not the same, as the hashes differ: only what leaves is compared."""

import frames
from frames import *
from linux import mac

PORTS = 1
CONFIG = {"backends": [{"name": f"b{n}", "mac": f"02:bb:00:00:00:{n:02x}", "port": 0} for n in range(3)],
          "services": [{"address": "192.0.2.80", "protocol": "tcp", "port": 80},
                       {"address": "192.0.2.80", "protocol": "udp", "port": 53}]}
LINUX = "\n".join([
    "ip link set lo up",
    "ip link set p0 up",
    "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv6.conf.all.disable_ipv6=1",
    "ip addr add 192.0.2.1/24 dev p0",
    "ip addr add 192.0.2.80/32 dev p0",
    "ip neigh replace 192.0.2.99 lladdr 02:aa:00:00:00:02 dev p0",
    "ip route add default via 192.0.2.99",
    "ipvsadm -A -t 192.0.2.80:80 -s mh",
    "ipvsadm -A -u 192.0.2.80:53 -s mh",
    *(f"ip neigh replace 192.0.2.{10 + n} lladdr 02:bb:00:00:00:{n:02x} dev p0" for n in range(3)),
    *(f"ipvsadm -a {kind} -r 192.0.2.{10 + n} -g" for kind in ("-t 192.0.2.80:80", "-u 192.0.2.80:53") for n in range(3)),
])
DIFFERENCES = {}
IN = Ether(dst=mac(0), src="02:aa:00:00:00:02")


def fixed(frame):
    return b"to a backend" + frame[6:] if frame[:3] == b"\x02\xbb\0" else frames.fixed(frame)


def steps():
    for n in range(30):
        client = IN / IP(src=f"203.0.113.{n}", dst="192.0.2.80")
        yield Step(f"SYN of client {n}", 0, client / TCP(sport=1000 + n, dport=80, flags="S"))
        yield Step(f"ACK of client {n}", 0, client / TCP(sport=1000 + n, dport=80, flags="A"))
        yield Step(f"UDP of client {n}", 0, client / UDP(sport=1000 + n, dport=53) / b"x")
