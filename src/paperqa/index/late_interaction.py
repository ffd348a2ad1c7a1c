"""Late interaction: each telling word of a question against the closest one of a passage.

Words are compared in their context, by the vectors that an encoder makes its embedding of. They are
there when a passage is embedded, and cost no more; what is kept of them is their signs, a bit a
dimension (docs/adr/0015).
Sources: Khattab & Zaharia 2020 (ColBERT: the greatest similarity of each word); Charikar 2002
(signs as a code of directions); Yamada et al. 2021 (binary passages, and questions that aren't).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from paperqa.index.lexical import question_words
from paperqa.index.rows import Codes
from paperqa.models.embedding import cosines, unit
from paperqa.models.onnx import Words


def encode(words: Words | None) -> Codes | None:
    """The codes of the words that tell anything ("the" does not)."""
    if words is None:
        return None
    telling = [n for n, word in enumerate(words.words) if _stems(word)]
    return np.packbits(words.vectors[telling] > 0, axis=1)


def shares(
    question: Words | None, rarity: Mapping[str, float], passages: Sequence[Codes | None]
) -> NDArray[np.floating] | None:
    """How close each passage comes to the question's words, each weighed by how telling it is.

    A passage without codes counts as the mean of the others; None where nothing can be compared.
    """
    if question is None:
        return None
    weights = np.array([_rarity(word, rarity) for word in question.words])
    given = {n: codes for n, codes in enumerate(passages) if codes is not None and len(codes)}
    if not given or not weights.any():
        return None
    asked, weights = unit(question.vectors[weights > 0]), weights[weights > 0]
    bits = np.unpackbits(np.concatenate([*given.values()]), axis=1, count=asked.shape[1])
    # Of signs s = 2 b - 1, whose length is the root of their number; quicker than to make them.
    fits = (2 * cosines(bits.astype(np.float32), asked) - asked.sum(axis=1)) / asked.shape[1] ** 0.5
    starts = np.cumsum([0, *map(len, given.values())])[:-1]
    closest = np.maximum.reduceat(fits, starts)
    held = closest @ weights / weights.sum()
    found = np.full(len(passages), held.mean())
    found[[*given]] = held
    return found


def _rarity(word: str, rarity: Mapping[str, float]) -> float:
    return max((rarity.get(stem, 0.0) for stem in _stems(word)), default=0.0)


@lru_cache(2**16)  # a library has few words, and each many times
def _stems(word: str) -> tuple[str, ...]:
    return tuple(question_words(word))
