"""What becomes of a small model's sentences, said here by a script that says what models say."""

import pytest

from paperqa.answering.single import is_sure

QUESTION = "How accurate is LanternNet on the Harbour benchmark?"
FIGURE = "LanternNet reaches 81.4\\% accuracy on the Harbour benchmark."
FAR = "Softmax attention costs time and memory that grow with the square of the sequence."


def test_a_sentence_that_holds_is_shown_with_its_quote(ask):
    answer = ask(QUESTION, FIGURE)
    assert answer.text.startswith(FIGURE)
    assert "81.4" in answer.citations[0].quote
    assert (answer.model, answer.refused) == ("scripted", False)


def test_a_sentence_on_other_sentences_gives_way_to_one_on_the_best(ask, monkeypatch):
    monkeypatch.setattr("paperqa.answering.single.NEAR", 1)
    answer = ask(QUESTION, FAR, " ", FIGURE)
    assert FAR not in answer.text
    assert [c.reason for c in answer.claims if not c.supported] == ["beside the question"]


def test_a_sentence_on_other_sentences_is_better_than_none(ask, monkeypatch):
    monkeypatch.setattr("paperqa.answering.single.NEAR", 1)
    answer = ask(QUESTION, FAR)
    assert answer.text.startswith(FAR)
    assert answer.model == "scripted"


def test_a_sentence_that_fails_is_replaced_by_the_one_it_leans_on(ask):
    failing = "On the Harbour benchmark LanternNet reaches 84.1\\% accuracy with less memory."
    answer = ask(QUESTION, "LanternNet reaches the accuracy of nobody else on the benchmark.")
    assert "81.4" in answer.text.split("”")[0]
    assert answer.model == "extractive"
    assert ask(QUESTION, failing).refused  # a number that is nowhere is made up


def test_a_model_that_declines_in_words_is_believed(ask):
    assert ask(QUESTION, "The sources do not say.").refused


def test_a_verdict_of_no_on_all_papers_is_a_refusal(ask):
    assert ask(QUESTION, FIGURE, odds=(-1.0, -2.0, -3.0)).refused


@pytest.mark.parametrize(
    ("verdicts", "scores", "sure"),
    [
        ([3.6], [5.0, 5.0], True), ([0.5], [5.0, 5.0], False), ([0.5, 3.6], [5.0, 5.0], True),
        ([0.5], [9.0, 1.0], True),  # so far ahead that no other can be meant
        ([0.5, 0.4], [9.0, 8.9, 1.0], True), ([0.5], [5.0], False), ([-9.0], [9.0, 1.0], False),
    ],
)  # fmt: skip
def test_papers_are_read_until_one_is_sure_or_leads_by_far(verdicts, scores, sure):
    assert is_sure(verdicts, scores) == sure


def test_the_surest_of_the_papers_that_were_read_answers(ask):
    answer = ask(QUESTION, "Ferries", odds=(-1.0, -2.0, 2.0))
    assert answer.citations[0].title == answer.evidence[2].paper.title


def test_what_no_longer_fits_is_left_out(ask, monkeypatch):
    monkeypatch.setattr("paperqa.answering.single._most", lambda draft: 12)
    text = ask(QUESTION, FIGURE, " ", "LanternNet replaces the softmax by a kernel.").text
    assert text.startswith(FIGURE)
    assert "softmax" not in text


def test_how_and_why_get_more_quotes_than_a_fact(ask):
    said = "LanternNet replaces the softmax by a learned kernel of rank 16."
    fact = ask("What does LanternNet put in place of the softmax?", said)
    why = ask("How does LanternNet avoid the cost of the softmax?", said)
    assert len(fact.citations) < len(why.citations) <= 4


def test_asked_for_an_amount_a_sentence_without_one_is_no_answer(ask):
    vague = "LanternNet replaces the softmax by a learned kernel."
    question = "How many ferries does LanternNet need on the Harbour benchmark?"
    refused = ask(question, vague, odds=(1.4, 0.0))
    assert refused.refused
    assert refused.claims[0].reason == "gives no amount, which is what was asked for"
    assert refused.citations == ()
    assert not ask(question.replace("ferries", "ships"), vague, odds=(1.6, 0.0)).refused
    assert not ask("What does LanternNet replace?", vague, odds=(1.4, 0.0)).refused
