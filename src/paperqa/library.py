"""`Library`: the one place where the parts are wired together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from paperqa import prompts
from paperqa.answer_cache import AnswerCache
from paperqa.answering.question import Question
from paperqa.answering.stream import AnswerStream
from paperqa.citations import Citations
from paperqa.condense import continues, leans, rewrite, subject_of
from paperqa.errors import InputError
from paperqa.index.health import problems
from paperqa.index.ingest import Ingest, Progress, parse_saved_on
from paperqa.index.stores import Stores
from paperqa.index.switch import sweep, switch
from paperqa.loaded import Loaded
from paperqa.models.chat import ChatModel, chat_or_why
from paperqa.readers import Document, find_documents
from paperqa.retrieve import HybridRetriever
from paperqa.sample import open_sample
from paperqa.settings import Settings, load_settings
from paperqa.types import AddReport, Answer, Evidence, History, Paper, PaperPage, Sort, Where

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.query_engine import BaseQueryEngine

_Chat = tuple[ChatModel | None, tuple[str, ...]]
_ANYWHERE = Where()
_LOOKED_AT = 40  # papers that a list or a comparison may draw on
_FIXED = ("embedding", "reranker", "chunk_tokens")  # settings of an open library


class Library:
    """A collection of papers on disk, and the answers it gives. Safe to use from several threads.

    >>> library = Library("transformers")                               # doctest: +SKIP
    >>> library.add("listing.txt", "papers/")                           # doctest: +SKIP
    >>> print(library.ask("Which papers replace softmax attention?"))   # doctest: +SKIP
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedding: BaseEmbedding | None = None,
        reranker: BaseNodePostprocessor | None = None,
    ) -> None:
        """Open a library, or create it. Without `folder`, the one that the settings name.

        `embedding` takes any LlamaIndex embedding model in place of the settings' one, `reranker`
        any of its rerankers. Raises `LibraryError` or `SettingsError`.
        """
        self.settings = settings or load_settings()
        self.folder = Path(folder) if folder is not None else self.settings.library
        self._models = Loaded(self.settings, embedding, reranker)
        self._chat_lock = threading.Lock()
        self._chat: tuple[Settings, _Chat] | None = None
        self._stores = Stores(self.folder)
        self._stores.heal()

    def use(self, settings: Settings) -> None:
        """Answer with other settings from the next question on: model, key, sources, cache.

        An answer that is under way keeps those it began with. Raises `InputError` for settings
        that need another index.
        """
        if any(getattr(settings, name) != getattr(self.settings, name) for name in _FIXED):
            raise InputError(
                "the embedding model, reranker and chunk size stay; open the library anew"
            )
        self.settings = settings

    def close(self) -> None:
        """Let go of the library's files."""
        self._stores.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- papers ------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._stores.catalogue.count()

    def add(
        self,
        *paths: str | Path,
        saved_on: Mapping[str, str] | None = None,
        progress: Progress = lambda done, known: None,
    ) -> AddReport:
        """Add files and folders; what is there already is free.

        `saved_on` maps a listing page's file to the day it was saved (`YYYY-MM-DD`). What can't
        be read is in the report's `rejected`; everything else is in. Raises `InputError` for a
        path that isn't there, before anything is written, and `LibraryError`.
        """
        documents, skipped = find_documents([Path(path) for path in paths])
        inside = str(self.folder.resolve()) + "/"
        named = {str(Path(path).resolve()) for path in paths}  # an upload lies in the library
        documents = [d for d in documents if d.name in named or not d.name.startswith(inside)]
        skipped = [path for path in skipped if not str(path.resolve()).startswith(inside)]
        dates = parse_saved_on((saved_on or {}).items(), documents)
        return self._add(documents, skipped, dates, progress)

    def add_text(self, text: str | bytes) -> AddReport:
        """Add pasted text: a listing, or one paper."""
        data = text.encode() if isinstance(text, str) else text
        return self._add([Document.from_bytes(data)], (), {}, lambda done, known: None)

    def _add(
        self,
        documents: Sequence[Document],
        skipped: Sequence[Path],
        saved_on: Mapping[str, str],
        progress: Progress,
    ) -> AddReport:
        with self._stores.writing():
            self._models.check(self._stores)
            self._stores.claim(self._models.fingerprint, self._models.scale)
            return self._ingest.add(documents, skipped, saved_on, progress)

    def remove(self, *paper_ids: str) -> int:
        """Take papers out, everywhere; how many there were. Adding their file brings them back."""
        with self._stores.writing():
            named = self._stores.catalogue.entries.papers(paper_ids)
            return self._stores.remove(tuple(dict.fromkeys(named.get(i, i) for i in paper_ids)))

    def papers(self, where: Where = _ANYWHERE) -> Iterable[Paper]:
        """The papers, newest first."""
        return self._stores.catalogue.papers(where)

    def page(
        self, where: Where = _ANYWHERE, words: str = "", sort: Sort = "newest",
        offset: int = 0, n: int = 50,
    ) -> PaperPage:  # fmt: skip
        """`n` of the papers that fit, from `offset` on; quick in a large library too.

        Each of `words` is part of the title, the organisation or an author, in any case and with
        or without accents.
        """
        return self._stores.catalogue.page(where, words, sort, offset, n)

    def paper(self, paper_id: str, *, sample: bool | None = None) -> Paper | None:
        """The paper of an id: of the packaged `sample` or not; by default of what answers now."""
        is_sample = self._stores.catalogue.is_empty() if sample is None else sample
        stores = self._sample._stores if is_sample else self._stores
        id_ = stores.catalogue.entries.papers([paper_id]).get(paper_id, paper_id)
        return stores.catalogue.papers_by_id([id_]).get(id_)

    def organizations(self) -> frozenset[str]:
        """The organisations that papers are known to be from."""
        return self._stores.catalogue.organizations()

    # --- questions ---------------------------------------------------------------------------

    def search(
        self, question: str, k: int = 10, where: Where = _ANYWHERE, *, read: bool = False
    ) -> tuple[Evidence, ...]:
        """The `k` papers that fit best, each with its best passage; raises `LibraryError`.

        `read` has the best read again with the question, as for an answer: a tenth of a second.
        """
        self._models.check(self._stores)
        return self._retriever(k, where, read=read).evidence(question)

    def ask(self, question: str, history: History = (), where: Where = _ANYWHERE) -> Answer:
        """The checked answer to a question; see `stream`."""
        return self.stream(question, history, where).answer

    def stream(
        self, question: str, history: History = (), where: Where = _ANYWHERE, *,
        fresh: bool = False,
    ) -> AnswerStream:  # fmt: skip
        """The answer as it comes: evidence at once, then checked claims.

        `history` holds the earlier `Answer`s or role/content messages; `fresh` lets the cache be.
        While the library is empty, the packaged sample papers answer (`answer.sample`). Raises
        `LibraryError`, `ModelError` or `SettingsError`; a refusal is an answer.
        """
        asked_at, text = time.perf_counter(), question.strip()
        if not text:
            raise InputError("the question is empty")
        is_empty = self._stores.catalogue.is_empty()
        settings = self.settings  # one reading: `use` may change them meanwhile
        searched = self._sample if is_empty else self
        standalone, evidence = searched._look_up(text, history, where)
        kept = settings.cache and not fresh and not self._models.has_unnamed
        return AnswerStream(
            Question(text, standalone, asked_at, where),
            evidence,
            searched,
            lambda: self._load_chat(settings),
            Citations(self._models.encode, scale=searched._stores.scale),
            shown=settings.sources,
            sample=is_empty,
            cache=searched._kept_answer(settings, standalone, where) if kept else None,
        )

    def as_retriever(self, k: int = 6, where: Where = _ANYWHERE) -> HybridRetriever:
        """A LlamaIndex retriever over this library."""
        self._models.check(self._stores)
        return self._retriever(k, where)

    def as_query_engine(self, where: Where = _ANYWHERE) -> BaseQueryEngine:
        """A LlamaIndex query engine; `response.metadata["answer"]` is the whole answer."""
        from paperqa.query_engine import CitedQueryEngine

        return CitedQueryEngine(lambda question: self.ask(question, where=where))

    # --- care --------------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """What is wrong with the library, each with what to do; empty when all is well."""
        return problems(self._stores)

    def repair(self, progress: Progress = lambda done, known: None) -> None:
        """Rebuild the indexes from the catalogue.

        With another embedding model or chunk size than the settings', or where an older version
        left something out, the new index is built beside the old one, which answers until that is
        complete; killed, the next call goes on. `progress` counts passages, or papers that are
        embedded anew.
        """
        with self._stores.writing(repairing=True):
            if not len(self) or self._models.have_made(self._stores.catalogue):
                self._stores.rebuild(progress)
                sweep(self._stores)
            else:
                models, embed = self._models, self._ingest.embed
                switch(self._stores, models.fingerprint, models.scale, embed, progress)

    # --- parts, made when first used ------------------------------------------------------------

    @property
    def _ingest(self) -> Ingest:
        return Ingest(
            self._stores,
            lambda: self._models.embedding,
            self.settings.chunk_tokens,
            merging=self.settings.merge_duplicates,
        )

    def _load_chat(self, settings: Settings) -> _Chat:
        """What `chat_or_why` gives, kept until other settings ask for another model."""
        with self._chat_lock:
            if self._chat is None or self._chat[0] != settings:
                self._chat = settings, chat_or_why(settings)
            return self._chat[1]

    @cached_property
    def _sample(self) -> Library:
        return open_sample(self.settings, self._models.embedding)

    def _look_up(
        self, question: str, history: History, where: Where
    ) -> tuple[str, tuple[Evidence, ...]]:
        """The question as it stands alone, and the evidence for it."""
        subject = subject_of(history)
        several = Question(question, question, 0.0, where).is_of_several
        retriever = self._retriever(_LOOKED_AT, where, read=not several)
        self._models.check(self._stores)
        if subject is not None and leans(question):
            standalone = rewrite(question, subject)
            return standalone, retriever.evidence(standalone, focus=question)
        evidence = retriever.evidence(question)
        if subject is not None and continues(subject, evidence):
            standalone = rewrite(question, subject)
            return standalone, retriever.evidence(standalone, focus=question)
        return question, evidence

    def _kept_answer(self, settings: Settings, standalone: str, where: Where) -> AnswerCache:
        return AnswerCache(
            self.folder / "answers.db",
            prompts.fingerprint(),
            self._stores.catalogue.meta("generation"),
            self._models.fingerprint,
            standalone,
            where,
            (settings.llm, settings.sources, str(settings.models), settings.reranker),
            self._models.words is None,
            self._models.reader is None,
        )

    def _retriever(self, k: int, where: Where, *, read: bool = False) -> HybridRetriever:
        models = self._models
        return HybridRetriever(
            self._stores, self._model, k, where, models.reranker, models.words,
            models.reader if read else None,
        )  # fmt: skip

    def _model(self) -> BaseEmbedding:
        """The embedding model, if the index is still made with it."""
        self._models.check(self._stores)
        return self._models.embedding
