"""Sentences are shortened at their seams, never beyond what the question asks about."""

import pytest

from paperqa.answering.excerpt import excerpts, shortened, telling
from paperqa.types import Sentence

QUESTION = "What accuracy does the gate reach on Harbour?"


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Extensive experiments show that the gate needs no memory at all.",
         "…the gate needs no memory at all."),
        ("To this end, we put a gate before each layer, enabling far longer runs.",
         "…we put a gate before each layer…"),
        ("The gate is put before each layer, which others have never tried.",
         "The gate is put before each layer…"),
        # Conditions, doubts and what others believed say how far a sentence holds
        ("With four times the data, we find the gate to be of use.", None),
        ("With four times the data, experiments show that the gate is of use.", None),
        ("However, under a heavy load, we find the gate to be of use.", None),
        ("We do not find that the gate is of any use.", None),
        ("It is believed that the gate is of no use here.", None),
        ("The gate is of use here, but only in long runs.", None),
        # What is named in a series may be what is asked for
        ("The gate is put before each layer, including the very last one.", None),
        ("However, the bay, the pier, the ferries and the gate are of use.",
         "…the bay, the pier, the ferries and the gate are of use."),
        ("Across the bay, the pier and the gate are of use.", None),
        # What the question asks about stays
        ("On Harbour and Quay, it shows that the gate is of use.", None),
        ("The gate is put before each layer, reaching 81.4\\% in the end.", None),
        ("The gate is of use, which Harbour shows.", None),
        ("Ferries cross the bay, which nobody asked about.", None),
        ("In brief, the gate works.", None),  # too little would be left
    ],
)  # fmt: skip
def test_sentences_are_cut_at_their_seams(sentence, left):
    assert shortened(sentence, telling(QUESTION, "A paper")) == (left or sentence)


def test_a_titles_words_do_not_tell():
    sentence = "The gate is put before each layer, which Harbour shows to work."
    assert shortened(sentence, telling(QUESTION, "Harbour")).endswith("layer…")
    only_title = telling("What is the Harbour gate?", "The Harbour gate")
    assert shortened(sentence, only_title) == sentence


def test_sentences_are_cut_only_for_room():
    first = Sentence(0, 1, "The gate is put before each layer, enabling far longer runs.", 2.0)
    second = Sentence(1, 2, "To this end, we put the gate at Harbour.", 1.0)
    is_telling = telling(QUESTION, "A paper")
    assert excerpts([first, second], 20, is_telling) == {first: first.text, second: second.text}
    cut = {first: first.text, second: "…we put the gate at Harbour."}
    assert excerpts([first, second], 18, is_telling) == cut
    assert list(excerpts([first, second], 6, is_telling)) == [second]
    assert excerpts([first, second], 3, is_telling) == {}


def test_an_answer_quotes_a_part_and_cites_the_sentence(filled, monkeypatch):
    monkeypatch.setattr("paperqa.answering.single._most", lambda draft: 20)
    answer = filled.ask("In what does Quiet Gradients accumulate gradients?")
    paper = answer.evidence[0].paper
    part = next(claim for claim in answer.claims if "eight bits" in claim.text)
    cited = answer.citations[part.markers[0] - 1].quote
    assert part.text.endswith("one in a thousand…")
    assert part.text.strip("…") in cited
    assert cited.endswith("in two days.")
    assert cited in paper.text
    assert f"“{part.text}”" in answer.text
