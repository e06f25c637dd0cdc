# SPDX-License-Identifier: GPL-2.0-only
"""NOMA and split inference from Python: runs, campaigns, instances, networks, learning environments.

Needs the standard library and NumPy only.  The programs do the work; this package finds them (see
:func:`noma.find`), calls them and turns what they print into arrays and dicts.
"""

from . import spaces
from .agents import Smith
from .env import Env
from .parallel import ParallelEnv
from .problems import evaluate, profile, read, solve, write
from .programs import NomaError, call, find
from .runs import campaign, run
from .table import Table
from .vector import VectorEnv

__all__ = [
    "Env",
    "NomaError",
    "ParallelEnv",
    "Smith",
    "Table",
    "VectorEnv",
    "call",
    "campaign",
    "evaluate",
    "find",
    "profile",
    "read",
    "run",
    "solve",
    "spaces",
    "write",
]
