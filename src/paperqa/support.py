"""Whether quotes support a claim: agreement in words and meaning, and six hard conditions.

Every number and every name of the claim must be in the quotes; of figures given "respectively" it
must have all, and give none to another name; it may not deny what the quotes don't, nor state what
they deny, nor turn their direction round (more for less).
Weights and threshold were fitted to the train claims of SciFact (Wadden et al. 2020), see
docs/adr/0008.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperqa.index.lexical import question_terms, terms
from paperqa.models.embedding import Vectors
from paperqa.quantities import Quantity, quantities, without_match

COSINE_WEIGHT, COVERAGE_WEIGHT = 0.42, 0.58
_WORD = re.compile(r"(?<!\w)[^\W\d_][\w-]*\w")
_NAME = re.compile(r"[^\W\d_]-?\d|[a-z][A-Z]|[A-Z]{2}|\w-[A-Z]")  # GPT-4, MiniLM, BERT, Set-Net
_IN_ORDER = re.compile(r"\brespectively\b|\d%?\|\d", re.IGNORECASE)  # also 75%|82%|84% for A|B|C
_CLAUSE = re.compile(r"[,;](?!\d)|\b(?:and|while|whereas|but|compared)\b")
_DENIES = re.compile(
    r"\b(?:not?|never|none|nor|without|cannot|neither|unable|fail(?:s|ed)?|lack(?:s|ing)?|"
    r"absen(?:t|ce))\b|n['’]t\b",
    re.IGNORECASE,
)
# What is denied outright, in the next words. "Beats others without labels" leaves labels to others,
# and "not only fast" denies nothing.
_DENIED = re.compile(
    r"(?:\b(?<!with )(?:not?|never|cannot|unable|fail(?:s|ed)?|lacks?)|n['’]t)\b"
    r"(?!\s+(?:all|always|just|merely|only)\b)(?=((?:\s+[\w-]+){1,4}))",
    re.IGNORECASE,
)
_SPARES = re.compile(  # what says "without" in another way, as in label-free
    r"\b(?:avoid|dispens|eliminat|few|instead|only|rather|remov|replac|skip|zero)|"
    r"(?:free|less)\b",
    re.IGNORECASE,
)
# More and less of one thing. "Faster" is no opposite of "reduces", which may speak of time.
_OPPOSITES = tuple(
    (frozenset(terms(more)), frozenset(terms(less)))
    for more, less in (
        ("increase higher high more greater larger raise rise rose risen gain above exceed "
         "enhance promote",
         "decrease lower low fewer less smaller reduce reduction decline below drop fall fell "
         "fallen prevent inhibit impair"),
        ("improve better stronger outperform increase gain enhance promote",
         "worse weaker underperform decline drop fall fell fallen prevent inhibit impair"),
        ("faster", "slower"),
        ("longer", "shorter"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Support:
    """What the check found: agreement from 0 to 1, the share of the claim's words that the quotes
    have, and why a claim fails in spite of both."""

    agreement: float
    shared: float
    failure: str = ""


def check_support(claim: str, quotes: str, paper: str, cosine: float | None = None) -> Support:
    """Hold a claim against its quotes (with the paper's title) and the whole paper.

    `cosine` compares the meanings of claim and quotes; without it, words alone decide.
    """
    shared = coverage(claim, quotes)
    agreement = shared
    if cosine is not None:
        agreement = COSINE_WEIGHT * max(cosine, 0.0) + COVERAGE_WEIGHT * shared
    if strange := sorted(names(claim) - names(paper)):
        return Support(agreement, shared, f"not in the paper: {', '.join(strange)}")
    if unnamed := sorted(names(claim) - names(quotes)):
        return Support(agreement, shared, f"its quote does not name: {', '.join(unnamed)}")
    if missing := without_match(claim, quotes):
        return Support(agreement, shared, f"not in the quote: {', '.join(missing)}")
    if _takes_some(claim, quotes):
        return Support(agreement, shared, "takes some of the figures that the quote gives in order")
    if _pairs_otherwise(claim, quotes):
        return Support(agreement, shared, "gives a figure to another name than the quote does")
    if _DENIES.search(claim) and not _DENIES.search(quotes):
        return Support(agreement, shared, "denies what the quote does not deny")
    if _states_denied(claim, quotes):
        return Support(agreement, shared, "states what the quote denies")
    if _turned(claim, quotes):
        return Support(agreement, shared, "turns the quote's direction round")
    return Support(agreement, shared)


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


def _takes_some(claim: str, quotes: str) -> bool:
    """Whether a claim has some figures of "x and y for A and B, respectively", and not all.

    Which figure is whose is then easily mixed up, and all their words are in the quote.
    """
    in_order = _IN_ORDER.search(quotes) and quantities(claim, words=False)
    return bool(in_order and without_match(quotes, claim))


def _pairs_otherwise(claim: str, quotes: str) -> bool:
    """Whether a claim gives a name the figure of another: "3x on an A100 and 4x on an A6000".

    That is so where a figure's clause names what the claim leaves out, and a name of the claim
    stands in another clause, with another figure of that kind.
    """
    said, figures = names(claim), quantities(claim, words=False)
    clauses = [(names(part), quantities(part, words=False)) for part in _CLAUSE.split(quotes)]

    def other(found: Sequence[Quantity], unit: str) -> bool:
        return any(q.unit == unit and not any(q.agrees(f) for f in figures) for q in found)

    return any(
        figure.agrees(held) and partners - said and (named & said) - partners and other(found, unit)
        for partners, here in clauses
        for held in here
        for figure in figures
        for unit in [held.unit]
        for named, found in clauses
    )


def _states_denied(claim: str, quotes: str) -> bool:
    """Whether a claim states what a quote denies: "needs labels" for "does not need labels".

    The first two telling words behind the denial must be the claim's, and the first must stand
    nowhere else in the quotes: they may deny one thing and state another.
    """
    if _DENIES.search(claim) or _SPARES.search(claim):
        return False
    denied = [question_terms(words)[:2] for words in _DENIED.findall(quotes)]
    said, written = set(terms(claim)), Counter(terms(quotes))
    firsts = Counter(words[0] for words in denied if words)
    return any(
        words and said.issuperset(words) and firsts[words[0]] == written[words[0]]
        for words in denied
    )


def _turned(claim: str, quotes: str) -> bool:
    said, written = set(terms(claim)), set(terms(quotes))

    def only(words: set[str], some: frozenset[str], others: frozenset[str]) -> bool:
        return bool(words & some) and not words & others

    return any(
        (only(said, more, less) and only(written, less, more))
        or (only(said, less, more) and only(written, more, less))
        for more, less in _OPPOSITES
    )
