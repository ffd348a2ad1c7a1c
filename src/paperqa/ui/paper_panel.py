"""One paper beside the list: what is known of it, asking about it alone, taking it out."""

from __future__ import annotations

from typing import Any

import gradio as gr

from paperqa.errors import InputError, PaperqaError
from paperqa.types import Where
from paperqa.ui import paper_html
from paperqa.ui.context import Page
from paperqa.ui.paper_html import notice

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_GONE = "This paper isn't in the library any more."
_WARNING = "Take this paper out of the library? Adding its file again brings it back."


def ask_about(where: Where) -> list[Any]:
    """A scope for the next question, and the tab to ask it in."""
    return [where, gr.Tabs(selected="Chat")]


def _focus(*selectors: str) -> str:
    """JavaScript that goes to the first of some elements that is there by then."""
    found = " ?? ".join(f"document.querySelector('{each}')" for each in selectors)
    return f"() => setTimeout(() => ({found})?.focus(), 100)"


class PaperPanel:
    """The panel and its events; `removed` happens after a paper was taken out, or wasn't."""

    def __init__(self, page: Page) -> None:
        self.page, self.library, self.shared = page, page.library, page.shared
        self.opened = gr.State("")
        with gr.Column(scale=2, min_width=300, visible=False, elem_id="paper") as self.column:
            self.details = gr.HTML(elem_id="paper-details", apply_default_css=False)
            with gr.Row():
                self.ask = gr.Button(
                    "Ask about this paper only", size="sm", variant="primary", min_width=190
                )
                self.remove = gr.Button("Remove", size="sm", min_width=80, elem_id="paper-remove")
                self.close = gr.Button("Close", size="sm", min_width=80)
            with gr.Column(visible=False, elem_id="paper-confirm") as self.confirm:
                gr.HTML(notice(_WARNING))
                with gr.Row():
                    self.keep = gr.Button("Keep it", size="sm", elem_id="paper-keep")
                    self.take_out = gr.Button("Remove it", size="sm", variant="stop")
            self.failed = gr.HTML(visible=False)
            self.abstract = gr.HTML(elem_id="paper-abstract", apply_default_css=False)
        self.removed = self.take_out.click(
            self._remove, self.opened, [self.column, self.confirm, self.failed], **QUIET
        )

    def listen(self, table: gr.HTML) -> None:
        """Open the papers that are selected in `table`."""
        table.select(
            self._open, None,
            [self.opened, self.column, self.details, self.abstract, self.confirm, self.failed],
            trigger_mode="multiple", **QUIET,
        ).then(js=_focus("#paper-details h2"))  # fmt: skip
        self.removed.then(js=_focus("#paper-keep", "#papers-find textarea", "#papers-find input"))
        self.close.click(lambda: gr.Column(visible=False), None, self.column, **QUIET).then(
            js=_focus("#papers-table [aria-current]")
        )
        self.ask.click(
            lambda id_: ask_about(Where(paper_ids=(id_,))),
            self.opened, [self.shared["scope"], self.shared["tabs"]], **QUIET,
        )  # fmt: skip
        self.remove.click(lambda: gr.Column(visible=True), None, self.confirm, **QUIET).then(
            js=_focus("#paper-keep")
        )
        self.keep.click(lambda: gr.Column(visible=False), None, self.confirm, **QUIET).then(
            js=_focus("#paper-remove")
        )

    def _open(self, event: gr.EventData) -> dict[Any, Any]:
        try:
            paper = self.library.paper(event.paper)
            failed = "" if paper else _GONE
        except PaperqaError as error:
            paper, failed = None, str(error)
        return {
            self.opened: event.paper,
            self.column: gr.Column(visible=True),
            self.details: paper_html.details(paper) if paper else "",
            self.abstract: paper_html.abstract(paper) if paper else "",
            self.confirm: gr.Column(visible=False),
            self.failed: gr.HTML(notice(failed, failed=True), visible=bool(failed)),
        }

    def _remove(self, paper_id: str, request: gr.Request) -> dict[Any, Any]:
        try:
            if not self.page.may_manage(request):
                raise InputError(f"papers are removed {self.page.managed}")
            self.library.remove(paper_id)
        except PaperqaError as error:
            return {self.failed: gr.HTML(notice(str(error), failed=True), visible=True)}
        return {self.column: gr.Column(visible=False), self.confirm: gr.Column(visible=False)}
