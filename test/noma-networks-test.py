#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""noma-any-network over Wi-Fi, CSMA and, where the build has it, LTE: all tasks complete, fixed cuts are
taken, Neurosurgeon leaves a small image to the edge and keeps the network at home behind a slow wire.

  noma-networks-test.py DIRECTORY_OF_THE_PROGRAMS
"""

import os
import re
import subprocess
import sys

PROGRAM = os.path.abspath(sys.argv[1]) + "/noma-any-network"
failures = []


def expect(condition, what):
    print(("ok    " if condition else "FAIL  ") + what)
    if not condition:
        failures.append(what)


def run(*options):
    return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=300, check=False)


def cuts(*options):
    """Completed tasks by cut, all of two users with two tasks each."""
    done = run("--model=nin-cifar10", "--users=2", "--tasks=2", *options)
    what = " ".join(options)
    expect(done.returncode == 0, f"{what}: exit status 0 {done.stderr}")
    expect("created 4  completed 4  failed 0  in flight 0" in done.stdout, f"{what}: all tasks complete")
    line = re.search(r"^cuts of nin-cifar10:(.*)$", done.stdout, re.M)
    return {int(k): int(n) for k, n in re.findall(r"(\d+): (\d+)", line.group(1))} if line else {}


def main():
    networks = ["wifi", "csma"]
    if "wifi, csma or lte" in run("--help").stdout:
        networks.append("lte")
    else:
        done = run("--network=lte")
        expect(done.returncode == 2 and done.stderr.count("\n") == 1 and "has no LTE" in done.stderr,
               f"without LTE: one line and exit status 2: {done.stderr}")
    for network in networks:
        given = f"--network={network}"
        expect(cuts(given, "--cut=3") == {3: 4}, f"{network}: the fixed cut")
        expect(cuts(given, "--cut=neurosurgeon") == {0: 4}, f"{network}: fast enough for the edge")
    # 3 kB take 0.5 s at 50 kbit/s, the device alone 0.45 s: after its first task a client knows
    for network in networks[1:]:
        expect(cuts(f"--network={network}", "--rate=50kbps", "--cut=neurosurgeon") == {0: 2, 8: 2},
               f"{network}: too slow a wire")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
