"""JSONL and CSV: field names, lists, dates, broken rows and sizes."""

import csv
import gzip
import io
import json

import pytest

from paperqa.readers import Document, Unreadable, read, table
from paperqa.readers import document as document_module
from paperqa.types import Paper, Rejection


def items(data: str | bytes, suffix: str = ".jsonl") -> list[Paper | Rejection]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read(Document("rows", suffix, lambda: io.BytesIO(raw))))


def row(**fields: object) -> Paper:
    (paper,) = items(json.dumps(fields))
    return paper


@pytest.mark.parametrize("name", ["abstract", "summary", "text", "full_text", "body", "ABSTRACT"])
def test_the_text_has_several_names(name):
    paper = row(**{"Title": "Ferries\n on ice ", name: "They cross."})
    assert (paper.title, paper.abstract, paper.text) == (
        "Ferries on ice",
        "They cross.",
        "They cross.",
    )


def test_a_full_text_stands_beside_its_abstract():
    paper = row(title="Ferries", abstract="They cross.", full_text="They cross. All winter.")
    assert (paper.abstract, paper.text) == ("They cross.", "They cross. All winter.")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("organization", "organization"),
        ("organisation", "organization"),
        ("affiliation", "organization"),
        ("url", "url"),
        ("link", "url"),
        ("doi", "doi"),
    ],
)
def test_other_fields_have_several_names_too(name, field):
    assert getattr(row(abstract="They cross.", **{name: "10.1/harbour"}), field) == "10.1/harbour"


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        (["Ada Bay", " Bo Cay "], ("Ada Bay", "Bo Cay")),
        ([{"name": "Ada Bay"}, {"name": "Bo Cay", "id": 7}], ("Ada Bay", "Bo Cay")),
        ([{"name": None}, {}, None, {"name": "Bo Cay"}], ("Bo Cay",)),
        ("Ada Bay; Bo Cay;", ("Ada Bay", "Bo Cay")),
        ("Bay, Ada", ("Bay, Ada",)),
        ([], ()),
        (None, ()),
    ],
)
@pytest.mark.parametrize("field", ["authors", "author"])
def test_authors_come_as_a_list_or_a_text(field, authors, names):
    paper = row(abstract="They cross.", **{field: authors})
    assert paper.authors == names
    assert paper.n_authors == (len(names) or None)


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"year": 2021}, "2021"),
        ({"year": 2021.0}, "2021"),
        ({"year": "2021"}, "2021"),
        ({"date": "2021-05-03"}, "2021-05-03"),
        ({"published": "2021-05-03T10:00:00Z"}, "2021-05-03"),
        ({"publication_date": "May 3, 2021"}, "2021-05-03"),
        ({"published": "2021-05-03", "year": 1999}, "2021-05-03"),
        ({"published": None, "year": 2021}, "2021"),
        ({}, None),
    ],
)
def test_dates_keep_their_precision(fields, published):
    assert row(abstract="They cross.", **fields).published == published


def test_a_bad_date_is_reported_and_the_paper_is_in_without_it():
    rejection, paper = items('\n{"title": "Ferries", "abstract": "They cross.", "date": "soon"}')
    assert rejection == Rejection("rows", "'soon' is not a date; the paper is in without it", 2)
    assert (paper.title, paper.published) == ("Ferries", None)


def test_a_row_without_text_is_reported_and_the_others_are_in():
    first, rejection, last = items(
        '{"title": "A", "abstract": "a"}\n{"title": "B", "abstract": " "}\n'
        '{"title": "C", "summary": "c"}\n'
    )
    assert [first.title, last.title] == ["A", "C"]
    assert rejection == Rejection("rows", "this row has neither abstract nor text", 2)


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2104.09864",
        "http://arxiv.org/pdf/2104.09864v4",
        "https://www.arxiv.org/pdf/2104.09864v2.pdf",
        "arxiv.org/abs/2104.09864",
    ],
)
def test_an_arxiv_address_identifies_a_paper(url):
    by_url = row(title="Ferries", abstract="They cross.", url=url)
    assert by_url.id == row(title="Boats", abstract="They swim.", arxiv_id="2104.09864").id


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"_id": "1", "title": "Ferries"}, {"_id": "2", "title": "Ferries"}),
        ({"_id": "1", "title": "Ferries"}, {"_id": "1", "title": "Boats"}),
        ({"_id": 1, "text": "Ferries."}, {"_id": 1, "text": "Boats."}),
    ],
    ids=["same title", "same id", "same id, no title"],
)
def test_the_ids_of_a_collection_never_merge_two_papers(first, second):
    defaults = {"text": "They cross."}
    assert row(**defaults | first).id != row(**defaults | second).id


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".csv", "Title,Abstract,Authors,Year\nFerries,They cross.,Ada Bay; Bo Cay,2021\n"),
        (".csv", "Title;Abstract;Authors;Year\nFerries;They cross.;Ada Bay, Bo Cay;2021\n"),
        (".tsv", "Title\tAbstract\tAuthors\tYear\nFerries\tThey cross.\tAda Bay; Bo Cay\t2021\n"),
        (".csv", '"Title","Abstract","Year"\n\n"Ferries","They cross.","2021"'),
        (".ndjson", '\n{"title": "Ferries", "abstract": "They cross.", "year": 2021}\n\n'),
    ],
    ids=["comma", "semicolon", "tab", "quoted", "JSONL"],
)
def test_a_table_can_be_saved_in_many_ways(suffix, data, end, mark):
    (paper,) = items((mark + data).replace("\n", end), suffix)
    assert (paper.title, paper.text, paper.published) == ("Ferries", "They cross.", "2021")


def test_a_quoted_field_may_hold_newlines_quotes_and_commas():
    data = 'title,abstract\n"Ferries, on\nice","They ""cross"",\n\nand stop."\nBoats,They swim.\n'
    papers = items(data, ".csv")
    assert [(p.title, p.text) for p in papers] == [
        ("Ferries, on ice", 'They "cross",\n\nand stop.'),
        ("Boats", "They swim."),
    ]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        ("name,year\nFerries,2021\n", "the header names neither title nor abstract", 1),
        ("title,abstract\nA,a\nB,b,c\n", "3 fields where the header has 2", 3),
        ('title,abstract\nA,a\n"B,b\n', "not valid CSV", 3),
        ('title,abstract\nA,"a"b\n', "not valid CSV", 2),
        ("", "the header names neither title nor abstract", 1),
    ],
)
def test_a_broken_csv_is_unreadable_and_says_where(data, reason, line):
    with pytest.raises(Unreadable, match=reason) as caught:
        items(data, ".csv")
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"title": "B", "abstract": ', "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"abstract": {"a": 1}}', "abstract is not a text"),
        ('{"abstract": "a", "n_authors": "many"}', "not a number"),
        ('{"abstract": "a", "n_authors": 1e999}', "not a number"),
        ('{"abstract": "a", "n_authors": 99999999999999999999}', "not a number"),
        (f'{{"abstract": "a", "year": {"1" * 5000}}}', "not valid JSON"),
        (r'{"abstract": "half a pair: \ud800"}', "surrogate|Unicode"),
    ],
    ids=lambda value: value[:45],
)
def test_a_broken_line_is_unreadable_and_says_where(bad, reason):
    good = '{"title": "A", "abstract": "a"}\n'
    with pytest.raises(Unreadable, match=reason) as caught:
        items(f"{good}\n{bad}\n{good}")
    assert caught.value.line == 3


def test_nothing_of_a_broken_file_is_taken(tmp_path, library):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{"title": "Good", "abstract": "They cross."}\n')
    bad.write_text('{"title": "Bad", "abstract": "a", "date": "soon"}\n{"title": "Bad", oops\n')
    report = library.add(tmp_path / "bad.jsonl", good)
    assert [p.title for p in library.papers()] == ["Good"]
    assert [(r.source, r.line) for r in report.rejected] == [(str(bad.resolve()), 2)]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_packed_tables_are_unpacked_on_the_way(tmp_path, suffix):
    data = 'title,abstract\n"Ferries",They cross.\n'
    if suffix == ".jsonl":
        data = '{"title": "Ferries", "abstract": "They cross."}\n'
    path = tmp_path / f"rows{suffix}.gz"
    path.write_bytes(gzip.compress(data.encode()))
    (paper,) = read(Document.from_path(path))
    assert (paper.title, paper.text) == ("Ferries", "They cross.")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_line_over_the_limit_is_unreadable(monkeypatch, suffix):
    monkeypatch.setattr(document_module, "MAX_LINE", 40)
    header = "title,abstract\n" if suffix == ".csv" else '{"abstract": "They cross."}\n'
    with pytest.raises(Unreadable, match="split it") as caught:
        items(header + "x" * 41 + "\n", suffix)
    assert caught.value.line == 2


def test_a_field_over_the_limit_is_unreadable(monkeypatch, request):
    limit = csv.field_size_limit()
    request.addfinalizer(lambda: csv.field_size_limit(limit))
    monkeypatch.setattr(table, "MAX_LINE", 40)
    with pytest.raises(Unreadable, match="field larger than field limit"):
        items('title,abstract\nFerries,"' + "They cross.\n" * 5 + '"\n', ".csv")
