"""Cosines of any model on the scale that thresholds were fitted on."""

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.embeddings import MockEmbedding
from pydantic import PrivateAttr

from paperqa import Library
from paperqa.models import scale as scales
from paperqa.models.embedding import embed_query, embed_texts, unit
from paperqa.models.scale import FITTED, Scale
from paperqa.sample import passages
from paperqa.types import Where

ON, OFF = "Which method replaces the softmax by a learned kernel?", "Who won the chess match?"


class Narrow(BaseEmbedding):
    """A real model whose cosines lie above 0.7, as those of e5: one direction is in all vectors."""

    _model: BaseEmbedding = PrivateAttr()

    def __init__(self, model):
        super().__init__(model_name="narrow")
        self._model = model

    def encode(self, texts):
        vectors = self._model.encode(texts)
        return unit(vectors + 2 * np.eye(vectors.shape[1], dtype=np.float32)[7])

    def _get_text_embedding(self, text):
        return self.encode([text])[0].tolist()

    def _get_query_embedding(self, query):
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query):
        return self._get_text_embedding(query)


def test_the_fitted_scale_is_what_the_built_in_model_has(embedding, monkeypatch):
    assert Scale.of(embedding, passages()) is FITTED
    monkeypatch.setattr(scales, "FITTED_FOR", "another")
    measured = Scale.of(embedding, passages())
    assert (measured.apart, measured.own) == pytest.approx((FITTED.apart, FITTED.own), abs=0.01)


def test_a_narrow_models_cosines_become_the_fitted_ones(embedding):
    narrow = Narrow(embedding)
    texts = passages(24)
    scale = Scale.of(narrow, texts[:16])
    assert scale.apart > 0.7
    assert Scale.parse(str(scale)) == scale
    raw = embed_texts(narrow, texts) @ embed_query(narrow, ON)
    fitted = embed_texts(embedding, texts) @ embed_query(embedding, ON)
    assert np.abs(raw - fitted).mean() > 0.5
    assert np.abs(scale.read(raw) - fitted).mean() < 0.03


def test_what_was_noted_nowhere_or_tells_nothing_leaves_cosines_as_they_are():
    cosines = np.array([0.1, 0.2, 0.7], np.float32)
    assert Scale.parse(None).read(cosines) is cosines
    assert Scale.of(MockEmbedding(embed_dim=8), passages()) is FITTED


def test_a_library_refuses_and_answers_alike_whatever_its_models_scale(
    tmp_path, listing, embedding
):
    answers, similar = [], []
    for name, model in (("plain", embedding), ("narrow", Narrow(embedding))):
        with Library(tmp_path / name, embedding=model) as library:
            library.add(listing)
            answers.append([library.ask(ON), library.ask(OFF)])
            similar.append([library.search(question, 5) for question in (ON, OFF)])
    for plain, narrow in zip(*answers, strict=True):
        assert narrow.refused == plain.refused
        assert plain.refused or narrow.text == plain.text  # the nearest may be in another order
    assert [answer.refused for answer in answers[0]] == [False, True]
    for plain, narrow in zip(*similar, strict=True):
        found = {e.paper.id: e for e in narrow}
        for evidence in plain:
            other = found[evidence.paper.id]
            assert other.similarity == pytest.approx(evidence.similarity, abs=0.06)
            assert other.coverage == evidence.coverage
    with Library(tmp_path / "narrow", embedding=Narrow(embedding)) as library:
        told = library.search(ON, 1, Where())[0].similarity  # noted in the library
        assert told == pytest.approx(similar[1][0][0].similarity)
        claims = library.stream(ON)._draft.citations  # checked on that scale too
        assert claims._scale == library._stores.scale != FITTED
