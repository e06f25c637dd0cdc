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
              "edgeJoulesPerGflop", "edgeCircuitW", "lambda", "minUnits", "maxUnits", "input",
              "deadline", "deadlineWeight", "deadlineSoftness", "terms",
              "slotRule", "fallBack", "maximumPower", "csiAge", "gap", "seed", "run", "version")
    expect(len(rows) == 3 and all(r.get(k) for r in rows for k in listed),
           "every row carries its parameters")
    expect(all(r["run"] == "2" and r["seed"] == "1" for r in rows), "and seed and run")
    expect(all(k in tasks for k in listed if k != "terms"), "so do the tasks")


def reaches_results():
    """Energy, units, input size and deadlines: what each option must change, and nothing else."""
    def row(*options):
        done = run(PROGRAM, "--aps=1", "--usersPerAp=4", "--models=nin-cifar10", "--format=csv",
                   "--allocators=edge-only", "--deadline=0.13", *options)
        expect(done.returncode == 0, f"{' '.join(options)}: {done.stderr[-200:]}")
        return next(csv.DictReader(done.stdout.splitlines()))

    def number(name, *options):
        return float(row(*options)[name])

    base = row()
    expect(math.isclose(number("energyEdge", "--edgeJoulesPerGflop=1"),
                        2 * float(base["energyEdge"]), rel_tol=1e-6), "twice the J/FLOP at the edge")
    expect(number("energyEdge", "--joulesPerGflop=1") == float(base["energyEdge"]),
           "the device's J/FLOP is its own")
    circuit = row("--edgeCircuitW=100")
    # at least while it serves the task, at most as long as it serves anybody
    extra = float(circuit["energyEdge"]) - float(base["energyEdge"])
    expect(0 < extra <= 100 * float(base["delayEdge"]) * (1 + 1e-6), f"circuit power {extra} J")
    expect(circuit["delayMean"] == base["delayMean"], "which changes no delay")
    slow, fast = (float(row("--maxUnits=4", "--minUnits=4", "--edgeUnits=16", f"--lambda={law}")
                        ["delayEdge"]) for law in ("power:0.5", "linear"))
    expect(math.isclose(slow, 2 * fast, rel_tol=1e-3), f"lambda(4): {slow} s and {fast} s")
    expect(math.isclose(float(base["delayEdge"]), 2 * slow, rel_tol=1e-3), "and one unit")
    expect(number("delayUp", "--input=224") > 10 * float(base["delayUp"]), "49 times the pixels")
    expect(row("--input=64")["input"] == "64" and base["input"] == "native", "input size is listed")
    expect(0 < int(base["deadlineMisses"]), "some tasks are late")
    late = row("--deadlineWeight=2")
    expect(late["withDeadline"] == "4" and base["deadlineMisses"] == late["deadlineMisses"],
           "deadlines are counted with and without weight")
    expect(math.isclose(float(late["utilityMean"]) - float(base["utilityMean"]),
                        float(late["deadlineCostMean"]), rel_tol=1e-6), "and weigh in the utility")
    expect(0 < float(late["deadlineCostMean"]) <= 2 and float(base["deadlineCostMean"]) == 0,
           "by at most their weight")


def selected():
    done = run(PROGRAM, *SMALL[:-1], "--allocators=iao,random,neurosurgeon+same,ecc-oma-credit",
               "--format=csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    expect([(r["scheme"], r["terms"]) for r in rows] == [
        ("iao", "paper"), ("random", "paper"), ("neurosurgeon+same", "same"),
        ("ecc-oma-credit", "paper")], "any allocator, on either terms")


def bad_options():
    for option, part in (("--lambda=square", "lambda"), ("--maxUnits=0.5", "maxUnits"),
                         ("--edgeCircuitW=-1", "edgeCircuitW"), ("--input=3", "input"),
                         ("--deadlineWeight=1", "deadlineWeight"), ("--deadline=-1", "deadline"),
                         ("--allocators=ecc+same", "allocators"),
                         ("--slotRule=Smith", "slotRule"), ("--splitRule=x", "splitRule"),
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
        reaches_results()
        selected()
        bad_options()
        if shutil.which("parallel"):
            compare(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
