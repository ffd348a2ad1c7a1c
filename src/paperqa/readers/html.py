"""HTML: a saved listing page works like its text; any other page is read as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperqa.readers.document import Document
from paperqa.readers.listing import is_listing, parse_listing
from paperqa.readers.text import parse_text
from paperqa.types import Paper, Rejection

_BLOCKS = (
    "address article aside blockquote body br dd div dl dt fieldset figure footer form h1 h2 h3 h4 "
    "h5 h6 header hr li main nav ol p pre section table td th tr ul time title"
).split()


def read_html(document: Document) -> Iterator[Paper | Rejection]:
    """The papers of a saved page."""
    text = page_text(document.text())
    if is_listing(text):
        return parse_listing(text, document.name)
    return parse_text(text, document.name)


def page_text(html: str) -> str:
    """The visible text of a page, a blank line between blocks, as a browser copies it."""
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style", "template", "noscript", "svg", "title"]):
        hidden.decompose()
    for string in soup.find_all(string=True):
        if type(string) is NavigableString and not string.find_parent("pre"):
            string.replace_with(re.sub(r"[ \t\r\n\f]+", " ", string))
    for block in soup.find_all(_BLOCKS):
        block.insert_before("\x00")
        block.insert_after("\x00")
    pieces = (piece.strip(" \t\r\n") for piece in soup.get_text().split("\x00"))
    text = "\n\n".join(piece for piece in pieces if piece)
    # A byline's parts are blocks of their own in HTML: authors, a middle dot, a date, a number.
    text = re.sub(r"\s*\n\s*·\s*", "\n·\n", text)
    return re.sub(r"(\n·\n[A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)\s+(\d{1,4})(?=\n|$)", r"\1 \2", text)
