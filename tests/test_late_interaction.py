"""Words in context as codes of one bit a dimension, and what they do to the order of papers."""

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from paperqa import Library
from paperqa.index.late_interaction import encode, shares
from paperqa.models.embedding import (
    embed_passages,
    embed_query,
    embed_question,
    embed_texts,
)
from paperqa.models.onnx import Words

TEXTS = ["Unaffordable, isn't it? State-of-the-art!", "Tides rise."]


def words(**vectors):
    return Words(tuple(vectors), np.array([*vectors.values()], np.float32))


def test_words_are_whole_and_come_with_the_vector_of_the_text(embedding):
    whole, found = embed_passages(embedding, TEXTS)
    assert np.allclose(whole, embed_texts(embedding, TEXTS), atol=0.02)  # a batch moves 8 bits
    assert found[0].words == tuple("Unaffordable isn t it State of the art".split())
    assert found[1].words == ("Tides", "rise")
    assert [one.vectors.shape for one in found] == [(8, 384), (2, 384)]
    vector, asked = embed_question(embedding, TEXTS[1])
    assert np.allclose(vector, embed_query(embedding, TEXTS[1]), atol=1e-6)
    assert asked.words == ("Tides", "rise")


def test_a_word_is_nearer_to_itself_in_a_like_context(embedding):
    texts = ["The bank of the river is muddy.", "The bank lent him money."]
    _, found = embed_passages(embedding, texts)
    _, asked = embed_question(embedding, "a loan from a bank")
    river, money = shares(asked, {"bank": 1.0}, [encode(some) for some in found])
    assert money > river + 0.01


def test_shares_are_cosines_with_signs_weighed_by_rarity():
    question = words(tides=[1, 1, 1, 1], rise=[1, 1, 1, -1], the=[9, 9, 9, 9])
    passages = [
        encode(words(tides=[2, 3, 1, 5], water=[-1, -1, -1, -1])),
        encode(words(rise=[1, 1, 1, -1], the=[1, 1, 1, 1])),  # "the" tells nothing
        None,
    ]
    found = shares(question, {"tide": 3.0, "rise": 1.0}, passages)
    assert found == pytest.approx([(3 * 1 + 0.5) / 4, (3 * 0.5 + 1) / 4, 3 / 4])
    assert shares(question, {}, passages) is None
    assert shares(None, {"tide": 3.0}, passages) is None
    assert shares(question, {"tide": 3.0}, [None, encode(Words((), np.empty((0, 4))))]) is None


def test_models_that_know_no_words_in_context_have_no_codes(potion):
    assert embed_passages(potion, TEXTS)[1] == [None, None]
    assert embed_question(potion, TEXTS[0])[1] is None
    assert encode(None) is None


@pytest.fixture
def older(tmp_path, embedding):
    """A library from before there were codes, of two papers that share their words."""
    file = tmp_path / "papers.jsonl"
    rows = [
        {"title": "On money", "abstract": "A bank lends its customers money against interest."},
        {"title": "On rivers", "abstract": "A bank of a river holds its water and its mud."},
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    folder = tmp_path / "library"
    with Library(folder, embedding=embedding) as library:
        library.add(file)
    with closing(sqlite3.connect(folder / "catalogue.db")) as catalogue, catalogue:
        (codes,) = catalogue.execute("SELECT group_concat(length(codes)) FROM passages").fetchone()
        assert all(int(n) % 48 == 0 and int(n) > 0 for n in codes.split(","))
        catalogue.execute("UPDATE passages SET codes = NULL")
    return folder


def test_an_older_library_is_searched_as_before_and_repair_adds_the_codes(older, embedding):
    with Library(older, embedding=embedding) as library:
        before = library.search("where customers borrow")
        assert before[0].paper.title == "On money"
        assert library._stores.catalogue.lacks_codes()
        library.repair()
        assert library.problems() == []
        assert not library._stores.catalogue.lacks_codes()
        after = library.search("where customers borrow")
        assert [e.score for e in after] == pytest.approx([e.score for e in before], abs=1e-4)
        lexical = library._stores.lexical.folder
        library.repair()  # nothing is left to embed: the same place is made anew
        assert library._stores.lexical.folder == lexical


def test_late_interaction_orders_papers_and_leaves_their_scores(older, embedding, monkeypatch):
    with Library(older, embedding=embedding) as library:
        library.repair()
        question = "what does a bank do"
        monkeypatch.setattr("paperqa.retrieve.LATE_WEIGHT", 0.0)
        monkeypatch.setattr("paperqa.retrieve.BESIDE_LATE", 0.6)
        plain = library.search(question)
        monkeypatch.setattr("paperqa.retrieve.LATE_WEIGHT", 100.0)
        held = library._stores.catalogue.passages([e.passage.id for e in plain])
        for wanted in plain:
            codes = held[wanted.passage.id][1].codes
            monkeypatch.setattr(
                "paperqa.retrieve.shares",
                lambda asked, rarity, passages, codes=codes: np.array(
                    [float(np.array_equal(one, codes)) for one in passages]
                ),
            )
            found = library.search(question)
            assert found[0].paper == wanted.paper
            assert [e.score for e in found] == [e.score for e in plain]
