# SPDX-License-Identifier: GPL-2.0-only
"""What the figures of the paper show: runs to make, ratios to form, values the paper states."""

from dataclasses import dataclass, field

ALL = ("device-only", "edge-only", "neurosurgeon", "dnn-surgeon", "ecc-oma", "ecc-noma")


@dataclass(frozen=True)
class Campaign:
    """A grid of runs; 0 subchannels stands for a third of the users per access point."""

    x: str  # option of the program that varies
    label: str
    values: tuple
    fixed: dict
    quick: dict  # replaces entries of the grid
    allocators: tuple = ALL


@dataclass(frozen=True)
class Figure:
    """One figure: metric of the baseline over metric of each allocator, against x."""

    campaign: str
    title: str
    metric: str  # delay or energy
    baseline: str  # allocator in the numerator
    allocators: tuple
    baseline_x: object = None  # baseline taken at this x instead of at the same one
    paper: dict = field(default_factory=dict)  # (allocator, x) -> stated value or (low, high)


MODELS = ("nin-imagenet", "yolov2-tiny-voc", "vgg16")
# speeds at which the paper's latencies come close; it states none
PAPER = {"deviceFlops": 2.4e8, "delayWeight": 0.9}

CAMPAIGNS = {
    "network": Campaign("models", "network", MODELS, {**PAPER, "usersPerAp": 30, "subchannels": 0},
                        {"usersPerAp": 12}),
    "density": Campaign("usersPerAp", "users per access point", (10, 30, 50, 70, 90),
                        {**PAPER, "models": "yolov2-tiny-voc", "subchannels": 0},
                        {"usersPerAp": (10, 50, 90)}),
    "subchannels": Campaign("subchannels", "subchannels M", (2, 3, 4, 5, 6, 8, 10, 12),
                            {**PAPER, "models": "yolov2-tiny-voc", "usersPerAp": 30},
                            {"subchannels": (2, 4, 6, 12), "usersPerAp": 12}),
    "workload": Campaign("images", "images per task (5 = the paper's k of 500)", (1, 3, 5, 7, 9),
                         {**PAPER, "models": "yolov2-tiny-voc", "usersPerAp": 30, "subchannels": 0},
                         {"images": (1, 5, 9), "usersPerAp": 12}),
}

OURS = ("edge-only", "ecc-oma", "ecc-noma")
PEERS = ("dnn-surgeon", "ecc-oma", "ecc-noma")
CROWD = ("edge-only", "neurosurgeon", "dnn-surgeon", "ecc-oma", "ecc-noma")
SPEEDUP = "latency speed-up over Device-Only"
SAVING = "energy of Device-Only / energy"

FIGURES = {
    2: Figure("network", SPEEDUP, "delay", "device-only", OURS,
              paper={("ecc-oma", m): (3.1, 8) for m in MODELS}
              | {("ecc-oma", "nin-imagenet"): 4.1, ("ecc-noma", "nin-imagenet"): 6.1}),
    3: Figure("network", SAVING, "energy", "device-only", OURS,
              paper={("ecc-oma", m): (0.85, 0.97) for m in MODELS}),
    4: Figure("network", "latency speed-up over Neurosurgeon", "delay", "neurosurgeon", PEERS),
    5: Figure("network", "energy of Neurosurgeon / energy", "energy", "neurosurgeon", PEERS,
              paper={("ecc-oma", m): (1.5, 1.7) for m in MODELS}
              | {("dnn-surgeon", m): (1.3, 1.49) for m in MODELS}),
    6: Figure("density", SPEEDUP, "delay", "device-only", CROWD,
              paper={("ecc-noma", "10"): 7.1, ("ecc-noma", "90"): 3.85,
                     ("neurosurgeon", "10"): 6.3, ("neurosurgeon", "90"): 1.9}),
    7: Figure("subchannels", SPEEDUP, "delay", "device-only", CROWD),
    8: Figure("workload", SPEEDUP + " at 5 images", "delay", "device-only", CROWD, baseline_x="5"),
    9: Figure("density", SAVING, "energy", "device-only", CROWD),
    10: Figure("subchannels", SAVING, "energy", "device-only", CROWD),
    11: Figure("workload", SAVING + " at 5 images", "energy", "device-only", CROWD,
               baseline_x="5"),
}
