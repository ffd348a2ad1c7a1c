"""A question on its way: looked up, answered piece by piece, kept at its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from paperqa.answering.stream import AnswerStream
from paperqa.conversations import Conversation, Conversations
from paperqa.errors import PaperqaError
from paperqa.library import Library
from paperqa.types import Answer, Where
from paperqa.ui.line import Line
from paperqa.ui.scope import scope_words
from paperqa.ui.thread import show_turn

_GLANCE = 0.5  # seconds between two looks at the line
KEY = "now"  # of the turn that isn't kept yet


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question stands to those before it.

    It follows the conversation's last turn or `replaces` it. `alone`, it means what it says;
    otherwise what it leaves open comes from the turns before it.
    """

    replaces: bool = False
    alone: bool = False


@dataclass
class Asked:
    """A question to the papers in `scope`. Only what is answered to its end is kept.

    What a model's server may do, no method raises: the turn, as HTML, then says what failed.
    """

    library: Library
    question: str
    scope: Where = Where()  # noqa: RUF009 - frozen
    manner: Manner = Manner()
    state: Literal["running", "stopped", "left", "failed", "answered", "kept"] = "running"
    _stream: AnswerStream | None = None
    _replaced: int | None = None
    _is_read: bool = False

    @property
    def is_running(self) -> bool:
        """Whether more of the answer is to come."""
        return self.state == "running"

    def look_up(self, conversation: Conversation | None) -> str:
        """The turn with its evidence."""
        history = conversation.history() if conversation and not self.manner.alone else ()
        if conversation and self.manner.replaces:
            history, self._replaced = history[:-1], conversation.turns[-1].id
        try:
            self._stream = self.library.stream(self.question, history, self.scope)
        except Exception as error:
            return self.failed(error)
        return self._shown()

    def read(self, line: Line) -> Iterator[str]:
        """The turn while it waits in line, then after each piece; closing this stops the model."""
        if self._stream is None or self._is_read:
            return
        self._is_read = True
        with closing(self._stream), line.joined() as n_before:
            while self.is_running and (n := n_before()):
                yield self._shown(n_before=n)
                time.sleep(_GLANCE)
            try:
                for _ in chain([""], self._stream):
                    if self.is_running:
                        yield self._shown()
                if self.is_running:  # not stopped meanwhile
                    self.state = "answered"
            except Exception as error:
                yield self.failed(error)

    def stop(self) -> str:
        """Stop the model, if it is at work; the turn as far as it has come."""
        self._end("stopped")
        return self._shown()

    def leave(self) -> None:
        """Stop the model, if it is at work; nobody looks at the turn any more."""
        self._end("left")

    def keep(self, conversations: Conversations, owner: str, id: str | None) -> str:
        """Put the turn into its conversation, or into a new one: that one's id."""
        answer = self._so_far
        if self.scope:
            note = f"Asked {scope_words(self.scope, self.library)}."
            answer = replace(answer, notes=(*answer.notes, note))
        id = id or conversations.start(owner, self.scope).id
        conversations.add(owner, id, self.question, answer, instead_of=self._replaced)
        self.state = "kept"
        return id

    def failed(self, error: Exception) -> str:
        """The turn with what went wrong."""
        self.state = "failed"
        if isinstance(error, PaperqaError):
            return self._shown(str(error))
        logging.getLogger(__name__).error("a question failed", exc_info=error)
        return self._shown(f"{type(error).__name__}; the log of the server says more")

    def _end(self, state: Literal["stopped", "left"]) -> None:
        if self.is_running:
            self.state = state
        if self._stream is not None:
            self._stream.close()

    @property
    def _so_far(self) -> Answer:
        if self._stream is None:
            return Answer(self.question, self.question, "", False, (), (), (), "")
        return self._stream.so_far

    def _shown(self, failure: str = "", n_before: int = 0) -> str:
        return show_turn(
            self._so_far.to_dict(),
            KEY,
            self.library.paper,
            state=self.state,
            failure=failure,
            n_before=n_before,
        )
