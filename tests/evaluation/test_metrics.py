"""Every metric with right, wrong, refused, long and empty answers; values worked out by hand."""

import pytest

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS, wording
from paperqa.types import Answer, Citation, Evidence, Paper, Passage

NAMES = "correct first_citation citation_precision citation_recall list_precision false_refusal"


def answer(text="", cited="", refused=False, found="", model="qwen"):
    """`cited` and `found` are titles of one letter."""
    citations = tuple(Citation(n, t, t, "q", 0, 1, 1.0) for n, t in enumerate(cited, 1))
    evidence = tuple(
        Evidence(Paper(t, t, "", ""), Passage("", t, 0, 0, "", ()), 0.0, n, 0.0, 0.0, (), 0)
        for n, t in enumerate(found, 1)
    )
    return Answer("q", "q", text, refused, (), citations, evidence, model)


def sample(kind, titles="", *keys):
    return Sample("id", "dev", kind, "q", tuple(titles), tuple((key,) for key in keys))


FACT, META, LIST = sample("fact", "A", "7"), sample("metadata", "AB"), sample("list", "ABCD")
NEITHER = sample("unanswerable", "A")
PREMISE = sample("unanswerable", "A", "eight")
REFUSAL = answer("No.", refused=True)


@pytest.mark.parametrize(
    ("asked", "given", "values"),
    [
        (FACT, answer("It is 7. [1]", "A"), (1, 1, 1, None, None, 0)),
        (FACT, answer("It is 7. [1][2]", "BA"), (1, 0, 0.5, None, None, 0)),
        (FACT, answer("It is 8. [1]", "a"), (0, 1, 1, None, None, 0)),
        (FACT, answer("It is 8 [7].", "B"), (0, 0, 0, None, None, 0)),
        (FACT, REFUSAL, (0, None, None, None, None, 1)),
        (FACT, answer("Not 7.", "A", refused=True), (0, None, None, None, None, 1)),
        (FACT, answer(), (0, None, None, None, None, 0)),
        (FACT, answer("7" + " word [1]" * 59, "A"), (1, 1, 1, None, None, 0)),
        (FACT, answer("7" + " word" * 60, "A"), (0, 1, 1, None, None, 0)),
        (sample("explain", "A", "7"), answer("7" + " word" * 119), (1, None, None, None, None, 0)),
        (sample("explain", "A", "7"), answer("7" + " word" * 120), (0, None, None, None, None, 0)),
        (sample("fact", "A", "7", "ferries"), answer("7 cars", "A"), (0, 1, 1, None, None, 0)),
        (sample("compare", "AB", "7"), answer("7" + " w" * 999, "A"), (1, 1, 1, 0.5, None, 0)),
        (META, answer("Two.", "BA"), (1, 1, 1, 1, None, 0)),
        (META, answer("Two.", "ABC"), (0, 1, 2 / 3, 1, None, 0)),
        (META, answer("One.", "A"), (0, 1, 1, 0.5, None, 0)),
        (META, REFUSAL, (0, None, None, 0, None, 1)),
        (sample("metadata", "", "12"), answer("12 of 40."), (1, None, None, None, None, 0)),
        (LIST, answer("- A [1]", "AXAB"), (None, 1, 2 / 3, 0.5, 2 / 3, 0)),
        (LIST, answer("- X [1]", "X"), (None, 0, 0, 0, 0, 0)),
        (LIST, answer(), (None, None, None, 0, 0, 0)),
        (LIST, REFUSAL, (None, None, None, 0, 0, 1)),
        (NEITHER, REFUSAL, (1, None, None, None, None, None)),
        (NEITHER, answer("It is 7.", "A"), (0, None, None, None, None, None)),
        (NEITHER, answer(), (0, None, None, None, None, None)),
        (PREMISE, answer("No, it is eight.", "A"), (1, None, None, None, None, None)),
        (PREMISE, answer("No, it is eight.", "B"), (0, None, None, None, None, None)),
        (PREMISE, answer("It is seven.", "A"), (0, None, None, None, None, None)),
    ],
)
def test_an_answer_is_worth(asked, given, values):
    assert tuple(METRICS[name](asked, given) for name in NAMES.split()) == pytest.approx(values)


@pytest.mark.parametrize(
    ("asked", "found", "first", "five"),
    [
        (FACT, "AX", 1, 1), (FACT, "XYZVA", 0, 1), (FACT, "XYZVWA", 0, 0), (FACT, "", 0, 0),
        (META, "A", None, None), (NEITHER, "A", None, None), (sample("explain"), "A", None, None),
    ],
)  # fmt: skip
def test_a_hit_is_a_right_paper_among_the_first(asked, found, first, five):
    given = answer(found=found, refused=True)
    assert (METRICS["hit@1"](asked, given), METRICS["hit@5"](asked, given)) == (first, five)


@pytest.mark.parametrize(
    ("asked", "given", "value"),
    [
        (FACT, answer("7", model="qwen"), 1), (FACT, answer("7", model="extractive"), 0),
        (FACT, REFUSAL, None), (META, answer("Two."), None),
    ],
)  # fmt: skip
def test_worded_tells_a_model_from_quotes(asked, given, value):
    assert METRICS["worded"](asked, given) == value


def test_the_tables_here_leave_no_metric_out():
    assert set(METRICS) == {*NAMES.split(), "hit@1", "hit@5", "worded"}
    assert wording(answer("It is 7. [1][12] So [2].")) == "It is 7. So."
