"""Which records are the same paper, and what several records of one paper say together.

All of it is pure and doesn't depend on the order in which files come in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from paperqa.types import Paper

NAMING = 3  # words from which a title tells one paper from others
_KINDS = ("doi", "arxiv", "id", "title", "text")  # of ids, the best first
_DOI = re.compile(r"10\.\d{4,9}/\S+", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:\w+\.)?arxiv(?:\.org/(?:abs|pdf|html)/|[:./])\s*)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)


def paper_id(
    *,
    title: str,
    text: str,
    doi: str | None = None,
    arxiv: str | None = None,
    given: str | None = None,
) -> str:
    """A paper's identity: its DOI or arXiv id, else the file's own id, else its title or text.

    A file's own id is joined with a hash of the title (or the text), since two collections may
    both have a document `1`; a title of one or two words with a hash of the text, since many papers
    are called `Editorial`.
    """
    if doi and (match := _ARXIV_DOI.search(doi)):
        arxiv, doi = match.group(1), None
    if doi and (match := _DOI.search(doi)):
        return f"doi:{match.group().rstrip('.,;)').lower()}"
    if arxiv and (match := _ARXIV.fullmatch(arxiv.strip())):
        return f"arxiv:{match.group(1).lower()}"
    normal = normalise(title)
    if given:
        return f"id:{given}-{_digest(normal or text)[:8]}"
    if not normal:
        return f"text:{_digest(text)[:16]}"
    is_naming = len(normal.split()) >= NAMING
    return f"title:{_digest(normal)[:16]}" + ("" if is_naming else f"-{_digest(text)[:8]}")


def heirs(before: Sequence[str], now: Sequence[str]) -> dict[str, str]:
    """The id that an edited document's paper had before, with the one that it has now.

    Only where a hash of the text is part of the id, and the document holds that paper alone: of
    several that are called the same, one may have left it and another come.
    """
    if len(before) != 1 or len(now) != 1 or before[0] == now[0]:
        return {}
    titles = [id_.partition("-")[0] for id_ in (before[0], now[0])]
    is_edited = before[0].startswith("title:") and titles[0] == titles[1]
    return {before[0]: now[0]} if is_edited else {}


def known_ids(paper: Paper) -> frozenset[str]:
    """Its DOI and its arXiv id, as far as they are known, in the form that `paper_id` gives."""
    ids = {paper.id}
    if paper.doi:
        ids.add(paper_id(title="", text="", doi=paper.doi))
    if paper.url and "arxiv.org/" in paper.url:
        ids.add(paper_id(title="", text="", arxiv=paper.url))
    return frozenset(id_ for id_ in ids if id_.startswith(("doi:", "arxiv:")))


def normalise(title: str) -> str:
    """A title without case, accent forms, punctuation and runs of white space."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    words = re.sub(r"[^\w\s]|_", " ", folded).split()
    return " ".join(words) or " ".join(folded.split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def publication_date(value: object) -> str | None:
    """A date in the four forms of `Paper.published`, or None where `value` isn't a date.

    >>> publication_date("Oct 3, 2023"), publication_date("2021-05"), publication_date("Oct 3")
    ('2023-10-03', '2021', '--10-03')
    """
    text = str(value).strip()
    if re.fullmatch(r"[12]\d{3}(\.0)?", text):
        return text[:4]
    if re.fullmatch(r"--\d\d-\d\d", text):
        return text if _valid(f"2024{text[1:]}") else None
    if match := re.match(r"([12]\d{3})-(\d\d)(?:-(\d\d)(?=$|[T ]))?", text):
        if match.group(3) is None:
            return match.group(1) if re.fullmatch(r"[12]\d{3}-(0\d|1[0-2])", text) else None
        return _valid(match.group())
    for form in ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    try:  # a leap year, so that Feb 29 is a day
        day = datetime.strptime(f"{text}, 2024", "%b %d, %Y").date()
    except ValueError:
        return None
    return f"--{day:%m-%d}"


def _valid(iso: str) -> str | None:
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        return None


def dated(paper: Paper, saved_year: int | None) -> Paper:
    """`paper` with its year filled in, where its page leaves out the year it was saved in."""
    if saved_year is None or paper.published is None or not paper.published.startswith("--"):
        return paper
    return replace(paper, published=_valid(f"{saved_year}{paper.published[1:]}") or paper.published)


def rank(id_: str) -> tuple[int, str]:
    """Orders ids: the one that names a paper most surely comes first, and names a merged paper."""
    kind = id_.partition(":")[0]
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS)), id_


def merge(records: Sequence[Paper], saved_years: Mapping[str, int]) -> Paper:
    """The one paper that several records describe.

    The best id wins, the longest text, the longest title, the most precise date, the earliest of
    several; ties go by the alphabet, so that the order of `records` doesn't matter.
    """
    known = [dated(record, saved_years.get(record.sources[0])) for record in records]
    fullest = max(known, key=lambda r: (len(r.text), len(r.abstract), r.text, r.abstract))
    authors = max((r.authors for r in known), key=lambda names: (len(names), names))
    return Paper(
        id=min((r.id for r in known), key=rank),
        title=max((r.title for r in known), key=lambda title: (len(title), title)),
        abstract=fullest.abstract,
        text=fullest.text,
        authors=authors,
        n_authors=len(authors) or _largest(r.n_authors for r in known),
        organization=_smallest(r.organization for r in known),
        published=_published(r.published for r in known),
        url=_of_best_id(known, "url"),
        doi=_of_best_id(known, "doi"),
        trailing_number=_largest(r.trailing_number for r in known),
        sources=tuple(sorted({source for r in known for source in r.sources})),
    )


def _of_best_id(records: Iterable[Paper], field: Literal["url", "doi"]) -> str | None:
    """The field of the record with the best id that has it, so that DOI and id go together."""
    values = [(rank(r.id), value) for r in records if (value := getattr(r, field)) is not None]
    return min(values)[1] if values else None


def _smallest(values: Iterable[str | None]) -> str | None:
    return min((value for value in values if value is not None), default=None)


def _largest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _published(dates: Iterable[str | None]) -> str | None:
    def precision(value: str) -> tuple[int, str]:
        return (0 if len(value) == 10 else 1 if len(value) == 4 else 2, value)

    return min((value for value in dates if value), key=precision, default=None)


def infer_saved_years(
    records: Iterable[tuple[str, str, str | None]], saved_on: Mapping[str, str]
) -> dict[str, int]:
    """The year in which each page was saved, as far as the user or another page tells.

    A page leaves out the year of papers published in the year it was saved. So where page A says
    `--07-11` of a paper and page B says `2025-07-11`, A was saved in 2025; that dates A's other
    papers, which may in turn date further pages. Pages that would get two years get none.

    `records` are (source, paper id, date) of the papers that some page dates without a year.
    """
    rows = [(source, paper, day) for source, paper, day in records if day]
    years = {source: int(day[:4]) for source, day in saved_on.items()}
    while True:
        days: dict[str, set[str]] = {}
        for source, paper, published in rows:
            year = years.get(source, "")
            day = f"{year}{published[1:]}" if published.startswith("--") else published
            if len(day) == 10:
                days.setdefault(paper, set()).add(day)
        found: dict[str, set[int]] = {}
        for source, paper, published in rows:
            if published.startswith("--") and source not in years:
                same_day = {d for d in days.get(paper, ()) if d[4:] == published[1:]}
                found.setdefault(source, set()).update(int(d[:4]) for d in same_day)
        certain = {source: min(some) for source, some in found.items() if len(some) == 1}
        if not certain:
            return years
        years |= certain
