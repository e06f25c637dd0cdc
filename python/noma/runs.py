# SPDX-License-Identifier: GPL-2.0-only
"""Single runs and campaigns of an experiment program, as tables."""

import os
import subprocess
import sys
import tempfile

from .programs import HERE, NomaError, call, find, option
from .table import Table


def last_csv(text):
    """The CSV at the end of a text: its last lines with the same number of commas, at least one."""
    block = []
    for line in reversed([line for line in text.split("\n") if line.strip()]):
        if "," not in line or (block and line.count(",") != block[0].count(",")):
            break
        block.append(line)
    return "\n".join(reversed(block))


def run(program, **parameters):
    """Runs a program once.

    Args:
        program: name, such as "noma-link" or "noma-split-inference", or path.
        parameters: its options by name; a list becomes values with commas, a bool true or false.
            ``format="csv"`` is added for noma-split-inference, whose table is for people otherwise.

    Returns:
        a :class:`Table` of the CSV that the program's output ends with.

    Raises:
        NomaError: the program is not there, refused an option, or printed no CSV.
    """
    if os.path.basename(program) == "noma-split-inference":
        parameters.setdefault("format", "csv")
    text = last_csv(call(program, [option(name, value) for name, value in parameters.items()]))
    if "\n" not in text:
        raise NomaError(f"{program}: its output does not end with CSV")
    return Table.from_csv(text)


def _campaign_script():
    """The campaign program: of the checkout, or as installed."""
    up = HERE
    for _ in range(4):
        up = os.path.dirname(up)
    checkout = os.path.dirname(os.path.dirname(HERE))
    for path in (f"{checkout}/utils/campaign", f"{up}/share/noma/campaign"):
        if os.path.isfile(path):
            return path
    raise NomaError("campaign: the script is neither in a checkout nor installed")


def campaign(program, seeds="1", out=None, jobs=None, **grid):
    """Runs a program over a grid of parameters and seeds, over the cores of this machine.

    Args:
        program: name or path of a program whose output ends with one line of names and one of values.
        seeds: such as "1-10" or "1,5,7"; they become --RngRun.
        out: CSV file to write, or to resume if it is there; None keeps nothing.
        jobs: runs at a time, None for one per core.
        grid: an option by name with a list of values, or one value.

    Returns:
        a :class:`Table`, a row per run: first the parameters and RngRun, then the program's columns.

    Raises:
        NomaError: runs failed; those that did not are in the file, and the same call repeats the rest.
    """
    words = []
    if os.path.basename(program) == "noma-split-inference":
        grid.setdefault("format", "csv")
    for name, values in grid.items():
        many = values if isinstance(values, (list, tuple, range)) else [values]
        texts = [option(name, v).split("=", 1)[1].replace(",", "\\,") for v in many]
        words.append(f"{name}={','.join(texts)}")
    with tempfile.TemporaryDirectory() as folder:
        path = out or f"{folder}/campaign.csv"
        command = [sys.executable, _campaign_script(), "--out", path, "--seeds", str(seeds)]
        command += ["--jobs", str(jobs)] if jobs else []
        command += [os.path.abspath(find(program)), *words]
        done = subprocess.run(command, check=False)  # its progress goes to standard error
        if done.returncode != 0:
            raise NomaError(f"campaign of {program}: some runs failed, see above", done.returncode)
        with open(path, encoding="utf-8") as stream:
            return Table.from_csv(stream.read())
