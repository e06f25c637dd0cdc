# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of learning environments share: where the programs are, and how an episode is played.
The first argument of the test that imports it is the folder of the programs."""

import json
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/python")
BIN = os.path.abspath(sys.argv.pop(1))
os.environ["NOMA_BIN"] = BIN

import numpy as np  # noqa: E402

from noma import spaces  # noqa: E402

SMALL = {"seconds": 0.4, "usersPerAp": 3, "rate": 6}


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


def equal(a, b):
    """Whether two observations are the same, names, kinds and all."""
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and np.array_equal(a[k], b[k]) for k in a
    )
