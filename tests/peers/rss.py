#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Toeplitz hash of receive-side scaling, written after its definition and not after the
model, so that the two can disagree. Run by itself it checks Microsoft's published examples."""
import socket
import struct
import sys

# The key of these examples.
EXAMPLE_KEY = bytes.fromhex(
    "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa")


def toeplitz(key, data):
    """For each bit of data that is 1, the 32 bits of the key that start at the same bit."""
    window = int.from_bytes(key, "big")
    key_bits = 8 * len(key)
    result = 0
    for bit in range(8 * len(data)):
        if data[bit // 8] >> (7 - bit % 8) & 1:
            result ^= window >> (key_bits - 32 - bit) & 0xffffffff
    return result


def flow(source, destination, source_port=None, destination_port=None):
    """What is hashed of a flow: its addresses, and its ports if they count."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    data = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    if source_port is not None:
        data += struct.pack("!HH", source_port, destination_port)
    return data


def self_test():
    examples = [
        (0x323e8fc2, flow("66.9.149.187", "161.142.100.80")),
        (0x51ccc178, flow("66.9.149.187", "161.142.100.80", 2794, 1766)),
        (0xd718262a, flow("199.92.111.2", "65.69.140.83")),
        (0xc626b0ea, flow("199.92.111.2", "65.69.140.83", 14230, 4739)),
        (0x2cc18cd5, flow("3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1")),
        (0x40207d3d, flow("3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766)),
    ]
    wrong = [f"{want:#x}, not {toeplitz(EXAMPLE_KEY, data):#x}" for want, data in examples
             if toeplitz(EXAMPLE_KEY, data) != want]
    print("\n".join(wrong) or f"{len(examples)} examples agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(self_test())
