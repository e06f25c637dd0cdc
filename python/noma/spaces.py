# SPDX-License-Identifier: GPL-2.0-only
"""Spaces of actions and observations: Gymnasium's when it is installed, else ones that look the same.

Only what environments of this package use: Box, Discrete, MultiDiscrete, Dict.
"""

import numpy as np

try:
    from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete, Space
except ImportError:

    class Space:
        """A set of values that can be drawn from and asked whether it contains one."""

        def __init__(self, shape=None, dtype=None, seed=None):
            self.shape = None if shape is None else tuple(shape)
            self.dtype = None if dtype is None else np.dtype(dtype)
            self._np_random = None
            if seed is not None:
                self.seed(seed)

        @property
        def np_random(self):
            """The space's own random generator."""
            if self._np_random is None:
                self.seed()
            return self._np_random

        def seed(self, seed=None):
            """Starts the random generator anew; returns the seed."""
            sequence = np.random.SeedSequence(seed)
            self._np_random = np.random.Generator(np.random.PCG64(sequence))
            return sequence.entropy

        def __contains__(self, x):
            return self.contains(x)

    class Box(Space):
        """Arrays with every value between low and high."""

        def __init__(self, low, high, shape=None, dtype=np.float32, seed=None):
            if shape is None:
                shape = np.broadcast(np.asarray(low), np.asarray(high)).shape
            super().__init__(shape, dtype, seed)
            self.low = np.full(self.shape, low, dtype=self.dtype)
            self.high = np.full(self.shape, high, dtype=self.dtype)

        def sample(self, mask=None):
            """Uniform between bounds; above a bound on one side only, exponential."""
            if mask is not None:
                raise ValueError("mask: a Box takes none")
            r = self.np_random
            low = self.low.astype(np.float64)
            high = self.high.astype(np.float64)
            up, down = np.isfinite(low), np.isfinite(high)
            tail = r.exponential(size=self.shape)
            out = np.where(up & ~down, np.where(up, low, 0.0) + tail, r.normal(size=self.shape))
            out = np.where(down & ~up, np.where(down, high, 0.0) - tail, out)
            both = up & down
            end = np.where(both, high, 0.0) + (1 if self.dtype.kind in "iu" else 0)
            out = np.where(both, r.uniform(np.where(both, low, 0.0), end), out)
            return (np.floor(out) if self.dtype.kind in "iu" else out).astype(self.dtype)

        def contains(self, x):
            return bool(
                isinstance(x, np.ndarray)
                and np.can_cast(x.dtype, self.dtype)
                and x.shape == self.shape
                and np.all(x >= self.low)
                and np.all(x <= self.high)
            )

        def __eq__(self, other):
            return (
                isinstance(other, Box)
                and self.shape == other.shape
                and self.dtype == other.dtype
                and np.array_equal(self.low, other.low)
                and np.array_equal(self.high, other.high)
            )

        def __repr__(self):
            low = self.low.min() if self.low.size else 0
            high = self.high.max() if self.high.size else 0
            return f"Box({low}, {high}, {self.shape}, {self.dtype})"

    class Discrete(Space):
        """The whole numbers from start on, n of them."""

        def __init__(self, n, seed=None, start=0):
            super().__init__((), np.int64, seed)
            self.n = np.int64(n)
            self.start = np.int64(start)

        def sample(self, mask=None):
            """Uniform, among those whose mask (int8, n) is 1."""
            if mask is None:
                return self.start + self.np_random.integers(self.n)
            allowed = np.flatnonzero(np.asarray(mask))
            return self.start + (self.np_random.choice(allowed) if allowed.size else 0)

        def contains(self, x):
            whole = isinstance(x, (int, np.integer)) and not isinstance(x, bool)
            if isinstance(x, np.ndarray):
                whole = x.shape == () and x.dtype.kind in "iu"
            return bool(whole and self.start <= x < self.start + self.n)

        def __eq__(self, other):
            return isinstance(other, Discrete) and (self.n, self.start) == (other.n, other.start)

        def __repr__(self):
            return f"Discrete({self.n})" if self.start == 0 else f"Discrete({self.n}, start={self.start})"

    class MultiDiscrete(Space):
        """Arrays of whole numbers, entry i from 0 to nvec[i] - 1."""

        def __init__(self, nvec, dtype=np.int64, seed=None):
            self.nvec = np.array(nvec, dtype=dtype)
            super().__init__(self.nvec.shape, dtype, seed)

        def sample(self, mask=None):
            """Uniform."""
            if mask is not None:
                raise ValueError("mask: not supported by this stand-in for Gymnasium's space")
            return self.np_random.integers(self.nvec, dtype=self.dtype)

        def contains(self, x):
            return bool(
                isinstance(x, np.ndarray)
                and x.shape == self.shape
                and x.dtype.kind in "iu"
                and np.all(x >= 0)
                and np.all(x < self.nvec)
            )

        def __eq__(self, other):
            return isinstance(other, MultiDiscrete) and np.array_equal(self.nvec, other.nvec)

        def __repr__(self):
            return f"MultiDiscrete({self.nvec})"

    class Dict(Space):
        """A dict of values by name, each from a space of its own."""

        def __init__(self, spaces, seed=None):
            self.spaces = dict(spaces)
            super().__init__(None, None, seed)

        def seed(self, seed=None):
            base = super().seed(seed)
            draws = self._np_random.integers(2**31, size=len(self.spaces))
            for draw, space in zip(draws, self.spaces.values()):
                space.seed(int(draw))
            return base

        def sample(self, mask=None):
            if mask is not None:
                raise ValueError("mask: not supported by this stand-in for Gymnasium's space")
            return {name: space.sample() for name, space in self.spaces.items()}

        def contains(self, x):
            return (
                isinstance(x, dict)
                and x.keys() == self.spaces.keys()
                and all(x[name] in space for name, space in self.spaces.items())
            )

        def __getitem__(self, name):
            return self.spaces[name]

        def keys(self):
            return self.spaces.keys()

        def items(self):
            return self.spaces.items()

        def values(self):
            return self.spaces.values()

        def __iter__(self):
            return iter(self.spaces)

        def __len__(self):
            return len(self.spaces)

        def __eq__(self, other):
            return isinstance(other, Dict) and self.spaces == other.spaces

        def __repr__(self):
            inside = ", ".join(f"{name!r}: {space}" for name, space in self.spaces.items())
            return f"Dict({inside})"


__all__ = ["Box", "Dict", "Discrete", "MultiDiscrete", "Space"]
