"""The report of a run: one self-contained HTML page, and a short Markdown text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from scipy import stats

from paperqa.evaluation import charts
from paperqa.evaluation.matching import plain
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.metrics.citations import wanted
from paperqa.evaluation.metrics.correctness import missing_keys
from paperqa.evaluation.run import Result, Run
from paperqa.evaluation.score import Metric
from paperqa.evaluation.statistics import (
    Estimate,
    amount,
    formatted,
    percentiles,
    risk_coverage,
)
from paperqa.terminal import clean

Outcome = Literal["right", "partly", "wrong", "refused", "unscored"]
_HEADLINES = ("correct", "first_citation", "citation_precision", "refusal_recall", "false_refusal")
_UNITS = {"share": "%", "seconds": "s", "tokens": "tokens", "dollars": "$"}


@dataclass(frozen=True, slots=True)
class Question:
    """A result as the page shows it; `keys` are (alternatives, whether the answer holds one)."""

    result: Result
    outcome: Outcome
    titles: frozenset[str]
    keys: tuple[tuple[str, bool], ...]

    def wants(self, title: str) -> bool:
        """Whether an answer should cite this paper."""
        return plain(title) in self.titles


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline number; `low` and `high` bound its 95 % interval, from 0 to 1, for shares."""

    label: str
    value: str
    notes: tuple[str, ...]
    hint: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What must hold of every citation: how many were checked, and how many broke it."""

    label: str
    value: str
    meaning: str
    checked: int
    broken: int


def write_report(folder: Path, run: Run) -> None:
    """Write `report.html` and `report.md` into a run's folder; a reader sees the old or the new.

    Raises `OSError` where the folder can't be written to.
    """
    pages, values = environment(), _values(run, folder.name)
    for name in ("report.html", "report.md"):
        text = pages.get_template(name).render(values)
        partial = folder / f".{name}.partial"
        partial.write_bytes(text.encode("utf-8", "replace"))
        partial.replace(folder / name)


def environment() -> Environment:
    """The templates of this package. All values are escaped: papers and models are not trusted."""
    pages = Environment(
        loader=PackageLoader("paperqa.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    pages.filters |= {"amount": amount, "formatted": formatted, "label": _label}
    return pages


def outcome(result: Result) -> Outcome:
    """What became of a question, by `correct`; by `citation_f1` for a list, which may be right
    in part. `refused` is what has an answer and got none; other refusals are right."""
    scored = result.scores.get("citation_f1" if result.sample.kind == "list" else "correct")
    if scored is None or scored.value is None:
        return "unscored"
    if scored.value == 1:
        return "right"
    if result.response.refused:
        return "refused"
    return "partly" if scored.value > 0 else "wrong"


def _values(run: Run, name: str) -> dict[str, Any]:
    found, questions = run.estimates(), tuple(_question(result) for result in run.results)
    return {
        "title": _title(run.settings, name),
        "settings": run.settings,
        "questions": questions,
        "outcomes": _counts(get_args(Outcome), [q.outcome for q in questions]),
        "kinds": _counts(run.kinds[:-1], [q.result.sample.kind for q in questions]),
        "estimates": found,
        "metrics": {name: _metric(name) for name in found.get("all", {})},
        "units": _UNITS,
        "tiles": _tiles(run, found.get("all", {})),
        "promises": _promises(run, found.get("all", {})),
        "bars": charts.bars(_by_kind(found)),
        **_curves(run),
    }


def _title(settings: Mapping[str, Any], name: str) -> str:
    words = (Path(settings.get("dataset") or name).stem, settings.get("split"))
    return " · ".join(word for word in words if word)


def _counts(names: tuple[str, ...], values: list[Any]) -> dict[str, int]:
    counts = Counter(values)
    return {name: counts[name] for name in names if counts[name]}


def _label(name: str) -> str:
    return name.replace("_", " ")


def _metric(name: str) -> Metric:
    return METRICS.get(name) or Metric(lambda sample, response: None, "")


def _question(result: Result) -> Question:
    missing = missing_keys(result.sample, result.response)
    groups = [" or ".join(group) for group in result.sample.keys]
    keys = tuple((group, group not in missing) for group in groups)
    return Question(result, outcome(result), frozenset(wanted(result.sample)), keys)


def _tiles(run: Run, found: Mapping[str, Estimate]) -> list[Tile]:
    tiles = [_tile(name, found[name]) for name in _HEADLINES if name in found]
    if seconds := _seconds(run):
        tiles.append(_median(seconds))
    return tiles


def _tile(name: str, share: Estimate) -> Tile:
    value = f"{amount(share.mean, 'share')} %" if share.n else "–"
    notes = [f"n {share.n}"] + ([f"{share.unscored} unscored"] if share.unscored else [])
    if share.low is not None and share.high is not None:
        notes.insert(0, f"{amount(share.low, 'share')} to {amount(share.high, 'share')}")
    return Tile(_label(name), value, tuple(notes), _metric(name).about, share.low, share.high)


def _median(seconds: list[float]) -> Tile:
    at = percentiles(seconds)
    # The order statistics that bound a median (Conover 1999); NaN for too few values.
    found = stats.quantile_test(seconds, q=at.p50, p=0.5).confidence_interval()
    notes = [f"n {len(seconds)}"]
    if not math.isnan(found.low + found.high):
        notes.insert(0, f"{amount(found.low, 'seconds')} to {amount(found.high, 'seconds')}")
    value, hint = f"{amount(at.p50, 'seconds')} s", "half of the answers are complete by then"
    return Tile("median time", value, tuple(notes), hint)


def _promises(run: Run, found: Mapping[str, Estimate]) -> list[Promise]:
    cited = [cited for result in run.results for cited in result.response.cited]
    known = [c.known for c in cited if c.known is not None]
    exact = [c.exact for c in cited if c.exact is not None]
    return [
        Promise(_label(name), f"{amount(found[name].mean, 'share')} %", meaning,
                len(held), held.count(False))
        for name, held, meaning in (
            ("invented_titles", known, "citations name a paper of the library"),
            ("exact_quotes", exact, "quotes stand in their paper, character by character"),
        )
        if name in found
    ]  # fmt: skip


def _by_kind(found: Mapping[str, Mapping[str, Estimate]]) -> dict[str, Estimate]:
    shares = {
        f"{kind} (F1)" if kind == "list" else kind: scores[name]
        for kind, scores in found.items()
        if (name := "citation_f1" if kind == "list" else "correct") in scores
    }
    return {label: share for label, share in shares.items() if share.n}


def _curves(run: Run) -> dict[str, Any]:
    answered = [r for r in run.results if not r.response.refused]
    pairs = [
        (r.response.confidence, 1 - score.value)
        for r in answered
        if r.response.confidence is not None
        and (score := r.scores.get("correct")) is not None
        and score.value is not None
    ]
    curves: dict[str, Any] = {"risk": None, "latency": None, "n_sure": len(pairs)}
    if len({confidence for confidence, _ in pairs}) > 1:
        curves["risk"] = risk_coverage(*zip(*pairs, strict=True))
        curves["risk_curve"] = charts.risk_curve(curves["risk"])
    if seconds := _seconds(run):
        curves["latency"] = percentiles(seconds)
        curves["latency_curve"] = charts.latency_curve(seconds, curves["latency"])
    return curves


def _seconds(run: Run) -> list[float]:
    scores = [result.scores.get("total") for result in run.results]
    return [score.value for score in scores if score is not None and score.value is not None]
