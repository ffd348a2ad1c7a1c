"""A conversation to take along: as Markdown or JSON, and the papers it cites as BibTeX.

Text of papers and models stays text: it becomes no link, image, HTML or LaTeX command.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from paperqa.conversations import Conversation, Turn
from paperqa.types import OPEN_YEARS, Paper, Where

# C0 and C1 would steer a terminal that shows the file, the others reorder what is read.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# --- Markdown ----------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#~&$^]")
_AT_START = re.compile(r"^(\d*)([-+=.)])(?!\w)")  # would begin a list, or underline a heading
_MARKER = re.compile(r"\\\[(\d+)\\\](?![(:])")  # `[1](` and `[1]:` would be links
_ADDRESS = re.compile(r"://|\bwww\.|\w@\w|\b(?:mailto|xmpp):", re.IGNORECASE)


def as_markdown(conversation: Conversation, papers: Iterable[Paper] = ()) -> str:
    """Questions as headings, each with its answer and the numbered references with their quotes.

    `papers` are those cited, as far as the library still has them: who they are from, and when.
    """
    known = {paper.id: paper for paper in papers}
    blocks = [f"# {_markdown(conversation.title) or 'Conversation'}"]
    if conversation.scope:
        blocks.append(f"*Only from: {_markdown(_in_words(conversation.scope, known))}*")
    for turn in conversation.turns:
        blocks += _turn(turn, known)
    return "\n\n".join(blocks) + "\n"


def _turn(turn: Turn, known: Mapping[str, Paper]) -> Iterator[str]:
    answer = turn.answer
    yield f"## {_markdown(turn.question)}"
    if answer["standalone_question"] != turn.question.strip():
        yield f"*Understood as: {_markdown(answer['standalone_question'])}*"
    if answer["refused"]:
        yield "**Not answered.**"
    for line in filter(str.strip, answer["text"].splitlines()):
        bullet = "- " if line.startswith("- ") else ""
        yield bullet + _MARKER.sub(r"[\1]", _markdown(line.removeprefix(bullet)))
    for citation in answer["citations"]:
        title = _markdown(citation["title"]) or "Untitled"
        source = _markdown(_source(known.get(citation["paper_id"])))
        yield f"[{citation['marker']}] **{title}** {source}".rstrip()
        yield f"> {_markdown(citation['quote'])}"
    if answer["sample"]:
        yield "*From the sample papers that come with paperqa.*"
    for note in answer["notes"]:
        yield f"*Note: {_markdown(note)}*"
    yield f"*{turn.asked_at[:10]}, {_markdown(answer['model'])}*"


def _source(paper: Paper | None) -> str:
    """Who a paper is from and when, as far as that is known."""
    if paper is None:
        return ""
    more = " et al." if len(paper.authors) > 1 else ""
    by = paper.organization or (paper.authors[0] + more if paper.authors else None)
    known = ", ".join(filter(None, (by, paper.published if paper.year else None)))
    return f"({known})" if known else ""


def _in_words(scope: Where, known: Mapping[str, Paper]) -> str:
    """What a scope says, such as `years 2021–2023; papers “On fog”`."""
    parts = asdict(scope)
    titles = (f"“{known[id].title}”" if id in known else id for id in parts.pop("paper_ids"))
    parts["papers"] = ", ".join(titles)
    for name in ("years", "n_authors"):
        ends = parts[name] or ()
        parts[name] = "–".join("" if end in OPEN_YEARS else str(end) for end in ends)
    return "; ".join(f"{k} {v}" for k, v in parts.items() if v or v is False)


def _markdown(text: str) -> str:
    """One line that Markdown readers show as `text`; addresses are code, lest they become links."""
    words = _one_line(text).split()
    escaped = (_code(w) if _ADDRESS.search(w) else _SPECIAL.sub(r"\\\g<0>", w) for w in words)
    return _AT_START.sub(r"\1\\\2", " ".join(escaped))


def _code(word: str) -> str:
    fence = "`" * (max(map(len, re.findall("`+", word)), default=0) + 1)
    return f"{fence} {word} {fence}" if "`" in word else f"{fence}{word}{fence}"


def _one_line(text: str) -> str:
    return _CONTROL.sub("", " ".join(text.split()))


# --- JSON --------------------------------------------------------------------------------------


def as_json(conversation: Conversation) -> str:
    """The conversation as docs/json.md describes it."""
    form: dict[str, Any] = asdict(conversation)
    del form["owner"]  # the file may go to others
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"


# --- BibTeX ------------------------------------------------------------------------------------

# Braces as words: BibTeX counts them whether or not there is a backslash before them.
_LATEX = str.maketrans(
    {c: f"\\{c}" for c in "$&#_%"}
    | {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
)
_NOT_A_NAME = re.compile(r"\band\b|,.*,", re.IGNORECASE)  # BibTeX would take it apart
_UNSAFE = re.compile(r"[^!-~]|[\\{}\"]")  # in what LaTeX takes as it is
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DULL = ("a", "an", "the", "on", "in", "of", "for", "to", "is", "are", "and", "with")


def as_bibtex(papers: Iterable[Paper]) -> str:
    """One entry a paper, in UTF-8. All are `@misc`: the library doesn't know any journal."""
    entries: dict[str, str] = {}
    for paper in {paper.id: paper for paper in papers}.values():
        base = key = _key(paper)
        n = 1
        while key in entries:
            n += 1
            key = f"{base}-{n}"
        fields = "".join(f"  {name} = {value},\n" for name, value in _fields(paper))
        entries[key] = f"@misc{{{key},\n{fields}}}\n"
    return "\n".join(entries.values())


def _key(paper: Paper) -> str:
    """Family name (or organisation), year and the first telling word of the title."""
    author = paper.authors[0] if paper.authors else ""
    family = author.split(",")[0] if "," in author else author.split(" ")[-1]
    by = "".join(_words(family) or _words(paper.organization or "")) or "anon"
    telling = (word for word in _words(paper.title) if word not in _DULL)
    return f"{by}{paper.year or ''}{next(telling, '')}"


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{{{_latex(paper.title)}}}}}"  # the inner braces keep capitals
    notes = []
    if paper.authors:
        yield "author", f"{{{' and '.join(map(_name, paper.authors))}}}"
        notes.append(paper.organization)
    elif paper.organization:
        yield "author", f"{{{{{_latex(paper.organization)}}}}}"
    if paper.n_authors and not paper.authors:
        notes.append(f"{paper.n_authors} authors")
    if paper.year:
        yield "year", f"{{{paper.year}}}"
    if len(paper.published or "") > 4:
        yield "month", _MONTHS[int(str(paper.published)[-5:-3]) - 1]
    if paper.url and paper.url.startswith(("http://", "https://")):
        yield "url", f"{{{_verbatim(paper.url)}}}"
    if paper.doi:
        yield "doi", f"{{{_verbatim(paper.doi)}}}"
    if note := "; ".join(filter(None, notes)):
        yield "note", f"{{{_latex(note)}}}"


def _name(author: str) -> str:
    return f"{{{_latex(author)}}}" if _NOT_A_NAME.search(author) else _latex(author)


def _latex(text: str) -> str:
    return _one_line(text).translate(_LATEX)


def _verbatim(address: str) -> str:
    """An address without what could end its field or begin a command: percent-encoded instead."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), address)
