"""Questions for the catalogue are read exactly, and those for the papers are left alone."""

from functools import partial

import pytest

from paperqa.answering.catalogue_conditions import CatalogueQuestion
from paperqa.answering.catalogue_question import read

LABS = frozenset({"Northlight", "Northlight Labs", "Meta"})
papers = partial(CatalogueQuestion, ("papers",))
count = partial(CatalogueQuestion, ("count",))
MORE = 9999


def dated(since, until="same", topic=""):
    return papers(topic, since=since, until=since if until == "same" else until)


def team(*ends):
    return papers(team=ends)


def titled(*words, **more):
    return papers(titled=words, **more)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("were published in 2021", dated("2021")), ("since 2020", dated("2020", None)),
        ("appeared between 2019 and 2021", dated("2019", "2021")),
        ("are from 2020 or later", dated("2020", None)), ("from 2020 on", dated("2020", None)),
        ("were published after 2020", dated("2021", None)), ("before 2020", dated(None, "2019")),
        ("appeared up to 2019", dated(None, "2019")),
        ("have no known year", papers(missing="date")),
        ("that use dropout are from 2020", dated("2020", topic="use dropout")),
        ("from 2020 on fog are there", dated("2020", topic="fog")),
        ("have exactly two authors", team(2, 2)), ("have zero authors", team(0, 0)),
        ("have at least ten authors", team(10, MORE)), ("have at most 4 authors", team(0, 4)),
        ("have two or more authors", team(2, MORE)), ("have 3 authors or more", team(3, MORE)),
        ("have more than 20 authors", team(21, MORE)), ("have 2 authors or fewer", team(0, 2)),
        ("have fewer than three authors", team(0, 2)),
        ("have between 3 and 5 authors", team(3, 5)),
        ("have the fewest authors", papers(order="smallest team")),
        ("are from northlight labs", papers(by="Northlight Labs")),
        ("have an author from Northlight", papers(by="Northlight")),
        ("by Ada Crane deal with fog", papers("fog", by="Ada Crane")),
        ("on fog are by Ada Crane", papers("fog", by="Ada Crane")),
        ("are later than 2020", dated("2021", None)),
        ("date from 2020 or before", dated(None, "2020")),
        ("are from 2020 at the latest", dated(None, "2020")),
        ("not later than 2019", dated(None, "2019")),
        ("came out after 2018 but before 2021", dated("2019", "2020")),
        ("appeared since 2018 and no later than 2021", dated("2018", "2021")),
        ("appeared in May 2020", papers(since="2020-05", until="2020-05")),
        ("appeared in March, 2021", papers(since="2021-03", until="2021-03")),
        ("were written by exactly three people", team(3, 3)),
        ("were signed by at least two researchers", team(2, MORE)),
        ("are by a team of eight", team(8, 8)), ("have a team of more than six", team(7, MORE)),
        ("have 'Swin' in the title", titled("Swin")),
        ("have BERT in their title", titled("BERT")),
        ("have ‘fog’ or ‘mist’ in the title", titled("fog", "mist")),
        ("appeared since May 2020", dated("2020-05", None)),
        ("came out before March 2021", dated(None, "2021-02")),
        ("are from after 31 December 2020", dated("2021-01-01", None)),
        ("are dated 16 October 2023", dated("2023-10-16")),
        ("were published on May 3rd, 2020", dated("2020-05-03")),
        ("came out on 2020-05-03", dated("2020-05-03")), ("are from 2020-05", dated("2020-05")),
        ("are from between July and December 2025", dated("2025-07", "2025-12")),
        ("were published from Nov 2019 to Jan 2021", dated("2019-11", "2021-01")),
        ("came out in November and December 2021", dated("2021-11", "2021-12")),
        ("are from 2020 and 2021", dated("2020", "2021")), ("are from 2018 or 2021", None),
        ("appeared in January and December 2021", None), ("are from 31 June 2021", None),
        ("appeared in the second half of 2024", dated("2024-07", "2024-12")),
        ("have no known organisation", papers(missing="organization")),
        ("have no number of authors", papers(missing="team")),
        ("have the smallest team", papers(order="smallest team")),
        ("were written by one person alone", team(1, 1)),
        ("are annotated by three people", None),
        ("cut images by a team of eight cutters", None),
        ("were not published in 2020", None), ("aren’t from 2020", None),
        ("except those of 2020 are there", None), ("use the 2012 challenge", None),
        ("use dropout", None), ("use meta learning", None), ("train with 2048 tokens", None),
        ("use recordings from 2015 to 2018", None), ("use a set released in 2015", None),
        ("use data that was published in 2015", None), ("on ImageNet 2012 are there", None),
        ("bear no publication date", papers(missing="date")),
        ("are undated", papers(missing="date")), ("have no known date", papers(missing="date")),
        ("on Meta-learning are from 2020", dated("2020", topic="Meta-learning")),
        ("of 2020 are not about fog", None), ("of 2020 are on neither fog nor mist", None),
        ("are by Northlight or Meta", None), ("are from March", None),
        ("have at least 99999999999999999999 authors", None),
    ],
)  # fmt: skip
def test_conditions_on_papers_are_read(asked, meant):
    assert read(f"Which papers {asked}?", LABS) == meant


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What appeared in 2020?", dated("2020")), ("Name the 2020 papers", dated("2020")),
        ("Are there papers from 2019–2021?", dated("2019", "2021")),
        ("In 2020, which papers appeared?", dated("2020")),
        ("Which preprints are from 2020?", dated("2020")),
        ("Which single-author papers are there?", team(1, 1)),
        ("Which paper has the longest author list?", papers(order="largest team")),
        ("What is the newest paper?", papers(order="newest")),
        ("What is the latest on fog?", papers("fog", order="newest")),
        ("List the three newest papers", papers(order="newest")),
        ("Name the oldest paper on bird song.", papers("bird song", order="oldest")),
        ("Show papers since 2020 on tides with two authors by Northlight",
         papers("tides", since="2020", team=(2, 2), by="Northlight")),
        ("Fog work from before 2021?", dated(None, "2020", topic="Fog")),
        ("2021 papers by Ada Crane, please", papers(since="2021", until="2021", by="Ada Crane")),
        ("Everything published in December 2024?", papers(since="2024-12", until="2024-12")),
        ("What's there on fog since 2020?", dated("2020", None, topic="fog")),
        ("Do we have papers from 2017?", dated("2017")),
        ("Which titles up to 2022 contain the word fog?", titled("fog", until="2022")),
        ("Of everything dated 2025, which paper lists the largest number of authors?",
         CatalogueQuestion(("team",), since="2025", until="2025", order="largest team")),
        ("count the papers later than 2020", count(since="2021")),
        ("What's the number of 2020 papers?", count(since="2020", until="2020")),
        ("How many have fewer than four authors?", count(team=(0, 3))),
        ("How many papers have two or more authors?", count(team=(2, MORE))),
        ("How many 2020 titles contain 'fog'?", count(since="2020", until="2020", titled=("fog",))),
        ("Which year has the most papers?", CatalogueQuestion(("fullest year",))),
        ("In which year were the fewest papers on fog published?",
         CatalogueQuestion(("emptiest year",), "fog")),
        ("How many papers are there?", count()), ("How many papers do we have?", count()),
        ("How many papers does the library contain altogether?", count()),
        ("For how many papers is the year of publication not known?", count(missing="date")),
        ("For how many papers is no publication year known?", count(missing="date")),
        ("How many of them don't have an organisation?", count(missing="organization")),
        ("How many entries come without any organisation attached?", count(missing="organization")),
        ("For how many papers do we not know the number of authors?", count(missing="team")),
        ("How many titles carry the word 'fog' or 'mist'?", count(titled=("fog", "mist"))),
        ("Which organisations occur in the catalogue?", CatalogueQuestion(("organizations",))),
        ("Which lab has published the most papers?", CatalogueQuestion(("organizations",))),
        ("What do you have by Meta from 2020?", papers(since="2020", until="2020", by="Meta")),
        ("How many papers appeared each year?", CatalogueQuestion(("years",))),
        ("Which month of 2020 had the most papers?",
         CatalogueQuestion(("months",), since="2020", until="2020")),
        ("Is there anything from 2018?", dated("2018")),
        ("What's dated 16 October 2023?", dated("2023-10-16")),
        ("When was the newest paper on fog published?",
         CatalogueQuestion(("date",), "fog", order="newest")),
        ("Who wrote the 2020 papers on fog, and how many authors have they?",
         CatalogueQuestion(("team", "names"), "fog", since="2020", until="2020")),
        ("How many papers from 2020 are about fog?", count("fog", since="2020", until="2020")),
        ("How many papers did Meta publish in 2020?", count(since="2020", until="2020", by="Meta")),
        ("What is the number of papers by a single author?", count(team=(1, 1))),
    ],
)  # fmt: skip
def test_conditions_are_taken_out_and_the_topic_is_left(question, asked):
    assert read(question, LABS) == asked


@pytest.mark.parametrize(
    ("asks", "questions"),
    [
        ("date", "When was HeronNet published? In which year did HeronNet appear? "
         "Which came first, HeronNet or Gull? Which paper came out first, HeronNet or Gull? "
         "What year is HeronNet from? In which month did HeronNet come out? "
         "On what exact date was HeronNet published? From which year is the paper on herons? "
         "Was HeronNet published before or after Gull? Is HeronNet older than Gull? "
         "Was HeronNet released before Gull? Which of the two is older, HeronNet or Gull? "
         "Which of HeronNet and Gull is newer? How many days lie between HeronNet and Gull? "
         "Is it true that HeronNet is older than the Gull Model? Was HeronNet published in 2020?"),
        ("organization", "Which organisation is behind HeronNet? Who is behind HeronNet? "
         "Which lab does HeronNet come from? Where was HeronNet developed? "
         "At which university or company was HeronNet developed? Which lab built HeronNet? "
         "From which institution is the paper on herons?"),
        ("names", "Who wrote HeronNet? Who are the authors of HeronNet? "
         "What is the name of the first author of HeronNet? Who are HeronNet's authors?"),
        ("team", "How many authors does HeronNet have? How many people wrote HeronNet? "
         "Which has more authors, HeronNet or Gull? Who has the larger team, HeronNet or Gull?"),
    ],
)  # fmt: skip
def test_a_fact_about_named_papers_is_told_by_its_kind(asks, questions):
    for question in questions.split("? "):
        assert read(f"{question.rstrip('?')}?", LABS) == CatalogueQuestion((asks,)), question


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("When was HeronNet published, and by how many authors?", ("date", "team")),
        ("When did HeronNet appear and how big was its team?", ("date", "team")),
        ("Which lab is behind HeronNet, and from which year is it?", ("date", "organization")),
        ("Who wrote HeronNet, and when?", ("date", "names")),
    ],
)
def test_facts_are_asked_for_together(question, asks):
    assert read(question, LABS) == CatalogueQuestion(asks)


@pytest.mark.parametrize(
    "question",
    [
        "What is attention?", "How many papers did the survey review?",
        "How many articles were used for training?", "On which dataset of 2012 was it trained?",
        "What accuracy does HeronNet reach on the images of 2012?",
        "How many people were seen in the images?", "Which groups of neurons fire?",
        "What year range do the buoys cover?", "When was the satellite launched?",
        "What happened in 2018?", "How many papers does the survey of 2021 review?",
        "What does the survey of 2021 say about fog?", "Which method did the 2017 paper use?",
        "What is the earliest layer that learns edges?", "How many layers has the newest model?",
        "What does the paper say in the title?", "From which year are the images?",
        "In which month do most floods appear?", "Which year has the most samples?",
        "Does anything published in 2021 beat HeronNet?", "How many have two heads?",
        "How does work from before 2021 handle fog?", "Explain the 2021 paper on fog",
        "Were the models tested before or after the flood?", "Which is later used to train?",
        "In which group of layers does HeronNet look at itself?",
        "At which university were the students recruited?",
        "When was the data from the buoys collected?", "What year is the data from?",
        "Between which years did the sea rise, by the paper's account?",
        "Which companies' chips are used in the library of kernels?",
        "On average, how many authors did a paper of 2020 have?",
        "How many items does the dataset contain?", "How many papers do the tests cover per year?",
        "Who wrote the most papers?", "What is the average number of authors?",
        "How many authors are there in the library?", "How many authors wrote more than one paper?",
        "When was the dataset released?", "How old is the oldest patient?",
        "Was BERT trained on texts from 2018?",
        "Which groups of birds come from the north?", "Which groups are compared in the paper?",
    ],
)  # fmt: skip
def test_what_papers_say_is_not_for_the_catalogue(question):
    assert read(question, LABS) is None


def test_a_lack_that_is_not_understood_is_no_count_of_all():
    assert read("How many papers have no abstract?") is None
    assert read("How many papers bear no date, not even that of a reprint?") is None
