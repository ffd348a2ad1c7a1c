"""The best papers are read again with the question: which sentence answers, and which paper."""

import numpy as np
import pytest

from paperqa import Library
from paperqa.models.reader import MAX_TOKENS, Pairs, Reader, arrays
from paperqa.reading import READ, read_again
from paperqa.settings import load_settings

TIDES = "TideFormer: A Transformer for Tide Gauges"
GAUGES = [
    "Tide gauges report one number every six minutes, with gaps.",
    "TideFormer embeds each gauge as a token and lets attention work across gauges.",
    "It halves the error of the harmonic method on 42 gauges and fills gaps of up to 9 hours.",
    "Code and weights are public.",
]
LOGS = "What Do Ferries Know? A Survey of Marine Forecasting"
FERRIES = [
    "This survey orders 120 papers by the data they need: buoys, satellites or ship logs.",
    "We find that models trained on ship logs alone lose their skill after three days.",
]


@pytest.fixture(scope="module")
def reader(models_folder):
    return Reader(
        models_folder / "minilm/model_quantized.onnx", models_folder / "minilm/tokenizer.json", 1
    )


@pytest.mark.parametrize(
    ("question", "paper", "sentence"),
    [
        ("How often does an instrument for the water level send a reading?", 0, 0),
        ("How long may a reading be missing to be filled in?", 0, 2),
        ("For how long do predictions from vessels' diaries stay useful?", 1, 1),
        ("How many works on predicting the sea are reviewed?", 1, 0),
    ],
)
def test_the_sentence_that_answers_is_told_from_others_of_both_papers(
    reader, question, paper, sentence
):
    scores = reader.scores(question, [(TIDES, GAUGES), (LOGS, FERRIES)])
    assert [len(some) for some in scores] == [4, 2]
    assert scores[paper].argmax() == sentence
    assert scores[paper].max() > scores[1 - paper].max()


def test_a_paper_is_read_alike_whatever_is_read_beside_it(reader):
    (alone,) = reader.scores("How many gauges?", [(TIDES, GAUGES)])
    _, beside = reader.scores("How many gauges?", [(LOGS, FERRIES), (TIDES, GAUGES)])
    assert np.array_equal(alone, beside)


def test_what_there_is_no_room_for_gets_the_least_score(reader):
    long = [f"Gauge {n} reports a number every {n} minutes, with gaps." for n in range(60)]
    (scores,) = reader.scores("How often is a number reported?", [(TIDES, long)])
    assert len(scores) == 60
    assert (scores[45:] == scores.min()).all()
    assert len(set(scores[:20])) > 10


def test_no_text_is_too_odd_to_be_read(reader):
    for question in ("", "\u200b", "?" * 5000):
        (scores,) = reader.scores(question, [("", ["", "\u200b", "Tides rise."])])
        assert np.isfinite(scores).all()
        assert len(scores) == 3


def test_parts_are_means_over_their_own_tokens(models_folder):
    pairs = Pairs(models_folder / "minilm/tokenizer.json")
    some = [pairs.of("How often?", TIDES, GAUGES), pairs.of("How?", LOGS, FERRIES * 100)]
    ids, types, mask, parts = arrays(some)
    assert ids.shape == mask.shape == (2, MAX_TOKENS)
    assert mask.sum(1).tolist() == [len(some[0].ids), MAX_TOKENS]
    assert (parts.sum(2)[0, : 1 + len(GAUGES)] == pytest.approx(1)) and not parts[0, 5:].any()
    asked = parts[0, 0] > 0
    assert not types[0][asked].any() and types[0][parts[0, 1] > 0].all()


def test_papers_and_sentences_change_places_and_scores_of_papers_do_not(filled):
    question = "How long may a reading be missing to be filled in?"
    before = filled.search(question, 5)
    after = filled.search(question, 5, read=True)
    assert after[0].paper.title == TIDES
    assert after[0].best.text.startswith("It halves the error")
    assert [(e.rank, e.score) for e in after] == [(e.rank, e.score) for e in before]
    assert {e.paper.id for e in after} == {e.paper.id for e in before}
    for evidence in after:
        scores = [s.score for s in evidence.statements]
        assert scores == sorted(scores, reverse=True)
    assert filled.ask(question).evidence[0].sentences == after[0].sentences


def test_only_the_best_are_read(filled, reader):
    found = filled.search("tide gauges", 5)
    read = []

    class Counting:
        def scores(self, question, papers):
            read.append(len(papers))
            return reader.scores(question, papers)

    many = [*found, *found]
    assert read_again(Counting(), "tide gauges", many)[READ:] == tuple(many[READ:])
    assert read == [READ]
    assert read_again(Counting(), "tide gauges", ()) == ()


def test_without_the_models_file_papers_stay_as_search_has_them(filled, embedding, tmp_path):
    settings = load_settings(models=tmp_path / "none", llm="none", embedding="minilm")
    with Library(filled.folder, settings=settings, embedding=embedding) as library:
        question = "How long may a reading be missing to be filled in?"
        assert library.search(question, read=True) == library.search(question)


@pytest.mark.parametrize(
    "question",
    ["Which papers are about gauges of the sea?", "Compare TideFormer with LanternNet on error."],
)
def test_questions_for_papers_and_comparisons_are_not_read_for(filled, question):
    found = filled.ask(question).evidence
    assert found
    assert found == filled.search(question, len(found))
