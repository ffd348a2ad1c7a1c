"""The list of papers: order, words, pages, and HTML that nothing of a paper gets into."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from paperqa.conversations import Conversations
from paperqa.index.catalogue import Catalogue
from paperqa.types import AddReport, Paper, Rejection, Where
from paperqa.ui import paper_html
from paperqa.ui.context import Page
from paperqa.ui.paper_panel import PaperPanel
from paperqa.ui.papers import ROWS, PaperList

OLD = Path(__file__).parents[1] / "data" / "catalogue_v1.sql"
EVIL = "<img src=x onerror=alert(1)>\"'</td>"


def paper(n, **facts):
    given = {
        "title": f"On buoy {n:03}",
        "text": "Buoys drift.",
        "published": f"{2000 + n % 20}-03-01",
        "organization": f"Harbour {n % 3}",
    }
    return Paper(f"id:{n}", abstract="A text.", **given | facts)


def put(library, papers):
    catalogue = library._stores.catalogue
    with catalogue.transaction():
        for each in papers:
            catalogue.put_paper(each)


@pytest.fixture
def many(library):
    """Three pages of papers: 101, one of which says little."""
    put(library, [*(paper(n) for n in range(100)), paper(100, published=None, organization=None)])
    return library


@pytest.fixture
def listed(many):
    """The list of those papers."""
    with gr.Blocks(), closing(Conversations(many.folder / "catalogue.db")) as conversations:
        shared = {"chosen": gr.State(()), "scope": gr.State(Where()), "tabs": gr.Tabs()}
        papers = PaperList(Page(many, conversations, shared))
        papers.build_list()
        yield papers


def titles(library, *args, **options):
    return [each.title for each in library.page(*args, **options).papers]


@pytest.mark.parametrize("sort", ["newest", "title", "organization"])
def test_pages_hold_each_paper_once(many, sort):
    pages = [many.page(sort=sort, offset=n, n=40) for n in (0, 40, 80, 120)]
    assert [len(page.papers) for page in pages] == [40, 40, 21, 0]
    assert {page.total for page in pages} == {101}
    assert len({each.id for page in pages for each in page.papers}) == 101


def test_orders_put_what_is_not_known_last(library):
    put(library, [
        paper(0, title="zebra", published="2021", organization=None),
        paper(1, title="Émile", published="--07-11", organization="mist"),
        paper(2, title="apple", published="2021-02-03", organization="Harbour"),
        paper(3, title="Fog", published=None, organization="harbour"),
    ])  # fmt: skip
    assert titles(library) == ["apple", "zebra", "Émile", "Fog"]
    assert titles(library) == [each.title for each in library.papers()]
    assert titles(library, sort="title") == ["apple", "Émile", "Fog", "zebra"]
    assert titles(library, sort="organization") == ["apple", "Fog", "Émile", "zebra"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ferries", "Ferries"),
        ("FERR über", "Ferries"),
        ("uber", "Ferries"),
        ("zoe", "Tides"),
        ("ZOË angstrom", "Tides"),
        ("A\N{COMBINING RING ABOVE}ngström", "Tides"),
        ("zoe ferries", ""),
        ("100%", ""),
        ("u0", ""),  # of an escape, in how authors are stored
        ("text", ""),  # only in the abstract
    ],
)
def test_words_are_found_in_title_organisation_and_authors(library, words, found):
    put(library, [
        paper(0, title="Ferries", organization="Über Lab"),
        paper(1, title="Tides", authors=("Zoë Ångström",)),
    ])  # fmt: skip
    assert titles(library, words=words) == found.split()


def test_filters_are_those_of_a_question(many):
    where = Where(years=(2003, 2005), organization="harbour 1")
    page = many.page(where, words="buoy", n=3)
    # The remainder by 20 is 3, 4 or 5, that by 3 is 1: 4, 25, 43, 64, 85.
    assert page.total == 5
    assert [each.id for each in page.papers] == [each.id for each in many.papers(where)][:3]


def test_a_page_is_found_without_reading_the_long_texts(many):
    connection = many._stores.catalogue._connection()
    run = []
    connection.set_trace_callback(run.append)
    for sort in ("newest", "title", "organization"):
        many.page(Where(years=(2003, 2005), organization="harbour"), "buoy", sort)
    connection.set_trace_callback(None)
    searches = [statement for statement in run if "papers_listed" in statement]
    assert len(searches) == 6  # rows and count of each
    for statement in searches:
        plan = " ".join(
            str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        )
        assert "USING COVERING INDEX papers_listed" in plan


def test_papers_of_an_older_catalogue_are_found_too(tmp_path):
    with closing(sqlite3.connect(tmp_path / "catalogue.db")) as old:
        old.executescript(OLD.read_text())
        old.execute("""UPDATE papers SET authors = '["Zo\\u00eb"]' WHERE title LIKE 'Tides%'""")
        old.commit()
    with closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        for words, title in (("ZOE", "Tides in Brass"), ("harbour", "A Byline for Ferries")):
            page = catalogue.page(Where(), words, "title", 0, 5)
            assert [each.title for each in page.papers] == [title]


def test_the_list_goes_from_page_to_page_and_stops_at_its_ends(listed):
    def said(*, number, step=None, words=""):
        inputs = (words, "", "", None, "newest", number, ())
        shown = listed.turn(step, *inputs) if step else listed.show(*inputs)
        return shown[listed.summary], shown[listed.number].value

    assert ROWS == 50
    for number, step, rows, now in [
        (1, 0, "1–50", 1), (1, 1, "51–100", 2), (2, 1, "101–101", 3), (3, 1, "101–101", 3),
        (3, -1, "51–100", 2), (1, -1, "1–50", 1), (None, 0, "1–50", 1), (10**30, 0, "101–101", 3),
    ]:  # fmt: skip
        words, at = said(number=number, step=step)
        assert f"101 papers, {rows} shown" in words
        assert at == now
    assert "No paper fits." in said(number=2, words="kelp")[0]


def test_years_restrict_once_they_are_typed_to_their_end(listed):
    for first, last, n in [("20", "", 101), ("2019", "", 5), ("", "2000", 5), ("2019", "2018", 10)]:
        shown = listed.show("", first, last, None, "newest", 1, ())
        assert f"{n} papers" in shown[listed.summary]
        assert shown[listed.ask_fitting].visible == (n != 101)


def test_the_empty_library_says_who_answers(library, listed):
    library._stores.remove([each.id for each in library.papers()])
    shown = listed.show()
    assert shown[listed.empty].visible
    assert "0 papers" in shown[listed.summary]
    assert "packaged sample answers" in listed.empty.value


def test_nothing_of_a_paper_becomes_html():
    evil = Paper(
        EVIL, EVIL, EVIL, EVIL, authors=(EVIL,), organization=EVIL, url="javascript:alert(1)",
        doi=f"10.1234/{EVIL}", sources=(EVIL,),
    )  # fmt: skip
    report = AddReport(0, 0, 0, (Rejection(EVIL, EVIL),))
    for made in (
        paper_html.rows([evil], ()), paper_html.details(evil), paper_html.abstract(evil),
        paper_html.told(report), paper_html.rows([replace(evil, organization=None)], (EVIL,)),
    ):  # fmt: skip
        assert "<img" not in made
        assert "&lt;img" in made or "%3Cimg" in made
        assert "alert(1)>" not in made
        assert "javascript:" not in made
        assert made.count("</td>") == made.count("<td>")


def test_quotes_are_marked_in_all_that_is_known_of_a_paper():
    whole = Paper("p", "T", "A & b.", "A & b. Then more. Then the end.")
    assert paper_html.abstract(whole) == "<h3>Abstract</h3><p>A &amp; b.</p>"
    mark = '<mark tabindex="-1">{}</mark>'.format
    assert paper_html.abstract(whole, [(18, 31), (0, 6)]) == (
        f"<h3>Text</h3><p>{mark('A &amp; b.')} Then more. {mark('Then the end.')}</p>"
    )
    assert mark("A &amp; b.") in paper_html.abstract(replace(whole, text="A & b."), [(0, 6)])


def test_a_paper_is_opened_at_its_quotes_and_one_of_the_sample_only_shown(library, many):
    page = Page(many, Conversations(many.folder / "catalogue.db"), {"turns": ()}, owner="")
    with gr.Blocks(), gr.Tabs() as page.shared["tabs"], gr.Tab():
        panel = PaperPanel(page)

    def opened(id_, quotes=""):
        shown = panel._open(gr.EventData(None, {"paper": id_, "quotes": quotes}))
        assert shown[page.shared["tabs"]].selected == "Papers"
        return shown[panel.abstract], shown[panel.remove].visible, shown[panel.failed].visible

    assert opened("id:1", "0-5 6-99") == (
        '<h3>Text</h3><p><mark tabindex="-1">Buoys</mark> <mark tabindex="-1">drift.</mark></p>',
        True,
        False,
    )
    assert opened("gone", "0-5 x 9-") == ("", False, True)
    (of_sample, *_) = many._sample.page(n=1).papers
    abstract, can_be_removed, failed = opened(of_sample.id, "0-5")
    assert "<mark" in abstract
    assert (can_be_removed, failed) == (False, False)


def test_links_lead_to_what_is_known_of_a_paper():
    arxiv = Paper("arxiv:2104.09864", "RoFormer & more", "", "", url="https://example.org/a b")
    assert paper_html.links(arxiv) == {
        "arXiv": "https://arxiv.org/abs/2104.09864",
        "Web page": "https://example.org/a b",
        "Search arXiv": "https://arxiv.org/search/?searchtype=title&query=RoFormer%20%26%20more",
        "Search Hugging Face": "https://huggingface.co/papers?q=RoFormer%20%26%20more",
    }
    doi = Paper("doi:10.1/x", "", "", "", doi="https://doi.org/10.1234/a(b)")
    assert paper_html.links(doi) == {"DOI": "https://doi.org/10.1234/a%28b%29"}


def test_the_report_says_what_the_command_line_says():
    rejected = tuple(Rejection("a.csv", "no title", line) for line in range(1, 103))
    made = paper_html.told(AddReport(2, 1, 0, rejected))
    assert "added 2, updated 1, unchanged 0" in made
    assert "<li>not taken: a.csv, line 1: no title</li>" in made
    assert made.endswith("<li>and 2 more</li></ul>")


def test_a_removed_paper_is_not_among_the_chosen(listed):
    left = listed.forget(("id:1", "id:2"), "id:1")
    assert left[listed.chosen] == ("id:2",)
    assert left[listed.ask_chosen].value == "Ask about the 1 chosen"
    assert not listed.forget(("id:2",), "id:2")[listed.ask_chosen].visible
