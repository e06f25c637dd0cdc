#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""noma-split-inference: the same seed gives the same files, byte by byte, with progress shown or
not; another run gives others; results carry parameters, seed, run and version; bad options are
answered with one line that names them. Then utils/compare-rules on a few runs.

  noma-experiment-test.py DIRECTORY_OF_THE_PROGRAMS
"""

import csv
import math
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(sys.argv[1]) + "/noma-split-inference"
SMALL = ("--aps=2", "--usersPerAp=4", "--subchannels=2", "--models=nin-cifar10",
         "--allocators=ecc-noma,ecc-oma,neurosurgeon")
failures = []


def expect(condition, what):
    print(("ok    " if condition else "FAIL  ") + what)
    if not condition:
        failures.append(what)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def results(folder):
    """Names and bytes of what a run wrote."""
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", "rb") as file:
            files[name] = file.read()
    return files


def same_bytes(folder):
    runs = {}
    for name, options in (("one", ["--progress=false"]), ("again", ["--progress=false"]),
                          ("watched", ["--progress=true"]),
                          ("other", ["--progress=false", "--RngRun=2"])):
        done = run(PROGRAM, *SMALL, f"--out={folder}/{name}", *options)
        expect(done.returncode == 0, f"{name}: exit status 0")
        expect(("% of tasks" in done.stderr) == (name == "watched"), f"{name}: progress")
        runs[name] = (results(f"{folder}/{name}"), done.stdout)
    expect(len(runs["one"][0]) == 4, "a summary and the tasks of three schemes")
    expect(runs["one"] == runs["again"], "same seed, same bytes")
    expect(runs["one"] == runs["watched"], "watching changes no byte")
    expect(all(runs["one"][0][n] != runs["other"][0][n] for n in runs["one"][0]),
           "another run, other bytes")


def parameters(folder):
    with open(f"{folder}/other/summary.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(f"{folder}/other/tasks-ecc-noma.csv", encoding="utf-8") as file:
        tasks = file.read()
    listed = ("models", "aps", "usersPerAp", "subchannels", "maxSuperposed", "splitRule",
              "slotRule", "fallBack", "maximumPower", "csiAge", "gap", "seed", "run", "version")
    expect(len(rows) == 3 and all(r.get(k) for r in rows for k in listed),
           "every row carries its parameters")
    expect(all(r["run"] == "2" and r["seed"] == "1" for r in rows), "and seed and run")
    expect(all(k in tasks for k in listed), "so do the tasks")


def bad_options():
    for option, part in (("--slotRule=Smith", "slotRule"), ("--splitRule=x", "splitRule"),
                         ("--csiAge=-1", "csiAge"), ("--gap=0", "gap"),
                         ("--allocators=ecc", "allocators"), ("--format=x", "format")):
        done = run(PROGRAM, option)
        expect(done.returncode == 2 and done.stderr.count("\n") == 1 and part in done.stderr,
               f"{option} is refused")


def compare(folder):
    done = run(sys.executable, f"{TOP}/utils/compare-rules", f"--out={folder}/compare",
               f"--program={PROGRAM}", "--seeds=1-2", "--only=poisson", "--set=usersPerAp=3",
               "--set=aps=2")
    expect(done.returncode == 0, f"compare-rules: exit status 0 {done.stderr[-300:]}")
    lines = [line.split("  ") for line in done.stdout.splitlines() if "NOMA : OMA, both" in line]
    expect(len(lines) == 4, "NOMA against OMA under four rules")
    # by hand, from the rows of the campaign
    with open(f"{folder}/compare/poisson.csv", encoding="utf-8", newline="") as file:
        rows = {(r["allocators"], r["RngRun"]): float(r["delayMean"])
                for r in csv.DictReader(file) if r["slotRule"] == "CreditRule"}
    a, b = (100 * (rows["ecc-noma", s] / rows["ecc-oma", s] - 1) for s in ("1", "2"))
    expected = f"{(a + b) / 2:.1f} +- {12.706 * math.sqrt((a - b) ** 2 / 2 / 2):.1f}"
    credit = next(line for line in lines if "credit" in line[0])
    expect(expected in [cell.strip() for cell in credit], f"paired difference {expected}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        same_bytes(folder)
        parameters(folder)
        bad_options()
        if shutil.which("parallel"):
            compare(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
