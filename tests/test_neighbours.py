import numpy as np

from paperqa.retrieve import NEIGHBOURS, NEIGHBOURS_WEIGHT, with_neighbours

# Four passages about one thing and four about another.
VECTORS = np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 1, 1, 1, 1]]


def test_a_passage_among_good_ones_passes_its_equal_among_bad_ones():
    scores = np.array([1.0, 3.0, 3.0, 3.0, 1.0, 0.0, 0.0, 0.0])
    total = with_neighbours(scores, VECTORS)
    assert total[0] == 1.0 + NEIGHBOURS_WEIGHT * 3.0
    assert total[4] == 1.0


def test_a_passage_is_no_neighbour_of_its_own():
    scores = np.array([9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    total = with_neighbours(scores, VECTORS)
    assert total[0] == 9.0
    assert np.allclose(total[1:4], NEIGHBOURS_WEIGHT * 9.0 / NEIGHBOURS)


def test_few_passages_stay_as_they_are():
    scores = np.arange(float(NEIGHBOURS))
    assert with_neighbours(scores, VECTORS[:NEIGHBOURS]).tolist() == scores.tolist()
