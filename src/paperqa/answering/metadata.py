"""Answers from the catalogue: dates, organisations, numbers of authors, counts; exact, no model."""

from __future__ import annotations

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator, Sequence

from paperqa.answering.catalogue_conditions import CatalogueQuestion
from paperqa.answering.catalogue_question import read
from paperqa.answering.draft import Draft
from paperqa.answering.listing import fit
from paperqa.citations import label
from paperqa.index.lexical import terms
from paperqa.naming import named_papers
from paperqa.passages import sentence_spans
from paperqa.types import Paper, Sentence, Where

_ON_TOPIC = 0.82  # of the best paper's fit
_LISTED = 50


def answer_from_catalogue(draft: Draft) -> Iterator[str] | None:
    """What the catalogue knows, where that is what is asked."""
    asked = read(draft.question.standalone, draft.library.organizations())
    if asked is None:
        return None
    if asked.asks in ("fullest year", "emptiest year"):
        return _tell_years(draft, asked)
    if asked.asks in ("papers", "count"):
        return _tell_papers(draft, asked)
    return _tell_facts(draft, asked)


def _tell_papers(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    found = _find(draft, asked)
    if asked.years or asked.order in ("newest", "oldest"):
        _note_undated(draft)
    if asked.asks == "count":
        total = len(draft.papers(Where()))
        yield draft.state(f"{len(found)} of the {total} papers {_fits(asked, len(found))}.")
        return
    if not found:
        yield draft.refuse("The catalogue has no such paper.")
    for paper in found[:_LISTED]:
        line = draft.state(f"{label(paper)} ({_facts(paper)})", [_cited(draft, paper)])
        yield f"- {line}\n"
    if len(found) > _LISTED:
        draft.notes.append(f"These are the first {_LISTED} of {len(found)} papers.")


def _tell_years(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """The year with the most or the fewest papers, and those that tie with it."""
    _note_undated(draft)
    years = Counter(paper.year for paper in _find(draft, asked) if paper.year)
    if not years:
        yield draft.refuse("The catalogue has no such paper with a year.")
        return
    most = asked.asks == "fullest year"
    n = (max if most else min)(years.values())
    which = ", ".join(str(year) for year in sorted(years) if years[year] == n)
    papers = f"papers on {asked.topic}" if asked.topic else "papers"
    yield draft.state(f"{which}: the {'most' if most else 'fewest'} {papers} of a year, {n}.")


def _tell_facts(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """One fact about the papers that the question names, or the one it describes."""
    candidates = [e.paper for e in draft.evidence]
    papers = named_papers(draft.question.standalone, candidates) or candidates[:1]
    told = [(paper, fact) for paper in papers if (fact := _fact(asked, paper))]
    if not told:
        what = {"date": "date", "organization": "organisation", "authors": "authors' names"}
        yield draft.refuse(
            f"The catalogue does not give the {what.get(asked.asks, 'number of authors')}."
        )
    for paper, fact in told:
        yield draft.state(f"{label(paper)} {fact}.", [_cited(draft, paper)]) + "\n"


def _fact(asked: CatalogueQuestion, paper: Paper) -> str:
    if asked.asks == "date":
        if not paper.year:
            return ""
        return f"was published {'in' if len(_date(paper)) == 4 else 'on'} {_date(paper)}"
    if asked.asks == "organization":
        return f"is by {paper.organization}" if paper.organization else ""
    if asked.asks == "authors":
        return f"is by {', '.join(paper.authors)}" if paper.authors else ""
    if paper.n_authors is None:
        return ""
    return f"has {paper.n_authors} author{'s' if paper.n_authors > 1 else ''}"


def _find(draft: Draft, asked: CatalogueQuestion) -> list[Paper]:
    dated = True if asked.order in ("newest", "oldest") else asked.dated
    where = Where(years=asked.years, n_authors=asked.n_authors, by=asked.by, dated=dated)
    found = [paper for paper in draft.papers(where) if _has(paper, asked)]
    if asked.topic:
        ids = _on_topic(draft, asked.topic, len(draft.papers(where)), where)
        found = sorted((p for p in found if p.id in ids), key=lambda p: ids.index(p.id))
    if asked.order == "newest":
        return _first(sorted(found, key=_when, reverse=True), _when)
    if asked.order == "oldest":
        return _first(sorted(found, key=_when), _when)
    if asked.order in ("most authors", "fewest authors"):
        counted = [p for p in found if p.n_authors]
        counted.sort(key=_team, reverse=asked.order == "most authors")
        return _first(counted, _team)
    return found


def _has(paper: Paper, asked: CatalogueQuestion) -> bool:
    """Whether a paper is of the month and has one of the words in its title."""
    if asked.month and asked.years:
        month = f"{asked.years[0]}-{asked.month:02}"
        if not (paper.published or "").startswith(month):
            return False
    return not asked.titled or any(_in_title(words, paper.title) for words in asked.titled)


def _in_title(words: str, title: str) -> bool:
    """At the start of a word, in any case: 'Swin' is in "SwinFace", "ant" isn't in "Variants"."""
    return re.search(rf"\b{re.escape(words)}", title, re.IGNORECASE) is not None


def _on_topic(draft: Draft, topic: str, n: int, where: Where) -> list[str]:
    """The ids of the papers on a topic, best first: those that fit nearly as well as the best,
    and those with the topic in their title.

    The best is looked for in the whole library, so that a year without a fitting paper has none.
    """
    best = max((fit(e) for e in draft.search(topic, 1, Where())), default=0.0)
    words = set(terms(topic))
    return [
        e.paper.id
        for e in draft.search(topic, max(n, 1), where)
        if fit(e) >= _ON_TOPIC * best or words <= set(terms(e.paper.title))
    ]


def _first(papers: Sequence[Paper], key: object) -> list[Paper]:
    """The first paper and those that tie with it."""
    return [p for p in papers if key(p) == key(papers[0])] if papers else []  # type: ignore[operator]


def _when(paper: Paper) -> str:
    return paper.published or ""


def _team(paper: Paper) -> int:
    return paper.n_authors or 0


def _date(paper: Paper) -> str:
    return paper.published or "an unknown year"


def _facts(paper: Paper) -> str:
    facts = [_date(paper)]
    if paper.organization:
        facts.append(paper.organization)
    if paper.n_authors:
        facts.append(f"{paper.n_authors} author{'s' if paper.n_authors > 1 else ''}")
    return ", ".join(facts)


def _fits(asked: CatalogueQuestion, n: int) -> str:
    """`are from 2022`, `have exactly two authors`: the conditions in words."""
    verb = "is" if n == 1 else "are"
    parts = [f"{verb} in the catalogue"] if not asked.is_filtered else []
    if asked.years:
        month = f"{month_name[asked.month]} " if asked.month else ""
        parts.append(f"{verb} from {month}{_span(asked.years)}")
    if asked.titled:
        said = " or ".join(f"“{words}”" for words in asked.titled)
        parts.append(f"{'has' if n == 1 else 'have'} {said} in the title")
    if asked.n_authors:
        parts.append(f"{'has' if n == 1 else 'have'} {_span(asked.n_authors)} authors")
    if asked.by:
        parts.append(f"{verb} by {asked.by}")
    if asked.dated is not None:
        parts.append(f"{'has' if n == 1 else 'have'} {'a' if asked.dated else 'no'} known year")
    if asked.topic:
        parts.append(f"{verb} on {asked.topic}")
    return " and ".join(parts)


def _span(ends: tuple[int, int]) -> str:
    low, high = ends
    if low == high:
        return str(low)
    if high >= 9999:
        return f"{low} or more"
    return f"at most {high}" if low == 0 else f"{low} to {high}"


def _note_undated(draft: Draft) -> None:
    n = len(draft.papers(Where(dated=False)))
    if n:
        draft.notes.append(f"{n} papers have no known year and are left out.")


def _cited(draft: Draft, paper: Paper) -> tuple[Paper, Sentence]:
    """The sentence to show for a paper: what fits the question best, else its first."""
    for evidence in draft.evidence:
        if evidence.paper.id == paper.id:
            return paper, evidence.best
    start, end = sentence_spans(paper.text)[0]
    return paper, Sentence(start, end, paper.text[start:end], 0.0)
