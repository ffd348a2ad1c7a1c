"""Lists: every paper that fits, each with the sentence that says how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from paperqa.answering.draft import Draft
from paperqa.citations import label
from paperqa.types import Evidence

MIN_FIT = 0.45  # below this fit nothing in the library is about the question
LEAD = 0.5  # of the best paper's score: the second has less where one paper is asked about
KEPT, KEPT_OF_TWO = 0.67, 0.4  # of the best three's mean score: development lists, docs/adr/0007


def list_papers(draft: Draft) -> Iterator[str] | None:
    """One line a paper: its title and the sentence that fits best. No model takes part.

    Which papers belong is decided by their score beside the best three's; a 1.5B model that was
    asked to pick left out more right papers than wrong ones.
    """
    if not draft.question.wants_list or _is_of_one(draft):
        return None
    return _lines(draft, select(draft.evidence))


def _is_of_one(draft: Draft) -> bool:
    """Whether a question for several things ("which datasets …") is about one paper: it leads by
    far, and papers aren't what is asked for."""
    scores = [e.score for e in draft.evidence[:2]]
    return not draft.question.wants_papers and len(scores) > 1 and scores[1] < LEAD * scores[0]


def select(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The papers that fit nearly as well as the one that fits best; who asks for papers expects
    two at least, so the second may be further off."""
    if not is_about(evidence):
        return ()
    best = fmean(e.score for e in evidence[:3])
    return tuple(e for e in evidence if e.score >= (KEPT_OF_TWO if e.rank <= 2 else KEPT) * best)


def is_about(evidence: Sequence[Evidence]) -> bool:
    """Whether anything in the library is about the question at all."""
    return max(map(fit, evidence), default=0.0) >= MIN_FIT


def fit(evidence: Evidence) -> float:
    """How well a paper fits a question, comparable between the papers for one question."""
    return evidence.similarity + evidence.coverage


def _lines(draft: Draft, chosen: Sequence[Evidence]) -> Iterator[str]:
    if not chosen:
        yield draft.refuse()
        return
    for evidence in chosen:
        yield f"- {label(evidence.paper)}: {draft.quote(evidence.paper, evidence.best)}\n"
