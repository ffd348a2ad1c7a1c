"""Papers side by side: what each states of the same aspects, in its own words.

A cell is a sentence of the paper, or nothing; no model takes part. The aspects of `ASPECTS` are
found by their cues; any other words are taken as a question.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from paperqa.aspects import ASPECTS
from paperqa.errors import InputError
from paperqa.library import Library
from paperqa.passages import sentence_spans
from paperqa.relevance import AMOUNT_WEIGHT, wants_amount
from paperqa.statements import is_statement
from paperqa.types import Citation, Paper, Sentence, Where

FEWEST, MOST = 2, 6
NOT_STATED = "not stated"
_FITTING = 1.2  # what a sentence must score for a question of the user's own
_REPEATED = 0.6  # how much clearer a sentence must be to stand in a second cell of its paper
_NUMBER = re.compile(r"\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])\)\s+")
_FORMULA = re.compile(r"(?:^|(?<=;))(?=[=+\-@＝＋－＠])")  # a spreadsheet may part cells at ;


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """A row for each aspect, a column for each paper; a cell is None where nothing is stated.

    `paper.text[start:end] == quote` for each cell; its marker is the number of its column.
    """

    papers: tuple[Paper, ...]
    aspects: tuple[str, ...]
    rows: tuple[tuple[Citation | None, ...], ...]

    def to_csv(self) -> str:
        """A line for each aspect under the titles; nothing in it is a formula to a spreadsheet."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["aspect", *(_cell(paper.title) for paper in self.papers)])
        for aspect, cells in zip(self.aspects, self.rows, strict=True):
            table.writerow([_cell(aspect), *(_cell(c.quote) if c else "" for c in cells)])
        return text.getvalue()

    def to_markdown(self) -> str:
        """A table, and the papers by number; links and images of the papers are plain text."""
        lines = [
            "| aspect | " + " | ".join(_plain(paper.title) for paper in self.papers) + " |",
            "|---" * (len(self.papers) + 1) + "|",
        ]
        for aspect, cells in zip(self.aspects, self.rows, strict=True):
            quotes = (f"“{_plain(c.quote)}” [{c.marker}]" if c else NOT_STATED for c in cells)
            lines.append(f"| {_plain(aspect)} | {' | '.join(quotes)} |")
        titles = (f"{n}. {_plain(paper.title)}" for n, paper in enumerate(self.papers, 1))
        return "\n".join([*lines, "", *titles, ""])


def compare_papers(
    library: Library, paper_ids: Sequence[str], aspects: Iterable[str] = tuple(ASPECTS)
) -> ComparisonTable:
    """What each of 2 to 6 papers states of each aspect: a name of `ASPECTS`, or a question.

    Raises `InputError` for another number of papers, an id that isn't there, or no aspect.
    """
    ids, names = list(dict.fromkeys(paper_ids)), tuple(dict.fromkeys(aspects))
    if not FEWEST <= len(ids) <= MOST:
        raise InputError(f"choose {FEWEST} to {MOST} papers to compare, not {len(ids)}")
    if not names:
        raise InputError("no aspect to compare; name one")
    found = {id_: library.paper(id_, sample=False) for id_ in ids}
    if missing := [id_ for id_ in ids if found[id_] is None]:
        raise InputError(f"{missing[0]}: no such paper in the library")
    papers = tuple(paper for paper in found.values() if paper)
    columns = [_column(library, paper, n, names) for n, paper in enumerate(papers, 1)]
    return ComparisonTable(papers, names, tuple(zip(*columns, strict=True)))


def _column(
    library: Library, paper: Paper, marker: int, names: Sequence[str]
) -> list[Citation | None]:
    found: dict[str, tuple[Sentence, ...]] = {}
    for name in names:
        question = ASPECTS[name].question if name in ASPECTS else name
        evidence = library.search(question, 1, Where(paper_ids=(paper.id,)))
        found[name] = evidence[0].statements if evidence else ()
    told = {name: _fitting(name, some) for name, some in found.items() if name not in ASPECTS}
    return [
        _citation(paper, marker, sentence) if sentence else None
        for sentence in map((_by_cues(found) | told).get, names)
    ]


def _fitting(question: str, ranked: Sequence[Sentence]) -> Sentence | None:
    """The best sentence, if it fits the question; for an amount, one with an amount."""
    least = _FITTING + AMOUNT_WEIGHT * wants_amount(question)
    return ranked[0] if ranked and ranked[0].score >= least else None


def _by_cues(found: Mapping[str, Sequence[Sentence]]) -> dict[str, Sentence | None]:
    """The sentences that together tell the aspects most clearly."""
    names = [name for name in found if name in ASPECTS]
    pool = {part.start: part for some in found.values() for s in some for part in _parts(s)}
    sentences = [pool[start] for start in sorted(pool)]
    texts = [sentence.text for sentence in sentences]
    scores = np.array([ASPECTS[name].clarity(texts) for name in names])
    chosen = _assigned(scores.reshape(len(names), len(texts)))
    return {
        name: None if i is None else sentences[i] for name, i in zip(names, chosen, strict=True)
    }


def _parts(sentence: Sentence) -> list[Sentence]:
    """The sentences of what follows a number such as (3), with which they are kept as one."""
    number = _NUMBER.match(sentence.text)
    if not number:
        return [sentence]
    start, text = sentence.start + number.end(), sentence.text[number.end() :]
    parts = [
        Sentence(start + a, start + b, text[a:b], sentence.score) for a, b in sentence_spans(text)
    ]
    return [part for part in parts if is_statement(part.text)]


def _assigned(scores: NDArray[np.floating]) -> list[int | None]:
    """The sentence for each aspect that gives the best sum; None where none is above 0.

    `scores` is (aspects, sentences). A sentence may be used again, at a cost.
    """
    n, size = scores.shape
    columns = np.hstack([scores, np.tile(scores - _REPEATED, (1, n)), np.zeros((n, n))])
    chosen = linear_sum_assignment(columns, maximize=True)[1]
    return [int(c) % size if c < size * (n + 1) else None for c in chosen]


def _citation(paper: Paper, marker: int, sentence: Sentence) -> Citation:
    quote = paper.text[sentence.start : sentence.end]
    return Citation(marker, paper.id, paper.title, quote, sentence.start, sentence.end, 1.0)


def _cell(text: str) -> str:
    """A spreadsheet would run what begins like a formula (OWASP, CSV injection)."""
    shown = (char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return _FORMULA.sub("'", " ".join("".join(shown).split()))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: no column, link, image or tag comes of it."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!~&$@])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?i)(https?|ftp|www)([:.])", r"\1\\\2", escaped)
