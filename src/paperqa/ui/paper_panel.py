"""One paper beside the list: what is known of it, asking about it alone, taking it out."""

from __future__ import annotations

import json
import re
from typing import Any

import gradio as gr

from paperqa.errors import PaperqaError
from paperqa.types import Where
from paperqa.ui import paper_html
from paperqa.ui.context import QUIET, Page
from paperqa.ui.paper_html import notice

_GONE = "This paper isn't in the library any more."
_WARNING = "Take this paper out of the library? Adding its file again brings it back."


def _focus(*selectors: str) -> str:
    """JavaScript that goes to the first of some elements that is there by then."""
    return f"() => window.paperqa.focus(...{json.dumps(selectors)})"


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
        """Open the papers that are selected in `table`, or on a card in the chat."""
        shown = [
            self.opened, self.column, self.details, self.abstract, self.confirm, self.failed,
            self.ask, self.remove, self.shared["tabs"],
        ]  # fmt: skip
        selected = [each.select for each in (table, *self.shared["turns"])]
        opened = gr.on(selected, self._open, None, shown, trigger_mode="multiple", **QUIET)
        opened.then(js=_focus("#paper mark", "#paper-details h2"))
        self.removed.then(js=_focus("#paper-keep", "#papers-find textarea", "#papers-find input"))
        self.close.click(lambda: gr.Column(visible=False), None, self.column, **QUIET).then(
            js=_focus("#papers-table [aria-current]", "#papers-find textarea", "#papers-find input")
        )
        self.ask.click(
            lambda id_: Where(paper_ids=(id_,)), self.opened, self.shared["about"], **QUIET
        )
        self.remove.click(lambda: gr.Column(visible=True), None, self.confirm, **QUIET).then(
            js=_focus("#paper-keep")
        )
        self.keep.click(lambda: gr.Column(visible=False), None, self.confirm, **QUIET).then(
            js=_focus("#paper-remove")
        )

    def _open(self, event: gr.EventData) -> dict[Any, Any]:
        """The paper of an id; one of the sample, whose answers stay, can't be asked or removed."""
        found = paper = None
        failed = _GONE
        try:
            found = self.library.paper(event.paper)
            paper = found or self.library.paper(event.paper, sample=True)
        except PaperqaError as error:
            failed = str(error)
        spans = re.findall(r"(\d{1,9})-(\d{1,9})", event.quotes)
        quotes = [(int(start), int(end)) for start, end in spans]
        return {
            self.opened: event.paper,
            self.column: gr.Column(visible=True),
            self.details: paper_html.details(paper) if paper else "",
            self.abstract: paper_html.abstract(paper, quotes) if paper else "",
            self.confirm: gr.Column(visible=False),
            self.failed: gr.HTML(notice(failed, failed=True), visible=paper is None),
            self.ask: gr.Button(visible=found is not None),
            self.remove: gr.Button(visible=found is not None and len(self.library) > 0),
            self.shared["tabs"]: gr.Tabs(selected="Papers"),
        }

    def _remove(self, paper_id: str, request: gr.Request) -> dict[Any, Any]:
        try:
            self.page.demand(request, "papers are removed")
            self.library.remove(paper_id)
        except PaperqaError as error:
            return {self.failed: gr.HTML(notice(str(error), failed=True), visible=True)}
        return {self.column: gr.Column(visible=False), self.confirm: gr.Column(visible=False)}
