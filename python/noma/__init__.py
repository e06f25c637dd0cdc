# SPDX-License-Identifier: GPL-2.0-only
"""NOMA and split inference from Python: runs, campaigns, instances, networks.

Needs the standard library and NumPy only.  The programs do the work; this package finds them (see
:func:`noma.find`), calls them and turns what they print into arrays and dicts.
"""

from .problems import evaluate, profile, read, solve, write
from .programs import NomaError, call, find
from .runs import campaign, run
from .table import Table

__all__ = [
    "NomaError",
    "Table",
    "call",
    "campaign",
    "evaluate",
    "find",
    "profile",
    "read",
    "run",
    "solve",
    "write",
]
