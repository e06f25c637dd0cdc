# SPDX-License-Identifier: GPL-2.0-only
"""The same environment for several agents, with PettingZoo's parallel conventions."""

import numpy as np

from . import spaces
from .env import Env


class ParallelEnv:
    """One agent per access point or per user; all decide at the same time.

    An agent "user_3" sees what belongs to user 3 and decides for it.  An agent "ap_0" sees all users,
    with zeros (access point: -1) in place of those that another access point serves, and decides for
    the users it serves; what it says of others is ignored.  Its reward is that of these users.

    Args:
        scenario, decide, seed, render_mode, timeout, parameters: as of :class:`noma.Env`.
        agents: "ap" or "user".
    """

    metadata = {"render_modes": ["ansi"], "name": "noma_v1", "is_parallelizable": True}

    def __init__(self, scenario="noma-environment", decide="grants", seed=None, agents="ap", **parameters):
        if agents not in ("ap", "user"):
            raise ValueError(f"agents is {agents!r}, allowed: 'ap', 'user'")
        self.env = Env(scenario, decide=decide, seed=seed, **parameters)
        self.kind = agents
        self.render_mode = self.env.render_mode
        self.aps = len(self.env.constants["ap_power_w"])
        count = self.aps if agents == "ap" else self.env.num_users
        self.possible_agents = [f"{agents}_{k}" for k in range(count)]
        self.agents = []
        self._fields = {f.name: f for f in self.env.layout.observations}
        self._directions = self.env.layout.action.count // max(1, self.env.num_users)
        self._observation_spaces = {a: self._observation_space(k) for k, a in enumerate(self.possible_agents)}
        self._action_spaces = {a: self._action_space(k) for k, a in enumerate(self.possible_agents)}
        self._served = None

    @property
    def num_agents(self):
        return len(self.agents)

    @property
    def max_num_agents(self):
        return len(self.possible_agents)

    @property
    def unwrapped(self):
        return self

    def _observation_space(self, k):
        whole = self.env.observation_space.spaces
        if self.kind == "ap":
            # what another access point serves is shown as 0
            return spaces.Dict(
                {
                    name: spaces.Box(np.minimum(s.low, 0), np.maximum(s.high, 0), s.shape, s.dtype)
                    for name, s in whole.items()
                }
            )
        part = {}
        for name, s in whole.items():
            axis = self._fields[name].user_axis
            if axis is not None:
                low, high = np.take(s.low, k, axis), np.take(s.high, k, axis)
                s = spaces.Box(low, high, low.shape, s.dtype)
            part[name] = s
        return spaces.Dict(part)

    def _action_space(self, k):
        space = self.env.action_space
        if self.kind == "ap":
            if isinstance(space, spaces.MultiDiscrete):
                return spaces.MultiDiscrete(space.nvec)
            return spaces.Box(space.low, space.high, space.shape, space.dtype)
        own = self._entries(k)
        if isinstance(space, spaces.MultiDiscrete):
            return spaces.MultiDiscrete(space.nvec[own])
        return spaces.Box(space.low[own], space.high[own], (len(own),), space.dtype)

    def _entries(self, user):
        """Indices of a user's entries in an action."""
        return [d * self.env.num_users + user for d in range(self._directions)]

    def observation_space(self, agent):
        """The space of what an agent sees."""
        return self._observation_spaces[agent]

    def action_space(self, agent):
        """The space of what an agent decides."""
        return self._action_spaces[agent]

    def _split(self, observation):
        self._served = observation["ap"]
        seen = {}
        for k, agent in enumerate(self.possible_agents):
            own = {}
            for name, value in observation.items():
                axis = self._fields[name].user_axis
                if axis is None:
                    own[name] = value.copy()
                elif self.kind == "user":
                    own[name] = np.array(np.take(value, k, axis))
                else:
                    shape = [1] * value.ndim
                    shape[axis] = -1
                    other = -1 if name == "ap" else 0
                    own[name] = np.where((self._served == k).reshape(shape), value, other).astype(value.dtype)
            seen[agent] = own
        return seen

    def reset(self, seed=None, options=None):
        """Begins an episode.

        Returns:
            dicts of observations and of infos by agent.
        """
        observation, info = self.env.reset(seed=seed, options=options)
        self.agents = list(self.possible_agents)
        return self._split(observation), {a: dict(info) for a in self.agents}

    def step(self, actions):
        """Decides for all agents.

        Args:
            actions: dict by agent.

        Returns:
            dicts by agent: observations, rewards, terminations, truncations, infos.
        """
        for agent in self.agents:
            if agent not in actions:
                raise ValueError(f"actions has nothing of {agent!r}")
        served = self._served
        a = self.env.layout.action
        joint = np.zeros(a.count, np.int64 if a.whole else np.float64)
        for k, agent in enumerate(self.possible_agents):
            action = np.asarray(actions[agent]).reshape(-1)
            if action.shape != self._action_spaces[agent].shape:
                raise ValueError(f"action of {agent!r} has {action.size} entries, "
                                 f"allowed: {self._action_spaces[agent].shape[0]}")
            if self.kind == "user":
                joint[self._entries(k)] = action
            else:
                mine = np.tile(served == k, self._directions)
                joint[mine] = action[mine]
        observation, _, terminated, truncated, info = self.env.step(joint)
        if self.kind == "user":
            rewards = {a: float(info["rewards"][k]) for k, a in enumerate(self.possible_agents)}
        else:
            rewards = {
                a: float(info["rewards"][served == k].sum()) for k, a in enumerate(self.possible_agents)
            }
        out = (
            self._split(observation),
            rewards,
            {a: terminated for a in self.possible_agents},
            {a: truncated for a in self.possible_agents},
            {a: dict(info) for a in self.possible_agents},
        )
        if terminated or truncated:
            self.agents = []
        return out

    def render(self):
        """As :meth:`noma.Env.render`."""
        return self.env.render()

    def state(self):
        """The whole observation, for learners with a central critic."""
        return self.env._last[0]

    def close(self):
        """Ends the simulator."""
        self.env.close()
