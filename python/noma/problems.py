# SPDX-License-Identifier: GPL-2.0-only
"""Instances, decisions and networks: what the command-line tools read and print, as dicts.

The formats are those of the tools (noma-instance/1, noma-decision/1, noma-profile/1).
"""

import json
import os
import tempfile

from .programs import call, option


def read(path):
    """Reads an instance, a decision or a network.

    Args:
        path: a JSON file.

    Returns:
        its content as a dict.
    """
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def write(what, path):
    """Writes an instance, a decision or a network, whole or not at all.

    Args:
        what: a dict.
        path: file to write.

    Raises:
        FileExistsError: the file is there; nothing is overwritten.
        ValueError: a value is NaN or infinite, which JSON cannot hold.
    """
    text = json.dumps(what, allow_nan=False)
    if os.path.exists(path):
        raise FileExistsError(path)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)  # unlike a rename, refuses to replace
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def solve(instance, allocator, start=None, **options):
    """Solves one instance outside a simulator, through noma-solve.

    Args:
        instance: a dict as :func:`read` gives it.
        allocator: name, such as "ecc-noma".
        start: a decision to start from, or None.
        options: effort, seed, max_iterations, epsilon, step: see ``noma-solve --help``.

    Returns:
        a dict: the decision, and per user delay, energy, rate, SINR and utility, gamma and report. It
        can be given to :func:`evaluate` and as ``start``.

    Raises:
        NomaError: naming the field that is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        words = ["--instance", "-", "--allocator", allocator]
        if start is not None:
            write(start, f"{folder}/start.json")
            words += ["--start", f"{folder}/start.json"]
        for name, value in options.items():
            words += option(name.replace("_", "-"), value).split("=", 1)
        return json.loads(call("noma-solve", words, json.dumps(instance)))


def evaluate(instance, decision):
    """Evaluates a decision, through noma-evaluate.

    Args:
        instance: a dict.
        decision: a dict, of one's own or from :func:`solve`.

    Returns:
        a dict: delay (s), energy (J) and utility per user, and gamma.

    Raises:
        NomaError: naming the field that is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(instance, f"{folder}/instance.json")
        write(decision, f"{folder}/decision.json")
        words = ["--instance", f"{folder}/instance.json", "--decision", f"{folder}/decision.json"]
        return json.loads(call("noma-evaluate", words))


def profile(model, **options):
    """Counts a network's work and the sizes at its cuts, through noma-profile.

    Args:
        model: name of a built-in network, or a file.
        options: input, view and others, see ``noma-profile --help``; an underscore stands for "-".

    Returns:
        a dict, noma-profile/1: per vertex MACs, FLOPs, parameters, output sizes.

    Raises:
        NomaError: naming what is wrong.
    """
    words = ["--model", model, "--format", "json"]
    for name, value in options.items():
        words += option(name.replace("_", "-"), value).split("=", 1)
    return json.loads(call("noma-profile", words))
