"""One fact, how and why: led by the best paper, or by one of the next where that does not say.

With a local model: it first gives its verdict whether the source states what is asked at all (one
token; the source is read only once), then words the answer; code attaches the quotes and checks
them. Without a model: the sentences that fit best, quoted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

from llama_index.core.llms import ChatMessage

from paperqa.answering.draft import Draft, to_read
from paperqa.answering.excerpt import IsTelling, excerpts, shortened, telling
from paperqa.answering.listing import is_about
from paperqa.answering.verdict import LIKELIEST, verdict
from paperqa.answering.wording import REFUSAL, asked, checked, is_refusal, sentences, turns
from paperqa.citations import BESIDE, VERBATIM, Source
from paperqa.models.chat import ChatModel
from paperqa.models.local_server import SLOTS
from paperqa.prompts import render
from paperqa.relevance import has_amount, has_figure, wants_amount
from paperqa.types import Claim, Evidence, Sentence

# Of the verdict, chosen on development questions (docs/adr/0008): from MIN_ODDS on a paper is
# answered from, from SURE_ODDS on no further paper is read, or less where the best leads by far.
# Up to AMOUNT_ODDS, a sentence without an amount is no answer to a question for one.
MIN_ODDS, SURE_ODDS, LEAD_WEIGHT, AMOUNT_ODDS = 0.0, 3.5, 0.4, 1.5
NO_AMOUNT = "gives no amount, which is what was asked for"
READ, READ_TOKENS = {False: 6, True: 8}, 1500  # of a paper, at most: more for how and why
READ_AT_ONCE = 14  # sentences of each paper, by a strong model; no other is quoted beside words
QUOTED, FREELY = {False: 6, True: 5}, 2  # without a model; the others must have to do with a fact
NEAR = 4  # the sentences that fit best: a fact rests on one of them
SECONDING = {False: 1, True: NEAR}  # the best sentences are quoted too: more for how and why
_EXPLAINS = re.compile(
    r"\b(?:why|how (?:does|do|did|is|are|was|were|can|could|come|exactly)|what makes|reasons?|"
    r"in what way|by what means|what happens|explain)\b",
    re.IGNORECASE,
)


def answer_from_one(draft: Draft) -> Iterator[str]:
    """The form of all questions that no other form takes."""
    chat = draft.chat()
    if not draft.evidence or (chat is None and not is_about(draft.evidence)):
        yield draft.refuse()
    elif chat is None:
        yield from _quote(draft, draft.evidence[0])
    elif chat.is_local:
        yield from _led(draft, chat)
    else:
        yield from _free(draft, chat)


def _led(draft: Draft, chat: ChatModel) -> Iterator[str]:
    """A small model reads one paper at a time, and says first whether that one answers."""
    reading = _Reading(draft, chat)
    with closing(sentences(draft, chat.in_turn(reading.reply))) as said:
        yield from checked(
            draft, reading.source, reading.fitting(said), reading.near, partial(_room, draft)
        )
    if reading.chosen is None:
        yield draft.refuse()
        return
    if not _told(draft):
        yield from _set_aside(draft, reading)
    if _told(draft):
        if any(claim.supported and claim.reason != VERBATIM for claim in draft.claims):
            draft.model = chat.name
        yield from _more_quotes(draft, reading.chosen, SECONDING[_explains(draft)])
    elif _declined(draft.claims):
        yield draft.refuse()
    else:
        draft.notes.append(f"{chat.name} gave no sentence that the paper supports: quotes.")
        yield from _meant(draft, reading.chosen)


def _declined(claims: Sequence[Claim]) -> bool:
    """Whether a reply of which nothing holds means that the paper doesn't say."""
    return not claims or any(c.is_invented or c.reason == NO_AMOUNT for c in claims)


def _set_aside(draft: Draft, reading: _Reading) -> Iterator[str]:
    """The first claims that were held to be beside the question, where there are no others."""
    aside = [claim for claim in draft.claims if claim.reason == BESIDE]
    draft.claims[:] = [claim for claim in draft.claims if claim.reason != BESIDE]
    yield from checked(draft, reading.source, [claim.text for claim in aside[:2]])
    draft.claims += aside[2:]


def _meant(draft: Draft, evidence: Evidence) -> Iterator[str]:
    """The sentences that the first claim leans on, which failed itself, and those that fit best."""
    leant_on = draft.citations.nearest(
        draft.claims[0].text, _source(draft.question.standalone, evidence)
    )
    if not leant_on:
        yield from _quote(draft, evidence)
        return
    for sentence in leant_on:
        yield draft.quote(evidence.paper, sentence) + " "
    yield from _more_quotes(draft, evidence, 3)


def _more_quotes(draft: Draft, evidence: Evidence, n: int) -> Iterator[str]:
    """Those of the `n` sentences that fit best which aren't quoted yet, where there is room.

    Where an amount is asked for and none was given, of the sentences with one.
    """
    told = " ".join(claim.text for claim in draft.claims if claim.supported)
    missing = wants_amount(draft.question.standalone) and not has_figure(told)
    near = evidence.statements[:READ_AT_ONCE]
    fitting = [s for s in near if not missing or has_figure(s.text)]
    quoted = {(c.paper_id, c.start) for c in draft.citations.citations}
    unquoted = [s for s in fitting[:n] if (evidence.paper.id, s.start) not in quoted]
    for sentence, text in excerpts(unquoted, _room(draft), _is_telling(draft, evidence)).items():
        yield draft.quote(evidence.paper, sentence, text) + " "


class _Reading:
    """A model reads the best paper, and the next ones until it is sure of one.

    `chosen` is the one that it answers from: None where none states what is asked.
    """

    def __init__(self, draft: Draft, chat: ChatModel) -> None:
        self._draft, self._chat = draft, chat
        self.chosen: Evidence | None = None
        self._odds = -math.inf

    def source(self) -> Sequence[Source]:
        """What the model has read of the paper that it answers from."""
        return [_source(self._draft.question.standalone, self.chosen)] if self.chosen else []

    def near(self) -> Container[Sentence] | None:
        """What a fact must rest on; a small model that is unsure retells the paper instead.

        How and why may rest on any sentence.
        """
        explains = _explains(self._draft)
        return None if explains or not self.chosen else self.chosen.statements[:NEAR]

    def fitting(self, texts: Iterable[str]) -> Iterator[str]:
        """The sentences that can answer; the others become claims that don't hold.

        Asked for an amount that the paper doesn't give, a small model tells something else of it.
        """
        wanted = wants_amount(self._draft.question.standalone)
        for text in texts:
            if wanted and self._odds < AMOUNT_ODDS and not (has_amount(text) or is_refusal(text)):
                self._draft.claims.append(Claim(text, (), False, NO_AMOUNT))
            else:
                yield text

    def reply(self) -> Generator[str]:
        """The model's answer; nothing where no paper states what is asked. Raises `Stopped`."""
        verdicts: list[float] = []
        for slot, evidence in enumerate(self._draft.evidence[:SLOTS]):
            self._draft.go_on()
            *examples, _ = given = self._messages(evidence)
            self._chat.recall(examples, slot)
            first = self._chat.first_token(given, self._draft.usage, slot, n=LIKELIEST)
            odds = verdict(self._chat.name, first)
            self._draft.timings.setdefault("first_token", self._draft.elapsed())
            verdicts.append(odds)
            if is_sure(verdicts, [e.score for e in self._draft.evidence]):
                break
        slot = max(range(len(verdicts)), key=verdicts.__getitem__)
        self._odds = verdicts[slot]
        self._draft.confidence = 1 / (1 + math.exp(-self._odds))
        if self._odds >= MIN_ODDS:
            self._draft.go_on()
            self.chosen = self._draft.evidence[slot]
            messages = [*self._messages(self.chosen), *turns("then")]
            yield from self._chat.reply(messages, self._draft.usage, slot)

    def _messages(self, evidence: Evidence) -> list[ChatMessage]:
        question = self._draft.question.standalone
        return messages(question, _source(question, evidence))


def _free(draft: Draft, chat: ChatModel) -> Iterator[str]:
    """A strong model reads several papers at once and refuses by itself."""
    shown = draft.evidence[: draft.shown]
    sources = [to_read(e, READ_AT_ONCE, READ_TOKENS) for e in shown]
    question = asked(sources, draft.question.standalone, "Answer:")
    given = [*turns("free", refusal=REFUSAL), question]
    reply = chat.in_turn(lambda: chat.reply(given, draft.usage))
    draft.model = chat.name
    yield from checked(draft, lambda: sources, sentences(draft, reply))
    if not any(claim.supported for claim in draft.claims):
        yield draft.refuse()


def _quote(draft: Draft, evidence: Evidence) -> Iterator[str]:
    """The sentences that fit best, as many as a reader takes in at once, in the paper's order."""
    best, is_telling = evidence.statements[: QUOTED[_explains(draft)]], _is_telling(draft, evidence)
    fitting = [s for rank, s in enumerate(best) if rank < FREELY or is_telling(s.text)]
    first = sum(len(shortened(s.text, is_telling).split()) for s in best[:1])  # however long it is
    chosen = excerpts(fitting, max(first, _most(draft)), is_telling)
    for sentence in sorted(chosen, key=lambda s: s.start):
        yield draft.quote(evidence.paper, sentence, chosen[sentence]) + " "


def _is_telling(draft: Draft, evidence: Evidence) -> IsTelling:
    """What a quote must keep; how and why is told by all of a sentence."""
    question = draft.question.standalone
    return (lambda _: True) if explains(question) else telling(question, evidence.paper.title)


def _most(draft: Draft) -> int:
    """How many words an answer may have: more where it explains."""
    return 110 if _explains(draft) else 58


def _explains(draft: Draft) -> bool:
    return explains(draft.question.standalone)


def explains(question: str) -> bool:
    """Whether a question asks how or why."""
    return bool(_EXPLAINS.search(question))


def _told(draft: Draft) -> bool:
    return any(claim.supported for claim in draft.claims)


def _room(draft: Draft) -> int:
    """How many words there is still room for."""
    return _most(draft) - _words(draft)


def _words(draft: Draft) -> int:
    return sum(len(claim.text.split()) for claim in draft.claims if claim.supported)


def is_sure(verdicts: Sequence[float], scores: Sequence[float]) -> bool:
    """Whether the next paper needn't be read: by the verdicts so far, or by the best one's lead."""
    lead = scores[0] - scores[len(verdicts)] if len(verdicts) < len(scores) else 0.0
    return max(verdicts) + LEAD_WEIGHT * lead >= SURE_ODDS


def _source(question: str, evidence: Evidence) -> Source:
    """What a small model reads of a paper."""
    return to_read(evidence, READ[explains(question)], READ_TOKENS)


def messages(question: str, source: Source) -> list[ChatMessage]:
    """What a small model is given for its verdict: examples, then a source and what it is asked."""
    task = render("verdict")
    return [*turns("answer", task=task), asked([source], question, task)]
