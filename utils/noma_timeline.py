# SPDX-License-Identifier: GPL-2.0-only
"""Timelines of simulations (--timeline): reading, checking, and what a replay needs of them."""

import json

PHASES = {"X", "i", "C", "M"}
STAGES = ("choice", "device queue", "head", "device", "upload", "edge queue", "tail", "edge",
          "result")


class Timeline:
    """A file of Chrome trace events."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            try:
                whole = json.load(file)
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                raise ValueError(f"'{path}' is no timeline: {error}") from None
        if not isinstance(whole, dict) or not isinstance(whole.get("traceEvents"), list) \
                or whole.get("otherData", {}).get("format") != "noma-timeline/1":
            raise ValueError(f"'{path}' is no timeline of format noma-timeline/1")
        self.path = path
        self.parameters = {k: v for k, v in whole["otherData"].items() if k != "format"}
        self.events = whole["traceEvents"]
        try:
            self.groups = {e["pid"]: e["args"]["name"] for e in self.events
                           if e["name"] == "process_name"}
            self.tracks = {(e["pid"], e["tid"]): e["args"]["name"] for e in self.events
                           if e["name"] == "thread_name"}
        except (KeyError, TypeError):
            raise ValueError(f"'{path}' is no timeline: events without what all have") from None

    def left_out(self):
        """Events left out, by category."""
        if not self.events or self.events[-1]["name"] != "noma_end":
            raise ValueError(f"'{self.path}' is no whole timeline: noma_end is not its last event")
        return self.events[-1]["args"]["leftOut"]

    def of(self, category):
        """Events of a category."""
        return (e for e in self.events if e.get("cat") == category)


def nanoseconds(microseconds):
    """A time of an event, exactly."""
    return round(microseconds * 1000)


def check(timeline):
    """What Perfetto and chrome://tracing expect: a list of findings, empty if there are none."""
    findings, slices = [], {}
    for k, e in enumerate(timeline.events):
        def wrong(what, k=k, e=e):
            findings.append(f"event {k}: {what}: {json.dumps(e)[:200]}")

        phase = e.get("ph")
        if phase not in PHASES:
            wrong("unknown phase")
            continue
        if not all(isinstance(e.get(key), int) and e[key] >= 0 for key in ("pid", "tid")) \
                or not isinstance(e.get("name"), str) or not isinstance(e.get("args"), dict):
            wrong("no pid, tid, name or args")
            continue
        if phase == "M":
            continue
        if not isinstance(e.get("ts"), (int, float)) or not e["ts"] >= 0:
            wrong("no time")
            continue
        if e["pid"] not in timeline.groups:
            wrong("its process has no name")
        if phase != "C" and (e["pid"], e["tid"]) not in timeline.tracks:
            wrong("its thread has no name")
        if phase == "C" and not all(isinstance(v, (int, float)) for v in e["args"].values()):
            wrong("a counter that is no number")
        if phase == "X":
            if not isinstance(e.get("dur"), (int, float)) or not e["dur"] >= 0:
                wrong("no duration")
                continue
            begin = nanoseconds(e["ts"])
            slices.setdefault((e["pid"], e["tid"]), []).append(
                (begin, -(begin + nanoseconds(e["dur"])), e["name"]))
    if len({tid for _, tid in timeline.tracks}) != len(timeline.tracks):
        findings.append("two threads of one number")
    for track, mine in slices.items():
        ends = []
        for begin, end, name in sorted(mine, key=lambda s: s[:2]):
            while ends and ends[-1] <= begin:
                ends.pop()
            if ends and ends[-1] < -end:
                findings.append(f"{timeline.tracks.get(track)}: {name} at {begin} ns is half "
                                "inside another")
            ends.append(-end)
    if not timeline.events or timeline.events[-1]["name"] != "noma_end":
        findings.append("the last event is not noma_end")
    return findings


def positions(timeline):
    """{kind: {index: [[ms, x, y], ...]}} of access points and users."""
    places = {"access point": {}, "user": {}}
    for e in timeline.events:
        if e["name"] == "noma_position":
            a = e["args"]
            places[a["kind"]].setdefault(a["index"], []).append(
                [round(e["ts"] / 1000, 3), round(a["x"], 2), round(a["y"], 2)])
    return places


def dense(by_index):
    """A list by index of a dictionary by index; what is missing is empty."""
    return [by_index.get(k, []) for k in range(max(by_index, default=-1) + 1)]


def groups(timeline):
    """[[slot's begin (ms), [[ap, direction, subchannel, user, SINR (dB), lost, ...], ...]], ...]

    Direction 0 is the uplink; three values per layer, in the order of decoding."""
    where = {}
    for (pid, tid), name in timeline.tracks.items():
        words = name.split()
        if words[0] in ("uplink", "downlink"):
            where[tid] = [int(timeline.groups[pid].split()[-1]), int(words[0] == "downlink"),
                          int(words[1])]
    slots = {}
    for e in timeline.of("group"):
        line = list(where[e["tid"]])
        for layer in e["args"]["layers"]:
            sinr = layer["SINR (dB)"]
            line += [layer["user"], -99 if sinr is None else round(sinr),
                     int(layer["SIC"] != "decoded")]
        slots.setdefault(e["ts"], []).append(line)
    return [[round(ts / 1000, 3), lines] for ts, lines in sorted(slots.items())]


def stages(timeline):
    """Per user [[begin (ms), end (ms), index in STAGES], ...]."""
    users = {}
    task = None
    for e in timeline.events:
        if e.get("cat") == "task":
            task = e
        elif e.get("cat") == "stage":
            users.setdefault(task["args"]["user"], []).append(
                [round(e["ts"] / 1000, 3), round((e["ts"] + e["dur"]) / 1000, 3),
                 STAGES.index(e["name"])])
    return dense({user: sorted(mine) for user, mine in users.items()})


def replay(timeline, budget):
    """All a replay needs, as values for JSON, in about as many bytes; slots are left out evenly
    until it fits."""
    places = positions(timeline)
    data = {"aps": dense(places["access point"]), "users": dense(places["user"]),
            "stages": stages(timeline), "every": 1}
    every = groups(timeline)
    begins = [slot[0] for slot in every]
    data["slotMs"] = round(min((b - a for a, b in zip(begins, begins[1:])), default=1), 3)
    size = len(json.dumps([data, every], separators=(",", ":")))
    data["every"] = max(1, -(-size // budget))
    data["slots"] = every[::data["every"]]
    return data
