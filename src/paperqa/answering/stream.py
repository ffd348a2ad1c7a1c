"""`AnswerStream`: evidence at once, then checked claims, then the whole answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import Any

from paperqa.answer_cache import AnswerCache, citations, claims
from paperqa.answering.comparison import compare
from paperqa.answering.draft import Draft, Papers, Stopped
from paperqa.answering.listing import list_papers
from paperqa.answering.metadata import answer_from_catalogue
from paperqa.answering.question import Question
from paperqa.answering.single import answer_from_one
from paperqa.citations import Citations
from paperqa.models.chat import ChatModel
from paperqa.models.prices import cost
from paperqa.types import Answer, Evidence

# What a question may want, the most particular first: each form yields the pieces of an answer,
# or gives None where the question isn't its own.
FORMS: tuple[Callable[[Draft], Iterator[str] | None], ...] = (
    answer_from_catalogue,
    compare,
    list_papers,
    answer_from_one,
)


class AnswerStream:
    """The pieces of an answer as they are ready; `answer` is the whole once they are drained.

    `evidence` is there from the start. Every piece is a claim that has been checked.
    """

    def __init__(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        library: Papers,
        load_chat: Callable[[], tuple[ChatModel | None, Sequence[str]]],
        citations: Citations,
        shown: int,
        sample: bool = False,
        cache: AnswerCache | None = None,
    ) -> None:
        """`evidence` holds more papers than the `shown` ones, for lists and comparisons."""
        self._cache = cache
        self.is_sample = sample
        evidence = [e for e in evidence if e.statements]
        self._draft = Draft(question, evidence, library, load_chat, citations, shown)
        self._draft.timings["evidence"] = self._draft.elapsed()
        self._pieces = self._run()

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was found, best first; later also what is cited from further down."""
        cited = {citation.paper_id for citation in self._draft.citations.citations}
        return tuple(
            e for e in self._draft.evidence if e.rank <= self._draft.shown or e.paper.id in cited
        )

    @property
    def standalone_question(self) -> str:
        """The question that was looked up."""
        return self._draft.question.standalone

    @property
    def answer(self) -> Answer:
        """The whole answer; drains the stream first."""
        for _ in self._pieces:
            pass
        return self.so_far

    @property
    def so_far(self) -> Answer:
        """The answer as far as it has come."""
        draft = self._draft
        return Answer(
            question=draft.question.text,
            standalone_question=draft.question.standalone,
            text="".join(draft.pieces).strip(),
            refused=draft.refused,
            claims=tuple(draft.claims),
            citations=draft.citations.citations,
            evidence=self.evidence,
            model=draft.model,
            confidence=draft.confidence,
            usage=draft.usage,
            cost=cost(draft.model, draft.usage),
            timings=draft.timings,
            notes=tuple(draft.notes),
            sample=self.is_sample,
        )

    def close(self) -> None:
        """Stop, from any thread; a model that is at work stops too, at its next word."""
        self._draft.stopped = True
        with suppress(ValueError):  # another thread is reading, and will see that
            self._pieces.close()

    def _run(self) -> Generator[str]:  # a generator: `close` reaches it
        kept = self._cache.get() if self._cache else None
        try:
            for piece in self._replay(kept) if kept else self._compose():
                self._draft.pieces.append(piece)
                self._draft.timings.setdefault("first_claim", self._draft.elapsed())
                yield piece
        except Stopped:
            return
        self._draft.timings["total"] = self._draft.elapsed()
        if self._cache and not kept and not self._draft.notes:
            self._cache.put(self.so_far)

    def _compose(self) -> Iterator[str]:
        forms = (form(self._draft) for form in FORMS)
        return next(form for form in forms if form is not None)

    def _replay(self, kept: dict[str, Any]) -> Iterator[str]:
        """An answer that was given before; it costs nothing, so it counts no tokens."""
        draft = self._draft
        draft.claims += claims(kept)
        draft.citations.restore(citations(kept))
        draft.refused, draft.model = kept["refused"], kept["model"]
        draft.confidence = kept["confidence"]
        yield kept["text"]
