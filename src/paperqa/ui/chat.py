"""The chat tab: what happens when something is asked, stopped, opened or liked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation
from paperqa.doctor import host_of
from paperqa.errors import InputError, PaperqaError
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner, UnderWay, View, leave
from paperqa.ui.context import QUIET, Page, user
from paperqa.ui.line import Line
from paperqa.ui.screen import CANCEL, EDIT, LONGEST, NEW, Screen, copied, is_rewritten
from paperqa.ui.sidebar import Updates, worded

_AT_ONCE = 8  # questions that are looked up, or that a server words
_IN_LINE = 30  # answers under way or waited for; each holds a thread
_EACH = 3  # of them for one who asks, each in a conversation of its own
_INSTEAD = Manner(replaces=True, alone=True)
_TO_QUESTION = "() => window.paperqa.focus('#ask textarea')"


def chat_tab(page: Page) -> None:
    """The tab; puts into `page.shared` what others listen to and write to.

    `turns` are two HTML whose `select` names a paper and quotes of it, `scope` is a State, and a
    `Where` in the State `about` begins a conversation over those papers.
    """
    _Chat(page).wire()


class _Chat:
    def __init__(self, page: Page) -> None:
        self._page, self._library, self._kept = page, page.library, page.conversations
        self._screen = Screen(page)
        self._line = Line(lambda: 1 if host_of(page.library.settings) is None else _AT_ONCE)
        self._under_way = UnderWay(_EACH, _IN_LINE)
        page.at_end.callback(self._under_way.stop)

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
            self._then_watch(pressed(self._open, inputs, screen.components, **QUIET))
        screen.stop.click(self._stop, screen.view, screen.components, **QUIET)
        screen.edit.click(self._edit, [*given, screen.editing], screen.components, **QUIET)
        for turns in shared["turns"]:
            turns.copy(copied, None, None, **QUIET)
            turns.like(self._like, given, shared["turns"], **QUIET)
        screen.sidebar.wire(screen.conversation, screen.view, self._deleted, screen.components)
        screen.scope.change(self._rescope, [screen.conversation, screen.scope], None, **QUIET)
        shared["tabs"].change(screen.leaving, None, screen.leaves, **QUIET)
        shared["edits"].change(self._welcome, given, screen.components, **QUIET)
        about, tabs = shared["about"], shared["tabs"]
        asked_about = about.change(
            self._about, [about, screen.view], [*screen.components, about, tabs], **QUIET
        )
        asked_about.then(js=_TO_QUESTION)

    def _wire_asking(self, pressed: Any, begin: Any, inputs: list[Any]) -> None:
        """Look up at once, then answer in turn: evidence is there while others are answered."""
        screen = self._screen
        looked_up = pressed(
            begin,
            [*inputs, screen.conversation, screen.scope, screen.view],
            screen.components,
            concurrency_limit=_AT_ONCE,
            concurrency_id="search",
            **QUIET,
        )
        self._then_watch(looked_up)

    def _then_watch(self, event: Any) -> None:
        screen, watched = self._screen, gr.State(None)
        multiple: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}  # others may be under way
        watching = event.then(
            self._watch, screen.view, [screen.live, watched], concurrency_limit=None, **multiple
        )
        watching.then(self._end, watched, screen.components, **multiple)

    # --- asking --------------------------------------------------------------------------------

    def _begin(
        self,
        question: str,
        manner: Manner | None,
        id_: str | None,
        scope: Where,
        view: View | None,
        request: gr.Request,
    ) -> Any:
        question, manner, screen = question.strip(), manner or Manner(), self._screen
        if not question:
            return gr.skip()
        with worded():
            if len(question) > LONGEST:
                n = len(question)
                raise InputError(f"the question has {n:,} characters; cut it to {LONGEST:,}")
            mine = self._ask(question, manner, id_, scope, request)
            asked = self._under_way.begin(mine, user(request) or request.session_hash or "")
            if asked is not mine:
                gr.Info("One answer at a time in a conversation; ask again when this one is there.")
            if view and view.asked is asked:
                return gr.skip()  # it is being answered, and shown
            leave(view)
            conversation = asked.conversation
            return {
                screen.conversation: conversation.id,
                screen.leaves: screen.leaving(),
                **({screen.question: ""} if asked is mine else {}),
                **screen.sidebar.show(conversation.owner, conversation),
                **self._follow(asked, request),
            }

    def _ask(
        self, question: str, manner: Manner, id_: str | None, scope: Where, request: gr.Request
    ) -> Asked:
        """A question to be asked, which has its place in the line before anything takes time."""
        place = self._line.join()
        try:
            # A new one is kept at once: it can be left, and found again before the answer is there.
            conversation = self._find(id_, request) or self._kept.start(
                user(request), scope, question
            )
        except (gr.Error, PaperqaError):
            place.leave()
            raise
        manner = replace(manner, replaces=manner.replaces and bool(conversation.turns))
        return Asked(self._library, self._kept, conversation, question, place, scope, manner)

    def _follow(self, asked: Asked, request: gr.Request) -> Updates:
        """A question on its way, behind the turns before it."""
        screen = self._screen
        return {
            screen.view: View(asked),
            screen.past: screen.thread(asked.before),
            **screen.buttons(asked),
            **self._turn(asked, request),
        }

    async def _watch(self, view: View | None) -> AsyncIterator[Any]:
        """Show a turn while it changes, as long as the page shows it; ending this ends nothing.

        Only the turn: an update of anything else, even an empty one, can undo what is being
        pressed there. At its end the view is given, by the one event that watched it.
        """
        if view is None or view.is_watched:
            yield gr.skip(), None
            return
        view.is_watched, asked = True, view.asked
        async for _ in asked.changes():
            html = await asyncio.to_thread(lambda: asked.html)
            if view.is_left:
                break
            yield html, None
        yield gr.skip(), view  # not the turn: what comes last is sent again after what is shown now

    def _end(self, watched: View | None, request: gr.Request) -> Any:
        """What else changes when an answer has ended."""
        if watched is None or watched.is_left:
            return gr.skip()
        with worded():
            return self._turn(watched.asked, request)

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
            **screen.sidebar.show(user(request), there),
        }

    def _stop(self, view: View | None, request: gr.Request) -> Any:
        if view is None:
            return gr.skip()
        view.asked.stop()
        with worded():
            return self._turn(view.asked, request)

    def _retry(self, id_: str | None, scope: Where, view: View | None, request: gr.Request) -> Any:
        question, manner = self._last(id_, view, request)
        return self._begin(question, replace(manner, fresh=True), id_, scope, view, request)

    def _edit(
        self, id_: str | None, view: View | None, editing: Manner | None, request: gr.Request
    ) -> Updates:
        screen = self._screen
        if editing:
            return {screen.question: "", screen.editing: None, screen.edit: EDIT}
        question, manner = self._last(id_, view, request)
        follows = replace(manner, alone=False, fresh=False)
        return {screen.question: question, screen.editing: follows, screen.edit: CANCEL}

    def _last(self, id_: str | None, view: View | None, request: gr.Request) -> tuple[str, Manner]:
        """The question asked last, and how to ask it again."""
        if view and view.asked.now.state != "kept":
            return view.asked.question, view.asked.manner
        conversation = self._find(id_, request)
        if conversation is None or not conversation.turns:
            return "", Manner()
        last = conversation.turns[-1]
        return last.question, replace(_INSTEAD, alone=not is_rewritten(last))

    # --- conversations -------------------------------------------------------------------------

    def _open(self, id_: str | None, view: View | None, request: gr.Request) -> Updates:
        screen = self._screen
        conversation = self._find(id_, request)
        leave(view)
        with worded():
            shown = {
                screen.scope: conversation.scope if conversation else Where(),
                **self._show(conversation, request),
            }
            asked = self._under_way.get(user(request), id_)
            return shown | (self._follow(asked, request) if asked else {})

    def _show(self, conversation: Conversation | None, request: gr.Request) -> Updates:
        """A conversation as it is kept."""
        return {
            self._screen.conversation: conversation.id if conversation else NEW,
            **self._screen.show(user(request), conversation),
        }

    def _deleted(self, id_: str, view: View | None, request: gr.Request) -> Updates:
        if asked := self._under_way.get(user(request), id_):
            asked.stop()
        return self._open(None, view, request)

    def _welcome(self, id_: str | None, view: View | None, request: gr.Request) -> Any:
        """Papers came or went: what is said of them before anything is asked."""
        return gr.skip() if view or self._find(id_, request) else self._show(None, request)

    def _about(self, where: Where | None, view: View | None, request: gr.Request) -> Any:
        """A new conversation over some papers, in front."""
        if where is None:
            return gr.skip()
        shared = self._page.shared
        return {
            **self._open(None, view, request),
            **self._screen.begin_with(where),
            self._screen.scope: where,
            shared["about"]: None,
            shared["tabs"]: gr.Tabs(selected="Chat"),
        }

    def _like(
        self, id_: str | None, view: View | None, event: gr.EventData, request: gr.Request
    ) -> Updates:
        screen = self._screen
        with worded():
            self._kept.like(user(request), int(event.turn), event.liked)
            turns = self._kept.get(user(request), id_ or "").turns
        if view:  # of a question behind those that are kept
            return {screen.past: screen.thread(turns[: len(view.asked.before)])}
        return {screen.past: screen.thread(turns[:-1]), screen.live: screen.turn(turns[-1])}

    def _rescope(self, id_: str | None, scope: Where, request: gr.Request) -> None:
        conversation = self._find(id_, request)
        if conversation and conversation.scope != scope:
            with worded():
                self._kept.rescope(conversation.owner, conversation.id, scope)

    def _find(self, id_: str | None, request: gr.Request) -> Conversation | None:
        """A conversation of this user; None for what isn't there any more."""
        with worded():
            try:
                return self._kept.get(user(request), id_) if id_ else None
            except InputError:
                return None
