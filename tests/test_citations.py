"""Claims get the quotes that support them; what no quote says is unsupported, with the reason."""

import pytest

from paperqa.citations import Citations, Source, names, numbers
from paperqa.types import Paper, Sentence

TEXT = (
    "LanternNet replaces the softmax by a learned kernel of rank 16. "
    "It reaches 81.4\\% accuracy with 3.2 times less memory on Harbour. "
    "Harbour holds 12,000 recordings of ferries."
)


def source(text=TEXT, title="LanternNet: Cheap Kernels"):
    paper = Paper(id=title, title=title, abstract=text, text=text)
    spans, start = [], 0
    for piece in text.split(". "):
        spans.append(Sentence(start, start + len(piece), piece, 0.5))
        start += len(piece) + 2
    return Source(paper, tuple(spans))


@pytest.fixture
def citations():
    return Citations([source(), source("Bees dance to tell where flowers are.", "Bees")])


def test_a_claim_close_to_a_sentence_is_cited_with_that_sentence(citations):
    claim = citations.check("LanternNet replaces the softmax with a learned kernel.")
    assert claim.supported
    assert claim.markers == (1,)
    (citation,) = citations.citations
    assert citation.title == "LanternNet: Cheap Kernels"
    assert TEXT[citation.start : citation.end] == citation.quote
    assert "learned kernel" in citation.quote


def test_a_claim_from_two_sentences_quotes_both(citations):
    claim = citations.check(
        "LanternNet replaces softmax by a learned kernel and reaches 81.4% accuracy on Harbour."
    )
    assert claim.supported
    assert len(claim.markers) == 2


@pytest.mark.parametrize(
    "text",
    [
        "LanternNet reaches 91.4% accuracy with 3.2 times less memory on Harbour.",
        "LanternNet replaces the softmax by a learned kernel of rank 8.",
    ],
)
def test_a_wrong_number_is_unsupported(citations, text):
    claim = citations.check(text)
    assert not claim.supported
    assert "not in the quote" in claim.reason
    assert citations.citations == ()


def test_a_name_that_the_paper_does_not_know_is_unsupported(citations):
    claim = citations.check("GPT-4 replaces the softmax by a learned kernel.")
    assert not claim.supported
    assert claim.reason == "not in the paper: gpt-4"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPT-4 and MiniLM beat BERT on SQuAD", {"gpt-4", "minilm", "bert", "squad"}),
        ("Transformers learn in-context, say we", set()),
        ("T5 on ImageNet-1K", {"t5", "imagenet-1k"}),
    ],
)
def test_names_are_told_from_words(text, found):
    assert names(text) == found


def test_a_claim_that_no_source_makes_is_unsupported(citations):
    claim = citations.check("Penguins prefer cold water near the southern coast.")
    assert not claim.supported
    assert claim.markers == ()
    assert "no quote says this" in claim.reason


def test_the_same_sentence_keeps_its_marker(citations):
    first = citations.check("LanternNet replaces softmax by a learned kernel.")
    other = citations.check("Bees dance to tell where flowers are.")
    again = citations.check("The softmax is replaced by a learned kernel in LanternNet.")
    assert first.markers == again.markers == (1,)
    assert other.markers == (2,)
    assert [c.marker for c in citations.citations] == [1, 2]


def test_a_source_without_sentences_supports_nothing():
    empty = Source(Paper(id="x", title="LanternNet", abstract="", text=""), ())
    assert not Citations([empty]).check("LanternNet is fast.").supported
    assert not Citations([]).check("LanternNet is fast.").supported


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("34.7\\% of 12,000", {"34.7", "12000"}),
        ("1.50 and 2.0", {"1.5", "2"}),
        ("no figures", set()),
        ("256x256", {"256"}),
        ("1,5 and 1,234,567.80", {"1,5", "1234567.8"}),
    ],
)
def test_numbers_are_compared_in_one_form(text, found):
    assert numbers(text) == found
