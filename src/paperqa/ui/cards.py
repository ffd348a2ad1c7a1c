"""Evidence cards: a paper, its passage with the quotes marked, what the check found, links.

Whatever comes from papers, models and people is escaped text; nothing of it is Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

from paperqa.types import Paper
from paperqa.ui.markup import date_words, marked, text
from paperqa.ui.paper_html import anchors, source_name, titled

FindPaper = Callable[[str], Paper | None]
Row = Mapping[str, Any]
"""An answer, a citation or a row of evidence, as docs/json.md has them."""

_AROUND = 180  # characters of a paper that are shown on either side of a quote
_AUTHORS = 2
_SOURCES = 2
_AGREES = "agreement"
_CATALOGUE = "from the catalogue, not from this text"
_VERDICTS = {"verbatim": "quoted word for word", "from the catalogue": _CATALOGUE}


def cited_cards(answer: Row, key: str, find_paper: FindPaper) -> str:
    """A card for each cited paper; the quote of marker N has the id `card-KEY-N`."""
    by_paper: dict[str, list[Row]] = {}
    for citation in answer["citations"]:
        by_paper.setdefault(citation["paper_id"], []).append(citation)
    return "".join(
        _cited(citations, key, find_paper(paper_id), answer["claims"])
        for paper_id, citations in by_paper.items()
    )


def found_cards(rows: Iterable[Row], find_paper: FindPaper) -> str:
    """A card for each paper that was found: its best sentence, marked in its passage."""
    papers = ((row, find_paper(row["paper_id"])) for row in rows)
    return "".join(
        _card("found", titled(paper) if paper else row["title"], paper, [(row, "<mark>")])
        for row, paper in papers
    )


def facts(paper: Paper) -> str:
    """When a paper is from and who wrote it, in words; not escaped."""
    by = list(paper.authors[:_AUTHORS])
    if more := len(paper.authors) - len(by):
        by.append(f"{more} more")
    elif not by and paper.n_authors:
        by.append(f"{paper.n_authors} author{'s' if paper.n_authors > 1 else ''}")
    said = (date_words(paper.published), paper.organization, ", ".join(by))
    return " · ".join(part for part in said if part)


def _cited(citations: Sequence[Row], key: str, paper: Paper | None, claims: Sequence[Row]) -> str:
    openings = [_opening(key, citation["marker"]) for citation in citations]
    numbers = "".join(f"<span>{citation['marker']}</span>" for citation in citations)
    verdicts = _verdicts({citation["marker"] for citation in citations}, claims)
    return _card(
        "cited catalogue" if verdicts == [_CATALOGUE] else "cited",
        citations[0]["title"],
        paper,
        list(zip(citations, openings, strict=True)),
        f'<p class="verdict">Checked: {text("; ".join(verdicts))}</p>',
        f'<span class="numbers" aria-hidden="true">{numbers}</span>',
    )


def _opening(key: str, marker: int) -> str:
    return (
        f'<mark id="card-{key}-{marker}" tabindex="-1"><a class="marker" '
        f'href="#cite-{key}-{marker}" aria-label="Back to citation {marker}">{marker}</a> '
    )


def _card(
    kind: str,
    title: str,
    paper: Paper | None,
    quotes: Sequence[tuple[Row, str]],
    verdict: str = "",
    numbers: str = "",
) -> str:
    """A paper with its `quotes`, each with the opening of its <mark>.

    They stand by themselves where the paper is gone, or no longer has them there.
    """
    known = text(facts(paper)) if paper else "This paper is no longer in the library."
    whole = paper.text if paper else ""
    spans = [(quote["start"], quote["end"], opening) for quote, opening in quotes]
    if any(whole[quote["start"] : quote["end"]] != quote["quote"] for quote, _ in quotes):
        shown = " … ".join(f"{opening}{text(quote['quote'])}</mark>" for quote, opening in quotes)
        spans = []
    else:
        shown = "".join(marked(whole, spans, _AROUND))
    return (
        f'<article class="card {kind}"><h3>{numbers}{text(title)}</h3><p class="facts">{known}</p>'
        f'<blockquote class="passage">{shown}</blockquote>{verdict}'
        f'<ul class="links">{_links(title, paper, spans)}</ul></article>'
    )


def _verdicts(markers: Set[int], claims: Sequence[Row]) -> list[str]:
    """What the support check found of the claims that cite any of `markers`, each once."""
    reasons = (c["reason"] for c in claims if c["supported"] and markers & set(c["markers"]))
    said = [_VERDICTS.get(reason, reason) for reason in dict.fromkeys(reasons)]
    return [f"{verdict}, supported" if verdict.startswith(_AGREES) else verdict for verdict in said]


def _links(title: str, paper: Paper | None, spans: Sequence[tuple[int, int, str]]) -> str:
    """The way to the paper in its tab, with its quotes; places to read on; where it is from."""
    if paper is None:
        return "".join(f"<li>{each}</li>" for each in anchors(Paper("", title, "", "")))
    quotes = " ".join(f"{start}-{end}" for start, end, _ in spans)
    found = [
        f'<button type="button" data-paper="{text(paper.id)}" data-quotes="{quotes}" '
        f'aria-label="Open in Papers: {text(title)}">Open in Papers</button>',
        *anchors(paper),
    ]
    names = dict.fromkeys(PurePath(source_name(each)).name for each in paper.sources[:_SOURCES])
    if names:
        found.append(f'<span class="source">from {text(", ".join(names))}</span>')
    return "".join(f"<li>{each}</li>" for each in found)
