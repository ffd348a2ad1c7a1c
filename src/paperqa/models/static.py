"""Static embeddings in the form of model2vec: a text is the mean of its tokens' vectors.

No network runs, so 40,000 abstracts take minutes less; they know words, and hardly their order.
Source: https://github.com/MinishLab/model2vec (Tulkens & van Dongen 2024).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from paperqa.errors import ModelCorrupt
from paperqa.models.embedding import Vectors, unit
from paperqa.models.pull import first_line

_MAX_TOKENS = 512
_BATCH = 256  # texts
_DTYPES = {"F32": np.float32, "F16": np.float16, "F64": np.float64}


class StaticEmbedding(BaseEmbedding):
    """A table of token vectors and its tokenizer."""

    _table: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _unknown: int | None = PrivateAttr()

    def __init__(self, model: Path, tokenizer: Path, name: str) -> None:
        from tokenizers import Tokenizer

        super().__init__(model_name=name)
        self._table = read_table(model)
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:
            raise ModelCorrupt(f"{tokenizer} can't be loaded: {first_line(error)}") from None
        if self._tokenizer.get_vocab_size() > len(self._table):
            raise ModelCorrupt(f"{model} has fewer vectors than {tokenizer} has tokens")
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        unknown = getattr(self._tokenizer.model, "unk_token", None)
        self._unknown = self._tokenizer.token_to_id(unknown) if unknown else None

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return "StaticEmbedding"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `ArrayEmbedding`. A text of which no token is known gets a vector of zeros."""
        vectors = np.zeros((len(texts), self._table.shape[1]), np.float32)
        for i in range(0, len(texts), _BATCH):
            self._add_up(texts[i : i + _BATCH], vectors[i : i + _BATCH])
        return unit(vectors)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """The numbers of the tokens of each text, unknown ones left out."""
        unknown = self._unknown  # read once: an attribute of a pydantic model is dear
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array([t for t in one.ids if t != unknown], np.int64) for one in encoded]

    def vocabulary(self) -> dict[str, int]:
        """The number of each token."""
        return dict(self._tokenizer.get_vocab())

    def vectors(self, tokens: NDArray[np.int64]) -> Vectors:
        """The vectors of tokens: float32, (tokens, dimensions), of any length."""
        return np.asarray(self._table[tokens])

    def _add_up(self, texts: Sequence[str], sums: Vectors) -> None:
        """Write the sum of its tokens' vectors to the row of each text."""
        tokens = self.tokens(texts)
        rows = [row for row, some in enumerate(tokens) if len(some)]
        starts = np.cumsum([0, *(len(tokens[row]) for row in rows)])[:-1]
        if rows:
            sums[rows] = np.add.reduceat(self.vectors(np.concatenate(tokens)), starts)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.encode([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.encode(texts).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def read_table(file: Path) -> Vectors:
    """The tensor `embeddings` of a safetensors file: float32, (tokens, dimensions).

    The format: the header's length (8 bytes, little-endian), the header (JSON), the tensors.
    Raises `ModelCorrupt`.
    """
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            about = json.loads(stream.read(length))["embeddings"]
            start, end = about["data_offsets"]
            stream.seek(8 + length + start)
            data = np.frombuffer(stream.read(end - start), _DTYPES[about["dtype"]])
            return data.reshape(about["shape"]).astype(np.float32)
    except (ValueError, KeyError, TypeError, MemoryError, OverflowError):
        raise ModelCorrupt(
            f"{file} holds no token vectors in the form of model2vec; a model needs those, or a "
            "file exported to ONNX (onnx/model.onnx)"
        ) from None
