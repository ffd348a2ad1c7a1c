"""The packaged sample papers: digests in our own words, true to the papers they tell of."""

import json
import re

import pytest

from paperqa.papers import infer_saved_years, merge
from paperqa.readers import Document, read
from paperqa.sample import PAPERS
from paperqa.types import Paper

ROWS = [json.loads(line) for line in PAPERS.read_text(encoding="utf-8").splitlines()]
RUN = 8


@pytest.fixture(scope="module")
def originals(seeds) -> dict[str, Paper]:
    """What the saved pages state of each paper, by title; years as they date each other."""
    records: dict[str, list[Paper]] = {}
    for path in sorted(seeds.glob("*.txt")):
        for paper in read(Document.from_path(path)):
            records.setdefault(paper.id, []).append(paper)
    rows = [(r.sources[0], r.id, r.published) for same in records.values() for r in same]
    undated = {id_ for _, id_, day in rows if day and day.startswith("--")}
    years = infer_saved_years((row for row in rows if row[1] in undated), {})
    merged = [merge(same, years) for same in records.values()]
    return {paper.title: paper for paper in merged}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str) -> set[tuple[str, ...]]:
    some = words(text)
    return {tuple(some[i : i + RUN]) for i in range(len(some) - RUN + 1)}


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def test_there_are_all_255_papers_and_our_own_reader_takes_them():
    papers = list(read(Document.from_path(PAPERS)))
    assert [paper.title for paper in papers] == [row["title"] for row in ROWS]
    assert len({paper.id for paper in papers}) == 255


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["title"][:40])
def test_a_digest_has_60_to_120_words(row):
    assert 60 <= len(row["abstract"].split()) <= 120


def test_every_row_has_only_known_fields():
    known = {"title", "abstract", "published", "n_authors", "organization"}
    assert [row for row in ROWS if not {"title", "abstract"} <= row.keys() <= known] == []


def test_facts_are_those_that_the_pages_state(originals):
    for row in ROWS:
        original = originals[row["title"]]
        assert (row.get("published"), row.get("n_authors"), row.get("organization")) == (
            str(original.year) if original.year else None,
            original.n_authors,
            original.organization,
        ), row["title"]


def test_every_number_in_a_digest_is_in_the_abstract(originals):
    wrong = {
        row["title"]: numbers(row["abstract"]) - numbers(originals[row["title"]].abstract)
        for row in ROWS
    }
    assert {title: some for title, some in wrong.items() if some} == {}


def test_no_digest_repeats_its_abstract(originals):
    shared = {
        row["title"]: runs(row["abstract"]) & runs(originals[row["title"]].abstract) for row in ROWS
    }
    assert {title: some for title, some in shared.items() if some} == {}
