#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""noma-profile and noma-partition against an independent reference, and their errors: one line on
standard error and exit status 2.

  noma-dnn-tools-test.py DIRECTORY_OF_THE_TOOLS
"""

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/reference")
import noma_dnn_reference as reference  # noqa: E402

TOOLS = sys.argv[1]
LENET = f"{HERE}/../data/lenet-5.json"
failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL", what)


def run(tool, *arguments, text=None):
    return subprocess.run(
        [f"{TOOLS}/{tool}", *arguments], input=text, capture_output=True, text=True, timeout=60
    )


def good(tool, *arguments, text=None):
    done = run(tool, *arguments, text=text)
    expect(done.returncode == 0 and done.stderr == "", f"{tool} {arguments}: {done.stderr}")
    return done.stdout


def bad(tool, part, *arguments, text=None):
    done = run(tool, *arguments, text=text)
    lines = done.stderr.split("\n")
    expect(
        done.returncode == 2
        and done.stdout == ""
        and len(lines) == 2
        and lines[0].startswith(tool + ": ")
        and part in lines[0],
        f"{tool} {arguments}: status {done.returncode}, expected '{part}' in '{done.stderr[:300]}'",
    )


def close(a, b):
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b))


def check_profiles():
    for (name, side), build in reference.NETWORKS.items():
        tally = build(side)
        for view in "fused", "operators":
            text = good(
                "noma-profile", "--model", name, "--input", str(side), "--view", view,
                "--format", "csv",
            )  # fmt: skip
            expect(
                text.split("\n")[0]
                == "vertex,name,kind,members,macs,flops,params,out_elements,out_bytes",
                "header",
            )
            rows = list(csv.DictReader(io.StringIO(text)))
            for key in "macs", "flops", "params":
                total = sum(int(row[key]) for row in rows)
                expect(
                    total == getattr(tally, key),
                    f"{name}@{side} {view} {key}: {total}, reference {getattr(tally, key)}",
                )
            expect([int(row["vertex"]) for row in rows] == list(range(len(rows))), "numbering")
            expect(int(rows[0]["out_bytes"]) == 3 * side * side, "one byte per input element")
            expect(
                all(int(r["out_bytes"]) == 4 * int(r["out_elements"]) for r in rows[1:]),
                "four bytes per element",
            )
            expect(int(rows[-1]["out_elements"]) == tally.c * tally.s * tally.s, "result")
    lenet = json.loads(good("noma-profile", "--model", LENET, "--format", "json"))
    expect(lenet["params"] == 61706, "LeNet-5 has 61,706 parameters")
    expect(len(lenet["vertices"]) == 8 and len(lenet["cuts"]) == 8, "vertices of LeNet-5")
    # what is written can be read again
    for name in "alexnet-caffe", LENET:
        model = good("noma-profile", "--model", name, "--format", "model")
        again = good("noma-profile", "--model", "-", "--format", "csv", text=model)
        expect(again == good("noma-profile", "--model", name, "--format", "csv"), "round trip")
    every = json.loads(
        good("noma-profile", "--model", "alexnet-caffe", "--cuts", "all", "--format", "json")
    )
    expect(len(every["cuts"]) > 23, "a DAG has more cuts than its sequence")
    expect("hull" in good("noma-profile", "--model", "resnet18"), "table")
    expect("Built-in models" in good("noma-profile", "--help"), "help")


#: what is published: MACs (exact, or to the digits given), parameters (exact), and where
PUBLISHED = {
    "squeezenet-1.0": (861339936, 1248424),  # Caffe's, at 227
    "mobilenet-v2": (0.301e9, 3504872),  # torchvision
    "mobilenet-v3-large": (0.217e9, 5483032),  # torchvision
    "efficientnet-b0": (0.386e9, 5288548),  # torchvision
    "yolov3-tiny": (5.56e9 / 2, 8852366),  # Darknet: FLOPs; floats in the weights' file less statistics
    "yolov8n-like": (8.7e9 / 2, 3157184),  # Ultralytics: FLOPs; 3,157,200 less the 16 of the box decoder
    "u-net": (None, 31030658),  # one channel, two classes
    "vit-b-16": (17.564e9, 86567656),  # torchvision
    "bert-base": (22.5e9 / 2, 109482240),  # MobileBERT, table 4: FLOPs at 128 tokens; Hugging Face
    "gpt2-step": (None, 124439808),  # Hugging Face
    "resnet18-exits": (1814073344, 11689512),  # torchvision's ResNet-18; its exits are our own
}


def check_models():
    """The networks in data/ against published totals, and against the program that writes them."""
    for name, (macs, params) in PUBLISHED.items():
        found = json.loads(good("noma-profile", "--model", f"{HERE}/../data/{name}.json", "--format", "json"))
        expect(found["params"] == params, f"{name}: {found['params']} parameters, published {params}")
        exact = isinstance(macs, int)
        expect(macs is None or (found["macs"] == macs if exact else abs(found["macs"] / macs - 1) < 0.01),
               f"{name}: {found['macs']} MACs, published {macs}")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([f"{HERE}/../utils/make-models", folder], check=True, timeout=60)
        expect(sorted(os.listdir(folder)) == sorted(f"{name}.json" for name in PUBLISHED), "all models")
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", encoding="ascii") as made:
                with open(f"{HERE}/../data/{name}", encoding="ascii") as shipped:
                    expect(made.read() == shipped.read(), f"{name} is what make-models writes")
    # a convolution may be padded by as much as its window, and more
    conv10 = json.loads(good("noma-profile", "--model", f"{HERE}/data/conv10.json", "--format", "json"))
    expect(conv10["vertices"][-1]["shape"] == [1000, 15, 15], "conv10")


def check_partitions():
    draw = random.Random(17)
    methods = (
        "neurosurgeon-latency",
        "neurosurgeon-energy",
        "dads-latency",
        "dads-throughput",
        "exhaustive",
    )
    for trial in range(30):
        n = draw.randint(2, 9)
        graph = {
            "format": "noma-graph/1",
            "rateBps": 1e6,
            "vertices": [
                {
                    "name": f"v{v}",
                    "deviceSeconds": 0 if v == 0 else draw.random(),
                    "edgeSeconds": 0 if v == 0 else 0.3 * draw.random(),
                    "outputBits": 1e6 * draw.random(),
                }
                for v in range(n)
            ],
            "edges": [
                [u, v] for v in range(1, n) for u in draw.sample(range(v), draw.randint(1, min(v, 3)))
            ],
        }
        every = list(reference.partitions(graph))
        found = {}
        for method in methods:
            answer = json.loads(
                good(
                    "noma-partition", "--graph", "-", "--method", method, text=json.dumps(graph)
                )
            )
            expect(list(answer) == ["method", "device", "latencySeconds", "maxStageSeconds"], "keys")
            expect(answer["method"] == method, "method")
            same = [p for p in every if p[2] == answer["device"]]
            expect(len(same) == 1, f"{method}: {answer['device']} is not a partition")
            expect(close(answer["latencySeconds"], same[0][0]), f"{method}: latency")
            expect(close(answer["maxStageSeconds"], same[0][1]), f"{method}: slowest stage")
            found[method] = answer
        best = min(every)[0]
        for method in "dads-latency", "exhaustive":
            expect(close(found[method]["latencySeconds"], best), f"{method} is not the best")
        slowest = json.loads(
            good(
                "noma-partition", "--graph", "-", "--method", "exhaustive",
                "--objective", "throughput", text=json.dumps(graph),
            )
        )["maxStageSeconds"]  # fmt: skip
        expect(close(slowest, min(p[1] for p in every)), "exhaustive throughput")
        expect(
            slowest - 1e-12
            <= found["dads-throughput"]["maxStageSeconds"]
            <= found["dads-latency"]["maxStageSeconds"],
            "throughput no worse than latency",
        )
    graph = good(
        "noma-profile", "--model", "yolov2-tiny-voc", "--format", "graph",
        "--device-flops", "1e9", "--edge-flops", "1e11", "--rate", "5e5",
    )  # fmt: skip
    answer = good("noma-partition", "--graph", "-", "--method", "dads-latency", text=graph)
    expect(json.loads(answer)["device"] == list(range(11)), "tiny YOLOv2 splits behind pool5")


def check_cut_tables():
    """Tables of cuts in FLOPs and seconds, and what is wrong with others."""
    head = "name,deviceSeconds,edgeSeconds,upBits,downBits\n"
    rows = "edge, 0, 0.01, 1e6, 1000\nmiddle,0.02,0.004,100000,1000\n\n# all\ndevice,0.3,0,0,0\n"
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/my cuts.csv"

        def table(text, *arguments):
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
            return ("--model", path, *arguments)

        found = good("noma-profile", *table(head + rows, "--rate", "1e6"))
        expect([line.split()[-1] for line in found.split("\n") if "best" in line] == ["best"]
               and "0.125  *  best" in found and found.startswith("my_cuts: 3 cuts"), f"cut table: {found}")
        seconds = json.loads(good("noma-profile", *table(head + rows, "--format", "json")))
        flops = json.loads(good("noma-profile", *table(
            "upBits,downBits,edgeFlops,deviceFlops\r\n1e6,1000,1e7,0\r\n1e5,1000,4e6,2e6\r\n0,0,0,3e7\r\n",
            "--device-flops", "1e8", "--edge-flops", "1e9", "--format", "json")))
        for a, b in zip(seconds["cuts"], flops["cuts"]):
            expect(all(close(a[key], b[key]) for key in ("deviceSeconds", "edgeSeconds", "upBits", "downBits")),
                   f"{a} and {b}")
        mixed = "deviceSeconds,edgeFlops,upBits,downBits\n0,1e7,1e6,1000\n"
        expect("0.01" in good("noma-profile", *table(mixed, "--edge-flops", "1e9")), "seconds and FLOPs")
        bad("noma-profile", "--edge-flops is missing", *table(mixed))
        bad("noma-profile", "--device-flops is not allowed", *table(mixed, "--edge-flops", "1e9",
                                                                    "--device-flops", "1"))
        plain = "deviceFlops,edgeFlops,upBits,downBits\n0,1e7,1e6,1000\n"
        bad("noma-profile", "--rate is not allowed", *table(plain, "--rate", "1"))
        bad("noma-profile", "of no use alone", *table(plain, "--device-flops", "1"))
        bad("noma-profile", "a cut table has no network", *table(plain, "--input", "32"))
        bad("noma-profile", "--format is 'model'", *table(plain, "--format", "model"))
        bad("noma-profile", "no cut", *table(""))
        bad("noma-profile", "no cut", *table(head))
        bad("noma-profile", "line 1: the column downBits is missing", *table("deviceFlops,edgeFlops,upBits\n"))
        bad("noma-profile", 'line 1: "deviceFlops" is not one of', *table("deviceSeconds,deviceFlops\n"))
        bad("noma-profile", 'line 1: "bits" is not one of', *table("bits\n"))
        bad("noma-profile", 'line 1: "b [31m its" is not one of', *table("b\x1b[31m\tits\n"))
        bad("noma-profile", "line 2: has 3 cells, and the head 5", *table(head + "1,2,3\n"))
        for wrong in "x", "", "-1", "nan", "inf", "1e31", "0x10", "1 2":
            bad("noma-profile", f'line 2: upBits: "{wrong}" is not a number', *table(head + f"a,1,1,{wrong},1\n"))
        bad("noma-profile", "cannot read", "--model", f"{folder}/none.csv")


def check_errors():
    bad("noma-profile", "--model NAME|FILE is missing")
    bad("noma-profile", "not a file and not one of nin-cifar10", "--model", "lenet")
    bad("noma-profile", "Is a directory", "--model", "/")
    bad("noma-profile", "32 is not at least 63", "--model", "alexnet", "--input", "32")
    bad("noma-profile", "--input is '0'", "--model", "alexnet", "--input", "0")
    bad("noma-profile", "--input is '1e3'", "--model", "alexnet", "--input", "1e3")
    bad("noma-profile", "--view is 'x'", "--model", "alexnet", "--view", "x")
    bad("noma-profile", "--format is 'xml'", "--model", "alexnet", "--format", "xml")
    bad("noma-profile", "--element-bits has 'nan'", "--model", "vgg16", "--element-bits", "nan")
    bad("noma-profile", "--rate is missing", "--model", "vgg16", "--format", "graph",
        "--device-flops", "1", "--edge-flops", "1")  # fmt: skip
    bad("noma-profile", "--device-flops is missing", "--model", "vgg16", "--format", "graph")
    bad("noma-profile", "more than 3 is not within", "--model", "resnet18", "--cuts", "all",
        "--limit", "3")  # fmt: skip
    bad("noma-profile", "cannot write", "--model", "vgg16", "--out", "/nowhere/x")

    with open(LENET, encoding="utf-8") as stream:
        text = stream.read()
    lenet = json.loads(text)

    def model(part, change):
        changed = json.loads(text)
        change(changed)
        bad("noma-profile", part, "--model", "-", text=json.dumps(changed))

    layers = lenet["layers"]
    model("format: \"noma-dnn/2\" is not", lambda m: m.update(format="noma-dnn/2"))
    model("layers: missing", lambda m: m.pop("layers"))
    model("layers: 0 is not", lambda m: m.update(layers=[]))
    model("layers: an empty object is not a list", lambda m: m.update(layers={}))
    model("extra: the key is not one of", lambda m: m.update(extra=1))
    model("layers[0].op: \"deconv\" is not", lambda m: m["layers"][0].update(op="deconv"))
    model("layers[0].kernel: null is not", lambda m: m["layers"][0].update(kernel=None))
    model("layers[0].kernel: -5 is not", lambda m: m["layers"][0].update(kernel=-5))
    model("layers[0].kernel: \"5\" is not", lambda m: m["layers"][0].update(kernel="5"))
    model("deviceSeconds: 1e+300 is not from 0 to 1e9",
          lambda m: [x.update(deviceSeconds=1e300, edgeSeconds=0) for x in m["layers"]])
    model("cycle through", lambda m: m["layers"][0].update(inputs=[layers[-1]["name"]]))
    model("not of the shape", lambda m: m["layers"].append(
        {"name": "sum", "op": "add", "inputs": ["fc4", "softmax"]}))  # fmt: skip
    model("is not used", lambda m: m["layers"].append(
        {"name": "stray", "op": "relu", "inputs": ["input"]}))  # fmt: skip
    for cut in range(0, len(text) - 1, 97):
        bad("noma-profile", "model: ", "--model", "-", text=text[:cut])
    for deep in "[" * 10000, '{"layers":' * 10000, "[" * 10000 + "]" * 10000:
        bad("noma-profile", "nesting", "--model", "-", text=deep)
        bad("noma-partition", "nesting", "--graph", "-", "--method", "exhaustive", text=deep)
    bad("noma-profile", "model: ", "--model", "-", text="\x00\n\x1b[31m")
    with tempfile.NamedTemporaryFile() as file:
        file.write(b'{"format":"\xff\n')
        file.flush()
        bad("noma-profile", "not JSON", "--model", file.name)

    vertex = {"name": "v", "deviceSeconds": 1, "edgeSeconds": 1, "outputBits": 1}
    plain = {"format": "noma-graph/1", "rateBps": 1, "vertices": [vertex] * 3,
             "edges": [[0, 1], [1, 2]]}  # fmt: skip

    def graph(part, *arguments, text=None, **change):
        arguments = arguments or ("--method", "dads-latency")
        text = text or json.dumps({**plain, **change})
        bad("noma-partition", part, "--graph", "-", *arguments, text=text)

    graph("--method is 'best'", "--method", "best")
    graph("only for --method exhaustive", "--method", "dads-latency", "--objective", "latency")
    graph("limit of 2", "--method", "exhaustive", "--limit", "2")
    graph("cycle", edges=[[0, 1], [1, 2], [2, 1]])
    graph("edges[1][1]: 7 is not", edges=[[0, 1], [1, 7]])
    graph("edges[1][0]: -1 is not", edges=[[0, 1], [-1, 2]])
    graph("vertices[2]: without parents", edges=[[0, 1]])
    graph("rateBps: 0 is not", rateBps=0)
    graph("rateBps: \"1\" is not", rateBps="1")
    graph("rateBps: null is not", rateBps=None)
    graph("unknown: the key", unknown=1)
    graph("vertices[1].outputBits: missing",
          vertices=[vertex, {k: vertex[k] for k in list(vertex)[:3]}, vertex])  # fmt: skip
    graph("vertices[1].deviceSeconds: -1 is not", vertices=[vertex, {**vertex, "deviceSeconds": -1}])
    graph("not JSON", text=json.dumps({**plain, "rateBps": float("nan")}))
    graph("not JSON", text='{"format":"noma-graph/1","rateBps":1e999}')


def check_measure():
    """Measures a small network where this build can, and says in one line where it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/here.json"
        arguments = ("--name", "here", "--models", LENET, "--runs", "2", "--out", out, "--times", f"{folder}/times.csv")
        done = run("noma-measure", *arguments)
        if done.returncode == 2:
            bad("noma-measure", "install libopencv-dnn-dev", *arguments)
            return
        expect(done.returncode == 0, f"noma-measure: {done.stderr}")
        with open(out, encoding="ascii") as file:
            profile = json.load(file)
        expect(profile["format"] == "noma-device/1" and "conv" in profile["kinds"], f"a profile: {profile}")
        with open(f"{folder}/times.csv", encoding="ascii") as file:
            rows = list(csv.DictReader(file))
        expect(len(rows) == 13 and all(float(row["seconds"]) >= 0 for row in rows), "a line per layer")
        expect(sum(float(row["seconds"]) for row in rows) > 0, "it takes time")
        shown = good("noma-profile", "--model", LENET, "--device", out, "--edge", out)
        expect("deviceSeconds" in shown, "the profile is taken")
        bad("noma-measure", "of a kind that is not measured", "--name", "x", "--models", "vit-b-16")
        bad("noma-measure", "--runs", *arguments[:4], "--runs", "0")


check_profiles()
check_models()
check_partitions()
check_cut_tables()
check_errors()
check_measure()
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
