"""Adding papers in the browser: files that are dropped or chosen, or pasted text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from paperqa.errors import InputError, PaperqaError
from paperqa.readers import READERS
from paperqa.types import AddReport, Rejection
from paperqa.ui.context import QUIET, Page
from paperqa.ui.paper_html import notice, refused, told
from paperqa.ui.uploads import LARGEST, TOO_LARGE, add_uploads

# Gradio refuses all files for one that is too large. It is taken out before Gradio looks.
_SIFT = """
const area = element.closest('#papers-add');
let passing = false;
const sift = (event, given, pass) => {
  if (passing) return;
  const files = [...(given ?? [])];
  const small = files.filter((file) => file.size <= LARGEST);
  trigger('input', {names: files.filter((file) => !small.includes(file)).map((f) => f.name)});
  if (small.length === files.length) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  const data = new DataTransfer();
  small.forEach((file) => data.items.add(file));
  passing = true;
  if (small.length) pass(data);
  passing = false;
};
area?.addEventListener('change', (event) => {
  const input = event.target;
  if (input.type === 'file') sift(event, input.files, (data) => {
    input.files = data.files;
    input.dispatchEvent(new Event('change', {bubbles: true}));
  });
}, true);
area?.addEventListener('drop', (event) => sift(event, event.dataTransfer?.files, (data) =>
  event.target.dispatchEvent(
    new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})
  )
), true);
""".replace("LARGEST", str(LARGEST))


def add_papers(page: Page) -> tuple[Any, Any]:
    """The part of the tab that adds; the events after which the library may hold more."""
    kinds = " ".join(sorted(filter(None, READERS)))
    library = page.library
    with gr.Accordion(
        "Add papers", open=not len(library), visible=page.may_add, elem_id="papers-add"
    ):
        with gr.Row():
            files = gr.File(
                label=f"Files ({kinds}; up to {LARGEST // 2**20} MB each)",
                file_count="multiple", height=180, elem_id="papers-files",
            )  # fmt: skip
            with gr.Column():
                text = gr.Textbox(label="Or paste a listing, or one paper", lines=4, max_lines=4)
                add = gr.Button("Add the text", size="sm")
        large = gr.HTML(js_on_load=_SIFT, elem_id="papers-large")
        report = gr.HTML(elem_id="papers-report")

    def add_files(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> list[Any]:  # noqa: B008
        def update(done: int, known: int) -> None:
            progress((done, known), desc="Adding", unit="papers")

        given = [Path(path) for path in paths or ()]
        report = _reported(page, lambda: add_uploads(library, given, update))
        for path in given:  # what was taken is under the library now, what wasn't isn't ours
            path.unlink(missing_ok=True)
        return [None, report]

    def add_text(pasted: str) -> str:
        return _reported(page, lambda: library.add_text(pasted.encode("utf-8", "replace")))

    def refuse(event: gr.EventData) -> str:
        return refused([Rejection(str(name), TOO_LARGE) for name in event.names])

    large.input(refuse, None, large, **QUIET)
    shown: dict[str, Any] = {"show_progress_on": report, "api_visibility": "private"}
    return (
        files.upload(add_files, files, [files, report], trigger_mode="multiple", **shown),
        add.click(add_text, text, report, **shown),
    )


def _reported(page: Page, add: Callable[[], AddReport]) -> str:
    try:
        if not page.may_add:
            raise InputError(page.whose("papers are added"))
        return told(add())
    except PaperqaError as error:
        return notice(str(error), failed=True)
