# SPDX-License-Identifier: GPL-2.0-only
"""Several environments at once, each with a process of its own."""

import operator
import os
import select

import numpy as np

from . import spaces
from .batch import TERMINATED, TRUNCATED, Acts, Rooms
from .env import Env
from .programs import NomaError


#: Priority of simulators that have a processor each: the least, so that whenever Python has work to do,
#: for which they all wait, it does not share the processor with them.
NICEST = 19


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

    :meth:`send` and :meth:`recv` are the two halves of a step.  With batch_size below n nobody waits for
    the slowest environment: :meth:`recv` returns those that are ready first (EnvPool's conventions).

    Args:
        n: number of environments.
        scenario, decide, timeout, parameters: as of :class:`noma.Env`.
        seed: environment i has seed + i; None draws one each.
        batch_size: how many environments :meth:`recv` returns; None = n, which :meth:`step` needs.
        spread: bind each simulator to one processor of those allowed to this process, in turn, so that
            they do not gather on the one where Python runs, at the least priority.  For one VectorEnv on
            a machine with nothing else to do: two would bind theirs to the same processors.
    """

    metadata = {"autoreset_mode": "NextStep"}

    def __init__(
        self,
        n,
        scenario="noma-environment",
        decide="grants",
        seed=None,
        batch_size=None,
        spread=False,
        **parameters,
    ):
        if n < 1:
            raise ValueError(f"n is {n}, allowed: at least 1")
        if batch_size is not None and not 1 <= batch_size <= n:
            raise ValueError(f"batch_size is {batch_size}, allowed: 1 to {n}")
        if spread and not hasattr(os, "sched_setaffinity"):
            raise ValueError("spread is True, allowed: False where processes cannot be bound to processors")
        self.envs = []
        try:
            for i in range(n):
                own = None if seed is None else seed + i
                self.envs.append(Env(scenario, decide=decide, seed=own, **parameters))
            if spread:
                processors = sorted(os.sched_getaffinity(0))
                for i, env in enumerate(self.envs):
                    pid = env.simulator.process.pid
                    os.sched_setaffinity(pid, {processors[i % len(processors)]})
                    os.setpriority(os.PRIO_PROCESS, pid, NICEST)
        except BaseException:
            self.close()
            raise
        self.num_envs = n
        self.batch_size = n if batch_size is None else batch_size
        self.single_observation_space = self.envs[0].observation_space
        self.single_action_space = self.envs[0].action_space
        self.observation_space = _batch(self.single_observation_space, self.batch_size)
        self.action_space = _batch(self.single_action_space, self.batch_size)
        self._acts = Acts(self.envs[0].layout.action, n)
        # held are that of each environment's last message, and of the two last results
        self._rooms = Rooms(self.envs[0].observes, self.batch_size, n // self.batch_size + 3)
        self._simulators = [env.simulator for env in self.envs]
        self._poll = select.poll()
        self._whose = {simulator.of: k for k, simulator in enumerate(self._simulators)}
        for of in self._whose:
            self._poll.register(of, select.POLLIN | select.POLLHUP)
        self._everybody = range(n)
        self._ids = np.arange(n).reshape(n, 1)  # handed out many times, so not to be written to
        self._ids.flags.writeable = False
        self._over = [False] * n
        self._computing = {}  # of those that do, in the order of their turn: whether an episode begins
        self._at_once = []  # of those: have nothing to compute

    def _receive(self, count):
        """The observations of the first that are ready, of all in order if all are wanted.

        Args:
            count: how many.

        Returns:
            their Room, whose they are, and in which of its rows an episode begins.
        """
        computing, simulators = self._computing, self._simulators
        all_wanted = count == self.num_envs
        here, self._at_once = self._at_once[:count], self._at_once[count:]
        known = True  # that those have answered
        room, whose, fresh = self._rooms.take(), [], []
        try:
            while True:
                for k in here[: count - len(whose)]:
                    row = k if all_wanted else len(whose)
                    whose.append(k)
                    if computing.pop(k):
                        self.envs[k].await_reset(room, row, known)
                        fresh.append(row)
                    else:
                        self.envs[k].await_step(room, row, known)
                if room.info is None and here:
                    room.name()  # while the others compute, now that a processor is free
                if len(whose) == count:
                    return room, range(count) if all_wanted else whose, fresh
                come = self._poll.poll(1000 * simulators[0].timeout)
                if not come:
                    simulators[next(iter(computing))].give_up()
                here = [self._whose[of] for of, _ in come]
                if len(here) > 1 or here[0] not in computing:
                    here = [k for k in computing if k in here]  # by turns
                known = bool(here)
                if not known:  # only one that has answered before and is gone since
                    here = [next(iter(computing))]
        except NomaError:
            self.close()
            raise

    def _whole(self, name, instead):
        """What returns all environments wants a batch of all."""
        if self.batch_size != self.num_envs:
            raise NomaError(f"{name}: batch_size is {self.batch_size} of {self.num_envs}, call {instead}")

    def _begin(self, seed, options):
        """Begins an episode everywhere."""
        if seed is None or isinstance(seed, (int, np.integer)):
            seed = [None if seed is None else seed + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"seed has {len(seed)} entries, allowed: {self.num_envs}")
        for env, own in zip(self.envs, seed):
            env.send_reset(own, options)
        self._over = [False] * self.num_envs
        self._computing = dict.fromkeys(range(self.num_envs), True)
        self._at_once = []

    def _act(self, which, actions):
        """Sends actions, or none of them if one is not allowed."""
        over = self._over
        if any(over):
            playing = [i for i, k in enumerate(which) if not over[k]]
            if playing:
                self._acts.write([which[i] for i in playing], [actions[i] for i in playing])
        elif len(which) == 1:
            self._acts.one(which[0], actions[0])
        else:
            self._acts.write(slice(None) if which is self._everybody else which, actions)
        for k in which:
            if over[k]:
                self.envs[k].send_reset()
            else:
                self.envs[k].send_act(self._acts.rows[k])
                if not self._simulators[k].busy:
                    self._at_once.append(k)
            self._computing[k] = over[k]

    def _result(self, count):
        """What a step returns, of the first that are ready, and whose it is."""
        room, whose, fresh = self._receive(count)
        rewards = room.info["rewards"]
        if fresh:
            rewards[fresh] = 0
        for row, k in enumerate(whose):
            flags = 0 if row in fresh else room.flags[row]  # an episode over at once says so in a step
            self._over[k] = flags != 0
            if flags:
                for bit, ends in zip((TERMINATED, TRUNCATED), room.ends):
                    ends[row] = flags & bit != 0
        return (room.observation, np.add.reduce(rewards, axis=1), *room.ends, room.info), whose

    def reset(self, *, seed=None, options=None):
        """Begins an episode everywhere.

        Args:
            seed: one number (environment i gets seed + i), a list, or None.
            options: as of :meth:`noma.Env.reset`.

        Returns:
            observations and info, arrays with the environments as first axis.
        """
        self._whole("reset", "async_reset() and recv()")
        self._begin(seed, options)
        (observation, *_, info), _ = self._result(self.num_envs)
        return observation, info

    def step(self, actions):
        """Decides everywhere.

        Args:
            actions: one per environment.

        Returns:
            observations, rewards, terminations, truncations, info: arrays, environments first.
        """
        self._whole("step", "send() and recv()")
        if len(actions) != self.num_envs:
            raise ValueError(f"actions has {len(actions)} entries, allowed: {self.num_envs}")
        if self._computing:
            raise NomaError("step: environments compute already, call recv()")
        self._act(self._everybody, actions)
        return self._result(self.num_envs)[0]

    def async_reset(self, *, seed=None, options=None):
        """Begins an episode everywhere without waiting for it; then :meth:`recv`.

        Args:
            seed, options: as of :meth:`reset`.
        """
        self._begin(seed, options)

    def send(self, actions, env_id):
        """Decides in some environments without waiting for what comes of it; then :meth:`recv`.

        Args:
            actions: one per environment named.
            env_id: which ones, such as info["env_id"] of :meth:`recv`; none of them may compute.
        """
        which = [operator.index(k) for k in (env_id.tolist() if isinstance(env_id, np.ndarray) else env_id)]
        if len(actions) != len(which):
            raise ValueError(f"actions has {len(actions)} entries, allowed: {len(which)}")
        for i, k in enumerate(which):
            if not 0 <= k < self.num_envs:
                raise ValueError(f"env_id[{i}] is {k}, allowed: 0 to {self.num_envs - 1}")
            if k in self._computing or k in which[:i]:
                raise ValueError(f"env_id[{i}] is {k}, allowed: environments that do not compute")
        self._act(which, actions)

    def recv(self):
        """Waits until batch_size environments are ready.

        Returns:
            observations, rewards, terminations, truncations, info of them, as of :meth:`step`;
            info["env_id"] tells which they are (not to be written to): in order if batch_size is n, else
            whoever was first.
        """
        if len(self._computing) < self.batch_size:
            raise NomaError(
                f"recv: {len(self._computing)} environments compute, needed: {self.batch_size}; "
                "call send() or async_reset()"
            )
        result, whose = self._result(self.batch_size)
        result[4]["env_id"] = self._ids[whose[0]] if len(whose) == 1 else np.array(whose)
        return result

    def close(self):
        """Ends all simulators."""
        for env in self.envs:
            env.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        return False
