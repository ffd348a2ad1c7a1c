"""From a claim to the quotes that support it; no model takes part, none can invent a marker."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from paperqa.index.lexical import terms
from paperqa.models.embedding import Vectors
from paperqa.models.scale import FITTED, Scale
from paperqa.support import check_support, cosines
from paperqa.types import Citation, Claim, Paper, Sentence

# Fitted to SciFact's claims and to 130 sentences of the local model (docs/adr/0008).
MIN_SUPPORT, MIN_SHARED = 0.5, 0.7
BESIDE, VERBATIM = "beside the question", "verbatim"
_LEANS = 0.5
_GAIN = 0.15  # what a second sentence must add to the claim's coverage to be quoted too

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences of one paper that an answer may quote."""

    paper: Paper
    sentences: tuple[Sentence, ...]


class Citations:
    """Numbers quotes as they are first used, and checks claims against sources.

    `encode` gives unit vectors, so that meanings are compared too and not words alone; `scale`
    says what their cosines mean.
    """

    def __init__(
        self,
        encode: Encode | None = None,
        min_support: float = MIN_SUPPORT,
        min_shared: float = MIN_SHARED,
        scale: Scale = FITTED,
    ) -> None:
        self._encode = encode
        self._scale = scale
        self._min_support = min_support
        self._min_shared = min_shared
        self._used: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, in the order of their markers."""
        return tuple(self._used.values())

    def restore(self, citations: Sequence[Citation]) -> None:
        """Go on from citations that were made before."""
        self._used |= {(c.paper_id, c.start, c.end): c for c in citations}

    def title(self, marker: int) -> str:
        """The title that a marker cites."""
        return self.citations[marker - 1].title

    def check(
        self,
        text: str,
        sources: Sequence[Source],
        near: Container[Sentence] | None = None,
        room: int = 58,
    ) -> Claim:
        """The claim with the markers of its quotes, or unsupported with the reason.

        A mere piece of a sentence of at most `room` words is quoted whole: what was left out before
        it may be a condition.
        A claim that rests on none of the sentences in `near` is beside the question.
        """
        best = max(
            (_best_quotes(text, source) for source in sources if source.sentences),
            key=lambda found: found[0],
            default=None,
        )
        if best is None:
            return Claim(text, (), False, "nothing to quote")
        _, quotes, paper = best
        if near is not None and not any(sentence in near for sentence in quotes):
            return Claim(text, (), False, BESIDE)
        if whole := next((s for s in quotes if _is_clipped(text, s, room)), None):
            return self.quote(paper, whole)
        quoted = " ".join([paper.title, *(sentence.text for sentence in quotes)])
        cosine = None
        if self._encode:
            cosine = self._scale.read(cosines(self._encode([text, quoted]))[0])
        support = check_support(text, quoted, f"{paper.title} {paper.text}", cosine)
        if support.failure:
            return Claim(text, (), False, support.failure)
        if support.agreement < self._min_support:
            return Claim(text, (), False, f"no quote says this (agreement {support.agreement:.2f})")
        if support.shared < self._min_shared:
            share = f"only {support.shared:.0%} of its words"
            return Claim(text, (), False, f"says more than the quote, which has {share}")
        markers = tuple(self._mark(paper, sentence, support.agreement) for sentence in quotes)
        return Claim(text, markers, True, f"agreement {support.agreement:.2f}")

    def nearest(self, text: str, source: Source) -> tuple[Sentence, ...]:
        """The sentences that a text leans on; none where they hold less than half of its words."""
        held, sentences, _ = _best_quotes(text, source)
        return sentences if held >= _LEANS else ()

    def quote(self, paper: Paper, sentence: Sentence, part: str | None = None) -> Claim:
        """A claim that is a sentence of a paper, or part of it, word for word; all of it is cited.

        "…" stands in a part for what was left out.
        """
        return Claim(part or sentence.text, (self._mark(paper, sentence, 1.0),), True, VERBATIM)

    def state(self, text: str, cited: Iterable[tuple[Paper, Sentence]]) -> Claim:
        """A claim that the catalogue makes true; it points to papers, which need not say it."""
        markers = tuple(self._mark(paper, sentence, 1.0) for paper, sentence in cited)
        return Claim(text, markers, True, "from the catalogue")

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


def label(paper: Paper) -> str:
    """A paper's title, or its first words where it has none."""
    return paper.title or " ".join(paper.text.split()[:10]) + " …"


def _is_clipped(text: str, sentence: Sentence, most: int) -> bool:
    """Whether a text is a piece of a sentence, word for word, without its first words."""
    words, whole = _words(text), _words(sentence.text)
    before, found, _ = f" {' '.join(whole)} ".partition(f" {' '.join(words)} ")
    return bool(found) and len(before.split()) > 1 and len(sentence.text.split()) <= most


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _best_quotes(claim: str, source: Source) -> tuple[float, tuple[Sentence, ...], Paper]:
    """(coverage, quotes, paper): the sentence that covers most of the claim, and maybe a second.

    Numbers weigh double: the sentence that gives the figure is the one to quote.
    """
    wanted = set(terms(claim))
    weight = {word: 2.0 if word[0].isdigit() else 1.0 for word in wanted}
    total = sum(weight.values()) or 1.0
    known = set(terms(source.paper.title)) & wanted
    held = {s: (set(terms(s.text)) & wanted) | known for s in source.sentences}

    def share(words: set[str]) -> float:
        return sum(weight[word] for word in words) / total

    first = max(source.sentences, key=lambda s: (share(held[s]), s.score))
    second = max(source.sentences, key=lambda s: (share(held[s] | held[first]), s.score))
    both = share(held[first] | held[second])
    quotes = {first, second} if both - share(held[first]) >= _GAIN else {first}
    found = both if len(quotes) == 2 else share(held[first])
    return found, tuple(sorted(quotes, key=lambda s: s.start)), source.paper
