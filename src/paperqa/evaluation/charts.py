"""Where the marks of a chart lie; the templates draw them. Lengths are in SVG user units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperqa.evaluation.statistics import Estimate, Percentiles, RiskCoverage, amount

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 340, 10, 190
_ROW, _MOST_TICKS = 26, 9
_STEPS = [step * 10.0**power for power in range(-3, 6) for step in (1, 2, 5)]


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps `low` to `high` onto `start` to `end`; `ticks` are values."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        """Where a value lies; one beyond an end of the axis lies at that end."""
        value = min(max(value, self.low), self.high)
        low, high, at = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return round(self.start + (at - low) / (high - low) * (self.end - self.start), 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar to `x`, with a whisker from `low` to `high` where there is an interval."""

    label: str
    value: str
    hint: str
    y: int
    x: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other, on an axis from 0 to 1."""

    axis: Axis
    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve: its `points` as SVG writes them, and (x, y, text) of what is marked on it."""

    x: Axis
    y: Axis
    points: str
    marks: tuple[tuple[float, float, str], ...] = ()


def bars(rows: Mapping[str, Estimate]) -> Bars:
    """A bar for each labelled share."""
    axis = Axis(0, 1, 104, 306, (0, 0.25, 0.5, 0.75, 1))
    drawn: list[Bar] = []
    for label, share in rows.items():
        interval = ""
        if share.low is not None and share.high is not None:
            interval = f", 95 % interval {share.low:.1%} to {share.high:.1%}"
        drawn.append(
            Bar(
                label, f"{amount(share.mean, 'share')} %",
                f"{label}: {share.mean:.1%}{interval}, n {share.n}",
                _TOP + _ROW * len(drawn), axis(share.mean),
                None if share.low is None else axis(share.low),
                None if share.high is None else axis(share.high),
            )
        )  # fmt: skip
    return Bars(axis, tuple(drawn), _TOP + _ROW * len(drawn) + 22)


def risk_curve(found: RiskCoverage) -> Curve:
    """Risk over coverage; level before the first threshold."""
    most = max(risk for _, risk in found.points)
    step = 0.05 if most <= 0.2 else 0.1 if most <= 0.5 else 0.2
    n_steps = max(1, math.ceil(most / step - 1e-9))
    x = Axis(0, 1, _LEFT, _RIGHT, (0, 0.25, 0.5, 0.75, 1))
    y = Axis(0, n_steps * step, _BOTTOM, _TOP, tuple(step * n for n in range(n_steps + 1)))
    points = ((0.0, found.points[0][1]), *found.points)
    return Curve(x, y, _joined((x(coverage), y(risk)) for coverage, risk in points))


def latency_curve(seconds: Sequence[float], at: Percentiles) -> Curve:
    """The share of the questions answered within a time (on a logarithmic axis)."""
    ordered = sorted(seconds)
    low = max((v for v in _STEPS if v <= ordered[0]), default=_STEPS[0])
    high = min((v for v in _STEPS if v >= ordered[-1] and v > low), default=_STEPS[-1])
    ticks = [v for v in _STEPS if low <= v <= high]
    if len(ticks) > _MOST_TICKS:
        ticks = [v for v in ticks if math.log10(v).is_integer()]
    x = Axis(low, high, _LEFT, _RIGHT, tuple(ticks), log=True)
    y = Axis(0, 1, _BOTTOM, _TOP, (0, 0.25, 0.5, 0.75, 1))
    steps = [
        (x(value), y((n + d) / len(ordered))) for n, value in enumerate(ordered) for d in (0, 1)
    ]
    marks = ((x(at.p50), y(0.5), "p50"), (x(at.p95), y(0.95), "p95"))
    return Curve(x, y, _joined([*steps, (x.end, y.end)]), marks)


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
