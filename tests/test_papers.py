"""Which records are one paper, what they say together, and the years that pages leave out."""

from itertools import permutations

import pytest

from paperqa import Library
from paperqa.papers import dated, infer_saved_years, merge, normalise, paper_id, publication_date
from paperqa.types import Paper

NAMED = {"title": "Ferries on Ice", "text": "They cross the bay."}


def record(source: str, published: str | None = None, **facts) -> Paper:
    text = facts.pop("text", "They cross.")
    defaults = {"id": "title:1", "title": "Ferries on Ice", "abstract": text}
    return Paper(**defaults | facts, text=text, published=published, sources=(source,))


@pytest.mark.parametrize(
    "doi",
    [
        "10.1145/3292500.3330701",
        "doi:10.1145/3292500.3330701",
        "https://doi.org/10.1145/3292500.3330701",
        "See https://dx.doi.org/10.1145/3292500.3330701.",
    ],
)
def test_a_doi_identifies_a_paper_however_it_is_written(doi):
    assert paper_id(**NAMED, doi=doi, arxiv="2104.09864") == "doi:10.1145/3292500.3330701"


def test_case_makes_no_difference_to_a_doi():
    assert paper_id(**NAMED, doi="10.1000/ABC") == paper_id(**NAMED, doi="10.1000/abc")


@pytest.mark.parametrize(
    ("arxiv", "expected"),
    [
        ("2104.09864", "arxiv:2104.09864"),
        ("2104.09864v4", "arxiv:2104.09864"),
        (" arXiv:2104.09864v1 ", "arxiv:2104.09864"),
        ("arXiv: 2104.09864", "arxiv:2104.09864"),
        ("0704.0001", "arxiv:0704.0001"),
        ("arxiv.org/abs/2104.09864", "arxiv:2104.09864"),
        ("https://arxiv.org/abs/2104.09864v4", "arxiv:2104.09864"),
        ("http://www.arxiv.org/pdf/2104.09864v4.pdf", "arxiv:2104.09864"),
        ("https://arxiv.org/html/2104.09864", "arxiv:2104.09864"),
        ("https://arxiv.org/abs/cs/9901001", "arxiv:cs/9901001"),
        ("math.GT/0309136v2", "arxiv:math.gt/0309136"),
    ],
)
def test_an_arxiv_id_identifies_a_paper_whatever_its_version(arxiv, expected):
    assert paper_id(**NAMED, arxiv=arxiv, given="7") == expected


@pytest.mark.parametrize("ids", [{"doi": "none"}, {"arxiv": "see below"}, {"doi": "", "arxiv": ""}])
def test_what_is_no_id_leaves_the_title(ids):
    assert paper_id(**NAMED, **ids) == paper_id(**NAMED)


@pytest.mark.parametrize(
    "title",
    [
        "FERRIES ON ICE",
        "Ferries: on  Ice!",
        " ferries\non ice. ",
        "Ferries_on-Ice",
        "Ｆerries on Ice",
    ],
)
def test_titles_agree_without_case_punctuation_and_white_space(title):
    assert paper_id(title=title, text="Other words.") == paper_id(**NAMED)


@pytest.mark.parametrize(
    "title", ["Ferries in Ice", "Ferries on Ice 2", "Ferries on Ice: A Survey"]
)
def test_other_words_are_another_title(title):
    assert paper_id(title=title, text=NAMED["text"]) != paper_id(**NAMED)


def test_a_title_of_signs_alone_is_still_a_title():
    assert normalise("???") == "???"
    assert paper_id(title="???", text="a") != paper_id(title="!!!", text="a")


def test_a_given_id_counts_together_with_the_title():
    ids = {
        paper_id(**NAMED),
        paper_id(**NAMED, given="1"),
        paper_id(**NAMED, given="2"),
        paper_id(title="Boats", text=NAMED["text"], given="1"),
        paper_id(title="", text="a", given="1"),
        paper_id(title="", text="b", given="1"),
    }
    assert len(ids) == 6
    assert paper_id(title="ferries on ice", text="b", given="1") in ids


def test_without_a_title_the_text_identifies_a_paper():
    assert paper_id(title="", text="a") == paper_id(title=" ", text="a")
    assert paper_id(title="", text="a") != paper_id(title="", text="b")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-05-03", "2021-05-03"),
        ("2021-05-03T00:00:00Z", "2021-05-03"),
        ("2021-05-03 10:15", "2021-05-03"),
        ("2024-02-29", "2024-02-29"),
        ("May 5, 2021", "2021-05-05"),
        ("September 15, 2021", "2021-09-15"),
        ("5 May 2021", "2021-05-05"),
        (" Oct 3, 2023 ", "2023-10-03"),
        ("2021-05", "2021"),
        ("2021", "2021"),
        (2021, "2021"),
        (2021.0, "2021"),
        ("2021.0", "2021"),
        ("Oct 3", "--10-03"),
        ("Feb 29", "--02-29"),
        ("--10-03", "--10-03"),
        ("--13-45", None),
        ("Feb 30", None),
        ("Feb 29, 2023", None),
        ("2023-02-29", None),
        ("2021-13-01", None),
        ("2021-13", None),
        ("2021-05-03rd", None),
        ("21", None),
        ("3021", None),
        ("soon", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_a_date_keeps_the_precision_of_its_source(value, expected):
    assert publication_date(value) == expected


@pytest.mark.parametrize(
    ("published", "year", "expected"),
    [
        ("--07-11", 2025, "2025-07-11"),
        ("--02-29", 2024, "2024-02-29"),
        ("--07-11", None, "--07-11"),
        ("2023-07-11", 2025, "2023-07-11"),
        ("2023", 2025, "2023"),
        (None, 2025, None),
    ],
)
def test_the_year_of_a_page_completes_its_dates(published, year, expected):
    assert dated(record("a", published), year).published == expected


def test_records_together_say_the_most_that_each_says():
    records = [
        record("b", "--05-03", n_authors=3, trailing_number=2, organization="Reef AI"),
        record("a", "2021", title="Ferries on Ice!", text="They cross. All winter.", n_authors=2),
        record("c", "2021-05-04", trailing_number=5, url="https://b.example", doi="10.1/b"),
        record("d", "2021-05-03", organization="Harbour Lab", url="https://a.example"),
    ]
    merged = {merge(some, {}) for some in permutations(records)}
    assert merged == {
        Paper(
            id="title:1",
            title="Ferries on Ice!",
            abstract="They cross. All winter.",
            text="They cross. All winter.",
            n_authors=3,
            organization="Harbour Lab",
            published="2021-05-03",
            url="https://a.example",
            doi="10.1/b",
            trailing_number=5,
            sources=("a", "b", "c", "d"),
        )
    }


def test_names_of_authors_go_before_their_number():
    records = [
        record("a", n_authors=9),
        record("b", authors=("Bo Cay", "Ada Bay")),
        record("c", authors=("Ada Bay", "Bo Cay")),
        record("d", authors=("Zoe Dock",)),
    ]
    merged = {merge(some, {}) for some in permutations(records)}
    assert {(p.authors, p.n_authors) for p in merged} == {(("Bo Cay", "Ada Bay"), 2)}


def test_texts_of_one_length_are_chosen_without_regard_to_order():
    records = [record(s, text=t) for s, t in (("a", "Tides."), ("b", "Boats."), ("c", "Piers."))]
    assert {merge(some, {}).text for some in permutations(records)} == {"Tides."}


def test_each_record_is_dated_by_its_own_page():
    records = [record("a", "--05-03"), record("b", "--05-04")]
    assert merge(records, {}).published == "--05-03"
    assert merge(records, {"b": 2024}).published == "2024-05-04"
    assert merge(records, {"a": 2025, "b": 2024}).published == "2024-05-04"


DIRECT = [("a", "p1", "--07-11"), ("b", "p1", "2025-07-11")]


@pytest.mark.parametrize(
    ("records", "saved_on", "expected"),
    [
        (DIRECT, {}, {"a": 2025}),
        ([*DIRECT, ("a", "p2", "--01-02"), ("c", "p2", "--01-02")], {}, {"a": 2025, "c": 2025}),
        ([*DIRECT, ("a", "p2", "--01-02"), ("c", "p2", "2025-01-02")], {}, {"a": 2025}),
        ([*DIRECT, ("a", "p2", "--01-02"), ("c", "p2", "2024-01-02")], {}, {}),
        ([*DIRECT, ("c", "p1", "2024-07-11")], {}, {}),
        ([("a", "p1", "--07-11"), ("b", "p1", "2025-07-12")], {}, {}),
        ([("a", "p1", "--07-11"), ("b", "p1", "2025")], {}, {}),
        ([("a", "p1", "--07-11"), ("b", "p1", None)], {}, {}),
        ([("a", "p1", "--07-11"), ("b", "p1", "--07-11")], {}, {}),
        ([("a", "p1", "--07-11")], {"a": "2023-12-01"}, {"a": 2023}),
        (DIRECT, {"a": "2024-12-01"}, {"a": 2024}),
        (
            [("a", "p1", "--07-11"), ("b", "p1", "--07-11")],
            {"b": "2025-12-01"},
            {"a": 2025, "b": 2025},
        ),
        ([], {}, {}),
    ],
    ids=[
        "direct",
        "transitive",
        "agreeing",
        "conflict of two papers",
        "conflict on one paper",
        "another day",
        "no day",
        "no date",
        "no year anywhere",
        "explicit",
        "explicit goes first",
        "explicit, transitive",
        "no records",
    ],
)
def test_the_year_of_a_page_is_inferred_from_other_pages(records, saved_on, expected):
    found = [infer_saved_years(some, saved_on) for some in permutations(records)]
    assert [years for years in found if years != expected] == []


def test_a_chain_of_pages_is_followed_to_its_end():
    rows = [("p0", "x0", "2025-01-01"), ("p1", "x0", "--01-01")]
    for n in range(1, 30):
        rows += [(f"p{n}", f"x{n}", "--02-02"), (f"p{n + 1}", f"x{n}", "--02-02")]
    assert infer_saved_years(rows, {}) == {f"p{n}": 2025 for n in range(1, 31)}


SECOND_PAGE = """Daily Papers

byAK and the research community

Dec 2

What Do Ferries Know? A Survey of Marine Forecasting

Marine forecasting has moved from physics to learned models. This survey orders 120 papers by the \
data they need: buoys, satellites or ship logs. We find that models trained on ship logs alone \
lose their skill after three days. Open questions concern rare storms and the cost of labels. The \
list of papers is public.

  • 2 authors
·
Jul 11, 2025 3

Pruning Heads in Speech Encoders without Regret

HeadTrim scores each head on ten minutes of speech.

PhoneLab Phone Lab
·
May 5, 2022
"""


def test_the_order_in_which_pages_are_added_makes_no_difference(tmp_path, listing, embedding):
    page = tmp_path / "second.txt"
    page.write_text(SECOND_PAGE)
    found = []
    for n, pages in enumerate([(listing, page), (page, listing)]):
        with Library(tmp_path / str(n), embedding=embedding) as library:
            for some in pages:
                library.add(some)
            found.append(list(library.papers()))
    assert found[0] == found[1]
    assert {(p.title.split()[0], p.published, p.n_authors, p.organization) for p in found[0]} == {
        ("LanternNet:", "2023-03-03", 4, None),
        ("What", "2025-07-11", 2, None),
        ("TideFormer:", "2025-10-03", None, "Harbour Lab"),
        ("Pruning", "2022-05-05", None, "Phone Lab"),
        ("Quiet", "2025-01-29", 12, None),
    }
