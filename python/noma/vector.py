# SPDX-License-Identifier: GPL-2.0-only
"""Several environments at once, each with a process of its own."""

import select

import numpy as np

from . import spaces
from .batch import TERMINATED, TRUNCATED, Acts, Room
from .env import Env
from .programs import NomaError


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
        self._acts = Acts(self.envs[0].layout.action, n)
        self._simulators = [env.simulator for env in self.envs]
        self._poll = select.poll()
        for simulator in self._simulators:
            self._poll.register(simulator.of, select.POLLIN | select.POLLHUP)
        self._over = [False] * n

    def _receive(self, fresh):
        """The observations of all environments, in whatever order they come.

        Args:
            fresh: of each, whether it begins an episode.

        Returns:
            their Room.
        """
        here = [k for k, simulator in enumerate(self._simulators) if not simulator.busy]
        waiting = {s.of: k for k, s in enumerate(self._simulators) if s.busy}
        known = True  # that those have answered
        room = Room(self.envs[0].observes, self.num_envs)
        try:
            while True:
                for k in here:
                    env = self.envs[k]
                    (env.await_reset if fresh[k] else env.await_step)(room, k, known)
                if room.info is None and (here or not waiting):
                    room.name()  # while the others compute, now that a processor is free
                if not waiting:
                    return room
                come = self._poll.poll(1000 * self._simulators[0].timeout)
                if not come:
                    self._simulators[waiting.popitem()[1]].give_up()
                here = [waiting.pop(fd) for fd, _ in come if fd in waiting]
                known = bool(here)
                if not known:  # only one that has answered before and is gone since
                    here = [waiting.popitem()[1]]
        except NomaError:
            self.close()
            raise

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
        room = self._receive([True] * self.num_envs)
        return room.observation, room.info

    def step(self, actions):
        """Decides everywhere.

        Args:
            actions: one per environment.

        Returns:
            observations, rewards, terminations, truncations, info: arrays, environments first.
        """
        if len(actions) != self.num_envs:
            raise ValueError(f"actions has {len(actions)} entries, allowed: {self.num_envs}")
        over = self._over
        if any(over):
            playing = [k for k, done in enumerate(over) if not done]
            if playing:
                self._acts.write(playing, [actions[k] for k in playing])
        else:
            self._acts.write(slice(None), actions)
        for env, row, done in zip(self.envs, self._acts.rows, over):
            if done:
                env.send_reset()
            else:
                env.send_act(row)
        room = self._receive(over)
        rewards = room.info["rewards"]
        if any(over):
            rewards[over] = 0
        self._over = [False] * self.num_envs
        for k, flags in enumerate(room.flags):
            if flags and not over[k]:
                self._over[k] = True
                for bit, ends in zip((TERMINATED, TRUNCATED), room.ends):
                    ends[k] = flags & bit != 0
        return room.observation, np.add.reduce(rewards, axis=1), *room.ends, room.info

    def close(self):
        """Ends all simulators."""
        for env in self.envs:
            env.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        return False
