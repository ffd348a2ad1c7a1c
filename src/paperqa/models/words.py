"""How close words are in meaning, from static token vectors: no network runs.

Each word of a question is compared with each word of a text, and the closest counts: MaxSim, as in
ColBERT (Khattab & Zaharia 2020), but with vectors that don't depend on what stands around.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from paperqa.models.embedding import Vectors, cosines, unit
from paperqa.models.static import StaticEmbedding


class WordVectors:
    """The words of questions and of texts, as vectors of a static model."""

    def __init__(self, model: StaticEmbedding) -> None:
        self._model = model
        self._numbers = model.vocabulary()

    def closest(self, words: Sequence[str], texts: Sequence[str]) -> Vectors:
        """Cosines of each word with the closest word of each text, 0 or more: (texts, words).

        Words of a text that are no tokens of the model's, as rare names, are close to nothing:
        to cut them up takes longer than all the rest.
        """
        held = [self._tokens(text) for text in texts]
        every = np.unique(np.concatenate(held))
        near = cosines(unit(self._model.vectors(every)), self._model.encode(words))
        rows = [near[np.searchsorted(every, some)].max(axis=0, initial=0.0) for some in held]
        return np.stack(rows)

    def _tokens(self, text: str) -> np.ndarray:
        words = set(re.findall(r"\w+", text.lower()))
        return np.array([self._numbers[word] for word in words & self._numbers.keys()], np.int64)
