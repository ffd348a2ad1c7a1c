"""Questions for the catalogue are read exactly, and those for the papers are left alone."""

from functools import partial

import pytest

from paperqa.answering.catalogue_question import CatalogueQuestion, read

LABS = frozenset({"Northlight", "Northlight Labs", "Meta"})
papers = partial(CatalogueQuestion, "papers")
count = partial(CatalogueQuestion, "count")
LATER = 9999


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which papers were published in 2021?", papers(years=(2021, 2021))),
        ("What appeared in 2020?", papers(years=(2020, 2020))),
        ("Which papers appeared between 2019 and 2021?", papers(years=(2019, 2021))),
        ("Are there papers from 2019–2021?", papers(years=(2019, 2021))),
        ("Which papers since 2020?", papers(years=(2020, LATER))),
        ("Which papers are from 2020 or later?", papers(years=(2020, LATER))),
        ("Which papers were published after 2020?", papers(years=(2021, LATER))),
        ("Which papers were published before 2020?", papers(years=(0, 2019))),
        ("Which papers appeared up to 2019?", papers(years=(0, 2019))),
        ("Which papers have no known year?", papers(dated=False)),
        ("Which papers have exactly two authors?", papers(n_authors=(2, 2))),
        ("Which single-author papers are there?", papers(n_authors=(1, 1))),
        ("Which papers have at least ten authors?", papers(n_authors=(10, LATER))),
        ("Which papers have two or more authors?", papers(n_authors=(2, LATER))),
        ("Which papers have more than 20 authors?", papers(n_authors=(21, LATER))),
        ("Which papers have fewer than three authors?", papers(n_authors=(0, 2))),
        ("Which papers have at most 4 authors?", papers(n_authors=(0, 4))),
        ("Which papers have between 3 and 5 authors?", papers(n_authors=(3, 5))),
        ("Which paper has the longest author list?", papers(order="most authors")),
        ("Which paper has the fewest authors?", papers(order="fewest authors")),
        ("What is the newest paper?", papers(order="newest")),
        ("Name the oldest paper on bird song.", papers("bird song", order="oldest")),
        ("Which papers are from northlight labs?", papers(by="Northlight Labs")),
        ("Which papers by Ada Crane deal with fog?", papers("fog", by="Ada Crane")),
        ("Show papers since 2020 on tides with two authors by Northlight",
         papers("tides", years=(2020, LATER), n_authors=(2, 2), by="Northlight")),
        ("How many papers are there?", count()),
        ("How many papers from 2020 are about fog?", count("fog", years=(2020, 2020))),
        ("What is the number of papers by a single author?", count(n_authors=(1, 1))),
    ],
)  # fmt: skip
def test_conditions_are_taken_out_and_the_topic_is_left(question, asked):
    assert read(question, LABS) == asked


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("When was HeronNet published?", "date"), ("In which year did HeronNet appear?", "date"),
        ("Which came first, HeronNet or Gull?", "date"),
        ("Which organisation is behind HeronNet?", "organization"),
        ("Who is behind HeronNet?", "organization"), ("Who wrote HeronNet?", "authors"),
        ("How many authors does HeronNet have?", "n_authors"),
        ("How many people wrote HeronNet?", "n_authors"),
        ("Which has more authors, HeronNet or Gull?", "n_authors"),
    ],
)  # fmt: skip
def test_a_fact_about_named_papers_is_told_by_its_kind(question, asks):
    found = read(question, LABS)
    assert (found.asks, found.is_filtered) == (asks, False)


@pytest.mark.parametrize(
    "question",
    [
        "What is attention?", "How many papers did the survey review?",
        "How many articles were used for training?", "On which dataset of 2012 was it trained?",
        "What accuracy does HeronNet reach on the images of 2012?",
        "Which papers use the 2012 challenge?", "How many people were seen in the images?",
        "Which groups of neurons fire?", "What year range do the buoys cover?",
        "When was the satellite launched?", "Which papers use dropout?", "What happened in 2018?",
    ],
)  # fmt: skip
def test_what_papers_say_is_not_for_the_catalogue(question):
    assert read(question, LABS) is None


@pytest.mark.xfail(strict=True, reason="catalogue_question.py:48-73,198: taken for the catalogue")
@pytest.mark.parametrize(
    "question",
    [
        "How many papers does the survey of 2021 review?",
        "What is the earliest layer that learns edges?", "How many layers has the newest model?",
        "When was the data from the buoys collected?", "Which groups of birds come from the north?",
        "Which papers use recordings from 2015 to 2018?", "Which papers train with 2048 tokens?",
        "Which papers use meta learning?",
    ],
)  # fmt: skip
def test_numbers_dates_and_names_of_other_things_are_no_conditions(question):
    assert read(question, LABS) is None


@pytest.mark.xfail(strict=True, reason="catalogue_question.py:56,99,112,124,145: misread")
@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which papers have zero authors?", papers(n_authors=(0, 0))),  # raises ValueError
        ("Which papers have three authors or more?", papers(n_authors=(3, LATER))),
        ("Which papers have an author from Northlight?", papers(by="Northlight")),
        ("Which papers were not published in 2020?", None),
        ("Which preprints are from 2020?", papers(years=(2020, 2020))),
        ("List the three newest papers", papers(order="newest")),
        ("Which papers on fog are by Ada Crane?", papers("fog", by="Ada Crane")),
        ("Which paper came out first, HeronNet or Gull?", CatalogueQuestion("date")),
    ],
)
def test_these_are_read_as_they_are_meant(question, asked):
    assert read(question, LABS) == asked
