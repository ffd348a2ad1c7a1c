"""What an answerer gave, as metrics see it: paperqa's own answer, a mapping like it, or a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from paperqa.citations import label
from paperqa.evaluation.matching import plain
from paperqa.types import Answer, Paper

# The paper of an id, None where the library has none: what quotes and titles are held against.
FindPaper = Callable[[str], Paper | None]


class _Citation(BaseModel):
    title: str
    quote: str = ""
    paper_id: str | None = None
    start: int | None = None
    end: int | None = None


class _Claim(BaseModel):
    text: str
    supported: bool = True
    reason: str = ""


class _Evidence(BaseModel):
    title: str


class _Given(BaseModel):
    """The fields of docs/json.md that are looked at; others are let be."""

    text: str
    refused: bool = False
    claims: tuple[_Claim, ...] = ()
    citations: tuple[_Citation, ...] = ()
    evidence: tuple[_Evidence, ...] | None = None
    standalone_question: str = ""
    model: str = ""
    confidence: float | None = None
    timings: dict[str, float] = {}
    usage: dict[str, int] = {}
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation. `exact`: the quote stands in the paper, character by character, and where it
    says, if it does; `known`: the library has a paper of this id and title. None: not checked,
    for want of papers, of the paper's id, or of a quote.
    """

    title: str
    quote: str = ""
    known: bool | None = None
    exact: bool | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, reduced to what can be scored and shown.

    `claims` are (text, supported, reason); `found` the titles of the evidence, best first (None:
    not told); `seconds` are `evidence`, `first_token`, `first_claim` and `total`, as far as known;
    `cost` is in US dollars.
    """

    text: str
    refused: bool = False
    claims: tuple[tuple[str, bool, str], ...] = ()
    cited: tuple[Cited, ...] = ()
    found: tuple[str, ...] | None = None
    standalone: str = ""
    model: str = ""
    confidence: float | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None

    @classmethod
    def of(cls, given: Answer | Mapping[str, Any] | str, find: FindPaper | None = None) -> Response:
        """From an `Answer`, from a mapping with some of the fields of docs/json.md, or a text.

        Only the text is needed. Raises `ValueError` that names what is missing or wrong.
        """
        if isinstance(given, str):
            return cls(given)
        row = _read(given.to_dict() if isinstance(given, Answer) else given)
        return cls(
            text=row.text,
            refused=row.refused,
            claims=tuple((c.text, c.supported, c.reason) for c in row.claims),
            cited=tuple(_cited(citation, find) for citation in row.citations),
            found=None if row.evidence is None else tuple(e.title for e in row.evidence),
            standalone=row.standalone_question,
            model=row.model,
            confidence=row.confidence,
            seconds=row.timings,
            usage=row.usage,
            cost=row.cost,
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; `Response.read` takes it back."""
        return asdict(self)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Response:
        """The response whose JSON form this is."""
        fields = dict(row)
        fields["claims"] = tuple((text, ok, why) for text, ok, why in row["claims"])
        fields["cited"] = tuple(Cited(**cited) for cited in row["cited"])
        fields["found"] = None if row["found"] is None else tuple(row["found"])
        return cls(**fields)


def _read(given: Any) -> _Given:
    if not isinstance(given, Mapping):
        raise ValueError(f"{type(given).__name__} is no answer, mapping or text")
    try:
        return _Given.model_validate(given)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from None


def _cited(citation: _Citation, find: FindPaper | None) -> Cited:
    title, quote = citation.title, citation.quote
    if find is None or citation.paper_id is None:
        return Cited(title, quote)
    paper = find(citation.paper_id)
    known = paper is not None and plain(label(paper)) == plain(title)
    return Cited(title, quote, known, _stands(citation, paper) if quote else None)


def _stands(citation: _Citation, paper: Paper | None) -> bool:
    if paper is None:
        return False
    if citation.start is None or citation.end is None:
        return citation.quote in paper.text
    return paper.text[citation.start : citation.end] == citation.quote
