# SPDX-License-Identifier: BSD-3-Clause
"""onepath's side: an NF, built with sanitizers, over the same frames at the same times
(--pcap). What leaves carries the time of what arrived, so it is known because of which frame."""

import json
import os
import struct
import subprocess

MICROSECONDS, NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D


def write_capture(name, frames):
    """frames: (time in microseconds, bytes)"""
    with open(name, "wb") as out:
        out.write(struct.pack("=IHHIIII", MICROSECONDS, 2, 4, 0, 0, 65535, 1))
        for time_us, frame in frames:
            out.write(struct.pack("=IIII", time_us // 10**6, time_us % 10**6, len(frame), len(frame)))
            out.write(frame)


def read_capture(name):
    with open(name, "rb") as file:
        data = file.read()
    assert struct.unpack_from("=I", data)[0] == NANOSECONDS, name
    at = 24
    while at < len(data):
        seconds, nanos, length, _ = struct.unpack_from("=IIII", data, at)
        yield seconds * 10**6 + nanos // 1000, data[at + 16:at + 16 + length]
        at += 16 + length


def play(nf, ports, config, steps, folder):
    """Sets what left because of each step. Returns the NF's closing table."""
    os.makedirs(folder, exist_ok=True)
    arguments = [f"build/sanitize/onepath-{nf}", "--json", "--pcap", folder]
    if config is not None:
        with open(f"{folder}/config.json", "w", encoding="utf-8") as out:
            json.dump(config, out, indent=1)
        arguments += ["--config", f"{folder}/config.json"]
    for port in range(ports):
        write_capture(f"{folder}/in{port}.pcap",
                      [(step.time_us, step.frame) for step in steps if step.port == port])
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr[:4000]}")
    at_time = {step.time_us: step for step in steps}
    for step in steps:
        step.onepath = {}
    for port in range(ports):
        for time_us, frame in read_capture(f"{folder}/out{port}.pcap"):
            at_time[time_us].onepath.setdefault(port, []).append(frame)
    return json.loads(done.stdout)
