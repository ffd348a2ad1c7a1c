"""Evidence cards: a paper, its passage with the quotes marked, what the check found, links.

Whatever comes from papers, models and people is escaped text; nothing of it is Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

from paperqa.types import Paper
from paperqa.ui.markup import date_words, text
from paperqa.ui.paper_html import links, source_name, titled

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
        _card(
            "found",
            titled(paper) if paper else row["title"],
            paper,
            _passage(paper, [(row, "<mark>")]),
        )
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
    marked = [(citation, _opening(key, citation["marker"])) for citation in citations]
    numbers = "".join(f"<span>{citation['marker']}</span>" for citation in citations)
    verdicts = _verdicts({citation["marker"] for citation in citations}, claims)
    return _card(
        "cited catalogue" if verdicts == [_CATALOGUE] else "cited",
        citations[0]["title"],
        paper,
        f'{_passage(paper, marked)}<p class="verdict">Checked: {text("; ".join(verdicts))}</p>',
        f'<span class="numbers" aria-hidden="true">{numbers}</span>',
    )


def _opening(key: str, marker: int) -> str:
    return (
        f'<mark id="card-{key}-{marker}" tabindex="-1"><a class="marker" '
        f'href="#cite-{key}-{marker}" aria-label="Back to citation {marker}">{marker}</a> '
    )


def _card(kind: str, title: str, paper: Paper | None, body: str, numbers: str = "") -> str:
    known = text(facts(paper)) if paper else "This paper is no longer in the library."
    return (
        f'<article class="card {kind}"><h3>{numbers}{text(title)}</h3><p class="facts">{known}</p>'
        f'{body}<ul class="links">{_links(title, paper)}</ul></article>'
    )


def _passage(paper: Paper | None, marked: Sequence[tuple[Row, str]]) -> str:
    """Quotes (each with the opening of its <mark>) within the paper's text.

    They stand by themselves where the paper is gone, or no longer has them there.
    """
    whole = paper.text if paper else ""
    if all(whole[quoted["start"] : quoted["end"]] == quoted["quote"] for quoted, _ in marked):
        shown = "".join(_within(whole, sorted(marked, key=lambda item: int(item[0]["start"]))))
    else:
        shown = " … ".join(f"{opening}{text(quoted['quote'])}</mark>" for quoted, opening in marked)
    return f'<blockquote class="passage">{shown}</blockquote>'


def _within(whole: str, marked: Sequence[tuple[Row, str]]) -> Iterator[str]:
    """Pieces of `whole`: the quotes and what stands around them, … for what is left out."""
    at = 0
    for quoted, opening in marked:
        start, end = max(quoted["start"], at), max(quoted["end"], at)
        if start - at > 2 * _AROUND:
            if at:
                yield text(_cut(whole[at : at + _AROUND], -1))
            yield f" … {text(_cut(whole[start - _AROUND : start], 1))}"
        else:
            yield text(whole[at:start])
        yield f"{opening}{text(whole[start:end])}</mark>"
        at = end
    rest = whole[at : at + _AROUND]
    yield f"{text(_cut(rest, -1))} …" if at + _AROUND < len(whole) else text(rest)


def _cut(piece: str, side: int) -> str:
    """A piece of text without the broken word at its beginning (1) or its end (-1)."""
    words = piece.split(" ", 1) if side > 0 else piece.rsplit(" ", 1)
    return words[side > 0] if len(words) == 2 else piece


def _verdicts(markers: Set[int], claims: Sequence[Row]) -> list[str]:
    """What the support check found of the claims that cite any of `markers`, each once."""
    reasons = (c["reason"] for c in claims if c["supported"] and markers & set(c["markers"]))
    said = [_VERDICTS.get(reason, reason) for reason in dict.fromkeys(reasons)]
    return [f"{verdict}, supported" if verdict.startswith(_AGREES) else verdict for verdict in said]


def _links(title: str, paper: Paper | None) -> str:
    """Places to read on, opened only by a click, which tells them nothing of this page."""
    addresses = links(paper or Paper("", title, "", ""))
    found = [
        f'<a href="{text(address)}" target="_blank" rel="noopener noreferrer">{name}</a>'
        for name, address in addresses.items()
    ]
    sources = paper.sources[:_SOURCES] if paper else ()
    names = dict.fromkeys(PurePath(source_name(source)).name for source in sources)
    if names:
        found.append(f'<span class="source">from {text(", ".join(names))}</span>')
    return "".join(f"<li>{each}</li>" for each in found)
