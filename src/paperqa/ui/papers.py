"""The papers tab: find papers, choose some, and ask about them; beside it, one paper."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import gradio as gr

from paperqa.errors import PaperqaError
from paperqa.types import OPEN_YEARS, PaperPage, Where
from paperqa.ui import paper_html
from paperqa.ui.adding import add_papers
from paperqa.ui.context import QUIET, Page
from paperqa.ui.paper_html import notice
from paperqa.ui.paper_panel import PaperPanel
from paperqa.ui.scope import scope_words

ROWS = 50  # papers shown at once
_AT_FIRST = ("", "", "", None, "newest", 1, ())  # the inputs
_FAR = 10**9  # SQLite counts no further than 2**63
_NAMES = 1000  # organisations that are listed; of more, part of a name is typed
_SORTS = [("Newest first", "newest"), ("Title", "title"), ("Organisation", "organization")]
_EMPTY = "The library is empty. Until you add papers, a small packaged sample answers questions."

# Listens for whichever rows there are.
_ON_ROWS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-paper]');
  if (!button) return;
  element.querySelectorAll('[aria-current]').forEach((b) => b.removeAttribute('aria-current'));
  button.setAttribute('aria-current', 'true');
  trigger('select', {paper: button.dataset.paper, quotes: ''});
});
element.addEventListener('change', (event) => {
  trigger('input', {paper: event.target.dataset.paper, chosen: event.target.checked});
});
// Gradio mends the rows that are there, and so keeps what was clicked.
watch('value', () => element.querySelectorAll('input').forEach((box) => {
  box.checked = box.defaultChecked;
}));
"""
_TO_TOP = "() => document.querySelector('#papers-ask').scrollIntoView({block: 'nearest'})"
_UNTICK = """() => {
  document.querySelectorAll('#papers-table input').forEach((box) => { box.checked = false; });
}"""


def papers_tab(page: Page) -> None:
    """Puts the ids of the papers that are chosen here into `page.shared["chosen"]`."""
    page.shared["chosen"] = gr.State(())
    with gr.Column(elem_id="papers"):
        added = add_papers(page)
        papers = PaperList(page)
        with gr.Row(elem_id="papers-body"):
            papers.build_list()
            panel = PaperPanel(page)
    papers.listen()
    panel.listen(papers.table)
    for event in (*added, panel.removed):
        papers.follow(event)
    panel.removed.then(papers.forget, [papers.chosen, panel.opened], papers.choice, **QUIET)


class PaperList:
    """The list, with what narrows it and what is done with the papers chosen from it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chosen = page.shared["chosen"]
        self.empty = gr.HTML(notice(_EMPTY), visible=False, elem_id="papers-empty")
        with gr.Row(elem_id="papers-filters"):
            self.filters = (
                gr.Textbox(label="Find", placeholder="Title, author, organisation",
                           scale=3, min_width=220, elem_id="papers-find"),
                gr.Textbox(label="From year", max_lines=1, min_width=90),
                gr.Textbox(label="To year", max_lines=1, min_width=90),
                gr.Dropdown(label="Organisation", allow_custom_value=True, scale=2,
                            min_width=180, elem_id="papers-organisation"),
                gr.Dropdown(_SORTS, value="newest", label="Sort", min_width=170),
            )  # fmt: skip
        with gr.Row(elem_id="papers-ask"):
            self.summary = gr.HTML(elem_id="papers-summary")
            self.ask_fitting = gr.Button(size="sm", visible=False)
            self.ask_chosen = gr.Button(size="sm", visible=False, variant="primary")
            self.clear = gr.Button("Choose none", size="sm", visible=False)

        self.choice = [self.chosen, self.ask_chosen, self.clear]

    def build_list(self) -> None:
        """The rows and the way from page to page."""
        with gr.Column(scale=3, min_width=300, elem_id="papers-list"):
            self.table = gr.HTML(
                js_on_load=_ON_ROWS, apply_default_css=False, elem_id="papers-table"
            )
            with gr.Row(elem_id="papers-pages") as self.pages:
                self.back = gr.Button("Previous", size="sm", min_width=90)
                self.number = gr.Number(1, label="Page", precision=0, min_width=90)
                self.forth = gr.Button("Next", size="sm", min_width=90)
        self.inputs = [*self.filters, self.number, self.chosen]
        self.outputs = [
            self.table, self.summary, self.empty, self.ask_fitting,
            self.pages, self.number, self.back, self.forth,
        ]  # fmt: skip

    def listen(self) -> None:
        """Connect the list's own parts."""
        listed = {"inputs": self.inputs, "outputs": self.outputs, **QUIET}
        asking = {"outputs": self.page.shared["about"], **QUIET}
        choice = self.choice
        gr.on(fn=self._organizations, inputs=[], outputs=self.filters[3], **QUIET)
        gr.on(fn=self.show, inputs=[], outputs=self.outputs, **QUIET)
        changes = [each.change for each in self.filters]  # one event: the last of them is shown
        gr.on(changes, partial(self.turn, None), trigger_mode="always_last", **listed)
        self.number.submit(self.show, **listed)
        for button, step in ((self.back, -1), (self.forth, 1)):
            button.click(partial(self.turn, step), **listed).then(js=_TO_TOP)
        self.table.input(self._choose, self.chosen, choice, trigger_mode="multiple", **QUIET)
        self.clear.click(self._choice, None, choice, **QUIET).then(js=_UNTICK)
        self.ask_chosen.click(lambda ids: Where(paper_ids=ids), self.chosen, **asking)
        self.ask_fitting.click(_where, list(self.filters[1:4]), **asking)

    def follow(self, event: Any) -> None:
        """Look at the library anew after an event that may have changed it."""
        event.then(self.show, self.inputs, self.outputs, **QUIET)
        event.then(self._organizations, None, self.filters[3], **QUIET)
        edits = self.page.shared["edits"]
        event.then(lambda n: n + 1, edits, edits, **QUIET)

    def show(self, *values: Any) -> dict[Any, Any]:
        """The page of that number, or the nearest there is, as updates of the components."""
        words, first, last, organization, sort, number, chosen = values or _AT_FIRST
        where = _where(first, last, organization)
        get = partial(self.page.library.page, where, words, sort, n=ROWS)
        try:
            number = min(max(number or 1, 1), _FAR)
            found = get(offset=ROWS * (number - 1))
            n_pages = max(1, -(-found.total // ROWS))
            if number > n_pages:
                number = n_pages
                found = get(offset=ROWS * (number - 1))
            is_empty = not len(self.page.library)
        except PaperqaError as error:
            return {self.summary: notice(str(error), failed=True)}
        said = "No paper fits." if not (found.total or is_empty) else _counted(found, number)
        fitting = scope_words(where, self.page.library).removeprefix("only ")
        return {
            self.table: paper_html.rows(found.papers, chosen),
            self.summary: notice(said),
            self.empty: gr.HTML(visible=is_empty),
            self.ask_fitting: gr.Button(f"Ask about {fitting}", visible=bool(where)),
            self.pages: gr.Row(visible=n_pages > 1),
            self.number: gr.Number(number, label=f"Page, of {n_pages:,}"),
            self.back: gr.Button(interactive=number > 1),
            self.forth: gr.Button(interactive=number < n_pages),
        }

    def turn(self, step: int | None, *values: Any) -> dict[Any, Any]:
        """`step` pages on, or back to the first."""
        *filters, number, chosen = values
        return self.show(*filters, 1 if step is None else (number or 1) + step, chosen)

    def _choose(self, chosen: tuple[str, ...], event: gr.EventData) -> dict[Any, Any]:
        if not event.chosen:
            return self.forget(chosen, event.paper)
        return self._choice(tuple(dict.fromkeys((*chosen, event.paper))))

    def forget(self, chosen: tuple[str, ...], paper_id: str) -> dict[Any, Any]:
        """A paper isn't chosen any more."""
        return self._choice(tuple(id_ for id_ in chosen if id_ != paper_id))

    def _choice(self, chosen: tuple[str, ...] = ()) -> dict[Any, Any]:
        return {
            self.chosen: chosen,
            self.ask_chosen: gr.Button(f"Ask about the {len(chosen)} chosen", visible=bool(chosen)),
            self.clear: gr.Button(visible=bool(chosen)),
        }

    def _organizations(self) -> Any:
        names = sorted(self.page.library.organizations(), key=str.casefold)
        return gr.Dropdown(choices=names if len(names) <= _NAMES else [])


def _where(first: str, last: str, organization: str | None) -> Where:
    """The filters that a question can be restricted to; half a year, while it's typed, is none."""
    given = (re.fullmatch(r"[12]\d{3}", year.strip(), re.ASCII) for year in (first, last))
    years = sorted(int(y.group()) if y else end for y, end in zip(given, OPEN_YEARS, strict=True))
    return Where(
        years=(years[0], years[1]) if years != [*OPEN_YEARS] else None,
        organization=(organization or "").strip() or None,
    )


def _counted(found: PaperPage, number: int) -> str:
    words = f"{found.total:,} paper{'' if found.total == 1 else 's'}"
    before = ROWS * (number - 1)
    if found.total <= ROWS:
        return words
    return f"{words}, {before + 1:,}–{before + len(found.papers):,} shown"
