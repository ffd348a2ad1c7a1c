"""The models of a library, each loaded when first used, and what they make of its settings."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from paperqa.errors import IndexMismatch
from paperqa.index.catalogue import Catalogue
from paperqa.index.stores import Stores
from paperqa.models.artefacts import MINILM, WORDS_MODEL, is_present, known, locate
from paperqa.models.embedding import (
    ContextualEmbedding,
    RemoteEmbedding,
    Vectors,
    embed_queries,
    embed_texts,
    embedding_dimensions,
    load_embedding,
)
from paperqa.models.reader import Reader, load_reader
from paperqa.models.reranker import load_reranker
from paperqa.models.scale import Scale
from paperqa.models.static import StaticEmbedding
from paperqa.models.words import WordVectors
from paperqa.passages import VERSION as PASSAGES_VERSION
from paperqa.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

_SAME = 0.9  # cosine of a sentence's vectors from one model, in whatever precision


class Loaded:
    """Safe to use from several threads. Raises `SettingsError` or `ModelError`."""

    def __init__(
        self,
        settings: Settings,
        embedding: BaseEmbedding | None,
        reranker: BaseNodePostprocessor | None,
    ) -> None:
        self._settings = settings
        self._given = embedding, reranker
        self._lock = threading.RLock()
        self._is_checked = False

    @property
    def embedding(self) -> BaseEmbedding:
        """The embedding model."""
        with self._lock:  # the second of two threads finds what the first has loaded
            return self._embedding

    @property
    def reranker(self) -> BaseNodePostprocessor | None:
        """What orders the best papers anew, if anything."""
        with self._lock:
            return self._reranker

    @property
    def words(self) -> WordVectors | None:
        """What tells how close words are in meaning, where its model was pulled."""
        with self._lock:
            return self._words

    @property
    def reader(self) -> Reader | None:
        """What reads the best papers again, where the model that it shares vectors with is here."""
        with self._lock:
            return self._reader

    @cached_property
    def _reader(self) -> Reader | None:
        if not is_present(self._settings.models, known(MINILM)):
            return None
        model, tokenizer = locate(self._settings.models, MINILM)
        return load_reader(model, tokenizer, self._settings.threads)

    @cached_property
    def _words(self) -> WordVectors | None:
        if not is_present(self._settings.models, known(WORDS_MODEL)):
            return None
        model, tokenizer = locate(self._settings.models, WORDS_MODEL)
        return WordVectors(StaticEmbedding(model, tokenizer, WORDS_MODEL))

    @cached_property
    def _embedding(self) -> BaseEmbedding:
        return self._given[0] or load_embedding(self._settings)

    @cached_property
    def _reranker(self) -> BaseNodePostprocessor | None:
        return self._given[1] or load_reranker(self._settings)

    @property
    def has_unnamed(self) -> bool:
        """Whether answers depend on a model that no setting or name tells from another."""
        return self._given[1] is not None

    @cached_property
    def fingerprint(self) -> str:
        """What an index depends on: model, dimensions, chunking."""
        model = self.embedding
        dimensions = embedding_dimensions(model)
        chunking = f"chunks of {self._settings.chunk_tokens} tokens v{PASSAGES_VERSION}"
        return f"{model.model_name} ({dimensions} dimensions), {chunking}"

    def have_made(self, catalogue: Catalogue) -> bool:
        """Whether the catalogue has all vectors and codes that these models make of its papers."""
        gives_words = isinstance(self.embedding, ContextualEmbedding)
        same = catalogue.meta("fingerprint") in (None, self.fingerprint)
        return same and not (gives_words and catalogue.lacks_codes())

    def check(self, stores: Stores) -> None:
        """Raises `IndexMismatch` unless the library was indexed with this model and chunking."""
        stores.check_fingerprint(self.fingerprint)
        if isinstance(self.embedding, RemoteEmbedding) and not self._is_checked:
            self._is_checked = self._gives_same_vectors(stores)

    def _gives_same_vectors(self, stores: Stores) -> bool:
        """Embed a sentence of the library anew: a server may have another model by the same name.

        False where there is none to compare.
        """
        ids = stores.catalogue.some_passage_ids(1)
        for paper, item in stores.catalogue.passages(ids).values():
            start, end = item.passage.sentences[0]
            again = embed_texts(self.embedding, [paper.text[start:end]])[0]
            if again @ item.sentence_vectors[0] < _SAME:
                raise IndexMismatch(
                    f"{self.embedding.model_name} gives other vectors than those of the library "
                    f"{stores.folder}: its server has another model by that name; name the model "
                    "in PAPERQA_EMBEDDING (http://host:port/v1#MODEL)"
                )
            return True
        return False

    def scale(self) -> Scale:
        """What the embedding model's cosines mean, measured on the packaged sample papers."""
        from paperqa.sample import passages

        return Scale.of(self.embedding, passages())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of a few sentences; too few to wait for a turn."""
        return embed_queries(self.embedding, texts)
