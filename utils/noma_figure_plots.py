# SPDX-License-Identifier: GPL-2.0-only
"""Forms the figures' ratios from campaign rows and draws them."""

import csv
import math
import statistics

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  pylint: disable=wrong-import-position
from noma_output import whole  # noqa: E402  pylint: disable=wrong-import-position

NAMES = {"ecc-noma": "ECC-NOMA", "ecc-oma": "ECC-OMA",
         "ecc-oma-credit": "ECC-OMA (turns)", "li-gd": "Li-GD", "edge-only": "Edge-Only",
         "device-only": "Device-Only", "neurosurgeon": "Neurosurgeon", "dnn-surgeon": "DNN surgeon"}
COLOURS = {"ecc-noma": "#0072b2", "ecc-oma": "#56b4e9",
           "ecc-oma-credit": "#999999", "li-gd": "#009e73", "edge-only": "#e69f00",
           "device-only": "#666666", "neurosurgeon": "#d55e00", "dnn-surgeon": "#cc79a7"}
# two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom
STUDENT_T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
             2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093]


# ends of the names of schemes under a slot rule that is not their own
RULES = {"+same": ", same slots", "+smith": ", greedy grants"}


def plain(scheme):
    """A scheme's name without the slot rule."""
    for end in RULES:
        scheme = scheme.removesuffix(end)
    return scheme


def name(scheme):
    """Readable name of a scheme."""
    own = plain(scheme)
    return NAMES.get(own, own) + RULES.get(scheme[len(own):], "")


def interval(samples):
    """Mean and half width of its 95 % confidence interval; NaN half width for one sample."""
    mean = statistics.fmean(samples)
    if len(samples) < 2:
        return mean, math.nan
    t = STUDENT_T[min(len(samples) - 1, len(STUDENT_T)) - 1]
    return mean, t * statistics.stdev(samples) / math.sqrt(len(samples))


def colour(scheme):
    """Colour of a scheme."""
    return COLOURS.get(plain(scheme), "#888888")


def matches(row, where):
    """Whether a row has the values of a panel."""
    return all(row.get(key) == value for key, value in where.items())


def aggregate(figure, x_name, rows):
    """(panel, allocator, x, ratio of means, half width, ratio of medians, runs) per point."""
    table = []
    for panel in figure.panels:
        mine = [row for row in rows if matches(row, panel)]
        values = {(row["allocators"], row[x_name], row["RngRun"]): row for row in mine}
        xs = list(dict.fromkeys(row[x_name] for row in mine))
        for allocator in figure.allocators:
            for x in xs:
                means, medians = [], []
                for (scheme, at, run), row in values.items():
                    base = values.get((figure.baseline, figure.baseline_x or x, run))
                    if scheme == allocator and at == x and base and int(row["completed"]):
                        means.append(float(base[figure.metric + "Mean"])
                                     / float(row[figure.metric + "Mean"]))
                        medians.append(float(base[figure.metric + "Median"])
                                       / float(row[figure.metric + "Median"]))
                if means:
                    table.append((panel, allocator, x, *interval(means),
                                  statistics.fmean(medians), len(means)))
    return table


def label_of(panel):
    """A panel in words."""
    words = {"subchannels": lambda v: "M = U/3" if v == "0" else f"M = {v}",
             "radius": lambda v: f"R = {v} m", "usersPerAp": lambda v: f"{v} users per AP"}
    return ", ".join(words[key](value) if key in words else f"{key} = {value}"
                     for key, value in panel.items())


def write_csv(path, number, figure, x_name, table, version):
    """Writes one figure's values, with what made them and the paper's statements."""
    panels = list(figure.panels[0])
    with whole(path) as part, open(part, "w", encoding="ascii", newline="") as file:
        file.write(f"# figure {number}: {figure.title}; from {figure.campaign}.csv; {version}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*panels, "allocator", x_name, "ratioOfMeans", "halfWidth95",
                         "ratioOfMedians", "runs", "paper"])
        for panel, allocator, x, mean, half, median, runs in table:
            stated = figure.paper.get((allocator, x), "")
            if isinstance(stated, tuple):
                stated = "-".join(map(str, stated))
            writer.writerow([*(panel[key] for key in panels), allocator, x, f"{mean:.6g}",
                             f"{half:.3g}", f"{median:.6g}", runs, stated])


def draw_panel(axes, figure, label, table):
    """One panel: bars over names, lines over numbers, the paper's values in black."""
    shown = [a for a in figure.allocators if any(row[1] == a for row in table)]
    xs = list(dict.fromkeys(row[2] for row in table))
    bars = not all(x.replace(".", "", 1).isdigit() for x in xs)
    width = 0.8 / len(shown)

    def place(allocator, x):
        if not bars:
            return float(x)
        return xs.index(x) + (shown.index(allocator) - (len(shown) - 1) / 2) * width

    for allocator in shown:
        mine = [row for row in table if row[1] == allocator]
        at = [place(allocator, row[2]) for row in mine]
        heights, errors = [row[3] for row in mine], [row[4] for row in mine]
        style = {"yerr": errors, "capsize": 3, "color": colour(allocator),
                 "label": name(allocator)}
        if bars:
            axes.bar(at, heights, width, **style)
        else:
            line = "-" if allocator == plain(allocator) else "--"
            axes.errorbar(at, heights, marker="o", markersize=4, linestyle=line, **style)
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


def draw(path, number, figure, label, table):
    """Draws one figure, a panel for each of its settings that was run."""
    panels = [p for p in figure.panels if any(row[0] == p for row in table)]
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    canvas, grid = pyplot.subplots(lines, columns, figsize=(6.4 * columns, 4.2 * lines),
                                   layout="constrained", sharey=True, squeeze=False)
    for k, panel in enumerate(panels):
        axes = grid[k // columns][k % columns]
        draw_panel(axes, figure, label, [row for row in table if row[0] == panel])
        axes.set_title(label_of(panel), fontsize=9)
        if k % columns == 0:
            axes.set_ylabel(figure.title)
    for k in range(len(panels), lines * columns):
        grid[k // columns][k % columns].axis("off")
    grid[0][0].legend(fontsize=7)
    canvas.suptitle(f"Figure {number}: means of runs with 95 % confidence", fontsize=10)
    with whole(path) as part:
        canvas.savefig(part, dpi=110)
    pyplot.close(canvas)


def differences(rows, one, other, keys, metric):
    """{values of keys: (difference of one to other in %, half width, runs)}, run by run."""
    values = {(row["allocators"], row["RngRun"], *(row[k] for k in keys)): row for row in rows}
    samples = {}
    for (scheme, run, *at), row in values.items():
        base = values.get((other, run, *at))
        if scheme == one and base:
            samples.setdefault(tuple(at), []).append(
                100 * (float(row[metric + "Mean"]) / float(base[metric + "Mean"]) - 1))
    return {at: (*interval(changes), len(changes)) for at, changes in samples.items()}


def draw_map(path, rows, keys, table, title):
    """Heat maps: radius across, subchannels up; a column for each number of users, and a row for each
    number of subchannels that a user may have in a slot."""
    def values(key):
        return sorted({row[key] for row in rows}, key=float)

    radii, widths, users, limits = (values(key) for key in keys)
    canvas, grid = pyplot.subplots(len(limits), len(users), squeeze=False, layout="constrained",
                                   figsize=(1 + 4.4 * len(users), 0.6 + 3.6 * len(limits)))
    most = max([abs(v[0]) for v in table.values()] + [1])
    for row, limit in zip(grid, limits):
        for axes, n in zip(row, users):
            cells = [[table.get((r, m, n, limit), (math.nan, math.nan, 0)) for r in radii]
                     for m in widths]
            image = axes.imshow([[c[0] for c in line] for line in cells], cmap="RdBu_r",
                                vmin=-most, vmax=most, origin="lower", aspect="auto")
            for y, line in enumerate(cells):
                for x, (mean, half, runs) in enumerate(line):
                    if runs:
                        sure = abs(mean) > half
                        ink = "white" if abs(mean) > 0.6 * most else "black" if sure else "#777777"
                        axes.text(x, y, f"{mean:+.1f}\n$\\pm$ {half:.1f}", ha="center",
                                  va="center", fontsize=8, color=ink,
                                  fontweight="bold" if sure else "normal")
            axes.set_xticks(range(len(radii)), radii)
            axes.set_yticks(range(len(widths)), widths)
            axes.set_xlabel("cell radius (m)")
            axes.set_ylabel("subchannels M")
            axes.set_title(f"{n} users per AP, at most {limit} subchannel{'s' * (limit != '1')} "
                           "of a user", fontsize=9)
    canvas.colorbar(image, ax=grid.ravel().tolist(), shrink=0.8)
    canvas.suptitle(title + "\nbold: the 95 % interval excludes zero", fontsize=10)
    with whole(path) as part:
        canvas.savefig(part, dpi=110)
    pyplot.close(canvas)


def write_map(path, keys, tables, version):
    """Writes the map's values. tables: metric -> differences()."""
    with whole(path) as part, open(part, "w", encoding="ascii", newline="") as file:
        file.write(f"# ECC-NOMA against ECC-OMA, same rule and powers, run by run; {version}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*keys, "runs"] + [metric + suffix for metric in tables for suffix in
                                           ("DifferencePercent", "HalfWidth95")])
        first = next(iter(tables.values()))
        for at in sorted(first, key=lambda values: [float(v) for v in values]):
            writer.writerow([*at, first[at][2]] + [f"{v:.4g}" for table in tables.values()
                                                   for v in table[at][:2]])


def ratio(rows, claim):
    """Mean ratio of two schemes' means over runs, and half width; None without runs."""
    values = {(row["allocators"], row["models"], row["RngRun"]): row for row in rows}
    samples = []
    for (scheme, model, run), row in values.items():
        base = values.get((claim.denominator, model, run))
        if scheme == claim.numerator and base:
            key = claim.metric + "Mean"
            samples.append(float(row[key]) / float(base[key]))
    return interval(samples) if samples else None


def write_claims(stem, claims, settings, version):
    """Table assumption -> claim. settings: name -> rows. Writes STEM.csv and STEM.rst."""
    with whole(f"{stem}.csv") as part, open(part, "w", encoding="ascii", newline="") as file:
        file.write(f"# ratio and whether it is in the range the paper states; {version}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["claim", "low", "high", "assumption", "ratio", "halfWidth95", "holds"])
        lines = [["claim", *settings]]
        for claim in claims:
            line = [claim.text]
            for assumption, rows in settings.items():
                found = ratio(rows, claim)
                if not found:
                    line.append("")
                    continue
                holds = claim.low <= found[0] <= claim.high
                writer.writerow([claim.text, claim.low, claim.high, assumption,
                                 f"{found[0]:.6g}", f"{found[1]:.3g}", int(holds)])
                line.append(f"{'**' * holds}{found[0]:.2f}{'**' * holds} +- {found[1]:.2f}")
            lines.append(line)
    with whole(f"{stem}.rst") as part, open(part, "w", encoding="ascii") as file:
        file.write(".. list-table::\n   :header-rows: 1\n\n")
        for line in lines:
            for k, cell in enumerate(line):
                file.write(("   * - " if k == 0 else "     - ") + cell + "\n")
