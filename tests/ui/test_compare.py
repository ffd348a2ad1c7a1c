"""The compare tab: the papers it offers, and a table that runs nothing."""

import csv
import json
import re
from base64 import b64decode

import pytest

from paperqa.comparison_table import NOT_STATED, compare_papers
from paperqa.ui.compare import _choices, _own, _table

HOSTILE = {
    "title": '<script>alert(1)</script> ${alert(2)} {{alert}} "x" onclick="alert(3)"',
    "abstract": "However, <img src=https://example.org/x.png> remains a challenge. "
    "We present </q><script>alert(4)</script>, a new method.",
}


def offered(update):
    return {id_: label for label, id_ in update["choices"]}


@pytest.fixture
def filled(session_library):
    """Nothing here changes its papers."""
    return session_library


@pytest.fixture
def ids(filled):
    return {re.split("[:?]", paper.title)[0]: paper.id for paper in filled.papers()}


def test_all_papers_of_a_small_library_are_offered_by_title_and_year(filled, ids):
    labels = offered(_choices(filled)).values()
    assert len(labels) == 5
    assert "LanternNet: Cheap Kernels in Place of Softmax Attention (2023)" in labels


def test_words_find_papers_in_any_order_and_the_label_has_what_was_typed(filled, ids):
    found = offered(_choices(filled, [], "gauges tide"))
    # The browser drops what doesn't hold the typed words as they stand.
    assert found == {ids["TideFormer"]: "TideFormer: A Transformer for Tide Gauges · gauges tide"}
    assert offered(_choices(filled, [], "tide g")) == {
        ids["TideFormer"]: "TideFormer: A Transformer for Tide Gauges"
    }


def test_what_is_chosen_stays_while_others_are_looked_for(filled, ids):
    found = offered(_choices(filled, [ids["LanternNet"], "title:gone"], "ferries"))
    assert list(found) == [ids["LanternNet"], ids["What Do Ferries Know"]]


def test_aspects_of_ones_own_are_separated_by_semicolons():
    assert _own(" training cost;; robustness to noise\n") == [
        "training cost",
        "robustness to noise",
    ]


def test_a_cell_quotes_and_refers_and_an_empty_one_says_so(filled, ids):
    table = compare_papers(filled, [ids["LanternNet"], ids["TideFormer"]], ["memory"])
    html = _table(table)
    quote = table.rows[0][0].quote
    assert f'<q>{quote}</q> <a href="#compare-1" aria-label="Reference 1">[1]</a>' in html
    assert '<li id="compare-1"' in html
    assert f'<span class="absent">{NOT_STATED}</span>' in html


def test_the_files_are_in_the_page(filled, ids):
    table = compare_papers(filled, [ids["LanternNet"], ids["TideFormer"]])
    files = dict(
        re.findall(
            r'download="comparison\.(\w+)" href="data:[\w/-]+;base64,([^"]+)"', _table(table)
        )
    )
    texts = {ending: b64decode(data).decode("utf-8-sig") for ending, data in files.items()}
    assert len(list(csv.reader(texts["csv"].splitlines()))) == 6
    assert texts["md"] == table.to_markdown()


def test_a_hostile_paper_is_text(library, tmp_path):
    file = tmp_path / "papers.jsonl"
    harmless = {"title": "Buoys", "abstract": "We present a buoy."}
    file.write_text(f"{json.dumps(HOSTILE)}\n{json.dumps(harmless)}\n")
    library.add(file)
    html = _table(compare_papers(library, [paper.id for paper in library.papers()]))
    assert html.count("alert(4)") == 1
    assert not re.search(r"<(script|img)|<[^>]*\sonclick=", html)


def test_what_was_offered_keeps_its_place(filled, ids):
    known = list(offered(_choices(filled)))
    found = offered(_choices(filled, [], "gauges tide", known))
    assert list(found) == known
    assert [id_ for id_, label in found.items() if "gauges tide" in label] == [ids["TideFormer"]]
