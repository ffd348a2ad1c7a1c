"""How well a sentence fits a question: its meaning, the words they share, the kind of fact asked.

The weights were fitted to the development questions of eval/transformers by a pairwise logistic
model (RankNet, Burges et al. 2005): the best sentence by cosine alone holds the fact for 41 % of
the questions, by this sum for 66 % (cross-validated, docs/adr/0007).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from paperqa.index.lexical import question_words, terms
from paperqa.models.words import WordVectors

WORDS_WEIGHT = 1.36
AMOUNT_WEIGHT = 0.78
BEFORE_WEIGHT = 0.82
LINK_WEIGHT = -0.94
_QUANTITY = re.compile(
    r"\b(?:how (?:many|much|large|big|small|fast|accurate|long|often|high|low|far|few|well|wide|"
    r"deep|strong|quick\w*)|by (?:how|what)|(?:what|which) (?!(?:kind|type|sort)s? of)"
    r"(?:[\w-]+ ){0,4}?(?:accuracy|percentage|"
    r"percent|share|fraction|score|number|size|speed\w*|rate|ratio|factor|gain|improvement|"
    r"reduction|error|year|complexity|AP|mAP|FID|mIoU)|"
    r"what (?:[\w-]+ ){0,4}?loss(?! function))\b",
    re.IGNORECASE,
)
_NAME_WITH_DIGIT = re.compile(r"\b[A-Za-z]+-?\d+\w*\b")
_AMOUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|double|twice|linear|quadratic)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d|\b(?:half|halv\w+|doubl\w+|twice|third|quarter|linear|quadratic)\b", re.I)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as words: `rarity` is how telling each stem is, `words` how each was written."""

    rarity: Mapping[str, float]
    wants_amount: bool
    words: Mapping[str, str]

    @classmethod
    def read(cls, question: str, rarity: Mapping[str, float]) -> Asked:
        """`rarity` may know more words than the question has."""
        words = question_words(question)
        return cls({stem: rarity.get(stem, 0.0) for stem in words}, wants_amount(question), words)

    def closeness(self, texts: Sequence[str], vectors: WordVectors) -> NDArray[np.floating]:
        """The share of the question's words in each text, weighed by the square of their rarity.

        A word that isn't in a text counts by the closest that is.
        """
        weights = np.array([*self.rarity.values()]) ** 2
        if not weights.sum():
            return np.zeros(len(texts))
        held = np.array([[stem in _stems(text) for stem in self.rarity] for text in texts], float)
        near = vectors.closest([self.words[stem] for stem in self.rarity], texts)
        return np.asarray(np.maximum(held, near) @ weights / weights.sum())

    def coverage(self, text: str, without: str = "") -> float:
        """The share of the question's words in `text`, each weighed by how telling it is.

        Words that stand in `without` aren't counted, either way.
        """
        counted = self.rarity.keys() - _stems(without)
        held = counted & _stems(text)
        total = sum(self.rarity[word] for word in counted)
        return sum(self.rarity[word] for word in held) / total if total else 0.0


@lru_cache(2048)  # a title is read for each sentence
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def wants_amount(question: str) -> bool:
    """Whether a question asks for a number or a size."""
    return bool(_QUANTITY.search(question))


def has_amount(text: str) -> bool:
    """Whether a text gives a number or a size; the 4 of GPT-4 is none."""
    return bool(_AMOUNT.search(_NAME_WITH_DIGIT.sub("", text)))


def has_figure(text: str) -> bool:
    """Whether a text gives a measured amount: "two branches" count something and measure none."""
    return bool(_FIGURE.search(_NAME_WITH_DIGIT.sub("", text)))


def standardised(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scores with mean 0 and standard deviation 1 (all 0 where they are equal)."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def sentence_scores(
    asked: Asked, title: str, sentences: Sequence[str], cosines: Sequence[float]
) -> list[float]:
    """A score for each sentence of a passage, given in order; higher fits better.

    A title's words don't count: they lead to the paper, not to the sentence within it. The
    sentence before counts: a figure follows what it is the figure of. Where code is to be found
    is hardly ever asked.
    """
    before = [0.0, *cosines[:-1]]
    return [
        float(cosine)
        + BEFORE_WEIGHT * float(cosine_before)
        + WORDS_WEIGHT * asked.coverage(sentence, without=title)
        + AMOUNT_WEIGHT * (asked.wants_amount and has_amount(sentence))
        + LINK_WEIGHT * ("http" in sentence)
        for sentence, cosine, cosine_before in zip(sentences, cosines, before, strict=True)
    ]
