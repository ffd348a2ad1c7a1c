"""What a metric says of one answer, and what a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.response import Response

Measure = Callable[[Sample, Response], "Score | None"]
Unit = Literal["share", "seconds", "tokens", "dollars"]


@dataclass(frozen=True, slots=True)
class Score:
    """A value (0 to 1 for a share) and why; None is *unscored*: it could not be graded.

    The word is inspect_ai's. Unscored answers are counted apart and are in no mean.
    """

    value: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of answers: `of` gives None where it says nothing about a sample (the recall of
    a list for one fact, say), so that a mean is over the samples that it concerns."""

    of: Measure
    about: str
    unit: Unit = "share"
    higher_is_better: bool = True
