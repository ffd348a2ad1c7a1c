"""How the figures of `scale.py` grow with the number of papers: tables, power laws and a plot."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from common import table, verdict


def summary(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """What is plotted: a line each, by its label, with a value for every size."""
    lines = {
        f"search, {name} (p50, ms)": [row["search"]["took"][name][0] for row in rows]
        for name in rows[0]["search"]["took"]
    }
    lines |= {
        "adding one paper (ms)": [1000 * r["one"]["later"] for r in rows],
        "opening, to the first result (ms)": [1000 * r["search"]["open"] for r in rows],
        "indexing a paper (ms)": [1000 * r["add"]["seconds"] / r["new"] for r in rows],
        "memory while searching (MB)": [r["search"]["memory"] for r in rows],
        "memory while indexing (MB)": [r["add"]["memory"] for r in rows],
    }
    return lines


def growth(sizes: list[int], values: list[float]) -> float:
    """The exponent b of the power law a * n ** b that fits best (least squares of logarithms)."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0]) if len(sizes) > 1 else math.nan


def report(rows: list[dict[str, Any]]) -> None:
    """Print a table a size, how each grows, and the goals."""
    for row in rows:
        found, rival = row["search"]["took"], row.get("chroma", {}).get("took", {})
        table(
            f"{row['papers']:,} papers: milliseconds a question, warm (bare Chroma: one score)",
            ("filter", "p50", "p95", "bare Chroma p50", "p95"),
            [(name, *found[name], *rival.get(name, (None, None))) for name in found],
        )
    sizes = [row["papers"] for row in rows]
    table(
        "Growth with the number of papers n",
        ("what", *(f"{n:,}" for n in sizes), "grows as n to the"),
        [(name, *values, growth(sizes, values)) for name, values in summary(rows).items()],
    )
    speeds = [row["add"]["bare"] / row["add"]["seconds"] for row in rows]
    print("speed / bare embedder:", *(f"{speed:.2f}" for speed in speeds))
    worst = max(p95 for row in rows for _, p95 in row["search"]["took"].values())
    slowest = max(p50 for row in rows for p50, _ in row["search"]["took"].values())
    last = rows[-1]
    for what, value, goal in (
        ("slowest p50, ms", slowest, 30), ("slowest p95, ms", worst, 80),
        ("adding one, ms", 1000 * last["one"]["later"], 300),
        ("opening, s", last["search"]["open"], 1.5),
        ("memory while indexing, MB", max(r["add"]["memory"] for r in rows), 1500),
        ("memory while searching, MB", last["search"]["memory"], 1000),
    ):  # fmt: skip
        print(f"{what}: {value:,.4g}; goal {verdict(value, goal)}")


def plot(rows: list[dict[str, Any]], file: Path) -> None:
    """The growth as a figure, on logarithmic axes (needs matplotlib)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sizes = [row["papers"] for row in rows]
    figure, axes = pyplot.subplots(1, 2, figsize=(12, 5))
    for name, values in summary(rows).items():
        axis = axes[int(not name.startswith("search,"))]
        axis.loglog(sizes, values, "o-", label=f"{name}: n^{growth(sizes, values):.2f}")
    for axis, title in zip(axes, ("Search", "Everything else"), strict=True):
        axis.set(title=title, xlabel="papers", ylim=(1, None))
        axis.set_xticks(sizes, [f"{n // 1000}k" for n in sizes])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
