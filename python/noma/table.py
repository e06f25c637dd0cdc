# SPDX-License-Identifier: GPL-2.0-only
"""Columns of equal length by name."""

import csv
import io

import numpy as np


def column(values):
    """An array of the narrowest kind that holds all the texts: integers, floats or strings."""
    for kind in (np.int64, np.float64):
        try:
            return np.array([kind(v) for v in values])
        except (ValueError, OverflowError):
            continue
    return np.array(values, dtype=str)


class Table(dict):
    """A dict of NumPy arrays, one per column, in the order of the columns."""

    @classmethod
    def from_csv(cls, text):
        """Reads CSV.

        Args:
            text: lines of CSV, the first of them names.

        Returns:
            the table.

        Raises:
            ValueError: a row has another number of fields than the first line.
        """
        lines = [line for line in csv.reader(io.StringIO(text)) if line]
        if not lines:
            return cls()
        names, rows = lines[0], lines[1:]
        for number, row in enumerate(rows, 2):
            if len(row) != len(names):
                raise ValueError(f"line {number}: {len(row)} fields under {len(names)} names")
        return cls((name, column([row[k] for row in rows])) for k, name in enumerate(names))

    def __len__(self):
        """Number of rows."""
        return len(next(iter(self.values()))) if self.keys() else 0

    def __bool__(self):
        return bool(self.keys())

    def rows(self):
        """The rows, each as a dict of Python values."""
        return [{name: self[name][k].item() for name in self} for k in range(len(self))]

    def where(self, **values):
        """The rows in which every named column has the value given.

        Raises:
            KeyError: there is no such column.
        """
        keep = np.ones(len(self), dtype=bool)
        for name, value in values.items():
            keep &= self[name] == value
        return Table((name, array[keep]) for name, array in self.items())

    def to_pandas(self):
        """The same as a pandas.DataFrame.

        Raises:
            ImportError: pandas is not installed (Debian: python3-pandas).
        """
        import pandas

        return pandas.DataFrame(dict(self))
