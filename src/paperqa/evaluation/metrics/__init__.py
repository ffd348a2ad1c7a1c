"""Metrics: what an answer to a sample is worth. Each is a function and a line in `METRICS`.

A metric gives None where it says nothing about a sample (a recall of papers for one fact, say),
so that a mean is always over the samples it concerns.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.matching import holds_all, plain
from paperqa.types import Answer

# An answer that is longer dumps passages instead of answering.
MAX_WORDS = {"fact": 60, "followup": 60, "explain": 120}
_MARKER = re.compile(r"\s*\[\d+\]")

Metric = Callable[[Sample, Answer], float | None]


def correct(sample: Sample, answer: Answer) -> float | None:
    """1 if the answer says what it should: all key strings, in few words; for an unanswerable
    question a refusal, or a correction of its premise that cites; for metadata without key
    strings exactly the papers that fit. Not for lists, which have recall and precision."""
    if sample.kind == "list":
        return None
    if sample.kind == "unanswerable":
        return float(answer.refused or _corrects(sample, answer))
    if answer.refused or len(wording(answer).split()) > MAX_WORDS.get(sample.kind, 10_000):
        return 0.0
    if not sample.keys:
        return float(_cited(answer) == _wanted(sample))
    return float(holds_all(wording(answer), sample.keys))


def first_citation(sample: Sample, answer: Answer) -> float | None:
    """Whether the paper cited first is a right one, where something was answered."""
    if _says_nothing(sample, answer) or not answer.citations:
        return None
    return float(plain(answer.citations[0].title) in _wanted(sample))


def citation_precision(sample: Sample, answer: Answer) -> float | None:
    """The share of the cited papers that are right ones, where something was answered."""
    if _says_nothing(sample, answer) or not answer.citations:
        return None
    return len(_cited(answer) & _wanted(sample)) / len(_cited(answer))


def citation_recall(sample: Sample, answer: Answer) -> float | None:
    """The share of the right papers that are cited, for questions that have several."""
    if sample.kind == "unanswerable" or len(sample.titles) < 2:
        return None
    return len(_cited(answer) & _wanted(sample)) / len(_wanted(sample))


def list_precision(sample: Sample, answer: Answer) -> float | None:
    """The share of a list's papers that belong there; an empty list has a precision of 0."""
    if sample.kind != "list":
        return None
    return len(_cited(answer) & _wanted(sample)) / max(1, len(_cited(answer)))


def false_refusal(sample: Sample, answer: Answer) -> float | None:
    """Whether an answerable question was refused."""
    return None if sample.kind == "unanswerable" else float(answer.refused)


def hit_at_1(sample: Sample, answer: Answer) -> float | None:
    """Whether a right paper came first in the evidence."""
    return _hit(sample, answer, 1)


def hit_at_5(sample: Sample, answer: Answer) -> float | None:
    """Whether a right paper is among the first five of the evidence."""
    return _hit(sample, answer, 5)


def worded(sample: Sample, answer: Answer) -> float | None:
    """Whether a model worded the answer (as against quotes alone); not for metadata, refusals."""
    if answer.refused or sample.kind == "metadata":
        return None
    return float(answer.model != "extractive")


METRICS: dict[str, Metric] = {
    "correct": correct,
    "first_citation": first_citation,
    "citation_precision": citation_precision,
    "citation_recall": citation_recall,
    "list_precision": list_precision,
    "false_refusal": false_refusal,
    "hit@1": hit_at_1,
    "hit@5": hit_at_5,
    "worded": worded,
}


def wording(answer: Answer) -> str:
    """The text of an answer without its markers."""
    return _MARKER.sub("", answer.text)


def _corrects(sample: Sample, answer: Answer) -> bool:
    return bool(
        sample.keys and holds_all(wording(answer), sample.keys) and _cited(answer) & _wanted(sample)
    )


def _says_nothing(sample: Sample, answer: Answer) -> bool:
    return answer.refused or sample.kind == "unanswerable" or not sample.titles


def _hit(sample: Sample, answer: Answer, k: int) -> float | None:
    if sample.kind in ("unanswerable", "metadata") or not sample.titles:
        return None
    return float(any(plain(e.paper.title) in _wanted(sample) for e in answer.evidence[:k]))


def _cited(answer: Answer) -> set[str]:
    return {plain(citation.title) for citation in answer.citations}


def _wanted(sample: Sample) -> set[str]:
    return {plain(title) for title in sample.titles}
