"""`paperqa eval`, on a few questions about the packaged papers, without a model."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from paperqa.cli_eval import evaluate
from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample, load_dataset, spread
from paperqa.evaluation.run import load_run

SET = Path(__file__).parents[2] / "eval" / "transformers"


def go(*args, code=0):
    """What a command printed; errors that the command line would show are raised."""
    result = CliRunner().invoke(evaluate, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Two facts and an unanswerable question, in a folder as of a set."""
    folder = tmp_path_factory.mktemp("set")
    rows = (SET / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    dev = [row for row in rows if json.loads(row)["split"] == "dev"]
    facts = [row for row in dev if json.loads(row)["kind"] == "fact"][:2]
    other = [row for row in dev if json.loads(row)["kind"] == "unanswerable"][:1]
    (folder / "questions.jsonl").write_text("\n".join(facts + other), encoding="utf-8")
    return folder


@pytest.fixture
def finished(questions):
    go("run", questions, "--model", "none", "--out", "run")
    return Path("run")


def test_a_run_is_printed_kept_and_reported(questions):
    shown = go("run", questions, "--model", "none", "--out", "run", "--limit", 2)
    assert [r.sample for r in load_run(Path("run")).results] == spread(load_dataset(questions), 2)
    lines = [line.split() for line in shown.splitlines() if line.strip()]
    assert ["fact", "all"] in lines
    rows = {line[0]: line[1:] for line in lines}
    assert rows["n"] == ["2", "2"]
    assert rows["total"][1] == "s"
    assert len(rows["exact_quotes"]) == 2 * 3  # 100.0 ± 0.0, twice
    assert f"report: {Path('run/report.html')}" in shown
    assert Path("run/report.html").exists()


def test_a_report_is_written_anew_from_the_run(finished):
    before = (finished / "report.html").read_bytes()
    (finished / "report.html").unlink()
    go("report", finished)
    assert (finished / "report.html").read_bytes() == before
    with pytest.raises(InputError, match="holds no evaluation run"):
        go("report", "elsewhere")


def test_runs_are_compared_and_a_loss_can_fail(finished):
    shutil.copytree(finished, "worse")
    file = Path("worse/scores.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    won = next(row for row in rows if row["scores"]["correct"]["value"] == 1)
    won["scores"]["correct"]["value"] = 0
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shown = go("compare", finished, "worse", "--html", "page.html")
    assert "3 questions in both runs" in shown
    assert f"lost  {won['id']}  " in shown
    assert won["id"] in Path("page.html").read_text(encoding="utf-8")
    condition = "correct < -0.02"
    assert f"{condition} holds: B − A is -0.3333" in go(
        "compare", finished, "worse", "--fail-if", condition, code=1
    )
    go("compare", "worse", finished, "--fail-if", condition)
    with pytest.raises(InputError, match="no such metric"):
        go("compare", finished, "worse", "--html", "new.html", "--fail-if", "corect < 0")
    assert not Path("new.html").exists()


def test_the_gate_passes_what_it_measured_and_fails_what_is_worse(questions):
    file = Path("gate.toml")
    text = f'dataset = "{questions.as_posix()}"\nsplit = "dev"\nquestions = 3'
    file.write_text(text)
    assert "3 questions" in go("gate", file, "--update")
    assert "hit@5" in file.read_text()
    assert " worse" not in go("gate", file)
    file.write_text(file.read_text().replace('"exact_quotes" = 1.0', '"exact_quotes" = 1.01'))
    assert "fact:exact_quotes" in go("gate", file, code=1)


def test_a_template_is_a_set_that_passes_its_check():
    assert "questions.jsonl" in go("new")
    assert "all well" in go("check", "questions.jsonl")
    with pytest.raises(InputError, match="is there already"):
        go("new")


def test_drafts_need_a_model_and_overwrite_nothing():
    with pytest.raises(InputError, match="needs a model"):
        go("draft", "--out", "drafts.jsonl", "--model", "none")
    assert not Path("drafts.jsonl").exists()
    Path("drafts.jsonl").touch()
    with pytest.raises(InputError, match="is there already"):
        go("draft", "--out", "drafts.jsonl")


def test_the_tested_model_is_no_judge_of_itself(questions):
    with pytest.raises(InputError, match="judge"):
        go("run", questions, "--model", "none", "--judge", "none", "--out", "run")
    assert not Path("run").exists()


def test_retrieval_is_measured_on_a_folder_in_the_beir_format(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    corpus = {"d1": "Ferries cross the strait hourly.", "d2": "Gulls nest on the cliffs."}
    rows = [json.dumps({"_id": i, "title": "", "text": t}) for i, t in corpus.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "Where do gulls nest?"}))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td2\t1\n")
    shown = go("retrieval", folder, "--out", "rankings.jsonl")
    assert "1 queries, 2 documents" in shown
    assert "100.0" in next(line for line in shown.splitlines() if "nDCG@10" in line)
    assert json.loads(Path("rankings.jsonl").read_text())["ranking"][0] == "d2"


def test_a_limit_spreads_evenly_over_the_set():
    samples = [Sample(str(n), "dev", "fact", "?") for n in range(7)]
    assert [s.id for s in spread(samples, 3)] == ["0", "2", "4"]
    assert spread(samples, 9) == samples
