"""Claims get the quotes that support them; what no quote says is unsupported, with the reason."""

import numpy as np
import pytest

from paperqa.citations import Citations, Source, label
from paperqa.models.scale import FITTED, Scale
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


SOURCES = (source(), source("Bees dance to tell where flowers are.", "Bees"))


@pytest.fixture
def citations():
    return Citations()


def test_a_claim_close_to_a_sentence_is_cited_with_that_sentence(citations):
    claim = citations.check("LanternNet replaces the softmax with a learned kernel.", SOURCES)
    assert (claim.supported, claim.markers) == (True, (1,))
    (citation,) = citations.citations
    assert citation.title == citations.title(1) == "LanternNet: Cheap Kernels"
    assert TEXT[citation.start : citation.end] == citation.quote
    assert "learned kernel" in citation.quote
    assert citation.support == 1.0


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("3.2 times less memory on Harbour.", True),
        ("LanternNet replaces the softmax by a learned kernel.", False),  # only its end is missing
        ("LanternNet reaches 3.2 times less memory on Harbour.", False),
    ],
)
def test_a_piece_of_a_sentence_is_quoted_whole(citations, text, is_whole):
    claim = citations.check(text, SOURCES)
    assert (claim.reason == "verbatim") == is_whole
    assert (claim.text == citations.citations[0].quote) == is_whole


def test_a_long_sentence_is_not_quoted_whole(citations):
    long = source(f"When it rains {'and rains ' * 40}the kernel is learned.")
    assert citations.check("The kernel is learned.", [long]).text == "The kernel is learned."


def test_a_claim_from_two_sentences_quotes_both_in_the_order_of_the_paper(citations):
    text = "LanternNet reaches 81.4% accuracy on Harbour by a learned kernel for softmax."
    assert citations.check(text, SOURCES).markers == (1, 2)
    first, second = citations.citations
    assert first.start < second.start


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It reaches 91.4% accuracy with 3.2 times less memory.", "not in the quote: 91.4%"),
        ("LanternNet reaches 81.4 times less memory on Harbour.", "not in the quote: 81.4×"),
        ("LanternNet replaces softmax by a kernel of rank 8.", "not in the quote: 8"),
        ("GPT-4 replaces the softmax by a learned kernel.", "not in the paper: gpt-4"),
        ("LanternNet never replaces the softmax.", "denies what the quote does not deny"),
        ("It needs 3.2 times more memory.", "turns the quote's direction round"),
        ("Penguins prefer cold water near the coast.", "no quote says this (agreement 0.00)"),
        ("", "no quote says this (agreement 0.00)"),
    ],
)
def test_what_no_quote_says_is_unsupported_and_cites_nothing(citations, text, reason):
    claim = citations.check(text, SOURCES)
    assert (claim.supported, claim.markers, claim.reason) == (False, (), reason)
    assert citations.citations == ()


def test_the_source_with_the_figure_is_quoted(citations):
    old = source("The boat reaches a speed of 88 knots.", "Old")
    new = source("The boat has a speed of 91.", "New")
    assert citations.check("The boat reaches speed 91.", (old, new)).supported
    assert [c.title for c in citations.citations] == ["New"]


@pytest.mark.parametrize(("cosine", "supported"), [(0.0, False), (0.4, False), (0.6, True)])
def test_meaning_decides_where_words_leave_it_open(cosine, supported):
    def encode(texts):
        return np.array([[1.0, 0.0], [cosine, (1 - cosine**2) ** 0.5]], dtype=np.float32)

    # half of the words: 0.42 cosine + 0.29, against 0.5
    claim = Citations(encode, min_shared=0.0).check("Bees waltz.", SOURCES[1:])
    assert claim.supported is supported


def test_meaning_is_read_on_the_models_own_scale():
    def encode(texts):
        return np.array([[1.0, 0.0], [0.87, 0.493]], dtype=np.float32)

    def check(scale):
        citations = Citations(encode, min_shared=0.0, scale=scale)
        return citations.check("Bees waltz.", SOURCES[1:]).supported

    assert check(FITTED)
    assert not check(Scale(apart=0.85, own=0.91))  # where unrelated texts have a cosine of 0.85


def test_a_claim_that_adds_to_its_quote_is_unsupported(citations):
    """A small model likes to repeat what the question takes for granted."""
    claim = citations.check("Bees dance to tell where hungry tigers sleep at noon.", SOURCES)
    assert not claim.supported
    assert "says more than the quote" in claim.reason or "no quote says" in claim.reason


def test_a_claim_beside_the_question_is_left_out(citations):
    lantern = SOURCES[0]
    near = lantern.sentences[1:2]
    claim = citations.check(lantern.sentences[0].text, SOURCES, near)
    assert (claim.supported, claim.reason) == (False, "beside the question")
    assert citations.check(near[0].text, SOURCES, near).supported


def test_the_same_sentence_keeps_its_marker(citations):
    first = citations.check("LanternNet replaces softmax by a learned kernel.", SOURCES)
    other = citations.check("Bees dance to tell where flowers are.", SOURCES)
    again = citations.check("The softmax is replaced by a learned kernel in LanternNet.", SOURCES)
    assert first.markers == again.markers == (1,)
    assert other.markers == (2,)
    later = Citations()
    later.restore(citations.citations)
    assert later.check("Bees dance to flowers.", SOURCES).markers == (2,)


def test_without_sentences_nothing_is_supported(citations):
    empty = Source(Paper(id="x", title="LanternNet", abstract="", text=""), ())
    for sources in ((empty,), ()):
        assert citations.check("LanternNet is fast.", sources).reason == "nothing to quote"


def test_quotes_and_statements_need_no_check(citations):
    paper, sentence = SOURCES[1].paper, SOURCES[1].sentences[0]
    quote = citations.quote(paper, sentence)
    stated = citations.state("Bees is from 2021.", [(paper, sentence)])
    assert (quote.text, quote.markers, quote.reason) == (sentence.text, (1,), "verbatim")
    assert (stated.markers, stated.supported, stated.reason) == ((1,), True, "from the catalogue")
    assert citations.state("3 papers.", []).markers == ()


def test_a_title_supports_with_the_quote(citations):
    assert citations.check("LanternNet holds ferries.", SOURCES).reason == "agreement 1.00"


def test_a_paper_without_a_title_goes_by_its_first_words():
    assert label(SOURCES[1].paper) == "Bees"
    assert label(Paper("x", "", "", "a b c d e f g h i j k l")) == "a b c d e f g h i j …"
