"""What a model reads, and its reply as whole, checked sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from contextlib import closing

from llama_index.core.llms import ChatMessage, MessageRole

from paperqa.answering.draft import Draft, shown
from paperqa.citations import Source, label
from paperqa.passages import sentence_spans
from paperqa.prompts import render, render_turns
from paperqa.types import Sentence

_ROOM = 110  # words of an answer of which nothing else is known
REFUSAL = "The sources do not say."
_FENCE = re.compile(r"</?\s*sources?\s*>", re.IGNORECASE)


def turns(prompt: str, **variables: str) -> list[ChatMessage]:
    """The messages of a prompt that is a conversation."""
    return [
        ChatMessage(role=MessageRole(role), content=text)
        for role, text in render_turns(prompt, **variables)
    ]


def asked(sources: Sequence[Source], question: str, task: str) -> ChatMessage:
    """The fenced sources, the question and what to do with them, as a user's message."""
    body = render("question", sources=_fenced(sources), question=_one_line(question), task=task)
    return ChatMessage(role=MessageRole.USER, content=body)


def sentences(draft: Draft, reply: Generator[str], *, by_line: bool = False) -> Generator[str]:
    """Whole sentences (or lines) of a reply, each as soon as the next one has begun.

    Raises `Stopped` at the next word once the draft is.
    """
    buffer = ""
    with closing(reply) as deltas:
        for delta in deltas:
            draft.go_on()
            draft.timings.setdefault("first_token", draft.elapsed())
            buffer += delta
            spans = _spans(buffer, by_line)
            for start, end in spans[:-1]:
                yield buffer[start:end]
            if len(spans) > 1:
                buffer = buffer[spans[-1][0] :]
    for start, end in _spans(buffer, by_line):
        yield buffer[start:end]


def checked(
    draft: Draft,
    sources: Callable[[], Sequence[Source]],
    texts: Iterable[str],
    near: Callable[[], Container[Sentence] | None] = lambda: None,
    room: Callable[[], int] = lambda: _ROOM,
) -> Iterator[str]:
    """The sentences that hold, with their markers; the others stay in the claims, with reasons.

    Nothing after a refusal is taken, nor from the first on that is longer than the `room` left, in
    words. `sources` and `near` (see `Citations.check`) are asked for when there is something to
    check.
    """
    for text in texts:
        if is_refusal(text):
            return
        if _is_said(draft, text):  # small models repeat themselves
            continue
        if len(text.split()) > room() and any(claim.supported for claim in draft.claims):
            return
        claim = draft.citations.check(text, sources(), near(), room())
        if _is_said(draft, claim.text):
            continue
        draft.claims.append(claim)
        if claim.supported:
            yield f"{shown(claim)} "


def is_refusal(sentence: str) -> bool:
    """Whether a sentence is the one that models are told to refuse with."""
    return sentence.strip(' ."').lower().startswith(REFUSAL.strip(".").lower())


def _is_said(draft: Draft, text: str) -> bool:
    return any(claim.text == text for claim in draft.claims)


def _fenced(sources: Sequence[Source]) -> str:
    """Numbered sources: title and sentences, without whatever could close their fence."""
    return "\n".join(
        f'{n}. "{_one_line(label(source.paper))}"\n'
        f"{_one_line(' '.join(sentence.text for sentence in source.sentences))}"
        for n, source in enumerate(sources, 1)
    )


def _one_line(text: str) -> str:
    """Text that can't close the fence around the sources, nor fake another line."""
    return " ".join(_FENCE.sub(" ", text).split())


def _spans(text: str, by_line: bool) -> list[tuple[int, int]]:
    if by_line:
        return [m.span() for m in re.finditer(r"[^\n]+", text) if m.group().strip()]
    return sentence_spans(text)
