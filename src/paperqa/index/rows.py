"""Rows of the catalogue as values, and filters as SQL."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from paperqa.types import Paper, Passage, Where

Row = tuple[Any, ...]
Codes = np.ndarray
"""The signs of the vectors of a passage's telling words: uint8, (words, dimensions / 8)."""
PAPER_FIELDS = tuple(field.name for field in fields(Paper))
PAPER_COLUMNS = ", ".join(f"papers.{name}" for name in PAPER_FIELDS)
_LISTS = ("authors", "sources")


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPassage:
    """A passage with its vectors: float32 (dimensions,) and (sentences, dimensions).

    `codes` are those of its words (`late_interaction.py`), None where the model gives none.
    """

    passage: Passage
    vector: np.ndarray
    sentence_vectors: np.ndarray
    codes: Codes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The vectors of some passages and, one after the other, of all their sentences.

    Both are float32, (how many, dimensions); `starts` says where each passage's sentences begin.
    """

    ids: tuple[str, ...]
    paper_ids: tuple[str, ...]
    vectors: np.ndarray
    sentence_vectors: np.ndarray
    starts: np.ndarray


def paper_values(paper: Paper) -> Row:
    """A paper as the columns PAPER_FIELDS."""
    return tuple(
        json.dumps(getattr(paper, name)) if name in _LISTS else getattr(paper, name)
        for name in PAPER_FIELDS
    )


def paper_words(paper: Paper) -> str:
    """What a paper in a list is found by: its title, organisation and authors, folded."""
    return folded(" ".join([paper.title, paper.organization or "", *paper.authors]))


def folded(text: str) -> str:
    """`text` without case and accents.

    >>> folded("Zoë Ångström")
    'zoe angstrom'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def to_json(record: Paper) -> str:
    """A paper as one text."""
    return json.dumps(asdict(record))


def filter_sql(where: Where, listed_by: Iterable[str] = ()) -> tuple[str, list[object]]:
    """`where` as SQL over the table papers; each of `listed_by` is in title, organisation, authors.

    The latter ignore case and accents, and need no look at the text.
    """
    values: list[object] = [folded(word) for word in listed_by]
    parts = ["instr(papers.words, ?)"] * len(values)
    if where.years:
        parts.append("papers.year BETWEEN ? AND ?")
        values += where.years
    if where.n_authors:
        parts.append("papers.n_authors BETWEEN ? AND ?")
        values += where.n_authors
    if where.by:
        parts.append("instr(lower(coalesce(organization, '') || ' ' || authors), lower(?))")
        values.append(where.by)
    if where.dated is not None:
        parts.append(f"papers.year IS {'NOT ' if where.dated else ''}NULL")
    if where.organization:
        parts.append("instr(lower(papers.organization), lower(?))")
        values.append(where.organization)
    for word in (where.words or "").split():
        parts.append("instr(lower(papers.title || ' ' || papers.text), lower(?))")
        values.append(word)
    if where.paper_ids:
        # A paper may have been given under another of its names.
        parts.append(
            "papers.id IN (SELECT coalesce(entries.paper_id, value) FROM json_each(?) "
            "LEFT JOIN entries ON entries.id = value)"
        )
        values.append(json.dumps(where.paper_ids))
    return " AND ".join(parts) or "1", values


def to_paper(row: Row) -> Paper:
    """A paper from the columns PAPER_FIELDS."""
    values: dict[str, Any] = dict(zip(PAPER_FIELDS, row, strict=True))
    return Paper(**values | {name: tuple(json.loads(values[name])) for name in _LISTS})


def from_json(record: str) -> Paper:
    """A paper from what `to_json` wrote."""
    values: dict[str, Any] = json.loads(record)
    return Paper(**values | {name: tuple(values[name]) for name in _LISTS})


def to_passage(paper: Paper, row: Row) -> EmbeddedPassage:
    """A passage from id, start, end, sentences, vector, sentence_vectors and codes."""
    passage_id, start, end, sentences, vector, sentence_vectors, codes = row
    spans = np.frombuffer(sentences, np.int32).reshape(-1, 2)
    return EmbeddedPassage(
        Passage(
            id=str(passage_id),
            paper_id=paper.id,
            start=int(start),
            end=int(end),
            text=paper.text[start:end],
            sentences=tuple((int(a), int(b)) for a, b in spans),
        ),
        np.frombuffer(vector, np.float32),
        np.frombuffer(sentence_vectors, np.float16).reshape(len(spans), -1).astype(np.float32),
        None
        if codes is None
        else np.frombuffer(codes, np.uint8).reshape(-1, -(len(vector) // -32)),
    )


def to_vectors(rows: Sequence[Row]) -> PassageVectors:
    """Vectors from rows of id, paper_id, vector and sentence_vectors; one row at the least."""
    ids, paper_ids, vectors, sentence_vectors = zip(*rows, strict=True)
    whole = np.frombuffer(b"".join(vectors), np.float32).reshape(len(rows), -1)
    parts = np.frombuffer(b"".join(sentence_vectors), np.float16).reshape(-1, whole.shape[1])
    lengths = [len(blob) // (2 * whole.shape[1]) for blob in sentence_vectors]
    starts = np.cumsum([0, *lengths[:-1]])
    return PassageVectors(ids, paper_ids, whole, parts.astype(np.float32), starts)
