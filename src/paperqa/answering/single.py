"""One fact, how and why: led by the best paper, and by the next one where that does not say.

With a local model: it first gives its verdict whether the source states what is asked at all (one
token; the source is read only once), then words the answer; code attaches the quotes and checks
them. Without a model: the sentences that fit best, quoted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterator, Sequence

from paperqa.answering.draft import Draft, to_read
from paperqa.answering.listing import MIN_FIT
from paperqa.answering.wording import REFUSAL, asked, checked, sentences, turns
from paperqa.citations import Source
from paperqa.models.chat import ChatModel
from paperqa.prompts import render
from paperqa.types import Evidence, Sentence

MIN_ODDS = 0.0  # log-odds of yes, fitted to the development questions (docs/adr/0008)
READ, READ_TOKENS = 14, 1500  # of a paper, at most
_EXPLAINS = re.compile(
    r"\b(?:why|how (?:does|do|did|is|are|was|were|can|could|come|exactly)|what makes|reasons?|"
    r"in what way|by what means|what happens|explain)\b",
    re.IGNORECASE,
)


def answer_from_one(draft: Draft) -> Iterator[str]:
    """The form of all questions that no other form takes."""
    if not draft.evidence or draft.evidence[0].similarity < MIN_FIT:
        yield draft.refuse()
        return
    chat = draft.chat()
    if chat is None:
        yield from _quote(draft, draft.evidence[0])
    elif chat.is_local:
        yield from _led(draft, chat)
    else:
        yield from _free(draft, chat)


def _led(draft: Draft, chat: ChatModel) -> Iterator[str]:
    """A small model reads one paper at a time, and says first whether that one answers."""
    for evidence in draft.evidence[:2]:
        reading = _Reading(draft, chat, evidence)
        yield from _word(draft, chat, [evidence], chat.in_turn(reading.reply))
        if reading.odds < MIN_ODDS:
            continue
        if not any(claim.supported for claim in draft.claims):
            draft.notes.append(f"{chat.name} gave no sentence that the paper supports.")
            yield from _quote(draft, evidence)
        return
    yield draft.refuse()


class _Reading:
    """A model reads one paper: the odds that it states what is asked, then the reply."""

    def __init__(self, draft: Draft, chat: ChatModel, evidence: Evidence) -> None:
        self._draft, self._chat = draft, chat
        task = render("verdict")
        self._examples = turns("answer", task=task)
        self._question = asked([_source(evidence)], draft.question.standalone, task)
        self.odds = -math.inf

    def reply(self) -> Generator[str]:
        """Nothing from a paper that does not state what is asked."""
        messages = [*self._examples, self._question]
        self._chat.recall(self._examples)
        self.odds = self._chat.odds_of_yes(messages, self._draft.usage)
        self._draft.timings.setdefault("first_token", self._draft.elapsed())
        self._draft.confidence = 1 / (1 + math.exp(-self.odds))
        if self.odds >= MIN_ODDS:
            yield from self._chat.reply([*messages, *turns("then")], self._draft.usage)


def _free(draft: Draft, chat: ChatModel) -> Iterator[str]:
    """A strong model reads several papers at once and refuses by itself."""
    shown = draft.evidence[: draft.shown]
    question = asked([_source(e) for e in shown], draft.question.standalone, "Answer:")
    messages = [*turns("free", refusal=REFUSAL), question]
    reply = chat.in_turn(lambda: chat.reply(messages, draft.usage))
    yield from _word(draft, chat, shown, reply)
    if not any(claim.supported for claim in draft.claims):
        yield draft.refuse()


def _word(
    draft: Draft, chat: ChatModel, read: Sequence[Evidence], reply: Generator[str]
) -> Iterator[str]:
    sources = [_source(evidence) for evidence in read]
    for piece in checked(draft, sources, sentences(draft, reply)):
        draft.model = chat.name
        yield piece


def _quote(draft: Draft, evidence: Evidence) -> Iterator[str]:
    """The sentences that fit best, as many as a reader takes in at once, in the paper's order."""
    most = 110 if _EXPLAINS.search(draft.question.standalone) else 58
    chosen: list[Sentence] = []
    for sentence in evidence.statements[:3]:
        words = sum(len(s.text.split()) for s in [*chosen, sentence])
        if not chosen or words <= most:
            chosen.append(sentence)
    for sentence in sorted(chosen, key=lambda s: s.start):
        yield draft.quote(evidence.paper, sentence) + " "


def _source(evidence: Evidence) -> Source:
    return to_read(evidence, READ, READ_TOKENS)
