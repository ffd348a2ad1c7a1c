"""An answer on its way: what forms of answer share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from paperqa.answering.question import Question
from paperqa.citations import VERBATIM, Citations, Source, label
from paperqa.models.chat import ChatModel
from paperqa.passages import count_tokens
from paperqa.types import Claim, Evidence, Paper, Sentence, Where


class Papers(Protocol):
    """What a form may ask of the library: its catalogue and its search."""

    def papers(self, where: Where) -> Iterable[Paper]:
        """The papers that fit, newest first."""

    def search(self, question: str, k: int, where: Where) -> tuple[Evidence, ...]:
        """The `k` best papers for a question."""

    def organizations(self) -> frozenset[str]:
        """The organisations that the catalogue knows."""


class Stopped(Exception):
    """The reader wants no more of an answer; never leaves the package."""


@dataclass
class Draft:
    """The answer so far. Forms add claims to it and yield the pieces that are shown.

    `evidence` holds more papers than the `shown` ones; a form takes what it needs.
    """

    question: Question
    evidence: Sequence[Evidence]
    library: Papers
    load_chat: Callable[[], tuple[ChatModel | None, Sequence[str]]]
    citations: Citations
    shown: int
    claims: list[Claim] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    refused: bool = False
    confidence: float | None = None
    model: str = "extractive"
    stopped: bool = False

    def papers(self, where: Where) -> list[Paper]:
        """The papers that fit, newest first, among those that the question is about."""
        return list(self.library.papers(self.question.where & where))

    def search(self, question: str, k: int, where: Where) -> tuple[Evidence, ...]:
        """The `k` best papers, among those that the question is about."""
        return self.library.search(question, k, self.question.where & where)

    def chat(self) -> ChatModel | None:
        """The chat model, or None; why there is none is noted for the reader."""
        chat, notes = self.load_chat()
        self.notes += [note for note in notes if note not in self.notes]
        return chat

    def go_on(self) -> None:
        """Raises `Stopped` where the reader wants no more."""
        if self.stopped:
            raise Stopped

    def quote(self, paper: Paper, sentence: Sentence, part: str | None = None) -> str:
        """A sentence of a paper, or part of it, as a claim; gives the piece to show."""
        claim = self.citations.quote(paper, sentence, part)
        self.claims.append(claim)
        return shown(claim)

    def state(self, text: str, cited: Iterable[tuple[Paper, Sentence]] = ()) -> str:
        """A claim about what the catalogue holds, true by construction; gives the piece to show."""
        claim = self.citations.state(text, cited)
        self.claims.append(claim)
        return f"{text} {markers(claim)}".rstrip()

    def refuse(self, why: str = "The papers do not say.") -> str:
        """The text of a refusal: what was looked for, and the nearest papers."""
        self.refused = True
        nearest = "; ".join(f"“{label(e.paper)}”" for e in self.evidence[:3])
        where = f" The nearest papers are {nearest}." if nearest else ""
        return f"{why} I looked for: {self.question.standalone}{where}"

    def elapsed(self) -> float:
        """Seconds since the question."""
        return time.perf_counter() - self.question.asked_at


def shown(claim: Claim) -> str:
    """A claim as it is shown: with its markers, and in quotation marks where it is a quote."""
    text = f"“{' '.join(claim.text.split())}”" if claim.reason == VERBATIM else claim.text
    return f"{text} {markers(claim)}"


def markers(claim: Claim) -> str:
    """`[1][2]`"""
    return "".join(f"[{marker}]" for marker in claim.markers)


def to_read(evidence: Evidence, n: int, tokens: int) -> Source:
    """What a model reads of a paper: at most `n` of its statements and `tokens` tokens.

    The sentences that fit best are chosen; they stand in the order of the paper.
    """
    chosen: list[Sentence] = []
    for sentence in evidence.statements[:n]:
        tokens -= count_tokens(sentence.text)
        if tokens < 0 and chosen:
            break
        chosen.append(sentence)
    return Source(evidence.paper, tuple(sorted(chosen, key=lambda s: s.start)))
