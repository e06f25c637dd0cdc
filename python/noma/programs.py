# SPDX-License-Identifier: GPL-2.0-only
"""Where the programs are, and how one is called."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class NomaError(Exception):
    """A program refused its input or failed; the text is its own last line.

    Attributes:
        status: exit status of the program (2: bad input; negative: the signal that ended it), or None
            if it could not be started.
    """

    def __init__(self, text, status=None):
        super().__init__(text)
        self.status = status


def _folders():
    """Folders that may hold the programs, best first."""
    if os.environ.get("NOMA_BIN"):
        return [os.environ["NOMA_BIN"]]
    checkout = os.path.dirname(os.path.dirname(HERE))
    folders = [f"{checkout}/build/{preset}/bin" for preset in ("release", "bench", "core", "debug")]
    # PREFIX/lib/python3/site-packages/noma -> PREFIX/bin
    up = HERE
    for _ in range(4):
        up = os.path.dirname(up)
    return folders + [f"{up}/bin"]


def find(program):
    """Finds a program of the module.

    Looked for in the folder that the environment variable NOMA_BIN names, or else in the build folders
    of the checkout that this package lies in, beside the installed package, and on the PATH.

    Args:
        program: its name, such as "noma-solve", or a path.

    Returns:
        its path.

    Raises:
        NomaError: there is none.
    """
    if os.path.dirname(program):
        if os.access(program, os.X_OK):
            return program
        raise NomaError(f"{program}: no such program")
    for folder in _folders():
        path = f"{folder}/{program}"
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    path = None if os.environ.get("NOMA_BIN") else shutil.which(program)
    if not path:
        where = os.environ.get("NOMA_BIN") or "the checkout, the installation or the PATH"
        raise NomaError(f"{program}: not in {where}; './noma run {program}' builds it")
    return path


def option(name, value):
    """An option as a program takes it: --name=value; true and false for a bool, commas in a list."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, (list, tuple)):
        value = ",".join(str(v) for v in value)
    return f"--{name}={value}"


def last_line(program, text):
    """The line of standard error that says what is wrong, empty if none does."""
    lines = [line for line in text.split("\n") if line.strip()]
    for line in lines:
        if line.startswith("Invalid command-line argument"):  # ns-3's; its whole help follows
            return f"{os.path.basename(os.fspath(program))}: {line}"
    return lines[-1] if lines else ""


def call(program, arguments, text=None):
    """Runs a program to its end.

    Args:
        program: name or path.
        arguments: list of strings.
        text: what it reads from standard input, or None for nothing.

    Returns:
        what it printed on standard output.

    Raises:
        NomaError: it did not exit with 0; its last line of standard error.
    """
    path = find(program)
    done = subprocess.run(
        [path, *arguments],
        input="" if text is None else text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = last_line(program, done.stderr)
        raise NomaError(why or f"{program}: exit status {done.returncode}, no message", done.returncode)
    return done.stdout
