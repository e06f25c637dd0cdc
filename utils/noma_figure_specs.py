# SPDX-License-Identifier: GPL-2.0-only
"""What the figures of the paper show: runs to make, ratios to form, values the paper states."""

from dataclasses import dataclass, field

# what takes longest comes first, so that no processor waits for it at the end
ALL = ("ecc-noma", "ecc-oma", "ecc-oma-credit", "dnn-surgeon", "neurosurgeon", "edge-only",
       "device-only")


@dataclass(frozen=True)
class Campaign:
    """A grid of runs; 0 subchannels stands for a third of the users per access point."""

    x: str  # option of the program that varies
    label: str
    values: tuple
    fixed: dict  # other options; a tuple is a further dimension of the grid
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
    panels: tuple = ({},)  # rows of each panel: values of further options


MODELS = ("nin-imagenet", "yolov2-tiny-voc", "vgg16")
# speeds at which the paper's latencies come close; it states none
PAPER = {"deviceFlops": 2.4e8, "delayWeight": 0.9}
YOLO = {**PAPER, "models": "yolov2-tiny-voc"}
# M = 4..6 for any number of users, and a third of them
WIDTHS = (5, 0)
RADII = (500, 750)
# the setting of --quick
FEW = {"usersPerAp": 9, "subchannels": 3, "radius": 500, "aps": 3}

CAMPAIGNS = {
    "network": Campaign("models", "network", MODELS,
                        {**PAPER, "usersPerAp": 30, "subchannels": WIDTHS, "radius": RADII},
                        FEW),
    "density": Campaign("usersPerAp", "users per access point", (10, 30, 50, 70, 90),
                        {**YOLO, "subchannels": WIDTHS, "radius": RADII},
                        {**FEW, "usersPerAp": (10, 24), "subchannels": 0}),
    "subchannels": Campaign("subchannels", "subchannels M", (2, 3, 4, 5, 6, 8, 10, 12),
                            {**YOLO, "usersPerAp": 30, "radius": RADII},
                            {**FEW, "subchannels": (2, 3, 9)}),
    "workload": Campaign("images", "images per task (5 = the paper's k of 500)", (1, 3, 5, 7, 9),
                         {**YOLO, "usersPerAp": 30, "subchannels": WIDTHS, "radius": 500},
                         {**FEW, "images": (1, 5)}),
    # DADS under load: fewer units than users
    "load": Campaign("edgeUnits", "compute units per server", (2, 4, 8, 15, 30),
                     {**YOLO, "usersPerAp": 30, "subchannels": 5, "radius": 500},
                     {**FEW, "edgeUnits": (2, 4, 9)},
                     ("ecc-noma", "neurosurgeon+same", "dnn-surgeon+same", "neurosurgeon",
                      "dnn-surgeon", "device-only")),
}

OURS = ("edge-only", "ecc-oma-credit", "ecc-oma", "ecc-noma")
PEERS = ("dnn-surgeon", "ecc-oma-credit", "ecc-oma", "ecc-noma")
CROWD = ("edge-only", "neurosurgeon", "dnn-surgeon", "ecc-oma-credit", "ecc-oma", "ecc-noma")
SPEEDUP = "latency speed-up over Device-Only"
SAVING = "energy of Device-Only / energy"
CELLS = tuple({"radius": str(r), "subchannels": str(m)} for r in RADII for m in (*WIDTHS, FEW["subchannels"]))
ROWS = tuple({"radius": str(r)} for r in RADII)
BANDS = tuple({"subchannels": str(m)} for m in (*WIDTHS, FEW["subchannels"]))


def both(values):
    """The paper's OMA beside OMA under the same rule: a value stated for ECC-OMA is for both."""
    return values | {("ecc-oma-credit", x): v for (a, x), v in values.items() if a == "ecc-oma"}


FIGURES = {
    2: Figure("network", SPEEDUP, "delay", "device-only", OURS, panels=CELLS,
              paper=both({("ecc-oma", m): (3.1, 8) for m in MODELS}
                         | {("ecc-oma", "nin-imagenet"): 4.1, ("ecc-noma", "nin-imagenet"): 6.1})),
    3: Figure("network", SAVING, "energy", "device-only", OURS, panels=CELLS,
              paper=both({("ecc-oma", m): (0.85, 0.97) for m in MODELS})),
    4: Figure("network", "latency speed-up over Neurosurgeon", "delay", "neurosurgeon", PEERS,
              panels=CELLS),
    5: Figure("network", "energy of Neurosurgeon / energy", "energy", "neurosurgeon", PEERS,
              panels=CELLS,
              paper=both({("ecc-oma", m): (1.5, 1.7) for m in MODELS}
                         | {("dnn-surgeon", m): (1.3, 1.49) for m in MODELS})),
    6: Figure("density", SPEEDUP, "delay", "device-only", CROWD, panels=CELLS,
              paper={("ecc-noma", "10"): 7.1, ("ecc-noma", "90"): 3.85,
                     ("neurosurgeon", "10"): 6.3, ("neurosurgeon", "90"): 1.9}),
    7: Figure("subchannels", SPEEDUP, "delay", "device-only", CROWD, panels=ROWS),
    8: Figure("workload", SPEEDUP + " at 5 images", "delay", "device-only", CROWD, baseline_x="5",
              panels=BANDS),
    9: Figure("density", SAVING, "energy", "device-only", CROWD, panels=CELLS),
    10: Figure("subchannels", SAVING, "energy", "device-only", CROWD, panels=ROWS),
    11: Figure("workload", SAVING + " at 5 images", "energy", "device-only", CROWD,
               baseline_x="5", panels=BANDS),
    12: Figure("load", "latency speed-up over Neurosurgeon", "delay", "neurosurgeon",
               ("dnn-surgeon", "neurosurgeon+same", "dnn-surgeon+same", "ecc-noma")),
}

# Where superposing pays: NOMA against OMA under the same rule with the same powers
MAP = Campaign("radius", "cell radius (m)", (250, 500, 750, 1000),
               {**YOLO, "subchannels": (2, 4, 6, 12, 24), "usersPerAp": (10, 30, 50),
                "maxPerUser": (1, 4)},
               {**FEW, "radius": (500, 1000), "subchannels": (3, 9)}, ("ecc-noma", "ecc-oma"))

# What the paper leaves open, one changed at a time
BASE = {**PAPER, "usersPerAp": 30, "subchannels": 0, "radius": 500}
ASSUMPTIONS = {
    "M = U/3, R = 500 m, 2.4e8 FLOP/s": {},
    "M = 5": {"subchannels": 5},
    "R = 250 m": {"radius": 250},
    "R = 750 m": {"radius": 750},
    "devices of 1e9 FLOP/s": {"deviceFlops": 1e9},
    "edge J/FLOP a tenth": {"edgeJoulesPerGflop": 0.05},
    "edge circuit power 50 dBm": {"edgeCircuitW": 100},
    "CIFAR-10's NiN, images of 32 x 32": {"models": "nin-cifar10", "input": 32},
    # more than one unit pays only where energy at the edge is cheap
    "edge J/FLOP a tenth, up to 8 of 60 units, r^0.5": {
        "maxUnits": 8, "lambda": "power:0.5", "edgeUnits": 60, "edgeJoulesPerGflop": 0.05},
}
ASSUMPTION_QUICK = {"usersPerAp": 12, "aps": 3}


@dataclass(frozen=True)
class Claim:
    """A ratio of two schemes' means and the range the paper states for it."""

    text: str
    metric: str
    numerator: str
    denominator: str
    low: float
    high: float = float("inf")


CLAIMS = (
    Claim("2: ECC-OMA (turns) 3.1 to 8 times as fast as Device-Only", "delay", "device-only",
          "ecc-oma-credit", 3.1, 8),
    Claim("2: ECC-NOMA 1.3 times as fast as ECC-OMA (turns)", "delay", "ecc-oma-credit",
          "ecc-noma", 1.3),
    Claim("2: ECC-NOMA 1.3 times as fast as ECC-OMA (same rule)", "delay", "ecc-oma", "ecc-noma",
          1.3),
    Claim("3: Device-Only's energy 0.85 to 0.97 of ECC-OMA's", "energy", "device-only", "ecc-oma",
          0.85, 0.97),
    Claim("3: ECC-NOMA needs more energy than ECC-OMA", "energy", "ecc-noma", "ecc-oma", 1),
    Claim("4: ECC-OMA (turns) slightly slower than Neurosurgeon", "delay", "neurosurgeon",
          "ecc-oma-credit", 0.8, 1),
    Claim("4: ECC-NOMA much faster than Neurosurgeon", "delay", "neurosurgeon", "ecc-noma", 1.2),
    Claim("5: Neurosurgeon needs 1.5 to 1.7 times ECC-OMA's energy", "energy", "neurosurgeon",
          "ecc-oma", 1.5, 1.7),
    Claim("5: Neurosurgeon needs 1.3 to 1.49 times DNN surgeon's energy", "energy",
          "neurosurgeon", "dnn-surgeon", 1.3, 1.49),
)
