"""The command line as a user types it: output, errors of one sentence, exit codes."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paperqa import Library
from paperqa.doctor import what_leaves
from paperqa.settings import load_settings

SOFTMAX = "Which method replaces the softmax by a learned kernel?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, embedding):
    """A library that the tests of this file only read."""
    path = tmp_path_factory.mktemp("cli") / "library"
    with Library(path, embedding=embedding) as library:
        library.add(Path(__file__).parent / "data" / "listing.txt")
    return path


def test_add_reports_and_adding_again_is_free(paperqa, listing, tmp_path):
    library = tmp_path / "lib"
    first = paperqa("add", listing, "--library", library)
    assert (first.returncode, first.stdout) == (0, "added 5, updated 0, unchanged 0\n")
    second = paperqa("add", listing, "--library", library)
    assert (second.returncode, second.stdout) == (0, "added 0, updated 0, unchanged 5\n")


def test_pasted_text_and_removal(paperqa, listing, tmp_path):
    library = tmp_path / "lib"
    done = paperqa("add", "-", "--library", library, stdin=listing.read_text())
    assert done.stdout == "added 5, updated 0, unchanged 0\n"
    title = "TideFormer: a transformer for tide gauges"
    assert paperqa("remove", title, "--library", library).stdout == "removed 1\n"
    again = paperqa("remove", title, "--library", library)
    assert again.returncode == 1
    assert "no paper has the id or title" in again.stderr


def test_papers_as_json(paperqa, folder):
    rows = json.loads(paperqa("papers", "--json", "--library", folder).stdout)
    assert len(rows) == 5
    wanted = {"id", "title", "abstract", "text", "authors", "n_authors", "organization"}
    assert wanted | {"published", "sources"} <= rows[0].keys()


def test_papers_are_filtered(paperqa, folder):
    done = paperqa("papers", "--json", "--organization", "harbour", "--library", folder)
    assert [row["organization"] for row in json.loads(done.stdout)] == ["Harbour Lab"]
    assert "1 of 5" in paperqa("papers", "--words", "speech heads", "--library", folder).stdout


def test_search_as_json_quotes_exact_spans(paperqa, folder):
    rows = json.loads(paperqa("search", SOFTMAX, "-k", "3", "--json", "--library", folder).stdout)
    texts = {
        row["id"]: row["text"]
        for row in json.loads(paperqa("papers", "--json", "--library", folder).stdout)
    }
    assert [row["rank"] for row in rows] == [1, 2, 3]
    for row in rows:
        assert row.keys() == {"paper_id", "title", "score", "rank", "quote", "start", "end"}
        assert texts[row["paper_id"]][row["start"] : row["end"]] == row["quote"]


def test_ask_prints_markers_titles_and_quotes(paperqa, folder):
    done = paperqa("ask", SOFTMAX, "--library", folder)
    assert done.returncode == 0
    assert "[1]" in done.stdout
    assert "LanternNet: Cheap Kernels in Place of Softmax Attention" in done.stdout
    assert "learned kernel of rank 16" in done.stdout


def test_a_refusal_is_an_answer(paperqa, folder):
    done = paperqa("ask", "Who won the world cup in 1998?", "--json", "--library", folder)
    assert done.returncode == 0
    assert json.loads(done.stdout)["refused"] is True


def test_batch_answers_in_order_and_resumes(paperqa, folder, tmp_path):
    questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    history = [
        {"role": "user", "content": "Which model works on tide gauges?"},
        {"role": "assistant", "content": "TideFormer does."},
    ]
    rows = [
        {"id": 1, "question": SOFTMAX},
        {"id": "two", "question": "And how long are the gaps it fills?", "history": history},
        {"id": "three", "question": "How much does word error rate rise?"},
    ]
    questions.write_text("\n".join(map(json.dumps, rows)))
    command = ("ask", "--batch", questions, "--out", out, "--library", folder)
    assert paperqa(*command).returncode == 0
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert [a["id"] for a in answers] == ["1", "two", "three"]
    assert "9 hours" in answers[1]["answer"]["text"]

    whole = out.read_text()
    out.write_text(whole[: whole.index("\n") + 40])  # a crash in the second line
    done = paperqa(*command)
    assert "answered 2, kept 1" in done.stdout
    ids = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    assert ids == ["1", "two", "three"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{broken", "line 1: not valid JSON"),
        ('{"id": 1}', "needs an id and a question"),
        ('{"id": 1, "question": "q", "history": ["x"]}', "history must be"),
        ("", "holds no question"),
    ],
)
def test_a_broken_batch_says_where(paperqa, tmp_path, line, says):
    questions = tmp_path / "q.jsonl"
    questions.write_text(line + "\n")
    done = paperqa("ask", "--batch", questions, "--out", tmp_path / "a.jsonl")
    assert done.returncode == 1
    assert says in done.stderr


def test_answers_to_other_questions_are_not_mixed(paperqa, folder, tmp_path):
    questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    questions.write_text(json.dumps({"id": "b", "question": "x"}))
    out.write_text(json.dumps({"id": "a", "answer": {}}) + "\n")
    done = paperqa("ask", "--batch", questions, "--out", out, "--library", folder)
    assert done.returncode == 1
    assert "other questions" in done.stderr


def test_chat_remembers_and_ends_with_an_empty_line(paperqa, folder):
    lines = "Which model fills gaps in tide gauges?\nAnd how long are the gaps it fills?\n\n"
    done = paperqa("chat", "--library", folder, stdin=lines)
    assert done.returncode == 0
    assert "understood as" in done.stdout
    assert "9 hours" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["add", "nowhere.txt"], 1, "nowhere.txt: there is no such file or folder"),
        (["add"], 2, "Missing argument"),
        (["ask"], 2, "name a question"),
        (["ask", "--batch", "q.jsonl"], 2, "--batch needs --out"),
        (["papers", "--year", "soon"], 2, "must be a year"),
        (["models", "pull", "gpt"], 1, "no model is called 'gpt'"),
        (["frobnicate"], 2, "No such command"),
        (["ask", "   "], 1, "the question is empty"),
    ],
)
def test_bad_input_gets_one_sentence_and_a_code(paperqa, arguments, code, says):
    done = paperqa(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_named(paperqa, monkeypatch):
    monkeypatch.setenv("PAPERQA_SOURCES", "lots")
    done = paperqa("papers")
    assert done.returncode == 1
    assert "PAPERQA_SOURCES='lots'" in done.stderr


def test_an_unknown_model_says_which_there_are(paperqa, monkeypatch, folder):
    monkeypatch.setenv("PAPERQA_LLM", "gpt-5")
    done = paperqa("ask", SOFTMAX, "--library", folder)
    assert done.returncode == 1
    assert "openai:MODEL" in done.stderr


def test_doctor_names_what_to_fix(paperqa, monkeypatch, tmp_path):
    monkeypatch.setenv("PAPERQA_MODELS", str(tmp_path))
    monkeypatch.setenv("PAPERQA_LMM", "x")
    done = paperqa("doctor")
    assert done.returncode == 1
    assert "paperqa models pull minilm" in done.stderr
    assert "PAPERQA_LMM names no setting" in done.stdout
    assert "leaves this machine: nothing" in done.stdout


def test_doctor_is_content_with_a_good_set_up(paperqa, folder):
    done = paperqa("doctor", "--library", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 papers" in done.stdout


def test_doctor_says_that_another_embedding_needs_another_index(
    paperqa, monkeypatch, folder, tmp_path, potion
):
    copy = shutil.copytree(folder, tmp_path / "library")
    monkeypatch.setenv("PAPERQA_EMBEDDING", "potion")
    done = paperqa("doctor", "--library", copy)
    assert done.returncode == 1
    assert "potion-base-8M embeds, 256 dimensions" in done.stdout
    assert "run `paperqa repair` to build that index beside this one" in done.stderr
    done = paperqa("repair", "--library", copy)
    assert done.returncode == 0
    assert "rebuilt the indexes of 5 papers" in done.stdout
    assert "5/5" in done.stderr


def test_doctor_names_a_server_or_a_reranker_that_can_not_be_used(paperqa, monkeypatch, folder):
    monkeypatch.setenv("PAPERQA_EMBEDDING", "http://127.0.0.1:9/v1#m")
    monkeypatch.setenv("PAPERQA_RERANKER", "someone/cross-encoder")
    done = paperqa("doctor", "--library", folder)
    assert done.returncode == 1
    assert "can't be reached or broke off" in done.stderr
    assert "run `paperqa models pull someone/cross-encoder`" in done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"embedding": "potion", "reranker": "none"}, "nothing"),
        (
            {"embedding": "http://localhost:1/v1#m"},
            "nothing; a server on it (localhost) embeds texts",
        ),
        (
            {"embedding": "openai:e", "reranker": "https://r.example/v1#m"},
            "every paper, question and sentence of an answer, to api.openai.com; "
            "each question with the passages found for it, to r.example",
        ),
        (
            {"llm": "https://h.example/v1", "embedding": "http://localhost:1/v1#m"},
            "each question with the sentences found for it, to h.example",
        ),
    ],
)
def test_what_leaves_the_machine_counts_every_model(settings, said):
    assert what_leaves(load_settings(**settings)) == said


def test_the_models_that_one_can_choose_are_listed(paperqa, monkeypatch, tmp_path):
    monkeypatch.setenv("PAPERQA_MODELS", str(tmp_path))
    (tmp_path / "hub" / "owner--model").mkdir(parents=True)
    done = paperqa("models", "list")
    assert done.returncode == 0
    for words in ("minilm", "potion", "owner/model", "PAPERQA_EMBEDDING takes", "RERANKER takes"):
        assert words in done.stdout
    done = paperqa("models", "pull", "owner/other")
    assert done.returncode == 1
    assert "owner/other can't be pulled: the Hugging Face hub is switched off" in done.stderr


def test_escape_codes_of_a_paper_do_not_reach_the_terminal(paperqa, tmp_path):
    hostile = tmp_path / "x.txt"
    hostile.write_text("A \x1b]0;owned\x07Title\n\nThe \x1b[31mkernel\x1b[0m method is red.\n")
    library = tmp_path / "lib"
    paperqa("add", hostile, "--library", library)
    done = paperqa("ask", "Which kernel method is red?", "--library", library)
    assert "kernel" in done.stdout
    assert "\x1b" not in done.stdout + paperqa("papers", "--library", library).stdout


def test_help_is_quick():
    times = []
    for _ in range(3):
        started = time.perf_counter()
        command = [sys.executable, "-m", "paperqa.cli", "--help"]
        assert "Ask a collection" in subprocess.run(command, capture_output=True, text=True).stdout
        times.append(time.perf_counter() - started)
    assert min(times) < 2  # the figure itself is measured in benchmarks/start.py
