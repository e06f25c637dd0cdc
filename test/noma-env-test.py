#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of learning environments in Python.  usage: noma-env-test.py BIN-FOLDER [TEST...]

The rules of Gymnasium's check_env and PettingZoo's parallel_api_test are checked as those projects
document them; neither has to be installed."""

import hashlib
import importlib.util
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import types
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/python")
BIN = os.path.abspath(sys.argv.pop(1))
os.environ["NOMA_BIN"] = BIN

import numpy as np  # noqa: E402

import noma  # noqa: E402
from noma import agents, learning, protocol, spaces  # noqa: E402

SMALL = {"seconds": 0.4, "usersPerAp": 3, "rate": 6}
DECISIONS = ("grants", "powers", "weights", "cuts")
PATIENCE = 20  # seconds that a loaded machine may take; what is documented is 2


def play(env, seed, act, digest=None):
    """Plays an episode; returns the sum of rewards and the last step."""
    observation, info = env.reset(seed=seed)
    total, steps, last = 0.0, 0, None
    while True:
        if digest is not None:
            for name in sorted(observation):
                digest.update(observation[name].tobytes())
            digest.update(json.dumps({k: v for k, v in info.items() if k != "rewards"}).encode())
            digest.update(info["rewards"].tobytes())
        if last is not None and (last[2] or last[3]):
            return total, steps, last
        last = env.step(act(observation, steps))
        observation, reward, _, _, info = last
        total += reward
        steps += 1


def scripted(env):
    """An agent whose actions depend on the number of the step only."""
    space = env.action_space

    def act(_, step):
        rng = np.random.default_rng(step)
        if isinstance(space, spaces.MultiDiscrete):
            return rng.integers(space.nvec)
        return rng.uniform(space.low, space.high)

    return act


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def equal(a, b):
    """Whether two observations are the same, names, kinds and all."""
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and np.array_equal(a[k], b[k]) for k in a
    )


class Spaces(unittest.TestCase):
    ALL = (
        spaces.Box(0.0, 1.0, (3,), np.float64),
        spaces.Box(0.0, np.inf, (2, 2), np.float64),
        spaces.Box(-np.inf, np.inf, (4,), np.float64),
        spaces.Box(-1, 4, (50,), np.int64),
        spaces.Discrete(5),
        spaces.MultiDiscrete([3, 1, 4]),
        spaces.Dict({"a": spaces.Box(0.0, 1.0, (2,), np.float64), "b": spaces.Discrete(3)}),
    )

    def test_samples_are_inside_and_seeds_repeat_them(self):
        for space in self.ALL:
            space.seed(7)
            first = [space.sample() for _ in range(50)]
            space.seed(7)
            again = [space.sample() for _ in range(50)]
            for a, b in zip(first, again):
                self.assertIn(a, space)
                self.assertEqual(repr(a), repr(b))
            self.assertGreater(len({repr(a) for a in first}), 1)

    def test_what_is_outside(self):
        box, whole = self.ALL[0], self.ALL[3]
        self.assertNotIn(np.array([0.5, 0.5, 1.5]), box)
        self.assertNotIn(np.array([0.5, 0.5, np.nan]), box)
        self.assertNotIn(np.array([0.5, 0.5]), box)
        self.assertNotIn(np.zeros(50), whole)
        self.assertNotIn(np.full(50, 5), whole)
        self.assertIn(np.full(50, 4), whole)
        self.assertNotIn(5, self.ALL[4])
        self.assertNotIn(np.array([2, 1, 3]), self.ALL[5])
        self.assertIn(np.array([2, 0, 3]), self.ALL[5])
        self.assertNotIn({"a": np.zeros(2)}, self.ALL[6])

    def test_bounds_are_reached(self):
        whole = self.ALL[3]
        whole.seed(1)
        drawn = np.concatenate([whole.sample() for _ in range(20)])
        self.assertEqual(set(drawn.tolist()), {-1, 0, 1, 2, 3, 4})

    def test_equality(self):
        for k, a in enumerate(self.ALL):
            for j, b in enumerate(self.ALL):
                self.assertEqual(a == b, k == j, (a, b))


class Gymnasium(unittest.TestCase):
    """What check_env() of Gymnasium checks, and what its documentation says of step and reset."""

    def test_reset(self):
        for decide in DECISIONS:
            with noma.Env(decide=decide, **SMALL) as env:
                result = env.reset(seed=123)
                self.assertIsInstance(result, tuple)
                observation, info = result
                self.assertIn(observation, env.observation_space)
                self.assertIsInstance(info, dict)
                random = env.np_random.random()
                again, _ = env.reset(seed=123)
                self.assertTrue(equal(observation, again), decide)
                self.assertEqual(random, env.np_random.random())
                other, _ = env.reset(seed=456)
                self.assertFalse(equal(observation, other), decide)
                env.reset(options={})
                follows, _ = env.reset()  # no seed: another episode of the same seed
                self.assertFalse(equal(other, follows), decide)

    def test_step(self):
        for decide in DECISIONS:
            with noma.Env(decide=decide, **SMALL) as env:
                env.action_space.seed(1)
                env.reset(seed=1)
                over = False
                while not over:
                    result = env.step(env.action_space.sample())
                    self.assertEqual(len(result), 5)
                    observation, reward, terminated, truncated, info = result
                    self.assertIn(observation, env.observation_space)
                    self.assertIs(type(reward), float)
                    self.assertTrue(np.isfinite(reward))
                    self.assertLessEqual(reward, 0.0)
                    self.assertIs(type(terminated), bool)
                    self.assertIs(type(truncated), bool)
                    self.assertIsInstance(info, dict)
                    self.assertAlmostEqual(info["rewards"].sum(), reward, 12)
                    over = terminated or truncated
                self.assertTrue(truncated)
                self.assertAlmostEqual(info["time"], SMALL["seconds"], 9)
                with self.assertRaisesRegex(noma.NomaError, "over, call reset"):
                    env.step(env.action_space.sample())

    def test_steps_are_deterministic(self):
        for decide in DECISIONS:
            digests = []
            for _ in range(2):
                with noma.Env(decide=decide, **SMALL) as env:
                    digest = hashlib.sha256()
                    play(env, 9, scripted(env), digest)
                    digests.append(digest.hexdigest())
            self.assertEqual(*digests, decide)

    def test_observations_are_ones_own(self):
        with noma.Env(**SMALL) as env:
            first, _ = env.reset(seed=2)
            kept = {name: value.copy() for name, value in first.items()}
            second = env.step(env.action_space.sample())[0]
            self.assertTrue(equal(first, kept))
            for name, value in second.items():
                self.assertFalse(np.shares_memory(value, first[name]))
                value[...] = 0  # may be written to

    def test_actions_outside_are_refused_and_do_no_harm(self):
        with noma.Env(**SMALL) as env:
            with self.assertRaisesRegex(noma.NomaError, "has not begun, call reset"):
                env.step(np.zeros(6, np.int64))
            env.reset(seed=1)
            for bad, why in (
                (np.zeros(5, np.int64), "action has 5 entries, allowed: 6"),
                (np.full(6, 3), r"action\[0\] is 3, allowed: 0 to 2"),
                (np.full(6, -1), r"action\[0\] is -1"),
                (np.zeros(6), "action is float64, allowed: whole numbers"),
            ):
                with self.assertRaisesRegex(ValueError, why):
                    env.step(bad)
            env.step(np.zeros(6, np.int64))
        with noma.Env(decide="weights", **SMALL) as env:
            env.reset(seed=1)
            for x in (-0.1, 10.1, np.nan, np.inf):
                with self.assertRaisesRegex(ValueError, r"action\[1\] is"):
                    env.step(np.array([1.0, x, 1.0]))
            env.step([0, 1, 10])

    def test_constructor_reset_and_render(self):
        with self.assertRaisesRegex(ValueError, "decide is 'nothing', allowed: cuts, grants"):
            noma.Env(decide="nothing")
        with self.assertRaisesRegex(ValueError, "render_mode is 'human'"):
            noma.Env(render_mode="human")
        with self.assertRaisesRegex(ValueError, "seed is -1"):
            noma.Env(seed=-1)
        with noma.Env(render_mode="ansi", **SMALL) as env:
            self.assertIs(env.unwrapped, env)
            self.assertIn(env.render_mode, env.metadata["render_modes"])
            for seed in (-1, 2**32, 1.5, True):
                with self.assertRaisesRegex(ValueError, "seed is"):
                    env.reset(seed=seed)
            with self.assertRaisesRegex(ValueError, "options has 'speed', allowed: run"):
                env.reset(options={"speed": 1})
            with self.assertRaisesRegex(ValueError, "run is 0"):
                env.reset(options={"run": 0})
            env.reset(seed=3)
            self.assertIn("user 2 at 0", env.render())
        env.close()
        with self.assertRaisesRegex(noma.NomaError, "closed"):
            env.reset()

    def test_spaces_describe_the_scenario(self):
        with noma.Env(aps=2, usersPerAp=3, subchannels=4) as env:
            self.assertEqual(env.observation_space["gain"].shape, (2, 2, 4, 6))
            self.assertEqual(env.observation_space["backlog"].shape, (2, 6))
            self.assertEqual(env.action_space.nvec.tolist(), [5] * 12)
            self.assertAlmostEqual(env.constants["slot_seconds"], 0.01)
            self.assertEqual(env.constants["max_superposed"], 2)
        with noma.Env(decide="cuts", model="nin-cifar10") as env:
            self.assertEqual(set(env.action_space.nvec.tolist()), {env.constants["cuts"].shape[1]})
            whole = env.constants["cuts"][0].sum(axis=1)
            self.assertTrue((whole > 0).all())


class Parallel(unittest.TestCase):
    """What PettingZoo's parallel_api_test checks."""

    SCENE = dict(SMALL, aps=2)

    def test_api(self):
        for kind, count in (("ap", 2), ("user", 6)):
            for decide in DECISIONS:
                env = noma.ParallelEnv(decide=decide, agents=kind, **self.SCENE)
                self.assertEqual(env.max_num_agents, count)
                for agent in env.possible_agents:
                    self.assertIs(env.observation_space(agent), env.observation_space(agent))
                    self.assertIs(env.action_space(agent), env.action_space(agent))
                    env.action_space(agent).seed(5)
                for _ in range(2):
                    observations, infos = env.reset(seed=1)
                    self.assertEqual(env.agents, env.possible_agents)
                    self.assertEqual(set(infos), set(env.agents))
                    while env.agents:
                        before = set(env.agents)
                        self.assertEqual(set(observations), before)
                        for agent in env.agents:
                            self.assertIn(observations[agent], env.observation_space(agent))
                        step = env.step({a: env.action_space(a).sample() for a in env.agents})
                        observations, rewards, terminated, truncated, infos = step
                        for part in step:
                            self.assertEqual(set(part), before)
                        self.assertTrue(all(type(r) is float for r in rewards.values()))
                        left = {a for a in before if not (terminated[a] or truncated[a])}
                        self.assertEqual(set(env.agents), left)
                env.close()

    def test_together_they_are_the_environment(self):
        for kind in ("ap", "user"):
            one = noma.Env(**self.SCENE)
            many = noma.ParallelEnv(agents=kind, **self.SCENE)
            a, _ = one.reset(seed=4)
            parts, _ = many.reset(seed=4)
            users = one.num_users
            act = scripted(one)
            for step in range(15):
                joint = act(None, step)
                if kind == "user":
                    own = {f"user_{i}": joint[[i, users + i]] for i in range(users)}
                    self.assertEqual(parts["user_2"]["gain"].shape, (2, 2, 2))
                    self.assertTrue(np.array_equal(parts["user_2"]["gain"], a["gain"][..., 2]))
                else:
                    own = {"ap_0": joint, "ap_1": joint}
                    shown = sum(parts[f"ap_{n}"]["backlog"] for n in range(2))
                    self.assertTrue(np.array_equal(shown, a["backlog"]))
                    self.assertTrue((parts["ap_1"]["ap"][a["ap"] == 0] == -1).all())
                a, reward, *_ = one.step(joint)
                parts, rewards, *_ = many.step(own)
                self.assertAlmostEqual(sum(rewards.values()), reward, 12)
                self.assertTrue(equal(a, many.state()))
            one.close()
            many.close()

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "agents is 'cell'"):
            noma.ParallelEnv(agents="cell")
        env = noma.ParallelEnv(agents="user", **self.SCENE)
        env.reset(seed=1)
        with self.assertRaisesRegex(ValueError, "actions has nothing of 'user_0'"):
            env.step({})
        env.close()


class Vector(unittest.TestCase):
    def test_as_single_ones(self):
        with noma.VectorEnv(2, seed=5, **SMALL) as many:
            ones = [noma.Env(seed=5 + k, **SMALL) for k in range(2)]
            observations, _ = many.reset()
            self.assertIn(observations, many.observation_space)
            single = [env.reset()[0] for env in ones]
            act = scripted(ones[0])
            over = [False, False]
            resets = 0
            for step in range(120):
                for k in range(2):
                    own = {name: value[k] for name, value in observations.items()}
                    self.assertTrue(equal(own, single[k]), (step, k))
                actions = np.stack([act(None, 2 * step + k) for k in range(2)])
                self.assertIn(actions, many.action_space)
                observations, rewards, terminated, truncated, _ = many.step(actions)
                for k, env in enumerate(ones):
                    if over[k]:  # the next step begins an episode
                        single[k], reward, over[k] = env.reset()[0], 0.0, False
                        resets += 1
                    else:
                        single[k], reward, a, b, _ = env.step(actions[k])
                        over[k] = a or b
                    self.assertEqual(rewards[k], reward)
                    self.assertEqual(bool(terminated[k] or truncated[k]), over[k])
            self.assertGreaterEqual(resets, 2)
            for env in ones:
                env.close()

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "n is 0"):
            noma.VectorEnv(0)
        with noma.VectorEnv(2, **SMALL) as env:
            with self.assertRaisesRegex(ValueError, "seed has 3 entries"):
                env.reset(seed=[1, 2, 3])
            env.reset(seed=1)
            with self.assertRaisesRegex(ValueError, "actions has 1 entries"):
                env.step([np.zeros(6, np.int64)])

    def test_nothing_is_sent_if_one_action_is_wrong(self):
        right, wrong = np.zeros(6, np.int64), np.full(6, 3)
        with noma.VectorEnv(2, **SMALL) as env:
            env.reset(seed=1)
            first = env.step([right, right])
            env.reset(seed=[1, 2], options={"run": 1})
            with self.assertRaisesRegex(ValueError, r"action\[0\] is 3, allowed: 0 to 2"):
                env.step([right, wrong])
            again = env.step([right, right])
        self.assertTrue(equal(first[0], again[0]))


class Episodes(unittest.TestCase):
    def test_the_same_bytes_after_other_episodes(self):
        for decide in ("grants", "cuts"):
            digests = []
            with noma.Env(decide=decide, **SMALL) as env:
                for seed in (1, *range(50, 62), 1):
                    digest = hashlib.sha256()
                    play(env, seed, scripted(env), digest)
                    digests.append(digest.hexdigest())
                    if seed % 3 == 0:  # some are given up
                        env.reset(seed=seed)
                        env.step(scripted(env)(None, 0))
            self.assertEqual(digests[0], digests[-1], decide)
            self.assertEqual(len(set(digests)), len(digests) - 1)

    def test_memory_does_not_grow(self):
        with noma.Env(**dict(SMALL, seconds=0.05)) as env:
            sizes = []
            for k in range(300):
                env.reset(seed=k)
                env.step(scripted(env)(None, 0))
                if k in (99, 299):
                    with open(f"/proc/{env._simulator.process.pid}/statm", encoding="ascii") as stream:
                        sizes.append(int(stream.read().split()[1]))
        self.assertLess(sizes[1], 1.01 * sizes[0])

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

    def test_terminated_when_all_tasks_are_closed(self):
        with noma.Env(tasks=1, seconds=100, usersPerAp=3, rate=20) as env:
            smith = noma.Smith(env)
            total, _, last = play(env, 1, lambda o, _: smith(o))
            self.assertTrue(last[2])
            self.assertFalse(last[3])
            self.assertEqual(last[4]["completed"], 3)
            self.assertLess(total, -1)

    def test_nothing_happens_until_the_end(self):
        with noma.Env(rate=1e-6, seconds=0.05) as env:
            for _ in range(2):
                first, _ = env.reset(seed=1)
                observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
                self.assertTrue(truncated and not terminated)
                self.assertEqual(reward, 0.0)
                self.assertTrue(equal(first, observation))


@unittest.skipUnless(importlib.util.find_spec("torch"), "PyTorch is not installed")
class Proximal(unittest.TestCase):
    def setUp(self):
        from noma import ppo

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


class Faults(unittest.TestCase):
    def test_refused_options(self):
        with self.assertRaisesRegex(noma.NomaError, "--usersPerAp is '0', allowed") as caught:
            noma.Env(usersPerAp=0)
        self.assertEqual(caught.exception.status, 2)
        with self.assertRaises(noma.NomaError):
            noma.Env(noSuchOption=1)
        with self.assertRaisesRegex(noma.NomaError, "noma-nothing"):
            noma.Env("noma-nothing")

    def test_another_program(self):
        with self.assertRaises(noma.NomaError):  # speaks no protocol, and ends
            noma.Env("/bin/true")
        with self.assertRaisesRegex(noma.NomaError, "message: length|hello"):
            noma.Env(["/bin/echo", "what is this, no message at all"])
        with self.assertRaisesRegex(noma.NomaError, "no answer within 0.5 s"):
            noma.Env(["/bin/sleep", "30"], timeout=0.5)

    def test_killed_simulator(self):
        for signal_number in (signal.SIGKILL, signal.SIGTERM):
            env = noma.Env(**SMALL)
            env.reset(seed=1)
            process = env._simulator.process
            process.send_signal(signal_number)
            process.wait(PATIENCE)
            with self.assertRaisesRegex(noma.NomaError, f"ended .signal {signal_number}. and said nothing"):
                env.step(np.zeros(6, np.int64))
            with self.assertRaisesRegex(noma.NomaError, "closed"):
                env.reset()
            env.close()

    def test_killed_agent(self):
        code = (
            f"import sys, time; sys.path.insert(0, {TOP + '/python'!r})\n"
            "import noma\n"
            "env = noma.VectorEnv(2, usersPerAp=3, rate=6, seconds=1)\n"
            "env.reset(seed=1)\n"
            "print(*[e._simulator.process.pid for e in env.envs], flush=True)\n"
            "time.sleep(60)\n"
        )
        agent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        pids = [int(word) for word in agent.stdout.readline().split()]
        self.assertEqual([alive(pid) for pid in pids], [True, True])
        agent.kill()
        agent.wait()
        agent.stdout.close()
        end = time.monotonic() + PATIENCE
        while any(alive(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual([alive(pid) for pid in pids], [False, False])

    def test_forgotten_environments_end(self):
        env = noma.Env(**SMALL)
        pid = env._simulator.process.pid
        del env
        self.assertFalse(alive(pid))

    def raw(self, *messages, fd=False):
        """Says something to a simulator; returns exit status, last line of its errors, its answers."""
        words = [f"{BIN}/noma-environment", "--usersPerAp=3", "--rate=6"]
        data = b"".join(messages)
        if fd:
            mine, theirs = socket.socketpair()
            process = subprocess.Popen(
                [*words, f"--fd={theirs.fileno()}"],
                pass_fds=[theirs.fileno()],
                stderr=subprocess.PIPE,
            )
            theirs.close()
            mine.sendall(data)
            mine.shutdown(socket.SHUT_WR)
            out = b""
            while part := mine.recv(65536):
                out += part
            mine.close()
            errors = process.stderr.read()
            process.stderr.close()
            process.wait(PATIENCE)
        else:
            process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            out, errors = process.communicate(data, PATIENCE)
        answers = []
        while out:
            size = struct.unpack_from("<I", out)[0]
            answers.append(out[4 : 4 + size])
            out = out[4 + size :]
        return process.returncode, errors.decode().strip(), answers

    def test_malformed_messages(self):
        hello = struct.pack("<IBIHB", 8, protocol.HELLO, protocol.MAGIC, 1, 1)
        reset = struct.pack("<IBQQ", 17, protocol.RESET, 3, 1)
        act = struct.pack("<IBBI6i", 30, protocol.ACT, 0, 6, 0, 0, 0, 0, 0, 0)
        close = struct.pack("<IB", 1, protocol.CLOSE)
        for fd in (False, True):
            status, errors, answers = self.raw(hello, reset, act, act, close, fd=fd)
            self.assertEqual((status, errors), (0, ""))
            self.assertEqual([a[0] for a in answers], [1, 3, 3, 3])
        wrong = [
            ((reset,), "the first message is not hello"),
            ((struct.pack("<I", 2**31),), "message: length is 2147483648, allowed: 1 to 1048576"),
            ((struct.pack("<IBIHB", 8, 1, protocol.MAGIC, 2, 1),), "hello: version is 2, allowed: 1"),
            ((hello, act), "act: no episode waits for an action"),
            ((hello, reset, act[:4] + b"\x09"), "the agent is gone"),
            ((hello, reset, act[:-4] + struct.pack("<i", 3)), "act: entry 5 is 3, allowed: 0 to 2"),
            ((hello, struct.pack("<IBQQ", 17, 2, 2**32, 1)), "reset: seed is 4294967296"),
            ((hello, struct.pack("<IB3s", 4, 6, b"why")), "the agent failed: why"),
            ((hello, reset), "the agent is gone"),
        ]
        for messages, line in wrong:
            status, errors, answers = self.raw(*messages)
            self.assertEqual(status, 2, line)
            self.assertTrue(errors.startswith("noma-environment: "), errors)
            self.assertNotIn("\n", errors)
            self.assertIn(line, errors)
            self.assertEqual(answers[-1][0], protocol.ERROR)
            self.assertIn(line, answers[-1][1:].decode())
        nan = struct.pack("<IBBI3d", 30, protocol.ACT, 1, 3, 1.0, float("nan"), 1.0)
        weights = struct.pack("<IBIHB", 8, protocol.HELLO, protocol.MAGIC, 1, 3)
        self.assertIn("act: entry 1 is nan, allowed: 0 to 10", self.raw(weights, reset, nan)[1])

    def test_answers_are_not_believed(self):
        with noma.Env(**SMALL) as env:
            env._simulator.send(protocol.RESET, struct.pack("<QQ", 1, 1))
            body = env._simulator.receive(protocol.OBSERVE)
        name = struct.pack("<B4sBBddB", 4, b"name", 0, 255, 0, 1, 0)
        good = (
            struct.pack("<IHB", protocol.MAGIC, 1, 1)
            + struct.pack("<IBI2I", 1, 0, 2, 3, 3)
            + struct.pack("<H", 1) + name + struct.pack("<d", 0.5)
            + struct.pack("<HH", 0, 0)
        )
        layout = protocol.decode_hello(good, 1)
        self.assertEqual(float(layout.constants["name"]), 0.5)
        self.assertGreater(len(body), 100)
        rng = np.random.default_rng(1)
        for _ in range(3000):
            bad = bytearray(good)
            for _ in range(rng.integers(1, 4)):
                at = rng.integers(len(bad))
                if rng.random() < 0.3:
                    del bad[at:]
                    break
                bad[at] = rng.integers(256)
            try:
                layout = protocol.decode_hello(bytes(bad), 1)
                self.assertLessEqual(layout.action.count, len(good))
            except noma.NomaError as error:
                self.assertIn("hello: ", str(error))


if __name__ == "__main__":
    unittest.main()
