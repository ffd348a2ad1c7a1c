"""Lists: every paper that fits, each with the sentence that says how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paperqa.answering.draft import Draft
from paperqa.citations import label
from paperqa.types import Evidence

MIN_FIT = 0.35  # below this similarity nothing in the library is about the question
KEPT = 0.8  # of the best paper's fit: development lists, docs/adr/0007


def list_papers(draft: Draft) -> Iterator[str] | None:
    """One line a paper: its title and the sentence that fits best. No model takes part.

    Which papers belong is decided by their fit (similarity of meaning and share of the question's
    words, added); a 1.5B model that was asked to pick left out more right papers than wrong ones.
    """
    if not draft.question.wants_list:
        return None
    return _lines(draft, select(draft.evidence))


def select(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The papers that fit nearly as well as the one that fits best."""
    best = max((fit(e) for e in evidence), default=0.0)
    if max((e.similarity for e in evidence), default=0.0) < MIN_FIT:
        return ()
    return tuple(e for e in evidence if fit(e) >= KEPT * best)


def fit(evidence: Evidence) -> float:
    """How well a paper fits a question, comparable between the papers for one question."""
    return evidence.similarity + evidence.coverage


def _lines(draft: Draft, chosen: Sequence[Evidence]) -> Iterator[str]:
    if not chosen:
        yield draft.refuse()
        return
    for evidence in chosen:
        yield f"- {label(evidence.paper)}: {draft.quote(evidence.paper, evidence.best)}\n"
