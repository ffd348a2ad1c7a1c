"""Passages and sentences are spans of the text, keep to the size asked for, and lose nothing."""

import random
from collections.abc import Iterator

import pytest

from paperqa.passages import count_tokens, sentence_spans, split
from paperqa.types import Paper

WORDS = (
    "We present the model . ! ? ( ) (1) (2) (ii) e.g. Fig. 3.14 et al. d; : ; — x We. We. Dr. U.S. "
    "\u0301 \u200b é 漢字。 🙂 ... مرحبا؟ नमस्ते। \" ' [1] https://a.example/b?c"
).split(" ")
GAPS = [" ", " ", " ", "", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2028", "\u3000", "\x0c"]


def paper(text: str) -> Paper:
    return Paper(id="p", title="", abstract=text, text=text)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def texts(seed: int) -> Iterator[tuple[str, int]]:
    """Ten random texts, each with a size of passages."""
    source = random.Random(seed)
    for _ in range(10):
        words = source.choices(WORDS, k=source.randint(1, 150))
        yield "".join(w + source.choice(GAPS) for w in words), source.choice([5, 20, 60, 200])


def check_spans(text: str, max_tokens: int) -> None:
    """Passages and sentences are stretches of the text, in order, with all but white space."""
    passages = split(paper(text), max_tokens)
    spans = [span for passage in passages for span in passage.sentences]
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()
    assert spans == sentence_spans(text)
    for start, end in spans:
        assert text[start:end] == text[start:end].strip() != ""
    for n, passage in enumerate(passages):
        assert (passage.id, passage.paper_id) == (f"p#{n}", "p")
        assert text[passage.start : passage.end] == passage.text
        assert (passage.start, passage.end) == (passage.sentences[0][0], passage.sentences[-1][1])


def check_sizes(text: str, max_tokens: int) -> None:
    """No passage is too long, unless it is one sentence."""
    several = [p for p in split(paper(text), max_tokens) if len(p.sentences) > 1]
    assert [p.text for p in several if count_tokens(p.text) > max_tokens] == []


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("check", [check_spans, check_sizes])
def test_random_texts_keep_every_promise(check, seed):
    for text, max_tokens in texts(seed):
        check(text, max_tokens)


@pytest.mark.parametrize("max_tokens", [1, 10, 30, 200])
@pytest.mark.parametrize(
    "text",
    [
        "We cross. We cross. We cross. We cross.",
        "Fähren fahren im Eis 🧊🧊. 船は海を渡る。 Ice is cold.",
        "One sentence without an end",
        "  Space around.  \n\n\n Second paragraph. \n",
        "\n\n".join(f"Paragraph {n} tells of ferries. It is short." for n in range(30)),
    ],
    ids=["repeated", "Unicode", "no end", "space", "paragraphs"],
)
def test_these_texts_keep_every_promise(text, max_tokens):
    check_spans(text, max_tokens)
    check_sizes(text, max_tokens)


def test_repeated_sentences_are_told_apart():
    text = "We cross. Ice. We cross. Ice. We cross."
    assert sentence_spans(text) == [(0, 9), (10, 14), (15, 24), (25, 29), (30, 39)]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_gives_no_passages(text):
    assert split(paper(text), 100) == ()


def test_enumerated_sentences_are_parted():
    text = "Ours is the first. (1) We cross the bay. (2) We stop; (iii) we return: (b) by night."
    assert sentences(text) == [
        "Ours is the first.",
        "(1) We cross the bay.",
        "(2) We stop;",
        "(iii) we return:",
        "(b) by night.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We compare (1) ferries and (2) boats.",
        "As Bay et al. (2021) show, ice is cold.",
        "As Bay et al. (12) show, ice is cold.",
        "See Fig. (2) for more.",
        "Ferries (a kind of boat) cross the bay.",
    ],
)
def test_brackets_within_a_sentence_part_nothing(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text", ["ferry " * 2000, "x" * 9000, "12.5 " * 3000], ids=["words", "no space", "numbers"]
)
def test_a_long_run_without_an_end_is_cut(text):
    parts = sentences(text)
    assert len(parts) > 4
    assert max(map(len, parts)) <= 2000
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    check_spans(text, 200)
    check_sizes(text, 200)


def test_words_of_a_long_run_stay_whole():
    assert set(" ".join(sentences("ferry " * 2000)).split()) == {"ferry"}


def test_passages_are_filled_before_another_begins():
    text = " ".join(f"Ferry {n} crosses the bay in winter." for n in range(60))
    passages = split(paper(text), 100)
    longest = max(count_tokens(text[a:b]) for a, b in sentence_spans(text))
    assert len(passages) > 3
    assert min(count_tokens(p.text) for p in passages[:-1]) > 100 - 2 * longest
    assert len(split(paper(text), 10_000)) == 1
