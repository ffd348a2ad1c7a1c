"""Questions and answers in the terminal, one or many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from paperqa.errors import ModelError, PaperqaError
from paperqa.terminal import say, show_evidence, show_references, warn

if TYPE_CHECKING:
    from paperqa.library import Library
    from paperqa.types import Answer, Where


def answer_once(
    library: Library, question: str, history: Sequence[Answer] = (), *, where: Where
) -> Answer:
    """Print an answer as it comes, then what it cites.

    Raises `PaperqaError`; where only the model failed, the evidence is shown first.
    """
    stream = library.stream(question, history, where)
    if stream.standalone_question != question.strip():
        say(f"(understood as: {stream.standalone_question})")
    if stream.is_sample:
        say(f"(from the packaged sample papers: the library {library.folder} is empty)\n")
    piece = ""
    try:
        for piece in stream:
            say(piece, end="")
    except ModelError:
        show_evidence(stream.evidence)
        raise
    say("" if piece.endswith("\n") else "\n")
    show_references(stream.answer)
    return stream.answer


def converse(library: Library, where: Where) -> None:
    """Ask and answer until an empty line; a failing model ends a turn, not the conversation."""
    say(f"{len(library)} papers in {library.folder}. An empty line ends the conversation.")
    history: list[Answer] = []
    while True:
        try:
            question = click.prompt("\nYou", default="", show_default=False).strip()
        except click.Abort:
            return
        if not question:
            return
        try:
            history.append(answer_once(library, question, history, where=where))
        except PaperqaError as error:
            warn(f"paperqa: {error}")
