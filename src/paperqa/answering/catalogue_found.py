"""The papers that a question to the catalogue is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import fmean

from paperqa.answering.catalogue_conditions import CatalogueQuestion, Missing
from paperqa.answering.catalogue_times import first_day, last_day
from paperqa.answering.draft import Draft
from paperqa.answering.listing import KEPT, fit, is_about
from paperqa.index.lexical import terms
from paperqa.naming import named_papers
from paperqa.types import Paper, Where

_ON_TOPIC, _NEAR_TOPIC = 0.86, 0.5  # of the best fit: alone enough, and with a list's score
_JUDGED = 30  # papers of the whole library, to know how well the best fit
_NUMBERS = {"both": 2, "two": 2, "three": 3}
_TOGETHER = re.compile(
    r"\bthe (two|three)\b(?!-)|\b(two|three) (?:\w+ )?papers\b|\b(both) (?:\w+ )?papers\b", re.I
)
_WHETHER = re.compile(r"\W*(?:is|are|was|were|did|does|has)\b", re.I)
_LACKS: dict[Missing, Callable[[Paper], bool]] = {
    "date": lambda paper: not paper.year,
    "organization": lambda paper: not paper.organization,
    "team": lambda paper: paper.n_authors is None,
}


def find(draft: Draft, asked: CatalogueQuestion) -> list[Paper]:
    """The papers that fit, in the order that is asked for; without one, as they fit the topic.

    Of an order, the first paper and those that tie with it.
    """
    where = _where(asked)
    papers = draft.papers(where)
    found = [paper for paper in papers if _has(paper, asked)]
    if asked.topic:
        places = {id_: n for n, id_ in enumerate(_on_topic(draft, asked.topic, len(papers), where))}
        found = sorted((p for p in found if p.id in places), key=lambda p: places[p.id])
    if asked.order == "newest":
        return _first(sorted(found, key=_when, reverse=True), _when)
    if asked.order == "oldest":
        return _first(sorted(found, key=_when), _when)
    if asked.order:
        counted = [paper for paper in found if paper.n_authors]
        counted.sort(key=_team, reverse=asked.order == "largest team")
        return _first(counted, _team)
    return found


def of_whom(draft: Draft, asked: CatalogueQuestion) -> Sequence[Paper]:
    """The papers whose facts are asked for: those that the question names, else the best.

    Of two that it speaks of, it may but describe one. None where it asks for something else, or
    for all papers that fit its conditions ("was Swin published in 2021" is about Swin alone).
    """
    if not asked.asks_facts:
        return ()
    question = draft.question.standalone
    candidates = [e.paper for e in draft.evidence]
    named = named_papers(question, candidates)
    if asked.is_filtered:
        return named if len(named) > 1 or _WHETHER.match(question) else ()
    spoken_of = _TOGETHER.search(question)
    n = _NUMBERS[spoken_of[spoken_of.lastindex or 0].lower()] if spoken_of else 1
    others = [paper for paper in candidates if paper not in named]
    return [*named, *others[: max(0, n - len(named))]]


def dated_too_roughly(draft: Draft, asked: CatalogueQuestion) -> int:
    """How many papers may or may not be of the time that is asked for: it is within their year."""
    return sum(
        not _is_within(paper, asked)
        and first_day(_when(paper)) <= last_day(asked.until or "9999")
        and last_day(_when(paper)) >= first_day(asked.since or "0000")
        for paper in draft.papers(Where(years=asked.years))
    )


def _where(asked: CatalogueQuestion) -> Where:
    """The conditions that the library itself can look for."""
    dated = False if asked.missing == "date" else None
    if asked.order in ("newest", "oldest"):
        dated = True
    return Where(years=asked.years, n_authors=asked.team, by=asked.by, dated=dated)


def _has(paper: Paper, asked: CatalogueQuestion) -> bool:
    """Whether a paper fits the conditions that the library doesn't know of."""
    if asked.missing and not _LACKS[asked.missing](paper):
        return False
    if asked.years and not _is_within(paper, asked):
        return False
    return not asked.titled or any(_in_title(words, paper.title) for words in asked.titled)


def _is_within(paper: Paper, asked: CatalogueQuestion) -> bool:
    """Whether a paper is surely of the time: one of 2022 needn't be of July 2022."""
    after = not asked.since or first_day(_when(paper)) >= first_day(asked.since)
    return after and (not asked.until or last_day(_when(paper)) <= last_day(asked.until))


def _in_title(words: str, title: str) -> bool:
    """At the start of a word, in any case: 'Swin' is in "SwinFace", "ant" isn't in "Variants"."""
    return re.search(rf"\b{re.escape(words)}", title, re.IGNORECASE) is not None


def _on_topic(draft: Draft, topic: str, n: int, where: Where) -> list[str]:
    """The ids of the papers on a topic, best first: those that fit nearly as well as the best,
    those that a list of papers would hold, and those with the topic in their title.

    The best are looked for in the whole library, so that a year without a fitting paper has none.
    """
    best = draft.search(topic, _JUDGED, Where())
    top = max(map(fit, best)) if is_about(best) else float("inf")
    kept = KEPT * fmean(e.score for e in best[:3]) if best else 0.0
    listed = {e.paper.id for e in best if e.score >= kept and fit(e) >= _NEAR_TOPIC * top}
    words = set(terms(topic))
    return [
        e.paper.id
        for e in draft.search(topic, max(n, 1), where)
        if fit(e) >= _ON_TOPIC * top or e.paper.id in listed or words <= set(terms(e.paper.title))
    ]


def _first(papers: Sequence[Paper], key: Callable[[Paper], object]) -> list[Paper]:
    """The first paper and those that tie with it."""
    return [paper for paper in papers if key(paper) == key(papers[0])]


def _when(paper: Paper) -> str:
    return paper.published or ""


def _team(paper: Paper) -> int:
    return paper.n_authors or 0
