"""Cosines of any embedding model, read on the scale of the one that thresholds were fitted with.

The cosine of two texts that have nothing to do with each other is near 0 for one model and 0.75
for another. Two means tell a model's scale: over sentences and the passages that they stand in,
and over sentences and passages of other papers. Both are measured on the packaged sample papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from paperqa.models.embedding import FITTED_FOR, embed_queries, embed_texts
from paperqa.passages import sentence_spans

Cosines = TypeVar("Cosines", float, NDArray[np.floating])
_LEAST = 0.02  # between both means: below it the model tells nothing apart


@dataclass(frozen=True, slots=True)
class Scale:
    """The mean cosine of sentences with passages of other papers, and with their own."""

    apart: float
    own: float

    @classmethod
    def of(cls, model: BaseEmbedding, passages: Sequence[str]) -> Scale:
        """The scale of a model, from passages of as many papers; raises `EndpointError`."""
        if model.model_name == FITTED_FOR:
            return FITTED
        sentences = [_middle_sentence(passage) for passage in passages]
        cosines = embed_queries(model, sentences) @ embed_texts(model, passages).T
        own = float(np.diag(cosines).mean())
        n = len(passages)
        apart = float((cosines.sum() - np.trace(cosines)) / (n * (n - 1)))
        return cls(round(apart, 4), round(own, 4)) if own - apart >= _LEAST else FITTED

    @classmethod
    def parse(cls, text: str | None) -> Scale:
        """What `str` gave; the fitted one where nothing was noted."""
        return cls(*map(float, text.split())) if text else FITTED

    def __str__(self) -> str:
        return f"{self.apart} {self.own}"

    def read(self, cosines: Cosines) -> Cosines:
        """Cosines of this model as the fitted one would have given them, more or less."""
        if self == FITTED:
            return cosines
        stretch = (FITTED.own - FITTED.apart) / (self.own - self.apart)
        return FITTED.apart + (cosines - self.apart) * stretch


FITTED = Scale(0.2388, 0.5544)


def _middle_sentence(passage: str) -> str:
    spans = sentence_spans(passage)
    start, end = spans[len(spans) // 2]
    return passage[start:end]
