#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ONNX models in noma-profile: sizes of all cuts and totals against the shapes that ONNX's own Python
package infers, and errors: one line on standard error and exit status 2.

  noma-onnx-test.py DIRECTORY_OF_THE_TOOLS
"""

import glob
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = sys.argv[1]
SHIPPED = ("lenet-5", "squeezenet-1.0", "mobilenet-v2", "mobilenet-v3-large", "efficientnet-b0", "yolov3-tiny",
           "yolov8n-like", "u-net", "vit-b-16", "bert-base", "gpt2-step")
BUILT_IN = ("nin-cifar10", "nin-imagenet", "yolov2-tiny-voc", "vgg16", "alexnet", "alexnet-caffe", "resnet18")
RECURRENT = {"format": "noma-dnn/1", "name": "recurrent", "input": {"channels": 40, "length": 100},
             "layers": [{"name": "lstm1", "op": "lstm", "outputs": 128, "bidirectional": True},
                        {"name": "gru2", "op": "gru", "outputs": 64},
                        {"name": "out", "op": "linear", "outputs": 30}]}
DATA = "/usr/share/libonnx-testdata/data"
failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL", what)


def run(*arguments):
    return subprocess.run([f"{TOOLS}/noma-profile", *arguments], capture_output=True, text=True, timeout=120)


def profile(*arguments):
    done = run(*arguments, "--format", "json")
    expect(done.returncode == 0, f"{arguments}: {done.stderr}")
    return json.loads(done.stdout) if done.returncode == 0 else None


def bad(part, *arguments):
    done = run(*arguments)
    lines = done.stderr.split("\n")
    expect(done.returncode == 2 and done.stdout == "" and len(lines) == 2 and part in lines[0]
           and lines[0].startswith("noma-profile: ") and len(lines[0]) < 600,
           f"{arguments}: status {done.returncode}, expected '{part}' in '{done.stderr[:400]}'")


class Reference:
    """Shapes of ONNX's Python package, and what follows from them."""

    def __init__(self, model):
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        graph = model.graph
        self.dims = {}
        for info in list(graph.value_info) + list(graph.input) + list(graph.output):
            self.dims[info.name] = [d.dim_value for d in info.type.tensor_type.shape.dim]
        weights = {w.name: list(w.dims) for w in graph.initializer}
        self.dims.update(weights)
        constant = set(weights)
        for node in graph.node:
            if node.op_type in ("Shape", "Size") or all(i in constant or not i for i in node.input):
                constant.update(node.output)
        self.results = list(dict.fromkeys(o.name for o in graph.output))
        live = set(self.results)
        self.nodes = []
        for node in reversed(graph.node):
            if any(o in live and o not in constant for o in node.output):
                live.update(node.input)
                self.nodes.insert(0, node)
        self.live, self.constant, self.weights = live, constant, weights
        self.inputs = [i.name for i in graph.input if i.name not in constant]

    def size(self, tensor):
        return math.prod(self.dims[tensor])

    def macs(self):
        total = 0
        for node in self.nodes:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Conv":
                total += self.size(node.output[0]) * math.prod(self.dims[node.input[1]][1:])
            elif node.op_type == "ConvTranspose":
                total += self.size(node.input[0]) * math.prod(self.dims[node.input[1]][1:])
            elif node.op_type == "Gemm":
                inner = self.dims[node.input[0]][0 if attributes.get("transA") else 1]
                total += self.size(node.output[0]) * inner
            elif node.op_type == "MatMul":
                total += self.size(node.output[0]) * self.dims[node.input[0]][-1]
            elif node.op_type in ("LSTM", "GRU", "RNN"):
                steps = math.prod(self.dims[node.input[0]][:2])
                total += steps * (self.size(node.input[1]) + self.size(node.input[2]))
        return total

    def crossing(self, device):
        """Elements up and down when the device runs the nodes of these names."""
        maker = {o: n.name for n in self.nodes for o in n.output}
        here = {t for t in self.live if t and t not in self.constant
                and (t in self.inputs or maker[t] in device)}
        up = {i for n in self.nodes if n.name not in device for i in n.input if i in here}
        return ([(self.size(t), t in self.inputs) for t in up],
                sum(self.size(r) for r in self.results if r not in here))


def check_cuts(path, model):
    """Every cut's bits. Returns how many were compared, or none if the model was refused."""
    reference = Reference(model)
    found = profile("--model", path, "--view", "operators", "--element-bits", "32", "--input-bits", "8")
    if found is None:
        return 0, reference, None
    name = os.path.basename(path)
    named = {node.name for node in reference.nodes}
    parts = {}
    for vertex in found["vertices"]:
        own = vertex["name"]
        node = own if own in named else own.rsplit("/", 1)[0]
        if node in named:
            parts.setdefault(node, set()).add(own)
    expect(set(parts) == named, f"{name}: nodes {named ^ set(parts)}")
    compared = 0
    for cut in found["cuts"]:
        layers = {found["vertices"][v]["name"] for v in cut["device"]}
        device = {node for node, own in parts.items() if own <= layers}
        if any(own & layers and not own <= layers for own in parts.values()):
            continue  # within a node of several results
        up, down = reference.crossing(device)
        bits = sum(n * (8 if given else 32) for n, given in up)
        expect(cut["upBits"] == bits and cut["downBits"] == 32 * down,
               f"{name} cut {len(device)}: {cut['upBits']} up, {cut['downBits']} down, shapes say {bits}, {32 * down}")
        compared += 1
    expect(found["macs"] == reference.macs(), f"{name}: {found['macs']} MACs, shapes say {reference.macs()}")
    return compared, reference, found


def check_networks(folder):
    files = cuts = 0
    sources = {name: f"{HERE}/../data/{name}.json" for name in SHIPPED}
    for name in BUILT_IN:
        sources[name] = f"{folder}/{name}.json"
        with open(sources[name], "w", encoding="ascii") as stream:
            stream.write(run("--model", name, "--format", "model").stdout)
    sources["recurrent"] = f"{folder}/recurrent.json"
    with open(sources["recurrent"], "w", encoding="ascii") as stream:
        json.dump(RECURRENT, stream)
    for name, source in sources.items():
        path = f"{folder}/{name}.onnx"
        subprocess.run([f"{HERE}/../utils/make-onnx", source, path], check=True, timeout=60)
        compared, reference, found = check_cuts(path, onnx.load(path, load_external_data=False))
        own = profile("--model", source)
        params = sum(math.prod(dims) for dims in reference.weights.values())
        # statistics of batch-norm, shapes and factors are not learned
        params -= sum(math.prod(d) for n, d in reference.weights.items()
                      if n.endswith((".mean", ".variance", ".scales", ".shape", ".begin", ".end", ".axes"))
                      or not d)
        expect(found["params"] == params, f"{name}: {found['params']} parameters, initializers have {params}")
        kept = 12 * 2 * 768 * 1023 if name == "gpt2-step" else 0  # keys and values stand in as constants
        expect(found["macs"] == own["macs"] and found["params"] - kept == own["params"],
               f"{name}: {found['macs']} MACs, {found['params']} parameters; it was made of {own['macs']}, "
               f"{own['params']}")
        expect(compared > 5, f"{name}: {compared} cuts")
        # written as JSON it is the same
        again = f"{folder}/again.json"
        with open(again, "w", encoding="ascii") as stream:
            stream.write(run("--model", path, "--format", "model").stdout)
        for view in "fused", "operators":
            expect(run("--model", again, "--view", view).stdout == run("--model", path, "--view", view).stdout,
                   f"{name}: {view} view of the JSON")
        # and runs on a device
        expect("totalSeconds" in run("--model", path, "--device", "pixel4-gpu", "--edge", "iphonexs-gpu",
                                     "--rate", "1e7").stdout, f"{name}: seconds")
        files += 1
        cuts += compared
    print(f"{files} exported networks, {cuts} cuts")


def check_data():
    """The models of libonnx-testdata whose shapes are known before they run."""
    same = refused = cuts = 0
    for path in sorted(glob.glob(f"{DATA}/pytorch-*/*/model.onnx") + glob.glob(f"{DATA}/simple/*/model.onnx")):
        model = onnx.load(path)
        for k, node in enumerate(model.graph.node):
            node.name = f"node{k}"
        for given in model.graph.input:
            dims = given.type.tensor_type.shape.dim
            if len(dims) > 3 and given.name not in [w.name for w in model.graph.initializer]:
                dims[0].dim_value = 1
        for result in model.graph.output:
            result.type.tensor_type.ClearField("shape")  # said for the other batch
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            onnx.save(model, file.name)
            done = run("--model", file.name)
            if done.returncode == 2:
                expect(done.stderr.count("\n") == 1, f"{path}: {done.stderr}")
                refused += 1
                continue
            expect(done.returncode == 0, f"{path}: {done.returncode} {done.stderr}")
            compared, _, _ = check_cuts(file.name, model)
        same += 1
        cuts += compared
    if same + refused:
        print(f"{same} models of libonnx-testdata, {cuts} cuts; {refused} refused")
        expect(same > 110, "models of libonnx-testdata")


def check_dimensions(folder):
    path = f"{folder}/batch.onnx"
    subprocess.run([f"{HERE}/../utils/make-onnx", f"{HERE}/../data/lenet-5.json", path, "--dynamic-batch"],
                   check=True, timeout=60)
    one = run("--model", path).stdout
    expect("416520 MACs" in one, "a dynamic batch is 1")
    expect(run("--model", path, "--dim", "batch=1").stdout == one, "--dim batch=1")
    bad("batch 2 is not 1", "--model", path, "--dim", "batch=2")
    bad('dim "width" is not one of the model\'s dynamic axes: batch', "--model", path, "--dim", "width=2")
    for wrong in "batch", "batch=", "=1", "batch=x", "batch=1,batch=1", "batch=-1":
        bad("--dim has", "--model", path, "--dim", wrong)
    bad("is not an ONNX file", "--model", "vgg16", "--dim", "batch=1")
    bad("input: 32 is not allowed", "--model", path, "--input", "32")
    model = onnx.load(path, load_external_data=False)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "rows"
    onnx.save(model, path)
    bad("axis 2 (rows) is dynamic and its size is not given: --dim rows=N", "--model", path)
    expect(run("--model", path, "--dim", "rows=28").stdout == one, "--dim rows=28")


def check_errors(folder):
    path = f"{folder}/bad.onnx"
    good = f"{folder}/lenet-5.onnx"

    def changed(part, change, *arguments):
        model = onnx.load(good, load_external_data=False)
        change(model)
        with open(path, "wb") as stream:
            stream.write(model.SerializeToString())
        bad(part, "--model", path, *arguments)

    with open(good, "rb") as stream:
        data = stream.read()
    for end in range(0, len(data), 61):
        with open(path, "wb") as stream:
            stream.write(data[:end])
        bad("bad.onnx: ", "--model", path)
    bad("cannot read", "--model", f"{folder}/none.onnx")
    with open(path, "wb") as stream:
        stream.write(b'{"format": "noma-dnn/1"}')
    bad("not an ONNX file", "--model", path)

    def node(model, k=0):
        return model.graph.node[k]

    def turn(model):
        node(model).input[0] = model.graph.node[-1].output[0]

    def swap(model):
        first = onnx.NodeProto()
        first.CopyFrom(node(model))
        node(model).CopyFrom(node(model, 1))
        node(model, 1).CopyFrom(first)

    def dims(model, values, external=True):
        tensor = model.graph.initializer[0]
        tensor.dims[:] = values
        if not external:
            del tensor.external_data[:]
            tensor.data_location = onnx.TensorProto.DEFAULT

    def side(model, axis, value):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = value

    changed("the graph has a cycle or is not sorted", turn)
    changed("the graph has a cycle or is not sorted", swap)
    changed('operator "Convolve" is not one of ONNX', lambda m: setattr(node(m), "op_type", "Convolve"))
    changed('of "com.mine" is not one of ONNX', lambda m: setattr(node(m), "domain", "com.mine"))
    changed("operator set 99 is not one from 1 to", lambda m: setattr(m.opset_import[0], "version", 99))
    changed("operator set -1 is not one from 1 to", lambda m: setattr(m.opset_import[0], "version", -1))
    changed("the operator set is not given", lambda m: m.ClearField("opset_import"))
    changed("size -6 is not a size", lambda m: dims(m, [-6, 1, 5, 5]))
    changed("is not below 2^48", lambda m: dims(m, [1 << 40, 1 << 20, 5, 5]))
    changed("has 0 of 10000000000 values", lambda m: dims(m, [100000, 100000], external=False))
    changed("size -28 is not from 1 to", lambda m: side(m, 2, -28))
    changed("size 0 is not from 1 to", lambda m: side(m, 3, 0))
    changed("batch 4 is not 1", lambda m: side(m, 0, 4))
    changed("there is no graph", lambda m: m.ClearField("graph"))

    def number(name, value):
        return lambda m: [a for a in node(m).attribute if a.name == name][0].ints.__setitem__(0, value)

    changed("strides 0 is not from 1 to", number("strides", 0))
    changed("dilations -1 is not from 1 to", number("dilations", -1))
    changed("there is no graph", lambda m: m.graph.ClearField("node"))
    changed("is not defined", lambda m: node(m).input.__setitem__(0, "nothing"))
    changed("is not defined once", lambda m: node(m, 1).output.__setitem__(0, "input"))
    changed("is not computed", lambda m: setattr(m.graph.output[0], "name", "nothing"))
    changed("not a tensor with a shape", lambda m: m.graph.input[0].ClearField("type"))
    changed("ONNX: ", lambda m: node(m).ClearField("input"))
    changed("functions of the model's own", lambda m: m.functions.add())

    def integers(model):
        model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
        model.graph.input[0].type.tensor_type.shape.ClearField("dim")
        model.graph.input[0].type.tensor_type.shape.dim.add().dim_value = 1000000

    changed("1000000 integers along one axis are not at most", integers)
    check_windows(folder)
    # the values of weights are not needed, those of shapes are
    with open(f"{folder}/reshape.onnx", "wb") as stream:
        helper = onnx.helper
        shape = onnx.TensorProto(name="shape", data_type=7, dims=[2], data_location=1)
        shape.external_data.add(key="location", value="/etc/passwd")
        stream.write(helper.make_model(helper.make_graph(
            [helper.make_node("Reshape", ["x", "shape"], ["y"])], "g",
            [helper.make_tensor_value_info("x", 1, [1, 6])], [onnx.ValueInfoProto(name="y")], [shape]),
            opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    bad("xternal", "--model", f"{folder}/reshape.onnx")


def check_windows(folder):
    """Convolutions that leave kernel_shape out have it from their weights, of as many axes as the data."""
    helper = onnx.helper
    path = f"{folder}/window.onnx"

    def write(op, names, types, computed=False):
        for sides in [3, 3], [3, 3, 3], [3], []:
            nodes = [helper.make_node(op, names, ["y"])]
            if computed:
                nodes.insert(0, helper.make_node("Identity", ["v"], ["w"]))
            shapes = {"x": [1, 1, 5, 5], "w": [1, 1] + sides}
            inputs = [helper.make_tensor_value_info("v" if computed and name == "w" else name, kind,
                                                    shapes.get(name, []))
                      for name, kind in zip(names, types)]
            graph = helper.make_graph(nodes, "g", inputs, [onnx.ValueInfoProto(name="y")])
            with open(path, "wb") as stream:
                stream.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)])
                             .SerializeToString())
            if computed:
                bad("its kernel_shape is neither given nor known", "--model", path)
            elif len(sides) == 2:
                done = run("--model", path)
                expect(done.returncode == 0, f"{op}: {done}")
            elif op != "ConvTranspose":
                bad("kernel_shape has incorrect size", "--model", path)
            else:
                bad("its shape is not known", "--model", path)

    names = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
    write("QLinearConv", names, [2, 1, 2, 2, 1, 2, 1, 2])
    write("Conv", ["x", "w"], [1, 1])
    write("ConvInteger", ["x", "w"], [2, 2])
    write("ConvTranspose", ["x", "w"], [1, 1])
    write("Conv", ["x", "w"], [1, 1], computed=True)


def check_uncounted(folder):
    """What has no rule is named, and is no work."""
    helper = onnx.helper
    nodes = [helper.make_node("Det", ["x"], ["y"]),
             helper.make_node("Relu", ["y"], ["z"])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, [1, 20, 4, 4])],
                              [onnx.ValueInfoProto(name="z")])
    path = f"{folder}/det.onnx"
    with open(path, "wb") as stream:
        stream.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    done = run("--model", path)
    expect(done.returncode == 0 and done.stderr == "noma-profile: taken for no work: Det (1)\n"
           and "0 MACs, 20 FLOPs" in done.stdout, f"Det: {done}")


def check_shape_of_nothing(folder):
    """The shape of what has none, as the operators before contradict each other."""
    helper = onnx.helper
    nodes = [helper.make_node("Add", ["x", "c"], ["y"]), helper.make_node("Shape", ["y"], ["z"])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, [1, 3, 4, 4])],
                              [onnx.ValueInfoProto(name="z")],
                              [helper.make_tensor("c", 1, [2], [0.0, 0.0])])
    path = f"{folder}/shape.onnx"
    with open(path, "wb") as stream:
        stream.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    bad("ncompatible dimensions", "--model", path)


with tempfile.TemporaryDirectory() as work:
    with open(f"{work}/x.onnx", "wb") as empty:
        empty.write(b"")
    first = run("--model", f"{work}/x.onnx")
    if "reads no ONNX" in first.stderr:
        bad("this build reads no ONNX files", "--model", f"{work}/x.onnx")
        print("this build reads no ONNX files")
    else:
        try:
            import onnx
            import onnx.shape_inference
        except ImportError:
            print("noma-onnx-test: skipped, it needs python3-onnx")
            sys.exit(77)
        check_networks(work)
        check_data()
        check_dimensions(work)
        check_errors(work)
        check_uncounted(work)
        check_shape_of_nothing(work)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
