"""Embeddings and reranking over HTTP, from a server that is faked faithfully."""

import numpy as np
import pytest
from llama_index.core.schema import NodeWithScore, TextNode
from tests.fake_vendor import bins, serving

from paperqa.errors import EndpointError, SettingsError
from paperqa.models import endpoint
from paperqa.models.embedding import embed_queries, embed_query, embed_texts, load_embedding
from paperqa.models.reranker import load_reranker
from paperqa.models.turns import turn
from paperqa.settings import load_settings

TEXTS = ["Linear attention runs in linear time.", "Tides rise.", "A kernel replaces the softmax."]
FAILURES = [
    ("no-such-model", "check the model's name and URL in {setting}"),
    ("no-quota", "too many requests"),
    ("bad-key", "key was refused; check {setting}_KEY"),
    ("broken", "the server failed"),
    ("short", "lower PAPERQA_CHUNK_TOKENS"),
]


@pytest.fixture
def vendor(monkeypatch):
    monkeypatch.setattr(endpoint, "RETRIES", 0)
    with serving() as (url, seen):
        monkeypatch.setattr(endpoint, "OPENAI_URL", url)
        yield url, seen


def embedding(value, **settings):
    return load_embedding(load_settings(embedding=value, **settings))


def reranker(value, **settings):
    return load_reranker(load_settings(reranker=value, **settings))


def ranked(model, question, texts):
    nodes = [NodeWithScore(node=TextNode(text=text)) for text in texts]
    return [node.node.text for node in model.postprocess_nodes(nodes, query_str=question)]


def test_vectors_come_in_batches_in_the_order_of_the_texts(vendor):
    url, seen = vendor
    texts = [f"{text} {n}" for n in range(50) for text in TEXTS] + [""]
    vectors = embed_texts(embedding(f"{url}#m"), texts)
    assert [len(request["input"]) for request in seen] == [64, 64, 23]
    assert {request["model"] for request in seen} == {"m"}
    expected = np.array(bins(texts))
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert vectors.dtype == np.float32


def test_a_question_is_asked_alone_and_claims_together(vendor):
    url, seen = vendor
    model = embedding(f"{url}#m")
    embed_query(model, TEXTS[0])
    assert embed_queries(model, TEXTS).shape == (3, 16)
    assert [len(request["input"]) for request in seen] == [1, 3]


def test_a_family_gets_its_words_over_http_too(vendor):
    url, seen = vendor
    model = embedding(f"{url}#nomic-embed-text:v1.5")
    embed_query(model, "Why?")
    embed_texts(model, ["So."])
    assert [request["input"] for request in seen] == [
        ["search_query: Why?"],
        ["search_document: So."],
    ]


def test_a_server_is_asked_for_its_first_model_where_none_is_named(vendor):
    url, seen = vendor
    embed_query(embedding(url.removesuffix("/v1")), "Why?")
    assert seen[0]["model"] == "first"


def test_a_server_needs_no_turn_of_this_processor(vendor):
    with turn():  # would hang if it waited
        embed_texts(embedding(f"{vendor[0]}#m"), TEXTS)


@pytest.mark.parametrize(("model", "says"), FAILURES)
def test_a_failing_embedding_server_is_a_clear_error(vendor, model, says):
    with pytest.raises(EndpointError, match=says.format(setting="PAPERQA_EMBEDDING")):
        embed_query(embedding(f"openai:{model}", embedding_key="k"), "Why?")


@pytest.mark.parametrize(
    ("model", "says"),
    [("forgets", "3 texts were sent, and 2 vectors"), ("no-numbers", "can't be compared")],
)
def test_vectors_that_can_not_be_used_are_refused(vendor, model, says):
    with pytest.raises(EndpointError, match=says):
        embed_texts(embedding(f"{vendor[0]}#{model}"), TEXTS)


def test_a_busy_server_is_asked_again(monkeypatch):
    monkeypatch.setattr(endpoint, "RETRIES", 2)
    with serving() as (url, seen):
        embed_query(embedding(f"{url}#busy-once"), "Why?")
        assert len(seen) == 2


def test_nothing_listening_is_a_clear_error(vendor):
    with pytest.raises(EndpointError, match=r"can't be reached .* PAPERQA_EMBEDDING"):
        embed_query(embedding("http://127.0.0.1:9/v1#m"), "Why?")
    with pytest.raises(EndpointError, match=r"can't be reached .* PAPERQA_RERANKER"):
        reranker("http://127.0.0.1:9/v1")


def test_a_key_goes_to_its_own_server_only(vendor, monkeypatch):
    url, seen = vendor
    other = url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")

    def sent(value, **settings):
        embed_query(embedding(value, **settings), "Why?")
        return seen[-1]["authorization"].removeprefix("Bearer ")

    assert sent("openai:m") == "sk-openai"
    assert sent("openai:m", embedding_key="own") == "own"
    assert sent(f"{other}#m", embedding_key="own", llm=f"{other}#x", api_key="chat") == "own"
    assert sent(f"{other}#m", llm=f"{other}#x", api_key="chat") == "chat"
    assert sent(f"{other}#m", llm=f"{url}#x", api_key="chat") == "none"
    assert sent(f"{other}#m", llm="local", api_key="chat") == "none"
    assert sent(f"{other}#m") == "none"
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match="set PAPERQA_EMBEDDING_KEY or OPENAI_API_KEY"):
        embedding("openai:m")
    ranked(reranker(f"{other}#m", reranker_key="own"), "Why?", TEXTS)
    assert seen[-1]["authorization"] == "Bearer own"


@pytest.mark.parametrize("end", ["#m", "/rerank#m", "/rerank"])
def test_a_rerank_server_orders_passages(vendor, end):
    url, seen = vendor
    order = ranked(reranker(url + end), "replaces a kernel the tides", TEXTS)
    assert order == [TEXTS[2], TEXTS[1], TEXTS[0]]
    request = seen[-1]
    assert request["path"] == "/v1/rerank"
    assert (request["query"], request["documents"]) == ("replaces a kernel the tides", TEXTS)
    assert (request["model"], request["top_n"]) == ("m" if "#" in end else "first", 3)


@pytest.mark.parametrize(
    ("model", "says"), [*FAILURES, ("forgets", "no `results` with a `relevance_score`")]
)
def test_a_failing_rerank_server_is_a_clear_error(vendor, model, says):
    with pytest.raises(EndpointError, match=says.format(setting="PAPERQA_RERANKER")):
        ranked(reranker(f"{vendor[0]}#{model}"), "Why?", TEXTS)


@pytest.mark.llm
def test_a_real_llama_cpp_server_embeds(local_llm, models_folder, monkeypatch):
    import xllamacpp

    monkeypatch.setattr(endpoint, "RETRIES", 0)
    params = xllamacpp.CommonParams()
    (path,) = (models_folder / "qwen").glob("*.gguf")
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = 1024, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.api_keys, params.verbosity, params.offline = ["a-secret-key"], -1, True
    server = xllamacpp.Server(params)
    url = f"{server.listening_address}/v1"
    model = embedding(url, embedding_key="a-secret-key")
    vectors = embed_texts(model, [*TEXTS, ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.argmax(vectors @ embed_query(model, TEXTS[1])) == 1
    with pytest.raises(EndpointError, match="key was refused"):
        embed_texts(embedding(f"{url}#m", embedding_key="another-key"), TEXTS)
    with pytest.raises(EndpointError, match="too large to process"):
        embed_texts(model, ["word " * 3000])
    with pytest.raises(EndpointError, match="the server failed"):
        ranked(reranker(f"{url}#m", reranker_key="a-secret-key"), "Why?", TEXTS)


def test_openai_has_no_rerankers():
    with pytest.raises(SettingsError, match="OpenAI has no rerankers"):
        reranker("openai:gpt-x")
