"""Two runs are joined by question; what differs is said with its uncertainty, and shown safely."""

import re

import pytest

from paperqa.errors import InputError
from paperqa.evaluation.compare import Condition, compare, row, write_page
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.response import Response
from paperqa.evaluation.run import Result, Run
from paperqa.evaluation.score import Score


def run(correct, kind="fact", name="", **more):
    """A run of questions 0, 1, 2 ... with these values of `correct` (or of `more`)."""
    results = []
    for n, value in enumerate(correct):
        sample = Sample(f"s{n}", "dev", kind, f"Q{n}?", reference="seven")
        scores = {"correct": value} | {metric: values[n] for metric, values in more.items()}
        scored = {m: None if v is None else Score(v) for m, v in scores.items()}
        results.append(Result(sample, Response(f"{name} says {value}"), scored))
    return Run(tuple(results), {"id": name, "model": name})


A, B = run([0, 0, 1, 1], name="a"), run([1, 1, 0, 1], name="b")


def test_wins_and_losses_are_the_questions_whose_score_changed():
    found = compare(A, B)
    assert [pair.outcome for pair in found.pairs] == ["win", "win", "loss", "same"]
    assert [pair.sample.id for pair in found.of("loss")] == ["s2"]
    assert found.of("loss")[0].b.response.text == "b says 0"
    assert found.changed_settings == {"id": ("a", "b"), "model": ("a", "b")}


def test_lists_are_won_by_the_citations_and_what_is_unscored_is_neither():
    before = run([None, None], "list", citation_f1=[0.5, 0.5])
    after = run([None, None], "list", citation_f1=[0.4, None])
    assert [pair.outcome for pair in compare(before, after).pairs] == ["loss", "unscored"]


def test_differences_are_b_less_a_by_kind_and_over_all():
    lists = run([None], "list", citation_f1=[0.5]).results[0]
    other = Result(Sample("x", "dev", "list", "Which?"), lists.response, lists.scores)
    found = compare(Run((*A.results, other)), Run((other, *B.results))).differences
    assert list(found) == ["fact", "list", "all"]
    assert found["fact"]["correct"].value == 3 / 4 - 2 / 4
    assert found["fact"]["correct"].p == 1  # 2 of 3 that differ: 2 · (3 + 1) / 2³
    assert (found["all"]["correct"].n, found["list"].keys()) == (4, {"citation_f1"})


def test_a_metric_is_over_what_both_runs_score():
    found = compare(run([1, 1, None]), run([1, None, 1])).differences["all"]["correct"]
    assert (found.n, found.a, found.b) == (1, 1, 1)


def test_runs_without_a_common_score_have_no_differences():
    assert compare(run([None]), run([1])).differences == {"fact": {}, "all": {}}


def test_questions_of_one_run_alone_are_named():
    shifted = Run((*A.results[1:3], Result(Sample("z", "dev", "fact", "?"), Response("7"), {})))
    found = compare(A, shifted)
    assert (found.only_a, found.only_b, len(found.pairs)) == (("s0", "s3"), ("z",), 2)
    assert "2 questions in both runs; 2 only in A, 1 only in B; 0 won" in found.summary


def test_runs_that_cannot_be_joined_are_refused():
    with pytest.raises(InputError, match="a and z share no question"):
        compare(A, Run((), {"id": "z"}))
    with pytest.raises(InputError, match="question s0 is not the same"):
        compare(A, run([1], "explain"))
    with pytest.raises(InputError, match="several questions of one id"):
        compare(A, Run(B.results * 2))


def test_a_row_says_better_only_where_0_is_left_out():
    found = compare(
        run([0] * 9 + [1], total=[2] * 9 + [1], invented_titles=[0.5] * 10),
        run([1] * 9 + [1], total=[9] * 9 + [1], invented_titles=[0.5] * 10),
    ).differences["all"]
    rows = {metric: row(metric, difference) for metric, difference in found.items()}
    # 9 wins, no loss: 2 / 2⁹
    assert rows["correct"][:4] == ("correct", "10.0", "100.0", "+90.0")
    assert rows["correct"][5:] == ("0.004", "10", "* better")
    assert (rows["total"][3], rows["total"][7]) == ("+6.30", "* worse")
    assert rows["invented_titles"][3:] == ("+0.0", "", "", "10", "")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("correct < 0.25", False), ("correct <= .25", True), ("correct>0", True),
        ("fact:correct >= +0.26", False), (" correct < -0.02 ", False),
    ],
)  # fmt: skip
def test_a_condition_is_of_the_difference(text, holds):
    assert Condition.parse(text).holds(compare(A, B)) is holds


@pytest.mark.parametrize(
    "text", ["", "correct", "correct < ", "correct = 1", "correct < nan", "<1"]
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(InputError, match="is no condition; write one as"):
        Condition.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corect < 0", "no such metric; it may be one of correct"),
        ("hit@5 < 0", "no such metric"), ("list:correct < 0", "kind; it may be one of fact, all"),
    ],
)  # fmt: skip
def test_a_condition_on_what_is_not_measured_never_passes(text, message):
    with pytest.raises(InputError, match=message):
        Condition.parse(text).holds(compare(A, B))


def test_the_page_stands_alone_and_shows_answers_as_text(tmp_path):
    evil = '</p><script>alert("x")</script><img src="https://example.org/x.png">'
    write_page(compare(A, run([1, 1, 0, 1], name=evil)), tmp_path / "new" / "page.html")
    page = (tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert "a says 0" in page
    assert "&lt;script&gt;alert(" in page
    assert page.count("<script") == 1
    assert not re.search(r"<(img|link|iframe)|\bsrc=\"|@import|url\(", page)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'" in page
    assert [page.count(f'data-outcome="{o}"') for o in ("win", "loss", "same")] == [2, 1, 1]
