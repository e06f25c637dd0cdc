#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every numeric option of every program at and beyond its limits: it works, or one line on standard
error names the option and the exit status is 2. Then output that cannot be written.

  noma-options-test.py DIRECTORY_OF_THE_PROGRAMS

The options are read from --help, so that a new one is tried without being listed here.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.abspath(sys.argv[1])
VECTOR = f"{HERE}/reference/vectors/00"
GRAPH = ('{"format":"noma-graph/1","rateBps":1e6,"vertices":[{"name":"in","deviceSeconds":0,'
         '"edgeSeconds":0,"outputBits":8},{"name":"a","deviceSeconds":1,"edgeSeconds":0.1,'
         '"outputBits":8}],"edges":[[0,1]]}')
# arguments that make a short run; options tried replace them
BASE = {
    "noma-solve": {"instance": f"{VECTOR}.instance.json", "allocator": "ecc-noma", "effort": "0"},
    "noma-evaluate": {"instance": f"{VECTOR}.instance.json", "decision": f"{VECTOR}.decision.json"},
    "noma-profile": {"model": "nin-cifar10"},
    "noma-partition": {"graph": "GRAPH", "method": "exhaustive"},
    "noma-link": {"direction": "down", "snrDb": "10,20", "split": "0.8,0.2", "rate": "0.5,1",
                  "blocks": "50"},
    "noma-split-inference": {"aps": "1", "usersPerAp": "2", "subchannels": "1", "limit": "2",
                             "models": "nin-cifar10", "allocators": "ecc-noma"},
    "noma-battery": {"users": "1", "seconds": "1"},
    "noma-edge-overload": {"users": "1", "seconds": "0.1"},
    "noma-mobility": {"users": "1", "duration": "2.2"},
    "noma-interferer": {"duration": "0.3"},
    "noma-applications": {"duration": "1.1"},
    "noma-custom-allocator": {"users": "1"},
    "noma-campus": {"users": "1", "duration": "1"},
    "noma-any-network": {"users": "1", "tasks": "1", "model": "nin-cifar10"},
    "noma-fault-scenarios": {"scenario": "calm", "seconds": "0.1"},
}
# what a value needs beside the others
BESIDE = {"slotMs": {"limit": "0.5"}}  # slots of a microsecond, each with a decision
VALUES = ("0", "-1", "nan", "inf", "-inf", "1e300", "-1e300", "1e-300", "", "x", "1 ", "0x10",
          "4294967296", "18446744073709551616", "4294967295", "1e15", "0.9999999")
CPU_SECONDS = 10
failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAIL ", what, flush=True)


def limits():
    """A run that eats all time or memory ends by a signal, which is a failure."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def run(program, options, **more):
    command = [f"{PROGRAMS}/{program}"] + [f"--{name}={value}" for name, value in options.items()]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, preexec_fn=limits, **more)


def numeric_options(program):
    """Names of the options whose default, range or placeholder is a number, with their ranges."""
    text = subprocess.run([f"{PROGRAMS}/{program}", "--help"], capture_output=True, text=True,
                          check=False).stdout
    found = {}
    for match in re.finditer(r"^ +--([\w-]+)(?::| (\S+)|) +(.*)$", text, re.M):
        name, placeholder, about = match.groups()
        span = re.search(r"(-?[\d.e+-]+) to (-?[\d.e+-]+)", about)
        default = re.search(r"\[(-?\d[\d.e+-]*)\]$", about)
        if default or span or placeholder in ("N", "E", "S", "X", "V", "EPS", "A,B,...", "SEED"):
            found[name] = span.groups() if span else ()
    return found


def beyond(span):
    """The ends of a range and what lies just outside; the upper end itself may take long."""
    if not span:
        return ()
    low, high = map(float, span)
    whole = all(re.fullmatch(r"-?\d+", end) for end in span)
    step = 1 if whole else max(abs(high), 1) * 1e-4
    text = (lambda v: str(int(v))) if whole else repr
    return (span[0], text(low - (1 if whole else max(abs(low), 1e-4) * 0.1)), text(high + step))


def try_value(job):
    program, name, value = job
    done = run(program, {**BASE[program], **BESIDE.get(name, {}), name: value})
    lines = done.stderr.splitlines()
    clear = done.returncode == 2 and len(lines) == 1 and lines[0].startswith(f"{program}: ")
    expect(clear or (done.returncode == 0 and not done.stderr),
           f"{program} --{name}='{value}': status {done.returncode}, {done.stderr[:200]!r}")
    return clear


def numbers():
    jobs = []
    for program in BASE:
        if not os.path.exists(f"{PROGRAMS}/{program}"):
            continue
        options = numeric_options(program)
        for name, span in options.items():
            jobs += [(program, name, value) for value in dict.fromkeys(VALUES + beyond(span))]
        print(f"      {program}: {', '.join(options) or 'no number'}", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        refused = sum(pool.map(try_value, jobs))
    print(f"      {len(jobs)} values: {refused} refused, {len(jobs) - refused} worked")
    expect(len(jobs) > 500, f"options found in --help: {len(jobs)} values")
    expect(refused > len(jobs) / 2, "most of these values make no sense")


def outputs(folder):
    """Standard output that is full, folders and files that cannot be."""
    for program in [*BASE, "noma-quickstart"]:
        if not os.path.exists(f"{PROGRAMS}/{program}"):
            continue
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [f"{PROGRAMS}/{program}"] + [f"--{n}={v}" for n, v in BASE.get(program, {}).items()],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False, preexec_fn=limits)
        expect(done.returncode == 2 and done.stderr.count("\n") == 1
               and "standard output" in done.stderr,
               f"{program} > /dev/full: status {done.returncode}, {done.stderr[:200]!r}")
    program = "noma-split-inference"
    if os.path.exists(f"{PROGRAMS}/{program}"):
        for out in ("/dev/null/x", "/proc/x", folder):
            done = run(program, {**BASE[program], "tasks": "100000", "limit": "1000000", "out": out})
            expect(done.returncode == 2 and done.stderr.count("\n") == 1 and "out" in done.stderr,
                   f"--out={out}, told before the run: {done.returncode}, {done.stderr[:200]!r}")
        script = 'trap "" XFSZ; ulimit -f 0; exec "$@"'
        out = f"{folder}/new/results"
        done = subprocess.run(
            ["bash", "-c", script, "-", f"{PROGRAMS}/{program}", f"--out={out}"]
            + [f"--{n}={v}" for n, v in BASE[program].items()],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        expect(done.returncode == 2 and done.stderr.count("\n") == 1,
               f"a full disk: status {done.returncode}, {done.stderr[:200]!r}")
        expect(not os.path.exists(f"{folder}/new"), "nothing half-written is left")
    for program, extra in (("noma-solve", {}), ("noma-evaluate", {}),
                           ("noma-profile", {"format": "json"})):
        for out in ("/dev/full", "/dev/null/x", folder):
            done = run(program, {**BASE[program], **extra, "out": out})
            expect(done.returncode == 2 and done.stderr.count("\n") == 1,
                   f"{program} --out={out}: status {done.returncode}, {done.stderr[:200]!r}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # whatever a program writes under a strange name
        BASE["noma-partition"]["graph"] = f"{folder}/graph.json"
        with open(f"{folder}/graph.json", "w", encoding="ascii") as file:
            file.write(GRAPH)
        numbers()
        outputs(folder)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
