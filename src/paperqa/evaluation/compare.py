"""Two runs of the same questions, side by side."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.report import environment
from paperqa.evaluation.run import Result, Run
from paperqa.evaluation.score import Unit
from paperqa.evaluation.statistics import Difference, amount, paired

Outcome = Literal["win", "loss", "same", "unscored"]
HEADINGS = ("metric", "A", "B", "B − A", "95 % interval", "p", "n", "B is")
_OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CONDITION = re.compile(r"(?:(\w+):)?([^\s<>:]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+))")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question that both runs answered."""

    a: Result
    b: Result

    @property
    def sample(self) -> Sample:
        """The question."""
        return self.a.sample

    @property
    def outcome(self) -> Outcome:
        """Whether B did better than A: by `correct`, for a list by `citation_f1`."""
        name = "citation_f1" if self.sample.kind == "list" else "correct"
        before, after = _value(self.a, name), _value(self.b, name)
        if before is None or after is None:
            return "unscored"
        return "same" if before == after else "win" if after > before else "loss"

    @property
    def scores(self) -> tuple[tuple[str, str, str], ...]:
        """Each metric that either answer has, with A's value and B's."""
        names = dict.fromkeys((*self.a.scores, *self.b.scores))
        shown = ((name, _shown(self.a, name), _shown(self.b, name)) for name in names)
        return tuple((name, a, b) for name, a, b in shown if a or b)


@dataclass(frozen=True)
class Comparison:
    """What B does differently from A, over the questions that both answered; `only_a` and
    `only_b` are the ids of the others."""

    a: Run
    b: Run
    pairs: tuple[Pair, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @cached_property
    def differences(self) -> dict[str, dict[str, Difference]]:
        """By kind of question, and for `all`, each metric over the samples that both score."""
        found: dict[str, dict[str, Difference]] = {}
        for kind in (*dict.fromkeys(pair.sample.kind for pair in self.pairs), "all"):
            found[kind] = {}
            some = [pair for pair in self.pairs if kind in ("all", pair.sample.kind)]
            for name in dict.fromkeys(name for pair in some for name in pair.a.scores):
                values = [(_value(pair.a, name), _value(pair.b, name)) for pair in some]
                both = [(a, b) for a, b in values if a is not None and b is not None]
                if both:
                    found[kind][name] = paired(*zip(*both, strict=True))
        return found

    @property
    def changed_settings(self) -> dict[str, tuple[Any, Any]]:
        """What the runs were run with, where it is not the same: A's and B's."""
        a, b = self.a.settings, self.b.settings
        return {k: (a.get(k), b.get(k)) for k in {**a, **b} if a.get(k) != b.get(k)}

    @property
    def summary(self) -> str:
        """How many questions are compared, and how many only one run has."""
        return (
            f"{len(self.pairs)} questions in both runs; {len(self.only_a)} only in A, "
            f"{len(self.only_b)} only in B; {len(self.of('win'))} won by B, "
            f"{len(self.of('loss'))} lost"
        )

    def of(self, outcome: Outcome) -> tuple[Pair, ...]:
        """The questions with this outcome."""
        return tuple(pair for pair in self.pairs if pair.outcome == outcome)


@dataclass(frozen=True, slots=True)
class Condition:
    """`METRIC SIGN NUMBER` or `KIND:METRIC SIGN NUMBER`, of the difference B - A."""

    text: str
    kind: str
    metric: str
    sign: str
    number: float

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Raises `InputError` for what isn't of that form."""
        found = _CONDITION.fullmatch(text.strip())
        if not found:
            raise InputError(f'{text!r} is no condition; write one as "correct < -0.02"')
        kind, metric, sign, number = found.groups()
        return cls(text.strip(), kind or "all", metric, sign, float(number))

    def difference(self, comparison: Comparison) -> Difference:
        """What it is about. Raises `InputError` where no question of both runs has it."""
        metrics = comparison.differences.get(self.kind)
        if metrics is None:
            raise InputError(f"{self.text!r}: no such kind; {_one_of(comparison.differences)}")
        if self.metric not in metrics:
            raise InputError(f"{self.text!r}: no such metric; {_one_of(metrics)}")
        return metrics[self.metric]

    def holds(self, comparison: Comparison) -> bool:
        """Whether the difference is so."""
        return bool(_OPERATORS[self.sign](self.difference(comparison).value, self.number))


def compare(a: Run, b: Run) -> Comparison:
    """The questions that both runs answered, in A's order.

    Raises `InputError` when they share none, or one id stands for different questions.
    """
    before, after = _by_id(a), _by_id(b)
    pairs = tuple(Pair(result, after[id_]) for id_, result in before.items() if id_ in after)
    if not pairs:
        raise InputError(f"the runs {run_name(a, 'A')} and {run_name(b, 'B')} share no question")
    for pair in pairs:
        if pair.a.sample != pair.b.sample:
            raise InputError(
                f"question {pair.sample.id} is not the same in both runs; run one of them again"
            )
    only_a = tuple(id_ for id_ in before if id_ not in after)
    return Comparison(a, b, pairs, only_a, tuple(id_ for id_ in after if id_ not in before))


def run_name(run: Run, otherwise: str) -> str:
    """What to call a run."""
    return str(run.settings.get("id") or otherwise)


def unit(metric: str) -> Unit:
    """The unit of a metric by its name; what isn't one of ours (a judge's, say) is a share."""
    return METRICS[metric].unit if metric in METRICS else "share"


def row(metric: str, difference: Difference) -> tuple[str, ...]:
    """A row under `HEADINGS`; its end says which run is better where the interval leaves 0 out."""
    d, of = difference, unit(metric)
    interval = p = verdict = ""
    if d.low is not None and d.high is not None:
        interval = f"{amount(d.low, of, '+')} to {amount(d.high, of, '+')}"
    if d.p is not None:
        p = "< 0.001" if d.p < 0.001 else f"{d.p:.3f}"
    if d.is_clear:
        higher_is_better = metric not in METRICS or METRICS[metric].higher_is_better
        verdict = "* better" if (d.value > 0) == higher_is_better else "* worse"
    values = amount(d.a, of), amount(d.b, of), amount(d.value, of, "+")
    return (metric, *values, interval, p, str(d.n), verdict)


def write_page(comparison: Comparison, file: Path) -> None:
    """Write the comparison as an HTML page that needs no other file."""
    pages = environment()
    pages.filters["row"] = lambda item: row(*item)
    page = pages.get_template("compare.html").render(
        comparison=comparison,
        a=run_name(comparison.a, "A"),
        b=run_name(comparison.b, "B"),
        changed=[(k, *values) for k, values in comparison.changed_settings.items()],
        deciding=("correct", "citation_f1"),
        headings=HEADINGS,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(page.encode("utf-8", "replace"))


def _value(result: Result, metric: str) -> float | None:
    score = result.scores.get(metric)
    return score.value if score else None


def _shown(result: Result, metric: str) -> str:
    value = _value(result, metric)
    return "" if value is None else amount(value, unit(metric))


def _by_id(run: Run) -> Mapping[str, Result]:
    found = {result.sample.id: result for result in run.results}
    if len(found) < len(run.results):
        raise InputError(
            f"the run {run_name(run, '')} has several questions of one id; give each its own"
        )
    return found


def _one_of(names: Mapping[str, object]) -> str:
    return f"it may be one of {', '.join(names)}"
