"""A run keeps each answer at once, goes on where it stopped, and estimates with its error."""

import json
from dataclasses import replace
from math import isnan

import pytest

from paperqa import Library
from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.response import Response
from paperqa.evaluation.run import Result, Run, answer, evaluate, load_run, run_settings
from paperqa.evaluation.score import Score
from paperqa.settings import load_settings
from paperqa.types import Answer

SAMPLES = tuple(Sample(f"s{n}", "dev", "fact", f"Q{n}?", ("T",), (("7",),)) for n in range(3))
SETTINGS = {"id": "one", "started": "now", "model": "none"}
HARBOUR = Sample(
    "h", "test", "fact", "What accuracy does LanternNet reach on the Harbour benchmark?",
    ("LanternNet: Cheap Kernels in Place of Softmax Attention",), (("81.4 %",),),
)  # fmt: skip


class Answerer:
    """Answers 7, and notes what it was asked."""

    def __init__(self, text="7", stop=9):
        self.asked, self.text, self.stop = [], text, stop

    def ask(self, question, history):
        if len(self.asked) == self.stop:
            raise KeyboardInterrupt
        self.asked.append((question, [turn.question for turn in history]))
        return Answer(question, question, self.text, False, (), (), (), "extractive")


def go(folder, answerer, samples=SAMPLES, settings=SETTINGS):
    seen = []
    run = evaluate(
        answerer.ask, samples, folder=folder, settings=settings,
        progress=lambda *done: seen.append(done),
    )  # fmt: skip
    return run, seen


def test_a_run_keeps_a_row_for_each_sample(tmp_path):
    folder = tmp_path / "runs" / "one"
    run, seen = go(folder, Answerer())
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_bytes().splitlines()]
    assert [(row["sample"]["id"], row["response"]["text"]) for row in rows] == [
        ("s0", "7"), ("s1", "7"), ("s2", "7"),
    ]  # fmt: skip
    assert [(r.sample, r.scores["correct"].value) for r in run.results] == [(s, 1) for s in SAMPLES]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert load_run(folder) == run


def test_a_stopped_run_goes_on_and_asks_nothing_twice(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        go(tmp_path, Answerer(stop=2))
    with pytest.raises(InputError, match="the run was stopped"):
        load_run(tmp_path)
    rest = Answerer("7\u2028")  # ends a line for str.splitlines, not in a file
    later = SETTINGS | {"id": "two", "started": "later"}
    run, seen = go(tmp_path, rest, settings=later)
    assert rest.asked == [("Q2?", [])]
    assert [r.response.text for r in run.results] == ["7", "7", "7\u2028"]
    assert seen == [(2, 3), (3, 3)]
    assert load_run(tmp_path) == replace(run, settings=SETTINGS)
    again, seen = go(tmp_path, Answerer(stop=0))
    assert (again.results, seen) == (run.results, [(3, 3)])


@pytest.mark.parametrize("cut", [1, 9])
def test_a_line_cut_short_is_asked_again(tmp_path, cut):
    run, _ = go(tmp_path, Answerer())
    answers = tmp_path / "answers.jsonl"
    whole = answers.read_bytes()
    answers.write_bytes(whole[:-cut])
    again = Answerer()
    assert go(tmp_path, again)[0] == run
    assert (len(again.asked), answers.read_bytes()) == (1, whole)


@pytest.mark.parametrize(
    ("samples", "settings"),
    [
        (SAMPLES[1:], SETTINGS), (SAMPLES[:2], SETTINGS), (SAMPLES[::-1], SETTINGS),
        ((replace(SAMPLES[0], keys=(("8",),)), *SAMPLES[1:]), SETTINGS),
        (SAMPLES, SETTINGS | {"model": "local"}), (SAMPLES, {}),
    ],
)  # fmt: skip
def test_another_run_is_not_mixed_in(tmp_path, samples, settings):
    go(tmp_path, Answerer())
    before = (tmp_path / "answers.jsonl").read_bytes()
    with pytest.raises(InputError, match="holds another run"):
        go(tmp_path, Answerer(), samples, settings)
    assert (tmp_path / "answers.jsonl").read_bytes() == before


def test_a_run_takes_a_file_of_questions_and_needs_no_folder(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text('{"id": "a", "question": "How many?", "keys": [["7"]]}\n')
    run = evaluate(lambda question, history: "It is 7.", str(file))
    assert run.estimates()["fact"]["correct"].mean == 1
    assert list(tmp_path.iterdir()) == [file]


def test_the_questions_before_are_asked_in_turn():
    answerer = Answerer()
    follow_up = Sample("f", "dev", "followup", "And it?", history=("Who?", "Where?"))
    assert answer(follow_up, answerer.ask).question == "And it?"
    assert answerer.asked == [("Who?", []), ("Where?", ["Who?"]), ("And it?", ["Who?", "Where?"])]


@pytest.mark.parametrize(
    ("given", "correct", "cited"),
    [
        ("It is 7.", 1, 0),
        ({"text": "8"}, 0, 0),
        ({"text": "7", "citations": [{"title": "t"}]}, 1, 1),
    ],
)
def test_any_callable_is_scored(given, correct, cited):
    (result,) = evaluate(lambda question, history: given, SAMPLES[:1]).results
    assert result.scores["correct"].value == correct
    assert result.scores["citation_recall"].value == cited


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"citations": []}, r"s1: .*docs/json\.md.* text: Field required"),
        ({"text": "7", "citations": [{}]}, r"s1: .* citations\.0\.title: Field required"),
        (None, "s1: .* NoneType is no answer"),
    ],
)
def test_an_answer_of_another_form_names_the_sample(tmp_path, given, message):
    answers = iter(["7", given])
    with pytest.raises(InputError, match=message):
        evaluate(lambda question, history: next(answers), SAMPLES, folder=tmp_path)
    assert (tmp_path / "answers.jsonl").read_bytes().count(b"\n") == 1  # the first one is kept


def test_an_error_of_the_answerer_is_its_own():
    with pytest.raises(KeyError):
        evaluate(lambda question, history: {}["text"], SAMPLES)


def test_the_quotes_of_a_library_stand_in_its_papers(filled):
    run = evaluate(filled.ask, [HARBOUR], find=filled.paper)
    scores = run.results[0].scores
    assert run.results[0].response.cited
    for name in ("correct", "first_citation", "exact_quotes", "hit@1"):
        assert scores[name].value == 1, name
    assert scores["invented_titles"].value == 0


@pytest.mark.parametrize(
    ("tampered", "metric", "value"),
    [
        (lambda c: c | {"quote": c["quote"].replace("81.4", "91.4")}, "exact_quotes", 0),
        (lambda c: c | {"start": c["start"] + 1}, "exact_quotes", 0),
        (lambda c: c | {"quote": c["quote"].lower()}, "exact_quotes", 0),
        (lambda c: c | {"title": "LanternNet 2"}, "invented_titles", 1),
        (lambda c: c | {"paper_id": "nowhere"}, "invented_titles", 1),
    ],
)
def test_a_citation_tampered_with_is_noticed(filled, tampered, metric, value):
    def ask(question, history):
        row = filled.ask(question, history).to_dict()
        (quoting, *_) = (c for c in row["citations"] if "81.4" in c["quote"])
        return row | {"citations": [tampered(quoting)]}

    (result,) = evaluate(ask, [HARBOUR], find=filled.paper).results
    assert result.scores[metric].value == value


def result(kind, value):
    scores = {"correct": value, "nothing": None}
    return Result(Sample("id", "dev", kind, "q"), Response(""), scores)


def test_estimates_have_standard_errors_and_leave_out_what_says_nothing():
    run = Run((
        result("fact", Score(1.0)), result("fact", Score(0.0)), result("fact", None),
        result("fact", Score(None)), result("explain", Score(1.0)), result("list", Score(None)),
    ))  # fmt: skip
    found = run.estimates()
    assert list(found) == ["fact", "explain", "list", "all"]
    assert all(set(estimates) == {"correct"} for estimates in found.values())
    fact, explain, every = (found[kind]["correct"] for kind in ("fact", "explain", "all"))
    # The standard deviation of 1, 0 is √½, of 1, 0, 1 it is √⅓; over √n.
    assert (fact.mean, fact.error, fact.n, fact.unscored) == (0.5, pytest.approx(0.5), 2, 1)
    assert (explain.mean, explain.error, explain.n, explain.unscored) == (1, None, 1, 0)
    assert (every.mean, every.error) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (every.n, every.unscored) == (3, 2)
    assert isnan(found["list"]["correct"].mean)


def test_kinds_are_in_order_of_appearance():
    run = Run((result("list", None), result("fact", None), result("list", None)))
    assert run.kinds == ("list", "fact", "all")
    assert [len(run.of_kind(kind)) for kind in run.kinds] == [2, 1, 3]


def test_the_settings_of_a_run_tell_runs_apart_and_hold_no_secret(tmp_path, embedding):
    endpoint = "http://127.0.0.1:9/v1#small-7b"
    settings = load_settings(library=tmp_path / "lib", llm=endpoint, api_key="sesame", sources=3)
    questions = tmp_path / "mine.jsonl"
    questions.touch()
    with Library(settings=settings, embedding=embedding) as library:
        about = run_settings(library, questions, "dev", ("fact",), 5)
    assert about["id"].endswith("-mine-dev-small-7b")
    assert (about["model"], about["sources"], about["papers"]) == (endpoint, 3, 0)
    assert (about["split"], about["kinds"], about["questions"]) == ("dev", ["fact"], 5)
    assert "sesame" not in json.dumps(about)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("settings.json", None), ("settings.json", "{"), ("scores.jsonl", "[\n"),
        ("answers.jsonl", '{"sample": {}}\n'), ("answers.jsonl", "[]\n"),
    ],
)  # fmt: skip
def test_a_folder_without_a_run_is_named(tmp_path, file, text):
    go(tmp_path, Answerer())
    (tmp_path / file).unlink() if text is None else (tmp_path / file).write_text(text)
    with pytest.raises(InputError, match="holds no evaluation run") as caught:
        load_run(tmp_path)
    assert str(tmp_path) in str(caught.value)
