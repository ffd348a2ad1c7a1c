"""The library as a LlamaIndex query engine."""

from __future__ import annotations

from collections.abc import Callable

from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.query_engine import BaseQueryEngine
from llama_index.core.schema import QueryBundle

from paperqa.retrieve import to_node
from paperqa.types import Answer


class CitedQueryEngine(BaseQueryEngine):
    """Answers as `Library.ask` does; the nodes are the evidence, `metadata["answer"]` is all."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__(CallbackManager([]))
        self._ask = ask

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._ask(query_bundle.query_str)
        return Response(
            response=str(answer),
            source_nodes=[to_node(evidence) for evidence in answer.evidence],
            metadata={"answer": answer.to_dict()},
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}
