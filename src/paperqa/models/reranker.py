"""Models that read a question together with a passage, chosen by one setting, `PAPERQA_RERANKER`.

Each is a LlamaIndex `BaseNodePostprocessor`, so that any of its rerankers can stand in. `RERANKERS`
names them: each takes the setting's value and gives one, or None where the value isn't its own. To
add one, write such a function and give it a line.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
import numpy as np
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from numpy.typing import NDArray
from pydantic import PrivateAttr

from paperqa.errors import EndpointError, ModelError, SettingsError
from paperqa.models.endpoint import RERANKER, Service, connect
from paperqa.models.hub import Snapshot, find
from paperqa.models.onnx import Encoder
from paperqa.models.turns import turn
from paperqa.settings import Settings

_MAX_TOKENS = 512  # of question and passage together


class Reranker(BaseNodePostprocessor):
    """Orders nodes by how well each fits the question, title and text together."""

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return cls.__name__

    @abstractmethod
    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text fits; higher is better. Only their order means anything."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None or not nodes:
            return nodes
        texts = [_shown(node) for node in nodes]
        scores = self.scores(query_bundle.query_str, texts)
        order = sorted(range(len(nodes)), key=lambda n: -scores[n])
        return [NodeWithScore(node=nodes[n].node, score=float(scores[n])) for n in order]


def _shown(node: NodeWithScore) -> str:
    title = node.node.metadata.get("title")
    text = node.node.get_content()
    return f"{title}. {text}" if title else text


class CrossEncoder(Reranker):
    """A cross-encoder exported to ONNX (Nogueira & Cho 2019, arXiv:1901.04085)."""

    _encoder: Any = PrivateAttr()
    _name: str = PrivateAttr()

    def __init__(self, snapshot: Snapshot, threads: int) -> None:
        super().__init__()
        self._encoder = Encoder(snapshot.model, snapshot.tokenizer, threads, _MAX_TOKENS)
        self._name = snapshot.name

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """See `Reranker`; waits for a turn."""
        with turn():
            rows = self._encoder.rows([(question, text) for text in texts], self._logits)
        return [float(row) for row in rows]

    def _logits(self, outputs: Mapping[str, NDArray[Any]], mask: NDArray[np.int64]) -> NDArray[Any]:
        logits = next(iter(outputs.values()))
        logits = logits.reshape(len(mask), -1)
        if logits.shape[1] > 2:
            raise ModelError(
                f"{self._name} gives {logits.shape[1]} scores for a pair of texts, so it is no "
                "reranker; name another in PAPERQA_RERANKER"
            )
        # two are the log-odds of "doesn't fit" and "fits"
        return np.asarray(logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0))


class RerankServer(Reranker):
    """A server's `/rerank`, as llama.cpp, Jina, Cohere, vLLM and others have it."""

    _service: Any = PrivateAttr()

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """See `Reranker`; raises `EndpointError`."""
        model = self._service.model
        body = {"model": model, "query": question, "documents": texts, "top_n": len(texts)}
        with self._service.asked():
            reply = self._service.client.post("/rerank", cast_to=httpx.Response, body=body)
        try:
            found = {int(r["index"]): float(r["relevance_score"]) for r in reply.json()["results"]}
            return [found[n] for n in range(len(texts))]
        except (ValueError, KeyError, TypeError):
            raise EndpointError(
                f"{model}: the server sent no `results` with a `relevance_score` for each "
                "passage; check that PAPERQA_RERANKER names a reranker"
            ) from None


def _server(value: str, settings: Settings) -> Reranker | None:
    if value.startswith("openai:"):
        raise SettingsError("PAPERQA_RERANKER: OpenAI has no rerankers; name another server")
    value = value.replace("/rerank#", "#").removesuffix("/rerank")
    service = connect(value, settings.reranker_key, RERANKER, settings)
    return RerankServer(service) if service else None


def _folder(value: str, settings: Settings) -> Reranker | None:
    found = find(value, settings.models, "PAPERQA_RERANKER")
    return CrossEncoder(found, settings.threads) if found else None


RERANKERS: dict[str, Callable[[str, Settings], BaseNodePostprocessor | None]] = {
    "server": _server,
    "folder": _folder,
}


def load_reranker(settings: Settings) -> BaseNodePostprocessor | None:
    """The model that PAPERQA_RERANKER names, None for `none`.

    Raises `SettingsError` or `ModelError`.
    """
    if settings.reranker == "none":
        return None
    for load in RERANKERS.values():
        if (model := load(settings.reranker, settings)) is not None:
            return model
    raise SettingsError(
        f"PAPERQA_RERANKER={settings.reranker!r} is none of: a cross-encoder of the hub "
        "(cross-encoder/ms-marco-MiniLM-L6-v2), a folder, http://host:port/v1#MODEL, none"
    )
