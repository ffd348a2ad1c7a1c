"""A gate for every change: a few questions, asked without a model, must not fare worse.

The questions, evenly spaced over a set, are put to the packaged papers. What must be reached is
what was measured once, less two standard errors; it is kept as TOML beside the set.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from paperqa.errors import InputError
from paperqa.evaluation.dataset import load_dataset, spread
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.run import Run, evaluate
from paperqa.evaluation.statistics import Estimate
from paperqa.library import Library
from paperqa.settings import load_settings

Thresholds = Mapping[str, Mapping[str, float]]
_ERRORS = 2
_PRECISION = 10_000


@dataclass(frozen=True, slots=True)
class Gate:
    """Which questions are asked, and what must be reached: by kind and metric, a share.

    `dataset` is a path from the file's folder.
    """

    dataset: str = "transformers"
    split: str = "dev"
    questions: int = 120
    thresholds: Thresholds = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """A share that was measured (None: no answer has this metric), and its bound."""

    kind: str
    metric: str
    measured: float | None
    threshold: float

    @property
    def passed(self) -> bool:
        """Whether the share is at least its bound; at most, where lower is better."""
        if self.measured is None:
            return False
        if METRICS[self.metric].higher_is_better:
            return self.measured >= self.threshold
        return self.measured <= self.threshold


def load_gate(file: Path) -> Gate:
    """The gate of a file. Raises `InputError` when it can't be read as one."""
    try:
        row: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        thresholds = {
            kind: {metric: float(row[kind][metric]) for metric in row[kind]}
            for kind in row
            if isinstance(row[kind], dict)
        }
        return Gate(str(row["dataset"]), str(row["split"]), int(row["questions"]), thresholds)
    except FileNotFoundError:
        raise InputError(f"{file}: no such file; write it with --update") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{file} is no file of thresholds: {error}") from None


def measure(gate: Gate, folder: Path, progress: Callable[[int, int], None]) -> Run:
    """Ask the gate's questions of the packaged papers, without a model."""
    samples = spread(load_dataset(folder / gate.dataset, gate.split), gate.questions)
    with TemporaryDirectory() as empty:
        settings = load_settings(library=Path(empty), llm="none", cache=False)
        with Library(settings=settings) as library:
            return evaluate(library.ask, samples, find=library.paper, progress=progress)


def checks(thresholds: Thresholds, run: Run) -> tuple[Check, ...]:
    """What the run reached of each threshold. Raises `InputError` where there is none."""
    if not any(thresholds.values()):
        raise InputError("the gate has no thresholds; write them with --update")
    found = run.estimates()
    return tuple(
        Check(kind, metric, _mean(found.get(kind, {}).get(metric)), threshold)
        for kind, metrics in thresholds.items()
        for metric, threshold in metrics.items()
    )


def thresholds_of(run: Run) -> Thresholds:
    """Two standard errors from each share that was measured, where that is a bound at all."""
    found: dict[str, dict[str, float]] = {}
    for kind, estimates in run.estimates().items():
        for name, estimate in estimates.items():
            if METRICS[name].unit == "share" and estimate.error is not None:
                higher_is_better = METRICS[name].higher_is_better
                bound = _bound(estimate.mean, _ERRORS * estimate.error, higher_is_better)
                if bound > 0 if higher_is_better else bound < 1:
                    found.setdefault(kind, {})[name] = bound
    return found


def write_gate(gate: Gate, file: Path) -> None:
    """Write the TOML that `load_gate` reads."""
    lines = [
        "# Written by `paperqa eval gate --update`: what was measured, less two standard errors",
        "# (more, where lower is better). Offline, without a model, on the packaged papers.",
        f"dataset = {json.dumps(gate.dataset)}",
        f"split = {json.dumps(gate.split)}",
        f"questions = {gate.questions}",
    ]
    for kind, metrics in gate.thresholds.items():
        lines += ["", f"[{kind}]", *(f'"{name}" = {value}' for name, value in metrics.items())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _mean(estimate: Estimate | None) -> float | None:
    return estimate.mean if estimate and estimate.n else None


def _bound(mean: float, margin: float, higher_is_better: bool) -> float:
    # Rounded outwards, so that the same measurement passes again.
    if higher_is_better:
        return math.floor((mean - margin) * _PRECISION) / _PRECISION
    return math.ceil((mean + margin) * _PRECISION) / _PRECISION
