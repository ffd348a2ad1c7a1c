"""Comparisons: what each of the named papers says about what is asked, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from paperqa.answering.draft import Draft, to_read
from paperqa.answering.wording import asked, checked, sentences, turns
from paperqa.citations import Source, label
from paperqa.models.chat import ChatModel
from paperqa.naming import named_papers, speaks_of
from paperqa.types import Claim, Evidence

_PER_PAPER = 5  # sentences that the model reads of each
_TOKENS = 1500  # of all together
_LEAD = re.compile(r"^\s*[-*]?\s*\[?(\d+)\]?\s*[:.)]\s*")


def compare(draft: Draft) -> Iterator[str] | None:
    """A line or two for each paper that is named, checked against that paper alone.

    Where the best paper itself speaks of the others, it has compared itself with them.
    """
    if not draft.question.may_compare:
        return None
    question, found = draft.question.standalone, [e.paper for e in draft.evidence]
    named = named_papers(question, found)
    others = [paper for paper in named if paper != found[0]]
    if not draft.question.compares and all(speaks_of(found[0], p, question) for p in others):
        return None
    sides = [e for paper in named for e in draft.evidence if e.paper.id == paper.id]
    if draft.question.compares:  # one is described rather than named
        described = (e for e in draft.evidence if e not in sides)
        sides += islice(described, max(0, 2 - len(sides)))
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
            found.setdefault(n, []).extend(_line(draft, sources, n - 1, line[lead.end() :]))
    if any(found.values()):
        draft.model = chat.name
    return found


def _line(draft: Draft, sources: Sequence[Source], n: int, text: str) -> list[str]:
    """A line of one paper; one that names another instead has them mixed up."""
    own = sources[n].paper
    named = named_papers(text, [source.paper for source in sources])
    if named and own not in named and not all(speaks_of(own, other, text) for other in named):
        draft.claims.append(Claim(text, (), False, "names another paper"))
        return []
    return list(checked(draft, lambda: [sources[n]], [text]))


def _quote(draft: Draft, side: Evidence) -> str:
    return " ".join(draft.quote(side.paper, s) for s in to_read(side, 2, _TOKENS).sentences)
