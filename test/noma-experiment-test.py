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


def have_matplotlib():
    return run("/usr/bin/python3", "-c", "import matplotlib").returncode == 0


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
    listed = ("models", "aps", "usersPerAp", "subchannels", "maxSuperposed", "maxPerUser",
              "splitRule", "edgeJoulesPerGflop", "edgeCircuitW", "lambda", "minUnits", "maxUnits",
              "input", "deadline", "deadlineWeight", "deadlineSoftness", "terms",
              "slotRule", "fallBack", "maximumPower", "csiAge", "gap", "seed", "run", "version")
    expect(len(rows) == 3 and all(r.get(k) for r in rows for k in listed),
           "every row carries its parameters")
    expect(all(r["run"] == "2" and r["seed"] == "1" for r in rows), "and seed and run")
    expect(all(k in tasks for k in listed if k != "terms"), "so do the tasks")
    for row in rows:
        what = {k[len("slots"):]: int(v) for k, v in row.items() if k.startswith("slots")}
        carried = what["AsDecided"] + what["Power"] + what["NotDecided"]
        expect(carried == int(row["grants"]) > 0, f"{row['scheme']}: {what} are its grants")
        expect(what["AsDecided"] >= 0.99 * carried, f"{row['scheme']}: packets obey: {what}")


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
    expect(int(row("--deadline=0.001")["deadlineMisses"]) == 4, "tasks can be late")
    late = row("--deadlineWeight=2")
    expect(late["withDeadline"] == "4" and base["deadlineMisses"] == late["deadlineMisses"],
           "deadlines are counted with and without weight")
    expect(math.isclose(float(late["utilityMean"]) - float(base["utilityMean"]),
                        float(late["deadlineCostMean"]), rel_tol=1e-6), "and weigh in the utility")
    expect(0 < float(late["deadlineCostMean"]) <= 2 and float(base["deadlineCostMean"]) == 0,
           "by at most their weight")


def selected():
    done = run(PROGRAM, *SMALL[:-1], "--allocators=iao,random,neurosurgeon+same,ecc-oma-credit,ecc-noma+smith",
               "--format=csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    expect([(r["scheme"], r["terms"]) for r in rows] == [
        ("iao", "paper"), ("random", "paper"), ("neurosurgeon+same", "same"),
        ("ecc-oma-credit", "paper"), ("ecc-noma+smith", "greedy")], "any allocator, on any terms")
    greedy = run(PROGRAM, *SMALL[:-1], "--allocators=ecc-noma", "--slotRule=SmithRule", "--format=csv")
    row = next(csv.DictReader(greedy.stdout.splitlines()))
    expect(all(row[k] == v for k, v in rows[-1].items() if k not in ("scheme", "terms", "slotRule")),
           "the plan of ECC-NOMA under the greedy rule")


def run_by_run(folder):
    """utils/plot-experiment: differences run by run and their interval, by hand."""
    for k in (1, 2, 3):
        run(PROGRAM, *SMALL, "--progress=false", f"--RngRun={k}", f"--out={folder}/runs/run-{k}")
    done = run(f"{TOP}/utils/plot-experiment", f"{folder}/runs")
    expect(done.returncode == 0, f"plot-experiment: exit status 0 {done.stderr[-300:]}")
    with open(f"{folder}/runs/paired.csv", encoding="ascii", newline="") as file:
        table = {row["scheme"]: row for row in csv.DictReader(file)}
    utility = {}
    for k in (1, 2, 3):
        with open(f"{folder}/runs/run-{k}/summary.csv", encoding="utf-8", newline="") as file:
            utility[k] = {r["scheme"]: float(r["utilityMean"]) for r in csv.DictReader(file)}
    change = [100 * (u["neurosurgeon"] / u["ecc-noma"] - 1) for u in utility.values()]
    mean = sum(change) / 3
    half = 4.303 * math.sqrt(sum((c - mean) ** 2 for c in change) / 2 / 3)
    row = table["neurosurgeon"]
    expect(math.isclose(float(row["utilityDifferencePercent"]), mean, rel_tol=1e-4)
           and math.isclose(float(row["utilityDifferenceHalfWidth95"]), half, rel_tol=1e-3),
           f"utility {mean:.2f} +- {half:.2f} % above ECC-NOMA's, over runs")
    expect(table["ecc-noma"]["terms"] == "same" and row["terms"] == "paper", "on two terms")
    expect(os.path.getsize(f"{folder}/runs/schemes.png") > 10000, "a picture")
    os.remove(f"{folder}/runs/run-2/summary.csv")
    run(PROGRAM, *SMALL, "--radius=300", "--RngRun=2", f"--out={folder}/runs/run-4")
    done = run(f"{TOP}/utils/plot-experiment", f"{folder}/runs")
    expect(done.returncode == 2 and "other settings" in done.stderr, "other settings are refused")
    with open(f"{folder}/runs/run-4/summary.csv", "rb") as file:
        whole = file.read()
    for part in (b"", whole[:100], whole[:-40], b"\xff\n" + whole):
        with open(f"{folder}/runs/run-4/summary.csv", "wb") as file:
            file.write(part)
        done = run(f"{TOP}/utils/plot-experiment", f"{folder}/runs/run-4")
        expect(done.returncode == 2 and done.stderr.count("\n") == 1 and "run-4" in done.stderr,
               f"{len(part)} of {len(whole)} bytes: one line {done.stderr[-200:]}")


def figures(folder):
    """utils/figures on two points of the map and one assumption, from rows of its campaigns."""
    done = run(f"{TOP}/utils/figures", "--quick", "--map", f"--out={folder}/figures", "--plot-only")
    expect(done.returncode == 1 and "no finished run" in done.stderr, "a map of nothing")
    rows = ["radius,subchannels,usersPerAp,maxPerUser,allocators,RngRun,delayMean,energyMean,"
            "utilityMean,version"]
    for run_number, factor in ((1, 0.8), (2, 0.9)):
        for radius in (250, 500):
            rows.append(f"{radius},4,12,1,ecc-oma,{run_number},2,2,2,x")
            rows.append(f"{radius},4,12,1,ecc-noma,{run_number},{2 * factor},2,{4 * factor},x")
    with open(f"{folder}/figures/map.csv", "w", encoding="ascii") as file:
        file.write("\n".join(rows) + "\n")
    done = run(f"{TOP}/utils/figures", "--map", f"--out={folder}/figures", "--plot-only")
    expect(done.returncode == 0, f"a map of four runs {done.stderr[-300:]}")
    with open(f"{folder}/figures/map-differences.csv", encoding="ascii", newline="") as file:
        cells = list(csv.DictReader(line for line in file if not line.startswith("#")))
    expect(len(cells) == 2 and cells[0]["radius"] == "250" and cells[0]["runs"] == "2",
           "two cells of two runs")
    half = 12.706 * math.sqrt(10 ** 2 / 2 / 2)
    expect(math.isclose(float(cells[0]["delayDifferencePercent"]), -15, rel_tol=1e-3)
           and math.isclose(float(cells[0]["delayHalfWidth95"]), half, rel_tol=1e-3)
           and math.isclose(float(cells[0]["utilityDifferencePercent"]), 70, rel_tol=1e-3),
           "differences run by run")


def bad_options():
    done = run(PROGRAM, "--maxPerUser=2", "--slotRule=SmithRule")
    expect(done.returncode == 2 and "maxPerUser" in done.stderr, "maxPerUser is for one rule")
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
        if have_matplotlib():
            run_by_run(folder)
            figures(folder)
        bad_options()
        if shutil.which("parallel"):
            compare(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
