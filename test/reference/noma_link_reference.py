#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Independent reference for noma-link: a direct simulation of the SINR conditions in NumPy, with
random numbers of its own, and the closed forms where there are any.

  noma_link_reference.py --program build/release/bin/noma-link [--points 40] [--seed 1]

draws random parameter points, runs the program and this reference for each and compares the
outages: |difference| within 4.5 standard errors of both.  Exit status 0, or 1 if any point differs.
"""

import argparse
import subprocess
import sys

import numpy as np


def decode(power, noise, phi, residual, propagation):
    """Success of each stage; power[k] and noise are arrays over blocks, k is the decoding order."""
    stages = len(power)
    ok = []
    left = []
    alive = np.ones(power[0].shape, bool)
    for k in range(stages):
        interference = noise + sum(power[k + 1:], np.zeros_like(noise)) + sum(left, 0.0)
        good = power[k] >= phi[k] * interference
        if propagation == "on":
            alive = alive & good
            good = alive
        ok.append(good)
        cancelled = np.ones_like(good) if propagation == "off" else good
        left.append(power[k] * np.where(cancelled, residual, 1.0))
    return ok


def simulate(direction, snr_db, rate, split=None, order="listed", residual=0.0, interferer_db=(),
             propagation="on", blocks=1000000, seed=1):
    """Outage of every user, by drawing exponential gains; noise is 1."""
    rng = np.random.default_rng(seed)
    snr = 10 ** (np.asarray(snr_db, float) / 10)
    inr = 10 ** (np.asarray(interferer_db, float) / 10)
    phi = 2 ** np.asarray(rate, float) - 1
    users = len(snr)
    x = [s * rng.exponential(size=blocks) for s in snr]
    lost = np.zeros(users)
    if direction == "up":
        noise = 1 + sum((s * rng.exponential(size=blocks) for s in inr), np.zeros(blocks))
        if order == "listed":
            ok = decode(x, noise, phi, residual, propagation)
            return np.array([1 - o.mean() for o in ok])
        rank = np.argsort(-np.array(x), axis=0)
        got = np.array(x)
        sorted_power = np.take_along_axis(got, rank, axis=0)
        sorted_phi = phi[rank]
        ok = decode(list(sorted_power), noise, list(sorted_phi), residual, propagation)
        for i in range(users):
            success = sum((rank[k] == i) & ok[k] for k in range(users))
            lost[i] = 1 - success.mean()
        return lost
    split = np.asarray(split, float)
    if order == "gain":
        x = list(np.sort(np.array(x), axis=0))
    for i in range(users):
        noise = 1 + sum((s * rng.exponential(size=blocks) for s in inr), np.zeros(blocks))
        ok = decode([a * x[i] for a in split], noise, phi, residual, propagation)
        lost[i] = 1 - ok[i].mean()
    return lost


def downlink_outage(snr_db, split, rate, user, residual=0.0, interferer_db=(), propagation="on"):
    """Closed form, users in the order listed."""
    snr = 10 ** (snr_db[user] / 10)
    need = 0.0
    for j in range(user + 1):
        if j < user and propagation != "on":
            continue
        phi = 2 ** rate[j] - 1
        margin = split[j] - phi * (sum(split[j + 1:]) + residual * sum(split[:j]))
        if margin <= 0:
            return 1.0
        need = max(need, phi / margin)
    cover = np.exp(-need / snr)
    for db in interferer_db:
        cover /= 1 + need * 10 ** (db / 10) / snr
    return 1 - cover


def uplink_outage(snr_db, rate, user, interferer_db=()):
    """Closed form, fixed order as listed, failed stages fail later ones."""
    mean = [10 ** (s / 10) for s in list(snr_db) + list(interferer_db)]
    density = [1 / m for m in mean]
    tilt = list(density)
    p = 1.0
    for k in range(user + 1):
        phi = 2 ** rate[k] - 1
        p *= density[k] / tilt[k] * np.exp(-tilt[k] * phi)
        for j in range(k + 1, len(tilt)):
            tilt[j] += tilt[k] * phi
    for j in range(user + 1, len(tilt)):
        p *= density[j] / tilt[j]
    return 1 - p


def run(program, blocks=100000, seed=1, **point):
    """Outages and standard errors that the program prints."""
    command = [program, "--blocks", str(blocks), "--seed", str(seed)]
    names = {"snr_db": "snrDb", "interferer_db": "interfererDb"}
    for name, value in point.items():
        if isinstance(value, (list, tuple, np.ndarray)):
            if not len(value):
                continue
            value = ",".join(repr(float(v)) for v in value)
        command += ["--" + names.get(name, name), str(value)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if out[0] != "user,outage,stderr,blocks":
        raise ValueError("unexpected heading " + out[0])
    rows = [line.split(",") for line in out[1:]]
    return np.array([float(r[1]) for r in rows]), np.array([float(r[2]) for r in rows])


def draw(rng):
    """A random parameter point."""
    users = int(rng.integers(1, 5))
    direction = str(rng.choice(["up", "down"]))
    point = {
        "direction": direction,
        "snr_db": np.round(rng.uniform(0, 30, users), 2),
        "rate": np.round(rng.uniform(0.1, 2, users), 3),
        "propagation": str(rng.choice(["on", "off", "physical"])),
        "residual": float(rng.choice([0, 0, 0.01, 0.1])),
        "interferer_db": np.round(rng.uniform(-10, 10, int(rng.integers(0, 5))), 2),
        "order": str(rng.choice(["listed", "gain"])),
    }
    if direction == "down":
        split = np.sort(rng.dirichlet(0.5 * np.ones(users)))[::-1]
        point["split"] = np.maximum(np.round(split * 0.999, 4), 1e-4)
        if point["order"] == "gain":
            point["snr_db"][:] = point["snr_db"][0]
    return point


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    checked = wrong = 0
    worst = 0.0
    for number in range(options.points):
        point = draw(rng)
        found, _ = run(options.program, seed=number + 1, **point)
        blocks = 1000000
        expected = simulate(blocks=blocks, seed=number, **point)
        error = np.sqrt(np.maximum(expected * (1 - expected), 1e-6) * (1 / 1e5 + 1 / blocks))
        distance = np.abs(found - expected) / error
        checked += len(found)
        worst = max(worst, distance.max())
        if (distance > 4.5).any():
            wrong += 1
            print(f"differs: {point}\n  program   {found}\n  reference {expected}")
    print(f"{options.points} points, {checked} outages compared, {wrong} points differ, "
          f"greatest distance {worst:.2f} standard errors")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
