"""Embeddings from an OpenAI-compatible server (`/v1/embeddings`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from paperqa.errors import EndpointError
from paperqa.models.embedding import Vectors, unit
from paperqa.models.endpoint import Service
from paperqa.models.recipe import Recipe

_BATCH = 64  # texts a request: at most 33,000 tokens, where OpenAI takes 300,000


class ServedEmbedding(BaseEmbedding):
    """A model behind HTTP; `recipe` says what it wants before questions and passages."""

    _service: Any = PrivateAttr()
    _recipe: Any = PrivateAttr()

    def __init__(self, service: Service, recipe: Recipe) -> None:
        super().__init__(model_name=service.model, embed_batch_size=_BATCH)
        self._service = service
        self._recipe = recipe

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return "ServedEmbedding"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `ArrayEmbedding`; raises `EndpointError`."""
        return self._ask([self._recipe.passage + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `RemoteEmbedding`; raises `EndpointError`."""
        return self._ask([self._recipe.query + text for text in texts])

    def _ask(self, texts: Sequence[str]) -> Vectors:
        rows: list[list[float]] = []
        for i in range(0, len(texts), _BATCH):
            batch = [text or " " for text in texts[i : i + _BATCH]]  # an empty one is refused
            with self._service.asked():
                reply = self._service.client.embeddings.create(
                    model=self._service.model, input=batch, encoding_format="float"
                )
            found = sorted(reply.data, key=lambda item: item.index)
            if [item.index for item in found] != list(range(len(batch))):
                raise EndpointError(
                    f"{self.model_name}: {len(batch)} texts were sent, and {len(found)} vectors "
                    "came back; check that it is an embedding model"
                )
            rows += [item.embedding for item in found]
        if len({len(row) for row in rows}) > 1 or not np.isfinite(rows).all():
            raise EndpointError(
                f"{self.model_name}: sent vectors that can't be compared; check that it is an "
                "embedding model"
            )
        return unit(np.array(rows, np.float32))

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.encode([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.encode(texts).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.encode_queries([query])[0].tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
