"""Hugging Face *Daily Papers* listing pages, saved as text or HTML.

An entry is a title, an abstract, and mostly a byline of authors or organisation and a date:

    Reactive Transformer (RxT) -- Stateful Real-Time Processing ...

    The Transformer architecture has become the de facto standard ...

    ReactiveAI Reactive AI
    ·
    Oct 3 2

The byline may be missing; the date leaves out the year in which the page was saved, and may be
followed by a number that the page doesn't explain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from paperqa.papers import paper_id, publication_date
from paperqa.readers.document import Document, Unreadable
from paperqa.types import Paper, Rejection

_LONGEST_TITLE = 300
_HEADER = re.compile(r"by\s*AK and the research community")
_DAY = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:, \d{4})?"
_BYLINE = re.compile(
    rf"(?:•\s*)?(?:(?P<authors>\d+) authors?|(?P<slug>\S+)(?: (?P<name>.+?))?)"
    rf"\s*·\s*(?P<date>{_DAY})(?:\s+(?P<number>\d+))?"
)
_CHROME = re.compile(
    rf"new|Get trending papers in your email inbox!|Subscribe|Daily Papers|{_HEADER.pattern}|"
    rf"Previous|Next|(?:Today|This week|This month|Trending Papers|Daily|Weekly|Monthly)|{_DAY}"
)


@dataclass(frozen=True)
class _Block:
    """Lines without a blank one between them, from line `line` on."""

    line: int
    text: str

    @property
    def byline(self) -> re.Match[str] | None:
        return _BYLINE.fullmatch(" ".join(self.text.split())) if "·" in self.text else None

    @property
    def is_title(self) -> bool:
        return len(self.text) <= _LONGEST_TITLE and not self.text.rstrip().endswith(".")


def is_listing(text: str) -> bool:
    """Whether a text is such a page, whole or in part."""
    return bool(_HEADER.search(text[:4000])) or _has_entry(_blocks(text))


def _has_entry(blocks: list[_Block]) -> bool:
    """A byline of a number of authors, or one right after an abstract."""
    return any(
        match["authors"] or not before.is_title
        for before, block in pairwise(blocks)
        if (match := block.byline)
    )


def read_listing(document: Document) -> Iterator[Paper | Rejection]:
    """The entries of a page, and a `Rejection` for each stretch of lines that is none."""
    return parse_listing(document.text(), document.name)


def parse_listing(text: str, source: str) -> Iterator[Paper | Rejection]:
    """As `read_listing`, from text that is at hand; raises `Unreadable` if it has no entry."""
    waiting: list[_Block] = []
    found = 0
    for block in [*_body(_blocks(text)), None]:
        if block is not None and not block.byline:
            waiting.append(block)
            continue
        for item in _entries(waiting, block, source):
            found += isinstance(item, Paper)
            yield item
        waiting = []
    if not found:
        raise Unreadable("this looks like a Daily Papers page, but holds no paper")


def _blocks(text: str) -> list[_Block]:
    blocks, start = [], 0
    lines = text.split("\n")
    for number, line in enumerate([*lines, ""]):
        if not line.strip():
            if number > start:
                blocks.append(_Block(start + 1, "\n".join(lines[start:number])))
            start = number + 1
    return blocks


def _body(blocks: list[_Block]) -> list[_Block]:
    """The blocks after the page's header and without its buttons."""
    header = next((i for i, b in enumerate(blocks[:20]) if _HEADER.fullmatch(b.text.strip())), -1)
    return [b for b in blocks[header + 1 :] if not _CHROME.fullmatch(b.text.strip())]


def _entries(
    blocks: list[_Block], byline: _Block | None, source: str
) -> Iterator[Paper | Rejection]:
    """Titles, each with the abstract that follows; the byline belongs to the last of them."""
    i = 0
    placed = False
    while i < len(blocks):
        abstracts = blocks[i + 1 : i + 2]
        last = i + 2 >= len(blocks)
        # Only the block right before a byline is an abstract whatever it looks like.
        is_entry = (
            blocks[i].is_title
            and bool(abstracts)
            and (not abstracts[0].is_title or (last and byline is not None))
        )
        if not is_entry:
            yield _unplaced(blocks[i], source)
            i += 1
            continue
        placed = last
        yield _paper(blocks[i], abstracts[0], byline if last else None, source)
        i += 2
    if byline is not None and not placed:
        yield _unplaced(byline, source)


def _unplaced(block: _Block, source: str) -> Rejection:
    words = " ".join(block.text.split())
    shown = words if len(words) <= 60 else words[:59] + "…"
    return Rejection(source, f"not part of an entry: {shown!r}", block.line)


def _paper(title: _Block, abstract: _Block, byline: _Block | None, source: str) -> Paper:
    match = byline.byline if byline else None
    facts = match.groupdict() if match else {}
    name = " ".join(title.text.split())
    return Paper(
        id=paper_id(title=name, text=abstract.text),
        title=name,
        abstract=abstract.text,
        text=abstract.text,
        n_authors=int(facts["authors"]) if facts.get("authors") else None,
        organization=facts.get("name") or facts.get("slug"),
        published=publication_date(facts["date"].replace(".", "")) if facts else None,
        trailing_number=int(facts["number"]) if facts.get("number") else None,
        sources=(source,),
    )
