"""Plain text and Markdown: one paper a file. A listing page saved as text goes to its reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperqa.papers import paper_id
from paperqa.readers.document import Document, Unreadable
from paperqa.readers.listing import is_listing, parse_listing
from paperqa.types import Paper, Rejection

_LONGEST_TITLE = 300
_ABSTRACT = re.compile(
    r"^#*[ \t]*\**abstract\**[ \t]*:?[ \t]*\n+(.+?)(?=\n\s*\n|\n#|\Z)",
    re.IGNORECASE | re.DOTALL | re.M,
)
_HEADING = re.compile(r"^#[ \t]+(\S.*?)[ \t]*#*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def read_text(document: Document) -> Iterator[Paper | Rejection]:
    """The papers of a `.txt` file or of pasted text."""
    text = document.text()
    if is_listing(text):
        return parse_listing(text, document.name)
    return parse_text(text, document.name)


def read_markdown(document: Document) -> Iterator[Paper | Rejection]:
    """The paper of a Markdown file; its first `#` heading is the title."""
    text = document.text()
    heading = _HEADING.search(_FENCE.sub(lambda code: " " * len(code.group()), text))
    if heading is None:
        return parse_text(text, document.name)
    return _one(heading.group(1), text[heading.end() :], document.name)


def parse_text(text: str, source: str) -> Iterator[Paper | Rejection]:
    """One paper; a short first line with a blank line after it is the title."""
    first, _, rest = text.strip().partition("\n")
    if len(first) <= _LONGEST_TITLE and rest and not rest.partition("\n")[0].strip():
        return _one(first.strip(), rest, source)
    return _one("", text, source)


def _one(title: str, body: str, source: str) -> Iterator[Paper | Rejection]:
    text = body.strip()
    if not text:
        raise Unreadable("the file holds no text")
    found = _ABSTRACT.search(text)
    abstract = found.group(1).strip() if found else text.split("\n\n", 1)[0]
    yield Paper(
        id=paper_id(title=title, text=text),
        title=title,
        abstract=abstract,
        text=text,
        sources=(source,),
    )
