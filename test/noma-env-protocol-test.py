#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the protocol between agents in Python and the simulator: bytes, faults, and the end of either side.
usage: noma-env-protocol-test.py BIN-FOLDER [TEST...]"""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

from noma_env_play import BIN, SMALL, TOP

import numpy as np

import noma
from noma import batch, protocol, vector

PATIENCE = 20  # seconds that a loaded machine may take; what is documented is 2


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


#: A simulator of one user with an action of 0 to 2, which answers as its argument says.
PRETENDER = """
import os, struct, sys, time
mode, first = sys.argv[1:3]
def say(kind, body, pieces=1):
    data = struct.pack("<IB", 1 + len(body), kind) + body
    size = -(-len(data) // pieces)
    for at in range(0, len(data), size):
        os.write(1, data[at : at + size])
        time.sleep(0.01 if pieces > 1 else 0)
def hear():
    length, kind = struct.unpack("<IB", sys.stdin.buffer.read(5))
    return kind, sys.stdin.buffer.read(length - 1)
def field(name, whole, count):
    return struct.pack("<B4sBBddBI", 4, name, whole, 255, -1, 9, 1, count)
one = struct.pack("<B4sBBddB", 4, b"slot", 1, 255, 0, 9, 0)
hear()
say(1, struct.pack("<IHBIBIIH", 0x414D4F4E, 2, 1, 1, 0, 1, 3, 0) + struct.pack("<H", 1) + one
    + struct.pack("<H", 2) + field(b"ap__", 1, 2) + field(b"gain", 0, 2))
step = 0
while True:
    kind, body = hear()
    if kind == 5:
        break
    step = 0 if kind == 2 else step + 1
    values = [-1.0, 0.25, float(step), 100 * int(first) + step, -1, 1]
    if mode == "huge":
        values[1:3] = 1.5e308, -float("inf")
    if step == 2 and mode[:3] == "nan":
        values[int(mode[3:])] = -float("nan") if mode == "nan2" else float("nan")
    if step == 2 and mode == "short":
        values.pop()
    if step == 2 and mode == "hello":
        kind = 1
    if step == 2 and mode == "silent":
        time.sleep(30)
    if mode == "late":
        time.sleep(0.02)
    while mode.startswith("after ") and not os.path.exists(mode[6:]):
        time.sleep(0.001)
    body = struct.pack("<Bddd" + (len(values) - 3) * "q", 0, *values)
    say(1 if kind == 1 else 3, body, 7 if mode == "pieces" else 1)
    if step == 1 and mode == "dies":
        break
"""


def pretender(mode, first=0):
    """The words that start it."""
    return [sys.executable, "-c", PRETENDER, mode, str(first)]


class Messages(unittest.TestCase):
    """What Python makes of messages that are as documented, and of others."""

    def several(self, *modes, **options):
        """A VectorEnv of pretenders, each in a way of its own."""
        made = [pretender(mode, k) for k, mode in enumerate(modes)]
        with unittest.mock.patch.object(
            vector, "Env", lambda _, **rest: noma.Env(made[rest["seed"]], **rest)
        ):
            return noma.VectorEnv(len(made), seed=0, **options)

    def test_act(self):
        for whole, code, given in ((True, "i", [2, 0, 6]), (False, "d", [0.5, 0, 6])):
            action = protocol.Action(whole, 3, np.array([3, 1, 7], np.uint32), 0.0, 6.0)
            acts = batch.Acts(action, 2)
            expected = struct.pack("<BBI3" + code, protocol.ACT, not whole, 3, *given)
            kind = np.int64 if whole else np.float64
            for table in ([given, given], np.array([given, given], kind), np.array(2 * [given], kind) + 0):
                acts.write(slice(None), [[0, 0, 0]] * 2)
                acts.write([1], table[:1])
                self.assertEqual(bytes(acts.rows[1]), struct.pack("<I", len(expected)) + expected)
                self.assertEqual(bytes(acts.rows[0][10:]), bytes(len(expected) - 6))
        for bad in (7, -1, 2**32, -(2**40), 2**63 - 1):
            acts = batch.Acts(protocol.Action(True, 3, np.array([3, 1, 7], np.uint32), 0.0, 0.0), 2)
            for table in ([[1, 0, 6], [0, 0, bad]], np.array([[1, 0, 6], [0, 0, bad]])):
                with self.assertRaisesRegex(ValueError, rf"action\[2\] is {bad}, allowed: 0 to 6"):
                    acts.write(slice(None), table)
            self.assertEqual(bytes(acts.rows[0][10:]), bytes(12))  # all or none

    def test_observe(self):
        for mode in ("plain", "pieces", "late"):
            with noma.Env(pretender(mode, 3)) as env:
                observation, info = env.reset(seed=0)
                self.assertEqual((info["slot"], type(info["slot"])), (300, int))
                observation, reward, terminated, truncated, info = env.step([2])
                self.assertEqual((reward, terminated, truncated), (-1.0, False, False))
                self.assertEqual(info["slot"], 301)
                self.assertEqual(observation["ap__"].tolist(), [-1, 1])
                self.assertEqual(observation["ap__"].dtype, np.int64)
                self.assertEqual(observation["gain"].tolist(), [0.25, 1.0])

    def test_numbers_may_be_large(self):
        with noma.Env(pretender("huge")) as env:
            env.reset(seed=0)
            self.assertEqual(env.step([1])[0]["gain"].tolist(), [1.5e308, -np.inf])

    def test_several_in_any_order(self):
        with self.several("late", "plain", "pieces") as env:
            env.reset()
            for step in range(1, 4):
                observation, rewards, _, _, info = env.step(np.ones((3, 1), np.int64))
                self.assertEqual(info["slot"].tolist(), [step, 100 + step, 200 + step])
                self.assertEqual(rewards.tolist(), [-1.0] * 3)
                self.assertEqual(observation["gain"].tolist(), [[0.25, step]] * 3)
                self.assertEqual(env.envs[1]._last[4]["slot"], 100 + step)

    def test_whoever_is_first(self):
        with tempfile.TemporaryDirectory() as folder:
            signal_to_go = os.path.join(folder, "go")
            with self.several(f"after {signal_to_go}", "plain", "pieces", batch_size=2) as env:
                env.async_reset()
                for _ in range(4):  # the first keeps nobody waiting
                    whose = env.recv()[4]["env_id"].tolist()
                    self.assertEqual(sorted(whose), [1, 2])
                    env.send([[1]] * 2, whose)
                with open(signal_to_go, "w", encoding="ascii"):
                    pass
                while 0 not in whose:  # and has its turn
                    observation, _, _, _, info = env.recv()
                    whose = info["env_id"].tolist()
                    env.send([[1]] * 2, whose)
                self.assertEqual(info["slot"][whose.index(0)], 0)
                self.assertEqual(observation["gain"].shape, (2, 2))

    def test_what_is_refused(self):
        for mode, why in (
            ("nan0", "observe: value 0 is NaN"),
            ("nan2", "observe: value 2 is NaN"),
            ("short", "message: length is 42, allowed: 50"),
            ("hello", "message: type is 1, allowed: 3"),
            ("silent", "no answer within 0.5 s"),
            ("dies", "said nothing"),
        ):
            env = noma.Env(pretender(mode), timeout=20 if mode != "silent" else 0.5)
            several = self.several("late", mode, "late", timeout=20 if mode != "silent" else 0.5)
            for one, action in ((env, [1]), (several, [[1]] * 3)):
                one.reset()
                one.step(action)
                with self.assertRaisesRegex(noma.NomaError, why):
                    one.step(action)
                with self.assertRaisesRegex(noma.NomaError, "closed"):
                    one.reset()
                one.close()


class Faults(unittest.TestCase):
    def test_refused_options(self):
        with self.assertRaisesRegex(noma.NomaError, "--usersPerAp is '0', allowed") as caught:
            noma.Env(usersPerAp=0)
        self.assertEqual(caught.exception.status, 2)
        with self.assertRaises(noma.NomaError):
            noma.Env(noSuchOption=1)
        with self.assertRaisesRegex(noma.NomaError, "noma-nothing"):
            noma.Env("noma-nothing")

    def test_another_program(self):
        with self.assertRaises(noma.NomaError):  # speaks no protocol, and ends
            noma.Env("/bin/true")
        with self.assertRaisesRegex(noma.NomaError, "message: length|hello"):
            noma.Env(["/bin/echo", "what is this, no message at all"])
        with self.assertRaisesRegex(noma.NomaError, "no answer within 0.5 s"):
            noma.Env(["/bin/sleep", "30"], timeout=0.5)

    def test_killed_simulator(self):
        for signal_number in (signal.SIGKILL, signal.SIGTERM):
            env = noma.Env(**SMALL)
            env.reset(seed=1)
            process = env._simulator.process
            process.send_signal(signal_number)
            process.wait(PATIENCE)
            with self.assertRaisesRegex(noma.NomaError, f"ended .signal {signal_number}. and said nothing"):
                env.step(np.zeros(6, np.int64))
            with self.assertRaisesRegex(noma.NomaError, "closed"):
                env.reset()
            env.close()

    def test_killed_agent(self):
        code = (
            f"import sys, time; sys.path.insert(0, {TOP + '/python'!r})\n"
            "import noma\n"
            "env = noma.VectorEnv(2, usersPerAp=3, rate=6, seconds=1)\n"
            "env.reset(seed=1)\n"
            "print(*[e._simulator.process.pid for e in env.envs], flush=True)\n"
            "time.sleep(60)\n"
        )
        agent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        pids = [int(word) for word in agent.stdout.readline().split()]
        self.assertEqual([alive(pid) for pid in pids], [True, True])
        agent.kill()
        agent.wait()
        agent.stdout.close()
        end = time.monotonic() + PATIENCE
        while any(alive(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual([alive(pid) for pid in pids], [False, False])

    def test_forgotten_environments_end(self):
        env = noma.Env(**SMALL)
        pid = env._simulator.process.pid
        del env
        self.assertFalse(alive(pid))

    def raw(self, *messages, fd=False):
        """Says something to a simulator; returns exit status, last line of its errors, its answers."""
        words = [f"{BIN}/noma-environment", "--usersPerAp=3", "--rate=6"]
        data = b"".join(messages)
        if fd:
            mine, theirs = socket.socketpair()
            process = subprocess.Popen(
                [*words, f"--fd={theirs.fileno()}"],
                pass_fds=[theirs.fileno()],
                stderr=subprocess.PIPE,
            )
            theirs.close()
            for at in range(0, len(data), 3):  # in pieces
                mine.sendall(data[at : at + 3])
                time.sleep(0.001)
            mine.shutdown(socket.SHUT_WR)
            out = b""
            while part := mine.recv(65536):
                out += part
            mine.close()
            errors = process.stderr.read()
            process.stderr.close()
            process.wait(PATIENCE)
        else:
            process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            out, errors = process.communicate(data, PATIENCE)
        answers = []
        while out:
            size = struct.unpack_from("<I", out)[0]
            answers.append(out[4 : 4 + size])
            out = out[4 + size :]
        return process.returncode, errors.decode().strip(), answers

    def test_malformed_messages(self):
        hello = struct.pack("<IBIHB", 8, protocol.HELLO, protocol.MAGIC, 2, 1)
        reset = struct.pack("<IBQQ", 17, protocol.RESET, 3, 1)
        act = struct.pack("<IBBI6i", 30, protocol.ACT, 0, 6, 0, 0, 0, 0, 0, 0)
        close = struct.pack("<IB", 1, protocol.CLOSE)
        for fd in (False, True):
            status, errors, answers = self.raw(hello, reset, act, act, close, fd=fd)
            self.assertEqual((status, errors), (0, ""))
            self.assertEqual([a[0] for a in answers], [1, 3, 3, 3])
        wrong = [
            ((reset,), "the first message is not hello"),
            ((struct.pack("<I", 2**31),), "message: length is 2147483648, allowed: 1 to 1048576"),
            ((struct.pack("<IBIHB", 8, 1, protocol.MAGIC, 1, 1),), "hello: version is 1, allowed: 2"),
            ((hello, act), "act: no episode waits for an action"),
            ((hello, reset, act[:4] + b"\x09"), "the agent is gone"),
            ((hello, reset, act[:-4] + struct.pack("<i", 3)), "act: entry 5 is 3, allowed: 0 to 2"),
            ((hello, struct.pack("<IBQQ", 17, 2, 2**32, 1)), "reset: seed is 4294967296"),
            ((hello, struct.pack("<IB3s", 4, 6, b"why")), "the agent failed: why"),
            ((hello, reset), "the agent is gone"),
        ]
        for messages, line in wrong:
            status, errors, answers = self.raw(*messages)
            self.assertEqual(status, 2, line)
            self.assertTrue(errors.startswith("noma-environment: "), errors)
            self.assertNotIn("\n", errors)
            self.assertIn(line, errors)
            self.assertEqual(answers[-1][0], protocol.ERROR)
            self.assertIn(line, answers[-1][1:].decode())
        nan = struct.pack("<IBBI3d", 30, protocol.ACT, 1, 3, 1.0, float("nan"), 1.0)
        weights = struct.pack("<IBIHB", 8, protocol.HELLO, protocol.MAGIC, 2, 3)
        self.assertIn("act: entry 1 is nan, allowed: 0 to 10", self.raw(weights, reset, nan)[1])

    def test_answers_are_not_believed(self):
        with noma.Env(**SMALL) as env:
            env._simulator.send(protocol.RESET, struct.pack("<QQ", 1, 1))
            body = env._simulator.receive(protocol.OBSERVE)
        name = struct.pack("<B4sBBddB", 4, b"name", 0, 255, 0, 1, 0)
        good = (
            struct.pack("<IHB", protocol.MAGIC, 2, 1)
            + struct.pack("<IBI2I", 1, 0, 2, 3, 3)
            + struct.pack("<H", 1) + name + struct.pack("<d", 0.5)
            + struct.pack("<HH", 0, 0)
        )
        layout = protocol.decode_hello(good, 1)
        self.assertEqual(float(layout.constants["name"]), 0.5)
        self.assertGreater(len(body), 100)
        rng = np.random.default_rng(1)
        for _ in range(3000):
            bad = bytearray(good)
            for _ in range(rng.integers(1, 4)):
                at = rng.integers(len(bad))
                if rng.random() < 0.3:
                    del bad[at:]
                    break
                bad[at] = rng.integers(256)
            try:
                layout = protocol.decode_hello(bytes(bad), 1)
                self.assertLessEqual(layout.action.count, len(good))
            except noma.NomaError as error:
                self.assertIn("hello: ", str(error))


if __name__ == "__main__":
    unittest.main()
