#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the Python package, against the programs of a build.  usage: noma-python-test.py BIN-FOLDER"""

import ast
import math
import os
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/python")
BIN = os.path.abspath(sys.argv.pop(1))
os.environ["NOMA_BIN"] = BIN

import noma  # noqa: E402

VECTORS = f"{TOP}/test/reference/vectors"


class Programs(unittest.TestCase):
    def test_found_where_the_environment_says(self):
        self.assertEqual(noma.find("noma-solve"), f"{BIN}/noma-solve")

    def test_missing_program_is_named(self):
        with self.assertRaisesRegex(noma.NomaError, "noma-nothing"):
            noma.find("noma-nothing")
        with self.assertRaisesRegex(noma.NomaError, "/nowhere/noma-solve"):
            noma.find("/nowhere/noma-solve")

    def test_refusal_is_the_programs_own_line(self):
        with self.assertRaises(noma.NomaError) as caught:
            noma.call("noma-link", ["--direction=sideways", "--snrDb=20", "--rate=1"])
        self.assertEqual(caught.exception.status, 2)
        self.assertIn("sideways", str(caught.exception))


class Tables(unittest.TestCase):
    def test_kinds_and_rows(self):
        table = noma.Table.from_csv("n,x,name\n1,0.5,a\n2,1e3,b\n")
        self.assertEqual([str(table[c].dtype.kind) for c in table], ["i", "f", "U"])
        self.assertEqual(table.rows()[1], {"n": 2, "x": 1000.0, "name": "b"})
        self.assertEqual(len(table), 2)
        self.assertEqual(table.where(name="b")["x"].tolist(), [1000.0])
        with self.assertRaises(KeyError):
            table.where(nothing=1)

    def test_ragged_is_refused(self):
        with self.assertRaisesRegex(ValueError, "line 3: 1 fields under 2"):
            noma.Table.from_csv("a,b\n1,2\n3\n")

    def test_only_the_csv_at_the_end(self):
        from noma.runs import last_csv

        self.assertEqual(last_csv("hello, world\nand so on\na,b\n1,2\n"), "a,b\n1,2")


class Runs(unittest.TestCase):
    def test_link_equals_the_programs_output(self):
        options = {"direction": "up", "snrDb": [20, 10], "rate": [1, 1], "blocks": 2000, "seed": 3}
        table = noma.run("noma-link", **options)
        text = noma.call("noma-link", ["--direction=up", "--snrDb=20,10", "--rate=1,1",
                                       "--blocks=2000", "--seed=3"])
        last = text.strip().split("\n")[-1].split(",")
        names = list(table)
        self.assertEqual(float(last[names.index("outage")]), table["outage"][-1])
        self.assertTrue((table["outage"] >= 0).all() and (table["outage"] <= 1).all())

    def test_unknown_option_is_refused(self):
        with self.assertRaises(noma.NomaError):
            noma.run("noma-link", direction="up", snrDb=[20, 10], rate=[1, 1], nonsense=1)
        with self.assertRaisesRegex(noma.NomaError, "noma-split-inference: .*--nonsense=1"):
            noma.run("noma-split-inference", nonsense=1)
        with self.assertRaisesRegex(noma.NomaError, "noma-environment: .*--nonsense=1"):
            noma.Env("noma-environment", nonsense=1)

    def test_campaign_has_a_row_per_run(self):
        grid = {"usersPerAp": [1, 2], "allocators": "neurosurgeon", "aps": 1, "models": "nin-cifar10"}
        table = noma.campaign("noma-split-inference", seeds="1-2", **grid)
        self.assertEqual(list(zip(table["usersPerAp"], table["RngRun"])), [(1, 1), (1, 2), (2, 1), (2, 2)])
        one = noma.run("noma-split-inference", RngRun=2, **dict(grid, usersPerAp=2))
        self.assertEqual(one["delayMean"][0], table["delayMean"][3])

    def test_campaign_resumes_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            grid = {"allocators": "device-only", "aps": 1, "usersPerAp": 1, "models": "nin-cifar10"}
            path = f"{folder}/runs.csv"
            noma.campaign("noma-split-inference", seeds="1", out=path, **grid)
            table = noma.campaign("noma-split-inference", seeds="1-2", out=path, **grid)
            self.assertEqual(table["RngRun"].tolist(), [1, 2])


class Problems(unittest.TestCase):
    def test_solve_and_evaluate_agree(self):
        instance = noma.read(f"{VECTORS}/00.instance.json")
        answer = noma.solve(instance, "ecc-noma", seed=2)
        again = noma.evaluate(instance, answer)
        self.assertTrue(math.isclose(answer["gamma"], again["gamma"], rel_tol=1e-12))
        device = noma.solve(instance, "device-only")
        self.assertLessEqual(answer["gamma"], device["gamma"])

    def test_vectors_through_python(self):
        for k in range(3):
            instance = noma.read(f"{VECTORS}/{k:02}.instance.json")
            decision = noma.read(f"{VECTORS}/{k:02}.decision.json")
            expected = noma.read(f"{VECTORS}/{k:02}.expected.json")
            got = noma.evaluate(instance, decision)["gamma"]
            self.assertTrue(math.isclose(got, expected["gamma"], rel_tol=1e-9))

    def test_wrong_field_is_named(self):
        instance = noma.read(f"{VECTORS}/00.instance.json")
        instance["subchannels"] = -1
        with self.assertRaisesRegex(noma.NomaError, "subchannels"):
            noma.solve(instance, "ecc-noma")
        with self.assertRaisesRegex(noma.NomaError, "no-such"):
            noma.solve(noma.read(f"{VECTORS}/00.instance.json"), "no-such")

    def test_write_refuses_to_replace_and_leaves_no_half(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/x.json"
            noma.write({"a": 1}, path)
            with self.assertRaises(FileExistsError):
                noma.write({"a": 2}, path)
            with self.assertRaises(ValueError):
                noma.write({"a": float("nan")}, f"{folder}/y.json")
            self.assertEqual(os.listdir(folder), ["x.json"])
            self.assertEqual(noma.read(path), {"a": 1})

    def test_profile_counts(self):
        table = noma.profile("nin-cifar10")
        self.assertEqual(table["macs"], sum(v["macs"] for v in table["vertices"]))
        self.assertEqual(table["params"], 966986)


class Imports(unittest.TestCase):
    def test_standard_library_and_numpy_only_but_for_ppo(self):
        package = f"{TOP}/python/noma"
        for name in sorted(os.listdir(package)):
            if not name.endswith(".py"):
                continue
            with open(f"{package}/{name}", encoding="utf-8") as stream:
                tree = ast.parse(stream.read())
            for node in tree.body:  # at import; a function may ask for more and say so
                roots = []
                if isinstance(node, ast.Import):
                    roots = [alias.name.split(".")[0] for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    roots = [node.module.split(".")[0]]
                known = {"numpy", "torch"} if name == "ppo.py" else {"numpy"}
                for root in roots:
                    self.assertTrue(root in known or root in sys.stdlib_module_names,
                                    f"{name}: import {root}")
                if isinstance(node, ast.ImportFrom) and node.level == 1:
                    self.assertNotEqual(node.module, "ppo", f"{name}: needs PyTorch")


if __name__ == "__main__":
    unittest.main()
