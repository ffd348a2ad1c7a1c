"""From a claim to the quotes that support it. Pure: no model takes part, none can invent a marker.

A claim is supported when the best one or two sentences of one paper hold most of its content
words (as stems) and all of its numbers, and the paper knows every name in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paperqa.index.lexical import terms
from paperqa.types import Citation, Claim, Paper, Sentence

MIN_SUPPORT = 0.5
_UNKNOWN = "not in the"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"(?<!\w)[^\W\d_][\w-]*\w")
_NAME = re.compile(r"[^\W\d_]-?\d|[a-z][A-Z]|[A-Z]{2}")
_GAIN = 0.15  # what a second sentence must add to be quoted too


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences of one paper that an answer may quote."""

    paper: Paper
    sentences: tuple[Sentence, ...]


class Citations:
    """Numbers quotes as they are first used, and checks claims against the sources."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._used: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, in the order of their markers."""
        return tuple(self._used.values())

    def title(self, marker: int) -> str:
        """The title that a marker cites."""
        return self.citations[marker - 1].title

    def check(self, text: str) -> Claim:
        """The claim with the markers of its quotes, or unsupported with the reason."""
        found = max(
            (_best_quotes(text, source) for source in self._sources),
            key=lambda item: item[0],
            default=(0.0, (), None),
        )
        support, sentences, source = found
        if source is None or support < MIN_SUPPORT:
            return Claim(text, (), False, f"no quote says this (agreement {support:.2f})")
        quoted = " ".join([source.paper.title, *(s.text for s in sentences)])
        if strange := sorted(names(text) - names(f"{source.paper.title} {source.paper.text}")):
            return Claim(text, (), False, f"{_UNKNOWN} paper: {', '.join(strange)}")
        if missing := sorted(numbers(text) - numbers(quoted)):
            return Claim(text, (), False, f"{_UNKNOWN} quote: {', '.join(missing)}")
        markers = tuple(self._mark(source.paper, sentence, support) for sentence in sentences)
        return Claim(text, markers, True, f"agreement {support:.2f}")

    def quote(self, paper: Paper, sentence: Sentence) -> Claim:
        """A claim that is a sentence of a paper, word for word."""
        return Claim(sentence.text, (self._mark(paper, sentence, 1.0),), True, "verbatim")

    def _mark(self, paper: Paper, sentence: Sentence, support: float) -> int:
        key = (paper.id, sentence.start, sentence.end)
        if key not in self._used:
            self._used[key] = Citation(
                marker=len(self._used) + 1,
                paper_id=paper.id,
                title=label(paper),
                quote=paper.text[sentence.start : sentence.end],
                start=sentence.start,
                end=sentence.end,
                support=round(support, 4),
            )
        return self._used[key].marker


def is_invention(claim: Claim) -> bool:
    """Whether a claim was dropped for a number or a name that the paper doesn't give."""
    return claim.reason.startswith(_UNKNOWN)


def label(paper: Paper) -> str:
    """A paper's title, or its first words where it has none."""
    return paper.title or " ".join(paper.text.split()[:10]) + " …"


def numbers(text: str) -> set[str]:
    """The numbers of a text, without thousands separators and trailing zeros after a point.

    The 4 of GPT-4 isn't one.
    """
    return {_plain(match) for match in _NUMBER.findall(_WORD.sub(" ", text))}


def names(text: str) -> set[str]:
    """The words of a text that are written like names of models and data: GPT-4, MiniLM, BERT."""
    return {word.lower() for word in _WORD.findall(text) if _NAME.search(word)}


def _plain(number: str) -> str:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        number = number.replace(",", "")
    return number.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", number) else number


def _best_quotes(claim: str, source: Source) -> tuple[float, tuple[Sentence, ...], Source | None]:
    """(support, quotes, source): the sentence that covers most of the claim, and maybe a second."""
    wanted = set(terms(claim))
    if not wanted or not source.sentences:
        return 0.0, (), None
    known = set(terms(source.paper.title))
    held = {sentence: set(terms(sentence.text)) & wanted for sentence in source.sentences}
    first = max(source.sentences, key=lambda s: (_covers(claim, s), len(held[s]), s.score))
    second = max(source.sentences, key=lambda s: len(held[s] - held[first]))

    def support(quotes: Iterable[Sentence]) -> float:
        covered = set().union(*(held[s] for s in quotes))
        return len(covered | (known & wanted if covered else set())) / len(wanted)

    gain = support((first, second)) - support((first,))
    helps = gain >= _GAIN or (gain > 0 and not _covers(claim, first) and _covers(claim, second))
    quotes = tuple(sorted({first, second}, key=lambda s: s.start)) if helps else (first,)
    return support(quotes), quotes, source


def _covers(claim: str, sentence: Sentence) -> bool:
    """Whether a sentence holds all numbers of a claim."""
    return numbers(claim) <= numbers(sentence.text)
