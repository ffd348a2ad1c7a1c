"""The library's retriever and query engine inside a LlamaIndex application."""

import os

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.selectors import EmbeddingSingleSelector
from llama_index.core.tools import QueryEngineTool

QUESTION = "Which method replaces the softmax by a learned kernel?"


@pytest.fixture(autouse=True)
def no_fallback():
    """LlamaIndex reaches for OpenAI wherever a model isn't passed; without a key that fails."""
    assert "OPENAI_API_KEY" not in os.environ


def test_the_retriever_serves_a_llama_index_query_engine(filled):
    engine = RetrieverQueryEngine.from_args(filled.as_retriever(k=2), llm=MockLLM(max_tokens=5))
    response = engine.query(QUESTION)
    assert len(response.source_nodes) == 2
    assert response.source_nodes[0].metadata["title"].startswith("LanternNet")
    assert "learned kernel" in response.source_nodes[0].text


def test_nodes_carry_offsets_into_the_paper(filled):
    node = filled.as_retriever().retrieve(QUESTION)[0].node
    paper = next(p for p in filled.papers() if p.id == node.ref_doc_id)
    assert paper.text[node.start_char_idx : node.end_char_idx] == node.text


def test_the_query_engine_answers_with_citations(filled):
    response = filled.as_query_engine().query(QUESTION)
    assert "rank 16" in str(response)
    assert response.metadata["answer"]["citations"][0]["title"].startswith("LanternNet")
    assert response.source_nodes[0].score is not None


def test_the_query_engine_is_a_tool_for_a_router(filled, embedding):
    tool = QueryEngineTool.from_defaults(filled.as_query_engine(), description="Papers on tides")
    router = RouterQueryEngine(
        EmbeddingSingleSelector.from_defaults(embed_model=embedding), [tool], llm=MockLLM()
    )
    assert "rank 16" in str(router.query(QUESTION))


@pytest.mark.anyio
async def test_it_answers_in_an_event_loop(filled):
    assert "rank 16" in str(await filled.as_query_engine().aquery(QUESTION))


@pytest.fixture
def anyio_backend():
    return "asyncio"
