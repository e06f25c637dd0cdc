#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""noma-evaluate and noma-solve: reference vectors, and every kind of bad input answered with one
line on standard error that names the field, and exit status 2.

  noma-tools-test.py DIRECTORY_OF_THE_TOOLS
"""

import copy
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = f"{HERE}/reference/vectors"
TOOLS = sys.argv[1]
failures = []
count = 0


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL", what)


def run(tool, *arguments, text=None, **environment):
    return subprocess.run(
        [f"{TOOLS}/{tool}", *arguments], input=text, capture_output=True, text=True, timeout=120,
        env={**os.environ, **environment},
    )


def is_clear(done, tool, part):
    """One line on standard error that names what is wrong, nothing on standard output."""
    return (
        done.returncode == 2
        and done.stdout == ""
        and done.stderr.count("\n") == 1
        and done.stderr.endswith("\n")
        and done.stderr.startswith(tool + ": ")
        and part in done.stderr
        and len(done.stderr) < 700
    )


def bad(tool, part, *arguments, text=None):
    done = run(tool, *arguments, text=text)
    expect(
        is_clear(done, tool, part),
        f"{tool} {arguments}: status {done.returncode}, expected '{part}' in '{done.stderr[:300]}'",
    )


def close(a, b, path=""):
    """None if two documents agree within 1e-9 relative, else where they do not."""
    if isinstance(b, dict):
        if not isinstance(a, dict) or set(a) != set(b):
            return path
        return next((w for k in b if (w := close(a[k], b[k], f"{path}.{k}"))), None)
    if isinstance(b, list):
        if not isinstance(a, list) or len(a) != len(b):
            return path
        return next((w for i in range(len(b)) if (w := close(a[i], b[i], f"{path}[{i}]"))), None)
    return None if abs(a - b) <= 1e-9 * max(abs(a), abs(b)) else path


def vectors():
    for name in sorted(glob.glob(f"{VECTORS}/*.expected.json")):
        stem = name[: -len(".expected.json")]
        done = run(
            "noma-evaluate",
            f"--instance={stem}.instance.json",
            f"--decision={stem}.decision.json",
        )
        expect(done.returncode == 0 and done.stderr == "", f"{stem}: {done.stderr}")
        with open(name) as file:
            where = close(json.loads(done.stdout or "{}"), json.load(file), "expected")
        expect(where is None, f"{stem}: {where}")


def places(document, path=()):
    """Every place of a document: what it holds and how to reach it."""
    yield path, document
    if isinstance(document, dict):
        for key in document:
            yield from places(document[key], path + (key,))
    elif isinstance(document, list):
        # the ends stand for the rest
        for i in sorted({0, len(document) - 1}) if document else []:
            yield from places(document[i], path + (i,))


def spell(path):
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else ("." if text else "") + step
    return text


def put(document, path, value):
    changed = copy.deepcopy(document)
    if not path:
        return value
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def drop(document, path):
    changed = copy.deepcopy(document)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return changed


# What may be left out or null, and fields whose sign is free
OPTIONAL = {
    "noiseDbmPerHz", "noiseFigureDb", "residual", "snrGapDb", "downlinkRate", "delayScale",
    "energyScale",
}
OPTIONAL_DECISION = {"units", "up", "down"}
SIGNED = {"noiseDbmPerHz"}
POSITIVE = {
    "aps", "subchannels", "maxSuperposed", "clockHz", "flopPerCycle", "delayScale", "energyScale",
}


def instance_mutants(document):
    """(changed document, what the error must name)"""
    for path, value in places(document):
        name = spell(path)
        key = next((s for s in reversed(path) if isinstance(s, str)), "")
        if isinstance(value, dict):
            yield put(document, path + ("surprise",), 1), "surprise"
            yield put(document, path, {}), ""
            yield put(document, path, []), name
            for inner in value:
                if inner not in OPTIONAL:
                    yield drop(document, path + (inner,)), spell(path + (inner,))
        elif isinstance(value, list):
            yield put(document, path, []), key
            yield put(document, path, {}), name
            if key != "options":  # as many as one likes
                yield put(document, path, value + value[:1]), key
                if len(value) > 1:
                    yield drop(document, path + (0,)), key
        elif isinstance(value, (int, float)):
            for wrong in ("1", True, [], {}, [1.0]):
                yield put(document, path, wrong), name
            # the parser refuses what JSON has no number for
            yield put(document, path, float("nan")), "not JSON"
            yield put(document, path, float("inf")), "not JSON"
            if key not in OPTIONAL:
                yield put(document, path, None), name
            if key not in SIGNED:
                yield put(document, path, -1), key
            if key in POSITIVE:
                yield put(document, path, 0), name
        elif isinstance(value, str):
            yield put(document, path, value + "x"), name
            yield put(document, path, 7), name
    for path, part in (
        (("users", 0, "ap"), "users[0].ap"),
        (("users", 0, "wT"), "users[0].wT"),
        (("residual",), "residual"),
        (("edges", 0, "lambda", "f"), "f"),
    ):
        yield put(document, path, 99), part
    yield put(document, ("users", 0, "wT"), 0.5), "users[0].wT + wE"
    yield put(document, ("users", 0, "wQ"), 1), "users[0].deadlineSeconds"
    yield put(document, ("users", 0, "wQ"), -1), "users[0].wQ"
    yield put(document, ("users", 0, "deadlineSeconds"), "soon"), "users[0].deadlineSeconds"
    yield put(document, ("users", 0, "deadlineScale"), -1), "users[0].deadlineScale"
    yield put(document, ("users", 0, "units"), [4, 2]), "users[0].units"
    yield put(document, ("users", 0, "powerW", "up"), [0.5, 0.1]), "users[0].powerW.up"
    yield put(document, ("subchannels",), 1e300), "subchannels"
    yield put(document, ("subchannels",), 4294967295), "subchannels"
    yield put(document, ("users", 0, "ap"), 1e300), "users[0].ap"
    for points in ([], [[1, 1]], [[1, 1], [1, 2]], [[1, 1], [2, 0.5]], [[1, 1], [2]], [1, 2]):
        changed = {"kind": "table", "points": points}
        yield put(document, ("edges", 0, "lambda"), changed), "edges[0].lambda.points"


def decision_mutants(document):
    for path, value in places(document):
        name = spell(path)
        key = next((s for s in reversed(path) if isinstance(s, str)), "")
        if isinstance(value, dict):
            yield put(document, path + ("surprise",), 1), "surprise"
            yield put(document, path, []), name
            for inner in value:
                if inner not in OPTIONAL_DECISION:
                    yield drop(document, path + (inner,)), name
        elif isinstance(value, list):
            yield put(document, path, []), key
            yield put(document, path, value + value[:1]), key
            yield put(document, path, {}), name
        elif isinstance(value, (int, float)):
            for wrong in ("1", True, [], {}):
                yield put(document, path, wrong), name
            yield put(document, path, float("nan")), "not JSON"
            yield put(document, path, -1), name
            if key in ("option", "subchannel"):
                yield put(document, path, 99), key
            if key == "shares":
                yield put(document, path, 1.5), "shares"
        elif isinstance(value, str):
            yield put(document, path, value + "x"), name
    user = ("users", 0)
    yield drop(document, user + ("up",)), "users[0].up"
    yield put(document, user + ("down",), None), "users[0].down"
    yield drop(document, user + ("units",)), "users[0].units"
    yield put(document, user + ("up", "powerW"), 0), "users[0].up.powerW"
    both = {"subchannel": 0, "shares": [0, 0, 0, 1], "powerW": 0.1}
    yield put(document, user + ("up",), both), "users[0].up"
    yield put(document, user + ("up",), {"shares": [0, 0, 0, 0], "powerW": 0.1}), "users[0].up"


def texts(text):
    """Broken texts, whatever they should have been."""
    for n in sorted({0, 1, 2, len(text) // 4, len(text) // 2, len(text) - 3}):
        yield text[:n], ""
    yield text + "}", "not JSON"
    yield text + text, "not JSON"
    yield " \n ", "empty"
    yield "null", ""
    yield "[]", ""
    yield "7", ""
    yield '"text\\nof two lines"', ""
    yield "[" * 10000, "nesting"
    yield '{"a":' * 10000, "nesting"
    yield "[" * 10000 + "]" * 10000, "nesting"
    yield '{"a":' * 10000 + "1" + "}" * 10000, "nesting"
    yield text.replace("{", '{"format": "x", ', 1), "format"
    yield text.replace(": 0", ": 1e999", 1), "not JSON"
    yield text.replace(": 0", ": -", 1), "not JSON"
    yield text.replace('"format"', '"for\\u0000mat"', 1), ""
    yield "\ufeff" + text[1:], "not JSON"
    yield '{"' + "x" * 100000 + '": 1}', ""


def mutants():
    def load(name):
        with open(f"{VECTORS}/{name}.json") as file:
            return json.load(file)

    jobs = []
    instance = load("01.instance")
    for changed, part in instance_mutants(instance):
        jobs.append(("instance", "01", json.dumps(changed), part))
    for text, part in texts(json.dumps(instance)):
        jobs.append(("instance", "01", text, part))
    for name in ("01", "02"):
        for changed, part in decision_mutants(load(f"{name}.decision")):
            jobs.append(("decision", name, json.dumps(changed), part))
    for text, part in texts(json.dumps(load("01.decision"))):
        jobs.append(("decision", "01", text, part))

    def check(job):
        which, name, text, part = job
        files = {w: f"{VECTORS}/{name}.{w}.json" for w in ("instance", "decision")}
        files[which] = "-"
        tools = [("noma-evaluate", [f"--instance={files['instance']}",
                                    f"--decision={files['decision']}"])]
        if which == "instance" and os.path.exists(f"{TOOLS}/noma-solve"):
            tools.append(("noma-solve", ["--instance=-", "--allocator=device-only"]))
        wrong = []
        for tool, arguments in tools:
            done = run(tool, *arguments, text=text)
            if not is_clear(done, tool, part):
                wrong.append(
                    f"{tool}, {which} {text[:80]}...: status {done.returncode}, expected "
                    f"'{part}' in '{done.stderr[:300]}'"
                )
        return len(tools), wrong

    global count
    with ThreadPoolExecutor(2) as pool:
        for tools, wrong in pool.map(check, jobs):
            count += tools
            for what in wrong:
                expect(False, what)


def command_line():
    one = f"{VECTORS}/01.instance.json"
    two = f"{VECTORS}/01.decision.json"
    tool = "noma-evaluate"
    bad(tool, "--instance", "--decision", two)
    bad(tool, "--decision", "--instance", one)
    bad(tool, "--surprise", "--instance", one, "--decision", two, "--surprise")
    bad(tool, "twice", "--instance", one, "--instance", one, "--decision", two)
    bad(tool, "-", "--instance", "-", "--decision", "-")
    bad(tool, "/no/such/file", "--instance", "/no/such/file", "--decision", two)
    bad(tool, HERE, "--instance", HERE, "--decision", two)
    bad(tool, "/no/such/folder", "--instance", one, "--decision", two, "--out", "/no/such/folder/x")
    bad(tool, "superposed", "--instance", f"{VECTORS}/02.instance.json", "--decision",
        f"{VECTORS}/02.decision.json", "--feasible")
    for allocator, option, field in (("li-gd", "--effort=0.2", "effort"),
                                     ("ecc-noma", "--step=0.1", "step"),
                                     ("iao", "--epsilon=1e-3", "epsilon"),
                                     ("random", "--max-iterations=9", "maxIterations"),
                                     ("neurosurgeon", f"--start={two}", "warmStart")):
        bad("noma-solve", field, "--instance", one, "--allocator", allocator, option)
    work = [json.loads(run("noma-solve", "--instance", one, "--allocator=li-gd", *more).stdout)
            ["report"]["iterations"] for more in
            ([], [f"--start={two}"], ["--step=1e-3"], ["--epsilon=0.1"], ["--max-iterations=2"])]
    expect(len(set(work)) == 5, f"options change the work of li-gd: {work}")
    done = run(tool, "--help")
    expect(done.returncode == 0 and "--decision" in done.stdout, "--help")
    with tempfile.TemporaryDirectory() as folder:
        done = run(tool, "--instance", one, "--decision", two, "--out", f"{folder}/answer.json")
        with open(f"{folder}/answer.json") as file:
            expect("gamma" in json.load(file) and done.stdout == "", "--out")
        # what a solver adds to its decision is accepted
        with open(two) as file:
            decision = json.load(file)
        with open(f"{folder}/answer.json") as file:
            answer = json.load(file)
        decision["gamma"] = answer["gamma"]
        decision["report"] = {"status": "converged"}
        for user, result in zip(decision["users"], answer["users"]):
            user.update(result)
        done = run(tool, "--instance", one, "--decision", "-", text=json.dumps(decision))
        expect(done.returncode == 0 and json.loads(done.stdout) == answer, "a solver's answer")


def no_way_up():
    """What a search that counts its work on subchannels has none of, and layers that nobody serves."""
    with open(f"{VECTORS}/00.instance.json") as file:
        instance = json.load(file)
    instance["users"] = instance["users"][:4]
    for gains in instance["gain"].values():
        del gains[4:]
    alone = copy.deepcopy(instance)
    for user in alone["users"]:
        del user["options"][:-1]  # everything on the device
    few = copy.deepcopy(instance)
    few["edges"][0]["units"] = 2  # and every tail needs one
    deaf = copy.deepcopy(instance)
    for gains in deaf["gain"].values():
        gains[1] = [[0] * instance["subchannels"]]
    for what, case in (("alone", alone), ("few units", few), ("deaf", deaf)):
        for allocator in ("ecc-noma", "ecc-oma", "li-gd"):
            done = run("noma-solve", "--instance=-", "--allocator", allocator,
                       text=json.dumps(case))
            expect(done.returncode == 0, f"{what}, {allocator}: {done.stderr[:300]}")
            if done.returncode == 0:
                layers = json.loads(done.stdout)["report"]["layers"]
                expect(what == "alone" or layers[0]["gamma"] is None or allocator == "li-gd",
                       f"{what}, {allocator}: a layer that cannot be served {layers}")


def crowded(seed):
    """A random instance in which searches have many steps to differ in."""
    draw = random.Random(seed)
    aps, users, subchannels = 3, 12, 4

    def gains():
        return [[[draw.expovariate(1) * 10 ** draw.uniform(-10, -7 if n == i % aps else -8)
                  for _ in range(subchannels)] for n in range(aps)] for i in range(users)]

    document = {
        "format": "noma-instance/1", "aps": aps, "subchannels": subchannels, "maxSuperposed": 3,
        "bandwidthHz": {"up": 1e7, "down": 1e7}, "noiseDbmPerHz": -174, "noiseFigureDb": 3.3,
        "snrGapDb": 1.7, "residual": 0.01, "downlinkRate": draw.choice(["own", "decodable"]),
        "edges": [{"units": 8, "clockHz": 2.5e9, "flopPerCycle": 4, "kappa": 1e-31,
                   "lambda": {"kind": "power", "a": draw.uniform(0.4, 0.9)}} for _ in range(aps)],
        "users": [], "gain": {"up": gains(), "down": gains()},
    }
    for i in range(users):
        w = draw.uniform(0.2, 0.9)
        flops, bits = draw.uniform(3e8, 5e9), draw.uniform(2e5, 4e6)
        document["users"].append({
            "ap": i % aps, "clockHz": draw.uniform(3e8, 1.5e9), "flopPerCycle": 4,
            "kappa": 1e-28, "wT": w, "wE": 1 - w, "delayScale": 1, "energyScale": 0.1,
            "powerW": {"up": [0.001, 0.316], "down": [0.001, 1]}, "units": [1, 8],
            "options": [{"deviceFlops": f * flops, "edgeFlops": (1 - f) * flops,
                         "upBits": (1 - f) * bits, "downBits": 1e4 if f < 1 else 0}
                        for f in (0, 0.37, 1)],
        })
    return json.dumps(document)


def same_on_every_machine():
    """The C library picks its functions by the processor, the kernels theirs: no byte depends on
    either. On another C library the tunables mean nothing and the comparison is an easy one."""
    plain = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable,-FMA4_Usable"
    sets = [wish for wish in ("baseline", "avx2", "avx512")
            if run("noma-solve", f"--instance={VECTORS}/01.instance.json",
                   "--allocator=ecc-noma", "--effort=0", NOMA_INSTRUCTION_SET=wish).returncode == 0]
    expect("baseline" in sets, "the baseline instruction set")
    for seed in range(3):
        text = crowded(seed)
        for allocator in ("ecc-noma", "ecc-oma", "li-gd", "iao", "random"):
            arguments = ["--instance=-", f"--allocator={allocator}"]
            arguments += ["--effort=0.2"] if allocator.startswith("ecc") else []
            first = run("noma-solve", *arguments, text=text)
            expect(first.returncode == 0, f"{allocator}: {first.stderr[:300]}")
            for wish in sets:
                for tunables in ("", plain):
                    other = run("noma-solve", *arguments, text=text, NOMA_INSTRUCTION_SET=wish,
                                GLIBC_TUNABLES=tunables)
                    expect(other.stdout == first.stdout,
                           f"{allocator}, instance {seed}, {wish}, '{tunables}': other bytes")


def no_nulls():
    """Gains, powers, clocks and weights near the end of what a double holds: finite results, or one
    line that names a field; never null where a number belongs."""
    with open(f"{VECTORS}/00.instance.json", encoding="utf-8") as file:
        plain = json.load(file)

    def filled(value, number):
        return [filled(v, number) for v in value] if isinstance(value, list) else number

    for what in ("gain", "power", "clock", "kappa", "weight"):
        for huge in (1e150, 1e300):
            document = copy.deepcopy(plain)
            if what == "gain":
                document["gain"] = {d: filled(g, huge) for d, g in document["gain"].items()}
            for user in document["users"]:
                if what == "power":
                    user["powerW"] = {"up": [1e-3, huge], "down": [1e-3, huge]}
                elif what == "clock":
                    user["clockHz"] = huge
                elif what == "kappa":
                    user["kappa"] = huge
                elif what == "weight":
                    user["wT"] = huge
            text = json.dumps(document)
            for tool, extra in (("noma-evaluate", [f"--decision={VECTORS}/00.decision.json"]),
                                ("noma-solve", ["--allocator=ecc-noma", "--effort=0"]),
                                ("noma-solve", ["--allocator=li-gd"])):
                done = run(tool, "--instance=-", *extra, text=text)
                if done.returncode == 0:
                    answer = json.loads(done.stdout)
                    numbers = [answer["gamma"]]
                    for user in answer["users"]:
                        numbers += [user["utility"], *user["delay"].values(),
                                    *user["energy"].values(), *user["rate"].values()]
                    expect(all(isinstance(n, (int, float)) for n in numbers)
                           and "NaN" not in done.stdout and "Infinity" not in done.stdout,
                           f"{tool} {extra}, {what} {huge}: not all numbers")
                    expect(tool == "noma-solve" or "null" not in done.stdout,
                           f"{tool} {extra}, {what} {huge}: null")
                else:
                    expect(is_clear(done, tool, ""),
                           f"{tool} {extra}, {what} {huge}: {done.stderr[:200]}")


vectors()
no_nulls()
same_on_every_machine()
command_line()
no_way_up()
mutants()
print(f"{count} bad inputs, {len(failures)} failures")
sys.exit(1 if failures else 0)
