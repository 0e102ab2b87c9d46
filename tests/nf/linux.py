# SPDX-License-Identifier: BSD-3-Clause
"""Linux's side: a network namespace, the box, whose ports p0, p1, ... are the far ends of
w0, w1, ... here. Frames are put in one by one; what leaves because of each is known."""

import os
import re
import socket
import struct
import subprocess
import time

SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
VLAN_VALID, TPID_VALID = 0x10, 0x40
ETH_P_ALL = 3
MARK_HOPS = 6  # more than a frame passes from one end of a veth pair to the other


class Missing(Exception):
    """This kernel, or this machine, cannot do what a test needs."""


def command(line, **options):
    return subprocess.run(line, shell=True, check=True, text=True, capture_output=True, **options)


def mac(port):
    """A port's address, of the box and of an NF with --pcap."""
    return f"02:00:00:00:00:{port:02x}"


class Wire:
    """A packet socket at our end of a veth pair."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((name, 0))
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setblocking(False)

    def read(self):
        """The next frame, None if there is none. The kernel keeps an outer VLAN tag apart."""
        try:
            data, extra, _, _ = self.socket.recvmsg(65536, 256)
        except BlockingIOError:
            return None
        for level, kind, value in extra:
            if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
                continue
            status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
            if status & VLAN_VALID:
                tpid = tpid if status & TPID_VALID else 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        return data


class Box:
    def __init__(self, ports):
        # All that is done for a frame is done on one processor, in order.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        # Namespaces of its own: nothing is left of another test's box, or for it.
        os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS)
        os.makedirs("/run/netns", exist_ok=True)
        command("mount --make-rprivate / && mount -t tmpfs tmpfs /run/netns")
        command("ip netns add box")
        for name in "all", "default":
            command(f"sysctl -w net.ipv6.conf.{name}.disable_ipv6=1")
        for i in range(ports):
            command(f"ip link add w{i} type veth peer name p{i} netns box")
            command(f"ip -n box link set p{i} address {mac(i)}")
            command(f"ip netns exec box ethtool -K p{i} tx off gso off tso off gro off")
        command("ip link add mark type veth peer name mark_end")
        for name in "mark", "mark_end", *(f"w{i}" for i in range(ports)):
            command(f"ip link set {name} arp off mtu 9000 up")
        self.wires = [Wire(f"w{i}") for i in range(ports)]
        self.mark, self.mark_end = Wire("mark"), Wire("mark_end")
        self.count = 0

    def run(self, lines):
        """Commands in the box, one a line."""
        for line in filter(None, map(str.strip, lines.splitlines())):
            try:
                command(f"ip netns exec box {line}")
            except subprocess.CalledProcessError as error:
                raise Missing(f"'{line}' fails: {error.stderr.strip().splitlines()[0]}") from error

    def wait_for_bridge(self):
        """A bridge forwards only once a worker of the kernel has noticed that its ports are up."""
        deadline = time.monotonic() + 60
        while re.search("state (disabled|listening|learning|blocking)", command("bridge -n box link").stdout):
            if time.monotonic() > deadline:
                raise RuntimeError("the bridge's ports do not forward")
            time.sleep(0.1)

    def settle(self):
        """Waits until the kernel has done what it was given. A mark queues up behind all that
        waits on this processor, so when as many marks came through, one after the other, as
        a frame has hops, the frame has arrived as well."""
        for _ in range(MARK_HOPS):
            self.count += 1
            mark = bytes(12) + b"\x88\xb5" + self.count.to_bytes(46, "big")
            self.mark.socket.send(mark)
            deadline = time.monotonic() + 60
            while self.mark_end.read() != mark:
                if time.monotonic() > deadline:
                    raise RuntimeError("a frame does not come through a veth pair")

    def leave(self):
        """What left each port since it was asked last: {port: [frame, ...]}."""
        self.settle()
        left = {}
        for port, wire in enumerate(self.wires):
            while (frame := wire.read()) is not None:
                left.setdefault(port, []).append(frame)
        return left

    def play(self, steps):
        """Puts the frames in. Sets each step's time and what left because of it."""
        self.wait_for_bridge()
        self.leave()
        last = 0
        for step in steps:
            if step.pause:
                time.sleep(step.pause)
            last = step.time_us = max(time.time_ns() // 1000, last + 1)
            self.wires[step.port].socket.send(step.frame)
            step.linux = self.leave()


def kernel():
    return re.match(r"[0-9.]*[0-9]", os.uname().release).group()
