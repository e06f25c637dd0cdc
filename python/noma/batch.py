# SPDX-License-Identifier: GPL-2.0-only
"""The messages of a step, of several simulators at once: each kind lies in one piece of memory, so that
a step costs a few calls of NumPy however many simulators there are."""

import struct
import sys
from collections import deque

import numpy as np

from .programs import NomaError
from .protocol import ACT, OBSERVE

#: Bytes of nothing before a message in memory, so that its numbers lie where a processor likes them.
ACT_PAD, OBSERVE_PAD = 6, 2
#: Flags of an observation: the episode has come to its end, or its time is over.
TERMINATED, TRUNCATED = 1, 2


class Acts:
    """ACT of n simulators.

    Args:
        action: what an action looks like (of the layout).
        n: number of simulators.

    Attributes:
        rows: of each simulator the bytes of its message.
    """

    def __init__(self, action, n):
        self.action = action
        self.dtype = np.dtype(np.int64 if action.whole else np.float64)
        self.choices = action.choices.astype(np.uint64) if action.whole else None
        message = np.dtype(
            [("pad", f"V{ACT_PAD}"), ("length", "<u4"), ("type", "u1"), ("kind", "u1"), ("count", "<u4")]
            + [("entries", "<i4" if action.whole else "<f8", (action.count,))]
        )
        memory = np.zeros(n, message)
        memory["length"] = message.itemsize - ACT_PAD - 4
        memory["type"] = ACT
        memory["kind"] = 0 if action.whole else 1
        memory["count"] = action.count
        self.entries = memory["entries"]
        self._bad = bytearray(action.count)  # of one action: which entries are not allowed
        self._marks = np.frombuffer(self._bad, bool)
        self.rows = [memoryview(row[ACT_PAD:]) for row in memory.view(np.uint8).reshape(n, -1)]

    def one(self, k, action):
        """Notes the action of simulator k, for less than :meth:`write` takes; raises like that."""
        if type(action) is np.ndarray and action.dtype == self.dtype and action.ndim == 1:
            if self.choices is not None and len(action) == len(self._bad):
                np.greater_equal(action.view(np.uint64), self.choices, self._marks)
                if 1 not in self._bad:
                    self.entries[k] = action
                    return
        self.write([k], [action])

    def write(self, which, actions):
        """Notes actions, all or none.

        Args:
            which: index of the simulators: a list, or a slice of all.
            actions: of each as many numbers.

        Raises:
            ValueError: naming the first entry that is not allowed.
        """
        a = self.action
        table = self._table(actions)
        if a.whole:
            # without a sign, what is negative is too large as well
            bad = table.view(np.uint64) >= self.choices
        else:
            bad = ~((table >= a.low) & (table <= a.high))
        if b"\1" in bad.tobytes():
            k, i = np.argwhere(bad.reshape(-1, a.count))[0]
            allowed = f"0 to {a.choices[i] - 1}" if a.whole else f"{a.low:g} to {a.high:g}"
            raise ValueError(f"action[{i}] is {np.reshape(actions[k], -1)[i]}, allowed: {allowed}")
        self.entries[which] = table

    def _table(self, actions):
        """Actions one below the other, as 64 bits each."""
        a = self.action
        if type(actions) is np.ndarray and actions.dtype == self.dtype and actions.shape[1:] == (a.count,):
            return actions
        arrays = [np.asarray(action).reshape(-1) for action in actions]
        for array in arrays:
            if array.size != a.count:
                raise ValueError(f"action has {array.size} entries, allowed: {a.count}")
            if a.whole and array.dtype.kind not in "iu":
                raise ValueError(f"action is {array.dtype}, allowed: whole numbers")
        return np.array(arrays, self.dtype).reshape(len(arrays), a.count)


class Observes:
    """OBSERVE of simulators that describe themselves alike: where its numbers are.

    Args:
        layout: the description.

    Attributes:
        numbers: how many there are.
        reals: how many of them are not whole; they stand in front.
        size: bytes of a message, and OBSERVE_PAD before it.
        head: its first bytes, length and type.
        observations, info: names of its parts.
        keys: the same parts in kind, a NumPy type: observations, then info.
    """

    def __init__(self, layout):
        fields = layout.info + layout.observations
        self.numbers = layout.users + sum(f.size for f in fields)
        self.size = 8 + 8 * self.numbers
        self.head = struct.pack("<IB", 2 + 8 * self.numbers, OBSERVE)
        self.reals = self.numbers - sum(f.size for f in fields if f.whole)
        at = [layout.users, self.reals]  # where the next number goes; whole ones stand behind
        parts = [("rewards", np.float64, (layout.users,), 0)]
        for k, f in enumerate(fields):
            parts.append((str(k), np.int64 if f.whole else np.float64, f.shape, at[f.whole]))
            at[f.whole] += f.size
        self.kind = np.dtype(
            {
                "names": [key for key, _, _, _ in parts],
                "formats": [(dtype, shape) for _, dtype, shape, _ in parts],
                "offsets": [8 + 8 * start for _, _, _, start in parts],
                "itemsize": self.size,
            }
        )
        self.observations = [f.name for f in layout.observations]
        self.info = ["rewards"] + [f.name for f in layout.info]
        split = 1 + len(layout.info)
        self.keys = self.kind.names[split:] + self.kind.names[:split]


class Room:
    """OBSERVE of a step: memory that receives the messages, and what they hold by name.

    Args:
        observes: where the numbers are.
        n: number of messages; None = one, without an axis for them.

    Attributes:
        flags: of each message that has come.
        observation: dict of arrays [message, ...]; this and the others after :meth:`name`.
        info: likewise, with "rewards".
        ends: arrays [message] for terminations and truncations, nothing noted.
    """

    __slots__ = (
        "ends", "flags", "info", "observation", "observes", "_arrays", "_bytes", "_memory", "_n", "_parts",
    )  # fmt: skip

    def __init__(self, observes, n=None):
        self.observes = observes
        self._n = n
        self._memory = bytearray(observes.size * (n or 1))
        self._bytes = memoryview(self._memory)
        self._parts = np.ndarray(() if n is None else (n,), observes.kind, self._memory)
        self.ends = () if n is None else (np.zeros(n, bool), np.zeros(n, bool))
        self._arrays = [*(self._parts[key] for key in observes.keys), *self.ends]
        self.flags = [0] * (n or 1)
        self.info = None

    def name(self):
        """Gives the parts of the memory their names, whether messages have come or not."""
        o = self.observes
        self.observation = dict(zip(o.observations, self._arrays))
        self.info = dict(zip(o.info, self._arrays[len(o.observations) :]))
        for ends in self.ends:
            ends.fill(False)

    def holders(self):
        """How many hold this room, an array of it or a view of one, in CPython's count."""
        self.observation = self.info = None
        count = sys.getrefcount
        return count(self) + count(self._parts) + sum(map(count, self._arrays))

    def row(self, k=0):
        """Where message k goes."""
        size = self.observes.size
        return self._bytes[size * k + OBSERVE_PAD : size * (k + 1)]

    def one(self, k):
        """Message k alone: itself if there is no other, else a copy."""
        if self._n is None:
            return self
        size = self.observes.size
        room = Room(self.observes)
        room._bytes[:] = self._bytes[size * k : size * (k + 1)]
        room.flags[0] = self.flags[k]
        return room

    def come(self, k=0):
        """Checks message k, which has come, and notes its flags.

        Raises:
            NomaError: it holds what no message may hold.
        """
        o = self.observes
        at = o.size * k + 8
        self.flags[k] = self._memory[at - 1] & (TERMINATED | TRUNCATED)
        # the first byte of NaN is 127 or 255, as that of infinities and of numbers from 5e303 on
        first = self._memory[at + 7 : at + 8 * o.reals : 8]
        if 127 in first or 255 in first:
            reals = np.frombuffer(self._memory, "<f8", o.reals, at)
            if np.isnan(reals).any():
                raise NomaError(f"observe: value {np.isnan(reals).argmax()} is NaN")
        if sys.byteorder != "little":
            np.frombuffer(self._memory, np.float64, o.numbers, at).byteswap(inplace=True)


class Rooms:
    """Rooms that serve again once nobody holds anything of them, which is cheaper than new ones.

    Args:
        observes, n: as of :class:`Room`.
        kept: number of rooms; at least one more than are held at a time, else all are new.
    """

    def __init__(self, observes, n, kept):
        self.observes = observes
        self._n = n
        self._rooms = deque()
        self._alone = None  # holders of a room that nobody else holds
        if hasattr(sys, "getrefcount"):
            self._rooms.extend(Room(observes, n) for _ in range(kept))
            self._alone = self._oldest()[1]

    def _oldest(self):
        """The room that served longest ago, as the next to serve, and its holders."""
        room = self._rooms[0]
        self._rooms.rotate(-1)
        return room, room.holders()

    def take(self):
        """A room that nobody else holds."""
        if self._alone is None:
            return Room(self.observes, self._n)
        room, holders = self._oldest()
        if holders > self._alone:
            room = self._rooms[-1] = Room(self.observes, self._n)
        return room
