"""From evidence to a checked answer, streamed claim by claim."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from llama_index.core.llms import ChatMessage, MessageRole

from paperqa.citations import Citations, Source, is_invention, label
from paperqa.index.lexical import question_terms, terms
from paperqa.models.chat import ChatModel
from paperqa.passages import sentence_spans
from paperqa.prompts import render
from paperqa.types import Answer, Claim, Evidence, Sentence

REFUSAL = "The sources do not say."
MIN_SIMILARITY = 0.35  # below this, nothing in the library is about the question
_FENCE = re.compile(r"</?\s*sources\s*>", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*[-*]?\s*\[?\d+\]?\s*[:.)]\s*")
_LIST = re.compile(
    r"^\s*(?:which|what|list|name|find|show|are there|give)\b(?:\W+\w+){0,3}?\W+"
    r"(?:papers|methods|models|approaches|works|studies|surveys|techniques|ways|datasets|"
    r"benchmarks|architectures|alternatives)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked, as it stands alone, and when it was asked (`time.perf_counter`)."""

    text: str
    standalone: str
    asked_at: float

    @property
    def wants_list(self) -> bool:
        """Whether several papers are asked for."""
        return bool(_LIST.search(self.standalone))


@dataclass
class _Draft:
    """An answer on its way."""

    citations: Citations
    claims: list[Claim] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    refused: bool = False
    model: str = "extractive"

    @property
    def supported(self) -> bool:
        return any(claim.supported for claim in self.claims)


class AnswerStream:
    """The pieces of an answer as they are ready; `answer` is the whole once they are drained.

    `evidence` is there from the start. Every piece is a claim that has been checked.
    """

    def __init__(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        load_chat: Callable[[], tuple[ChatModel | None, Sequence[str]]],
        sample: bool = False,
    ) -> None:
        self.evidence = tuple(evidence)
        self._question = question
        self._load_chat = load_chat
        self.is_sample = sample
        self._sources = choose_sources(question, self.evidence)
        self._draft = _Draft(Citations(self._sources))
        self._draft.timings["evidence"] = time.perf_counter() - question.asked_at
        self._pieces = self._run()

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    @property
    def standalone_question(self) -> str:
        """The question that was looked up."""
        return self._question.standalone

    @property
    def answer(self) -> Answer:
        """The whole answer; drains the stream first."""
        for _ in self._pieces:
            pass
        draft = self._draft
        return Answer(
            question=self._question.text,
            standalone_question=self._question.standalone,
            text="".join(draft.pieces).strip(),
            refused=draft.refused,
            claims=tuple(draft.claims),
            citations=draft.citations.citations,
            evidence=self.evidence,
            model=draft.model,
            usage=draft.usage,
            timings=draft.timings,
            notes=tuple(draft.notes),
            sample=self.is_sample,
        )

    def close(self) -> None:
        """Stop; a model that is at work stops too."""
        self._pieces.close()

    def _run(self) -> Generator[str]:  # a generator: `close` reaches it
        for piece in self._tell():
            self._draft.pieces.append(piece)
            self._draft.timings.setdefault("first_claim", self._elapsed())
            yield piece
        self._draft.timings["total"] = self._elapsed()

    def _tell(self) -> Iterator[str]:
        if not is_answerable(self._question, self.evidence):
            yield self._refuse()
            return
        chat, notes = self._load_chat()
        self._draft.notes += notes
        if chat is None:
            yield from self._extract()
        else:
            yield from self._word(chat)

    def _word(self, chat: ChatModel) -> Iterator[str]:
        """The model's sentences, each checked before it is shown."""
        draft = self._draft
        draft.model = chat.name
        said_no = False
        with closing(self._sentences(chat)) as sentences:
            for sentence in sentences:
                said_no = said_no or _is_refusal(sentence)
                if not said_no:
                    yield from self._check(sentence)
        if draft.supported:
            return
        if said_no or any(is_invention(claim) for claim in draft.claims):
            yield self._refuse()
            return
        draft.notes.append(
            f"{chat.name} gave no sentence that the papers support; these are quotes."
        )
        draft.model = "extractive"
        yield from self._extract()

    def _check(self, sentence: str) -> Iterator[str]:
        """A sentence of the model as a claim, shown if it holds; in a list, after its paper."""
        draft = self._draft
        if self._question.wants_list:
            sentence = _NUMBER.sub("", sentence)
        if any(claim.text == sentence for claim in draft.claims):  # small models repeat themselves
            return
        claim = draft.citations.check(sentence)
        draft.claims.append(claim)
        if claim.supported and self._question.wants_list:
            title = draft.citations.title(claim.markers[0])
            yield f"- {title}: {claim.text} {_markers(claim)}\n"
        elif claim.supported:
            yield f"{claim.text} {_markers(claim)} "

    def _sentences(self, chat: ChatModel) -> Generator[str]:
        """Whole sentences of the model's reply, as soon as the next one has begun."""
        buffer = ""
        with closing(chat.stream(self._messages(), self._draft.usage)) as deltas:
            for delta in deltas:
                self._draft.timings.setdefault("first_token", self._elapsed())
                buffer += delta
                spans = self._split(buffer)
                for start, end in spans[:-1]:
                    yield buffer[start:end]
                if len(spans) > 1:
                    buffer = buffer[spans[-1][0] :]
        for start, end in self._split(buffer):
            yield buffer[start:end]

    def _split(self, text: str) -> list[tuple[int, int]]:
        """Spans of what is checked one by one: lines of a list, sentences of a text."""
        if self._question.wants_list:
            return [m.span() for m in re.finditer(r"[^\n]+", text) if m.group().strip()]
        return sentence_spans(text)

    def _messages(self) -> list[ChatMessage]:
        form = "list" if self._question.wants_list else "answer"
        # In a list, the code names the papers; a small model that sees titles only repeats them.
        titles = [
            "" if form == "list" else f'"{_one_line(label(source.paper))}"\n'
            for source in self._sources
        ]
        sources = "\n".join(
            f"{n}. {title}{_one_line(' '.join(sentence.text for sentence in source.sentences))}"
            for n, (title, source) in enumerate(zip(titles, self._sources, strict=True), 1)
        )
        return [
            ChatMessage(role=MessageRole.SYSTEM, content=render(form, refusal=REFUSAL)),
            ChatMessage(
                role=MessageRole.USER,
                content=render("question", sources=sources, question=self._question.standalone),
            ),
        ]

    def _extract(self) -> Iterator[str]:
        """The best sentences themselves: of the best paper, or one of each for a list."""
        if self._question.wants_list:
            yield from map(self._quote_best, self._sources)
            return
        source = self._sources[0]
        best = sorted(source.sentences, key=lambda s: -s.score)[:3]
        for sentence in sorted(best, key=lambda s: s.start):
            claim = self._draft.citations.quote(source.paper, sentence)
            self._draft.claims.append(claim)
            yield f"“{claim.text}” {_markers(claim)} "

    def _quote_best(self, source: Source) -> str:
        best = max(source.sentences, key=lambda s: s.score)
        claim = self._draft.citations.quote(source.paper, best)
        self._draft.claims.append(claim)
        return f"- {label(source.paper)}: “{claim.text}” {_markers(claim)}\n"

    def _refuse(self) -> str:
        self._draft.refused = True
        nearest = "; ".join(f"“{label(e.paper)}”" for e in self.evidence[:3])
        where = f" The nearest papers are {nearest}." if nearest else ""
        return f"The papers do not say. I looked for: {self._question.standalone}{where}"

    def _elapsed(self) -> float:
        return time.perf_counter() - self._question.asked_at


def is_answerable(question: Question, evidence: Sequence[Evidence]) -> bool:
    """Whether anything in the library is about the question at all."""
    if not evidence:
        return False
    if max(e.similarity for e in evidence) >= MIN_SIMILARITY:
        return True
    asked = set(question_terms(question.standalone))
    best = evidence[0]
    held = set(terms(f"{best.paper.title} {best.passage.text}"))
    return len(asked & held) >= max(2, 0.7 * len(asked))


def choose_sources(question: Question, evidence: Sequence[Evidence]) -> tuple[Source, ...]:
    """The sentences that an answer may draw on: most from the best paper, few from the others."""
    if question.wants_list:
        floor = 0.6 * max((e.similarity for e in evidence), default=0.0)
        shares = [(e, 1) for e in evidence if e.similarity >= floor]
    else:
        shares = list(zip(evidence, (8, 3, 2), strict=False))
    return tuple(Source(e.paper, _in_order(e.sentences[:n])) for e, n in shares)


def _in_order(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    return tuple(sorted(sentences, key=lambda s: s.start))


def _is_refusal(sentence: str) -> bool:
    return sentence.strip(' ."').lower().startswith(REFUSAL.strip(".").lower())


def _markers(claim: Claim) -> str:
    return "".join(f"[{marker}]" for marker in claim.markers)


def _one_line(text: str) -> str:
    """Text that can't close the fence around the sources."""
    return " ".join(_FENCE.sub(" ", text).split())
