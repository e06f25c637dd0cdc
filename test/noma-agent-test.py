#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the agents in Python: Smith's rule, and policies that learn.
usage: noma-agent-test.py BIN-FOLDER [TEST...]"""

import importlib.util
import os
import subprocess
import tempfile
import types
import unittest

from noma_env_play import TOP, play

import numpy as np

import noma
from noma import agents, learning


class Smith(unittest.TestCase):
    def test_smith_in_python_is_smith_in_the_simulator(self):
        scenes = (
            {"usersPerAp": 6, "rate": 4, "seconds": 0.7},
            {"aps": 2, "usersPerAp": 4, "subchannels": 3, "maxSuperposed": 3, "rate": 6, "seconds": 0.4},
            {"allocator": "ecc-noma", "delayWeight": 0.3, "rate": 3, "seconds": 0.5},
        )
        for scene in scenes:
            with tempfile.TemporaryDirectory() as folder:
                mine, theirs = f"{folder}/mine.csv", f"{folder}/theirs.csv"
                with noma.Env(blocks=mine, **scene) as env:
                    smith = noma.Smith(env)
                    total, steps, _ = play(env, 0, lambda o, _, smith=smith: smith(o))
                table = noma.run("noma-environment", local=True, blocks=theirs, **scene)
                with open(mine, "rb") as a, open(theirs, "rb") as b:
                    first, second = a.read(), b.read()
                self.assertGreater(first.count(b"\n"), 50)
                self.assertIn(b",down,", first)
                self.assertEqual(first, second)
                self.assertEqual(table["steps"][0], steps)
                self.assertAlmostEqual(table["cost"][0], -total, 9)

    def test_logarithm(self):
        for x in np.concatenate([10.0 ** np.linspace(-20, 12, 400), [0.0, 0.409, 0.411, 1.0]]):
            self.assertAlmostEqual(agents.log1p(float(x)), np.log1p(x), delta=4e-16 * np.log1p(x))


class Proximal(unittest.TestCase):
    def setUp(self):
        try:
            from noma import ppo
        except ImportError:
            self.skipTest("needs PyTorch, on Debian python3-torch")
        self.ppo, self.torch = ppo, ppo.torch

    def picker(self):
        """A policy without an environment, and weights that are not those of the beginning."""
        constants = {name: np.ones(2) for name in ("subchannel_hz", "noise_w", "ap_power_w")}
        constants |= {"slot_seconds": 1.0, "max_superposed": 2}
        picker = self.ppo.NeuralPicker(types.SimpleNamespace(constants=constants), seed=3, hidden=5)
        with self.torch.no_grad():
            for parameter in picker.networks.parameters():
                parameter += 0.3 * self.torch.randn(parameter.shape, dtype=parameter.dtype)
        picker.refresh()
        return picker

    def test_probabilities_are_those_played_with(self):
        picker, rng = self.picker(), np.random.default_rng(1)
        steps, expected = [], []
        for counts in ((3, 1), (4,), (2, 2, 5)):
            picker._drawn, logarithm = [], 0.0
            for row, count in enumerate(counts):
                x = rng.normal(size=(count, len(learning.FEATURES)))
                chosen, _ = picker._draw(x, min(row, 1), rng)
                with self.torch.no_grad():
                    score = picker.networks[min(row, 1)](self.torch.from_numpy(x))[:, 0].numpy()
                score = np.append(score, 0.0)
                logarithm += score[chosen] - np.log(np.exp(score).sum())
            steps.append(picker._drawn)
            expected.append(logarithm)
        got = self.ppo.Draws(steps).logarithms(picker.networks).detach().numpy()
        self.assertTrue(np.allclose(got, expected, rtol=1e-12))

    def test_clipping(self):
        t = self.torch.tensor
        for ratio, advantage, value in ((1.5, 2.0, 2.4), (1.1, 2.0, 2.2), (0.5, 2.0, 1.0),
                                        (1.5, -2.0, -3.0), (0.5, -2.0, -1.6)):
            got = self.ppo.clipped(t([ratio]), t([advantage]), 0.2)
            self.assertAlmostEqual(float(got), value, 6)

    def test_what_paid_becomes_likelier(self):
        picker, rng = self.picker(), np.random.default_rng(2)
        x = rng.normal(size=(3, len(learning.FEATURES)))
        slots = np.arange(1)
        episodes = [(slots, np.array([1.0 if k == 2 else 0.0]), [[(x, 0, k)]]) for k in range(4)]
        draws = self.ppo.Draws([step for _, _, (step,) in episodes])
        before = np.exp(draws.logarithms(picker.networks).detach().numpy())
        adam = self.torch.optim.Adam(picker.networks.parameters(), lr=0.01)
        self.ppo.improve(picker, adam, [episodes], 0.9)
        after = np.exp(draws.logarithms(picker.networks).detach().numpy())
        self.assertAlmostEqual(before.sum(), 1, 12)
        self.assertGreater(after[2], before[2])
        self.assertLess(after[2] / before[2], 1.2 * 1.2)  # clipped, so one batch moves it little


class Learning(unittest.TestCase):
    def test_gradient_of_a_draw(self):
        picker = learning.Picker.__new__(learning.Picker)
        rng = np.random.default_rng(3)
        picker.weights = rng.normal(size=(2, len(learning.FEATURES)))
        x = rng.normal(size=(5, len(learning.FEATURES)))

        def logarithm(weights, chosen):
            score = np.append(x @ weights, 0.0)
            return score[chosen] - np.log(np.exp(score).sum())

        seen = set()
        for _ in range(100):
            chosen, gradient = picker._draw(x, 1, rng)
            seen.add(chosen)
            for k in range(len(learning.FEATURES)):
                step = np.zeros(len(learning.FEATURES))
                step[k] = 1e-6
                up = logarithm(picker.weights[1] + step, chosen)
                down = logarithm(picker.weights[1] - step, chosen)
                self.assertAlmostEqual(gradient[k], (up - down) / 2e-6, 7)
        self.assertGreater(len(seen), 3)
        self.assertEqual(picker._draw(x, 1, None)[0], int(np.append(x @ picker.weights[1], 0).argmax()))

    def test_rates_together(self):
        snr = 10.0 ** np.linspace(-1, 4, 11)
        for first in (0.5, 20.0, 900.0):
            kept, left = learning.Picker._together(0, snr, first)
            both = np.exp(kept) * np.log1p(snr) + np.exp(left) * np.log1p(first)
            self.assertTrue(np.allclose(both, np.log1p(snr + first), rtol=1e-12))  # of the uplink
            kept, left = learning.Picker._together(1, snr, first)
            self.assertTrue((kept < 0).all() and (left < 0).all())
            both = np.exp(kept) * np.log1p(snr) + np.exp(left) * np.log1p(first)
            self.assertTrue((both <= np.log1p(np.maximum(snr, first)) * (1 + 1e-12)).all())

    def test_returns_and_baseline(self):
        slots, rewards = np.array([3, 4, 8]), np.array([-1.0, -2.0, -4.0])
        expected = [-1 - 0.5 * 2 - 0.5**5 * 4, -2 - 0.5**4 * 4, -4]
        self.assertTrue(np.allclose(learning.to_go(slots, rewards, 0.5), expected, rtol=1e-15))
        same = (slots, rewards, np.ones((3, 2, 2)))
        self.assertTrue(np.array_equal(learning.gradient([same, same], 0.9), np.zeros((2, 2))))
        better = (slots, rewards / 2, np.full((3, 2, 2), 3.0))
        self.assertTrue((learning.gradient([same, better], 0.9) > 0).all())

    def test_what_is_picked_is_allowed(self):
        with noma.Env(aps=2, usersPerAp=4, subchannels=2, rate=8, seconds=0.3) as env:
            picker = learning.Picker(env, np.random.default_rng(2).normal(size=(2, 8)))
            episodes = []
            for _ in range(2):
                rng = np.random.default_rng(5)
                episodes.append(learning.rollouts([env], picker, [3], [rng])[0])
            for a, b in zip(*episodes):
                self.assertTrue(np.array_equal(a, b))
            observation, info = env.reset(seed=3)
            for _ in range(20):
                action, _ = picker.act(observation, rng)
                self.assertIn(action, env.action_space)
                observation, _, _, _, info = env.step(action)
            self.assertEqual((info["refused"], info["idle"]), (0, 0))
            self.assertGreater(info["completed"] + info["open"], 4)

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "matplotlib is not installed")
    def test_script(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [f"{TOP}/utils/train-agent", f"--out={folder}/agent", "--iterations=1", "--unseen=2"],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(f"{folder}/agent/seeds.csv", encoding="utf-8") as stream:
                table = noma.Table.from_csv(stream.read())
            self.assertEqual(len(table), 2)
            self.assertTrue((table["random"] > table["Smith"]).all())
            self.assertGreater(os.path.getsize(f"{folder}/agent/curve.png"), 5000)


if __name__ == "__main__":
    unittest.main()
