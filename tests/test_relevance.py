"""A sentence's score adds its meaning, the question's words and the kind of fact asked for."""

import pytest

from paperqa.relevance import (
    AMOUNT_WEIGHT,
    BEFORE_WEIGHT,
    LINK_WEIGHT,
    WORDS_WEIGHT,
    Asked,
    has_amount,
    has_figure,
    sentence_scores,
    wants_amount,
)

RARITY = {"ferri": 2.0, "harbour": 1.0, "hold": 1.0, "unasked": 9.0}
ASKED = Asked.read("How many ferries does Harbour hold?", RARITY)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many layers has it?", True), ("By what margin does it win?", True),
        ("What is the best validation accuracy?", True), ("In which year did it start?", True),
        ("With what log loss are the events told apart?", True),
        ("Which ranking loss does it use?", False), ("What loss function trains it?", False),
        ("How does it work?", False), ("Why is it fast?", False), ("What is GPT-4?", False),
    ],
)  # fmt: skip
def test_questions_for_an_amount_are_told(question, wanted):
    assert wants_amount(question) is wanted


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("It has 12 layers.", True), ("It is twice as fast.", True), ("GPT-4 has 96 heads.", True),
        ("Three layers are enough.", True), ("GPT-4 and ResNet50 are models.", False),
        ("Nobody knows.", False),
    ],
)  # fmt: skip
def test_amounts_are_told_from_names(text, given):
    assert has_amount(text) is given


def test_a_figure_measures_and_does_not_count():
    assert has_figure("It halves the cost.")
    assert has_figure("It is 58\\% smaller.")
    assert not has_figure("It combines two ideas of GPT-4.")


def test_coverage_weighs_words_by_how_telling_they_are():
    assert set(ASKED.rarity) == {"ferri", "harbour", "hold"}
    assert ASKED.coverage("a ferry") == 0.5
    assert ASKED.coverage("unasked") == 0.0
    assert ASKED.coverage("a ferry", without="Harbour") == pytest.approx(2 / 3)
    assert ASKED.coverage("a ferry", without="Harbour holds ferries") == 0.0


def test_a_score_is_the_sum_of_its_parts():
    sentences = ("Ferries hold 30 cars.", "Harbour is old.", "It carries GPT-4.")
    scores = sentence_scores(ASKED, "Harbour", sentences, (0.5, 0.4, -0.1))
    assert scores == pytest.approx(
        [0.5 + WORDS_WEIGHT + AMOUNT_WEIGHT, 0.4 + 0.5 * BEFORE_WEIGHT, -0.1 + 0.4 * BEFORE_WEIGHT]
    )
    assert sentence_scores(ASKED, "", ("See http://x.y.",), (0.3,)) == pytest.approx(
        [0.3 + LINK_WEIGHT]
    )
    why = Asked.read("Why do ferries hold?", RARITY)
    assert sentence_scores(why, "", sentences[:1], (0.5,)) == pytest.approx([0.5 + WORDS_WEIGHT])
