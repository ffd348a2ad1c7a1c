"""A question shows by its words whether it wants a list or a comparison."""

import pytest

from paperqa.answering.question import Question


def question(text):
    return Question("And that?", text, 0.0)  # what counts is how it stands alone


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Which papers use dropout?", True), ("Are there any surveys on tides?", True),
        ("And which small sparse models run on phones?", True), ("List work on fog", True),
        ("Who uses tide tables?", True), ("Which papers compare Gull and Tern?", True),
        ("Can you list papers on fog?", True), ("Please tell me which papers use it", True),
        ("Which paper uses dropout?", False), ("Which of the methods is fastest?", False),
        ("How do methods work?", False), ("Who wrote Gull?", False),
    ],
)  # fmt: skip
def test_lists_are_told_from_facts(text, wanted):
    assert question(text).wants_list is wanted


@pytest.mark.parametrize(
    ("text", "compares", "may_compare"),
    [
        ("How do Gull and Tern differ?", True, True), ("Gull vs. Tern", True, True),
        ("What is the difference to Tern?", True, True), ("Is Gull faster than Tern?", False, True),
        ("Gull or Tern?", False, True), ("Which papers compare Gull to Tern?", False, False),
        ("What does Gull read?", False, False), ("How is Gull different from Tern?", True, True),
        ("How is differentiable rendering done?", False, False),
        ("How many different farms were visited?", False, False),
    ],
)  # fmt: skip
def test_comparisons_are_told(text, compares, may_compare):
    asked = question(text)
    assert (asked.compares, asked.may_compare) == (compares, may_compare)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Which papers use dropout?", True), ("Are there any surveys on tides?", True),
     ("Which methods use dropout?", False), ("What does the paper say?", False)],
)  # fmt: skip
def test_papers_are_told_from_what_a_paper_may_list(text, wanted):
    assert question(text).wants_papers is wanted
