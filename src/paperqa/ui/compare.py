"""The compare tab: a few papers side by side, each cell a quote of its paper or empty."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import gradio as gr

from paperqa.aspects import ASPECTS
from paperqa.comparison_table import MOST, NOT_STATED, ComparisonTable, compare_papers
from paperqa.errors import PaperqaError
from paperqa.library import Library
from paperqa.types import Citation, Paper
from paperqa.ui.cards import facts
from paperqa.ui.context import QUIET, Page
from paperqa.ui.markup import text
from paperqa.ui.paper_html import anchors, notice, titled

_OFFERED = 30  # papers in the list; typing finds the others
_OWN = 6  # aspects of the user's own
_HOW = f"2 to {MOST}. Type words of a title, or a name, to find more."
_EMPTY = "The library is empty; add papers in the Papers tab."
_EXCEL = "\ufeff"  # tells it that the text is UTF-8


def compare_tab(page: Page) -> None:
    """Papers and aspects to choose, and the table."""

    def offer(chosen: Sequence[str] | None, known: Sequence[str], typed: str = "") -> Any:
        update = _choices(page.library, chosen or (), typed, known)
        return update, [id_ for _, id_ in update["choices"]]

    def offer_typed(chosen: Sequence[str] | None, known: Sequence[str], event: gr.KeyUpData) -> Any:
        return offer(chosen, known, event.input_value)

    def compare(chosen: Sequence[str] | None, names: Sequence[str], own: str) -> str:
        aspects = [*names, *_own(own)]
        try:
            return _table(compare_papers(page.library, chosen or (), aspects))
        except PaperqaError as error:
            return notice(str(error), failed=True)

    with gr.Column(elem_id="compare"):
        papers = gr.Dropdown(
            [], value=[], multiselect=True, max_choices=MOST, label="Papers to compare",
            info=_HOW, elem_id="compare-papers",
        )  # fmt: skip
        with gr.Row():
            aspects = gr.CheckboxGroup(
                [(name.capitalize(), name) for name in ASPECTS], value=list(ASPECTS),
                label="Aspects", elem_id="compare-aspects",
            )  # fmt: skip
            own = gr.Textbox(
                label="Aspects of your own", placeholder="training cost; robustness to noise",
                info=f"Up to {_OWN}, separated by semicolons.", max_lines=1, max_length=500,
                elem_id="compare-own",
            )  # fmt: skip
        button = gr.Button("Compare", variant="primary", elem_id="compare-button")
        table = gr.HTML(elem_id="compare-table", apply_default_css=False, js_on_load=None)
    known = gr.State(())
    offered: dict[str, Any] = {
        "inputs": [papers, known], "outputs": [papers, known],
        "concurrency_id": "offer", "trigger_mode": "multiple", **QUIET,
    }  # fmt: skip
    gr.on([page.shared["blocks"].load, papers.input, papers.focus], offer, **offered)
    papers.key_up(offer_typed, **offered)
    gr.on(
        [button.click, own.submit], compare, [papers, aspects, own], table,
        api_visibility="private", show_progress="minimal",
    )  # fmt: skip


def _choices(
    library: Library, chosen: Sequence[str] = (), typed: str = "", known: Sequence[str] = ()
) -> Any:
    """The papers to choose from: those that are chosen, and some that have the typed words.

    What was `known` before stays where it is: the browser takes a paper by its place in the list.
    """
    kept = (paper for id_ in (*known, *chosen) if (paper := library.paper(id_)))
    offered = {paper.id: _label(paper) for paper in kept}
    for paper in library.page(words=typed, n=_OFFERED).papers:
        offered[paper.id] = _label(paper, "" if paper.id in chosen else typed)
    choices = [(label, id_) for id_, label in offered.items()]
    return gr.update(choices=choices, info=_HOW if len(library) else _EMPTY)


def _label(paper: Paper, typed: str = "") -> str:
    """The title and year; the browser shows only labels that have what was typed, as it stands."""
    label = titled(paper) + (f" ({paper.year})" if paper.year else "")
    return label if typed.lower() in label.lower() else f"{label} · {typed}"


def _own(typed: str) -> list[str]:
    """The aspects that were typed."""
    return [part.strip() for part in re.split(r"[;\n]", typed) if part.strip()][:_OWN]


def _table(table: ComparisonTable) -> str:
    """The table, what it quotes from, and its files."""
    papers = list(enumerate(table.papers, 1))
    heads = "".join(
        f'<th scope="col">{text(titled(paper))} {_reference(n)}</th>' for n, paper in papers
    )
    rows = "".join(
        f'<tr><th scope="row">{text(aspect[:1].upper() + aspect[1:])}</th>'
        + "".join(_cell(cell, paper) for cell, paper in zip(cells, table.papers, strict=True))
        + "</tr>"
        for aspect, cells in zip(table.aspects, table.rows, strict=True)
    )
    references = "".join(
        f'<li id="compare-{n}" tabindex="-1"><b>{text(titled(paper))}</b> '
        f'<span class="facts">{text(facts(paper))}</span> {" ".join(anchors(paper))}</li>'
        for n, paper in papers
    )
    return (
        '<div class="scrolled" tabindex="0" role="region" aria-label="Comparison">'
        f'<table class="comparison"><caption class="unseen">Papers by aspect</caption><thead><tr>'
        f"<td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="note">Quotes are the papers’ own sentences, chosen by their words. “Not stated” '
        "means that none of the text at hand clearly says it.</p>"
        f'<p class="files">{_file("CSV", "csv", _EXCEL + table.to_csv())} '
        f"{_file('Markdown', 'md', table.to_markdown())}</p>"
        f'<h3>References</h3><ol class="references">{references}</ol>'
    )


def _cell(cell: Citation | None, paper: Paper) -> str:
    said = (
        f"<q>{text(cell.quote)}</q> {_reference(cell.marker)}"
        if cell
        else f'<span class="absent">{NOT_STATED}</span>'
    )
    return f'<td><span class="of">{text(titled(paper))}</span>{said}</td>'


def _reference(n: int) -> str:
    return f'<a href="#compare-{n}" aria-label="Reference {n}">[{n}]</a>'


def _file(name: str, ending: str, content: str) -> str:
    """A download that needs no file on the server, and no access to any."""
    data = b64encode(content.encode("utf-8", "replace")).decode()
    return (
        f'<a download="comparison.{ending}" href="data:application/octet-stream;base64,{data}">'
        f"Download {name}</a>"
    )
