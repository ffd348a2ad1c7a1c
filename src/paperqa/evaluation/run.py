"""A run: every sample of a set asked once, each answer scored and kept as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from paperqa.batch import whole_lines
from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.types import Answer, History

Ask = Callable[[str, History], Answer]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` samples with its standard error (None for fewer than two)."""

    mean: float
    error: float | None
    n: int

    def __str__(self) -> str:
        error = f" ± {100 * self.error:.1f}" if self.error is not None else ""
        return f"{100 * self.mean:.1f}{error} % (n {self.n})"


def run(
    samples: Sequence[Sample], ask: Ask, out: Path, progress: Callable[[int, int], None]
) -> list[dict[str, Any]]:
    """Rows of `{"id", "kind", "scores", "answer"}`, appended to `out`; goes on where it stopped.

    Raises `InputError` when `out` holds answers to other samples.
    """
    rows = [json.loads(line) for line in whole_lines(out)]
    if [row["id"] for row in rows] != [sample.id for sample in samples[: len(rows)]]:
        raise InputError(f"{out} holds answers to other questions; name another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a", encoding="utf-8") as stream:
        for n, sample in enumerate(samples[len(rows) :], len(rows) + 1):
            progress(n - 1, len(samples))
            row = _row(sample, answer(sample, ask))
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            stream.flush()
            rows.append(row)
    progress(len(samples), len(samples))
    return rows


def answer(sample: Sample, ask: Ask) -> Answer:
    """The answer to a sample, after the questions of its history have been asked in turn."""
    history: list[Answer] = []
    for question in sample.history:
        history.append(ask(question, tuple(history)))
    return ask(sample.question, tuple(history))


def estimates(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Estimate]]:
    """By kind of question, and for `all`, each metric over the samples it says something about."""
    found: dict[str, dict[str, Estimate]] = {}
    for kind in [*dict.fromkeys(row["kind"] for row in rows), "all"]:
        some = [row for row in rows if kind in ("all", row["kind"])]
        for name in METRICS:
            values = [row["scores"][name] for row in some if row["scores"][name] is not None]
            if values:
                error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
                found.setdefault(kind, {})[name] = Estimate(fmean(values), error, len(values))
    return found


def _row(sample: Sample, given: Answer) -> dict[str, Any]:
    return {
        "id": sample.id,
        "kind": sample.kind,
        "reason": sample.reason,
        "scores": {name: metric(sample, given) for name, metric in METRICS.items()},
        "answer": given.to_dict(),
    }
