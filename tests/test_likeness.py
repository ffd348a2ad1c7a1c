"""Which two records tell of one paper."""

import json
from dataclasses import replace

import numpy as np
import pytest

from paperqa.likeness import Traits, is_same, plain_words
from paperqa.sample import PAPERS
from paperqa.types import Paper

SAMPLE = [json.loads(line) for line in PAPERS.read_text().splitlines()]
TEXT = SAMPLE[0]["abstract"]
SENTENCES = TEXT.split(". ")
TITLE = "Learning Tide Tables from Harbour Logs"


def paper(title=TITLE, text=TEXT, id_="title:1", **fields):
    return Paper(id_, title, text, text, **fields)


PAPER = paper()


def found(one, other):
    """Whether two records are taken for one paper, which must not depend on which comes first."""
    one, other = Traits(one), Traits(other)
    assert is_same(one, other) == is_same(other, one)
    return bool(set(one.keys) & set(other.keys)) and is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ferries, on ICE!", "ferries on ice"),
        (r"G\"odel's $\alpha$-{\bf Net}", "Gödel’s α-Net"),
        (r"Erd\H{o}s and Poincar\'{e}", "Erdős and Poincaré"),
        (r"\textsc{LanternNet} with \emph{two} eyes", "LanternNet with two eyes"),
        ("error $\\leq 3\\%$", "error ≤3%"),
        ("Ｆerries", "ferries"),
        ("state-of-the-art", "state of the art"),
        ("snake_case", "snake case"),
        ("潮汐表", "潮 汐 表"),
    ],
)
def test_words_are_the_same_however_they_are_written(one, other):
    assert plain_words(one) == plain_words(other) != []


@pytest.mark.parametrize(("one", "other"), [("alpha", "beta"), ("tide 2", "tide 3"), ("a", "α")])
def test_other_words_are_other_words(one, other):
    assert plain_words(one) != plain_words(other)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 300])
def test_shingles_are_each_three_words_in_a_row(n):
    words = [f"word{i}" for i in range(n)]
    shingles = Traits(paper(text=" ".join(words))).shingles
    assert len(shingles) == max(0, n - 2)
    assert np.array_equal(shingles, np.unique(shingles))
    again = Traits(paper(text=" ".join(["other", *words, *words]))).shingles
    assert set(shingles.tolist()) <= set(again.tolist())


def test_a_text_of_any_length_and_script_has_keys():
    for text in ("", "one", "潮" * 50_000, "tide " * 50_000, "\ud800 " * 20, "é" * 40_000):
        keys = Traits(paper("", text)).keys
        assert all(-(2**63) <= key < 2**63 for key in keys)


@pytest.mark.parametrize(
    "other",
    [
        paper(TITLE.upper() + "."),
        paper(text=TEXT.lower()),
        paper(text=". ".join(SENTENCES[:3])),
        paper(text=". ".join([*SENTENCES[1:], "It runs on a buoy"])),
        paper(text=" ".join([TEXT, *(row["abstract"] for row in SAMPLE[1:20])])),
        paper(f"TideTable: {TITLE}"),
        paper(TITLE.replace("Tide", "Tied")),
        paper(id_="arxiv:2101.00001"),
    ],
    ids=["case", "text's case", "cut", "revised", "whole", "subtitle", "slip", "id"],
)
def test_records_of_one_paper_are_found(other):
    assert found(PAPER, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PAPER, paper(text=SAMPLE[1]["abstract"])),
        (PAPER, paper(SAMPLE[1]["title"])),
        (PAPER, paper(f"{TITLE} II")),
        (paper(f"{TITLE}, Part 1"), paper(f"{TITLE}, Part 2")),
        (paper("GPT3 and tide tables"), paper("GPT4 and tide tables")),
        (paper("Editorial"), paper("Editorial", ". ".join(SENTENCES[1:]))),
        (paper("Tides", "n/a"), paper("Fog", "n/a")),
        (paper("Tides", ""), paper("Tides", "")),
        (paper(text=""), paper(text="")),
        (paper("", ""), paper("", "")),
        (paper(authors=("Ada Bay",)), paper(authors=("Bo Cay",))),
        (paper(doi="10.1/a"), paper(SAMPLE[1]["title"], doi="10.1/a")),
    ],
    ids=[
        "texts differ", "titles differ", "sequel", "parts", "numbered names", "Editorial",
        "placeholder", "no text, short title", "no text", "nothing", "authors differ", "bad DOIs",
    ],
)  # fmt: skip
def test_two_papers_stay_two(one, other):
    assert not found(one, other)


def test_a_study_of_another_place_is_another_paper():
    text = f"We count ferries in Rome for a year. {TEXT}"
    rome = paper("Counting Small Ferries in Rome", text)
    assert found(rome, replace(rome, title="Counting Small Ferries"))
    oslo = paper("Counting Small Ferries in Oslo", text.replace("Rome", "Oslo"))
    assert not found(rome, oslo)


def test_an_untitled_text_is_the_paper_whose_title_it_is_about():
    assert found(paper("", TEXT), paper(SAMPLE[0]["title"]))
    assert not found(paper("", TEXT), paper(SAMPLE[1]["title"]))


def test_two_ids_of_a_kind_are_two_papers_unless_title_and_text_agree():
    one, two = paper(id_="doi:10.1234/a"), paper(id_="doi:10.1234/b")
    assert found(one, two)
    assert not found(one, replace(two, text=". ".join(SENTENCES[1:])))
    assert not found(one, replace(two, title=f"{TITLE} Again"))
    assert found(one, replace(two, id="arxiv:2101.00001", text=". ".join(SENTENCES[1:])))


def test_an_arxiv_address_tells_as_an_arxiv_id_does():
    journal = paper("Another Name", id_="doi:10.1234/a", url="https://arxiv.org/abs/2101.00001v2")
    assert found(journal, paper(id_="arxiv:2101.00001"))
    assert not found(journal, paper(id_="arxiv:2101.00002"))


def test_keys_are_those_of_libraries_that_exist():
    """They are kept on disk: a change here needs another `VERSION`."""
    keys = Traits(paper("A Fixed Title", "one two three four five six seven eight nine ten")).keys
    assert (len(keys), keys[:3]) == (
        11,
        (-2579529276595948462, 552215506675588944, 7454665115894131374),
    )
