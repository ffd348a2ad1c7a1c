"""A question on its way: looked up, answered in a thread of its own, kept at its end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from paperqa.answering.stream import AnswerStream
from paperqa.conversations import Conversation, Conversations, Turn
from paperqa.errors import InputError, PaperqaError
from paperqa.library import Library
from paperqa.types import Answer, Where
from paperqa.ui.cards import Row
from paperqa.ui.line import Place
from paperqa.ui.scope import scope_words
from paperqa.ui.thread import show_turn

_GLANCE = 0.1  # seconds between two looks at the line, or at an answer
_SIGN = 5  # of so many looks one is told of that saw nothing new
_ANYWHERE = Where()
KEY = "now"  # of the turn that isn't kept yet


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question stands to those before it.

    It follows the conversation's last turn or `replaces` it. `alone`, it means what it says;
    otherwise what it leaves open comes from the turns before it. `fresh`, no kept answer will do.
    """

    replaces: bool = False
    alone: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer has come; `n_before` others are answered first."""

    answer: Row
    state: Literal["running", "stopped", "failed", "kept"] = "running"
    failure: str = ""
    n_before: int = 0


_FOLLOWS = Manner()


class Asked:
    """A question in a conversation. It is answered to its end and kept, whoever still looks.

    Only `stop` ends it early. Of what is stopped or fails nothing is kept, not even a conversation
    that began with it. What a model's server may do, no method raises: `html` says what failed.
    """

    def __init__(
        self,
        library: Library,
        conversations: Conversations,
        conversation: Conversation,
        question: str,
        place: Place,
        scope: Where = _ANYWHERE,
        manner: Manner = _FOLLOWS,
    ) -> None:
        """`conversation` is as it is kept before this question; `place` is left at its end."""
        self.conversation, self.question, self.manner = conversation, question, manner
        self.place = place
        self._library, self._conversations, self._scope = library, conversations, scope
        self._stream: AnswerStream | None = None
        self.now = Progress(Answer(question, question, "", False, (), (), (), "").to_dict())
        self._over = threading.Event()
        self._noting = threading.Lock()
        self._ending = threading.Lock()  # it is kept, stopped or failed: one of them

    @property
    def is_running(self) -> bool:
        """Whether more of the answer is to come."""
        return self.now.state == "running"

    @property
    def before(self) -> tuple[Turn, ...]:
        """The turns that stand before this one."""
        turns = self.conversation.turns
        return turns[:-1] if self.manner.replaces else turns

    @property
    def html(self) -> str:
        """The turn as far as it has come."""
        now = self.now
        return show_turn(
            now.answer,
            KEY,
            partial(self._library.paper, sample=now.answer["sample"]),
            state=now.state,
            failure=now.failure,
            n_before=now.n_before,
        )

    def begin(self) -> None:
        """Look the question up; then a thread answers it, when its turn in the line comes."""
        try:
            history = () if self.manner.alone else self.conversation.history()[: len(self.before)]
            fresh = self.manner.fresh
            stream = self._library.stream(self.question, history, self._scope, fresh=fresh)
            with self._ending:
                if self.is_running:  # not stopped meanwhile
                    self._stream = stream
                    self._note(answer=stream.so_far.to_dict())
                    threading.Thread(target=self._read, args=(stream,), daemon=True).start()
        except Exception as error:
            self.fail(error)
        if self._stream is None:
            self.place.leave()

    async def changes(self) -> AsyncIterator[Progress]:
        """How far it is: whenever that is new, and now and then, until it is over.

        Now and then, because who tells it to a page finds out only in telling that nobody listens.
        """
        seen, looks = None, 0
        while self.is_running:
            now, looks = self.now, looks + 1
            if now is not seen or looks == _SIGN:
                yield now
                seen, looks = now, 0
            await asyncio.sleep(_GLANCE)

    def stop(self) -> None:
        """Stop the model, if it is at work."""
        with self._ending:
            if self.is_running:
                if self._stream is not None:
                    self._stream.close()
                self._leave_nothing()
                self._note(state="stopped")

    def fail(self, error: Exception) -> None:
        """End with what went wrong."""
        with self._ending:
            if not self.is_running:
                return
            words = str(error)
            if not isinstance(error, PaperqaError):
                logging.getLogger(__name__).error("a question failed", exc_info=error)
                words = f"{type(error).__name__}; the log of the server says more"
            self._leave_nothing()
            answer = self._stream.so_far.to_dict() if self._stream else self.now.answer
            self._note(answer=answer, state="failed", failure=words)

    def _read(self, stream: AnswerStream) -> None:
        try:
            with self.place, closing(stream):
                while self.is_running and (n := self.place.n_before):
                    self._note(n_before=n)
                    self._over.wait(_GLANCE)
                self._note(n_before=0)
                for _ in stream:
                    self._note(answer=stream.so_far.to_dict())
            with self._ending:
                if self.is_running:  # not stopped meanwhile
                    self._keep(stream.so_far)
                    self._note(state="kept")
        except Exception as error:
            self.fail(error)

    def _keep(self, answer: Answer) -> None:
        if self._scope:
            note = f"Asked {scope_words(self._scope, self._library)}."
            answer = replace(answer, notes=(*answer.notes, note))
        to = self.conversation
        last = to.turns[-1].id if self.manner.replaces else None
        self._conversations.add(to.owner, to.id, self.question, answer, instead_of=last)

    def _leave_nothing(self) -> None:
        owner, id = self.conversation.owner, self.conversation.id
        with suppress(PaperqaError):
            if not self._conversations.get(owner, id).turns:
                self._conversations.delete(owner, id)

    def _note(self, **changes: Any) -> None:
        with self._noting:
            if self.is_running and (now := replace(self.now, **changes)) != self.now:
                self.now = now
        if not self.is_running:
            self._over.set()


class UnderWay:
    """The questions that are being answered, each by a thread.

    One at a time in a conversation, `each` for one who asks, `most` in all.
    """

    def __init__(self, each: int, most: int) -> None:
        self._each, self._most = each, most
        self._all: dict[Asked, str] = {}  # who asks
        self._lock = threading.Lock()

    def begin(self, asked: Asked, who: str) -> Asked:
        """Have it answered, unless another in its conversation is: gives the one that is."""
        with self._lock:
            if other := self.get(asked.conversation.owner, asked.conversation.id):
                asked.place.leave()
                return other
            self._all = {each: by for each, by in self._all.items() if each.is_running}
            refusal = self._refusal(who)
            if not refusal:
                self._all = {**self._all, asked: who}
        if refusal:
            asked.place.leave()
            asked.fail(InputError(refusal))
        else:
            asked.begin()
        return asked

    def get(self, owner: str, id: str | None) -> Asked | None:
        """The question that is being answered in an owner's conversation."""
        for asked in self._all:
            to = asked.conversation
            if asked.is_running and (to.owner, to.id) == (owner, id):
                return asked
        return None

    def stop(self) -> None:
        """Stop them all."""
        for asked in self._all:
            asked.stop()

    def _refusal(self, who: str) -> str:
        if list(self._all.values()).count(who) >= self._each:
            return f"{self._each} of your questions are being answered; wait for one, or stop one"
        if len(self._all) >= self._most:
            return f"{self._most} questions are being answered here; ask again in a minute"
        return ""


@dataclass(eq=False)
class View:
    """A question on its way as one page shows it, until that shows something else (`is_left`)."""

    asked: Asked
    is_watched: bool = False
    is_left: bool = False


def leave(view: View | None) -> None:
    """The page shows something else now."""
    if view:
        view.is_left = True
