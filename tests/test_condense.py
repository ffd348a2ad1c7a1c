"""Follow-ups take their subject from the turn before; other questions stay as they are."""

import pytest

from paperqa.condense import MAX_SUBJECT_TOKENS, Subject, continues, leans, rewrite, subject_of
from paperqa.passages import count_tokens
from paperqa.types import Answer, Citation, Evidence, Paper, Passage

TIDES = Subject("TideFormer", "tides")


def answer(*titles, question="Which model fills gaps in tide gauges?"):
    cited = tuple(Citation(n, f"id{n}", t, "q", 0, 1, 1.0) for n, t in enumerate(titles, 1))
    return Answer(question, question, "TideFormer. [1]", False, (), cited, (), "extractive")


def found(id_, similarity, coverage=0.0):
    paper, passage = Paper(id_, "", "", ""), Passage("", id_, 0, 0, "", ())
    return Evidence(paper, passage, 0.0, 1, similarity, coverage, (), 0)


@pytest.mark.parametrize(
    ("history", "subject"),
    [
        ((), None),
        ((answer("TideFormer: Gauges", "Gull"),), Subject("TideFormer", "id1")),
        ((answer("Old"), answer("Gull: Tables")), Subject("Gull", "id1")),
        ((answer("A Long Title without Colon"),), Subject("“A Long Title without Colon”", "id1")),
        ((answer("Gull"), answer(question="Who sails?")), Subject("Who sails?")),
        (({"role": "user", "content": "On fog?"}, {"role": "assistant", "content": "Yes"}),
         Subject("On fog?")),
    ],
)  # fmt: skip
def test_the_subject_is_the_paper_cited_first_in_the_last_turn(history, subject):
    assert subject_of(history) == subject


def test_a_long_question_is_a_subject_by_its_last_words():
    name = subject_of([{"role": "user", "content": "tide " * 200 + "gauges"}]).name
    assert name.endswith("gauges")
    assert count_tokens(name) <= MAX_SUBJECT_TOKENS


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("And how long are the gaps it fills?", "How long are the gaps TideFormer fills?"),
        ("what about its error?", "What about TideFormer's error?"),
        ("How many gauges do they use?", "How many gauges do TideFormer use?"),
        ("But does that paper name rivers?", "Does TideFormer name rivers?"),
        ("Which data does the method need?", "Which data does TideFormer need?"),
        ("Who wrote that?", "Who wrote TideFormer?"), ("Is it fast?", "Is TideFormer fast?"),
        ("What does it take as input?", "What does TideFormer take as input?"),
        ("Is it possible to fill gaps with it?", "Is it possible to fill gaps with TideFormer?"),
        ("Who are the authors?", "Who are the authors of TideFormer?"),
        ("How large is this dataset?", "How large is this dataset of TideFormer?"),
    ],
)  # fmt: skip
def test_a_follow_up_names_its_subject(question, rewritten):
    assert leans(question)
    assert rewrite(question, TIDES) == rewritten


@pytest.mark.parametrize(
    "question",
    [
        "What is head pruning?", "Which model is best for fog?",
        "Which papers show that heads are redundant?", "Is it possible to fill gaps in gauges?",
        "How long does it take to cross a harbour?", "It is possible that fog lifts; why?",
        "Who are the authors of Gull?",
    ],
)  # fmt: skip
def test_a_question_that_points_at_nothing_does_not_lean(question):
    assert not leans(question)


def test_without_a_name_or_a_place_the_subject_is_put_behind():
    assert rewrite("and the data?", TIDES) == "The data? (about: TideFormer)"
    assert rewrite("Is it old?", Subject("Who sails?")) == "Is it old? (about: Who sails?)"


@pytest.mark.parametrize(
    ("evidence", "goes_on"),
    [
        ((found("tides", 0.4, 0.4), found("fog", 0.6, 0.4)), True),  # 0.8 of 1.0
        ((found("tides", 0.4, 0.3), found("fog", 0.6, 0.4)), False),  # 0.7: a new topic
        ((found("fog", 0.6),), False),
        ((), False),
    ],
)
def test_a_conversation_goes_on_where_its_paper_fits_about_as_well(evidence, goes_on):
    assert continues(TIDES, evidence) is goes_on
