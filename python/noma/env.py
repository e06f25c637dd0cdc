# SPDX-License-Identifier: GPL-2.0-only
"""A simulated network as a learning environment with Gymnasium's conventions."""

import struct

import numpy as np

from . import spaces
from .batch import TERMINATED, TRUNCATED, Acts, Observes, Rooms
from .programs import NomaError
from .protocol import DECISIONS, MAX_RUN, MAX_SEED, OBSERVE, RESET, Simulator

try:
    from gymnasium import Env as _Base
except ImportError:

    class _Base:
        """What this package needs of gymnasium.Env."""

        _np_random = None

        @property
        def np_random(self):
            """The environment's random generator, which the simulator does not use."""
            if self._np_random is None:
                self._np_random = np.random.default_rng()
            return self._np_random

        @np_random.setter
        def np_random(self, value):
            self._np_random = value

        @property
        def unwrapped(self):
            return self

        def reset(self, *, seed=None, options=None):
            if seed is not None:
                self._np_random = np.random.default_rng(seed)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()
            return False


def box(field):
    """The space of one observation."""
    dtype = np.int64 if field.whole else np.float64
    low, high = (
        (int(field.low), int(field.high) if np.isfinite(field.high) else 2**53)
        if field.whole
        else (field.low, field.high)
    )
    return spaces.Box(low, high, field.shape, dtype)


class Env(_Base):
    """A scenario in a process of its own; somebody else decides slot by slot.

    Args:
        scenario: program that serves the scenario (any that uses ns3::noma::EnvironmentHelper): its
            name, path, or a list of words.
        decide: what is decided here.  A step is a slot in which anybody has something to send, or
            with "cuts" a decision of the controller for which tasks wait.

            - "grants": action[i] is 0 or 1 + the subchannel on which user i may send, action[U + i]
              likewise for the downlink to it (MultiDiscrete).
            - "powers": action[i] is user i's part of its greatest power, if the slot rule grants
              something, action[U + i] the access point's for it (Box, 0 to 1).
            - "weights": action[i] multiplies what a second and a joule of user i cost for the slot
              rule (Box, 0 to 10).
            - "cuts": action[i] is the cut of the tasks of user i that wait (MultiDiscrete).
        seed: of the episodes until reset() gets another; None draws one.
        render_mode: None, or "ansi": render() returns text.
        timeout: seconds to wait for the simulator.
        parameters: options of the program.

    Attributes:
        constants: dict of what does not change: slot_seconds, subchannel_hz, noise_w, ...
        layout: the protocol's description of all numbers.
        numbers: how many an observation has, with rewards and info.

    Raises:
        NomaError: the program is not there, refuses an option, fails or does not answer.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}

    def __init__(
        self,
        scenario="noma-environment",
        decide="grants",
        seed=None,
        render_mode=None,
        timeout=60.0,
        **parameters,
    ):
        self._simulator = None
        if decide not in DECISIONS:
            raise ValueError(f"decide is {decide!r}, allowed: {', '.join(DECISIONS)}")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode is {render_mode!r}, allowed: None, 'ansi'")
        self.decide = decide
        self.render_mode = render_mode
        self.spec = None
        self._seed = None if seed is None else self._checked("seed", seed, 0, MAX_SEED)
        self._run = 0
        self._state = "new"  # or "running", "over"
        self._seen = None  # the last observation: its room, and which message in it
        self._named = None  # what the last step returned
        self._simulator = Simulator(scenario, decide, parameters, timeout)
        layout = self.layout = self._simulator.layout
        self.constants = layout.constants
        self.num_users = layout.users
        self.observes = Observes(layout)
        self.numbers = self.observes.numbers
        self._act = Acts(layout.action, 1)
        self._rooms = Rooms(self.observes, None, 4)
        self.observation_space = spaces.Dict({f.name: box(f) for f in layout.observations})
        a = layout.action
        if a.whole:
            self.action_space = spaces.MultiDiscrete(a.choices.astype(np.int64))
        else:
            self.action_space = spaces.Box(a.low, a.high, (a.count,), np.float64)

    @property
    def simulator(self):
        """The process, for those that play with several environments at once."""
        return self._simulator

    @staticmethod
    def _checked(name, value, least, most):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
            raise ValueError(f"{name} is {value!r}, allowed: a whole number from {least} to {most}")
        return int(value)

    # --- one message after the other, for those that play with several environments at once

    def send_reset(self, seed=None, options=None):
        """Begins an episode without waiting for it; then :meth:`receive_reset`."""
        options = {} if options is None else dict(options)
        run = options.pop("run", None)
        if options:
            raise ValueError(f"options has {sorted(options)[0]!r}, allowed: run")
        if seed is not None:
            self._seed, self._run = self._checked("seed", seed, 0, MAX_SEED), 0
        super().reset(seed=seed)
        if self._seed is None:
            self._seed = int(np.random.SeedSequence().entropy % MAX_SEED)
        self._run = self._run + 1 if run is None else self._checked("run", run, 1, MAX_RUN)
        if self._simulator.busy:
            self._simulator.receive(OBSERVE)  # of a step that is given up
        self._simulator.send(RESET, struct.pack("<QQ", self._seed, self._run))

    def receive_reset(self):
        """What :meth:`reset` returns, after :meth:`send_reset`."""
        self.await_reset(self._rooms.take())
        return self._last[0], self._last[4]

    def await_reset(self, room, k=0, here=False):
        """Waits for what :meth:`receive_reset` returns.

        Args:
            room: a :class:`noma.batch.Room`, receives it.
            k: as which message.
            here: whether it is known to be there.
        """
        self._observe(room, k, here)
        self._state = "running"
        if room.flags[k]:
            self._state, self._again = "over at once", bytes(room.row(k))

    def send_step(self, action):
        """Decides without waiting for what comes of it; then :meth:`receive_step`."""
        self._act.one(0, action)
        self.send_act(self._act.rows[0])

    def send_act(self, message):
        """Like :meth:`send_step`, with the bytes of a message."""
        if self._state == "over at once":
            return
        if self._state != "running":
            why = "is over" if self._state == "over" else "has not begun"
            raise NomaError(f"step: the episode {why}, call reset() first")
        self._simulator.write(message)

    def receive_step(self):
        """What :meth:`step` returns, after :meth:`send_step`."""
        room = self._rooms.take()
        room.name()  # while the simulator computes
        self.await_step(room)
        return self._last

    def await_step(self, room, k=0, here=False):
        """Waits for what :meth:`receive_step` returns; see :meth:`await_reset`."""
        if self._state == "over at once":
            room.row(k)[:] = self._again
            room.flags[k] = self._seen[0].flags[self._seen[1]]
            self._seen, self._named = (room, k), None
        else:
            self._observe(room, k, here)
        if room.flags[k]:
            self._state = "over"

    def _observe(self, room, k, here):
        self._simulator.receive_into(room.row(k), self.observes.head, here)
        try:
            room.come(k)
        except NomaError:
            self._simulator.kill()
            raise
        self._seen, self._named = (room, k), None

    @property
    def _last(self):
        """What the last step returned; of a reset, with a reward that nobody sees."""
        if self._named is None:
            room = self._seen[0].one(self._seen[1])
            if room.info is None:
                room.name()
            flags = room.flags[0]
            info = room.info
            for field in self.layout.info:
                info[field.name] = info[field.name].item()
            reward = float(np.add.reduce(info["rewards"]))
            ends = flags & TERMINATED != 0, flags & TRUNCATED != 0
            self._named = room.observation, reward, *ends, info
        return self._named

    # --- Gymnasium's

    def reset(self, *, seed=None, options=None):
        """Begins an episode.

        Args:
            seed: whole number; the same seed, run and actions give the same bytes.  None goes on with
                the next run of the same seed.
            options: {"run": n} begins with ns-3's run n instead of 1 or the next.

        Returns:
            the first observation and info, dicts.
        """
        self.send_reset(seed, options)
        return self.receive_reset()

    def step(self, action):
        """Decides, and simulates until the next decision.

        Args:
            action: in action_space.

        Returns:
            observation, reward, terminated, truncated, info.  The reward is minus what users cost
            meanwhile, info["rewards"] the same by user.
        """
        self.send_step(action)
        return self.receive_step()

    def render(self):
        """With render_mode "ansi": a text, a line per user."""
        if self.render_mode is None or self._state == "new":
            return None
        o, _, _, _, info = self._last
        lines = [f"slot {info['slot']} ({info['time']:.3f} s): {info['open']} tasks open"]
        for i in range(self.num_users):
            up, down = o["backlog"][:, i] / 8e3
            lines.append(f"user {i} at {o['ap'][i]}: {up:.1f} kB to send, {down:.1f} kB to come")
        return "\n".join(lines)

    def close(self):
        """Ends the simulator."""
        if self._simulator is not None:
            self._simulator.close()

    def __del__(self):
        try:
            self.close()
        except Exception:  # at the interpreter's end anything may be gone already
            pass
