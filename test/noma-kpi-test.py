#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""noma-kpi against an integral for one user and a simulation in Python for several, in flat fading, where
the least powers of NOMA have a closed form; and its errors.

  noma-kpi-test.py DIRECTORY_OF_THE_TOOLS
"""

import csv
import io
import math
import random
import subprocess
import sys

TOOL = sys.argv[1] + "/noma-kpi"
BANDWIDTH, RATE, RADIUS, NEAR = 2e7, 4e7, 300.0, 10.0
NOISE = 10 ** ((-174 + 5 - 30) / 10) * BANDWIDTH
POWER = 10 ** ((23 - 30) / 10)
OPTIONS = ["--subchannels", "1", "--shadowing", "0", "--bandwidth", str(BANDWIDTH), "--radius", str(RADIUS),
           "--megabytes", "0.05", "--milliseconds", "10", "--exponent", "3"]
failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL", what)


def run(*arguments):
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=120)


def loss(distance):
    return (4 * math.pi * 3.5e9 / 299792458.0) ** 2 * distance**3


def one_user():
    """Share of places and fading at which the rate is reached: an integral over the cell."""
    gamma = 2 ** (RATE / BANDWIDTH) - 1
    steps = 20000
    share = 0
    for k in range(steps):
        distance = math.sqrt(NEAR**2 + (RADIUS**2 - NEAR**2) * (k + 0.5) / steps)
        share += math.exp(-gamma * NOISE * loss(distance) / POWER) / steps
    return share


def simulate(users, drops):
    """Mean shares (OMA, NOMA) and their standard errors."""
    draw = random.Random(5)
    gamma = 2 ** (RATE / BANDWIDTH) - 1
    served = ([], [])
    for _ in range(drops):
        snr = []
        for _ in range(users):
            distance = math.sqrt(NEAR**2 + (RADIUS**2 - NEAR**2) * draw.random())
            snr.append(POWER * draw.expovariate(1) / loss(distance) / NOISE)
        snr.sort()
        # OMA: how many of the best fit, in ascending order of need
        band = count = 0
        for s in reversed(snr):
            low, high = 0.0, 1.0
            if math.log2(1 + s) * BANDWIDTH < RATE:
                break
            for _ in range(40):
                middle = (low + high) / 2
                if middle * BANDWIDTH * math.log2(1 + s / middle) < RATE:
                    low = middle
                else:
                    high = middle
            band += high
            if band > 1:
                break
            count += 1
        served[0].append(count / users)
        # NOMA: the k-th from the last needs gamma*(1 + gamma)^k of received SNR
        for first in range(users + 1):
            rest = snr[first:]
            if all(s >= gamma * (1 + gamma) ** k for k, s in enumerate(rest)):
                break
        served[1].append(len(rest) / users)
    means = [sum(s) / drops for s in served]
    errors = [math.sqrt(sum((x - m) ** 2 for x in s) / drops / drops) for s, m in zip(served, means)]
    return means, errors


found = run(*OPTIONS, "--users", "4", "--drops", "6000")
expect(found.returncode == 0 and found.stderr == "", found.stderr)
rows = {(r["scheme"], int(r["users"])): r for r in csv.DictReader(io.StringIO(found.stdout))}
expect(len(rows) == 8, "rows")
exact = one_user()
for scheme in "oma", "noma":
    row = rows[scheme, 1]
    half = (float(row["high"]) - float(row["low"])) / 2
    expect(abs(float(row["share"]) - exact) < 2.1 * half and half < 0.02, f"{scheme}, one user: {row}, exact {exact}")
for number in 2, 3, 4:
    means, errors = simulate(number, 6000)
    for scheme, mean, error in zip(("oma", "noma"), means, errors):
        row = rows[scheme, number]
        own = (float(row["high"]) - float(row["low"])) / 2 / 1.96
        expect(abs(float(row["share"]) - mean) < 4 * math.hypot(error, own),
               f"{scheme}, {number} users: {row}, simulated {mean} +- {error}")
    expect(float(rows["noma", number]["share"]) > float(rows["oma", number]["share"]), f"{number}: NOMA serves more")
for row in rows.values():
    low, high = float(row["low"]), float(row["high"])
    expect(row["verdict"] == ("yes" if low >= 0.999 else "no" if high < 0.999 else "open"), f"verdict: {row}")
expect(run(*OPTIONS, "--users", "2", "--drops", "50").stdout == run(*OPTIONS, "--users", "2", "--drops", "50").stdout,
       "the same bytes")
for wrong in (["--users", "0"], ["--target", "2"], ["--radius", "5"], ["--bandwidth", "nan"], ["--bad", "1"]):
    done = run(*wrong)
    expect(done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1, f"{wrong}: {done}")
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
