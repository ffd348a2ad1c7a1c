"""Embedding models are LlamaIndex `BaseEmbedding`s, chosen by one setting, `PAPERQA_EMBEDDING`.

`EMBEDDINGS` names them: each takes the setting's value and gives a model, or None where the value
isn't its own. To add one, write such a function and give it a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from paperqa.errors import SettingsError
from paperqa.models import recipe
from paperqa.models.artefacts import locate
from paperqa.models.endpoint import EMBEDDING, connect
from paperqa.models.hub import STATIC, find
from paperqa.models.onnx import BATCH, Encoder, Words
from paperqa.models.recipe import MINILM, Recipe
from paperqa.models.turns import turn
from paperqa.settings import Settings

Vectors = NDArray[np.float32]

FITTED_FOR = "all-MiniLM-L6-v2-int8"  # what thresholds elsewhere were fitted with
_POOLED = "sentence_embedding"


@runtime_checkable
class ArrayEmbedding(Protocol):
    """An embedding model that also gives arrays; LlamaIndex's lists of floats cost a tenth more."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: float32, (len(texts), dimensions)."""


@runtime_checkable
class RemoteEmbedding(ArrayEmbedding, Protocol):
    """An embedding model elsewhere: it needs no turn of this processor, and each request costs."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, for questions and claims."""


@runtime_checkable
class ContextualEmbedding(Protocol):
    """An embedding model whose vectors are made of those of words in their context."""

    def encode_with_words(self, texts: Sequence[str]) -> tuple[Vectors, tuple[Words, ...]]:
        """As `ArrayEmbedding.encode`, and the words of each text."""

    def query_with_words(self, question: str) -> tuple[Vectors, Words]:
        """The unit vector of a question, float32 (dimensions,), and its words."""


class OnnxEmbedding(BaseEmbedding):
    """A sentence-transformer exported to ONNX: one vector from its tokens', of unit length.

    Source: Reimers & Gurevych 2019, Sentence-BERT, section 3 (mean and CLS pooling).
    """

    _encoder: Any = PrivateAttr()
    _recipe: Any = PrivateAttr()

    def __init__(
        self, model: Path, tokenizer: Path, name: str, threads: int, recipe: Recipe = MINILM
    ) -> None:
        super().__init__(model_name=name, embed_batch_size=BATCH)
        self._encoder = Encoder(model, tokenizer, threads, recipe.max_tokens)
        self._recipe = recipe

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return "OnnxEmbedding"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `ArrayEmbedding`."""
        return self._vectors([self._recipe.passage + text for text in texts])

    def encode_with_words(self, texts: Sequence[str]) -> tuple[Vectors, tuple[Words, ...]]:
        """See `ContextualEmbedding`."""
        given = [self._recipe.passage + text for text in texts]
        rows, words = self._encoder.rows_and_words(given, self._pooled)
        return unit(rows), words

    def query_with_words(self, question: str) -> tuple[Vectors, Words]:
        """See `ContextualEmbedding`."""
        given = [self._recipe.query + question]
        rows, (words,) = self._encoder.rows_and_words(given, self._pooled)
        return unit(rows)[0], words

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return unit(self._encoder.rows(texts, self._pooled))

    def _pooled(self, outputs: Mapping[str, NDArray[Any]], mask: NDArray[np.int64]) -> NDArray[Any]:
        if _POOLED in outputs:  # exported together with its pooling
            return outputs[_POOLED]
        states = next(iter(outputs.values()))
        if states.ndim == 2:
            return states
        if self._recipe.pooling == "cls":
            return np.asarray(states[:, 0])
        weights = mask[..., None].astype(np.float32)
        return np.asarray((states * weights).sum(axis=1) / weights.sum(axis=1))

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.encode([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.encode(texts).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vectors([self._recipe.query + query])[0].tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _minilm(value: str, settings: Settings) -> BaseEmbedding | None:
    if value != "minilm":
        return None
    model, tokenizer = locate(settings.models, "minilm")
    return OnnxEmbedding(model, tokenizer, FITTED_FOR, settings.threads)


def _potion(value: str, settings: Settings) -> BaseEmbedding | None:
    if value != "potion":
        return None
    from paperqa.models.static import StaticEmbedding

    model, tokenizer = locate(settings.models, "potion")
    return StaticEmbedding(model, tokenizer, "potion-base-8M")


def _server(value: str, settings: Settings) -> BaseEmbedding | None:
    from paperqa.models.served import ServedEmbedding

    service = connect(value, settings.embedding_key, EMBEDDING, settings)
    return ServedEmbedding(service, recipe.by_name(service.model)) if service else None


def _folder(value: str, settings: Settings) -> BaseEmbedding | None:
    from paperqa.models.static import StaticEmbedding

    found = find(value, settings.models, "PAPERQA_EMBEDDING")
    if found is None:
        return None
    name = f"{found.name} {found.digest()}"
    if found.model.name == STATIC:
        return StaticEmbedding(found.model, found.tokenizer, name)
    wanted = recipe.read(found.name, found.configs())
    return OnnxEmbedding(found.model, found.tokenizer, name, settings.threads, wanted)


EMBEDDINGS: dict[str, Callable[[str, Settings], BaseEmbedding | None]] = {
    "minilm": _minilm,
    "potion": _potion,
    "server": _server,
    "folder": _folder,
}


def load_embedding(settings: Settings) -> BaseEmbedding:
    """The model that PAPERQA_EMBEDDING names; raises `SettingsError` or `ModelError`."""
    for load in EMBEDDINGS.values():
        if (model := load(settings.embedding, settings)) is not None:
            return model
    raise SettingsError(
        f"PAPERQA_EMBEDDING={settings.embedding!r} is none of: minilm, potion, a model of the "
        "hub (BAAI/bge-small-en-v1.5), a folder, openai:MODEL, http://host:port/v1"
    )


def embed_texts(model: BaseEmbedding, texts: Sequence[str]) -> Vectors:
    """Unit vectors of many texts, in turn with generation: float32, (len(texts), dimensions)."""
    if isinstance(model, RemoteEmbedding):
        return model.encode(texts)
    with turn():
        if isinstance(model, ArrayEmbedding):
            return model.encode(texts)
        return unit(np.array(model.get_text_embedding_batch(list(texts)), np.float32))


def embed_passages(
    model: BaseEmbedding, texts: Sequence[str]
) -> tuple[Vectors, Sequence[Words | None]]:
    """As `embed_texts`, and the words of each text where the model knows them."""
    if isinstance(model, ContextualEmbedding):
        with turn():
            return model.encode_with_words(texts)
    return embed_texts(model, texts), [None] * len(texts)


def embed_question(model: BaseEmbedding, question: str) -> tuple[Vectors, Words | None]:
    """As `embed_query`, and the question's words where the model knows them."""
    if isinstance(model, ContextualEmbedding):
        return model.query_with_words(question)
    return embed_query(model, question), None


def embed_query(model: BaseEmbedding, question: str) -> Vectors:
    """The unit vector of a question: float32, (dimensions,). Too short to wait for a turn."""
    vectors = unit(np.array([model.get_query_embedding(question)], np.float32))
    return vectors.reshape(-1)


def embed_queries(model: BaseEmbedding, texts: Sequence[str]) -> Vectors:
    """Unit vectors of a few questions or claims: float32, (len(texts), dimensions)."""
    if isinstance(model, RemoteEmbedding):
        return model.encode_queries(texts)
    # One by one: a batch moves the vectors of a model of 8 bits, and time is no matter.
    return np.stack([embed_query(model, text) for text in texts])


def embedding_dimensions(model: BaseEmbedding) -> int:
    """The length of the model's vectors."""
    return len(embed_query(model, "length"))


def cosines(rows: Vectors, others: Vectors) -> Vectors:
    """Of unit vectors, each of `rows` with each of `others`: float32, (rows, others).

    Not by matrix product: OpenBLAS's threads wait busily after one, in the way of the embedding
    model's, so that a search takes twice as long.
    """
    return np.asarray(np.vecdot(rows[:, None], others[None]))


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
