"""What becomes of a small model's sentences, said here by a script that says what models say."""

import pytest

QUESTION = "How accurate is LanternNet on the Harbour benchmark?"
FIGURE = "LanternNet reaches 81.4\\% accuracy on the Harbour benchmark."
FAR = "Softmax attention costs time and memory that grow with the square of the sequence."


class Scripted:
    """A local model with a verdict and a reply for each paper that it reads."""

    name, is_local = "scripted", True

    def __init__(self, reply, odds=(3.0,)):
        self._reply, self._odds, self.read = reply, list(odds), 0

    def recall(self, prefix, slot=0):
        pass

    def in_turn(self, pieces):
        return pieces()

    def odds_of_yes(self, messages, usage, slot=0):
        self.read += 1
        return self._odds[slot]

    def reply(self, messages, usage, slot=0):
        yield from self._reply


@pytest.fixture
def ask(filled):
    def asked(question, *reply, odds=(3.0,)):
        filled.__dict__["_chat"] = (Scripted(reply, odds), ())
        return filled.ask(question)

    yield asked
    del filled.__dict__["_chat"]


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


def test_nothing_said_is_quotes(ask):
    answer = ask(QUESTION, "The sources do not say.")
    assert "81.4" in answer.text
    assert "gave no sentence" in answer.notes[0]


def test_a_verdict_of_no_on_both_papers_is_a_refusal(ask):
    assert ask(QUESTION, FIGURE, odds=(-1.0, -2.0)).refused


def test_how_and_why_get_more_quotes_than_a_fact(ask):
    said = "LanternNet replaces the softmax by a learned kernel of rank 16."
    fact = ask("What does LanternNet put in place of the softmax?", said)
    why = ask("How does LanternNet avoid the cost of the softmax?", said)
    assert len(fact.citations) < len(why.citations) <= 4
