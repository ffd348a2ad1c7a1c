"""The form of an answer follows the question: lists, comparisons, the catalogue, follow-ups."""

import json

import pytest

from paperqa import Where

LANTERN, TIDE = "LanternNet: Cheap Kernels", "TideFormer: A Transformer"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many papers are there?", "5 of the 5 papers"),
        ("How many papers are from 2023?", "1 of the 5 papers is from 2023"),
        ("How many papers have at least four authors?", "2 of the 5 papers"),
        ("When was LanternNet published?", "on 2023-03-03"),
        ("How many authors does LanternNet have?", "has 4 authors"),
        ("Which organisation is behind TideFormer?", "is by Harbour Lab"),
        ("Which papers are from Harbour Lab?", TIDE),
        ("Which papers have exactly twelve authors?", "Quiet Gradients"),
        ("Which paper has the most authors?", "12 authors"),
        ("Everything published in March 2023?", LANTERN),
        ("How many papers have 'net' in the title?", "0 of the 5 papers have “net”"),
        ("Which titles contain the word quiet?", "Quiet Gradients"),
        ("Which year has the most papers?", "2023: the most papers of a year, 1."),
        ("In which month did LanternNet appear?", "2023-03"),
        ("When was TideFormer published?", "on 3 October of an unknown year"),
        ("When was LanternNet published, and who wrote it?", "2023-03-03 and has no known authors"),
        ("Which lab is behind TideFormer, and how many authors does it have?",
         "is by Harbour Lab and has no known number of authors."),
        ("Which organisations are in the library?", "Harbour Lab: TideFormer"),
        ("How many papers are undated?", "1 of these gives no day and month either."),
        ("How many papers have fewer than one author?", "0 of the 5 papers have 0 authors."),
        ("Is LanternNet from 2022?", "on 2023-03-03"),
        ("Is the LanternNet paper from before 2020?", "was published on 2023-03-03"),
        ("When was the paper on both kernels and the softmax published?", "2023-03-03. [1]"),
        ("How many papers have no organisation?", "4 of the 5 papers have no known organisation."),
        ("For how many papers is the year not known?", "4 of the 5 papers have no known year."),
        ("For how many papers is the number of authors unknown?", "2 of the 5 papers"),
        ("What's dated 3 March 2023?", LANTERN),
        ("How many papers came out in the first half of 2023?",
         "1 of the 5 papers is from January 2023 to June 2023."),
        ("How many papers are from before March 2023?", "are from February 2023 or earlier."),
        ("How many papers appeared each year?", "by year: 2023: 1, without a known year: 4."),
        ("Which month of 2023 had the most papers?", "February: 0, March: 1, April: 0"),
        ("How many authors have the papers of 2023 on LanternNet?", "(2023-03-03, 4 authors)"),
    ],
)  # fmt: skip
def test_the_catalogue_answers_exactly(filled, question, text):
    answer = filled.ask(question)
    assert not answer.refused
    assert text in answer.text
    assert all(claim.reason == "from the catalogue" for claim in answer.claims)


def test_facts_are_of_all_papers_that_are_named_and_of_one_that_is_but_described(filled):
    answer = filled.ask("Which of the two is older, LanternNet or TideFormer?")
    assert [line.split(":")[0] for line in answer.text.splitlines()] == ["LanternNet", "TideFormer"]
    described = "Which of the two has more authors, LanternNet or the one on small translators?"
    assert [c.title.split(":")[0] for c in filled.ask(described).citations] == [
        "LanternNet",
        "Quiet Gradients",
    ]


def test_facts_of_several_papers_are_compared(filled, tmp_path):
    file = tmp_path / "gull.jsonl"
    gull = {"title": "Gull: Counting", "abstract": "Gull counts birds.", "published": "2023-03-01"}
    file.write_text(json.dumps(gull | {"n_authors": 3}))
    filled.add(file)
    asked = filled.ask("When did LanternNet and Gull appear, and how many authors have they?")
    *_, older, larger = asked.text.splitlines()
    assert older == "Gull is the older by 2 days. [1][2]"
    assert larger == "LanternNet has 1 author more than Gull. [1][2]"


def test_no_paper_is_listed_for_a_topic_that_none_is_about(filled):
    assert filled.ask("Which papers from 2023 are about volcanoes?").refused
    assert filled.ask("Which papers from 2023 are about tides?").refused


def test_a_paper_of_which_only_the_year_is_known_may_be_of_any_month(filled, tmp_path):
    file = tmp_path / "old.jsonl"
    file.write_text(json.dumps({"title": "Old Buoys", "abstract": "Buoys last.", "year": "2021"}))
    filled.add(file)
    answer = filled.ask("How many papers are from May 2021?")
    assert answer.text == "0 of the 6 papers are from May 2021."
    assert "1 paper has no known day or month and is left out." in answer.notes
    assert filled.ask("How many are from January 2021 or later?").text.startswith("2 of the 6")
    by_month = filled.ask("Which month of 2021 had the most papers?").text
    assert by_month == "1 of the 6 papers is from 2021; by month: without a known month: 1."


def test_papers_without_a_year_are_mentioned(filled):
    answer = filled.ask("What was published in 2023?")
    assert answer.notes == ("4 papers have no known year and are left out.",)
    answer = filled.ask("Which paper has the most authors?")
    assert answer.notes == ("2 papers have no known number of authors and are left out.",)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote LanternNet?",  # its page gives the number of authors, not their names
        "Which papers are from Google Research?",
        "Which organisation published Quiet Gradients?",
        "What was published in 1999?",
        "What was published in April 2023?",
        "What is the name of the first author of LanternNet?",
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(filled, question):
    answer = filled.ask(question)
    assert answer.refused
    assert answer.citations == ()


def test_where_no_paper_may_be_told_of_none_is(filled):
    answer = filled.ask("When was LanternNet published?", where=Where(years=(1990, 1991)))
    assert answer.refused
    assert answer.text.startswith("The catalogue does not give the date.")


def test_a_restricted_question_counts_within_its_restriction(filled):
    answer = filled.ask("How many papers are there?", where=Where(organization="Harbour Lab"))
    assert "1 of the 1 papers" in answer.text


def test_a_list_holds_what_fits_and_not_the_rest(filled):
    answer = filled.ask("Which papers are about the sea, tides or ferries?")
    assert {c.title.split(":")[0] for c in answer.citations} >= {"TideFormer"}
    assert not any("Quiet Gradients" in c.title for c in answer.citations)


def test_a_list_of_what_one_paper_has_is_no_list_of_papers(filled):
    answer = filled.ask("Which transformers learn a kernel of rank 16 for LanternNet on Harbour?")
    assert {c.title.split(":")[0] for c in answer.citations} == {"LanternNet"}
    assert not answer.text.startswith("- ")


@pytest.mark.parametrize("question", ["Compare LanternNet and TideFormer.",
                                      "What does LanternNet gain, and TideFormer?"])  # fmt: skip
def test_a_comparison_gives_each_paper_a_line(filled, question):
    answer = filled.ask(question)
    lines = answer.text.splitlines()
    assert [line[2 : line.index(":")] for line in lines] == ["LanternNet", "TideFormer"]


def test_a_question_that_goes_on_without_pointing_keeps_its_paper(filled):
    first = filled.ask("Which method replaces the softmax by a learned kernel?")
    answer = filled.ask("And on which benchmark?", history=[first])
    assert answer.citations[0].title.startswith(LANTERN)
    assert "LanternNet" in answer.standalone_question


def test_a_new_topic_is_left_as_it_is(filled):
    first = filled.ask("Which method replaces the softmax by a learned kernel?")
    question = "And how much faster is speech decoding with pruned heads?"
    answer = filled.ask(question, history=[first])
    assert answer.standalone_question == question
    assert answer.citations[0].title.startswith("Pruning Heads")


def test_a_long_history_is_trimmed(filled):
    history = [{"role": "user", "content": "tides " * 5000}]
    answer = filled.ask("And how long are the gaps that it fills?", history=history)
    assert len(answer.standalone_question) < 600
