"""The embedding model: real weights, unit vectors, and nothing fetched behind the user's back."""

import numpy as np
import pytest
from llama_index.core.embeddings import MockEmbedding

from paperqa.errors import SettingsError
from paperqa.models.embedding import embed_query, embed_texts, load_embedding
from paperqa.settings import load_settings

TEXTS = ["Linear attention runs in linear time.", "Tides rise.", "A kernel replaces the softmax."]


def test_vectors_are_unit_float32_in_the_order_of_the_texts(embedding):
    vectors = embed_texts(embedding, TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert embed_query(embedding, text) @ vector > 0.98  # int8: padding moves it a little


def test_meaning_is_near(embedding):
    vectors = embed_texts(embedding, TEXTS)
    question = embed_query(embedding, "Which method makes attention cheaper than quadratic?")
    assert np.argmax(vectors @ question) == 0
    assert np.argmin(vectors @ question) == 1


def test_text_beyond_the_limit_is_cut_not_refused(embedding):
    assert np.isfinite(embed_texts(embedding, ["word " * 5000, "", "\x00 odd \ud83d"[:-1]])).all()


def test_any_llama_index_embedding_works():
    vectors = embed_texts(MockEmbedding(embed_dim=8), TEXTS)
    assert vectors.shape == (3, 8)


def test_it_is_a_llama_index_embedding(embedding):
    vectors = embedding.get_text_embedding_batch(TEXTS)
    assert np.allclose(vectors, embed_texts(embedding, TEXTS), atol=1e-5)


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(SettingsError, match="minilm"):
        load_embedding(load_settings(embedding="word2vec"))
