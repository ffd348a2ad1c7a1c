"""The five saved pages that can't be part of the project: all that is in them, in any order."""

import re
import shutil
from collections import Counter
from datetime import datetime
from itertools import permutations

import pytest

from paperqa import Library
from paperqa.papers import infer_saved_years, merge
from paperqa.readers import Document, read
from paperqa.types import AddReport, Paper

ENTRY = re.compile(
    r"\n(?P<title>.+)\n\n(?P<abstract>.+)\n"
    r"(?:\n(?:  • (?P<authors>\d+) authors|\S+ (?P<organization>.+))\n·\n"
    r"(?P<day>\w{3} \d+)(?:, (?P<year>\d{4}))?(?: (?P<number>\d+))?\n)?"
)
COUNTS = {"000": 38, "001": 41, "002": 121, "003": 53, "004": 46}


def plain_entries(text: str) -> list[tuple]:
    """An independent reading of a page; fails unless the page has this shape throughout."""
    header = re.match(r"(?s).*?byAK and the research community\n\n\w{3} \d+\n", text)
    position, entries = header.end(), []
    text += "\n"
    while position < len(text):
        match = ENTRY.match(text, position)
        assert match, text[position : position + 100]
        position = match.end()
        title, abstract, authors, organization, day, year, number = match.groups()
        date = day and datetime.strptime(f"{day}, {year or 2024}", "%b %d, %Y").date()
        entries.append(
            (
                title,
                abstract,
                int(authors) if authors else None,
                organization,
                date and (f"{date}" if year else f"--{date:%m-%d}"),
                int(number) if number else None,
            )
        )
    return entries


def page(path) -> str:
    return path.name[:3]


def is_yearless(paper: Paper) -> bool:
    return (paper.published or "").startswith("--")


@pytest.fixture(scope="module")
def records(seeds) -> dict[str, list[Paper]]:
    return {
        page(path): list(read(Document.from_path(path))) for path in sorted(seeds.glob("*.txt"))
    }


def test_our_reader_and_an_independent_one_agree_on_every_entry(seeds, records):
    for path in seeds.glob("*.txt"):
        assert [
            (p.title, p.abstract, p.n_authors, p.organization, p.published, p.trailing_number)
            for p in records[page(path)]
        ] == plain_entries(path.read_text(encoding="utf-8"))


def test_the_pages_hold_299_entries_of_255_papers(seeds, records):
    entries = {
        page(path): plain_entries(path.read_text(encoding="utf-8")) for path in seeds.glob("*.txt")
    }
    assert {name: len(some) for name, some in entries.items()} == COUNTS
    assert sum(map(len, entries.values())) == 299
    assert len({entry[0] for some in entries.values() for entry in some}) == 255
    assert len({paper.id for some in records.values() for paper in some}) == 255


def test_the_order_of_pages_makes_no_difference(records):
    copies = Counter(paper.id for some in records.values() for paper in some)
    together = set()
    for order in permutations(records):
        rows = [paper for name in order for paper in records[name]]
        years = infer_saved_years(((p.sources[0], p.id, p.published) for p in rows), {})
        same: dict[str, list[Paper]] = {}
        for paper in rows:
            if copies[paper.id] > 1 or is_yearless(paper):
                same.setdefault(paper.id, []).append(paper)
        together.add(frozenset(merge(some, years) for some in same.values()))
    assert len(together) == 1
    assert len(next(iter(together))) > 34


@pytest.fixture(scope="module")
def added(seeds, potion, tmp_path_factory):
    """A library of all pages, closed, and the report of adding them. Nothing is searched in it."""
    folder = tmp_path_factory.mktemp("seeds") / "library"
    with Library(folder, embedding=potion) as library:
        report = library.add(seeds)
    return folder, report


@pytest.fixture
def pages(added, potion, tmp_path):
    """A copy of that library, to write to."""
    with Library(shutil.copytree(added[0], tmp_path / "pages"), embedding=potion) as library:
        yield library


def yearless(library: Library) -> list[Paper]:
    return [p for p in library.papers() if is_yearless(p)]


def test_all_pages_add_255_papers_and_adding_them_again_changes_nothing(added, pages, seeds):
    before = list(pages.papers())
    assert added[1] == AddReport(added=255, updated=0, unchanged=0)
    assert len(pages) == 255
    assert pages.add(seeds) == AddReport(added=0, updated=0, unchanged=255)
    assert list(pages.papers()) == before
    assert pages.problems() == []


def test_years_follow_where_another_page_tells_them(pages, records):
    without_year = {p.id for some in records.values() for p in some if is_yearless(p)}
    assert len(without_year) == 34
    resolved = {p.id: p for p in pages.papers() if p.id in without_year and p.year}
    told = {p.id for name in ("003", "004") for p in records[name]} & without_year
    assert resolved.keys() == told
    assert {p.year for p in resolved.values()} == {2025}
    assert [p.published for p in resolved.values() if p.title.startswith("Universal Approx")] == [
        "2025-07-11"
    ]


def test_pages_of_unknown_year_keep_the_day(pages, records):
    expected = {
        paper.title: paper.published
        for name in ("000", "001", "002")
        for paper in records[name]
        if is_yearless(paper)
    }
    assert {p.title: p.published for p in yearless(pages)} == expected
    assert len(expected) == 21


def test_a_given_day_of_saving_dates_the_rest(pages, seeds):
    by_name = {page(path): path for path in seeds.glob("*.txt")}
    expected = {p.id: f"2025{p.published[1:]}" for p in yearless(pages)}
    days = {by_name["001"]: "2025-12-09", by_name["002"]: "2025-11-20"}
    report = pages.add(seeds, saved_on={str(path): day for path, day in days.items()})
    assert report == AddReport(added=0, updated=20, unchanged=235)
    (left,) = yearless(pages)
    assert left.sources == (str(by_name["000"].resolve()),)
    found = {p.id: p.published for p in pages.papers() if p.id in expected}
    assert found == expected | {left.id: "--01-29"}
