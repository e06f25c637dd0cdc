# SPDX-License-Identifier: GPL-2.0-only
"""Talks to a simulator process: the protocol of environments, version 2 (see doc/noma-python.rst)."""

import math
import os
import select
import struct
import subprocess
import tempfile
import time
from collections import namedtuple

import numpy as np

from .programs import NomaError, find, last_line, option

MAGIC = 0x414D4F4E
VERSION = 2
HELLO, RESET, OBSERVE, ACT, CLOSE, ERROR = range(1, 7)
DECISIONS = ("cuts", "grants", "powers", "weights")
MAX_BYTES = 1 << 27
MAX_SEED = 2**32 - 2
MAX_RUN = 2**53
NO_AXIS = 255
NAME = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")

#: One array of numbers: its name, whether they are whole, which axis counts users (or None), bounds,
#: shape, number of values.
Field = namedtuple("Field", "name whole user_axis low high shape size")
#: What an action looks like: whole numbers or not, number of entries, choices of each, bounds.
Action = namedtuple("Action", "whole count choices low high")
#: All that HELLO says.
Layout = namedtuple("Layout", "users action constants info observations")


class Reader:
    """Takes numbers out of a message; what is missing or impossible is a NomaError."""

    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.at = 0

    def fail(self, field, value, allowed):
        raise NomaError(f"{self.name}: {field} is {value}, allowed: {allowed}")

    def take(self, kind, field):
        size = struct.calcsize("<" + kind)
        if self.at + size > len(self.data):
            raise NomaError(f"{self.name}: {field} is missing: the message ends before it")
        values = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += size
        return values[0] if len(values) == 1 else values

    def numbers(self, count, kind, field):
        width = struct.calcsize("<" + kind)
        if self.at + width * count > len(self.data):
            raise NomaError(f"{self.name}: {field} is missing: the message ends before it")
        array = np.frombuffer(self.data, "<" + {"d": "f8", "I": "u4"}[kind], count, self.at)
        self.at += width * count
        return array.copy()

    def field(self):
        length = self.take("B", "length of a name")
        name = self.take(f"{length}s", "name") if length else b""
        if not 1 <= length <= 31 or not all(c in NAME for c in name):
            self.fail("name", name, "1 to 31 letters, digits and _")
        name = name.decode("ascii")
        whole, axis, low, high, rank = self.take("BBddB", f"{name}: description")
        if rank > 4:
            self.fail(f"{name}: axes", rank, "0 to 4")
        shape = tuple(self.take("I", f"{name}: shape") for _ in range(rank))
        size = math.prod(shape)
        if size * 8 > MAX_BYTES:
            self.fail(f"{name}: values", size, f"0 to {MAX_BYTES // 8}")
        if math.isnan(low) or math.isnan(high) or low > high:
            self.fail(f"{name}: bounds", (low, high), "numbers in order")
        if axis != NO_AXIS and axis >= rank:
            self.fail(f"{name}: user axis", axis, f"below {rank}, or {NO_AXIS}")
        return Field(name, whole != 0, None if axis == NO_AXIS else axis, low, high, shape, size)

    def fields(self, what):
        return [self.field() for _ in range(self.take("H", f"number of {what}"))]

    def end(self):
        if self.at != len(self.data):
            self.fail("length", len(self.data), f"{self.at}")


def decode_hello(data, decision):
    """Reads the simulator's HELLO.

    Args:
        data: its body.
        decision: what was asked for, a number.

    Returns:
        a Layout, constants as a dict of arrays by name.

    Raises:
        NomaError: naming what is wrong.
    """
    reader = Reader("hello", data)
    magic, version, theirs = reader.take("IHB", "start")
    if magic != MAGIC:
        reader.fail("magic", magic, MAGIC)
    if version != VERSION:
        reader.fail("version", version, VERSION)
    if theirs != decision:
        reader.fail("decision", theirs, decision)
    users, kind, count = reader.take("IBI", "action")
    if kind > 1:
        reader.fail("kind of action", kind, "0, 1")
    if kind == 0:
        choices, low, high = reader.numbers(count, "I", "choices"), 0.0, 0.0
        if (choices == 0).any():
            reader.fail("choices", 0, "at least 1")
    else:
        choices, (low, high) = None, reader.take("dd", "bounds of the action")
    constants = {}
    for field in reader.fields("constants"):
        constants[field.name] = field
    for name, field in constants.items():
        values = reader.numbers(field.size, "d", name).reshape(field.shape)
        good = np.isfinite(values) & (np.abs(values) <= 2**53) if field.whole else ~np.isnan(values)
        if not good.all():
            reader.fail(name, values[~good][0], "a whole number" if field.whole else "a number")
        constants[name] = values.astype(np.int64) if field.whole else values
    info = reader.fields("numbers of info")
    observations = reader.fields("observations")
    reader.end()
    for field in info:
        if field.shape:
            reader.fail(f"{field.name}: shape", field.shape, "one number")
    total = users + sum(field.size for field in info + observations)
    if total * 8 > MAX_BYTES:
        reader.fail("numbers of an observation", total, f"0 to {MAX_BYTES // 8}")
    return Layout(users, Action(kind == 0, count, choices, low, high), constants, info, observations)


class Simulator:
    """A simulator process and the way to it.

    Args:
        scenario: name or path of the program, or a list of words.
        decision: one of DECISIONS.
        parameters: its options.
        timeout: seconds to wait for an answer.

    Attributes:
        layout: what it says of itself.

    Raises:
        NomaError: it is not there, refuses an option, or speaks another protocol.
    """

    def __init__(self, scenario, decision, parameters, timeout):
        words = [scenario] if isinstance(scenario, (str, os.PathLike)) else list(scenario)
        self.name = os.path.basename(os.fspath(words[0]))
        self.timeout = timeout
        command = [find(os.fspath(words[0])), *words[1:]]
        command += [option(name, value) for name, value in parameters.items()]
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, bufsize=0
        )
        self.to = self.process.stdin.fileno()
        self.of = self.process.stdout.fileno()
        self.poll = select.poll()
        self.poll.register(self.of, select.POLLIN | select.POLLHUP)
        self.heard = b""  # of the next message
        self.busy = False  # whether an answer is on its way
        try:
            self.send(HELLO, struct.pack("<IHB", MAGIC, VERSION, DECISIONS.index(decision)))
            self.layout = decode_hello(self.receive(HELLO), DECISIONS.index(decision))
        except BaseException:
            self.kill()
            raise

    def send(self, kind, body=b""):
        """Sends a message that is answered."""
        self.write(struct.pack("<IB", 1 + len(body), kind) + body)

    def write(self, message):
        """Sends the bytes of a message that is answered."""
        if self.process is None:
            raise NomaError(f"{self.name}: the environment is closed")
        self.busy = True
        try:
            done = os.write(self.to, message)
            while done < len(message):
                done += os.write(self.to, memoryview(message)[done:])
        except BrokenPipeError:
            self.receive(None)  # it may have said why

    def _wait(self, seconds):
        """Until there is something to read, or it is too late."""
        if seconds <= 0 or not self.poll.poll(1000 * seconds):
            self.give_up()

    def give_up(self):
        """It is too late: ends the process and says so."""
        self.kill()
        raise NomaError(f"{self.name}: no answer within {self.timeout:g} s")

    def _read(self, count):
        """So many bytes; what comes after them is kept."""
        have = len(self.heard)
        if have < count:
            parts, end = [self.heard], time.monotonic() + self.timeout
            while have < count:
                self._wait(end - time.monotonic())
                parts.append(os.read(self.of, max(1 << 16, count - have)))
                if not parts[-1]:
                    self._gone()
                have += len(parts[-1])
            self.heard = b"".join(parts)
        data, self.heard = self.heard[:count], self.heard[count:]
        return data

    def receive(self, kind):
        """Waits for a message of a kind; None: of whatever kind, only to see what went wrong.

        Returns:
            its body.
        """
        if self.process is None:
            raise NomaError(f"{self.name}: the environment is closed")
        length, theirs = struct.unpack("<IB", self._read(5))
        if not 1 <= length <= MAX_BYTES:
            self.kill()
            raise NomaError(f"{self.name}: message: length is {length}, allowed: 1 to {MAX_BYTES}")
        body = self._read(length - 1)
        self.busy = False
        if theirs == ERROR:
            self._finish(2)
            raise NomaError(f"{self.name}: {body[:1000].decode('ascii', 'replace')}", self.status)
        if kind is None:
            return self.receive(None)
        if theirs != kind:
            self.kill()
            raise NomaError(f"{self.name}: message: type is {theirs}, allowed: {kind}")
        return body

    def receive_into(self, room, head, here):
        """Waits for a message whose length and type are known.

        Args:
            room: memoryview, receives the message.
            head: length and type, as bytes.
            here: whether something is known to be there.
        """
        if self.process is not None and not self.heard:
            if not here:
                self._wait(self.timeout)
            count = os.readv(self.of, [room])
            if count == len(room) and room[:5] == head:
                self.busy = False
                return
            self.heard = bytes(room[:count])
        # in pieces, or something else
        body = self.receive(head[4])
        if 5 + len(body) != len(room):
            self.kill()
            raise NomaError(f"{self.name}: message: length is {1 + len(body)}, allowed: {len(room) - 4}")
        room[:] = head + body

    def _finish(self, seconds):
        """Waits for the process to end, ends it otherwise, and lets go of it."""
        process, self.process = self.process, None
        process.stdin.close()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self.status = process.returncode
        self.errors.seek(0)
        text = self.errors.read()
        self.errors.close()
        return last_line(self.name, (text[:4000] + b"\n" + text[-4000:]).decode("utf-8", "replace"))

    def _gone(self):
        """The process has closed its end."""
        why = self._finish(1)
        if not why:
            code = self.status
            how = f"signal {-code}" if code < 0 else f"exit status {code}"
            why = f"{self.name}: the simulator ended ({how}) and said nothing"
        raise NomaError(why, self.status)

    def kill(self):
        """Ends the process at once."""
        if self.process is not None:
            self.process.kill()
            self._finish(2)

    def close(self):
        """Lets the process end."""
        if self.process is None:
            return
        if self.busy:  # computes something nobody will ask for
            self.kill()
            return
        try:
            os.write(self.to, struct.pack("<IB", 1, CLOSE))
        except BrokenPipeError:
            pass  # it is gone already
        self._finish(2)
