"""Whether quotes support a claim: agreement in words and meaning, and four hard conditions.

Every number of the claim must be in the quotes, every name in the paper; the claim may not deny
what the quotes don't, nor turn their direction round (more for less). Weights and threshold were
fitted to the train claims of SciFact (Wadden et al. 2020), see docs/adr/0008.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperqa.index.lexical import terms
from paperqa.models.embedding import Vectors
from paperqa.quantities import without_match

COSINE_WEIGHT, COVERAGE_WEIGHT = 0.42, 0.58
_WORD = re.compile(r"(?<!\w)[^\W\d_][\w-]*\w")
_NAME = re.compile(r"[^\W\d_]-?\d|[a-z][A-Z]|[A-Z]{2}")  # GPT-4, MiniLM, BERT
_DENIES = re.compile(
    r"\b(?:not?|never|none|nor|without|cannot|neither|unable|fail(?:s|ed)?|lack(?:s|ing)?|"
    r"absen(?:t|ce))\b|n't\b",
    re.IGNORECASE,
)
_MORE = frozenset(
    terms(
        "increase increases increased higher high more greater larger improve improves improved "
        "enhance enhances promote raises raised gain gains longer faster stronger better above "
        "exceed exceeds outperform outperforms"
    )
)
_LESS = frozenset(
    terms(
        "decrease decreases decreased lower low fewer less smaller reduce reduces reduced "
        "reduction shorter slower weaker worse decline declines below drop drops underperform "
        "underperforms prevent prevents inhibit inhibits impair impairs"
    )
)


@dataclass(frozen=True, slots=True)
class Support:
    """What the check found: agreement from 0 to 1, and why a claim fails in spite of it."""

    agreement: float
    failure: str = ""


def check_support(claim: str, quotes: str, paper: str, cosine: float | None = None) -> Support:
    """Hold a claim against its quotes (with the paper's title), and its names against the paper.

    `cosine` compares the meanings of claim and quotes; without it, words alone decide.
    """
    shared = coverage(claim, quotes)
    agreement = shared
    if cosine is not None:
        agreement = COSINE_WEIGHT * max(cosine, 0.0) + COVERAGE_WEIGHT * shared
    if strange := sorted(names(claim) - names(paper)):
        return Support(agreement, f"not in the paper: {', '.join(strange)}")
    if missing := without_match(claim, quotes):
        return Support(agreement, f"not in the quote: {', '.join(missing)}")
    if _DENIES.search(claim) and not _DENIES.search(quotes):
        return Support(agreement, "denies what the quote does not deny")
    if _turned(claim, quotes):
        return Support(agreement, "turns the quote's direction round")
    return Support(agreement)


def coverage(claim: str, quotes: str) -> float:
    """The share of the claim's content words, as stems, that the quotes have."""
    wanted = set(terms(claim))
    return len(wanted & set(terms(quotes))) / len(wanted) if wanted else 0.0


def names(text: str) -> set[str]:
    """The words of a text that are written like names of models and data: GPT-4, MiniLM, BERT.

    A plural counts as its singular.
    """
    return {word.lower().removesuffix("s") for word in _WORD.findall(text) if _NAME.search(word)}


def cosines(vectors: Vectors) -> Sequence[float]:
    """The cosine of the first (unit) vector with each of the others."""
    return [float(cosine) for cosine in np.asarray(vectors[1:] @ vectors[0])]


def _turned(claim: str, quotes: str) -> bool:
    said, written = set(terms(claim)), set(terms(quotes))
    more, less = bool(said & _MORE), bool(said & _LESS)
    return (more and not less and bool(written & _LESS) and not written & _MORE) or (
        less and not more and bool(written & _MORE) and not written & _LESS
    )
