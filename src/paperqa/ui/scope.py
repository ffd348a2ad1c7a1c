"""Which papers a conversation asks: all of them, chosen ones, or those of some years."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from paperqa.library import Library
from paperqa.types import OPEN_YEARS, Where
from paperqa.ui.context import QUIET, Page
from paperqa.ui.markup import text
from paperqa.ui.paper_html import titled

_NAMED = 2
_GONE = "a paper that was taken out"


def scope_bar(page: Page) -> None:
    """A line that says what is asked.

    Puts two States into `page.shared`: `scope`, a `Where`, and `edits`, which counts how often
    papers were added or taken out here: what is said of the library is out of date when it changes.
    """
    scope = page.shared["scope"] = gr.State(Where())
    edits = page.shared["edits"] = gr.State(0)
    with gr.Row(elem_id="scope"):
        line = gr.HTML(elem_id="scope-line", js_on_load=None)
        clear = gr.Button("Ask all papers", size="sm", scale=0, min_width=0, visible=False)
        years = [_year("From year"), _year("To year")]

    def show(where: Where) -> tuple[Any, ...]:
        ends = where.years or OPEN_YEARS
        typed = [
            "" if end == free else str(end) for end, free in zip(ends, OPEN_YEARS, strict=True)
        ]
        said = f"Asking {scope_words(where, page.library)}"
        return f"<p>{text(said)}</p>", gr.update(visible=bool(where)), *typed

    def limit(where: Where, since: str, until: str) -> Where:
        if any(year and (len(year) != 4 or not year.isdecimal()) for year in (since, until)):
            return where  # not typed to its end yet
        ends = sorted((int(since or OPEN_YEARS[0]), int(until or OPEN_YEARS[1])))
        return replace(where, years=None if tuple(ends) == OPEN_YEARS else (ends[0], ends[1]))

    shown = [line, clear, *years]
    changed = [scope.change, edits.change, page.shared["blocks"].load]
    gr.on(changed, show, scope, shown, **QUIET)
    gr.on([year.change for year in years], limit, [scope, *years], scope, **QUIET)
    clear.click(Where, None, scope, **QUIET)


def scope_words(where: Where, library: Library) -> str:
    """What is asked, as in “only papers from 2020 to 2023”; not escaped."""
    if not where:
        n = len(library)
        return f"all {n:,} papers" if n > 1 else "one paper" if n else "the packaged sample papers"
    parts = []
    if where.paper_ids:
        papers = map(library.paper, where.paper_ids[:_NAMED])
        titles = ", ".join(f"“{titled(paper)}”" if paper else _GONE for paper in papers)
        more = len(where.paper_ids) - _NAMED
        parts.append(f"{titles} and {more} more" if more > 0 else titles)
    else:
        parts.append("papers")
    if where.years:
        first, last = where.years
        since = "" if first == OPEN_YEARS[0] else f"from {first} "
        parts.append(f"{since}to {last}" if last != OPEN_YEARS[1] else f"{since}on")
    for name, value in (("of", where.organization), ("by", where.by), ("with", where.words)):
        if value:
            parts.append(f"{name} {value}")
    return f"only {' '.join(parts)}"


def _year(label: str) -> gr.Textbox:
    return gr.Textbox(
        label=label,
        placeholder=label,
        show_label=False,
        container=False,
        max_length=4,
        scale=0,
        min_width=100,
    )
