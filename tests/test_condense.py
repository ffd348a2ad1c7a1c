"""Follow-ups take their subject from the turn before; other questions stay as they are."""

import pytest

from paperqa.condense import condense
from paperqa.types import Answer, Citation

TIDES = "TideFormer: A Transformer for Tide Gauges"
CITED = Answer(
    question="Which model fills gaps in tide gauges?",
    standalone_question="Which model fills gaps in tide gauges?",
    text="TideFormer does. [1]",
    refused=False,
    claims=(),
    citations=(Citation(1, "title:x", TIDES, "q", 0, 1, 1.0),),
    evidence=(),
    model="extractive",
)


@pytest.mark.parametrize(
    "question",
    ["And how long are the gaps it fills?", "What about its error?", "How many gauges do they use"],
)
def test_a_follow_up_names_the_paper_that_was_cited(question):
    assert TIDES in condense(question, [CITED])


def test_without_citations_the_last_question_is_the_subject():
    history = [
        {"role": "user", "content": "Which papers are about marine forecasting?"},
        {"role": "assistant", "content": "One survey is."},
    ]
    assert "marine forecasting" in condense("And how many papers does it order?", history)


@pytest.mark.parametrize(
    "question", ["What is head pruning?", "Which benchmark has recordings of ferries?"]
)
def test_a_question_that_stands_alone_is_unchanged(question):
    assert condense(question, [CITED]) == question


def test_without_history_nothing_is_added():
    assert condense("And how many parameters does it use?", []) == (
        "And how many parameters does it use?"
    )
