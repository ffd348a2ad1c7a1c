"""Comparisons: what each of the named papers says about what is asked, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from paperqa.answering.draft import Draft, to_read
from paperqa.answering.wording import asked, checked, sentences, turns
from paperqa.citations import Source, label
from paperqa.models.chat import ChatModel
from paperqa.naming import named_papers
from paperqa.types import Evidence

_PER_PAPER = 5  # sentences that the model reads of each
_TOKENS = 1500  # of all together
_LEAD = re.compile(r"^\s*[-*]?\s*\[?(\d+)\]?\s*[:.)]\s*")


def compare(draft: Draft) -> Iterator[str] | None:
    """A line or two for each paper that is named, checked against that paper alone."""
    if not draft.question.may_compare:
        return None
    named = named_papers(draft.question.standalone, [e.paper for e in draft.evidence])
    sides = [e for paper in named for e in draft.evidence if e.paper.id == paper.id]
    if draft.question.compares:  # one is described rather than named
        others = (e for e in draft.evidence if e not in sides)
        sides += islice(others, max(0, 2 - len(sides)))
    return _sides(draft, sides) if len(sides) > 1 else None


def _sides(draft: Draft, sides: Sequence[Evidence]) -> Iterator[str]:
    chat = draft.chat()
    worded: dict[int, list[str]] = {}
    if chat is not None:
        worded = _word(draft, chat, sides)
    for n, side in enumerate(sides, 1):
        pieces = worded.get(n) or [_quote(draft, side)]
        yield f"- {label(side.paper)}: {''.join(pieces).strip()}\n"


def _word(draft: Draft, chat: ChatModel, sides: Sequence[Evidence]) -> dict[int, list[str]]:
    """The model's checked lines, by the number of the source that they speak of."""
    sources = [to_read(side, _PER_PAPER, _TOKENS // len(sides)) for side in sides]
    messages = [*turns("compare"), asked(sources, draft.question.standalone, "Answer:")]
    found: dict[int, list[str]] = {}
    reply = chat.in_turn(lambda: chat.reply(messages, draft.usage))
    for line in sentences(draft, reply, by_line=True):
        lead = _LEAD.match(line)
        if lead and 1 <= int(lead[1]) <= len(sources):
            n = int(lead[1])
            found.setdefault(n, []).extend(_line(draft, sources[n - 1], line[lead.end() :]))
    if any(found.values()):
        draft.model = chat.name
    return found


def _line(draft: Draft, source: Source, text: str) -> list[str]:
    return list(checked(draft, lambda: [source], [text]))


def _quote(draft: Draft, side: Evidence) -> str:
    return " ".join(draft.quote(side.paper, s) for s in to_read(side, 2, _TOKENS).sentences)
