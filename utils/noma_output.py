# SPDX-License-Identifier: GPL-2.0-only
"""Results of scripts: files whole or not at all; one line and exit status 2 when that fails."""

import contextlib
import os
import sys


@contextlib.contextmanager
def whole(path):
    """A name to write to in place of path, where it goes when nothing failed."""
    stem, extension = os.path.splitext(os.fspath(path))
    part = f"{stem}.part{extension}"
    try:
        yield part
        os.replace(part, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.remove(part)
        if isinstance(error, OSError) and error.filename in (None, part):
            error.filename = os.fspath(path)
        raise


def tried_folder(path):
    """Makes a folder if need be and writes into it, before long work; OSError if that fails."""
    os.makedirs(path, exist_ok=True)
    probe = os.path.join(path, f".try-{os.getpid()}")
    with open(probe, "w", encoding="ascii") as file:
        file.write("try\n")
    os.remove(probe)


def run(program, main):
    """Exit status of main(); what cannot be read or written is one line on standard error."""
    try:
        status = main()
        sys.stdout.flush()
        return status
    except OSError as error:
        name = f"'{error.filename}': " if error.filename else ""
        print(f"{program}: {name or 'standard output: '}{error.strerror}", file=sys.stderr)
        # the interpreter flushes once more on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
