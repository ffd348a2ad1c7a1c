"""The list of conversations: search, rename, delete, export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import gradio as gr

from paperqa.conversations import Conversation
from paperqa.errors import PaperqaError
from paperqa.exports import as_bibtex, as_json, as_markdown
from paperqa.library import Library
from paperqa.ui.context import QUIET, Page, user
from paperqa.ui.markup import text

Updates = dict[Any, Any]
_SHOWN = 100
_EXTENSIONS = {"Markdown": "md", "JSON": "json", "BibTeX": "bib"}
_SURE = "(_, ...rest) => [confirm('Delete this conversation for good?') ? 'yes' : '', ...rest]"
_SAVE = "(file) => file && window.paperqa.save(file.name, file.text)"


class Sidebar:
    """The components at the side; what opening a conversation does is the chat tab's affair."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with gr.Sidebar(label="Conversations", width=300, elem_id="conversations"):
            self.new = gr.Button(
                "New conversation", variant="primary", size="md", elem_id="new-conversation"
            )
            self.words = gr.Textbox(
                label="Search conversations", placeholder="Search", container=False
            )
            self.list = gr.Radio([], label="Conversations", container=False, elem_id="threads")
            with gr.Column(visible=False, elem_id="about") as self.about:
                self.title = gr.Textbox(label="Title of this conversation", max_length=200)
                self.rename = gr.Button("Rename", size="sm")
                with gr.Row():
                    self.exports = {
                        name: gr.Button(f"Export {name}", size="sm", min_width=80)
                        for name in _EXTENSIONS
                    }
                self.delete = gr.Button("Delete conversation", size="sm", variant="stop")
            self._file = gr.JSON(visible=False)

    @property
    def components(self) -> list[Any]:
        """What `show` updates."""
        return [self.words, self.list, self.about, self.title]

    def wire(self, conversation: Any, view: Any, deleted: Any, outputs: list[Any]) -> None:
        """Attach events; `deleted(id, view, request)` gives the updates after a deletion.

        `view` is what the page shows of a question on its way.
        """

        def rename(id_: str, title: str, request: gr.Request) -> Updates:
            owner = user(request)
            with worded():
                self._page.conversations.rename(owner, id_, title)
                return self.show(owner, self._page.conversations.get(owner, id_))

        def delete(sure: str, id_: str, shown: Any, request: gr.Request) -> Any:
            if not sure:
                return gr.skip()
            with worded():
                self._page.conversations.delete(user(request), id_)
            return deleted(id_, shown, request)

        def search(words: str, id_: str | None, request: gr.Request) -> Updates:
            return {self.list: self._listed(user(request), id_, words)}

        gr.on(
            [self.rename.click, self.title.submit],
            rename,
            [conversation, self.title],
            self.components,
            **QUIET,
        )
        self.words.change(search, [self.words, conversation], self.list, **QUIET)
        asked = [self.delete, conversation, view]
        # A click that was taken back is still on its way when the next one comes.
        self.delete.click(delete, asked, outputs, js=_SURE, trigger_mode="multiple", **QUIET)
        for name, button in self.exports.items():
            self._wire_export(name, button, conversation)

    def _wire_export(self, name: str, button: gr.Button, conversation: Any) -> None:
        def export(id_: str, request: gr.Request) -> dict[str, str]:
            with worded():
                found = self._page.conversations.get(user(request), id_)
            stem = re.sub(r"[^\w-]+", "-", found.title).strip("-")[:60] or "conversation"
            content = _exported(name, found, self._page.library)
            return {"name": f"{stem}.{_EXTENSIONS[name]}", "text": content}

        # Saved by the browser, so that no copy of a conversation stays behind on the server.
        event = button.click(export, conversation, self._file, **QUIET)
        event.then(None, self._file, None, js=_SAVE, **QUIET)

    def show(self, owner: str, conversation: Conversation | None) -> Updates:
        """The whole list, with one conversation chosen and what can be done with that one."""
        return {
            self.words: "",
            self.list: self._listed(owner, conversation.id if conversation else None, ""),
            self.about: gr.update(visible=conversation is not None),
            self.title: conversation.title if conversation else "",
        }

    def _listed(self, owner: str, id_: str | None, words: str) -> Any:
        found = self._page.conversations.list(owner, words)[:_SHOWN]
        choices = [(conversation.title or "Untitled", conversation.id) for conversation in found]
        chosen = id_ if any(id_ == conversation.id for conversation in found) else None
        return gr.update(choices=choices, value=chosen)


@contextmanager
def worded() -> Iterator[None]:
    """What is wrong, as the page shows it."""
    try:
        yield
    except PaperqaError as error:
        raise gr.Error(text(error), print_exception=False) from None


def _exported(name: str, conversation: Conversation, library: Library) -> str:
    if name == "JSON":
        return as_json(conversation)
    cited = {
        citation["paper_id"]: library.paper(citation["paper_id"], sample=turn.answer["sample"])
        for turn in conversation.turns
        for citation in turn.answer["citations"]
    }
    if name == "BibTeX":
        return as_bibtex(filter(None, cited.values()))
    # Under the ids that the conversation cites; a paper may have got a better one since.
    named = (replace(paper, id=id_) for id_, paper in cited.items() if paper)
    return as_markdown(conversation, named)
