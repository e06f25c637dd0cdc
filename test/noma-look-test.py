#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Timelines of the programs and pages of utils/report: what viewers expect of a file, times that add
up, results that do not depend on being watched, disks that are full, and a page that a browser
draws. Without matplotlib or Chromium the part that needs it is skipped with one line.

  noma-look-test.py DIRECTORY_OF_THE_PROGRAMS
"""

import csv
import html.parser
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/utils")
BIN = os.path.abspath(sys.argv[1])
SMALL = ("--aps=2", "--usersPerAp=4", "--subchannels=2", "--models=nin-cifar10", "--progress=false")
failures = []

from noma_timeline import Timeline, check, nanoseconds, replay  # noqa: E402


def expect(condition, what):
    print(("ok    " if condition else "FAIL  ") + what)
    if not condition:
        failures.append(what)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)


def program(name, *options, **more):
    return run(f"{BIN}/{name}", *options, **more)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def adds_up(timeline):
    """Whether the stages of every task add up to it, to the nanosecond."""
    tasks, at = 0, None
    for e in timeline.events:
        if e.get("cat") == "task":
            if at is not None and at != end:
                return 0
            tasks += 1
            at = nanoseconds(e["ts"])
            end = at + nanoseconds(e["dur"])
        elif e.get("cat") == "stage":
            if nanoseconds(e["ts"]) != at:
                return 0
            at += nanoseconds(e["dur"])
    return tasks if at is None or at == end else 0


def every_program(folder):
    for name, options, tasks in (("noma-quickstart", (), 3), ("noma-battery", ("--seconds=20",), 30),
                                 ("noma-mobility", ("--duration=4", "--speed=200"), 0),
                                 ("noma-applications", ("--duration=1.2",), 0),
                                 ("noma-interferer", ("--duration=0.3",), 0)):
        path = f"{folder}/{name}.json"
        watched = program(name, *options, f"--timeline={path}")
        plain = program(name, *options)
        expect(watched.returncode == 0 and watched.stdout == plain.stdout,
               f"{name}: the same output with a timeline {watched.stderr[-200:]}")
        timeline = Timeline(path)
        findings = check(timeline)
        expect(not findings, f"{name}: what viewers expect {findings[:3]}")
        expect(adds_up(timeline) >= tasks, f"{name}: stages of {adds_up(timeline)} tasks add up")
        expect(any(timeline.of("group")), f"{name}: groups")
    moved = replay(Timeline(f"{folder}/noma-mobility.json"), 10 ** 6)
    expect(len(moved["users"][0]) > 4 and len(moved["aps"]) == 5, "positions of users that move")
    for name, options, first in (("noma-edge-overload", ("--seconds=2", "--users=2"), "edge-only-0.5"),
                                 ("noma-custom-allocator", ("--users=2",), "ecc-noma")):
        done = program(name, *options, f"--timeline={folder}/{name}.json")
        expect(done.returncode == 0 and not check(Timeline(f"{folder}/{name}-{first}.json")),
               f"{name}: a timeline of each of its simulations {done.stderr[-200:]}")


def checker(folder):
    """The check finds what it is there to find."""
    track = [{"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": "a"}},
             {"ph": "M", "pid": 1, "tid": 1, "name": "thread_name", "args": {"name": "b"}}]
    last = {"ph": "M", "pid": 0, "tid": 0, "name": "noma_end", "args": {"leftOut": {}}}

    def slice_at(begin, length, **more):
        return {"ph": "X", "pid": 1, "tid": 1, "name": "s", "ts": begin, "dur": length, "args": {},
                **more}

    counter = {"ph": "C", "pid": 1, "tid": 0, "name": "c", "ts": 0, "args": {"v": "1"}}
    for what, events, wrong in (
            ("slices inside one another and apart", [slice_at(0, 10), slice_at(0, 4),
                                                     slice_at(4, 6), slice_at(10, 1)], ""),
            ("a slice half inside another", [slice_at(0, 10), slice_at(5, 5.001)], "half"),
            ("a thread without a name", [slice_at(0, 1, tid=2)], "thread"),
            ("a process without a name", [slice_at(0, 1, pid=2)], "process"),
            ("no duration", [slice_at(0, None)], "duration"),
            ("a negative time", [slice_at(-1, 1)], "time"),
            ("a time of text", [slice_at("x", 1)], "time"),
            ("a counter of text", [counter], "number"),
            ("no arguments", [slice_at(0, 1, args=None)], "args")):
        path = f"{folder}/made.json"
        with open(path, "w", encoding="ascii") as file:
            json.dump({"otherData": {"format": "noma-timeline/1"},
                       "traceEvents": [*track, *events, last]}, file)
        findings = check(Timeline(path))
        expect(bool(findings) == bool(wrong) and wrong in " ".join(findings),
               f"the check on {what}: {findings[:1]}")
        said = run(f"{TOP}/utils/check-timeline", path)
        expect(said.returncode == (2 if wrong else 0) and wrong in said.stderr
               and bool(said.stderr) == bool(wrong), f"check-timeline on {what}: {said.stderr[:200]}")


def experiment(folder):
    options = (*SMALL, "--allocators=ecc-noma,neurosurgeon")
    done = program("noma-split-inference", *options, f"--out={folder}/run",
                   f"--timeline={folder}/t.json")
    expect(done.returncode == 0, f"two schemes {done.stderr[-200:]}")
    program("noma-split-inference", *options, f"--out={folder}/plain")
    for name in sorted(os.listdir(f"{folder}/plain")):
        expect(read(f"{folder}/run/{name}") == read(f"{folder}/plain/{name}"),
               f"{name}: same bytes without a timeline")
    for scheme in ("ecc-noma", "neurosurgeon"):
        timeline = Timeline(f"{folder}/t-{scheme}.json")
        expect(not check(timeline) and timeline.parameters["scheme"] == scheme
               and timeline.parameters["RngRun"] == "1", f"{scheme}: a timeline of its own")
        with open(f"{folder}/run/tasks-{scheme}.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        known = {(r["user"], r["task"]): round(float(r["delay"]) * 1e9) for r in rows}
        found = {(str(e["args"]["user"]), str(e["args"]["task"])): nanoseconds(e["dur"])
                 for e in timeline.of("task")}
        expect(known == found, f"{scheme}: delays as in the table, to the nanosecond")
        shutil.move(f"{folder}/t-{scheme}.json", f"{folder}/run/timeline-{scheme}.json")
    again = program("noma-split-inference", *options, f"--timeline={folder}/run/timeline.json")
    expect(again.returncode == 2 and again.stderr.count("\n") == 1 and "already" in again.stderr,
           "a timeline that is there is not replaced")


def bounded(folder):
    done = program("noma-quickstart", f"--timeline={folder}/bound.json",
                   "--ns3::noma::NomaTimeline::MaxEvents=50")
    timeline = Timeline(f"{folder}/bound.json")
    names = ("process_name", "process_sort_index", "thread_name", "thread_sort_index", "noma_end")
    expect(done.returncode == 0
           and sum(e["name"] not in names for e in timeline.events) == 50
           and sum(timeline.left_out().values()) > 100 and not check(timeline),
           f"50 events, {timeline.left_out()} left out")


def limited():
    """Files of 100 kB at most."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def full_disk(folder):
    for path, more in (("/dev/full", {}), (f"{folder}/cut.json", {"preexec_fn": limited}),
                       ("/nowhere/t.json", {}), (folder, {})):
        done = program("noma-quickstart", f"--timeline={path}", **more)
        expect(done.returncode == 2 and done.stderr.count("\n") == 1 and path in done.stderr,
               f"{path}: one line and exit status 2 {done.stderr[-200:]}")
    expect(not [name for name in os.listdir(folder) if name.startswith("cut.json")],
           "nothing half-written")


class Page(html.parser.HTMLParser):
    """Tags that are open, and what a page would load."""

    def __init__(self, text):
        super().__init__()
        self.open, self.loads, self.data, self.words = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "input", "br", "link", "img"):
            self.open.append(tag)
        self.loads += [value for key, value in attrs if key in ("src", "href", "xlink:href")
                       and not value.startswith("#")]

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "script" and data.startswith("{"):
            self.data = data
        self.words.append(data)


def report(folder):
    results = f"{folder}/run"
    # a name that would be markup
    path = f"{results}/tasks-ecc-noma.csv"
    text = read(path).replace(",nin-cifar10,", ",</script><img src=x onerror=document.title=1>,", 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = run(f"{TOP}/utils/report", results)
    expect(done.returncode == 0, f"report: exit status 0 {done.stderr[-300:]}")
    page = Page(read(f"{results}/report.html"))
    expect(not page.open and not page.loads, f"whole, and loads nothing {page.open} {page.loads}")
    data = json.loads(page.data)
    expect(len(data["replays"]) == 2 and len(data["tasks"]) == data["taskTotal"] == 16,
           "two replays and all tasks")
    lost = [layer for slot in data["replays"][0]["slots"] for layer in slot[1]]
    expect(len(lost) == sum(1 for _ in Timeline(f"{results}/timeline-ecc-noma.json").of("group")),
           "every group")
    command = next(words for words in page.words if words.startswith("build/release/bin/"))
    words = shlex.split(command)
    run(f"{BIN}/{os.path.basename(words[0])}", *words[1:], "--progress=false", f"--out={folder}/again")
    expect(read(f"{folder}/again/summary.csv") == read(f"{results}/summary.csv"),
           "the command on the page gives the same bytes")
    done = run(f"{TOP}/utils/report", results)
    expect(done.returncode == 2 and "already" in done.stderr, "a page that is there is not replaced")
    first = read(f"{results}/report.html")
    run(f"{TOP}/utils/report", results, "--force")
    expect(read(f"{results}/report.html") == first, "the same results, the same page")
    head = '{"otherData":{"format":"noma-timeline/1"},"traceEvents":['
    for what, content in (("no JSON", "{"), ("no timeline", "[]"), ("no end", head + "]}"),
                          ("no name", head + '{"name":"process_name","pid":1}]}')):
        with open(f"{results}/other.json", "w", encoding="ascii") as file:
            file.write(content)
        done = run(f"{TOP}/utils/report", results, "--force")
        expect(done.returncode == 2 and done.stderr.count("\n") == 1, f"{what}: one line")
    os.remove(f"{results}/other.json")
    timeline = Timeline(f"{results}/timeline-ecc-noma.json")
    slots = replay(timeline, 10 ** 9)["slots"]
    thin = replay(timeline, len(json.dumps(slots)) // 3)
    expect(thin["every"] > 2 and thin["slots"] == slots[::thin["every"]], "long replays are thinned")


def netanim(folder):
    path = f"{folder}/noma-quickstart.json"
    done = run(f"{TOP}/utils/netanim", path, f"{folder}/run.xml")
    expect(done.returncode == 0, f"netanim: exit status 0 {done.stderr[-300:]}")
    root = ElementTree.parse(f"{folder}/run.xml").getroot()
    layers, groups = 0, {}
    for e in Timeline(path).of("group"):
        layers += len(e["args"]["layers"])
        if len(e["args"]["layers"]) > 1:
            groups[e["ts"]] = [layer["user"] for layer in e["args"]["layers"]]
    expect(len(root.findall("p")) == layers > 0, f"a packet per layer: {layers}")
    expect(len(root.findall("node")) == 4, "all nodes")
    expect(all(float(p.get("fbTx")) < float(p.get("lbTx")) <= float(p.get("fbRx"))
               < float(p.get("lbRx")) for p in root.findall("p")), "sent, then received")
    # colours as they are painted, up to the first superposed group
    begin, users = next(iter(groups.items()))
    colour = {}
    for u in root.findall("nu"):
        if u.get("p") == "c" and float(u.get("t")) <= begin / 1e6 + 1e-9:
            colour[int(u.get("id")) - 1] = (u.get("r"), u.get("g"), u.get("b"))
    shared = {colour[user] for user in users}
    expect(len(shared) == 1 and ("190", "190", "190") not in shared
           and ("31", "119", "180") not in shared, f"superposed users {users} share a colour")
    last = {u.get("id"): (u.get("r"), u.get("g"), u.get("b")) for u in root.findall("nu")
            if u.get("p") == "c"}
    expect(list(last.values()).count(("190", "190", "190")) == 3, "all are idle at the end")
    again = run(f"{TOP}/utils/netanim", path, f"{folder}/run.xml")
    expect(again.returncode == 2 and "already" in again.stderr, "it replaces nothing")
    moved = run(f"{TOP}/utils/netanim", f"{folder}/noma-mobility.json", f"{folder}/moved.xml")
    steps = [u for u in ElementTree.parse(f"{folder}/moved.xml").getroot().findall("nu")
             if u.get("p") == "p" and u.get("id") == "5"]
    expect(moved.returncode == 0 and len(steps) > 4, "users that move")


def browser(folder):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("skip  no Chromium: the page is not drawn")
        return
    done = run(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
               "--no-first-run", "--disable-background-networking", "--disable-component-update",
               "--disable-sync", f"--user-data-dir={folder}/chromium", "--virtual-time-budget=2000",
               "--dump-dom", f"file://{folder}/run/report.html")
    expect("<td>ECC-NOMA</td>" in done.stdout and "16 tasks" in done.stdout,
           "Chromium runs the page's script: its task table is filled")
    expect("<option value=\"1\">Neurosurgeon, run 1</option>" in done.stdout
           and "<th>users (SINR, dB)</th>" in done.stdout, "so is the replay")
    expect("<title>noma: 2 cells of 4 users</title>" in done.stdout
           and "&lt;img src=x" in done.stdout, "and a name is no markup")


def main():
    with tempfile.TemporaryDirectory() as folder:
        checker(folder)
        every_program(folder)
        bounded(folder)
        full_disk(folder)
        experiment(folder)
        netanim(folder)
        if run("/usr/bin/python3", "-c", "import matplotlib").returncode == 0:
            report(folder)
            browser(folder)
        else:
            print("skip  no matplotlib: no page is made")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
