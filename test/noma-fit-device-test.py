#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""utils/fit-device on synthetic measurements whose coefficients are known.

  noma-fit-device-test.py [--write]

test/data/fit-device-*.csv hold 24 networks of 6 families.  Their times follow TRUE exactly, so that a fit
must find it again.  --write makes the two files anew.
"""

import contextlib
import csv
import importlib.machinery
import importlib.util
import io
import json
import random
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OPERATORS = TOP / "test/data/fit-device-operators.csv"
NETWORKS = TOP / "test/data/fit-device-networks.csv"
CONSTANT = 4e-4
#: seconds, FLOP/s, byte/s
TRUE = {
    "conv-1x1": (2e-5, 4e11, 3e10),
    "conv-3x3": (6e-5, 2e11, 1e10),
    "depthwise": (3e-5, 5e10, 2e10),
    "fc": (1e-5, 0, 5e10),
    "concat": (3.5e-5, 0, 2.5e10),
}
#: operators that the program must tell apart: kernel, groups, kind
CONVS = ((1, 1, "conv-1x1"), (3, 1, "conv-3x3"))
failures = []
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("fit_device", str(TOP / "utils/fit-device"))
PROGRAM = importlib.util.module_from_spec(importlib.util.spec_from_loader("fit_device", LOADER))
LOADER.exec_module(PROGRAM)


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL", what)


def close(a, b, tolerance=1e-6):
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def time(terms, flops, size):
    """Seconds of one operator."""
    t0, rate, bandwidth = terms
    return t0 + (flops / rate if rate else 0) + (size / bandwidth if bandwidth else 0)


def count(row):
    """Kind, FLOPs and bytes of a row, written out from the definitions."""
    value = {key: int(text) for key, text in row.items()
             if text and key not in ("network", "operation", "seconds")}
    if row["operation"] == "fc":
        weights = value["channels"] * value["outputs"]
        return "fc", 2 * weights, 4 * (value["channels"] + value["outputs"] + weights)
    if row["operation"] == "concat":
        return "concat", 0, 8 * value["input"] ** 2 * value["outputs"]
    covered = min(value["input"], value["output"] * value["stride"])
    positions = value["output"] ** 2
    if row["operation"] == "depthwise":
        weights = value["channels"] * value["kernel"] ** 2
        size = covered**2 * value["channels"] + positions * value["channels"] + weights
        return "depthwise", 2 * positions * weights, 4 * size
    weights = value["channels"] * value["outputs"] * value["kernel"] ** 2
    size = covered**2 * value["channels"] + positions * value["outputs"] + weights
    return f"conv-{value['kernel']}x{value['kernel']}", 2 * positions * weights, 4 * size


def write():
    """Draws the networks and gives them the times that follow from TRUE."""
    draw = random.Random(11)
    names = ("network", "operation", "input", "channels", "output", "outputs", "kernel", "stride", "seconds")
    operators, networks = [], []
    for i in range(24):
        name = f"{'abcdef'[i % 6]}net{i // 6}"
        total = CONSTANT
        for _ in range(draw.randint(5, 9)):
            row = dict.fromkeys(names, "")
            operation = draw.choice(("conv", "conv", "conv", "depthwise", "fc", "concat"))
            row.update(network=name, operation=operation, channels=draw.choice((32, 64, 128, 256)))
            if operation == "fc":
                row.update(outputs=draw.choice((10, 100, 1000)))
            elif operation == "concat":
                row.update(input=draw.choice((14, 28, 56)), outputs=draw.choice((64, 128, 512)))
            else:
                stride, output = draw.choice((1, 2)), draw.choice((7, 14, 28, 56))
                kernel = 3 if operation == "depthwise" else draw.choice((1, 3))
                row.update(output=output, stride=stride, kernel=kernel,
                           input=output * stride + kernel - 1)
                if operation == "conv":
                    row.update(outputs=draw.choice((32, 64, 128, 256)))
            kind, flops, size = count({key: str(value) for key, value in row.items()})
            row["seconds"] = f"{time(TRUE[kind], flops, size):.12g}"
            total += float(row["seconds"])
            operators.append(row)
        networks.append({"network": name, "seconds": f"{total:.12g}"})
    for path, rows in (OPERATORS, operators), (NETWORKS, networks):
        with path.open("w", encoding="ascii", newline="") as file:
            lines = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            lines.writeheader()
            lines.writerows(rows)


def run(*arguments):
    """Exit status, standard output and error; in this process, because SciPy takes long to load."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = PROGRAM.main([str(argument) for argument in arguments])
    return status, out.getvalue(), error.getvalue()


def good(*arguments):
    status, out, error = run(*arguments)
    expect(status == 0 and error == "", f"{arguments}: {error}")
    return out


def bad(part, *arguments):
    status, out, error = run(*arguments)
    expect(status == 2 and out == "" and part in error and error.startswith("fit-device: ")
           and error.count("\n") == 1, f"{arguments}: status {status}, expected '{part}' in '{error[-300:]}'")


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)
    return path


def check_counts(_):
    """Kind, FLOPs and bytes of single operators."""
    for row in table(OPERATORS):
        sizes = {key: float(text) for key, text in row.items()
                 if text and key not in ("network", "operation", "seconds")}
        expect(PROGRAM.work(row["operation"], sizes, "") == count(row), f"{row}")
    shape = {"input": 8, "output": 4, "channels": 6, "kernel": 5, "stride": 2}
    for operation, sizes, expected in (
            ("conv", {**shape, "outputs": 10}, ("conv", 48000, 4 * (384 + 160 + 1500))),
            ("conv", {**shape, "outputs": 10, "groups": 2}, ("conv-grouped", 24000, 4 * (384 + 160 + 750))),
            ("conv", {"input": 1, "output": 1, "channels": 6, "kernel": 1, "outputs": 10},
             ("fc", 120, 4 * (6 + 10 + 60))),
            ("pool", shape, ("pool", 2400, 4 * (384 + 96))),
            ("pool", {**shape, "output": 1, "kernel": 8, "stride": 8}, ("global-pool", 384, 4 * (384 + 6))),
            ("global-pool", shape, ("global-pool", 384, 4 * (384 + 6))),
            ("conv", {**shape, "outputs": 10, "flops": 7, "bytes": 8}, ("conv", 7, 8))):
        found = PROGRAM.work(operation, sizes, "")
        expect(found == expected, f"{operation} {sizes}: {found}, expected {expected}")


def check_coefficients(folder):
    """The fit finds the coefficients, and networks are the sums of their operators."""
    files = ("--operators", OPERATORS, "--networks", NETWORKS)
    for weight, operators in ("0", ()), ("0.3", ("seconds",)), ("3", ("seconds",)):
        out = folder / f"weight{weight}"
        out.mkdir()
        text = good(*files, "--device", "mine", "seconds", *operators, "--operator-weight", weight,
                    "--out", out, "--predictions", out / "p.csv", "--like", "move=concat",
                    "--like", "element-wise=free")
        profile = json.loads((out / "mine.json").read_text())
        expect(profile["format"] == "noma-device/1" and profile["name"] == "mine", "head")
        expect(close(profile["constantSeconds"], CONSTANT, 1e-4), f"constant {profile['constantSeconds']}")
        for kind, terms in TRUE.items():
            found = [profile["kinds"][kind].get(term, 0) for term in
                     ("seconds", "flopsPerSecond", "bytesPerSecond")]
            expect(all(a == b or close(a, b, 1e-4) for a, b in zip(found, terms)), f"{kind}: {found}")
        expect(profile["kinds"]["move"] == {"like": "concat"}, "like")
        expect(profile["kinds"]["element-wise"] == {}, "free")
        # 6 digits are kept of each coefficient
        sums = {}
        for row in table(OPERATORS):
            kind, flops, size = count(row)
            terms = [profile["kinds"][kind].get(term, 0) for term in
                     ("seconds", "flopsPerSecond", "bytesPerSecond")]
            sums[row["network"]] = sums.get(row["network"], 0) + time(terms, flops, size)
        for row in table(out / "p.csv"):
            expect(close(float(row["fittedSeconds"]) - profile["constantSeconds"], sums[row["network"]], 1e-4),
                   f"operators of {row['network']} sum to the network's time minus the constant")
            for key in "fittedSeconds", "networkOutSeconds", "familyOutSeconds":
                expect(close(float(row[key]), float(row["seconds"]), 1e-5), f"{row['network']} {key}")
        errors = next(csv.DictReader(text.splitlines()))
        expect(float(errors["familyOut90"]) == 0 and float(errors["uniform90"]) > 0.3, f"table {errors}")


def check_errors(folder):
    """The table against errors that are known: one network 1.5 times as slow as its operators."""
    rows = table(NETWORKS)
    rows[0]["seconds"] = str(1.5 * float(rows[0]["seconds"]))
    slow = save(folder / "slow.csv", rows)
    good("--operators", OPERATORS, "--networks", slow, "--device", "d", "seconds", "--predictions",
         folder / "slow-p.csv")
    left_out = {row["network"]: row for row in table(folder / "slow-p.csv")}[rows[0]["network"]]
    expect(close(float(left_out["networkOutSeconds"]), float(rows[0]["seconds"]) / 1.5, 1e-5),
           "a network that is left out has no influence")
    expect(float(left_out["fittedSeconds"]) > 1.05 * float(rows[0]["seconds"]) / 1.5, "a fitted one has")


def check_layouts(folder):
    """The same measurements in three other layouts give the same profile."""
    def fit(name, *arguments):
        out = folder / name
        out.mkdir()
        good(*arguments, "--out", out)
        profile = json.loads((out / "mine.json").read_text())
        return profile["constantSeconds"], profile["kinds"], profile["fit"]["networkOut"]

    def same(a, b):
        return close(a[0], b[0], 1e-5) and a[2] == b[2] and all(
            close(a[1][k][t], b[1][k][t], 1e-5) for k in a[1] for t in a[1][k])

    plain = fit("plain", "--operators", OPERATORS, "--networks", NETWORKS, "--device", "mine", "seconds")
    theirs = {"conv": "CONV_2D", "depthwise": "DEPTHWISE_CONV_2D", "fc": "FULLY_CONNECTED",
              "concat": "CONCATENATION"}
    operators = []
    for row in table(OPERATORS):
        sizes = {"In": row["input"] or "-", "C": int(row["channels"]), "Out": row["output"] or "-",
                 "F": row["outputs"] or "-", "K": row["kernel"] or "-", "S": row["stride"] or "-"}
        operators.append({"model": row["network"], "type": theirs[row["operation"]], "feature": sizes,
                          "gpu|us": 1e6 * float(row["seconds"])})
    networks = [{"model": row["network"], "gpu|us": 1e6 * float(row["seconds"])} for row in table(NETWORKS)]
    columns = [f"--column={name}={source}" for name, source in (
        ("network", "model"), ("operation", "type"), ("input", "feature.In"), ("channels", "feature.C"),
        ("output", "feature.Out"), ("outputs", "feature.F"), ("kernel", "feature.K"),
        ("stride", "feature.S"))]
    columns += [f"--operation={b}={a}" for a, b in theirs.items()]
    (folder / "layout.args").write_text("\n".join([*columns, "--network-column=model", "--unit=us"]))
    nested = fit("nested", f"@{folder}/layout.args", "--operators", save(folder / "o.csv", operators),
                 "--networks", save(folder / "n.csv", networks), "--device", "mine", "gpu|us")
    expect(same(plain, nested), "nested layout")
    kinds = [{"net": row["network"], "kind": count(row)[0], "flops": count(row)[1], "bytes": count(row)[2]}
             for row in table(OPERATORS)]
    counted = fit("counted", "--operators", save(folder / "k.csv", kinds), "--networks", NETWORKS,
                  "--column", "network=net", "--device", "mine", "seconds")
    expect(same(plain, counted), "layout with kinds")
    alone = fit("alone", "--operators", OPERATORS, "--device", "mine", "seconds")
    expect(close(alone[0] + 1, 1, 1e-9), "without a networks' file nothing is left for the constant")


def check_faults(folder):
    """One line and exit status 2."""
    files = ("--operators", OPERATORS, "--networks", NETWORKS)
    device = ("--device", "d", "seconds")
    bad("none of", *files, *device, "--column", "size=kernel")
    bad("no column 'nothing'", *files, *device, "--column", "kernel=nothing")
    bad("must hold a dictionary", *files, *device, "--column", "kernel=operation.K")
    bad("No such file", "--operators", folder / "none.csv", *device)
    bad("no column 'slow'", *files, "--device", "d", "slow")
    bad("a name has", *files, "--device", "../d", "seconds")
    bad("finds nothing", *files, *device, "--family", "[0-9]+")
    few = save(folder / "few.csv", [row for row in table(OPERATORS) if row["network"][0] == "a"])
    bad("none is left", "--operators", few, *device)
    bad("was not measured", *files, *device, "--like", "matmul=pool", "--out", folder)
    bad("was measured", *files, *device, "--like", "fc=concat", "--out", folder)
    rows = table(OPERATORS)
    for key, value, part in (("operation", "lstm", "--operation lstm="), ("seconds", "-1", "positive"),
                             ("seconds", "nan", "finite"), ("channels", "", "needs channels"),
                             ("network", "", "no name"), ("network", "new", "no network 'new'")):
        changed = [dict(row) for row in rows]
        changed[3][key] = value
        bad(part, "--operators", save(folder / "bad.csv", changed), "--networks", NETWORKS, "--device", "d",
            "seconds", "seconds")
    (folder / "empty.csv").write_text("network,operation\n")
    bad("no rows", "--operators", folder / "empty.csv", *device)
    (folder / "short.csv").write_text("network,operation,seconds\na,fc\n")
    bad("line 2: number of columns", "--operators", folder / "short.csv", *device)
    good(*files, *device, "--out", folder)
    bad("--force", *files, *device, "--out", folder)
    good(*files, *device, "--out", folder, "--force")


def check_shipped():
    """The shipped profiles: six phone GPUs and a CPU, within what the documentation promises."""
    found = {path.stem: json.loads(path.read_text()) for path in (TOP / "data/devices").glob("*.json")}
    expect(sum(name.endswith("-gpu") for name in found) >= 6, "six phone GPUs")
    expect(any(name.endswith("-cpu") for name in found), "one CPU")
    for name, profile in found.items():
        fit = profile["fit"]
        expect(profile["name"] == name and profile["provenance"], f"{name}: name and provenance")
        expect(fit["networkOut"]["median"] <= 0.04 and fit["networkOut"]["percentile90"] <= 0.13,
               f"{name}: one network left out")
        expect(fit["familyOut"]["median"] <= 0.07 and fit["familyOut"]["percentile90"] <= 0.22,
               f"{name}: one family left out")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
        sys.exit(0)
    for row in table(OPERATORS):
        expect(close(time(TRUE[count(row)[0]], *count(row)[1:]), float(row["seconds"]), 1e-10), "test data")
    for check in check_counts, check_coefficients, check_errors, check_layouts, check_faults:
        with tempfile.TemporaryDirectory() as place:
            check(Path(place))
    check_shipped()
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)
