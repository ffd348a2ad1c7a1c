"""The evaluation tab: runs that are listed, started, stopped, gone on with and compared."""

import asyncio
import json
import time
from pathlib import Path

import gradio as gr
import pytest

from paperqa.conversations import Conversations
from paperqa.errors import InputError
from paperqa.ui.context import Page
from paperqa.ui.run_job import RunJob
from paperqa.ui.run_list import Runs, frame, table
from paperqa.ui.runs import _Runs
from tests.ui.serving import write_questions


@pytest.fixture
def dataset(tmp_path):
    file = tmp_path / "harbour.jsonl"
    write_questions(file, 10)
    return file


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


@pytest.fixture
def job(runs, session_library):
    return RunJob(runs, session_library)


def finish(job):
    deadline = time.monotonic() + 60
    while job.progress.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job.progress


def test_a_run_is_listed_with_its_shares_and_report(runs, job, dataset):
    assert (runs.list(), table((), "")) == ((), "<p>There are no runs yet.</p>")
    job.start(dataset, None, 3, "none", uploaded=False)
    ended = finish(job)
    assert (ended.done, ended.total, ended.said, ended.failed) == (3, 3, "finished", False)
    (listed,) = runs.list()
    assert (listed.id, listed.done, listed.set_name) == (ended.id, 3, "harbour")
    assert listed.shares == {"correct": 1.0, "first_citation": 1.0, "false_refusal": 0.0}
    assert "<h1>harbour</h1>" in runs.report(listed.id)
    shown = table(runs.list(), "")
    assert f'data-run="{listed.id}"' in shown
    assert '<td data-label="Correct">100.0 %</td>' in shown


def test_a_stopped_run_keeps_what_is_done_and_goes_on(runs, job, dataset):
    job.start(dataset, "test", None, "none", uploaded=True)
    job.stop()
    ended = finish(job)
    assert ended.said == "stopped; what is done is kept"
    dataset.unlink()  # an upload is deleted some time
    (stopped,) = runs.list()
    assert (stopped.shares, stopped.total) == (None, 30)
    assert stopped.done < 30
    assert f'data-go-on="{stopped.id}"' in table(runs.list(), "")
    assert "data-go-on" not in table(runs.list(), stopped.id)
    job.go_on(stopped)
    assert finish(job).said == "finished"
    (whole,) = runs.list()
    assert (whole.id, whole.done) == (stopped.id, 30)
    assert whole.shares["correct"] == 1.0


def test_a_run_does_not_go_on_with_other_papers(runs, dataset, filled):
    job = RunJob(runs, filled)
    job.start(dataset, None, 30, "none", uploaded=False)
    job.stop()
    finish(job)
    filled.remove(next(iter(filled.papers())).id)
    with pytest.raises(InputError, match="can't go on: papers changed since"):
        job.go_on(runs.list()[0])


def test_the_key_of_one_model_is_not_sent_to_another(runs, job, dataset):
    job.start(dataset, None, 30, "none", uploaded=False)
    job.stop()
    finish(job)
    file = runs.folder / runs.list()[0].id / "settings.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps(settings | {"model": "http://elsewhere.example/v1"}))
    with pytest.raises(InputError, match="choose that model in the settings first"):
        job.go_on(runs.list()[0])


def test_one_run_at_a_time(job, dataset):
    job.start(dataset, None, None, "none", uploaded=False)
    with pytest.raises(InputError, match="a run is under way"):
        job.start(dataset, None, None, "none", uploaded=False)
    job.stop()
    finish(job)


def test_a_set_without_questions_of_a_half_is_no_run(runs, job, dataset):
    with pytest.raises(InputError, match="no such questions"):
        job.start(dataset, "dev", None, "none", uploaded=False)  # its questions are the test half
    assert runs.list() == ()


def test_a_bad_set_is_named_as_it_was_uploaded(job, dataset):
    dataset.write_text('{"id": 3}\n')
    with pytest.raises(InputError) as error:
        job.start(dataset, None, None, "none", uploaded=True)
    assert str(error.value) == "harbour.jsonl, line 1: id is missing, empty or not a text"


def test_only_what_is_listed_is_opened(runs, job, dataset, tmp_path):
    job.start(dataset, None, 1, "none", uploaded=False)
    outside = tmp_path / "other"
    (runs.folder / finish(job).id).rename(outside)
    for id_ in ("../other", str(outside), "", "."):
        with pytest.raises(InputError, match="this run is gone"):
            runs.report(id_)


def test_folders_that_hold_no_run_are_left_out(runs):
    for name, settings in (("a", "{"), ("b", "[]"), ("c", None)):
        (runs.folder / name).mkdir(parents=True)
        if settings:
            (runs.folder / name / "settings.json").write_text(settings)
    assert runs.list() == ()


def test_names_in_a_run_are_text_and_its_report_is_shut_in(runs):
    folder = runs.folder / "x"
    folder.mkdir(parents=True)
    hostile = "<script>alert(1)</script>"
    settings = {"dataset": hostile, "model": hostile, "started": hostile, "questions": 5}
    (folder / "settings.json").write_text(json.dumps(settings))
    shown = table(runs.list(), "")
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert frame("R", f'"{hostile}') == (
        '<iframe title="R" sandbox="allow-scripts" '
        'srcdoc="&quot;&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>'
    )


def test_two_runs_are_compared(runs, job, dataset):
    for n in (3, 6):
        job.start(dataset, None, n, "none", uploaded=False)
        finish(job)
        time.sleep(1.1)  # ids tell seconds
    b, a = (run.id for run in runs.list())
    page = runs.comparison(a, b)
    assert "questions in both runs" in page
    assert f"A: {a}" in page


def test_where_there_is_no_question_set_it_is_said_how_to_name_one(session_library):
    def tab():
        page = Page(session_library, Conversations(session_library.folder / "catalogue.db"))
        with gr.Blocks() as blocks:
            return _Runs(page), json.dumps(blocks.get_config_file())

    made, shown = tab()
    assert not made.set.visible
    assert f"no question set in <code>{Path('eval').resolve()}</code>" in shown
    assert "paperqa eval new" in shown
    Path("eval", "harbour").mkdir(parents=True)
    write_questions(Path("eval", "harbour", "questions.jsonl"), 1)
    made, shown = tab()
    assert (made.set.visible, made.set.value) == (True, "harbour")
    assert "no question set" not in shown


@pytest.mark.parametrize(
    ("owner", "user", "may"),
    [("", None, True), ("ada", "ada", True), ("ada", "bob", False), (None, None, False)],
)
def test_who_may_change_settings_may_start_runs(session_library, dataset, owner, user, may):
    conversations = Conversations(session_library.folder / "catalogue.db")
    page = Page(session_library, conversations, owner=owner)
    with gr.Blocks():
        tab = _Runs(page)

    async def updates():
        request = gr.Request(username=user)
        return [each async for each in tab._start(None, str(dataset), "", 2, "none", request)]

    async def listed():
        return [list(each) async for each in tab._watch(gr.Request(username=user))]

    found = asyncio.run(updates())
    if may:
        assert "finished" in found[-1][tab.status]
        assert "<iframe" in found[-1][tab.report]
        assert found[-1][tab.stop]["visible"] is False
    else:
        assert 'role="alert"' in found[0][tab.status]
        assert asyncio.run(listed()) == [[tab.intro]]
        assert tab._compare("a", "b", gr.Request(username=user)).count("iframe") == 0
        assert tab._runs.list() == ()
