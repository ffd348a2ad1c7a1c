"""JSONL and CSV: one paper a row, with the field names below (case doesn't matter).

| paper           | field names                                             |
|-----------------|---------------------------------------------------------|
| title           | title                                                   |
| abstract        | abstract, summary                                       |
| text            | text, full_text, body (the abstract where there is none)|
| authors         | authors, author (a list, or names separated by `;`)     |
| n_authors       | n_authors                                               |
| organization    | organization, organisation, affiliation                 |
| published       | published, date, publication_date, year                 |
| url             | url, link                                               |
| doi             | doi                                                     |
| arXiv id        | arxiv_id, arxiv, or an arxiv.org url                    |
| the file's id   | _id, id, paper_id                                       |

A broken row rejects the whole file, so that no file is half in; a row with nothing to read is
reported and left out.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from paperqa.papers import paper_id, publication_date
from paperqa.readers.document import MAX_LINE, Document, Unreadable
from paperqa.types import Paper, Rejection

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_jsonl(document: Document) -> Iterator[Paper | Rejection]:
    """One JSON object a line; blank lines don't count."""
    for number, line in document.lines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            message = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise Unreadable(f"not valid JSON ({message}); mend or remove it", number) from None
        if "\\ud" in line.lower() and _SURROGATE.search(json.dumps(row, ensure_ascii=False)):
            raise Unreadable("half of a surrogate pair in a text; mend or remove it", number)
        if not isinstance(row, dict):
            raise Unreadable("not a JSON object; one {…} a line is expected", number)
        yield from _row(row, document.name, number)


def read_csv(document: Document) -> Iterator[Paper | Rejection]:
    """A header line, then one paper a row; commas, semicolons or tabs."""
    csv.field_size_limit(MAX_LINE)
    lines = (line + "\n" for _, line in document.lines())
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader([header], delimiter=delimiter)
    names = [name.strip() for name in next(rows, [])]
    if not {name.casefold() for name in names} & {"title", "abstract", "summary", "text"}:
        raise Unreadable("the header names neither title nor abstract", 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise Unreadable(
                    f"{len(row)} fields where the header has {len(names)}", reader.line_num + 1
                )
            yield from _row(dict(zip(names, row, strict=True)), document.name, reader.line_num + 1)
    except csv.Error as error:
        raise Unreadable(f"not valid CSV ({error})", reader.line_num + 1) from None


def _row(row: Mapping[str, Any], source: str, line: int) -> Iterator[Paper | Rejection]:
    fields = {name.casefold(): value for name, value in row.items() if value not in (None, "", [])}

    def text_of(*names: str) -> str:
        value = next((fields[name] for name in names if name in fields), "")
        if isinstance(value, dict | list):
            raise Unreadable(f"{names[0]} is not a text", line)
        return str(value)

    title = " ".join(text_of("title").split())
    abstract = text_of("abstract", "summary")
    text = text_of("text", "full_text", "body") or abstract
    abstract = abstract or text
    if not text.strip():
        yield Rejection(source, "this row has neither abstract nor text", line)
        return
    url = text_of("url", "link") or None
    arxiv = text_of("arxiv_id", "arxiv") or (url if url and "arxiv.org/" in url else None)
    doi = text_of("doi") or None
    date_given = text_of("published", "date", "publication_date", "year")
    published = publication_date(date_given) if date_given else None
    if date_given and published is None:
        yield Rejection(source, f"{date_given!r} is not a date; the paper is in without it", line)
    authors = _authors(fields.get("authors", fields.get("author")))
    yield Paper(
        id=paper_id(
            title=title,
            text=text,
            doi=doi,
            arxiv=arxiv,
            given=text_of("_id", "id", "paper_id") or None,
        ),
        title=title,
        abstract=abstract,
        text=text,
        authors=authors,
        n_authors=len(authors) or _count(fields.get("n_authors"), line),
        organization=text_of("organization", "organisation", "affiliation") or None,
        published=published,
        url=url,
        doi=doi,
        sources=(source,),
    )


def _authors(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        return ()
    names = (item.get("name") if isinstance(item, dict) else item for item in value)
    return tuple(str(name).strip() for name in names if name and str(name).strip())


def _count(value: Any, line: int) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
        if not 0 <= number < 2**31:
            raise ValueError
        return number
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"n_authors is {value!r}, not a number", line) from None
