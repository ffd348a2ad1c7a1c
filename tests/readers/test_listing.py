"""Listing pages saved as text: every entry with its facts, and a word on what is no entry."""

import io

import pytest

from paperqa.readers import Document, Unreadable, read
from paperqa.types import Paper, Rejection

ABSTRACT = (
    "Models of the harbour forget. We give them a log of the last ninety days, and find that the "
    "error of the evening forecast falls by a third, while the morning forecast stays as it was. "
    "The log costs 2 MB of memory, reaches 91.5\\% recall and needs no change to the training, as "
    "we show on four harbours and two lakes."
)
HEADER = "new\n\nDaily Papers\n\nbyAK and the research community\n\nNov 20\n\n"


def items(text: str) -> list[Paper | Rejection]:
    data = text.encode()
    return list(read(Document("page.txt", ".txt", lambda: io.BytesIO(data))))


def entry(
    title: str, abstract: str = ABSTRACT, byline: str = "  • 4 authors\n·\nMar 3, 2023"
) -> str:
    return f"{title}\n\n{abstract}\n\n{byline}\n\n"


def test_every_entry_has_its_facts(listing):
    papers = items(listing.read_text())
    facts = [(p.title, p.n_authors, p.organization, p.published, p.trailing_number) for p in papers]
    assert facts == [
        ("LanternNet: Cheap Kernels in Place of Softmax Attention", 4, None, "2023-03-03", 2),
        ("What Do Ferries Know? A Survey of Marine Forecasting", 1, None, "--07-11", None),
        ("TideFormer: A Transformer for Tide Gauges", None, "Harbour Lab", "--10-03", 2),
        ("Pruning Heads in Speech Encoders Without Regret", None, None, None, None),
        ("Quiet Gradients: Training Small Translators on One Laptop", 12, None, "--01-29", None),
    ]


def test_abstracts_are_taken_byte_for_byte(listing):
    abstracts = [line for line in listing.read_bytes().split(b"\n") if len(line) > 150]
    papers = items(listing.read_text())
    assert [p.abstract.encode() for p in papers] == abstracts
    assert [p.text for p in papers] == [p.abstract for p in papers]
    assert {p.sources for p in papers} == {("page.txt",)}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n\n", "\n \t\n"),
        lambda text: text[text.index("LanternNet") :],
        lambda text: text + "\n\nPrevious\n\nNext\n",
    ],
    ids=["no final newline", "blank lines", "CRLF", "BOM", "spaces", "no header", "buttons"],
)
def test_the_way_a_page_was_saved_makes_no_difference(listing, change):
    text = listing.read_text()
    assert items(change(text)) == items(text)


@pytest.mark.parametrize(
    ("byline", "facts"),
    [
        ("  • 1 authors\n·\nJul 11", (1, None, "--07-11", None)),
        ("• 1 author\n·\nFeb 29", (1, None, "--02-29", None)),
        ("  • 120 authors\n·\nDec 1, 2023 12", (120, None, "2023-12-01", 12)),
        ("ReefAI Reef AI\n·\nOct 3 2", (None, "Reef AI", "--10-03", 2)),
        ("ReefAI\n·\nOct 3, 2024", (None, "ReefAI", "2024-10-03", None)),
        ("4 authors · Mar 3, 2023", (4, None, "2023-03-03", None)),
    ],
)
def test_a_byline_gives_authors_or_organisation_and_a_date(byline, facts):
    (paper,) = items(HEADER + entry("A Harbour Log", byline=byline))
    assert (paper.n_authors, paper.organization, paper.published, paper.trailing_number) == facts


def test_a_title_may_have_200_characters():
    title = ("Boats " * 34)[:200].replace("s B", "s-B")
    (paper,) = items(HEADER + entry(title))
    assert len(title) == 200
    assert paper.title == title


def test_the_abstract_right_before_a_byline_may_be_short():
    papers = items(HEADER + entry("A Harbour Log") + entry("On Tides", "Tides come and go"))
    assert [(p.title, p.abstract) for p in papers] == [
        ("A Harbour Log", ABSTRACT),
        ("On Tides", "Tides come and go"),
    ]


def test_percent_signs_stay_escaped():
    (paper,) = items(HEADER + entry("A Harbour Log"))
    assert "91.5\\% recall" in paper.text


def test_an_entry_without_byline_leaves_the_next_byline_alone():
    papers = items(f"{HEADER}Old Log\n\n{ABSTRACT}\n\n" + entry("New Log"))
    assert [(p.title, p.n_authors) for p in papers] == [("Old Log", None), ("New Log", 4)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ReefGen enhances coral search", "ReefGEN: Coral Search with Graph Transformers"),
        ("TideFormer Is Actually What You Need for Tides", "TideFormer Baselines for Tides"),
    ],
)
def test_titles_that_begin_alike_are_two_papers(first, second):
    papers = items(HEADER + entry(first) + entry(second))
    assert [p.title for p in papers] == [first, second]
    assert papers[0].id != papers[1].id


def test_what_is_no_entry_is_reported_with_its_line_and_words():
    text = (
        HEADER
        + "A Title That Lost Its Abstract\n\n"
        + entry("A Harbour Log")
        + "  • 3 authors\n·\nMay 5, 2021\n\n"
        + entry("Another Harbour Log")
        + "Footer words that go on and on until they are much too long to show\n"
    )
    found = items(text)
    rejections = [item for item in found if isinstance(item, Rejection)]
    lines = text.split("\n")
    assert [p.title for p in found if isinstance(p, Paper)] == [
        "A Harbour Log",
        "Another Harbour Log",
    ]
    assert [lines[r.line - 1] for r in rejections] == [
        "A Title That Lost Its Abstract",
        "  • 3 authors",
        "Footer words that go on and on until they are much too long to show",
    ]
    assert [r.reason for r in rejections] == [
        "not part of an entry: 'A Title That Lost Its Abstract'",
        "not part of an entry: '• 3 authors · May 5, 2021'",
        "not part of an entry: 'Footer words that go on and on until they are much too long…'",
    ]
    assert str(rejections[0]) == f"page.txt, line 9: {rejections[0].reason}"


def test_a_page_without_an_entry_is_unreadable():
    with pytest.raises(Unreadable, match="holds no paper"):
        items(HEADER)
