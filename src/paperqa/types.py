"""The values that flow through paperqa; frozen, standard library only, each adds one fact.

Paper → Passage → Evidence → Citation → Claim → Answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypedDict


class Message(TypedDict):
    """One turn of a conversation, as chat APIs write it."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, as one source gives it or as all its sources together do.

    `published` keeps the precision of the source: `YYYY-MM-DD`, `YYYY`, `--MM-DD` (the day
    without its year) or None. Offsets elsewhere count characters of `text`.
    """

    id: str
    title: str
    abstract: str
    text: str
    authors: tuple[str, ...] = ()
    n_authors: int | None = None
    organization: str | None = None
    published: str | None = None
    url: str | None = None
    doi: str | None = None
    trailing_number: int | None = None
    sources: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """The year of publication, where it is known."""
        return int(self.published[:4]) if self.published and self.published[0] != "-" else None


Sort = Literal["newest", "title", "organization"]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Some of the papers that fit, in the order that was asked for; `total` counts all of them."""

    papers: tuple[Paper, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something that was not taken in, and why; `line` counts from 1."""

    source: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.source}, line {self.line}" if self.line else self.source
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `Library.add` did; papers are counted once however many files hold them.

    `merged` counts the records of other names or ids that turned out to be one of the papers.
    """

    added: int
    updated: int
    unchanged: int
    rejected: tuple[Rejection, ...] = ()
    skipped: tuple[str, ...] = ()
    merged: int = 0

    def __str__(self) -> str:
        told = f"added {self.added}, updated {self.updated}, unchanged {self.unchanged}"
        return f"{told}, merged {self.merged} near-duplicates" if self.merged else told


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a paper: `paper.text[start:end] == text`. Sentences are spans of that text."""

    id: str
    paper_id: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]


OPEN_YEARS = (0, 9999)  # a range of years without ends


@dataclass(frozen=True, slots=True)
class Where:
    """Restricts a search. Empty fields restrict nothing; ranges have both ends in.

    `by` is part of an organisation's or an author's name; `dated` whether the year is known.
    """

    years: tuple[int, int] | None = None
    n_authors: tuple[int, int] | None = None
    organization: str | None = None
    by: str | None = None
    dated: bool | None = None
    words: str | None = None
    paper_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Where()

    def __and__(self, other: Where) -> Where:
        """Both restrictions together; where both name one thing, `other` wins."""
        both = {
            name: getattr(other, name) or getattr(self, name) for name in self.__dataclass_fields__
        }
        for name in ("years", "n_authors"):
            if (ours := getattr(self, name)) and (theirs := getattr(other, name)):
                both[name] = (max(ours[0], theirs[0]), min(ours[1], theirs[1]))
        if other.dated is not None:
            both["dated"] = other.dated
        return Where(**both)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage (offsets into the paper's text), scored against the question."""

    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage judged against a question: higher `score` is better, `rank` counts from 1.

    `similarity` is the cosine of the question with the passage or its best sentence, whichever
    is higher, on the built-in embedding model's scale; `coverage` the share of the question's
    telling words that the paper has. `sentences` are the passage's, best first; what states
    nothing (a question, a command) comes last and is no statement.
    """

    paper: Paper
    passage: Passage
    score: float
    rank: int
    similarity: float
    coverage: float
    sentences: tuple[Sentence, ...]
    n_statements: int

    @property
    def statements(self) -> tuple[Sentence, ...]:
        """The sentences that an answer may read or quote, best first."""
        return self.sentences[: self.n_statements]

    @property
    def best(self) -> Sentence:
        """The sentence that fits the question best."""
        return self.sentences[0]

    def to_dict(self) -> dict[str, Any]:
        """One row of `search --json`."""
        return {
            "paper_id": self.paper.id,
            "title": self.paper.title,
            "score": self.score,
            "rank": self.rank,
            "quote": self.best.text,
            "start": self.best.start,
            "end": self.best.end,
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote for a claim: `paper.text[start:end] == quote`, character by character.

    `support` is what the check found: between 0 and 1, the agreement of claim and quote.
    """

    marker: int
    paper_id: str
    title: str
    quote: str
    start: int
    end: int
    support: float


@dataclass(frozen=True, slots=True)
class Claim:
    """One checked sentence of an answer, without markers in its text."""

    text: str
    markers: tuple[int, ...]
    supported: bool
    reason: str

    @property
    def is_invented(self) -> bool:
        """Whether it was dropped for a number or a name that the paper doesn't give."""
        return self.reason.startswith("not in the ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What `Library.ask` returns; `text` carries `[1]` markers, one for each citation.

    `usage` counts tokens, `cost` is in US dollars (None: unknown), `timings` are seconds since the
    question. `confidence` says how surely the papers state what was asked, from 0 to 1; it
    compares answers of one model. `sample` is True when the library was empty and the packaged
    sample papers answered.
    """

    question: str
    standalone_question: str
    text: str
    refused: bool
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    model: str
    confidence: float | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sample: bool = False

    def __str__(self) -> str:
        if not self.citations:
            return self.text
        markers: dict[str, str] = {}
        for citation in self.citations:
            markers[citation.title] = markers.get(citation.title, "") + f"[{citation.marker}]"
        references = "\n".join(f"{some} {title}" for title, some in markers.items())
        return f"{self.text}\n\n{references}"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form (see docs/json.md)."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "text": self.text,
            "refused": self.refused,
            "claims": [asdict(claim) for claim in self.claims],
            "citations": [asdict(citation) for citation in self.citations],
            "evidence": [evidence.to_dict() for evidence in self.evidence],
            "model": self.model,
            "confidence": self.confidence,
            "usage": dict(self.usage),
            "cost": self.cost,
            "timings": {name: round(seconds, 4) for name, seconds in self.timings.items()},
            "notes": list(self.notes),
            "sample": self.sample,
        }


History = Sequence[Answer | Message]
