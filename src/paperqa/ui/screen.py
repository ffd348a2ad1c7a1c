"""What the chat tab is made of, and what it shows of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation, Turn
from paperqa.doctor import what_leaves
from paperqa.types import Where
from paperqa.ui.asking import Asked
from paperqa.ui.context import Page
from paperqa.ui.markup import text
from paperqa.ui.scope import scope_bar
from paperqa.ui.sidebar import Sidebar, Updates
from paperqa.ui.suggestions import FOR_SAMPLE, N, first_questions, follow_ups
from paperqa.ui.thread import show_turn, welcome

EDIT, CANCEL = "Edit question", "Cancel edit"
NEW = "new"  # in place of a conversation's id: Gradio leaves what is empty out of the storage
LONGEST = 2000  # characters of a question
_TITLES = 60  # newest papers that first questions are made from
_ON_TURNS = """
element.addEventListener('click', async ({target}) => {
  const button = target.closest('button');
  if (!button) return;
  const {paper, quotes, like} = button.dataset;
  const turn = button.closest('[data-turn]')?.dataset.turn;
  const liked = button.ariaPressed === 'true' ? null : like === '1';
  if (paper) trigger('select', {paper, quotes});
  else if (like) trigger('like', {turn, liked});
  else trigger('copy', {done: await window.paperqa.copy(button.closest('.turn'))});
});
"""


class Screen:
    """The components of the tab; its methods give updates for them."""

    def __init__(self, page: Page) -> None:
        self._library = page.library
        # Only an id is in the browser, and its owner is checked.
        self.conversation = gr.BrowserState(None, storage_key="paperqa", secret="paperqa")  # noqa: S106
        self.view, self.editing = gr.State(None), gr.State(None)
        self.sidebar = Sidebar(page)
        with gr.Column(elem_id="chat"):
            turns: dict[str, Any] = {"apply_default_css": False, "js_on_load": _ON_TURNS}
            self.past, self.live = page.shared["turns"] = [
                gr.HTML(elem_id=name, **turns) for name in ("past", "live")
            ]
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
        page.shared["about"] = gr.State(None)

    def _lay_out_tools(self) -> None:
        small: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 0}
        with gr.Row(elem_id="tools", visible=False) as self.tools:
            self.retry = gr.Button("Retry", **small)
            self.edit = gr.Button(EDIT, elem_id="edit-question", **small)
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
            *(self.tools, self.edit, self.rewritten, self.understood),
            *(*self.chips, self.ask, self.stop, self.scope, self.leaves),
            *self.sidebar.components,
        ]

    def show(self, owner: str, conversation: Conversation | None) -> Updates:
        """A conversation as it is kept; without one, the page that welcomes."""
        turns = conversation.turns if conversation else ()
        last = turns[-1] if turns else None
        if last:
            suggested = self._suggest(follow_ups(last.answer, [turn.question for turn in turns]))
        else:
            suggested = self.begin_with(Where())
        return {
            self.past: self.thread(turns[:-1]),
            self.live: self.turn(last) if last else welcome(len(self._library)),
            self.view: None,
            **self.buttons(None, last),
            **suggested,
            self.rewritten: gr.update(visible=last is not None and is_rewritten(last)),
            self.understood: last.answer["standalone_question"] if last else "",
            self.leaves: self.leaving(),
            **self.sidebar.show(owner, conversation),
        }

    def leaving(self) -> str:
        """Which text goes where, with the settings as they are now."""
        return text(f"Leaves this machine: {what_leaves(self._library.settings)}.")

    def begin_with(self, where: Where) -> Updates:
        """Questions to begin with, about those papers."""
        if not len(self._library):
            return self._suggest(FOR_SAMPLE)
        return self._suggest(first_questions(self._library.page(where, n=_TITLES).papers))

    def _suggest(self, questions: Sequence[str]) -> Updates:
        labels = [*questions, *("" for _ in range(N))][:N]
        return {
            chip: gr.update(value=label, visible=bool(label))
            for chip, label in zip(self.chips, labels, strict=True)
        }

    def buttons(self, asked: Asked | None, last: Turn | None = None) -> Updates:
        """What can be pressed: Stop while an answer comes, then what goes with the last turn."""
        running = asked is not None and asked.is_running
        return {
            self.editing: None,
            self.edit: EDIT,
            self.ask: gr.update(visible=not running),
            self.stop: gr.update(visible=running),
            self.tools: gr.update(visible=(asked or last) is not None and not running),
            self.rewritten: gr.update(visible=False),
            **self._suggest(()),
        }

    def thread(self, turns: Sequence[Turn]) -> str:
        """The turns before the last one as HTML."""
        return "".join(self.turn(turn, is_last=False) for turn in turns)

    def turn(self, turn: Turn, *, is_last: bool = True) -> str:
        """A turn that is kept as HTML."""
        find_paper = partial(self._library.paper, sample=turn.answer["sample"])
        return show_turn(turn.answer, str(turn.id), find_paper, is_last=is_last, liked=turn.liked)


def is_rewritten(turn: Turn) -> bool:
    """Whether a question was made to stand alone."""
    return bool(turn.answer["standalone_question"] != turn.question)


def copied(event: gr.EventData) -> None:
    """Say whether the browser has copied an answer."""
    if event.done:
        gr.Info("Copied", duration=2)
    else:
        gr.Warning("This browser lets no page copy; select the answer and copy it yourself.")
