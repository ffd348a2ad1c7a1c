"""A run keeps each answer at once, goes on where it stopped, and estimates with its error."""

import json

import pytest

from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.run import Estimate, answer, estimates, run
from paperqa.types import Answer

SAMPLES = tuple(Sample(f"s{n}", "dev", "fact", f"Q{n}?", ("T",), (("7",),)) for n in range(3))


class Library:
    """Answers 7, and notes what it was asked."""

    def __init__(self, text="7", stop=9):
        self.asked, self.text, self.stop = [], text, stop

    def ask(self, question, history):
        if len(self.asked) == self.stop:
            raise KeyboardInterrupt
        self.asked.append((question, [turn.question for turn in history]))
        return Answer(question, question, self.text, False, (), (), (), "extractive")


def go(out, library, samples=SAMPLES):
    seen = []
    return run(samples, library.ask, out, lambda *done: seen.append(done)), seen


def test_a_run_writes_a_row_for_each_sample(tmp_path):
    out = tmp_path / "runs" / "rows.jsonl"
    rows, seen = go(out, Library())
    assert [json.loads(line) for line in out.read_text().splitlines()] == rows
    assert [(row["id"], row["scores"]["correct"]) for row in rows] == [(s.id, 1) for s in SAMPLES]
    assert rows[0]["answer"]["text"] == "7"
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_stopped_run_goes_on_and_asks_nothing_twice(tmp_path):
    out = tmp_path / "rows.jsonl"
    with pytest.raises(KeyboardInterrupt):
        go(out, Library(stop=2))
    rest = Library("7\u2028")  # ends a line for str.splitlines, not in a file
    rows, seen = go(out, rest)
    assert rest.asked == [("Q2?", [])]
    assert [row["id"] for row in rows] == ["s0", "s1", "s2"]
    assert seen == [(2, 3), (3, 3)]
    assert go(out, Library(stop=0)) == (rows, [(3, 3)])


@pytest.mark.parametrize("cut", [1, 9])
def test_a_line_cut_short_is_asked_again(tmp_path, cut):
    out = tmp_path / "rows.jsonl"
    rows, _ = go(out, Library())
    whole = out.read_bytes()
    out.write_bytes(whole[:-cut])
    again = Library()
    assert go(out, again)[0] == rows
    assert (len(again.asked), out.read_bytes()) == (1, whole)


def test_answers_to_other_samples_are_not_mixed_in(tmp_path):
    out = tmp_path / "rows.jsonl"
    go(out, Library())
    for other in (SAMPLES[1:], SAMPLES[:2]):
        with pytest.raises(InputError, match="other questions"):
            go(out, Library(), other)


def test_the_questions_before_are_asked_in_turn():
    library = Library()
    follow_up = Sample("f", "dev", "followup", "And it?", history=("Who?", "Where?"))
    assert answer(follow_up, library.ask).question == "And it?"
    assert library.asked == [("Who?", []), ("Where?", ["Who?"]), ("And it?", ["Who?", "Where?"])]


def test_estimates_have_standard_errors_and_leave_out_what_says_nothing():
    def row(kind, value):
        return {"kind": kind, "scores": dict.fromkeys(METRICS) | {"correct": value}}

    rows = [row("fact", 1.0), row("fact", 0.0), row("fact", None), row("explain", 1.0)]
    found = estimates(rows)
    # the standard deviation of 1, 0 is √½; of 1, 0, 1 it is √⅓
    assert found["fact"] == {"correct": Estimate(0.5, pytest.approx(0.5), 2)}
    assert found["explain"] == {"correct": Estimate(1.0, None, 1)}
    assert found["all"]["correct"] == Estimate(pytest.approx(2 / 3), pytest.approx(1 / 3), 3)
    assert str(found["all"]["correct"]) == "66.7 ± 33.3 % (n 3)"
    assert str(found["explain"]["correct"]) == "100.0 % (n 1)"
