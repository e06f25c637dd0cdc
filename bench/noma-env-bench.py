#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What learning environments promise, in full counts; test/noma-env-test.py has small ones.

One line per figure, with the machine's load before and after.  Speed is wall time, so measure at a
quiet moment; everything runs on the processors named."""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/python")

import numpy as np  # noqa: E402

import noma  # noqa: E402

CROWD = {"usersPerAp": 30, "subchannels": 6, "maxSuperposed": 3, "rate": 0.5}
LONG = {"seed": 1, "seconds": 1e6, **CROWD}


def say(name, value, what):
    load = "/".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{name:65} {value:>10}  {what} (load {load})", flush=True)


def resident(env):
    """Memory of the simulator (byte)."""
    with open(f"/proc/{env._simulator.process.pid}/statm", encoding="ascii") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def actions(env, count):
    """As many actions, the same at every call."""
    rng = np.random.default_rng(1)
    return [rng.integers(env.action_space.nvec) for _ in range(count)]


def digest(env, seed, script):
    """What an episode shows, as a number."""
    hashed = hashlib.sha256()
    observation, _ = env.reset(seed=seed)
    for action in script:
        for name in sorted(observation):
            hashed.update(observation[name].tobytes())
        observation, reward, terminated, truncated, _ = env.step(action)
        hashed.update(np.float64(reward).tobytes())
        if terminated or truncated:
            break
    return hashed.hexdigest()


def resets(count):
    """Resets in one process: memory, and the same bytes at the end as at the beginning."""
    scene = {"usersPerAp": 6, "seconds": 0.5, "rate": 4}
    with noma.Env(**scene) as env:
        script = actions(env, 100)
        first = digest(env, 0, script)
        started = time.monotonic()
        for k in range(1, count):
            env.reset(seed=k)
            for action in script[: k % 40]:  # given up at different places, some played to the end
                if any(env.step(action)[2:4]):
                    break
            if k == 100:
                before = resident(env)
        took = time.monotonic() - started
        after = resident(env)
        again = digest(env, 0, script)
    with noma.Env(**scene) as env:
        fresh = digest(env, 0, script)
    growth = 100 * (after - before) / before
    say("resets in one process", count, f"{count / took:.0f} per second, none hung")
    say("memory growth after the first 100", f"{growth:.3f} %", f"{before / 2**20:.1f} MiB before")
    same = first == again == fresh
    say("same bytes, fresh and at the end", "yes" if same else "NO", f"after {count - 1} episodes")
    return same and growth < 1


def processor_seconds(pid):
    """Time that a process has computed (s)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
        words = stream.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def play(processors, count, n=0, **options):
    """Plays with noma.Env (n = 0) or n environments side by side, on these processors.

    Returns:
        wall time, processor time here and of the first simulator (s) of so many steps of each.
    """
    whole = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    with noma.VectorEnv(n, **options, **LONG) if n else noma.Env(**LONG) as env:
        halves = "batch_size" in options
        one = env.envs[0] if n else env
        script = [np.stack([a] * n) if n and not halves else a for a in actions(one, 97)]
        pid = one._simulator.process.pid
        if halves:
            env.async_reset(seed=1)
        else:
            env.reset(seed=1)
        for k in range(-count // 10, count):
            if k == 0:
                before = time.monotonic(), time.process_time(), processor_seconds(pid)
            if halves:
                for _ in range(n // env.batch_size):
                    whose = env.recv()[4]["env_id"]
                    env.send([script[k % 97]] * len(whose), whose)
            else:
                env.step(script[k % 97])
        after = time.monotonic(), time.process_time(), processor_seconds(pid)
    os.sched_setaffinity(0, whole)
    return [b - a for a, b in zip(before, after)]


def apart(processors, count):
    """Plays with noma.Env on each of these processors, by a process of its own.

    Returns:
        steps per second of all together: what two environments could reach at most here.
    """
    readers = []
    for processor in processors:
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                wall, *_ = play({processor}, count)
                os.write(writer, repr(count / wall).encode())
            finally:
                os._exit(0)  # the rest is the parent's to do
        os.close(writer)
        readers.append(reader)
    total = 0
    for reader in readers:
        total += float(os.read(reader, 100))
        os.close(reader)
        os.wait()
    return total


def without_python(count):
    """The same scene by its own rule: slots in which there is something to decide, per second of wall
    time and of the processor.  Round robin decides for next to nothing."""
    seconds = count * 0.01
    started = time.monotonic(), sum(os.times()[2:4])
    table = noma.run("noma-environment", local=True, rule="RoundRobinRule", seconds=seconds, **CROWD)
    took = time.monotonic() - started[0], sum(os.times()[2:4]) - started[1]
    return [table["steps"][0] / t for t in took]


def speed(count, rounds):
    """Slot steps per second with 30 users, on one processor and on two."""
    whole = os.sched_getaffinity(0)
    one = set(sorted(whole)[:1])
    wall, processor = without_python(count)
    say("30 users without Python", f"{wall:.0f}/s", f"RoundRobinRule; {processor:.0f}/s by processor time")
    cases = {
        "noma.Env, one core": {"processors": one},
        "VectorEnv(1), one core": {"processors": one, "n": 1},
        "noma.Env, both cores": {"processors": whole},
        "VectorEnv(2), both cores": {"processors": whole, "n": 2},
        "VectorEnv(2, spread), both cores": {"processors": whole, "n": 2, "spread": True},
        "VectorEnv(2, spread), first ready": {"processors": whole, "n": 2, "spread": True, "batch_size": 1},
    }
    ceiling = "two processes with noma.Env, a core each"
    rates = {name: [] for name in (*cases, ceiling)}
    parts = []
    for _ in range(rounds):
        for name, case in cases.items():
            wall, *processor = play(count=count, **case)
            rates[name].append(max(1, case.get("n", 1)) * count / wall)
            if name == "noma.Env, one core":
                parts.append([1e6 * part / count for part in processor])
        rates[ceiling].append(apart(sorted(whole)[:2], count))
    for name, found in rates.items():
        say(name, f"{np.median(found):.0f}/s", f"grants; median of {rounds}, {min(found):.0f} to {max(found):.0f}")
    here, there = np.median(parts, axis=0)
    say("noma.Env by processor time", f"{1e6 / (here + there):.0f}/s",
        f"{here:.0f} us Python, {there:.0f} us simulator per step; medians")
    for name in (*list(cases)[3:], ceiling):
        for base in list(cases)[:2]:
            ratios = np.array(rates[name]) / rates[base]
            low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
            say(f"{name} / {base}", f"{middle:.2f}", f"median of {rounds}, quarters {low:.2f} to {high:.2f}")


def deaths():
    """How long either side outlives the other."""
    env = noma.Env()
    env.reset(seed=1)
    started = time.monotonic()
    env._simulator.process.send_signal(signal.SIGKILL)
    try:
        for _ in range(2):
            env.step(np.zeros(env.layout.action.count, np.int64))
        text = "no error"
    except noma.NomaError as error:
        text = str(error)
    say("simulator killed: error after", f"{time.monotonic() - started:.3f} s", f"'{text}'")
    code = (
        f"import sys, time; sys.path.insert(0, {TOP + '/python'!r}); import noma\n"
        "env = noma.Env(); env.reset(seed=1); print(env._simulator.process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    agent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(agent.stdout.readline())
    started = time.monotonic()
    agent.kill()
    agent.wait()
    while time.monotonic() < started + 30:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
                if stream.read().rsplit(")", 1)[1].split()[0] == "Z":
                    break
        except FileNotFoundError:
            break
        time.sleep(0.001)
    say("agent killed: simulator gone after", f"{time.monotonic() - started:.3f} s", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin", help="folder of the programs")
    parser.add_argument("--resets", type=int, default=10000, help="0 = leave out")
    parser.add_argument("--messages", type=int, default=1000000, help="0 = leave out")
    parser.add_argument("--steps", type=int, default=1500, help="of a round; 0 = leave out")
    parser.add_argument("--rounds", type=int, default=25, help="in which all cases take turns")
    arguments = parser.parse_args()
    os.environ["NOMA_BIN"] = os.path.abspath(arguments.bin)
    good = True
    if arguments.steps:
        speed(arguments.steps, arguments.rounds)
    deaths()
    if arguments.messages:
        out = noma.call("noma-environment-fuzz", [str(arguments.messages), "3"]).strip()
        say("malformed messages", arguments.messages, out)
    if arguments.resets:
        good = resets(arguments.resets)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
