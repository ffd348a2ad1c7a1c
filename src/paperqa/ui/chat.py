"""The chat tab: what happens when something is asked, stopped, opened or liked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation
from paperqa.doctor import host_of
from paperqa.errors import InputError
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner, UnderWay
from paperqa.ui.context import Page
from paperqa.ui.line import Line
from paperqa.ui.screen import CANCEL, EDIT, LIKES, LONGEST, NEW, Screen, is_rewritten
from paperqa.ui.sidebar import Updates, worded

_AT_ONCE = 8  # questions that are looked up, or that a server words
_IN_LINE = 30  # answers under way or waited for, and pages that show one; each holds a thread
_INSTEAD = Manner(replaces=True, alone=True)
_COPY = "() => window.paperqa.copy()"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def chat_tab(page: Page) -> None:
    """The tab; puts `scope` (a State) and `question` (a Textbox) into `page.shared`."""
    _Chat(page).wire()


@dataclass(eq=False)
class _View:
    """A question on its way as one page shows it, until that shows something else (`is_left`)."""

    asked: Asked
    is_watched: bool = False
    is_left: bool = False


class _Chat:
    def __init__(self, page: Page) -> None:
        self._page, self._library, self._kept = page, page.library, page.conversations
        self._screen = Screen(page)
        line = Line(lambda: 1 if host_of(page.library.settings) is None else _AT_ONCE)
        self._under_way = UnderWay(line, _IN_LINE)

    def wire(self) -> None:
        """Attach what happens to what is pressed."""
        screen, shared = self._screen, self._page.shared
        given = [screen.conversation, screen.view]
        alone, instead = gr.State(Manner(alone=True)), gr.State(_INSTEAD)
        for pressed, question, manner in (
            (screen.ask.click, screen.question, screen.editing),
            (screen.question.submit, screen.question, screen.editing),
            (screen.again.click, screen.understood, instead),
            *((chip.click, chip, alone) for chip in screen.chips),
        ):
            self._wire_asking(pressed, self._begin, [question, manner])
        self._wire_asking(screen.retry.click, self._retry, [])
        for pressed, id_ in (
            (shared["blocks"].load, screen.conversation),
            (screen.sidebar.new.click, gr.State(None)),
            (screen.sidebar.list.input, screen.sidebar.list),
        ):
            inputs = [id_, screen.view]
            self._then_watch(pressed(self._open, inputs, screen.components, **_QUIET))
        screen.stop.click(self._stop, screen.view, screen.components, **_QUIET)
        screen.edit.click(self._edit, [*given, screen.editing], screen.components, **_QUIET)
        screen.copy.click(_copied, screen.copy, None, js=_COPY, **_QUIET)
        for button, liked in zip(screen.likes, LIKES.values(), strict=True):
            button.click(self._like, [screen.conversation, gr.State(liked)], screen.likes, **_QUIET)
        screen.sidebar.wire(screen.conversation, screen.view, self._deleted, screen.components)
        screen.scope.change(self._rescope, [screen.conversation, screen.scope], None, **_QUIET)
        shared["tabs"].change(screen.leaving, None, screen.leaves, **_QUIET)

    def _wire_asking(self, pressed: Any, begin: Any, inputs: list[Any]) -> None:
        """Look up at once, then answer in turn: evidence is there while others are answered."""
        screen = self._screen
        looked_up = pressed(
            begin,
            [*inputs, screen.conversation, screen.scope, screen.view],
            screen.components,
            concurrency_limit=_AT_ONCE,
            concurrency_id="search",
            **_QUIET,
        )
        self._then_watch(looked_up)

    def _then_watch(self, event: Any) -> None:
        event.then(
            self._watch,
            self._screen.view,
            self._screen.components,
            concurrency_limit=_IN_LINE,
            concurrency_id="watch",
            trigger_mode="multiple",  # that of another conversation may not have ended yet
            **_QUIET,
        )

    # --- asking --------------------------------------------------------------------------------

    def _begin(
        self,
        question: str,
        manner: Manner | None,
        id_: str | None,
        scope: Where,
        view: _View | None,
        request: gr.Request,
    ) -> Any:
        question, manner, screen = question.strip(), manner or Manner(), self._screen
        if not question:
            return gr.skip()
        with worded():
            if len(question) > LONGEST:
                n = len(question)
                raise InputError(f"the question has {n:,} characters; cut it to {LONGEST:,}")
            conversation = self._find(id_, request) or self._start(question, scope, request)
            manner = replace(manner, replaces=manner.replaces and bool(conversation.turns))
            mine = Asked(self._library, self._kept, conversation, question, scope, manner)
            asked = self._under_way.begin(mine)
            if view and view.asked is asked:
                return gr.skip()  # it is being answered, and shown
            _leave(view)
            return {
                screen.conversation: conversation.id,
                screen.view: _View(asked),
                screen.past: screen.thread(asked.before),
                screen.leaves: screen.leaving(),
                **({screen.question: ""} if asked is mine else {}),
                **screen.sidebar.show(conversation.owner, conversation),
                **screen.buttons(asked),
                **self._turn(asked, request),
            }

    def _start(self, question: str, scope: Where, request: gr.Request) -> Conversation:
        """A new conversation: it can be left and found again before the answer is there."""
        owner = request.username or ""
        new = self._kept.start(owner, scope)
        self._kept.rename(owner, new.id, question)
        return self._kept.get(owner, new.id)

    def _watch(self, view: _View | None, request: gr.Request) -> Iterator[Any]:
        """Show a turn whenever it changes, as long as the page shows it; ending this ends nothing.

        Gradio notices only where something is yielded that nobody listens any more. It is the same
        again where nothing has changed: an empty update undoes one that the browser hasn't drawn.
        """
        if view is None or view.is_watched:
            yield gr.skip()
            return
        view.is_watched, seen = True, None
        with worded():
            while not view.is_left and (now := view.asked.wait(seen)):
                if now is not seen:
                    seen, updates = now, self._turn(view.asked, request)
                if not view.is_left:
                    yield updates
        if view.is_left:
            yield gr.skip()  # Gradio sends what comes last once more, after what is shown now

    def _turn(self, asked: Asked, request: gr.Request) -> Updates:
        """What changes in the last turn, as it stands now."""
        screen, state = self._screen, asked.now.state
        turn = {screen.live: asked.html}
        if state == "running":
            return turn
        there = self._find(asked.conversation.id, request)
        if state == "kept":
            return self._show(there, request)
        return {
            **turn,
            **screen.buttons(asked),
            screen.conversation: there.id if there else NEW,
            **screen.sidebar.show(request.username or "", there),
        }

    def _stop(self, view: _View | None, request: gr.Request) -> Any:
        if view is None:
            return gr.skip()
        view.asked.stop()
        with worded():
            return self._turn(view.asked, request)

    def _retry(self, id_: str | None, scope: Where, view: _View | None, request: gr.Request) -> Any:
        question, manner = self._last(id_, view, request)
        return self._begin(question, replace(manner, fresh=True), id_, scope, view, request)

    def _edit(
        self, id_: str | None, view: _View | None, editing: Manner | None, request: gr.Request
    ) -> Updates:
        screen = self._screen
        if editing:
            return {screen.question: "", screen.editing: None, screen.edit: EDIT}
        question, manner = self._last(id_, view, request)
        follows = replace(manner, alone=False, fresh=False)
        return {screen.question: question, screen.editing: follows, screen.edit: CANCEL}

    def _last(self, id_: str | None, view: _View | None, request: gr.Request) -> tuple[str, Manner]:
        """The question asked last, and how to ask it again."""
        if view and view.asked.now.state != "kept":
            return view.asked.question, view.asked.manner
        conversation = self._find(id_, request)
        if conversation is None or not conversation.turns:
            return "", Manner()
        last = conversation.turns[-1]
        return last.question, replace(_INSTEAD, alone=not is_rewritten(last))

    # --- conversations -------------------------------------------------------------------------

    def _open(self, id_: str | None, view: _View | None, request: gr.Request) -> Updates:
        screen = self._screen
        conversation = self._find(id_, request)
        _leave(view)
        with worded():
            shown = {
                screen.scope: conversation.scope if conversation else Where(),
                **self._show(conversation, request),
            }
            asked = self._under_way.get(request.username or "", id_)
            if asked is None:
                return shown
            return {
                **shown,
                screen.view: _View(asked),
                screen.past: screen.thread(asked.before),
                **screen.buttons(asked),
                **self._turn(asked, request),
            }

    def _show(self, conversation: Conversation | None, request: gr.Request) -> Updates:
        """A conversation as it is kept."""
        return {
            self._screen.conversation: conversation.id if conversation else NEW,
            **self._screen.show(request.username or "", conversation),
        }

    def _deleted(self, id_: str, view: _View | None, request: gr.Request) -> Updates:
        if asked := self._under_way.get(request.username or "", id_):
            asked.stop()
        return self._open(None, view, request)

    def _like(self, id_: str | None, liked: bool, request: gr.Request) -> Updates:
        with worded():
            last = self._kept.get(request.username or "", id_ or "").turns[-1]
            last = replace(last, liked=None if last.liked is liked else liked)
            self._kept.like(request.username or "", last.id, last.liked)
        return self._screen.liked(last)

    def _rescope(self, id_: str | None, scope: Where, request: gr.Request) -> None:
        conversation = self._find(id_, request)
        if conversation and conversation.scope != scope:
            with worded():
                self._kept.rescope(conversation.owner, conversation.id, scope)

    def _find(self, id_: str | None, request: gr.Request) -> Conversation | None:
        """A conversation of this user; None for what isn't there any more."""
        with worded():
            try:
                return self._kept.get(request.username or "", id_) if id_ else None
            except InputError:
                return None


def _leave(view: _View | None) -> None:
    if view:
        view.is_left = True


def _copied(done: str) -> None:
    if done:
        gr.Info("Copied", duration=2)
    else:
        gr.Warning("This browser lets no page copy; select the answer and copy it yourself.")
