# SPDX-License-Identifier: GPL-2.0-only
"""Several environments at once, each with a process of its own."""

import numpy as np

from . import spaces
from .env import Env
from .programs import NomaError
from .protocol import decode_observes, encode_acts


def _batch(space, n):
    """The space of n values side by side."""
    if isinstance(space, spaces.Dict):
        return spaces.Dict({name: _batch(s, n) for name, s in space.spaces.items()})
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(np.tile(space.nvec, (n, 1)))
    low = np.broadcast_to(space.low, (n, *space.shape))
    high = np.broadcast_to(space.high, (n, *space.shape))
    return spaces.Box(low, high, (n, *space.shape), space.dtype)


class VectorEnv:
    """n environments that compute side by side, with the conventions of gymnasium.vector.

    A step sends all actions before it waits for any answer.  An environment whose episode has ended
    begins the next one at the following step: the action for it is ignored then, its reward is 0, and
    the observation is the first of the new episode (Gymnasium's AutoresetMode.NEXT_STEP).

    Args:
        n: number of environments.
        scenario, decide, timeout, parameters: as of :class:`noma.Env`.
        seed: environment i has seed + i; None draws one each.
    """

    metadata = {"autoreset_mode": "NextStep"}

    def __init__(self, n, scenario="noma-environment", decide="grants", seed=None, **parameters):
        if n < 1:
            raise ValueError(f"n is {n}, allowed: at least 1")
        self.envs = []
        try:
            for i in range(n):
                own = None if seed is None else seed + i
                self.envs.append(Env(scenario, decide=decide, seed=own, **parameters))
        except BaseException:
            self.close()
            raise
        self.num_envs = n
        self.single_observation_space = self.envs[0].observation_space
        self.single_action_space = self.envs[0].action_space
        self.observation_space = _batch(self.single_observation_space, n)
        self.action_space = _batch(self.single_action_space, n)
        self._over = [False] * n

    def _decode(self, bodies):
        """Flags, observations and info of all environments, checked and named in one pass."""
        try:
            flags, values = decode_observes(bodies)
        except NomaError:
            self.close()
            raise
        return flags, *self.envs[0].unpack(values)

    def reset(self, *, seed=None, options=None):
        """Begins an episode everywhere.

        Args:
            seed: one number (environment i gets seed + i), a list, or None.
            options: as of :meth:`noma.Env.reset`.

        Returns:
            observations and info, arrays with the environments as first axis.
        """
        if seed is None or isinstance(seed, (int, np.integer)):
            seed = [None if seed is None else seed + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"seed has {len(seed)} entries, allowed: {self.num_envs}")
        for env, own in zip(self.envs, seed):
            env.send_reset(own, options)
        self._over = [False] * self.num_envs
        return self._decode([env.await_reset() for env in self.envs])[1:]

    def step(self, actions):
        """Decides everywhere.

        Args:
            actions: one per environment.

        Returns:
            observations, rewards, terminations, truncations, info: arrays, environments first.
        """
        if len(actions) != self.num_envs:
            raise ValueError(f"actions has {len(actions)} entries, allowed: {self.num_envs}")
        playing = [k for k, over in enumerate(self._over) if not over]
        acts = encode_acts(self.envs[0].layout.action, [actions[k] for k in playing])
        for k, body in zip(playing, acts):
            self.envs[k].send_act(body)
        for env, over in zip(self.envs, self._over):
            if over:
                env.send_reset()
        flags, observations, info = self._decode(
            [env.await_reset() if over else env.await_step() for env, over in zip(self.envs, self._over)]
        )
        flags = np.array(flags)
        if len(playing) < self.num_envs:
            info["rewards"][self._over] = 0
            flags[self._over] = 0
        terminations, truncations = (flags & 1) != 0, (flags & 2) != 0
        self._over = (flags != 0).tolist()
        return observations, info["rewards"].sum(axis=1), terminations, truncations, info

    def close(self):
        """Ends all simulators."""
        for env in self.envs:
            env.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        return False
