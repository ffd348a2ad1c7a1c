"""What is said of several papers together is exact, and said only where all is known."""

import pytest

from paperqa.answering.catalogue_compared import compared
from paperqa.types import Paper


def papers(**facts):
    (name, values), *_ = facts.items()
    return [Paper(str(n), f"P{n}: On It", "", "", **{name: v}) for n, v in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        (("2024-03-01", "2024-02-28"), "P2 is the older by 2 days."),
        (("2024-03-01", "2024-03-02"), "P1 is the older by 1 day."),
        (("2024-03-01", "2024-03-01"), "They were published on the same day."),
        (("2024-03-01", "2023"), "P2 is the older."),
        (("2024-03-01", "2024"), ""), (("2024", "2024"), ""),
        (("2024-03-01", "--02-28"), ""), (("2024-03-01", None), ""), (("2024-03-01",), ""),
        (("2024-03-01", "2022", "2023-01-01"), "In the order of their dates: P2; P3; P1."),
        (("2024-03-01", "2022", "2022"), ""),
    ],
)  # fmt: skip
def test_dates(dates, text):
    assert compared(papers(published=dates), "date") == text


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ((8, 20), "P2 has 12 authors more than P1."), ((3, 2), "P1 has 1 author more than P2."),
        ((4, 4), "They have equally many authors."), ((4, None), ""), ((4,), ""),
        ((4, 9, 2), "P2 has the most authors."), ((9, 9, 2), ""),
    ],
)  # fmt: skip
def test_numbers_of_authors(sizes, text):
    assert compared(papers(n_authors=sizes), "team") == text


def test_papers_of_one_short_title_go_by_the_whole():
    one = Paper("1", "Former: Lenses", "", "", n_authors=2)
    other = Paper("2", "Former: Vision", "", "", n_authors=3)
    said = "Former: Vision has 1 author more than Former: Lenses."
    assert compared([one, other], "team") == said


def test_what_is_no_amount_is_not_compared():
    assert compared(papers(organization=("Meta", "Meta")), "organization") == ""
