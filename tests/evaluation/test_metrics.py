"""Every metric with right, wrong, refused, empty and other answers; values worked out by hand.

A table gives, for a question and an answer to it, the value of each metric in its heading: None
where the metric says nothing about the question, `UNSCORED` where it can't grade the answer.
"""

from dataclasses import replace
from math import log2

import pytest

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.metrics.correctness import wording
from paperqa.evaluation.response import Cited, Response
from paperqa.evaluation.score import Score

UNSCORED = "unscored"


def sample(kind, titles="", *keys, **fields):
    """`titles` are of one letter; the alternatives of a key are parted by a bar."""
    groups = tuple(tuple(key.split("|")) for key in keys)
    return Sample("id", "dev", kind, "q", tuple(titles), groups, **fields)


def said(text="", cites="", found=None, **fields):
    """`cites` and `found` are titles of one letter."""
    cited = tuple(Cited(title) for title in cites)
    return Response(text, cited=cited, found=None if found is None else tuple(found), **fields)


FACT = sample("fact", "A", "7|seven", reference="It has 7 ferries.")
TWO_KEYS = sample("fact", "A", "7|seven", "ferries")
EXPLAIN, COMPARE = sample("explain", "A", "7"), sample("compare", "AB", "7")
META, COUNT = sample("metadata", "AB"), sample("metadata", "", "12")
LIST = sample("list", "ABCD", reference="A, B, C and D.")
NEITHER = sample("unanswerable", "A", reason="absent detail", reference="They do not say.")
PREMISE = sample("unanswerable", "A", "eight", reason="false premise")
KEYLESS = sample("fact", "A", reference="It has 7 ferries.")
REFUSAL = said("It has 7 ferries? Not said.", "A", refused=True)


def checked(claims="", known="", exact=""):
    """One claim or citation a character: y passed, n failed, ? not checked."""
    passed = {"y": True, "n": False, "?": None}
    return Response(
        "",
        claims=tuple((f"claim {n}", passed[c], "no quote") for n, c in enumerate(claims)),
        cited=tuple(
            Cited(f"title {n}", f"quote {n}", passed[k], passed[e])
            for n, (k, e) in enumerate(zip(known, exact, strict=True))
        ),
    )


TIMES = {"evidence": 0.25, "first_token": 0.5, "first_claim": 1.5, "total": 2.0}
USAGE = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}

TABLES = {
    "correct exact_match token_f1 rouge_l": [
        (FACT, said("It has 7 ferries. [1]"), 1, 1, 1, 1),
        # SQuAD's words: 7, ferries. ROUGE's: the, 7, ferries. Both against four.
        (FACT, said("The 7 ferries!"), 1, 0, 4 / 6, 4 / 7),
        (FACT, said("Ferries 7 has it"), 1, 0, 1, 2 / 8),  # one word is in order at most
        (FACT, said("It has 8 [7] cars."), 0, 0, 4 / 8, 4 / 8),
        (FACT, said("Gulls nest."), 0, 0, 0, 0),
        (FACT, said(), 0, 0, 0, 0),
        (FACT, REFUSAL, 0, 0, 0, 0),
        (FACT, said("7" + " word [1]" * 59), 1, 0, 2 / 64, 2 / 64),
        (FACT, said("7" + " word" * 60), 0, 0, 2 / 65, 2 / 65),
        (EXPLAIN, said("7" + " word" * 119), 1, None, None, None),
        (EXPLAIN, said("7" + " word" * 120), 0, None, None, None),
        (COMPARE, said("7" + " word" * 999), 1, None, None, None),
        (TWO_KEYS, said("Seven ferries"), 1, None, None, None),
        (TWO_KEYS, said("7 cars"), 0, None, None, None),
        (sample("fact", "A", "$"), said("$"), 0, None, None, None),  # a key without words
        (META, said("Two.", "BA"), 1, None, None, None),
        (META, said("Two.", "ABC"), 0, None, None, None),
        (META, said("One.", "A"), 0, None, None, None),
        (META, replace(REFUSAL, cited=(Cited("A"), Cited("B"))), 0, None, None, None),
        (COUNT, said("12 of 40."), 1, None, None, None),
        (LIST, said("A, B, C and D.", "ABCD"), None, None, None, None),
        (NEITHER, REFUSAL, 1, None, None, None),
        (NEITHER, said("They do not say.", "A"), 0, None, None, None),
        (NEITHER, said(), 0, None, None, None),
        (PREMISE, said("No, it is eight.", "A"), 1, None, None, None),
        (PREMISE, said("No, it is eight.", "B"), 0, None, None, None),
        (PREMISE, said("It is seven.", "A"), 0, None, None, None),
        (KEYLESS, said("It has 7 ferries.", "A"), UNSCORED, 1, 1, 1),
        (KEYLESS, REFUSAL, UNSCORED, 0, 0, 0),
        (sample("metadata"), said(), UNSCORED, None, None, None),
    ],
    "first_citation citation_precision citation_recall citation_f1": [
        (FACT, said("7", "A"), 1, 1, 1, 1),
        (FACT, said("7", "a"), 1, 1, 1, 1),
        (FACT, said("7", "BA"), 0, 1 / 2, 1, 2 / 3),
        (FACT, said("7", "B"), 0, 0, 0, 0),
        (FACT, said("7"), None, None, 0, 0),
        (FACT, REFUSAL, None, None, 0, 0),
        (LIST, said("-", "AXAB"), 1, 2 / 3, 2 / 4, 4 / 7),  # three papers are cited, four right
        (LIST, said("-", "DCBA"), 1, 1, 1, 1),
        (LIST, said("-", "X"), 0, 0, 0, 0),
        (LIST, said(), None, 0, 0, 0),
        (LIST, REFUSAL, None, None, 0, 0),
        (NEITHER, said("7", "A"), None, None, None, None),
        (COUNT, said("12", "A"), None, None, None, None),
    ],
    "supported_claims exact_quotes invented_titles": [
        (FACT, checked("yy", "yy", "yy"), 1, 1, 0),
        (FACT, checked("n", "n", "n"), 0, 0, 1),
        (LIST, checked("yyyn", "ynn", "yyn"), 3 / 4, 2 / 3, 2 / 3),
        (FACT, checked("y", "y?", "?n"), 1, 0, 0),
        (FACT, checked("y", "?", "?"), 1, None, None),
        (FACT, replace(checked("nn"), refused=True), 0, None, None),
        (FACT, said("7"), None, None, None),
        (FACT, said(), None, None, None),
    ],
    "refusal_precision refusal_recall false_refusal": [
        (FACT, said("7"), None, None, 0),
        (FACT, said(), None, None, 0),
        (FACT, REFUSAL, 0, None, 1),
        (LIST, REFUSAL, 0, None, 1),
        (NEITHER, REFUSAL, 1, 1, None),
        (NEITHER, said("7"), None, 0, None),
        (NEITHER, said(), None, 0, None),
        (PREMISE, said("No, it is eight.", "A"), None, 0, None),
    ],
    "hit@1 hit@5 recall@5 nDCG@10": [
        (FACT, said(found="A"), 1, 1, 1, 1),
        (FACT, said(found="XA"), 0, 1, 1, 1 / log2(3)),
        (FACT, said(found="XXXXXXa"), 0, 1, 1, 1 / log2(3)),  # a paper counts once
        (FACT, said(found="VWXYA"), 0, 1, 1, 1 / log2(6)),
        (FACT, said(found="VWXYZA"), 0, 0, 0, 1 / log2(7)),
        (FACT, said(found="QRSTUVWXYZA"), 0, 0, 0, 0),
        (FACT, replace(REFUSAL, found=("A",)), 1, 1, 1, 1),
        (FACT, said(found=""), 0, 0, 0, 0),
        (FACT, said("7", "A"), None, None, None, None),  # tells nothing of its evidence
        # Two of the four are found, at 1 and 3; all four would be at 1 to 4.
        (LIST, said(found="AXB"), 1, 1, 1 / 2, 1.5 / (1.5 + 1 / log2(3) + 1 / log2(5))),
        (META, said(found="A"), None, None, None, None),
        (NEITHER, said(found="A"), None, None, None, None),
        (sample("fact", "", "7"), said(found="A"), None, None, None, None),
    ],
    "worded first_token first_claim total tokens cost": [
        (FACT, said("7", model="qwen", seconds=TIMES, usage=USAGE, cost=0.02),
         1, 0.5, 1.5, 2, 100, 0.02),
        (FACT, said("7", model="extractive", seconds={"total": 0.1}, cost=0.0),
         0, None, None, 0.1, None, 0),
        (FACT, replace(REFUSAL, model="qwen", seconds={"total": 3.0}, usage={"prompt_tokens": 5}),
         None, None, None, 3, 5, None),
        (META, said("Two.", model="extractive"), None, None, None, None, None, None),
        (FACT, said("7", usage={"total_tokens": 9}), None, None, None, None, None, None),
        (FACT, said(), None, None, None, None, None, None),
    ],
}  # fmt: skip
CASES = [
    (name, asked, given, value)
    for heading, rows in TABLES.items()
    for asked, given, *values in rows
    for name, value in zip(heading.split(), values, strict=True)
]
SHARES = [name for name, metric in METRICS.items() if metric.unit == "share"]


def worth(measure, asked, given):
    score = measure(asked, given)
    return UNSCORED if score is not None and score.value is None else score and score.value


def disagreements(name, measure):
    """The cases of a metric's table that a measure gives another value."""
    return [
        (asked, given, value)
        for case, asked, given, value in CASES
        if case == name and worth(measure, asked, given) != pytest.approx(value)
    ]


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_gives_what_its_table_says(name):
    assert disagreements(name, METRICS[name].of) == []


def test_no_metric_is_without_a_case():
    assert {name for name, *_ in CASES} == set(METRICS)


@pytest.mark.parametrize("constant", [Score(0.0), Score(1.0), Score(None), None])
@pytest.mark.parametrize("name", METRICS)
def test_a_metric_that_always_says_the_same_is_caught(name, constant):
    assert disagreements(name, lambda asked, given: constant)


@pytest.mark.parametrize("name", SHARES)
def test_two_answers_to_one_question_are_told_apart(name):
    worths = {}
    for case, asked, _, value in CASES:
        if case == name:
            worths.setdefault(asked, set()).add(value)
    assert any(len(values) > 1 for values in worths.values())
    assert {0, 1} <= set().union(*worths.values())


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (said("Yes."), 0),
        (REFUSAL, 2),  # the two that have no answer
        # Too long for a fact, too many papers; its "eight" corrects the false premise.
        (said("7 12 eight" + " word" * 60, "ABCDX"), 2),
    ],
)
def test_one_answer_to_every_question_is_mostly_wrong(given, right):
    asked = (FACT, TWO_KEYS, META, COUNT, NEITHER, PREMISE)
    assert sum(METRICS["correct"].of(one, given).value for one in asked) == right


@pytest.mark.parametrize(
    ("name", "asked", "given", "why"),
    [
        ("correct", TWO_KEYS, said("Cars"), "lacks 7 or seven; ferries"),
        ("correct", FACT, said("7" + " word" * 60), "61 words, more than 60"),
        ("correct", META, said("", "AX"), "1 papers missing, 1 too many"),
        ("correct", NEITHER, said("7"), "answered, though: absent detail"),
        ("correct", KEYLESS, said("7"), "the sample has no key strings"),
        ("first_citation", FACT, said("7", "BA"), "cites “B” first"),
        ("citation_recall", LIST, said("-", "AX"), "1 of 4"),
        ("supported_claims", FACT, checked("yn"), "“claim 1” no quote"),
        ("exact_quotes", FACT, checked("", "yy", "yn"), "“quote 1”"),
        ("invented_titles", FACT, checked("", "ny", "ny"), "“title 0”"),
        ("refusal_recall", NEITHER, said("7"), "absent detail"),
        ("recall@5", LIST, said(found="AXB"), "right papers at rank 1, 3"),
        ("hit@5", FACT, said(found="X"), "no right paper"),
        ("worded", FACT, said("7", model="extractive"), "extractive"),
    ],
)  # fmt: skip
def test_a_score_says_why(name, asked, given, why):
    assert METRICS[name].of(asked, given).why == why


def test_markers_are_no_part_of_the_wording():
    assert wording(said("It is 7. [1][12] So [2].")) == "It is 7. So."
