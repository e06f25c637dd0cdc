#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of learning environments in Python: the conventions of Gymnasium and PettingZoo, and episodes.
usage: noma-env-test.py BIN-FOLDER [TEST...]

The rules of Gymnasium's check_env and PettingZoo's parallel_api_test are checked as those projects
document them; neither has to be installed."""

import hashlib
import os
import unittest

from noma_env_play import SMALL, equal, play, scripted

import numpy as np

import noma
from noma import spaces

DECISIONS = ("grants", "powers", "weights", "cuts")


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

    def test_whatever_is_held_stays(self):
        """An array, a view of one, the dict or info: what is still held is never written over."""
        with noma.Env(**SMALL) as env, noma.VectorEnv(2, batch_size=1, **SMALL) as many:
            env.reset(seed=2)
            many.async_reset(seed=2)
            name = max(env.layout.observations, key=lambda field: field.size).name
            holds = [lambda o, i: o, lambda o, i: o[name], lambda o, i: o[name][..., :1], lambda o, i: i["rewards"]]
            now = [lambda x: x[name], lambda x: x, lambda x: x, lambda x: x]
            held = []
            for step in range(80):
                observation, _, a, b, info = env.step(env.action_space.sample())
                if a or b:
                    env.reset()
                batch, *_, batch_info = many.recv()
                many.send([many.single_action_space.sample()], batch_info["env_id"])
                kind = step % 7
                if kind < 4:
                    for o, i in ((observation, info), (batch, batch_info)):
                        x = holds[kind](o, i)
                        held.append((kind, x, now[kind](x).copy()))
            for kind, x, then in held:
                self.assertTrue(equal({"": now[kind](x)}, {"": then}), kind)

    def test_what_nobody_holds_serves_again(self):
        with noma.Env(**SMALL) as env:
            rooms = noma.batch.Rooms(env.observes, 2, 3)
            seen = set()
            for _ in range(12):
                room = rooms.take()
                room.name()
                seen.add(id(room.observation["backlog"]))
                del room
            self.assertEqual(len(seen), 3)
            room = rooms.take()
            self.assertEqual(sum(rooms.take() is room for _ in range(6)), 0)

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

    def test_whoever_is_first(self):
        """Each environment sees what it sees alone, in whatever order they are ready."""
        for batch_size in (1, 2, 3):
            ones = [noma.Env(seed=5 + k, **SMALL) for k in range(3)]
            act = scripted(ones[0])
            steps = [0] * 3
            resets = 0
            with noma.VectorEnv(3, seed=5, batch_size=batch_size, spread=True, **SMALL) as many:
                for goal in (60, 120):  # the second begins while some still compute
                    over = [None] * 3  # None: its first observation is to come
                    many.async_reset(seed=5)
                    while min(steps) < goal:  # nobody is left out, however fast the others are
                        self.assertLess(sum(steps), 100000)
                        observations, rewards, terminated, truncated, info = many.recv()
                        self.assertIn(observations, many.observation_space)
                        self.assertEqual(len(set(info["env_id"])), batch_size)
                        if batch_size == 3:
                            self.assertEqual(info["env_id"].tolist(), [0, 1, 2])
                        for row, k in enumerate(info["env_id"]):
                            if over[k] is None or over[k]:
                                resets += over[k] is not None
                                seed = 5 + k if over[k] is None else None
                                (single, _), reward, over[k] = ones[k].reset(seed=seed), 0.0, False
                            else:
                                single, reward, a, b, _ = ones[k].step(act(None, 3 * steps[k] + k))
                                over[k] = a or b
                            own = {name: value[row] for name, value in observations.items()}
                            self.assertTrue(equal(own, single), (k, steps))
                            self.assertEqual(rewards[row], reward)
                            self.assertEqual(bool(terminated[row] or truncated[row]), over[k])
                            steps[k] += 1
                        which = info["env_id"]
                        many.send([act(None, 3 * steps[k] + k) for k in which], which)
            self.assertGreaterEqual(resets, 2)
            for env in ones:
                env.close()

    def test_one_processor_each(self):
        allowed = sorted(os.sched_getaffinity(0))
        with noma.VectorEnv(3, spread=True, **SMALL) as env:
            for k, one in enumerate(env.envs):
                bound = os.sched_getaffinity(one.simulator.process.pid)
                self.assertEqual(bound, {allowed[k % len(allowed)]})
                self.assertEqual(os.getpriority(os.PRIO_PROCESS, one.simulator.process.pid), 19)
        self.assertEqual(sorted(os.sched_getaffinity(0)), allowed)

    def test_refusals_of_halves(self):
        right = np.zeros(6, np.int64)
        for batch_size in (0, 3):
            with self.assertRaisesRegex(ValueError, f"batch_size is {batch_size}, allowed: 1 to 2"):
                noma.VectorEnv(2, batch_size=batch_size)
        with noma.VectorEnv(2, batch_size=1, **SMALL) as env:
            with self.assertRaisesRegex(noma.NomaError, "recv: 0 environments compute, needed: 1"):
                env.recv()
            env.async_reset(seed=1)
            with self.assertRaisesRegex(ValueError, r"env_id\[0\] is 1, allowed: environments that do not"):
                env.send([right], [1])
            with self.assertRaisesRegex(noma.NomaError, "step: batch_size is 1 of 2, call send"):
                env.step([right, right])
            with self.assertRaisesRegex(noma.NomaError, "reset: batch_size is 1 of 2, call async_reset"):
                env.reset()
            whose = [env.recv()[4]["env_id"][0] for _ in range(2)]
            self.assertEqual(sorted(whose), [0, 1])
            for bad, why in (([2], "0 to 1"), ([-1], "0 to 1"), ([0, 0], "that do not compute")):
                with self.assertRaisesRegex(ValueError, why):
                    env.send([right] * len(bad), bad)
            with self.assertRaisesRegex(ValueError, "actions has 1 entries, allowed: 2"):
                env.send([right], [0, 1])
            with self.assertRaisesRegex(ValueError, r"action\[0\] is 3, allowed: 0 to 2"):
                env.send([right, np.full(6, 3)], [0, 1])
            env.send([right, right], [1, 0])
            self.assertEqual(sorted(env.recv()[4]["env_id"][0] for _ in range(2)), [0, 1])
        with noma.VectorEnv(2, **SMALL) as env:
            env.async_reset(seed=1)
            with self.assertRaisesRegex(noma.NomaError, "step: environments compute already"):
                env.step([right, right])

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

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "the address sanitizer holds back what is freed")
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


if __name__ == "__main__":
    unittest.main()
