import numpy as np
import pytest

from paperqa.models.words import WordVectors
from paperqa.relevance import Asked


@pytest.fixture(scope="module")
def vectors(potion):
    return WordVectors(potion)


def test_each_word_is_as_close_as_the_closest_token_of_the_text(vectors):
    texts = ["a quick engine", "An engine: FAST", "", "stone walls"]
    found = vectors.closest(["fast", "walls"], texts)
    assert found.shape == (4, 2)
    assert found[1, 0] == pytest.approx(1, abs=1e-5)
    assert found[3, 1] == pytest.approx(1, abs=1e-5)
    assert 1 > found[0, 0] > found[3, 0]
    assert found[2].tolist() == [0, 0]


def test_a_missing_word_counts_by_the_closest_that_is_there(vectors):
    asked = Asked.read("fast drivers", {"fast": 3.0, "driver": 1.0})
    near, far, none = asked.closeness(["A quick driver", "A stone wall", ""], vectors)
    quick = vectors.closest(["fast"], ["A quick driver"])[0, 0]
    assert near == pytest.approx((9 * quick + 1) / 10)  # the stem is held, though not the plural
    assert near > far > none == 0
    assert asked.coverage("A quick driver") == pytest.approx(1 / 4)


def test_a_question_without_telling_words_is_close_to_nothing(vectors):
    nothing = Asked.read("what is it", {})
    assert np.array_equal(nothing.closeness(["A quick driver"], vectors), [0])
