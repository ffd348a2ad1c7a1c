"""Candidates within a filter: the same whether it is applied before or after the search."""

import json

import numpy as np
import pytest

from paperqa import Library
from paperqa.index import candidates
from paperqa.models.embedding import embed_query
from paperqa.types import Where

TOPICS = ("tides", "ferries", "fog", "buoys", "harbours", "lighthouses")
QUESTION = "How do tides differ between places?"


@pytest.fixture
def library(tmp_path, embedding):
    """120 papers of 12 years; one in six is about each topic."""
    rows = [
        {
            "id": str(n),
            "title": f"On {TOPICS[n % 6]}, part {n}",
            "year": 2010 + n // 10,
            "text": f"We study {TOPICS[n % 6]} at {n} places. They differ by {n % 7} metres.",
        }
        for n in range(120)
    ]
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with Library(tmp_path / "library", embedding=embedding) as library:
        library.add(tmp_path / "papers.jsonl")
        yield library


def candidate_ids(library, where):
    vector = embed_query(library._models.embedding, QUESTION)
    return candidates.candidate_ids(library._stores, QUESTION, vector, 5, where)


def test_a_broad_filter_finds_the_best_of_what_a_narrow_one_finds(library, monkeypatch):
    for years in [(2010, 2021), (2013, 2018), (2012, 2013), (2020, 2020)]:
        found = {}
        for broad in (0.0, 2.0):
            for name in ("_BROAD", "_BROAD_BY_WORDS"):
                monkeypatch.setattr(candidates, name, broad)
            found[broad] = candidate_ids(library, Where(years=years))
        assert len(found[2.0]) == 10
        assert 5 <= len(found[0.0]) <= 10
        left = iter(found[2.0])
        assert all(id_ in left for id_ in found[0.0])  # the same order, with gaps


def test_a_filter_that_fits_far_from_the_question_is_met_exactly(library, monkeypatch):
    for name in ("_BROAD", "_BROAD_BY_WORDS"):
        monkeypatch.setattr(candidates, name, 0.0)
    titles = {
        evidence.paper.title
        for evidence in library.search(
            QUESTION, where=Where(words="lighthouses", years=(2015, 2015))
        )
    }
    assert titles == {"On lighthouses, part 53", "On lighthouses, part 59"}


def test_where_nothing_fits_nothing_is_found(library):
    assert library.search("tides", where=Where(years=(1990, 1999))) == ()


def test_a_filters_vectors_are_kept_until_something_is_written(library, embedding):
    where = Where(years=(2010, 2010))
    ids, vectors = library._stores.passages_where(where)
    assert library._stores.passages_where(where)[1] is vectors
    with Library(library.folder, embedding=embedding) as other:
        other.remove(ids[0].partition("#")[0])
    library.search("tides", where=where)
    assert library._stores.passages_where(where)[0] == ids[1:]
    assert np.array_equal(library._stores.passages_where(where)[1], vectors[1:])


def test_a_fact_that_comes_without_a_new_text_is_filtered_by_at_once(library, tmp_path):
    where = Where(organization="Harbour Lab")
    assert library.search(QUESTION, where=where) == ()
    row = json.loads((tmp_path / "papers.jsonl").read_text().splitlines()[0])
    (tmp_path / "more.jsonl").write_text(json.dumps(row | {"organization": "Harbour Lab"}))
    assert library.add(tmp_path / "more.jsonl").updated == 1
    assert [e.paper.title for e in library.search(QUESTION, where=where)] == ["On tides, part 0"]
