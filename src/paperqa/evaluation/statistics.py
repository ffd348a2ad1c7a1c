"""Means and differences with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from paperqa.evaluation.score import Unit

_RESAMPLES, _SEED, _LEVEL = 2_000, 1, 0.95
_DIGITS = {"share": ".1f", "seconds": ".2f", "tokens": ".0f", "dollars": ".4f"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` scored samples; `error` is its standard error, `low` and `high` bound its
    95 % interval (None for fewer than two). `unscored` more could not be graded."""

    mean: float
    error: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int = 0
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`b - a`, the means of two runs over the same `n` samples.

    `low` and `high` bound its 95 % interval; None where all samples differ alike, which tells
    nothing of their spread. `p` is of McNemar's test, None where values are not just 0 and 1.
    """

    a: float
    b: float
    n: int
    low: float | None
    high: float | None
    p: float | None

    @property
    def value(self) -> float:
        """The mean of `b` less that of `a`."""
        return self.b - self.a

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """(coverage, risk) for each threshold of confidence, highest first, and the area below."""

    points: tuple[tuple[float, float], ...]
    area: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What half, nine tenths and nineteen twentieths of the values do not exceed."""

    p50: float
    p90: float
    p95: float


def estimate(values: Sequence[float | None]) -> Estimate:
    """The mean of the values that aren't None.

    Shares of yes and no get Wilson's interval (1927), which holds for few samples and near 0 and
    1; other values a percentile bootstrap (Efron 1979).
    """
    scored = np.array([value for value in values if value is not None], dtype=float)
    n, unscored = len(scored), len(values) - len(scored)
    if n == 0:
        return Estimate(float("nan"), None, None, None, 0, unscored)
    mean, median = float(scored.mean()), float(np.median(scored))
    if n == 1:
        return Estimate(mean, None, None, None, 1, unscored, median)
    low, high = _interval(scored)
    return Estimate(mean, float(stats.sem(scored)), low, high, n, unscored, median)


def paired(a: Sequence[float], b: Sequence[float]) -> Difference:
    """How far the mean of `b` is from that of `a`, value by value of the same sample.

    The interval is a percentile bootstrap of the pairs (Efron 1979); `p` the exact test of
    McNemar (1947). Raises `ValueError` for no pairs, or sequences of unequal length.
    """
    before, after = np.array(a, dtype=float), np.array(b, dtype=float)
    if before.shape != after.shape or not len(before):
        raise ValueError(f"{len(before)} and {len(after)} values make no pairs")
    low, high = (None, None) if np.ptp(after - before) == 0 else _bootstrap(after - before)
    p = None
    if _is_binary(before) and _is_binary(after):
        wins, losses = int((after > before).sum()), int((after < before).sum())
        p = float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0
    return Difference(float(before.mean()), float(after.mean()), len(before), low, high, p)


def risk_coverage(confidences: Sequence[float], wrongs: Sequence[float]) -> RiskCoverage:
    """How wrong the answers are on average (risk) if only the surest are given (coverage).

    The curve is of El-Yaniv and Wiener (2010), the area AURC of Geifman and El-Yaniv (2017): the
    mean risk over the answers, each at its own threshold. A threshold can't part answers of one
    confidence, so they share a point. No answers have no points, and NaN for an area.
    """
    if not len(confidences):
        return RiskCoverage((), float("nan"))
    _, group, sizes = np.unique(
        -np.array(confidences, dtype=float), return_inverse=True, return_counts=True
    )
    risks = np.bincount(group, weights=wrongs).cumsum() / sizes.cumsum()
    coverages = sizes.cumsum() / sizes.sum()
    points = tuple(zip(coverages.tolist(), risks.tolist(), strict=True))
    return RiskCoverage(points, float(np.average(risks, weights=sizes)))


def percentiles(values: Sequence[float]) -> Percentiles:
    """The percentiles, between two values where none is exact. Raises `ValueError` for none."""
    if not len(values):
        raise ValueError("no values have no percentiles")
    return Percentiles(*(float(p) for p in np.percentile(values, (50, 90, 95))))


def formatted(estimate: Estimate, unit: Unit) -> str:
    """`62.3 ± 4.1` (percent and standard error) for a share, `5.20 s` (the median, as a few slow
    answers say little of the others) for seconds, and the mean for what is counted and paid."""
    if not estimate.n:
        return "–"
    if unit == "seconds":
        return f"{amount(estimate.median or 0.0, unit)} s"
    if unit == "share" and estimate.error is not None:
        return f"{amount(estimate.mean, unit)} ± {amount(estimate.error, unit)}"
    return amount(estimate.mean, unit)


def amount(value: float, unit: Unit, sign: str = "") -> str:
    """A number in the digits that befit its unit, shares in percent; `sign="+"` shows a plus."""
    return f"{value * (100 if unit == 'share' else 1):{sign}{_DIGITS[unit]}}"


def _is_binary(values: np.ndarray) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _interval(values: np.ndarray) -> tuple[float, float]:
    if _is_binary(values):
        found = stats.binomtest(int(values.sum()), len(values)).proportion_ci(_LEVEL, "wilson")
        return float(found.low), float(found.high)
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    return _bootstrap(values)


def _bootstrap(values: np.ndarray) -> tuple[float, float]:
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=_RESAMPLES, confidence_level=_LEVEL,
        method="percentile", rng=np.random.default_rng(_SEED),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)
