"""Embedding models are LlamaIndex `BaseEmbedding`s; `EMBEDDINGS` names those that are built in.

To add one, write a function from `Settings` to a `BaseEmbedding` and give it a line in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from paperqa.errors import SettingsError
from paperqa.models.artefacts import locate
from paperqa.models.turns import turn
from paperqa.settings import Settings

Vectors = NDArray[np.float32]

MAX_TOKENS = 256  # what all-MiniLM-L6-v2 was trained on
_BATCH = 16


@runtime_checkable
class ArrayEmbedding(Protocol):
    """An embedding model that also gives arrays; LlamaIndex's lists of floats cost a tenth more."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text: float32, (len(texts), dimensions)."""


class OnnxEmbedding(BaseEmbedding):
    """A sentence-transformer exported to ONNX: mean over tokens, then unit length.

    Source: Reimers & Gurevych 2019, Sentence-BERT, section 3 (mean pooling).
    """

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, model: Path, tokenizer: Path, name: str, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        super().__init__(model_name=name, embed_batch_size=_BATCH)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return "OnnxEmbedding"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `ArrayEmbedding`. Texts of like length share a batch, so that little is padding."""
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch_fast(list(texts))]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors: list[Any] = [None] * len(tokens)
        for i in range(0, len(order), _BATCH):
            batch = order[i : i + _BATCH]
            rows = self._batch([tokens[n] for n in batch])
            for n, row in zip(batch, rows, strict=True):
                vectors[n] = row
        return np.array(vectors, np.float32)

    def _batch(self, tokens: list[list[int]]) -> Vectors:
        longest = max(map(len, tokens))
        ids = np.array([row + [0] * (longest - len(row)) for row in tokens], np.int64)
        lengths = np.array([len(row) for row in tokens])
        mask = (np.arange(longest) < lengths[:, None]).astype(np.int64)
        states = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )[0]
        weights = mask[..., None].astype(np.float32)
        pooled = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return unit(pooled)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.encode([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.encode(texts).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def _minilm(settings: Settings) -> BaseEmbedding:
    model, tokenizer = locate(settings.models, "minilm")
    return OnnxEmbedding(model, tokenizer, "all-MiniLM-L6-v2-int8", settings.threads)


EMBEDDINGS: dict[str, Callable[[Settings], BaseEmbedding]] = {"minilm": _minilm}


def load_embedding(settings: Settings) -> BaseEmbedding:
    """The model that PAPERQA_EMBEDDING names; raises `SettingsError` or `ModelMissing`."""
    if settings.embedding not in EMBEDDINGS:
        raise SettingsError(
            f"PAPERQA_EMBEDDING={settings.embedding!r} is no embedding model; "
            f"these are: {', '.join(EMBEDDINGS)}"
        )
    return EMBEDDINGS[settings.embedding](settings)


def embed_texts(model: BaseEmbedding, texts: Sequence[str]) -> Vectors:
    """Unit vectors of many texts, in turn with generation: float32, (len(texts), dimensions)."""
    with turn():
        if isinstance(model, ArrayEmbedding):
            return model.encode(texts)
        return unit(np.array(model.get_text_embedding_batch(list(texts)), np.float32))


def embed_query(model: BaseEmbedding, question: str) -> Vectors:
    """The unit vector of a question: float32, (dimensions,). Too short to wait for a turn."""
    vectors = unit(np.array([model.get_query_embedding(question)], np.float32))
    return vectors.reshape(-1)


def embedding_dimensions(model: BaseEmbedding) -> int:
    """The length of the model's vectors."""
    return len(embed_query(model, "length"))


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
