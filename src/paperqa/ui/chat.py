"""The chat tab: what happens when something is asked, stopped, opened or liked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation
from paperqa.doctor import host_of
from paperqa.errors import InputError, PaperqaError
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner
from paperqa.ui.context import Page
from paperqa.ui.line import Line
from paperqa.ui.screen import CANCEL, EDIT, LIKES, NEW, Screen, is_rewritten
from paperqa.ui.sidebar import Updates, worded

_AT_ONCE = 8  # questions that are looked up, or that a server words
_IN_LINE = 30  # answers under way or waited for; each holds a thread
_INSTEAD = Manner(replaces=True, alone=True)
_COPY = "() => window.paperqa.copy()"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def chat_tab(page: Page) -> None:
    """The tab; puts `scope` (a State) and `question` (a Textbox) into `page.shared`."""
    _Chat(page).wire()


class _Chat:
    def __init__(self, page: Page) -> None:
        self._page, self._library, self._kept = page, page.library, page.conversations
        self._screen = Screen(page)
        self._line = Line(lambda: 1 if host_of(page.library.settings) is None else _AT_ONCE)

    def wire(self) -> None:
        """Attach what happens to what is pressed."""
        screen = self._screen
        given = [screen.conversation, screen.asked]
        alone, instead = gr.State(Manner(alone=True)), gr.State(_INSTEAD)
        running = [
            event
            for pressed, question, manner in (
                (screen.ask.click, screen.question, screen.editing),
                (screen.question.submit, screen.question, screen.editing),
                (screen.again.click, screen.understood, instead),
                *((chip.click, chip, alone) for chip in screen.chips),
            )
            for event in self._wire_asking(pressed, self._begin, [question, manner])
        ]
        running += self._wire_asking(screen.retry.click, self._retry, [])
        stopping: dict[str, Any] = {"cancels": running, **_QUIET}
        screen.stop.click(self._stop, screen.asked, screen.components, **stopping)
        for pressed, id_ in (
            (screen.sidebar.new.click, gr.State(None)),
            (screen.sidebar.list.input, screen.sidebar.list),
        ):
            left = pressed(_leave, screen.asked, None, **stopping)
            left.then(self._open, id_, screen.components, **_QUIET)
        screen.edit.click(self._edit, [*given, screen.editing], screen.components, **_QUIET)
        screen.copy.click(lambda: gr.Info("Copied", duration=2), None, None, js=_COPY, **_QUIET)
        for button, liked in zip(screen.likes, LIKES.values(), strict=True):
            button.click(self._like, [screen.conversation, gr.State(liked)], screen.likes, **_QUIET)
        screen.sidebar.wire(screen.conversation, screen.asked, self._open, screen.components)
        screen.scope.change(self._rescope, [screen.conversation, screen.scope], None, **_QUIET)
        loaded = self._page.shared["blocks"].load
        loaded(self._open, screen.conversation, screen.components, **_QUIET)

    def _wire_asking(self, pressed: Any, begin: Any, inputs: list[Any]) -> list[Any]:
        """Look up at once, then answer in turn: evidence is there while others are answered."""
        screen = self._screen
        looked_up = pressed(
            begin,
            [*inputs, screen.conversation, screen.scope, screen.asked],
            screen.components,
            concurrency_limit=_AT_ONCE,
            concurrency_id="search",
            **_QUIET,
        )
        answered = looked_up.then(
            self._answer,
            [screen.asked, screen.conversation],
            screen.components,
            concurrency_limit=_IN_LINE,
            concurrency_id="answer",
            **_QUIET,
        )
        return [looked_up, answered]

    # --- asking --------------------------------------------------------------------------------

    def _begin(
        self,
        question: str,
        manner: Manner | None,
        id_: str | None,
        scope: Where,
        before: Asked | None,
        request: gr.Request,
    ) -> Any:
        if not question.strip():
            return gr.skip()
        _leave(before)
        conversation = self._find(id_, request)
        turns = conversation.turns if conversation else ()
        manner = manner or Manner()
        manner = replace(manner, replaces=manner.replaces and bool(turns))
        asked = Asked(self._library, question.strip(), scope, manner)
        return {
            self._screen.live: asked.look_up(conversation),
            self._screen.past: self._screen.thread(turns[:-1] if manner.replaces else turns),
            self._screen.asked: asked,
            self._screen.question: "",
            **self._screen.buttons(asked),
        }

    def _answer(self, asked: Asked | None, id_: str | None, request: gr.Request) -> Iterator[Any]:
        yield gr.skip()  # Gradio blanks the outputs of a generator that yields nothing
        if asked is None:
            return
        screen, owner = self._screen, request.username or ""
        for html in asked.read(self._line):
            yield {screen.live: html, **screen.buttons(asked)}
        # Gradio sends what came last once more, possibly after what the stop has shown.
        if asked.state == "stopped":
            yield {screen.live: asked.stop(), **screen.buttons(asked)}
        elif asked.state == "left":
            yield gr.skip()
        elif asked.state == "answered":
            try:
                id_ = asked.keep(self._kept, owner, None if id_ == NEW else id_)
                yield {screen.conversation: id_, **screen.show(owner, self._kept.get(owner, id_))}
            except PaperqaError as error:
                yield {screen.live: asked.failed(error), **screen.buttons(asked)}

    def _stop(self, asked: Asked | None) -> Any:
        if asked is None or not asked.is_running:
            return gr.skip()
        return {self._screen.live: asked.stop(), **self._screen.buttons(asked)}

    def _retry(
        self, id_: str | None, scope: Where, asked: Asked | None, request: gr.Request
    ) -> Any:
        return self._begin(*self._last(id_, asked, request), id_, scope, asked, request)

    def _edit(
        self, id_: str | None, asked: Asked | None, editing: Manner | None, request: gr.Request
    ) -> Updates:
        screen = self._screen
        if editing:
            return {screen.question: "", screen.editing: None, screen.edit: EDIT}
        question, manner = self._last(id_, asked, request)
        follows = replace(manner, alone=False)
        return {screen.question: question, screen.editing: follows, screen.edit: CANCEL}

    def _last(
        self, id_: str | None, asked: Asked | None, request: gr.Request
    ) -> tuple[str, Manner]:
        """The question asked last, and how to ask it again."""
        if asked and asked.state != "kept":
            return asked.question, asked.manner
        conversation = self._find(id_, request)
        if conversation is None or not conversation.turns:
            return "", Manner()
        last = conversation.turns[-1]
        return last.question, replace(_INSTEAD, alone=not is_rewritten(last))

    # --- conversations -------------------------------------------------------------------------

    def _open(self, id_: str | None, request: gr.Request) -> Updates:
        conversation = self._find(id_, request)
        return {
            self._screen.conversation: conversation.id if conversation else NEW,
            self._screen.scope: conversation.scope if conversation else Where(),
            **self._screen.show(request.username or "", conversation),
        }

    def _like(self, id_: str | None, liked: bool, request: gr.Request) -> Updates:
        with worded():
            last = self._kept.get(request.username or "", id_ or "").turns[-1]
            last = replace(last, liked=None if last.liked is liked else liked)
            self._kept.like(request.username or "", last.id, last.liked)
        return self._screen.liked(last)

    def _rescope(self, id_: str | None, scope: Where, request: gr.Request) -> None:
        conversation = self._find(id_, request)
        if conversation and conversation.scope != scope:
            self._kept.rescope(conversation.owner, conversation.id, scope)

    def _find(self, id_: str | None, request: gr.Request) -> Conversation | None:
        """A conversation of this user; None for what isn't there any more."""
        try:
            return self._kept.get(request.username or "", id_) if id_ else None
        except InputError:
            return None


def _leave(asked: Asked | None) -> None:
    if asked:
        asked.leave()
