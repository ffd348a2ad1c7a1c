"""What the chat tab is made of, and what it shows of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation, Turn
from paperqa.doctor import what_leaves
from paperqa.ui.asking import Asked
from paperqa.ui.context import Page
from paperqa.ui.markup import text
from paperqa.ui.scope import scope_bar
from paperqa.ui.sidebar import Sidebar, Updates
from paperqa.ui.suggestions import FOR_SAMPLE, N, first_questions, follow_ups
from paperqa.ui.thread import show_turn, welcome

LIKES = {"Helpful": True, "Not helpful": False}
EDIT, CANCEL = "Edit question", "Cancel edit"
NEW = "new"  # in place of a conversation's id: Gradio leaves what is empty out of the storage
LONGEST = 2000  # characters of a question
_TITLES = 60  # newest papers that first questions are made from


class Screen:
    """The components of the tab; its methods give updates for them."""

    def __init__(self, page: Page) -> None:
        self._library = page.library
        # Only an id is in the browser, and its owner is checked.
        self.conversation = gr.BrowserState(None, storage_key="paperqa", secret="paperqa")  # noqa: S106
        self.view, self.editing = gr.State(None), gr.State(None)
        self.sidebar = Sidebar(page)
        with gr.Column(elem_id="chat"):
            self.past = gr.HTML(elem_id="past", apply_default_css=False, js_on_load=None)
            self.live = gr.HTML(elem_id="live", apply_default_css=False, js_on_load=None)
            self._lay_out_tools()
            with gr.Column(elem_id="composer"):
                scope_bar(page)
                with gr.Row(elem_id="ask"):
                    self.question = page.shared["question"] = gr.Textbox(
                        label="Question",
                        placeholder="Ask the papers",
                        container=False,
                        max_lines=6,
                        max_length=LONGEST,
                        autofocus=True,
                        scale=1,
                    )
                    wide: dict[str, Any] = {"scale": 0, "min_width": 90}
                    self.ask = gr.Button("Ask", variant="primary", **wide)
                    self.stop = gr.Button("Stop", variant="stop", visible=False, **wide)
                self.leaves = gr.HTML(elem_id="leaves", js_on_load=None)
        self.scope = page.shared["scope"]

    def _lay_out_tools(self) -> None:
        small: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 0}
        with gr.Row(elem_id="tools", visible=False) as self.tools:
            self.retry = gr.Button("Retry", **small)
            self.edit = gr.Button(EDIT, elem_id="edit-question", **small)
            self.copy = gr.Button("Copy", **small)
            self.likes = [gr.Button(name, **small) for name in LIKES]
        with gr.Row(elem_id="understood", visible=False) as self.rewritten:
            self.understood = gr.Textbox(
                label="Understood as", container=False, max_length=LONGEST, scale=1
            )
            self.again = gr.Button("Ask again", **small)
        with gr.Row(elem_id="suggestions"):
            self.chips = [gr.Button(visible=False, **small) for _ in range(N)]

    @property
    def components(self) -> list[Any]:
        """All that the updates may change."""
        return [
            *(self.conversation, self.view, self.editing, self.past, self.live, self.question),
            *(self.tools, self.edit, self.copy, *self.likes, self.rewritten, self.understood),
            *(*self.chips, self.ask, self.stop, self.scope, self.leaves),
            *self.sidebar.components,
        ]

    def show(self, owner: str, conversation: Conversation | None) -> Updates:
        """A conversation as it is kept; without one, the page that welcomes."""
        turns = conversation.turns if conversation else ()
        last = turns[-1] if turns else None
        return {
            self.past: self.thread(turns[:-1]),
            self.live: self._turn(last) if last else welcome(len(self._library)),
            self.view: None,
            **self.buttons(None, last, self._suggested(turns)),
            self.rewritten: gr.update(visible=last is not None and is_rewritten(last)),
            self.understood: last.answer["standalone_question"] if last else "",
            self.leaves: self.leaving(),
            **self.sidebar.show(owner, conversation),
        }

    def leaving(self) -> str:
        """Which text goes where, with the settings as they are now."""
        return text(f"Leaves this machine: {what_leaves(self._library.settings)}.")

    def buttons(
        self, asked: Asked | None, last: Turn | None = None, suggested: Sequence[str] = ()
    ) -> Updates:
        """What can be pressed: Stop while an answer comes, then what goes with the last turn."""
        running = asked is not None and asked.is_running
        labels = [*suggested, *("" for _ in range(N))][:N]
        return {
            self.editing: None,
            self.edit: EDIT,
            self.ask: gr.update(visible=not running),
            self.stop: gr.update(visible=running),
            self.tools: gr.update(visible=(asked or last) is not None and not running),
            self.copy: gr.update(visible=last is not None),
            self.rewritten: gr.update(visible=False),
            **self.liked(last),
            **{
                chip: gr.update(value=label, visible=bool(label))
                for chip, label in zip(self.chips, labels, strict=True)
            },
        }

    def liked(self, last: Turn | None) -> Updates:
        """Whether the last answer is liked, on its two buttons."""
        return {
            button: gr.update(
                value=f"{name} ✓" if last and last.liked is liked else name,
                visible=last is not None,
            )
            for button, (name, liked) in zip(self.likes, LIKES.items(), strict=True)
        }

    def thread(self, turns: Sequence[Turn]) -> str:
        """The turns before the last one as HTML."""
        return "".join(self._turn(turn, is_last=False) for turn in turns)

    def _turn(self, turn: Turn, *, is_last: bool = True) -> str:
        find_paper = partial(self._library.paper, sample=turn.answer["sample"])
        return show_turn(turn.answer, str(turn.id), find_paper, is_last=is_last)

    def _suggested(self, turns: Sequence[Turn]) -> Sequence[str]:
        if turns:
            return follow_ups(turns[-1].answer, [turn.question for turn in turns])
        if len(self._library):
            return first_questions(self._library.page(n=_TITLES).papers)
        return FOR_SAMPLE


def is_rewritten(turn: Turn) -> bool:
    """Whether a question was made to stand alone."""
    return bool(turn.answer["standalone_question"] != turn.question)
