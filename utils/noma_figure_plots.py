# SPDX-License-Identifier: GPL-2.0-only
"""Forms the figures' ratios from campaign rows and draws them."""

import csv
import math
import statistics

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  pylint: disable=wrong-import-position

NAMES = {"ecc-noma": "ECC-NOMA", "ecc-oma": "ECC-OMA",
         "ecc-oma-credit": "ECC-OMA (credit)", "li-gd": "Li-GD", "edge-only": "Edge-Only",
         "device-only": "Device-Only", "neurosurgeon": "Neurosurgeon", "dnn-surgeon": "DNN surgeon"}
COLOURS = {"ecc-noma": "#0072b2", "ecc-oma": "#56b4e9",
           "ecc-oma-credit": "#999999", "li-gd": "#009e73", "edge-only": "#e69f00",
           "device-only": "#666666", "neurosurgeon": "#d55e00", "dnn-surgeon": "#cc79a7"}
# two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom
STUDENT_T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]


def interval(samples):
    """Mean and half width of its 95 % confidence interval; NaN half width for one sample."""
    mean = statistics.fmean(samples)
    if len(samples) < 2:
        return mean, math.nan
    t = STUDENT_T[min(len(samples) - 1, len(STUDENT_T)) - 1]
    return mean, t * statistics.stdev(samples) / math.sqrt(len(samples))


def aggregate(figure, x_name, rows):
    """(allocator, x, ratio of means, half width, ratio of medians, runs), one per point."""
    values = {(row["allocators"], row[x_name], row["RngRun"]): row for row in rows}
    xs = list(dict.fromkeys(row[x_name] for row in rows))
    table = []
    for allocator in figure.allocators:
        for x in xs:
            means, medians = [], []
            for (name, at, run), row in values.items():
                base = values.get((figure.baseline, figure.baseline_x or x, run))
                if name == allocator and at == x and base and int(row["completed"]):
                    means.append(float(base[figure.metric + "Mean"])
                                 / float(row[figure.metric + "Mean"]))
                    medians.append(float(base[figure.metric + "Median"])
                                   / float(row[figure.metric + "Median"]))
            if means:
                table.append((allocator, x, *interval(means), statistics.fmean(medians),
                              len(means)))
    return table


def write_csv(path, number, figure, x_name, table, version):
    """Writes one figure's values, with what made them and the paper's statements."""
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write(f"# figure {number}: {figure.title}; from {figure.campaign}.csv; {version}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["allocator", x_name, "ratioOfMeans", "halfWidth95", "ratioOfMedians",
                         "runs", "paper"])
        for allocator, x, mean, half, median, runs in table:
            stated = figure.paper.get((allocator, x), "")
            if isinstance(stated, tuple):
                stated = "-".join(map(str, stated))
            writer.writerow([allocator, x, f"{mean:.6g}", f"{half:.3g}", f"{median:.6g}", runs,
                             stated])


def draw(path, number, figure, label, table):
    """Draws one figure: bars over names, lines over numbers, the paper's values in black."""
    canvas, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    shown = [a for a in figure.allocators if any(row[0] == a for row in table)]
    xs = list(dict.fromkeys(row[1] for row in table))
    bars = not all(x.replace(".", "", 1).isdigit() for x in xs)
    width = 0.8 / len(shown)

    def place(allocator, x):
        if not bars:
            return float(x)
        return xs.index(x) + (shown.index(allocator) - (len(shown) - 1) / 2) * width

    for allocator in shown:
        mine = [row for row in table if row[0] == allocator]
        at = [place(allocator, row[1]) for row in mine]
        heights, errors = [row[2] for row in mine], [row[3] for row in mine]
        style = {"yerr": errors, "capsize": 3, "color": COLOURS[allocator],
                 "label": NAMES[allocator]}
        if bars:
            axes.bar(at, heights, width, **style)
        else:
            axes.errorbar(at, heights, marker="o", markersize=4, **style)
    for (allocator, x), stated in figure.paper.items():
        if allocator in shown and x in xs:
            ends = stated if isinstance(stated, tuple) else (stated,)
            axes.plot([place(allocator, x)] * len(ends), ends, color="black", linewidth=1.2,
                      marker="_" if len(ends) == 2 else "*", zorder=5)
    if figure.paper:
        axes.plot([], [], color="black", marker="*", linestyle="none", label="stated in the paper")
    if bars:
        axes.set_xticks(range(len(xs)), xs)
    else:
        axes.set_ylim(bottom=0)
    axes.axhline(1, color="black", linewidth=0.8, linestyle=":")
    axes.grid(axis="y", alpha=0.3)
    axes.set_xlabel(label)
    axes.set_ylabel(figure.title)
    axes.set_title(f"Figure {number}: means of runs with 95 % confidence", fontsize=10)
    axes.legend(fontsize=8)
    canvas.savefig(path, dpi=130)
    pyplot.close(canvas)
