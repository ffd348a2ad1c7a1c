"""A reranker changes the order of the best papers, and nothing that refusals and lists go by."""

import pytest
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from pydantic import Field

from paperqa import Library
from paperqa.errors import InputError, ModelError, SettingsError
from paperqa.models.reranker import load_reranker
from paperqa.settings import load_settings
from tests.fake_vendor import serving
from tests.tiny_onnx import cross_encoder, encoder, snapshot

QUESTION = "Which method replaces the softmax by a learned kernel?"
OFF = "Who won the chess match?"


class Backwards(BaseNodePostprocessor):
    """Puts what comes last first, and leaves out what was first: any of LlamaIndex's may."""

    seen: list = Field(default_factory=list)

    def _postprocess_nodes(self, nodes, query_bundle=None):
        self.seen.append((query_bundle.query_str, len(nodes)))
        return nodes[:0:-1]


@pytest.fixture
def reranked(filled, embedding):
    with Library(filled.folder, embedding=embedding, reranker=Backwards()) as library:
        yield library


def test_papers_change_places_and_scores_do_not(filled, reranked):
    before, after = filled.search(QUESTION, 5), reranked.search(QUESTION, 5)
    assert [e.paper.id for e in after] == [e.paper.id for e in (*before[:0:-1], before[0])]
    assert [(e.rank, e.score) for e in after] == [(e.rank, e.score) for e in before]
    features = [
        {e.paper.id: (e.similarity, e.coverage, e.passage, e.sentences) for e in found}
        for found in (before, after)
    ]
    assert features[0] == features[1]


def test_a_reranker_reads_more_papers_than_are_wanted(filled, reranked):
    last = filled.search(QUESTION, 5)[-1]
    assert [e.paper.id for e in reranked.search(QUESTION, 1)] == [last.paper.id]
    assert reranked._models.reranker.seen[-1] == (QUESTION, 5)
    assert reranked.as_retriever(1).retrieve(QUESTION)[0].node.node_id == last.passage.id


def test_what_is_refused_stays_refused(filled, reranked):
    assert filled.ask(OFF).refused
    assert reranked.ask(OFF).refused
    answer = reranked.ask(QUESTION)
    assert not answer.refused
    assert answer.citations[0].paper_id != filled.ask(QUESTION).citations[0].paper_id


def test_one_paper_needs_no_order(reranked, filled):
    from paperqa.types import Where

    reranked._models.reranker.seen.clear()
    paper = filled.search(QUESTION, 1)[0].paper
    assert reranked.search(QUESTION, 5, Where(paper_ids=(paper.id,)))[0].paper == paper
    assert reranked._models.reranker.seen == []


@pytest.fixture
def tokenizer(models_folder):
    return models_folder / "minilm" / "tokenizer.json"


@pytest.mark.parametrize("columns", [1, 2])
def test_a_cross_encoder_in_a_folder(columns, tmp_path, tokenizer, filled, embedding):
    folder = snapshot(tmp_path / "cross", tokenizer, cross_encoder(columns))
    settings = load_settings(reranker=str(folder), threads=1)
    model = load_reranker(settings)
    texts = ["a dog sleeps", "the cat sat on the mat", "the cat"]
    scores = model.scores("the cat sat", texts)
    assert [score / columns for score in scores] == [1, 5, 3]  # `the` twice; [SEP] in each
    assert len(model.scores("the cat sat", ["the cat " * 900] * 20)) == 20
    with Library(filled.folder, settings=settings, embedding=embedding) as library:
        found = library.search("the tide gauges in the harbour", 5)
    counts = model.scores(
        "the tide gauges in the harbour", [f"{e.paper.title}. {e.passage.text}" for e in found]
    )
    assert counts == sorted(counts, reverse=True)


def test_what_is_no_reranker_is_told_so(tmp_path, tokenizer):
    for name, content in (("three", cross_encoder(3)), ("encoder", encoder())):
        folder = snapshot(tmp_path / name, tokenizer, content)
        model = load_reranker(load_settings(reranker=str(folder), threads=1))
        with pytest.raises(ModelError, match="so it is no reranker"):
            model.scores("a", ["b"])
    with pytest.raises(SettingsError, match=r"PAPERQA_RERANKER='best' is none of"):
        load_reranker(load_settings(reranker="best"))
    assert load_reranker(load_settings()) is None


def test_a_rerank_server_orders_the_papers_of_a_library(filled, embedding):
    def last_first(query, texts):
        return range(len(texts))

    with serving(scores=last_first) as (url, seen):
        settings = load_settings(reranker=f"{url}#m")
        with Library(filled.folder, settings=settings, embedding=embedding) as library:
            after = [e.paper.id for e in library.search(QUESTION, 5)]
            with pytest.raises(InputError, match="open the library anew"):
                library.use(load_settings())
    before = filled.search(QUESTION, 5)
    assert after == [e.paper.id for e in before[::-1]]
    assert seen[0]["documents"] == [f"{e.paper.title}. {e.passage.text}" for e in before]
