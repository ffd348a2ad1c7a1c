"""The evaluation tab: past runs and their reports, two of them compared, and a new one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import gradio as gr

from paperqa.errors import InputError, PaperqaError
from paperqa.ui.context import QUIET, Page
from paperqa.ui.markup import text
from paperqa.ui.paper_html import notice
from paperqa.ui.run_job import RunJob
from paperqa.ui.run_list import Runs, frame, table

RUNS = Path("eval", "runs")  # where `paperqa eval run` keeps them
SETS = Path("eval")  # has a folder for each question set
_OFTEN = 0.5  # seconds between two looks at a run that is under way
_HALVES = [("All", ""), ("Development half", "dev"), ("Test half", "test")]
_CURRENT = "current"
_MODELS = [
    ("No model: quotes", "none"),
    ("The local model", "local"),
    ("The one in the settings", _CURRENT),
]
Updates = dict[Any, Any]  # by component
_EVALUATED = "This server is evaluated"
_NO_SETS = (
    "<p>There is no question set in <code>{}</code> (no <code>NAME/questions.jsonl</code>). Upload "
    "one of your own; <code>paperqa eval new mine.jsonl</code> writes examples to begin with.</p>"
)
_ON_ROWS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  const {run, goOn} = button?.dataset ?? {};
  if (run) {
    element.querySelectorAll('[aria-current]').forEach((b) => b.removeAttribute('aria-current'));
    button.setAttribute('aria-current', 'true');
    trigger('select', {run});
  }
  if (goOn) trigger('submit', {run: goOn});
});
"""


def runs_tab(page: Page) -> None:
    """The tab; runs are kept under `eval/runs` of the folder that the server was started in."""
    with gr.Column(elem_id="runs"):
        _Runs(page).wire()


class _Runs:
    """The components of the tab and what happens to them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._runs = Runs(RUNS)
        self._job = RunJob(self._runs, page.library)
        page.at_end.callback(self._job.stop)
        self._sets = {file.parent.name: file.parent for file in SETS.glob("*/questions.jsonl")}
        self.intro = gr.HTML(apply_default_css=False, js_on_load=None)
        self._lay_out_start()
        self.table = gr.HTML(elem_id="runs-list", apply_default_css=False, js_on_load=_ON_ROWS)
        with gr.Accordion("Compare two runs", open=False), gr.Row():
            self.a = gr.Dropdown([], label="Run A", elem_id="runs-a")
            self.b = gr.Dropdown([], label="Run B", elem_id="runs-b")
            self.compare = gr.Button("Compare runs", elem_id="runs-compare", scale=0, min_width=180)
        self.report = gr.HTML(elem_id="runs-report", apply_default_css=False, js_on_load=None)

    def _lay_out_start(self) -> None:
        with gr.Accordion("Start a run", open=False, visible=False) as self.form:
            if not self._sets:
                gr.HTML(_NO_SETS.format(text(SETS.resolve())), elem_id="runs-no-sets")
            with gr.Row():
                self.set = gr.Dropdown(
                    list(self._sets), label="Question set", elem_id="runs-set",
                    value=next(iter(self._sets), None), visible=bool(self._sets),
                    info="Or upload one, which is then taken.",
                )  # fmt: skip
                self.upload = gr.File(
                    label="Question set of your own (JSONL)", file_types=[".jsonl"], height=150,
                    elem_id="runs-upload",
                )  # fmt: skip
            with gr.Row():
                self.half = gr.Radio(_HALVES, value="dev", label="Questions")
                self.limit = gr.Number(
                    20, label="At most", precision=0, minimum=1, elem_id="runs-limit",
                    info="Evenly spaced over the set; empty for all.",
                )  # fmt: skip
                self.model = gr.Radio(_MODELS, value="none", label="Model")
            self.start = gr.Button("Start", variant="primary", elem_id="runs-start")
        self.status = gr.HTML(elem_id="runs-status", apply_default_css=False, js_on_load=None)
        self.stop = gr.Button("Stop", variant="stop", visible=False, elem_id="runs-stop")

    def wire(self) -> None:
        """What calls what."""
        asked = [self.set, self.upload, self.half, self.limit, self.model]
        shown = [
            self.intro, self.form, self.status, self.stop, self.table, self.a, self.b, self.report,
        ]  # fmt: skip
        long: dict[str, Any] = {"concurrency_limit": None, **QUIET}
        gr.on(fn=self._watch, inputs=[], outputs=shown, **long)
        self.upload.upload(lambda: "", None, self.half, **QUIET)  # few sets of one's own have any
        self.start.click(self._start, asked, shown, **long)
        self.table.submit(self._go_on, None, shown, **long)
        self.stop.click(self._stop, None, None, **QUIET)
        self.table.select(self._open, None, self.report, **QUIET)
        self.compare.click(self._compare, [self.a, self.b], self.report, **QUIET)

    async def _watch(
        self, request: gr.Request, *, was_running: bool = False
    ) -> AsyncIterator[Updates]:
        """The list, and the run that is under way, until it ends and its report is there."""
        if not self._page.may_manage(request):  # reports quote questions and papers
            yield {self.intro: notice(self._page.whose(_EVALUATED))}
            return
        was_running |= self._job.progress.is_running
        yield self._list() | self._show_progress()
        while self._job.progress.is_running:
            yield self._show_progress()
            await asyncio.sleep(_OFTEN)
        if was_running:
            ended = self._job.progress
            is_whole = not ended.failed and ended.done == ended.total
            report = {self.report: self._report(ended.id)} if is_whole else {}
            yield self._list() | self._show_progress() | report

    async def _start(
        self,
        name: str | None,
        upload: str | None,
        half: str,
        limit: float | None,
        model: str,
        request: gr.Request,
    ) -> AsyncIterator[Updates]:
        def begin() -> None:
            dataset = Path(upload) if upload else self._sets.get(name or "")
            if dataset is None:
                raise InputError(
                    "choose a question set, or upload one"
                    if self._sets
                    else "upload a question set"
                )
            llm = self._page.library.settings.llm if model == _CURRENT else model
            n = int(limit) if limit else None
            self._job.start(dataset, half or None, n, llm, uploaded=bool(upload))

        async for updates in self._begin(begin, request):
            yield updates

    async def _go_on(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[Updates]:
        def begin() -> None:
            self._job.go_on(self._runs.get(event.run))

        async for updates in self._begin(begin, request):
            yield updates

    async def _begin(
        self, begin: Callable[[], None], request: gr.Request
    ) -> AsyncIterator[Updates]:
        try:
            self._page.demand(request, _EVALUATED)
            await asyncio.to_thread(begin)
        except PaperqaError as error:
            yield {self.status: notice(str(error), failed=True)}
            return
        async for updates in self._watch(request, was_running=True):
            yield updates

    def _stop(self, request: gr.Request) -> None:
        if self._page.may_manage(request):
            self._job.stop()

    def _open(self, event: gr.EventData, request: gr.Request) -> str:
        return self._report(event.run) if self._page.may_manage(request) else ""

    def _report(self, id_: str) -> str:
        return _framed("Report", lambda: self._runs.report(id_))

    def _compare(self, a: str | None, b: str | None, request: gr.Request) -> str:
        if not (a and b and self._page.may_manage(request)):
            return notice("choose two runs", failed=True)
        return _framed("Comparison", lambda: self._runs.comparison(a, b))

    def _list(self) -> Updates:
        runs, progress = self._runs.list(), self._job.progress
        running = progress.id if progress.is_running else ""
        choices = gr.update(choices=[(run.label, run.id) for run in runs if run.shares is not None])
        place = f" Runs are kept in <code>{text(self._runs.folder)}</code>."
        return {
            self.intro: f"<p>How well questions with known answers are answered.{place}</p>",
            self.form: gr.update(visible=True),
            self.table: table(runs, running),
            self.a: choices,
            self.b: choices,
        }

    def _show_progress(self) -> Updates:
        now = self._job.progress
        said = f"{now.id}: {now.said}" if now.said else ""
        if now.is_running:
            shown = (
                f'<label>{text(now.id)} <progress value="{now.done}" max="{now.total}"></progress>'
                f" {now.done} of {now.total} questions</label>"
            )
        else:
            shown = notice(said, failed=now.failed) if said else ""
        return {self.status: shown, self.stop: gr.update(visible=now.is_running)}


def _framed(title: str, page: Callable[[], str]) -> str:
    try:
        return frame(title, page())
    except PaperqaError as error:
        return notice(str(error), failed=True)
